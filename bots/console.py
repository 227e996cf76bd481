"""The terminal as a channel: colour and tables for eyes, plain lines in a pipe, progress on long work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.langue import compte, enumeration, euros
from sheets.checks import CATALOGUE
from sheets.constats import Constat, Gravite
from sheets.lignes import Classeur, Totaux

COULEURS = {Gravite.REJET: "bold red", Gravite.ALERTE: "yellow", Gravite.INFO: "cyan"}
MONTRES = 15

sortie = Console(highlight=False, soft_wrap=True)
erreurs = Console(highlight=False, stderr=True)


def ecrit(texte: str, style: str = "") -> None:
    """One line, as is: what comes from a cell is never taken for markup."""
    sortie.print(Text(texte, style=style if sortie.is_terminal else ""))


def titre(texte: str) -> None:
    ecrit("")
    ecrit(texte, "bold")


def tableau(colonnes: Sequence[str], rangs: Sequence[Sequence[str]], a_droite: Sequence[int] = ()) -> None:
    """A table in a terminal; aligned plain text in a pipe."""
    if not sortie.is_terminal:
        larges = [max(len(r[i]) for r in [colonnes, *rangs]) for i in range(len(colonnes))]
        for r in [colonnes, *rangs]:
            cellules = [
                c.rjust(large) if i in a_droite else c.ljust(large)
                for i, (c, large) in enumerate(zip(r, larges, strict=True))
            ]
            sys.stdout.write("  ".join(cellules).rstrip() + "\n")
        return
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for i, c in enumerate(colonnes):
        table.add_column(c, justify="right" if i in a_droite else "left")
    for r in rangs:
        table.add_row(*(Text(c) for c in r))
    sortie.print(table)


@contextmanager
def progression(quoi: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error channel, shown only to a terminal; call the yielded function with (done, of)."""
    colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*colonnes, console=erreurs, transient=True, disable=not erreurs.is_terminal) as barre:
        tache = barre.add_task(quoi, total=None)
        yield lambda fait, sur: barre.update(tache, completed=fait, total=sur)


def totaux(t: Totaux) -> str:
    """Control totals as one sentence that can be checked by eye."""
    return (
        f"{compte(t.lignes_lues, 'ligne lue', 'lignes lues')} = {compte(t.lignes_vides, 'vide')} + "
        f"{compte(t.lignes_ignorees, 'ignorée')} + {compte(t.lignes_rejetees, 'rejetée')} + {compte(t.lignes_retenues, 'retenue')} ; "
        f"{euros(t.gain_declare)} déclarés = {euros(t.gain_retire)} retirés + {euros(t.gain_retenu)} retenus"
    )


def plages(lignes: Sequence[int]) -> str:
    """« 5 à 9, 12 »: line numbers as ranges."""
    suites = []
    for _, groupe in groupby(enumerate(sorted(set(lignes))), key=lambda p: p[1] - p[0]):
        suite = [ligne for _, ligne in groupe]
        suites.append(str(suite[0]) if len(suite) == 1 else f"{suite[0]} à {suite[-1]}")
    return ", ".join(suites)


def constats(classeur: Classeur) -> None:
    """The findings of one workbook: blocking first, costliest first, the list short for the eye."""
    for c in classeur.constats[:MONTRES]:
        _constat(c)
    autres = classeur.constats[MONTRES:]
    if autres:
        codes = [f"{compte(len(list(g)), code)}" for code, g in groupby(sorted(c.code for c in autres))]
        ecrit(
            f"  … et {compte(len(autres), 'autre constat', 'autres constats')} ({enumeration(codes, 6)}) ; --json les donne tous."
        )


def _constat(c: Constat) -> None:
    place = " · ".join(filter(None, (c.feuille, c.cellule or (f"ligne {c.ligne}" if c.ligne else ""))))
    enjeu = f" ({euros(c.enjeu)} retirés)" if c.enjeu else ""
    ligne = Text(f"  {c.gravite.value:<7}", style=COULEURS[c.gravite] if sortie.is_terminal else "")
    ligne.append(f"{place or CATALOGUE[c.code].titre} — ", style="bold" if sortie.is_terminal else "")
    ligne.append(f"{c.message}{enjeu}", style="default")
    sortie.print(ligne)
    ecrit(f"         → {c.correction}", "dim")
