"""The doctor: a damaged trame comes back clean, reads the same, and whatever was not carried is listed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from config.folder import Dossier
from sheets import first_tab
from sheets.judged import Classeur
from sheets.judging.workbook import juge
from sheets.reading.opening import Refus, ouvre
from sheets.reading.rows import lecteurs
from sheets.repairing.carried_cell import a_reprendre
from sheets.repairing.clean_trame import Soin, soigne
from sheets.repairing.what_changed import Changement, Nature
from sheets.tab_names import PAGE
from sheets.trames.paat.columns import PAAT
from sheets.writing.tab import ENTETE, LIGNES
from tests.conftest import GAIN_COL, enregistre
from tests.corpus import CORPUS
from tests.corpus.base import COL, FINESS, L1, ONGLET, RANG, VOISIN, frappe, pose, retouche
from tests.corpus.base import ouvre as ouvre_l_ordinaire
from tests.test_cli import vigie


def dit(soin: Soin, nature: Nature | None = None) -> list[Changement]:
    return [c for c in soin.changements if nature in (None, c.nature)]


def phrases(soin: Soin) -> str:
    return "\n".join(f"{c.nature.value} {c.texte} {c.feuille} {c.cellule} {c.valeur}" for c in soin.changements)


def lu(classeur: Classeur) -> dict[str, Any]:
    """What counts of a workbook: the typed lines of each tab, and its answers."""
    onglets = {o.finess: ([li.valeurs for li in o.lignes], o.achats, o.neant) for o in classeur.onglets}
    return {"onglets": onglets, "remis": classeur.remis, "contact": classeur.contact}


def codes(classeur: Classeur) -> set[str]:
    return {c.code for c in classeur.constats}


LEGERES = {
    "colonne-reconnue", "valeur-reconnue", "ligne-de-total", "cellule-lointaine", "numero-en-double", "premier-onglet-absent",
    "tampon-contredit", "onglet-inconnu", "nomenclature-inconnue",
}  # fmt: skip
"""What a clean trame may no longer be told of."""

ABIMES: dict[str, Callable[[], bytes]] = {
    "en ordre": retouche,
    "en-têtes renommés": lambda: retouche(pose({f"{GAIN_COL}4": "Montant Gain", "C4": "Libellé de\nl'action", f"{COL['montant_reference']}4": "Montant de reference anuel"})),
    "colonnes et lignes insérées": lambda: retouche(lambda _, f: f.insert_cols(2), lambda _, f: f.insert_rows(2, 3)),
    "valeurs fausses": lambda: retouche(frappe(5, gain_annuel="NC", nature="Exploitations", date_premiere_commande="31/31/2021")),
    "écritures françaises": lambda: retouche(frappe(5, gain_annuel="(1 234,56 €)", montant_reference="12 k€", date_premiere_commande="juil-21")),
    "moins d'un euro": lambda: retouche(frappe(5, gain_annuel="0,50 €", prix_reference="0,3333333333333333333", quantite="1 000")),
    "taux dans les euros": lambda: retouche(frappe(5, gain_annuel=0.0475)),
    "codes": lambda: retouche(frappe(5, marche="00123", commentaire="_x0041_ =1+1", justification="a\nb\r\nc")),
    "formules en texte": lambda: retouche(frappe(5, intitule="=1+1", commentaire="@SUM(A1)", marche="+33")),
    "numéros copiés": lambda: retouche(pose({"A6": "0001", "A7": None, "A8": "X-12"})),
    "total et trou": lambda: retouche(pose({"C16": "TOTAL", f"{GAIN_COL}16": 66_000, "C50": "Loin", "D50": "Hôtellerie", f"{COL['statut']}50": "potentiel"})),
    "date ailleurs": lambda: retouche(frappe(5, gain_annuel=datetime(2021, 3, 1), marche=datetime(2021, 3, 1), demarche=True)),  # noqa: DTZ001
    "donnée personnelle": lambda: retouche(frappe(5, commentaire="1 85 05 78 006 084 91")),
    "achats illisibles": lambda: retouche(lambda livre, _: _premiers_achats(livre, "environ 3 M")),
    "achats effacés": lambda: retouche(lambda livre, _: _premiers_achats(livre, None)),
}  # fmt: skip


def _premiers_achats(livre: Workbook, valeur: str | None) -> None:
    feuille = livre[first_tab.TITRE]
    ligne = next(r[0].row for r in feuille.iter_rows(max_col=1) if r[0].value == FINESS)
    feuille.cell(ligne or 0, 3).value = valeur


@pytest.mark.parametrize("nom", ABIMES)
def test_the_clean_trame_reads_the_same_with_only_the_person_s_own_mistakes_left(nom: str, dossier: Dossier) -> None:
    octets = ABIMES[nom]()
    avant, apres = juge("x", octets, dossier), juge("x", soigne(octets, dossier).octets, dossier)
    assert lu(apres) == lu(avant)
    assert codes(apres) <= codes(avant)
    assert codes(avant) - codes(apres) <= LEGERES
    assert apres.totaux.gain_retenu == avant.totaux.gain_retenu


@pytest.mark.parametrize(
    "nom",
    ["notations-francaises", "marche-nombre", "emoji", "retours-a-la-ligne", "demi-substitut", "injection-commande",
     "systeme-1904", "classeur-binaire", "entetes-sur-deux-lignes", "entetes-repetes", "trente-lignes-au-dessus",
     "colonnes-permutees", "une-ligne-sur-deux", "sous-total", "ligne-copiee", "onglet-renomme", "tampons-effaces",
     "achats-nc", "nir-contact", "colonnes-masquees", "protege-par-mot-de-passe", "cellules-sans-adresse"],
)  # fmt: skip
def test_workbooks_that_people_damaged_read_the_same_too(nom: str, dossier: Dossier) -> None:
    octets = CORPUS[nom].octets()
    assert lu(juge("x", soigne(octets, dossier).octets, dossier)) == lu(juge("x", octets, dossier))


TEXTES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NOMBRES = st.one_of(
    st.decimals(-(10**11), 10**11, places=2).map(lambda d: f"{d} €".replace(".", ",")),
    st.decimals(-(10**6), 10**6, allow_nan=False, places=7).map(lambda d: f"{d:f}".replace(".", ",")),
    st.floats(allow_nan=True, width=64),
    st.integers(-(10**13), 10**13).map(float),
)
BRUTS = st.one_of(
    TEXTES,
    NOMBRES,
    st.dates(date(1850, 1, 1)),
    st.booleans(),
    st.sampled_from(["réalisés", "Récurrent", "PAAT", "dispositif medical"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(st.sampled_from([c.cle for c in PAAT.saisies]), BRUTS, max_size=12), min_size=8, max_size=8
    )
)
def test_whatever_was_in_a_cell_what_is_carried_reads_the_same(dossier: Dossier, lignes: list[dict[str, Any]]) -> None:
    """The rule cell by cell, then through a real file: written, saved, opened by the reader, compared."""
    lit = lecteurs(PAAT, dossier)
    livre = Workbook()
    feuille = livre.active
    assert feuille is not None
    attendus = {}
    from sheets.writing.safe_cells import case
    from sheets.writing.safe_cells import pose as ecrit

    for ligne, cellules in enumerate(lignes, 1):
        for cle, brut in cellules.items():
            valeur = a_reprendre(PAAT.par_cle[cle], brut, lit[cle])
            if valeur is not None:
                ecrit(case(feuille, ligne, RANG[cle]), valeur)
                attendus[ligne, cle] = lit[cle](brut)
            else:
                assert lit[cle](brut) is None or isinstance(brut, str | float | date)
    (onglet, *_) = ouvre(enregistre(livre))
    for (ligne, cle), voulu in attendus.items():
        relue = onglet.rangees[ligne - 1 - onglet.ligne_0][RANG[cle] - 1 - onglet.colonne_0]
        assert lit[cle](relue) == getattr(voulu, "label", voulu), (cle, relue)


@pytest.mark.parametrize(("saisi", "cle"), [("0,50 €", "gain_annuel"), (0.0475, "gain_annuel"), (float("nan"), "gain_annuel"),
                                            ("1.234", "montant_reference"), ("0,3333333333333333333", "prix_reference"), (1e15, "quantite")])  # fmt: skip
def test_amounts_that_a_number_cannot_hold_are_written_another_way(dossier: Dossier, saisi: Any, cle: str) -> None:
    valeur = a_reprendre(PAAT.par_cle[cle], saisi, lecteurs(PAAT, dossier)[cle])
    assert valeur is not None
    assert lecteurs(PAAT, dossier)[cle](float(valeur) if isinstance(valeur, int | Decimal) else valeur) == lecteurs(PAAT, dossier)[cle](saisi)  # fmt: skip


def test_nothing_that_was_typed_is_lost_in_silence(dossier: Dossier) -> None:
    """Each stray thing is named with its cell and what stood there."""

    def seme(livre: Workbook, feuille: Any) -> None:
        feuille["AC4"], feuille["AC6"] = "Suivi interne", "relancer le service"
        feuille["C90"], feuille["C1"] = "note au loin", "au-dessus du tableau"
        feuille["C16"], feuille[f"{GAIN_COL}16"] = "TOTAL", 66_000
        feuille["Z9"], feuille["Z9"].data_type = "#REF!", "e"
        feuille[f"{GAIN_COL}8"] = "=1200*4"
        feuille["C5"].comment = Comment("demander à la pharmacie", "x")
        livre.create_sheet("Brouillon")["B2"] = "à revoir"

    soin = soigne(retouche(seme), dossier)
    tout = phrases(soin)
    for cellule, valeur in (("AC4", "Suivi interne"), ("AC6", "relancer le service"), ("C90", "note au loin"), ("Z9", "#REF!"),
                            ("C1", "au-dessus du tableau"), ("ligne 16", "TOTAL"), ("C5", "demander à la pharmacie"), (f"{GAIN_COL}8", "=1200*4")):  # fmt: skip
        assert any(c.cellule == cellule and valeur in c.valeur for c in soin.changements), cellule
    assert "l'onglet « brouillon »" in tout.lower()


def test_every_cell_of_a_tab_is_carried_ours_or_listed(dossier: Dossier) -> None:
    octets = retouche(lambda _, f: f.insert_cols(4), frappe(5, marche="x"), pose({"D4": "À moi", "D7": "a", "D11": 3, "AF20": "loin"}),
                      lambda _, f: f.insert_rows(9))  # fmt: skip
    soin = soigne(octets, dossier)
    listees = {c.cellule for c in soin.changements if c.feuille == ONGLET}
    assert {"D4", "D7", "D12", "AF21"} <= listees
    assert "lignes 10 à 15 de votre fichier : maintenant lignes 9 à 14" in phrases(soin).lower()


def test_headings_and_columns_recognised_are_told(dossier: Dossier) -> None:
    soin = soigne(
        retouche(pose({f"{GAIN_COL}4": "Montant Gain"}), lambda _, f: f.move_range("B4:B15", cols=28)), dossier
    )
    compris = " ".join(c.texte for c in dit(soin, Nature.COMPRIS))
    assert "« Montant Gain » a été compris comme" in compris
    assert "« Démarche » a changé de place ; elle est de nouveau à la sienne" in compris


def test_a_value_that_fits_no_list_stays_to_be_mended(dossier: Dossier) -> None:
    soin = soigne(retouche(frappe(6, mode="annuel")), dossier)
    (reste,) = dit(soin, Nature.CORRIGER)
    assert (reste.cellule, reste.valeur) == (f"{COL['mode']}6", "annuel")
    assert load_workbook(io.BytesIO(soin.octets))[ONGLET][f"{COL['mode']}6"].value == "annuel"


def test_a_version_no_longer_read_is_carried_into_the_current_one(dossier: Dossier) -> None:
    def vieillit(livre: Workbook, _: Any) -> None:
        for feuille in livre:
            if feuille["A3"].value:
                feuille["A3"] = str(feuille["A3"].value).replace("2022.1", "2018.1")

    octets = retouche(vieillit)
    assert codes(juge("x", octets, dossier)) == {"version-non-lue"}
    soin = soigne(octets, dossier)
    assert lu(juge("x", soin.octets, dossier)) == lu(juge("x", retouche(), dossier))
    assert "La trame était de : version 2018.1 ; celle-ci est de : version 2022.1." in phrases(soin)


def test_a_lost_stamp_can_be_said_by_hand(dossier: Dossier) -> None:
    livre = ouvre_l_ordinaire()
    livre.custom_doc_props = type(livre.custom_doc_props)()  # type: ignore[attr-defined]
    for feuille in livre:
        feuille["A3"] = None
    octets = enregistre(livre)
    with pytest.raises(Refus, match="tampon"):
        soigne(octets, dossier)
    soin = soigne(octets, dossier, "BFC-08", "2021-annuelle")
    assert lu(juge("x", soin.octets, dossier)) == lu(juge("x", retouche(), dossier))


def test_amounts_under_a_heading_in_another_unit_are_not_carried_as_euros(dossier: Dossier) -> None:
    soin = soigne(retouche(pose({f"{GAIN_COL}4": "Gain annuel (k€)"})), dossier)
    apres = juge("x", soin.octets, dossier)
    assert all(li.valeurs.gain_annuel is None for o in apres.onglets for li in o.lignes)
    assert {f"{GAIN_COL}{n}" for n in range(L1, L1 + 10)} <= {c.cellule for c in dit(soin, Nature.LAISSE)}


def test_it_is_a_real_trame_with_lists_formulas_and_locks(dossier: Dossier) -> None:
    feuille = load_workbook(io.BytesIO(soigne(retouche(), dossier).octets))[ONGLET]
    assert feuille.protection.sheet
    assert not feuille[f"{COL['gain_annuel']}{L1}"].protection.locked
    assert str(feuille[f"{COL['gain_exercice']}{L1}"].value).startswith("=")
    assert len(feuille.data_validations.dataValidation) == sum(
        c.genre in ("liste", "nomenclature") for c in PAAT.colonnes
    )
    assert feuille.conditional_formatting
    assert feuille[f"{COL['marche']}{L1}"].number_format == "@"


def test_the_lines_still_blank_have_numbers_nobody_has(dossier: Dossier) -> None:
    feuille = load_workbook(io.BytesIO(soigne(retouche(pose({"A5": "0300", "A6": "X-1"})), dossier).octets))[ONGLET]
    numeros = [feuille.cell(n, 1).value for n in range(L1, ENTETE + LIGNES + 1)]
    assert numeros[:2] == ["0300", "X-1"]
    assert len(set(numeros)) == len(numeros) == LIGNES


def test_more_lines_than_were_prepared_are_all_inside_the_table(dossier: Dossier) -> None:
    def allonge(_: Workbook, feuille: Any) -> None:
        for n in range(L1 + 10, L1 + LIGNES + 20):
            for colonne in (3, 4, 8, 10, 11):
                feuille.cell(n, colonne).value = feuille.cell(L1, colonne).value
            feuille.cell(n, RANG["statut"]).value = "potentiel"

    soin = soigne(retouche(allonge), dossier)
    livre = load_workbook(io.BytesIO(soin.octets))
    derniere = L1 + LIGNES + 19
    assert livre[ONGLET][f"{COL['gain_exercice']}{derniere}"].value
    assert all(int(str(v.sqref).rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) >= derniere
               for v in livre[ONGLET].data_validations.dataValidation)  # fmt: skip
    assert any(f"${livre[ONGLET].max_row})" in str(c.value) for r in livre[first_tab.TITRE].iter_rows() for c in r)
    assert juge("x", soin.octets, dossier).totaux.lignes_lues == LIGNES + 20


def test_the_differences_are_written_in_a_tab_that_is_not_read(dossier: Dossier) -> None:
    tampon = "Vigie · trame paat 2022.1 · BFC-01 · campagne 2020-annuelle"
    soin = soigne(retouche(pose({"C90": tampon, "C91": "Trame remise"})), dossier)
    livre = load_workbook(io.BytesIO(soin.octets))
    assert livre.active is not None
    assert livre.active.title == PAGE
    vus = [c.value for r in livre[PAGE].iter_rows() for c in r]
    assert all(c.texte in vus for c in soin.changements)
    assert codes(juge("x", soin.octets, dossier)) == codes(juge("x", retouche(), dossier))
    assert soigne(soin.octets, dossier).changements == soigne(retouche(), dossier).changements


def test_a_tab_that_is_nobody_s_is_named_and_left(dossier: Dossier) -> None:
    soin = soigne(retouche(lambda livre, _: livre.copy_worksheet(livre[VOISIN]), _sans_entetes), dossier)
    laisses = [c for c in dit(soin, Nature.LAISSE) if "lignes remplies laissées" in c.texte]
    assert {c.feuille for c in laisses} == {f"{VOISIN} Copy", "CH LOUIS JAILLON SAINT CLAUDE"}


def _sans_entetes(livre: Workbook, _: Any) -> None:
    livre["CH LOUIS JAILLON SAINT CLAUDE"].delete_rows(4)


def test_vigie_soigne_writes_a_clean_trame_and_replaces_nothing(tmp_path: Path) -> None:
    octets = retouche(frappe(5, gain_annuel="NC"))
    (tmp_path / "GHT Jura.xlsx").write_bytes(octets)
    fini = vigie("soigne", "GHT Jura.xlsx", cwd=tmp_path)
    assert fini.returncode == 1, fini.stderr
    assert "10 lignes reprises" in fini.stdout
    assert "1 point à corriger" in fini.stdout
    assert (tmp_path / "GHT Jura.xlsx").read_bytes() == octets
    assert vigie("check", "GHT Jura - trame propre.xlsx", cwd=tmp_path).returncode == 1
    propre = (tmp_path / "GHT Jura - trame propre.xlsx").read_bytes()
    fini = vigie("soigne", "GHT Jura.xlsx", cwd=tmp_path)
    assert (fini.returncode, "n'est pas remplacé" in fini.stderr) == (2, True)
    assert (tmp_path / "GHT Jura - trame propre.xlsx").read_bytes() == propre


def test_vigie_soigne_says_why_there_is_no_clean_trame(tmp_path: Path) -> None:
    (tmp_path / "photo.xlsx").write_bytes(b"\xff\xd8\xff")
    fini = vigie("soigne", "photo.xlsx", cwd=tmp_path)
    assert fini.returncode == 2
    assert "pas de trame propre : Ce fichier n'est pas un classeur Excel" in fini.stdout
    assert "vouliez-vous dire « BFC-08 »" in vigie("soigne", "photo.xlsx", "--ght", "BFC-80", cwd=tmp_path).stderr
