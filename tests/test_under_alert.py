"""What is kept by lines that ask for a look: said beside every figure, on every surface, equal to an independent sum."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bots.answer_files import image, tableur
from bots.answering import rend
from bots.delivery import tourne
from bots.slack import home_tab
from bots.slack.conversation import repond_a
from config.french import INSECABLE, MILLIERS
from config.rights import CLAVIER
from sheets.register import acts, schema
from sheets.register.decisions import decisions
from sheets.register.what_counts import qui_compte
from tests.conftest import GAIN_COL
from tests.postman import Facteur
from tests.region import REFERENT, Region, nouvelle, relit

JURA, NIEVRE = "BFC-08", "BFC-06"
SUD, MOREZ, NEVERS = "390780146", "390780153", "580780039"
ANNUELLE = "2021-annuelle"
JANVIER = date(2021, 1, 4)


def ligne(gain: float, reference: float, **reste: Any) -> dict[str, Any]:
    return {"gain_annuel": gain, "montant_reference": reference, "date_premiere_commande": JANVIER, **reste}


ORDINAIRES = [ligne(100_000 + n, 2_000_000, intitule=f"Achat {n}", marche=f"M{n}") for n in range(6)]
PLANTED = ligne(4_000_000, 20_000_000, marche="", intitule="Scanner Tartempion")
"""Two alerts: a performance of 20 % that nothing justifies, and no market number."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = nouvelle(tmp_path_factory.mktemp("region"))
    region.le(date(2022, 1, 20)).envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: [*ORDINAIRES, PLANTED]})
    return region


def plain(texte: str) -> str:
    return texte.replace(INSECABLE, " ").replace(MILLIERS, " ")


def test_the_planted_line_bears_two_alerts_and_is_summed_once(region: Region) -> None:
    siennes = [
        c
        for c in region.constats(ANNUELLE, "performance-hors-bornes", "marche-absent", "poids-excessif")
        if c.ligne == 11
    ]
    assert len(siennes) >= 2
    assert region.demande("gains bfc 2021")["sous_alerte"] == "4000000.00"


def test_json_says_what_is_under_alert_and_what_is_not(region: Region) -> None:
    for question in (
        "gains bfc 2021",
        "objectif bfc 2021",
        "prévision bfc 2021",
        "pourquoi gains bfc 2021",
        "gains jura 2021",
    ):
        dit = region.demande(question)
        assert (dit["sous_alerte"], dit["retenu_hors_alerte"]) == ("4000000.00", "600015.00"), question
        assert dit["sources"] == {"plus_ancienne": "2022-01-20", "plus_recente": "2022-01-20"}
        assert {"nom", "unite", "formule"} == set(dit["metrique"])
    par_ght = region.demande("gains bfc 2021 par ght")
    assert par_ght["lignes"][0]["sous_alerte"] == "4000000.00"


def test_the_line_that_makes_much_of_a_total_is_named_by_its_place(region: Region) -> None:
    (dite,) = region.demande("gains bfc 2021")["lignes_qui_pesent"]
    assert (dite["reference"], dite["cellule"], dite["valeur"]) == (
        f"{ANNUELLE}/{SUD}/0007",
        f"{GAIN_COL}11",
        "4000000.00",
    )
    region_dite = plain(region.demande("gains bfc 2021")["texte"])
    assert f"Une seule ligne fait 4 000 000 € de ce total [{ANNUELLE}/{SUD}/0007 · {GAIN_COL}11]." in region_dite


def test_every_surface_says_it(region: Region) -> None:
    personne = region.dossier.personnes[REFERENT]
    said = dict(_surfaces(region, personne))
    missing = [nom for nom, texte in said.items() if "4,0 M€ sous alerte" not in plain(texte)]
    assert not missing, {n: plain(said[n]) for n in missing}
    chat = {nom: said[nom] for nom in ("slack", "home", "letter")}
    assert not any("Tartempion" in texte for texte in chat.values())


def _surfaces(region: Region, personne: Any) -> Iterator[tuple[str, str]]:
    heure = region.heure
    yield "console", region.demande("gains bfc 2021")["texte"]
    yield "objective", region.demande("objectif bfc 2021")["texte"]
    yield "forecast", region.demande("prévision bfc 2021")["texte"]
    yield "comparison", region.demande("compare bfc et jura 2021")["texte"]
    yield "years", region.demande("évolution bfc")["texte"]
    yield "slack", json.dumps(repond_a("gains bfc 2021", personne, region.vue, heure).blocs, ensure_ascii=False)
    yield "home", json.dumps(home_tab.accueil(region.main(), region.vue), ensure_ascii=False)
    rendu = rend("gains bfc 2021", CLAVIER, region.vue, heure)
    yield "picture", image(rendu).alternative
    livre = relit(tableur(rend("gains bfc 2021 en tableur", CLAVIER, region.vue, heure)).octets)
    yield "workbook", " ".join(str(c.value) for r in livre.worksheets[0].iter_rows(max_row=4) for c in r)
    courriel = Facteur()
    region.le(date(2022, 3, 17), 10)
    tourne(region.vue, lambda: region.heure, [courriel.canal])
    yield "letter", "\n".join(x.objet + x.texte for x in courriel.livrees if x.a == REFERENT)
    region.heure = heure


def test_the_picture_shows_it_apart_with_its_word_in_the_key(region: Region) -> None:
    from reports.charts import Part, dessin, parts

    rendu = rend("gains bfc 2021 par ght", CLAVIER, region.vue, region.heure)
    assert rendu.reponse
    d = dessin(rendu.reponse, [], region.dossier, "t", "p")
    assert d
    assert parts(d) == [Part.RETENU, Part.UNDER_ALERT]
    assert [(m.de, m.a) for m in d.barres[0].morceaux] == [(0, 60_001_500), (60_001_500, 460_001_500)]


# The sum, done again


def independent(region: Region, au: date) -> dict[str, int]:
    """By FINESS: every line of the tabs that count, its alerts and its decision looked at one by one."""
    db, rendu = region.db, {}
    jour = au.isoformat()
    for finess, o in qui_compte(db, [ANNUELLE], au).items():
        cents = 0
        vus = [
            r
            for r in db.execute("SELECT r.id, p.debut FROM recoupements r JOIN pulls p ON p.id = r.pull")
            if r[1][:10] <= jour
        ]
        last = max((r[0] for r in vus), default=-1)
        constats = db.execute("SELECT ligne, gravite, recoupement FROM constats WHERE onglet = ?", [o.id]).fetchall()
        alerted = {n for n, gravite, look in constats if gravite == "alerte" and look in (None, last)}
        decided = {d.ligne for d in decisions(db, [o.id], au) if not d.caduque}
        for r in db.query("SELECT * FROM lignes_paat WHERE onglet = ?", [o.id]):
            if r["numero"] in alerted and not r["bloquee"] and r["id"] not in decided:
                cents += max(r["gain_exercice"], 0)
        rendu[finess] = cents
    return rendu


def generated(hasard: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Lines of every kind: sound, under one alert or two, struck, losses; some shared by two établissements."""
    shared = ligne(hasard.randrange(1_000, 90_000), 2_000_000, marche=f"G{hasard.randrange(3)}")
    rendu = {}
    for finess in (SUD, MOREZ):
        rendu[finess] = [
            hasard.choice([
                ligne(hasard.randrange(1, 99_000), 2_000_000, marche=f"M{finess}{n}"),
                ligne(hasard.randrange(1, 99_000), 2_000_000, marche=""),
                ligne(-hasard.randrange(1, 9_000), 200_000, marche=""),
                ligne(hasard.randrange(20_000, 29_000), 100_000, marche=""),
                ligne(hasard.randrange(5_000, 9_000), 1_000, marche=""),
                shared,
            ]) | {"intitule": f"Achat {finess} {n}"}
            for n in range(hasard.randrange(1, 9))
        ]  # fmt: skip
    return rendu


def decide(region: Region, hasard: random.Random) -> None:
    for finess in (SUD, MOREZ):
        for action in region.lignes(finess, ANNUELLE):
            if hasard.random() < 0.4:
                sens = hasard.choice(["retenir", "retirer", "revenir"])
                acts.decide(region.main(), f"{ANNUELLE}/{finess}/{action}", sens, "relu")


@pytest.mark.parametrize("graine", range(4))
def test_it_equals_an_independent_sum_on_generated_registers_on_every_day(graine: int, tmp_path: Path) -> None:
    hasard = random.Random(graine)
    region = nouvelle(tmp_path)
    days = [date(2022, 1, 20), date(2022, 1, 27), date(2022, 2, 3), date(2022, 2, 10)]
    for rang, day in enumerate(days):
        region.le(day)
        if rang in (0, 2):
            region.envoie("Jura.xlsx", JURA, ANNUELLE, generated(hasard), remise=hasard.random() < 0.5)
        if rang == 1:
            region.envoie("Nièvre.xlsx", NIEVRE, ANNUELLE, {NEVERS: generated(hasard)[SUD]})
        decide(region, hasard)
    for day in days:
        counted = qui_compte(region.db, [ANNUELLE], day)
        expected = independent(region, day)
        assert {f: o.sous_alerte for f, o in counted.items()} == expected, day
        dit = region.demande("gains bfc 2021", day)
        assert Decimal(dit["sous_alerte"]) * 100 == sum(expected.values())
        assert Decimal(dit["sous_alerte"]) + Decimal(dit["retenu_hors_alerte"]) == Decimal(dit["valeur"])
        par_etablissement = region.demande("gains bfc 2021 par etablissement", day)["lignes"]
        assert sum(Decimal(e.get("sous_alerte", 0)) for e in par_etablissement) == Decimal(dit["sous_alerte"])


def test_a_register_of_before_gets_the_same_sums(tmp_path: Path) -> None:
    hasard, region = random.Random(11), nouvelle(tmp_path)
    for day in (date(2022, 1, 20), date(2022, 1, 27)):
        region.le(day).envoie("Jura.xlsx", JURA, ANNUELLE, generated(hasard))
        region.envoie("Nièvre.xlsx", NIEVRE, ANNUELLE, {NEVERS: generated(hasard)[SUD]})
    reads = ("SELECT id, sous_alerte FROM onglets", "SELECT * FROM sous_alertes ORDER BY 1, 2")
    written = [region.db.execute(r).fetchall() for r in reads]
    assert any(cents for _, cents in written[0])
    with region.db.atomic():
        region.db.execute("UPDATE onglets SET sous_alerte = 0")
        region.db.execute("DELETE FROM sous_alertes")
        for instruction in schema.statements((schema.FOLDER / "016_under_alert.sql").read_text()):
            if instruction.startswith(("UPDATE", "INSERT")):
                region.db.execute(instruction)
    assert [region.db.execute(r).fetchall() for r in reads] == written


@pytest.mark.parametrize("graine", range(4))
def test_at_the_lock_it_is_what_stood_under_alert_that_evening_whatever_came_since(graine: int, tmp_path: Path) -> None:
    """Later sendings, looks at the campaign and decisions move what stands today, never what stood at the lock."""
    hasard, region = random.Random(100 + graine), nouvelle(tmp_path)
    region.le(date(2022, 1, 20)).envoie("Jura.xlsx", JURA, ANNUELLE, generated(hasard))
    decide(region, hasard)
    locked = date(2022, 1, 24)
    acts.verrouille(region.le(locked).main(), ANNUELLE, [JURA], "fin de campagne")
    expected = independent(region, locked)
    assert sum(expected.values())
    told = region.demande("gains bfc 2021 au verrou")
    for day in (date(2022, 1, 27), date(2022, 2, 3)):
        region.le(day).envoie("Nièvre.xlsx", NIEVRE, ANNUELLE, {NEVERS: generated(hasard)[SUD]})
        decide(region, hasard)
        now = qui_compte(region.db, [ANNUELLE], day, at_lock=True)
        assert {f: o.sous_alerte for f, o in now.items()} == expected, day
        again = region.demande("gains bfc 2021 au verrou")
        assert (again["sous_alerte"], again["retenu_hors_alerte"]) == (told["sous_alerte"], told["retenu_hors_alerte"])
        assert Decimal(again["sous_alerte"]) * 100 == sum(expected.values())
        assert "sous alerte (1 trame verrouillée)" in again["texte"]


@pytest.mark.parametrize("kept", [False, True])
def test_an_alert_that_a_later_look_puts_on_a_locked_line_stands_today_and_not_at_the_lock(
    kept: bool, tmp_path: Path
) -> None:
    """A line for which a referent answers bears none, then or now."""
    region, today = nouvelle(tmp_path), "0.00" if kept else "50000.00"
    same = ligne(50_000, 2_000_000, marche="G1", intitule="Gants")
    region.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: [same, *ORDINAIRES]})
    if kept:
        acts.decide(region.main(), f"{ANNUELLE}/{SUD}/0001", "retenir", "devis relus")
    acts.verrouille(region.le(date(2022, 1, 24)).main(), ANNUELLE, [JURA], "fin de campagne")
    region.le(date(2022, 1, 27)).envoie("Nièvre.xlsx", NIEVRE, ANNUELLE, {NEVERS: [same]})
    assert region.demande("gains jura 2021")["sous_alerte"] == today, "the same market, the same gain"
    assert region.demande("gains jura 2021 au verrou")["sous_alerte"] == "0.00"
    acts.verrouille(region.le(date(2022, 1, 28)).main(), ANNUELLE, [JURA], "reprise", oui=False)
    acts.verrouille(region.main(), ANNUELLE, [JURA], "fin de campagne")
    assert region.demande("gains jura 2021 au verrou")["sous_alerte"] == today, "that look is before this lock"


def test_an_alert_of_a_tab_or_of_a_file_puts_no_line_under_alert(tmp_path: Path) -> None:
    region = nouvelle(tmp_path)
    region.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: ORDINAIRES})
    region.le(date(2022, 1, 27)).envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: ORDINAIRES[:4]})
    assert [c.ligne for c in region.constats(ANNUELLE, "ligne-disparue")] == [None, None]
    assert region.demande("gains bfc 2021")["sous_alerte"] == "0.00"
    assert "sous alerte" not in region.demande("gains bfc 2021")["texte"]


def test_a_line_that_a_referent_kept_is_under_alert_no_more_from_that_day(tmp_path: Path) -> None:
    region = nouvelle(tmp_path)
    region.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: [*ORDINAIRES, PLANTED]})
    before = region.heure.date()
    region.le(date(2022, 2, 3))
    acts.decide(region.main(), f"{ANNUELLE}/{SUD}/0007", "retenir", "devis relus")
    assert region.demande("gains bfc 2021")["sous_alerte"] == "0.00"
    assert region.demande("gains bfc 2021")["valeur"] == "4600015.00"
    assert region.demande("gains bfc 2021", before)["sous_alerte"] == "4000000.00"


def test_few_lines_name_none(tmp_path: Path) -> None:
    region = nouvelle(tmp_path)
    region.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: ORDINAIRES[:4]})
    assert region.demande("gains bfc 2021")["lignes_qui_pesent"] == []
