"""`vigie soigne`: the clean trame that replaces a damaged or an old one. Never writes over a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from bots import terminal
from config import safe_write
from config.errors import UserError
from config.french import count_words, did_you_mean, enumeration
from jobs.command_line import PATH, open_workshop, vigie_command
from jobs.companions import NOT_REPLACED, answer_paths, in_short
from jobs.judged_files import exit_code, files_read
from jobs.wiring import Workshop
from sheets.findings import Finding
from sheets.judging.workers import judge_all
from sheets.repairing.clean_trame import RepairedTrame, repair_all
from sheets.repairing.what_changed import Change

CLEAN_SUFFIX = " - trame propre.xlsx"


@vigie_command("soigne")
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", "output", type=PATH, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@click.option("--ght", metavar="CODE", default="", help="Le GHT, si le tampon du fichier a disparu ou se trompe.")
@click.option(
    "--campagne",
    "campaign",
    metavar="CODE",
    default="",
    help="La campagne de la trame propre, si ce n'est pas la sienne.",
)
def command(files: tuple[Path, ...], output: Path | None, ght: str, campaign: str) -> int:
    return repair_trames(open_workshop(), files, output, ght, campaign)


def repair_trames(workshop: Workshop, files: Sequence[Path], output: Path | None, ght: str, campaign: str) -> int:
    """Write the clean trame of each file; return 2 if one could not be made, 1 if blocking findings are left, else 0.

    Raises UserError, and writes nothing, when a file is missing, a name is taken, or a code is not known.
    """
    _require_known("le GHT", ght, workshop.folder.territory.ghts)
    _require_known("la campagne", campaign, workshop.folder.campaigns)
    paths = answer_paths(files, output, CLEAN_SUFFIX)
    if taken := next((c for c in paths.values() if c.exists()), None):
        raise UserError(f"« {taken} » existe déjà, et quelqu'un l'a peut-être rempli : {NOT_REPLACED}")
    written_ones: dict[Path, RepairedTrame] = {}
    with terminal.progress_bar("Trames") as advance:
        repaired_all = repair_all(files_read(files), workshop.folder, ght, campaign)
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
        terminal.write(f"  Reste : {in_short(workbook)}.")
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
