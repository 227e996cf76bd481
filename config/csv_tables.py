"""Reads the CSV files people edit in Excel: `;`, `,` or tab, BOM or ANSI, French decimals and dates.

Every row knows its line, every complaint says file and line, and complaints are gathered rather than thrown
one by one. Never knows what a column means.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.errors import UserError
from config.french import YEARS, cle, compte, enumeration, vouliez_vous

MONTREES = 20
FIRST_YEAR = 1900
"""Of a day of the region's folder: a membership may be older than any purchase."""


@dataclass(slots=True)
class Plaintes:
    """Everything wrong in a folder, shown at once."""

    phrases: list[str] = field(default_factory=list)

    def ajoute(self, fichier: str, ligne: int | None, phrase: str) -> None:
        self.phrases.append(f"{fichier}{f', ligne {ligne}' if ligne else ''} : {phrase}")

    def leve(self, quoi: str) -> None:
        """Raise UserError with the first complaints, if there is any."""
        if self.phrases:
            reste = len(self.phrases) - MONTREES
            suite = [f"… et {compte(reste, 'autre remarque', 'autres remarques')}."] if reste > 0 else []
            raise UserError("\n".join([quoi, *(f"  {p}" for p in self.phrases[:MONTREES]), *suite]))


@dataclass(frozen=True, slots=True)
class Rang:
    """One row of a table: cells by column name, and where to complain about them."""

    fichier: str
    ligne: int
    cellules: dict[str, str]
    plaintes: Plaintes

    def plainte(self, phrase: str) -> None:
        self.plaintes.ajoute(self.fichier, self.ligne, phrase)

    def texte(self, colonne: str, requis: bool = True) -> str:
        valeur = self.cellules.get(colonne, "").strip()
        if requis and not valeur:
            self.plainte(f"la colonne « {colonne} » est vide ; elle est obligatoire.")
        if valeur.startswith(("=", "@")):
            self.plainte(f"« {valeur} » dans « {colonne} » serait pris pour une formule par un tableur.")
        if "\n" in valeur:
            self.plainte(f"« {colonne} » court sur plusieurs lignes : un guillemet n'est sans doute pas refermé.")
        return valeur

    def parmi(self, colonne: str, choix: Sequence[str]) -> str:
        valeur = self.texte(colonne)
        if valeur and valeur not in choix:
            self.plainte(
                f"« {valeur} » dans « {colonne} » est inconnu{vouliez_vous(valeur, choix)} Connus : {enumeration(choix, 8)}."
            )
        return valeur

    def entier(self, colonne: str) -> int:
        valeur = self.texte(colonne)
        if valeur and not re.fullmatch(r"[0-9]+", valeur):
            self.plainte(f"« {valeur} » dans « {colonne} » ; un nombre entier était attendu.")
            return 0
        return int(valeur or 0)

    def decimal(self, colonne: str) -> Decimal:
        """A number that is not negative: no amount of the folder ever is."""
        valeur = self.texte(colonne)
        chiffres = re.sub(r"[\s\u00a0\u202f€]", "", valeur).replace(",", ".")
        if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", valeur):
            self.plainte(f"« {valeur} » dans « {colonne} » peut se lire de deux façons ; écrivez 62000 ou 62,0.")
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)?", chiffres):
            return Decimal(chiffres)
        elif valeur:
            self.plainte(f"« {valeur} » dans « {colonne} » ; un nombre était attendu, par exemple 16,5.")
        return Decimal(0)

    def date(self, colonne: str, requis: bool = True) -> date | None:
        """Reads 2021-12-31 and, as Excel rewrites it, 31/12/2021."""
        valeur = self.texte(colonne, requis)
        if not valeur:
            return None
        read = _day(valeur)
        if read and not FIRST_YEAR <= read.year <= YEARS[1]:
            self.plainte(
                f"« {valeur} » dans « {colonne} » n'est pas une date possible : une année de {FIRST_YEAR} à {YEARS[1]} était "
                "attendue, ou rien quand il n'y a pas de fin."
            )
            return None
        if read is None:
            self.plainte(f"« {valeur} » dans « {colonne} » ; une date était attendue, par exemple 31/12/2021.")
        return read


def _day(text: str) -> date | None:
    parts = [int(p) for p in re.findall(r"\d+", text)]
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
            return date(*parts)
        if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text):
            return date(parts[2], parts[1], parts[0])
    except ValueError:
        pass
    return None


def decode(octets: bytes) -> str:
    """Text of a file saved by Excel: UTF-8 with or without BOM, else Windows-1252."""
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def lit_table(chemin: Path, colonnes: Sequence[str], plaintes: Plaintes) -> Iterator[Rang]:
    """Yield the rows of a CSV file, whatever its separator and the order of its columns.

    A missing file or column becomes a complaint and yields nothing. Blank rows are passed over.
    """
    if not chemin.is_file():
        plaintes.ajoute(chemin.name, None, "ce fichier manque dans le dossier de la région.")
        return
    lecteur = csv.reader(io.StringIO(texte := decode(chemin.read_bytes())), delimiter=separateur(texte))
    titres = [cle(titre).replace(" ", "_") for titre in next(lecteur, [])]
    absentes = [c for c in colonnes if c not in titres]
    doubles = [c for c in colonnes if titres.count(c) > 1]
    for quoi, noms in (("absente", absentes), ("en double", doubles)):
        if noms:
            plaintes.ajoute(chemin.name, 1, f"colonne {quoi} : {enumeration(noms)}.")
    if absentes or doubles:
        return
    for cellules in lecteur:
        if any(c.strip() for c in cellules):
            yield Rang(chemin.name, lecteur.line_num, dict(zip(titres, cellules, strict=False)), plaintes)


def separateur(texte: str) -> str:
    """The separator of a CSV text: the sign its headings hold most."""
    entete = texte.partition("\n")[0]
    return max(";,\t", key=entete.count)
