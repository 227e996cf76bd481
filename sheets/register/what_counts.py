"""What counts: which campaign and which tab stand for each établissement. The one place that decides it.

For an exercice, per établissement, the latest campaign that has a usable tab supersedes the earlier ones: mid-year
and year-end never add up. Within a campaign, the tab of the latest usable file: pull by pull, then by when it was
written; written at the same instant, the one that keeps less, then the smaller hash. « Rien à déclarer », in a workbook or
said on someone's behalf, is an empty tab at its instant. Of a file judged several times, the
last judgement alone. After a GHT's lock, what was in force at the lock.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlite_utils import Database

from sheets.judged import Totaux
from sheets.register import decisions, under_alert
from sheets.register.database import fichier_de, lecture, peut_etre_repris, while_reading


class OngletRecu(NamedTuple):
    """A tab as the register holds it, decisions taken. `fichier` grows with the order in which judgements were stored."""

    id: int
    fichier: int
    chemin: str
    feuille: str
    campagne: str
    ght: str
    finess: str
    remis: bool
    neant: bool
    achats: int | None
    totaux: Totaux
    declare_positif: int
    """Cents of the positive gains declared."""
    perimetre_traite: int
    """Cents of reference amounts of the kept lines first ordered in the exercice."""
    notifie: int
    """Cents that its notified lines would add to the exercice."""
    report: int
    """Cents that its kept lines leave to the next exercice."""
    repris: int
    """Cents declared by lines first ordered before the exercice: the report already taken up."""
    recu: int
    """The arrival that was judged: the same one may have been judged several times."""
    recu_le: str
    """The day it arrived, as ISO text."""
    sous_alerte: int
    """Cents kept by lines that bear an alert, but those for which a referent answers."""


def dernier_pull(db: Database, au: date) -> int:
    """The last pull that had begun by the end of that day; 0 when there was none."""
    requete = (  # by the day, then by the number: an hour may come twice, a day never comes back
        "SELECT coalesce(max(id), 0) FROM pulls WHERE debut < :apres"
        " AND debut >= (SELECT substr(max(debut), 1, 10) FROM pulls WHERE debut < :apres)"
    )
    return int(db.execute(requete, {"apres": decisions.lendemain(au)}).fetchone()[0])


def dernier_fichier(db: Database, au: date) -> int:
    """The last judgement stored by the end of that day: nothing after it is seen. 0 when there was none."""
    requete = "SELECT coalesce(max(id), 0) FROM fichiers WHERE pull <= ?"
    return int(db.execute(requete, (dernier_pull(db, au),)).fetchone()[0])


_QUI_COMPTE = """
WITH campagne(code, rang) AS (SELECT value, key FROM json_each(:campagnes)),
verrou(campagne, ght, jusqu_a, le) AS MATERIALIZED (
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(:verrous)
), look(campagne, ght, id) AS MATERIALIZED ({look}
), vivant(fichier, ordre, recu, ex_aequo, empreinte) AS MATERIALIZED (
  SELECT f.id, (c.rang << 40) | coalesce(f.ex_aequo, f.recu), f.recu, f.ex_aequo, f.empreinte FROM campagne c CROSS JOIN fichiers f ON f.campagne = c.code
  LEFT JOIN verrou v ON v.campagne = f.campagne AND v.ght = f.ght
  WHERE f.id <= min(:jusqu_a, coalesce(v.jusqu_a, :jusqu_a)) AND NOT EXISTS (
    SELECT 1 FROM fichiers g
    WHERE g.recu = f.recu AND g.id > f.id AND g.id <= min(:jusqu_a, coalesce(v.jusqu_a, :jusqu_a)))
), choisi(onglet, finess, ordre) AS MATERIALIZED (
  SELECT o.id, o.finess, max(v.ordre) FROM campagne c CROSS JOIN onglets o ON o.campagne = c.code
  JOIN vivant v ON v.fichier = o.fichier WHERE o.utilisable {filtre}
    AND (v.ex_aequo IS NULL OR NOT EXISTS (  -- written at the same instant: the one that keeps less
      SELECT 1 FROM vivant w CROSS JOIN onglets p ON p.fichier = w.fichier AND p.finess = o.finess AND p.utilisable
      WHERE w.ex_aequo = v.ex_aequo AND (p.gain_retenu, w.empreinte) < (o.gain_retenu, v.empreinte) {parmi}))
  GROUP BY o.finess
)
SELECT o.id, o.fichier, f.chemin, o.feuille, o.campagne, f.ght, o.finess, f.remis, o.neant, o.achats,
  o.lignes_lues, o.lignes_vides, o.lignes_ignorees, o.lignes_rejetees, o.lignes_retenues,
  o.gain_declare, o.gain_retire, o.gain_retenu, o.declare_positif, o.perimetre_traite,
  o.notifie, o.report, o.repris, f.recu, substr(p.debut, 1, 10), o.sous_alerte + coalesce(s.cents, 0)
FROM choisi c JOIN onglets o ON o.id = c.onglet JOIN fichiers f ON f.id = o.fichier
JOIN fichiers arrivee ON arrivee.id = f.recu JOIN pulls p ON p.id = arrivee.pull
LEFT JOIN look ON look.campagne = o.campagne AND look.ght IN ('', f.ght) LEFT JOIN sous_alertes s ON s.recoupement = look.id AND s.onglet = o.id
ORDER BY c.finess
"""
_LAST_LOOK = """
  SELECT campagne, '', max(id) FROM recoupements
  WHERE campagne IN (SELECT code FROM campagne) AND pull <= :pull GROUP BY campagne"""
_LOOK_AT_LOCK = """
  SELECT v.campagne, v.ght, max(r.id) FROM verrou v JOIN recoupements r ON r.campagne = v.campagne
  JOIN pulls p ON p.id = r.pull WHERE datetime(p.debut) <= datetime(v.le) GROUP BY v.campagne, v.ght"""


def qui_compte(
    db: Database,
    campagnes: Sequence[str],
    au: date,
    finess: Iterable[str] | None = None,
    *,
    verrou: bool = True,
    avant: int | None = None,
    at_lock: bool = False,
) -> dict[str, OngletRecu]:
    """The tab that counted that day for each établissement (by FINESS), among `campagnes`, earliest situation first.

    `finess` limits the answer to some établissements. Totals are those after the decisions in force that day.
    Without `verrou`, what would count had nothing been locked; with `avant`, had that arrival and later ones not come.
    `at_lock`: of the GHT locked that day alone, as they stood when they were locked.
    """
    oublieux = avant is not None or not verrou or peut_etre_repris(db)
    with lecture(db):
        if at_lock:  # the last campaign that is locked, whatever came for the next one
            each = [_de_la_base(db, [campagne], au, finess, at_lock=True) for campagne in campagnes]
            return {f: o for tabs in each for f, o in tabs.items()}
        if oublieux:
            return _de_la_base(db, campagnes, au, finess, verrou=verrou, avant=avant)
        return _connus(db, campagnes, au, finess)


def _connus(db: Database, campagnes: Sequence[str], au: date, finess: Iterable[str] | None) -> dict[str, OngletRecu]:
    """What is remembered, and what has to be worked out; in one state of the register, so that it is remembered right."""
    souvenir = _souvenir(db)
    read, asked_of = while_reading(db), ("mots", tuple(campagnes), au)
    if asked_of not in read:
        read[asked_of] = _derniers_mots(db, campagnes, au)
    connus = {mot: souvenir.de(mot) for mot in read[asked_of]}
    if finess is not None and None in connus.values():
        return _de_la_base(db, campagnes, au, finess)
    asked = None if finess is None else set(finess)
    tous: dict[str, OngletRecu] = {}
    for mot, connu in connus.items():
        tabs = souvenir.garde(mot, _de_la_base(db, [mot[0]], au)) if connu is None else connu
        tous |= tabs if asked is None else {f: tabs[f] for f in asked if f in tabs}
    return {f: tous[f] for f in sorted(tous)}


Mot = tuple[str, int, int, int, int]
A_RETENIR = 64
"""Campaigns that are remembered: a country's weigh a megabyte each."""


class _Souvenir:
    """What counted in the campaigns last asked about whole, for all who have the same register open.

    What counted up to a given file and act never changes: the register only grows.
    """

    def __init__(self) -> None:
        self._connus: OrderedDict[Mot, dict[str, OngletRecu]] = OrderedDict()
        self._verrou = Lock()

    def de(self, mot: Mot) -> dict[str, OngletRecu] | None:
        with self._verrou:
            if mot in self._connus:
                self._connus.move_to_end(mot)
            return self._connus.get(mot)

    def garde(self, mot: Mot, comptent: dict[str, OngletRecu]) -> dict[str, OngletRecu]:
        with self._verrou:
            self._connus[mot] = comptent
            while len(self._connus) > A_RETENIR:
                self._connus.popitem(last=False)
        return comptent


_PAR_FICHIER: WeakValueDictionary[tuple[int, int], _Souvenir] = WeakValueDictionary()
_PAR_BASE: WeakKeyDictionary[Database, _Souvenir] = WeakKeyDictionary()
_AU_PREMIER = Lock()


def _souvenir(db: Database) -> _Souvenir:
    """The memory of the file that this register is: it goes with the last connection to it."""
    with _AU_PREMIER:
        if db not in _PAR_BASE:
            _PAR_BASE[db] = _PAR_FICHIER.setdefault(fichier_de(db) or (0, id(db)), _Souvenir())
        return _PAR_BASE[db]


def retiens(db: Database, campagnes: Iterable[str], au: date) -> None:
    """Work out what counts in these campaigns before anyone asks: the first question will not wait for it."""
    for campagne in campagnes:
        qui_compte(db, [campagne], au)


_ACTES = """FROM actes WHERE le < :apres AND (campagne = value OR campagne IN (
  SELECT p.code FROM campagnes_connues c JOIN campagnes_connues p ON p.exercice IN (c.exercice - 1, c.exercice) WHERE c.code = value))"""
"""Acts that may bear on a campaign: its own, and those whose decisions follow their line into it."""


def _derniers_mots(db: Database, campagnes: Sequence[str], au: date) -> list[Mot]:
    """What could be seen of each campaign that day: its last judgement, its acts (how many, the sum of their numbers),
    its last look."""
    requete = (
        "SELECT value, (SELECT coalesce(max(id), 0) FROM fichiers WHERE campagne IN (value, '') AND id <= :jusqu_a),"
        f" (SELECT count(*) {_ACTES}), (SELECT coalesce(sum(id), 0) {_ACTES}),"
        " (SELECT coalesce(max(id), 0) FROM recoupements WHERE campagne = value AND pull <= :pull)"
        " FROM json_each(:campagnes) ORDER BY key"
    )  # a file that could not be read again bears no campaign any more
    pull, jusqu_a, apres = dernier_pull(db, au), dernier_fichier(db, au), decisions.lendemain(au)
    return db.execute(
        requete, {"campagnes": json.dumps(list(campagnes)), "jusqu_a": jusqu_a, "apres": apres, "pull": pull}
    ).fetchall()


def _de_la_base(
    db: Database, campagnes: Sequence[str], au: date, finess: Iterable[str] | None = None, *,
    verrou: bool = True, avant: int | None = None, at_lock: bool = False,
) -> dict[str, OngletRecu]:  # fmt: skip
    verrous = decisions.verrous(db, campagnes, au) if verrou else []
    look = _LOOK_AT_LOCK if at_lock else _LAST_LOOK
    retenus = {o.finess: o for o in _retenus(db, campagnes, au, finess, verrous, avant, look)}
    retenus |= _said_empty(db, campagnes, au, finess, retenus, locks=verrou, before=avant, at_lock=at_lock)
    if at_lock:
        locked = {(v.campagne, v.ght): v.le for v in verrous}
        retenus = {f: o for f, o in retenus.items() if (o.campagne, o.ght) in locked}
    tabs = [o.id for o in retenus.values()]
    at = {o.id: locked[o.campagne, o.ght] for o in retenus.values()} if at_lock else None
    lifted = under_alert.lifted(db, tabs, au, at)
    for finess_, o in retenus.items():
        retenus[finess_] = o._replace(sous_alerte=o.sous_alerte - lifted[o.id]) if o.id in lifted else o
    for finess_, change in decisions.effets(db, tabs, au, at_lock=at_lock).items():
        onglet = retenus[finess_]
        retenus[finess_] = onglet._replace(
            totaux=_apres(onglet.totaux, change),
            perimetre_traite=onglet.perimetre_traite - change.traite,
            notifie=onglet.notifie - change.notifie,
            report=onglet.report - change.report,
        )
    return retenus


_SAID_EMPTY = """
WITH campagne(code, rang) AS (SELECT value, key FROM json_each(:campagnes)),
verrou AS (
  SELECT campagne, ght, genre, max(id) AS pose FROM actes
  WHERE genre IN ('verrouiller', 'deverrouiller') AND le < :apres GROUP BY campagne, ght
)
SELECT a.id, a.campagne, a.ght, a.finess, datetime(a.le), substr(a.le, 1, 10), max((c.rang << 40) | a.id)
FROM campagne c JOIN actes a ON a.campagne = c.code LEFT JOIN verrou v ON v.campagne = a.campagne AND v.ght = a.ght
WHERE a.genre = 'neant' AND a.le < :apres AND (:avant IS NULL OR a.le < :avant)
  AND NOT (:verrou AND v.genre IS 'verrouiller' AND a.id > v.pose AND (:au_verrou OR a.valeur = 'ght'))
GROUP BY a.finess
"""
"""« Rien à déclarer », said on behalf of an établissement. What a GHT says after the lock does not count; what its
region says does."""


def _said_empty(
    db: Database, campagnes: Sequence[str], au: date, finess: Iterable[str] | None, held: dict[str, OngletRecu], *,
    locks: bool, before: int | None, at_lock: bool,
) -> dict[str, OngletRecu]:  # fmt: skip
    """The empty tabs that stand for what is held: said in a later campaign, or in the same one after it came.

    They are in no file: their number is that of the act, negative, and no line bears it.
    """
    began = "SELECT p.debut FROM fichiers f JOIN pulls p ON p.id = f.pull WHERE f.id = ?"
    moment = db.execute(began, (before,)).fetchone()[0] if before is not None else None
    asked = {
        "campagnes": json.dumps(list(campagnes)), "apres": decisions.lendemain(au), "avant": moment,
        "verrou": int(locks), "au_verrou": int(at_lock),
    }  # fmt: skip
    wanted = None if finess is None else set(finess)
    empty: dict[str, OngletRecu] = {}
    for act, campagne, ght, whose, said, day, _ in db.execute(_SAID_EMPTY, asked):
        o = held.get(whose)
        rank = campagnes.index(campagne) - (campagnes.index(o.campagne) if o else -1)
        came = "SELECT datetime(p.debut) FROM fichiers f JOIN pulls p ON p.id = f.pull WHERE f.id = ?"
        after = o is None or rank > 0 or (rank == 0 and db.execute(came, (o.recu,)).fetchone()[0] < said)
        if after and (wanted is None or whose in wanted):
            sums = (Totaux(), 0, 0, 0, 0, 0)
            empty[whose] = OngletRecu(-act, 0, "", "", campagne, ght, whose, True, True, None, *sums, 0, day, 0)
    return empty


def _retenus(
    db: Database,
    campagnes: Sequence[str],
    au: date,
    finess: Iterable[str] | None,
    verrous: list[decisions.Locked],
    avant: int | None,
    look: str,
) -> Iterable[OngletRecu]:
    parametres = {
        "campagnes": json.dumps(list(campagnes)),
        "verrous": json.dumps(verrous),
        "jusqu_a": dernier_fichier(db, au),
        "pull": dernier_pull(db, au),
        "finess": json.dumps(sorted(finess)) if finess is not None else None,
        "avant": avant,
    }
    filtre = "AND o.finess IN (SELECT value FROM json_each(:finess))" if finess is not None else ""
    filtre += " AND v.recu < :avant" if avant is not None else ""
    parmi = "AND w.recu < :avant" if avant is not None else ""
    for r in db.execute(_QUI_COMPTE.format(filtre=filtre, parmi=parmi, look=look), parametres):
        yield OngletRecu._make((*r[:7], bool(r[7]), bool(r[8]), r[9], Totaux(*r[10:18]), *r[18:]))


def _apres(t: Totaux, e: decisions.Effet) -> Totaux:
    """Control totals once decisions have struck (or kept) that many lines and cents more (or less)."""
    return replace(
        t,
        lignes_rejetees=t.lignes_rejetees + e.lignes,
        lignes_retenues=t.lignes_retenues - e.lignes,
        gain_retire=t.gain_retire + e.retire,
        gain_retenu=t.gain_retenu - e.retire,
    )
