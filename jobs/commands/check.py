"""`vigie check`: workbooks judged by themselves, and what is wrong in them. Opens no register, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bots import terminal
from config.french import decimal_euros
from config.json_keys import as_object
from jobs.command_line import PATH, json_option, open_workshop, vigie_command
from jobs.judged_files import exit_code, files_read, require_files, totals_json
from jobs.wiring import Workshop
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.trames import TRAMES


@vigie_command("check")
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> int:
    return check_workbooks(open_workshop(), files, as_json)


def check_workbooks(workshop: Workshop, files: Sequence[Path], as_json: bool) -> int:
    """Judge workbooks and show their findings; the exit code says how bad it is (0, 1 or 2)."""
    require_files(files)
    with terminal.progress_bar("Contrôle") as advance:
        judged_workbooks = []
        for workbook in judge_all(files_read(files), workshop.folder):
            judged_workbooks.append(workbook)
            advance(len(judged_workbooks), len(files))
    if as_json:
        terminal.print_json([_workbook_json(c) for c in judged_workbooks])
    else:
        for workbook in judged_workbooks:
            terminal.title(_file_title(workbook))
            terminal.findings(workbook.findings)
            if workbook.readable:
                terminal.write(f"  {terminal.totals(workbook.totals)}")
    return exit_code(judged_workbooks)


def _file_title(workbook: JudgedWorkbook) -> str:
    name = Path(workbook.file).name
    if workbook.stamp is None or not workbook.readable:
        return f"{name} — ne peut pas être lu comme une trame"
    t = workbook.stamp
    if TRAMES[t.trame].is_permanent:
        return f"{name} — trame {t.trame} {t.version}, {t.ght}, toute l'année"
    handed_in = "remise" if workbook.handed_in else "pas encore remise"
    return f"{name} — trame {t.trame} {t.version}, {t.ght}, campagne {t.campaign}, {handed_in}"


def _workbook_json(c: JudgedWorkbook) -> dict[str, Any]:
    """One file as `vigie check --json` prints it."""
    t = c.stamp
    return {
        "fichier": c.file,
        "trame": t.trame if t else None,
        "version": t.version if t else None,
        "ght": t.ght if t else None,
        "campagne": t.campaign if t else None,
        "lisible": c.readable,
        "remis": c.handed_in,
        "totaux": totals_json(c.totals),
        "constats": [
            {**as_object(k), "gravite": k.severity.value, "enjeu": decimal_euros(k.stake)} for k in c.findings
        ],
    }
