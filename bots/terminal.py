"""The terminal as a channel: colour and tables for eyes, plain lines in a pipe, progress on long work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.french import compte, enumeration, euros
from sheets.checks import CATALOGUE
from sheets.findings import Constat, Gravite, Groupe, groupes
from sheets.judged import Totaux

COULEURS = {Gravite.REJET: "bold red", Gravite.ALERTE: "yellow", Gravite.INFO: "cyan"}
MONTRES = 12
"""Rules shown to the eye; `--json` and the register have every finding."""
PLACES = 4

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


def constats(tous: Sequence[Constat]) -> None:
    """Findings grouped by rule: blocking first, costliest first, each with where, one example and what to do."""
    for g in groupes(tous)[:MONTRES]:
        _groupe(g)
    if reste := groupes(tous)[MONTRES:]:
        ecrit(f"  … et {compte(len(reste), 'autre règle', 'autres règles')} ({enumeration([g.code for g in reste])}).")


def _groupe(g: Groupe) -> None:
    premier = g.constats[0]
    fois = f" × {len(g.constats)}" if len(g.constats) > 1 else ""
    enjeu = f", {euros(g.enjeu)} retirés" if g.enjeu else ""
    ligne = Text(f"  {g.gravite.value:<7}", style=COULEURS[g.gravite] if sortie.is_terminal else "")
    ligne.append(f"{CATALOGUE[g.code].titre}{fois}{enjeu}", style="bold" if sortie.is_terminal else "default")
    ligne.append(f"  [{g.code}]", style="dim" if sortie.is_terminal else "default")
    sortie.print(ligne)
    for place in g.places[:PLACES]:
        ecrit(f"          {place}", "dim")
    if len(g.places) > PLACES:
        ecrit(f"          … et {compte(len(g.places) - PLACES, 'autre onglet', 'autres onglets')}", "dim")
    exemple = f"{premier.cellule} : " if premier.cellule else ""
    ecrit(f"          {exemple}{premier.message}")
    ecrit(f"          → {premier.correction}", "green")
