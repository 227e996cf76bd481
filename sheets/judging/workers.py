"""Judges many files at once in expendable processes: one that dies, hangs or swells takes only its own file.

calamine aborts its whole process on some five-kilobyte files; no `except` catches that.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from itertools import chain, islice
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from config.folder import Folder
from config.secrets import mask
from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge, judge_trimmed

SECONDS = 20.0
"""An ordinary trame is judged in hundredths of a second."""
MEMORY_LIMIT = 768 * 1024 * 1024
"""Address space of a worker, in bytes; a country's largest trame takes a tenth of it."""
READ_AHEAD = 8
"""Files handed out before the first answer is taken back: enough to keep workers busy, few enough to stay small."""

T = TypeVar("T")
Task = Callable[[str, bytes, Folder, bool], T]
"""What is done with (name, bytes, region's folder, whether to rewrite the workbook first): a module's own function."""

_folder: Folder | None = None


def _prepare(folder: Folder) -> None:
    """In each worker, once: keep the region's folder at hand, and bound the memory."""
    global _folder  # noqa: PLW0603 - a worker process has one folder for its whole life
    _folder = folder
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    to_null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(to_null, 2)  # an abort prints Rust's backtrace; the finding says it better


def _run_task(task: Task[T], file: str, raw_bytes: bytes, trimmed: bool) -> T | Finding:
    assert _folder is not None
    return task(file, raw_bytes, _folder, trimmed)


def _judge(file: str, raw_bytes: bytes, folder: Folder, trimmed: bool) -> JudgedWorkbook:
    result = judge_trimmed(file, raw_bytes, folder) if trimmed else judge(file, raw_bytes, folder)
    for tab in result.tabs:  # added up here, and sent back with the tab
        _ = (tab.totals, tab.positive_declared)
    return result


def judge_all(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    """Yield the judgement of each (name, bytes), in the order given, reading the source only a few ahead."""
    for name, result in in_workers(_judge, files, folder):
        yield JudgedWorkbook(name, None, (), (result,), readable=False) if isinstance(result, Finding) else result


def in_workers(task: Task[T], files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[tuple[str, T | Finding]]:
    """Yield what `task` gives for each (name, bytes), or the finding that says why it could not be read."""
    # Fresh processes from a clean server: the service has threads, which a plain fork would copy half-alive.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sheets.judging.workers"])
    next_files = iter(files)
    first_ones = list(
        islice(next_files, min(os.cpu_count() or 1, 8))
    )  # no more processes than files: a start is half a second
    with ProcessPool(max(len(first_ones), 1), context=context, initializer=_prepare, initargs=(folder,)) as pool:
        under_way: list[tuple[str, bytes, ProcessFuture[T | Finding]]] = []
        for name, raw_bytes in chain(first_ones, next_files):
            under_way.append(
                (name, raw_bytes, pool.schedule(_run_task, args=(task, name, raw_bytes, False), timeout=SECONDS))
            )
            if len(under_way) >= READ_AHEAD:
                name_, raw_bytes_, future_ = under_way.pop(0)
                yield name_, _outcome(pool, task, name_, raw_bytes_, future_)
        for name, raw_bytes, future in under_way:
            yield name, _outcome(pool, task, name, raw_bytes, future)


def _outcome(
    pool: ProcessPool, task: Task[T], name: str, raw_bytes: bytes, future: ProcessFuture[T | Finding]
) -> T | Finding:
    """What a worker found; when it died or hung, what a second try on the same file cut down finds."""
    try:
        return future.result()
    except (TookTooLong, ProcessExpired, MemoryError):
        second: ProcessFuture[T | Finding] = pool.schedule(
            _run_task, args=(task, name, raw_bytes, True), timeout=SECONDS
        )
    except Exception:
        return _own_fault(name)
    try:
        return second.result()
    except TookTooLong:
        return _refusal(f"La lecture de ce classeur a dépassé {SECONDS:.0f} secondes ; elle a été arrêtée.")
    except (ProcessExpired, MemoryError):
        return _refusal("La lecture de ce classeur demande une mémoire démesurée ; elle a été arrêtée.")
    except Exception:
        return _own_fault(name)


def _own_fault(name: str) -> Finding:
    """A fault of ours on one file: it is logged whole, and the other files are still read."""
    logging.getLogger("vigie").error("reading %s\n%s", mask(name), mask(traceback.format_exc()))
    return _refusal(
        "Vigie s'est trompée en lisant ce classeur : c'est un défaut du programme, consigné dans son journal."
    )


def _refusal(reason: str) -> Finding:
    return on_workbooks.unreadable_workbook(reason, "Recopiez vos lignes dans la trame d'origine, puis renvoyez-la.")
