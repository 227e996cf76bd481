"""Who may see what: inside one's scope everything, above it totals only, beside it nothing."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.answering import repond
from bots.questions import INTENTIONS
from config.folder import Dossier
from config.rights import Regard, meilleur_regard, regard
from config.territory import FRANCE, Perimetre
from jobs.taking_in.folders import pull
from reports.view import Vue
from sheets.register.database import ouvre

MIDI = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
AU = MIDI.date()
BFC, JURA, NIEVRE = Perimetre("region", "BFC"), Perimetre("ght", "BFC-08"), Perimetre("ght", "BFC-06")
MOREZ = Perimetre("etablissement", "390780153")

CAS = [
    ("dgos@exemple.invalid", BFC, Regard.TOUT),
    ("referent.bfc@exemple.invalid", JURA, Regard.TOUT),
    ("referent.bfc@exemple.invalid", MOREZ, Regard.TOUT),
    ("referent.bfc@exemple.invalid", FRANCE, Regard.TOTAUX),
    ("referent.bfc@exemple.invalid", Perimetre("region", "NA"), Regard.RIEN),
    ("directeur.bfc-08@exemple.invalid", JURA, Regard.TOUT),
    ("directeur.bfc-08@exemple.invalid", MOREZ, Regard.TOUT),
    ("directeur.bfc-08@exemple.invalid", BFC, Regard.TOTAUX),
    ("directeur.bfc-08@exemple.invalid", FRANCE, Regard.TOTAUX),
    ("directeur.bfc-08@exemple.invalid", NIEVRE, Regard.RIEN),
    ("achats.390780153@exemple.invalid", MOREZ, Regard.TOUT),
    ("achats.390780153@exemple.invalid", JURA, Regard.TOTAUX),
    ("achats.390780153@exemple.invalid", Perimetre("etablissement", "390780146"), Regard.RIEN),
    ("lecture@exemple.invalid", BFC, Regard.TOTAUX),
    ("lecture@exemple.invalid", JURA, Regard.TOTAUX),
    ("operateur.uniha@exemple.invalid", FRANCE, Regard.RIEN),
    ("operateur.uniha@exemple.invalid", BFC, Regard.RIEN),
]


@pytest.mark.parametrize(("email", "cible", "attendu"), CAS)
def test_a_person_sees_as_far_as_their_scope(email: str, cible: Perimetre, attendu: Regard, dossier: Dossier) -> None:
    assert regard(dossier.personnes[email], cible, dossier.territoire, AU) is attendu


def test_a_stand_in_sees_as_far_as_the_person_they_replace_and_only_on_those_days(dossier: Dossier) -> None:
    adjoint = dossier.personnes["adjoint.bfc@exemple.invalid"]
    pendant, apres = date(2022, 8, 10), date(2022, 8, 22)
    assert meilleur_regard(adjoint, dossier.personnes, JURA, dossier.territoire, pendant) is Regard.TOUT
    assert meilleur_regard(adjoint, dossier.personnes, JURA, dossier.territoire, apres) is Regard.TOTAUX


@pytest.fixture(scope="module")
def vue(tmp_path_factory: pytest.TempPathFactory) -> Vue:
    from config.folder import EXEMPLE, charge
    from tests.conftest import enregistre, tape, vierge

    dossier, recus = charge(EXEMPLE), tmp_path_factory.mktemp("recus")
    from sheets.judging.examples import VALIDE

    for ght, nom in (("BFC-08", "Jura"), ("BFC-06", "Nièvre")):
        livre = vierge(dossier, ght, "2021-annuelle")
        tape(livre, livre.sheetnames[1], 5, {**VALIDE, "intitule": f"Achat secret {nom}", "gain_annuel": 4321})
        tape(livre, livre.sheetnames[1], 6, {**VALIDE, "gain_annuel": 98765, "montant_reference": 1000})
        (recus / f"{nom}.xlsx").write_bytes(enregistre(livre))
    db = ouvre(tmp_path_factory.mktemp("registre") / "v.sqlite")
    pull(db, dossier, [recus], lambda: MIDI)
    return Vue(db, dossier, AU)


def _demande(vue: Vue, email: str, question: str) -> dict[str, object]:
    return repond(question, vue.dossier.personnes[email], vue, MIDI)


def test_of_two_trames_a_director_gets_no_total_for_it_would_be_the_neighbours(vue: Vue) -> None:
    rendu = _demande(vue, "directeur.bfc-08@exemple.invalid", "gains bfc 2021 par ght")
    assert (rendu["valeur"], rendu["lignes"]) == (None, [])
    assert "non communiqué à votre profil (moins de 3 autres GHT y contribuent)" in str(rendu["texte"])
    assert _demande(vue, "referent.bfc@exemple.invalid", "gains bfc 2021")["valeur"] == "7201.66"


def test_a_refusal_holds_no_figure(vue: Vue) -> None:
    rendu = _demande(vue, "directeur.bfc-08@exemple.invalid", "gains GHT Nièvre 2021")
    assert rendu["refus"] is True
    assert rendu["valeur"] is None
    assert not any(c.isdigit() for c in str(rendu["texte"]))


@pytest.mark.parametrize("intention", INTENTIONS, ids=lambda i: i.cle)
@pytest.mark.parametrize("email", ["directeur.bfc-08@exemple.invalid", "achats.390780153@exemple.invalid",
                                   "lecture@exemple.invalid", "operateur.uniha@exemple.invalid"])  # fmt: skip
def test_no_question_lets_out_a_line_of_somebody_else(intention, email: str, vue: Vue) -> None:  # type: ignore[no-untyped-def]
    for territoire in ("bfc", "GHT Nièvre", "580780039", "france"):
        mot = intention.exemple.split()[0] if intention.cle != "retards" else "qui n'a pas remis"
        rendu = repr(_demande(vue, email, f"{mot} {territoire} 2021 par etablissement"))
        assert "Achat secret Nièvre" not in rendu
        assert "98765" not in re.sub(r"\D", "", rendu)
        assert "Nièvre.xlsx" not in rendu


@pytest.fixture(scope="module")
def trois_ghts(tmp_path_factory: pytest.TempPathFactory) -> Vue:
    """Three GHT whose figures cannot be taken for one another's, nor for their sums; none sent anything for 2022."""
    from config.folder import EXEMPLE, charge
    from sheets.judging.examples import VALIDE
    from tests.conftest import enregistre, tape, vierge

    dossier, recus = charge(EXEMPLE), tmp_path_factory.mktemp("recus")
    for ght, nom, gain in (("BFC-08", "Jura", 1_111), ("BFC-06", "Nièvre", 7_777.77), ("BFC-05", "Nord Yonne", 333)):
        livre = vierge(dossier, ght, "2021-annuelle")
        quand = {"date_premiere_commande": date(2021, 1, 15)}
        tape(livre, livre.sheetnames[1], 5, {**VALIDE, **quand, "intitule": f"Achat secret {nom}", "gain_annuel": gain})
        (recus / f"{nom}.xlsx").write_bytes(enregistre(livre))
    db = ouvre(tmp_path_factory.mktemp("registre") / "v.sqlite")
    pull(db, dossier, [recus], lambda: MIDI)
    return Vue(db, dossier, AU)


LIEUX = {"bfc": BFC, "GHT Jura": JURA, "GHT Nièvre": NIEVRE, "390780153": MOREZ, "580780039": Perimetre("etablissement", "580780039"),
         "france": FRANCE, "Bretagne": Perimetre("region", "BRE")}  # fmt: skip
DEMANDES = [
    *("{i} {lieu} 2021", "{i} {lieu} 2021 par ght", "{i} {lieu} 2022"),
    *("compare {lieu} et GHT Nièvre 2021", "compare GHT Jura et {lieu} 2021", "compare {lieu} 2021 et 2022"),
    *("évolution {lieu}", "top 3 ght {lieu} 2021", "qui gagne le moins {lieu} 2021", "classement {lieu} 2021"),
    *("top 5 familles {lieu} 2021", "classement des établissements {lieu} 2021", "rang {lieu} 2021", "mon rang 2021"),
    *("prévision {lieu} 2021", "prévision {lieu} 2022", "échéances {lieu}", "tâches {lieu} 2021", "gains bfc sauf {lieu} 2021"),
    *("gains {lieu} sauf GHT Nièvre 2021", "gains france sauf {lieu} 2021"),
]  # fmt: skip
PROFILS = ["dgos@exemple.invalid", "referent.bfc@exemple.invalid", "lecture@exemple.invalid", "operateur.uniha@exemple.invalid",
           "directeur.bfc-08@exemple.invalid", "paat.bfc-06@exemple.invalid", "achats.390780153@exemple.invalid"]  # fmt: skip


@pytest.mark.parametrize("lieu", LIEUX)
@pytest.mark.parametrize("email", PROFILS)
def test_every_question_of_every_role_about_every_territory_keeps_to_their_rights(
    email: str, lieu: str, trois_ghts: Vue
) -> None:
    """A neighbour's total and lines never show, in words or in JSON; an answer that is refused holds no figure."""
    dossier = trois_ghts.dossier
    personne = dossier.personnes[email]
    nievre = regard(personne, NIEVRE, dossier.territoire, AU)
    vise = regard(personne, LIEUX[lieu], dossier.territoire, AU)
    faites = {i.propose(lieu, 2021) for i in INTENTIONS}
    textes = faites | {d.format(i=i.cle, lieu=lieu) for d in DEMANDES for i in INTENTIONS}
    for texte in sorted(textes):
        rendu = _demande(trois_ghts, email, texte)
        dit = repr(rendu)
        assert rendu["intention"] or texte not in faites, (texte, rendu["texte"])
        if nievre is Regard.RIEN:
            assert not re.search(r"7.?777,77|7777\.77", dit), texte
        if nievre is not Regard.TOUT:
            assert "Achat secret Nièvre" not in dit, texte
            assert "Nièvre.xlsx" not in dit, texte
        if rendu.get("refus"):
            assert (rendu["valeur"], rendu["lignes"]) == (None, []), texte
            assert not any(c.isdigit() for c in str(rendu["texte"])), texte
        elif vise is Regard.RIEN and rendu["intention"] and lieu in texte:
            raise AssertionError(f"{email} asked « {texte} » and was told {rendu['texte']}")


def test_a_comparison_with_a_neighbour_is_refused_whichever_comes_first(trois_ghts: Vue) -> None:
    for texte in (
        "compare GHT Jura et GHT Nièvre 2021",
        "compare GHT Nièvre et GHT Jura 2021",
        "compare Nièvre et BFC",
    ):
        assert _demande(trois_ghts, "directeur.bfc-08@exemple.invalid", texte)["refus"] is True


def test_leaving_a_neighbour_out_of_a_total_would_tell_its_figure(trois_ghts: Vue) -> None:
    director, referent = "directeur.bfc-08@exemple.invalid", "referent.bfc@exemple.invalid"
    assert _demande(trois_ghts, director, "gains bfc 2021 sauf GHT Nièvre")["refus"] is True
    assert _demande(trois_ghts, referent, "gains bfc 2021 sauf GHT Nièvre")["valeur"] == "1444.00"
    assert _demande(trois_ghts, director, "gains bfc 2021 sauf CH DECIZE")["refus"] is True


def test_a_rank_is_told_and_the_others_stay_anonymous(trois_ghts: Vue) -> None:
    rendu = _demande(trois_ghts, "directeur.bfc-08@exemple.invalid", "mon rang 2021")
    assert "2e sur 3" in str(rendu["texte"])
    assert "Nièvre" not in repr(rendu)
    classement = _demande(trois_ghts, "directeur.bfc-08@exemple.invalid", "top 3 GHT 2021")
    lignes = classement["lignes"]
    assert isinstance(lignes, list)
    assert [li["libelle"] for li in lignes] == ["GHT Jura"]
    assert "Nièvre" not in repr(classement)


def test_totals_are_compared_by_whoever_may_see_totals(trois_ghts: Vue) -> None:
    rendu = _demande(trois_ghts, "directeur.bfc-08@exemple.invalid", "compare GHT Jura et BFC 2021")
    lignes = rendu["lignes"]
    assert isinstance(lignes, list)
    assert [li["valeur"] for li in lignes] == ["1111.00", None]
    assert rendu["valeur"] is None
    referent = _demande(trois_ghts, "referent.bfc@exemple.invalid", "compare GHT Jura et BFC 2021")
    assert referent["valeur"] == "-8110.77"


def test_what_is_imputed_to_neighbours_is_left_out_of_a_total(trois_ghts: Vue) -> None:
    chez = {
        e: _demande(trois_ghts, e, "prévision bfc 2022")
        for e in ("directeur.bfc-08@exemple.invalid", "referent.bfc@exemple.invalid")
    }
    directeur, referent = (repr(r["faits"]) for r in chez.values())
    assert "impute" not in directeur
    assert "'impute': '9221.77'" in referent


def test_an_unknown_address_is_told_so_without_a_figure(tmp_path: Path) -> None:
    from config.errors import UserError
    from jobs.wiring import atelier

    with pytest.raises(UserError, match=r"personnes\.csv.*vouliez-vous dire"):
        atelier(None, tmp_path / "v.sqlite", AU).personne("directeur.bfc08@exemple.invalid")


def test_the_last_question_of_one_person_is_not_anothers(vue: Vue) -> None:
    _demande(vue, "directeur.bfc-08@exemple.invalid", "gains GHT Jura 2021")
    rendu = _demande(vue, "directeur.bfc-06@exemple.invalid", "pourquoi ?")
    assert rendu["perimetre"] == {"type": "ght", "code": "BFC-06"}


def test_the_example_names_functions_and_never_reaches_anyone(dossier: Dossier) -> None:
    assert all(p.email.endswith("@exemple.invalid") for p in dossier.personnes.values())
