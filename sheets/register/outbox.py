"""Messages as rows: one for each thing to tell each person, claimed before it leaves, marked once it has. No words in it.

A row's key is what makes it unique: told once, whatever crashes. Of a person, the address alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.french import day_kept
from sheets.register.database import write_transaction
from sheets.register.pulls import BY_MAIL, BY_SLACK

LEASE = timedelta(minutes=10)
"""A claim older than that is a crash's: no delivery takes as long."""


class MessageKey(NamedTuple):
    """What is told, to whom: the step of which campaign and unit (a GHT, a region), and the date it hangs on.

    The date is part of it: a deadline that moves is another thing to tell.
    """

    campaign: str
    unit: str
    stage: str
    anchor: str
    person: str


class StoredMessage(NamedTuple):
    """A message as the register holds it. `sending` names the letter it left in, with others of the same person."""

    id: int
    key: MessageKey
    kind: str
    state: str
    sending: str
    delivery_channel: str
    address: str
    reference: str
    reason: str
    attempts: int
    not_before: datetime
    dated: datetime


class ReminderReply(NamedTuple):
    """What someone answered to a reminder: put it off until a day (`reporter`), or said that they know (`noter`); or a
    referent's wish, for no one in particular, that a GHT be reminded at once (`relancer`)."""

    kind: str
    dated: datetime
    until_day: date


class RefusedPerson(NamedTuple):
    """Someone whom a channel refused."""

    unit: str
    person: str
    kind: str
    reason: str
    dated: datetime


_COLUMNS = (
    "id, campagne, unite, etape, repere, personne, genre, etat, envoi, canal, adresse, reference, raison, essais,"
    " pas_avant, le"
)


def known_messages(db: Database, campaigns: Iterable[str]) -> dict[MessageKey, StoredMessage]:
    """Every message of these campaigns, by key."""
    query = f"SELECT {_COLUMNS} FROM messages WHERE campagne IN (SELECT value FROM json_each(?))"
    return {r.key: r for r in map(_stored_message, db.execute(query, (json.dumps(sorted(set(campaigns))),)))}


def in_states(db: Database, *states: str) -> list[StoredMessage]:
    """The messages in one of these states, oldest first."""
    query = f"SELECT {_COLUMNS} FROM messages WHERE etat IN (SELECT value FROM json_each(?)) ORDER BY id"
    return [_stored_message(r) for r in db.execute(query, (json.dumps(states),))]


def messages_of_letter(db: Database, sending: str) -> list[StoredMessage]:
    """The messages that left in this letter."""
    return [
        _stored_message(r)
        for r in db.execute(f"SELECT {_COLUMNS} FROM messages WHERE envoi = ? ORDER BY id", (sending,))
    ]


def _stored_message(r: Sequence[Any]) -> StoredMessage:
    not_before, dated = map(datetime.fromisoformat, r[14:16])
    return StoredMessage(
        r[0], MessageKey(*r[1:6]), r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], not_before, dated
    )


def write_down(db: Database, keys: Iterable[tuple[MessageKey, str]], when: datetime) -> None:
    """Write down what is due, as (key, kind), to be said. What is there already stays; what was void is due again."""
    with write_transaction(db):
        db.conn.executemany(
            "INSERT INTO messages (campagne, unite, etape, repere, personne, genre, etat, pas_avant, le)"
            " VALUES (?, ?, ?, ?, ?, ?, 'à dire', ?, ?) ON CONFLICT DO UPDATE SET etat = 'à dire', raison = '', le = excluded.le"
            " WHERE etat = 'nul'",
            [(*key, kind, _iso(when), _iso(when)) for key, kind in keys],
        )


def cancel(db: Database, reasons: Mapping[int, str], when: datetime) -> None:
    """Messages that need not be said any more, and why, by number. One that is leaving, or has left, is not touched."""
    with write_transaction(db):
        db.conn.executemany(
            "UPDATE messages SET etat = 'nul', raison = ?, le = ? WHERE id = ? AND etat = 'à dire'",
            [(reason, _iso(when), id_) for id_, reason in reasons.items()],
        )


def take(db: Database, ids: Iterable[int], sending: str, when: datetime) -> list[StoredMessage]:
    """Claim messages under the name of a letter; those that someone else had claimed are not returned."""
    with write_transaction(db):
        db.execute(
            "UPDATE messages SET etat = 'pris', envoi = ?, canal = '', adresse = '', essais = essais + 1, pas_avant = ?, le = ?"
            " WHERE etat = 'à dire' AND id IN (SELECT value FROM json_each(?))",
            (sending, _iso(when), _iso(when), json.dumps(list(ids))),
        )
    return messages_of_letter(db, sending)


def drop_claims(db: Database, ids: Iterable[int], reason: str, when: datetime) -> None:
    """Make void claimed messages that need not be said after all."""
    with write_transaction(db):
        db.execute(
            "UPDATE messages SET etat = 'nul', envoi = '', raison = ?, le = ?"
            " WHERE etat = 'pris' AND canal = '' AND id IN (SELECT value FROM json_each(?))",
            (reason, _iso(when), json.dumps(list(ids))),
        )


def part(db: Database, sending: str, delivery_channel: str, address: str, when: datetime) -> None:
    """Mark a letter as leaving, before it is handed to its channel: from here on, it may have arrived."""
    _mark(db, sending, "pris", when, canal=delivery_channel, adresse=address)


def mark_delivered(db: Database, sending: str, reference: str, when: datetime, refusal: str = "") -> None:
    """It was delivered; `refusal` says which channel had refused it first. This settles a doubt, whoever had it."""
    _mark(db, sending, "dit", when, "pris", "doute", reference=reference, raison=refusal)


def refuse(db: Database, sending: str, reason: str, when: datetime) -> None:
    """Mark a letter that every channel refused."""
    _mark(db, sending, "refusé", when, raison=reason)


def doubt(db: Database, sending: str, reason: str, when: datetime) -> None:
    """It may have arrived: it is shown, and never said again."""
    _mark(db, sending, "doute", when, raison=reason)


def put_back(db: Database, sending: str, reason: str, not_before: datetime, when: datetime) -> None:
    """It did not arrive: to be said again, not before an instant."""
    _mark(db, sending, "à dire", when, raison=reason, pas_avant=_iso(not_before))


def await_lookup(db: Database, sending: str, reason: str, not_before: datetime, left_at: datetime) -> None:
    """It may have arrived, and its channel can tell: to be looked up, not before an instant. `dated` stays: it left then."""
    _mark(db, sending, "pris", left_at, raison=reason, pas_avant=_iso(not_before))


def _mark(db: Database, sending: str, state: str, when: datetime, *since: str, **facts: str) -> None:
    """Only what is still in one of the states `since` (claimed, unless said otherwise) is marked."""
    values = {"etat": state, "le": _iso(when), **facts}
    with write_transaction(db):
        db.execute(
            f"UPDATE messages SET {', '.join(f'{name} = ?' for name in values)}"
            " WHERE envoi = ? AND etat IN (SELECT value FROM json_each(?))",
            (*values.values(), sending, json.dumps(since or ("pris",))),
        )


def refusals(db: Database, campaign: str) -> list[RefusedPerson]:
    """Those whom a channel refused in a campaign, though another one took it: the first refusal of each, by unit."""
    query = (
        "SELECT unite, personne, genre, raison, le, min(id) FROM messages WHERE campagne = ?"
        " AND (etat = 'refusé' OR (etat = 'dit' AND raison <> '')) GROUP BY unite, personne"
    )
    return [
        RefusedPerson(unit, person, kind, reason, datetime.fromisoformat(dated))
        for unit, person, kind, reason, dated, _ in db.execute(query, (campaign,))
    ]


def hand_ins_read(db: Database, campaign: str, since: datetime, until: datetime) -> dict[str, tuple[str, datetime]]:
    """By GHT, the last file found in a folder since an instant: its name, and when it was read. Its receipt is still due.

    Its name is its number, or the one that its receipt bore in a register since replaced by a backup (see `sheets.register.carry_over`).
    """
    query = (
        "SELECT f.ght, coalesce((SELECT m.repere FROM messages m WHERE (m.campagne, m.unite, m.etape, m.repere)"
        " = (f.campagne, f.ght, 'accusé', f.modifie_le || '/' || f.empreinte)), f.id), p.debut"
        " FROM fichiers f JOIN pulls p ON p.id = f.pull"
        " WHERE f.campagne = ? AND f.recu = f.id AND f.saisi_par = '' AND f.ght <> '' AND p.debut >= ?"
        f" AND f.chemin NOT LIKE '{BY_MAIL}/%' AND f.chemin NOT LIKE '%/{BY_SLACK}/%' ORDER BY f.id"
    )
    # Dates are compared as such: text would order them wrongly across the hour that comes twice.
    rows = db.execute(query, (campaign, since.date().isoformat()))
    read_ones = ((ght, str(name), datetime.fromisoformat(d)) for ght, name, d in rows)
    return {ght: (file, read_at) for ght, file, read_at in read_ones if since <= read_at <= until}


def replies(db: Database, campaign: str, until: datetime) -> dict[tuple[str, str], list[ReminderReply]]:
    """By (unit, person reminded), what was answered to the reminders of a campaign, oldest first."""
    results: dict[tuple[str, str], list[ReminderReply]] = {}
    query = "SELECT unite, pour, genre, le, jusqu_au FROM gestes WHERE campagne = ? ORDER BY id"
    for unit, recipient, kind, dated, until_day in db.execute(query, (campaign,)):
        day = day_kept(until_day)
        if day and (reply := ReminderReply(kind, datetime.fromisoformat(dated), day)).dated <= until:
            results.setdefault((unit, recipient), []).append(reply)
    return results


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
