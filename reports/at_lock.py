"""What was kept when the campaign was locked, whatever its region decided since."""

from __future__ import annotations

from dataclasses import replace

from reports.answer import Answer
from reports.gains import base
from reports.view import Subject, View


def at_lock(view: View, subject: Subject) -> Answer:
    """Cents kept by the GHT locked that day, each as it stood at its lock; none when nothing is locked. A total alone."""
    tabs = view.tabs_that_count(subject, at_lock=True)
    answer = base(view, subject, "verrou", tabs)
    facts = {"verrouillees": len({o.ght for o in tabs})}
    return replace(answer, value=answer.totals.kept if tabs else None, unit="EUR", facts=facts)
