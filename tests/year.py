"""A year of 136 GHT and 400 people, drawn once: who belongs where, what each of them does, and when. Repeatable."""

from __future__ import annotations

import csv
import random
import re
from collections import namedtuple
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from config.folder import Dossier, charge
from sheets.gain import RIEN
from sheets.judged import Classeur, Ligne, Onglet
from sheets.trame import Tampon
from sheets.trames.paat.columns import PAAT
from tests.bench.country import dossier_du_pays
from tests.oracle_year import FERME, PARIS, Campagne, Vie, prochain

DEBUT, FIN = date(2022, 6, 1), date(2023, 5, 31)
CAMPAGNES = ("2022-mi-annee", "2022-annuelle")
SEULS = ("GHT-135",)
"""GHT of which nobody is known: their referent is told."""
CLES = [c.cle for c in PAAT.saisies]
Valeurs: Any = namedtuple("Valeurs", CLES)  # type: ignore[misc]


def peuple(chemin: Path, hasard: random.Random) -> tuple[Dossier, Vie]:
    """The country's folder with its 400 people, and what they will do."""
    dossier = dossier_du_pays(chemin)
    ghts, vie = sorted(dossier.territoire.ghts), Vie()
    personnes = _personnes(dossier, ghts, vie, hasard)
    assert len(personnes) == 400
    with (chemin / "personnes.csv").open("w", newline="", encoding="utf-8") as f:
        table = csv.writer(f, delimiter=";")
        table.writerow(("email", "fonction", "role", "perimetre", "code", "suppleant", "absence_debut", "absence_fin",
                        "direction", "slack"))  # fmt: skip
        for email, (role, perimetre, code, direction, slack) in personnes.items():
            debut, fin, suppleant = vie.absences.get(email, ("", "", ""))
            table.writerow((email, "Fonction", role, perimetre, code, suppleant, debut, fin, direction, slack))
    _sans_alertes(chemin)
    dossier = charge(chemin)
    for code in CAMPAGNES:
        c = dossier.campagnes[code]
        vie.campagnes.append(Campagne(code, c.ouverture, c.echeance, c.verrou))
    for c_ in vie.campagnes:
        for ght in ghts:
            _campagne(c_, ght, vie, hasard)
    return dossier, vie


def _sans_alertes(chemin: Path) -> None:
    """The oracle knows who owes what, not where a territory stands: alerts are tested apart."""
    rappels, reglages = (chemin / nom for nom in ("rappels.csv", "reglages.toml"))
    lignes = rappels.read_text(encoding="utf-8").splitlines(keepends=True)
    rappels.write_text("".join(li for li in lignes if ";alerte;" not in li), encoding="utf-8")
    texte = reglages.read_text(encoding="utf-8").replace('jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    reglages.write_text(re.sub(r"(variation|ligne_retiree) = \d+", r"\1 = 1000000000", texte), encoding="utf-8")


def _personnes(
    dossier: Dossier, ghts: list[str], vie: Vie, hasard: random.Random
) -> dict[str, tuple[str, str, str, str, str]]:
    regions = {g: dossier.territoire.ghts[g].region for g in ghts}
    rendu = {f"referent.{r}@x.invalid".lower(): ("ars", "region", r, "", "") for r in sorted(set(regions.values()))}
    rendu |= {f"suppleant.{n}@x.invalid".lower(): ("lecture", "national", "FR", "", "") for n in range(25)}
    for rang, g in enumerate(ghts):
        referent = f"referent.{regions[g]}@x.invalid".lower()
        if g in SEULS:
            vie.equipes[g] = {role: [referent] for role in ("ght", "direction", "referent")}
            continue
        equipe = [f"chef.{g}@x.invalid".lower()] + ([f"second.{g}@x.invalid".lower()] if rang < 103 else [])
        direction = [f"directeur.{g}@x.invalid".lower()] if rang < 120 else []
        rendu |= dict.fromkeys(equipe, ("ght", "ght", g, "", ""))
        rendu |= dict.fromkeys(direction, ("ght", "ght", g, "oui", ""))
        vie.equipes[g] = {"ght": equipe, "direction": direction or equipe, "referent": [referent]}
    for rang, email in enumerate(sorted(rendu)):
        if hasard.random() < 0.6:
            rendu[email] = (*rendu[email][:4], f"U{rang:05d}")
        if email.startswith(("chef", "directeur", "second")) and hasard.random() < 0.1:
            parti = DEBUT + timedelta(days=hasard.randrange(330))
            vie.absences[email] = (
                parti,
                parti + timedelta(days=hasard.randrange(5, 30)),
                f"suppleant.{rang % 25}@x.invalid".lower(),
            )
    return rendu


def _campagne(c: Campagne, ght: str, vie: Vie, hasard: random.Random) -> None:
    """What one GHT does in one campaign: some never answer, some late, some twice; one in eight asks for more time."""
    if hasard.random() < 0.12:
        accord = datetime.combine(c.echeance - timedelta(days=hasard.randrange(2, 12)), time(11, 30), PARIS)
        vie.prolongations[c.code, ght] = (accord, c.echeance + timedelta(days=hasard.randrange(5, 25)))
    if hasard.random() < 0.85:
        jours = (c.verrou - c.ouverture).days
        rendu = c.ouverture + timedelta(days=hasard.randrange(4, jours + 6))
        quand = _heure(rendu, hasard)
        lus = [(quand, True)]
        if hasard.random() < 0.4:
            brouillon = _heure(rendu - timedelta(days=hasard.randrange(1, 4)), hasard)
            lus.insert(0, (brouillon, False))
        vie.envois[c.code, ght] = lus
    if (c.code, ght) not in vie.prolongations:
        for p in vie.equipes[ght]["ght"]:
            if p.startswith("chef") and hasard.random() < 0.3:
                etape = hasard.choice(("J-30", "J-15", "J-7"))
                vie.gestes[c.code, ght, p] = (etape, hasard.choice(("noter", "reporter")))


def _heure(jour: date, hasard: random.Random) -> datetime:
    """Any hour, nights and weekends included, but for the hours in which failures of the morning are mended."""
    return datetime.combine(jour, time(hasard.choice((1, 7, 13, 14, 15, 17, 20, 23)), hasard.randrange(60)), PARIS)


def classeur(dossier: Dossier, campagne: str, ght: str, remis: bool) -> Classeur:
    """A judged file with one line in each tab."""
    c = dossier.campagnes[campagne]
    vide: dict[str, Any] = dict.fromkeys(CLES)
    onglets = []
    for e in dossier.territoire.membres(ght, c.situation):
        valeurs = Valeurs(**{**vide, "action_id": "0001", "statut": "potentiel", "intitule": "Gants"})
        onglets.append(Onglet(e.nom, e.finess, {}, (Ligne(9, "0001", valeurs, RIEN),)))
    tampon = Tampon("paat", PAAT.version, ght, campagne)
    return Classeur(f"{ght}.xlsx", tampon, tuple(onglets), (), True, remis, "", c.exercice)


def instants(vie: Vie, moments: list[datetime]) -> list[datetime]:
    """When the service ticks: whenever something falls due, at both ends of every day, on the nights clocks change."""
    jours = [DEBUT + timedelta(days=n) for n in range((FIN - DEBUT).days + 1)]
    bords = [datetime.combine(j, h, PARIS) for j in jours for h in (time(9), FERME)]
    nuits = [
        datetime.combine(
            j,
            time(2, 30),
            PARIS,
        )
        for j in (date(2022, 10, 30), date(2023, 3, 26))
    ]
    deux_fois = [n.replace(fold=1) for n in nuits]
    return sorted({*moments, *bords, *nuits, *deux_fois, *(prochain(b) for b in bords)}, key=lambda i: i.timestamp())
