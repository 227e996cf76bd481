"""A trame that someone hands over through the chat: put with the others they gave, and pulled at once, like any other.

Never judges by itself, and never takes what the pull refuses.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bots.slack.dropped_trame import Fichier, peut_garder
from config import safe_write
from config.errors import UserError
from config.rights import Personne
from jobs.taking_in.folders import pull
from jobs.taking_in.looked_into import SUFFIXES
from jobs.wiring import Atelier
from sheets.register.pulls import PAR_LE_GHT, PAR_SLACK, Depot, Saisie
from sheets.tab_names import INTERDITS

POUR_LE_COMPTE = "trame déposée sur Slack"
DITS = {
    "nouveau": "Trame gardée.",
    "modifie": "Trame gardée, à la place de celle que vous aviez déposée.",
    "inchange": "Cette trame était déjà gardée, à l'identique.",
}


def prend(atelier: Atelier, personne: Personne, fichier: Fichier) -> str:
    """Pull one file for someone; say what became of it. Raises UserError, and leaves nothing behind, when it is refused.

    A referent enters it on the GHT's behalf, and it is traced as such.
    """
    neuf = replace(atelier)  # a connection of its own: the chat answers in several threads
    chemin = _place(atelier, personne, fichier.nom)
    avant = chemin.read_bytes() if chemin.exists() else None
    for dossier in (chemin.parent.parent, chemin.parent):
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe_write.replace(chemin, fichier.octets, private=True)  # the one before is in the register
    try:
        return DITS[_releve(neuf, personne, chemin)]
    except BaseException:
        safe_write.replace(chemin, avant, private=True) if avant is not None else chemin.unlink(missing_ok=True)
        raise
    finally:
        neuf.registre.close()


def _releve(neuf: Atelier, personne: Personne, chemin: Path) -> str:
    """What the pull made of the file, its own folder being the source."""
    saisie = PAR_LE_GHT if personne.role == "ght" else Saisie(personne.email, POUR_LE_COMPTE)
    jour = neuf.maintenant().date()
    bilan = pull(
        neuf.registre, neuf.dossier, [chemin.parent], neuf.maintenant, saisie=saisie,
        permis=lambda ght: peut_garder(personne, ght, neuf.dossier, jour),
    )  # fmt: skip
    nom = Depot(str(chemin), 0, 0).nom
    recu = next((r for r in bilan.recus if r.fichier == nom), None)
    if recu is None:
        raise UserError("La trame n'a pas pu être relue là où elle venait d'être posée. Déposez-la à nouveau.")
    if recu.motif:
        raise UserError(f"La trame n'a pas été gardée. {recu.motif}")
    return recu.etat


def _place(atelier: Atelier, personne: Personne, nom: str) -> Path:
    """Where a person's file is kept: beside the register, in a folder of their own, where the same name replaces what they
    had given. The name is theirs, and never leads anywhere else."""
    dossier = atelier.chemin_registre.resolve().parent / PAR_SLACK / INTERDITS.sub("-", personne.email)
    court = INTERDITS.sub("-", nom).lstrip(".~$")[-120:]
    return dossier / (court if Path(court).suffix.lower() in SUFFIXES else f"{court or 'trame'}.xlsx")
