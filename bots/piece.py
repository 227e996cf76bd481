"""A file that goes with an answer, a letter or a message, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass

PNG, XLSX = "image/png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that goes with a letter or a message; a picture says in words what it shows."""

    name: str
    raw_bytes: bytes
    mime: str
    alternative: str = ""
