"""The same trame as other programs write it: XlsxWriter here, SheetJS, exceljs and LibreOffice in `make e2e`.

One neutral description of the ten lines and of what each variant changes, so that every program writes the same thing.
Reads no workbook but the ordinary one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from tests.corpus.base import COL, L1, ONGLET, N, Verdict, entier, ouvre, sans_l1

JOUR, EUROS, ZEROS = "dd/mm/yyyy", "#,##0.00", "00000"


@dataclass(frozen=True, slots=True)
class Case:
    """A cell from 0. `genre`: texte, nombre, jour (ISO), vrai, formule (its result beside), erreur."""

    ligne: int
    colonne: int
    genre: str
    valeur: Any
    format: str = ""
    resultat: Any = None


@dataclass(frozen=True, slots=True)
class Variante:
    """What a workbook has of its own: cells typed over those of the ordinary one, and what is asked of its writer."""

    nom: str
    defaut: str
    verdict: Verdict
    cases: tuple[Case, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """jours: vrais, iso (t="d"), textes, nombres; textes: partages or sur place; and the names of the writer's own options."""


def _place(colonne: str, rang: int = 0) -> tuple[int, int]:
    return L1 - 1 + rang, list(COL).index(colonne)


def case(colonne: str, genre: str, valeur: Any, format_: str = "", resultat: Any = None, rang: int = 0) -> Case:
    return Case(*_place(colonne, rang), genre, valeur, format_, resultat)


@cache
def ordinaires() -> dict[str, tuple[Case, ...]]:
    """The cells of each tab of the ordinary file, formulas left out."""
    return {f.title: tuple(_cases(f)) for f in ouvre().worksheets}


def _cases(feuille: Any) -> Iterator[Case]:
    for rangee in feuille.iter_rows():
        for c in rangee:
            ou = (c.row - 1, c.column - 1)
            if isinstance(c.value, date | datetime):
                yield Case(*ou, "jour", c.value.date().isoformat() if isinstance(c.value, datetime) else c.value.isoformat(), JOUR)  # fmt: skip
            elif isinstance(c.value, bool | int | float):
                yield Case(*ou, "vrai" if isinstance(c.value, bool) else "nombre", c.value)
            elif c.value is not None and c.data_type != "f":
                yield Case(*ou, "texte", str(c.value))


def cases_de(variante: Variante) -> dict[str, list[Case]]:
    """The cells of each tab once those of the variant are typed over."""
    posees = {(c.ligne, c.colonne): c for c in variante.cases}
    onglets = {}
    for titre, cases in ordinaires().items():
        ici = {(c.ligne, c.colonne): c for c in cases} | (posees if titre == ONGLET else {})
        onglets[titre] = [c for _, c in sorted(ici.items())]
    return onglets


def _gains(genre: str, **autres: Any) -> tuple[Case, ...]:
    """The gain of each line, written another way."""
    return tuple(
        case("gain_annuel", genre, autres["valeur"](k), autres.get("format_", ""), autres["resultat"](k) if "resultat" in autres else None, k - 1)
        for k in range(1, N + 1)
    )  # fmt: skip


ERREUR = sans_l1("formule-en-erreur", "gain_annuel")
VARIANTES = (
    Variante("simple", "la trame, sans rien de plus", entier()),
    Variante("formules", "des gains en formules, avec leur résultat", entier(), _gains(
        "formule", valeur=lambda k: f"O{L1 + k - 1}*5/100", resultat=lambda k: 1_200 * k)),
    Variante("gains-en-textes", "des gains écrits en textes à la française", entier(), _gains(
        "texte", valeur=lambda k: f"{1_200 * k:,.2f} €".replace(",", " ").replace(".", ","))),
    Variante("jours-en-textes", "des dates écrites en textes", entier(), options={"jours": "textes"}),
    Variante("jours-en-nombres", "des dates sans format, qui ne sont que des nombres", entier(), options={"jours": "nombres"}),
    Variante("erreur", "un gain en erreur, #DIV/0!", ERREUR, (case("gain_annuel", "erreur", "#DIV/0!"),)),
    Variante("erreur-na", "un gain en erreur, #N/A", ERREUR, (case("gain_annuel", "erreur", "#N/A"),)),
    Variante("vrai", "VRAI dans la case du gain", sans_l1("valeur-non-numerique", "gain_annuel"), (case("gain_annuel", "vrai", True),)),
    Variante("non-connu", "« NC » dans la case du gain", sans_l1("valeur-non-numerique", "gain_annuel"),
             (case("gain_annuel", "texte", "NC"),)),
    Variante("perte", "une perte", Verdict(codes={"perte-declaree"}, seuls=True, lignes_retenues=N, gain_retenu="52800.00"),
             (case("gain_annuel", "nombre", -1_200),)),
    Variante("zeros", "un numéro de marché 123 affiché 00123", entier(lu={"marche": "00123"}), (case("marche", "nombre", 123, ZEROS),)),
    Variante("onglet-a-soi", "un onglet de travail devant les autres", entier("onglet-ecarte"), options={"onglet": "Suivi"}),
    Variante("lointaine", "une note loin du tableau", entier("cellule-lointaine"), (Case(400, 1, "texte", "à voir"),)),
    Variante("1904", "un calendrier de 1904", entier(), options={"1904": True}),
)  # fmt: skip
"""Each is written by every program that can."""


def en_json(variante: Variante) -> dict[str, Any]:
    """A variant as the programs of `make e2e` are given it."""
    onglets = [
        {"titre": titre, "cases": [[c.ligne, c.colonne, c.genre, c.valeur, c.format, c.resultat] for c in cases]}
        for titre, cases in cases_de(variante).items()
    ]
    return {"nom": variante.nom, "options": dict(variante.options), "onglets": onglets}
