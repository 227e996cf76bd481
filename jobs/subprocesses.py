"""Commands in processes of their own: the service's bot answers meanwhile, and what dies takes only itself.

Never reads, judges or copies anything: it starts `vigie` again, at low priority, and says what came of it. All three
raise UserError with the command's sentence when it could not be done, ProgramFaultError when the program is at fault.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any

from config.errors import UserError
from config.secrets import mask
from jobs.wiring import Workshop

LOW_PRIORITY = ("nice", "-n", "10")
"""People who ask wait in front of a screen; a trame waits in a folder."""
TIME_LIMIT = 1800
"""Seconds after which what was started is given up: it would hold up those behind it for ever."""

TRACE, CRASH_CODE = "Traceback (most recent call last)", 1
"""What a fault of ours leaves on the error channel, and the exit code when nothing caught it."""
journal = logging.getLogger("vigie.service")


class ProgramFaultError(Exception):
    """A defect of the program in what was started: its complaint, traceback included, what is secret hidden. For the log."""

    def __init__(self, complained: str) -> None:
        super().__init__(mask(complained.strip()))


def pull_apart(workshop: Workshop, sources: Sequence[Path] = ()) -> dict[str, Any]:
    """What `vigie pull --json` printed."""
    result: dict[str, Any] = json.loads(_a_part(workshop, "pull", "--json", "--", *map(str, sources), good=(0, 1)))
    return result


def mail_apart(workshop: Workshop) -> str:
    """The last sentence of `vigie courrier --send`."""
    return _a_part(workshop, "courrier", "--send").strip().splitlines()[-1]


def backup_apart(workshop: Workshop, keep: int) -> str:
    """What `vigie backup` said."""
    return _a_part(workshop, "backup", "--garde", str(keep)).strip().splitlines()[0]


def _a_part(workshop: Workshop, command: str, *arguments: str, good: Sequence[int] = (0,)) -> str:
    """What a command printed; `good` are the exit codes with which it came to its end."""
    launched = [*LOW_PRIORITY, *_command_line(workshop, command), *arguments]
    with _launch(launched) as process:
        try:
            printed, complained = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise UserError(
                f"Rien n'est venu en {TIME_LIMIT // 60} minutes : un partage ou un serveur ne répond plus. C'est abandonné, "
                "puis retenté."
            ) from None
        finally:
            _RUNNING.discard(process)
    if TRACE in complained:
        program_fault = ProgramFaultError(complained)
        if process.returncode == CRASH_CODE:
            raise program_fault
        journal.error("%s : %s", command, program_fault)  # it went on with the rest
    if process.returncode not in good or not printed:
        sentences = complained.strip().splitlines() if process.returncode > 0 else []
        raise UserError(
            sentences[-1] if sentences else "C'était interrompu ; rien n'est perdu, le prochain tour continue."
        )
    return printed


_RUNNING: set[subprocess.Popen[str]] = set()
_LAUNCH_LOCK, _CLOSED = Lock(), Event()
"""Nothing is started once the service is leaving."""


def _launch(command: Sequence[str]) -> subprocess.Popen[str]:
    with _LAUNCH_LOCK:
        if _CLOSED.is_set():
            raise UserError("Le service s'arrête.")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _RUNNING.add(process)
    return process


def interrupt(*, for_good: bool = False) -> None:
    """Cut short what is under way: what is recorded stays, and the next time continues. `for_good`: start nothing more."""
    with _LAUNCH_LOCK:
        if for_good:
            _CLOSED.set()
        for process in tuple(_RUNNING):
            process.terminate()


def _command_line(workshop: Workshop, command: str) -> list[str]:
    options = ["--dossier", str(workshop.folder_path), "--registre", str(workshop.register_path)]
    if workshop.current_day:
        options += ["--today", workshop.current_day.isoformat()]
    return [sys.executable, "-m", "jobs.commands", command, *options]
