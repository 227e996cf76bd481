"""What `vigie status` looked at, and how its sentences are bounded and dated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.french import count_words
from sheets.register.claimed_events import SignOfLife

SHOWN = 20
"""Sentences of one kind; the rest is counted."""
SILENCE = 180
"""Seconds without a sign of life after which the bot is taken for dead; it leaves one every half minute."""


@dataclass
class StatusReport:
    """What was looked at. `troubles` make the exit code 1; `to_note` does not: a late GHT is not a fault of Vigie."""

    folder: str
    register: str
    size: int | None = None
    last_pull_counts: dict[str, Any] | None = None
    days_since_pull: int | None = None
    folder_changed: bool = False
    last_backup: dict[str, Any] | None = None
    sources: list[dict[str, Any]] = field(default_factory=list)
    slack: dict[str, Any] | None = None
    service: dict[str, Any] | None = None
    mails_waiting: list[dict[str, Any]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    to_note: list[str] = field(default_factory=list)


def bounded(sentences: Sequence[str], one: str, many: str) -> list[str]:
    """The first sentences of a kind, and how many more there are: a page that scrolls for ever is read by nobody."""
    rest = len(sentences) - SHOWN
    return [*sentences[:SHOWN], *([f"… et {count_words(rest, one, many)}."] if rest > 0 else [])]


def age(sign: SignOfLife, current_time: datetime) -> float:
    """Seconds between a sign of life and now; one that bears a later hour is as far from now as it says."""
    return abs((current_time - sign.dated).total_seconds())


def day_and_hour(dated: datetime) -> str:
    return f"{dated:%d/%m/%Y à %Hh%M}"
