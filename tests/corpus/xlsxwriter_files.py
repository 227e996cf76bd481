"""The trame as XlsxWriter writes it: each variant, then what that library can put beside the cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.corpus.base import L1, TAB, N, Verdict, add_case, all_lines_read
from tests.corpus.writers import VARIANTS, Case, Variant, cases_of

Decoration = Callable[[Workbook, Worksheet], object]
"""What is put in the tab of the first établissement, or in the workbook, beside the cells."""


def write(variant: Variant, decoration: Decoration | None = None, **options: Any) -> bytes:
    """The workbook's bytes."""
    stamp = io.BytesIO()
    book = xlsxwriter.Workbook(stamp, {"in_memory": True, "date_1904": variant.options.get("1904", False), **options})
    if title := variant.options.get("onglet"):
        book.add_worksheet(title).write_row(0, 0, ["N°", "Objet", "Statut", "Commentaires", "Responsable"])
    for title, cases in cases_of(variant).items():
        sheet = book.add_worksheet(title)
        for c in cases:
            _write_case(book, sheet, c, variant.options.get("jours", "vrais"))
        if decoration and title == TAB:
            decoration(book, sheet)
    book.close()
    return stamp.getvalue()


def _write_case(book: Workbook, sheet: Worksheet, c: Case, days: str) -> None:
    form = (
        book.add_format({"num_format": c.format}) if c.format and not (c.kind == "jour" and days == "nombres") else None
    )
    if c.kind == "jour":
        day = date.fromisoformat(c.value)
        if days == "vrais":
            sheet.write_datetime(c.line, c.column, datetime.combine(day, datetime.min.time()), form)
        elif days == "textes":
            sheet.write_string(c.line, c.column, f"{day:%d/%m/%Y}")
        else:
            sheet.write_number(c.line, c.column, (day - date(1899, 12, 30)).days)
    elif c.kind == "formule":
        sheet.write_formula(c.line, c.column, f"={c.value}", form, *([] if c.outcome is None else [c.outcome]))
    elif c.kind == "erreur":
        sheet.write_formula(c.line, c.column, "=1/0", form, c.value)
    elif c.kind == "vrai":
        sheet.write_boolean(c.line, c.column, c.value)
    elif c.kind == "nombre":
        sheet.write_number(c.line, c.column, c.value, form)
    else:
        sheet.write_string(c.line, c.column, c.value)


SIMPLE = VARIANTS[0]
for v in VARIANTS:
    add_case(f"xw-{v.name}", f"XlsxWriter a écrit {v.defect}.", v.verdict, partial(write, v))
for name_, fault_, options_ in (
    ("au-fil-de-l-eau", "ligne après ligne, sans table de textes", {"constant_memory": True, "in_memory": False}),
    ("zip64", "dans un zip de plus de quatre gigaoctets possibles", {"use_zip64": True}),
):
    add_case(
        f"xw-{name_}",
        f"XlsxWriter a écrit la trame {fault_}.",
        all_lines_read(),
        partial(write, SIMPLE, None, **options_),
    )


def _chart(book: Workbook, sheet: Worksheet) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": [TAB, L1 - 1, 18, L1 + N - 2, 18]})
    sheet.insert_chart("AC5", chart)


def _chart_sheet(book: Workbook, _: Worksheet) -> None:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": [TAB, L1 - 1, 18, L1 + N - 2, 18]})
    book.add_chartsheet("Courbe").set_chart(chart)


def _write_table(_: Workbook, sheet: Worksheet) -> None:
    sheet.add_table(L1 + 40, 0, L1 + 42, 1, {"columns": [{"header": "a"}, {"header": "b"}]})


def _rich_text(book: Workbook, sheet: Worksheet) -> None:
    sheet.write_rich_string(L1 - 1, 2, "Épi", book.add_format({"bold": True}), "ce", "rie")


def _dress(book: Workbook, sheet: Worksheet) -> None:
    sheet.autofilter(L1 - 2, 0, L1 + N, 26)
    sheet.freeze_panes(L1 - 1, 3)
    sheet.set_row(L1 + 2, None, None, {"hidden": True})
    sheet.set_column(8, 8, None, None, {"hidden": True, "level": 1})
    sheet.conditional_format(L1 - 1, 18, L1 + N, 18, {"type": "data_bar"})
    sheet.protect("", {"autofilter": True})
    book.define_name("Gains", f"='{TAB}'!$S$5:$S$14")
    book.set_calc_mode("manual")


def _spilling_formula(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_dynamic_array_formula("AC5", "=_xlfn.SEQUENCE(2)", None, 1)


DECORATIONS: tuple[tuple[str, str, Decoration, Verdict], ...] = (
    ("graphique", "un graphique dans l'onglet", _chart, all_lines_read()),
    ("feuille-de-graphique", "une feuille de graphique", _chart_sheet, all_lines_read()),
    ("commentaires", "des commentaires sur des cases", lambda _, f: f.write_comment(f"S{L1}", "vu avec la pharmacie"), all_lines_read()),
    ("zone-de-texte", "une zone de texte et un bouton", lambda _, f: (f.insert_textbox("AC9", "à relire"), f.insert_button("AC20", {})), all_lines_read()),
    ("tableau", "un tableau Excel sous les lignes", _write_table, Verdict(lines_kept=N)),
    ("texte-riche", "un intitulé de plusieurs polices", _rich_text, all_lines_read(read_values={"intitule": "Épicerie"})),
    ("habille", "des filtres, des volets, des lignes et des colonnes masquées, et le calcul à la main", _dress, all_lines_read()),
    ("sparkline", "des courbes dans les cases", lambda _, f: f.add_sparkline("AC5", {"range": f"'{TAB}'!S5:S14"}), all_lines_read()),
    ("liste", "des listes déroulantes", lambda _, f: f.data_validation(L1 - 1, 12, L1 + 20, 12, {"validate": "list", "source": ["réalisé", "notifié"]}), all_lines_read()),
    ("formule-dynamique", "une formule dynamique hors du tableau", _spilling_formula, all_lines_read("cellule-lointaine")),
    ("lien", "un lien et une note sous le tableau", lambda _, f: f.write_url(L1 + 60, 1, "https://exemple.invalid/", None, "lien"), all_lines_read("cellule-lointaine")),
)  # fmt: skip
for name_, fault_, decoration_, verdict_ in DECORATIONS:
    add_case(
        f"xw-{name_}", f"XlsxWriter a écrit la trame avec {fault_}.", verdict_, partial(write, SIMPLE, decoration_)
    )
