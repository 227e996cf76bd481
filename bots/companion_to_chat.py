"""The return of a trame as it leaves for a chat: the companion of the last file received, without what was typed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.answering import Rendu
from bots.letters.letter import XLSX, Piece
from config.errors import UserError
from config.folder import Dossier
from config.rights import Regard
from reports.sayable import labels_connus
from reports.view import Sujet, Vue
from sheets.judged import Classeur
from sheets.judging.workers import juge_tous
from sheets.matching.known import avec_le_registre, octets_du_retour
from sheets.register import received_files
from sheets.register.received_files import DernierRecu
from sheets.returning.discreet import discret
from sheets.tab_names import INTERDITS

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Reglee


SANS_TEXTES = "Intitulés, marchés et prix n'y sont pas : Slack est hébergé ailleurs. Le retour complet : vigie retour."


def retour(rendu: Rendu) -> Piece:
    """The companion of the last file received from a GHT; of one établissement, its tab alone.

    Raises UserError when there is none, or its lines are not open to that person.
    """
    sujet, vue = rendu.question.sujet, rendu.vue
    if rendu.reponse is None or sujet is None:
        raise UserError(str(rendu.objet["texte"]))
    ght = next(iter(vue.ghts(sujet)), None)
    if ght is None:
        raise UserError(f"{vue.dossier.territoire.nom(sujet.perimetre)} n'est plus attendu : il n'y a pas de retour.")
    if sujet.perimetre.type not in ("ght", "etablissement"):
        raise UserError(f"Le retour de quel GHT ? Dites par exemple « retour {ght.nom} {sujet.exercice} ».")
    if rendu.droit is not Regard.TOUT:
        raise UserError("Les lignes de ce territoire ne sont pas ouvertes à votre profil : pas de retour.")
    campagne = vue.campagne(sujet).code
    recu = received_files.dernier_recu(vue.db, ght.code, campagne, vue.au)
    if recu is None:
        raise UserError(f"Aucun fichier n'a été reçu de {ght.nom} pour {campagne} : il n'y a pas de retour.")
    return piece_du_retour(*_tu(*_connu(vue, sujet, recu), vue.dossier))


def piece_du_retour(classeur: Classeur, dossier: Dossier, reglees: Sequence[Reglee]) -> Piece:
    """The companion of a trame as a file, under a name of ours."""
    assert classeur.tampon is not None
    t = classeur.tampon
    nom = INTERDITS.sub("-", f"{dossier.territoire.ghts[t.ght].nom} - {t.campagne} - retour.xlsx")
    return Piece(nom, octets_du_retour(classeur, dossier, reglees), XLSX)


def _connu(vue: Vue, sujet: Sujet, recu: DernierRecu) -> tuple[Classeur, list[Reglee]]:
    """The file judged again by today's rules, with what the register knows of it."""
    octets = received_files.original(vue.db, recu.empreinte)
    if not octets:
        raise UserError("Ce fichier a été effacé du registre, avec les campagnes anciennes : il n'y a plus de retour.")
    (juge,) = juge_tous([(recu.chemin, octets)], vue.dossier)
    if not juge.lisible:
        raise UserError(
            "Le dernier fichier reçu ne se lit plus selon les règles d'aujourd'hui. Voyez avec votre référent."
        )
    classeur, reglees = avec_le_registre(vue.db, vue.dossier, vue.au, juge, recu.empreinte, en_entier=False)
    if sujet.perimetre.type != "etablissement":
        return classeur, reglees
    siens = tuple(o for o in classeur.onglets if o.finess == sujet.perimetre.code)
    noms = {o.feuille for o in siens}
    constats = tuple(k for k in classeur.constats if k.feuille in noms)
    return replace(classeur, onglets=siens, constats=constats), [r for r in reglees if r.feuille in noms]


def _tu(classeur: Classeur, reglees: Sequence[Reglee], dossier: Dossier) -> tuple[Classeur, Dossier, list[Reglee]]:
    """The same without what was typed, what was settled told at the same tabs."""
    sans_textes = discret(classeur, dossier, labels_connus(dossier))
    noms = {a.feuille: b.feuille for a, b in zip(classeur.onglets, sans_textes.onglets, strict=True)}
    return sans_textes, dossier, [r._replace(feuille=noms[r.feuille]) for r in reglees]
