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

from config.folder import Dossier
from jobs.taking_in.folders import pull
from sheets.register.database import ouvre

MIDI = datetime(2022, 3, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))


def chrono(faire: Callable[[], object]) -> float:
    debut = time.perf_counter()
    faire()
    return time.perf_counter() - debut


def calamine_nu(fichiers: list[Path]) -> int:
    """A bare single-threaded read of the same files: every tab, every row, nothing done with them."""
    cellules = 0
    for f in fichiers:
        livre = CalamineWorkbook.from_path(f)
        for nom in livre.sheet_names:
            cellules += sum(map(len, livre.get_sheet_by_name(nom).to_python()))
    return cellules


def vigie(fichiers: list[Path], dossier: Dossier, registre: Path) -> None:
    """Pull everything into a new register, all guards on."""
    for suffixe in ("", "-wal", "-shm"):
        Path(f"{registre}{suffixe}").unlink(missing_ok=True)
    db = ouvre(registre)
    bilan = pull(db, dossier, fichiers, lambda: MIDI)
    assert bilan.combien("nouveau") == len(fichiers)
    db.close()


def declare(registre: Path, requete: str) -> float:
    """Euros declared, as a register or the usual script's file holds them: both must have done the same work."""
    with sqlite3.connect(registre) as base:
        return float(base.execute(requete).fetchone()[0])


def second_relevé(fichiers: list[Path], dossier: Dossier, registre: Path, *, dates: bool) -> float:  # noqa: PLC2401
    """Seconds to pull again with nothing touched, or with every date moved and no content."""
    db = ouvre(registre)
    if dates:
        for f in fichiers:
            os.utime(f)
    duree = chrono(lambda: pull(db, dossier, fichiers, lambda: MIDI))
    db.close()
    return duree


def copies(fichiers: list[Path], combien: int, ou: Path) -> list[Path]:
    """As many files as asked for, the same ones over and over under other names."""
    ou.mkdir(parents=True, exist_ok=True)
    rendus = [ou / f"{rang:04d}.xlsx" for rang in range(combien)]
    for rang, copie in enumerate(rendus):
        if not copie.exists():
            os.link(fichiers[rang % len(fichiers)], copie)
    return rendus


def pic_memoire(faire: Callable[[], object]) -> float:
    """MB added at the peak over this process and its workers, sampled every 5 ms."""
    fini = threading.Event()
    depart = _occupe()
    pic = [depart]

    def observe() -> None:
        while not fini.wait(0.005):
            pic[0] = max(pic[0], _occupe())

    guetteur = threading.Thread(target=observe)
    guetteur.start()
    faire()
    fini.set()
    guetteur.join()
    return (pic[0] - depart) / 1e6


def _occupe() -> int:
    """Bytes of private memory held by this process and all its descendants."""
    total = 0
    for pid in _famille(os.getpid()):
        try:
            champs = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        total += (int(champs[1]) - int(champs[2])) * resource.getpagesize()
    return total


def _famille(pid: int) -> list[int]:
    try:
        enfants = [int(e) for t in Path(f"/proc/{pid}/task").iterdir() for e in (t / "children").read_text().split()]
    except OSError:
        enfants = []
    return [pid, *(p for e in enfants for p in _famille(e))]
