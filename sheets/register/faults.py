"""What SQLite complains of, in French, with the next step. A complaint that is our own fault stays what it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_CLOSED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
RESTORE = "Reprenez la dernière sauvegarde : vigie restore FICHIER"


@contextmanager
def say_machine_faults(path: Path | Callable[[], Path]) -> Iterator[None]:
    """A full disk, a lock, a damaged page: said to the user as UserError. What is our own fault stays what it is."""
    try:
        yield
    except sqlite3.DatabaseError as fault:
        fault_words = said(fault, path if isinstance(path, Path) else path())
        if fault_words is None:
            raise
        raise fault_words from fault


def code_of(fault: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code; 0 when it gave none."""
    return int(getattr(fault, "sqlite_errorcode", 0)) & 0xFF


def said(fault: sqlite3.DatabaseError, path: Path) -> UserError | None:
    """What the machine did to the register, in a sentence with the next step; None when the fault is ours."""
    code = code_of(fault)
    if code == sqlite3.SQLITE_FULL:
        return UserError(
            f"Le registre « {path} » n'a pas pu être écrit : le disque est plein. "
            "Rien de ce qui était enregistré n'est perdu. Faites de la place, puis relancez la même commande."
        )
    if code == sqlite3.SQLITE_IOERR:
        return UserError(
            f"Le registre « {path} » n'a pas pu être lu ou écrit : le disque est plein, ou ne répond plus. Rien de ce qui "
            "était enregistré n'est perdu. Faites de la place, ou rétablissez le disque, puis relancez la même commande."
        )
    if code in _BUSY:
        return UserError(
            f"Le registre « {path} » ne peut pas être écrit : un autre relevé est sans doute en cours. Réessayez."
        )
    if code in _CLOSED:
        return UserError(f"« {path} » ne peut pas être ouvert, ou pas être écrit. Vérifiez vos droits sur ce dossier.")
    if code in _DAMAGED:
        return UserError(f"Le registre « {path} » est abîmé. {RESTORE}")
    return None
