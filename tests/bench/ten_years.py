"""How fast a country's history answers: two million versions of lines, every question, while a pull commits."""

from __future__ import annotations

import csv
import random
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bots.answer_json import reply_object
from bots.answer_words import MOST_SHOWN
from bots.answering import answer_to
from bots.questions import INTENTIONS
from config.folder import Folder, load_folder
from config.rights import AT_KEYBOARD
from jobs.subprocesses import pull_apart
from jobs.wiring import Workshop
from reports.view import View
from sheets.register.database import open_register, write_transaction
from tests.bench.country import make_country_folder

FIRST_EXERCICE, EXERCICES, VERSIONS = 2012, 10, (2, 3)
"""Two campaigns a year, received two and three times: fifty times the country's 40 800 lines."""
PARIS = ZoneInfo("Europe/Paris")
TARGET_S, PAST_TARGET_S = 0.050, 0.250


def make_ten_year_folder(path: Path) -> Folder:
    """The country's folder with ten years of campaigns and objectives."""
    if not (path / "campagnes.csv").exists():
        shutil.copytree(make_country_folder(path.parent / "dossier").path, path, dirs_exist_ok=True)
        _write_table(path / "campagnes.csv", ("code", "exercice", "moment", "situation", "ouverture", "echeance", "verrou"), (
            (f"{n}-{moment}", n, moment, *days)
            for n in range(FIRST_EXERCICE, FIRST_EXERCICE + EXERCICES)
            for moment, days in (
                ("mi-annee", (f"{n}-06-30", f"{n}-06-15", f"{n}-09-15", f"{n}-09-30")),
                ("annuelle", (f"{n}-12-31", f"{n + 1}-01-10", f"{n + 1}-02-28", f"{n + 1}-03-15")))))  # fmt: skip
        regions = sorted(read_regions(path))
        _write_table(path / "objectifs.csv", ("perimetre", "code", "exercice", "version", "effet", "montant_meur"), (
            (*(("national", "FR") if r is None else ("region", r)), n, "v1", f"{n}-01-01", 320 if r is None else 19)
            for n in range(FIRST_EXERCICE, FIRST_EXERCICE + EXERCICES) for r in (None, *regions)))  # fmt: skip
    return load_folder(path)


def read_regions(path: Path) -> set[str]:
    with (path / "territoire.csv").open(encoding="utf-8") as f:
        return {r["region_code"] for r in csv.DictReader(f, delimiter=";")}


def _write_table(path: Path, heading: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as f:
        table = csv.writer(f, delimiter=";")
        table.writerow(heading)
        table.writerows(rows)


def make_country_register(template: Path, path: Path, folder: Folder) -> Database:
    """Ten years copied from one pull of a country: same lines, other campaigns, other days, other identifiers."""
    if not path.exists():
        provisional = path.with_suffix(".tmp")
        provisional.unlink(missing_ok=True)
        db = open_register(provisional)
        db.execute("ATTACH ? AS modele", (str(template),))
        db.execute("PRAGMA synchronous = OFF")
        with write_transaction(db):
            for table in ("dossiers", "originaux"):
                db.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM modele.{table}")
        for rank, (campaign, day, years) in enumerate(_sendings(folder)):
            _copy_pull(db, rank, campaign, day, years)
        db.execute("ANALYZE")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        provisional.rename(path)
    return open_register(path)


def _sendings(folder: Folder) -> Iterator[tuple[str, date, int]]:
    """(campaign, day received, years to move the dates by), in order of arrival."""
    for c in sorted(folder.campaigns.values(), key=lambda c: c.opening):
        for n in range(VERSIONS[c.moment == "annuelle"]):
            yield c.code, c.opening + timedelta(days=10 + 9 * n), c.exercice - 2021


def _copy_pull(db: Database, rank: int, campaign: str, day: date, years: int) -> None:
    """One whole pull more: the model's rows, their identifiers moved out of the way, other days and campaign."""
    dated, step = f"'{day.isoformat()}T08:00:00+01:00'", rank * 1_000_000
    year = f"CAST(substr(date_premiere_commande, 1, 4) + {years} AS INTEGER) || substr(date_premiere_commande, 5)"
    other = {"campagne": f"'{campaign}'", "pull": str(rank + 1), "debut": dated, "fin": dated, "modifie_le": dated}
    other |= {c: f"{c} + {step}" for c in ("fichier", "onglet", "recu")}
    other |= {"date_premiere_commande": year, "exercice": f"exercice + {years}"}
    other |= {"recoupement": f"iif(recoupement IS NULL, NULL, {rank + 1})"}
    numbers = {"pulls": str(rank + 1), "bilans": "", "fichiers": f"id + {step}", "onglets": f"id + {step}",
               "lignes_paat": "NULL", "recoupements": str(rank + 1), "constats": "NULL", "sous_alertes": "", "sommes": ""}  # fmt: skip
    with write_transaction(db):
        for table, number in numbers.items():
            columns = [c.name for c in db[table].columns]
            taken = [number if c == "id" else other.get(c, c) for c in columns]
            db.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(taken)} FROM modele.{table}")
        _edit_some_lines(db, rank, step)


def _edit_some_lines(db: Database, rank: int, step: int) -> None:
    """One kept line in fifty is worth something else from one sending to the next."""
    its_own = f"onglet > {step} AND onglet < {step + 1_000_000}"
    db.execute(
        f"UPDATE lignes_paat SET gain_exercice = gain_exercice + {rank} * 1000 WHERE {its_own} AND id % 50 = 0 AND NOT bloquee"
    )
    db.execute(
        "UPDATE onglets SET (gain_declare, gain_retenu) = (SELECT sum(gain_exercice), sum(gain_exercice - retire)"
        f" FROM lignes_paat WHERE onglet = onglets.id) WHERE id > {step} AND id < {step + 1_000_000}"
    )


def questions(folder: Folder, how_many: int) -> list[tuple[str, str]]:
    """(intention, question) for every row of the table, about a country, its regions, GHT and établissements; seeded."""
    random_source = random.Random(7)
    t = folder.territory
    places = ["France", *(r.name for r in t.regions.values()), *(g.name for g in t.ghts.values()),
             *(e.name for e in list(t.etablissements.values())[:60])]  # fmt: skip
    templates = {
        "gains": "gains {lieu} {annee} {axe}", "comparaison": "compare {lieu} {annee} et {suivante}",
        "changements": "qu'est-ce qui a changé {lieu} {annee} depuis le 25/01/{suivante}",
    }  # fmt: skip
    asked_questions = []
    for i in INTENTIONS:
        for n in range(how_many):
            place = "France" if n % 8 == 0 else random_source.choice(places)
            year = random_source.randrange(FIRST_EXERCICE, FIRST_EXERCICE + EXERCICES)
            axis = random_source.choice(["", "par famille", "par GHT", "par opérateur"])
            template = templates.get(i.key) or i.suggests(place, year)
            asked_questions.append((i.key, template.format(lieu=place, annee=year, suivante=year + 1, axe=axis)))
    random_source.shuffle(asked_questions)
    return asked_questions


def answers(
    db: Database, folder: Folder, asked_questions: list[tuple[str, str]], *, past: bool
) -> dict[str, list[float]]:
    """Seconds for each answer, by intention; with `past`, as of a day two years before."""
    end = datetime(FIRST_EXERCICE + EXERCICES, 3, 31, 12, tzinfo=PARIS)
    durations: dict[str, list[float]] = defaultdict(list)
    view = View(db, folder, end.date())
    for intention, question in asked_questions:
        start = time.perf_counter()
        reply, _ = answer_to(question, AT_KEYBOARD, view, date(end.year - 2, 11, 15) if past else None, MOST_SHOWN)
        said = reply_object(reply)
        durations[intention].append(time.perf_counter() - start)
        assert said["intention"] == intention, said["texte"]
    return durations


def run_during_pulls(path: Path, folder: Folder, trames: list[Path], action: Callable[[], object]) -> int:
    """Run `action` while pulls commit one after the other, as the service runs them; return how many files they took in."""
    finished, taken = threading.Event(), [0]
    workshop = Workshop(folder.path, path, date(FIRST_EXERCICE + EXERCICES, 4, 1))

    def pull_sources() -> None:
        for turn in range(10_000):
            if finished.is_set():
                break
            drops = path.parent / f"depot-{turn % 2}"
            shutil.rmtree(drops, ignore_errors=True)
            drops.mkdir()
            for n, t in enumerate(trames[:12]):
                shutil.copy(t, drops / f"{turn}-{n}.xlsx")
            taken[0] += len(pull_apart(workshop, [drops])["fichiers"])

    thread = threading.Thread(target=pull_sources)
    thread.start()
    try:
        action()
    finally:
        finished.set()
        thread.join()
    return taken[0]
