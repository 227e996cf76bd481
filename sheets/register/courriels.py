"""What the register keeps of the mailbox: what became of each mail, and of its answer. Never a mail's words.

An answer is claimed (« en partance ») before it is sent, so that a crash leaves a doubt and never two answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlite_utils import Database

from sheets.register.registre import ecriture

EtatCourriel = Literal["en partance", "à répondre", "répondu", "refusé", "doute", "sans réponse"]


class Courriel(NamedTuple):
    """A mail by its key: when it was first seen, who sent it, where its answer is since when, and why."""

    cle: str
    recu_le: str
    expediteur: str
    etat: EtatCourriel
    le: str
    motif: str


def note(db: Database, cle: str, expediteur: str, etat: EtatCourriel, quand: datetime, motif: str = "") -> None:
    """Write where a mail stands. The day it was first seen stays."""
    iso = quand.isoformat(timespec="seconds")
    with ecriture(db):
        db.execute(
            "INSERT INTO courriels (cle, recu_le, expediteur, etat, le, motif) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (cle) DO UPDATE SET etat = excluded.etat, le = excluded.le, motif = excluded.motif",
            (cle, iso, expediteur, etat, iso, motif),
        )


def lit(db: Database, cle: str) -> Courriel | None:
    """Where a mail stands; None when it was never seen."""
    rang = db.execute(
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels WHERE cle = ?", (cle,)
    ).fetchone()
    return Courriel(*rang) if rang else None


def reponses(db: Database, expediteur: str, depuis: datetime) -> int:
    """How many answers left (or may have left) for an address since then."""
    requete = "SELECT count(*) FROM courriels WHERE expediteur = ? AND le >= ? AND etat IN ('en partance', 'répondu', 'doute')"
    return int(db.execute(requete, (expediteur, depuis.isoformat(timespec="seconds"))).fetchone()[0])


def en_souffrance(db: Database, quand: datetime, jours: int) -> list[Courriel]:
    """The answers of the last days that were refused, doubtful, or still cannot leave, oldest first."""
    requete = (
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels"
        " WHERE etat IN ('à répondre', 'refusé', 'doute') AND le >= ? ORDER BY le, cle"
    )
    depuis = (quand - timedelta(days=jours)).isoformat(timespec="seconds")
    return [Courriel(*r) for r in db.execute(requete, (depuis,))]
