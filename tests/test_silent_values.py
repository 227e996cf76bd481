"""Values that the one reader would give wrong without a word: each comes back right, or with a sentence that says where."""

from __future__ import annotations

import pytest

from sheets.judging.workbook import juge
from sheets.lignes import Classeur
from tests.corpus import dossier, ordinaire
from tests.corpus.base import COL, FEUILLE, GAIN, L1
from tests.corpus.containers import PARTAGEES, partage, recrit

S, C = f"{COL['gain_annuel']}{L1}", f"{COL['intitule']}{L1}"


def read(octets: bytes) -> Classeur:
    return juge("GHT Jura.xlsx", octets, dossier())


def intitules(vu: Classeur) -> list[str]:
    return [ligne.valeurs.intitule for onglet in vu.onglets for ligne in onglet.lignes]


@pytest.mark.parametrize("cut", ["<!-- -->", "<?x y?>", "<![CDATA[0]]>"])
def test_a_value_cut_in_two_is_read_whole(cut: str) -> None:
    kept = "" if "CDATA" in cut else "0"
    vu = read(recrit(ordinaire(), FEUILLE, (rf'(<c r="{S}"[^>]*><v>\d)(\d)0', rf"\g<1>\g<2>{cut}{kept}")))
    assert f"{vu.totaux.gain_retenu / 100:.2f}" == GAIN
    assert vu.constats == ()


def test_a_sign_written_by_its_number_is_part_of_the_value() -> None:
    vu = read(recrit(ordinaire(), FEUILLE, (rf'(<c r="{S}"[^>]*><v>\d\d)0', r"\g<1>&#48;")))
    assert f"{vu.totaux.gain_retenu / 100:.2f}" == GAIN
    assert vu.constats == ()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("cut", ["<!-- -->", "<?x y?>"])
def test_a_text_cut_in_two_is_read_whole(cut: str, shared: bool) -> None:
    octets, part = (partage(ordinaire()), PARTAGEES) if shared else (ordinaire(), FEUILLE)
    assert intitules(read(recrit(octets, part, ("<t>Épicerie", f"<t>Épi{cut}cerie")))) == intitules(read(ordinaire()))


@pytest.mark.parametrize("again", [
    f'<c r="{S}"><v>99</v></c>', f"<c s='22' r = '{S}'><v>99</v></c>",
    f'</row><row r="{L1}"><c r="{S}"><v>99</v></c>', f'</row><row ht="15" r="{L1}"><c r="{S}"><v>99</v></c>',
])  # fmt: skip
def test_an_address_written_twice_is_said(again: str) -> None:
    (dit,) = read(recrit(ordinaire(), FEUILLE, (rf'(<c r="{S}".*?</c>)', rf"\1{again}"))).constats
    assert S in dit.message
