"""A country to measure on: 136 GHT and 898 établissements, their trames filled with 300 lines each. Repeatable."""

from __future__ import annotations

import csv
import random
import shutil
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from config.folder import EXEMPLE, Dossier, charge
from sheets import writing
from sheets.judging.examples import VALIDE
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE, noms_d_onglets

GHTS, ETABLISSEMENTS, LIGNES = 136, 898, 300
CAMPAGNE = "2021-annuelle"


def dossier_du_pays(chemin: Path) -> Dossier:
    """A region's folder as large as the country: made-up GHT spread over the 17 regions."""
    if not chemin.exists():
        shutil.copytree(EXEMPLE, chemin)
        regions = sorted(charge(EXEMPLE).territoire.regions)
        with (chemin / "territoire.csv").open("w", newline="", encoding="utf-8") as f:
            table = csv.writer(f, delimiter=";")
            table.writerow(("region_code", "ght_code", "ght", "finess_ej", "etablissement", "role", "debut", "fin"))
            for n in range(ETABLISSEMENTS):
                g = n % GHTS
                role = "support" if n < GHTS else "partie"
                table.writerow(
                    (
                        regions[g % 17],
                        f"GHT-{g:03d}",
                        f"GHT numéro {g}",
                        f"{n + 1:09d}",
                        f"CH de la ville {n}",
                        role,
                        "",
                        "",
                    )
                )
        for nom, entete in (("achats.csv", "finess_ej;exercice;montant_eur"),
                            ("personnes.csv", "email;fonction;role;perimetre;code;suppleant;absence_debut;absence_fin")):  # fmt: skip
            (chemin / nom).write_text(entete + "\n", encoding="utf-8")
    return charge(chemin)


def trames(dossier: Dossier, sortie: Path) -> list[Path]:
    """One filled workbook per GHT, 300 lines shared among its tabs; kept from one run to the next."""
    sortie.mkdir(parents=True, exist_ok=True)
    manquent = [g for g in sorted(dossier.territoire.ghts) if not (sortie / f"{g}.xlsx").exists()]
    with ProcessPoolExecutor(initializer=_charge, initargs=(dossier.chemin,)) as pool:
        list(pool.map(_ecrit, manquent, [sortie] * len(manquent), chunksize=4))
    return sorted(sortie.glob("*.xlsx"))


_dossiers: list[Dossier] = []


def _charge(chemin: Path) -> None:
    _dossiers.append(charge(chemin))


def _ecrit(ght: str, sortie: Path) -> None:
    dossier = _dossiers[0]
    campagne = dossier.campagnes[CAMPAGNE]
    membres = dossier.territoire.membres(ght, campagne.situation)
    livre = writing.classeur(PAAT, ght, campagne, dossier)
    hasard = random.Random(ght)
    noms = list(noms_d_onglets(membres).values())
    for n in range(LIGNES):
        _tape(livre[noms[n % len(noms)]], ENTETE + 1 + n // len(noms), ligne(hasard, n))
    livre.save(sortie / f"{ght}.tmp")
    (sortie / f"{ght}.tmp").rename(sortie / f"{ght}.xlsx")


def ligne(hasard: random.Random, n: int) -> dict[str, Any]:
    """A line like those people type: one in thirty struck out, one in ten without a market number."""
    reference = hasard.randint(5_000, 400_000)
    gain = round(reference * hasard.uniform(-0.01, 0.14), 2)
    return {
        **VALIDE,
        "demarche": "PAAT",
        "intitule": f"Achat numéro {n}",
        "levier": "processus achat",
        "marche": f"2021-{n:04d}" if n % 10 else None,
        "date_premiere_commande": date(2021 - (n % 7 == 0), hasard.randint(2, 12), 5),
        "montant_reference": reference,
        "gain_annuel": gain if n % 30 else reference * 2,
        "type_effet": "effet prix induit",
        "commentaire": "marché renouvelé",
    }


def _tape(feuille: Worksheet, rang: int, cellules: dict[str, Any]) -> None:
    for colonne, c in enumerate(PAAT.colonnes, 1):
        if cellules.get(c.cle) is not None:
            feuille.cell(rang, colonne, cellules[c.cle])
