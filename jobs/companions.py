"""The companion handed back with each workbook, beside it. Replaces only an earlier companion, as Vigie left it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bots import terminal
from config.errors import UserError
from config.french import count_words, euros
from jobs.judged_files import exit_code, files_read, require_files
from jobs.wiring import Workshop
from sheets.companion_mark import PROPERTY
from sheets.findings import Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.matching.known import with_register
from sheets.reading.opening import SIZE_MAX, properties

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Settled

COMPANION_SUFFIX = " - retour.xlsx"
NOT_REPLACED = "il n'est pas remplacé. Déplacez-le, ou donnez un autre dossier par -o."
LOCK_PREFIX = "~$"
"""How Excel names the lock of a workbook that is open."""


def write_companions(workshop: Workshop, files: Sequence[Path], output: Path | None) -> int:
    """Write the companion of each file, beside it or in `output`; return the exit code of `vigie check` (0, 1 or 2).

    With a register, it also says what was settled, what is known of the actions, what the whole campaign shows.
    Raises UserError, and writes nothing, when a file is missing or a name is taken.
    """
    from sheets.returning.companion import write_companion

    paths = answer_paths(files, output, COMPANION_SUFFIX)
    if taken := next((c for c in paths.values() if c.exists() and not _is_companion(c)), None):
        raise UserError(
            f"« {taken} » existe déjà et n'est pas un retour de Vigie, ou quelqu'un y a écrit depuis : {NOT_REPLACED}"
        )
    judged_workbooks, skipped, hashes = [], [], dict[str, str]()
    with terminal.progress_bar("Retours") as advance:
        for file, judged in zip(files, judge_all(_hashed(files, hashes), workshop.folder), strict=True):
            if file.name.startswith(LOCK_PREFIX) or [c.code for c in judged.findings] == ["retour-de-vigie"]:
                terminal.write(f"{file.name} — pas de retour : {judged.findings[0].message}", "yellow")
                skipped.append(judged)
                continue
            workbook, settled = _with_register(workshop, judged, hashes[str(file)])
            write_companion(workbook, workshop.folder, paths[file], settled)
            terminal.write(f"{file.name} — {in_short(workbook)} → {paths[file]}")
            judged_workbooks.append(workbook)
            advance(len(judged_workbooks) + len(skipped), len(files))
    return exit_code(judged_workbooks or skipped)


def _hashed(files: Sequence[Path], hashes: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Each file, read once: the hash noted is that of the very bytes that are judged."""
    for name, raw_bytes in files_read(files):
        hashes[name] = hashlib.sha256(raw_bytes).hexdigest()
        yield name, raw_bytes


def _with_register(
    workshop: Workshop, judged: JudgedWorkbook, content_hash: str
) -> tuple[JudgedWorkbook, list[Settled]]:
    if not workshop.register_path.exists():
        return judged, []
    view = workshop.view()
    return with_register(view.db, view.folder, view.as_of, judged, content_hash)


def in_short(workbook: JudgedWorkbook) -> str:
    """« 5 lignes retirées, 348 047 € en moins, 7 alertes »."""
    if not workbook.readable:
        return workbook.findings[0].message
    alerts = sum(c.severity is Severity.ALERT for c in workbook.findings)
    t = workbook.totals
    struck_lines = f"{count_words(t.lines_struck, 'ligne retirée', 'lignes retirées')}, {euros(t.struck)} en moins"
    return f"{struck_lines if t.lines_struck else 'rien de retiré'}, {count_words(alerts, 'alerte')}"


def answer_paths(files: Sequence[Path], output: Path | None, suffix: str) -> dict[Path, Path]:
    """Where each file's answer goes. Raises UserError for a missing file, or two answers of the same name."""
    require_files(files)
    paths = {f: (output or f.parent) / f"{f.stem}{suffix}" for f in files}
    doubles = [str(c) for c, n in Counter(paths.values()).items() if n > 1]
    if doubles:
        raise UserError(
            f"Deux fichiers donneraient « {doubles[0]} » : donnez-les en deux fois, avec deux dossiers (-o)."
        )
    return paths


def _is_companion(path: Path) -> bool:
    """Whether what stands there is a companion of ours, as we left it."""
    from sheets.writing.seal import is_untouched

    if not path.is_file() or path.stat().st_size > SIZE_MAX:
        return False
    raw_bytes = path.read_bytes()
    return is_untouched(raw_bytes) and PROPERTY in properties(raw_bytes)
