"""What came lately, pull by pull: which tabs were sent again, which large lines were struck. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database


class Arrivee(NamedTuple):
    """What a pull received for a campaign: its first arrival, the first one after it if any, the établissements sent.

    `nom` is what a message about it bears: its pull's number, or the name that such a message bore in a register since
    replaced by a backup (see `reprise`).
    """

    pull: int
    nom: str
    le: datetime
    premiere: int
    suivante: int | None
    finess: tuple[str, ...]


class Retiree(NamedTuple):
    """A line that the checks struck: cents struck, and when its file was read."""

    onglet: int
    finess: str
    action_id: str
    retire: int
    le: datetime


def corrections(db: Database, campagne: str, depuis: datetime, jusqu_a: datetime) -> list[Arrivee]:
    """The pulls, finished since an instant, that brought a new version of something already received."""
    requete = (
        "SELECT f.pull, p.debut, min(f.recu), (SELECT min(g.recu) FROM fichiers g WHERE g.campagne = f.campagne"
        " AND g.pull > f.pull AND g.recu = g.id), group_concat(DISTINCT o.finess),"
        " max(f.modifie_le || '/' || f.empreinte)"
        " FROM fichiers f JOIN pulls p ON p.id = f.pull JOIN bilans b ON b.pull = p.id JOIN onglets o ON o.fichier = f.id"
        " WHERE f.campagne = ? AND f.recu = f.id AND p.debut >= ? AND EXISTS (SELECT 1 FROM onglets a"
        " WHERE a.campagne = f.campagne AND a.finess = o.finess AND a.fichier < f.id) GROUP BY f.pull ORDER BY f.pull"
    )
    rangs = db.execute(requete, (campagne, depuis.date().isoformat())).fetchall()
    dits = "SELECT DISTINCT repere FROM messages WHERE campagne = ? AND etape = 'total qui bouge'"
    repris = {repere for (repere,) in db.execute(dits, (campagne,))} if rangs else set()
    lus = (
        Arrivee(pull, nom if nom in repris else str(pull), datetime.fromisoformat(le), un, puis, tuple(f.split(",")))
        for pull, le, un, puis, f, nom in rangs
    )
    return [a for a in lus if depuis <= a.le <= jusqu_a]


def retirees(db: Database, campagne: str, cents: int, depuis: datetime, jusqu_a: datetime) -> list[Retiree]:
    """The lines struck of at least `cents`, in files received since an instant, costliest first."""
    requete = (
        "SELECT o.id, o.finess, l.action_id, l.retire, p.debut FROM fichiers f JOIN pulls p ON p.id = f.pull"
        " JOIN onglets o ON o.fichier = f.id JOIN lignes_paat l ON l.onglet = o.id"
        " WHERE f.campagne = ? AND f.recu = f.id AND p.debut >= ? AND o.gain_retire >= ? AND l.retire >= ?"
        " ORDER BY l.retire DESC, l.id"
    )
    rangs = db.execute(requete, (campagne, depuis.date().isoformat(), cents, cents))
    lues = (Retiree(o, f, a, r, datetime.fromisoformat(le)) for o, f, a, r, le in rangs)
    return [r for r in lues if depuis <= r.le <= jusqu_a]
