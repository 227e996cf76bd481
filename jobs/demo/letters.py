"""Every message of the ladder as it would read, on the demo's campaign: to be read before anything is switched on.

Played on a register made for the occasion and thrown away. Sends nothing.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from bots import delivery
from bots.letters.letter import Letter, SendingError
from config.campaign import PARIS
from config.folder import EXAMPLE, Folder, load_folder
from config.rights import Person
from jobs.demo.filling import ABSENT, NOT_HANDED_IN, fill_in, plan
from jobs.locks_due import lock_on_time
from reports.view import View
from sheets import writing
from sheets.judging.workbook import judge
from sheets.matching.known import tie_to_register
from sheets.register.database import open_register
from sheets.register.pulls import FoundFile, close_pull, start_pull, store
from sheets.trames import TRAMES
from sheets.writing.seal import sealed

CAMPAIGN = "2021-annuelle"
JURA, SEEN, MISSING = "BFC-08", NOT_HANDED_IN[0], ABSENT
MID_YEAR = "2022-mi-annee"
LECTURES = {
    date(2022, 2, 3): (SEEN, 1, CAMPAIGN), date(2022, 2, 17): (JURA, 1, CAMPAIGN), date(2022, 2, 24): (JURA, 2, CAMPAIGN),
    date(2022, 6, 24): (JURA, 1, MID_YEAR),
}  # fmt: skip
"""The day the demo's file of a GHT is read, and what its gains are divided by: the third one corrects the second."""
MID_YEAR_DAYS = (date(2022, 6, 24), date(2022, 7, 1))
"""A day of the next campaign, and the one after its situation."""
LOST_ADDRESS = f"directeur.{SEEN.lower()}@exemple.invalid"
"""Someone whose address is refused."""
MOST_SHOWN = (
    ("ouverture", f"paat.{JURA.lower()}"), ("J-30", f"paat.{SEEN.lower()}"), ("accusé", f"paat.{SEEN.lower()}"),
    ("J-15", f"paat.{SEEN.lower()}"), ("accusé", f"paat.{JURA.lower()}"), ("grosse ligne retirée", "referent.bfc"),
    ("J-7", f"paat.{MISSING.lower()}"), ("point de la semaine", "referent.bfc"), ("total qui bouge", "referent.bfc"),
    ("J-2", f"paat.{MISSING.lower()}"), ("J+1", f"paat.{MISSING.lower()}"), ("J+3", f"directeur.{MISSING.lower()}"),
    ("injoignable", "referent.bfc"), ("J+5", "referent.bfc"), ("clôture", f"paat.{MISSING.lower()}"),
    ("merci", f"paat.{JURA.lower()}"), ("bilan", "referent.bfc"), ("bilan direction", f"directeur.{JURA.lower()}"),
    ("point", "referent.bfc"), ("point direction", f"directeur.{JURA.lower()}"),
)  # fmt: skip
"""Which step, to whom, in the order of the year."""


@dataclass(frozen=True, slots=True)
class ExampleLetter:
    """A letter of the year: at what step, on which day, to whom."""

    stage: str
    day: date
    person: Person
    letter: Letter


def examples() -> list[ExampleLetter]:
    """One letter for each step, as the service would have sent it."""
    folder = load_folder(EXAMPLE)
    with tempfile.TemporaryDirectory() as where:
        db = open_register(Path(where) / "vigie.sqlite")
        try:
            all_of_those = [x for day in _days(folder) for x in _day_examples(View(db, folder, day))]
        finally:
            db.close()
    chosen_letters = [
        next(x for x in all_of_those if (x.stage, x.person.email) == (e, f"{p}@exemple.invalid")) for e, p in MOST_SHOWN
    ]
    return sorted(chosen_letters, key=lambda x: x.day)


def _days(folder: Folder) -> list[date]:
    c = folder.campaigns[CAMPAIGN]
    return [*(c.opening + timedelta(days=n) for n in range((c.lock - c.opening).days + 3)), *MID_YEAR_DAYS]


def _day_examples(view: View) -> list[ExampleLetter]:
    """A file is read in the night, the service ticks in the morning and at the end of the day."""
    if view.as_of in LECTURES:
        _read_trame(view, *LECTURES[view.as_of])
    results: list[ExampleLetter] = []

    def send(letter: Letter) -> str:
        if letter.a == LOST_ADDRESS:
            raise SendingError("boîte inconnue (550)", is_final=True)
        person = view.folder.persons[letter.a]
        results.extend(ExampleLetter(e, view.as_of, person, letter) for e in stages[letter.a])
        return letter.key

    for hour in (9, 18):
        instant = datetime.combine(view.as_of, time(hour), PARIS)
        lock_on_time(view, instant)
        stages = {e.person.email: {r.key.stage for r in e.reminders} for e in delivery.letters_due(view, instant)[0]}
        delivery.deliver_due(
            view, partial(_unchanged, instant), [delivery.DeliveryChannel("courriel", lambda p: p.email, send)]
        )
    return results


def _unchanged(instant: datetime) -> datetime:
    return instant


def _read_trame(view: View, ght: str, divisor: int, campaign: str) -> None:
    """The demo's trame of a GHT is read and judged."""
    folder, trame = view.folder, TRAMES["paat"]
    c = folder.campaigns[campaign]
    book = writing.workbook(trame, ght, c, folder)
    fill_in(book, trame, ght, c, folder, plan(folder, folder.campaigns[CAMPAIGN]))
    gain = [column.key for column in trame.only_table.columns].index("gain_annuel") + 1
    for sheet in book.worksheets:
        for cell in (sheet.cell(rank, gain) for rank in range(writing.HEADING_ROW + 1, sheet.max_row + 1)):
            if isinstance(cell.value, int | float):
                cell.value = cell.value / divisor
    raw_bytes = sealed(book)
    name, when = f"{folder.territory.ghts[ght].name}.xlsx", datetime.combine(view.as_of, time(8), PARIS)
    pull = start_pull(view.db, folder, when)
    found_file = FoundFile(name, len(raw_bytes), 1, ght, raw_bytes)
    workbook = tie_to_register(view.db, folder, judge(name, raw_bytes, folder), view.as_of)
    state = store(view.db, pull, found_file, workbook, known=divisor > 1)
    close_pull(view.db, pull, when, [state])
