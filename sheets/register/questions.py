"""Reads the register back: one function per question. Every one takes `au`, and answers what it held that day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from sheets.compte import OngletRecu
from sheets.constats import Constat, Gravite
from sheets.lignes import Totaux
from sheets.register.registre import ecriture

_TOTAUX = (
    "o.lignes_lues, o.lignes_vides, o.lignes_ignorees, o.lignes_rejetees, o.lignes_retenues,"
    " o.gain_declare, o.gain_retire, o.gain_retenu"
)


@dataclass(frozen=True, slots=True)
class FichierRecu:
    id: int
    chemin: str
    etat: str
    motif: str
    ght: str
    campagne: str
    remis: bool


@dataclass(frozen=True, slots=True)
class LigneRecue:
    """A stored line at its address, with what it adds to *retenu* (cents)."""

    campagne: str
    finess: str
    action_id: str
    intitule: str
    famille: str
    statut: str
    chemin: str
    feuille: str
    cellule: str
    gain_exercice: int
    retire: int

    @property
    def reference(self) -> str:
        """« 2021-annuelle/390780146/0042 »: how a line is named from one question to the next."""
        return f"{self.campagne}/{self.finess}/{self.action_id}"


def _places(valeurs: Sequence[object]) -> str:
    return ", ".join("?" * len(valeurs))


def onglets_recus(db: Database, campagnes: Sequence[str], au: date) -> list[OngletRecu]:
    """Every tab of these campaigns received up to that day included, in order of arrival."""
    requete = (
        "SELECT o.id, o.fichier, f.chemin, o.feuille, o.campagne, f.ght, o.finess, f.remis, o.utilisable, o.neant,"  # noqa: S608
        f" o.achats, {_TOTAUX} FROM onglets o JOIN fichiers f ON f.id = o.fichier JOIN pulls p ON p.id = f.pull"
        f" WHERE o.campagne IN ({_places(campagnes)}) AND substr(p.debut, 1, 10) <= ? ORDER BY o.fichier, o.id"
    )
    rangs: Iterable[tuple[Any, ...]] = db.execute(requete, (*campagnes, au.isoformat()))
    return [_onglet_recu(*r) for r in rangs]


def _onglet_recu(*r: Any) -> OngletRecu:
    faits = dict(zip((f.name for f in fields(OngletRecu)), r[:11], strict=False))
    return OngletRecu(**faits, totaux=Totaux(*r[11:]))


def fichiers_recus(db: Database, campagnes: Sequence[str], au: date) -> list[FichierRecu]:
    """Every file stamped for these campaigns received up to that day, refused ones included, in order of arrival."""
    requete = (
        "SELECT f.id, f.chemin, f.etat, f.motif, f.ght, f.campagne, f.remis FROM fichiers f"  # noqa: S608
        f" JOIN pulls p ON p.id = f.pull WHERE f.campagne IN ({_places(campagnes)}) AND substr(p.debut, 1, 10) <= ? ORDER BY f.id"
    )
    return [FichierRecu(*r) for r in db.execute(requete, (*campagnes, au.isoformat()))]


def non_lus(db: Database, au: date) -> list[tuple[str, str, str]]:
    """(file path, tab, why) of what the last version of each file holds that could not be read: the file, or a tab."""
    requete = (
        "SELECT f.chemin, c.feuille, c.message FROM constats c JOIN fichiers f ON f.id = c.fichier"
        " WHERE c.gravite = 'rejet' AND c.ligne IS NULL AND f.id IN ("
        "   SELECT max(g.id) FROM fichiers g JOIN pulls p ON p.id = g.pull WHERE substr(p.debut, 1, 10) <= ?"
        "   GROUP BY g.chemin) ORDER BY f.id, c.id"
    )
    return db.execute(requete, (au.isoformat(),)).fetchall()


def sommes_par(db: Database, onglets: Iterable[int], colonne: str) -> list[tuple[str, int, int]]:
    """(label, declared, struck) in cents for each value of a column of the lines in these tabs."""
    if colonne not in ("famille", "domaine", "categorie", "operateur", "levier", "nature", "statut"):
        raise ValueError(colonne)
    requete = (
        f"SELECT coalesce({colonne}, ''), sum(gain_exercice), sum(retire) FROM lignes_paat"  # noqa: S608
        f" WHERE onglet IN (SELECT value FROM json_each(?)) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return [(r[0], r[1], r[2]) for r in db.execute(requete, (json.dumps(list(onglets)),))]


def lignes_de(db: Database, onglets: Iterable[int]) -> list[LigneRecue]:
    """Every line of these tabs that bears on the exercice, largest first."""
    requete = (
        "SELECT o.campagne, o.finess, l.action_id, coalesce(l.intitule, ''), coalesce(l.famille, ''),"
        " coalesce(l.statut, ''), f.chemin, o.feuille, json_extract(o.colonnes, '$.gain_annuel') || l.numero,"
        " l.gain_exercice, l.retire FROM lignes_paat l JOIN onglets o ON o.id = l.onglet"
        " JOIN fichiers f ON f.id = o.fichier WHERE l.onglet IN (SELECT value FROM json_each(?))"
        " AND l.gain_exercice <> 0 ORDER BY l.gain_exercice - l.retire DESC, o.finess, l.numero"
    )
    return [LigneRecue(*r) for r in db.execute(requete, (json.dumps(list(onglets)),))]


def perimetre_traite(db: Database, onglets: Iterable[int], exercice: int) -> int:
    """Cents of reference amounts of the kept lines first ordered in the exercice."""
    requete = (
        "SELECT coalesce(sum(montant_reference), 0) FROM lignes_paat WHERE onglet IN (SELECT value FROM json_each(?))"
        " AND bloquee = 0 AND statut = 'réalisé' AND substr(date_premiere_commande, 1, 4) = ?"
    )
    return int(db.execute(requete, (json.dumps(list(onglets)), str(exercice))).fetchone()[0])


def declare_positif(db: Database, onglets: Iterable[int]) -> int:
    """Cents of the positive gains declared in these tabs: what the quality rate in euros is a share of."""
    requete = "SELECT coalesce(sum(max(gain_exercice, 0)), 0) FROM lignes_paat WHERE onglet IN (SELECT value FROM json_each(?))"
    return int(db.execute(requete, (json.dumps(list(onglets)),)).fetchone()[0])


def constats_de(
    db: Database, onglets: Iterable[int], gravites: Sequence[Gravite], au: date
) -> list[tuple[str, str, Constat]]:
    """(file path, FINESS, finding) in these tabs, costliest first, then in the order of the sheets.

    Of the checks on a whole campaign, only what its last look up to that day found.
    """
    requete = (
        "SELECT f.chemin, o.finess, c.code, c.gravite, c.message, c.correction, c.feuille, c.ligne, c.cellule, c.colonne,"  # noqa: S608
        " c.valeur, c.enjeu FROM constats c JOIN fichiers f ON f.id = c.fichier JOIN onglets o ON o.id = c.onglet"
        f" WHERE c.onglet IN (SELECT value FROM json_each(?)) AND c.gravite IN ({_places(gravites)})"
        " AND (c.recoupement IS NULL OR c.recoupement IN (SELECT max(r.id) FROM recoupements r"
        "   JOIN pulls p ON p.id = r.pull WHERE substr(p.debut, 1, 10) <= ? GROUP BY r.campagne))"
        " ORDER BY c.enjeu DESC, c.fichier, c.feuille, c.ligne, c.id"
    )
    parametres = (json.dumps(list(onglets)), *(g.value for g in gravites), au.isoformat())
    return [(r[0], r[1], Constat(r[2], Gravite(r[3]), *r[4:])) for r in db.execute(requete, parametres)]


def lignes_a_recouper(db: Database, onglets: Iterable[int]) -> list[tuple[Any, ...]]:
    """(id, tab, line, GHT, FINESS, family, market, reference, annual gain) of every réalisé or notifié line."""
    requete = (
        "SELECT l.id, l.onglet, l.numero, f.ght, o.finess, coalesce(l.famille, ''), coalesce(l.marche, ''),"
        " coalesce(l.montant_reference, 0), coalesce(l.gain_annuel, 0) FROM lignes_paat l JOIN onglets o ON o.id = l.onglet"
        " JOIN fichiers f ON f.id = o.fichier WHERE l.onglet IN (SELECT value FROM json_each(?))"
        " AND l.statut IN ('réalisé', 'notifié') ORDER BY o.finess, l.numero"
    )
    return db.execute(requete, (json.dumps(list(onglets)),)).fetchall()


def colonnes_de(db: Database, onglets: Iterable[int]) -> dict[int, tuple[int, str, dict[str, str]]]:
    """By tab: its file, its name in the workbook, and the letter of each column."""
    requete = "SELECT id, fichier, feuille, colonnes FROM onglets WHERE id IN (SELECT value FROM json_each(?))"
    rangs = db.execute(requete, (json.dumps(list(onglets)),))
    return {i: (fichier, feuille, json.loads(colonnes)) for i, fichier, feuille, colonnes in rangs}


def libelles_inconnus(db: Database, onglets: Iterable[int]) -> list[tuple[str, str, int]]:
    """(level, label as typed, lines) of the labels that the nomenclature does not know, most frequent first."""
    requete = (
        "SELECT colonne, valeur, count(*) FROM constats WHERE code = 'nomenclature-inconnue'"
        " AND onglet IN (SELECT value FROM json_each(?)) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    return db.execute(requete, (json.dumps(list(onglets)),)).fetchall()


def achats_declares(db: Database, au: date) -> dict[tuple[str, str], int]:
    """Total purchases in cents written on the first tabs, by FINESS and campaign; the latest file wins."""
    requete = (
        "SELECT o.finess, o.campagne, o.achats FROM onglets o JOIN fichiers f ON f.id = o.fichier"
        " JOIN pulls p ON p.id = f.pull WHERE o.achats IS NOT NULL AND substr(p.debut, 1, 10) <= ? ORDER BY o.fichier"
    )
    return {(finess, campagne): achats for finess, campagne, achats in db.execute(requete, (au.isoformat(),))}


def dernier_pull(db: Database) -> dict[str, Any] | None:
    """The last pull: when, and its count of files; `fin` is None when it was cut short."""
    rangs = db.query("SELECT p.id, p.debut, b.fin, b.nouveaux, b.modifies, b.inchanges, b.refuses"
                     " FROM pulls p LEFT JOIN bilans b ON b.pull = p.id ORDER BY p.id DESC LIMIT 1")  # fmt: skip
    return next(iter(rangs), None)


def retient_question(db: Database, personne: str, quand: datetime, texte: str, comprise: dict[str, Any] | None) -> None:
    """Remember a question and how it was understood: « pourquoi ? » refers to it."""
    with ecriture(db):
        db.execute(
            "INSERT INTO questions (personne, posee_le, texte, comprise) VALUES (?, ?, ?, ?)",
            (personne, quand.isoformat(timespec="seconds"), texte, json.dumps(comprise) if comprise else None),
        )


def derniere_question(db: Database, personne: str) -> dict[str, Any] | None:
    """How that person's last understood question was understood."""
    rang = db.execute(
        "SELECT comprise FROM questions WHERE personne = ? AND comprise IS NOT NULL ORDER BY id DESC LIMIT 1",
        (personne,),
    ).fetchone()
    return json.loads(rang[0]) if rang else None
