"""The attachments of one person's mail: judged, taken in when they may, each with its sentence and its companion.

Judged in expendable processes like any file, and once: the register keeps what was judged, with the bytes it came in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from bots.letters.letter import XLSX, Piece
from config.french import compte, enumeration
from config.rights import Personne, Regard, meilleur_regard, peut_agir, remplacees
from config.territory import Perimetre
from jobs.retours import RETOUR
from jobs.taking_in.folders import est_un_retour, prend
from jobs.taking_in.looked_into import SUFFIXES
from jobs.wiring import Atelier
from reports.progress import etats
from reports.view import Sujet
from sheets.findings import Gravite
from sheets.judged import Classeur
from sheets.judging.workers import juge_tous
from sheets.matching.known import avec_le_registre, octets_du_retour
from sheets.register.pulls import PAR_COURRIEL, Depot
from sheets.sources.attachments import Jointe

ROLES = ("etablissement", "ght", "ars", "dgos")
"""Who may hand in a trame, inside their territory."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What becomes of one attachment, in a sentence; `a_voir` when someone should look at it."""

    nom: str
    phrase: str
    retour: Piece | None = None
    a_voir: bool = False


@dataclass(frozen=True)
class Envoi:
    """Who sent, under which name for ever; without `ecrit`, nothing is taken in and what would be is said."""

    atelier: Atelier
    personne: Personne
    cle: str
    ecrit: bool

    @property
    def au(self) -> date:
        return self.atelier.maintenant().date()


def traite_les_pieces(envoi: Envoi, pieces: Sequence[Jointe]) -> list[Sort]:
    """What becomes of each attachment, in their order."""
    now = envoi.atelier.maintenant()  # one mail, one instant
    depots = {rang: _depot(envoi, p, now) for rang, p in enumerate(pieces) if not p.souci and est_un_classeur(p.nom)}
    noms = ((pieces[rang].nom, d.octets) for rang, d in depots.items())
    juges = dict(zip(depots, juge_tous(noms, envoi.atelier.dossier), strict=True)) if depots else {}
    a_prendre = [(depots[rang], juge) for rang, juge in juges.items() if not est_un_retour(juge) and _peut(envoi, juge)]
    ignored: dict[str, str] = {}
    if envoi.ecrit and a_prendre:
        bilan = prend(envoi.atelier.registre, envoi.atelier.dossier, a_prendre, envoi.atelier.maintenant)
        ignored = {r.fichier: r.motif for r in bilan.recus if r.etat == "inchange" and r.motif}
    return [
        _sort(envoi, juges[rang], depots[rang], ignored.get(depots[rang].nom, ""))
        if rang in juges
        else _etrangere(piece)
        for rang, piece in enumerate(pieces)
    ]


def est_un_classeur(nom: str) -> bool:
    return PurePosixPath(nom).suffix.lower() in SUFFIXES


def _depot(envoi: Envoi, piece: Jointe, now: datetime) -> Depot:
    """An attachment as the register knows it: its path follows from the mail it came in and from what it holds."""
    empreinte = hashlib.sha256(piece.octets).hexdigest()
    quand = int(now.timestamp() * 1e9)
    chemin = f"{PAR_COURRIEL}/{envoi.cle}-{empreinte[:8]}/{piece.nom}"
    return Depot(chemin, len(piece.octets), quand, empreinte, piece.octets)


def _etrangere(piece: Jointe) -> Sort:
    return Sort(
        piece.nom, piece.souci or "Ce n'est pas un classeur. Envoyez la trame au format .xlsx.", None, bool(piece.souci)
    )


def _cibles(juge: Classeur) -> list[Perimetre]:
    """What a workbook bears on: the établissements whose tabs count, or would once their headings are learnt; else its GHT."""
    if juge.tampon is None:
        return []
    utiles = [Perimetre("etablissement", o.finess) for o in juge.onglets if o.utilisable or o.refuse]
    return utiles or [Perimetre("ght", juge.tampon.ght)]


def _peut(envoi: Envoi, juge: Classeur) -> bool:
    """Whether the sender may hand in this workbook, all of it. One without a stamp bears on nobody: from whoever hands in
    somewhere it is kept, and refused."""
    if _cibles(juge):
        return not _beyond(envoi, juge)
    siens = (envoi.personne, *remplacees(envoi.personne, envoi.atelier.dossier.personnes, envoi.au))
    return any(p.role in ROLES for p in siens)


def _beyond(envoi: Envoi, juge: Classeur) -> list[Perimetre]:
    """Of what a workbook bears on, all for which the sender may not hand in."""
    dossier = envoi.atelier.dossier
    campagne = dossier.campagnes.get(juge.tampon.campagne) if juge.tampon else None
    situation = campagne.situation if campagne else envoi.au
    return [
        cible for cible in _cibles(juge)
        if not peut_agir(envoi.personne, dossier.personnes, ROLES, cible, dossier.territoire, situation, envoi.au)
    ]  # fmt: skip


def _sort(envoi: Envoi, juge: Classeur, depot: Depot, ignored: str) -> Sort:
    nom = PurePosixPath(depot.chemin).name
    if ignored:
        return Sort(nom, ignored, None, True)
    if not juge.lisible:
        constat = juge.constats[0]
        return Sort(nom, f"{constat.message} {constat.correction}", None, not est_un_retour(juge))
    if beyond := _beyond(envoi, juge):
        return Sort(nom, _pas_le_droit(envoi, beyond), None, True)
    phrase = _ou_en_est(envoi, juge)
    retour = _retour(envoi, juge, depot, nom)
    if retour:
        phrase += f" « {retour.nom} », ci-joint, montre quoi corriger, cellule par cellule."
    return Sort(nom, phrase, retour)


def _pas_le_droit(envoi: Envoi, beyond: Sequence[Perimetre]) -> str:
    territoire = envoi.atelier.dossier.territoire
    noms = enumeration([territoire.nom(c) for c in beyond], 3)
    return (
        f"Cette trame porte sur {noms}, pour qui votre adresse ne peut pas remettre : elle n'a pas été prise. "
        "Faites-la envoyer par son équipe, ou voyez avec votre référent ARS."
    )


def _ou_en_est(envoi: Envoi, juge: Classeur) -> str:
    """« GHT Jura, campagne annuelle 2021 : remise, 3 lignes à corriger. », as the bot would say it now."""
    assert juge.tampon is not None
    dossier = envoi.atelier.dossier
    ght, campagne = dossier.territoire.ghts[juge.tampon.ght], dossier.campagnes[juge.tampon.campagne]
    debut = f"{ght.nom}, {campagne.titre} :"
    if not envoi.ecrit:
        return f"{debut} {compte(juge.totaux.lignes_lues, 'ligne lue', 'lignes lues')}, serait relevée."
    vue = envoi.atelier.vue()
    vus = etats(vue, Sujet(Perimetre("ght", ght.code), campagne.exercice, campagne.code))
    return f"{debut} {vus[0].mots if vus else 'relevée'}."


def _retour(envoi: Envoi, juge: Classeur, depot: Depot, nom: str) -> Piece | None:
    """The companion, when there is something to mend and the sender may see the lines."""
    if not envoi.ecrit or all(c.gravite is Gravite.INFO for c in juge.constats):
        return None
    d = envoi.atelier.dossier
    regards = {meilleur_regard(envoi.personne, d.personnes, c, d.territoire, envoi.au) for c in _cibles(juge)}
    if regards != {Regard.TOUT}:
        return None
    vue = envoi.atelier.vue()
    classeur, reglees = avec_le_registre(vue.db, vue.dossier, vue.au, juge, depot.empreinte)
    return Piece(f"{PurePosixPath(nom).stem}{RETOUR}", octets_du_retour(classeur, vue.dossier, reglees), XLSX)
