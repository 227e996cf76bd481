"""What headings and notes say of the unit of amounts: another one is never read as euros TTC on twelve months."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl.utils import get_column_letter

from sheets.reading.headings import find_headings
from sheets.reading.number_formats import SCALED, WORDED
from sheets.reading.shown import other_units
from sheets.reading.units import announced, odd_words, unit_said
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.welcome import INSTRUCTIONS
from tests.conftest import GAIN_COL

OTHER = {
    "hors taxes": ["(H.T.)", "(hors taxe)", "HT", "(HORS TVA)", "(€ h.t)", "HTVA", "(taxes non comprises)", "(net de TVA)", "(excl. VAT)", "(TVA en sus)", "(HTR)", "hors droits et taxes", "non TTC", "(€ HT)", "Hors-Taxes", "avant TVA"],
    "milliers d'euros": ["(KEUR)", "(k€)", "K €", "en k€", "kilo-euros", "(Kilo Euros)", "(k euros)", "(milliers d'€)", "en milliers", "x1000", "(x 1 000 €)",
                         "(K)", "ke", "(000 €)", "(K. €)", "k-€", "(10³ €)", "10^3 €", "(mille euros)", "(T€)", "(€ 000)"],
    "centaines d'euros": ["(centaines d'euros)"],
    "millions d'euros": ["M€", "(en millions)", "(MEUR)", "Md€", "(M)"],
    "centimes": ["(en centimes)", "(cts)"],
    "une autre monnaie": ["($)", "(CHF)", "en francs"],
    "une autre année": ["N-1", "(n - 1)", "N\N{EN DASH}1", "(année précédente)", "de l'exercice précédent", "N+1"],
    "plusieurs années": ["sur 4 ans", "(48 mois, cumulé)", "sur la durée du marché", "(pluriannuel)", "sur trois ans"],
    "moins de douze mois": ["mensuel", "(par mois)", "/ mois", "sur 6 mois", "trimestriel", "(1er semestre)", "au prorata", "sur six mois"],
    "un taux": ["%", "(en %)", "en pourcentage", "(taux)"],
}  # fmt: skip


@pytest.mark.parametrize(("words", "unit"), [(w, unit) for unit, several in OTHER.items() for w in several])
def test_a_heading_that_says_another_unit_refuses_its_column(words: str, unit: str) -> None:
    for base in ("Gain annuel", "Montant Gain"):
        titles: list[object] = [c.title if c.key != "gain_annuel" else f"{base} {words}" for c in ACTIONS.columns]
        found = find_headings([titles], ACTIONS, 0, 0, "Lons")
        assert found is not None
        assert [c.cell for c in found.findings if c.code == "unite-de-colonne"] == [f"{GAIN_COL}1"]
        assert not found.usable
        assert unit in next(c.message for c in found.findings if c.code == "unite-de-colonne")


@pytest.mark.parametrize(
    "title",
    ["Gain annuel TTC", "Gain (€ TTC, pas HT)", "Gain sur 12 mois", "Gain sur douze mois (€ TTC)", "Gain € / an", "GAIN ANNUEL (euros)",
     "Gain annuel sur 12 mois (€ T.T.C.)", "Gain sans prorata", "Gain annuel (€ toutes taxes comprises)", "Gain annuel sur 12 mois hors prorata (€ TTC)",
     "Gain annuel (€ TTC, TVA 5,5 %)", "Gain annuel (TVA 20% comprise)", "Thé et chocolat", "Achats", "Karaté", "Mois"],
)  # fmt: skip
def test_euros_ttc_on_twelve_months_are_fine_however_they_are_said(title: str) -> None:
    assert unit_said(title) == ""


def test_no_heading_nor_sentence_of_ours_says_another_unit() -> None:
    ours = [t for c in ACTIONS.columns if c.kind == "euros" for t in (c.title, *c.synonyms)]
    assert [t for t in ours if unit_said(t) or odd_words(t, t)] == []
    assert [t for t in INSTRUCTIONS if announced(t)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Montants en k€",
        "(HT)",
        "En milliers d'euros",
        "Les montants sont saisis HT",
        "k€",
        "Unité : K€",
        "Montants x 1000",
    ],
)
def test_a_note_above_or_below_the_headings_gives_its_unit_to_the_amounts(text: str) -> None:
    titles: list[object] = [c.title for c in ACTIONS.columns]
    above: list[object] = ["", text, *[""] * (len(titles) - 2)]
    blank: list[object] = [""] * len(titles)
    below: list[object] = [text if c.key == "gain_annuel" else "" for c in ACTIONS.columns]
    for rows, cell in (([above, titles, blank], "B1"), ([titles, below], f"{GAIN_COL}2")):
        found = find_headings(rows, ACTIONS, 0, 0, "Lons")
        assert found is not None
        assert [(c.code, c.cell) for c in found.findings] == [("unite-de-colonne", cell)]
        assert not found.usable


@pytest.mark.parametrize(
    "text",
    [
        "38 M€",
        "Achats 38 M€",
        "12 500 HT",
        "23 581 euros HT",
        "€",
        "mois",
        "Marché HT-2021 de la pharmacie centrale du groupement",
        12,
        None,
    ],
)
def test_an_amount_or_an_ordinary_note_announces_no_unit(text: object) -> None:
    assert announced(text) == ""


@pytest.mark.parametrize("words", ["(source DAF)", "[estimé]", "(hors pénalités)", "(2020)"])
def test_what_is_not_understood_in_brackets_is_said(words: str) -> None:
    titles: list[object] = [
        c.title if c.key != "gain_annuel" else f"Gain annuel sur 12 mois {words}" for c in ACTIONS.columns
    ]
    found = find_headings([titles], ACTIONS, 0, 0, "Lons")
    assert found is not None
    assert [(c.code, c.cell) for c in found.findings] == [("colonne-reconnue", f"{GAIN_COL}1")]
    assert found.usable


@pytest.mark.parametrize(
    ("official", "synonym", "double"),
    [
        (1200.0, 900.0, True),
        (1200.0, "", False),
        (1200.0, 1200.0, False),
        (1200.0, "1200", False),
        ("", 900.0, True),
        ("", "", False),
    ],
)
def test_a_second_column_of_gains_is_a_double_unless_it_says_the_same(
    official: object, synonym: object, double: bool
) -> None:
    titles: list[object] = [*(c.title for c in ACTIONS.columns), "Montant Gain"]
    row: list[object] = [*(official if c.key == "gain_annuel" else "" for c in ACTIONS.columns), synonym]
    found = find_headings([titles, row], ACTIONS, 0, 0, "Lons")
    assert found is not None
    assert [(c.code, c.cell) for c in found.findings] == (
        [("colonne-en-double", f"{get_column_letter(len(titles))}1")] if double else []
    )


@pytest.mark.parametrize(("title", "said"), [("Statut de l'action", True), ("Date de première commande", True), ("Famille d'achat", True),
                                             ("Commentaire", False), ("Objet", False), ("Performance", False)])  # fmt: skip
def test_any_column_that_is_counted_or_sorted_by_may_be_a_double(title: str, said: bool) -> None:
    found = find_headings(
        [[*(c.title for c in ACTIONS.columns), title], [*("a" for _ in ACTIONS.columns), "b"]], ACTIONS, 0, 0, "Lons"
    )
    assert found is not None
    assert any(c.code == "colonne-en-double" for c in found.findings) is said


@pytest.mark.parametrize(
    ("style", "held", "shown", "unit"),
    [
        ("<number:text> k€</number:text>", 2360, "23,6 k€", "milliers d'euros"),
        ("<number:text> k</number:text>", 2300, "23 k", "milliers d'euros"),
        ("<number:text>K</number:text>", 2_358_100, "23,6K", ""),
        ("<number:text> mois</number:text>", 1200, "12 mois", WORDED),
        ("<number:text>000</number:text>", 2300, "23000", SCALED),
        ('<number:number number:display-factor="1000"/>', 2_358_100, "24", SCALED),
        ("<number:currency-symbol>€</number:currency-symbol>", 2_358_100, "23 581,00 €", ""),
    ],
)
def test_a_cell_of_an_open_document_is_known_by_what_it_shows(style: str, held: int, shown: str, unit: str) -> None:
    content = (
        '<x xmlns:number="n" xmlns:table="t" xmlns:office="o" xmlns:text="p"><number:number-style>'
        f'{style}</number:number-style><table:table table:name="Lons"><table:table-row><table:table-cell '
        f'office:value-type="float" office:value="{held / 100}"><text:p>{shown}</text:p></table:table-cell>'
        "</table:table-row></table:table></x>"
    )
    held_in = io.BytesIO()
    with zipfile.ZipFile(held_in, "w") as z:
        z.writestr("content.xml", content)
    assert other_units(held_in.getvalue(), "Lons", {"A1": held}) == ({"A1": unit} if unit else {})


def test_a_number_in_a_name_is_no_power_of_ten() -> None:
    assert announced("Plan d'actions achats de territoire — GHT numéro 103") == ""
    assert unit_said("Gain (10³ €)") == "milliers d'euros"
