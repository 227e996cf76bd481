"""Commands in processes of their own: the service's bot answers meanwhile, and what dies takes only itself.

Never reads, judges or copies anything: it starts `vigie` again, at low priority, and says what came of it. All three
raise UserError with the command's sentence when it could not be done, DefautError when the program is at fault.
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
from config.secrets import masque
from jobs.wiring import Atelier

POLITESSE = ("nice", "-n", "10")
"""People who ask wait in front of a screen; a trame waits in a folder."""
LIMITE = 1800
"""Seconds after which what was started is given up: it would hold up those behind it for ever."""

TRACE, DEFAUT = "Traceback (most recent call last)", 1
"""What a fault of ours leaves on the error channel, and the exit code when nothing caught it."""
journal = logging.getLogger("vigie.service")


class DefautError(Exception):
    """A defect of the program in what was started: its complaint, traceback included, what is secret hidden. For the log."""

    def __init__(self, plaint: str) -> None:
        super().__init__(masque(plaint.strip()))


def releve_a_part(atelier: Atelier, sources: Sequence[Path] = ()) -> dict[str, Any]:
    """What `vigie pull --json` printed."""
    rendu: dict[str, Any] = json.loads(_a_part(atelier, "pull", "--json", "--", *map(str, sources), good=(0, 1)))
    return rendu


def courrier_a_part(atelier: Atelier) -> str:
    """The last sentence of `vigie courrier --send`."""
    return _a_part(atelier, "courrier", "--send").strip().splitlines()[-1]


def sauvegarde_a_part(atelier: Atelier, garde: int) -> str:
    """What `vigie backup` said."""
    return _a_part(atelier, "backup", "--garde", str(garde)).strip().splitlines()[0]


def _a_part(atelier: Atelier, commande: str, *arguments: str, good: Sequence[int] = (0,)) -> str:
    """What a command printed; `good` are the exit codes with which it came to its end."""
    lancee = [*POLITESSE, *_commande(atelier, commande), *arguments]
    with _lance(lancee) as lance:
        try:
            dit, plaint = lance.communicate(timeout=LIMITE)
        except subprocess.TimeoutExpired:
            lance.kill()
            raise UserError(
                f"Rien n'est venu en {LIMITE // 60} minutes : un partage ou un serveur ne répond plus. C'est abandonné, "
                "puis retenté."
            ) from None
        finally:
            _EN_COURS.discard(lance)
    if TRACE in plaint:
        defaut = DefautError(plaint)
        if lance.returncode == DEFAUT:
            raise defaut
        journal.error("%s : %s", commande, defaut)  # it went on with the rest
    if lance.returncode not in good or not dit:
        phrases = plaint.strip().splitlines() if lance.returncode > 0 else []
        raise UserError(phrases[-1] if phrases else "C'était interrompu ; rien n'est perdu, le prochain tour continue.")
    return dit


_EN_COURS: set[subprocess.Popen[str]] = set()
_PORTE, _FERMEE = Lock(), Event()
"""Nothing is started once the service is leaving."""


def _lance(commande: Sequence[str]) -> subprocess.Popen[str]:
    with _PORTE:
        if _FERMEE.is_set():
            raise UserError("Le service s'arrête.")
        lance = subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _EN_COURS.add(lance)
    return lance


def interromps(*, pour_de_bon: bool = False) -> None:
    """Cut short what is under way: what is recorded stays, and the next time continues. `pour_de_bon`: start nothing more."""
    with _PORTE:
        if pour_de_bon:
            _FERMEE.set()
        for lance in tuple(_EN_COURS):
            lance.terminate()


def _commande(atelier: Atelier, commande: str) -> list[str]:
    options = ["--dossier", str(atelier.chemin_dossier), "--registre", str(atelier.chemin_registre)]
    if atelier.aujourd_hui:
        options += ["--today", atelier.aujourd_hui.isoformat()]
    return [sys.executable, "-m", "jobs.cli", commande, *options]
