"""Messages as rows: one for each thing to tell each person, claimed before it leaves, marked once it has. No words in it.

A row's key is what makes it unique: told once, whatever crashes. Of a person, the address alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.french import day_kept
from sheets.register.database import ecriture
from sheets.register.pulls import PAR_COURRIEL, PAR_SLACK

BAIL = timedelta(minutes=10)
"""A claim older than that is a crash's: no delivery takes as long."""


class Cle(NamedTuple):
    """What is told, to whom: the step of which campaign and unit (a GHT, a region), and the date it hangs on.

    The date is part of it: a deadline that moves is another thing to tell.
    """

    campagne: str
    unite: str
    etape: str
    repere: str
    personne: str


class Rang(NamedTuple):
    """A message as the register holds it. `envoi` names the letter it left in, with others of the same person."""

    id: int
    cle: Cle
    genre: str
    etat: str
    envoi: str
    canal: str
    adresse: str
    reference: str
    raison: str
    essais: int
    pas_avant: datetime
    le: datetime


class Geste(NamedTuple):
    """What someone answered to a reminder: put it off until a day (`reporter`), or said that they know (`noter`); or a
    referent's wish, for no one in particular, that a GHT be reminded at once (`relancer`)."""

    genre: str
    le: datetime
    jusqu_au: date


class Refus(NamedTuple):
    """Someone whom a channel refused."""

    unite: str
    personne: str
    genre: str
    raison: str
    le: datetime


_COLONNES = (
    "id, campagne, unite, etape, repere, personne, genre, etat, envoi, canal, adresse, reference, raison, essais,"
    " pas_avant, le"
)


def connus(db: Database, campagnes: Iterable[str]) -> dict[Cle, Rang]:
    """Every message of these campaigns, by key."""
    requete = f"SELECT {_COLONNES} FROM messages WHERE campagne IN (SELECT value FROM json_each(?))"
    return {r.cle: r for r in map(_rang, db.execute(requete, (json.dumps(sorted(set(campagnes))),)))}


def en_etat(db: Database, *etats: str) -> list[Rang]:
    """The messages in one of these states, oldest first."""
    requete = f"SELECT {_COLONNES} FROM messages WHERE etat IN (SELECT value FROM json_each(?)) ORDER BY id"
    return [_rang(r) for r in db.execute(requete, (json.dumps(etats),))]


def de_la_lettre(db: Database, envoi: str) -> list[Rang]:
    """What left in a letter."""
    return [_rang(r) for r in db.execute(f"SELECT {_COLONNES} FROM messages WHERE envoi = ? ORDER BY id", (envoi,))]


def _rang(r: Sequence[Any]) -> Rang:
    pas_avant, le = map(datetime.fromisoformat, r[14:16])
    return Rang(r[0], Cle(*r[1:6]), r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], pas_avant, le)


def inscrit(db: Database, cles: Iterable[tuple[Cle, str]], quand: datetime) -> None:
    """Write down what is due, as (key, kind), to be said. What is there already stays; what was void is due again."""
    with ecriture(db):
        db.conn.executemany(
            "INSERT INTO messages (campagne, unite, etape, repere, personne, genre, etat, pas_avant, le)"
            " VALUES (?, ?, ?, ?, ?, ?, 'à dire', ?, ?) ON CONFLICT DO UPDATE SET etat = 'à dire', raison = '', le = excluded.le"
            " WHERE etat = 'nul'",
            [(*cle, genre, _iso(quand), _iso(quand)) for cle, genre in cles],
        )


def annule(db: Database, raisons: Mapping[int, str], quand: datetime) -> None:
    """Messages that need not be said any more, and why, by number. One that is leaving, or has left, is not touched."""
    with ecriture(db):
        db.conn.executemany(
            "UPDATE messages SET etat = 'nul', raison = ?, le = ? WHERE id = ? AND etat = 'à dire'",
            [(raison, _iso(quand), id_) for id_, raison in raisons.items()],
        )


def prend(db: Database, ids: Iterable[int], envoi: str, quand: datetime) -> list[Rang]:
    """Claim messages under the name of a letter; those that someone else had claimed are not returned."""
    with ecriture(db):
        db.execute(
            "UPDATE messages SET etat = 'pris', envoi = ?, canal = '', adresse = '', essais = essais + 1, pas_avant = ?, le = ?"
            " WHERE etat = 'à dire' AND id IN (SELECT value FROM json_each(?))",
            (envoi, _iso(quand), _iso(quand), json.dumps(list(ids))),
        )
    return de_la_lettre(db, envoi)


def lache(db: Database, ids: Iterable[int], raison: str, quand: datetime) -> None:
    """Claimed messages that need not be said after all."""
    with ecriture(db):
        db.execute(
            "UPDATE messages SET etat = 'nul', envoi = '', raison = ?, le = ?"
            " WHERE etat = 'pris' AND canal = '' AND id IN (SELECT value FROM json_each(?))",
            (raison, _iso(quand), json.dumps(list(ids))),
        )


def part(db: Database, envoi: str, canal: str, adresse: str, quand: datetime) -> None:
    """Mark a letter as leaving, before it is handed to its channel: from here on, it may have arrived."""
    _marque(db, envoi, "pris", quand, canal=canal, adresse=adresse)


def arrive(db: Database, envoi: str, reference: str, quand: datetime, refus: str = "") -> None:
    """It was delivered; `refus` says which channel had refused it first. This settles a doubt, whoever had it."""
    _marque(db, envoi, "dit", quand, "pris", "doute", reference=reference, raison=refus)


def refuse(db: Database, envoi: str, raison: str, quand: datetime) -> None:
    """No channel takes it."""
    _marque(db, envoi, "refusé", quand, raison=raison)


def doute(db: Database, envoi: str, raison: str, quand: datetime) -> None:
    """It may have arrived: it is shown, and never said again."""
    _marque(db, envoi, "doute", quand, raison=raison)


def remet(db: Database, envoi: str, raison: str, pas_avant: datetime, quand: datetime) -> None:
    """It did not arrive: to be said again, not before an instant."""
    _marque(db, envoi, "à dire", quand, raison=raison, pas_avant=_iso(pas_avant))


def attend(db: Database, envoi: str, raison: str, pas_avant: datetime, parti_le: datetime) -> None:
    """It may have arrived, and its channel can tell: to be looked up, not before an instant. `le` stays: it left then."""
    _marque(db, envoi, "pris", parti_le, raison=raison, pas_avant=_iso(pas_avant))


def _marque(db: Database, envoi: str, etat: str, quand: datetime, *depuis: str, **faits: str) -> None:
    """Only what is still in one of the states `depuis` (claimed, unless said otherwise) is marked."""
    valeurs = {"etat": etat, "le": _iso(quand), **faits}
    with ecriture(db):
        db.execute(
            f"UPDATE messages SET {', '.join(f'{nom} = ?' for nom in valeurs)}"
            " WHERE envoi = ? AND etat IN (SELECT value FROM json_each(?))",
            (*valeurs.values(), envoi, json.dumps(depuis or ("pris",))),
        )


def refuses(db: Database, campagne: str) -> list[Refus]:
    """Those whom a channel refused in a campaign, though another one took it: the first refusal of each, by unit."""
    requete = (
        "SELECT unite, personne, genre, raison, le, min(id) FROM messages WHERE campagne = ?"
        " AND (etat = 'refusé' OR (etat = 'dit' AND raison <> '')) GROUP BY unite, personne"
    )
    return [
        Refus(unite, personne, genre, raison, datetime.fromisoformat(le))
        for unite, personne, genre, raison, le, _ in db.execute(requete, (campagne,))
    ]


def lectures(db: Database, campagne: str, depuis: datetime, jusqu_a: datetime) -> dict[str, tuple[str, datetime]]:
    """By GHT, the last file left in a folder since an instant: its name, and when it was read. Nobody answered it yet.

    Its name is its number, or the one that its receipt bore in a register since replaced by a backup (see `reprise`).
    """
    requete = (
        "SELECT f.ght, coalesce((SELECT m.repere FROM messages m WHERE (m.campagne, m.unite, m.etape, m.repere)"
        " = (f.campagne, f.ght, 'accusé', f.modifie_le || '/' || f.empreinte)), f.id), p.debut"
        " FROM fichiers f JOIN pulls p ON p.id = f.pull"
        " WHERE f.campagne = ? AND f.recu = f.id AND f.saisi_par = '' AND f.ght <> '' AND p.debut >= ?"
        f" AND f.chemin NOT LIKE '{PAR_COURRIEL}/%' AND f.chemin NOT LIKE '%/{PAR_SLACK}/%' ORDER BY f.id"
    )
    # Dates are compared as such: text would order them wrongly across the hour that comes twice.
    rangs = db.execute(requete, (campagne, depuis.date().isoformat()))
    lues = ((ght, str(nom), datetime.fromisoformat(d)) for ght, nom, d in rangs)
    return {ght: (fichier, lu_le) for ght, fichier, lu_le in lues if depuis <= lu_le <= jusqu_a}


def gestes(db: Database, campagne: str, jusqu_a: datetime) -> dict[tuple[str, str], list[Geste]]:
    """By (unit, person reminded), what was answered to the reminders of a campaign, oldest first."""
    rendus: dict[tuple[str, str], list[Geste]] = {}
    requete = "SELECT unite, pour, genre, le, jusqu_au FROM gestes WHERE campagne = ? ORDER BY id"
    for unite, pour, genre, le, jusqu_au in db.execute(requete, (campagne,)):
        day = day_kept(jusqu_au)
        if day and (geste := Geste(genre, datetime.fromisoformat(le), day)).le <= jusqu_a:
            rendus.setdefault((unite, pour), []).append(geste)
    return rendus


def _iso(quand: datetime) -> str:
    return quand.isoformat(timespec="seconds")
