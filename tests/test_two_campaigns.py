"""Two exercices of a region in fast-forward, against an oracle; and the same again with hundreds of random edits.

At each step totals, lines, states and the bridge to every former step are those of `oracle_histoire`; at the end, what
was said on each past day is said again to the letter.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.changes import changements
from reports.progress import etats
from reports.view import Vue, somme
from sheets.register import acts, stored_lines
from sheets.register.pulls import PAR_LE_GHT
from sheets.register.pulls import Saisie as PourLeCompte
from sheets.register.stored_lines import LigneRecue
from sheets.writing import ENTETE
from tests import oracle_history as oracle
from tests.conftest import GAIN_COL
from tests.oracle_history import Borne, Decision, Envoi, Monde, Neant, Prolongation, Rejuge, Revision, Saisie, Verrou
from tests.region import REFERENT, Region, nouvelle, sujet, trame

pytestmark = pytest.mark.e2e  # half a minute of processor, kept out of the quick tests

ANNUELLE, MI_ANNEE, SUIVANTE = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
CAMPAGNES = (
    oracle.Campagne(ANNUELLE, 2021, date(2022, 1, 10), date(2022, 2, 28)),
    oracle.Campagne(MI_ANNEE, 2022, date(2022, 6, 15), date(2022, 9, 15)),
    oracle.Campagne(SUIVANTE, 2022, date(2023, 1, 10), date(2023, 2, 28)),
)
BELFORT, SENS, JOIGNY, VESOUL, BEAUNE = "900000365", "890970569", "890000417", "700004591", "210012175"
NORD, YONNE, SAONE, SUD = "BFC-09", "BFC-05", "BFC-11", "BFC-12"
MEMBRES = {NORD: (BELFORT,), YONNE: (SENS, JOIGNY), SAONE: (VESOUL,), SUD: (BEAUNE,)}
GHT_DE = {f: g for g, membres in MEMBRES.items() for f in membres}
QUESTIONS = ("gains {q} {n}", "pourquoi {q} {n}", "statut {q} {n}", "rejets {q} {n}", "alertes {q} {n}", "objectif {q} {n}",
             "qualité {q} {n}", "gains {q} {n} par famille", "qui n'a pas remis {q} {n}")  # fmt: skip


def cents(euros: Decimal) -> int:
    return int(euros * 100)


def cellules(s: Saisie, rang: int) -> dict[str, Any]:
    """What is typed in the trame for a line of the oracle."""
    return {
        "action_id": f"{rang + 1:04d}" if s.numero == "=" else s.numero,
        "intitule": s.titre or f"Achat {s.achat}",
        "marche": f"M-{s.achat}",
        "gain_annuel": s.gain if s.gain is None else float(s.gain),
        "montant_reference": s.reference if s.reference is None else float(s.reference),
        "date_premiere_commande": s.commande,
        "statut": s.statut,
        "justification": "ancien prix moins nouveau prix" if s.justifie else None,
    }


@dataclass
class Recit:
    """Each event happens twice: in the product, and in the oracle's list."""

    region: Region
    evenements: list[oracle.Evenement] = field(default_factory=list)
    jours: list[date] = field(default_factory=list)
    dits: dict[tuple[date, str], dict[str, Any]] = field(default_factory=dict)
    numeros: dict[tuple[int, str, str], str] = field(default_factory=dict)
    """(exercice, FINESS, purchase) → the number it was given the first time."""

    def recoit(self, *envois: Envoi, saisie: PourLeCompte = PAR_LE_GHT) -> None:
        """Files arrive and are pulled together."""
        for n, e in enumerate(envois):
            lignes = {f: [cellules(s, rang) for rang, s in enumerate(saisies)] for f, saisies in e.onglets.items()}
            octets = trame(self.region.dossier, e.ght, e.campagne, lignes, remise=e.remise)
            fichier = self.region.depose(e.fichier, octets if e.lisible else octets[: len(octets) // 2])
            os.utime(fichier, ns=(n, 1_600_000_000_000_000_000 + len(self.evenements) * 1_000_000_000))
            self.evenements.append(e)
        self.region.le(envois[0].jour).releve(saisie)

    def decide(self, d: Decision) -> None:
        annee = next(c.exercice for c in CAMPAGNES if c.code == d.campagne)
        reference = f"{d.campagne}/{d.finess}/{self.numeros[annee, d.finess, d.achat]}"
        acts.decide(self.region.le(d.jour).main(), reference, d.sens, f"relu : {d.achat}")
        self.evenements.append(d)

    def borne(self, b: Borne, avant: str, apres: str) -> None:
        self.region.le(b.jour).change_le_dossier("reglages.toml", avant, apres)
        self.evenements.append(b)

    def revise(self, r: Revision, avant: str, apres: str) -> None:
        self.region.le(r.jour).change_le_dossier("objectifs.csv", avant, apres)
        self.evenements.append(r)

    def rejuge(self, jour: date) -> None:
        self.region.le(jour)
        avant = list(self.region.db.conn.iterdump())
        prevus = self.region.rejuge(ecrit=False)
        assert list(self.region.db.conn.iterdump()) == avant, "without --yes nothing is written"
        faits = self.region.rejuge()
        # What is carried over from a line that is itself judged anew is only known once that one is written.
        assert [c for c in prevus if c.campagne == ANNUELLE] == [c for c in faits if c.campagne == ANNUELLE]
        assert self.region.rejuge(ecrit=False) == [], "judged twice, nothing changes"
        self.evenements.append(Rejuge(jour))

    def verrouille(self, v: Verrou) -> None:
        acts.verrouille(self.region.le(v.jour).main(), v.campagne, [v.ght], "fin de campagne", oui=v.pose)
        self.evenements.append(v)

    def prolonge(self, p: Prolongation) -> None:
        acts.prolonge(self.region.le(p.jour).main(), p.campagne, p.ght, p.jusqu_au, "panne")
        self.evenements.append(p)

    def neant(self, n: Neant) -> None:
        acts.dit_neant(self.region.le(n.jour).main(), n.campagne, n.finess, "dit au téléphone")
        self.evenements.append(n)

    def monde(self, jour: date) -> Monde:
        return Monde.au(jour, self.evenements, CAMPAGNES, MEMBRES)

    # What is asked of the product, and what must come out

    def arrete(self, jour: date, *, demande: bool = True) -> None:
        """The day is over: what is known is what the oracle knows; remember what was answered."""
        vue, monde = self.region.le(jour).vue, self.monde(jour)
        self.jours.append(jour)
        for annee in (2021, 2022):
            self.verifie_les_lignes(vue, monde, annee)
            self.verifie_les_sommes(vue, monde, annee)
        for c in CAMPAGNES:
            self.verifie_les_etats(vue, monde, c)
        for question in self.questions() if demande else ():
            self.dits[jour, question] = self.region.demande(question)

    def questions(self) -> list[str]:
        return [q.format(q=qui, n=annee) for q in QUESTIONS for qui in ("BFC", NORD, YONNE) for annee in (2021, 2022)]

    def verifie_les_lignes(self, vue: Vue, monde: Monde, annee: int) -> None:
        attendues = {
            (f, achat): (
                li.fichier,
                f"{GAIN_COL}{ENTETE + 1 + li.rang}",
                cents(li.declare),
                cents(li.retire),
                li.reportee,
            )
            for (f, achat), li in monde.exercice(annee).items()
        }
        places = {(f, *place[:2]): achat for (f, achat), place in attendues.items()}
        onglets = vue.comptent(sujet("BFC", annee))
        cles = [o.id for o in onglets]
        toutes = vue.db.execute(
            "SELECT id FROM lignes_paat WHERE onglet IN (SELECT value FROM json_each(?))", [str(cles)]
        )
        lues = stored_lines.lignes_de(vue.db, cles, vue.au, parmi=[r[0] for r in toutes.fetchall()])
        rendues = {}
        for li in lues:
            achat = places[li.finess, Path(li.chemin).name, li.cellule]
            rendues[li.finess, achat] = (
                Path(li.chemin).name,
                li.cellule,
                li.gain_exercice,
                li.retire,
                bool(li.reportee_de),
            )
            self.verifie_le_numero(annee, li, achat)
        assert rendues == attendues
        assert len(lues) == len(attendues)

    def verifie_le_numero(self, annee: int, li: LigneRecue, achat: str) -> None:
        """A purchase keeps its number for ever, within its exercice and when it is carried over; no other ever bears it."""
        cle = (annee, li.finess, achat)
        assert self.numeros.setdefault(cle, li.action_id) == li.action_id
        if li.reportee_de:
            assert self.numeros[annee - 1, li.finess, achat] == li.action_id
            assert li.reportee_de.endswith(f"{li.finess}/{li.action_id}")
        porteurs = [
            a for (n, f, a), numero in self.numeros.items() if (n, f, numero) == (annee, li.finess, li.action_id)
        ]
        assert porteurs == [achat]

    def verifie_les_sommes(self, vue: Vue, monde: Monde, annee: int) -> None:
        for ght in (None, *MEMBRES):
            t = somme(vue.comptent(sujet(ght or "BFC", annee)))
            attendue = monde.somme(annee, ght)
            assert (t.gain_declare, t.gain_retire, t.gain_retenu) == (
                cents(attendue.declare), cents(attendue.retire), cents(attendue.retenu),
            )  # fmt: skip

    def verifie_les_etats(self, vue: Vue, monde: Monde, c: oracle.Campagne) -> None:
        for e in etats(vue, sujet("BFC", c.exercice, c.code)):
            if e.ght.code in MEMBRES:
                rendu = oracle.Situation(
                    e.progres, e.onglets, e.a_corriger, e.en_retard, e.prolongee, e.verrouillee, e.apres_verrou
                )
                assert rendu == monde.situation(c.code, e.ght.code), (c.code, e.ght.code)

    def verifie_le_pont(self, jour: date, depuis: date, annee: int, ght: str | None = None) -> None:
        """By cause and by line, every part of the difference between two days, to the cent and at its cell."""
        vue = self.region.le(jour).vue
        avant, apres = (
            {cle: li for cle, li in self.monde(j).exercice(annee).items() if ght is None or GHT_DE[cle[0]] == ght}
            for j in (depuis, jour)
        )
        parts = oracle.pont(avant, apres)
        s = sujet(ght or "BFC", annee, depuis=depuis)
        par_cause: dict[str, int] = {}
        for (cause, _), euros in parts.items():
            par_cause[cause] = par_cause.get(cause, 0) + cents(euros)
        rendu = changements(vue, s)
        assert {e.code: e.valeur for e in rendu.elements} == par_cause
        assert rendu.valeur == sum(par_cause.values())
        attendus = sorted(
            (cause, cents(euros), cle[0], li.fichier, f"{GAIN_COL}{ENTETE + 1 + li.rang}")
            for (cause, cle), euros in parts.items()
            for li in [apres.get(cle) or avant[cle]]
            if euros
        )
        lignes = changements(vue, replace(s, par="ligne")).elements
        sommes: dict[tuple[str, str, str, str], int] = {}
        for e in lignes:
            assert e.adresse
            place = (e.code, e.adresse.reference.split("/")[1], Path(e.adresse.fichier).name, e.adresse.cellule)
            sommes[place] = sommes.get(place, 0) + int(e.valeur or 0)
        assert sorted((cause, v, *ou) for (cause, *ou), v in sommes.items() if v) == attendus

    def redemande(self) -> None:
        """Everything that was answered on a past day is answered again, to the letter."""
        for (jour, question), dit in self.dits.items():
            assert self.region.demande(question, jour) == dit, (jour, question)

    def reverifie(self) -> None:
        """Each past day seen from now is still what the oracle says of it."""
        maintenant = self.region.vue
        for jour in self.jours:
            vue, monde = maintenant.le(jour), self.monde(jour)
            for annee in (2021, 2022):
                self.verifie_les_lignes(vue, monde, annee)
                self.verifie_les_sommes(vue, monde, annee)
            for c in CAMPAGNES:
                self.verifie_les_etats(vue, monde, c)


def saisie(achat: str, gain: str, reference: str, commande: date, **reste: Any) -> Saisie:
    return Saisie(achat, Decimal(gain), Decimal(reference), commande, **reste)


def j(texte: str) -> date:
    return date.fromisoformat(texte)


@pytest.fixture
def recit(tmp_path: Path) -> Recit:
    return Recit(nouvelle(tmp_path))


Onglets = dict[str, list[Saisie]]


def collecte(r: Recit) -> Onglets:
    """2021, from the opening to the first decisions; what the tabs hold."""
    nord = [
        saisie("gants", "9600", "96000", j("2021-07-01")),
        saisie("linge", "90.06", "1200", j("2021-12-15")),
        saisie("scanner", "40000", "80000", j("2021-03-01")),
        saisie("papier", "12000.50", "60000", j("2021-02-03")),
    ]
    saone = [saisie("gaz", "15000", "300000", j("2021-05-10")), saisie("repas", "-3600", "90000", j("2021-09-01"))]
    r.arrete(j("2022-01-12"))
    # 1. The first two trames; a line saves half of what it cost, without a word: struck out.
    jour = j("2022-01-20")
    r.recoit(
        Envoi(jour, "nord.xlsx", NORD, ANNUELLE, {BELFORT: nord}),
        Envoi(jour, "saone.xlsx", SAONE, ANNUELLE, {VESOUL: saone}),
    )
    r.arrete(jour)
    r.decide(Decision(j("2022-01-21"), ANNUELLE, BELFORT, "scanner", "retenir"))
    r.arrete(j("2022-01-21"))
    # 2. A partial workbook, not handed in; another one read out on the phone and entered by the referent.
    sens = [saisie("gants", "2400", "40000", j("2021-01-04")), saisie("oxygène", "7000", "50000", j("2021-11-02"))]
    beaune = [saisie("vin", "600", "9000", j("2021-04-01")), saisie("bois", "100", "50", j("2021-04-01"))]
    jour = j("2022-01-27")
    r.recoit(Envoi(jour, "yonne-sens.xlsx", YONNE, ANNUELLE, {SENS: sens}, remise=False))
    r.recoit(Envoi(jour, "sud.xlsx", SUD, ANNUELLE, {BEAUNE: beaune}), saisie=PourLeCompte(REFERENT, "lu au téléphone"))
    r.neant(Neant(jour, ANNUELLE, JOIGNY))
    r.arrete(jour)
    assert etats(r.region.vue, sujet(SUD, 2021))[0].pour_le_compte == "lu au téléphone"
    # 3. Edits: a number wiped, a line copied above its original, an amount changed under a decision to keep (it lapses).
    nord = [
        saisie("gants nitrile", "1500", "30000", j("2021-08-01"), numero="0001"),
        replace(nord[0], numero="0001"),
        replace(nord[1], numero=None, gain=Decimal("95.10")),
        replace(nord[2], gain=Decimal(41000), numero="0003"),
        replace(nord[3], numero="0004"),
    ]
    jour = j("2022-02-03")
    r.recoit(Envoi(jour, "nord.xlsx", NORD, ANNUELLE, {BELFORT: nord}))
    r.arrete(jour)
    # 4. The objective is revised; the missing half of a GHT; a newer file that cannot be read changes nothing.
    jour = j("2022-02-10")
    r.revise(
        Revision(jour, 2021, Decimal(17_500_000)),
        "region;BFC;2021;revise-covid;01/07/2021;16,0",
        "region;BFC;2021;revise-covid;01/07/2021;17,5",
    )
    joigny = [saisie("gants", "1200", "20000", j("2021-06-01"))]
    r.recoit(
        Envoi(jour, "yonne-joigny.xlsx", YONNE, ANNUELLE, {JOIGNY: joigny}),
        Envoi(jour, "saone.xlsx", SAONE, ANNUELLE, {VESOUL: []}, lisible=False),
    )
    r.arrete(jour)
    # Decisions: kept again, struck, given back.
    for d in (
        Decision(j("2022-02-14"), ANNUELLE, BELFORT, "scanner", "retenir"),
        Decision(j("2022-02-14"), ANNUELLE, VESOUL, "gaz", "retirer"),
        Decision(j("2022-02-14"), ANNUELLE, BELFORT, "papier", "retirer"),
        Decision(j("2022-02-15"), ANNUELLE, VESOUL, "gaz", "revenir"),
    ):
        r.decide(d)
    r.arrete(j("2022-02-15"))
    return {BELFORT: nord, SENS: sens, JOIGNY: joigny, VESOUL: saone, BEAUNE: beaune}


def cloture(r: Recit, onglets: Onglets) -> Onglets:
    """2021, from a change of rule to what comes after the lock; what the tabs hold at the end."""
    nord, sens, saone, beaune = (onglets[f] for f in (BELFORT, SENS, VESOUL, BEAUNE))
    # A bound becomes stricter; nothing moves until everything is judged again.
    r.borne(Borne(j("2022-02-17"), Decimal("0.15")), "performance_a_justifier = 30", "performance_a_justifier = 15")
    r.arrete(j("2022-02-17"))
    r.rejuge(j("2022-02-18"))
    r.decide(Decision(j("2022-02-18"), ANNUELLE, BELFORT, "papier", "revenir"))
    r.arrete(j("2022-02-18"))
    r.prolonge(Prolongation(j("2022-02-25"), ANNUELLE, SAONE, j("2022-03-25")))
    r.arrete(j("2022-02-25"))
    # 5. Late, and with a line gone.
    jour = j("2022-03-02")
    sens = [replace(sens[1], numero="0002", justifie=True)]
    r.recoit(Envoi(jour, "yonne-sens.xlsx", YONNE, ANNUELLE, {SENS: sens}))
    r.arrete(jour)
    assert "« 0001 »" in str([c.message for c in r.region.constats(ANNUELLE, "ligne-disparue")])
    # The lock, but for the extended GHT; then 6 and 7, files sent after it.
    jour = j("2022-03-16")
    for ght in (NORD, YONNE, SUD):
        r.verrouille(Verrou(jour, ANNUELLE, ght))
    r.arrete(jour)
    jour = j("2022-03-18")
    saone = [
        replace(saone[0], gain=Decimal(15500)),
        *saone[1:],
        saisie("eau", "2400", "30000", j("2021-10-01"), numero=None),
    ]
    r.recoit(
        Envoi(jour, "nord.xlsx", NORD, ANNUELLE, {BELFORT: oracle.change(nord, "gants", gain=Decimal(500))}),
        Envoi(jour, "saone.xlsx", SAONE, ANNUELLE, {VESOUL: saone}),
    )
    r.arrete(jour)
    assert len(r.region.constats(ANNUELLE, "modifie-apres-cloture")) == 1
    r.verrouille(Verrou(j("2022-03-26"), ANNUELLE, SAONE))
    r.recoit(Envoi(j("2022-03-28"), "sud.xlsx", SUD, ANNUELLE, {BEAUNE: [beaune[0]]}))
    r.arrete(j("2022-03-28"))
    return {**onglets, SENS: sens, VESOUL: saone}


def seconde_campagne(r: Recit, de_2021: Mapping[str, Sequence[Saisie]]) -> None:
    """2022, mid-year then year-end: what is carried over counts for what was known, whatever is typed over it."""
    belfort = {s.achat: s for s in de_2021[BELFORT]}
    vesoul = {s.achat: s for s in de_2021[VESOUL]}
    r.arrete(j("2022-06-16"))
    # The report of the gloves is typed over; that of the paper (earned in full in January) is not there; two new lines.
    nord = [
        replace(belfort["gants"], gain=Decimal(19200), numero="0001"),
        replace(belfort["linge"], numero=None, reference=None),
        replace(belfort["gants nitrile"], numero=r.numeros[2021, BELFORT, "gants nitrile"], statut="abandonné"),
        saisie("IRM", "24000", "400000", j("2022-03-01"), numero="0100"),
        saisie("vaccins", "5000.01", "90000", j("2022-06-10"), numero=None),
    ]
    saone = [replace(vesoul["gaz"], numero="0001"), replace(vesoul["repas"], numero="0002", gain=Decimal(-60))]
    jour = j("2022-07-05")
    r.recoit(
        Envoi(jour, "mi-nord.xlsx", NORD, MI_ANNEE, {BELFORT: nord}),
        Envoi(jour, "mi-saone.xlsx", SAONE, MI_ANNEE, {VESOUL: saone}),
    )
    r.arrete(jour)
    assert len(r.region.constats(MI_ANNEE, "report-modifie")) == 4
    # Late, with a purchase of 2021 that was struck out then, and is not carried.
    yonne = {SENS: [replace(de_2021[SENS][0], numero="0002")], JOIGNY: [replace(de_2021[JOIGNY][0], numero="0001")]}
    r.recoit(Envoi(j("2022-09-20"), "mi-yonne.xlsx", YONNE, MI_ANNEE, yonne))
    r.arrete(j("2022-09-20"))
    r.decide(Decision(j("2022-09-21"), MI_ANNEE, BELFORT, "IRM", "retirer"))
    r.verrouille(Verrou(j("2022-09-30"), MI_ANNEE, NORD))
    r.arrete(j("2022-09-30"))
    # Year-end: numbers wiped, a line gone, a line changed, the carried ones as the register knows them.
    nord_fin = [
        replace(nord[4], numero=None, gain=Decimal(6000)),
        replace(nord[0], numero="0001"),
        replace(nord[2], numero=nord[2].numero, statut="réalisé"),
        replace(nord[3], numero=None),
        saisie("draps", "800", "9000", j("2022-11-30"), numero=None),
    ]
    jour = j("2023-01-25")
    r.recoit(Envoi(jour, "fin-nord.xlsx", NORD, SUIVANTE, {BELFORT: nord_fin}))
    r.arrete(jour)
    r.decide(Decision(j("2023-01-26"), SUIVANTE, BELFORT, "draps", "retirer"))
    r.decide(Decision(j("2023-01-26"), SUIVANTE, BELFORT, "gants", "retirer"))
    r.decide(Decision(j("2023-01-27"), SUIVANTE, BELFORT, "gants", "revenir"))
    r.arrete(j("2023-01-27"))
    # 2021 is opened again for one GHT: its late file counts at last, and what it changes is carried once judged again.
    r.verrouille(Verrou(j("2023-02-01"), ANNUELLE, NORD, pose=False))
    r.arrete(j("2023-02-01"))
    r.rejuge(j("2023-02-02"))
    r.arrete(j("2023-02-02"))
    for ght in MEMBRES:
        r.verrouille(Verrou(j("2023-03-16"), SUIVANTE, ght))
    r.recoit(Envoi(j("2023-03-20"), "fin-nord.xlsx", NORD, SUIVANTE, {BELFORT: nord_fin[:2]}))
    r.arrete(j("2023-03-20"))


def test_two_campaigns_say_on_each_day_what_the_oracle_says_and_say_it_again_at_the_end(recit: Recit) -> None:
    seconde_campagne(recit, cloture(recit, collecte(recit)))
    assert len({e.jour for e in recit.evenements if isinstance(e, Envoi)}) >= 10
    for rang, jour in enumerate(recit.jours):
        for depuis in recit.jours[:rang]:
            recit.verifie_le_pont(jour, depuis, 2021)
            recit.verifie_le_pont(jour, depuis, 2022)
    recit.region.le(recit.jours[-1])
    recit.reverifie()
    recit.redemande()
    dits = [d["objectif"] for (_, q), d in sorted(recit.dits.items()) if q == "objectif BFC 2021"]
    assert dits[0] == "16000000.00"
    assert dits[-1] == "17500000.00"
    causes = {
        e.code
        for jour in recit.jours[1:]
        for e in changements(recit.region.le(jour).vue, sujet("BFC", 2021, depuis=recit.jours[0])).elements
    }
    assert causes >= {"apparue", "retiree"}


# The same, with edits drawn at random


@dataclass
class Hasard:
    """What people do to their trames, drawn from a seed."""

    r: Recit
    tirage: random.Random
    onglets: dict[tuple[str, str], list[Saisie]] = field(default_factory=dict)
    """(campaign, FINESS) → the tab as it stands on their machine."""
    achats: int = 0
    jour: date = date(2022, 1, 14)
    seuil: int = 30

    def montant(self) -> Decimal:
        cents = self.tirage.randint(-200_000, 2_000_000)
        return Decimal(cents if abs(cents) >= 100 else 100) / 100  # under one euro, an amount is taken for a rate

    def nouvelle(self, annee: int) -> Saisie:
        self.achats += 1
        commande = date(annee, 1, 1) + timedelta(days=self.tirage.randint(-150, 364))
        # The numbers people type stay clear of those that are given: 0200 and up, each once.
        numero = self.tirage.choice((None, f"{200 + self.achats:04d}"))
        reference = Decimal(self.tirage.randint(1_000_000, 6_000_000)) / 100
        return Saisie(f"n{self.achats}", self.montant(), reference, commande, numero=numero)

    def retouche(self, s: Saisie) -> Saisie:
        """One small edit of one line."""
        quoi: dict[str, Any] = self.tirage.choice((
            {"gain": self.montant()}, {"gain": None}, {"reference": Decimal(self.tirage.randint(100_000, 6_000_000)) / 100},
            {"justifie": not s.justifie}, {"statut": self.tirage.choice(("réalisé", "réalisé", "notifié", "potentiel", "abandonné"))},
            {"commande": None}, {"commande": (s.commande or date(2021, 6, 1)) + timedelta(days=self.tirage.randint(-40, 40))},
            {"numero": None}, {"reference": None},
        ))  # fmt: skip
        return replace(s, **quoi)

    def edite(self, lignes: list[Saisie], annee: int) -> list[Saisie]:
        lignes = list(lignes)
        for _ in range(self.tirage.randint(1, 4)):
            geste = self.tirage.random()
            if geste < 0.4 or not lignes:
                lignes.insert(self.tirage.randint(0, len(lignes)), self.nouvelle(annee))
            elif geste < 0.8:
                place = self.tirage.randrange(len(lignes))
                lignes[place] = self.retouche(lignes[place])
            elif geste < 0.87 and len(lignes) > 1:
                place = self.tirage.randrange(len(lignes))
                numero = lignes[place].numero
                # A copy whose original never came cannot be told from the original typed over.
                if numero is None or sum(s.numero == numero for s in lignes) == 1:
                    del lignes[place]
            elif geste < 0.90:
                self.tirage.shuffle(lignes)
            elif geste < 0.93:  # the column converted to numbers, or padded
                lignes = [replace(s, numero=self.respelt(s.numero, lignes)) for s in lignes]
            else:  # a line copied above or below its original, with its number, for another purchase
                place = self.tirage.randrange(len(lignes))
                copie = replace(self.nouvelle(annee), numero=lignes[place].numero)
                lignes.insert(place + self.tirage.randint(0, 1), copie)
        return lignes[:30]

    def respelt(self, numero: str | None, lignes: Sequence[Saisie]) -> str | None:
        if numero is None or numero == "=" or sum(s.numero == numero for s in lignes) > 1:
            return numero
        court = numero.lstrip("0")
        return (
            self.tirage.choice((numero, court, f" {court}", f"N°{court}", f"0{numero}")) if court.isdigit() else numero
        )

    def envoie(self, campagne: str) -> None:
        annee = next(c.exercice for c in CAMPAGNES if c.code == campagne)
        envois = []
        for ght in self.tirage.sample(sorted(MEMBRES), self.tirage.randint(1, 2)):
            membres = self.tirage.sample(MEMBRES[ght], self.tirage.randint(1, len(MEMBRES[ght])))
            lisible = self.tirage.random() > 0.1
            onglets = {f: self.edite(self.onglets.get((campagne, f), []), annee) for f in membres}
            if lisible:
                self.onglets |= {(campagne, f): lignes for f, lignes in onglets.items()}
            nom = f"{campagne}-{ght}-{self.tirage.randint(1, 2)}.xlsx"
            envois.append(Envoi(self.jour, nom, ght, campagne, onglets, self.tirage.random() > 0.3, lisible))
        self.r.recoit(*envois)

    def reprend(self, campagne: str, de: str, *, reports: bool) -> None:
        """A new campaign starts from the lines of the former one: all of them, or those that still yield something."""
        for (c, f), lignes in list(self.onglets.items()):
            if c == de:
                gardees = [
                    s
                    for s in lignes
                    if not reports or (s.commande and s.commande > date(2021, 2, 1) and s.commande.year == 2021)
                ]
                # Pre-filled with the numbers that were given, as the template of the campaign is.
                annee = next(k.exercice for k in CAMPAGNES if k.code == de)
                self.onglets[campagne, f] = [
                    replace(s, numero=self.r.numeros.get((annee, f, s.achat), s.numero)) for s in gardees
                ]

    def decide(self, campagne: str) -> None:
        comptees = sorted(self.r.monde(self.jour).lignes([campagne]))
        for finess, achat in self.tirage.sample(comptees, min(len(comptees), self.tirage.randint(0, 3))):
            self.r.decide(
                Decision(self.jour, campagne, finess, achat, self.tirage.choice(("retenir", "retirer", "revenir")))
            )

    def gouverne(self, campagne: str) -> None:
        """What a referent does beside deciding."""
        geste, ght = self.tirage.random(), self.tirage.choice(sorted(MEMBRES))
        verrouille = (campagne, ght) in self.r.monde(self.jour).verrous
        vus = self.r.monde(self.jour).comptent([campagne])
        muets = [f for f in MEMBRES[ght] if f not in vus and (campagne, f) not in self.r.monde(self.jour).vides]
        if muets and self.tirage.random() < 0.3:
            self.r.neant(Neant(self.jour, campagne, self.tirage.choice(muets)))
        if geste < 0.25:
            self.r.verrouille(Verrou(self.jour, campagne, ght, pose=not verrouille))
        elif geste < 0.45:
            avant, self.seuil = self.seuil, self.tirage.choice([n for n in (16, 20, 30, 45, 60) if n != self.seuil])
            borne = Borne(self.jour, Decimal(self.seuil) / 100)
            self.r.borne(borne, f"performance_a_justifier = {avant}", f"performance_a_justifier = {self.seuil}")
            if self.tirage.random() < 0.7:
                self.r.rejuge(self.jour)

    def passe(self, jours: int) -> None:
        self.jour += timedelta(days=self.tirage.randint(1, jours))


@pytest.mark.parametrize("graine", [0, *(pytest.param(g, marks=pytest.mark.e2e) for g in (1, 2))])
def test_whatever_people_do_the_figures_of_each_day_are_the_oracles_and_stay(recit: Recit, graine: int) -> None:
    h = Hasard(recit, random.Random(graine))
    for campagne, debut, pulls, de in (
        (ANNUELLE, "2022-01-14", 12, ""),
        (MI_ANNEE, "2022-06-20", 8, ANNUELLE),
        (SUIVANTE, "2023-01-12", 10, MI_ANNEE),
    ):
        h.jour = max(h.jour + timedelta(days=1), j(debut))
        h.reprend(campagne, de, reports=de == ANNUELLE)
        for _ in range(pulls):
            h.envoie(campagne if h.tirage.random() < 0.9 or not de else de)
            recit.arrete(h.jour, demande=False)
            h.decide(campagne)
            h.gouverne(campagne)
            recit.jours.pop()
            recit.arrete(h.jour, demande=h.tirage.random() < 0.1)
            for depuis in h.tirage.sample(recit.jours, min(3, len(recit.jours))):
                recit.verifie_le_pont(h.jour, depuis, h.tirage.choice((2021, 2022)), h.tirage.choice((None, *MEMBRES)))
            h.passe(5)
    recit.reverifie()
    recit.redemande()
