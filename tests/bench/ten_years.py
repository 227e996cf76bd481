"""How fast a country's history answers: two million versions of lines, every question, while a pull commits."""

from __future__ import annotations

import csv
import random
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bots.answer_words import MONTRES
from bots.answering import reponse_a
from bots.questions import INTENTIONS
from config.folder import Dossier, charge
from config.rights import CLAVIER
from jobs.subprocesses import releve_a_part
from jobs.wiring import Atelier
from reports.view import Vue
from sheets.register.database import ecriture, ouvre
from tests.bench.country import dossier_du_pays

PREMIER_EXERCICE, EXERCICES, VERSIONS = 2012, 10, (2, 3)
"""Two campaigns a year, received two and three times: fifty times the country's 40 800 lines."""
PARIS = ZoneInfo("Europe/Paris")
OBJECTIF_S, OBJECTIF_PASSE_S = 0.050, 0.250


def dossier_a_vingt_campagnes(chemin: Path) -> Dossier:
    """The country's folder with ten years of campaigns and objectives."""
    if not (chemin / "campagnes.csv").exists():
        shutil.copytree(dossier_du_pays(chemin.parent / "dossier").chemin, chemin, dirs_exist_ok=True)
        _ecrit(chemin / "campagnes.csv", ("code", "exercice", "moment", "situation", "ouverture", "echeance", "verrou"), (
            (f"{n}-{moment}", n, moment, *jours)
            for n in range(PREMIER_EXERCICE, PREMIER_EXERCICE + EXERCICES)
            for moment, jours in (
                ("mi-annee", (f"{n}-06-30", f"{n}-06-15", f"{n}-09-15", f"{n}-09-30")),
                ("annuelle", (f"{n}-12-31", f"{n + 1}-01-10", f"{n + 1}-02-28", f"{n + 1}-03-15")))))  # fmt: skip
        regions = sorted(charge_regions(chemin))
        _ecrit(chemin / "objectifs.csv", ("perimetre", "code", "exercice", "version", "effet", "montant_meur"), (
            (*(("national", "FR") if r is None else ("region", r)), n, "v1", f"{n}-01-01", 320 if r is None else 19)
            for n in range(PREMIER_EXERCICE, PREMIER_EXERCICE + EXERCICES) for r in (None, *regions)))  # fmt: skip
    return charge(chemin)


def charge_regions(chemin: Path) -> set[str]:
    with (chemin / "territoire.csv").open(encoding="utf-8") as f:
        return {r["region_code"] for r in csv.DictReader(f, delimiter=";")}


def _ecrit(chemin: Path, entete: tuple[str, ...], rangs: Iterator[tuple[object, ...]]) -> None:
    with chemin.open("w", newline="", encoding="utf-8") as f:
        table = csv.writer(f, delimiter=";")
        table.writerow(entete)
        table.writerows(rangs)


def registre_d_un_pays(modele: Path, chemin: Path, dossier: Dossier) -> Database:
    """Ten years copied from one pull of a country: same lines, other campaigns, other days, other identifiers."""
    if not chemin.exists():
        provisoire = chemin.with_suffix(".tmp")
        provisoire.unlink(missing_ok=True)
        db = ouvre(provisoire)
        db.execute("ATTACH ? AS modele", (str(modele),))
        db.execute("PRAGMA synchronous = OFF")
        with ecriture(db):
            for table in ("dossiers", "originaux"):
                db.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM modele.{table}")
        for rang, (campagne, jour, annees) in enumerate(_envois(dossier)):
            _copie(db, rang, campagne, jour, annees)
        db.execute("ANALYZE")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        provisoire.rename(chemin)
    return ouvre(chemin)


def _envois(dossier: Dossier) -> Iterator[tuple[str, date, int]]:
    """(campaign, day received, years to move the dates by), in order of arrival."""
    for c in sorted(dossier.campagnes.values(), key=lambda c: c.ouverture):
        for n in range(VERSIONS[c.moment == "annuelle"]):
            yield c.code, c.ouverture + timedelta(days=10 + 9 * n), c.exercice - 2021


def _copie(db: Database, rang: int, campagne: str, jour: date, annees: int) -> None:
    """One whole pull more: the model's rows, their identifiers moved out of the way, other days and campaign."""
    le, pas = f"'{jour.isoformat()}T08:00:00+01:00'", rang * 1_000_000
    annee = f"CAST(substr(date_premiere_commande, 1, 4) + {annees} AS INTEGER) || substr(date_premiere_commande, 5)"
    autre = {"campagne": f"'{campagne}'", "pull": str(rang + 1), "debut": le, "fin": le, "modifie_le": le}
    autre |= {c: f"{c} + {pas}" for c in ("fichier", "onglet", "recu")}
    autre |= {"date_premiere_commande": annee, "exercice": f"exercice + {annees}"}
    autre |= {"recoupement": f"iif(recoupement IS NULL, NULL, {rang + 1})"}
    numeros = {"pulls": str(rang + 1), "bilans": "", "fichiers": f"id + {pas}", "onglets": f"id + {pas}",
               "lignes_paat": "NULL", "recoupements": str(rang + 1), "constats": "NULL", "sous_alertes": ""}  # fmt: skip
    with ecriture(db):
        for table, numero in numeros.items():
            colonnes = [c.name for c in db[table].columns]
            pris = [numero if c == "id" else autre.get(c, c) for c in colonnes]
            db.execute(f"INSERT INTO {table} ({', '.join(colonnes)}) SELECT {', '.join(pris)} FROM modele.{table}")
        _retouche(db, rang, pas)


def _retouche(db: Database, rang: int, pas: int) -> None:
    """One kept line in fifty is worth something else from one sending to the next."""
    siennes = f"onglet > {pas} AND onglet < {pas + 1_000_000}"
    db.execute(
        f"UPDATE lignes_paat SET gain_exercice = gain_exercice + {rang} * 1000 WHERE {siennes} AND id % 50 = 0 AND NOT bloquee"
    )
    db.execute(
        "UPDATE onglets SET (gain_declare, gain_retenu) = (SELECT sum(gain_exercice), sum(gain_exercice - retire)"
        f" FROM lignes_paat WHERE onglet = onglets.id) WHERE id > {pas} AND id < {pas + 1_000_000}"
    )


def questions(dossier: Dossier, combien: int) -> list[tuple[str, str]]:
    """(intention, question) for every row of the table, about a country, its regions, GHT and établissements; seeded."""
    hasard = random.Random(7)
    t = dossier.territoire
    lieux = ["France", *(r.nom for r in t.regions.values()), *(g.nom for g in t.ghts.values()),
             *(e.nom for e in list(t.etablissements.values())[:60])]  # fmt: skip
    modeles = {
        "pourquoi": "pourquoi gains {lieu} {annee}", "retards": "qui n'a pas remis {lieu} {annee}",
        "statut": "statut {lieu} {annee}", "rejets": "rejets {lieu} {annee}", "alertes": "alertes {lieu} {annee}",
        "qualite": "qualité {lieu} {annee}", "couverture": "couverture {lieu} {annee}", "objectif": "objectif {lieu} {annee}",
        "gains": "gains {lieu} {annee} {axe}", "changements": "qu'est-ce qui a changé {lieu} {annee} depuis le 25/01/{suivante}",
        "comparaison": "compare {lieu} {annee} et {suivante}", "evolution": "évolution {lieu}", "classement": "classement {lieu} {annee}",
        "prevision": "prévision {lieu} {annee}", "performance": "performance {lieu} {annee}", "verrou": "gains {lieu} {annee} au verrou",
        "echeances": "échéances {lieu} {annee}", "taches": "tâches {lieu} {annee}",
    }  # fmt: skip
    assert set(modeles) == {i.cle for i in INTENTIONS}
    posees = []
    for intention, modele in modeles.items():
        for n in range(combien):
            lieu = "France" if n % 8 == 0 else hasard.choice(lieux)
            annee = hasard.randrange(PREMIER_EXERCICE, PREMIER_EXERCICE + EXERCICES)
            axe = hasard.choice(["", "par famille", "par GHT", "par opérateur"])
            posees.append((intention, modele.format(lieu=lieu, annee=annee, suivante=annee + 1, axe=axe)))
    hasard.shuffle(posees)
    return posees


def reponses(db: Database, dossier: Dossier, posees: list[tuple[str, str]], *, passe: bool) -> dict[str, list[float]]:
    """Seconds for each answer, by intention; with `passe`, as of a day two years before."""
    fin = datetime(PREMIER_EXERCICE + EXERCICES, 3, 31, 12, tzinfo=PARIS)
    durees: dict[str, list[float]] = defaultdict(list)
    vue = Vue(db, dossier, fin.date())
    for intention, question in posees:
        debut = time.perf_counter()
        rendu, _ = reponse_a(question, CLAVIER, vue, date(fin.year - 2, 11, 15) if passe else None, MONTRES)
        durees[intention].append(time.perf_counter() - debut)
        assert rendu.objet["intention"] == intention, rendu.objet["texte"]
    return durees


def pendant_un_releve(chemin: Path, dossier: Dossier, trames: list[Path], faire: Callable[[], object]) -> int:
    """Run `faire` while pulls commit one after the other, as the service runs them; return how many files they took in."""
    fini, pris = threading.Event(), [0]
    atelier = Atelier(dossier.chemin, chemin, date(PREMIER_EXERCICE + EXERCICES, 4, 1))

    def releve() -> None:
        for tour in range(10_000):
            if fini.is_set():
                break
            depots = chemin.parent / f"depot-{tour % 2}"
            shutil.rmtree(depots, ignore_errors=True)
            depots.mkdir()
            for n, t in enumerate(trames[:12]):
                shutil.copy(t, depots / f"{tour}-{n}.xlsx")
            pris[0] += len(releve_a_part(atelier, [depots])["fichiers"])

    fil = threading.Thread(target=releve)
    fil.start()
    try:
        faire()
    finally:
        fini.set()
        fil.join()
    return pris[0]
