"""What counts: which campaign and which tab stand for each établissement. The one place that decides it.

For an exercice, per établissement, the latest campaign that has a usable tab supersedes the earlier ones: mid-year
and year-end never add up. Within a campaign, the tab of the latest usable file: pull by pull, then by when it was
written; written at the same instant, the one that keeps less, then the smaller hash. « Rien à déclarer », in a workbook or
said on someone's behalf, is an empty tab at its instant. Of a file judged several times, the
last judgement alone. After a GHT's lock, what was in force at the lock.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlite_utils import Database

from sheets.judged import NOTHING, Sum, Totals
from sheets.register import decisions, under_alert
from sheets.register.database import file_of, may_be_taken_back, read_transaction, while_reading


class ReceivedTab(NamedTuple):
    """A tab as the register holds it, decisions taken. `file` grows with the order in which judgements were stored."""

    id: int
    file: int
    table: str
    path: str
    sheet: str
    campaign: str
    ght: str
    finess: str
    handed_in: bool
    neant: bool
    purchases: int | None
    totals: Totals
    positive_declared: int
    """Cents of the positive amounts declared."""
    sums: Mapping[str, Sum]
    """By measure of its trame, the headline aside: what its lines add up to."""
    arrival: int
    """The arrival that was judged: the same one may have been judged several times."""
    received_on: str
    """The day it arrived, as ISO text."""
    under_alert: int
    """Cents kept by lines that bear an alert, but those for which a referent answers."""

    def kept(self, measure: str) -> int:
        """What its kept lines add up to along a measure."""
        return self.sums.get(measure, NOTHING).kept


def last_pull(db: Database, as_of: date) -> int:
    """The last pull that had begun by the end of that day; 0 when there was none."""
    query = (  # by the day, then by the number: an hour may come twice, a day never comes back
        "SELECT coalesce(max(id), 0) FROM pulls WHERE debut < :apres"
        " AND debut >= (SELECT substr(max(debut), 1, 10) FROM pulls WHERE debut < :apres)"
    )
    return int(db.execute(query, {"apres": decisions.next_day(as_of)}).fetchone()[0])


def last_file(db: Database, as_of: date) -> int:
    """The last judgement stored by the end of that day: nothing after it is seen. 0 when there was none."""
    query = "SELECT coalesce(max(id), 0) FROM fichiers WHERE pull <= ?"
    return int(db.execute(query, (last_pull(db, as_of),)).fetchone()[0])


_COUNTING_TABS = """
WITH campagne(code, rang) AS (SELECT value, key FROM json_each(:campagnes)),
verrou(campagne, ght, jusqu_a, le) AS MATERIALIZED (
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(:verrous)
), look(campagne, ght, id) AS MATERIALIZED ({look}
), vivant(fichier, ordre, recu, ex_aequo, empreinte) AS MATERIALIZED (
  SELECT f.id, (c.rang << 40) | coalesce(f.ex_aequo, f.recu), f.recu, f.ex_aequo, f.empreinte FROM campagne c CROSS JOIN fichiers f ON f.campagne = c.code
  LEFT JOIN verrou v ON v.campagne = f.campagne AND v.ght = f.ght
  WHERE f.id <= min(:jusqu_a, coalesce(v.jusqu_a, :jusqu_a)) AND NOT EXISTS (
    SELECT 1 FROM fichiers g
    WHERE g.recu = f.recu AND g.id > f.id AND g.id <= min(:jusqu_a, coalesce(v.jusqu_a, :jusqu_a)))
), choisi(onglet, finess, ordre) AS MATERIALIZED (
  SELECT o.id, o.finess, max(v.ordre) FROM campagne c CROSS JOIN onglets o ON o.campagne = c.code
  JOIN vivant v ON v.fichier = o.fichier WHERE o.utilisable {filtre}
    AND (v.ex_aequo IS NULL OR NOT EXISTS (  -- written at the same instant: the one that keeps less
      SELECT 1 FROM vivant w CROSS JOIN onglets p ON p.fichier = w.fichier AND p.finess = o.finess AND p.utilisable
      WHERE w.ex_aequo = v.ex_aequo AND (p.gain_retenu, w.empreinte) < (o.gain_retenu, v.empreinte) {parmi}))
  GROUP BY o.finess
)
SELECT o.id, o.fichier, o.tableau, f.chemin, o.feuille, o.campagne, f.ght, o.finess, f.remis, o.neant, o.achats,
  o.lignes_lues, o.lignes_vides, o.lignes_ignorees, o.lignes_rejetees, o.lignes_retenues,
  o.gain_declare, o.gain_retire, o.gain_retenu, o.declare_positif,
  (SELECT json_group_object(s.mesure, json_array(s.declare, s.retire)) FROM sommes s WHERE s.onglet = o.id), f.recu, substr(p.debut, 1, 10), o.sous_alerte + coalesce(s.cents, 0)
FROM choisi c JOIN onglets o ON o.id = c.onglet JOIN fichiers f ON f.id = o.fichier
JOIN fichiers arrivee ON arrivee.id = f.recu JOIN pulls p ON p.id = arrivee.pull
LEFT JOIN look ON look.campagne = o.campagne AND look.ght IN ('', f.ght) LEFT JOIN sous_alertes s ON s.recoupement = look.id AND s.onglet = o.id
ORDER BY c.finess
"""
_LAST_LOOK = """
  SELECT campagne, '', max(id) FROM recoupements
  WHERE campagne IN (SELECT code FROM campagne) AND pull <= :pull GROUP BY campagne"""
_LOOK_AT_LOCK = """
  SELECT v.campagne, v.ght, max(r.id) FROM verrou v JOIN recoupements r ON r.campagne = v.campagne
  JOIN pulls p ON p.id = r.pull WHERE datetime(p.debut) <= datetime(v.le) GROUP BY v.campagne, v.ght"""


def counting_tabs(
    db: Database,
    campaigns: Sequence[str],
    as_of: date,
    finess: Iterable[str] | None = None,
    *,
    lock: bool = True,
    before: int | None = None,
    at_lock: bool = False,
) -> dict[str, ReceivedTab]:
    """The tab that counted that day for each établissement (by FINESS), among `campaigns`, earliest situation first.

    `finess` limits the answer to some établissements. Totals are those after the decisions in force that day.
    Without `lock`, what would count had nothing been locked; with `before`, had that arrival and later ones not come.
    `at_lock`: of the GHT locked that day alone, as they stood when they were locked.
    """
    forgetful = before is not None or not lock or may_be_taken_back(db)
    with read_transaction(db):
        if at_lock:  # the last campaign that is locked, whatever came for the next one
            each = [_from_database(db, [campaign], as_of, finess, at_lock=True) for campaign in campaigns]
            return {f: o for tabs in each for f, o in tabs.items()}
        if forgetful:
            return _from_database(db, campaigns, as_of, finess, lock=lock, before=before)
        return _known(db, campaigns, as_of, finess)


def _known(db: Database, campaigns: Sequence[str], as_of: date, finess: Iterable[str] | None) -> dict[str, ReceivedTab]:
    """What is remembered, and what has to be worked out; in one state of the register, so that it is remembered right."""
    memory = _memory_of(db)
    read, asked_of = while_reading(db), ("mots", tuple(campaigns), as_of)
    if asked_of not in read:
        read[asked_of] = _last_words(db, campaigns, as_of)
    known_ones = {memory_key: memory.recall(memory_key) for memory_key in read[asked_of]}
    if finess is not None and None in known_ones.values():
        return _from_database(db, campaigns, as_of, finess)
    asked = None if finess is None else set(finess)
    all_of_them: dict[str, ReceivedTab] = {}
    for memory_key, known in known_ones.items():
        tabs = memory.keep(memory_key, _from_database(db, [memory_key[0]], as_of)) if known is None else known
        all_of_them |= tabs if asked is None else {f: tabs[f] for f in asked if f in tabs}
    return {f: all_of_them[f] for f in sorted(all_of_them)}


MemoryKey = tuple[str, int, int, int, int]
MOST_REMEMBERED = 64
"""Campaigns that are remembered: a country's weigh a megabyte each."""


class _Memory:
    """What counted in the campaigns last asked about whole, for all who have the same register open.

    What counted up to a given file and act never changes: the register only grows.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[MemoryKey, dict[str, ReceivedTab]] = OrderedDict()
        self._lock = Lock()

    def recall(self, memory_key: MemoryKey) -> dict[str, ReceivedTab] | None:
        with self._lock:
            if memory_key in self._known:
                self._known.move_to_end(memory_key)
            return self._known.get(memory_key)

    def keep(self, memory_key: MemoryKey, tabs_that_count: dict[str, ReceivedTab]) -> dict[str, ReceivedTab]:
        with self._lock:
            self._known[memory_key] = tabs_that_count
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return tabs_that_count


_BY_FILE: WeakValueDictionary[tuple[int, int], _Memory] = WeakValueDictionary()
_BY_DATABASE: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()
_MEMORIES_LOCK = Lock()


def _memory_of(db: Database) -> _Memory:
    """What is remembered of the register in this file, shared by every connection to it; forgotten with the last one."""
    with _MEMORIES_LOCK:
        if db not in _BY_DATABASE:
            _BY_DATABASE[db] = _BY_FILE.setdefault(file_of(db) or (0, id(db)), _Memory())
        return _BY_DATABASE[db]


def work_out(db: Database, campaigns: Iterable[str], as_of: date) -> None:
    """Work out what counts in these campaigns before anyone asks: the first question will not wait for it."""
    for campaign in campaigns:
        counting_tabs(db, [campaign], as_of)


_ACTS = """FROM actes WHERE le < :apres AND (campagne = value OR campagne IN (
  SELECT p.code FROM campagnes_connues c JOIN campagnes_connues p ON p.exercice IN (c.exercice - 1, c.exercice) WHERE c.code = value))"""
"""Acts that may bear on a campaign: its own, and those whose decisions follow their line into it."""


def _last_words(db: Database, campaigns: Sequence[str], as_of: date) -> list[MemoryKey]:
    """By campaign, what its figures hang on that day; while it is the same, so is what counts.

    Its last judgement, its acts (how many, and the sum of their numbers), its last run of the checks on whole campaigns.
    """
    query = (
        "SELECT value, (SELECT coalesce(max(id), 0) FROM fichiers WHERE campagne IN (value, '') AND id <= :jusqu_a),"
        f" (SELECT count(*) {_ACTS}), (SELECT coalesce(sum(id), 0) {_ACTS}),"
        " (SELECT coalesce(max(id), 0) FROM recoupements WHERE campagne = value AND pull <= :pull)"
        " FROM json_each(:campagnes) ORDER BY key"
    )  # a file that could not be read again bears no campaign any more
    pull, until, after = last_pull(db, as_of), last_file(db, as_of), decisions.next_day(as_of)
    return db.execute(
        query, {"campagnes": json.dumps(list(campaigns)), "jusqu_a": until, "apres": after, "pull": pull}
    ).fetchall()


def _from_database(
    db: Database, campaigns: Sequence[str], as_of: date, finess: Iterable[str] | None = None, *,
    lock: bool = True, before: int | None = None, at_lock: bool = False,
) -> dict[str, ReceivedTab]:  # fmt: skip
    locks = decisions.locks(db, campaigns, as_of) if lock else []
    look = _LOOK_AT_LOCK if at_lock else _LAST_LOOK
    kept_tabs = {o.finess: o for o in _kept_tabs(db, campaigns, as_of, finess, locks, before, look)}
    kept_tabs |= _said_empty(db, campaigns, as_of, finess, kept_tabs, locks=lock, before=before, at_lock=at_lock)
    if at_lock:
        locked = {(v.campaign, v.ght): v.dated for v in locks}
        kept_tabs = {f: o for f, o in kept_tabs.items() if (o.campaign, o.ght) in locked}
    tabs = [o.id for o in kept_tabs.values()]
    at = {o.id: locked[o.campaign, o.ght] for o in kept_tabs.values()} if at_lock else None
    lifted = under_alert.lifted(db, tabs, as_of, at)
    for finess_, o in kept_tabs.items():
        kept_tabs[finess_] = o._replace(under_alert=o.under_alert - lifted[o.id]) if o.id in lifted else o
    changes = decisions.effects(db, tabs, as_of, at_lock=at_lock)
    return {f: _after_decisions(o, changes[o.id]) if o.id in changes else o for f, o in kept_tabs.items()}


_SAID_EMPTY = """
WITH campagne(code, rang) AS (SELECT value, key FROM json_each(:campagnes)),
verrou AS (
  SELECT campagne, ght, genre, max(id) AS pose FROM actes
  WHERE genre IN ('verrouiller', 'deverrouiller') AND le < :apres GROUP BY campagne, ght
)
SELECT a.id, a.campagne, a.ght, a.finess, datetime(a.le), substr(a.le, 1, 10), max((c.rang << 40) | a.id)
FROM campagne c JOIN actes a ON a.campagne = c.code LEFT JOIN verrou v ON v.campagne = a.campagne AND v.ght = a.ght
WHERE a.genre = 'neant' AND a.le < :apres AND (:avant IS NULL OR a.le < :avant)
  AND NOT (:verrou AND v.genre IS 'verrouiller' AND a.id > v.pose AND (:au_verrou OR a.valeur = 'ght'))
GROUP BY a.finess
"""
"""« Rien à déclarer », said on behalf of an établissement. What a GHT says after the lock does not count; what its
region says does."""


def _said_empty(
    db: Database, campaigns: Sequence[str], as_of: date, finess: Iterable[str] | None, held: dict[str, ReceivedTab], *,
    locks: bool, before: int | None, at_lock: bool,
) -> dict[str, ReceivedTab]:  # fmt: skip
    """The empty tabs that stand for what is held: said in a later campaign, or in the same one after it came.

    They are in no file: their number is that of the act, negative, and no line bears it.
    """
    began = "SELECT p.debut FROM fichiers f JOIN pulls p ON p.id = f.pull WHERE f.id = ?"
    moment = db.execute(began, (before,)).fetchone()[0] if before is not None else None
    asked = {
        "campagnes": json.dumps(list(campaigns)), "apres": decisions.next_day(as_of), "avant": moment,
        "verrou": int(locks), "au_verrou": int(at_lock),
    }  # fmt: skip
    wanted = None if finess is None else set(finess)
    empty: dict[str, ReceivedTab] = {}
    for act, campaign, ght, whose, said, day, _ in db.execute(_SAID_EMPTY, asked):
        o = held.get(whose)
        rank = campaigns.index(campaign) - (campaigns.index(o.campaign) if o else -1)
        came = "SELECT datetime(p.debut) FROM fichiers f JOIN pulls p ON p.id = f.pull WHERE f.id = ?"
        after = o is None or rank > 0 or (rank == 0 and db.execute(came, (o.arrival,)).fetchone()[0] < said)
        if after and (wanted is None or whose in wanted):
            empty[whose] = ReceivedTab(
                -act, 0, "", "", "", campaign, ght, whose, True, True, None, Totals(), 0, {}, 0, day, 0
            )
    return empty


def _kept_tabs(
    db: Database,
    campaigns: Sequence[str],
    as_of: date,
    finess: Iterable[str] | None,
    locks: list[decisions.Locked],
    before: int | None,
    look: str,
) -> Iterable[ReceivedTab]:
    parameters = {
        "campagnes": json.dumps(list(campaigns)),
        "verrous": json.dumps(locks),
        "jusqu_a": last_file(db, as_of),
        "pull": last_pull(db, as_of),
        "finess": json.dumps(sorted(finess)) if finess is not None else None,
        "avant": before,
    }
    where_clause = "AND o.finess IN (SELECT value FROM json_each(:finess))" if finess is not None else ""
    where_clause += " AND v.recu < :avant" if before is not None else ""
    among = "AND w.recu < :avant" if before is not None else ""
    for r in db.execute(_COUNTING_TABS.format(filtre=where_clause, parmi=among, look=look), parameters):
        sums = {measure: Sum(*amounts) for measure, amounts in json.loads(r[20]).items()}
        yield ReceivedTab._make((*r[:8], bool(r[8]), bool(r[9]), r[10], Totals(*r[11:19]), r[19], sums, *r[21:]))


def _after_decisions(o: ReceivedTab, e: decisions.DecisionEffect) -> ReceivedTab:
    """A tab once decisions have struck (or kept) that many lines, and so much of each measure, more (or less)."""
    t = o.totals
    totals = replace(
        t,
        lines_struck=t.lines_struck + e.lines,
        lines_kept=t.lines_kept - e.lines,
        struck=t.struck + e.struck,
        kept=t.kept - e.struck,
    )
    changed = {m: Sum(s.declared, s.struck + more) for m, more in e.sums.items() for s in (o.sums.get(m, NOTHING),)}
    return o._replace(totals=totals, sums={**o.sums, **changed})
