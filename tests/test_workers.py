"""A worker has its bounds, and a write takes its lock at once: what holds when several work on one machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import Folder
from sheets.findings import Finding
from sheets.judging.workers import MEMORY_LIMIT, in_workers
from sheets.register.database import open_register, read_transaction, write_transaction


def swells(_name: str, content: bytes, _folder: Folder, _again: bool) -> str:
    """A reading that asks for as many bytes as its file says."""
    return str(len(bytearray(int(content))))


def test_a_reading_that_swells_is_stopped_and_takes_only_its_own_file(folder: Folder) -> None:
    files = [("petit", b"1000"), ("enflé", str(MEMORY_LIMIT).encode()), ("moyen", str(MEMORY_LIMIT // 4).encode())]
    done = dict(in_workers(swells, files, folder))
    assert done["petit"] == "1000"
    assert done["moyen"] == str(MEMORY_LIMIT // 4)
    assert isinstance(done["enflé"], Finding)
    assert "demande une mémoire démesurée" in done["enflé"].message


def test_a_write_takes_its_lock_before_it_reads(tmp_path: Path) -> None:
    """Otherwise what it read could be changed by another one before it writes, and it would fail without waiting."""
    with closing(open_register(tmp_path / "v.sqlite")) as one, closing(open_register(tmp_path / "v.sqlite")) as other:
        other.execute("PRAGMA busy_timeout = 0")
        with write_transaction(one):
            one.execute("SELECT count(*) FROM pulls").fetchone()
            with pytest.raises(UserError, match="un autre relevé est sans doute en cours"), write_transaction(other):
                pass
        with read_transaction(one), write_transaction(other):  # a reader holds up nobody
            pass
