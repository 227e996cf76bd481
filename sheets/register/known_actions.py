"""Reads back what is known of a GHT's actions, so that each keeps its identity from one sending to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.campaign import Campagne
from config.folder import Dossier
from sheets.register import decisions
from sheets.register.decisions import Decision
from sheets.register.schema import table_des_lignes
from sheets.register.what_counts import OngletRecu, qui_compte
from sheets.trame import Trame


class Connue(NamedTuple):
    """An action as last counted. Amounts in cents."""

    action_id: str
    reference: str
    intitule: str
    marche: str
    famille: str
    date_premiere_commande: date | None
    gain_annuel: int | None
    montant_reference: int | None
    report: int
    bloquee: bool = False
    """The checks strike it."""
    struck: bool = False
    """It does not count, whoever struck it; what it was struck by."""
    settled: bool = True
    """Its known value counts in the next exercice. Struck by the checks alone, it is judged anew on what is typed."""


@dataclass(frozen=True, slots=True)
class Memoire:
    """What is known of some établissements before a new sending, by FINESS."""

    actions: dict[str, tuple[Connue, ...]] = field(default_factory=dict)
    """Of the same exercice, in what counts."""
    former: dict[str, tuple[Connue, ...]] = field(default_factory=dict)
    """Of the same exercice, received once and no longer in what counts."""
    reports: dict[str, tuple[Connue, ...]] = field(default_factory=dict)
    """Of the exercice before, still bearing on this one: kept or struck."""
    numeros: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every number ever borne in the exercice: a new action takes none of them."""
    deja: dict[str, dict[int, str]] = field(default_factory=dict)
    """The numbers given to its lines (by place in the sheet) when the same file was last judged."""
    distinctes: frozenset[tuple[str, str, str]] = frozenset()
    """(FINESS, number, title) that someone said are not the same action."""


RIEN = Memoire()


class Envoi(NamedTuple):
    """A sending that is judged again: its last judgement, and its arrival."""

    fichier: int
    recu: int


def memoire(
    db: Database, dossier: Dossier, campagne: Campagne, finess: Iterable[str], au: date, envoi: Envoi | None = None
) -> Memoire:
    """What was known that day of the actions of these établissements; before `envoi` came, when it is judged again.

    Locked or not: an action keeps its number from what was last received, and the value it was locked at elsewhere.
    """
    demandes = sorted(finess)
    de_l_exercice = [c.code for c in dossier.campagnes_de(campagne.exercice) if c.situation <= campagne.situation]
    d_avant = [c.code for c in dossier.campagnes_de(campagne.exercice - 1)]
    if not _deja_vus(db, [*de_l_exercice, *d_avant], demandes):
        return RIEN  # nearly every file of a first pull
    actuels = qui_compte(db, de_l_exercice, au, demandes, verrou=False, avant=envoi and envoi.recu)
    anciens = qui_compte(db, d_avant, au, demandes)
    taken = {d.ligne: d for d in decisions.decisions(db, [o.id for o in anciens.values()], au)}
    actions = {f: _actions(db, o) for f, o in actuels.items()}
    return Memoire(
        actions,
        _former(db, de_l_exercice, demandes, actions, envoi and envoi.recu),
        {f: tuple(k for k in _actions(db, o, taken) if k.report) for f, o in anciens.items()},
        _numeros(db, de_l_exercice, demandes),
        _deja(db, envoi.fichier) if envoi else {},
        _distinctes(db, de_l_exercice, demandes),
    )


def _deja_vus(db: Database, campagnes: Sequence[str], finess: Sequence[str]) -> bool:
    requete = (
        "SELECT 1 FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o ON o.campagne = c.value"
        " AND o.finess = f.value LIMIT 1"
    )
    return db.execute(requete, (json.dumps(campagnes), json.dumps(finess))).fetchone() is not None


_KNOWN = (
    "l.id, l.bloquee, o.campagne, o.finess, l.action_id, l.intitule, l.marche, l.famille, l.date_premiere_commande,"
    " l.gain_annuel, l.montant_reference, l.report"
)


def _actions(
    db: Database, onglet: OngletRecu, taken: Mapping[int, Decision] = MappingProxyType({})
) -> tuple[Connue, ...]:
    """The actions of a tab, as these decisions leave them."""
    requete = (
        f"SELECT {_KNOWN} FROM lignes_paat l JOIN onglets o ON o.id = l.onglet WHERE l.onglet = ? ORDER BY l.numero"
    )
    return tuple(_known(r, taken.get(r[0])) for r in db.execute(requete, (onglet.id,)))


def _known(row: tuple[Any, ...], decision: Decision | None = None) -> Connue:
    _, blocked, campagne, finess, action_id, intitule, marche, famille, commande, gain, reference, report = row
    struck = decision.bloquee if decision else bool(blocked)
    return Connue(
        action_id, f"{campagne}/{finess}/{action_id}", intitule or "", marche or "", famille or "",
        date.fromisoformat(commande) if commande else None, gain, reference, report, bool(blocked), struck,
        not struck or bool(decision and decision.genre == "retirer"),
    )  # fmt: skip


def _former(
    db: Database, campagnes: Sequence[str], finess: Sequence[str], actions: Mapping[str, Sequence[Connue]], avant: int | None
) -> dict[str, tuple[Connue, ...]]:  # fmt: skip
    """As last received, by FINESS, the actions of earlier sendings that are not among `actions`; before that arrival."""
    requete = (
        f"SELECT {_KNOWN}, max(l.id) FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o ON o.campagne = c.value"
        " AND o.finess = f.value AND o.utilisable JOIN fichiers v ON v.id = o.fichier JOIN lignes_paat l ON l.onglet = o.id"
        " WHERE v.recu < coalesce(?, 9223372036854775807) GROUP BY o.finess, l.action_id ORDER BY l.action_id"
    )
    here = {(f, k.action_id) for f, known in actions.items() for k in known}
    gone: dict[str, tuple[Connue, ...]] = {}
    for row in db.execute(requete, (json.dumps(campagnes), json.dumps(finess), avant)):
        if (row[3], row[4]) not in here:
            gone[row[3]] = (*gone.get(row[3], ()), _known(row[:-1]))
    return gone


def _numeros(db: Database, campagnes: Sequence[str], finess: Sequence[str]) -> dict[str, frozenset[str]]:
    requete = (
        "SELECT DISTINCT o.finess, l.action_id FROM json_each(?) c CROSS JOIN json_each(?) f JOIN onglets o"
        " ON o.campagne = c.value AND o.finess = f.value JOIN lignes_paat l ON l.onglet = o.id"
    )
    vus: dict[str, set[str]] = {}
    for finess_, action_id in db.execute(requete, (json.dumps(campagnes), json.dumps(finess))):
        vus.setdefault(finess_, set()).add(action_id)
    return {f: frozenset(n) for f, n in vus.items()}


def _deja(db: Database, fichier: int) -> dict[str, dict[int, str]]:
    requete = "SELECT o.finess, l.numero, l.action_id FROM onglets o JOIN lignes_paat l ON l.onglet = o.id WHERE o.fichier = ?"
    donnes: dict[str, dict[int, str]] = {}
    for finess, numero, action_id in db.execute(requete, (fichier,)):
        donnes.setdefault(finess, {})[numero] = action_id
    return donnes


def _distinctes(db: Database, campagnes: Sequence[str], finess: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    requete = (
        "SELECT finess, action_id, valeur FROM actes WHERE genre = 'distinguer'"
        " AND campagne IN (SELECT value FROM json_each(?)) AND finess IN (SELECT value FROM json_each(?))"
    )
    return frozenset(db.execute(requete, (json.dumps(campagnes), json.dumps(finess))))


class Disparue(NamedTuple):
    """A line once received that the tab which counts no longer holds. Amount in cents of the exercice."""

    onglet: int
    action_id: str
    numero: int
    recue_le: date
    gain_exercice: int


def disparues(db: Database, campagnes: Sequence[str], onglets: Iterable[int]) -> list[Disparue]:
    """The actions of earlier sendings, in these campaigns of one exercice, that are missing from the tabs that count."""
    requete = """
      WITH compte(id) AS (SELECT value FROM json_each(:onglets)),
      avant(compte, onglet) AS MATERIALIZED (
        SELECT k.id, o.id FROM compte JOIN onglets k ON k.id = compte.id JOIN json_each(:campagnes) c
        JOIN onglets o ON o.campagne = c.value AND o.finess = k.finess AND o.utilisable AND o.fichier < k.fichier
        JOIN fichiers f ON f.id = o.fichier
        WHERE NOT EXISTS (SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id)),
      perdue(onglet, action_id) AS (
        SELECT a.compte, l.action_id FROM avant a JOIN lignes_paat l ON l.onglet = a.onglet
        EXCEPT SELECT l.onglet, l.action_id FROM (SELECT DISTINCT compte FROM avant) a
          JOIN lignes_paat l ON l.onglet = a.compte)
      SELECT p.onglet, p.action_id, l.numero, substr(r.debut, 1, 10), l.gain_exercice, max(l.id)
      FROM perdue p JOIN avant a ON a.compte = p.onglet JOIN lignes_paat l ON l.onglet = a.onglet AND l.action_id = p.action_id
      JOIN onglets o ON o.id = l.onglet JOIN fichiers f ON f.id = o.fichier JOIN fichiers v ON v.id = f.recu JOIN pulls r ON r.id = v.pull
      GROUP BY p.onglet, p.action_id HAVING coalesce(l.statut, '') <> 'abandonné'
    """
    parametres = {"onglets": json.dumps(list(onglets)), "campagnes": json.dumps(list(campagnes))}
    return [Disparue(o, a, n, date.fromisoformat(le), gain) for o, a, n, le, gain, _ in db.execute(requete, parametres)]


class Ecrite(NamedTuple):
    """A stored line, as far as a comparison needs it. Amounts in cents."""

    action_id: str
    numero: int
    gain_annuel: int | None
    montant_reference: int | None
    gain_exercice: int


def ecrites(db: Database, onglet: int) -> dict[str, Ecrite]:
    """The lines of a tab by number."""
    requete = (
        "SELECT action_id, numero, gain_annuel, montant_reference, gain_exercice FROM lignes_paat WHERE onglet = ?"
    )
    return {r[0]: Ecrite(*r) for r in db.execute(requete, (onglet,))}


class Prevue(NamedTuple):
    """A line that the next trame of its établissement comes with. `valeurs` by column, as typed values; cents."""

    action_id: str
    valeurs: dict[str, Any]
    report: int = 0
    """Cents of the exercice before that fall in this one; 0 when it is a line of the same exercice."""
    origine: str = ""


def prevues(
    db: Database, dossier: Dossier, campagne: Campagne, finess: Iterable[str], trame: Trame, au: date
) -> tuple[dict[str, list[Prevue]], dict[str, frozenset[str]]]:
    """By FINESS, the lines the campaign's trame comes with, and the numbers already borne in its exercice.

    Those of an earlier campaign of the exercice, all of them; else those of the exercice before that yield a report.
    """
    demandes = sorted(finess)
    plus_tot = [c.code for c in dossier.campagnes_de(campagne.exercice) if c.situation < campagne.situation]
    deja = qui_compte(db, plus_tot, au, demandes) if plus_tot else {}
    connu = memoire(db, dossier, campagne, demandes, au)
    rendues: dict[str, list[Prevue]] = {}
    for f in demandes:
        reports = {k.action_id: k for k in connu.reports.get(f, ()) if not k.struck}
        siennes = _typees(db, deja[f], trame) if f in deja else []
        lignes = [_prevue(n, v, reports.get(n) if v["reportee_de"] else None) for n, v in siennes]
        manquent = [k for n, k in reports.items() if n not in {p.action_id for p in lignes}]
        lignes = [*(_prevue(k.action_id, _d_une_connue(db, k, trame), k) for k in manquent), *lignes]
        if lignes:
            rendues[f] = sorted(lignes, key=lambda p: not p.report)
    return rendues, connu.numeros


def _prevue(action_id: str, valeurs: dict[str, Any], connue: Connue | None) -> Prevue:
    if connue is None:
        return Prevue(action_id, valeurs)
    return Prevue(action_id, valeurs, connue.report, connue.reference.split("/")[0])


def _typees(db: Database, onglet: OngletRecu, trame: Trame) -> list[tuple[str, dict[str, Any]]]:
    """(number, values by column) of every line of a tab, in its order."""
    cles = [c.cle for c in trame.saisies]
    requete = f"SELECT reportee_de, {', '.join(cles)} FROM {table_des_lignes(trame)} WHERE onglet = ? ORDER BY numero"
    return [(v["action_id"], v) for r in db.execute(requete, (onglet.id,)) if (v := _typee(r, trame))]


def _d_une_connue(db: Database, connue: Connue, trame: Trame) -> dict[str, Any]:
    """The values of the last stored line that bears a reference."""
    campagne, finess, action_id = connue.reference.split("/", 2)
    cles = ", ".join(f"l.{c.cle}" for c in trame.saisies)
    requete = (
        f"SELECT l.reportee_de, {cles} FROM {table_des_lignes(trame)} l JOIN onglets o ON o.id = l.onglet"
        " WHERE o.campagne = ? AND o.finess = ? AND l.action_id = ? AND l.gain_annuel IS ? ORDER BY l.id DESC LIMIT 1"
    )
    return _typee(db.execute(requete, (campagne, finess, action_id, connue.gain_annuel)).fetchone(), trame)


def _typee(rangee: tuple[Any, ...], trame: Trame) -> dict[str, Any]:
    lus: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "nombre": Decimal}
    valeurs = {
        c.cle: lus[c.genre](v) if c.genre in lus and v is not None else v
        for c, v in zip(trame.saisies, rangee[1:], strict=True)
    }
    return {"reportee_de": rangee[0], **valeurs}
