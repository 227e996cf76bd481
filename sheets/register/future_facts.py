"""Facts dated after today: a wrong clock, or a mistyped day, wrote them. Says what they are, and brings them back to today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlite_utils import Database

from config.errors import UserError
from config.french import day
from sheets.register.database import write_transaction

WAY_BACK = (
    "Si l'horloge de la machine, ou l'option --today, s'est trompée ce jour-là : vigie horloge montre ce qui est à "
    "ramener à aujourd'hui. Si elle se trompe maintenant, remettez-la à l'heure."
)
_FIGURES = {"pulls": "debut", "actes": "le", "dossiers_en_vigueur": "depuis"}
"""What figures are asked by: nothing can be written before the last of them, and what is dated after today is not seen."""
_OTHERS = (
    ("bilans", "fin"), ("dossiers", "vu_le"), ("originaux", "efface_le"), ("sauvegardes", "le"), ("questions", "posee_le"),
    ("messages", "le"), ("gestes", "le"), ("courriels", "recu_le"), ("courriels", "le"),
    ("evenements_du_chat", "pris_le"), ("questions_en_cours", "recue_le"), ("signes_de_vie", "le"), ("pas_du_service", "le"),
)  # fmt: skip


def refusal(known: str, when: datetime) -> UserError:
    """Nothing is written before what is known: the past is asked by its days. `known` is the ISO date of what is."""
    return UserError(
        f"Ce registre connaît déjà la journée du {day(date.fromisoformat(known[:10]))} ; rien ne peut y être inscrit au "
        f"{day(when)}. {WAY_BACK}"
    )


def ahead(db: Database, today: date) -> date | None:
    """The last day after today that a pull, a decision or the region's folder bears; None when there is none."""
    dates = " UNION ALL ".join(f"SELECT max({column}) AS le FROM {table}" for table, column in _FIGURES.items())
    last = db.execute(f"SELECT max(le) FROM ({dates})").fetchone()[0]
    return date.fromisoformat(last[:10]) if last and last[:10] > today.isoformat() else None


def facts_ahead(db: Database, today: date) -> Mapping[str, int]:
    """How many pulls, decisions and changes of the folder bear a day after today, by table."""
    return {
        table: db.execute(f"SELECT count(*) FROM {table} WHERE substr({column}, 1, 10) > ?", (today.isoformat(),)).fetchone()[0]
        for table, column in _FIGURES.items()
    }  # fmt: skip


def locks_ahead(db: Database, by: str, today: date) -> list[tuple[str, str]]:
    """(campaign, GHT) of the locks put in that name on a day after today."""
    query = "SELECT DISTINCT campagne, ght FROM actes WHERE genre = 'verrouiller' AND par = ? AND substr(le, 1, 10) > ? ORDER BY 1, 2"
    return db.execute(query, (by, today.isoformat())).fetchall()


def bring_back(db: Database, now: datetime) -> None:
    """Date of now all that bears a later day, in one transaction: nothing but dates changes, and their order stays."""
    with write_transaction(db):
        parameters = {"now": now.isoformat(timespec="seconds"), "today": now.date().isoformat()}
        for table, column in (*_FIGURES.items(), *_OTHERS):
            wait = ", pas_avant = min(pas_avant, :now)" if table == "messages" else ""
            db.execute(f"UPDATE {table} SET {column} = :now{wait} WHERE substr({column}, 1, 10) > :today", parameters)
