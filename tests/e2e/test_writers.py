"""Workbooks written by SheetJS, exceljs and LibreOffice: the right total to the cent, or the right finding, for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheets.judging import workers
from tests.corpus import FaultyFile, folder
from tests.corpus.foreign import by_libreoffice, by_node
from tests.test_corpus import differences

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("written_numbers", "at_least"), [(by_node, 90), (by_libreoffice, 40)], ids=["Node", "LibreOffice"]
)
def test_the_trame_is_read_the_same_whoever_wrote_it(
    written_numbers: Callable[[Path], Iterator[FaultyFile]], at_least: int, tmp_path: Path
) -> None:
    faulty_file = list(written_numbers(tmp_path))
    results = workers.judge_all(((c.file, c.raw_bytes()) for c in faulty_file), folder())
    faults = {c.name: list(differences(c.verdict, shown)) for c, shown in zip(faulty_file, results, strict=True)}
    assert {name: list_labels for name, list_labels in faults.items() if list_labels} == {}
    assert len(faults) >= at_least
