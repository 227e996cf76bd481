"""Writes what a pull brought in: all of a file or none, its original with it, control totals checked on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlite_utils import Database

from config.folder import Folder
from config.secrets import mask
from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook, Tab
from sheets.register import future_facts, past_folders, under_alert
from sheets.register.database import write_transaction
from sheets.register.schema import declared_of, lines_table, sql_conversions, table_columns
from sheets.trame import Table
from sheets.trames import TABLES

FileState = Literal["nouveau", "modifie", "inchange", "refuse"]


class Entry(NamedTuple):
    """Who entered a trame on behalf of its GHT, and why: a phone call is traced as such. Empty: the GHT itself."""

    by: str = ""
    reason: str = ""


BY_THE_GHT = Entry()
BY_MAIL, BY_SLACK = "courriel", "depots-slack"
"""The folder that stands in the path of what came by mail, or was dropped in the chat: its sender was answered there."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as found in a source: where, when it was last written, and what it holds."""

    path: str
    size: int
    modified_ns: int
    content_hash: str = ""
    raw_bytes: bytes = b""

    @property
    def name(self) -> str:
        """The path as it is kept and shown. One that holds a secret is told from its like by a few digits of its hash."""
        masked = mask(self.path)
        if masked == self.path:
            return masked
        return f"{masked} ({hashlib.sha256(self.path.encode()).hexdigest()[:6]})"

    @property
    def modified_at(self) -> str:
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC).isoformat(timespec="seconds")


class Unread(NamedTuple):
    """A file or a folder that a pull could not read: in which source, its path as it can be shown, what to say of it."""

    source: str
    path: str
    sentence: str


def start_pull(db: Database, folder: Folder, when: datetime, sources: Mapping[str, int] | None = None) -> int:
    """Open a pull, and keep the region's folder as it stands; return the pull's number.

    `sources` says how many workbooks each folder held when it was looked into.
    Raises UserError when it would be dated before the last one: the past is asked by its dates.
    """
    last_start = db.execute("SELECT max(debut) FROM pulls").fetchone()[0]
    if last_start and when.date().isoformat() < last_start[:10]:
        raise future_facts.refusal(last_start, when)
    past_folders.note(db, folder, when)
    with write_transaction(db):
        line = db.execute(
            "INSERT INTO pulls (debut, dossier) VALUES (?, ?)",
            (when.isoformat(timespec="seconds"), folder.content_hash),
        )
        number = int(line.lastrowid or 0)
        db.conn.executemany(
            "INSERT INTO sources (pull, chemin, classeurs) VALUES (?, ?, ?)",
            [(number, path, how_many) for path, how_many in (sources or {}).items()],
        )
        return number


def close_pull(
    db: Database, pull: int, when: datetime, states: Sequence[FileState], not_read: Iterable[Unread] = ()
) -> None:  # fmt: skip
    """Close a pull with its count of files by state, and what it could not read. Without this row it was cut short."""
    counts = [states.count(e) for e in ("nouveau", "modifie", "inchange", "refuse")]
    with write_transaction(db):
        db.conn.executemany(
            "INSERT INTO illisibles (pull, source, chemin, phrase) VALUES (?, ?, ?, ?)", [(pull, *u) for u in not_read]
        )
        db.execute("INSERT INTO bilans VALUES (?, ?, ?, ?, ?, ?)", (pull, when.isoformat(timespec="seconds"), *counts))
        _forget_its_twin(db, pull)


_EMPTY = (
    "SELECT p.dossier, substr(p.debut, 1, 10), b.inchanges,"
    " (SELECT group_concat(chemin || ' ' || classeurs, '\n') FROM (SELECT * FROM sources WHERE pull = p.id ORDER BY chemin)),"
    " (SELECT group_concat(chemin || ' ' || phrase, '\n') FROM (SELECT * FROM illisibles WHERE pull = p.id ORDER BY chemin))"
    " FROM pulls p JOIN bilans b ON b.pull = p.id WHERE p.id = ? AND b.nouveaux + b.modifies + b.refuses = 0"
    " AND NOT EXISTS (SELECT 1 FROM fichiers WHERE pull = p.id) AND NOT EXISTS (SELECT 1 FROM recoupements WHERE pull = p.id)"
)
"""What a pull that brought nothing saw."""


def _forget_its_twin(db: Database, pull: int) -> None:
    """Of two pulls in a row, on one day, that brought nothing and saw the same, the last is enough: there is one a minute."""
    (before,) = db.execute("SELECT max(id) FROM pulls WHERE id < ?", (pull,)).fetchone()
    this, twin = (db.execute(_EMPTY, (n,)).fetchone() for n in (pull, before))
    if this and this == twin:
        for name, key in (("sources", "pull"), ("illisibles", "pull"), ("bilans", "pull"), ("pulls", "id")):
            db.execute(f"DELETE FROM {name} WHERE {key} = ?", (before,))


def remembered_files(db: Database, folder: Folder) -> dict[str, tuple[int, int, str]]:
    """By path: size, date in ns and hash at the last sight, to pass over untouched files at the cost of a stat.

    A file refused under another region's folder is left out: it is read again. Companions of ours are left out too.
    """
    query = (
        "SELECT chemin, taille, modifie_ns, empreinte FROM reperes WHERE coalesce(refuse_selon, ?) = ? AND NOT retour"
    )
    return {c: (t, m, e) for c, t, m, e in db.execute(query, (folder.content_hash, folder.content_hash))}


def companions(db: Database) -> set[tuple[str, int, int]]:
    """(path, size, date in ns) of the companions of ours seen beside the trames: nothing else is kept of them."""
    return set(db.execute("SELECT chemin, taille, modifie_ns FROM reperes WHERE retour"))


def already_read(db: Database) -> set[tuple[str, int, int]]:
    """(hash, size, date in ns) of every file that could be read, as last seen: met again elsewhere, it is the same file."""
    return set(
        db.execute("SELECT empreinte, taille, modifie_ns FROM reperes WHERE refuse_selon IS NULL AND NOT retour")
    )


def remember_files(db: Database, found_files: Iterable[FoundFile], *, companions: bool = False) -> None:
    """Remember where files that need no reading stand now. A shortcut, not a fact: the one thing overwritten."""
    with write_transaction(db):
        db.conn.executemany(
            "INSERT INTO reperes (chemin, taille, modifie_ns, empreinte, retour) VALUES (?, ?, ?, ?, ?) ON CONFLICT (chemin)"
            " DO UPDATE SET taille = excluded.taille, modifie_ns = excluded.modifie_ns, empreinte = excluded.empreinte,"
            " retour = excluded.retour",
            [(d.name, d.size, d.modified_ns, d.content_hash, int(companions)) for d in found_files],
        )


def store(
    db: Database, pull: int, found_file: FoundFile, workbook: JudgedWorkbook, known: bool, entry: Entry = BY_THE_GHT
) -> FileState:
    """Store one judged file in one transaction and return its state. `known`: its path was seen before.

    Raises RuntimeError, and stores nothing, if what was written does not add up to what was judged.
    """
    state: FileState = "refuse" if not workbook.readable else "modifie" if known else "nouveau"
    with write_transaction(db):
        db.execute(
            "INSERT OR IGNORE INTO originaux (empreinte, octets) VALUES (?, ?)",
            (found_file.content_hash, found_file.raw_bytes),
        )
        arrival = (found_file.name, found_file.modified_at, found_file.content_hash, state, *entry)
        file = _store_file(db, pull, workbook, arrival)
        _store_judgement(db, file, workbook)
        _level(db, pull, file, found_file.modified_ns)
        refused_under = (
            db.execute("SELECT dossier FROM pulls WHERE id = ?", (pull,)).fetchone()[0] if state == "refuse" else None
        )
        db.execute(
            "INSERT OR REPLACE INTO reperes (chemin, taille, modifie_ns, empreinte, refuse_selon) VALUES (?, ?, ?, ?, ?)",
            (found_file.name, found_file.size, found_file.modified_ns, found_file.content_hash, refused_under),
        )
    return state


def _level(db: Database, pull: int, file: int, modified_ns: int) -> None:
    """Mark as equals the workbooks of a pull, a GHT and a campaign that were written at the same instant.

    A pull cut short and the one that goes on are one.
    """
    first = db.execute(
        "SELECT min(g.id) FROM fichiers f JOIN fichiers g ON (g.ght, g.campagne) = (f.ght, f.campagne)"
        " AND g.pull > (SELECT coalesce(max(b.pull), 0) FROM bilans b WHERE b.pull < f.pull) AND g.id < f.id JOIN reperes r ON r.chemin = g.chemin AND r.modifie_ns = ? WHERE f.id = ? AND f.ght <> ''",
        (modified_ns, file),
    ).fetchone()[0]
    if first:
        db.execute("UPDATE fichiers SET ex_aequo = ? WHERE id IN (?, ?)", (first, first, file))


def judge_again(db: Database, pull: int, file: int, workbook: JudgedWorkbook) -> None:
    """Store a new judgement of a file received before: same bytes, same day of arrival, today's rules."""
    with write_transaction(db):
        old = db.execute(
            "SELECT recu, ex_aequo, chemin, modifie_le, empreinte, etat, saisi_par, saisi_motif FROM fichiers WHERE id = ?",
            (file,),
        ).fetchone()
        arrival, tied, path, modified_at, content_hash, state, *entry = old
        if not workbook.readable or state == "refuse":
            state = "refuse" if not workbook.readable else "modifie"
        new_file_id = _store_file(db, pull, workbook, (path, modified_at, content_hash, state, *entry), arrival)
        db.execute("UPDATE fichiers SET ex_aequo = ? WHERE id = ?", (tied, new_file_id))
        _store_judgement(db, new_file_id, workbook)


def _store_judgement(db: Database, file: int, workbook: JudgedWorkbook) -> None:
    tab_ids = {o.sheet: _store_tab(db, file, workbook, o) for o in workbook.tabs}
    _store_findings(db, ((file, tab_ids.get(c.sheet), c, None) for c in workbook.findings))


def campaigns_to_cross_check(db: Database) -> list[str]:
    """The campaigns that received something, or were locked or unlocked, since their lines were last looked at together."""
    query = (
        "SELECT DISTINCT f.campagne FROM fichiers f JOIN onglets o ON o.fichier = f.id WHERE f.pull > coalesce("
        "(SELECT max(r.pull) FROM recoupements r WHERE r.campagne = f.campagne), 0)"
        " UNION SELECT f.campagne FROM copies c JOIN fichiers f ON f.id = c.fichier WHERE c.pull > coalesce("
        "(SELECT max(r.pull) FROM recoupements r WHERE r.campagne = f.campagne), 0)"
        " UNION SELECT a.campagne FROM actes a WHERE a.genre IN ('verrouiller', 'deverrouiller') AND a.le >= ("
        "SELECT max(p.debut) FROM recoupements r JOIN pulls p ON p.id = r.pull WHERE r.campagne = a.campagne) ORDER BY 1"
    )
    return [campaign for (campaign,) in db.execute(query)]


def received_campaigns(db: Database) -> list[str]:
    """The campaigns for which at least one tab was received."""
    return [campaign for (campaign,) in db.execute("SELECT DISTINCT campagne FROM onglets ORDER BY 1")]


def cross_check(db: Database, pull: int, campaign: str, findings: Iterable[tuple[int, int, Finding]]) -> None:
    """Store what the checks on a whole campaign found, as (file, tab, finding); none found is a fact too."""
    with write_transaction(db):
        shown = int(
            db.execute("INSERT INTO recoupements (pull, campagne) VALUES (?, ?)", (pull, campaign)).lastrowid or 0
        )
        found_ones = list(findings)
        _store_findings(db, ((file, tab, c, shown) for file, tab, c in found_ones))
        under_alert.add_up(db, shown, {(tab, c.line) for _, tab, c in found_ones if c.severity is Severity.ALERT})


def _store_findings(db: Database, findings: Iterable[tuple[int, int | None, Finding, int | None]]) -> None:
    db.conn.executemany(
        "INSERT INTO constats (fichier, onglet, code, gravite, feuille, ligne, cellule, colonne, valeur, message,"
        " correction, enjeu, recoupement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (file, tab, c.code, c.severity.value, c.sheet, c.line, c.cell, c.column, c.value, c.message,
             c.correction, c.stake, campaign_check)
            for file, tab, c, campaign_check in findings
        ),
    )  # fmt: skip


def _store_file(
    db: Database, pull: int, workbook: JudgedWorkbook, arrival: tuple[str, ...], same_arrival: int | None = None
) -> int:
    """One judgement of a file: `arrival` is how it came; `same_arrival` the first judgement of the same arrival, if any."""
    t = workbook.stamp
    reason = "" if workbook.readable else workbook.findings[0].message
    stamp = (t.trame, t.version, t.ght, t.campaign) if t else ("", "", "", "")
    number = db.execute(
        "INSERT INTO fichiers (chemin, modifie_le, empreinte, etat, saisi_par, saisi_motif, pull, motif, trame, version,"
        " ght, campagne, remis, contact) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*arrival, pull, reason, *stamp, int(workbook.handed_in), workbook.contact),
    ).lastrowid
    db.execute("UPDATE fichiers SET recu = ? WHERE id = ?", (same_arrival or number, number))
    return int(number or 0)


def _store_tab(db: Database, file: int, workbook: JudgedWorkbook, tab: Tab) -> int:
    assert workbook.stamp is not None
    t = tab.totals
    layout = TABLES[tab.table]
    line = db.execute(
        "INSERT INTO onglets (fichier, tableau, campagne, finess, feuille, colonnes, achats, neant, utilisable, lignes_lues,"
        " lignes_vides, lignes_ignorees, lignes_rejetees, lignes_retenues, gain_declare, gain_retire, gain_retenu,"
        f" declare_positif, exercice, sous_alerte) VALUES ({', '.join('?' * 20)})",
        (
            file, layout.code, workbook.stamp.campaign, tab.finess, tab.sheet, json.dumps(tab.columns), tab.purchases,
            int(tab.neant), int(tab.usable), t.lines_read, t.lines_blank, t.lines_ignored,
            t.lines_struck, t.lines_kept, t.declared, t.struck, t.kept, tab.positive_declared,
            workbook.exercice, workbook.under_alert(tab),
        ),
    )  # fmt: skip
    number = int(line.lastrowid or 0)
    sums = tab.sums(layout.measures)
    db.conn.executemany(
        "INSERT INTO sommes (onglet, mesure, declare, retire) VALUES (?, ?, ?, ?)",
        [(number, key, *s) for key, s in sums.items() if key != layout.headline],
    )
    _store_lines(db, number, tab, layout)
    return number


def _store_lines(db: Database, number: int, tab: Tab, layout: Table) -> None:
    where = lines_table(layout)
    db.conn.executemany(
        f"INSERT INTO {where} ({', '.join(table_columns(layout))})"
        f" VALUES ({', '.join('?' * len(table_columns(layout)))})",
        [
            (
                number,
                line.number,
                *_as_row(line.values, layout),
                *line.worth,
                line.blocked,
                line.struck,
                line.carried_from,
            )
            for line in tab.lines
        ],
    )
    query = f"SELECT count(*), coalesce(sum({declared_of(layout)}), 0), coalesce(sum(retire), 0) FROM {where} l WHERE onglet = ?"
    written = db.execute(query, (number,)).fetchone()
    expected = (len(tab.lines), tab.totals.declared, tab.totals.struck)
    if written != expected:
        raise RuntimeError(f"« {tab.sheet} » : the register holds {written}, the tab was judged {expected}")


def _as_row(values: tuple[Any, ...], table: Table) -> list[Any]:
    """A typed line as its row: dates and decimals as text, all the rest as it is."""
    row = list(values)
    for rank, written in sql_conversions(table):
        if row[rank] is not None:
            row[rank] = written(row[rank])
    return row
