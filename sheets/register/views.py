"""The register in French for whoever opens it with another tool: views of what counts today. Never decides what counts.

A trame's views stand in its folder. No migration makes a view: whoever opens a register makes them as they are here.
"""

from __future__ import annotations

import re
from functools import cache

from sqlite_utils import Database

from config.folder import Folder
from sheets.register.schema import statements
from sheets.trames import TRAMES

_ACTS = """
CREATE VIEW v_decisions AS
SELECT le, par, genre AS acte, campagne, ght, finess, action_id,
  CASE action_id WHEN '' THEN '' ELSE campagne || '/' || finess || '/' || action_id END AS reference, valeur, motif
FROM actes
"""

_PULLS = """
CREATE VIEW v_releves AS
SELECT p.id AS releve, p.debut, b.fin, CASE WHEN b.pull IS NULL THEN 'oui' ELSE 'non' END AS interrompu,
  b.nouveaux, b.modifies, b.inchanges, b.refuses,
  (SELECT count(*) FROM fichiers f WHERE f.pull = p.id) AS fichiers_enregistres
FROM pulls p LEFT JOIN bilans b ON b.pull = p.id
"""

COMMON = {"v_decisions": _ACTS, "v_releves": _PULLS}
_NAME = re.compile(r"CREATE VIEW (\w+)")


@cache
def views() -> dict[str, str]:
    """The text of each view by its name, in the order in which they stand on one another: the trames' first."""
    texts = [text.strip().rstrip(";") for t in TRAMES.values() for text in statements(t.views)]
    named = {found[1]: text[found.start() :] for text in texts if (found := _NAME.search(text))}
    return named | COMMON


def outdated(db: Database) -> bool:
    """Whether a register's views are not today's."""
    made = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall())
    return any(made.get(name) != query.strip() for name, query in views().items())


def remove(db: Database) -> None:
    """Take every view away: a migration may then change the tables under them."""
    for name in views():
        db.execute(f"DROP VIEW IF EXISTS {name}")


def create(db: Database) -> None:
    """Make every view anew."""
    remove(db)
    for query in views().values():
        db.execute(query)


def follow(db: Database, folder: Folder) -> None:
    """Follow the folder in force: campaigns and memberships. A shortcut, not a fact: it is overwritten."""
    db.execute("DELETE FROM en_vigueur_campagnes")
    db.execute("DELETE FROM en_vigueur_membres")
    db.conn.executemany(
        "INSERT INTO en_vigueur_campagnes VALUES (?, ?, ?)",
        [(c.code, c.exercice, c.situation.isoformat()) for c in folder.campaigns.values()],
    )
    db.execute("INSERT OR IGNORE INTO campagnes_connues SELECT code, exercice, situation FROM en_vigueur_campagnes")
    db.conn.executemany(
        "INSERT OR IGNORE INTO campagnes_connues (code, exercice, situation) VALUES (?, 0, '9999-12-31')",
        [(t.code,) for t in TRAMES.values() if t.is_permanent],
    )
    t = folder.territory
    db.conn.executemany(
        "INSERT INTO en_vigueur_membres VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (a.finess, t.etablissements[a.finess].name, a.ght, t.ghts[a.ght].name, t.ghts[a.ght].region,
             a.start.isoformat() if a.start else "0001-01-01", a.end.isoformat() if a.end else "9999-12-31")
            for a in t.memberships
        ],
    )  # fmt: skip


def has_folder(db: Database) -> bool:
    """Whether the views know of a region's folder."""
    return db.execute("SELECT 1 FROM en_vigueur_campagnes LIMIT 1").fetchone() is not None
