"""Reads what people decided: lines kept or struck, notes, extensions, locks, as of any day. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.french import day_kept, enumeration
from sheets.register.schema import by_table, declared_of, lines_table
from sheets.trame import Table
from sheets.trames import TABLES

ON_A_LINE = {"retenir": "gardée", "retirer": "retirée", "revenir": "rendue aux contrôles"}
"""Decisions on a line and what it then is; the last one taken holds, and `revenir` gives the line back to the checks."""


class Decision(NamedTuple):
    """The decision in force on a stored line, and what it makes of it. `struck` in cents."""

    line: int
    tab: int
    finess: str
    reference: str
    """Of the line where it stands; the decision may have been taken in an earlier campaign."""
    kind: str
    by: str
    dated: str
    reason: str
    lapsed: bool
    """The line changed since it was kept: the decision no longer holds, and someone must look again."""
    blocked: bool
    struck: int
    lines_more: int
    """Lines struck (1), kept (-1) or unmoved (0) by the decision."""
    more_cents: int
    """Cents struck (positive) or kept (negative) by the decision."""
    worth: tuple[int, ...]
    """What the line is worth, along each measure of its trame."""
    taken_on: str
    """What it was taken on, as `line_state` writes it."""
    changed: tuple[str, ...] = ()
    """What changed of the line since it was decided, in words. A strike holds all the same."""
    campaign: str = ""
    """Where it was taken, when that is not the line's own campaign."""
    after_lock: bool = False
    table: str = ""

    @property
    def words(self) -> str:
        """« gardée par referent.bfc@… le 2022-03-10 : marché relu »."""
        when = f"le {self.dated[:10]}{' (après verrou)' if self.after_lock else ''}"
        when += f" en {self.campaign}" if self.campaign else ""
        if self.lapsed:
            return f"gardée {when}, mais {have_changed(self.changed)} depuis : à revoir ({self.reason})"
        to_review = f" ; {have_changed(self.changed)} depuis : à revoir" if self.changed else ""
        return f"{ON_A_LINE[self.kind]} par {self.by} {when} : {self.reason}{to_review}"


def have_changed(what: Sequence[str]) -> str:
    """« les montants et la date ont changé »."""
    return f"{enumeration(what)} {'ont' if len(what) > 1 or what[0].startswith('les ') else 'a'} changé"


def line_state(table: Table, values: Any) -> str:
    """What a decision on a typed line rests on, as text: « 960000/9600000/2021-07-01/réalisé ». Amounts in cents."""
    parts = (getattr(values, key) for key in table.identity.decided_on)
    return "/".join("" if part is None else str(part) for part in parts)


def what_changed(table: Table, taken_on: str, now: str) -> tuple[str, ...]:
    """What differs between two `line_state`, in the words of the trame; nothing when the decision holds."""
    return table.identity.what_changed(taken_on.split("/"), now.split("/"))


def next_day(as_of: date) -> str:
    """What every instant of that day comes before, as text."""
    return (as_of + timedelta(days=1)).isoformat() if as_of < date.max else "9999-12-31"


_DECISIONS = """
WITH verrou AS MATERIALIZED (
  SELECT campagne, ght, genre, max(id) AS pose FROM actes
  WHERE genre IN ('verrouiller', 'deverrouiller') AND le < :apres GROUP BY campagne, ght
), derniere AS (
  SELECT l.id AS ligne, max(a.id) AS acte, v.genre IS 'verrouiller' AND a.id > v.pose AS apres_verrou
  FROM actes a JOIN campagnes_connues ca ON ca.code = a.campagne
  JOIN campagnes_connues co ON (co.exercice = ca.exercice AND co.situation >= ca.situation) OR co.exercice = ca.exercice + 1
  JOIN onglets o ON o.campagne = co.code AND o.finess = a.finess
  JOIN {lines} l ON l.onglet = o.id AND l.action_id = a.action_id
  JOIN fichiers f ON f.id = o.fichier LEFT JOIN verrou v ON v.campagne = f.campagne AND v.ght = f.ght
  WHERE a.genre IN {on_a_line} AND a.le < :apres AND o.id IN (SELECT value FROM json_each(:onglets))
    AND (co.exercice = ca.exercice OR l.reportee_de IS NOT NULL) AND (co.exercice <> 0 OR co.code = ca.code)
    AND NOT (:au_verrou AND v.genre IS 'verrouiller' AND a.id > v.pose)
  GROUP BY l.id
)
SELECT l.id, l.onglet, a.finess, o.campagne || '/' || a.finess || '/' || a.action_id, a.genre, a.par, a.le, a.motif,
  {state}, l.bloquee, l.retire, {declared}, a.valeur, iif(a.campagne = o.campagne, '', a.campagne), d.apres_verrou{worth}
FROM derniere d CROSS JOIN {lines} l ON l.id = d.ligne JOIN actes a ON a.id = d.acte JOIN onglets o ON o.id = l.onglet
"""
"""The last decision on each line: taken on it, on the same line in an earlier campaign of its exercice, or on the line
of the exercice before that it carries over."""


def decisions(db: Database, tabs: Iterable[int], as_of: date, *, at_lock: bool = False) -> list[Decision]:
    """The decisions in force that day on the lines of these tabs; with `at_lock`, as they stood when each was locked."""
    return [d for d in last_acts(db, tabs, as_of, at_lock=at_lock) if d.kind != "revenir"]


def last_acts(db: Database, tabs: Iterable[int], as_of: date, *, at_lock: bool = False) -> list[Decision]:
    """The same with the lines given back to the checks: who did it, and when."""
    taken: list[Decision] = []
    for table, theirs in by_table(db, tabs):
        parameters = {"onglets": json.dumps(theirs), "apres": next_day(as_of), "au_verrou": int(at_lock)}
        taken += [_decision(table, *r) for r in db.execute(_query(table), parameters)]
    return taken


@cache
def _query(table: Table) -> str:
    state = " || '/' || ".join(f"coalesce(l.{key}, '')" for key in table.identity.decided_on) + " || ''"
    worth = "".join(f", l.{m.key}" for m in table.measures)
    return _DECISIONS.format(
        lines=lines_table(table), on_a_line=tuple(ON_A_LINE), state=state, declared=declared_of(table), worth=worth
    )


def _decision(
    table: Table, line: int, tab: int, finess: str, reference: str, kind: str, by: str, dated: str, reason: str,
    state: str, blocked: int, struck: int, declared: int, taken_on: str, campaign: str, after_lock: int, *worth: int,
) -> Decision:  # fmt: skip
    change = () if kind == "revenir" else what_changed(table, taken_on, state)
    lapsed = kind == "retenir" and bool(change)
    wanted = bool(blocked) if lapsed or kind == "revenir" else kind == "retirer"
    now_struck = max(declared, 0) if wanted else 0
    return Decision(
        line, tab, finess, reference, kind, by, dated, reason, lapsed, wanted, now_struck,
        int(wanted) - blocked, now_struck - struck, worth, taken_on, change, campaign, bool(after_lock), table.code,
    )  # fmt: skip


class DecisionEffect(NamedTuple):
    """What decisions change in a tab: lines struck more (or less), cents struck more, and what is struck of each measure."""

    lines: int = 0
    struck: int = 0
    sums: Mapping[str, int] = MappingProxyType({})


def effects(db: Database, tabs: Iterable[int], as_of: date, *, at_lock: bool = False) -> dict[int, DecisionEffect]:
    """By tab, what the decisions in force that day change."""
    changes: dict[int, DecisionEffect] = {}
    for d in decisions(db, tabs, as_of, at_lock=at_lock):
        before, measures = changes.get(d.tab, DecisionEffect()), TABLES[d.table].measures
        sums = dict(before.sums)
        for measure, amount in zip(measures, d.worth, strict=True):
            if d.lines_more and (struck := measure.struck(amount)):
                sums[measure.key] = sums.get(measure.key, 0) + d.lines_more * struck
        changes[d.tab] = DecisionEffect(before.lines + d.lines_more, before.struck + d.more_cents, sums)
    return changes


class Locked(NamedTuple):
    """A GHT locked in a campaign: the last judgement seen by then, and the instant, as ISO text."""

    campaign: str
    ght: str
    until: int
    dated: str


def locks(db: Database, campaigns: Sequence[str], as_of: date) -> list[Locked]:
    """What is locked that day."""
    query = (
        "SELECT a.campagne, a.ght, a.genre, a.valeur, a.le, max(a.id) FROM actes a"
        " WHERE a.genre IN ('verrouiller', 'deverrouiller') AND a.le < ?"
        " AND a.campagne IN (SELECT value FROM json_each(?)) GROUP BY a.campagne, a.ght"
    )
    rows = db.execute(query, (next_day(as_of), json.dumps(list(campaigns))))
    return [Locked(c, ght, int(value), dated) for c, ght, kind, value, dated, _ in rows if kind == "verrouiller"]


class GhtDecisions(NamedTuple):
    """What was decided of a GHT in a campaign, beside its lines."""

    extended_to: date | None = None
    validated_on: date | None = None
    locked_on: date | None = None
    locked_at: int = 0
    """The last judgement stored when it was locked: what came after does not count."""
    neants: Mapping[str, date] = MappingProxyType({})
    """The établissements (FINESS) said, on their behalf, to have nothing to declare, and the day it was said."""
    extended_on: str = ""
    """The instant, as ISO text, at which the deadline was last moved."""


def ght_decisions(db: Database, campaign: str, as_of: date) -> dict[str, GhtDecisions]:
    """By GHT: extension, validation, lock and « rien à déclarer » in force that day."""
    given_back: dict[str, GhtDecisions] = {}
    query = (
        "SELECT ght, genre, le, finess, valeur FROM actes WHERE campagne = ? AND le < ?"
        f" AND genre NOT IN {tuple(ON_A_LINE)} ORDER BY id"
    )
    for ght, kind, dated, finess, value in db.execute(query, (campaign, next_day(as_of))):
        decided, day = given_back.get(ght, GhtDecisions()), date.fromisoformat(dated[:10])
        if kind == "prolonger":
            given = day_kept(value)  # one that cannot be is told by `impossible_extensions`, and counts for nothing
            decided = decided._replace(extended_to=given, extended_on=dated) if given else decided
        elif kind in ("valider", "devalider"):
            decided = decided._replace(validated_on=day if kind == "valider" else None)
        elif kind in ("verrouiller", "deverrouiller"):
            locking = kind == "verrouiller"
            decided = decided._replace(locked_on=day if locking else None, locked_at=int(value) if locking else 0)
        elif kind == "neant":
            decided = decided._replace(neants={**decided.neants, finess: day})
        given_back[ght] = decided
    return given_back


class ImpossibleExtension(NamedTuple):
    """An extension to a day that cannot be, still the last one of its GHT."""

    campaign: str
    ght: str
    value: str
    by: str
    dated: str


def impossible_extensions(db: Database) -> list[ImpossibleExtension]:
    """The extensions that count for nothing: no form takes such a day any more, but one did."""
    query = "SELECT campagne, ght, valeur, par, le, max(id) FROM actes WHERE genre = 'prolonger' GROUP BY campagne, ght"
    rows = [ImpossibleExtension(*row[:5]) for row in db.execute(query)]
    return [row for row in rows if day_kept(row.value) is None]


def last_locks(db: Database, campaign: str) -> dict[str, datetime]:
    """By GHT, when its lock was last put or taken off."""
    query = "SELECT ght, le, max(id) FROM actes WHERE campagne = ? AND genre IN ('verrouiller', 'deverrouiller') GROUP BY ght"
    return {ght: datetime.fromisoformat(dated) for ght, dated, _ in db.execute(query, (campaign,))}


class Note(NamedTuple):
    """A word left on a line, between ARS and GHT."""

    reference: str
    by: str
    dated: str
    text: str


def notes(db: Database, campaign: str, finess: Iterable[str], as_of: date) -> list[Note]:
    """The notes on the lines of these établissements, oldest first."""
    query = (
        "SELECT campagne || '/' || finess || '/' || action_id, par, le, motif FROM actes WHERE genre = 'noter'"
        " AND campagne = ? AND le < ? AND finess IN (SELECT value FROM json_each(?)) ORDER BY id"
    )
    return [Note(*r) for r in db.execute(query, (campaign, next_day(as_of), json.dumps(list(finess))))]
