"""Every message of the ladder as it would read, on the demo's campaign: to be read before anything is switched on.

Played on a register made for the occasion and thrown away. Sends nothing.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from bots import delivery
from bots.letters.letter import EnvoiError, Lettre
from config.campaign import PARIS
from config.folder import EXEMPLE, Dossier, charge
from config.rights import Personne
from jobs.demo.filling import ABSENT, NON_REMIS, plan, remplit
from jobs.remind import verrouille_a_l_heure
from reports.view import Vue
from sheets import writing
from sheets.judging.workbook import juge
from sheets.matching.known import raccorde_au_registre
from sheets.register.database import ouvre
from sheets.register.pulls import Depot, commence, enregistre, termine
from sheets.trames import TRAMES
from sheets.writing.seal import sealed

CAMPAGNE = "2021-annuelle"
JURA, SEEN, MISSING = "BFC-08", NON_REMIS[0], ABSENT
MI_ANNEE = "2022-mi-annee"
LECTURES = {
    date(2022, 2, 3): (SEEN, 1, CAMPAGNE), date(2022, 2, 17): (JURA, 1, CAMPAGNE), date(2022, 2, 24): (JURA, 2, CAMPAGNE),
    date(2022, 6, 24): (JURA, 1, MI_ANNEE),
}  # fmt: skip
"""The day the demo's file of a GHT is read, and what its gains are divided by: the third one corrects the second."""
A_MI_ANNEE = (date(2022, 6, 24), date(2022, 7, 1))
"""A day of the next campaign, and the one after its situation."""
PERDUE = f"directeur.{SEEN.lower()}@exemple.invalid"
"""Someone whose address is refused."""
MONTRES = (
    ("ouverture", f"paat.{JURA.lower()}"), ("J-30", f"paat.{SEEN.lower()}"), ("accusé", f"paat.{SEEN.lower()}"),
    ("J-15", f"paat.{SEEN.lower()}"), ("accusé", f"paat.{JURA.lower()}"), ("grosse ligne retirée", "referent.bfc"),
    ("J-7", f"paat.{MISSING.lower()}"), ("point de la semaine", "referent.bfc"), ("total qui bouge", "referent.bfc"),
    ("J-2", f"paat.{MISSING.lower()}"), ("J+1", f"paat.{MISSING.lower()}"), ("J+3", f"directeur.{MISSING.lower()}"),
    ("injoignable", "referent.bfc"), ("J+5", "referent.bfc"), ("clôture", f"paat.{MISSING.lower()}"),
    ("merci", f"paat.{JURA.lower()}"), ("bilan", "referent.bfc"), ("bilan direction", f"directeur.{JURA.lower()}"),
    ("point", "referent.bfc"), ("point direction", f"directeur.{JURA.lower()}"),
)  # fmt: skip
"""Which step, to whom, in the order of the year."""


@dataclass(frozen=True, slots=True)
class Exemple:
    """A letter of the year: at what step, on which day, to whom."""

    etape: str
    jour: date
    personne: Personne
    lettre: Lettre


def exemples() -> list[Exemple]:
    """One letter for each step, as the service would have sent it."""
    dossier = charge(EXEMPLE)
    with tempfile.TemporaryDirectory() as ou:
        db = ouvre(Path(ou) / "vigie.sqlite")
        try:
            toutes = [x for jour in _jours(dossier) for x in _journee(Vue(db, dossier, jour))]
        finally:
            db.close()
    choisis = [
        next(x for x in toutes if (x.etape, x.personne.email) == (e, f"{p}@exemple.invalid")) for e, p in MONTRES
    ]
    return sorted(choisis, key=lambda x: x.jour)


def _jours(dossier: Dossier) -> list[date]:
    c = dossier.campagnes[CAMPAGNE]
    return [*(c.ouverture + timedelta(days=n) for n in range((c.verrou - c.ouverture).days + 3)), *A_MI_ANNEE]


def _journee(vue: Vue) -> list[Exemple]:
    """A file is read in the night, the service ticks in the morning and at the end of the day."""
    if vue.au in LECTURES:
        _lit(vue, *LECTURES[vue.au])
    rendus: list[Exemple] = []

    def envoie(lettre: Lettre) -> str:
        if lettre.a == PERDUE:
            raise EnvoiError("boîte inconnue (550)", definitif=True)
        personne = vue.dossier.personnes[lettre.a]
        rendus.extend(Exemple(e, vue.au, personne, lettre) for e in etapes[lettre.a])
        return lettre.cle

    for heure in (9, 18):
        instant = datetime.combine(vue.au, time(heure), PARIS)
        verrouille_a_l_heure(vue, instant)
        etapes = {e.personne.email: {r.cle.etape for r in e.relances} for e in delivery.a_dire(vue, instant)[0]}
        delivery.tourne(vue, partial(_fixe, instant), [delivery.Canal("courriel", lambda p: p.email, envoie)])
    return rendus


def _fixe(instant: datetime) -> datetime:
    return instant


def _lit(vue: Vue, ght: str, diviseur: int, campagne: str) -> None:
    """The demo's trame of a GHT is read and judged."""
    dossier, trame = vue.dossier, TRAMES["paat"]
    c = dossier.campagnes[campagne]
    livre = writing.classeur(trame, ght, c, dossier)
    remplit(livre, trame, ght, c, dossier, plan(dossier, dossier.campagnes[CAMPAGNE]))
    gain = [colonne.cle for colonne in trame.colonnes].index("gain_annuel") + 1
    for feuille in livre.worksheets:
        for cellule in (feuille.cell(rang, gain) for rang in range(writing.ENTETE + 1, feuille.max_row + 1)):
            if isinstance(cellule.value, int | float):
                cellule.value = cellule.value / diviseur
    octets = sealed(livre)
    nom, quand = f"{dossier.territoire.ghts[ght].nom}.xlsx", datetime.combine(vue.au, time(8), PARIS)
    pull = commence(vue.db, dossier, quand)
    depot = Depot(nom, len(octets), 1, ght, octets)
    classeur = raccorde_au_registre(vue.db, dossier, juge(nom, octets, dossier), vue.au)
    etat = enregistre(vue.db, pull, depot, classeur, connu=diviseur > 1)
    termine(vue.db, pull, quand, [etat])
