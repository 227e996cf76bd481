"""Files given by hand to be judged: that they are there, what they hold, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from config.errors import UserError
from config.french import decimal_euros, enumeration
from config.json_keys import as_object
from sheets.judged import JudgedWorkbook, Totals


def require_files(files: Sequence[Path]) -> None:
    """Raises UserError when one of the files is missing."""
    missing_files = [f for f in files if not f.is_file()]
    if missing_files:
        raise UserError(f"Fichier introuvable : {enumeration([str(f) for f in missing_files])}.")


def files_read(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file, read when its turn comes."""
    return ((str(f), f.read_bytes()) for f in files)


def exit_code(judged_workbooks: Sequence[JudgedWorkbook]) -> int:
    """2 when a file could not be read, 1 when a finding blocks, else 0."""
    return 2 if not all(c.readable for c in judged_workbooks) else int(any(c.is_blocking for c in judged_workbooks))


def totals_json(t: Totals) -> dict[str, Any]:
    """Control totals for programs: counts, and euros as decimal strings."""
    return {k: decimal_euros(v) if k.startswith("gain_") else v for k, v in as_object(t).items()}
