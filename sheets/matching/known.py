"""A judged workbook with what the register knows of it: earlier actions, decisions, notes, findings of its campaign.

Reads the register, never writes it; judges nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlite_utils import Database

from config.folder import Dossier
from sheets.checks import CATALOGUE
from sheets.findings import Constat, rang
from sheets.judged import Classeur
from sheets.matching.decided import tranche
from sheets.matching.identity import raccorde
from sheets.register import stored_lines
from sheets.register.decisions import Decision, decisions, notes
from sheets.register.known_actions import Envoi, memoire
from sheets.register.what_counts import qui_compte
from sheets.trames import TRAMES

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Reglee


def raccorde_au_registre(
    db: Database, dossier: Dossier, classeur: Classeur, au: date, envoi: Envoi | None = None
) -> Classeur:
    """Its lines tied to the actions already known of the same établissements; `envoi` is the one judged again."""
    if classeur.tampon is None or not classeur.onglets:
        return classeur
    campagne = dossier.campagnes[classeur.tampon.campagne]
    connu = memoire(db, dossier, campagne, [o.finess for o in classeur.onglets], au, envoi)
    return raccorde(classeur, connu, TRAMES[classeur.tampon.trame], campagne, dossier.essais)


def avec_le_registre(
    db: Database, dossier: Dossier, au: date, juge: Classeur, empreinte: str, *, en_entier: bool = True
) -> tuple[Classeur, list[Reglee]]:
    """The workbook with what is known of it, and what was settled on its lines, in sentences.

    `empreinte` is the hash of its bytes. Unless `en_entier`, no text comes along that was not in this very file: neither
    the words that people left with their decisions, nor what was typed in an earlier one.
    """
    if juge.tampon is None or not juge.onglets:
        return juge, []
    campagne, finess = juge.tampon.campagne, [o.finess for o in juge.onglets]
    comptent = qui_compte(db, [campagne], au, finess)
    prises = decisions(db, [o.id for o in comptent.values()], au)
    classeur = raccorde_au_registre(db, dossier, juge, au)
    classeur = tranche(classeur, {(d.finess, d.reference.split("/", 2)[2]): d for d in prises})
    tous = (*classeur.constats, *stored_lines.constats_de_campagne(db, empreinte, au))
    if not en_entier:
        tous = tuple(c if c in juge.constats else _titre_seul(c) for c in tous)
    mots = [(d.reference, f"Ligne {d.mots if en_entier else _sans_motif(d)}.") for d in prises]
    if en_entier:
        mots += [(n.reference, f"{n.par}, le {n.le[:10]} : {n.texte}") for n in notes(db, campagne, finess, au)]
    return replace(classeur, constats=tuple(sorted(tous, key=rang))), _a_leur_ligne(classeur, campagne, mots)


def _titre_seul(c: Constat) -> Constat:
    return c._replace(message=f"{CATALOGUE[c.code].titre}.", valeur="")


def _sans_motif(d: Decision) -> str:
    return f"{'retirée' if d.bloquee else 'gardée'} par décision le {d.le[:10]}"


def _a_leur_ligne(classeur: Classeur, campagne: str, mots: Iterable[tuple[str, str]]) -> list[Reglee]:
    from sheets.returning.companion_tab import Reglee  # noqa: PLC0415 - what writes workbooks loads only when one is wanted

    places = {
        f"{campagne}/{o.finess}/{li.action_id}": (o.feuille, li.numero) for o in classeur.onglets for li in o.lignes
    }
    return [Reglee(*places[reference], texte) for reference, texte in mots if reference in places]


def octets_du_retour(classeur: Classeur, dossier: Dossier, reglees: Sequence[Reglee]) -> bytes:
    """The companion's bytes."""
    from sheets.returning.companion import retour  # noqa: PLC0415
    from sheets.writing.seal import sealed  # noqa: PLC0415

    return sealed(retour(classeur, dossier, reglees))
