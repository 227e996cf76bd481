"""The terminal as a channel: colour and tables for eyes, plain lines in a pipe, progress on long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.french import count_words, enumeration, euros
from sheets.findings import Finding, FindingGroup, Severity, groups
from sheets.judged import Totals
from sheets.trames import CATALOGUE

COLOURS = {Severity.REJECTION: "bold red", Severity.ALERT: "yellow", Severity.INFO: "cyan"}
MOST_SHOWN = 12
"""Rules shown to the eye; `--json` and the register have every finding."""
PLACES = 4

output = Console(highlight=False, soft_wrap=True)
error_console = Console(highlight=False, stderr=True)


def write(text: str, style: str = "") -> None:
    """One line, as is: what comes from a cell is never taken for markup."""
    output.print(Text(text, style=style if output.is_terminal else ""))


def print_json(what: object) -> None:
    """One object for programs, its accents as they are."""
    click.echo(json.dumps(what, ensure_ascii=False, indent=1))


def title(text: str) -> None:
    write("")
    write(text, "bold")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right_aligned: Sequence[int] = ()) -> None:
    """A table in a terminal; aligned plain text in a pipe."""
    if not output.is_terminal:
        widths = [max(len(r[i]) for r in [columns, *rows]) for i in range(len(columns))]
        for r in [columns, *rows]:
            cells = [
                c.rjust(large) if i in right_aligned else c.ljust(large)
                for i, (c, large) in enumerate(zip(r, widths, strict=True))
            ]
            sys.stdout.write("  ".join(cells).rstrip() + "\n")
        return
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for i, c in enumerate(columns):
        table.add_column(c, justify="right" if i in right_aligned else "left")
    for r in rows:
        table.add_row(*(Text(c) for c in r))
    output.print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error channel, shown only to a terminal; call the yielded function with (done, of)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=error_console, transient=True, disable=not error_console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, over: bar.update(task, completed=done, total=over)


def totals(t: Totals) -> str:
    """Control totals as one sentence that can be checked by eye."""
    return (
        f"{count_words(t.lines_read, 'ligne lue', 'lignes lues')} = {count_words(t.lines_blank, 'vide')} + "
        f"{count_words(t.lines_ignored, 'ignorée')} + {count_words(t.lines_struck, 'rejetée')} + {count_words(t.lines_kept, 'retenue')} ; "
        f"{euros(t.declared)} déclarés = {euros(t.struck)} retirés + {euros(t.kept)} retenus"
    )


def findings(all_of_them: Sequence[Finding]) -> None:
    """Findings grouped by rule: blocking first, costliest first, each with where, one example and what to do."""
    for g in groups(all_of_them)[:MOST_SHOWN]:
        _print_group(g)
    if rest := groups(all_of_them)[MOST_SHOWN:]:
        write(
            f"  … et {count_words(len(rest), 'autre règle', 'autres règles')} ({enumeration([g.code for g in rest])})."
        )


def _print_group(g: FindingGroup) -> None:
    first = g.findings[0]
    times = f" × {len(g.findings)}" if len(g.findings) > 1 else ""
    stake = f", {euros(g.stake)} retirés" if g.stake else ""
    line = Text(f"  {g.severity.value:<7}", style=COLOURS[g.severity] if output.is_terminal else "")
    line.append(f"{CATALOGUE[g.code].title}{times}{stake}", style="bold" if output.is_terminal else "default")
    line.append(f"  [{g.code}]", style="dim" if output.is_terminal else "default")
    output.print(line)
    for place in g.places[:PLACES]:
        write(f"          {place}", "dim")
    if len(g.places) > PLACES:
        write(f"          … et {count_words(len(g.places) - PLACES, 'autre onglet', 'autres onglets')}", "dim")
    example = f"{first.cell} : " if first.cell else ""
    write(f"          {example}{first.message}")
    write(f"          → {first.correction}", "green")
