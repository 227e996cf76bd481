"""The corpus of broken workbooks given to the tools people would use instead: who crashes, hangs, or loses lines silently."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from sheets.judging import workers
from tests.corpus import FaultyFile, folder
from tests.corpus.base import TAB

SECONDS, MEMORY_LIMIT = 20.0, 4 * 1024**3
ISSUES = ("juste", "erreur muette", "plante", "se bloque ou meurt")
"""Right verdict; a wrong one said as if all were well; an exception on a file that can be read; no answer at all."""
GAIN, REFERENCE, STATUT_HEADING = "Gain annuel sur 12 mois (€ TTC)", "Montant de référence annuel (€ TTC)", "Statut"


def pandas_openpyxl(raw_bytes: bytes) -> int:
    """The usual script: lines kept of the first établissement's tab, by the obvious rules. Raises when it cannot read."""
    import pandas as pd

    table = pd.read_excel(io.BytesIO(raw_bytes), sheet_name=TAB, header=3, engine="openpyxl")
    lines = table[table[STATUT_HEADING] == "réalisé"]
    gain, reference = (pd.to_numeric(lines[c], errors="coerce") for c in (GAIN, REFERENCE))
    return int(((gain < reference) & gain.notna()).sum())


def frictionless(raw_bytes: bytes) -> int:
    """Frictionless with a schema for the tab: lines it finds valid. Raises when it cannot read."""
    from frictionless import Detector, Dialect, Resource, Schema, formats, system

    fields: list[dict[str, Any]] = [
        {"name": STATUT_HEADING, "type": "string", "constraints": {"required": True, "enum": ["réalisé", "notifié", "potentiel", "abandonné"]}},
        {"name": REFERENCE, "type": "number", "constraints": {"required": True}},
        {"name": GAIN, "type": "number", "constraints": {"required": True}},
    ]  # fmt: skip
    schema = Schema.from_descriptor({"fields": fields})
    with tempfile.TemporaryDirectory() as where, system.use_context(trusted=True):
        (Path(where) / "trame.xlsx").write_bytes(raw_bytes)
        dialect = Dialect(header_rows=[4], comment_rows=[1, 2, 3], controls=[formats.ExcelControl(sheet=TAB)])
        detector = Detector(schema_sync=True)
        checked_resource = Resource(
            path=str(Path(where) / "trame.xlsx"), schema=schema, dialect=dialect, detector=detector
        )
        validation = checked_resource.validate()
    if validation.errors:
        raise ValueError(validation.errors[0].message)
    task = validation.tasks[0]
    read_ones = [e for e in task.errors if not hasattr(e, "row_number")]
    if read_ones:
        raise ValueError(read_ones[0].message)
    return int(task.stats.get("rows") or 0) - len({getattr(e, "row_number", 0) for e in task.errors})


def issue(faulty_file: FaultyFile, result: int | Exception | None) -> str:
    """How a tool did: `result` is the lines it kept, the exception it raised, or None when nothing came back."""
    if result is None:
        return "se bloque ou meurt"
    if isinstance(result, Exception):
        return "plante" if faulty_file.verdict.readable else "juste"
    if not faulty_file.verdict.readable:
        return "erreur muette"
    expected_trames = faulty_file.verdict.lines_kept
    return "juste" if expected_trames is None or result == expected_trames else "erreur muette"


def try_tool(tool: Callable[[bytes], int], corpus: Sequence[FaultyFile]) -> Counter[str]:
    """One tool on the whole corpus, each file in a process that may die."""
    counts: Counter[str] = Counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPool(os.cpu_count() or 1, context=context, initializer=_borne) as pool:
        futures = [
            (faulty_file, pool.schedule(tool, args=(faulty_file.raw_bytes(),), timeout=SECONDS))
            for faulty_file in corpus
        ]
        for faulty_file, future in futures:
            result: int | Exception | None
            try:
                result = future.result()
            except (TookTooLong, ProcessExpired, MemoryError):
                result = None
            except Exception as fault:
                result = fault
            counts[issue(faulty_file, result)] += 1
    return counts


def _borne() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def vigie(corpus: Sequence[FaultyFile]) -> Counter[str]:
    """Vigie on the same corpus, held to more: its verdict on each file, refusals included, is compared."""
    counts: Counter[str] = Counter()
    sendings = ((faulty_file.file, faulty_file.raw_bytes()) for faulty_file in corpus)
    for faulty_file, workbook in zip(corpus, workers.judge_all(sendings, folder()), strict=True):
        is_right = workbook.readable is faulty_file.verdict.readable and set(faulty_file.verdict.codes) <= {
            c.code for c in workbook.findings
        }
        result = workbook.totals.lines_kept if workbook.readable else ValueError("refused")
        counts[issue(faulty_file, result) if is_right else "erreur muette"] += 1
    return counts


def compare(corpus: Sequence[FaultyFile]) -> list[tuple[str, Counter[str]]]:
    tools = {"openpyxl + pandas": pandas_openpyxl, "frictionless": frictionless}
    return [("Vigie", vigie(corpus)), *((name, try_tool(tool, corpus)) for name, tool in tools.items())]
