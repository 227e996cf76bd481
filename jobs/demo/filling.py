"""Fills blank trames as people do: mostly well, and with the mistakes that are met every year. Repeatable.

The amounts are drawn, then scaled so that the example region keeps 14.6 M€, as published for 2021.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campagne
from config.folder import Dossier
from config.french import cle
from sheets import first_tab
from sheets.gain import part_de_l_exercice
from sheets.trame import Trame
from sheets.writing import ENTETE, noms_d_onglets

GRAINE = 2021
CIBLE_EUROS = 14_603_000
"""What the region keeps, before amounts are rounded to whole euros."""
ABSENT = "BFC-11"
NON_REMIS = ("BFC-09",)
REJETEES_CHEZ = ("BFC-08", "BFC-03", "BFC-03", "BFC-12", "BFC-07", "BFC-02", "BFC-01")
"""Who declares each of the seven real struck lines."""
Cellules = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """A line to be typed: cells by column, and what it is worth in the exercice before scaling."""

    cellules: Cellules
    poids: float


def achats() -> list[dict[str, str]]:
    """The purchases people declare: family, domain, category, title."""
    texte = files("jobs.demo").joinpath("achats.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(texte.splitlines(), delimiter=";"))


def plan(dossier: Dossier, campagne: Campagne) -> dict[str, list[Cellules]]:
    """The valid lines of every établissement (by FINESS), scaled to the region's target."""
    hasard = random.Random(GRAINE)
    catalogue = achats()
    tirees: dict[str, list[Action]] = {}
    for g in dossier.territoire.ghts.values():
        if g.code == ABSENT:
            continue
        for e in dossier.territoire.membres(g.code, campagne.situation):
            millions = dossier.achats[e.finess, campagne.exercice] / 1e8
            tirees[e.finess] = [
                _action(hasard, catalogue, millions, campagne) for _ in range(6 + round(millions**0.55 * 2))
            ]
    total = sum(a.poids for actions in tirees.values() for a in actions)
    return {f: [_a_l_echelle(a, CIBLE_EUROS / total) for a in actions] for f, actions in tirees.items()}


def _action(hasard: random.Random, catalogue: list[dict[str, str]], millions: float, campagne: Campagne) -> Action:
    achat = hasard.choice(catalogue)
    statut = hasard.choices(("réalisé", "notifié", "potentiel", "abandonné"), (82, 9, 6, 3))[0]
    reporte = statut == "réalisé" and hasard.random() < 0.18
    annee = campagne.exercice - reporte
    quand = date(annee, hasard.randint(2 if reporte else 1, 12), hasard.randint(1, 28))
    gain = round(2_000 * millions**0.45 * hasard.lognormvariate(0.6, 0.7)) * (-1 if hasard.random() < 0.04 else 1)
    performance = hasard.uniform(0.03, 0.13)
    nature = "investissement" if achat["domaine"] == "Imagerie" else "exploitation"
    cellules: Cellules = {
        "demarche": hasard.choice(("PAAT", "PAA")),
        "intitule": achat["intitule"],
        "famille": achat["famille"],
        "domaine": achat["domaine"],
        "categorie": achat["categorie"] or None,
        "levier": hasard.choice(("massification et négociation", "standardisation et substitution", "processus achat")),
        "operateur": hasard.choices(
            ("Établissement", "GHT", "GCS régional", "UniHA", "Resah", "UGAP"), (30, 34, 8, 16, 8, 4)
        )[0],
        "marche": f"{annee}-{hasard.randint(1, 999):03d}",
        "mode": hasard.choices(("récurrent", "ponctuel", "action de progrès"), (7, 2, 1))[0],
        "nature": nature,
        "duree_amortissement": 7 if nature == "investissement" else None,
        "statut": statut,
        "date_premiere_commande": quand if statut in ("réalisé", "notifié") else None,
        "montant_reference": abs(gain) / performance,
        "gain_annuel": gain,
        "type_effet": "effet prix induit",
    }
    poids = part_de_l_exercice(gain * 100, quand, campagne.exercice) / 100 if statut == "réalisé" else 0.0
    return Action(cellules, poids)


def _a_l_echelle(action: Action, facteur: float) -> Cellules:
    c = dict(action.cellules)
    c["gain_annuel"] = round(c["gain_annuel"] * facteur)
    c["montant_reference"] = round(c["montant_reference"] * facteur / 100) * 100
    return c


def rejetees() -> list[Cellules]:
    """The seven real lines struck out of 2021 trames, as they were typed."""
    texte = files("jobs.demo").joinpath("lignes_rejetees_2021.csv").read_text(encoding="utf-8")
    return [
        {
            "demarche": "PAA", "intitule": f"{r['domaine'].capitalize()} : remise en concurrence",
            "famille": r["famille"], "domaine": r["domaine"], "categorie": r["categorie"] or None,
            "operateur": "Établissement", "marche": f"2021-R{rang:02d}", "mode": "récurrent", "nature": "exploitation",
            "statut": "réalisé", "date_premiere_commande": date(2021, 1, 4), "montant_reference": int(r["montant_reference"]),
            "gain_annuel": int(r["gain"]), "type_effet": r["type_effet"],
        }
        for rang, r in enumerate(csv.DictReader(texte.splitlines()), 1)
    ]  # fmt: skip


def remplit(
    livre: Workbook, trame: Trame, ght: str, campagne: Campagne, dossier: Dossier, lignes: dict[str, list[Cellules]]
) -> None:
    """Type the lines of a GHT into its trame, then make its own mistakes."""
    membres = dossier.territoire.membres(ght, campagne.situation)
    feuilles = {f: livre[nom] for f, nom in noms_d_onglets(membres).items()}
    lignes = {f: list(lignes[f]) for f in feuilles}
    support = membres[0].finess
    premier = livre[first_tab.TITRE]
    _en_face(premier, first_tab.REMISE, "non" if ght in NON_REMIS else first_tab.OUI)
    _en_face(premier, first_tab.CONTACT, f"Cellule achats, paat.{ght.lower()}@exemple.invalid")
    if faute := FAUTES.get(ght):
        faute(lignes, support)
    for destinataire, rejetee in zip(REJETEES_CHEZ, rejetees(), strict=True):
        if destinataire == ght:
            lignes[support].append(rejetee)
    for finess, feuille in feuilles.items():
        for ligne, cellules in enumerate(lignes[finess], ENTETE + 1):
            _tape(feuille, trame, ligne, cellules)
    if retouche := RETOUCHES.get(ght):
        retouche(livre, list(feuilles.values()))


def _tape(feuille: Worksheet, trame: Trame, ligne: int, cellules: Cellules) -> None:
    for rang, c in enumerate(trame.colonnes, 1):
        if cellules.get(c.cle) is not None:
            feuille.cell(ligne, rang, cellules[c.cle])
            if c.format and not isinstance(cellules[c.cle], str):
                feuille.cell(ligne, rang).number_format = c.format


def _en_face(feuille: Worksheet, label: str, valeur: str) -> None:
    ligne = next(r[0].row for r in feuille.iter_rows(max_col=1) if r[0].value and cle(str(r[0].value)) == cle(label))
    feuille.cell(ligne, 3, valeur)


Lignes = dict[str, list[Cellules]]


def _copie_colle(lignes: Lignes, support: str) -> None:
    """A line pasted twice, and one whose amounts were never filled in."""
    lignes[support].append(
        dict(next(li for li in lignes[support] if li["statut"] == "réalisé" and li["gain_annuel"] > 0))
    )
    lignes[support].append({**lignes[support][1], "intitule": "Consommables de bloc", "statut": "réalisé", "marche": "2021-B12",
                            "date_premiere_commande": date(2021, 3, 1), "montant_reference": None})  # fmt: skip


def _ecrit_a_la_francaise(lignes: Lignes, support: str) -> None:
    """Amounts and dates typed as text, every way people type them."""
    for finess in lignes:
        for rang, li in enumerate(lignes[finess]):
            if isinstance(li["gain_annuel"], int) and rang % 3 == 0:
                montant = f"{abs(li['gain_annuel']):,}".replace(",", " ") + ",00 €"
                li["gain_annuel"] = f"({montant})" if li["gain_annuel"] < 0 else montant
                li["montant_reference"] = f"{li['montant_reference'] / 1000:.1f}".replace(".", ",") + " k€"
            if li["date_premiere_commande"] and rang % 4 == 1:
                li["date_premiere_commande"] = f"{li['date_premiere_commande']:%d/%m/%y}"


def _a_voir(lignes: Lignes, support: str) -> None:
    """Text where a number was expected, an order from long ago, a mistyped family, a number nobody should type."""
    valides = [li for li in lignes[support] if li["statut"] == "réalisé"]
    modele = {**valides[0], "date_premiere_commande": date(2021, 4, 1)}
    lignes[support] += [
        {**modele, "intitule": "Literie médicalisée", "marche": "2021-L01", "gain_annuel": "NC"},
        {**modele, "intitule": "Mobilier de chambre", "marche": "2021-L02", "date_premiere_commande": date(2019, 6, 3)},
        {**modele, "intitule": "Bandages", "marche": "2021-L03", "famille": "Dispositif médical", "gain_annuel": 3_100, "montant_reference": 40_000},
        {**modele, "intitule": "Fauteuils de soins", "marche": "2021-L04", "gain_annuel": 18_400, "montant_reference": 41_000},
        {**modele, "intitule": "Aides techniques", "marche": "2021-L05", "gain_annuel": 900, "montant_reference": 12_000,
         "commentaire": "suivi par 1 85 05 78 006 084 91"},
    ]  # fmt: skip


def _sans_un_onglet(lignes: Lignes, support: str) -> None:
    """One établissement left empty; its lines go to the support, where its purchases are made."""
    muet = next(f for f in lignes if f != support)
    lignes[support] += lignes[muet]
    lignes[muet] = []


def _sans_trois_onglets(lignes: Lignes, support: str) -> None:
    """A partial workbook: what three of the établissements gained is declared by the support."""
    for muet in list(lignes)[-3:]:
        lignes[support] += lignes[muet]
        lignes[muet] = []


FAUTES: dict[str, Callable[[Lignes, str], None]] = {
    "BFC-02": _ecrit_a_la_francaise,
    "BFC-03": _copie_colle,
    "BFC-05": _sans_un_onglet,
    "BFC-06": _sans_trois_onglets,
    "BFC-07": _a_voir,
}


def _renomme(livre: Workbook, feuilles: list[Worksheet]) -> None:
    """Headings renamed, mistyped and broken over lines, two columns swapped."""
    for feuille in feuilles:
        rangs = {str(feuille.cell(ENTETE, r).value): r for r in range(1, feuille.max_column + 1)}
        feuille.cell(ENTETE, rangs["Intitulé de l'action"], "Libellé de\nl'action")
        feuille.cell(ENTETE, rangs["Gain annuel sur 12 mois (€ TTC)"], "Montant Gain")
        feuille.cell(ENTETE, rangs["Montant de référence annuel (€ TTC)"], "Montant de reference anuel")
        for ligne in range(ENTETE, feuille.max_row + 1):
            a, b = feuille.cell(ligne, rangs["Levier"]), feuille.cell(ligne, rangs["N° de marché"])
            a.value, b.value = b.value, a.value


def _total_en_bas(livre: Workbook, feuilles: list[Worksheet]) -> None:
    """A total under the lines, and a note typed far below."""
    feuille = feuilles[0]
    derniere = max(li for li in range(ENTETE + 1, feuille.max_row) if feuille.cell(li, 3).value)
    somme = sum(v for li in range(ENTETE + 1, derniere + 1) if isinstance(v := feuille.cell(li, 19).value, int))
    feuille.cell(derniere + 2, 3, "TOTAL")
    feuille.cell(derniere + 2, 19, somme)
    feuille.cell(derniere + 80, 4, "voir avec la pharmacie")


def _retire_les_onglets_vides(livre: Workbook, feuilles: list[Worksheet]) -> None:
    """Tabs left blank were deleted; one of them says « rien à déclarer » on the first tab."""
    vides = [f for f in feuilles if not f.cell(ENTETE + 1, 3).value]
    premier = livre[first_tab.TITRE]
    finess_muet = str(vides[0]["A3"].value)[-9:]
    next(r for r in premier.iter_rows(max_col=4) if r[0].value == finess_muet)[3].value = first_tab.OUI
    for feuille in vides:
        livre.remove(feuille)


RETOUCHES: dict[str, Callable[[Workbook, list[Worksheet]], None]] = {
    "BFC-04": _renomme,
    "BFC-07": _total_en_bas,
    "BFC-06": _retire_les_onglets_vides,
}


def fichier_etranger() -> Workbook:
    """A workbook that is no trame, dropped in the folder by mistake."""
    livre = Workbook()
    feuille = livre.active
    assert isinstance(feuille, Worksheet)
    feuille.title = "Congés"
    for rangee in _conges():
        feuille.append(rangee)
    return livre


def _conges() -> Iterator[list[str]]:
    yield ["Service", "Semaine", "Effectif"]
    yield from (["Achats", f"S{n}", str(n % 4 + 2)] for n in range(20, 35))
