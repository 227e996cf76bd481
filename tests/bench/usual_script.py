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

from config.folder import Folder
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.columns import LEVIERS

EXERCICE = 2021
AMOUNTS = ("montant_reference", "gain_annuel", "prix_reference", "prix_nouveau", "quantite")


def pull_sources(files: list[Path], folder: Folder, register: Path) -> None:
    """Read, judge and store every workbook, in a new file."""
    register.unlink(missing_ok=True)
    with sqlite3.connect(register) as base:
        for path in files:
            raw_bytes = path.read_bytes()
            original = {"fichier": path.name, "empreinte": hashlib.sha256(raw_bytes).hexdigest(), "octets": raw_bytes}
            pd.DataFrame([original]).to_sql("originaux", base, if_exists="append", index=False)
            tables = [_judge_tab(t, folder) for t in _read_tabs(path)]
            lines = pd.concat([t for t, _ in tables], ignore_index=True)
            lines["poids"] = lines["gain_exercice"] / lines["gain_exercice"].clip(lower=0).sum()
            lines.to_sql("lignes", base, if_exists="append", index=False)
            pd.concat([c for _, c in tables]).to_sql("constats", base, if_exists="append", index=False)
            totals = lines.groupby("feuille")[["gain_exercice", "retire"]].sum().reset_index()
            totals.to_sql("onglets", base, if_exists="append", index=False)


def _read_tabs(path: Path) -> Iterator[pd.DataFrame]:
    keys = {c.title: c.key for c in ACTIONS.columns}
    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets[1:-1]:
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        table = pd.DataFrame(rows[1:], columns=[keys[str(t)] for t in rows[0]])
        table.insert(0, "feuille", sheet.title)
        table.insert(0, "fichier", path.name)
        table.insert(2, "ligne", range(5, 5 + len(table)))
        yield table.dropna(subset=["statut"])


def _judge_tab(table: pd.DataFrame, folder: Folder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines of one tab with what they are worth, and their findings."""
    t = table.copy()
    for column in AMOUNTS:
        t[column] = pd.to_numeric(t[column], errors="coerce")
    t["date_premiere_commande"] = pd.to_datetime(t["date_premiere_commande"], errors="coerce")
    when = t["date_premiere_commande"]
    end = (EXERCICE - when.dt.year) * 12 + 13 - when.dt.month
    is_realised = t["statut"].eq("réalisé")
    gain, reference = t["gain_annuel"], t["montant_reference"]
    month = end.clip(0, 12) - (end - 12).clip(0, 12)
    t["gain_exercice"] = np.where(is_realised, (gain * month / 12).round(2), 0)
    t["report"] = np.where(is_realised, (gain * ((end + 12).clip(0, 12) - end.clip(0, 12)) / 12).round(2), 0)
    texts = t[["intitule", "justification", "commentaire"]].fillna("").agg(" ".join, axis=1)
    computed_again = (t["prix_reference"] - t["prix_nouveau"]) * t["quantite"]
    keys = ["marche", "intitule", "montant_reference", "gain_annuel"]
    rules = {
        "montant-reference-absent": reference.isna() & t["nature"].ne("recette"),
        "gain-absent": gain.isna(),
        "performance-superieure-100": gain >= reference,
        "performance-hors-bornes": (gain / reference > 0.30) & (gain < reference) & t["justification"].isna(),
        "date-commande-absente": is_realised & when.isna(),
        "gain-hors-exercice": is_realised & ((end <= 0) | (end - 12 >= 12)),
        "amortissement-absent": t["nature"].eq("investissement") & t["duree_amortissement"].isna(),
        "doublon": t.duplicated(keys),
        "donnee-personnelle": texts.str.contains(r"\b[12]\d{12,14}\b", regex=True),
    }
    alerts = {
        "gain-recalcule-different": computed_again.notna() & ((computed_again - gain).abs() > 1),
        "nomenclature-inconnue": ~t["famille"].isin(folder.nomenclature.labels("famille")),
        "domaine-inconnu": t["domaine"].notna() & ~t["domaine"].isin(folder.nomenclature.labels("domaine")),
        "penalite-comptee": texts.str.contains(r"p[ée]nalit", case=False, regex=True),
        "prorata-deja-fait": texts.str.contains("prorata", case=False, regex=False),
        "statut-incoherent": is_realised & (when > pd.Timestamp(EXERCICE, 12, 31)),
        "marche-absent": is_realised & t["marche"].isna(),
        "perte-declaree": gain < 0,
        "levier-inconnu": t["levier"].notna() & ~t["levier"].isin(LEVIERS),
    }
    blocked = np.logical_or.reduce(list(rules.values()))
    t["retire"] = np.where(blocked, t["gain_exercice"].clip(lower=0), 0)
    findings = [t.loc[m, ["fichier", "feuille", "ligne"]].assign(code=code) for code, m in {**rules, **alerts}.items()]
    return t, pd.concat(findings)
