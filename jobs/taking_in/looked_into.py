"""Looks into the folders where trames are dropped: the workbooks there, and everything that cannot be read, with why.

One bad name, link, file or folder takes only itself. Never opens a workbook, never follows a link out of its source.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from config.machine import is_utf8, reason, shown
from config.secrets import mask
from sheets.register.pulls import FoundFile, Unread

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
LATER = "Il sera lu au prochain relevé."


@dataclass
class Seen:
    """What the sources hold. `counts` says how many workbooks each holds, `absent` which could not be looked into."""

    found: dict[str, FoundFile] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    absent: list[Path] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    @property
    def oldest_first(self) -> list[FoundFile]:
        return sorted(self.found.values(), key=lambda d: (d.modified_ns, d.path))

    def source_of(self, path: str) -> str:
        """The source, by the name that the register keeps, under which a file found stands."""
        return next((s for s in self.counts if path.startswith(f"{s}/")), path)


def look(sources: Iterable[Path]) -> Seen:
    """The workbooks in these folders (or these files). Excel's lock files (~$…) and hidden files are passed over."""
    seen = Seen()
    places = {source: _place(source) for source in sources}
    inside = tuple(place for place in places.values() if place)
    for source, place in places.items():
        if place is None:
            seen.absent.append(source)
            continue
        name, before = mask(place), len(seen.unread)
        try:
            here = [d for e in _entries(place) if (d := _workbook(e, inside, seen.unread, name))]
        except OSError:
            del seen.unread[before:]
            seen.absent.append(source)
            continue
        seen.found |= {d.path: d for d in here}
        seen.counts[name] = len(here)
    return seen


def as_it_stands(path: str) -> FoundFile | None:
    """A file as it stands now; None when it is gone, or is no plain file."""
    try:
        stat = Path(path).lstat()
    except OSError:
        return None
    return FoundFile(path, stat.st_size, stat.st_mtime_ns) if S_ISREG(stat.st_mode) else None


def unread(source: str, path: str, why: str, what_next: str) -> Unread:
    """What is said of a file or a folder that could not be read."""
    name = mask(shown(path))
    return Unread(source, name, f"« {name} » ne peut pas être lu : {why}. {what_next}")


def _place(source: Path) -> str | None:
    """Where a source stands once links are followed; None when it is not there, or cannot be named in the register."""
    try:
        place = str(source.resolve(strict=True))
    except (OSError, RuntimeError):  # a link that loops
        return None
    return place if is_utf8(place) else None


def _entries(place: str) -> Iterator[Path | tuple[Path, OSError]]:
    """Every entry under a source, folders excepted; a folder that cannot be listed, with its fault.

    Raises OSError when the source itself cannot be listed.
    """
    waiting = [Path(place)]
    if not waiting[0].is_dir():
        yield waiting.pop()
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda e: e.name)
        except OSError as fault:
            if str(folder) == place:
                raise
            yield folder, fault
            continue
        folders = [e for e in entries if e.is_dir(follow_symlinks=False)]
        waiting += (Path(e.path) for e in folders)
        yield from (Path(e.path) for e in entries if e not in folders)


def _workbook(
    entry: Path | tuple[Path, OSError], inside: tuple[str, ...], said: list[Unread], source: str
) -> FoundFile | None:
    """The workbook that an entry is, if it is one; what should have been one and cannot be read is `said`."""
    if isinstance(entry, tuple):
        folder, fault = entry
        next_ = "Donnez à Vigie le droit de parcourir ce dossier, ou rétablissez-le."
        said.append(unread(source, str(folder), reason(fault), next_))
        return None
    if entry.suffix.lower() not in SUFFIXES or entry.name.startswith((".", "~$")):
        return None
    try:
        path = _followed(entry, inside)
        stat = path.lstat()
        if not is_utf8(str(path)):
            raise ValueError("son nom n'est pas écrit en UTF-8")
    except OSError as fault:
        said.append(unread(source, str(entry), reason(fault), f"Rétablissez l'accès à ce fichier. {LATER}"))
    except ValueError as fault:
        said.append(unread(source, str(entry), str(fault), f"Déposez le fichier lui-même, sous un autre nom. {LATER}"))
    else:
        return FoundFile(str(path), stat.st_size, stat.st_mtime_ns) if S_ISREG(stat.st_mode) else None
    return None


def _followed(path: Path, inside: tuple[str, ...]) -> Path:
    """The file that a path leads to. Raises ValueError, saying why, for a link that leads nowhere or out of the sources."""
    if not path.is_symlink():
        return path
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise ValueError("c'est un lien qui ne mène nulle part") from None
    if not any(target == Path(place) or target.is_relative_to(place) for place in inside):
        raise ValueError("c'est un lien vers un autre endroit, et Vigie ne suit pas les liens")
    return target
