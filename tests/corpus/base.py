"""What a case of the corpus is, and the ordinary filled trame that every case damages in one way.

Never judges anything: the expected verdicts are for `tests/test_corpus.py`, or for any other reader, to compare.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import EXEMPLE, Dossier, charge
from config.french import cle
from sheets import first_tab
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE, classeur
from tests import conftest

GHT, CAMPAGNE = "BFC-08", "2021-annuelle"
ONGLET = "CENTRE HOSPITALIER JURA SUD"
FINESS = "390780146"
VOISIN, FINESS_VOISIN = "CH LEON BERARD MOREZ", "390780153"
FEUILLE = "xl/worksheets/sheet2.xml"
"""The part that holds the tab of the first établissement."""
COL = conftest.COL
RANG = {c.cle: rang for rang, c in enumerate(PAAT.colonnes, 1)}
L1 = ENTETE + 1
"""Row of the first line: the one that is damaged, unless said otherwise."""
N = 10
PREPAREES = 15
"""Rows kept of the three hundred that a template prepares in the filled tab; one is kept in the blank ones."""
GAIN, GAIN_SANS_L1 = "55200.00", "54000.00"
"""Gain of the exercice of the ten lines, and of the nine others when the first one is struck out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a careful referent expects of a file. What is left unsaid is not compared."""

    lisible: bool = True
    codes: AbstractSet[str] = frozenset()
    pas: AbstractSet[str] = frozenset()
    seuls: bool = False
    """No finding but `codes`."""
    lignes_retenues: int | None = None
    gain_retenu: str | None = None
    cellules: Mapping[str, str] = field(default_factory=dict)
    """For a code, the cell where it must stand."""
    dit: str = ""
    """A regular expression that one of the sentences matches, case aside."""
    lu: Mapping[str, str] = field(default_factory=dict)
    """For a column, the value read on the first line, as text."""
    tait: str = ""
    """Digits or letters that nothing of the result may show, even spread out."""
    remis: bool | None = None


@dataclass(frozen=True, slots=True)
class Cas:
    """A file with one thing wrong. `octets()` makes it anew."""

    nom: str
    defaut: str
    verdict: Verdict
    octets: Callable[[], bytes]
    fichier: str


CORPUS: dict[str, Cas] = {}


def ajoute(nom: str, defaut: str, verdict: Verdict, octets: Callable[[], bytes], fichier: str = "") -> None:
    if nom in CORPUS:
        raise ValueError(f"case declared twice: {nom}")
    CORPUS[nom] = Cas(nom, defaut, verdict, octets, fichier or f"{nom}.xlsx")


def cas(nom: str, defaut: str, verdict: Verdict, fichier: str = "") -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:  # fmt: skip
    """Register the function that makes the file. `fichier` is its name when another one matters."""

    def inscrit(octets: Callable[[], bytes]) -> Callable[[], bytes]:
        ajoute(nom, defaut, verdict, octets, fichier)
        return octets

    return inscrit


def entier(*codes: str, **autres: Any) -> Verdict:
    """The ten lines are read to the cent, and nothing is said but `codes`."""
    attendu: dict[str, Any] = {"codes": set(codes), "seuls": True, "lignes_retenues": N, "gain_retenu": GAIN}
    return Verdict(**attendu | autres)


def sans_l1(code: str, colonne: str = "", **autres: Any) -> Verdict:
    """The first line is struck out for this reason alone; the nine others are kept."""
    ou = {code: f"{COL[colonne]}{L1}"} if colonne else {}
    attendu: dict[str, Any] = {"codes": {code}, "seuls": True, "cellules": ou}
    return Verdict(**attendu | {"lignes_retenues": N - 1, "gain_retenu": GAIN_SANS_L1} | autres)


def refuse(dit: str = "", code: str = "classeur-illisible") -> Verdict:
    """The whole file is refused, by one sentence that says why."""
    return Verdict(lisible=False, codes={code}, seuls=True, lignes_retenues=0, gain_retenu="0.00", dit=dit)


ACHATS = ("Épicerie", "Surgelés", "Viandes", "Produits laitiers", "Fruits et légumes", "Boissons", "Pain",
          "Diététique", "Compléments nutritionnels", "Petits-déjeuners")  # fmt: skip


def ligne(k: int) -> dict[str, Any]:
    """The valid line of rank k, from 1: 1 200 × k euros a year, in January, or in July for 3, 6 and 9."""
    return {
        "demarche": "PAAT", "intitule": ACHATS[(k - 1) % len(ACHATS)], "famille": "Hôtellerie", "domaine": "Alimentation",
        "levier": "massification et négociation", "operateur": "UniHA", "marche": f"2021-{k:03d}", "mode": "récurrent",
        "nature": "exploitation", "statut": "réalisé", "date_premiere_commande": datetime(2021, 1 if k % 3 else 7, 15),  # noqa: DTZ001
        "montant_reference": 24_000 * k, "gain_annuel": 1_200 * k, "type_effet": "effet prix induit",
    }  # fmt: skip


@cache
def dossier() -> Dossier:
    return charge(EXEMPLE)


@cache
def ordinaire() -> bytes:
    """The ordinary file: ten valid lines, handed in, « rien à déclarer » for the three other établissements."""
    livre = classeur(PAAT, GHT, dossier().campagnes[CAMPAGNE], dossier())
    for feuille in livre.worksheets:
        if feuille.title not in (first_tab.TITRE, "Listes"):
            _allege(feuille)
    for k in range(1, N + 1):
        tape(livre[ONGLET], L1 + k - 1, ligne(k))
    _repond(livre[first_tab.TITRE])
    return enregistre(livre)


def _allege(feuille: Worksheet) -> None:
    """Fewer prepared lines, and no colours nor drop-downs in the blank tabs: the file is made two hundred times."""
    feuille.delete_rows(L1 + (PREPAREES if feuille.title == ONGLET else 1), feuille.max_row)
    if feuille.title != ONGLET:
        feuille.conditional_formatting = ConditionalFormattingList()
        feuille.data_validations = DataValidationList()


def tape(feuille: Worksheet, numero: int, cellules: Mapping[str, Any]) -> None:
    """Type values in a line, by column; a text that begins with = stays a text."""
    for colonne, valeur in cellules.items():
        cellule = feuille.cell(numero, RANG[colonne])
        cellule.value = valeur
        if isinstance(valeur, str):
            cellule.data_type = "s"
        elif PAAT.par_cle[colonne].format:
            cellule.number_format = PAAT.par_cle[colonne].format


def _repond(feuille: Worksheet) -> None:
    en_face(feuille, first_tab.REMISE).value = "oui"
    en_face(feuille, first_tab.CONTACT).value = "Cellule achats, achats@exemple.invalid"
    for rangee in feuille.iter_rows():
        if str(rangee[0].value).startswith("39078") and rangee[0].value != FINESS:
            feuille.cell(rangee[0].row or 0, 4, "oui")


def en_face(feuille: Worksheet, label: str, colonne: int = 3) -> Any:
    """The cell to fill in front of a label of the first tab."""
    numero = next(r[0].row for r in feuille.iter_rows(max_col=1) if cle(str(r[0].value or "")) == cle(label))
    return feuille.cell(numero or 0, colonne)


def ouvre() -> Workbook:
    return load_workbook(io.BytesIO(ordinaire()))


def enregistre(livre: Workbook) -> bytes:
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


Edition = Callable[[Workbook, Worksheet], object]
"""What is done to a workbook and to the tab of its first établissement."""


def retouche(*editions: Edition) -> bytes:
    """The ordinary file, edited as a person would."""
    livre = ouvre()
    for edite in editions:
        edite(livre, livre[ONGLET] if ONGLET in livre.sheetnames else livre.worksheets[0])
    return enregistre(livre)


def pose(cellules: Mapping[str, Any], onglet: str = ONGLET) -> Edition:
    """Write these cells, by address."""

    def edite(livre: Workbook, _: Worksheet) -> None:
        for adresse, valeur in cellules.items():
            livre[onglet][adresse].value = valeur

    return edite


def frappe(numero: int, **cellules: Any) -> Edition:
    """Type these values in a line, by column."""
    return lambda _, feuille: tape(feuille, numero, cellules)


def habille(adresse: str, format_: str) -> Edition:
    """Give a cell a number format."""
    return lambda _, feuille: setattr(feuille[adresse], "number_format", format_)
