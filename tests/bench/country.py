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

from config.folder import EXAMPLE, Folder, load_folder
from sheets import writing
from sheets.trames.paat import ACTIONS, PAAT
from sheets.trames.paat.examples import VALID
from sheets.writing import HEADING_ROW, tab_names

GHTS, ETABLISSEMENTS, LINES = 136, 898, 300
CAMPAIGN = "2021-annuelle"


def make_country_folder(path: Path) -> Folder:
    """A region's folder as large as the country: made-up GHT spread over the 17 regions."""
    if not path.exists():
        shutil.copytree(EXAMPLE, path)
        regions = sorted(load_folder(EXAMPLE).territory.regions)
        with (path / "territoire.csv").open("w", newline="", encoding="utf-8") as f:
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
        for name, heading in (("achats.csv", "finess_ej;exercice;montant_eur"),
                            ("personnes.csv", "email;fonction;role;perimetre;code;suppleant;absence_debut;absence_fin")):  # fmt: skip
            (path / name).write_text(heading + "\n", encoding="utf-8")
    return load_folder(path)


def trames(folder: Folder, output: Path) -> list[Path]:
    """One filled workbook per GHT, 300 lines shared among its tabs; kept from one run to the next."""
    output.mkdir(parents=True, exist_ok=True)
    missing_items = [g for g in sorted(folder.territory.ghts) if not (output / f"{g}.xlsx").exists()]
    with ProcessPoolExecutor(initializer=_load, initargs=(folder.path,)) as pool:
        list(pool.map(_write_trame, missing_items, [output] * len(missing_items), chunksize=4))
    return sorted(output.glob("*.xlsx"))


_folders: list[Folder] = []


def _load(path: Path) -> None:
    _folders.append(load_folder(path))


def _write_trame(ght: str, output: Path) -> None:
    folder = _folders[0]
    campaign = folder.campaigns[CAMPAIGN]
    members = folder.territory.members(ght, campaign.situation)
    book = writing.workbook(PAAT, ght, campaign, folder)
    random_source = random.Random(ght)
    names = list(tab_names(members).values())
    for n in range(LINES):
        _type_in(book[names[n % len(names)]], HEADING_ROW + 1 + n // len(names), line(random_source, n))
    book.save(output / f"{ght}.tmp")
    (output / f"{ght}.tmp").rename(output / f"{ght}.xlsx")


def line(random_source: random.Random, n: int) -> dict[str, Any]:
    """A line like those people type: one in thirty struck out, one in ten without a market number."""
    reference = random_source.randint(5_000, 400_000)
    gain = round(reference * random_source.uniform(-0.01, 0.14), 2)
    return {
        **VALID,
        "demarche": "PAAT",
        "intitule": f"Achat numéro {n}",
        "levier": "processus achat",
        "marche": f"2021-{n:04d}" if n % 10 else None,
        "date_premiere_commande": date(2021 - (n % 7 == 0), random_source.randint(2, 12), 5),
        "montant_reference": reference,
        "gain_annuel": gain if n % 30 else reference * 2,
        "type_effet": "effet prix induit",
        "commentaire": "marché renouvelé",
    }


def _type_in(sheet: Worksheet, rank: int, cells: dict[str, Any]) -> None:
    for column, c in enumerate(ACTIONS.columns, 1):
        if cells.get(c.key) is not None:
            sheet.cell(rank, column, cells[c.key])
