"""The script people would write instead: openpyxl reads, pandas judges by column, `to_sql` stores.

It does what Vigie does with the same means as anyone: types, the part of the gain that falls in the year, the
line checks that a column can express, control totals by tab, findings, the original file kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import load_workbook

from config.folder import Dossier
from sheets.trames.paat.columns import LEVIERS, PAAT

EXERCICE = 2021
MONTANTS = ("montant_reference", "gain_annuel", "prix_reference", "prix_nouveau", "quantite")


def releve(fichiers: list[Path], dossier: Dossier, registre: Path) -> None:
    """Read, judge and store every workbook, in a new file."""
    registre.unlink(missing_ok=True)
    with sqlite3.connect(registre) as base:
        for chemin in fichiers:
            octets = chemin.read_bytes()
            original = {"fichier": chemin.name, "empreinte": hashlib.sha256(octets).hexdigest(), "octets": octets}
            pd.DataFrame([original]).to_sql("originaux", base, if_exists="append", index=False)
            tables = [_juge(t, dossier) for t in _onglets(chemin)]
            lignes = pd.concat([t for t, _ in tables], ignore_index=True)
            lignes["poids"] = lignes["gain_exercice"] / lignes["gain_exercice"].clip(lower=0).sum()
            lignes.to_sql("lignes", base, if_exists="append", index=False)
            pd.concat([c for _, c in tables]).to_sql("constats", base, if_exists="append", index=False)
            totaux = lignes.groupby("feuille")[["gain_exercice", "retire"]].sum().reset_index()
            totaux.to_sql("onglets", base, if_exists="append", index=False)


def _onglets(chemin: Path) -> Iterator[pd.DataFrame]:
    cles = {c.titre: c.cle for c in PAAT.colonnes}
    livre = load_workbook(chemin, read_only=True, data_only=True)
    for feuille in livre.worksheets[1:-1]:
        rangees = list(feuille.iter_rows(min_row=4, values_only=True))
        table = pd.DataFrame(rangees[1:], columns=[cles[str(t)] for t in rangees[0]])
        table.insert(0, "feuille", feuille.title)
        table.insert(0, "fichier", chemin.name)
        table.insert(2, "ligne", range(5, 5 + len(table)))
        yield table.dropna(subset=["statut"])


def _juge(table: pd.DataFrame, dossier: Dossier) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines of one tab with what they are worth, and their findings."""
    t = table.copy()
    for colonne in MONTANTS:
        t[colonne] = pd.to_numeric(t[colonne], errors="coerce")
    t["date_premiere_commande"] = pd.to_datetime(t["date_premiere_commande"], errors="coerce")
    quand = t["date_premiere_commande"]
    fin = (EXERCICE - quand.dt.year) * 12 + 13 - quand.dt.month
    realise = t["statut"].eq("réalisé")
    gain, reference = t["gain_annuel"], t["montant_reference"]
    mois = fin.clip(0, 12) - (fin - 12).clip(0, 12)
    t["gain_exercice"] = np.where(realise, (gain * mois / 12).round(2), 0)
    t["report"] = np.where(realise, (gain * ((fin + 12).clip(0, 12) - fin.clip(0, 12)) / 12).round(2), 0)
    textes = t[["intitule", "justification", "commentaire"]].fillna("").agg(" ".join, axis=1)
    refait = (t["prix_reference"] - t["prix_nouveau"]) * t["quantite"]
    cles = ["marche", "intitule", "montant_reference", "gain_annuel"]
    regles = {
        "montant-reference-absent": reference.isna() & t["nature"].ne("recette"),
        "gain-absent": gain.isna(),
        "performance-superieure-100": gain >= reference,
        "performance-hors-bornes": (gain / reference > 0.30) & (gain < reference) & t["justification"].isna(),
        "date-commande-absente": realise & quand.isna(),
        "gain-hors-exercice": realise & ((fin <= 0) | (fin - 12 >= 12)),
        "amortissement-absent": t["nature"].eq("investissement") & t["duree_amortissement"].isna(),
        "doublon": t.duplicated(cles),
        "donnee-personnelle": textes.str.contains(r"\b[12]\d{12,14}\b", regex=True),
    }
    alertes = {
        "gain-recalcule-different": refait.notna() & ((refait - gain).abs() > 1),
        "nomenclature-inconnue": ~t["famille"].isin(dossier.nomenclature.labels("famille")),
        "domaine-inconnu": t["domaine"].notna() & ~t["domaine"].isin(dossier.nomenclature.labels("domaine")),
        "penalite-comptee": textes.str.contains(r"p[ée]nalit", case=False, regex=True),
        "prorata-deja-fait": textes.str.contains("prorata", case=False, regex=False),
        "statut-incoherent": realise & (quand > pd.Timestamp(EXERCICE, 12, 31)),
        "marche-absent": realise & t["marche"].isna(),
        "perte-declaree": gain < 0,
        "levier-inconnu": t["levier"].notna() & ~t["levier"].isin(LEVIERS),
    }
    bloquee = np.logical_or.reduce(list(regles.values()))
    t["retire"] = np.where(bloquee, t["gain_exercice"].clip(lower=0), 0)
    constats = [
        t.loc[m, ["fichier", "feuille", "ligne"]].assign(code=code) for code, m in {**regles, **alertes}.items()
    ]
    return t, pd.concat(constats)
