"""Reads lines, findings and sums back: one function per question. Every one takes `as_of`, and answers what was held that day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.findings import Finding, Severity
from sheets.register.decisions import Decision, decisions, line_state
from sheets.register.schema import amount_cell, by_table, columns_typed, declared_of, lines_table, typed_line
from sheets.register.what_counts import last_file, last_pull
from sheets.trame import SET_LINE_PLACE, Column, Table

_DECIDE = (
    "WITH onglet(id) AS (SELECT value FROM json_each(:onglets)), decide(ligne, bloquee, retire) AS MATERIALIZED"
    " (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:decisions))"
)
"""The tabs asked for, and the lines on which a decision holds: what it makes of them replaces what the checks said."""


def _parameters(
    db: Database, tabs: Iterable[int], as_of: date
) -> Iterator[tuple[Table, dict[str, Any], dict[int, Decision]]]:
    """By trame, the parameters of `_DECIDE`, and the decisions by line."""
    for table, theirs in by_table(db, tabs):
        taken_decisions = {d.line: d for d in decisions(db, theirs, as_of)}
        decided = [(d.line, int(d.blocked), d.struck) for d in taken_decisions.values()]
        yield table, {"onglets": json.dumps(theirs), "decisions": json.dumps(decided)}, taken_decisions


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """A stored line at its address, with what it adds to *retenu* (cents). `line` and `tab` say where it is stored."""

    line: int
    tab: int
    campaign: str
    finess: str
    action_id: str
    title: str
    """What its trame names it by."""
    path: str
    sheet: str
    cell: str
    declared: int
    struck: int
    carried_from: str | None
    file: int
    arrival: int
    """The judgement it comes from, and the arrival that was judged: the same arrival may be judged again."""
    values: Any
    """The typed line of its trame."""
    decision: Decision | None

    @property
    def reference(self) -> str:
        """« 2021-annuelle/390780146/0042 »: how a line is named from one question to the next."""
        return f"{self.campaign}/{self.finess}/{self.action_id}"


@dataclass(frozen=True, slots=True)
class ReceivedFinding:
    """A stored finding, the line it stands on (« 2021-annuelle/390780146/0042 », or nothing), what was decided of it."""

    path: str
    finess: str
    reference: str
    finding: Finding
    decision: Decision | None


def sums_by(db: Database, tabs: Iterable[int], column: str, as_of: date) -> list[tuple[str, int, int]]:
    """(label, declared, struck) in cents for each value of a column of the lines in these tabs.

    Raises ValueError when it is no axis of their trame.
    """
    query = (  # as the checks left the lines, then what decisions change
        f"{_DECIDE} SELECT coalesce(label, ''), sum(declare), sum(retire) FROM ("
        f" SELECT l.{{column}} AS label, sum({{declared}}) AS declare, sum(l.retire) AS retire"
        "   FROM onglet o JOIN {lines} l ON l.onglet = o.id GROUP BY 1"
        f" UNION ALL SELECT l.{{column}}, 0, d.retire - l.retire FROM decide d JOIN {{lines}} l ON l.id = d.ligne"
        ") GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    sums: list[tuple[str, int, int]] = []
    for table, parameters, _ in _parameters(db, tabs, as_of):
        if column not in table.axes:
            raise ValueError(column)
        sums += [(r[0], r[1], r[2]) for r in db.execute(_of(table, query, column=column), parameters)]
    return sums


def _of(table: Table, query: str, **more: str) -> str:
    """A query on the lines of a trame."""
    title = f"coalesce(l.{table.titled_by}, '')" if table.titled_by else "''"
    return query.format(
        lines=lines_table(table), declared=declared_of(table), title=title, cell=amount_cell(table),
        typed=columns_typed(table), **more,
    )  # fmt: skip


def lines_of(
    db: Database, tabs: Iterable[int], as_of: date, limit: int = -1, among: Iterable[int] | None = None
) -> list[ReceivedLine]:
    """The lines of these tabs that bear on the exercice, largest first; at most `limit` of them when it is given.

    With `among`, those of these stored lines only.
    """
    choices = (
        "SELECT l.id FROM json_each(:parmi) v CROSS JOIN {lines} l ON l.id = v.value WHERE l.onglet IN (SELECT id FROM onglet)"
        if among is not None
        else "SELECT l.id FROM onglet t JOIN {lines} l ON l.onglet = t.id LEFT JOIN decide d ON d.ligne = l.id"
        " WHERE {declared} <> 0 ORDER BY {declared} - coalesce(d.retire, l.retire) DESC, l.id LIMIT :limite"
    )
    query = (
        f"{_DECIDE} SELECT l.id, l.onglet, o.campagne, o.finess, l.action_id, {{title}}, f.chemin, o.feuille, {{cell}},"
        " {declared}, coalesce(d.retire, l.retire), l.reportee_de, f.id, f.recu, {typed}"
        f" FROM ({choices}) choisie"
        " JOIN {lines} l ON l.id = choisie.id JOIN onglets o ON o.id = l.onglet JOIN fichiers f ON f.id = o.fichier"
        " LEFT JOIN decide d ON d.ligne = l.id ORDER BY {declared} - coalesce(d.retire, l.retire) DESC, o.finess, l.numero"
    )
    chosen = {"limite": limit, "parmi": json.dumps(list(among or ()))}
    return [
        ReceivedLine(*(*r[:14], typed_line(table, r[14:]), taken_decisions.get(r[0])))
        for table, parameters, taken_decisions in _parameters(db, tabs, as_of)
        for r in db.execute(_of(table, query), parameters | chosen)
    ]


class Target(NamedTuple):
    """A stored line that someone may act on: its title, cents declared, whether the checks strike it, its cell, its tab,
    and what a decision on it rests on."""

    title: str
    declared: int
    blocked: bool
    cell: str
    tab: int
    taken_on: str


def targets_in(db: Database, tab: int) -> dict[str, Target]:
    """The lines of a tab by number, as the checks left them."""
    query = (
        "SELECT l.action_id, {title}, {declared}, l.bloquee, {cell}, l.onglet, {typed}"
        " FROM {lines} l JOIN onglets o ON o.id = l.onglet WHERE l.onglet = ?"
    )
    return {
        r[0]: Target(*(*r[1:6], line_state(table, typed_line(table, r[6:]))))
        for table, _ in by_table(db, [tab])
        for r in db.execute(_of(table, query), (tab,))
    }


def count_lines(db: Database, tabs: Iterable[int], as_of: date) -> tuple[int, int]:
    """(lines that bear on the exercice, those of them struck) in these tabs."""
    query = (
        f"{_DECIDE} SELECT count(*), coalesce(sum(coalesce(d.retire, l.retire) > 0), 0) FROM onglet o"
        " JOIN {lines} l ON l.onglet = o.id LEFT JOIN decide d ON d.ligne = l.id WHERE {declared} <> 0"
    )
    counts = [db.execute(_of(table, query), p).fetchone() for table, p, _ in _parameters(db, tabs, as_of)]
    return sum(n for n, _ in counts), sum(struck for _, struck in counts)


def before_decisions(db: Database, tabs: Iterable[int]) -> tuple[int, int, int, int]:
    """(lines declared, those under a blocking finding, cents declared above 0, cents struck) as the checks left them."""
    query = (
        "SELECT coalesce(sum(o.lignes_retenues + o.lignes_rejetees), 0), coalesce(sum(o.lignes_rejetees), 0),"
        " coalesce(sum(o.declare_positif), 0), coalesce(sum(o.gain_retire), 0)"
        " FROM json_each(?) t JOIN onglets o ON o.id = t.value"
    )
    lines, blocked_lines, positive, struck = db.execute(query, (json.dumps(list(tabs)),)).fetchone()
    return int(lines), int(blocked_lines), int(positive), int(struck)


def findings_of(
    db: Database, tabs: Iterable[int], severities: Sequence[Severity], as_of: date, limit: int = -1
) -> list[ReceivedFinding]:
    """The findings in these tabs, costliest first, then in the order of the sheets; at most `limit` when it is given.

    Of the checks on a whole campaign, only what its last look up to that day found. A finding on a line that a
    referent kept costs nothing any more, and says so.
    """
    query = (  # chosen first, and only then read with their words and their lines
        f"{_DECIDE}, vu(id) AS MATERIALIZED (SELECT max(id) FROM recoupements WHERE pull <= :pull GROUP BY campagne),"
        " tranchee(onglet, numero, bloquee) AS MATERIALIZED"
        " (SELECT l.onglet, l.numero, d.bloquee FROM decide d JOIN {lines} l ON l.id = d.ligne),"
        " choisi(id, bloquee) AS MATERIALIZED (SELECT c.id, coalesce(d.bloquee, 1)"
        "   FROM onglet t CROSS JOIN constats c ON c.onglet = t.id"
        "   LEFT JOIN tranchee d ON d.onglet = c.onglet AND d.numero = c.ligne"
        "   WHERE c.gravite IN (SELECT value FROM json_each(:gravites))"
        "   AND (c.recoupement IS NULL OR c.recoupement IN (SELECT id FROM vu))"
        "   ORDER BY c.enjeu * coalesce(d.bloquee, 1) DESC, c.fichier, c.feuille, c.ligne, c.id LIMIT :limite)"
        " SELECT f.chemin, o.finess, o.campagne, l.action_id, l.id, t.bloquee, c.code, c.gravite, c.message,"
        " c.correction, c.feuille, c.ligne, c.cellule, c.colonne, c.valeur, c.enjeu"
        " FROM choisi t CROSS JOIN constats c ON c.id = t.id JOIN onglets o ON o.id = c.onglet"
        " JOIN fichiers f ON f.id = o.fichier LEFT JOIN {lines} l ON l.onglet = c.onglet AND l.numero = c.ligne"
        " ORDER BY c.enjeu * t.bloquee DESC, c.fichier, c.feuille, c.ligne, c.id"
    )
    chosen = {"pull": last_pull(db, as_of), "gravites": json.dumps(list(severities)), "limite": limit}
    return [
        _received_finding(taken_decisions.get(r[4]), *r)
        for table, parameters, taken_decisions in _parameters(db, tabs, as_of)
        for r in db.execute(_of(table, query), parameters | chosen)
    ]


def campaign_findings(db: Database, content_hash: str, as_of: date) -> list[Finding]:
    """What the checks on a whole campaign found, at their last look, in a file that counts and holds these very bytes."""
    query = (
        "SELECT c.code, c.gravite, c.message, c.correction, c.feuille, c.ligne, c.cellule, c.colonne, c.valeur, c.enjeu"
        " FROM constats c JOIN fichiers f ON f.id = c.fichier WHERE f.empreinte = ? AND c.recoupement IN"
        " (SELECT max(id) FROM recoupements WHERE pull <= ? GROUP BY campagne)"
    )
    return [Finding(r[0], Severity(r[1]), *r[2:]) for r in db.execute(query, (content_hash, last_pull(db, as_of)))]


def count_findings(db: Database, tabs: Iterable[int], severity: Severity, as_of: date) -> dict[str, tuple[int, int]]:
    """(findings, établissements) by code, of that gravité, most frequent first."""
    query = (
        "WITH vu(id) AS MATERIALIZED (SELECT max(id) FROM recoupements WHERE pull <= :pull GROUP BY campagne)"
        " SELECT c.code, count(*), count(DISTINCT c.onglet) FROM json_each(:onglets) t JOIN constats c ON c.onglet = t.value"
        " WHERE c.gravite = :gravite AND (c.recoupement IS NULL OR c.recoupement IN (SELECT id FROM vu))"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    parameters = {"onglets": json.dumps(list(tabs)), "gravite": severity.value, "pull": last_pull(db, as_of)}
    return {code: (n, where) for code, n, where in db.execute(query, parameters)}


def _received_finding(decision: Decision | None, *r: Any) -> ReceivedFinding:
    path, finess, campaign, action_id, _, blocked = r[:6]
    finding = Finding(r[6], Severity(r[7]), *r[8:])
    if not blocked:
        finding = finding._replace(stake=0)
    return ReceivedFinding(path, finess, f"{campaign}/{finess}/{action_id}" if action_id else "", finding, decision)


def lines_to_cross_check(db: Database, tabs: Iterable[int]) -> list[tuple[Table, list[Any]]]:
    """Every line of these tabs, by trame, as its checks on a whole campaign want it (`Table.set_line`)."""
    found: list[tuple[Table, list[Any]]] = []
    for table, theirs in by_table(db, tabs):
        if table.set_line is None:
            continue
        columns = ", ".join(_blank_as_nothing(table.by_key[key]) for key in table.set_line._fields[SET_LINE_PLACE:])
        query = (
            f"SELECT l.id, l.onglet, l.numero, f.ght, o.finess, {columns} FROM {lines_table(table)} l"
            " JOIN onglets o ON o.id = l.onglet JOIN fichiers f ON f.id = o.fichier"
            " WHERE l.onglet IN (SELECT value FROM json_each(?)) ORDER BY o.finess, l.numero"
        )
        found.append((table, [table.set_line._make(r) for r in db.execute(query, (json.dumps(theirs),))]))
    return found


def _blank_as_nothing(c: Column) -> str:
    """A column of a stored line in SQL, where a blank text is '' and a blank amount 0."""
    nothing = {"euros": "0", "entier": "0", "nombre": "NULL", "date": "NULL"}.get(c.kind, "''")
    return f"coalesce(l.{c.key}, {nothing})"


def columns_of(db: Database, tabs: Iterable[int]) -> dict[int, tuple[int, str, dict[str, str]]]:
    """By tab: its file, its name in the workbook, and the letter of each column."""
    query = "SELECT id, fichier, feuille, colonnes FROM onglets WHERE id IN (SELECT value FROM json_each(?))"
    rows = db.execute(query, (json.dumps(list(tabs)),))
    return {i: (file, sheet, json.loads(columns)) for i, file, sheet, columns in rows}


def unknown_labels(db: Database, tabs: Iterable[int]) -> list[tuple[str, str, int]]:
    """(level, label as typed, lines) of the labels that the nomenclature does not know, most frequent first."""
    query = (
        "SELECT colonne, valeur, count(*) FROM constats WHERE code = 'nomenclature-inconnue'"
        " AND onglet IN (SELECT value FROM json_each(?)) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    return db.execute(query, (json.dumps(list(tabs)),)).fetchall()


def declared_purchases(
    db: Database, campaigns: Sequence[str], finess: Iterable[str], as_of: date
) -> dict[tuple[str, str], int]:
    """Total purchases in cents written on the first tabs, by FINESS and campaign; the last file to arrive wins."""
    query = (
        "SELECT o.finess, o.campagne, o.achats, max((f.recu << 32) | f.id) FROM json_each(:campagnes) c CROSS JOIN json_each(:finess) e"
        " JOIN onglets o ON o.campagne = c.value AND o.finess = e.value JOIN fichiers f ON f.id = o.fichier"
        " WHERE o.achats IS NOT NULL AND o.fichier <= :jusqu_a GROUP BY 1, 2"
    )
    parameters = {
        "campagnes": json.dumps(list(campaigns)),
        "finess": json.dumps(sorted(finess)),
        "jusqu_a": last_file(db, as_of),
    }
    return {(f, c): purchases for f, c, purchases, _ in db.execute(query, parameters)}
