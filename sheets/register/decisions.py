"""Reads what people decided: lines kept or struck, notes, extensions, locks, as of any day. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sqlite_utils import Database

from config.french import day_kept, enumeration

SUR_UNE_LIGNE = ("retenir", "retirer", "revenir")
"""Decisions on a line; the last one taken holds, and `revenir` gives the line back to the checks."""


class Decision(NamedTuple):
    """The decision in force on a stored line, and what it makes of it. `retire` in cents."""

    ligne: int
    onglet: int
    finess: str
    reference: str
    """Of the line where it stands; the decision may have been taken in an earlier campaign."""
    genre: str
    par: str
    le: str
    motif: str
    caduque: bool
    """The line changed since it was kept: the decision no longer holds, and someone must look again."""
    bloquee: bool
    retire: int
    de_plus: int
    """Lines struck (1), kept (-1) or unmoved (0) by the decision."""
    cents_de_plus: int
    """Cents struck (positive) or kept (negative) by the decision."""
    traite: int
    """Cents of its reference amount, when it counts for the coverage of its exercice."""
    montants: str
    """What it was taken on, as `line_state` writes it."""
    notifie: int
    report: int
    """Cents of the line that the forecast, and the next exercice, lose when it is struck: never a loss."""
    changed: tuple[str, ...] = ()
    """What changed of the line since it was decided, in words. A strike holds all the same."""
    campagne: str = ""
    """Where it was taken, when that is not the line's own campaign."""
    after_lock: bool = False

    @property
    def mots(self) -> str:
        """« gardée par referent.bfc@… le 2022-03-10 : marché relu »."""
        quand = f"le {self.le[:10]}{' (après verrou)' if self.after_lock else ''}"
        quand += f" en {self.campagne}" if self.campagne else ""
        if self.caduque:
            return f"gardée {quand}, mais {have_changed(self.changed)} depuis : à revoir ({self.motif})"
        sens = {"retenir": "gardée", "retirer": "retirée", "revenir": "rendue aux contrôles"}[self.genre]
        revoir = f" ; {have_changed(self.changed)} depuis : à revoir" if self.changed else ""
        return f"{sens} par {self.par} {quand} : {self.motif}{revoir}"


def have_changed(what: Sequence[str]) -> str:
    """« les montants et le statut ont changé »."""
    return f"{enumeration(what)} {'ont' if len(what) > 1 or what[0] == AMOUNTS else 'a'} changé"


AMOUNTS = "les montants"


def line_state(gain: int | None, reference: int | None, ordered: date | None, status: str | None) -> str:
    """What a decision is taken on, as text: « 960000/9600000/2021-07-01/réalisé ». Amounts in cents."""
    return "/".join("" if part is None else str(part) for part in (gain, reference, ordered, status))


def what_changed(taken: str, now: str) -> tuple[str, ...]:
    """What differs between two `line_state`, in words; a notified line that is realised with its amounts has not changed.

    Decisions taken before dates were kept with them know amounts alone.
    """
    before, after = taken.split("/"), now.split("/")
    amounts = (AMOUNTS,) if before[:2] != after[:2] else ()
    if len(before) < 4 or (before[3], after[3]) == ("notifié", "réalisé"):
        return amounts
    others = zip(("la date de 1re commande", "le statut"), before[2:], after[2:], strict=True)
    return (*amounts, *(words for words, a, b in others if a != b))


def lendemain(au: date) -> str:
    """What every instant of that day comes before, as text."""
    return (au + timedelta(days=1)).isoformat() if au < date.max else "9999-12-31"


_DECISIONS = f"""
WITH verrou AS MATERIALIZED (
  SELECT campagne, ght, genre, max(id) AS pose FROM actes
  WHERE genre IN ('verrouiller', 'deverrouiller') AND le < :apres GROUP BY campagne, ght
), derniere AS (
  SELECT l.id AS ligne, max(a.id) AS acte, v.genre IS 'verrouiller' AND a.id > v.pose AS apres_verrou
  FROM actes a JOIN campagnes_connues ca ON ca.code = a.campagne
  JOIN campagnes_connues co ON (co.exercice = ca.exercice AND co.situation >= ca.situation) OR co.exercice = ca.exercice + 1
  JOIN onglets o ON o.campagne = co.code AND o.finess = a.finess
  JOIN lignes_paat l ON l.onglet = o.id AND l.action_id = a.action_id
  JOIN fichiers f ON f.id = o.fichier LEFT JOIN verrou v ON v.campagne = f.campagne AND v.ght = f.ght
  WHERE a.genre IN {SUR_UNE_LIGNE} AND a.le < :apres AND o.id IN (SELECT value FROM json_each(:onglets))
    AND (co.exercice = ca.exercice OR l.reportee_de IS NOT NULL)
    AND NOT (:au_verrou AND v.genre IS 'verrouiller' AND a.id > v.pose)
  GROUP BY l.id
)
SELECT l.id, l.onglet, a.finess, o.campagne || '/' || a.finess || '/' || a.action_id, a.genre, a.par, a.le, a.motif,
  coalesce(l.gain_annuel, '') || '/' || coalesce(l.montant_reference, '') || '/' || coalesce(l.date_premiere_commande, '')
    || '/' || coalesce(l.statut, ''),
  l.bloquee, l.retire, l.gain_exercice,
  iif(l.statut = 'réalisé' AND substr(l.date_premiere_commande, 1, 4) = CAST(o.exercice AS TEXT), l.montant_reference, 0), a.valeur,
  max(l.prevision, 0), max(l.report, 0), iif(a.campagne = o.campagne, '', a.campagne), d.apres_verrou
FROM derniere d CROSS JOIN lignes_paat l ON l.id = d.ligne JOIN actes a ON a.id = d.acte JOIN onglets o ON o.id = l.onglet
"""
"""The last decision on each line: taken on it, on the same line in an earlier campaign of its exercice, or on the line
of the exercice before whose report it is."""


def decisions(db: Database, onglets: Iterable[int], au: date, *, at_lock: bool = False) -> list[Decision]:
    """The decisions in force that day on the lines of these tabs; with `at_lock`, as they stood when each was locked."""
    return [d for d in last_acts(db, onglets, au, at_lock=at_lock) if d.genre != "revenir"]


def last_acts(db: Database, onglets: Iterable[int], au: date, *, at_lock: bool = False) -> list[Decision]:
    """The same with the lines given back to the checks: who did it, and when."""
    parametres = {"onglets": json.dumps(list(onglets)), "apres": lendemain(au), "au_verrou": int(at_lock)}
    return [_decision(*r) for r in db.execute(_DECISIONS, parametres)]


def _decision(
    ligne: int, onglet: int, finess: str, reference: str, genre: str, par: str, le: str, motif: str,
    etat: str, bloquee: int, retire: int, gain: int, traite: int | None, prise_sur: str, notifie: int, report: int,
    campagne: str, apres_verrou: int,
) -> Decision:  # fmt: skip
    change = () if genre == "revenir" else what_changed(prise_sur, etat)
    caduque = genre == "retenir" and bool(change)
    voulue = bool(bloquee) if caduque or genre == "revenir" else genre == "retirer"
    nouveau = max(gain, 0) if voulue else 0
    return Decision(
        ligne, onglet, finess, reference, genre, par, le, motif, caduque, voulue, nouveau,
        int(voulue) - bloquee, nouveau - retire, traite or 0, prise_sur, notifie, report,
        change, campagne, bool(apres_verrou),
    )  # fmt: skip


class Effet(NamedTuple):
    """What decisions change in a tab: lines struck more (or less), cents struck, cents out of the périmètre traité,
    out of what is notified, out of what the next exercice inherits."""

    lignes: int = 0
    retire: int = 0
    traite: int = 0
    notifie: int = 0
    report: int = 0


def effets(db: Database, onglets: Iterable[int], au: date, *, at_lock: bool = False) -> dict[str, Effet]:
    """By FINESS, what the decisions in force that day change."""
    sommes: dict[str, Effet] = {}
    for d in decisions(db, onglets, au, at_lock=at_lock):
        avant = sommes.get(d.finess, Effet())
        sommes[d.finess] = Effet(
            avant.lignes + d.de_plus, avant.retire + d.cents_de_plus, avant.traite + d.de_plus * d.traite,
            avant.notifie + d.de_plus * d.notifie, avant.report + d.de_plus * d.report,
        )  # fmt: skip
    return sommes


class Locked(NamedTuple):
    """A GHT locked in a campaign: the last judgement seen by then, and the instant, as ISO text."""

    campagne: str
    ght: str
    jusqu_a: int
    le: str


def verrous(db: Database, campagnes: Sequence[str], au: date) -> list[Locked]:
    """What is locked that day."""
    requete = (
        "SELECT a.campagne, a.ght, a.genre, a.valeur, a.le, max(a.id) FROM actes a"
        " WHERE a.genre IN ('verrouiller', 'deverrouiller') AND a.le < ?"
        " AND a.campagne IN (SELECT value FROM json_each(?)) GROUP BY a.campagne, a.ght"
    )
    rangs = db.execute(requete, (lendemain(au), json.dumps(list(campagnes))))
    return [Locked(c, ght, int(valeur), le) for c, ght, genre, valeur, le, _ in rangs if genre == "verrouiller"]


class Suite(NamedTuple):
    """What was decided of a GHT in a campaign, beside its lines."""

    prolongee_au: date | None = None
    validee_le: date | None = None
    verrouillee_le: date | None = None
    verrouillee_a: int = 0
    """The last judgement stored when it was locked: what came after does not count."""
    neants: Mapping[str, date] = MappingProxyType({})
    """The établissements (FINESS) said, on their behalf, to have nothing to declare, and the day it was said."""
    prolongee_le: str = ""
    """The instant, as ISO text, at which the deadline was last moved."""


def suites(db: Database, campagne: str, au: date) -> dict[str, Suite]:
    """By GHT: extension, validation, lock and « rien à déclarer » in force that day."""
    rendues: dict[str, Suite] = {}
    requete = "SELECT ght, genre, le, finess, valeur FROM actes WHERE campagne = ? AND le < ? ORDER BY id"
    for ght, genre, le, finess, valeur in db.execute(requete, (campagne, lendemain(au))):
        suite, jour = rendues.get(ght, Suite()), date.fromisoformat(le[:10])
        if genre == "prolonger":
            given = day_kept(valeur)  # one that cannot be is told by `impossible_extensions`, and counts for nothing
            suite = suite._replace(prolongee_au=given, prolongee_le=le) if given else suite
        elif genre in ("valider", "devalider"):
            suite = suite._replace(validee_le=jour if genre == "valider" else None)
        elif genre in ("verrouiller", "deverrouiller"):
            pose = genre == "verrouiller"
            suite = suite._replace(verrouillee_le=jour if pose else None, verrouillee_a=int(valeur) if pose else 0)
        elif genre == "neant":
            suite = suite._replace(neants={**suite.neants, finess: jour})
        rendues[ght] = suite
    return rendues


class ImpossibleExtension(NamedTuple):
    """An extension to a day that cannot be, still the last one of its GHT."""

    campagne: str
    ght: str
    valeur: str
    par: str
    le: str


def impossible_extensions(db: Database) -> list[ImpossibleExtension]:
    """The extensions that count for nothing: no form takes such a day any more, but one did."""
    requete = (
        "SELECT campagne, ght, valeur, par, le, max(id) FROM actes WHERE genre = 'prolonger' GROUP BY campagne, ght"
    )
    rows = [ImpossibleExtension(*row[:5]) for row in db.execute(requete)]
    return [row for row in rows if day_kept(row.valeur) is None]


def derniers_verrous(db: Database, campagne: str) -> dict[str, datetime]:
    """By GHT, when its lock was last put or taken off."""
    requete = "SELECT ght, le, max(id) FROM actes WHERE campagne = ? AND genre IN ('verrouiller', 'deverrouiller') GROUP BY ght"
    return {ght: datetime.fromisoformat(le) for ght, le, _ in db.execute(requete, (campagne,))}


class Note(NamedTuple):
    """A word left on a line, between ARS and GHT."""

    reference: str
    par: str
    le: str
    texte: str


def notes(db: Database, campagne: str, finess: Iterable[str], au: date) -> list[Note]:
    """The notes on the lines of these établissements, oldest first."""
    requete = (
        "SELECT campagne || '/' || finess || '/' || action_id, par, le, motif FROM actes WHERE genre = 'noter'"
        " AND campagne = ? AND le < ? AND finess IN (SELECT value FROM json_each(?)) ORDER BY id"
    )
    return [Note(*r) for r in db.execute(requete, (campagne, lendemain(au), json.dumps(list(finess))))]
