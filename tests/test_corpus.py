"""Every file of the corpus gets the verdict a careful referent expects, and the file behind it is still read."""

from __future__ import annotations

import re
import resource
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from sheets.findings import Severity
from sheets.judged import JudgedWorkbook
from sheets.judging import workers
from sheets.judging.workbook import judge, judge_trimmed
from tests.corpus import CORPUS, FaultyFile, Verdict, folder, ordinary_file
from tests.corpus.base import GAIN, N
from tests.corpus.libreoffice import FOLDER

SECONDS_PER_FILE = 6.0
"""The product's own limit, tightened: an ordinary file takes hundredths of a second, the heaviest case about one second."""
SECONDS, MEMORY_LIMIT = 120.0, 300 * 1024
"""Bounds on the whole corpus; memory is the growth of this process, in kilobytes."""
TECHNICAL_WORDS = re.compile(
    r"Traceback|\w(Error|Exception)\b|\bNone(Type)?\b|\b0x[0-9a-f]+|panick|object at|calamine|zipfile"
)

Outcome = JudgedWorkbook | Exception


@dataclass(slots=True)
class CorpusRun:
    """What became of each case, of the ordinary file right behind it, and what the whole took."""

    faulty_file: dict[str, Outcome] = field(default_factory=dict, repr=False)
    ordinary_outcomes: dict[str, Outcome] = field(default_factory=dict, repr=False)
    seconds: float = 0.0
    memory_limit: int = 0


def _files(where: list[tuple[str, bool]]) -> Iterator[tuple[str, bytes]]:
    for name, is_the_faulty_one in where:
        yield (
            (CORPUS[name].file, CORPUS[name].raw_bytes())
            if is_the_faulty_one
            else (f"derrière {name}.xlsx", ordinary_file())
        )


def _judge_everything(measure_memory: CorpusRun) -> None:
    """Judge case, ordinary file, case, ordinary file… in one go; after an exception, go on from the next one."""
    left_cases = [(name, is_the_faulty_one) for name in CORPUS for is_the_faulty_one in (True, False)]
    while left_cases:
        try:
            for workbook in workers.judge_all(_files(list(left_cases)), folder()):
                name, is_the_faulty_one = left_cases.pop(0)
                (measure_memory.faulty_file if is_the_faulty_one else measure_memory.ordinary_outcomes)[name] = workbook
        except Exception as fault:
            name, is_the_faulty_one = left_cases.pop(0)
            (measure_memory.faulty_file if is_the_faulty_one else measure_memory.ordinary_outcomes)[name] = fault


@pytest.fixture(scope="module")
def measure_memory() -> CorpusRun:
    ordinary_file()
    done = CorpusRun()
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.MonkeyPatch.context() as edited:
        edited.setattr(workers, "SECONDS", SECONDS_PER_FILE)
        _judge_everything(done)
    done.seconds = time.monotonic() - start
    done.memory_limit = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return done


def differences(expected: Verdict, shown: Outcome) -> Iterator[str]:
    """Where the verdict is not the expected one."""
    if isinstance(shown, Exception):
        yield f"an exception came out: {shown!r}"
        return
    codes = {c.code for c in shown.findings}
    compares: dict[str, tuple[object, object]] = {
        "lisible": (expected.readable, shown.readable),
        "lignes_retenues": (expected.lines_kept, shown.totals.lines_kept),
        "gain_retenu": (expected.kept, f"{shown.totals.kept / 100:.2f}"),
        "remis": (expected.handed_in, shown.handed_in),
        "missing codes": (set(), set(expected.codes) - codes),
        "unwanted codes": (
            set(),
            (codes & expected.absent_codes) | (codes - expected.codes if expected.no_other_code else set()),
        ),
        "findings of a refusal": (1, 1 if shown.readable else len(shown.findings)),
    }
    for what, (wanted_value, got) in compares.items():
        if wanted_value is not None and wanted_value != got:
            yield f"{what}: {wanted_value} expected, got {got}"
    yield from _misplaced(expected.cells, shown)
    yield from _ill_worded(expected, shown)
    yield from _misread(expected, shown)


def _misplaced(cells: Mapping[str, str], shown: JudgedWorkbook) -> Iterator[str]:
    places = {(c.code, c.cell) for c in shown.findings}
    for code, cell in cells.items():
        if (code, cell) not in places:
            yield f"{code} expected at {cell}"


def _ill_worded(expected: Verdict, shown: JudgedWorkbook) -> Iterator[str]:
    """Findings are French sentences, that say what they must and never what must be hidden."""
    sentences = [p for c in shown.findings for p in (c.message, c.correction)]
    if expected.said and not any(re.search(expected.said, p, re.IGNORECASE) for p in sentences):
        yield f"no sentence says « {expected.said} »"
    for sentence in sentences:
        if not re.match(r"[A-ZÀÉÊÎÔ«\d]", sentence) or not sentence.endswith((".", "?")) or len(sentence) > 700:
            yield f"not a sentence: {sentence[:80]}"
        if found := TECHNICAL_WORDS.search(sentence):
            yield f"a technical word, {found[0]}, in: {sentence[:80]}"
        if "défaut du programme" in sentence:
            yield "what is wrong with the file is said to be a fault of the program"
        if _has_invisibles(sentence):
            yield f"a control character in: {sentence[:80]!r}"
    if expected.never_said and expected.never_said in re.sub(r"\W", "", repr(shown)):
        yield "shows what must be hidden"


def _misread(expected: Verdict, shown: JudgedWorkbook) -> Iterator[str]:
    values = [line.values for tab in shown.tabs for line in tab.lines]
    for column, wanted_value in expected.read_values.items():
        got = str(getattr(values[0], column)) if values else None
        if got != wanted_value:
            yield f"{column} of the first line: {wanted_value} expected, got {got}"
    texts = {t for a in values for t in (a.intitule, a.marche, a.commentaire, a.operateur) if t}
    yield from (f"a control character in a value: {t[:40]!r}" for t in texts if _has_invisibles(t))


def _has_invisibles(text: str) -> bool:
    """Whether it holds what no export can carry: control characters, half surrogates."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)


@pytest.mark.parametrize(
    "faulty_file", [pytest.param(faulty_file, id=faulty_file.name) for faulty_file in CORPUS.values()]
)
def test_each_file_gets_its_verdict(faulty_file: FaultyFile, measure_memory: CorpusRun) -> None:
    faults = list(differences(faulty_file.verdict, measure_memory.faulty_file[faulty_file.name]))
    assert not faults, faulty_file.defect


def test_the_ordinary_file_behind_each_is_still_read_to_the_cent(measure_memory: CorpusRun) -> None:
    good = Verdict(no_other_code=True, lines_kept=N, kept=GAIN, handed_in=True)
    assert {
        name: faults
        for name, shown in measure_memory.ordinary_outcomes.items()
        if (faults := list(differences(good, shown)))
    } == {}
    assert measure_memory.ordinary_outcomes.keys() == CORPUS.keys()


def test_the_whole_corpus_takes_bounded_time_and_memory(measure_memory: CorpusRun) -> None:
    assert measure_memory.seconds < SECONDS
    assert measure_memory.memory_limit < MEMORY_LIMIT


def test_nothing_struck_out_raises_a_total(measure_memory: CorpusRun) -> None:
    for shown in measure_memory.faulty_file.values():
        if isinstance(shown, JudgedWorkbook):
            assert shown.totals.struck >= 0
            assert all(c.stake == 0 or c.severity is Severity.REJECTION for c in shown.findings)


def test_each_case_says_what_is_wrong_in_one_sentence_of_its_own() -> None:
    defects = [faulty_file.defect for faulty_file in CORPUS.values()]
    assert len(set(defects)) == len(defects) >= 75
    assert all(re.fullmatch(r"[A-ZÀÉ«1].+\.", d) for d in defects)


def test_the_files_of_libreoffice_stay_small_and_are_all_used() -> None:
    sizes = {f.name: f.stat().st_size for f in FOLDER.iterdir()}
    assert len(sizes) >= 10
    assert max(sizes.values()) < 40 * 1024


@pytest.mark.parametrize(
    "name", ["ordinaire", "formule-calculee", "cellules-sans-adresse", "lignes-sans-numero", "systeme-1904", "norme-stricte",
            "espaces-de-noms-prefixes", "zip-antislash", "erreur-ref", "marche-format-zeros", "lo-xlsx", "lo-formules"],
)  # fmt: skip
def test_the_second_try_judges_as_the_first_would_have(name: str) -> None:
    raw_bytes = CORPUS[name].raw_bytes() if name in CORPUS else ordinary_file()
    first, second = judge(name, raw_bytes, folder()), judge_trimmed(name, raw_bytes, folder())
    assert first.readable
    assert second == first
