"""Erases what need not be kept once a campaign is old: original files, contacts, free texts, questions asked.

Never touches a figure: lines' amounts, findings, decisions and control totals stay, so the past still adds up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlite_utils import Database

from config.folder import sans_personnes
from sheets.register import step_history
from sheets.register.database import chemin_de, ecriture
from sheets.register.faults import dit_la_machine

LIBRES = ("justification", "commentaire", "retour")
"""Columns where anything may be written. The title stays: without it a line could not be named."""
EFFACE = "effacé"
STEP = "purge"
"""Under which name it is remembered that a purge is to be finished, or was."""
_LAST = "INSERT OR REPLACE INTO pas_du_service (pas, reussi, le, dit) VALUES (?, ?, ?, ?)"


class Perimes(NamedTuple):
    """What has had its time: campaigns by code, and for what bears no known campaign, the first day that is kept."""

    campagnes: tuple[str, ...]
    connues: tuple[str, ...]
    depuis: date


class Efface(NamedTuple):
    """What is (or would be) erased, counted. `octets` is that of the original files."""

    originaux: int
    octets: int
    contacts: int
    textes: int
    notes: int
    questions: int
    dossiers: int
    messages: int
    motifs: int

    @property
    def rien(self) -> bool:
        return not any(self)


_FICHIERS = """
WITH perime(id, empreinte) AS MATERIALIZED (
  SELECT f.id, f.empreinte FROM fichiers f JOIN fichiers r ON r.id = f.recu JOIN pulls p ON p.id = r.pull
  WHERE f.campagne IN (SELECT value FROM json_each(:campagnes))
    OR (p.debut < :depuis AND f.campagne NOT IN (SELECT value FROM json_each(:connues)))
), seul(empreinte) AS MATERIALIZED (
  SELECT empreinte FROM originaux o WHERE efface_le IS NULL AND empreinte IN (SELECT empreinte FROM perime)
    AND NOT EXISTS (SELECT 1 FROM fichiers f WHERE f.empreinte = o.empreinte AND f.id NOT IN (SELECT id FROM perime))
), onglet_perime(id) AS MATERIALIZED (SELECT id FROM onglets WHERE fichier IN (SELECT id FROM perime))
"""
_TEXTES = " OR ".join(f"coalesce({c}, '') <> ''" for c in LIBRES)
_NOTES = f"genre = 'noter' AND motif <> '{EFFACE}' AND campagne IN (SELECT value FROM json_each(:campagnes))"
_MOTIFS = f"saisi_motif NOT IN ('', '{EFFACE}') AND id IN (SELECT id FROM perime)"
_DES_CAMPAGNES = "campagne IN (SELECT value FROM json_each(:campagnes))"


def compte_perimes(db: Database, perimes: Perimes) -> Efface:
    """What erasing would remove."""
    p = _parametres(perimes)

    def un(requete: str) -> int:
        return int(db.execute(_FICHIERS + requete, p).fetchone()[0])

    return Efface(
        un("SELECT count(*) FROM seul"),
        un("SELECT coalesce(sum(length(octets)), 0) FROM originaux WHERE empreinte IN (SELECT empreinte FROM seul)"),
        un("SELECT count(*) FROM fichiers WHERE contact <> '' AND id IN (SELECT id FROM perime)"),
        un(f"SELECT count(*) FROM lignes_paat WHERE onglet IN (SELECT id FROM onglet_perime) AND ({_TEXTES})"),
        un(f"SELECT count(*) FROM actes WHERE {_NOTES}"),
        un("SELECT count(*) FROM questions WHERE posee_le < :depuis"),
        len(list(_anciens_dossiers(db, perimes))),
        un(f"SELECT count(*) FROM messages WHERE {_DES_CAMPAGNES}"),
        un(f"SELECT count(*) FROM fichiers WHERE {_MOTIFS}"),
    )


def efface(db: Database, perimes: Perimes, quand: datetime) -> Efface:
    """Erase it, all or nothing; return what was. `compacte` is owed from then on, whatever cuts it short."""
    p = _parametres(perimes) | {"le": quand.isoformat(timespec="seconds")}
    with ecriture(db):
        compte = compte_perimes(db, perimes)
        vides = ", ".join(f"{c} = NULL" for c in LIBRES)
        for requete in (
            "UPDATE originaux SET octets = x'', efface_le = :le WHERE empreinte IN (SELECT empreinte FROM seul)",
            "UPDATE fichiers SET contact = '' WHERE id IN (SELECT id FROM perime)",
            f"UPDATE lignes_paat SET {vides} WHERE onglet IN (SELECT id FROM onglet_perime) AND ({_TEXTES})",
            f"UPDATE constats SET valeur = '' WHERE fichier IN (SELECT id FROM perime) AND colonne IN {LIBRES}",
            f"UPDATE fichiers SET saisi_motif = '{EFFACE}' WHERE {_MOTIFS}",
            f"UPDATE actes SET motif = '{EFFACE}' WHERE {_NOTES}",
            "DELETE FROM questions WHERE posee_le < :depuis",
            "DELETE FROM courriels WHERE recu_le < :depuis",
            "DELETE FROM courriels_en_attente WHERE le < :depuis",
            f"DELETE FROM messages WHERE {_DES_CAMPAGNES}",
            f"DELETE FROM gestes WHERE {_DES_CAMPAGNES}",
        ):
            db.execute(_FICHIERS + requete, p)
        for empreinte, archive in list(_anciens_dossiers(db, perimes)):
            db.execute("UPDATE dossiers SET archive = ? WHERE empreinte = ?", (archive, empreinte))
        if not compte.rien:
            db.execute(_LAST, (STEP, 0, p["le"], "à compacter"))
    return compte


def is_owed(db: Database) -> bool:
    """Whether something was erased whose place was not given back: a purge was cut short."""
    return step_history.panne(db, STEP) is not None


def paths(db: Database, perimes: Perimes) -> tuple[set[str], set[str]]:
    """(every path ever received, those of which nothing has to be kept)."""
    known = {chemin for (chemin,) in db.execute("SELECT DISTINCT chemin FROM fichiers")}
    kept = f"{_FICHIERS} SELECT DISTINCT chemin FROM fichiers WHERE id NOT IN (SELECT id FROM perime)"
    return known, known - {chemin for (chemin,) in db.execute(kept, _parametres(perimes))}


def compacte(db: Database, quand: datetime) -> int:
    """Give the space back to the disk, with every trace of what was erased; return the bytes regained."""
    chemin = chemin_de(db)
    with dit_la_machine(chemin):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        avant = chemin.stat().st_size
        db.execute("VACUUM")
        db.execute(_LAST, (STEP, 1, quand.isoformat(timespec="seconds"), "compacté"))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return avant - chemin.stat().st_size


def _parametres(perimes: Perimes) -> dict[str, str]:
    return {
        "campagnes": json.dumps(perimes.campagnes),
        "connues": json.dumps(perimes.connues),
        "depuis": perimes.depuis.isoformat(),
    }


def _anciens_dossiers(db: Database, perimes: Perimes) -> Iterable[tuple[str, bytes]]:
    """(hash, archive without its people) of the folders replaced before that day: rights are today's, always."""
    requete = (
        "SELECT empreinte, archive FROM dossiers WHERE empreinte NOT IN ("
        " SELECT dossier FROM (SELECT dossier, lead(depuis) OVER (ORDER BY id) AS jusqu_a FROM dossiers_en_vigueur)"
        " WHERE jusqu_a IS NULL OR jusqu_a >= ?)"
    )
    for empreinte, archive in db.execute(requete, (perimes.depuis.isoformat(),)).fetchall():
        allegee = sans_personnes(archive)
        if allegee != archive:
            yield empreinte, allegee
