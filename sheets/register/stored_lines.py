"""Reads lines, findings and sums back: one function per question. Every one takes `au`, and answers what was held that day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from sheets.findings import Constat, Gravite
from sheets.register.decisions import Decision, decisions
from sheets.register.what_counts import dernier_fichier, dernier_pull

_DECIDE = (
    "WITH onglet(id) AS (SELECT value FROM json_each(:onglets)), decide(ligne, bloquee, retire) AS MATERIALIZED"
    " (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:decisions))"
)
"""The tabs asked for, and the lines on which a decision holds: what it makes of them replaces what the checks said."""


def _tranche(db: Database, onglets: Iterable[int], au: date) -> tuple[dict[str, Any], dict[int, Decision]]:
    """The parameters of `_DECIDE`, and the decisions by line."""
    tous = sorted(onglets)  # as they lie on the disk: a country is read in one sweep
    prises = {d.ligne: d for d in decisions(db, tous, au)}
    return {
        "onglets": json.dumps(tous),
        "decisions": json.dumps([(d.ligne, int(d.bloquee), d.retire) for d in prises.values()]),
    }, prises


@dataclass(frozen=True, slots=True)
class LigneRecue:
    """A stored line at its address, with what it adds to *retenu* (cents). `line` and `tab` say where it is stored."""

    line: int
    tab: int
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
    reportee_de: str | None
    fichier: int
    recu: int
    """The judgement it comes from, and the arrival that was judged: the same arrival may be judged again."""
    decision: Decision | None

    @property
    def reference(self) -> str:
        """« 2021-annuelle/390780146/0042 »: how a line is named from one question to the next."""
        return f"{self.campagne}/{self.finess}/{self.action_id}"


@dataclass(frozen=True, slots=True)
class ConstatRecu:
    """A stored finding, the line it stands on (« 2021-annuelle/390780146/0042 », or nothing), what was decided of it."""

    chemin: str
    finess: str
    reference: str
    constat: Constat
    decision: Decision | None


def sommes_par(db: Database, onglets: Iterable[int], colonne: str, au: date) -> list[tuple[str, int, int]]:
    """(label, declared, struck) in cents for each value of a column of the lines in these tabs."""
    if colonne not in ("famille", "domaine", "categorie", "operateur", "levier", "nature", "statut"):
        raise ValueError(colonne)
    requete = (  # as the checks left the lines, then what decisions change
        f"{_DECIDE} SELECT coalesce(label, ''), sum(declare), sum(retire) FROM ("
        f" SELECT l.{colonne} AS label, sum(l.gain_exercice) AS declare, sum(l.retire) AS retire"
        "   FROM onglet o JOIN lignes_paat l ON l.onglet = o.id GROUP BY 1"
        f" UNION ALL SELECT l.{colonne}, 0, d.retire - l.retire FROM decide d JOIN lignes_paat l ON l.id = d.ligne"
        ") GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    parametres, _ = _tranche(db, onglets, au)
    return [(r[0], r[1], r[2]) for r in db.execute(requete, parametres)]


def lignes_de(
    db: Database, onglets: Iterable[int], au: date, limite: int = -1, parmi: Iterable[int] | None = None
) -> list[LigneRecue]:
    """The lines of these tabs that bear on the exercice, largest first; at most `limite` of them when it is given.

    With `parmi`, those of these stored lines only.
    """
    choix = (
        "SELECT value AS id FROM json_each(:parmi)"
        if parmi is not None
        else "SELECT l.id FROM onglet t JOIN lignes_paat l ON l.onglet = t.id LEFT JOIN decide d ON d.ligne = l.id"
        " WHERE l.gain_exercice <> 0 ORDER BY l.gain_exercice - coalesce(d.retire, l.retire) DESC, l.id LIMIT :limite"
    )
    requete = (
        f"{_DECIDE} SELECT l.id, l.onglet, o.campagne, o.finess, l.action_id, coalesce(l.intitule, ''), coalesce(l.famille, ''),"
        " coalesce(l.statut, ''), f.chemin, o.feuille, json_extract(o.colonnes, '$.gain_annuel') || l.numero,"
        " l.gain_exercice, coalesce(d.retire, l.retire), l.reportee_de, f.id, f.recu"
        f" FROM ({choix}) choisie"
        " JOIN lignes_paat l ON l.id = choisie.id JOIN onglets o ON o.id = l.onglet JOIN fichiers f ON f.id = o.fichier"
        " LEFT JOIN decide d ON d.ligne = l.id ORDER BY l.gain_exercice - coalesce(d.retire, l.retire) DESC, o.finess, l.numero"
    )
    parametres, prises = _tranche(db, onglets, au)
    rangs: Iterable[tuple[Any, ...]] = db.execute(
        requete, parametres | {"limite": limite, "parmi": json.dumps(list(parmi or ()))}
    )
    return [LigneRecue(*(*r, prises.get(r[0]))) for r in rangs]


def combien_de_lignes(db: Database, onglets: Iterable[int], au: date) -> tuple[int, int]:
    """(lines that bear on the exercice, those of them struck) in these tabs."""
    requete = (
        f"{_DECIDE} SELECT count(*), coalesce(sum(coalesce(d.retire, l.retire) > 0), 0) FROM onglet o"
        " JOIN lignes_paat l ON l.onglet = o.id LEFT JOIN decide d ON d.ligne = l.id WHERE l.gain_exercice <> 0"
    )
    toutes, retirees = db.execute(requete, _tranche(db, onglets, au)[0]).fetchone()
    return int(toutes), int(retirees)


def before_decisions(db: Database, onglets: Iterable[int]) -> tuple[int, int, int, int]:
    """(lines declared, those under a blocking finding, cents declared above 0, cents struck) as the checks left them."""
    requete = (
        "SELECT coalesce(sum(o.lignes_retenues + o.lignes_rejetees), 0), coalesce(sum(o.lignes_rejetees), 0),"
        " coalesce(sum(o.declare_positif), 0), coalesce(sum(o.gain_retire), 0)"
        " FROM json_each(?) t JOIN onglets o ON o.id = t.value"
    )
    lignes, bloquees, positif, retire = db.execute(requete, (json.dumps(list(onglets)),)).fetchone()
    return int(lignes), int(bloquees), int(positif), int(retire)


def constats_de(
    db: Database, onglets: Iterable[int], gravites: Sequence[Gravite], au: date, limite: int = -1
) -> list[ConstatRecu]:
    """The findings in these tabs, costliest first, then in the order of the sheets; at most `limite` when it is given.

    Of the checks on a whole campaign, only what its last look up to that day found. A finding on a line that a
    referent kept costs nothing any more, and says so.
    """
    requete = (  # chosen first, and only then read with their words and their lines
        f"{_DECIDE}, vu(id) AS MATERIALIZED (SELECT max(id) FROM recoupements WHERE pull <= :pull GROUP BY campagne),"
        " tranchee(onglet, numero, bloquee) AS MATERIALIZED"
        " (SELECT l.onglet, l.numero, d.bloquee FROM decide d JOIN lignes_paat l ON l.id = d.ligne),"
        " choisi(id, bloquee) AS MATERIALIZED (SELECT c.id, coalesce(d.bloquee, 1)"
        "   FROM onglet t CROSS JOIN constats c ON c.onglet = t.id"
        "   LEFT JOIN tranchee d ON d.onglet = c.onglet AND d.numero = c.ligne"
        "   WHERE c.gravite IN (SELECT value FROM json_each(:gravites))"
        "   AND (c.recoupement IS NULL OR c.recoupement IN (SELECT id FROM vu))"
        "   ORDER BY c.enjeu * coalesce(d.bloquee, 1) DESC, c.fichier, c.feuille, c.ligne, c.id LIMIT :limite)"
        " SELECT f.chemin, o.finess, o.campagne, l.action_id, l.id, t.bloquee, c.code, c.gravite, c.message,"
        " c.correction, c.feuille, c.ligne, c.cellule, c.colonne, c.valeur, c.enjeu"
        " FROM choisi t CROSS JOIN constats c ON c.id = t.id JOIN onglets o ON o.id = c.onglet"
        " JOIN fichiers f ON f.id = o.fichier LEFT JOIN lignes_paat l ON l.onglet = c.onglet AND l.numero = c.ligne"
        " ORDER BY c.enjeu * t.bloquee DESC, c.fichier, c.feuille, c.ligne, c.id"
    )
    parametres, prises = _tranche(db, onglets, au)
    parametres |= {"pull": dernier_pull(db, au), "gravites": json.dumps(list(gravites)), "limite": limite}
    return [_constat_recu(prises.get(r[4]), *r) for r in db.execute(requete, parametres)]


def constats_de_campagne(db: Database, empreinte: str, au: date) -> list[Constat]:
    """What the checks on a whole campaign found, at their last look, in a file that counts and holds these very bytes."""
    requete = (
        "SELECT c.code, c.gravite, c.message, c.correction, c.feuille, c.ligne, c.cellule, c.colonne, c.valeur, c.enjeu"
        " FROM constats c JOIN fichiers f ON f.id = c.fichier WHERE f.empreinte = ? AND c.recoupement IN"
        " (SELECT max(id) FROM recoupements WHERE pull <= ? GROUP BY campagne)"
    )
    return [Constat(r[0], Gravite(r[1]), *r[2:]) for r in db.execute(requete, (empreinte, dernier_pull(db, au)))]


def combien_de_constats(db: Database, onglets: Iterable[int], gravite: Gravite, au: date) -> dict[str, tuple[int, int]]:
    """(findings, établissements) by code, of that gravité, most frequent first."""
    requete = (
        "WITH vu(id) AS MATERIALIZED (SELECT max(id) FROM recoupements WHERE pull <= :pull GROUP BY campagne)"
        " SELECT c.code, count(*), count(DISTINCT c.onglet) FROM json_each(:onglets) t JOIN constats c ON c.onglet = t.value"
        " WHERE c.gravite = :gravite AND (c.recoupement IS NULL OR c.recoupement IN (SELECT id FROM vu))"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    parametres = {"onglets": json.dumps(list(onglets)), "gravite": gravite.value, "pull": dernier_pull(db, au)}
    return {code: (n, ou) for code, n, ou in db.execute(requete, parametres)}


def _constat_recu(decision: Decision | None, *r: Any) -> ConstatRecu:
    chemin, finess, campagne, action_id, _, bloquee = r[:6]
    constat = Constat(r[6], Gravite(r[7]), *r[8:])
    if not bloquee:
        constat = constat._replace(enjeu=0)
    return ConstatRecu(chemin, finess, f"{campagne}/{finess}/{action_id}" if action_id else "", constat, decision)


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


def achats_declares(
    db: Database, campagnes: Sequence[str], finess: Iterable[str], au: date
) -> dict[tuple[str, str], int]:
    """Total purchases in cents written on the first tabs, by FINESS and campaign; the last file to arrive wins."""
    requete = (
        "SELECT o.finess, o.campagne, o.achats, max((f.recu << 32) | f.id) FROM json_each(:campagnes) c CROSS JOIN json_each(:finess) e"
        " JOIN onglets o ON o.campagne = c.value AND o.finess = e.value JOIN fichiers f ON f.id = o.fichier"
        " WHERE o.achats IS NOT NULL AND o.fichier <= :jusqu_a GROUP BY 1, 2"
    )
    parametres = {
        "campagnes": json.dumps(list(campagnes)),
        "finess": json.dumps(sorted(finess)),
        "jusqu_a": dernier_fichier(db, au),
    }
    return {(f, c): achats for f, c, achats, _ in db.execute(requete, parametres)}
