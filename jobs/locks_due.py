"""The lock of each GHT, put at its hour in the name of the service. Never against a referent who took it off."""

from __future__ import annotations

from datetime import datetime, time

from config.campaign import PARIS
from config.ladder import dates
from config.rights import Person
from config.territory import FRANCE
from reports import progress
from reports.acting import Given, Request, perform_all
from reports.due.reminders import as_of_day, under_way
from reports.every_act import ACTS
from reports.view import Subject, View
from sheets.register.acts import Main
from sheets.register.decisions import last_locks

SERVICE = Person("vigie", "le service", "dgos", FRANCE)
"""In whose name the lock is put when nobody puts it by hand."""


def lock_on_time(view: View, instant: datetime) -> dict[str, list[str]]:
    """Lock the GHT whose hour has come: the end of the working day of their lock. Return them, by campaign.

    Idempotent, and never against a referent: what one took off since stays off.
    """
    view, facts = as_of_day(view, instant), {}
    main = Main(view.db, view.folder, SERVICE, instant)
    for c in (c for c in under_way(view) if c.lock <= view.as_of):
        touched = last_locks(view.db, c.code)
        come_due = []
        for e in progress.states(view, Subject(FRANCE, c.exercice, c.code)):
            hour = datetime.combine(dates(c, e.deadline).lock, time(view.folder.hours.ferme), PARIS)
            last_change = touched.get(e.ght.code)
            if hour <= instant and not e.locked and not (last_change and last_change >= hour):
                come_due.append(e.ght.code)
        if come_due:
            reason = Given("verrou prévu au calendrier de la campagne")
            locked = perform_all(main, [Request(ACTS["verrouiller"], (c.code, ght), reason) for ght in come_due])
            facts[c.code] = [aim.ght for aim in locked]
    return facts
