"""What an exercice would come to, how territories and years compare, what is left to do, what was not understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.answering import repond
from config.territory import Perimetre
from reports.comparison import comparaison, evolution
from reports.forecast import prevision
from reports.ranking import classement
from reports.todo import taches
from sheets.register import acts, asked
from tests.region import Region, nouvelle, sujet

ANNUELLE, MI_ANNEE = "2021-annuelle", "2022-mi-annee"
JOIGNY, SENS, AVALLON = "890000417", "890970569", "890000409"
EN_JUILLET = {"date_premiere_commande": date(2021, 7, 1), "montant_reference": 1_000_000, "gain_annuel": 96_000}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """In 2021, Nord Yonne kept 48 000 € and leaves 48 000 € to 2022; Sud Yonne kept 24 000 € and leaves as much."""
    r = nouvelle(tmp_path)
    r.envoie("nord.xlsx", "BFC-05", ANNUELLE, {SENS: [{**EN_JUILLET, "intitule": "Gants"}]})
    r.envoie("sud.xlsx", "BFC-04", ANNUELLE, {AVALLON: [{**EN_JUILLET, "intitule": "Linge", "gain_annuel": 48_000}]})
    return r.le(date(2022, 7, 20))


def faits(region: Region, code: str = "BFC") -> dict[str, int]:
    """In euros (or counts), the forecast of 2022 and what it is made of."""
    r = prevision(region.vue, sujet(code, 2022))
    en_euros = {k: int(str(v)) // (1 if k in ("absents", "anciens") else 100) for k, v in r.faits.items()}
    return {"valeur": int(r.valeur or 0) // 100, "retenu": r.totaux.gain_retenu // 100, **en_euros}


def test_before_anyone_answers_the_forecast_is_the_report_and_the_imputed_stays_beside(region: Region) -> None:
    f = faits(region)
    assert (f["valeur"], f["retenu"], f["notifie"], f["report"]) == (72_000, 0, 0, 72_000)
    assert (f["impute"], f["impute_reporte"], f["absents"]) == (72_000, 72_000, 11)


def test_a_report_is_never_counted_with_the_line_that_carries_it(region: Region) -> None:
    nouveau = {"intitule": "Neuf", "date_premiere_commande": date(2022, 1, 10), "montant_reference": 900_000,
               "gain_annuel": 12_000}  # fmt: skip
    notifie = {"intitule": "À venir", "statut": "notifié", "date_premiere_commande": date(2022, 10, 1),
               "montant_reference": 500_000, "gain_annuel": 40_000}  # fmt: skip
    repris = {**EN_JUILLET, "intitule": "Gants"}
    region.envoie("nord22.xlsx", "BFC-05", MI_ANNEE, {SENS: [repris, nouveau, notifie]})
    f = faits(region, "BFC-05")
    assert (f["valeur"], f["retenu"], f["notifie"], f["report"]) == (70_000, 60_000, 10_000, 0)
    assert (f["impute"], f["absents"]) == (0, 0)
    tout = faits(region)
    assert (tout["valeur"], tout["report"], tout["impute"], tout["absents"]) == (94_000, 24_000, 24_000, 10)


def test_a_report_that_was_not_taken_up_is_still_inherited(region: Region) -> None:
    neuf = {"intitule": "Neuf", "date_premiere_commande": date(2022, 1, 10), "montant_reference": 900_000,
            "gain_annuel": 12_000}  # fmt: skip
    region.envoie("nord22.xlsx", "BFC-05", MI_ANNEE, {SENS: [neuf]})
    f = faits(region, "BFC-05")
    assert (f["valeur"], f["retenu"], f["report"]) == (60_000, 12_000, 48_000)


def test_a_line_struck_by_a_referent_leaves_nothing_to_the_next_exercice(region: Region) -> None:
    acts.decide(region.main(), f"{ANNUELLE}/{SENS}/0001", "retirer", "relu")
    f = faits(region)
    assert (f["valeur"], f["impute"]) == (24_000, 24_000)


def test_the_sums_kept_with_a_tab_are_those_of_its_lines(region: Region) -> None:
    requete = (
        "SELECT o.notifie, o.report, o.repris, sum(iif(l.bloquee, min(l.prevision, 0), l.prevision)),"
        " sum(iif(l.bloquee, min(l.report, 0), l.report)), sum(iif(substr(l.date_premiere_commande, 1, 4) < o.exercice || '',"
        " l.gain_exercice, 0)) FROM onglets o JOIN lignes_paat l ON l.onglet = o.id GROUP BY o.id"
    )
    sommes = region.db.execute(requete).fetchall()
    assert len(sommes) == 2
    assert all(s[:3] == s[3:] for s in sommes)


def test_two_places_are_set_side_by_side_on_what_came_from_both(region: Region) -> None:
    r = comparaison(region.vue, sujet("BFC-05", 2021, autres=(Perimetre("ght", "BFC-04"), Perimetre("region", "BFC"))))
    assert [e.valeur for e in r.elements] == [4_800_000, 2_400_000, 7_200_000]
    assert (r.valeur, r.recues, r.attendues) == (2_400_000, 2, 11)


def test_an_evolution_goes_through_the_exercices_that_were_opened(region: Region) -> None:
    region.envoie("nord22.xlsx", "BFC-05", MI_ANNEE, {SENS: [{**EN_JUILLET, "intitule": "Gants"}]})
    r = evolution(region.vue, sujet("BFC-05", 2022))
    assert [(e.libelle, e.valeur) for e in r.elements] == [("2021", 4_800_000), ("2022", 4_800_000)]
    assert r.valeur == 0
    avant = evolution(region.vue.le(date(2022, 3, 1)), sujet("BFC-05", 2021))
    assert [e.libelle for e in avant.elements] == ["2021"]


def test_a_ranking_leaves_out_those_that_sent_nothing_and_says_so(region: Region) -> None:
    r = classement(region.vue, sujet("BFC", 2021, par="ght", combien=1, du_bas=True))
    assert [(e.libelle, e.precision) for e in r.elements] == [("GHT Sud Yonne-Haut-Nivernais", "2e sur 2")]
    assert r.faits["absents"] == 9


def test_a_ght_is_told_what_it_owes_and_what_it_costs(region: Region) -> None:
    region.le(date(2022, 2, 1))
    mauvaise = {**EN_JUILLET, "intitule": "Trop beau", "gain_annuel": 2_000_000}
    region.envoie("nord.xlsx", "BFC-05", ANNUELLE, {SENS: [mauvaise]}, remise=False)
    r = taches(region.vue, sujet("BFC-05", 2021))
    codes = [e.code for e in r.elements]
    assert codes == ["remettre", "onglet", "performance-superieure-100"]
    assert r.elements[1].precision == "CH JOIGNY"
    assert "1 000 000 € en jeu" in r.elements[2].precision.replace("\u202f", " ").replace("\xa0", " ")
    du_referent = taches(region.vue, sujet("BFC", 2021))
    assert [e.libelle for e in du_referent.elements if e.code == "trancher"] == ["Trancher 1 ligne : GHT Nord Yonne"]
    assert sum(e.code == "relancer" for e in du_referent.elements) == 10


def test_deadlines_follow_the_extension_of_a_ght(region: Region) -> None:
    acts.prolonge(region.main(), MI_ANNEE, "BFC-05", date(2022, 9, 28), "intempéries")
    assert "28/09/2022" in region.demande("échéances GHT Nord Yonne")["texte"]
    assert "15/09/2022" in region.demande("échéances GHT Jura")["texte"].split("\n")[0]


def test_follow_ups_go_through_the_register(region: Region) -> None:
    region.demande("gains GHT Nord Yonne 2021")
    suite = region.demande("et par famille ?")
    assert (suite["intention"], suite["par"], suite["perimetre"]["code"]) == ("gains", "famille", "BFC-05")
    suite = region.demande("et Sud Yonne ?")
    assert (suite["perimetre"]["code"], suite["par"], suite["valeur"]) == ("BFC-04", "famille", "24000.00")
    suite = region.demande("compare avec Nord Yonne")
    assert (suite["intention"], suite["valeur"]) == ("comparaison", "-24000.00")
    assert region.demande("et en 2022 ?")["intention"] == "comparaison"


def test_what_was_not_understood_is_listed_most_frequent_first_without_addresses(region: Region) -> None:
    voisin = region.dossier.personnes["directeur.bfc-08@exemple.invalid"]
    for texte in (
        "Gains UGAP",
        "gains vesoul",
        "gains ugap ?",
        "gains bfc 2021",
        "aide",
        "écris à quelqu.un@exemple.invalid",
    ):
        region.demande(texte)
    repond("gains GHT Nièvre 2021", voisin, region.vue, region.heure)  # refused, but understood
    dites = [(i.texte, i.fois) for i in asked.incomprises(region.db)]
    assert dites == [("gains ugap ?", 2), ("gains vesoul", 1), ("écris à …@…", 1)]
    assert len(asked.incomprises(region.db, 1)) == 1
