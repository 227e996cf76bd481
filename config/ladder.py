"""The ladder of reminders a region decides: which message, how many days from which date, to whom. Pure but for its file.

Never knows who still owes anything: that is asked at the moment of telling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.campaign import Campagne
from config.csv_tables import Plaintes, Rang, lit_table

FICHIER = "rappels.csv"
ALERTE = "alerte"
"""A rung that tells where a territory stands, whoever has answered."""
MESSAGES = ("ouverture", "rappel", "escalade", "signalement", "cloture", "merci", ALERTE)
"""What a rung says; `merci` is for those who handed in, the others but `alerte` for those who have not."""
REPERES = ("ouverture", "situation", "echeance", "verrou")
DESTINATAIRES = ("ght", "direction", "referent")
UTILE = 15
"""Days after the lock during which it is still worth telling."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A campaign's calendar as it is for one GHT: an extension moves its deadline, and its lock if need be."""

    ouverture: date
    situation: date
    echeance: date
    verrou: date


@dataclass(frozen=True, slots=True)
class Rappel:
    """One rung: `jours` before (negative) or after the date that `repere` names."""

    etape: str
    message: str
    repere: str
    jours: int
    a: str

    def jour(self, dates: Dates) -> date:
        repere: date = getattr(dates, self.repere)
        return repere + timedelta(days=self.jours)

    def perime(self, dates: Dates) -> date:
        """The last day it is worth saying."""
        if self.message in ("cloture", "merci"):
            return dates.verrou + timedelta(days=max(self.jours, 0) + UTILE)
        avant = self.repere in ("ouverture", "situation") or (self.repere == "echeance" and self.jours <= 0)
        return dates.echeance if avant and self.jour(dates) <= dates.echeance else dates.verrou


DEFAUT = (
    Rappel("ouverture", "ouverture", "ouverture", 0, "ght"),
    *(Rappel(f"J-{n}", "rappel", "echeance", -n, "ght") for n in (30, 15, 7, 2)),
    Rappel("J+1", "rappel", "echeance", 1, "ght"),
    Rappel("J+3", "escalade", "echeance", 3, "direction"),
    Rappel("J+5", "signalement", "echeance", 5, "referent"),
    Rappel("clôture", "cloture", "verrou", 1, "ght"),
    Rappel("merci", "merci", "verrou", 1, "ght"),
    Rappel("point", ALERTE, "situation", 1, "referent"),
    Rappel("point direction", ALERTE, "situation", 1, "direction"),
    Rappel("bilan", ALERTE, "verrou", 2, "referent"),
    Rappel("bilan direction", ALERTE, "verrou", 2, "direction"),
)
"""The ladder of a folder that has none: decided here, no source says."""


def dates(campagne: Campagne, echeance: date) -> Dates:
    """`echeance` is the GHT's own; a GHT extended to the lock or past it is locked the day after."""
    verrou = campagne.verrou
    if echeance > campagne.echeance:
        verrou = max(verrou, echeance + timedelta(days=1))
    return Dates(campagne.ouverture, campagne.situation, echeance, verrou)


def lit_rappels(chemin: Path, plaintes: Plaintes) -> tuple[Rappel, ...]:
    """The ladder of the region's folder, in the order of its file. A folder without the file has the default one."""
    if not (chemin / FICHIER).is_file():
        return DEFAUT
    rappels: list[Rappel] = []
    for r in lit_table(chemin / FICHIER, ("etape", "message", "repere", "jours", "a"), plaintes):
        rappel = Rappel(
            r.texte("etape"), r.parmi("message", MESSAGES), r.parmi("repere", REPERES), _jours(r), r.parmi("a", DESTINATAIRES)
        )  # fmt: skip
        if any(autre.etape == rappel.etape for autre in rappels):
            r.plainte(f"l'étape « {rappel.etape} » est déjà décrite plus haut.")
        if rappel.message in ("cloture", "merci") and rappel.repere in REPERES and rappel.repere != "verrou":
            r.plainte(f"« {rappel.message} » se dit une fois la collecte close : le repère attendu est « verrou ».")
        rappels.append(rappel)
    return tuple(rappels)


def _jours(r: Rang) -> int:
    """« -30 », « 0 », « +5 »: before, on or after the date. Excel may have put a true minus sign."""
    valeur = r.texte("jours").replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", valeur):
        if valeur:
            r.plainte(f"« {valeur} » dans « jours » ; un nombre de jours était attendu, par exemple -15 ou 3.")
        return 0
    return int(valeur)
