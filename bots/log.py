"""What the bot writes of itself: dated lines on the error channel. Never a token, whatever tried to write it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

SECRET = re.compile(r"\b(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+|(?<=ticket=)[\w-]+|(?<=hooks\.slack\.com/)[\w/-]+")


class SansSecret(logging.Formatter):
    """Masks every token of Slack in a line, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return sans_secret(super().format(record))


def sans_secret(texte: str) -> str:
    return SECRET.sub("[masqué]", texte)


def ouvre(niveau: int = logging.INFO) -> logging.Handler:
    """Send the logs of the bot and of its libraries to the error channel; the handler is returned, to be taken away."""
    sortie = logging.StreamHandler(sys.stderr)
    sortie.setFormatter(SansSecret("%(asctime)s %(levelname)s %(name)s : %(message)s"))
    racine = logging.getLogger()
    racine.addHandler(sortie)
    racine.setLevel(niveau)
    return sortie


def confie(fil: Executor, travail: Callable[..., None], *faits: Any) -> None:
    """Hand work over to another thread; what it raises is logged, where it would be lost."""
    fil.submit(travail, *faits).add_done_callback(_note)


def _note(fini: Future[None]) -> None:
    if not fini.cancelled() and (faute := fini.exception()):
        logging.getLogger("vigie.chat").error("Un travail confié a échoué.", exc_info=faute)
