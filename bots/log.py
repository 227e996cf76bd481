"""What the bot writes of itself: dated lines on the error channel. Never a token, whatever tried to write it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

SECRET = re.compile(r"\b(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+|(?<=ticket=)[\w-]+|(?<=hooks\.slack\.com/)[\w/-]+")


class TokenMasking(logging.Formatter):
    """Masks every token of Slack in a line, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secret(super().format(record))


def without_secret(text: str) -> str:
    return SECRET.sub("[masqué]", text)


def start_logging(level: int = logging.INFO) -> logging.Handler:
    """Send the logs of the bot and of its libraries to the error channel; the handler is returned, to be taken away."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(TokenMasking("%(asctime)s %(levelname)s %(name)s : %(message)s"))
    root_logger = logging.getLogger()
    root_logger.addHandler(output)
    root_logger.setLevel(level)
    return output


def hand_over(executor: Executor, work: Callable[..., None], *facts: Any) -> None:
    """Hand work over to another thread; what it raises is logged, where it would be lost."""
    executor.submit(work, *facts).add_done_callback(_note)


def _note(result_future: Future[None]) -> None:
    if not result_future.cancelled() and (fault := result_future.exception()):
        logging.getLogger("vigie.chat").error("Un travail confié a échoué.", exc_info=fault)
