"""Writes a file: beside first, then under its name in one move. The only place of the house that writes one.

Never takes the place of what someone else wrote, never leaves half a file under a name, whatever kills the process.
"""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError

PARTIAL = ".partiel"
"""How the name of a file that is being written ends; it begins with a dot, and a pull passes over what is hidden."""
ABANDONED = 3600.0
"""Seconds after which a file being written no longer is: its process was killed."""


class TakenError(UserError):
    """A name that is already borne by a file which is not ours to replace."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"« {path} » existe déjà, et quelqu'un l'a peut-être rempli : il n'est pas remplacé. "
            "Déplacez-le, ou donnez un autre chemin."
        )


def create(path: Path, content: bytes, *, ours: Callable[[bytes], bool] | None = None, private: bool = False) -> bool:
    """Write a file, its folder made if need be; False when one that says the same is already there.

    One that says something else is replaced only where `ours` knows its bytes for ours, untouched since. Raises
    TakenError otherwise. `private`: for its owner alone.
    """
    if not path.exists():
        with beside(path, private=private) as partial:
            partial.write_bytes(content)
            settle(partial, path)
        return True
    there = path.read_bytes() if path.is_file() else None
    if there == content:
        return False
    if there is None or ours is None or not ours(there):
        raise TakenError(path)
    replace(path, content)
    return True


def replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put these bytes in the place of what is there, if anything: for files that are ours, or whose every word is kept.

    Its rights stay, unless it is `private`; a link goes on pointing at it.
    """
    path = path.resolve()
    with beside(path, private=private) as partial:
        partial.write_bytes(content)
        if path.exists() and not private:
            partial.chmod(path.stat().st_mode & 0o7777)
        settle(partial, path, over=True)


@contextmanager
def beside(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file of ours in the folder of the one to make; gone at the end, with whatever SQLite put next to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}{PARTIAL}")
    with named(path):
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    try:
        _sweep(path, partial)
        yield partial
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{partial}{suffix}").unlink(missing_ok=True)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """What the machine refuses meanwhile is said of that file: the one that was asked for."""
    try:
        yield
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from fault


def settle(partial: Path, path: Path, *, over: bool = False) -> None:
    """Give a finished file its name, on the disk for good, all at once. Raises TakenError when it is borne, unless `over`."""
    with partial.open("rb") as file, named(path):
        os.fsync(file.fileno())
    if over:
        os.replace(partial, path)  # noqa: PTH105 - said in full: the one step that makes the change
    else:
        _name(partial, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with named(path):
            os.fsync(folder)
    finally:
        os.close(folder)


def second_name(path: Path, aside: Path) -> None:
    """Another name for a file that is about to be replaced; a whole copy where the disk knows no links."""
    try:
        os.link(path, aside)
    except OSError:
        with beside(aside, private=True) as partial:
            shutil.copy2(path, partial)
            settle(partial, aside)


def _name(partial: Path, path: Path) -> None:
    """A second name for the same file: refused by the disk itself when it is borne."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise TakenError(path) from None
    except OSError:  # a share that knows no links
        if path.exists():
            raise TakenError(path) from None
        os.replace(partial, path)  # noqa: PTH105


def _sweep(path: Path, partial: Path) -> None:
    """Take away what a write of the same file that was killed left behind."""
    now = partial.stat().st_mtime
    for left in path.parent.glob(f".{glob.escape(path.name[:40])}.*{PARTIAL}"):
        try:
            if now - left.stat().st_mtime > ABANDONED:
                left.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
