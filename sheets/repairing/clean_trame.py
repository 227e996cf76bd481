"""The doctor: a damaged, restyled or outdated trame → a clean one of the current version with the person's values in it.

What is carried reads back the same; what cannot be is listed. Never guesses a value, never touches the person's file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from openpyxl import Workbook

from config.campaign import Campagne
from config.folder import Dossier
from config.french import compte, enumeration
from sheets import first_tab
from sheets.checks import on_workbooks as controles
from sheets.companion_mark import est_un_retour
from sheets.findings import Constat
from sheets.first_tab import Accueil
from sheets.judging.tabs import Envoi, by_trust, etablissement_de
from sheets.judging.workbook import haut_de, le_plus_frequent, tampon_de
from sheets.judging.workers import a_l_abri
from sheets.reading import opening
from sheets.reading.opening import MalLu, OngletBrut, Refus
from sheets.reading.second_try import relit
from sheets.reading.unwrapping import unwrapped
from sheets.repairing.carried_first_tab import ecrit_les_reponses
from sheets.repairing.carried_tab import Reprise, contenu, deplacements, reprend
from sheets.repairing.page_of_changes import ecrit_la_page
from sheets.repairing.what_changed import ORDRE, Changement, Nature
from sheets.tab_names import A_NOUS, noms_d_onglets
from sheets.trame import Tampon, Trame, lit_tampon
from sheets.trames import TRAMES
from sheets.trames.paat.columns import PAAT
from sheets.writing import tab as gabarit
from sheets.writing.book import classeur
from sheets.writing.seal import sealed
from sheets.writing.tab import ENTETE
from sheets.writing.written_lines import LignePrete, ecrit_les_lignes

MARGE = 50
"""Lines prepared beyond those carried over, where the usual number does not do."""


class Soin(NamedTuple):
    """A clean trame as the bytes of an .xlsx, what it is for, and what differs from the person's file."""

    octets: bytes
    tampon: Tampon
    changements: tuple[Changement, ...]


@dataclass(frozen=True, slots=True)
class _Dossier:
    """The file as opened: what it says it is, and its tabs."""

    envoi: Envoi
    vu: Tampon | None
    bruts: list[OngletBrut]
    tampons: list[Tampon | None]
    premier: OngletBrut | None


def soigne(
    octets: bytes, dossier: Dossier, ght: str = "", campagne: str = "", lointaines: Sequence[str] = ()
) -> Soin:  # fmt: skip
    """Write the clean trame of a file. `ght` and `campagne`, when given, are believed over its stamp, or without one.

    `lointaines` are cells that were cut off before reading. Runs in a worker process, as everything that opens what
    people sent. Raises Refus for a file that is no trame, or whose GHT or campaign is not known.
    """
    ouvert = _ouvre(octets, dossier, ght, campagne)
    changements = _en_tete(ouvert)
    if lointaines:
        texte = f"Cellules hors de portée, non lues : {enumeration(list(lointaines))}."
        changements.append(Changement(Nature.LAISSE, texte))
    reprises = _reprises(ouvert, changements)
    envoi = ouvert.envoi
    combien = {r.finess: len(r.lignes) + MARGE for r in reprises if len(r.lignes) > gabarit.LIGNES}
    livre = classeur(envoi.trame, envoi.tampon.ght, envoi.campagne, dossier, combien)
    noms = noms_d_onglets(dossier.territoire.membres(envoi.tampon.ght, envoi.campagne.situation))
    for reprise in reprises:
        _ecrit_l_onglet(livre, noms[reprise.finess], reprise, envoi.trame)
        changements += reprise.changements
    changements += ecrit_les_reponses(livre, envoi, ouvert.premier)
    changements.sort(key=lambda c: ORDRE[c.nature])
    ecrit_la_page(livre, changements)
    return Soin(sealed(livre), envoi.tampon, tuple(changements))


def soigne_tous(
    fichiers: Iterable[tuple[str, bytes]], dossier: Dossier, ght: str = "", campagne: str = ""
) -> Iterator[tuple[str, Soin | Constat]]:
    """Yield (name, clean trame) for each (name, bytes), in order; or the finding that says why there is none."""
    return a_l_abri(partial(_a_l_abri, ght, campagne), fichiers, dossier)


def _a_l_abri(ght: str, campagne: str, _fichier: str, octets: bytes, dossier: Dossier, rogne: bool) -> Soin | Constat:
    """One workbook, rewritten through another parser when the first reading fails or is `rogne` from the start."""
    try:
        try:
            if not rogne:
                return soigne(octets, dossier, ght, campagne)
        except MalLu:
            pass
        relu = relit(octets)
        return soigne(relu.octets, dossier, ght, campagne, relu.lointaines)
    except Refus as refus:
        return refus.constat


def _ouvre(octets: bytes, dossier: Dossier, ght: str, campagne: str) -> _Dossier:
    octets = unwrapped(octets)
    bruts = opening.ouvre(octets)
    proprietes = opening.proprietes(octets)
    tampons = [tampon_de(o) for o in bruts]
    vu = le_plus_frequent([replace(t, finess="") for t in tampons if t]) or lit_tampon(proprietes.get("vigie", ""))
    if est_un_retour(proprietes, map(haut_de, bruts), vu is not None):
        raise Refus(controles.retour_de_vigie())
    if vu is None and not (ght and campagne):
        raise Refus(controles.trame_inconnue([o.nom for o in bruts]))
    trame, tampon, c = _cible(vu, dossier, ght, campagne)
    premier = first_tab.first_tab(zip(bruts, tampons, strict=True))
    dit = first_tab.lit(premier) if premier else Accueil()
    membres = {e.finess: e.nom for e in dossier.territoire.membres(tampon.ght, c.situation)}
    return _Dossier(Envoi(octets, trame, c, tampon, dossier, dit, membres), vu, bruts, tampons, premier)


def _cible(vu: Tampon | None, dossier: Dossier, ght: str, campagne: str) -> tuple[Trame, Tampon, Campagne]:
    """What the clean trame is to be: the current version, whatever the old one was. Raises Refus."""
    trame = TRAMES.get(vu.trame) if vu else PAAT
    if trame is None:
        assert vu is not None
        raise Refus(controles.version_non_lue(f"{vu.trame} {vu.version}", tuple(TRAMES)))
    ght = ght or (vu.ght if vu else "")
    campagne = campagne or (vu.campagne if vu else "")
    if ght not in dossier.territoire.ghts:
        raise Refus(controles.ght_inconnu(ght))
    if campagne not in dossier.campagnes:
        raise Refus(controles.campagne_inconnue(campagne, list(dossier.campagnes)))
    return trame, Tampon(trame.code, trame.version, ght, campagne), dossier.campagnes[campagne]


def _en_tete(ouvert: _Dossier) -> list[Changement]:
    """What the clean trame has anew, and what of the old workbook no trame has."""
    vu, tampon = ouvert.vu, ouvert.envoi.tampon
    faits = [
        Changement(
            Nature.NEUF, "Mise en forme, listes déroulantes, formules, couleurs et verrous sont ceux de la trame."
        )
    ]
    if vu is None:
        faits.append(
            Changement(
                Nature.COMPRIS,
                f"Le tampon avait disparu : trame de {tampon.ght}, campagne {tampon.campagne}, comme demandé.",
            )
        )
    elif vu != tampon:
        avant = (f"version {vu.version}", vu.ght, f"campagne {vu.campagne}")
        apres = (f"version {tampon.version}", tampon.ght, f"campagne {tampon.campagne}")
        pairs = [(a, b) for a, b in zip(avant, apres, strict=True) if a != b]
        texte = f"La trame était de : {', '.join(a for a, _ in pairs)} ; celle-ci est de : {', '.join(b for _, b in pairs)}."
        faits.append(Changement(Nature.COMPRIS, texte))
    if ouvert.premier is None:
        faits.append(
            Changement(
                Nature.CORRIGER, f"Le premier onglet avait disparu : remplissez de nouveau « {first_tab.TITRE} »."
            )
        )
    return faits + [Changement(Nature.LAISSE, dit) for dit in _parties(ouvert.envoi.octets)]


def _parties(octets: bytes) -> list[str]:
    """What else a workbook may hold and a trame does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            noms = z.namelist()
    except zipfile.BadZipFile:
        return []
    genres = {
        "xl/media/": "Des images.", "xl/charts/": "Des graphiques.", "xl/pivotTables/": "Des tableaux croisés.",
        "xl/vbaProject": "Des macros.", "xl/externalLinks/externalLink": "Des liens vers d'autres classeurs.",
    }  # fmt: skip
    return [dit for debut, dit in genres.items() if any(n.startswith(debut) for n in noms)]


def _reprises(ouvert: _Dossier, changements: list[Changement]) -> list[Reprise]:
    """The tabs carried over; each of the others that holds something is named with the reason."""
    reprises: list[Reprise] = []
    croire = replace(ouvert.envoi, tampon=ouvert.vu or ouvert.envoi.tampon)
    for _, (brut, tampon) in by_trust(croire, zip(ouvert.bruts, ouvert.tampons, strict=True)):
        if brut is ouvert.premier or brut.nom in A_NOUS or not contenu(brut):
            continue
        finess, doute = etablissement_de(croire, brut.nom, tampon, {r.finess: r.brut.nom for r in reprises})
        reprise = None if doute else reprend(ouvert.envoi, brut, finess)
        if reprise:
            reprises.append(reprise)
            continue
        raison = doute or "Cet onglet n'a plus d'en-têtes que l'on puisse reconnaître."
        texte = f"{raison} {compte(contenu(brut), 'ligne remplie laissée', 'lignes remplies laissées')} de côté."
        changements.append(Changement(Nature.LAISSE, texte, brut.nom))
    return reprises


def _ecrit_l_onglet(livre: Workbook, nom: str, reprise: Reprise, trame: Trame) -> None:
    """Write the lines below one another, and say which ones moved."""
    ecrit_les_lignes(livre[nom], trame, [LignePrete(li.action_id, li.cellules) for li in reprise.lignes])
    for avant, apres in deplacements(reprise.lignes, ENTETE + 1):
        reprise.note(Nature.COMPRIS, f"{avant.capitalize()} de votre fichier : maintenant {apres}.")
