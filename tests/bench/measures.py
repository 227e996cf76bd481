"""`make bench`: every measure, as ratios within this run. Takes a few minutes; files are kept under out/bench."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from config.folder import Folder
from config.french import count_words, euros
from jobs.chat import prepare
from reports.view import View
from tests.bench import crowd, ten_years, throughput, tools, usual_script
from tests.bench.country import ETABLISSEMENTS, LINES, make_country_folder, trames
from tests.bench.throughput import time_taken
from tests.corpus import CORPUS, foreign

OUTPUT = Path("out/bench")
ALTERNATIONS = 7
SAMPLE = 136
QUESTIONS_PER_INTENTION = 100


def said(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def ratio(what: str, ratios: list[float], aimed_for: str) -> None:
    """One line: the median ratio, its extremes, and what is aimed for."""
    said(f"{what} : {statistics.median(ratios):.2f} ({min(ratios):.2f} à {max(ratios):.2f}) ; visé : {aimed_for}")


def measure_throughput(files: list[Path], folder: Folder) -> None:
    register = OUTPUT / "pays.sqlite"
    hand_ins_read, vigie_times = [], []
    throughput.bare_calamine(files)
    for _ in range(ALTERNATIONS):
        hand_ins_read.append(time_taken(lambda: throughput.bare_calamine(files)))
        vigie_times.append(time_taken(lambda: throughput.vigie(files, folder, register)))
    said(
        f"Lecture nue : {statistics.median(hand_ins_read):.2f} s ; Vigie : {statistics.median(vigie_times):.2f} s (médianes)"
    )
    ratio(
        "Lire, juger et garder ÷ lire", [v / n for v, n in zip(vigie_times, hand_ins_read, strict=True)], "1,3 au plus"
    )
    first = statistics.median(vigie_times)
    for what, dates, aimed_for in (("rien de touché", False, "0,5 %"), ("dates seules déplacées", True, "2 %")):
        pulls_again = [
            throughput.time_second_pull(files, folder, register, dates=dates) / first * 100 for _ in range(ALTERNATIONS)
        ]
        ratio(f"Relever encore, {what}, en % du premier", pulls_again, aimed_for)


def measure_tools(files: list[Path], folder: Folder) -> None:
    some_files = files[:: len(files) // SAMPLE][:SAMPLE]
    ratios = []
    for _ in range(ALTERNATIONS):
        usual_time = time_taken(lambda: usual_script.pull_sources(some_files, folder, OUTPUT / "usuel.sqlite"))
        ratios.append(usual_time / time_taken(lambda: throughput.vigie(some_files, folder, OUTPUT / "quelques.sqlite")))
    their_total = throughput.declare(OUTPUT / "usuel.sqlite", "SELECT sum(gain_exercice) FROM lignes")
    our_own = throughput.declare(OUTPUT / "quelques.sqlite", "SELECT sum(gain_declare) / 100.0 FROM onglets")
    said(f"Euros déclarés, l'un et l'autre : {euros(round(their_total * 100))}, {euros(round(our_own * 100))}")
    ratio(f"openpyxl + pandas + to_sql ÷ Vigie ({SAMPLE} classeurs)", ratios, "12 au moins")


def measure_memory(files: list[Path], folder: Folder) -> None:
    pics = {}
    for how_many in (len(files), ETABLISSEMENTS):
        copies = throughput.copies(files, how_many, OUTPUT / f"copies-{how_many}")
        pics[how_many] = throughput.memory_peak(partial(throughput.vigie, copies, folder, OUTPUT / "memoire.sqlite"))
    words = " ; ".join(f"{n} classeurs : {mb:.0f} Mo" for n, mb in pics.items())
    said(f"Mémoire ajoutée au plus haut, processus de lecture compris : {words} ; visé : 300 Mo au plus, et la même")


def measure_history(files: list[Path], folder: Folder) -> None:
    """Ten years of a country: how fast it answers while pulls commit, now and as of a past day."""
    throughput.vigie(files, folder, OUTPUT / "modele.sqlite")
    ten_year_folder = ten_years.make_ten_year_folder(OUTPUT / "dossier-20")
    path = OUTPUT / "histoire.sqlite"
    path.unlink(missing_ok=True)
    db = ten_years.make_country_register(OUTPUT / "modele.sqlite", path, ten_year_folder)
    lines = db.execute("SELECT count(*) FROM lignes_paat").fetchone()[0]
    asked_questions = ten_years.questions(ten_year_folder, QUESTIONS_PER_INTENTION)
    said(
        f"{count_words(lines, 'version')} de lignes, {len(asked_questions)} questions de {len({i for i, _ in asked_questions})} sortes :"
    )
    prepare(
        View(db, ten_year_folder, date(ten_years.FIRST_EXERCICE + ten_years.EXERCICES, 3, 31))
    )  # as the bot does first
    ten_years.answers(db, ten_year_folder, asked_questions[:20], past=False)
    for past, aimed_for in ((False, 50), (True, 250)):
        durations: dict[str, list[float]] = {}
        taken = ten_years.run_during_pulls(
            path,
            ten_year_folder,
            files,
            partial(_measure_answers, durations, db, ten_year_folder, asked_questions, past=past),
        )
        all_of_those = sorted(d for its_own in durations.values() for d in its_own)
        worst = max(durations, key=lambda i: max(durations[i]))
        said(f"  {'à une date passée' if past else 'aujourd’hui'}, pendant un relevé ({taken} fichiers pris) : médiane "
            f"{statistics.median(all_of_those) * 1000:.1f} ms, 99e centile {percentile(all_of_those, 0.99) * 1000:.1f} ms (visé : {aimed_for} ms), "
            f"au pire {all_of_those[-1] * 1000:.0f} ms ({worst})")  # fmt: skip
        for intention, its_own in sorted(durations.items()):
            said(f"    {intention:<14} 99e centile {percentile(sorted(its_own), 0.99) * 1000:6.1f} ms")
    db.close()


def _measure_answers(
    durations: dict[str, list[float]],
    db: Database,
    folder: Folder,
    asked_questions: list[tuple[str, str]],
    *,
    past: bool,
) -> None:
    durations.update(ten_years.answers(db, folder, asked_questions, past=past))


def percentile(rows: list[float], part: float) -> float:
    """The value that this part of the sorted ones does not exceed."""
    return rows[min(len(rows) - 1, int(part * len(rows)))]


def measure_crowd(country: Folder) -> None:
    """Two hundred people ask at once on a country's register: when each is acknowledged, when each is answered."""
    folder = crowd.make_peopled_folder(OUTPUT / "dossier-peuple", country)
    register = OUTPUT / "foule.sqlite"
    shutil.copy(OUTPUT / "modele.sqlite", register)
    crowd_times = crowd.measure_answers(folder.path, register)
    said(f"{crowd.CROWD} questions posées au robot au même instant, chacune dans sa conversation :")
    for what, durations, aimed_for in (
        ("acquittée", crowd_times.acknowledged, "500 ms"),
        ("répondue", crowd_times.answered, "1 500 ms"),
    ):
        said(f"  {what:<10} médiane {statistics.median(durations) * 1000:.0f} ms, 99e centile {percentile(durations, 0.99) * 1000:.0f} ms "
            f"(visé : {aimed_for}), au pire {durations[-1] * 1000:.0f} ms")  # fmt: skip


def measure_corpus() -> None:
    """The corpus, then the same trame as other programs write it (those of `make e2e`, where they are installed)."""
    with tempfile.TemporaryDirectory() as here:
        (Path(here) / "node").mkdir()
        (Path(here) / "libreoffice").mkdir()
        other_programs = [*foreign.by_node(Path(here) / "node"), *foreign.by_libreoffice(Path(here) / "libreoffice")]
        for what, corpus in (("classeurs abîmés, étranges ou hostiles", list(CORPUS.values())),
                             ("classeurs écrits par SheetJS, exceljs et LibreOffice", other_programs)):  # fmt: skip
            said(f"{len(corpus)} {what} :")
            said(f"  {'':<20}" + "".join(f"{i:>22}" for i in tools.ISSUES))
            for name, results in tools.compare(corpus) if corpus else ():
                said(f"  {name:<20}" + "".join(f"{results[i]:>22}" for i in tools.ISSUES))


def main() -> None:
    folder = make_country_folder(OUTPUT / "dossier")
    said(f"Un pays : {len(folder.territory.ghts)} classeurs de {LINES} lignes (écrits une fois sous {OUTPUT})…")
    files = trames(folder, OUTPUT / "trames")
    measure_throughput(files, folder)
    measure_tools(files, folder)
    measure_memory(files, folder)
    measure_history(files, folder)
    measure_crowd(folder)
    measure_corpus()
