"""What the tests of keeping share: a pull that judges in its own process, and a few filled trames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from config.folder import Folder
from jobs.taking_in.folders import PullSummary, pull
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge

DAY = datetime(2022, 2, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
JURA_SUD, MOREZ = "390780146", "390780153"


def judge_in_process(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    """What the reading processes would answer, without the half-second that starting them takes."""
    return (judge(name, raw_bytes, folder) for name, raw_bytes in files)


def pull_in_process(db: Database, folder: Folder, source: Path, days: int = 0) -> PullSummary:
    """A pull judged in this process, `days` after the first day."""
    with patch("jobs.taking_in.folders.judge_all", judge_in_process):
        return pull(db, folder, [source], lambda: DAY + timedelta(days=days))


def january_line(gain: int, **others: Any) -> dict[str, Any]:
    """A line whose whole gain falls in 2021."""
    return {"gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4), **others}
