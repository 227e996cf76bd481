"""A region under test: a register, a folder of received trames, and days that pass because they are passed in.

The workbooks are real: the product's template, typed over with openpyxl, cut to its first lines so that it is saved
quickly. They are judged in this process (the worker processes have their own tests) by the very function they call.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from bots.answering import repond
from config.folder import EXEMPLE, Dossier, charge
from config.rights import CLAVIER
from config.territory import Perimetre
from jobs.rejudge import Changement, rejuge
from jobs.taking_in.folders import Bilan, pull
from reports.view import Sujet, Vue
from sheets import writing
from sheets.findings import Constat, Gravite
from sheets.judged import Classeur
from sheets.judging.examples import VALIDE
from sheets.judging.workbook import juge
from sheets.register import past_folders, stored_lines
from sheets.register.acts import Main
from sheets.register.database import ouvre
from sheets.register.pulls import PAR_LE_GHT, Saisie
from sheets.register.what_counts import qui_compte
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE

PARIS = ZoneInfo("Europe/Paris")
REFERENT = "referent.bfc@exemple.invalid"
LIGNES = 40
"""Lines kept of the template's three hundred."""
PLACES = {c.cle: rang for rang, c in enumerate(PAAT.colonnes, 1)}
SAISIE = ["action_id", *(c.cle for c in PAAT.colonnes if c.saisie)]

Ligne = Mapping[str, Any]


@cache
def _vierge(dossier: Dossier, ght: str, campagne: str) -> Workbook:
    """One blank trame per GHT and campaign, typed over again and again."""
    livre = writing.classeur(PAAT, ght, dossier.campagnes[campagne], dossier)
    for feuille in livre.worksheets[1:-1]:
        feuille.delete_rows(ENTETE + LIGNES + 1, writing.tab.LIGNES)
    return livre


def trame(
    dossier: Dossier, ght: str, campagne: str, par_finess: Mapping[str, Sequence[Ligne]], *,
    remise: bool = True, neants: Iterable[str] = (), contact: str = "",
) -> bytes:  # fmt: skip
    """A filled trame: each line typed over a valid one; `action_id` None wipes the number the template had put there."""
    livre = _vierge(dossier, ght, campagne)
    membres = dossier.territoire.membres(ght, dossier.campagnes[campagne].situation)
    for finess, nom in writing.noms_d_onglets(membres).items():
        lignes = par_finess.get(finess, ())
        for n in range(LIGNES):
            ligne = (
                {**VALIDE, "action_id": f"{n + 1:04d}", **lignes[n]}
                if n < len(lignes)
                else {"action_id": f"{n + 1:04d}"}
            )
            for cle in SAISIE:
                valeur = ligne.get(cle)
                livre[nom].cell(ENTETE + 1 + n, PLACES[cle]).value = None if valeur == "" else valeur
    premier = livre.worksheets[0]
    for rangee in premier.iter_rows(max_col=4):
        if rangee[0].value == "Trame remise":
            rangee[2].value = "oui" if remise else None
        if rangee[0].value == "Contact":
            rangee[2].value = contact or None
        if str(rangee[0].value) in dossier.territoire.etablissements:
            rangee[3].value = "oui" if rangee[0].value in tuple(neants) else None
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def _ici(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    for nom, octets in fichiers:
        yield juge(nom, octets, dossier)


@contextmanager
def juge_ici() -> Iterator[None]:
    """Files are judged in this process: starting workers takes longer than the small files of a test."""
    with mock.patch("jobs.taking_in.folders.juge_tous", _ici), mock.patch("jobs.rejudge.juge_tous", _ici):
        yield


@dataclass
class Region:
    """What a referent's machine holds, and the day it is."""

    ou: Path
    dossier: Dossier
    db: Database
    heure: datetime = datetime(2022, 1, 20, 9, tzinfo=PARIS)
    _envois: int = field(default=0)

    def le(self, jour: date, heure: int = 9) -> Region:
        """It is now that day."""
        self.heure = datetime.combine(jour, time(heure), PARIS)
        return self

    def sans_alertes(self) -> Region:
        """Reminders and receipts alone are told."""
        self.change_le_dossier("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
        rappels = self.dossier.chemin / "rappels.csv"
        lignes = rappels.read_text(encoding="utf-8").splitlines(keepends=True)
        self.change_le_dossier("rappels.csv", "".join(li for li in lignes if ";alerte;" in li), "")
        return self

    def depose(self, nom: str, octets: bytes) -> Path:
        """A file arrives; it is read at the next pull."""
        self._envois += 1
        fichier = self.ou / "recus" / nom
        fichier.write_bytes(octets)
        return fichier

    def releve(self, saisie: Saisie = PAR_LE_GHT, *noms: str) -> Bilan:
        sources = [self.ou / "recus" / n for n in noms] or [self.ou / "recus"]
        with juge_ici():
            return pull(self.db, self.dossier, sources, lambda: self.heure, saisie=saisie)

    def envoie(
        self, nom: str, ght: str, campagne: str, par_finess: Mapping[str, Sequence[Ligne]], **options: Any
    ) -> Bilan:
        """A trame arrives and is pulled at once."""
        self.depose(nom, trame(self.dossier, ght, campagne, par_finess, **options))
        return self.releve()

    def rejuge(self, *, ecrit: bool = True, locked_too: bool = False) -> list[Changement]:
        with juge_ici():
            return rejuge(self.db, self.dossier, lambda: self.heure, ecrit=ecrit, locked_too=locked_too)

    def change_le_dossier(self, fichier: str, avant: str, apres: str) -> None:
        """Somebody edits the region's folder (a copy of the example, made at the first change)."""
        copie = self.ou / "region"
        if not copie.exists():
            shutil.copytree(EXEMPLE, copie)
        texte = (copie / fichier).read_text(encoding="utf-8")
        assert avant in texte
        (copie / fichier).write_text(texte.replace(avant, apres), encoding="utf-8")
        self.dossier = charge(copie)
        past_folders.note(self.db, self.dossier, self.heure)

    @property
    def vue(self) -> Vue:
        return Vue(self.db, self.dossier, self.heure.date())

    def main(self, email: str = REFERENT) -> Main:
        return Main(self.db, self.dossier, self.dossier.personnes[email], self.heure)

    def demande(self, question: str, au: date | None = None) -> dict[str, Any]:
        return repond(question, CLAVIER, self.vue, self.heure, au)

    def lignes(self, finess: str, campagne: str, au: date | None = None) -> dict[str, dict[str, Any]]:
        """By number, the stored lines of the tab that counts."""
        onglet = qui_compte(self.db, [campagne], au or self.heure.date(), [finess])[finess]
        rangs = self.db.query("SELECT * FROM lignes_paat WHERE onglet = ? ORDER BY numero", [onglet.id])
        return {r["action_id"]: r for r in rangs}

    def constats(self, campagne: str, *codes: str, au: date | None = None) -> list[Constat]:
        """The findings in what counts that day, those codes only."""
        jour = au or self.heure.date()
        onglets = [o.id for o in qui_compte(self.db, [campagne], jour).values()]
        return [
            r.constat
            for r in stored_lines.constats_de(self.db, onglets, tuple(Gravite), jour)
            if r.constat.code in codes
        ]


def nouvelle(ou: Path) -> Region:
    """A region that has received nothing yet."""
    (ou / "recus").mkdir()
    return Region(ou, charge(EXEMPLE), ouvre(ou / "vigie.sqlite"))


def sujet(code: str, exercice: int, campagne: str | None = None, **reste: Any) -> Sujet:
    """« BFC » or « BFC-09 », in an exercice."""
    return Sujet(Perimetre("ght" if "-" in code else "region", code), exercice, campagne, **reste)


def relit(octets: bytes) -> Workbook:
    return load_workbook(io.BytesIO(octets))
