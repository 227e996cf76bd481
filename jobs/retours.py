"""What is handed back: the companion of each workbook, and the clean trame that replaces a damaged one.

Never writes over a person's file: a companion replaces only an earlier companion, a clean trame replaces nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bots import terminal
from config import safe_write
from config.errors import UserError
from config.french import count_words, did_you_mean, enumeration, euros
from jobs.wiring import Workshop
from sheets.companion_mark import PROPERTY
from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.matching.known import with_register
from sheets.reading.opening import SIZE_MAX, properties

if TYPE_CHECKING:
    from sheets.repairing.clean_trame import RepairedTrame
    from sheets.repairing.what_changed import Change
    from sheets.returning.companion_tab import Settled

COMPANION_SUFFIX, CLEAN_SUFFIX = " - retour.xlsx", " - trame propre.xlsx"
NOT_REPLACED = "il n'est pas remplacé. Déplacez-le, ou donnez un autre dossier par -o."
LOCK_PREFIX = "~$"
"""How Excel names the lock of a workbook that is open."""


def write_companions(
    workshop: Workshop, files: Sequence[Path], output: Path | None
) -> int:  # fmt: skip
    """Write the companion of each file, beside it or in `output`; return the exit code of `vigie check` (0, 1 or 2).

    With a register, it also says what was settled, what is known of the actions, what the whole campaign shows.
    Raises UserError, and writes nothing, when a file is missing or a name is taken.
    """
    from sheets.returning.companion import write_companion

    paths = _paths(files, output, COMPANION_SUFFIX)
    if taken := next((c for c in paths.values() if c.exists() and not _is_companion(c)), None):
        raise UserError(
            f"« {taken} » existe déjà et n'est pas un retour de Vigie, ou quelqu'un y a écrit depuis : {NOT_REPLACED}"
        )
    judged_workbooks, skipped = [], []
    with terminal.progress_bar("Retours") as advance:
        for file, judged in zip(files, judge_all(_files_read(files), workshop.folder), strict=True):
            if file.name.startswith(LOCK_PREFIX) or [c.code for c in judged.findings] == ["retour-de-vigie"]:
                terminal.write(f"{file.name} — pas de retour : {judged.findings[0].message}", "yellow")
                skipped.append(judged)
                continue
            workbook, settled = _with_register(workshop, judged, file)
            write_companion(workbook, workshop.folder, paths[file], settled)
            terminal.write(f"{file.name} — {_summary(workbook)} → {paths[file]}")
            judged_workbooks.append(workbook)
            advance(len(judged_workbooks) + len(skipped), len(files))
    return exit_code(judged_workbooks or skipped)


def _with_register(workshop: Workshop, judged: JudgedWorkbook, file: Path) -> tuple[JudgedWorkbook, list[Settled]]:
    if not workshop.register_path.exists():
        return judged, []
    view, content_hash = workshop.view(), hashlib.sha256(file.read_bytes()).hexdigest()
    return with_register(view.db, view.folder, view.as_of, judged, content_hash)


def exit_code(judged_workbooks: Sequence[JudgedWorkbook]) -> int:
    """2 when a file could not be read, 1 when a finding blocks, else 0."""
    return 2 if not all(c.readable for c in judged_workbooks) else int(any(c.is_blocking for c in judged_workbooks))


def _summary(workbook: JudgedWorkbook) -> str:
    """« 5 lignes retirées, 348 047 € en moins, 7 alertes »."""
    if not workbook.readable:
        return workbook.findings[0].message
    alerts = sum(c.severity is Severity.ALERT for c in workbook.findings)
    t = workbook.totals
    struck_lines = f"{count_words(t.lines_struck, 'ligne retirée', 'lignes retirées')}, {euros(t.struck)} en moins"
    return f"{struck_lines if t.lines_struck else 'rien de retiré'}, {count_words(alerts, 'alerte')}"


def repair_trames(workshop: Workshop, files: Sequence[Path], output: Path | None, ght: str, campaign: str) -> int:
    """Write the clean trame of each file; return 2 if one could not be made, 1 if blocking findings are left, else 0.

    Raises UserError, and writes nothing, when a file is missing, a name is taken, or a code is not known.
    """
    from sheets.repairing.clean_trame import RepairedTrame, repair_all

    _require_known("le GHT", ght, workshop.folder.territory.ghts)
    _require_known("la campagne", campaign, workshop.folder.campaigns)
    paths = _paths(files, output, CLEAN_SUFFIX)
    if taken := next((c for c in paths.values() if c.exists()), None):
        raise UserError(f"« {taken} » existe déjà, et quelqu'un l'a peut-être rempli : {NOT_REPLACED}")
    written_ones: dict[Path, RepairedTrame] = {}
    with terminal.progress_bar("Trames") as advance:
        repaired_all = repair_all(_files_read(files), workshop.folder, ght, campaign)
        for rank, (file, (_, repaired)) in enumerate(zip(files, repaired_all, strict=True), 1):
            if isinstance(repaired, RepairedTrame):
                safe_write.create(paths[file], repaired.raw_bytes)
                written_ones[file] = repaired
            else:
                _say_refusal(file, repaired)
            advance(rank, len(files))
    rest = _say_repairs(workshop, {paths[f]: repaired for f, repaired in written_ones.items()})
    return 2 if len(written_ones) < len(files) else rest


def _say_repairs(workshop: Workshop, repaired_all: Mapping[Path, RepairedTrame]) -> int:
    """What became of each file, and what its clean trame is still told of; the exit code of `vigie check` on them."""
    judged_workbooks = list(
        judge_all(((str(c), repaired.raw_bytes) for c, repaired in repaired_all.items()), workshop.folder)
    )
    for (path, repaired), workbook in zip(repaired_all.items(), judged_workbooks, strict=True):
        terminal.write(f"{path}", "bold")
        lines_carried = count_words(workbook.totals.lines_read, "ligne reprise", "lignes reprises")
        terminal.write(f"  {lines_carried} ; {_kinds_of_change(repaired.changes)} (onglet « Ce qui a changé »).")
        terminal.write(f"  Reste : {_summary(workbook)}.")
    return exit_code(judged_workbooks)


def _kinds_of_change(changes: Sequence[Change]) -> str:
    """« 2 points à corriger, 1 laissé de côté et 12 compris ainsi »."""
    how_many = Counter(c.nature.name for c in changes)
    words = {
        "TO_MEND": ("point à corriger", "points à corriger"), "LEFT_ASIDE": ("laissé de côté", "laissés de côté"),
        "UNDERSTOOD_SO": ("compris ainsi", "compris ainsi"), "RENEWED": ("remis à neuf", "remis à neuf"),
    }  # fmt: skip
    return enumeration(
        [
            count_words(how_many[n], singular, plural_words)
            for n, (singular, plural_words) in words.items()
            if how_many[n]
        ]
    )


def _say_refusal(file: Path, finding: Finding) -> None:
    advice = finding.correction
    if finding.code == "trame-inconnue":
        advice = "Si c'est bien une trame dont le tampon a été effacé, dites laquelle : --ght CODE --campagne CODE."
    terminal.write(f"{file.name} — pas de trame propre : {finding.message} {advice}", "red")


def _require_known(what: str, code: str, known_ones: Mapping[str, object]) -> None:
    if code and code not in known_ones:
        raise UserError(f"Je ne connais pas {what} « {code} »{did_you_mean(code, known_ones)}")


def _paths(files: Sequence[Path], output: Path | None, suffix: str) -> dict[Path, Path]:
    """Where each file's answer goes. Raises UserError for a missing file, or two answers of the same name."""
    missing_files = [f for f in files if not f.is_file()]
    if missing_files:
        raise UserError(f"Fichier introuvable : {enumeration([str(f) for f in missing_files])}.")
    paths = {f: (output or f.parent) / f"{f.stem}{suffix}" for f in files}
    doubles = [str(c) for c, n in Counter(paths.values()).items() if n > 1]
    if doubles:
        raise UserError(
            f"Deux fichiers donneraient « {doubles[0]} » : donnez-les en deux fois, avec deux dossiers (-o)."
        )
    return paths


def _files_read(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    return ((str(f), f.read_bytes()) for f in files)


def _is_companion(path: Path) -> bool:
    """Whether what stands there is a companion of ours, as we left it."""
    from sheets.writing.seal import is_untouched

    if not path.is_file() or path.stat().st_size > SIZE_MAX:
        return False
    raw_bytes = path.read_bytes()
    return is_untouched(raw_bytes) and PROPERTY in properties(raw_bytes)
