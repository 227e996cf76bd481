"""A second opinion on the demo's filled workbooks: reads, judges and adds up by itself, from the written rules alone.

Knows nothing of the product: openpyxl, Decimal, and the rules that the demo's mistakes exercise. Slow and plain on purpose.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

EXERCICE = 2021
ILLISIBLE = Decimal("NaN")
TITRES = {
    "intitule": r"intitule.*|libelle de l ?action",
    "famille": "famille",
    "marche": r"n.? de marche",
    "nature": "nature",
    "statut": "statut",
    "date": r"date de 1re commande",
    "reference": r"montant de reference.*",
    "gain": r"gain annuel.*|montant gain",
    "justification": r"calcul des gains",
}
BORNES = {"MEDICAMENTS": Decimal("0.40")}
BORNE = Decimal("0.30")


@dataclass
class Ligne:
    """One action at its cell. Amounts in euros; `motifs` says why it is struck out."""

    ght: str
    fichier: str
    feuille: str
    rang: int
    cellule: str
    gain_annuel: Decimal
    part: Decimal
    """What falls in the exercice."""
    motifs: set[str] = field(default_factory=set)

    @property
    def retire(self) -> Decimal:
        return max(self.part, Decimal(0)) if self.motifs else Decimal(0)


@dataclass
class Somme:
    declare: Decimal
    retire: Decimal
    retenu: Decimal
    rejetees: int
    retenues: int


def somme(lignes: list[Ligne]) -> Somme:
    declare, retire = (sum((getattr(li, quoi) for li in lignes), Decimal(0)) for quoi in ("part", "retire"))
    rejetees = sum(bool(li.motifs) for li in lignes)
    return Somme(declare, retire, declare - retire, rejetees, len(lignes) - rejetees)


def lit(dossier: Path) -> list[Ligne]:
    """Every action of every workbook of a folder that carries the stamp of a trame."""
    fichiers = sorted(f for f in dossier.glob("*.xlsx") if not f.name.startswith("~$"))
    return [ligne for fichier in fichiers for ligne in _lit_classeur(fichier)]


def montant(brut: object) -> Decimal | None:
    """Euros as French people type them; None is blank, ILLISIBLE is a text that is no number."""
    texte = re.sub(r"\s", "", str(brut)) if brut is not None else ""
    if not texte:
        return None
    signe = -1 if texte.startswith(("(", "-")) else 1
    facteur = 1000 if texte.rstrip(")").endswith("k€") else 1
    chiffres = texte.strip("()-k€").replace(",", ".")
    return signe * facteur * Decimal(chiffres) if re.fullmatch(r"\d+(\.\d+)?", chiffres) else ILLISIBLE


def jour(brut: object) -> date | None:
    if isinstance(brut, datetime):
        return brut.date()
    if isinstance(brut, str) and (parts := re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", brut.strip())):
        return date(2000 + int(parts[3]), int(parts[2]), int(parts[1]))
    return None


def part_de_l_exercice(gain: Decimal, premiere_commande: date) -> Decimal:
    """Twelve months from the month of the first order: what has been earned at the end of the year, less at its start."""

    def cumul(annee: int) -> Decimal:
        mois = (annee - premiere_commande.year) * 12 + 13 - premiere_commande.month
        return (gain * min(max(mois, 0), 12) / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)

    return cumul(EXERCICE) - cumul(EXERCICE - 1)


def _plat(brut: object) -> str:
    sans_accents = unicodedata.normalize("NFKD", str(brut or "")).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", sans_accents))


def _lit_classeur(fichier: Path) -> Iterator[Ligne]:
    livre = load_workbook(fichier, read_only=True)
    for feuille in livre.worksheets:
        rangees = [list(r) for r in feuille.iter_rows(values_only=True)]
        tampon = re.search(r"Vigie · trame paat .* · (BFC-\d\d) · .* · FINESS \d{9}", str(rangees[2:3]))
        if tampon:
            yield from _lit_onglet(rangees, tampon[1], fichier.name, feuille.title)
    livre.close()


def _lit_onglet(rangees: Sequence[Sequence[object]], ght: str, fichier: str, feuille: str) -> Iterator[Ligne]:
    places: dict[str, int] = {}
    vues: set[tuple[object, ...]] = set()
    for rang, rangee in enumerate(rangees, 1):
        if not places:
            trouvees = {
                cle: i for cle, motif in TITRES.items() for i, t in enumerate(rangee) if re.fullmatch(motif, _plat(t))
            }
            places = trouvees if len(trouvees) == len(TITRES) else {}
            continue
        v = {cle: rangee[place] for cle, place in places.items()}
        if v["intitule"] and v["statut"]:  # else blank, a total, or a note typed below
            gain, quand, statut = montant(v["gain"]), jour(v["date"]), _plat(v["statut"])
            compte = statut == "realise" and gain is not None and gain.is_finite() and quand is not None
            part = part_de_l_exercice(gain, quand) if compte and gain is not None and quand else Decimal(0)
            ligne = Ligne(
                ght, fichier, feuille, rang, f"{get_column_letter(places['gain'] + 1)}{rang}", gain or Decimal(0), part
            )
            ligne.motifs = set(_motifs(v, gain, quand, statut))
            signature = (_plat(v["intitule"]), v["marche"], v["reference"], v["gain"])
            ligne.motifs |= {"doublon"} if signature in vues else set()
            ligne.motifs |= {"donnee-personnelle"} if any(_nir(str(c)) for c in rangee if c) else set()
            vues.add(signature)
            yield ligne


def _motifs(v: dict[str, object], gain: Decimal | None, quand: date | None, statut: str) -> Iterator[str]:
    """Why a line is struck out, by its own cells."""
    reference = montant(v["reference"])
    if statut in ("realise", "notifie"):
        if reference is None and v["nature"] != "recette":
            yield "montant-reference-absent"
        if gain is None:
            yield "gain-absent"
    if gain is not None and gain.is_nan():
        yield "valeur-non-numerique"
    elif gain and gain > 0 and reference and v["nature"] != "recette":
        if gain >= reference:
            yield "performance-superieure-100"
        elif gain / reference > BORNES.get(str(v["famille"]), BORNE) and not v["justification"]:
            yield "performance-hors-bornes"
    if statut == "realise":
        if quand is None:
            yield "date-commande-absente"
        elif not date(EXERCICE - 1, 2, 1) <= quand <= date(EXERCICE, 12, 31):
            yield "gain-hors-exercice"


def _nir(texte: str) -> bool:
    """A social-security number: thirteen digits and the key that goes with them."""
    return any(
        97 - int(numero[:13]) % 97 == int(numero[13:])
        for numero in (re.sub(r"\s", "", n) for n in re.findall(r"\b[12](?:\s?\d){14}\b", texte))
    )
