"""The variants of the trame as programs outside of Python write them: SheetJS and exceljs by Node, LibreOffice.

Needs what `tests/e2e/install.sh` installs; where it is missing, there are simply no such files.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.corpus.base import COL, GAIN_WITHOUT_L1, L1, FaultyFile, N, Verdict, all_lines_read
from tests.corpus.writers import VARIANTS, as_json
from tests.corpus.xlsxwriter_files import write

MODULES = Path("out/writers/node_modules")
SCRIPT = Path(__file__).parents[1] / "e2e" / "writers.cjs"
FORMATS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "ods": "ods", "xls": "xls:MS Excel 97"}
VARIANTS_BY_NAME = {v.name: v for v in VARIANTS}
_WRITER_NAME = re.compile(r"(?P<par>sheetjs-dates|sheetjs|exceljs-flux|exceljs)-(?P<nom>.+)\.(?P<forme>\w+)")
ERROR_LEFT_BLANK = Verdict(codes={"gain-absent"}, no_other_code=True, lines_kept=N - 1, kept=GAIN_WITHOUT_L1,
                      cells={"gain-absent": f"{COL['gain_annuel']}{L1}"})  # fmt: skip
OTHER_VERDICTS: dict[str, Verdict | None] = {
    "sheetjs-erreur.ods": ERROR_LEFT_BLANK,  # it leaves the cell blank
    "sheetjs-erreur-na.ods": ERROR_LEFT_BLANK,
    "sheetjs-zeros.ods": all_lines_read(read_values={"marche": "123"}),  # it forgets the format
    "sheetjs-1904.ods": None,  # it forgets the calendar, and the days are four years away
    "sheetjs-1904.xlsb": None,
}
"""What a program loses as it writes → what can still be expected of the file; None for nothing."""


def by_node(where: Path) -> Iterator[FaultyFile]:
    """The files of SheetJS and exceljs, written into a folder."""
    if not (shutil.which("node") and MODULES.exists()):
        return
    ask = json.dumps([as_json(v) for v in VARIANTS])
    result = subprocess.run(
        ["node", str(SCRIPT), str(MODULES), str(where)], input=ask, capture_output=True, text=True, check=True, timeout=300
    )  # fmt: skip
    for file, fault in json.loads(result.stdout).items():
        by = _WRITER_NAME.fullmatch(file)
        assert by is not None
        variant = VARIANTS_BY_NAME[by["nom"]]
        verdict = OTHER_VERDICTS.get(file, variant.verdict)
        if verdict and not fault:
            who = "exceljs" if by["par"].startswith("exceljs") else "SheetJS"
            yield FaultyFile(file, f"{who} a écrit {variant.defect}.", verdict, (where / file).read_bytes, file)


def by_libreoffice(where: Path) -> Iterator[FaultyFile]:
    """The files of XlsxWriter, opened and saved again by LibreOffice in each format."""
    if not shutil.which("soffice"):
        return
    sources = where / "sources"
    sources.mkdir()
    for v in VARIANTS:
        (sources / f"{v.name}.xlsx").write_bytes(write(v))
    for extension, form in FORMATS.items():
        output = where / extension
        command = ["soffice", f"-env:UserInstallation={(where / 'profil').resolve().as_uri()}", "--headless", "--norestore",
                    "--convert-to", form, "--outdir", str(output), *map(str, sorted(sources.iterdir()))]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        for v in VARIANTS:
            name = f"libreoffice-{v.name}.{extension}"
            yield FaultyFile(
                name,
                f"LibreOffice a réenregistré {v.defect}.",
                OTHER_VERDICTS.get(name) or v.verdict,
                _reader_of(output / f"{v.name}.{extension}"),
                name,
            )


def _reader_of(file: Path) -> Callable[[], bytes]:
    return file.read_bytes
