"""How long reading, judging and storing a country takes, against merely reading it, and against the usual tools."""

from __future__ import annotations

import os
import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

from config.folder import Folder
from jobs.taking_in.folders import pull
from sheets.register.database import open_register

NOON = datetime(2022, 3, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))


def time_taken(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def bare_calamine(files: list[Path]) -> int:
    """A bare single-threaded read of the same files: every tab, every row, nothing done with them."""
    cells = 0
    for f in files:
        book = CalamineWorkbook.from_path(f)
        for name in book.sheet_names:
            cells += sum(map(len, book.get_sheet_by_name(name).to_python()))
    return cells


def vigie(files: list[Path], folder: Folder, register: Path) -> None:
    """Pull everything into a new register, all guards on."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{register}{suffix}").unlink(missing_ok=True)
    db = open_register(register)
    summary = pull(db, folder, files, lambda: NOON)
    assert summary.how_many("nouveau") == len(files)
    db.close()


def declare(register: Path, query: str) -> float:
    """Euros declared, as a register or the usual script's file holds them: both must have done the same work."""
    with sqlite3.connect(register) as base:
        return float(base.execute(query).fetchone()[0])


def time_second_pull(files: list[Path], folder: Folder, register: Path, *, dates: bool) -> float:
    """Seconds to pull again with nothing touched, or with every date moved and no content."""
    db = open_register(register)
    if dates:
        for f in files:
            os.utime(f)
    elapsed = time_taken(lambda: pull(db, folder, files, lambda: NOON))
    db.close()
    return elapsed


def copies(files: list[Path], how_many: int, where: Path) -> list[Path]:
    """As many files as asked for, the same ones over and over under other names."""
    where.mkdir(parents=True, exist_ok=True)
    results = [where / f"{rank:04d}.xlsx" for rank in range(how_many)]
    for rank, copied in enumerate(results):
        if not copied.exists():
            os.link(files[rank % len(files)], copied)
    return results


def memory_peak(action: Callable[[], object]) -> float:
    """MB added at the peak over this process and its workers, sampled every 5 ms."""
    finished = threading.Event()
    start = _memory_held()
    peak = [start]

    def observe() -> None:
        while not finished.wait(0.005):
            peak[0] = max(peak[0], _memory_held())

    watcher = threading.Thread(target=observe)
    watcher.start()
    action()
    finished.set()
    watcher.join()
    return (peak[0] - start) / 1e6


def _memory_held() -> int:
    """Bytes of private memory held by this process and all its descendants."""
    total = 0
    for pid in _famille(os.getpid()):
        try:
            fields = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        total += (int(fields[1]) - int(fields[2])) * resource.getpagesize()
    return total


def _famille(pid: int) -> list[int]:
    try:
        children = [int(e) for t in Path(f"/proc/{pid}/task").iterdir() for e in (t / "children").read_text().split()]
    except OSError:
        children = []
    return [pid, *(p for e in children for p in _famille(e))]
