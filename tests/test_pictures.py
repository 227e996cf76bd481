"""A picture shows the bars of the answer and nothing else: right amounts, nothing cut, the same in words, only one's own."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from bots.answer_files import ANSWER_MAKERS, image
from bots.answer_words import reply_lines, told
from bots.answering import Sights, answer_question
from bots.grammar.question import AnswerForm
from bots.questions import BY_KEY
from config.errors import UserError
from config.folder import Folder
from config.rights import AT_KEYBOARD, Sight
from config.territory import Scope
from reports import drawing
from reports.answer import Answer, Element
from reports.charts import ALTERNATIVE, Bar, BarPiece, Chart, ChartPart, chart_of
from reports.sayable import UNKNOWN_LABELS
from tests.region import Region, new_region

NOON = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
SUPPLIER = "Tartempion"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = new_region(tmp_path_factory.mktemp("region"))
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {
        "390780146": [{"gain_annuel": 12_000, "date_premiere_commande": date(2021, 1, 4)},
                      {"gain_annuel": 6_000, "montant_reference": 1000, "date_premiere_commande": date(2021, 1, 4)}],
        "390780153": [{"gain_annuel": -2_400, "date_premiere_commande": date(2021, 1, 4), "famille": SUPPLIER}],
    })  # fmt: skip
    region.hour = NOON
    return region


def answer(intention: str, elements: Iterable[Element], **rest: object) -> Answer:
    empty = Answer(intention, Scope("region", "BFC"), 2021, "2021-annuelle", NOON.date(), None, "EUR", 1, 11)
    return replace(empty, elements=tuple(elements), **rest)  # type: ignore[arg-type]


def draw_answer(r: Answer, folder: Folder) -> Chart:
    picture = BY_KEY[r.intention].picture
    assert picture
    trace = chart_of(picture.bars, r, [], folder, "Le titre.", ("Le pied.",))
    assert trace
    return trace


def bars(d: Chart) -> dict[str, list[tuple[float, float]]]:
    """By word of the key, where each bar that was really drawn begins and ends."""
    views: dict[str, list[tuple[float, float]]] = {}
    for container in drawing.figure(d).axes[0].containers:
        for patch in container:
            assert isinstance(patch, Rectangle)
            ends = sorted((patch.get_x(), patch.get_x() + patch.get_width()))
            views.setdefault(str(container.get_label()), []).append((round(ends[0]), round(ends[1])))
    return views


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    large, top = struct.unpack(">II", png[16:24])
    return large, top


# What is drawn


def test_kept_then_struck_end_to_end_and_a_loss_goes_left(folder: Folder) -> None:
    jura_name, nievre_name = folder.territory.ghts["BFC-08"].name, folder.territory.ghts["BFC-06"].name
    d = draw_answer(
        answer(
            "gains", [Element(jura_name, 900_000, struck=100_000, objective=950_000), Element(nievre_name, -50_000)]
        ),
        folder,
    )
    assert bars(d) == {"retenu": [(0, 900_000)], "retiré": [(900_000, 1_000_000)], "perte (retenue)": [(-50_000, 0)]}
    (axes,) = drawing.figure(d).axes
    assert [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "objectif"] == [950_000]  # type: ignore[index]
    left, right = axes.get_xlim()
    assert left < -50_000
    assert right > 1_000_000


def test_the_forecast_is_a_stair_and_what_is_imputed_stands_apart(folder: Folder) -> None:
    totals = replace(answer("prevision", []).totals, declared=500, kept=500)
    facts = {"notifie": 200, "report": 100, "impute": 300, "absents": 2}
    d = draw_answer(answer("prevision", [], totals=totals, value=800, facts=facts), folder)
    assert bars(d) == {"retenu": [(0, 500), (0, 500)], "notifié": [(500, 700)] * 2, "report à reprendre": [(700, 800)] * 2,
                         "imputé, à part": [(800, 1100)]}  # fmt: skip
    assert [b.name for b in d.bars][-2:] == ["Prévision 2021", "À part : 2 GHT sans réponse"]


def test_nothing_received_is_a_row_without_a_bar(folder: Folder) -> None:
    name = folder.territory.ghts["BFC-08"].name
    d = draw_answer(answer("gains", [Element(name, None, "rien reçu")]), folder)
    assert bars(d) == {}
    assert (d.bars[0].name, d.bars[0].words) == (name, "rien reçu")


def test_a_label_that_someone_typed_is_counted_and_not_named(folder: Folder) -> None:
    famille = next(iter(folder.nomenclature.familles))
    elements = [Element(famille, 500), Element(SUPPLIER, 30, struck=1), Element("<!channel>", 4)]
    d = draw_answer(answer("gains", elements, by="famille"), folder)
    assert [(b.name, b.bar_pieces[0].a) for b in d.bars] == [(famille, 500), (UNKNOWN_LABELS, 34)]
    assert SUPPLIER not in str(d)


def test_a_number_that_is_no_year_of_ours_is_not_named_either(folder: Folder) -> None:
    assert draw_answer(answer("evolution", [Element("2021", 5, ours=True)]), folder).bars[0].name == "2021"
    assert draw_answer(answer("gains", [Element("2021", 5)], by="famille"), folder).bars[0].name == UNKNOWN_LABELS


# How it looks


def thirty_bars(folder: Folder, in_euros: bool = True) -> Chart:
    """A large region with names as long as names get, losses, and amounts that say everything."""
    name = "GHT du Nord-Ouest Vexin Val-d'Oise et des Hôpitaux du Territoire de la Vallée"
    words = (
        "12 345 678 €, 2,3 M€ retirés, objectif 14,5 M€, provisoire"
        if in_euros
        else "remise, 3 lignes à corriger, 5 onglets sur 7, en retard"
    )
    title = "Gains d'Île-de-France en 2021 : 14,6 M€ retenus. Objectif : 16,0 M€, atteint à 91,3 %. Retiré : 2,2 M€ sur 16,8 M€ déclarés."
    lines = [
        Bar(f"{name} n° {n}", words, (BarPiece(ChartPart.KEPT, 0, n * 10**8),), n * 10**8 + 5)
        if in_euros else Bar(name, words, (BarPiece(ChartPart.SEEN, 0, 1),)) for n in range(1, 31)
    ]  # fmt: skip
    return Chart(
        title,
        ("10 trames reçues sur 30, dont 968 k€ provisoires (trames vues, pas encore remises) · 2021-annuelle",),
        tuple(lines),
        in_euros,
    )


@pytest.mark.parametrize("in_euros", [True, False])
def test_nothing_is_cut_and_no_two_words_meet_however_long_the_names(folder: Folder, in_euros: bool) -> None:
    f = drawing.figure(thirty_bars(folder, in_euros))
    f.canvas.draw()
    large, top = f.bbox.width, f.bbox.height
    text_boxes = [t.get_window_extent() for t in f.findobj(Text) if t.get_text().strip()]
    assert len(text_boxes) >= 32
    for c in text_boxes:
        assert c.x0 >= 0
        assert c.x1 <= large
        assert c.y0 >= 0
        assert c.y1 <= top
    rows = sorted((t.get_window_extent() for t in f.axes[0].texts), key=lambda c: -c.y0)
    assert all(above.y0 > lower.y1 for above, lower in pairwise(rows))


def test_it_is_as_wide_as_a_telephone_and_light_enough_to_send(folder: Folder) -> None:
    raw_bytes = drawing.png(thirty_bars(folder))
    large, top = size(raw_bytes)
    assert large == 1080
    assert top > 30 * 60
    assert len(raw_bytes) < 2_000_000
    assert raw_bytes == drawing.png(thirty_bars(folder))


def test_pictures_drawn_in_several_threads_are_the_same(folder: Folder) -> None:
    d = draw_answer(answer("gains", [Element("GHT Jura", 900_000, struck=5), Element("GHT Nièvre", 5)]), folder)
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(drawing.png, [d] * 12))) == 1


def test_a_dollar_is_a_dollar(folder: Folder) -> None:
    """Else what stands between two of them is read as a formula, and a picture fails on a name."""
    assert size(drawing.png(Chart("Achats $\\x$ de 2021", ("$_$",), (Bar("GHT $\\frac$", "1 k€"),))))[0] == 1080


def test_what_is_told_apart_by_colour_is_told_apart_by_hatching_or_outline_too() -> None:
    for drawn in (
        (ChartPart.KEPT, ChartPart.STRUCK),
        (ChartPart.ANSWERED, ChartPart.SEEN, ChartPart.NOTHING),
        (ChartPart.KEPT, ChartPart.IMPUTED_APART),
    ):
        without_colour = {(c.get("hatch"), c.get("linestyle")) for c in (drawing.COLOURS[p] for p in drawn)}
        assert len(without_colour) == len(drawn)


# In words


def test_the_words_of_a_picture_say_every_bar_or_how_many_are_left(folder: Folder) -> None:
    court = Chart("Titre.", (), (Bar("GHT Jura", "907 k€"), Bar("GHT Nièvre", "1,3 M€")))
    assert court.alternative == "Titre. Graphique en barres : GHT Jura, 907 k€ ; GHT Nièvre, 1,3 M€."
    long = thirty_bars(folder).alternative
    assert len(long) <= ALTERNATIVE
    said_ones = long.count("12 345 678")
    assert long.endswith(f"et {30 - said_ones} autres.")


# Asked for


def test_a_total_is_drawn_by_its_parts_with_the_sentence_of_the_answer_for_title(region: Region) -> None:
    reply = answer_question("gains GHT Jura 2021 en image", AT_KEYBOARD, region.view, NOON)
    piece = image(reply)
    assert piece.name == "gains-BFC-08-2021-par-etablissement.png"
    assert piece.alternative.startswith(reply_lines(reply)[0])
    names = region.folder.territory.etablissements
    assert f"{names['390780146'].name}, 12\u202f000\xa0€" not in piece.alternative
    assert f"{names['390780146'].name}, 12\xa0k€, 6\u202f000\xa0€ retirés" in piece.alternative
    assert f"{names['390780153'].name}, −2\u202f400\xa0€" in piece.alternative
    assert size(piece.raw_bytes)[0] == 1080


def test_a_director_of_elsewhere_gets_no_picture_and_a_reader_the_total_alone(region: Region) -> None:
    p = region.folder.persons
    with pytest.raises(UserError, match="pas ouvert à votre profil"):
        image(answer_question("gains GHT Jura 2021", p["directeur.bfc-06@exemple.invalid"], region.view, NOON))
    total = image(answer_question("gains BFC 2021", p["lecture@exemple.invalid"], region.view, NOON))
    assert "Jura" not in total.alternative
    assert "Bourgogne-Franche-Comté, 9\u202f600\xa0€, 6\u202f000\xa0€ retirés" in total.alternative
    with pytest.raises(UserError, match="rien à dessiner"):
        image(answer_question("statut BFC 2021", p["lecture@exemple.invalid"], region.view, NOON))


PERSONS = (
    "dgos@exemple.invalid", "referent.bfc@exemple.invalid", "lecture@exemple.invalid", "operateur.uniha@exemple.invalid",
    "directeur.bfc-08@exemple.invalid", "directeur.bfc-06@exemple.invalid", "achats.390780153@exemple.invalid",
)  # fmt: skip


@pytest.mark.parametrize("email", PERSONS)
@pytest.mark.parametrize("form", ["image", "tableur"])
def test_no_file_says_more_than_the_answer_in_words_and_lines_only_to_those_who_may_see_them(
    region: Region, email: str, form: AnswerForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every drawn question on every kind of territory: a name in the picture is one that the words of the answer open."""
    monkeypatch.setattr(drawing, "png", lambda d: b"")
    person, t = region.folder.persons[email], region.folder.territory
    results = 0
    for place in ("France", "BFC", "BFC-08", "BFC-06", "390780146", "390780153"):
        for word in (
            "gains",
            "objectif",
            "statut",
            "qui n'a pas remis",
            "évolution",
            "classement",
            "prévision",
            "rejets",
        ):
            reply = answer_question(f"{word} {place} 2021", person, region.view, NOON)
            try:
                piece = ANSWER_MAKERS[form](reply)
            except UserError:
                continue
            results += 1
            one = told(reply)
            subject = one.subject
            sight_given = Sights(person, region.view).over(subject.scope)
            assert sight_given is not Sight.NOTHING
            assert form == "image" or sight_given is Sight.EVERYTHING
            if sight_given is Sight.TOTALS:
                inside = {g.name for g in t.ghts.values()} | {e.name for e in t.etablissements.values()}
                seen_ones = {e.label for e in one.answer.elements} | {t.name(subject.scope)}
                assert not [name for name in inside - seen_ones if f"{name}," in piece.alternative], (
                    word,
                    place,
                    piece.alternative,
                )
    assert (results == 0) == (person.role == "operateur" or (form == "tableur" and person.role == "lecture"))


@pytest.mark.parametrize(("question", "said"), [
    ("statut BFC 2021", "GHT Jura, remise"), ("qui n'a pas remis BFC 2021", "GHT Nièvre, rien reçu"),
    ("évolution BFC", "2021, 9\u202f600"), ("compare GHT Jura et GHT Nièvre 2021", "GHT Nièvre, rien reçu"),
    ("classement BFC 2021", "GHT Jura, 1er sur 1"), ("prévision BFC 2021", "Prévision 2021, 9\u202f600"),
    ("gains BFC 2021 par famille", UNKNOWN_LABELS), ("objectif BFC 2021", "GHT Jura, 9\u202f600"),
])  # fmt: skip
def test_every_answer_that_people_would_rather_look_at_has_its_picture(
    region: Region, question: str, said: str
) -> None:
    piece = image(answer_question(question, AT_KEYBOARD, region.view, NOON))
    assert said in piece.alternative
    assert SUPPLIER not in piece.alternative
    size(piece.raw_bytes)


def test_an_answer_without_a_picture_says_what_can_be_drawn(region: Region) -> None:
    with pytest.raises(UserError, match=r"Je ne sais pas dessiner cette réponse.*gains BFC 2021"):
        image(answer_question("pourquoi gains GHT Jura 2021", AT_KEYBOARD, region.view, NOON))
