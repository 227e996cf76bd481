"""The newcomer's tour, checked to the cent by an oracle that shares no code with the product."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import jobs.demo
from bots.answering import repond
from config.errors import UserError
from config.folder import EXEMPLE, charge
from config.rights import CLAVIER
from jobs.demo.tour import CAMPAGNE, visite
from jobs.taking_in.folders import Bilan, pull
from jobs.wiring import Atelier, atelier
from sheets.findings import Gravite
from sheets.judged import Classeur
from sheets.judging.workbook import juge
from sheets.register import backup, stored_lines, views
from sheets.register.database import ouvre
from sheets.register.what_counts import qui_compte
from tests import oracle
from tests.test_vues import acte, meme_reponse

JOUR = date(2022, 3, 31)
REGION = "BFC"
DOCS = Path(__file__).parents[1] / "docs"


@dataclass(frozen=True)
class Visite:
    """A tour that was run: what it printed, what it pulled, what the oracle says, and a twin run in another process."""

    sortie: Path
    texte: str
    bilan: Bilan
    lignes: list[oracle.Ligne]
    jumelle: Path

    @property
    def atelier(self) -> Atelier:
        return atelier(None, self.sortie / "vigie.sqlite", JOUR)

    def demande(self, question: str) -> dict[str, Any]:
        return repond(question, CLAVIER, self.atelier.vue(), datetime.combine(JOUR, time(12)))

    def attendu(self, ght: str) -> oracle.Somme:
        return oracle.somme([li for li in self.lignes if ght in (li.ght, REGION)])


def vigie(*arguments: str, registre: Path) -> Any:
    """What `vigie … --json` prints, as a person's own terminal would run it."""
    commande = [sys.executable, "-c", "from jobs.cli import main; main()", *arguments, "--json"]
    commande += ["--registre", str(registre), "--today", JOUR.isoformat()]
    return json.loads(subprocess.run(commande, check=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def faite(tmp_path_factory: pytest.TempPathFactory) -> Visite:
    sortie, jumelle = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("jumelle")
    autre = [sys.executable, "-c", "from jobs.cli import main; main()", "demo", "--out", str(jumelle)]
    with subprocess.Popen(autre, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "1"}) as seconde:
        with redirect_stdout(io.StringIO()) as texte:
            bilan = visite(sortie)
        lignes = oracle.lit(sortie / "recus")
        assert seconde.wait() == 0
    return Visite(sortie, texte.getvalue(), bilan, lignes, jumelle)


GHTS = [f"BFC-{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12)]


@pytest.mark.parametrize("code", [*GHTS, REGION])
def test_the_answer_agrees_with_the_oracle_to_the_cent(faite: Visite, code: str) -> None:
    dit, attendu = faite.demande(f"gains {code} 2021"), faite.attendu(code)
    assert 0 < attendu.retenu <= attendu.declare
    assert {c: Decimal(dit[c]) for c in ("declare", "retire", "valeur")} == {
        "declare": attendu.declare,
        "retire": attendu.retire,
        "valeur": attendu.retenu,
    }


def rejuges(faite: Visite) -> list[Classeur]:
    """The files of the tour, judged once more."""
    dossier = charge(EXEMPLE)
    return [juge(Path(r.fichier).name, Path(r.fichier).read_bytes(), dossier) for r in faite.bilan.recus]


@pytest.mark.parametrize("code", GHTS)
def test_the_lines_struck_out_are_those_the_oracle_strikes_out(faite: Visite, code: str) -> None:
    (classeur,) = (c for c in rejuges(faite) if c.tampon and c.tampon.ght == code)
    retirees = {(o.feuille, ligne.numero) for o in classeur.onglets for ligne in o.lignes if ligne.bloquee}
    assert retirees == {(li.feuille, li.rang) for li in faite.lignes if li.ght == code and li.motifs}
    attendu = faite.attendu(code)
    assert (classeur.totaux.lignes_rejetees, classeur.totaux.lignes_retenues) == (attendu.rejetees, attendu.retenues)


def test_the_quality_of_the_region_is_the_share_of_lines_the_oracle_keeps(faite: Visite) -> None:
    attendu = faite.attendu(REGION)
    qualite = faite.demande("qualité BFC 2021")["valeur"]
    assert qualite == round(attendu.retenues / (attendu.retenues + attendu.rejetees), 6)


def test_the_demo_makes_every_mistake_the_oracle_looks_for(faite: Visite) -> None:
    assert {motif for li in faite.lignes for motif in li.motifs} >= {
        "performance-superieure-100", "performance-hors-bornes", "montant-reference-absent", "valeur-non-numerique",
        "gain-hors-exercice", "doublon", "donnee-personnelle",
    }  # fmt: skip


def test_the_region_keeps_fourteen_million_six_of_sixteen(faite: Visite) -> None:
    r = faite.demande("gains BFC 2021")
    assert r["objectif"] == "16000000.00"
    assert r["trames"] == {"recues": 10, "attendues": 11}
    assert "14,6\u00a0M€ retenus, dont 427\u00a0k€ sous alerte. Objectif : 16,0\u00a0M€" in r["texte"]
    ligne = next(li for li in faite.texte.splitlines() if li.startswith("Bourgogne-Franche-Comté  "))
    assert [mot.strip() for mot in ligne.split("  ") if mot][-3:] == ["14,6\u00a0M€", "16,0\u00a0M€", "91\u00a0%"]


def test_each_of_the_seven_real_lines_is_struck_out_for_its_performance(faite: Visite) -> None:
    fichier = Path(jobs.demo.__path__[0]) / "lignes_rejetees_2021.csv"
    with fichier.open(encoding="utf-8") as f:
        reelles = {int(r["gain"]) * 100 for r in csv.DictReader(f) if r["verdict"] == "performance-superieure-100"}
    assert len(reelles) == 7
    constats = [c for classeur in rejuges(faite) for c in classeur.constats]
    retires = [c for c in constats if c.code == "performance-superieure-100"]
    assert {c.enjeu for c in retires} == reelles
    assert len(retires) == 7
    assert all(c.gravite is Gravite.REJET for c in retires)


def test_the_figure_of_jura_walks_back_to_the_cells_that_make_it(faite: Visite) -> None:
    registre = faite.sortie / "vigie.sqlite"
    total = vigie("ask", "gains GHT Jura 2021", registre=registre)
    pourquoi = vigie("ask", "pourquoi", registre=registre)
    assert pourquoi["valeur"] == total["valeur"] == f"{faite.attendu('BFC-08').retenu:.2f}"
    assert sum(Decimal(li["valeur"]) for li in pourquoi["lignes"]) == Decimal(total["valeur"])
    parts = {(li.feuille, li.cellule): li for li in faite.lignes if li.ght == "BFC-08"}
    livre = load_workbook(faite.sortie / "recus" / "GHT Jura.xlsx")
    for dite in pourquoi["lignes"]:
        attendue = parts[dite["feuille"], dite["cellule"]]
        assert Path(dite["fichier"]) == faite.sortie / "recus" / "GHT Jura.xlsx"
        assert oracle.montant(livre[dite["feuille"]][dite["cellule"]].value) == attendue.gain_annuel
        assert Decimal(dite["valeur"]) == attendue.part - attendue.retire
        assert dite["reference"].startswith("2021-annuelle/39078")
    assert len(pourquoi["lignes"]) == sum(li.part != 0 for li in parts.values())


def memoire(registre: Path) -> tuple[object, ...]:
    """What a register holds of the demo, without paths or times: control totals by tab, and every finding."""
    db = atelier(None, registre, JOUR).registre_existant
    onglets = list(qui_compte(db, ["2021-annuelle"], JOUR).values())
    constats = stored_lines.constats_de(db, [o.id for o in onglets], tuple(Gravite), date.max)
    return (
        {(Path(o.chemin).name, o.feuille): (o.finess, o.remis, o.totaux) for o in onglets},
        sorted((Path(r.chemin).name, *map(str, r.constat)) for r in constats),
    )


def test_two_tours_give_the_same_figures_and_the_same_findings(faite: Visite) -> None:
    assert memoire(faite.jumelle / "vigie.sqlite") == memoire(faite.sortie / "vigie.sqlite")


def test_a_second_pull_of_the_same_folder_finds_every_file_unchanged(faite: Visite) -> None:
    a = faite.atelier
    avant = faite.demande("gains BFC 2021")
    bilan = pull(a.registre, a.dossier, [faite.sortie / "recus"], a.maintenant)
    assert {r.etat for r in bilan.recus} == {"inchange"}
    assert len(bilan.recus) == 11
    assert faite.demande("gains BFC 2021") == avant


def test_the_tour_shows_the_refused_file_and_who_may_not_see(faite: Visite) -> None:
    assert "refusé  Congés 2022.xlsx — Ce classeur ne porte pas le tampon d'une trame Vigie." in faite.texte
    assert "Ce territoire n'est pas ouvert à votre profil (Directeur des achats)." in faite.texte


def test_the_tour_never_erases_a_folder_it_did_not_make(tmp_path: Path) -> None:
    precieux = tmp_path / "budget.xlsx"
    precieux.write_bytes(b"des mois de travail")
    with pytest.raises(UserError, match="contient déjà autre chose"):
        visite(tmp_path)
    assert precieux.read_bytes() == b"des mois de travail"


def test_the_views_of_the_register_say_what_the_answers_say_before_and_after_a_decision(
    faite: Visite, tmp_path: Path
) -> None:
    registre, copie = faite.sortie / "vigie.sqlite", tmp_path / "copie.sqlite"
    backup.sauve(faite.atelier.registre, registre, copie, faite.atelier.maintenant())
    db, dossier = ouvre(copie), faite.atelier.dossier
    lignes = meme_reponse(db, dossier, JOUR)
    assert lignes > 500
    requete = (
        "SELECT reference, ght, retenu, declare FROM v_lignes_qui_comptent WHERE bloquee = 'oui' ORDER BY declare DESC"
    )
    reference, ght, retenu, declare = db.execute(requete).fetchone()
    campagne, finess, action_id = reference.split("/")
    montants = db.execute(
        "SELECT coalesce(l.gain_annuel, '') || '/' || coalesce(l.montant_reference, '') FROM v_lignes_qui_comptent v"
        " JOIN lignes_paat l ON l.onglet = v.onglet AND l.numero = v.ligne WHERE v.reference = ?",
        (reference,),
    ).fetchone()[0]
    acte(db, "retenir", action_id, montants, campagne=campagne, finess=finess, ght=ght)
    assert meme_reponse(db, dossier, JOUR) == lignes
    apres = db.execute("SELECT retenu FROM v_lignes_qui_comptent WHERE reference = ?", (reference,)).fetchone()[0]
    assert (retenu, apres) == (0.0, declare)


def test_the_ready_queries_of_the_analysts_say_what_the_answers_say(faite: Visite) -> None:
    menu = json.loads((DOCS / "datasette.json").read_text(encoding="utf-8"))["databases"]["analyse"]
    requetes = {nom: q["sql"] for nom, q in menu["queries"].items()}
    ecrites = re.findall(r"```sql\n(.*?)```", (DOCS / "analystes.md").read_text(encoding="utf-8"), re.DOTALL)
    assert list(requetes.values()) == [sql.strip() for sql in ecrites]
    assert menu["tables"].keys() == views.VUES.keys()

    db, dit = faite.atelier.registre, faite.demande("gains bfc 2021 par ght")
    par_ght = {r[2]: f"{r[5]:.2f}" for r in db.execute(requetes["retenu_par_ght"])}
    assert par_ght == {li["libelle"]: li["valeur"] for li in dit["lignes"] if li["valeur"] is not None}

    familles: dict[str, Decimal] = {}
    for _, famille, _, _, retenu in db.execute(requetes["familles_et_operateurs"]):
        familles[famille] = familles.get(famille, Decimal(0)) + Decimal(str(retenu))
    dit = faite.demande("gains bfc 2021 par famille")
    attendu = {li["libelle"]: Decimal(li["valeur"]) for li in dit["lignes"]}
    assert {f or "non renseigné": m for f, m in familles.items()} == {f: attendu.get(f) for f in attendu}

    fautes = db.execute(requetes["ce_que_coutent_les_fautes"]).fetchall()
    constats = stored_lines.constats_de(
        db, [o.id for o in qui_compte(db, [CAMPAGNE], JOUR).values()], tuple(Gravite), JOUR
    )
    assert sum(r[3] for r in fautes) == len(constats)
    assert sum(round(r[5] * 100) for r in fautes) == sum(c.constat.enjeu for c in constats)
