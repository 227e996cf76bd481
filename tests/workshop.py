"""What the tests of keeping share: a pull that judges in its own process, and a few filled trames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from config.folder import Dossier
from jobs.taking_in.folders import Bilan, pull
from sheets.judged import Classeur
from sheets.judging.workbook import juge

JOUR = datetime(2022, 2, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
SUD, MOREZ = "390780146", "390780153"


def juge_ici(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    """What the reading processes would answer, without the half-second that starting them takes."""
    return (juge(nom, octets, dossier) for nom, octets in fichiers)


def releve_ici(db: Database, dossier: Dossier, source: Path, jours: int = 0) -> Bilan:
    """A pull judged in this process, `jours` after the first day."""
    with patch("jobs.taking_in.folders.juge_tous", juge_ici):
        return pull(db, dossier, [source], lambda: JOUR + timedelta(days=jours))


def en_janvier(gain: int, **autres: Any) -> dict[str, Any]:
    """A line whose whole gain falls in 2021."""
    return {"gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4), **autres}
