"""The home tab and the forms: what each person finds on their desk, what a form shows, refuses, does once, and never writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.views import View

from bots.slack import home_tab, modals
from bots.slack.act_forms import FORMULAIRES
from bots.slack.home_tab import Page, accueil
from bots.slack.modals import ouvre, soumet
from config.french import euros
from config.rights import Regard, meilleur_regard
from config.territory import Ght
from reports.view import Vue
from sheets.register.acts import Main, note, prolonge, valide
from sheets.register.claimed_events import fait_signe
from sheets.register.decisions import notes, suites
from sheets.register.step_history import LE_SERVICE
from tests.conftest import GAIN_COL
from tests.region import Region, nouvelle
from tests.test_blocks import (
    _ETABLISSEMENTS,  # fmt: skip
    FOURNISSEUR,
    GHTS,
    MIDI,
    PERSONNES,
    dedans,
    gains_de,
    montants,
    region,
    relit,
    territoires,
    vue,
    vus,
)
from tests.workshop import en_janvier

__all__ = ["region", "vue"]
REFERENT, GHT, AILLEURS = (
    "referent.bfc@exemple.invalid",
    "directeur.bfc-08@exemple.invalid",
    "directeur.bfc-06@exemple.invalid",
)
JURA, LIGNE = "2021-annuelle/BFC-08", "2021-annuelle/390780146/0002"


def chez(vue: Vue, email: str, page: Page | None = None) -> tuple[dict[str, Any], ...]:
    blocs = accueil(Main(vue.db, vue.dossier, vue.dossier.personnes[email], MIDI), vue, page)
    relit(blocs, 100)
    return blocs


def dit(blocs: Any) -> str:
    return json.dumps(blocs, ensure_ascii=False)


def titres(blocs: Any) -> list[str]:
    return [b["text"]["text"] for b in blocs if b["type"] == "header"]


def lignes(blocs: Any) -> list[str]:
    return [b["text"]["text"] for b in blocs if b["type"] == "section" and "text" in b]


# Who sees what


@pytest.mark.parametrize("email", PERSONNES)
def test_no_home_and_no_form_says_more_than_the_rights_allow(email: str, vue: Vue) -> None:
    """The same walk as the questions': every form on every GHT and every line is tried by everyone."""
    personne = vue.dossier.personnes[email]
    main = Main(vue.db, vue.dossier, personne, MIDI)
    tous = montants(m for _, f in _ETABLISSEMENTS for m in gains_de(f))
    for p in territoires(vue):
        parts = [gains_de(f) for _, f in _ETABLISSEMENTS if f in dedans(vue, p)]
        garde, retire = sum(g for g, _ in parts), sum(r for _, r in parts)
        tous |= montants((garde, retire, garde + retire))
    ouverts, lisibles = vus(vue, email)
    interdits, fermes = tous - ouverts, {f for _, f in _ETABLISSEMENTS} - lisibles
    montrees: list[Any] = [chez(vue, email)]
    for cle in FORMULAIRES:
        cibles = [f"2021-annuelle/{g}" for g in GHTS]
        if cle in ("decider", "noter"):
            cibles = [f"2021-annuelle/{f}/0002" for _, f in _ETABLISSEMENTS]
        for cible in cibles:
            modale = ouvre(cle, cible, main, vue)
            verifie_modale(modale)
            montrees.append(modale)
    for montree in montrees:
        texte = dit(montree)
        assert not re.search(rf"{FOURNISSEUR}|12,50|<!|@e", texte), texte
        serre = re.sub(r"\s", "", texte)
        assert not [m for m in interdits if re.search(rf"(?<![\d,]){re.escape(m)}", serre)], texte
        assert not [f for f in fermes if f"/{f}" in texte], texte


def verifie_modale(modale: dict[str, Any]) -> None:
    """Slack's own model reads it, and its limits are counted by hand."""
    View(**modale).validate_json()
    relit(modale["blocks"], 100)
    for champ in ("title", "submit", "close"):
        assert champ not in modale or 0 < len(modale[champ]["text"]) <= 24
    assert len(modale.get("private_metadata", "")) <= 3000
    assert ("submit" in modale) == any(b["type"] == "input" for b in modale["blocks"])


def test_a_referent_finds_what_to_do_today_first_then_the_figures_then_what_costs_most(vue: Vue) -> None:
    blocs = chez(vue, REFERENT)
    assert titres(blocs) == ["Bourgogne-Franche-Comté : 11 choses à faire"]
    resume, chiffres, *reste = lignes(blocs)
    assert resume.startswith("GHT : *9* à relancer et *2* à trancher (")
    assert "à rendre le 28/02/2022 (passée de 31 jours)" in chiffres
    assert re.search(r"retenus.*Objectif : 16,0\sM€, atteint à .* déclarés", chiffres)
    assert reste[0].startswith("*Relancer GHT")
    couteux = reste[reste.index("*Ce qui coûte le plus*") + 1 :]
    assert len(couteux) == 5
    assert "performance-superieure-100" in couteux[0]
    boutons = [b["accessory"]["value"] for b in blocs if b.get("accessory", {}).get("type") == "button"]
    assert all(v.startswith("decider 2021-annuelle/") for v in boutons)
    assert len(boutons) == 5


def test_a_ght_finds_what_is_expected_and_what_to_mend_by_cost(vue: Vue) -> None:
    blocs = chez(vue, GHT)
    (_, decidee), *autres = _ETABLISSEMENTS
    assert decidee not in dit(blocs), "a line that was decided on is not to be mended"
    siens = sorted((gains_de(f)[1] for g, f in autres if g == "BFC-08"), reverse=True)
    assert titres(blocs) == [f"GHT Jura : {len(siens)} choses à faire"]
    assert "lignes à corriger" in lignes(blocs)[0]
    couts = [m[1] for t in lignes(blocs) if (m := re.search(r"— ([^—]+) en jeu", t))]
    assert couts == [euros(c) for c in siens]
    assert "GHT Nièvre" not in dit(blocs)


@pytest.mark.parametrize("email", ["lecture@exemple.invalid", "adjoint.bfc@exemple.invalid"])
def test_who_has_totals_alone_finds_totals_and_nothing_to_press(email: str, vue: Vue) -> None:
    blocs = chez(vue, email)
    total = sum(gains_de(f)[0] for _, f in _ETABLISSEMENTS)
    assert len(titres(blocs)) == 1
    assert titres(blocs)[0].endswith("retenus")
    assert total > 0
    assert not re.search(r"button|overflow|select|Relancer|GHT", dit(blocs))


def test_who_has_no_territory_gets_one_polite_sentence(vue: Vue) -> None:
    (seul,) = chez(vue, "operateur.uniha@exemple.invalid")
    assert seul["text"]["text"].startswith("Aucun territoire n'est ouvert à votre profil (Correspondant UniHA)")


def test_a_stand_in_finds_the_desk_of_whom_they_stand_in_for_on_those_days_only(vue: Vue) -> None:
    absence = MIDI.replace(month=8, day=3)
    adjoint = vue.dossier.personnes["adjoint.bfc@exemple.invalid"]
    blocs = accueil(Main(vue.db, vue.dossier, adjoint, absence), Vue(vue.db, vue.dossier, absence.date()))
    assert "choses à faire" in titres(blocs)[0]
    assert "overflow" in dit(blocs)
    assert "overflow" not in dit(chez(vue, "adjoint.bfc@exemple.invalid"))


def un_grand_pays(vue: Vue, combien: int) -> Vue:
    """The same folder with many more GHT in the region, none of which sent anything."""
    t = vue.dossier.territoire
    modele = next(a for a in t.appartenances if a.ght == "BFC-12")
    nouveaux = [f"BFC-{n}" for n in range(100, 100 + combien)]
    plus = tuple(replace(modele, ght=g, finess=f"9{n:08d}") for n, g in enumerate(nouveaux))
    etablissements = {a.finess: replace(t.etablissements[modele.finess], finess=a.finess) for a in plus}
    grand = replace(
        t,
        ghts={**t.ghts, **{g: Ght(g, f"GHT de {g}", "BFC") for g in nouveaux}},
        etablissements={**t.etablissements, **etablissements},
        appartenances=(*t.appartenances, *plus),
    )
    return Vue(vue.db, replace(vue.dossier, territoire=grand), vue.au)


@pytest.mark.parametrize("combien", [4, 29, 400])
def test_a_desk_fits_whatever_the_size_of_the_region_and_every_ght_can_be_reached(combien: int, vue: Vue) -> None:
    grande = un_grand_pays(vue, combien)
    vus_, page, tours = set(), Page(), 0
    while True:
        blocs = chez(grande, REFERENT, page)
        vus_ |= {t for t in lignes(blocs) if t.startswith("*Relancer")}
        suite = [
            e for b in blocs if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "bureau-page-suite"
        ]
        if not suite:
            break
        tours += 1
        page = Page.lue(suite[0]["value"])
        assert re.fullmatch(r"et [\d\s]+ autres?", suite[0]["text"]["text"])
    assert len(vus_) == combien + 9
    assert tours == (combien + 11 - 1) // home_tab.PAR_PAGE


def test_those_whose_deadline_was_put_off_come_after_the_late_ones(tmp_path: Path) -> None:
    region = nouvelle(tmp_path).le(date(2022, 3, 31))
    prolonge(region.main(), "2021-annuelle", "BFC-01", date(2022, 4, 30), "demande écrite")
    blocs = accueil(region.main(), region.vue)
    relances = [t for t in lignes(blocs) if t.startswith("*Relancer")]
    assert "prolongée jusqu'au 30/04/2022" in relances[-1]
    assert len(relances) == 11


# The forms


@pytest.fixture
def jura(tmp_path: Path) -> Region:
    """One GHT that handed in a tab with a line that is struck out and one that counts."""
    region = nouvelle(tmp_path).le(date(2022, 3, 1))
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        en_janvier(4321, intitule="<!channel> Tartempion"), en_janvier(98_765, montant_reference=1000),
    ]})  # fmt: skip
    return region.le(date(2022, 3, 31))


def rempli(modale: dict[str, Any], **valeurs: str) -> dict[str, Any]:
    """A form as Slack sends it back; what is not given was left blank."""
    etat: dict[str, Any] = {}
    for b in modale["blocks"]:
        if b["type"] != "input":
            continue
        genre, dite = b["element"]["type"], valeurs.get(b["block_id"])
        cle = {"plain_text_input": "value", "datepicker": "selected_date"}.get(genre, "selected_option")
        valeur = {"value": dite} if cle == "selected_option" and dite else dite
        etat[b["block_id"]] = {b["element"]["action_id"]: {"type": genre, cle: valeur}}
    return {"id": "V1", **modale, "state": {"values": etat}}


def envoie(region: Region, cle: str, cible: str, email: str = REFERENT, **valeurs: str) -> dict[str, Any]:
    modale = ouvre(cle, cible, region.main(email), region.vue)
    verifie_modale(modale)
    rendu = soumet(rempli(modale, **valeurs), region.main(email), region.vue)
    if "view" in rendu:
        verifie_modale(rendu["view"])
    return rendu


def phrase(rendu: dict[str, Any]) -> str:
    assert rendu["response_action"] == "update"
    return str(rendu["view"]["blocks"][0]["text"]["text"])


def offerts(modale: dict[str, Any]) -> list[str]:
    return [o["value"] for o in modale["blocks"][1]["element"]["options"]]


def combien_d_actes(region: Region) -> int:
    return int(region.db["actes"].count)


NIEVRE = "2021-annuelle/BFC-06"
"""A GHT that sent nothing."""
BONNES = {
    "decider": (LIGNE, {"sens": "retenir", "motif": "marché relu"}, "gardée : +98 765 € par rapport aux contrôles"),
    "noter": (LIGNE, {"motif": "quel marché ?"}, "Noté sur 2021-annuelle/390780146/0002"),
    "valider": (JURA, {"motif": "relu"}, "GHT Jura, 2021-annuelle : validée"),
    "devalider": (JURA, {"motif": "à revoir"}, "validation levée"),
    "prolonger": (JURA, {"jusqu_au": "2022-04-15", "motif": "grève"}, "échéance de 2021-annuelle portée au 15/04/2022"),
    "neant": (JURA, {"finess": "390780153", "motif": "dit au téléphone"}, "390780153, 2021-annuelle : rien à déclarer"),
}


def test_every_form_is_tried() -> None:
    assert set(BONNES) | {"relancer"} == set(FORMULAIRES), "which has no reason to give: below"


@pytest.mark.parametrize("cle", BONNES)
def test_a_form_does_what_it_says_with_the_trace_of_who_and_why(cle: str, jura: Region) -> None:
    cible, valeurs, attendue = BONNES[cle]
    assert attendue in re.sub("[\u202f\xa0]", " ", phrase(envoie(jura, cle, cible, **valeurs)))
    acte = list(jura.db.query("SELECT * FROM actes"))[-1]
    assert (acte["par"], acte["motif"], acte["campagne"], acte["ght"]) == (
        REFERENT,
        valeurs["motif"],
        "2021-annuelle",
        "BFC-08",
    )


def test_what_is_done_by_a_form_shows_wherever_the_figure_shows(jura: Region) -> None:
    avant = jura.demande("gains GHT Jura 2021")["valeur"]
    envoie(jura, "decider", LIGNE, sens="retenir", motif="marché relu")
    assert float(jura.demande("gains GHT Jura 2021")["valeur"]) == float(avant) + 98_765
    assert "gardée" in dit(jura.demande("pourquoi gains GHT Jura 2021")["lignes"])
    assert jura.demande("où en est le GHT Jura ?")["texte"].count("à corriger") == 0


@pytest.mark.parametrize("cle", BONNES)
def test_a_form_sent_twice_is_done_once_and_says_so(cle: str, jura: Region) -> None:
    cible, valeurs, _ = BONNES[cle]
    envoyee = rempli(ouvre(cle, cible, jura.main(), jura.vue), **valeurs)
    soumet(envoyee, jura.main(), jura.vue)
    assert combien_d_actes(jura) == 1
    jura.le(jura.heure.date(), 10)
    assert phrase(soumet(envoyee, jura.main(), jura.vue)) == modals.DEJA
    assert combien_d_actes(jura) == 1


@pytest.mark.parametrize("cle", BONNES)
def test_a_form_without_its_reason_is_refused_under_the_field_and_stays_open(cle: str, jura: Region) -> None:
    cible, valeurs, _ = BONNES[cle]
    rendu = envoie(jura, cle, cible, **{**valeurs, "motif": "  \n "})
    assert rendu["response_action"] == "errors"
    assert re.match("Un motif est demandé", rendu["errors"]["motif"])
    assert combien_d_actes(jura) == 0
    modale = ouvre(cle, cible, jura.main(), jura.vue)
    assert set(soumet(rempli(modale), jura.main(), jura.vue)["errors"]) == {
        b["block_id"] for b in modale["blocks"] if b["type"] == "input"
    }


@pytest.mark.parametrize("quand", ["2022-02-28", "2022-03-30", "2021-12-01"])
def test_a_deadline_in_the_past_is_refused_under_the_date(quand: str, jura: Region) -> None:
    rendu = envoie(jura, "prolonger", JURA, jusqu_au=quand, motif="grève")
    assert set(rendu["errors"]) == {"jusqu_au"}
    assert "à venir" in rendu["errors"]["jusqu_au"]
    assert combien_d_actes(jura) == 0


def test_a_form_mended_after_an_error_goes_through(jura: Region) -> None:
    modale = ouvre("prolonger", JURA, jura.main(), jura.vue)
    assert "errors" in soumet(rempli(modale, jusqu_au="2022-03-01", motif="grève"), jura.main(), jura.vue)
    assert "portée au" in phrase(soumet(rempli(modale, jusqu_au="2022-04-01", motif="grève"), jura.main(), jura.vue))


def test_nothing_received_cannot_be_validated(jura: Region) -> None:
    rendu = envoie(jura, "valider", "2021-annuelle/BFC-01", motif="relu")
    assert rendu["errors"]["motif"].startswith("Rien n'a été reçu de")
    assert combien_d_actes(jura) == 0


def test_once_everyone_has_answered_nobody_is_left_to_have_nothing_to_declare(jura: Region) -> None:
    muets = [e.finess for e in jura.dossier.territoire.membres("BFC-08", date(2021, 12, 31)) if e.finess != "390780146"]
    for n, finess in enumerate(muets):
        modale = ouvre("neant", JURA, jura.main(GHT), jura.vue)
        assert {o["value"] for o in modale["blocks"][1]["element"]["options"]} == set(muets[n:])
        soumet({**rempli(modale, finess=finess, motif="appel"), "id": f"V{n}"}, jura.main(GHT), jura.vue)
    assert set(suites(jura.db, "2021-annuelle", jura.heure.date())["BFC-08"].neants) == set(muets)
    refus = ouvre("neant", JURA, jura.main(), jura.vue)
    assert "submit" not in refus
    assert "ont déjà répondu" in dit(refus)
    assert "neant" not in dit(accueil(jura.main(GHT), jura.vue))


def test_once_every_line_is_decided_on_nothing_is_left_to_decide(jura: Region) -> None:
    """Agreeing with the checks is a decision too: the line stays out, and leaves the desks."""
    assert "Trancher 1 ligne : GHT Jura" in dit(accueil(jura.main(), jura.vue))
    avant = jura.demande("gains GHT Jura 2021")["valeur"]
    envoie(jura, "decider", LIGNE, sens="retirer", motif="vu avec eux")
    assert jura.demande("gains GHT Jura 2021")["valeur"] == avant
    for texte in (dit(accueil(jura.main(), jura.vue)), jura.demande("tâches BFC 2021")["texte"]):
        assert "Trancher" not in texte
        assert "Compléter GHT Jura" in texte
    assert offerts(ouvre("decider", LIGNE, jura.main(), jura.vue)) == ["retenir", "revenir"]


# What changed in between


def _decide_ailleurs(jura: Region) -> None:
    envoie(jura, "decider", LIGNE, sens="retenir", motif="déjà vu")


def _nouvel_envoi(jura: Region) -> None:
    jura.envoie("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        en_janvier(4321), en_janvier(55_555, montant_reference=1000)]})  # fmt: skip


def _repond(jura: Region) -> None:
    muets = [e.finess for e in jura.dossier.territoire.membres("BFC-08", date(2021, 12, 31)) if e.finess != "390780146"]
    for n, finess in enumerate(muets[:1]):
        envoyee = rempli(ouvre("neant", JURA, jura.main(), jura.vue), finess=finess, motif="appel")
        soumet({**envoyee, "id": f"autre{n}"}, jura.main(), jura.vue)


@pytest.mark.parametrize(("cle", "entretemps"), [
    ("decider", _decide_ailleurs), ("decider", _nouvel_envoi), ("noter", _nouvel_envoi), ("valider", _nouvel_envoi),
    ("prolonger", _nouvel_envoi), ("neant", _repond),
])  # fmt: skip
def test_what_changed_while_a_form_was_open_is_said_and_nothing_is_written(
    cle: str, entretemps: Any, jura: Region
) -> None:
    cible, valeurs, _ = BONNES[cle]
    envoyee = {**rempli(ouvre(cle, cible, jura.main(), jura.vue), **valeurs), "id": "V9"}
    entretemps(jura)
    avant = combien_d_actes(jura)
    rendu = soumet(envoyee, jura.main(), jura.vue)
    assert phrase(rendu) == modals.CHANGE
    assert combien_d_actes(jura) == avant
    verifie_modale(rendu["view"])
    motif = next(b for b in rendu["view"]["blocks"] if b["block_id"] == "motif")
    assert motif["element"]["initial_value"] == valeurs["motif"], "nobody types a reason twice"


def test_a_form_sent_again_after_it_was_read_again_goes_through(jura: Region) -> None:
    envoyee = {**rempli(ouvre("decider", LIGNE, jura.main(), jura.vue), sens="retenir", motif="relu"), "id": "V9"}
    _nouvel_envoi(jura)
    relue = soumet(envoyee, jura.main(), jura.vue)["view"]
    assert "55\u202f555" in dit(relue)
    rendu = soumet({**rempli(relue, sens="retenir", motif="relu"), "id": "V9"}, jura.main(), jura.vue)
    assert "gardée" in phrase(rendu)


def test_a_line_that_went_away_is_said_without_a_word_of_the_sheet(jura: Region) -> None:
    envoyee = rempli(ouvre("decider", LIGNE, jura.main(), jura.vue), sens="retenir", motif="relu")
    seule = en_janvier(4321, intitule="<!channel> Tartempion")
    jura.envoie("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [seule]})
    assert phrase(soumet(envoyee, jura.main(), jura.vue)) == modals.PARTIE
    assert "n'est plus dans la trame" in dit(ouvre("decider", LIGNE, jura.main(), jura.vue))
    assert combien_d_actes(jura) == 0


def test_a_right_lost_while_a_form_was_open_stops_it(jura: Region) -> None:
    envoyee = rempli(ouvre("valider", JURA, jura.main(), jura.vue), motif="relu")
    rendu = soumet(envoyee, jura.main(AILLEURS), jura.vue)
    assert "ne peut pas agir" in rendu["errors"]["motif"]
    assert combien_d_actes(jura) == 0


# Rights of the acts


@pytest.mark.parametrize(("email", "ouverts"), [
    (REFERENT, set(FORMULAIRES)), ("dgos@exemple.invalid", set(FORMULAIRES)), (GHT, {"noter", "neant"}), (AILLEURS, set()),
    ("lecture@exemple.invalid", set()), ("achats.390780146@exemple.invalid", set()), ("operateur.uniha@exemple.invalid", set()),
])  # fmt: skip
def test_a_form_opens_to_those_who_may_act_and_to_nobody_else(email: str, ouverts: set[str], jura: Region) -> None:
    cibles = {cle: BONNES[cle][0] if cle in BONNES else NIEVRE for cle in FORMULAIRES}
    vues = {cle: ouvre(cle, cibles[cle], jura.main(email), jura.vue) for cle in FORMULAIRES}
    assert {cle for cle, v in vues.items() if "submit" in v} == ouverts
    for cle in FORMULAIRES.keys() - ouverts:
        assert "ne peut pas agir" in dit(vues[cle])
        assert not re.search(rf"98|4\u202f321|{GAIN_COL}6|remise", dit(vues[cle]))


def test_every_button_of_a_home_opens_a_form_to_whom_it_was_shown(vue: Vue) -> None:
    for email in PERSONNES:
        main = Main(vue.db, vue.dossier, vue.dossier.personnes[email], MIDI)
        valeurs = re.findall(r'"value": "([a-z]+) (2021[^"]+)"', dit(chez(vue, email)))
        for cle, cible in valeurs:
            assert "submit" in ouvre(cle, cible, main, vue), (email, cle, cible)
        peut = meilleur_regard(
            main.personne, vue.dossier.personnes, main.personne.perimetre, vue.dossier.territoire, vue.au
        )
        assert bool(valeurs) == (peut is Regard.TOUT and main.personne.role != "etablissement"), email


def test_a_number_typed_by_hand_is_in_no_button(vue: Vue) -> None:
    """Lines called « xTartempion » are struck out here as well: they are shown without their number, and not offered."""
    assert home_tab.geste_sur_la_ligne(Main(vue.db, vue.dossier, vue.dossier.personnes[REFERENT], MIDI),
                                     f"2021-annuelle/390780146/x{FOURNISSEUR}") == ""  # fmt: skip


def test_the_form_of_a_line_shows_what_is_at_stake_and_what_the_checks_say(jura: Region) -> None:
    texte = dit(ouvre("decider", LIGNE, jura.main(), jura.vue))
    for attendu in ("GHT Jura", LIGNE, f"cellule {GAIN_COL}6", f"*{euros(9_876_500)}*, retirée par les contrôles",
                    "Le gain dépasse le montant de référence (performance-superieure-100). On ne peut économiser plus"):  # fmt: skip
        assert attendu in texte
    assert offerts(ouvre("decider", LIGNE, jura.main(), jura.vue)) == ["retenir", "retirer"]
    envoie(jura, "decider", LIGNE, sens="retenir", motif="Tartempion à 12,50 €")
    apres = ouvre("decider", LIGNE, jura.main(), jura.vue)
    assert "gardée par décision du 31/03/2022 (Référent PHARE)" in dit(apres)
    assert "Tartempion" not in dit(apres)
    assert offerts(apres) == ["retirer", "revenir"]
    jura.envoie("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        en_janvier(4321), en_janvier(55_555, montant_reference=1000)]})  # fmt: skip
    assert "les montants ont changé depuis la décision" in dit(ouvre("decider", LIGNE, jura.main(), jura.vue))


def test_a_validated_ght_offers_to_lift_it(jura: Region) -> None:
    def options() -> set[str]:
        trouvees = re.findall(r'"value": "([a-z]+) 2021-annuelle/BFC-08"', dit(accueil(jura.main(), jura.vue)))
        return set(trouvees)

    assert options() == {"valider", "prolonger", "neant"}
    valide(jura.main(), "2021-annuelle", "BFC-08", "relu")
    assert options() == {"devalider", "prolonger", "neant"}


def test_a_word_left_by_a_ght_is_the_note_that_the_command_line_leaves(jura: Region) -> None:
    envoie(jura, "noter", LIGNE, GHT, motif="le marché est le 2021-12")
    note(jura.main(), LIGNE, "merci")
    assert [(n.par, n.texte) for n in notes(jura.db, "2021-annuelle", ["390780146"], jura.heure.date())] == [
        (GHT, "le marché est le 2021-12"), (REFERENT, "merci")]  # fmt: skip


def test_an_act_that_cannot_be_written_is_not_taken_for_done(jura: Region) -> None:
    """The claim goes with the act: refused because the clock went back, the same form may be sent again."""
    envoyee = rempli(ouvre("valider", JURA, jura.main(), jura.vue), motif="relu")
    hier = replace(jura.main(), quand=jura.heure - timedelta(days=60))
    envoie(jura, "noter", LIGNE, motif="mot")
    with _vue_du(jura, hier.quand) as avant:
        refus = soumet({**envoyee, "id": "V7"}, hier, avant)
    assert refus["response_action"] == "errors"
    assert "validée" in phrase(soumet({**envoyee, "id": "V7"}, jura.main(), jura.vue))


@contextmanager
def _vue_du(region: Region, quand: datetime) -> Iterator[Vue]:
    yield Vue(region.db, region.dossier, quand.date())


def _relances(region: Region) -> list[tuple[str, str]]:
    return [(r["par"], r["unite"]) for r in region.db.query("SELECT par, unite FROM gestes WHERE genre = 'relancer'")]


def test_a_referent_has_a_late_ght_reminded_once_from_the_form(jura: Region) -> None:
    modale = ouvre("relancer", NIEVRE, jura.main(), jura.vue)
    assert "Sera relancé : Chef de projet PAAT" in dit(modale["blocks"])
    envoyee = rempli(modale)
    assert phrase(soumet(envoyee, jura.main(), jura.vue)).startswith("GHT Nièvre, 2021-annuelle : relance demandée.")
    assert phrase(soumet(envoyee, jura.main(), jura.vue)) == modals.DEJA
    assert _relances(jura) == [(REFERENT, "BFC-06")]


def test_whoever_has_answered_meanwhile_is_not_reminded(jura: Region) -> None:
    envoyee = rempli(ouvre("relancer", NIEVRE, jura.main(), jura.vue))
    jura.envoie("nievre.xlsx", "BFC-06", "2021-annuelle", {"580780039": [{}]})
    assert "a déjà répondu" in phrase(soumet(envoyee, jura.main(), jura.vue))
    assert "a déjà répondu" in dit(ouvre("relancer", "2021-annuelle/BFC-06", jura.main(), jura.vue)["blocks"])
    assert _relances(jura) == []


def test_nobody_reminds_for_a_region_that_is_not_theirs(jura: Region) -> None:
    assert "ne peut pas agir" in dit(
        ouvre("relancer", NIEVRE, jura.main("directeur.bfc-06@exemple.invalid"), jura.vue)["blocks"]
    )
    assert _relances(jura) == []


def test_a_referent_reads_on_their_desk_when_the_service_last_lived(jura: Region) -> None:
    assert "service" not in dit(chez(jura.vue, REFERENT))
    fait_signe(jura.db, LE_SERVICE, "vivant", jura.heure)
    assert f"Dernier signe de vie du service : le {jura.heure:%d/%m/%Y à %Hh%M}." in dit(chez(jura.vue, REFERENT))
    assert "signe de vie" not in dit(chez(jura.vue, GHT))
    fait_signe(jura.db, LE_SERVICE, "arrêté", jura.heure)
    assert "Le service est arrêté depuis" in dit(chez(jura.vue, REFERENT))
