"""What `vigie status` asks the register: when it was last fed, from where, under which folder, last copied when."""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database


class Source(NamedTuple):
    """A folder that pulls looked into: when last, and how many workbooks it held then and at most."""

    chemin: str
    dernier_releve: str
    classeurs: int
    au_plus: int


class Sauvegarde(NamedTuple):
    le: str
    chemin: str
    octets: int


def sources(db: Database) -> list[Source]:
    """Every folder ever given to a pull, by path."""
    requete = (
        "SELECT s.chemin, p.debut, s.classeurs, max(t.classeurs) FROM sources s JOIN pulls p ON p.id = s.pull"
        " JOIN sources t ON t.chemin = s.chemin"
        " WHERE s.id IN (SELECT max(id) FROM sources GROUP BY chemin) GROUP BY s.id ORDER BY s.chemin"
    )
    return [Source(*r) for r in db.execute(requete)]


def unread(db: Database) -> list[tuple[str, str]]:
    """(path, sentence) of what could not be read the last time that each source was looked into."""
    requete = (
        "SELECT i.chemin, i.phrase FROM illisibles i WHERE i.pull = (SELECT max(s.pull) FROM sources s JOIN bilans b"
        " ON b.pull = s.pull WHERE s.chemin = i.source) ORDER BY i.chemin"
    )
    return db.execute(requete).fetchall()


def derniere_sauvegarde(db: Database) -> Sauvegarde | None:
    """The last backup made from this register."""
    rang = db.execute("SELECT le, chemin, octets FROM sauvegardes ORDER BY id DESC LIMIT 1").fetchone()
    return Sauvegarde(*rang) if rang else None


def premier_releve(db: Database) -> str | None:
    """When the register began to hold something."""
    debut: str | None = db.execute("SELECT min(debut) FROM pulls").fetchone()[0]
    return debut


def dossier_du_dernier_releve(db: Database) -> str | None:
    """The hash of the region's folder that judged last."""
    rang = db.execute("SELECT dossier FROM pulls ORDER BY id DESC LIMIT 1").fetchone()
    return str(rang[0]) if rang else None
