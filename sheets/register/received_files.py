"""Reads back what was received: files, their last judgement, their bytes. As of any day, where a day is given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.register.database import is_under_way
from sheets.register.decisions import decisions
from sheets.register.what_counts import dernier_fichier, qui_compte


@dataclass(frozen=True, slots=True)
class FichierRecu:
    id: int
    chemin: str
    etat: str
    motif: str
    ght: str
    campagne: str
    remis: bool
    recu_le: str
    """ISO day it was first received."""
    saisi_par: str
    saisi_motif: str


def _places(valeurs: Sequence[object]) -> str:
    return ", ".join("?" * len(valeurs))


def fichiers_recus(
    db: Database, campagnes: Sequence[str], au: date, ghts: Sequence[str] | None = None
) -> list[FichierRecu]:
    """Every file stamped for these campaigns (of these GHT) received up to that day, as last judged, in order of arrival."""
    jusqu_a = dernier_fichier(db, au)
    requete = (
        "SELECT f.id, f.chemin, f.etat, f.motif, f.ght, f.campagne, f.remis, substr(p.debut, 1, 10), f.saisi_par,"
        " f.saisi_motif FROM fichiers f JOIN fichiers r ON r.id = f.recu JOIN pulls p ON p.id = r.pull"
        f" WHERE f.campagne IN ({_places(campagnes)}) AND f.id <= ? AND NOT EXISTS ("
        "   SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id AND g.id <= ?)"
        f"{f' AND f.ght IN ({_places(ghts)})' if ghts is not None else ''} ORDER BY f.recu"
    )
    return [FichierRecu(*r) for r in db.execute(requete, (*campagnes, jusqu_a, jusqu_a, *(ghts or ())))]


class DernierRecu(NamedTuple):
    """Where the bytes of a file are kept, and how it was called."""

    chemin: str
    empreinte: str


def dernier_recu(db: Database, ght: str, campagne: str, au: date) -> DernierRecu | None:
    """The last file that a GHT sent for a campaign, up to that day, and that could be read."""
    requete = (
        "SELECT chemin, empreinte FROM fichiers WHERE ght = ? AND campagne = ? AND etat <> 'refuse' AND id <= ?"
        " ORDER BY recu DESC, id DESC LIMIT 1"
    )
    rang = db.execute(requete, (ght, campagne, dernier_fichier(db, au))).fetchone()
    return DernierRecu(*rang) if rang else None


class FichierGarde(NamedTuple):
    """A file whose original is kept, as last judged."""

    id: int
    recu: int
    chemin: str
    empreinte: str
    etat: str
    ght: str
    campagne: str
    comptent: Mapping[str, Mapping[str, bool]] = {}
    """The établissements (FINESS) whose tab in force comes from it; for each, the lines struck (or kept) by decision."""


def fichiers_a_rejuger(db: Database, au: date) -> list[FichierGarde]:
    """The last judgement of every arrival that a tab in force comes from, or that was refused and not replaced since."""
    comptent: dict[int, dict[str, dict[str, bool]]] = {}
    for (campagne,) in db.execute("SELECT DISTINCT campagne FROM onglets ORDER BY 1").fetchall():
        onglets = {o.id: o for o in qui_compte(db, [campagne], au).values()}
        for o in onglets.values():
            comptent.setdefault(o.fichier, {})[o.finess] = {}
        for d in decisions(db, onglets, au):
            if not d.caduque:
                comptent[onglets[d.onglet].fichier][d.finess][d.reference.split("/", 2)[2]] = d.bloquee
    requete = (
        "SELECT f.id, f.recu, f.chemin, f.empreinte, f.etat, f.ght, f.campagne FROM fichiers f WHERE f.id <= :jusqu_a"
        " AND NOT EXISTS (SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id AND g.id <= :jusqu_a)"
        " AND f.empreinte IN (SELECT empreinte FROM originaux WHERE efface_le IS NULL)"
        " AND (f.id IN (SELECT value FROM json_each(:comptent)) OR NOT EXISTS ("
        "   SELECT 1 FROM fichiers g WHERE g.chemin = f.chemin AND g.recu > f.recu AND g.id <= :jusqu_a)) ORDER BY f.recu"
    )
    parametres = {"jusqu_a": dernier_fichier(db, au), "comptent": json.dumps(list(comptent))}
    gardes = (FichierGarde(*r) for r in db.execute(requete, parametres))
    return [g._replace(comptent=comptent.get(g.id, {})) for g in gardes]


def original(db: Database, empreinte: str) -> bytes:
    """The very bytes that were received."""
    return bytes(db.execute("SELECT octets FROM originaux WHERE empreinte = ?", (empreinte,)).fetchone()[0])


def jugement(
    db: Database, fichier: int
) -> tuple[dict[tuple[str, int], tuple[str, int, int]], set[tuple[str, str, str, int | None, str]]]:
    """What a judgement says: (number, declared, struck) by FINESS and line; (code, gravité, tab, line, sentence) of findings."""
    lignes = db.execute(
        "SELECT o.finess, l.numero, l.action_id, l.gain_exercice, l.retire FROM onglets o JOIN lignes_paat l"
        " ON l.onglet = o.id WHERE o.fichier = ?",
        (fichier,),
    )
    constats = db.execute(
        "SELECT code, gravite, feuille, ligne, message FROM constats WHERE fichier = ? AND recoupement IS NULL",
        (fichier,),
    )
    return {(r[0], r[1]): (r[2], r[3], r[4]) for r in lignes}, set(constats)


def non_lus(db: Database, au: date) -> list[tuple[str, str, str]]:
    """(file path, tab, why) of what the last version of each file holds that could not be read: the file, or a tab."""
    requete = (
        "SELECT f.chemin, c.feuille, c.message FROM constats c JOIN fichiers f ON f.id = c.fichier"
        " WHERE c.gravite = 'rejet' AND c.ligne IS NULL AND f.id IN ("
        "   SELECT id FROM (SELECT g.id, row_number() OVER (PARTITION BY g.chemin ORDER BY g.recu DESC, g.id DESC) AS place"
        "     FROM fichiers g WHERE g.id <= ?) WHERE place = 1) ORDER BY f.id, c.id"
    )
    return db.execute(requete, (dernier_fichier(db, au),)).fetchall()


def dernier_releve(db: Database) -> dict[str, Any] | None:
    """The last pull: when, and its count of files. `etat` is « fini », « en cours » or « interrompu »; `fin` and the
    counts are None for the last two."""
    rangs = db.query("SELECT p.id, p.debut, b.fin, b.nouveaux, b.modifies, b.inchanges, b.refuses"
                     " FROM pulls p LEFT JOIN bilans b ON b.pull = p.id ORDER BY p.id DESC LIMIT 1")  # fmt: skip
    dernier = next(iter(rangs), None)
    if dernier is None:
        return None
    numero, fini = dernier.pop("id"), dernier["fin"] is not None
    return dernier | {"etat": "fini" if fini else "en cours" if is_under_way(db, numero) else "interrompu"}
