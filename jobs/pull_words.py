"""What a pull took in, in words: counts by state, refusals, control totals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots import terminal
from config.french import count_words
from jobs.taking_in.folders import PullSummary


def show_summary(summary: PullSummary) -> None:
    """What a pull took in: counts by state, refusals in words, control totals."""
    states = {"nouveaux": "nouveau", "modifies": "modifie", "inchanges": "inchange", "refuses": "refuse"}
    counts = {n: summary.how_many(e) for n, e in states.items()}  # type: ignore[arg-type]
    terminal.write(f"{count_words(len(summary.received_files), 'fichier')} : {states_words(counts)}.")
    if summary.companions:
        terminal.write(
            f"  {count_words(len(summary.companions), 'retour de Vigie laissé', 'retours de Vigie laissés')} de côté.",
            "dim",
        )
    for missing_source in summary.missing_sources:
        terminal.write(
            f"  La source « {missing_source} » n'existe pas, ou n'est pas accessible ; les autres ont été relevées.",
            "red",
        )
    for u in summary.unread:
        terminal.write(f"  {u.sentence}", "red")
    for path in summary.being_written:
        terminal.write(f"  encore en cours d'écriture, laissé pour le prochain relevé : {Path(path).name}", "yellow")
    for r in summary.received_files:
        if r.state == "inchange" and r.reason:
            terminal.write(f"  ignoré {Path(r.file).name} — {r.reason}", "yellow")
        if r.state == "refuse" and not r.unread:
            terminal.write(f"  refusé {Path(r.file).name} — {r.reason}", "red")
        for c in r.unread:
            what = "refusé " if r.state == "refuse" else "onglet refusé "
            terminal.write(f"  {what} {Path(r.file).name} — {c.message}", "red")
    terminal.write(terminal.totals(summary.totals))


def states_words(counts: Mapping[str, Any]) -> str:
    """« 10 nouveaux, 1 modifié, 0 inchangé, 1 refusé »."""
    words = (("nouveau", "nouveaux"), ("modifié", "modifiés"), ("inchangé", "inchangés"), ("refusé", "refusés"))
    keys = ("nouveaux", "modifies", "inchanges", "refuses")
    return ", ".join(
        count_words(counts[key], singular, plural_words)
        for key, (singular, plural_words) in zip(keys, words, strict=True)
    )
