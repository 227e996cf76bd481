"""Who may see what: inside one's scope everything, above it totals only, beside it nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.questions import INTENTIONS
from config.folder import Folder
from config.rights import HAND_IN, HandingIn, Sight, best_sight, hands_in_somewhere, out_of_reach, sight_of
from config.territory import FRANCE, Scope
from jobs.taking_in.folders import pull
from reports.view import View
from sheets.register.database import open_register
from tests.region import answer_as_json

NOON = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
AS_OF = NOON.date()
BFC, JURA, NIEVRE = Scope("region", "BFC"), Scope("ght", "BFC-08"), Scope("ght", "BFC-06")
MOREZ, JURA_SUD = Scope("etablissement", "390780153"), Scope("etablissement", "390780146")

CASES = [
    ("dgos@exemple.invalid", BFC, Sight.EVERYTHING),
    ("referent.bfc@exemple.invalid", JURA, Sight.EVERYTHING),
    ("referent.bfc@exemple.invalid", MOREZ, Sight.EVERYTHING),
    ("referent.bfc@exemple.invalid", FRANCE, Sight.TOTALS),
    ("referent.bfc@exemple.invalid", Scope("region", "NA"), Sight.NOTHING),
    ("directeur.bfc-08@exemple.invalid", JURA, Sight.EVERYTHING),
    ("directeur.bfc-08@exemple.invalid", MOREZ, Sight.EVERYTHING),
    ("directeur.bfc-08@exemple.invalid", BFC, Sight.TOTALS),
    ("directeur.bfc-08@exemple.invalid", FRANCE, Sight.TOTALS),
    ("directeur.bfc-08@exemple.invalid", NIEVRE, Sight.NOTHING),
    ("achats.390780153@exemple.invalid", MOREZ, Sight.EVERYTHING),
    ("achats.390780153@exemple.invalid", JURA, Sight.TOTALS),
    ("achats.390780153@exemple.invalid", Scope("etablissement", "390780146"), Sight.NOTHING),
    ("lecture@exemple.invalid", BFC, Sight.TOTALS),
    ("lecture@exemple.invalid", JURA, Sight.TOTALS),
    ("operateur.uniha@exemple.invalid", FRANCE, Sight.NOTHING),
    ("operateur.uniha@exemple.invalid", BFC, Sight.NOTHING),
]


@pytest.mark.parametrize(("email", "target", "expected"), CASES)
def test_a_person_sees_as_far_as_their_scope(email: str, target: Scope, expected: Sight, folder: Folder) -> None:
    assert sight_of(folder.persons[email], target, folder.territory, AS_OF) is expected


def test_a_stand_in_sees_as_far_as_the_person_they_replace_and_only_on_those_days(folder: Folder) -> None:
    deputy = folder.persons["adjoint.bfc@exemple.invalid"]
    during, after = date(2022, 8, 10), date(2022, 8, 22)
    assert best_sight(deputy, folder.persons, JURA, folder.territory, during) is Sight.EVERYTHING
    assert best_sight(deputy, folder.persons, JURA, folder.territory, after) is Sight.TOTALS


HANDING_IN: list[tuple[str, HandingIn, list[Scope], list[Scope]]] = [
    ("achats.390780153@exemple.invalid", "courriel", [MOREZ], []),
    ("achats.390780153@exemple.invalid", "courriel", [MOREZ, JURA_SUD], [JURA_SUD]),
    ("achats.390780153@exemple.invalid", "messagerie", [MOREZ, JURA], [MOREZ, JURA]),
    ("directeur.bfc-08@exemple.invalid", "courriel", [MOREZ, JURA, NIEVRE], [NIEVRE]),
    ("directeur.bfc-08@exemple.invalid", "messagerie", [JURA, NIEVRE], [NIEVRE]),
    ("directeur.bfc-08@exemple.invalid", "saisie", [JURA], [JURA]),
    ("referent.bfc@exemple.invalid", "saisie", [JURA, NIEVRE], []),
    ("lecture@exemple.invalid", "courriel", [JURA], [JURA]),
    ("operateur.uniha@exemple.invalid", "courriel", [JURA], [JURA]),
]


@pytest.mark.parametrize(("email", "way", "targets", "refused"), HANDING_IN)
def test_each_way_of_handing_in_has_its_roles_inside_their_territory(
    email: str, way: HandingIn, targets: list[Scope], refused: list[Scope], folder: Folder
) -> None:
    person = folder.persons[email]
    assert out_of_reach(person, folder.persons, way, targets, folder.territory, AS_OF, AS_OF) == refused
    assert hands_in_somewhere(person, folder.persons, way, AS_OF) == (person.role in HAND_IN[way])


def test_a_stand_in_hands_in_for_the_person_they_replace_and_only_on_those_days(folder: Folder) -> None:
    deputy = replace(folder.persons["adjoint.bfc@exemple.invalid"], role="lecture")
    for day, refused in ((date(2022, 8, 10), []), (date(2022, 8, 22), [JURA])):
        assert out_of_reach(deputy, folder.persons, "saisie", [JURA], folder.territory, day, day) == refused
        assert hands_in_somewhere(deputy, folder.persons, "saisie", day) == (not refused)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    from config.folder import EXAMPLE, load_folder
    from tests.conftest import as_bytes, blank, tape

    folder, received_files = load_folder(EXAMPLE), tmp_path_factory.mktemp("recus")
    from sheets.trames.paat.examples import VALID

    for ght, name in (("BFC-08", "Jura"), ("BFC-06", "Nièvre")):
        book = blank(folder, ght, "2021-annuelle")
        tape(book, book.sheetnames[1], 5, {**VALID, "intitule": f"Achat secret {name}", "gain_annuel": 4321})
        tape(book, book.sheetnames[1], 6, {**VALID, "gain_annuel": 98765, "montant_reference": 1000})
        (received_files / f"{name}.xlsx").write_bytes(as_bytes(book))
    db = open_register(tmp_path_factory.mktemp("registre") / "v.sqlite")
    pull(db, folder, [received_files], lambda: NOON)
    return View(db, folder, AS_OF)


def _ask(view: View, email: str, question: str) -> dict[str, object]:
    return answer_as_json(question, view.folder.persons[email], view, NOON)


def test_of_two_trames_a_director_gets_no_total_for_it_would_be_the_neighbours(view: View) -> None:
    result = _ask(view, "directeur.bfc-08@exemple.invalid", "gains bfc 2021 par ght")
    assert (result["valeur"], result["lignes"]) == (None, [])
    assert "non communiqué à votre profil (moins de 3 autres GHT y contribuent)" in str(result["texte"])
    assert _ask(view, "referent.bfc@exemple.invalid", "gains bfc 2021")["valeur"] == "7201.66"


def test_a_refusal_holds_no_figure(view: View) -> None:
    result = _ask(view, "directeur.bfc-08@exemple.invalid", "gains GHT Nièvre 2021")
    assert result["refus"] is True
    assert result["valeur"] is None
    assert not any(c.isdigit() for c in str(result["texte"]))


@pytest.mark.parametrize("intention", INTENTIONS, ids=lambda i: i.key)
@pytest.mark.parametrize("email", ["directeur.bfc-08@exemple.invalid", "achats.390780153@exemple.invalid",
                                   "lecture@exemple.invalid", "operateur.uniha@exemple.invalid"])  # fmt: skip
def test_no_question_lets_out_a_line_of_somebody_else(intention, email: str, view: View) -> None:  # type: ignore[no-untyped-def]
    for territory in ("bfc", "GHT Nièvre", "580780039", "france"):
        word = intention.example.split()[0] if intention.key != "retards" else "qui n'a pas remis"
        result = repr(_ask(view, email, f"{word} {territory} 2021 par etablissement"))
        assert "Achat secret Nièvre" not in result
        assert "98765" not in re.sub(r"\D", "", result)
        assert "Nièvre.xlsx" not in result


@pytest.fixture(scope="module")
def three_ghts(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Three GHT whose figures cannot be taken for one another's, nor for their sums; none sent anything for 2022."""
    from config.folder import EXAMPLE, load_folder
    from sheets.trames.paat.examples import VALID
    from tests.conftest import as_bytes, blank, tape

    folder, received_files = load_folder(EXAMPLE), tmp_path_factory.mktemp("recus")
    for ght, name, gain in (("BFC-08", "Jura", 1_111), ("BFC-06", "Nièvre", 7_777.77), ("BFC-05", "Nord Yonne", 333)):
        book = blank(folder, ght, "2021-annuelle")
        when = {"date_premiere_commande": date(2021, 1, 15)}
        tape(book, book.sheetnames[1], 5, {**VALID, **when, "intitule": f"Achat secret {name}", "gain_annuel": gain})
        (received_files / f"{name}.xlsx").write_bytes(as_bytes(book))
    db = open_register(tmp_path_factory.mktemp("registre") / "v.sqlite")
    pull(db, folder, [received_files], lambda: NOON)
    return View(db, folder, AS_OF)


PLACES = {"bfc": BFC, "GHT Jura": JURA, "GHT Nièvre": NIEVRE, "390780153": MOREZ, "580780039": Scope("etablissement", "580780039"),
         "france": FRANCE, "Bretagne": Scope("region", "BRE")}  # fmt: skip
REQUESTS = [
    *("{i} {lieu} 2021", "{i} {lieu} 2021 par ght", "{i} {lieu} 2022"),
    *("compare {lieu} et GHT Nièvre 2021", "compare GHT Jura et {lieu} 2021", "compare {lieu} 2021 et 2022"),
    *("évolution {lieu}", "top 3 ght {lieu} 2021", "qui gagne le moins {lieu} 2021", "classement {lieu} 2021"),
    *("top 5 familles {lieu} 2021", "classement des établissements {lieu} 2021", "rang {lieu} 2021", "mon rang 2021"),
    *("prévision {lieu} 2021", "prévision {lieu} 2022", "échéances {lieu}", "tâches {lieu} 2021", "gains bfc sauf {lieu} 2021"),
    *("gains {lieu} sauf GHT Nièvre 2021", "gains france sauf {lieu} 2021"),
]  # fmt: skip
PROFILES = ["dgos@exemple.invalid", "referent.bfc@exemple.invalid", "lecture@exemple.invalid", "operateur.uniha@exemple.invalid",
           "directeur.bfc-08@exemple.invalid", "paat.bfc-06@exemple.invalid", "achats.390780153@exemple.invalid"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("email", PROFILES)
def test_every_question_of_every_role_about_every_territory_keeps_to_their_rights(
    email: str, place: str, three_ghts: View
) -> None:
    """A neighbour's total and lines never show, in words or in JSON; an answer that is refused holds no figure."""
    folder = three_ghts.folder
    person = folder.persons[email]
    nievre_sight = sight_of(person, NIEVRE, folder.territory, AS_OF)
    target = sight_of(person, PLACES[place], folder.territory, AS_OF)
    suggested = {i.suggests(place, 2021) for i in INTENTIONS}
    texts = suggested | {d.format(i=i.key, lieu=place) for d in REQUESTS for i in INTENTIONS}
    for text in sorted(texts):
        result = _ask(three_ghts, email, text)
        said = repr(result)
        assert result["intention"] or text not in suggested, (text, result["texte"])
        if nievre_sight is Sight.NOTHING:
            assert not re.search(r"7.?777,77|7777\.77", said), text
        if nievre_sight is not Sight.EVERYTHING:
            assert "Achat secret Nièvre" not in said, text
            assert "Nièvre.xlsx" not in said, text
        if result.get("refus"):
            assert (result["valeur"], result["lignes"]) == (None, []), text
            assert not any(c.isdigit() for c in str(result["texte"])), text
        elif target is Sight.NOTHING and result["intention"] and place in text:
            raise AssertionError(f"{email} asked « {text} » and was told {result['texte']}")


def test_a_comparison_with_a_neighbour_is_refused_whichever_comes_first(three_ghts: View) -> None:
    for text in (
        "compare GHT Jura et GHT Nièvre 2021",
        "compare GHT Nièvre et GHT Jura 2021",
        "compare Nièvre et BFC",
    ):
        assert _ask(three_ghts, "directeur.bfc-08@exemple.invalid", text)["refus"] is True


def test_leaving_a_neighbour_out_of_a_total_would_tell_its_figure(three_ghts: View) -> None:
    director, referent = "directeur.bfc-08@exemple.invalid", "referent.bfc@exemple.invalid"
    assert _ask(three_ghts, director, "gains bfc 2021 sauf GHT Nièvre")["refus"] is True
    assert _ask(three_ghts, referent, "gains bfc 2021 sauf GHT Nièvre")["valeur"] == "1444.00"
    assert _ask(three_ghts, director, "gains bfc 2021 sauf CH DECIZE")["refus"] is True


def test_a_rank_is_told_and_the_others_stay_anonymous(three_ghts: View) -> None:
    result = _ask(three_ghts, "directeur.bfc-08@exemple.invalid", "mon rang 2021")
    assert "2e sur 3" in str(result["texte"])
    assert "Nièvre" not in repr(result)
    ranking = _ask(three_ghts, "directeur.bfc-08@exemple.invalid", "top 3 GHT 2021")
    lines = ranking["lignes"]
    assert isinstance(lines, list)
    assert [li["libelle"] for li in lines] == ["GHT Jura"]
    assert "Nièvre" not in repr(ranking)


def test_totals_are_compared_by_whoever_may_see_totals(three_ghts: View) -> None:
    result = _ask(three_ghts, "directeur.bfc-08@exemple.invalid", "compare GHT Jura et BFC 2021")
    lines = result["lignes"]
    assert isinstance(lines, list)
    assert [li["valeur"] for li in lines] == ["1111.00", None]
    assert result["valeur"] is None
    referent = _ask(three_ghts, "referent.bfc@exemple.invalid", "compare GHT Jura et BFC 2021")
    assert referent["valeur"] == "-8110.77"


def test_what_is_imputed_to_neighbours_is_left_out_of_a_total(three_ghts: View) -> None:
    home_scope = {
        e: _ask(three_ghts, e, "prévision bfc 2022")
        for e in ("directeur.bfc-08@exemple.invalid", "referent.bfc@exemple.invalid")
    }
    director_facts, referent = (repr(r["faits"]) for r in home_scope.values())
    assert "impute" not in director_facts
    assert "'impute': '9221.77'" in referent


def test_an_unknown_address_is_told_so_without_a_figure(tmp_path: Path) -> None:
    from config.errors import UserError
    from jobs.wiring import workshop

    with pytest.raises(UserError, match=r"personnes\.csv.*vouliez-vous dire"):
        workshop(None, tmp_path / "v.sqlite", AS_OF).person("directeur.bfc08@exemple.invalid")


def test_the_last_question_of_one_person_is_not_anothers(view: View) -> None:
    _ask(view, "directeur.bfc-08@exemple.invalid", "gains GHT Jura 2021")
    result = _ask(view, "directeur.bfc-06@exemple.invalid", "pourquoi ?")
    assert result["perimetre"] == {"type": "ght", "code": "BFC-06"}


def test_the_example_names_functions_and_never_reaches_anyone(folder: Folder) -> None:
    assert all(p.email.endswith("@exemple.invalid") for p in folder.persons.values())
