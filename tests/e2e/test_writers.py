"""Workbooks written by SheetJS, exceljs and LibreOffice: the right total to the cent, or the right finding, for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheets.judging import workers
from tests.corpus import Cas, dossier
from tests.corpus.foreign import by_libreoffice, by_node
from tests.test_corpus import ecarts

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("ecrits", "au_moins"), [(by_node, 90), (by_libreoffice, 40)], ids=["Node", "LibreOffice"])
def test_the_trame_is_read_the_same_whoever_wrote_it(
    ecrits: Callable[[Path], Iterator[Cas]], au_moins: int, tmp_path: Path
) -> None:
    cas = list(ecrits(tmp_path))
    rendus = workers.juge_tous(((c.fichier, c.octets()) for c in cas), dossier())
    fautes = {c.nom: list(ecarts(c.verdict, vu)) for c, vu in zip(cas, rendus, strict=True)}
    assert {nom: liste for nom, liste in fautes.items() if liste} == {}
    assert len(fautes) >= au_moins
