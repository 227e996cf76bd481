"""What came lately, pull by pull: which tabs were sent again, which large lines were struck. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.schema import lines_table
from sheets.trames import TABLES


class Arrival(NamedTuple):
    """What a pull received for a campaign: its first arrival, the first one after it if any, the établissements sent.

    `name` is what a message about it bears: its pull's number, or the name that such a message bore in a register since
    replaced by a backup (see `carried_tab`).
    """

    pull: int
    name: str
    dated: datetime
    first: int
    next_arrival: int | None
    finess: tuple[str, ...]


class StruckLine(NamedTuple):
    """A line that the checks struck: cents struck, and when its file was read."""

    tab: int
    finess: str
    action_id: str
    struck: int
    dated: datetime


def corrections(db: Database, campaign: str, since: datetime, until: datetime) -> list[Arrival]:
    """The pulls, finished since an instant, that brought a new version of something already received."""
    query = (
        "SELECT f.pull, p.debut, min(f.recu), (SELECT min(g.recu) FROM fichiers g WHERE g.campagne = f.campagne"
        " AND g.pull > f.pull AND g.recu = g.id), group_concat(DISTINCT o.finess),"
        " max(f.modifie_le || '/' || f.empreinte)"
        " FROM fichiers f JOIN pulls p ON p.id = f.pull JOIN bilans b ON b.pull = p.id JOIN onglets o ON o.fichier = f.id"
        " WHERE f.campagne = ? AND f.recu = f.id AND p.debut >= ? AND EXISTS (SELECT 1 FROM onglets a"
        " WHERE a.campagne = f.campagne AND a.finess = o.finess AND a.fichier < f.id) GROUP BY f.pull ORDER BY f.pull"
    )
    rows = db.execute(query, (campaign, since.date().isoformat())).fetchall()
    told_query = "SELECT DISTINCT repere FROM messages WHERE campagne = ? AND etape = 'total qui bouge'"
    taken_up = {anchor for (anchor,) in db.execute(told_query, (campaign,))} if rows else set()
    read_files = (
        Arrival(
            pull,
            name if name in taken_up else str(pull),
            datetime.fromisoformat(dated),
            first_pull,
            next_pull,
            tuple(f.split(",")),
        )
        for pull, dated, first_pull, next_pull, f, name in rows
    )
    return [a for a in read_files if since <= a.dated <= until]


def struck_lines(db: Database, campaign: str, cents: int, since: datetime, until: datetime) -> list[StruckLine]:
    """The lines struck of at least `cents`, in files received since an instant, costliest first."""
    query = (
        "SELECT o.id, o.finess, l.action_id, l.retire, p.debut FROM fichiers f JOIN pulls p ON p.id = f.pull"
        " JOIN onglets o ON o.fichier = f.id AND o.tableau = ? JOIN {lines} l ON l.onglet = o.id"
        " WHERE f.campagne = ? AND f.recu = f.id AND p.debut >= ? AND o.gain_retire >= ? AND l.retire >= ?"
        " ORDER BY l.retire DESC, l.id"
    )
    parameters = (campaign, since.date().isoformat(), cents, cents)
    rows = [r for t in TABLES.values() for r in db.execute(query.format(lines=lines_table(t)), (t.code, *parameters))]
    withdrawn_lines = (StruckLine(o, f, a, r, datetime.fromisoformat(dated)) for o, f, a, r, dated in rows)
    return [r for r in withdrawn_lines if since <= r.dated <= until]
