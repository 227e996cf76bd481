"""Judges each content once: what was judged of late is given again, under the name it now bears.

Remembered by its hash and by the region's folder as it stood; what could not be read is read again
the next time. Writes nothing down.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from threading import Lock

from config.folder import Folder
from config.secrets import mask
from sheets.judged import JudgedWorkbook

REMEMBERED = 16
"""Contents remembered: a few megabytes each at most."""

Judge = Callable[[Iterable[tuple[str, bytes]], Folder], Iterator[JudgedWorkbook]]
"""The judgement of each (name, bytes), in the order given."""


def once(judge: Judge, remembered: int = REMEMBERED) -> Judge:
    """The same judge, which judges nothing twice for as long as it remembers; threads may share it."""
    lately: OrderedDict[tuple[str, str], JudgedWorkbook] = OrderedDict()
    lock = Lock()

    def recall(key: tuple[str, str]) -> JudgedWorkbook | None:
        with lock:
            if key in lately:
                lately.move_to_end(key)
            return lately.get(key)

    def remember(key: tuple[str, str], judged: JudgedWorkbook) -> None:
        with lock:
            lately[key] = judged
            while len(lately) > remembered:
                lately.popitem(last=False)

    def judge_once(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
        answers: deque[tuple[str, list[JudgedWorkbook]]] = deque()
        judged_here: dict[tuple[str, str], list[JudgedWorkbook]] = {}
        under_way: deque[tuple[str, str]] = deque()

        def unknown() -> Iterator[tuple[str, bytes]]:
            for name, raw_bytes in files:
                key = (hashlib.sha256(raw_bytes).hexdigest(), folder.content_hash)
                known = recall(key)
                is_new = known is None and key not in judged_here
                answers.append((name, [known] if known else judged_here.setdefault(key, [])))
                if is_new:
                    under_way.append(key)
                    yield name, raw_bytes

        for judged in judge(unknown(), folder):
            key = under_way.popleft()
            judged_here[key].append(judged)
            if judged.readable:
                remember(key, judged)
                del judged_here[key]
            yield from _ready(answers)
        yield from _ready(answers)

    return judge_once


def _ready(answers: deque[tuple[str, list[JudgedWorkbook]]]) -> Iterator[JudgedWorkbook]:
    """What stands first in line and is judged, each under its own name."""
    while answers and answers[0][1]:
        name, (judged, *_) = answers.popleft()
        yield judged if judged.file == mask(name) else replace(judged, file=mask(name))
