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

from config.campaign import Campaign
from config.folder import Folder
from config.french import text_key
from sheets import first_tab
from sheets.trame import Trame
from sheets.trames.paat.gain import share_in_exercice
from sheets.writing import HEADING_ROW, tab_names

SEED = 2021
TARGET_EUROS = 14_603_000
"""What the region keeps, before amounts are rounded to whole euros."""
ABSENT = "BFC-11"
NOT_HANDED_IN = ("BFC-09",)
REJECTED_AT = ("BFC-08", "BFC-03", "BFC-03", "BFC-12", "BFC-07", "BFC-02", "BFC-01")
"""Who declares each of the seven real struck lines."""
CellValues = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FilledAction:
    """A line to be typed: cells by column, and what it is worth in the exercice before scaling."""

    cells: CellValues
    weight: float


def purchases() -> list[dict[str, str]]:
    """The purchases people declare: family, domain, category, title."""
    text = files("jobs.demo").joinpath("achats.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def plan(folder: Folder, campaign: Campaign) -> dict[str, list[CellValues]]:
    """The valid lines of every établissement (by FINESS), scaled to the region's target."""
    random_source = random.Random(SEED)
    catalogue = purchases()
    drawn_actions: dict[str, list[FilledAction]] = {}
    for g in folder.territory.ghts.values():
        if g.code == ABSENT:
            continue
        for e in folder.territory.members(g.code, campaign.situation):
            millions = folder.purchases[e.finess, campaign.exercice] / 1e8
            drawn_actions[e.finess] = [
                _action(random_source, catalogue, millions, campaign) for _ in range(6 + round(millions**0.55 * 2))
            ]
    total = sum(a.weight for actions in drawn_actions.values() for a in actions)
    return {f: [_scaled(a, TARGET_EUROS / total) for a in actions] for f, actions in drawn_actions.items()}


def _action(
    random_source: random.Random, catalogue: list[dict[str, str]], millions: float, campaign: Campaign
) -> FilledAction:
    purchase = random_source.choice(catalogue)
    statut = random_source.choices(("réalisé", "notifié", "potentiel", "abandonné"), (82, 9, 6, 3))[0]
    carried_over = statut == "réalisé" and random_source.random() < 0.18
    year = campaign.exercice - carried_over
    when = date(year, random_source.randint(2 if carried_over else 1, 12), random_source.randint(1, 28))
    gain = round(2_000 * millions**0.45 * random_source.lognormvariate(0.6, 0.7)) * (
        -1 if random_source.random() < 0.04 else 1
    )
    performance = random_source.uniform(0.03, 0.13)
    nature = "investissement" if purchase["domaine"] == "Imagerie" else "exploitation"
    cells: CellValues = {
        "demarche": random_source.choice(("PAAT", "PAA")),
        "intitule": purchase["intitule"],
        "famille": purchase["famille"],
        "domaine": purchase["domaine"],
        "categorie": purchase["categorie"] or None,
        "levier": random_source.choice(
            ("massification et négociation", "standardisation et substitution", "processus achat")
        ),
        "operateur": random_source.choices(
            ("Établissement", "GHT", "GCS régional", "UniHA", "Resah", "UGAP"), (30, 34, 8, 16, 8, 4)
        )[0],
        "marche": f"{year}-{random_source.randint(1, 999):03d}",
        "mode": random_source.choices(("récurrent", "ponctuel", "action de progrès"), (7, 2, 1))[0],
        "nature": nature,
        "duree_amortissement": 7 if nature == "investissement" else None,
        "statut": statut,
        "date_premiere_commande": when if statut in ("réalisé", "notifié") else None,
        "montant_reference": abs(gain) / performance,
        "gain_annuel": gain,
        "type_effet": "effet prix induit",
    }
    weight = share_in_exercice(gain * 100, when, campaign.exercice) / 100 if statut == "réalisé" else 0.0
    return FilledAction(cells, weight)


def _scaled(action: FilledAction, factor: float) -> CellValues:
    c = dict(action.cells)
    c["gain_annuel"] = round(c["gain_annuel"] * factor)
    c["montant_reference"] = round(c["montant_reference"] * factor / 100) * 100
    return c


def rejected_lines() -> list[CellValues]:
    """The seven real lines struck out of 2021 trames, as they were typed."""
    text = files("jobs.demo").joinpath("lignes_rejetees_2021.csv").read_text(encoding="utf-8")
    return [
        {
            "demarche": "PAA", "intitule": f"{r['domaine'].capitalize()} : remise en concurrence",
            "famille": r["famille"], "domaine": r["domaine"], "categorie": r["categorie"] or None,
            "operateur": "Établissement", "marche": f"2021-R{rank:02d}", "mode": "récurrent", "nature": "exploitation",
            "statut": "réalisé", "date_premiere_commande": date(2021, 1, 4), "montant_reference": int(r["montant_reference"]),
            "gain_annuel": int(r["gain"]), "type_effet": r["type_effet"],
        }
        for rank, r in enumerate(csv.DictReader(text.splitlines()), 1)
    ]  # fmt: skip


def fill_in(
    book: Workbook, trame: Trame, ght: str, campaign: Campaign, folder: Folder, lines: dict[str, list[CellValues]]
) -> None:
    """Type the lines of a GHT into its trame, then make its own mistakes."""
    members = folder.territory.members(ght, campaign.situation)
    sheets_by_finess = {f: book[name] for f, name in tab_names(members).items()}
    lines = {f: list(lines[f]) for f in sheets_by_finess}
    support = members[0].finess
    first = book[first_tab.TITLE]
    _write_beside(first, first_tab.HANDED_IN_LABEL, "non" if ght in NOT_HANDED_IN else first_tab.YES)
    _write_beside(first, first_tab.CONTACT, f"Cellule achats, paat.{ght.lower()}@exemple.invalid")
    if fault := FAULTS.get(ght):
        fault(lines, support)
    for recipient_ght, rejected in zip(REJECTED_AT, rejected_lines(), strict=True):
        if recipient_ght == ght:
            lines[support].append(rejected)
    for finess, sheet in sheets_by_finess.items():
        for line, cells in enumerate(lines[finess], HEADING_ROW + 1):
            _type_in(sheet, trame, line, cells)
    if edit := EDITS.get(ght):
        edit(book, list(sheets_by_finess.values()))


def _type_in(sheet: Worksheet, trame: Trame, line: int, cells: CellValues) -> None:
    for rank, c in enumerate(trame.only_table.columns, 1):
        if cells.get(c.key) is not None:
            sheet.cell(line, rank, cells[c.key])
            if c.format and not isinstance(cells[c.key], str):
                sheet.cell(line, rank).number_format = c.format


def _write_beside(sheet: Worksheet, label: str, value: str) -> None:
    line = next(
        r[0].row for r in sheet.iter_rows(max_col=1) if r[0].value and text_key(str(r[0].value)) == text_key(label)
    )
    sheet.cell(line, 3, value)


LinesByFiness = dict[str, list[CellValues]]


def _pasted_twice(lines: LinesByFiness, support: str) -> None:
    """A line pasted twice, and one whose amounts were never filled in."""
    lines[support].append(
        dict(next(li for li in lines[support] if li["statut"] == "réalisé" and li["gain_annuel"] > 0))
    )
    lines[support].append({**lines[support][1], "intitule": "Consommables de bloc", "statut": "réalisé", "marche": "2021-B12",
                            "date_premiere_commande": date(2021, 3, 1), "montant_reference": None})  # fmt: skip


def _typed_as_text(lines: LinesByFiness, support: str) -> None:
    """Amounts and dates typed as text, every way people type them."""
    for finess in lines:
        for rank, li in enumerate(lines[finess]):
            if isinstance(li["gain_annuel"], int) and rank % 3 == 0:
                amount = f"{abs(li['gain_annuel']):,}".replace(",", " ") + ",00 €"
                li["gain_annuel"] = f"({amount})" if li["gain_annuel"] < 0 else amount
                li["montant_reference"] = f"{li['montant_reference'] / 1000:.1f}".replace(".", ",") + " k€"
            if li["date_premiere_commande"] and rank % 4 == 1:
                li["date_premiere_commande"] = f"{li['date_premiere_commande']:%d/%m/%y}"


def _lines_worth_a_look(lines: LinesByFiness, support: str) -> None:
    """Text where a number was expected, an order from long ago, a mistyped family, a number nobody should type."""
    valid_lines = [li for li in lines[support] if li["statut"] == "réalisé"]
    model_line = {**valid_lines[0], "date_premiere_commande": date(2021, 4, 1)}
    lines[support] += [
        {**model_line, "intitule": "Literie médicalisée", "marche": "2021-L01", "gain_annuel": "NC"},
        {**model_line, "intitule": "Mobilier de chambre", "marche": "2021-L02", "date_premiere_commande": date(2019, 6, 3)},
        {**model_line, "intitule": "Bandages", "marche": "2021-L03", "famille": "Dispositif médical", "gain_annuel": 3_100, "montant_reference": 40_000},
        {**model_line, "intitule": "Fauteuils de soins", "marche": "2021-L04", "gain_annuel": 18_400, "montant_reference": 41_000},
        {**model_line, "intitule": "Aides techniques", "marche": "2021-L05", "gain_annuel": 900, "montant_reference": 12_000,
         "commentaire": "suivi par 1 85 05 78 006 084 91"},
    ]  # fmt: skip


def _without_one_tab(lines: LinesByFiness, support: str) -> None:
    """One établissement left empty; its lines go to the support, where its purchases are made."""
    silent = next(f for f in lines if f != support)
    lines[support] += lines[silent]
    lines[silent] = []


def _without_three_tabs(lines: LinesByFiness, support: str) -> None:
    """A partial workbook: what three of the établissements gained is declared by the support."""
    for silent in list(lines)[-3:]:
        lines[support] += lines[silent]
        lines[silent] = []


FAULTS: dict[str, Callable[[LinesByFiness, str], None]] = {
    "BFC-02": _typed_as_text,
    "BFC-03": _pasted_twice,
    "BFC-05": _without_one_tab,
    "BFC-06": _without_three_tabs,
    "BFC-07": _lines_worth_a_look,
}


def _rename_headings(book: Workbook, sheets_by_finess: list[Worksheet]) -> None:
    """Headings renamed, mistyped and broken over lines, two columns swapped."""
    for sheet in sheets_by_finess:
        rows = {str(sheet.cell(HEADING_ROW, r).value): r for r in range(1, sheet.max_column + 1)}
        sheet.cell(HEADING_ROW, rows["Intitulé de l'action"], "Libellé de\nl'action")
        sheet.cell(HEADING_ROW, rows["Gain annuel sur 12 mois (€ TTC)"], "Montant Gain")
        sheet.cell(HEADING_ROW, rows["Montant de référence annuel (€ TTC)"], "Montant de reference anuel")
        for line in range(HEADING_ROW, sheet.max_row + 1):
            a, b = sheet.cell(line, rows["Levier"]), sheet.cell(line, rows["N° de marché"])
            a.value, b.value = b.value, a.value


def _total_below(book: Workbook, sheets_by_finess: list[Worksheet]) -> None:
    """A total under the lines, and a note typed far below."""
    sheet = sheets_by_finess[0]
    last_row = max(li for li in range(HEADING_ROW + 1, sheet.max_row) if sheet.cell(li, 3).value)
    column_sum = sum(v for li in range(HEADING_ROW + 1, last_row + 1) if isinstance(v := sheet.cell(li, 19).value, int))
    sheet.cell(last_row + 2, 3, "TOTAL")
    sheet.cell(last_row + 2, 19, column_sum)
    sheet.cell(last_row + 80, 4, "voir avec la pharmacie")


def _remove_blank_tabs(book: Workbook, sheets_by_finess: list[Worksheet]) -> None:
    """Tabs left blank were deleted; one of them says « rien à déclarer » on the first tab."""
    empties = [f for f in sheets_by_finess if not f.cell(HEADING_ROW + 1, 3).value]
    first = book[first_tab.TITLE]
    silent_finess = str(empties[0]["A3"].value)[-9:]
    next(r for r in first.iter_rows(max_col=4) if r[0].value == silent_finess)[3].value = first_tab.YES
    for sheet in empties:
        book.remove(sheet)


EDITS: dict[str, Callable[[Workbook, list[Worksheet]], None]] = {
    "BFC-04": _rename_headings,
    "BFC-07": _total_below,
    "BFC-06": _remove_blank_tabs,
}


def foreign_file() -> Workbook:
    """A workbook that is no trame, dropped in the folder by mistake."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Congés"
    for row in _leave_rows():
        sheet.append(row)
    return book


def _leave_rows() -> Iterator[list[str]]:
    yield ["Service", "Semaine", "Effectif"]
    yield from (["Achats", f"S{n}", str(n % 4 + 2)] for n in range(20, 35))
