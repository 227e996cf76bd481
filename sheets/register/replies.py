"""What someone answers to a reminder: that they know, or to be told again later. Rights are checked here, as for acts.

Every answer is a row; none is ever changed. It silences that person alone, and only for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from config.errors import UserError
from config.french import compte
from config.rights import remplacees
from sheets.register import outbox
from sheets.register.acts import Main
from sheets.register.database import ecriture
from sheets.register.outbox import Rang

REPONDENT = ("ouverture", "rappel", "escalade", "signalement")
"""The kinds of message that can be answered so."""


def note(main: Main, envoi: str) -> list[Rang]:
    """The reader of a letter knows: the next reminder before the deadline is skipped. Return what it was about."""
    return _inscrit(main, envoi, "noter", main.jour)


def reporte(main: Main, envoi: str, jours: int) -> date:
    """The reader of a letter wants it again in so many days: nothing before. Return the day.

    Raises UserError past the bound that the region's folder sets.
    """
    au_plus = main.dossier.heures.report_jours
    if not 1 <= jours <= au_plus:
        raise UserError(f"Un rappel se reporte de {compte(au_plus, 'jour')} au plus.")
    jusqu_au = main.jour + timedelta(days=jours)
    _inscrit(main, envoi, "reporter", jusqu_au)
    return jusqu_au


def _inscrit(main: Main, envoi: str, genre: str, jusqu_au: date) -> list[Rang]:
    rangs = [r for r in outbox.de_la_lettre(main.db, envoi) if r.genre in REPONDENT]
    if not rangs:
        raise UserError("Ce message est trop ancien : il n'attend plus de réponse.")
    siens = _siens(main, rangs)
    if not siens:
        raise UserError("Ce rappel s'adresse à quelqu'un d'autre : seul son destinataire, ou son suppléant, y répond.")
    le = main.quand.isoformat(timespec="seconds")
    with ecriture(main.db):
        main.db.conn.executemany(
            "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (le, main.personne.email, r.cle.personne, genre, r.cle.campagne, r.cle.unite, jusqu_au.isoformat())
                for r in siens
            ],
        )
    return siens


def _siens(main: Main, rangs: Sequence[Rang]) -> list[Rang]:
    remplaces = remplacees(main.personne, main.dossier.personnes, main.jour)
    siennes = {main.personne.email, *(p.email for p in remplaces)}
    return [r for r in rangs if r.cle.personne in siennes]
