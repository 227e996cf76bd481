"""However a spreadsheet or a person rewrites the column of numbers, a line stays the line it was, with its decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.register import acts
from sheets.spelling import number_key
from tests.region import Ligne, Region, nouvelle, sujet

BELFORT, GHT, ANNUELLE = "900000365", "BFC-09", "2021-annuelle"
JOURS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def achat(titre: str, numero: object, gain: int = 4_000, **reste: Any) -> dict[str, Any]:
    return {"intitule": titre, "marche": f"M-{titre}", "gain_annuel": gain, "action_id": numero,
            "montant_reference": 80_000, "date_premiere_commande": date(2021, 1, 4), **reste}  # fmt: skip


TITRES = ("Gants", "Linge", "Papier", "Repas", "Gaz")


def trame(numeros: Sequence[object], titres: Sequence[str] = TITRES) -> list[dict[str, Any]]:
    """Each purchase keeps its amount, whatever its number and its place."""
    return [achat(t, n, 1_000 * (TITRES.index(t) + 1)) for t, n in zip(titres, numeros, strict=True)]


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def envoie(region: Region, rang: int, lignes: Sequence[Ligne]) -> None:
    region.le(JOURS[rang]).envoie("nord.xlsx", GHT, ANNUELLE, {BELFORT: lignes})


def titres(region: Region) -> dict[str, str]:
    return {n: li["intitule"] for n, li in region.lignes(BELFORT, ANNUELLE).items()}


def retenu(region: Region) -> int:
    return region.vue.comptent(sujet(GHT, 2021))[0].totaux.gain_retenu


CONNUS = ["0001", "0002", "0003", "0004", "0005"]


@pytest.mark.parametrize("ecrits", [
    [1, 2, 3, 4, 5], ["1", "2", "3", "4", "5"], [" 1", "2 ", "\u00a03", "4", " 5 "], ["1.0", "2.0", "3,0", "4.00", "5.0"],
    ["N°1", "n° 2", "No 3", "N° 0004", "n°5"], ["00001", "000002", "003", "04", "5"], ["0001", 2, "0003", " 4", "N°5"],
    ["'0001", "'0002", "'0003", "'0004", "'0005"], [None, 2, None, "0004", " 5"],
], ids=str)  # fmt: skip
def test_a_converted_column_leaves_every_line_what_it_was(region: Region, ecrits: list[object]) -> None:
    envoie(region, 0, trame(CONNUS))
    acts.decide(region.main(), f"{ANNUELLE}/{BELFORT}/0002", "retirer", "achat annulé")
    avant = retenu(region)
    envoie(region, 1, trame(ecrits))
    assert titres(region) == dict(zip(CONNUS, TITRES, strict=True))
    assert retenu(region) == avant == 1_500_000 - 200_000
    assert not region.constats(ANNUELLE, "ligne-disparue", "numero-en-double")
    envoie(region, 2, trame(CONNUS))
    assert titres(region) == dict(zip(CONNUS, TITRES, strict=True))
    assert not region.constats(ANNUELLE, "ligne-disparue", "numero-en-double", "identite-reconnue")


def test_a_converted_column_is_said_once(region: Region) -> None:
    envoie(region, 0, trame(CONNUS))
    envoie(region, 1, trame([1, 2, 3, 4, 5]))
    (dit,) = region.constats(ANNUELLE, "identite-reconnue")
    assert "« 1 » pour « 0001 », et 4 autres" in dit.message


def test_letters_are_the_same_in_either_case(region: Region) -> None:
    envoie(region, 0, trame(["ACH-1", "ACH-2", "ACH-3", "ACH-4", "ACH-5"]))
    envoie(region, 1, trame(["ach-1", "Ach-2", "ACH-3", "ACH - 4", "ach-5"]))
    assert titres(region) == dict(zip(["ACH-1", "ACH-2", "ACH-3", "ACH-4", "ACH-5"], TITRES, strict=True))


@pytest.mark.parametrize(("avant", "apres"), [(["22", "0022"], ["0022", "22"]), (["0022", "22"], ["0022", "22"])])
def test_two_lines_22_and_0022_of_one_tab_stay_two_lines(region: Region, avant: list[str], apres: list[str]) -> None:
    envoie(region, 0, trame(avant, ["Gants", "Linge"]))
    assert titres(region) == dict(zip(avant, ["Gants", "Linge"], strict=True))
    envoie(region, 1, trame(apres, [dict(zip(avant, ["Gants", "Linge"], strict=True))[n] for n in apres]))
    assert titres(region) == dict(zip(avant, ["Gants", "Linge"], strict=True))
    envoie(region, 2, trame([22, 22], ["Linge", "Gants"]))
    assert titres(region) == dict(zip(avant, ["Gants", "Linge"], strict=True))
    assert not region.constats(ANNUELLE, "ligne-disparue")


def test_a_second_spelling_typed_beside_the_known_one_is_another_line(region: Region) -> None:
    envoie(region, 0, trame(["0022"], ["Gants"]))
    envoie(region, 1, trame(["0022", "22"], ["Gants", "Linge"]))
    assert titres(region) == {"0022": "Gants", "22": "Linge"}


@pytest.mark.parametrize("ecrits", [("22", "022"), ("022", "22"), ("N°22", "22.0"), ("22.0", "N°22")])
def test_of_two_spellings_of_a_known_number_the_line_that_is_like_it_bears_it(
    region: Region, ecrits: tuple[str, str]
) -> None:
    envoie(region, 0, trame(["0022"], ["Gants"]))
    envoie(region, 1, trame(ecrits, ["Gants", "Linge"]))
    assert titres(region) == {"0022": "Gants", ecrits[1]: "Linge"}


@pytest.mark.parametrize("numeros", [
    ["0003", "0004", "0005", "0001", "0002"],  # filled anew after a sort
    ["0002", "0003", "0004", "0005", "0006"],  # shifted by one
    ["1001", "1002", "1003", "1004", "1005"],  # a numbering of their own
    ["A", "B", "C", "D", "E"], [5, 4, 3, 2, 1],
], ids=str)  # fmt: skip
def test_a_column_numbered_anew_leaves_every_line_what_it_was(region: Region, numeros: list[object]) -> None:
    envoie(region, 0, trame(CONNUS))
    acts.decide(region.main(), f"{ANNUELLE}/{BELFORT}/0002", "retirer", "achat annulé")
    avant = retenu(region)
    envoie(region, 1, trame(numeros))
    assert titres(region) == dict(zip(CONNUS, TITRES, strict=True))
    assert retenu(region) == avant
    assert not region.constats(ANNUELLE, "ligne-disparue")
    assert len(region.constats(ANNUELLE, "identite-reconnue", "numero-en-double")) >= 1


def test_a_purchase_typed_in_place_of_one_that_moved_gets_a_number_of_its_own(region: Region) -> None:
    envoie(region, 0, trame(["0001", "0002"], ["Gants", "Linge"]))
    envoie(region, 1, [achat("Scanner", "0001", 9_000), *trame(["0002"], ["Gants"])])
    assert titres(region) == {"0001": "Gants", "0003": "Scanner"}
    assert ["« 0002 »" in c.message for c in region.constats(ANNUELLE, "ligne-disparue")] == [True]


def test_a_new_number_on_a_line_like_two_known_ones_is_a_new_line(region: Region) -> None:
    envoie(region, 0, [achat("Gants", "0001", 4_000), achat("Gants", "0002", 5_000)])
    envoie(region, 1, [achat("Gants", "0001", 4_000), achat("Gants", "0050", 6_000), achat("Gants", "0002", 5_000)])
    assert set(titres(region)) == {"0001", "0050", "0002"}


@pytest.mark.parametrize("numero", [None, "0002", 2])
def test_an_action_left_out_of_one_sending_and_back_in_the_next_is_the_same(region: Region, numero: object) -> None:
    envoie(region, 0, trame([None, None], ["Gants", "Linge"]))
    assert titres(region) == {"0001": "Gants", "0002": "Linge"}
    acts.decide(region.main(), f"{ANNUELLE}/{BELFORT}/0002", "retirer", "achat annulé")
    envoie(region, 1, trame([None], ["Gants"]))
    assert len(region.constats(ANNUELLE, "ligne-disparue")) == 1
    envoie(region, 2, trame([None, numero], ["Gants", "Linge"]))
    assert titres(region) == {"0001": "Gants", "0002": "Linge"}
    assert retenu(region) == 100_000, "what was struck stays struck"
    assert not region.constats(ANNUELLE, "ligne-disparue")


def test_judged_again_the_lines_keep_the_numbers_they_had(region: Region) -> None:
    envoie(region, 0, trame(CONNUS))
    envoie(region, 1, trame([1, 2, 3, 4, 5]))
    envoie(region, 2, trame([None, "0002", 3, None, "N°5"]))
    assert region.rejuge(ecrit=False) == []
    assert titres(region) == dict(zip(CONNUS, TITRES, strict=True))


@pytest.mark.parametrize(("ecrit", "attendu"), [
    ("0022", "22"), (" 22", "22"), ("22.0", "22"), ("22,00", "22"), ("N°22", "22"), ("n° 0022", "22"), ("numéro 22", "22"),
    ("'22", "22"), ("0000", "0"), ("22.5", "22.5"), ("22-1", "22-1"), ("A-0022", "a-0022"), ("AC 1", "ac1"),
])  # fmt: skip
def test_spellings_of_a_number(ecrit: str, attendu: str) -> None:
    assert number_key(ecrit) == attendu
