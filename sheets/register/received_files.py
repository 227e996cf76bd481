"""Reads back what was received: files, their last judgement, their bytes. As of any day, where a day is given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.places import split_reference
from sheets.register.database import is_under_way
from sheets.register.decisions import decisions
from sheets.register.schema import by_table, declared_of, lines_table
from sheets.register.what_counts import counting_tabs, last_file


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: int
    path: str
    state: str
    reason: str
    ght: str
    campaign: str
    handed_in: bool
    received_on: str
    """ISO day it was first received."""
    typed_by: str
    typed_reason: str


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def received_files(
    db: Database, campaigns: Sequence[str], as_of: date, ghts: Sequence[str] | None = None
) -> list[StoredFile]:
    """Every file stamped for these campaigns (of these GHT) received up to that day, as last judged, in order of arrival."""
    until = last_file(db, as_of)
    query = (
        "SELECT f.id, f.chemin, f.etat, f.motif, f.ght, f.campagne, f.remis, substr(p.debut, 1, 10), f.saisi_par,"
        " f.saisi_motif FROM fichiers f JOIN fichiers r ON r.id = f.recu JOIN pulls p ON p.id = r.pull"
        f" WHERE f.campagne IN ({_places(campaigns)}) AND f.id <= ? AND NOT EXISTS ("
        "   SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id AND g.id <= ?)"
        f"{f' AND f.ght IN ({_places(ghts)})' if ghts is not None else ''} ORDER BY f.recu"
    )
    return [StoredFile(*r) for r in db.execute(query, (*campaigns, until, until, *(ghts or ())))]


class LastReceived(NamedTuple):
    """Where the bytes of a file are kept, and how it was called."""

    path: str
    content_hash: str


def last_received_file(db: Database, ght: str, campaign: str, as_of: date) -> LastReceived | None:
    """The last file that a GHT sent for a campaign, up to that day, and that could be read."""
    query = (
        "SELECT chemin, empreinte FROM fichiers WHERE ght = ? AND campagne = ? AND etat <> 'refuse' AND id <= ?"
        " ORDER BY recu DESC, id DESC LIMIT 1"
    )
    rank = db.execute(query, (ght, campaign, last_file(db, as_of))).fetchone()
    return LastReceived(*rank) if rank else None


class KeptFile(NamedTuple):
    """A file whose original is kept, as last judged."""

    id: int
    arrival: int
    path: str
    content_hash: str
    state: str
    ght: str
    campaign: str
    tabs_that_count: Mapping[str, Mapping[str, bool]] = {}
    """The établissements (FINESS) whose tab in force comes from it; for each, the lines struck (or kept) by decision."""


def files_to_judge_again(db: Database, as_of: date) -> list[KeptFile]:
    """The last judgement of every arrival that a tab in force comes from, or that was refused and not replaced since."""
    tabs_that_count: dict[int, dict[str, dict[str, bool]]] = {}
    for (campaign,) in db.execute("SELECT DISTINCT campagne FROM onglets ORDER BY 1").fetchall():
        tabs = {o.id: o for o in counting_tabs(db, [campaign], as_of).values()}
        for o in tabs.values():
            tabs_that_count.setdefault(o.file, {})[o.finess] = {}
        for d in decisions(db, tabs, as_of):
            if not d.lapsed:
                tabs_that_count[tabs[d.tab].file][d.finess][split_reference(d.reference)[2]] = d.blocked
    query = (
        "SELECT f.id, f.recu, f.chemin, f.empreinte, f.etat, f.ght, f.campagne FROM fichiers f WHERE f.id <= :jusqu_a"
        " AND NOT EXISTS (SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id AND g.id <= :jusqu_a)"
        " AND f.empreinte IN (SELECT empreinte FROM originaux WHERE efface_le IS NULL)"
        " AND (f.id IN (SELECT value FROM json_each(:comptent)) OR NOT EXISTS ("
        "   SELECT 1 FROM fichiers g WHERE g.chemin = f.chemin AND g.recu > f.recu AND g.id <= :jusqu_a)) ORDER BY f.recu"
    )
    parameters = {"jusqu_a": last_file(db, as_of), "comptent": json.dumps(list(tabs_that_count))}
    kept_ones = (KeptFile(*r) for r in db.execute(query, parameters))
    return [g._replace(tabs_that_count=tabs_that_count.get(g.id, {})) for g in kept_ones]


def original(db: Database, content_hash: str) -> bytes:
    """The very bytes that were received."""
    return bytes(db.execute("SELECT octets FROM originaux WHERE empreinte = ?", (content_hash,)).fetchone()[0])


def judgement_of(
    db: Database, file: int
) -> tuple[dict[tuple[str, int], tuple[str, int, int]], set[tuple[str, str, str, int | None, str]]]:
    """What a judgement says: (number, declared, struck) by FINESS and line; (code, gravité, tab, line, sentence) of findings."""
    lines = [
        r
        for table, tabs in by_table(db, _tabs_of(db, file))
        for r in db.execute(
            f"SELECT o.finess, l.numero, l.action_id, {declared_of(table)}, l.retire FROM onglets o"
            f" JOIN {lines_table(table)} l ON l.onglet = o.id WHERE o.id IN ({_places(tabs)})",
            tabs,
        )
    ]
    findings = db.execute(
        "SELECT code, gravite, feuille, ligne, message FROM constats WHERE fichier = ? AND recoupement IS NULL",
        (file,),
    )
    return {(r[0], r[1]): (r[2], r[3], r[4]) for r in lines}, set(findings)


def _tabs_of(db: Database, file: int) -> list[int]:
    return [tab for (tab,) in db.execute("SELECT id FROM onglets WHERE fichier = ?", (file,))]


def unread(db: Database, as_of: date) -> list[tuple[str, str, str]]:
    """(file path, tab, why) of what the last version of each file holds that could not be read: the file, or a tab."""
    query = (
        "SELECT f.chemin, c.feuille, c.message FROM constats c JOIN fichiers f ON f.id = c.fichier"
        " WHERE c.gravite = 'rejet' AND c.ligne IS NULL AND f.id IN ("
        "   SELECT id FROM (SELECT g.id, row_number() OVER (PARTITION BY g.chemin ORDER BY g.recu DESC, g.id DESC) AS place"
        "     FROM fichiers g WHERE g.id <= ?) WHERE place = 1) ORDER BY f.id, c.id"
    )
    return db.execute(query, (last_file(db, as_of),)).fetchall()


def last_pull_counts(db: Database) -> dict[str, Any] | None:
    """The last pull: when, and its count of files. `state` is « fini », « en cours » or « interrompu »; `end` and the
    counts are None for the last two."""
    rows = db.query("SELECT p.id, p.debut, b.fin, b.nouveaux, b.modifies, b.inchanges, b.refuses"
                     " FROM pulls p LEFT JOIN bilans b ON b.pull = p.id ORDER BY p.id DESC LIMIT 1")  # fmt: skip
    last_row = next(iter(rows), None)
    if last_row is None:
        return None
    number, has_ended = last_row.pop("id"), last_row["fin"] is not None
    return last_row | {"etat": "fini" if has_ended else "en cours" if is_under_way(db, number) else "interrompu"}
