"""The companion: what a buyer finds in it, at which cell, and why it is never taken for a trame nor run as a formula."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Dossier
from jobs.retours import ecrit_les_retours
from jobs.taking_in.folders import pull
from jobs.wiring import Atelier
from sheets.findings import Constat, Gravite, groupes
from sheets.judged import Classeur
from sheets.judging.workbook import juge
from sheets.register import acts
from sheets.register.database import ouvre
from sheets.returning.companion import ecrit_retour, retour
from sheets.returning.companion_summary import SOMMAIRE
from sheets.returning.companion_tab import Reglee
from tests.conftest import GAIN_COL, Remplir, enregistre
from tests.corpus.base import COL, ONGLET, frappe, pose, retouche
from tests.test_cli import vigie

SUD = "390780146"
NIR = "1 85 05 78 006 084 91"


@pytest.fixture
def juge_(dossier: Dossier, trame_remplie: Remplir) -> Classeur:
    """A good line, one above 100 %, one that is no amount, one whose words look like formulas, one that is masked."""
    return juge("recus/GHT Jura.xlsx", trame_remplie({SUD: [
        {}, {"gain_annuel": 165_381, "montant_reference": 49_747, "marche": "2021-046"}, {"gain_annuel": "NC", "intitule": "Draps"},
        {"marche": "@SUM(A1)", "commentaire": "+33 1", "intitule": "-Lits", "justification": "'=1"}, {"commentaire": f"dossier {NIR}"},
    ]}), dossier)  # fmt: skip


def relu(livre: Workbook) -> Workbook:
    """The companion as a spreadsheet opens it."""
    return load_workbook(io.BytesIO(enregistre(livre)))


def textes(feuille: Worksheet) -> str:
    return "\n".join(str(c.value) for rangee in feuille.iter_rows() for c in rangee if c.value is not None)


def cellule(feuille: Worksheet, colonne: str, ligne: int) -> Cell:
    trouvee = feuille[f"{COL[colonne]}{ligne}"]
    assert isinstance(trouvee, Cell)
    return trouvee


def test_every_value_stands_in_the_cell_where_the_person_typed_it(juge_: Classeur, dossier: Dossier) -> None:
    feuille = relu(retour(juge_, dossier))[ONGLET]
    assert [cellule(feuille, "gain_annuel", n).value for n in (5, 6, 7)] == [4_000, 165_381, "NC"]
    assert cellule(feuille, "intitule", 7).value == "Draps"
    assert cellule(feuille, "gain_exercice", 5).value == pytest.approx(3_333.33)
    assert cellule(feuille, "performance", 5).value == pytest.approx(0.05)


def test_columns_and_lines_that_were_moved_are_where_the_person_has_them(dossier: Dossier) -> None:
    moved = get_column_letter(column_index_from_string(GAIN_COL) + 1)
    octets = retouche(lambda _, f: f.insert_cols(1), lambda _, f: f.insert_rows(2, 3), pose({f"{moved}12": "NC"}))
    classeur = juge("x.xlsx", octets, dossier)
    (constat,) = (c for c in classeur.constats if c.code == "valeur-non-numerique")
    feuille = relu(retour(classeur, dossier))[ONGLET]
    assert (constat.cellule, feuille[f"{moved}12"].value) == (f"{moved}12", "NC")
    assert feuille[f"{moved}7"].value == "Gain annuel sur 12 mois (€ TTC)"
    assert feuille["A7"].value == "(colonne à vous, non lue)"


def test_a_cell_to_mend_is_coloured_noted_and_said_on_its_line(juge_: Classeur, dossier: Dossier) -> None:
    feuille = relu(retour(juge_, dossier))[ONGLET]
    nc, bonne = cellule(feuille, "gain_annuel", 7), cellule(feuille, "gain_annuel", 5)
    assert nc.comment is not None
    assert f"{GAIN_COL}7" in nc.comment.text
    assert "Saisissez un nombre seul" in nc.comment.text
    assert nc.fill.start_color.rgb != bonne.fill.start_color.rgb
    assert bonne.comment is None
    assert str(cellule(feuille, "retour", 7).value).startswith("Rejet : « NC »")
    assert cellule(feuille, "retour", 5).value is None


def test_a_note_is_large_enough_for_its_words(juge_: Classeur, dossier: Dossier) -> None:
    for feuille in retour(juge_, dossier).worksheets:
        for note in (c.comment for rangee in feuille.iter_rows() for c in rangee if c.comment):
            assert note.width * note.height > 6 * 15 * len(note.text)


def test_what_was_written_in_the_return_column_stays(dossier: Dossier) -> None:
    classeur = juge("x.xlsx", retouche(frappe(5, retour="vu avec la région", gain_annuel="NC")), dossier)
    dit = str(cellule(relu(retour(classeur, dossier))[ONGLET], "retour", 5).value)
    assert dit.startswith("vu avec la région\nRejet : ")


def test_the_summary_tells_each_rule_how_often_where_and_for_how_much(juge_: Classeur, dossier: Dossier) -> None:
    sommaire = relu(retour(juge_, dossier)).worksheets[0]
    assert sommaire.title == SOMMAIRE
    rangees = [[c.value for c in r] for r in sommaire.iter_rows()]
    (cher,) = (r for r in rangees if "performance-superieure-100" in str(r[1]))
    assert (cher[0], cher[4], cher[5], cher[6]) == ("Rejet", f"{ONGLET} : ligne 6", 1, 137_817.5)
    assert all(any(g.code in str(r[1]) for r in rangees) for g in groupes(juge_.constats))
    blocs = [r[0] for r in rangees if r[0] in ("Rejet", "Alerte", "Info")]
    assert blocs == sorted(blocs, key=("Rejet", "Alerte", "Info").index)


def test_the_euros_of_the_summary_are_those_that_were_taken_out(juge_: Classeur, dossier: Dossier) -> None:
    sommaire = relu(retour(juge_, dossier)).worksheets[0]
    euros = sum(r[6].value for r in sommaire.iter_rows() if isinstance(r[6].value, int | float))
    assert round(euros * 100) == juge_.totaux.gain_retire > 0


def test_a_rule_that_stands_twice_on_a_line_keeps_the_euros_of_the_line(dossier: Dossier) -> None:
    classeur = juge("x.xlsx", retouche(pose({f"{COL[c]}5": None for c in ("operateur", "mode")})), dossier)
    (groupe,) = groupes(classeur.constats)
    assert (len(groupe.constats), groupe.enjeu) == (2, classeur.totaux.gain_retire)


def test_every_link_leads_to_the_marked_cell(juge_: Classeur, dossier: Dossier) -> None:
    livre = relu(retour(juge_, dossier))
    liens = [c.hyperlink.location for r in livre.worksheets[0].iter_rows() for c in r if c.hyperlink]
    cibles = [str(lien).rpartition("!") for lien in liens]
    assert {c[2] for c in cibles} >= {f"{GAIN_COL}6", f"{GAIN_COL}7"}
    assert all(c[0].strip("'") in livre.sheetnames for c in cibles)
    assert all(livre[ONGLET][c].comment for c in (f"{GAIN_COL}6", f"{GAIN_COL}7"))


def test_the_control_totals_are_told_and_add_up(juge_: Classeur, dossier: Dossier) -> None:
    dit = textes(relu(retour(juge_, dossier)).worksheets[0])
    t = juge_.totaux
    assert (
        f"{t.lignes_lues} lues = 0 vide + 0 ignorée + {t.lignes_rejetees} rejetées + {t.lignes_retenues} retenues"
        in dit
    )
    assert "déclarés = " in dit


def test_what_was_settled_is_told_so_that_nobody_mends_it_twice(juge_: Classeur, dossier: Dossier) -> None:
    reglee = Reglee(ONGLET, 6, "gardée malgré le constat, le 12/03/2022.")
    livre = relu(retour(juge_, dossier, [reglee]))
    assert "gardée malgré le constat" in textes(livre.worksheets[0])
    assert "Déjà réglé : gardée" in str(cellule(livre[ONGLET], "retour", 6).value)


def test_nothing_typed_becomes_a_formula(dossier: Dossier) -> None:
    dangereux = {
        "marche": "@SUM(A1)",
        "commentaire": "+33 1",
        "intitule": "-Lits",
        "justification": "=1+1",
        "categorie": "=cmd|x",
    }
    classeur = juge("=1+1.xlsx", retouche(frappe(5, **dangereux, gain_annuel='=HYPERLINK("x")')), dossier)
    livre = relu(retour(classeur, dossier, [Reglee("=1", None, "=1+1")]))
    assert not [c.coordinate for f in livre for r in f.iter_rows() for c in r if c.data_type == "f"]
    for colonne, saisi in dangereux.items():
        trouvee = cellule(livre[ONGLET], colonne, 5)
        assert (trouvee.value, trouvee.data_type, trouvee.quotePrefix) == (saisi, "s", True)


def test_a_personal_number_is_shown_nowhere(juge_: Classeur, dossier: Dossier) -> None:
    livre = relu(retour(juge_, dossier))
    notes = [c.comment.text for f in livre for r in f.iter_rows() for c in r if c.comment]
    tout = "".join([*map(textes, livre.worksheets), *notes])
    assert NIR.replace(" ", "") not in "".join(filter(str.isalnum, tout))
    assert str(cellule(livre[ONGLET], "commentaire", 9).value) == "dossier [numéro masqué]"


def test_a_companion_is_no_trame_and_says_so(juge_: Classeur, dossier: Dossier) -> None:
    for suffixe in ("", "sans propriété"):
        livre = retour(juge_, dossier)
        if suffixe:
            livre.custom_doc_props = type(livre.custom_doc_props)()  # type: ignore[attr-defined]
        rendu = juge("x - retour.xlsx", enregistre(livre), dossier)
        assert not rendu.lisible
        assert [c.code for c in rendu.constats] == ["retour-de-vigie"], suffixe
        assert rendu.constats[0].message == "C'est un retour de Vigie, pas une trame : corrigez votre propre fichier."


def test_a_tab_of_a_companion_copied_into_a_trame_does_not_refuse_the_trame(dossier: Dossier) -> None:
    octets = retouche(lambda livre, _: livre.create_sheet("copie").append(["Vigie · retour sur « x »"]))
    assert juge("x.xlsx", octets, dossier).lisible


def test_a_pull_passes_over_companions_without_alarm(tmp_path: Path, juge_: Classeur, dossier: Dossier) -> None:
    atelier = Atelier(dossier.chemin, tmp_path / "v.sqlite")
    (tmp_path / "recus").mkdir()
    (tmp_path / "recus" / "jura.xlsx").write_bytes(retouche())
    ecrit_retour(juge_, dossier, tmp_path / "recus" / "jura - retour.xlsx")
    db = ouvre(tmp_path / "v.sqlite")
    for etat in ("nouveau", "inchange"):
        bilan = pull(db, dossier, [tmp_path / "recus"], atelier.maintenant)
        assert [r.etat for r in bilan.recus] == [etat]
        assert [Path(f).name for f in bilan.retours] == ["jura - retour.xlsx"]
    assert db.execute("SELECT count(*) FROM fichiers").fetchone()[0] == 1


def test_a_file_nobody_could_read_gets_one_tab_that_says_why(dossier: Dossier) -> None:
    livre = relu(retour(juge("photo.xlsx", b"\xff\xd8\xff", dossier), dossier))
    assert livre.sheetnames == [SOMMAIRE]
    assert "n'est pas un classeur Excel" in textes(livre.worksheets[0])
    assert "Renvoyez la trame au format .xlsx" in textes(livre.worksheets[0])


def test_a_refused_tab_says_that_it_was_not_read(dossier: Dossier) -> None:
    classeur = juge("x.xlsx", retouche(pose({f"{GAIN_COL}4": "Gain HT"})), dossier)
    assert "n'a pas été lu" in textes(relu(retour(classeur, dossier))[ONGLET])


def test_a_far_cell_does_not_make_an_endless_tab(juge_: Classeur, dossier: Dossier) -> None:
    loin = Constat("cellule-lointaine", Gravite.INFO, "Hors du tableau.", "Effacez.", ONGLET, cellule="XFD1048576")
    feuille = relu(retour(replace(juge_, constats=(*juge_.constats, loin)), dossier))[ONGLET]
    assert feuille.max_row < 100
    assert feuille.max_column < 60


def test_tab_names_that_excel_refuses_are_made_good(juge_: Classeur, dossier: Dossier) -> None:
    noms = ("À corriger", "CH [Jura] : un nom bien trop long pour Excel", "l'onglet '")
    for nom in noms:
        onglets = (replace(juge_.onglets[0], feuille=nom), *juge_.onglets[1:])
        constats = tuple(c._replace(feuille=nom) for c in juge_.constats)
        livre = relu(retour(replace(juge_, onglets=onglets, constats=constats), dossier))
        assert len(set(livre.sheetnames)) == len(livre.sheetnames) == 5
        assert cellule(livre.worksheets[1], "gain_annuel", 7).value == "NC"


def test_three_hundred_lines_with_as_many_findings_take_seconds(dossier: Dossier, trame_remplie: Remplir) -> None:
    lignes = [{"gain_annuel": "NC", "marche": f"2021-{n}"} for n in range(300)]
    classeur = juge("x.xlsx", trame_remplie({SUD: lignes}), dossier)
    assert len(classeur.constats) >= 300
    debut = time.monotonic()
    enregistre(retour(classeur, dossier))
    assert time.monotonic() - debut < 4


def test_vigie_retour_writes_beside_the_file_and_never_over_a_person_s(tmp_path: Path) -> None:
    (tmp_path / "GHT Jura.xlsx").write_bytes(retouche(frappe(5, gain_annuel="NC")))
    avant = (tmp_path / "GHT Jura.xlsx").read_bytes()
    for encore in ([], ["GHT Jura - retour.xlsx"]):  # an earlier companion is replaced, and passed over when given
        fini = vigie("retour", "GHT Jura.xlsx", *encore, cwd=tmp_path)
        assert (fini.returncode, "1 ligne retirée" in fini.stdout) == (1, True), fini.stderr
    assert (tmp_path / "GHT Jura.xlsx").read_bytes() == avant
    (tmp_path / "GHT Jura - retour.xlsx").write_bytes(avant)
    fini = vigie("retour", "GHT Jura.xlsx", cwd=tmp_path)
    assert fini.returncode == 2
    assert "existe déjà et n'est pas un retour de Vigie" in fini.stderr
    assert (tmp_path / "GHT Jura - retour.xlsx").read_bytes() == avant


def test_no_companion_is_made_of_a_companion(
    tmp_path: Path, juge_: Classeur, dossier: Dossier, capsys: pytest.CaptureFixture[str]
) -> None:
    fichier = ecrit_retour(juge_, dossier, tmp_path / "x - retour.xlsx")
    assert ecrit_les_retours(Atelier(dossier.chemin, tmp_path / "v.sqlite"), [fichier], None) == 2
    assert "C'est un retour de Vigie" in capsys.readouterr().out
    assert [f.name for f in tmp_path.iterdir()] == ["x - retour.xlsx"]


def test_with_a_register_the_companion_says_what_was_settled(
    tmp_path: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    fichier = tmp_path / "jura.xlsx"
    impossible = {"gain_annuel": 90_000, "montant_reference": 50_000, "marche": "2021-7"}
    fichier.write_bytes(trame_remplie({SUD: [impossible, impossible | {"intitule": "Autre"}]}))
    atelier = Atelier(dossier.chemin, tmp_path / "v.sqlite", date(2022, 2, 1))
    pull(atelier.registre, atelier.dossier, [fichier], atelier.maintenant)
    main = acts.Main(
        atelier.registre, atelier.dossier, atelier.personne("referent.bfc@exemple.invalid"), atelier.maintenant()
    )
    acts.decide(main, f"2021-annuelle/{SUD}/0001", "retenir", "facture vue")
    acts.note(main, f"2021-annuelle/{SUD}/0002", "Pouvez-vous envoyer la facture ?")
    assert ecrit_les_retours(atelier, [fichier], tmp_path / "retours") == 1
    livre = load_workbook(tmp_path / "retours" / "jura - retour.xlsx")
    textes = " ".join(str(c.value) for f in livre.worksheets for r in f.iter_rows() for c in r if c.value)
    assert "gardée par referent.bfc@exemple.invalid le 2022-02-01 : facture vue" in textes
    assert "Pouvez-vous envoyer la facture ?" in textes
    assert "1 ligne est retirée du total" in textes
