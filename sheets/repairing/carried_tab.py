"""Reads one tab of a damaged trame for its rewriting: the lines to carry over, and everything that is not.

Nothing is passed over in silence: each cell that holds something is carried, ours, or listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from config.french import count_words, enumeration
from sheets import cells
from sheets.cell_address import address
from sheets.cells import MASK, Problem
from sheets.findings import Finding, ranges
from sheets.judged import Line
from sheets.judging.lines import judge_lines
from sheets.judging.tabs import SentWorkbook
from sheets.reading import rows as reading
from sheets.reading import sheet_xml
from sheets.reading.headings import HEADINGS_NEEDED
from sheets.reading.opening import RawTab
from sheets.reading.read_tab import LineRead, TabRead
from sheets.repairing.carried_cell import value_to_carry
from sheets.repairing.what_changed import Change, Nature
from sheets.stamp import read_stamp
from sheets.trame import Table, heading_key
from sheets.trames import CATALOGUE
from sheets.writing.safe_cells import Value


class CarriedLine(NamedTuple):
    """A line to write: where it stood, its number, its cells by column."""

    origin: int
    action_id: str
    cell_values: dict[str, Value]


@dataclass(eq=False)
class CarriedTab:
    """A tab being carried over. `changes` grows as it is read."""

    sending: SentWorkbook
    raw: RawTab
    finess: str
    tab_read: TabRead
    changes: list[Change] = field(default_factory=list)
    lines: list[CarriedLine] = field(default_factory=list)

    @property
    def table(self) -> Table:
        return self.sending.places[self.finess].table

    @cached_property
    def keys(self) -> dict[str, str]:
        """The column of each letter."""
        return {letter: key for key, letter in self.tab_read.columns.items()}

    @cached_property
    def formulas(self) -> set[str] | None:
        return sheet_xml.formula_cells(self.sending.raw_bytes, self.raw.name)

    def note(self, nature: Nature, text: str, cell: str = "", value: str = "") -> None:
        self.changes.append(Change(nature, text, self.raw.name, cell, value))

    def cell_values(self, number: int) -> Iterator[tuple[str, str, object]]:
        """(column, address, raw value) of each cell of a row that holds something; the column is "" when it is not ours."""
        row = self.raw.rows[number - 1 - self.raw.first_row]
        for rank, value in enumerate(row, self.raw.first_column):
            if is_filled(value):
                where = address(rank, number)
                yield self.keys.get(where.rstrip("0123456789"), ""), where, value


def is_filled(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(cells.tidied(value)))


def carry_tab(sending: SentWorkbook, raw: RawTab, finess: str) -> CarriedTab | None:
    """Read a tab for its rewriting. None when it has no headings that can be recognised."""
    table = sending.places[finess].table
    cell_readers = reading.cell_readers(table, sending.folder)
    tab_read = reading.read(raw, table, cell_readers, sending.raw_bytes, anyway=True)
    if tab_read is None:
        return None
    carried_tab = CarriedTab(sending, raw, finess, tab_read)
    excluded_cells = _carry_headings(carried_tab)
    lines, _ = judge_lines(tab_read, raw.name, table, sending.context(finess))
    for line_read, line in zip(tab_read.lines, lines, strict=True):
        carried_tab.lines.append(_carry_line(carried_tab, line_read, line, excluded_cells))
    _say_cells_tidied(carried_tab)
    _cells_left_behind(carried_tab)
    _hidden_errors(carried_tab)
    _own_formulas(carried_tab)
    for where, text in sheet_xml.notes(sending.raw_bytes, raw.name).items():
        carried_tab.note(Nature.LEFT_ASIDE, "Note (commentaire Excel) posée sur cette cellule.", where, text)
    return carried_tab


def _carry_headings(carried_tab: CarriedTab) -> set[str]:
    """Say what became of the headings; return the columns that are not carried, being in another unit."""
    euros = {key for key, col in carried_tab.table.by_key.items() if col.kind == "euros"}
    excluded_cells = set(euros) if carried_tab.sending.said.units else set()
    for where, (said, unit) in carried_tab.sending.said.units.items():
        text = f"Le premier onglet ({where}) dit « {said} » ({unit}). Les montants ne sont pas repris : saisissez des euros TTC."
        carried_tab.note(Nature.TO_MEND, text, "")
    for c in carried_tab.tab_read.findings:
        if c.code == "colonne-reconnue":
            carried_tab.note(Nature.UNDERSTOOD_SO, _without_advice(c), c.cell, c.value)
        elif c.code == "unite-de-colonne":
            key = carried_tab.keys.get(c.cell.rstrip("0123456789"), "")
            excluded_cells |= {key} if key in euros else euros  # a note beside the table is about all of its amounts
            carried_tab.note(
                Nature.TO_MEND, f"{c.message} Ses valeurs ne sont pas reprises : saisissez des euros TTC.", c.cell
            )
        elif c.code in ("colonne-absente", "colonne-en-double"):
            carried_tab.note(Nature.TO_MEND, f"{c.message} La trame propre l'a de nouveau : vérifiez-la.", c.cell)  # fmt: skip
    return excluded_cells


def _without_advice(c: Finding) -> str:
    return c.message.replace("elle est lue ici", "elle est de nouveau à la sienne")


def _carry_line(carried_tab: CarriedTab, line_read: LineRead, line: Line, excluded_cells: set[str]) -> CarriedLine:
    """The cells of one line that go over; those that do not are listed."""
    table = carried_tab.table
    cell_readers = reading.cell_readers(table, carried_tab.sending.folder)
    cell_values: dict[str, Value] = {}
    for key, where, raw in carried_tab.cell_values(line_read.number):
        c = table.by_key.get(key)
        if c is None or key in excluded_cells:
            title = (
                "d'une colonne qui n'est pas de la trame" if c is None else f"de « {c.title} », dans une autre unité"
            )
            carried_tab.note(Nature.LEFT_ASIDE, f"Valeur {title}.", where, cells.shown(raw))
        elif c.kind == "calcul" or key == "action_id":
            continue
        elif (value := value_to_carry(c, raw, cell_readers[key])) is None:
            carried_tab.note(
                Nature.LEFT_ASIDE,
                f"Valeur de « {c.title} » qu'aucune écriture ne rend à l'identique.",
                where,
                cells.shown(raw),
            )
        else:
            cell_values[key] = value
            if isinstance(problem := line_read.problems.get(key), Problem):
                required = c.required is not None and c.required.when(line_read.values)
                said = CATALOGUE[problem.code].function(c.title, required, problem)
                carried_tab.note(Nature.TO_MEND, f"{said.message} {said.correction}", where, problem.shown)
    _say_new_number(carried_tab, line_read, line)
    return CarriedLine(line_read.number, line.action_id, cell_values)


def _say_new_number(carried_tab: CarriedTab, line_read: LineRead, line: Line) -> None:
    """Say that a copied line gets a number of its own."""
    written = line_read.values.get("action_id")
    if written and written != line.action_id:
        carried_tab.note(Nature.UNDERSTOOD_SO, f"N° d'action déjà porté plus haut : cette ligne devient « {line.action_id} ».",
                     f"{carried_tab.tab_read.columns['action_id']}{line_read.number}", written)  # fmt: skip


def _say_cells_tidied(carried_tab: CarriedTab) -> None:
    """Labels written as the list has them, numbers and dates typed as text: said once by column, with how many."""
    table, labels, texts = carried_tab.table, Counter[tuple[str, str, str]](), Counter[str]()
    origin = {li.origin: li for li in carried_tab.lines}
    for number, line in origin.items():
        for key, _, raw in carried_tab.cell_values(number):
            written_one = line.cell_values.get(key)
            if not isinstance(raw, str) or written_one is None:
                continue
            if not isinstance(written_one, str):
                texts[key] += 1
            elif table.by_key[key].kind != "texte" and cells.tidied(raw) != written_one and MASK not in written_one:
                labels[key, cells.shown(raw), written_one] += 1
    for (key, shown, written_one), n in labels.items():
        here = f"{carried_tab.tab_read.columns[key]} ({count_words(n, 'fois', 'fois')})"
        carried_tab.note(
            Nature.UNDERSTOOD_SO,
            f"« {shown} » s'écrit « {written_one} » dans « {table.by_key[key].title} ».",
            here,
            shown,
        )
    for key, n in texts.items():
        what = "une date" if table.by_key[key].kind == "date" else "un nombre"
        said = f"{count_words(n, 'valeur saisie', 'valeurs saisies')} en texte dans « {table.by_key[key].title} » : chacune est maintenant {what}."
        carried_tab.note(Nature.UNDERSTOOD_SO, said, carried_tab.tab_read.columns[key])


def _cells_left_behind(carried_tab: CarriedTab) -> None:
    """Every cell of the tab that stands on no line carried over: above the table, below it, totals, notes."""
    carried_tabs = {li.origin for li in carried_tab.lines}
    totals = {c.line: c for c in carried_tab.tab_read.findings if c.code == "ligne-de-total"}
    for number in range(carried_tab.raw.first_row + 1, carried_tab.raw.first_row + len(carried_tab.raw.rows) + 1):
        if number in carried_tabs:
            continue
        filled = list(carried_tab.cell_values(number))
        if number <= carried_tab.tab_read.heading_row:
            _above_headings(carried_tab, number, filled)
        elif number in totals:
            values = enumeration([cells.shown(v) for key, _, v in filled if not _is_our_own(carried_tab, key)])
            carried_tab.note(
                Nature.LEFT_ASIDE,
                "Ligne comprise comme un total, ou comme des en-têtes répétés.",
                f"ligne {number}",
                values,
            )
        else:
            for key, where, value in filled:
                if not _is_our_own(carried_tab, key):
                    carried_tab.note(Nature.LEFT_ASIDE, "Valeur hors du tableau.", where, cells.shown(value))


def _is_our_own(carried_tab: CarriedTab, key: str) -> bool:
    """Whether a column is prepared by the template: a number or a formula that stands on a blank line says nothing."""
    c = carried_tab.table.by_key.get(key)
    return c is not None and (c.kind == "calcul" or c.key == "action_id")


def _above_headings(carried_tab: CarriedTab, number: int, filled: Sequence[tuple[str, str, object]]) -> None:
    """What was typed above the headings; the title, the stamp and the headings themselves are written anew."""
    table = carried_tab.table
    known_ones = sum(_begins_a_heading(cells.shown(v), table.headings) for _, _, v in filled)
    if number == carried_tab.tab_read.heading_row or known_ones >= HEADINGS_NEEDED:
        for where, v in ((where, v) for key, where, v in filled if not key):
            carried_tab.note(
                Nature.LEFT_ASIDE, "En-tête d'une colonne qui n'est pas de la trame.", where, cells.shown(v)
            )
        return
    ght = carried_tab.sending.folder.territory.ghts[carried_tab.sending.stamp.ght].name
    for _, where, v in filled:
        said = cells.shown(v)
        is_ours = (
            read_stamp(str(v)) or said == carried_tab.sending.members[carried_tab.finess] or said.startswith(f"{ght} ·")
        )
        if not is_ours:
            carried_tab.note(Nature.LEFT_ASIDE, "Texte au-dessus du tableau.", where, said)


def _begins_a_heading(text: str, known_ones: dict[str, str]) -> bool:
    court = heading_key(text)
    return bool(court) and any(name.startswith(court) for name in known_ones)


def _hidden_errors(carried_tab: CarriedTab) -> None:
    """Cells that came back blank and hold in truth an error, or a formula nobody ever calculated."""
    carried_tabs = {li.origin for li in carried_tab.lines}
    for where, problem in sheet_xml.errors(carried_tab.sending.raw_bytes, carried_tab.raw.name).items():
        column_letters = where.rstrip("0123456789")
        key, number = carried_tab.keys.get(column_letters, ""), int(where.removeprefix(column_letters))
        if _is_our_own(carried_tab, key):
            continue
        c = carried_tab.table.by_key.get(key) if number in carried_tabs else None
        said = CATALOGUE[problem.code].function(c.title if c else "une cellule hors du tableau", False, problem).message
        end = " La cellule est vide dans la trame propre." if c else ""
        carried_tab.note(Nature.TO_MEND if c else Nature.LEFT_ASIDE, said + end, where, problem.shown)


def _own_formulas(carried_tab: CarriedTab) -> None:
    """Formulas of the person's own, carried as their value; computed columns that had been typed over."""
    if carried_tab.formulas is None:
        return
    typed_counts: Counter[str] = Counter()
    its_own: list[str] = []
    for line in carried_tab.lines:
        for key, where, _ in carried_tab.cell_values(line.origin):
            is_computed = key != "" and carried_tab.table.by_key[key].kind == "calcul"
            if is_computed and where not in carried_tab.formulas:
                typed_counts[key] += 1
            elif key in line.cell_values and where in carried_tab.formulas:
                its_own.append(where)
    for where in its_own:
        carried_tab.note(Nature.UNDERSTOOD_SO, "Formule remplacée par sa valeur.", where)
    for key, n in typed_counts.items():
        said = f"« {carried_tab.table.by_key[key].title} » se calcule de nouveau seule ({count_words(n, 'valeur y était saisie', 'valeurs y étaient saisies')})."
        carried_tab.note(Nature.RENEWED, said, carried_tab.tab_read.columns[key])


def line_moves(lines: Sequence[CarriedLine], first: int) -> Iterator[tuple[str, str]]:
    """(« lignes 7 à 20 », « lignes 5 à 18 ») for each run of lines that no longer stands where it did."""
    end: list[tuple[int, int]] = []
    for new_line_number, line in enumerate(lines, first):
        if end and (line.origin - new_line_number != end[-1][0] - end[-1][1]):
            yield from _moved_ranges(end)
            end = []
        end.append((line.origin, new_line_number))
    yield from _moved_ranges(end)


def _moved_ranges(end: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    if end and end[0][0] != end[0][1]:
        yield ranges(before for before, _ in end), ranges(after for _, after in end)


def content(raw: RawTab) -> int:
    """How many rows of a tab hold something."""
    return sum(any(map(is_filled, row)) for row in raw.rows)
