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

from tests.corpus.base import COL, L1, TAB, N, Verdict, all_lines_read, open_workbook, without_l1

DAY, EURO_FORMAT, ZEROS = "dd/mm/yyyy", "#,##0.00", "00000"


@dataclass(frozen=True, slots=True)
class Case:
    """A cell from 0. `kind`: texte, nombre, jour (ISO), vrai, formule (its result beside), erreur."""

    line: int
    column: int
    kind: str
    value: Any
    format: str = ""
    outcome: Any = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What a workbook has of its own: cells typed over those of the ordinary one, and what is asked of its writer."""

    name: str
    defect: str
    verdict: Verdict
    cases: tuple[Case, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """jours: vrais, iso (t="d"), textes, nombres; textes: partages or sur place; and the names of the writer's own options."""


def _place(column: str, rank: int = 0) -> tuple[int, int]:
    return L1 - 1 + rank, list(COL).index(column)


def case(column: str, kind: str, value: Any, format_: str = "", outcome: Any = None, rank: int = 0) -> Case:
    return Case(*_place(column, rank), kind, value, format_, outcome)


@cache
def ordinary_cells() -> dict[str, tuple[Case, ...]]:
    """The cells of each tab of the ordinary file, formulas left out."""
    return {f.title: tuple(_cases(f)) for f in open_workbook().worksheets}


def _cases(sheet: Any) -> Iterator[Case]:
    for row in sheet.iter_rows():
        for c in row:
            where = (c.row - 1, c.column - 1)
            if isinstance(c.value, date | datetime):
                yield Case(*where, "jour", c.value.date().isoformat() if isinstance(c.value, datetime) else c.value.isoformat(), DAY)  # fmt: skip
            elif isinstance(c.value, bool | int | float):
                yield Case(*where, "vrai" if isinstance(c.value, bool) else "nombre", c.value)
            elif c.value is not None and c.data_type != "f":
                yield Case(*where, "texte", str(c.value))


def cases_of(variant: Variant) -> dict[str, list[Case]]:
    """The cells of each tab once those of the variant are typed over."""
    typed_over = {(c.line, c.column): c for c in variant.cases}
    tabs = {}
    for title, cases in ordinary_cells().items():
        here = {(c.line, c.column): c for c in cases} | (typed_over if title == TAB else {})
        tabs[title] = [c for _, c in sorted(here.items())]
    return tabs


def _gains(kind: str, **others: Any) -> tuple[Case, ...]:
    """The gain of each line, written another way."""
    return tuple(
        case("gain_annuel", kind, others["value"](k), others.get("format_", ""), others["outcome"](k) if "outcome" in others else None, k - 1)
        for k in range(1, N + 1)
    )  # fmt: skip


ERROR_VERDICT = without_l1("formule-en-erreur", "gain_annuel")
VARIANTS = (
    Variant("simple", "la trame, sans rien de plus", all_lines_read()),
    Variant("formules", "des gains en formules, avec leur résultat", all_lines_read(), _gains(
        "formule", value=lambda k: f"O{L1 + k - 1}*5/100", outcome=lambda k: 1_200 * k)),
    Variant("gains-en-textes", "des gains écrits en textes à la française", all_lines_read(), _gains(
        "texte", value=lambda k: f"{1_200 * k:,.2f} €".replace(",", " ").replace(".", ","))),
    Variant("jours-en-textes", "des dates écrites en textes", all_lines_read(), options={"jours": "textes"}),
    Variant("jours-en-nombres", "des dates sans format, qui ne sont que des nombres", all_lines_read(), options={"jours": "nombres"}),
    Variant("erreur", "un gain en erreur, #DIV/0!", ERROR_VERDICT, (case("gain_annuel", "erreur", "#DIV/0!"),)),
    Variant("erreur-na", "un gain en erreur, #N/A", ERROR_VERDICT, (case("gain_annuel", "erreur", "#N/A"),)),
    Variant("vrai", "VRAI dans la case du gain", without_l1("valeur-non-numerique", "gain_annuel"), (case("gain_annuel", "vrai", True),)),
    Variant("non-connu", "« NC » dans la case du gain", without_l1("valeur-non-numerique", "gain_annuel"),
             (case("gain_annuel", "texte", "NC"),)),
    Variant("perte", "une perte", Verdict(codes={"perte-declaree"}, no_other_code=True, lines_kept=N, kept="52800.00"),
             (case("gain_annuel", "nombre", -1_200),)),
    Variant("zeros", "un numéro de marché 123 affiché 00123", all_lines_read(read_values={"marche": "00123"}), (case("marche", "nombre", 123, ZEROS),)),
    Variant("onglet-a-soi", "un onglet de travail devant les autres", all_lines_read("onglet-ecarte"), options={"onglet": "Suivi"}),
    Variant("lointaine", "une note loin du tableau", all_lines_read("cellule-lointaine"), (Case(400, 1, "texte", "à voir"),)),
    Variant("1904", "un calendrier de 1904", all_lines_read(), options={"1904": True}),
)  # fmt: skip
"""Each is written by every program that can."""


def as_json(variant: Variant) -> dict[str, Any]:
    """A variant as the programs of `make e2e` are given it."""
    tabs = [
        {"titre": title, "cases": [[c.line, c.column, c.kind, c.value, c.format, c.outcome] for c in cases]}
        for title, cases in cases_of(variant).items()
    ]
    return {"nom": variant.name, "options": dict(variant.options), "onglets": tabs}
