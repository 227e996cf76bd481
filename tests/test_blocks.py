"""Every message for the chat is one that Slack takes, quotes nothing that was typed, and holds no figure that is not one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, HeaderBlock, InputBlock, SectionBlock

from bots.questions import AXES, INTENTIONS
from bots.slack import blocks
from bots.slack.blocks import Suite
from bots.slack.conversation import question, repond_a
from config.folder import Dossier
from config.french import euros, grand_montant
from config.rights import ROLES, Regard, meilleur_regard
from config.territory import FRANCE, Perimetre
from reports.sayable import labels_connus
from reports.view import Vue
from sheets.register.acts import decide
from tests.region import Region, nouvelle

MIDI = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
FOURNISSEUR = "Tartempion"
HOSTILE = f"<!channel> & @everyone {FOURNISSEUR} 12,50 €"
PERSONNES = (
    "dgos@exemple.invalid", "referent.bfc@exemple.invalid", "adjoint.bfc@exemple.invalid", "lecture@exemple.invalid",
    "operateur.uniha@exemple.invalid", "directeur.bfc-08@exemple.invalid", "achats.390780153@exemple.invalid",
)  # fmt: skip
GHTS = ("BFC-08", "BFC-06")


def verifie(blocs: Sequence[dict[str, Any]], texte: str) -> None:
    """A message that Slack takes."""
    assert 0 < len(texte) <= 4000
    relit(blocs, 50)
    actions = [e["action_id"] for b in blocs if b["type"] == "actions" for e in b["elements"]]
    assert len(set(actions)) == len(actions) <= 25


def relit(blocs: Sequence[dict[str, Any]], au_plus: int) -> None:
    """Slack's own models read every block, and what they let through is counted by hand."""
    assert 0 < len(blocs) <= au_plus
    relus = Block.parse_all(list(blocs))
    assert len(relus) == len(blocs)
    for bloc, relu in zip(blocs, relus, strict=True):
        relu.validate_json()
        assert relu.to_dict() == bloc
        _mesure(relu)
    noms = [b["block_id"] for b in blocs]
    assert len(set(noms)) == len(noms)


def _mesure(bloc: Block) -> None:
    match bloc:
        case HeaderBlock():
            assert bloc.text
            assert 0 < len(bloc.text.text) <= 150
        case SectionBlock():
            textes = [(bloc.text, 3000)] if bloc.text else []
            textes += [(f, 2000) for f in bloc.fields or []]
            assert 0 < len(textes) <= 11
            assert all(len(t.text.strip()) > 0 and len(t.text) <= limite for t, limite in textes)
            _mesure_element(bloc.to_dict().get("accessory"))
        case InputBlock():
            assert bloc.label
            assert 0 < len(bloc.label.text) <= 2000
            _mesure_element(bloc.to_dict()["element"])
        case ActionsBlock():
            for e in bloc.to_dict()["elements"]:
                _mesure_element(e)


def _mesure_element(e: dict[str, Any] | None) -> None:
    """What one presses, chooses or fills."""
    if e is None:
        return
    assert 0 < len(e["action_id"]) <= 255
    if e["type"] == "button":
        assert 0 < len(e["text"]["text"]) <= 75
        assert 0 < len(e["value"]) <= 2000
    plus = {"overflow": 5, "radio_buttons": 10, "static_select": 100}.get(e["type"])
    if plus:
        assert 0 < len(e["options"]) <= plus
        assert len({o["value"] for o in e["options"]}) == len(e["options"])
        assert all(0 < len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 75 for o in e["options"])


def gains_de(finess: str) -> tuple[int, int]:
    """(kept, struck) cents of an établissement: small enough to be said to the euro, told apart by their last digits."""
    rang = sorted(finess for _, finess in _ETABLISSEMENTS).index(finess)
    return 100_003 + 1_009 * rang, 300_007 + 2_003 * rang


_ETABLISSEMENTS: list[tuple[str, str]] = []


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Two GHT whose every établissement typed one line that is kept and one that is struck, all with words to be kept in."""
    region = nouvelle(tmp_path_factory.mktemp("region"))
    _ETABLISSEMENTS.clear()
    situation = region.dossier.campagnes["2021-annuelle"].situation
    for ght in GHTS:
        _ETABLISSEMENTS.extend((ght, e.finess) for e in region.dossier.territoire.membres(ght, situation))
    for ght in GHTS:
        lignes = {}
        for _, finess in (e for e in _ETABLISSEMENTS if e[0] == ght):
            garde, retire = gains_de(finess)
            commun = {
                "intitule": HOSTILE,
                "commentaire": HOSTILE,
                "marche": FOURNISSEUR,
                "date_premiere_commande": MIDI.date().replace(2021, 1, 4),
            }
            lignes[finess] = [{**commun, "gain_annuel": garde / 100, "action_id": f"x{FOURNISSEUR}"},
                              {**commun, "gain_annuel": retire / 100, "montant_reference": 100}]  # fmt: skip
        region.envoie(f"{FOURNISSEUR} {ght}.xlsx", ght, "2021-annuelle", lignes, contact=FOURNISSEUR)
    region.heure = MIDI
    decide(region.main(), f"2021-annuelle/{_ETABLISSEMENTS[0][1]}/0002", "retirer", f"{FOURNISSEUR} en double")
    return region


@pytest.fixture(scope="module")
def vue(region: Region) -> Vue:
    return region.vue


def territoires(vue: Vue) -> list[Perimetre]:
    t = vue.dossier.territoire
    proches = [Perimetre("etablissement", f) for _, f in _ETABLISSEMENTS]
    return [FRANCE, *(Perimetre("region", r) for r in ("BFC", "NA")), *(Perimetre("ght", g) for g in t.ghts), *proches]


def questions(p: Perimetre) -> Iterable[str]:
    ou = "france" if p.type == "national" else p.code
    for i in INTENTIONS:
        suite = " depuis le 15/01" if i.cle == "changements" else ""
        yield f"{i.mots[0]} {ou} 2021{suite}"
        yield f"pourquoi {i.mots[0]} {ou} 2021"
    yield from (f"gains {ou} 2021 par {axe}" for axe in AXES)


def montants(dits: Iterable[int]) -> set[str]:
    return {re.sub(r"\s", "", mots) for d in dits if d for mots in (euros(d), grand_montant(d))}


def vus(vue: Vue, email: str) -> tuple[set[str], set[str]]:
    """(figures, FINESS whose lines may be read) that the rules open to someone, worked out from what was typed."""
    personne = vue.dossier.personnes[email]
    ouverts: set[str] = set()
    lisibles: set[str] = set()
    for p in territoires(vue):
        droit = meilleur_regard(personne, vue.dossier.personnes, p, vue.dossier.territoire, vue.au)
        siens = [f for _, f in _ETABLISSEMENTS if f in dedans(vue, p)]
        parts = [gains_de(f) for f in siens]
        if droit is not Regard.RIEN:
            garde, retire = (sum(v) for v in zip(*parts, strict=True)) if parts else (0, 0)
            ouverts |= montants((garde, retire, garde + retire))
        if droit is Regard.TOUT:
            lisibles |= set(siens)
            ouverts |= montants(m for g, r in parts for m in (g, r, g + r))
    return ouverts, lisibles


def dedans(vue: Vue, p: Perimetre) -> frozenset[str]:
    return vue.dossier.territoire.finess_de(p, vue.dossier.campagnes["2021-annuelle"].situation)


def test_every_role_is_walked(vue: Vue) -> None:
    assert {vue.dossier.personnes[email].role for email in PERSONNES} == set(ROLES)


@pytest.mark.parametrize("email", PERSONNES)
def test_no_question_on_any_territory_says_more_than_the_rights_allow(email: str, vue: Vue) -> None:
    personne = vue.dossier.personnes[email]
    tous = montants(m for p in territoires(vue) for m in _totaux(vue, p))
    tous |= montants(m for _, f in _ETABLISSEMENTS for m in gains_de(f))
    ouverts, lisibles = vus(vue, email)
    interdits, fermes = tous - ouverts, {f for _, f in _ETABLISSEMENTS} - lisibles
    dites = 0
    for p in territoires(vue):
        for texte in questions(p):
            message = repond_a(texte, personne, vue, MIDI)
            verifie(message.blocs, message.texte)
            dit = json.dumps([message.texte, *message.blocs], ensure_ascii=False)
            assert not re.search(rf"{FOURNISSEUR}|12,50|<!|@e", dit), (texte, dit)
            serre = re.sub(r"\s", "", dit)
            assert not [m for m in interdits if re.search(rf"(?<![\d,]){re.escape(m)}", serre)], (texte, dit)
            assert not [f for f in fermes if f"/{f}" in dit], (texte, dit)
            dites += "header" in dit
    assert (dites == 0) == (personne.role == "operateur")


def _totaux(vue: Vue, p: Perimetre) -> tuple[int, int, int]:
    parts = [gains_de(f) for _, f in _ETABLISSEMENTS if f in dedans(vue, p)]
    garde, retire = (sum(g for g, _ in parts), sum(r for _, r in parts))
    return garde, retire, garde + retire


def test_what_is_forbidden_to_a_director_is_really_there_for_the_referent(vue: Vue) -> None:
    """The walk above looks for figures that some answers do hold."""
    voisin = next(f for g, f in _ETABLISSEMENTS if g == "BFC-06")
    dit = str(repond_a("pourquoi gains BFC-06 2021", vue.dossier.personnes["referent.bfc@exemple.invalid"], vue, MIDI))
    assert f"/{voisin}" in dit
    assert re.sub(r"\s", "", euros(gains_de(voisin)[0])) in re.sub(r"\s|\\xa0|\\u202f", "", dit)


# Shape


def test_the_figure_comes_first_then_what_it_stands_on_then_the_costliest_findings_then_the_buttons(vue: Vue) -> None:
    message = repond_a("gains BFC 2021", vue.dossier.personnes["referent.bfc@exemple.invalid"], vue, MIDI)
    assert [b["type"] for b in message.blocs] == [
        "header",
        "section",
        "section",
        "divider",
        "section",
        "section",
        "actions",
    ]
    champs = dict(f["text"].split("\n") for f in message.blocs[2]["fields"])
    assert list(champs) == ["*Retenu*", "*Déclaré*", "*Objectif*", "*Atteint à*", "*Trames*", "*Au*"]
    assert champs["*Trames*"] == "2 reçues sur 11"
    assert champs["*Au*"] == "31/03/2022, 2021-annuelle"
    assert message.blocs[4]["text"]["text"].count("\n• ") == 3
    assert [e["text"]["text"] for e in message.blocs[-1]["elements"]] == [
        "Pourquoi ?", "Par GHT", "Par famille", "En image", "Feuille de calcul"]  # fmt: skip
    assert len(message.blocs[5]["accessory"]["options"]) == 3


def test_what_is_left_to_do_is_said_in_full_in_a_chat(vue: Vue) -> None:
    """Its words are ours: nothing of a trame is in them, but the sentence of a finding, told by its check."""
    region, ght = (vue.dossier.personnes[f"{qui}@exemple.invalid"] for qui in ("referent.bfc", "directeur.bfc-08"))
    message = repond_a("qu'attend-on de moi ?", region, vue, MIDI)
    assert message.blocs[0]["text"]["text"] == "11 choses à faire"
    assert message.blocs[3]["text"]["text"].count("• Relancer GHT ") == 9
    dit = repond_a("qu'attend-on de moi ?", ght, vue, MIDI).blocs[3]["text"]["text"]
    assert re.match(
        r"• Le gain dépasse le montant de référence \(performance-superieure-100\) — [\d\s,]+€ en jeu  \[", dit
    )


def test_a_line_of_an_answer_can_be_acted_on_by_those_who_may(vue: Vue) -> None:
    ouverts = {}
    for qui in ("referent.bfc", "directeur.bfc-08", "achats.390780153"):
        personne = vue.dossier.personnes[f"{qui}@exemple.invalid"]
        message = repond_a("rejets GHT Jura 2021" if "bfc" in qui else "rejets", personne, vue, MIDI)
        listes = [b["accessory"] for b in message.blocs if "accessory" in b]
        ouverts[qui] = {o["value"].partition(" ")[0] for e in listes for o in e["options"]}
    assert ouverts == {"referent.bfc": {"decider"}, "directeur.bfc-08": {"noter"}, "achats.390780153": set()}


@pytest.mark.parametrize("email", ["lecture@exemple.invalid", "directeur.bfc-08@exemple.invalid"])
def test_who_gets_totals_alone_is_offered_no_button(email: str, vue: Vue) -> None:
    message = repond_a("gains BFC 2021", vue.dossier.personnes[email], vue, MIDI)
    assert {b["type"] for b in message.blocs} == {"header", "section"}


def test_every_button_asks_a_question_that_is_understood_and_stands_by_itself(vue: Vue) -> None:
    referent = vue.dossier.personnes["referent.bfc@exemple.invalid"]
    for depart in ("gains BFC 2021", "gains BFC-08 2022 mi-année", "où en est la région 2021 ?"):
        boutons = repond_a(depart, referent, vue, MIDI).blocs[-1]["elements"]
        for b in boutons:
            repond_a("gains France 2022", referent, vue, MIDI)  # another question came in between
            reponse = repond_a(b["value"], referent, vue, MIDI)
            if b["action_id"] in ("vigie-image", "vigie-tableur"):
                assert [p.nom.rpartition(".")[2] for p in reponse.pieces] in (["png"], ["xlsx"]), b["value"]
            else:
                assert reponse.blocs[0]["type"] == "header", b["value"]
            assert ("mi-annee" in b["value"]) == ("mi-année" in depart)


@pytest.mark.parametrize(("question_", "propositions"), [
    ("gains GHT côte d'or", 2), ("gains bfc 2015", 2), ("gains ugap bfc couverture", 3), ("rejets jura qualité 2019", 2),
])  # fmt: skip
def test_in_doubt_it_asks_with_buttons_that_ask_the_whole_question(question_: str, propositions: int, vue: Vue) -> None:
    referent = vue.dossier.personnes["referent.bfc@exemple.invalid"]
    message = repond_a(question_, referent, vue, MIDI)
    verifie(message.blocs, message.texte)
    boutons = message.blocs[-1]["elements"]
    assert len(boutons) == propositions
    for b in boutons:
        assert repond_a(b["value"], referent, vue, MIDI).blocs[0]["type"] == "header", b["value"]


def test_a_long_text_is_split_and_a_longer_one_cut_within_what_slack_takes() -> None:
    for lignes in (1, 60, 900, 9000):
        message = blocks.phrase("\n".join(f"ligne {n} : <b> & {'x' * (n % 70)}" for n in range(lignes)))
        verifie(message.blocs, message.texte)
    message = blocks.phrase("&" * 20_000)
    verifie(message.blocs, message.texte)
    assert all(re.fullmatch(r"(&amp;)+…?", b["text"]["text"]) for b in message.blocs)


@pytest.fixture
def objet() -> dict[str, Any]:
    """An answer without lines."""
    return {
        "intention": "gains", "unite": "EUR", "valeur": "1.00", "texte": "Une phrase.", "lignes": [], "au": "2022-03-31",
        "campagne": "2021-annuelle", "campagnes": [], "objectif": None, "objectif_reparti": False, "taux_atteinte": None,
        "trames": {"recues": 1, "attendues": 1}, "totaux": {"gain_retenu": "1.00"}, "declare": "1.00", "dont_provisoire": "0.00",
        "ajustement": "0.00", "faits": {},
    }  # fmt: skip


def test_an_answer_with_everything_in_excess_still_fits(dossier: Dossier, objet: dict[str, Any]) -> None:
    nom = dossier.territoire.ghts["BFC-08"].nom
    lignes = [{"libelle": nom, "valeur": "1.00", "code": "BFC-08", "precision": "x" * 5000} for _ in range(500)]
    objet |= {"texte": "y" * 9000, "lignes": lignes, "campagnes": ["c" * 3000]}
    suites = [Suite(str(n), "z" * 200, "q") for n in range(3)] + [Suite("longue", "mots", "q" * 2001)]
    message = blocks.reponse(objet, dossier, suites)
    verifie(message.blocs, message.texte)
    assert len(message.blocs[-1]["elements"]) == 3


def test_a_line_that_nothing_of_ours_names_is_not_shown(dossier: Dossier, objet: dict[str, Any]) -> None:
    objet["lignes"] = [
        {"libelle": dossier.nomenclature.familles[0], "valeur": "2.00"},
        {"libelle": FOURNISSEUR, "valeur": "3.00"},
    ]
    dit = str(blocks.reponse(objet, dossier).blocs)
    assert FOURNISSEUR not in dit
    assert f"• {dossier.nomenclature.familles[0]} — 2" in dit
    assert "1 autre ligne ne se montre pas ici" in dit


def test_a_tab_named_by_hand_is_not_said(dossier: Dossier, objet: dict[str, Any]) -> None:
    precision = f"2 × ; {FOURNISSEUR} : lignes 5 à 6"
    objet |= {"intention": "alertes", "unite": "constats", "valeur": 2,
              "lignes": [{"libelle": "x", "valeur": None, "precision": precision, "code": "doublon"}]}  # fmt: skip
    dit = str(blocks.reponse(objet, dossier).blocs)
    assert FOURNISSEUR not in dit
    assert "(doublon) — 2 ×" in dit


def test_only_labels_of_ours_are_said_as_they_are(dossier: Dossier) -> None:
    connus = labels_connus(dossier)
    assert {"PAAT", dossier.territoire.ghts["BFC-08"].nom, *dossier.nomenclature.familles} <= connus
    assert FOURNISSEUR not in connus


@pytest.mark.parametrize(("ecrit", "lu"), [
    ("<@U0BOT> gains BFC", "gains BFC"), ("gains &lt;b&gt; &amp; co", "gains <b> & co"),
    ("voir <https://a.invalid|le site> <#C01|achats>", "voir le site"), ("<!here> gains   BFC\n2021", "gains BFC 2021"),
])  # fmt: skip
def test_slacks_own_marks_are_taken_off_a_question(ecrit: str, lu: str) -> None:
    assert question(ecrit) == lu


def test_a_reason_written_by_hand_stays_in(vue: Vue, dossier: Dossier) -> None:
    for precision, dit in (
        ("retirée, gardée par x le 2022-03-10 : Tartempion", "retirée"),
        ("gardée par x le 2022-03-10 : retirée Tartempion", "gardée"),
        ("gardée par x : mot, report de 2020-annuelle", "gardée, report de 2020-annuelle"),
    ):
        assert blocks._etat(precision, "pourquoi") == dit
    assert blocks._etat("remise, saisie pour son compte (appel (de Tartempion)), verrouillée", "statut") == (
        "remise, saisie pour son compte, verrouillée"
    )
