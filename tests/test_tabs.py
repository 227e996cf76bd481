"""Which tab counts, whatever stands before it, and what is left aside is listed with how much it holds."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheets.findings import Constat, Gravite
from sheets.judged import Classeur
from sheets.judging.workbook import juge
from tests.corpus import dossier
from tests.corpus.base import COL, GAIN, L1, ONGLET, Edition, retouche


def lu(*editions: Edition) -> Classeur:
    return juge("GHT Jura.xlsx", retouche(*editions), dossier())


def total(vu: Classeur) -> str:
    return f"{vu.totaux.gain_retenu / 100:.2f}"


def double(livre: Workbook, feuille: Worksheet, titre: str) -> Worksheet:
    """A copy of a tab: openpyxl finds no name for the copy of a tab whose own is as long as a name can be."""
    nom, feuille.title = feuille.title, "x"
    copie: Worksheet = livre.copy_worksheet(feuille)
    copie.title, feuille.title = titre, nom
    return copie


def brouillon(titre: str, *, devant: bool = True, cache: bool = False, gain: int = 9) -> Edition:
    """A copy of the filled tab without its stamp, with another gain on its first line."""

    def edite(livre: Workbook, feuille: Worksheet) -> None:
        copie = double(livre, feuille, titre)
        for rangee in copie.iter_rows(max_row=3):
            for c in rangee:
                c.value = None if "Vigie · trame" in str(c.value) else c.value
        copie[f"{COL['gain_annuel']}{L1}"] = gain
        copie.sheet_state = "hidden" if cache else "visible"
        if devant:
            livre.move_sheet(copie, offset=-livre.index(copie))

    return edite


@pytest.mark.parametrize("devant", [True, False])
@pytest.mark.parametrize("cache", [True, False])
@pytest.mark.parametrize("titre", [f"{ONGLET} 2", f"{ONGLET} (2)", "CENTRE HOSPITALIER JURA SU"])
def test_a_draft_without_stamp_never_passes_before_the_stamped_tab(titre: str, cache: bool, devant: bool) -> None:
    vu = lu(brouillon(titre, devant=devant, cache=cache))
    assert total(vu) == GAIN
    assert {c.feuille for c in vu.constats if c.code == "onglet-inconnu"} <= {titre}


def test_without_any_stamp_the_tab_of_the_very_name_counts() -> None:
    def efface(_: Workbook, feuille: Worksheet) -> None:
        for rangee in feuille.iter_rows(max_row=3):
            for c in rangee:
                c.value = None if "Vigie · trame" in str(c.value) else c.value

    assert total(lu(brouillon(f"{ONGLET} 2"), efface)) == GAIN


def test_of_two_stamped_copies_the_one_of_the_very_name_counts() -> None:
    def copie(livre: Workbook, feuille: Worksheet) -> None:
        autre = double(livre, feuille, f"{ONGLET} (2)")
        autre[f"{COL['gain_annuel']}{L1}"] = 9
        livre.move_sheet(autre, offset=-livre.index(autre))

    vu = lu(copie)
    assert total(vu) == GAIN
    assert [c.feuille for c in vu.constats if c.code == "onglet-inconnu"] == [f"{ONGLET} (2)"]


def travail(titre: str, *rangees: tuple[object, ...]) -> Edition:
    def edite(livre: Workbook, _: Worksheet) -> None:
        feuille = livre.create_sheet(titre, 0)
        for rangee in rangees:
            feuille.append(rangee)

    return edite


def ecartes(vu: Classeur) -> list[Constat]:
    return [c for c in vu.constats if c.code == "onglet-ecarte"]


@pytest.mark.parametrize("entetes", [
    ("N°", "Objet", "Statut", "Commentaires", "Responsable"),
    ("N° marché", "Objet", "Famille", "Opérateur", "Statut", "Date de 1re commande", "Commentaires"),
    ("Objet", "Levier", "Nature", "Quantité", "Gain", "Montant de référence"),
    ("Quoi", "Qui", "Quand"),
])  # fmt: skip
def test_a_working_tab_is_left_aside_and_listed_with_how_many_values(entetes: tuple[str, ...]) -> None:
    vu = lu(travail("Suivi", entetes, (1, "Linge", "en cours"), (2, "Gants", None)))
    assert total(vu) == GAIN
    (dit,) = ecartes(vu)
    assert dit.gravite is Gravite.INFO
    assert dit.feuille == "Suivi"
    assert f"{len(entetes) + 5} valeurs" in dit.message
    assert not vu.bloquant


def test_an_empty_tab_of_ones_own_says_nothing_nor_do_the_tabs_of_the_trame() -> None:
    assert ecartes(lu(travail("Notes"))) == []
    assert ecartes(lu()) == []


def test_lines_of_the_trame_in_a_tab_that_names_nobody_are_still_refused_aloud() -> None:
    vu = lu(brouillon("Lignes à revoir"))
    assert [(c.code, c.gravite) for c in vu.constats if c.feuille == "Lignes à revoir"] == [
        ("onglet-inconnu", Gravite.REJET)
    ]


def test_a_column_nobody_knows_is_listed_with_how_many_values() -> None:
    def edite(_: Workbook, feuille: Worksheet) -> None:
        feuille.insert_cols(3)
        feuille["C4"] = "Responsable"
        feuille[f"C{L1}"], feuille[f"C{L1 + 2}"] = "pharmacie", "lingerie"

    vu = lu(edite)
    assert total(vu) == GAIN
    (dit,) = [c for c in vu.constats if c.code == "colonne-ignoree"]
    assert (dit.gravite, dit.cellule, dit.valeur) == (Gravite.INFO, "C4", "Responsable")
    assert "2 valeurs" in dit.message


def test_an_unknown_column_without_value_says_nothing() -> None:
    vu = lu(lambda _, f: f.insert_cols(3), lambda _, f: f.__setitem__("C4", "Responsable"))
    assert {c.code for c in vu.constats} == set()


def test_many_unknown_columns_are_counted_not_listed_one_by_one() -> None:
    def edite(_: Workbook, feuille: Worksheet) -> None:
        for rang in range(len(COL) + 1, len(COL) + 61):
            feuille.cell(4, rang).value = f"Mois {rang}"
            feuille.cell(L1, rang).value = rang

    dits = [c for c in lu(edite).constats if c.code == "colonne-ignoree"]
    assert 1 < len(dits) <= 10
    assert any("autres colonnes" in c.message for c in dits)


def test_a_value_under_a_blank_heading_is_listed() -> None:
    vu = lu(lambda _, f: f.insert_cols(3), lambda _, f: f.__setitem__(f"C{L1}", "à voir"))
    assert [c.cellule for c in vu.constats if c.code == "colonne-ignoree"] == ["C4"]
