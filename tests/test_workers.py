"""A worker has its bounds, and a write takes its lock at once: what holds when several work on one machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import Dossier
from sheets.findings import Constat
from sheets.judging.workers import MEMOIRE, a_l_abri
from sheets.register.database import ecriture, lecture, ouvre


def swells(_name: str, content: bytes, _dossier: Dossier, _again: bool) -> str:
    """A reading that asks for as many bytes as its file says."""
    return str(len(bytearray(int(content))))


def test_a_reading_that_swells_is_stopped_and_takes_only_its_own_file(dossier: Dossier) -> None:
    files = [("petit", b"1000"), ("enflé", str(MEMOIRE).encode()), ("moyen", str(MEMOIRE // 4).encode())]
    done = dict(a_l_abri(swells, files, dossier))
    assert done["petit"] == "1000"
    assert done["moyen"] == str(MEMOIRE // 4)
    assert isinstance(done["enflé"], Constat)
    assert "demande une mémoire démesurée" in done["enflé"].message


def test_a_write_takes_its_lock_before_it_reads(tmp_path: Path) -> None:
    """Otherwise what it read could be changed by another one before it writes, and it would fail without waiting."""
    with closing(ouvre(tmp_path / "v.sqlite")) as one, closing(ouvre(tmp_path / "v.sqlite")) as other:
        other.execute("PRAGMA busy_timeout = 0")
        with ecriture(one):
            one.execute("SELECT count(*) FROM pulls").fetchone()
            with pytest.raises(UserError, match="un autre relevé est sans doute en cours"), ecriture(other):
                pass
        with lecture(one), ecriture(other):  # a reader holds up nobody
            pass
