"""What the register keeps of the mailbox: what became of each mail, and of its answer. Never a mail's words.

An answer is claimed (« en partance ») before it is sent, so that a crash leaves a doubt and never two answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlite_utils import Database

from sheets.register.database import ecriture

EtatCourriel = Literal["en partance", "à répondre", "répondu", "refusé", "doute", "sans réponse"]


class Courriel(NamedTuple):
    """A mail by its key: when it was first seen, who sent it, where its answer is since when, and why."""

    cle: str
    recu_le: str
    expediteur: str
    etat: EtatCourriel
    le: str
    motif: str


class Waiting(NamedTuple):
    """A delivery that waits in the mailbox: since when, when it was last tried, and why it waits. `essais` counts the attempts
    that were cut short since one last came to its end."""

    cle: str
    expediteur: str
    depuis: str
    le: str
    essais: int
    motif: str


CAPPED = "expéditeur inconnu, comme trop d'autres aujourd'hui"
"""Why someone unknown is not answered once enough letters to strangers have left."""

UNFILED = "pas encore rangé"
"""Why a mail waits that is dealt with, and that the mailbox would not move: no answer is missing."""


def note(
    db: Database, cle: str, expediteur: str, etat: EtatCourriel, quand: datetime, motif: str = "", *, inconnu: bool = False
) -> bool:  # fmt: skip
    """Write where a mail stands; the day it was first seen stays. False when it claims an answer already claimed."""
    iso = quand.isoformat(timespec="seconds")
    with ecriture(db):
        ecrit = db.execute(
            "INSERT INTO courriels (cle, recu_le, expediteur, etat, le, motif, inconnu) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (cle) DO UPDATE SET etat = excluded.etat, le = excluded.le, motif = excluded.motif"
            " WHERE excluded.etat <> 'en partance'",
            (cle, iso, expediteur, etat, iso, motif, int(inconnu)),
        )
        return ecrit.rowcount == 1


def gives_back(db: Database, cle: str) -> None:
    """Take back the claim of an answer that did not leave for sure."""
    with ecriture(db):
        db.execute("DELETE FROM courriels WHERE cle = ? AND etat = 'en partance'", (cle,))


def lit(db: Database, cle: str) -> Courriel | None:
    """Where a mail stands; None when it was never seen."""
    rang = db.execute(
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels WHERE cle = ?", (cle,)
    ).fetchone()
    return Courriel(*rang) if rang else None


def waiting(db: Database, delivery: str) -> Waiting | None:
    """A delivery that waits, or whose last attempt was cut short; None when it was never begun, or is dealt with."""
    rang = db.execute(
        "SELECT cle, expediteur, depuis, le, essais, motif FROM courriels_en_attente WHERE cle = ?", (delivery,)
    ).fetchone()
    return Waiting(*rang) if rang else None


def begins(db: Database, delivery: str, expediteur: str, quand: datetime) -> None:
    """Write that a delivery is being dealt with, before it is: what kills the process then is remembered."""
    iso = quand.isoformat(timespec="seconds")
    with ecriture(db):
        db.execute(
            "INSERT INTO courriels_en_attente VALUES (?, ?, ?, ?, 1, '')"
            " ON CONFLICT (cle) DO UPDATE SET le = excluded.le, essais = essais + 1",
            (delivery, expediteur, iso, iso),
        )


def waits(db: Database, delivery: str, motif: str) -> None:
    """Write that the attempt begun came to its end, and why the mail waits for another."""
    with ecriture(db):
        db.execute("UPDATE courriels_en_attente SET essais = 0, motif = ? WHERE cle = ?", (motif, delivery))


def settles(db: Database, delivery: str) -> None:
    """Forget a delivery that waits no more: it is dealt with, and filed."""
    with ecriture(db):
        db.execute("DELETE FROM courriels_en_attente WHERE cle = ?", (delivery,))


def reponses(db: Database, expediteur: str, depuis: datetime) -> int:
    """How many answers left (or may have left) for an address since then."""
    requete = "SELECT count(*) FROM courriels WHERE expediteur = ? AND le >= ? AND etat IN ('en partance', 'répondu', 'doute')"
    return int(db.execute(requete, (expediteur, depuis.isoformat(timespec="seconds"))).fetchone()[0])


def to_strangers(db: Database, depuis: datetime) -> int:
    """How many letters were handed over for people nobody knows since then, whatever became of them."""
    requete = "SELECT count(*) FROM courriels WHERE inconnu AND le >= ?"
    return int(db.execute(requete, (depuis.isoformat(timespec="seconds"),)).fetchone()[0])


def turned_away(db: Database, depuis: datetime) -> int:
    """How many mails of strangers were not answered since then, because enough letters had left."""
    requete = "SELECT count(*) FROM courriels WHERE etat = 'sans réponse' AND motif = ? AND le >= ?"
    return int(db.execute(requete, (CAPPED, depuis.isoformat(timespec="seconds"))).fetchone()[0])


def en_souffrance(db: Database, quand: datetime, jours: int) -> list[Courriel]:
    """The answers of the last days that were refused, doubtful, or still cannot leave, oldest first."""
    requete = (
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels WHERE etat IN ('refusé', 'doute') AND le >= :depuis"
        " UNION ALL SELECT cle, depuis, expediteur, 'à répondre', le, motif FROM courriels_en_attente"
        " WHERE motif NOT IN ('', :unfiled) AND le >= :depuis ORDER BY 5, 1"
    )
    depuis = (quand - timedelta(days=jours)).isoformat(timespec="seconds")
    return [Courriel(*r) for r in db.execute(requete, {"depuis": depuis, "unfiled": UNFILED})]
