"""Reads back what is known of a GHT's actions, so that each keeps its identity from one sending to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.campaign import Campaign
from config.folder import Folder
from sheets.places import TabPlace, codes_until
from sheets.register import decisions
from sheets.register.decisions import Decision
from sheets.register.schema import by_table, columns_typed, declared_of, lines_table, typed_line
from sheets.register.what_counts import ReceivedTab, counting_tabs
from sheets.trame import Table
from sheets.trames import TABLES


class KnownAction(NamedTuple):
    """A line as last counted: its number, how it is referred to, and its typed values."""

    action_id: str
    reference: str
    values: Any
    carried: int
    """What it leaves to the next exercice; 0 when its trame carries nothing over."""
    blocked: bool = False
    """The checks strike it."""
    struck: bool = False
    """It does not count, whoever struck it; what it was struck by."""
    settled: bool = True
    """Its known value counts in the next exercice. Struck by the checks alone, it is judged anew on what is typed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of some établissements before a new sending, by FINESS."""

    actions: dict[str, tuple[KnownAction, ...]] = field(default_factory=dict)
    """Of the same exercice, in what counts."""
    former: dict[str, tuple[KnownAction, ...]] = field(default_factory=dict)
    """Of the same exercice, received once and no longer in what counts."""
    carried: dict[str, tuple[KnownAction, ...]] = field(default_factory=dict)
    """Of the exercice before, still bearing on this one: kept or struck."""
    numbers: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every number ever borne in the exercice: a new action takes none of them."""
    numbers_given: dict[str, dict[int, str]] = field(default_factory=dict)
    """The numbers given to its lines (by place in the sheet) when the same file was last judged."""
    told_apart: frozenset[tuple[str, str, str]] = frozenset()
    """(FINESS, number, title) that someone said are not the same action."""


NOTHING = Memory()


class Sending(NamedTuple):
    """A sending that is judged again: its last judgement, and its arrival."""

    file: int
    arrival: int


def memory(
    db: Database, folder: Folder, campaign: Campaign, table: Table, finess: Iterable[str], as_of: date,
    sending: Sending | None = None,
) -> Memory:  # fmt: skip
    """What was known that day of the actions of these établissements; before `sending` came, when it is judged again.

    Locked or not: an action keeps its number from what was last received, and the value it was locked at elsewhere.
    """
    requests = sorted(finess)
    exercice_campaigns = codes_until(folder, campaign)
    previous_campaigns = [c.code for c in folder.campaigns_of(campaign.exercice - 1)]
    if not _already_seen(db, [*exercice_campaigns, *previous_campaigns], requests):
        return NOTHING  # nearly every file of a first pull
    current_tabs = counting_tabs(
        db, exercice_campaigns, as_of, requests, lock=False, before=sending and sending.arrival
    )
    earlier_tabs = counting_tabs(db, previous_campaigns, as_of, requests)
    taken = {d.line: d for d in decisions.decisions(db, [o.id for o in earlier_tabs.values()], as_of)}
    actions = {f: _actions(db, table, o) for f, o in current_tabs.items()}
    return Memory(
        actions,
        _former(db, table, exercice_campaigns, requests, actions, sending and sending.arrival),
        {f: tuple(k for k in _actions(db, table, o, taken) if k.carried) for f, o in earlier_tabs.items()},
        _known_numbers(db, table, exercice_campaigns, requests),
        _numbers_given_before(db, table, sending.file) if sending else {},
        _told_apart(db, exercice_campaigns, requests),
    )


def _already_seen(db: Database, campaigns: Sequence[str], finess: Sequence[str]) -> bool:
    query = (
        "SELECT 1 FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o ON o.campagne = c.value"
        " AND o.finess = f.value LIMIT 1"
    )
    return db.execute(query, (json.dumps(campaigns), json.dumps(finess))).fetchone() is not None


def _known_columns(table: Table) -> str:
    carried = f"l.{table.carrying.measure}" if table.carrying else "0"
    return f"l.id, l.bloquee, o.campagne, o.finess, l.action_id, {carried}, {columns_typed(table)}"


def _actions(
    db: Database, table: Table, tab: ReceivedTab, taken: Mapping[int, Decision] = MappingProxyType({})
) -> tuple[KnownAction, ...]:
    """The actions of a tab, as these decisions leave them."""
    query = (
        f"SELECT {_known_columns(table)} FROM {lines_table(table)} l JOIN onglets o ON o.id = l.onglet"
        " WHERE l.onglet = ? ORDER BY l.numero"
    )
    return tuple(_known(table, r, taken.get(r[0])) for r in db.execute(query, (tab.id,)))


def _known(table: Table, row: tuple[Any, ...], decision: Decision | None = None) -> KnownAction:
    _, blocked, campaign, finess, action_id, carried, *typed = row
    struck = decision.blocked if decision else bool(blocked)
    return KnownAction(
        action_id, f"{campaign}/{finess}/{action_id}", typed_line(table, typed), carried, bool(blocked), struck,
        not struck or bool(decision and decision.kind == "retirer"),
    )  # fmt: skip


def _former(
    db: Database, table: Table, campaigns: Sequence[str], finess: Sequence[str],
    actions: Mapping[str, Sequence[KnownAction]], before: int | None,
) -> dict[str, tuple[KnownAction, ...]]:  # fmt: skip
    """As last received, by FINESS, the actions of earlier sendings that are not among `actions`; before that arrival."""
    query = (
        f"SELECT {_known_columns(table)}, max(l.id) FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o"
        " ON o.campagne = c.value AND o.finess = f.value AND o.utilisable JOIN fichiers v ON v.id = o.fichier"
        f" JOIN {lines_table(table)} l ON l.onglet = o.id"
        " WHERE v.recu < coalesce(?, 9223372036854775807) GROUP BY o.finess, l.action_id ORDER BY l.action_id"
    )
    here = {(f, k.action_id) for f, known in actions.items() for k in known}
    gone: dict[str, tuple[KnownAction, ...]] = {}
    for row in db.execute(query, (json.dumps(campaigns), json.dumps(finess), before)):
        if (row[3], row[4]) not in here:
            gone[row[3]] = (*gone.get(row[3], ()), _known(table, row[:-1]))
    return gone


def _known_numbers(
    db: Database, table: Table, campaigns: Sequence[str], finess: Sequence[str]
) -> dict[str, frozenset[str]]:
    query = (
        "SELECT DISTINCT o.finess, l.action_id FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o"
        f" ON o.campagne = c.value AND o.finess = f.value JOIN {lines_table(table)} l ON l.onglet = o.id"
    )
    seen_ones: dict[str, set[str]] = {}
    for finess_, action_id in db.execute(query, (json.dumps(campaigns), json.dumps(finess))):
        seen_ones.setdefault(finess_, set()).add(action_id)
    return {f: frozenset(n) for f, n in seen_ones.items()}


def _numbers_given_before(db: Database, table: Table, file: int) -> dict[str, dict[int, str]]:
    query = (
        f"SELECT o.finess, l.numero, l.action_id FROM onglets o JOIN {lines_table(table)} l ON l.onglet = o.id"
        " WHERE o.fichier = ?"
    )
    given_numbers: dict[str, dict[int, str]] = {}
    for finess, number, action_id in db.execute(query, (file,)):
        given_numbers.setdefault(finess, {})[number] = action_id
    return given_numbers


def _told_apart(db: Database, campaigns: Sequence[str], finess: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    query = (
        "SELECT finess, action_id, valeur FROM actes WHERE genre = 'distinguer'"
        " AND campagne IN (SELECT value FROM json_each(?)) AND finess IN (SELECT value FROM json_each(?))"
    )
    return frozenset(db.execute(query, (json.dumps(campaigns), json.dumps(finess))))


class GoneLine(NamedTuple):
    """A line once received that the tab which counts no longer holds. Amount in cents of the exercice."""

    tab: int
    action_id: str
    number: int
    received_on: date
    declared: int


_GONE = """
WITH compte(id) AS (SELECT value FROM json_each(:onglets)),
avant(compte, onglet) AS MATERIALIZED (
  SELECT k.id, o.id FROM compte JOIN onglets k ON k.id = compte.id JOIN json_each(:campagnes) c
  JOIN onglets o ON o.campagne = c.value AND o.finess = k.finess AND o.utilisable AND o.fichier < k.fichier
  JOIN fichiers f ON f.id = o.fichier
  WHERE NOT EXISTS (SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id)),
perdue(onglet, action_id) AS (
  SELECT a.compte, l.action_id FROM avant a JOIN {lines} l ON l.onglet = a.onglet
  EXCEPT SELECT l.onglet, l.action_id FROM (SELECT DISTINCT compte FROM avant) a
    JOIN {lines} l ON l.onglet = a.compte)
SELECT p.onglet, p.action_id, l.numero, substr(r.debut, 1, 10), {declared}, max(l.id), {typed}
FROM perdue p JOIN avant a ON a.compte = p.onglet JOIN {lines} l ON l.onglet = a.onglet AND l.action_id = p.action_id
JOIN onglets o ON o.id = l.onglet JOIN fichiers f ON f.id = o.fichier JOIN fichiers v ON v.id = f.recu
JOIN pulls r ON r.id = v.pull GROUP BY p.onglet, p.action_id
"""


def gone_lines(db: Database, campaigns: Sequence[str], tabs: Iterable[int]) -> list[GoneLine]:
    """The lines of earlier sendings, in these campaigns of one exercice, that are missing from the tabs that count, but
    those that may go without a word."""
    gone: list[GoneLine] = []
    for table, theirs in by_table(db, tabs):
        query = _GONE.format(lines=lines_table(table), declared=declared_of(table), typed=columns_typed(table))
        parameters = {"onglets": json.dumps(theirs), "campagnes": json.dumps(list(campaigns))}
        for tab, number, place, dated, declared, _, *typed in db.execute(query, parameters):
            if not table.identity.may_go(typed_line(table, typed)):
                gone.append(GoneLine(tab, number, place, date.fromisoformat(dated), declared))
    return gone


class StoredLine(NamedTuple):
    """A stored line, as far as a comparison needs it: its number in the sheet, and its amounts in cents."""

    number: int
    amounts: tuple[int | None, ...]
    declared: int


def lines_by_number(db: Database, table: Table, tab: int) -> dict[str, StoredLine]:
    """The lines of a tab by number."""
    amounts = ", ".join(["NULL", *(f"l.{key}" for key in table.identity.amounts)])
    query = (
        f"SELECT l.action_id, l.numero, {declared_of(table)}, {amounts} FROM {lines_table(table)} l WHERE l.onglet = ?"
    )
    return {r[0]: StoredLine(r[1], r[3:], r[2]) for r in db.execute(query, (tab,))}


class ExpectedLine(NamedTuple):
    """A line that the next trame of its établissement comes with. `values` by column, as typed values; cents."""

    action_id: str
    values: dict[str, Any]
    carried: int = 0
    """Cents of the exercice before that fall in this one; 0 when it is a line of the same exercice."""
    origin: str = ""


def expected_lines(
    db: Database, folder: Folder, campaign: Campaign, places: Iterable[TabPlace], as_of: date
) -> tuple[dict[str, list[ExpectedLine]], dict[str, frozenset[str]]]:
    """By place, the lines the campaign's trame comes with, and the numbers already borne in its exercice.

    Those of an earlier campaign of the exercice (of a trame filled all year, those that count), all of them; else those
    of the exercice before that yield a report.
    """
    by_table: dict[str, list[str]] = {}
    for place in places:
        by_table.setdefault(place.table.code, []).append(place.finess)
    given_back: dict[str, list[ExpectedLine]] = {}
    numbers: dict[str, frozenset[str]] = {}
    for code, requests in by_table.items():
        lines, known_numbers = _expected_of(db, folder, campaign, TABLES[code], sorted(requests), as_of)
        given_back, numbers = given_back | lines, numbers | known_numbers
    return given_back, numbers


def _expected_of(
    db: Database, folder: Folder, campaign: Campaign, table: Table, requests: Sequence[str], as_of: date
) -> tuple[dict[str, list[ExpectedLine]], dict[str, frozenset[str]]]:
    codes = codes_until(folder, campaign)
    earlier = codes if not campaign.exercice else [c for c in codes if c != campaign.code]
    numbers_given = counting_tabs(db, earlier, as_of, requests) if earlier else {}
    known = memory(db, folder, campaign, table, requests, as_of)
    given_back: dict[str, list[ExpectedLine]] = {}
    for f in requests:
        carried = {k.action_id: k for k in known.carried.get(f, ()) if not k.struck}
        its_own = _typed_lines(db, numbers_given[f], table) if f in numbers_given else []
        lines = [_expected_line(n, v, carried.get(n) if v["reportee_de"] else None) for n, v in its_own]
        carried_missing = [k for n, k in carried.items() if n not in {p.action_id for p in lines}]
        lines = [*(_expected_line(k.action_id, _values_of_known(k), k) for k in carried_missing), *lines]
        if lines:
            given_back[f] = sorted(lines, key=lambda p: not p.carried)
    return given_back, known.numbers


def _expected_line(action_id: str, values: dict[str, Any], known_action: KnownAction | None) -> ExpectedLine:
    if known_action is None:
        return ExpectedLine(action_id, values)
    return ExpectedLine(action_id, values, known_action.carried, known_action.reference.split("/")[0])


def _typed_lines(db: Database, tab: ReceivedTab, table: Table) -> list[tuple[str, dict[str, Any]]]:
    """(number, values by column) of every line of a tab, in its order."""
    query = (
        f"SELECT l.reportee_de, {columns_typed(table)} FROM {lines_table(table)} l WHERE l.onglet = ? ORDER BY l.numero"
    )
    return [(v["action_id"], v) for r in db.execute(query, (tab.id,)) if (v := _as_typed_line(r, table))]


def _values_of_known(known_action: KnownAction) -> dict[str, Any]:
    """The values of the line that a known action is."""
    return {"reportee_de": None, **known_action.values._asdict()}


def _as_typed_line(row: tuple[Any, ...], table: Table) -> dict[str, Any]:
    return {"reportee_de": row[0], **typed_line(table, row[1:])._asdict()}
