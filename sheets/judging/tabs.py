"""Which tab of a workbook is whose, in what order they are believed, and which are left aside.

Reads no line, and judges none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.campaign import Campagne
from config.folder import Dossier
from config.french import proche
from config.territory import Etablissement
from sheets.checks import on_workbooks
from sheets.checks.catalogue import Contexte
from sheets.findings import Constat
from sheets.first_tab import Accueil
from sheets.reading.opening import OngletBrut
from sheets.reading.read_tab import OngletLu
from sheets.tab_names import A_NOUS, noms_d_onglets
from sheets.trame import Tampon, Trame

Tab = tuple[OngletBrut, Tampon | None]
"""A tab as read, and the stamp it bears."""


@dataclass(frozen=True, slots=True)
class Envoi:
    """What is the same for every tab of one workbook."""

    octets: bytes
    trame: Trame
    campagne: Campagne
    tampon: Tampon
    dossier: Dossier
    dit: Accueil
    membres: dict[str, str]
    """Names of the établissements of the GHT at the situation date, by FINESS."""
    relu: bool = False

    def contexte(self, finess: str = "") -> Contexte:
        """What the checks may know; total purchases from the first tab, else the latest the region knows."""
        d = self.dossier
        achats = self.dit.achats.get(finess) or d.achats_connus(finess, self.campagne.exercice)
        return Contexte(self.campagne, d.nomenclature, d.seuils, d.essais, achats)


def etablissement_de(envoi: Envoi, nom: str, tampon: Tampon | None, deja: Mapping[str, str]) -> tuple[str, str]:
    """(FINESS, doubt): whose tab this is, by its stamp or else by its name; a doubt refuses the tab."""
    finess = tampon.finess if tampon and tampon.finess else _par_nom(nom, envoi)
    if not finess:
        return "", f"L'onglet « {nom} » ne dit pas pour quel établissement il est rempli."
    if finess not in envoi.membres:
        return "", f"L'onglet « {nom} » est celui de l'établissement {finess}, qui n'est pas du GHT {envoi.tampon.ght}."
    if tampon and replace(tampon, finess="") != envoi.tampon:
        return "", f"L'onglet « {nom} » porte un autre tampon que le classeur : « {tampon} »."
    if finess in deja:
        return "", f"L'onglet « {nom} » est au nom de {envoi.membres[finess]}, comme l'onglet « {deja[finess]} »."
    return finess, ""


def _par_nom(nom: str, envoi: Envoi) -> str:
    """The établissement whose tab would bear this name; a slightly changed name is recognised when only one is near."""
    connus = noms_d_onglets(Etablissement(f, n) for f, n in envoi.membres.items())
    voisin = proche(nom, connus.values(), seuil=92)
    return next((f for f, n in connus.items() if n == nom), None) or next(
        (f for f, n in connus.items() if n == voisin), ""
    )


def bears_the_name_of(envoi: Envoi, nom: str, finess: str) -> str:
    """The établissement whose tab should bear this name, when it is not the one the stamp names."""
    noms = noms_d_onglets(Etablissement(f, n) for f, n in envoi.membres.items())
    return next((envoi.membres[f] for f, n in noms.items() if n == nom and f != finess), "")


def by_trust(envoi: Envoi, tabs: Iterable[Tab]) -> list[tuple[int, Tab]]:
    """The tabs with their rank in the workbook, the most trusted first: of two for one établissement, the first counts.

    A stamp is believed over a name, then the very name that the template gives over another one, then the order.
    """
    noms = noms_d_onglets(Etablissement(f, n) for f, n in envoi.membres.items())

    def doubt(place: tuple[int, Tab]) -> tuple[bool, bool, int]:
        rang, (brut, tampon) = place
        finess = tampon.finess if tampon else ""
        attendus = [noms.get(finess, "")] if finess else noms.values()
        return not finess, brut.nom not in attendus, rang

    return sorted(enumerate(tabs), key=doubt)


def set_aside(envoi: Envoi, brut: OngletBrut, tampon: Tampon | None, lu: OngletLu | None) -> list[Constat] | None:
    """What is said of a tab that is not one of the trame; None for one that is.

    People's own tabs may bear some of our headings: one that names no établissement, by stamp or by name, is a tab of
    the trame only when it has every column that the trame cannot do without.
    """
    if tampon and tampon.finess:
        return None
    if lu is not None and (_par_nom(brut.nom, envoi) or _has_its_columns(lu, envoi.trame)):
        return None
    values = 0 if brut.nom in A_NOUS else sum(c not in ("", None) for rangee in brut.rangees for c in rangee)
    return [on_workbooks.onglet_ecarte(brut.nom, values, feuille=brut.nom)] if values else []


def _has_its_columns(lu: OngletLu, trame: Trame) -> bool:
    return all(c.cle in lu.colonnes for c, requis in trame.requises if requis.colonne_indispensable)
