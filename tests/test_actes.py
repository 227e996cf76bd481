"""What people decide: who may, why, all or none; and it shows wherever the figure shows."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from config.errors import UserError
from reports import findings_workbook
from reports.changes import changements
from reports.progress import Etat, etats
from sheets.register import acts, what_counts
from sheets.register.database import chemin_de, ouvre
from sheets.register.decisions import notes, suites
from sheets.register.pulls import Saisie
from sheets.register.what_counts import qui_compte
from tests.conftest import GAIN_COL
from tests.region import PARIS, REFERENT, Region, nouvelle, sujet

ANNUELLE = "2021-annuelle"
BELFORT, GHT = "900000365", "BFC-09"
SENS, JOIGNY, YONNE = "890970569", "890000417", "BFC-05"
PREMIERE, DEUXIEME, TROISIEME = (f"{ANNUELLE}/{BELFORT}/000{n}" for n in (1, 2, 3))
ADJOINT, LECTURE, DGOS = "adjoint.bfc@exemple.invalid", "lecture@exemple.invalid", "dgos@exemple.invalid"
DIRECTEUR, VOISIN, OPERATEUR = (
    "directeur.bfc-09@exemple.invalid",
    "directeur.bfc-05@exemple.invalid",
    "operateur.uniha@exemple.invalid",
)
LE_20, LE_21, LE_24 = date(2022, 1, 20), date(2022, 1, 21), date(2022, 1, 24)


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """One GHT with three lines: kept, struck out by a check, kept."""
    r = nouvelle(tmp_path)
    janvier = {"date_premiere_commande": date(2021, 1, 4)}
    r.envoie("belfort.xlsx", GHT, ANNUELLE, {BELFORT: [
        {"intitule": "Gants", "gain_annuel": 4_000, **janvier},
        {"intitule": "Linge", "gain_annuel": 40_000, "marche": "M2", **janvier},
        {"intitule": "Papier", "gain_annuel": 6_000, "marche": "M3", **janvier},
    ]})  # fmt: skip
    return r


def retenu(region: Region, au: date | None = None) -> int:
    vue = region.vue.le(au) if au else region.vue
    return sum(o.totaux.gain_retenu for o in vue.comptent(sujet(GHT, 2021)))


def etat(region: Region, ght: str, au: date | None = None) -> Etat:
    vue = region.vue.le(au) if au else region.vue
    return next(e for e in etats(vue, sujet(ght, 2021)))


# Who may


@pytest.mark.parametrize("email", [REFERENT, DGOS])
def test_the_referent_of_the_region_and_the_ministry_decide(region: Region, email: str) -> None:
    acts.decide(region.main(email), PREMIERE, "retirer", "relu")
    assert retenu(region) == 600_000


@pytest.mark.parametrize("email", [ADJOINT, LECTURE, DIRECTEUR, VOISIN, OPERATEUR])
def test_nobody_else_decides_extends_validates_or_locks(region: Region, email: str) -> None:
    main = region.main(email)
    for acte in (
        lambda: acts.decide(main, PREMIERE, "retirer", "relu"),
        lambda: acts.decide_tout(main, [(PREMIERE, "retirer", "relu")]),
        lambda: acts.distingue(main, PREMIERE, "relu"),
        lambda: acts.prolonge(main, ANNUELLE, GHT, date(2022, 3, 10), "grève"),
        lambda: acts.valide(main, ANNUELLE, GHT, "relu"),
        lambda: acts.verrouille(main, ANNUELLE, [GHT], "fin"),
    ):
        with pytest.raises(UserError, match="ne peut pas agir"):
            acte()
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)


def test_a_stand_in_decides_while_the_referent_is_away_and_not_the_day_after(region: Region) -> None:
    region.le(date(2022, 8, 10))
    acts.decide(region.main(ADJOINT), PREMIERE, "retirer", "intérim")
    assert retenu(region) == 600_000
    region.le(date(2022, 8, 22))
    with pytest.raises(UserError, match="ne peut pas agir"):
        acts.decide(region.main(ADJOINT), PREMIERE, "revenir", "trop tard")


def test_a_ght_leaves_a_note_and_answers_for_its_members_but_not_for_the_neighbours(region: Region) -> None:
    acts.note(region.main(DIRECTEUR), PREMIERE, "le marché suit")
    acts.dit_neant(region.main(VOISIN), ANNUELLE, JOIGNY, "aucun achat")
    with pytest.raises(UserError, match="ne peut pas agir"):
        acts.note(region.main(VOISIN), PREMIERE, "chez le voisin")
    with pytest.raises(UserError, match="ne peut pas agir"):
        acts.dit_neant(region.main(DIRECTEUR), ANNUELLE, JOIGNY, "chez le voisin")


@pytest.mark.parametrize("reference", [PREMIERE, f"{ANNUELLE}/{BELFORT}/0099"])
def test_who_may_not_act_learns_nothing_of_what_was_received(region: Region, reference: str) -> None:
    with pytest.raises(UserError) as refus:
        acts.decide(region.main(VOISIN), reference, "retirer", "curieux")
    assert "ne peut pas agir" in str(refus.value)
    assert "HOPITAL" not in str(refus.value)
    assert "0001" not in str(refus.value)


# Why, and on what


@pytest.mark.parametrize("motif", ["", "   ", "\u00a0\u200b", "\n"])
def test_an_act_without_a_reason_is_refused(region: Region, motif: str) -> None:
    main = region.main()
    for acte in (
        lambda: acts.decide(main, PREMIERE, "retirer", motif),
        lambda: acts.note(main, PREMIERE, motif),
        lambda: acts.prolonge(main, ANNUELLE, GHT, date(2022, 3, 10), motif),
        lambda: acts.valide(main, ANNUELLE, GHT, motif),
        lambda: acts.verrouille(main, ANNUELLE, [GHT], motif),
        lambda: acts.dit_neant(main, ANNUELLE, JOIGNY, motif),
    ):
        with pytest.raises(UserError, match="motif"):
            acte()
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)


@pytest.mark.parametrize(("reference", "dit"), [
    ("0001", "n'est pas une référence"),
    (f"2021-anuelle/{BELFORT}/0001", "vouliez-vous dire « 2021-annuelle »"),
    (f"{ANNUELLE}/900000366/0001", "aucun GHT"),
    (f"{ANNUELLE}/{BELFORT}/0011", "vouliez-vous dire « 0001 »"),
    (f"{ANNUELLE}/{BELFORT}/9999", "Pas de ligne « 9999 »"),
    (f"{ANNUELLE}/{SENS}/0001", "Aucune trame"),
    (f"2022-annuelle/{BELFORT}/0001", "Aucune trame"),
])  # fmt: skip
def test_a_mistyped_reference_is_refused_and_says_what_was_meant(region: Region, reference: str, dit: str) -> None:
    with pytest.raises(UserError) as refus:
        acts.decide(region.main(), reference, "retirer", "relu")
    assert dit in str(refus.value)


def test_a_reference_pasted_with_spaces_around_it_is_the_same_line(region: Region) -> None:
    assert acts.decide(region.main(), f"  {PREMIERE} ", "retirer", "relu").reference == PREMIERE


def test_nothing_is_dated_before_what_the_register_already_knows(region: Region) -> None:
    acts.decide(region.le(LE_24).main(), PREMIERE, "retirer", "relu")
    with pytest.raises(UserError, match="connaît déjà la journée du 24/01/2022"):
        acts.decide(region.le(LE_21).main(), PREMIERE, "revenir", "antidaté")
    assert retenu(region, LE_21) == 1_000_000
    assert retenu(region, LE_24) == 600_000


def test_a_folder_shown_under_an_earlier_clock_does_not_rewrite_which_one_was_in_force(region: Region) -> None:
    de_janvier = region.dossier
    region.le(LE_24).change_le_dossier(
        "objectifs.csv", "region;BFC;2021;revise-covid;01/07/2021;16,0", "region;BFC;2021;revise-covid;01/07/2021;18,0"
    )
    region.le(LE_21).change_le_dossier("objectifs.csv", ";18,0;", ";99,0;")
    region.le(LE_24)
    for jour, montant in ((LE_20, 16), (LE_21, 16)):
        objectif = region.vue.le(jour).objectif(sujet("BFC", 2021))
        assert objectif
        assert objectif.montant == montant * 100_000_000
    assert region.vue.le(LE_21).dossier.empreinte == de_janvier.empreinte


# What it changes


def test_keeping_striking_and_giving_back_move_the_figure_and_each_day_keeps_its_own(region: Region) -> None:
    assert retenu(region) == 1_000_000
    acts.decide(region.le(LE_21).main(), DEUXIEME, "retenir", "marché relu")
    assert retenu(region) == 5_000_000
    acts.decide(region.main(), PREMIERE, "retirer", "déjà comptée")
    assert retenu(region) == 4_600_000
    acts.decide(region.le(LE_24).main(), DEUXIEME, "revenir", "erreur")
    assert retenu(region) == 600_000
    assert [retenu(region, j) for j in (LE_20, LE_21, LE_24)] == [1_000_000, 4_600_000, 600_000]


def en_tout(db: Database, region: Region) -> int:
    """What counts of the whole campaign: that is what is remembered."""
    return sum(o.totaux.gain_retenu for o in qui_compte(db, [ANNUELLE], region.heure.date()).values())


def test_what_was_taken_back_before_it_was_written_is_remembered_by_nobody(region: Region) -> None:
    """The act that takes its place bears its number: what counted meanwhile must not be answered for it."""
    acte = "INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif) VALUES (?, 'x', 'retirer', ?, ?, ?, ?, '', 'x')"
    region.db.execute("BEGIN IMMEDIATE")
    region.db.execute(acte, (region.heure.isoformat(), ANNUELLE, GHT, BELFORT, "0001"))
    assert en_tout(region.db, region) == 600_000
    region.db.rollback()
    acts.decide(region.main(), TROISIEME, "retirer", "déjà comptée")
    assert en_tout(region.db, region) == 400_000


def test_two_connections_to_a_register_remember_together_and_another_register_apart(
    region: Region, tmp_path: Path
) -> None:
    acts.decide(region.main(), PREMIERE, "retirer", "déjà comptée")
    assert en_tout(region.db, region) == 600_000
    (tmp_path / "autre").mkdir()
    voisine, autre = ouvre(chemin_de(region.db)), nouvelle(tmp_path / "autre")
    autre.envoie(
        "belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{"gain_annuel": 9_000, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    autre.heure = region.heure
    acts.decide(autre.main(), PREMIERE, "retirer", "déjà comptée")  # as many files and acts, bearing the same numbers
    for db, attendu in ((voisine, 600_000), (autre.db, 0), (region.db, 600_000)):
        assert en_tout(db, region) == attendu
    assert what_counts._souvenir(voisine) is what_counts._souvenir(region.db) is not what_counts._souvenir(autre.db)
    voisine.close()


def test_what_another_commits_while_a_day_is_worked_out_is_not_remembered_for_the_days_before(region: Region) -> None:
    robot = ouvre(chemin_de(region.db))
    acts.decide(region.le(LE_21).main(), DEUXIEME, "retenir", "marché relu")
    region.le(LE_24)
    pris: list[str] = []

    def au_milieu(sql: str) -> None:
        if sql.lstrip().startswith("WITH campagne(code") and not pris:
            pris.append(sql)
            acts.decide(region.main(), PREMIERE, "retirer", "déjà comptée")

    robot.conn.set_trace_callback(au_milieu)
    assert en_tout(robot, region) == 5_000_000  # as it stood when the question was asked
    robot.conn.set_trace_callback(None)
    assert pris
    assert en_tout(robot, region) == 4_600_000
    assert retenu(region, LE_21) == 5_000_000
    assert sum(o.totaux.gain_retenu for o in qui_compte(robot, [ANNUELLE], LE_21).values()) == 5_000_000
    assert changements(region.vue, sujet(GHT, 2021, depuis=LE_21)).valeur == -400_000
    robot.close()


def test_a_register_that_takes_the_name_of_an_open_one_shares_nothing_with_it(region: Region, tmp_path: Path) -> None:
    chemin, copie = chemin_de(region.db), tmp_path / "copie.sqlite"
    region.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(chemin, copie)
    acts.decide(region.main(), PREMIERE, "retirer", "déjà comptée")
    region.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    region.db.close()
    ancien = ouvre(chemin)
    for suite in ("-wal", "-shm"):
        Path(f"{chemin}{suite}").unlink(missing_ok=True)
    copie.replace(chemin)
    assert en_tout(ancien, region) == 600_000
    region.db = ouvre(chemin)
    acts.decide(region.main(), TROISIEME, "retirer", "déjà comptée")  # bears the number of the other one's act
    assert en_tout(region.db, region) == 400_000
    chemin.rename(tmp_path / "ailleurs.sqlite")
    assert en_tout(region.db, region) == 400_000
    ancien.close()


def test_the_hour_that_comes_twice_in_october_hides_no_sending(region: Region) -> None:
    for fold, gain in ((0, 5_000), (1, 7_000)):
        region.heure = datetime(2022, 10, 30, 2, 30 - 20 * fold, tzinfo=PARIS, fold=fold)
        region.envoie("belfort.xlsx", GHT, ANNUELLE, {BELFORT: [
            {"intitule": "Gants", "gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4)}]})  # fmt: skip
    assert retenu(region) == 700_000


def test_striking_a_loss_raises_nothing(region: Region) -> None:
    region.envoie(
        "belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{"gain_annuel": -6_000, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    acts.decide(region.main(), PREMIERE, "retirer", "douteuse")
    (onglet,) = region.vue.comptent(sujet(GHT, 2021))
    assert (onglet.totaux.gain_declare, onglet.totaux.gain_retire, onglet.totaux.gain_retenu) == (-600_000, 0, -600_000)
    assert onglet.totaux.lignes_rejetees == 1


def test_a_decision_to_keep_lapses_when_the_amounts_change_and_says_so(region: Region) -> None:
    acts.decide(region.le(LE_21).main(), DEUXIEME, "retenir", "marché relu")
    janvier = {"date_premiere_commande": date(2021, 1, 4)}
    ligne = {"intitule": "Linge", "marche": "M2", "action_id": "0002", **janvier}
    region.le(LE_24).envoie("belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{**ligne, "gain_annuel": 41_000}]})
    assert retenu(region) == 0
    (rejet,) = region.demande(f"rejets {GHT} 2021")["lignes"]
    assert "les montants ont changé depuis : à revoir (marché relu)" in rejet["precision"]
    region.envoie("belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{**ligne, "gain_annuel": 40_000, "commentaire": "rendu"}]})
    assert retenu(region) == 4_000_000


def test_a_decision_shows_wherever_the_figure_shows(region: Region) -> None:
    acts.decide(region.main(), DEUXIEME, "retenir", "marché relu")
    acts.decide(region.main(DGOS), PREMIERE, "retirer", "déjà comptée")
    gardee = f"gardée par {REFERENT} le 2022-01-20 : marché relu"
    retiree = f"retirée par {DGOS} le 2022-01-20 : déjà comptée"
    pourquoi = region.demande(f"pourquoi {GHT} 2021")
    dits = {li["reference"]: (li["valeur"], li.get("precision", "")) for li in pourquoi["lignes"]}
    assert dits == {
        DEUXIEME: ("40000.00", gardee),
        TROISIEME: ("6000.00", ""),
        PREMIERE: ("0.00", f"retirée, {retiree}"),
    }
    assert gardee in pourquoi["texte"]
    rejets = region.demande(f"rejets {GHT} 2021")
    assert {li["reference"]: (li["valeur"], li["precision"]) for li in rejets["lignes"]} == {
        DEUXIEME: ("0.00", gardee),
        PREMIERE: ("4000.00", retiree),
    }
    assert rejets["valeur"] == rejets["retire"] == "4000.00"
    gains = region.demande(f"gains {GHT} 2021")
    assert (gains["declare"], gains["retire"], gains["valeur"]) == ("50000.00", "4000.00", "46000.00")


def test_the_bridge_tells_decisions_from_rules_and_from_what_the_ght_changed(region: Region) -> None:
    acts.decide(region.le(LE_21).main(), DEUXIEME, "retenir", "marché relu")
    region.le(LE_24).change_le_dossier("reglages.toml", "performance_a_expliquer = 15", "performance_a_expliquer = 6")
    region.change_le_dossier("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 7")
    region.rejuge()
    rendu = changements(region.vue, sujet(GHT, 2021, depuis=LE_20))
    assert {e.code: e.valeur for e in rendu.elements} == {"decision": 4_000_000, "regle": -600_000}
    assert rendu.valeur == 3_400_000


def test_the_bridge_says_modified_of_a_line_that_was_there_and_counted_for_nothing(region: Region) -> None:
    lignes: list[dict[str, Any]] = [
        {"intitule": "Gants", "statut": "abandonné", "date_premiere_commande": None},
        {"intitule": "Linge", "gain_annuel": 40_000, "marche": "M2", "date_premiere_commande": date(2021, 1, 4)},
        {"intitule": "Papier", "gain_annuel": 6_000, "marche": "M3", "date_premiere_commande": date(2021, 1, 4)},
    ]
    region.le(LE_21).envoie("belfort.xlsx", GHT, ANNUELLE, {BELFORT: lignes})
    rendu = changements(region.vue, sujet(GHT, 2021, depuis=LE_20, par="ligne"))
    assert [(e.code, e.valeur, e.adresse and e.adresse.cellule) for e in rendu.elements] == [
        ("modifiee", -400_000, f"{GAIN_COL}5")
    ]


# Extensions, phone calls, locks


def test_an_extended_ght_is_late_after_its_own_deadline_and_is_left_out_of_the_lock(region: Region) -> None:
    acts.prolonge(region.le(LE_24).main(), ANNUELLE, YONNE, date(2022, 3, 20), "panne informatique")
    region.le(date(2022, 3, 15))
    assert not etat(region, YONNE).en_retard
    assert "prolongée jusqu'au 20/03/2022" in etat(region, YONNE).mots
    assert acts.verrouille(region.main(), ANNUELLE, [YONNE, GHT], "fin") == [GHT]
    region.le(date(2022, 3, 21))
    assert etat(region, YONNE).en_retard
    assert acts.verrouille(region.main(), ANNUELLE, [YONNE, GHT], "fin") == [YONNE]
    assert not etat(region, YONNE, LE_21).prolongee


@pytest.mark.parametrize("jusqu_au", [date(2022, 2, 28), date(2022, 2, 1)])
def test_an_extension_goes_past_the_deadline_of_the_campaign(region: Region, jusqu_au: date) -> None:
    with pytest.raises(UserError, match="un jour d'après"):
        acts.prolonge(region.main(), ANNUELLE, YONNE, jusqu_au, "panne")


def test_nothing_to_declare_said_by_phone_is_an_answer_once_all_members_are_answered_for(region: Region) -> None:
    acts.dit_neant(region.main(), ANNUELLE, SENS, "appel du 20/01")
    assert (etat(region, YONNE).progres, etat(region, YONNE).onglets) == ("ouverte", 1)
    acts.dit_neant(region.le(LE_21).main(), ANNUELLE, JOIGNY, "appel du 21/01")
    assert etat(region, YONNE).repondu
    region.le(date(2022, 4, 1))
    assert etat(region, YONNE).mots == "néant", "said in time, it never becomes late"
    assert etat(region, YONNE, LE_20).progres == "ouverte"


def test_nothing_to_declare_gives_way_to_the_trame_that_comes_after_all(region: Region) -> None:
    acts.dit_neant(region.main(), ANNUELLE, JOIGNY, "appel")
    region.le(LE_21).envoie("yonne.xlsx", YONNE, ANNUELLE, {JOIGNY: [{}]})
    assert (etat(region, YONNE).progres, etat(region, YONNE).onglets) == ("remise", 1)
    with pytest.raises(UserError, match="a déjà répondu"):
        acts.dit_neant(region.main(), ANNUELLE, JOIGNY, "appel")


def test_a_trame_seen_and_never_handed_in_is_late_after_the_deadline(region: Region) -> None:
    region.envoie("yonne.xlsx", YONNE, ANNUELLE, {JOIGNY: [{}]}, remise=False)
    assert not etat(region, YONNE).en_retard
    region.le(date(2022, 3, 1))
    assert etat(region, YONNE).en_retard
    assert etat(region, YONNE).progres == "vue"


def test_a_trame_entered_by_the_referent_says_so_and_why(region: Region) -> None:
    region.depose("yonne.xlsx", (region.ou / "recus" / "belfort.xlsx").read_bytes())
    region.depose("belfort.xlsx", (region.ou / "recus" / "belfort.xlsx").read_bytes())
    from tests.region import trame

    region.depose("yonne.xlsx", trame(region.dossier, YONNE, ANNUELLE, {SENS: [{}], JOIGNY: [{}]}))
    region.le(LE_21).releve(Saisie(REFERENT, "lu au téléphone"), "yonne.xlsx")
    assert etat(region, YONNE).mots == "remise, saisie pour son compte (lu au téléphone)"
    assert etat(region, GHT).pour_le_compte == ""


def test_only_what_was_received_is_validated(region: Region) -> None:
    with pytest.raises(UserError, match="rien à valider"):
        acts.valide(region.main(), ANNUELLE, YONNE, "relu")
    acts.valide(region.main(), ANNUELLE, GHT, "relu")
    assert etat(region, GHT).progres == "validée"
    acts.valide(region.le(LE_21).main(), ANNUELLE, GHT, "à revoir", oui=False)
    assert etat(region, GHT).progres == "remise"
    assert etat(region, GHT, LE_20).progres == "validée"


def test_what_comes_after_the_lock_is_shown_even_the_same_day_and_counts_once_it_is_lifted(region: Region) -> None:
    acts.verrouille(region.main(), ANNUELLE, [GHT], "fin")
    assert etat(region, GHT).mots == "remise, 1 ligne retirée, trame verrouillée"
    region.le(LE_20, heure=18).envoie(
        "belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{"gain_annuel": 1_200, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    assert retenu(region) == 1_000_000
    assert "un envoi après le verrou, non compté" in etat(region, GHT).mots
    acts.verrouille(region.le(LE_21).main(), ANNUELLE, [GHT], "reprise", oui=False)
    assert retenu(region) == 120_000
    assert retenu(region, LE_20) == 1_000_000
    assert suites(region.db, ANNUELLE, LE_20)[GHT].verrouillee_le == LE_20


def test_a_referent_still_decides_on_what_was_locked(region: Region) -> None:
    acts.verrouille(region.main(), ANNUELLE, [GHT], "fin")
    acts.decide(region.le(LE_21).main(), PREMIERE, "retirer", "DGOS")
    assert (retenu(region, LE_20), retenu(region)) == (1_000_000, 600_000)


# In bulk, from the workbook of findings


def rempli(region: Region, *decisions: tuple[str, str, str]) -> Workbook:
    """The workbook of findings, with (reference, decision, reason) typed on the first row of each line."""
    ecrit = findings_workbook.enregistre(findings_workbook.classeur(region.vue, sujet("BFC", 2021, ANNUELLE)))
    livre = load_workbook(io.BytesIO(ecrit))
    for reference, decision, motif in decisions:
        rang = next(r[0].row for r in livre["Constats"].iter_rows(min_row=2) if r[0].value == reference)
        ecrit_sur(livre, rang, decision, motif)
    return livre


def ecrit_sur(livre: Workbook, rang: int | None, decision: str, motif: str) -> None:
    feuille = livre["Constats"]
    colonnes = {c.value: c.column for c in feuille[1]}
    assert rang
    feuille.cell(rang, colonnes["Décision"] or 0, decision)
    feuille.cell(rang, colonnes["Motif"] or 0, motif)


def lit(livre: Workbook) -> list[tuple[str, str, str]]:
    return findings_workbook.lit_les_decisions(findings_workbook.enregistre(livre))


def test_the_workbook_of_findings_holds_each_finding_at_its_cell_with_its_euros_and_notes(region: Region) -> None:
    acts.note(region.main(DIRECTEUR), DEUXIEME, "le marché suit")
    feuille = rempli(region)["Constats"]
    entetes = [str(c.value) for c in feuille[1]]
    (ligne,) = [
        dict(zip(entetes, r, strict=True))
        for r in feuille.iter_rows(min_row=2, values_only=True)
        if r[entetes.index("Gravité")] == "rejet"
    ]
    assert (ligne["Référence"], ligne["Fichier"], ligne["Cellule"]) == (DEUXIEME, "belfort.xlsx", f"{GAIN_COL}6")
    assert ligne["Euros en jeu"] == 40_000
    assert "le marché suit" in str(ligne["Notes"])
    assert ligne["Décision"] is None
    assert [n.texte for n in notes(region.db, ANNUELLE, [BELFORT], LE_20)] == ["le marché suit"]


def test_decisions_filled_in_the_workbook_are_taken_at_once_and_shown_in_the_next_one(region: Region) -> None:
    demandes = lit(rempli(region, (DEUXIEME, "Garder", " marché  relu ")))
    assert demandes == [(DEUXIEME, "retenir", "marché relu")]
    acts.decide_tout(region.main(), demandes)
    assert retenu(region) == 5_000_000
    deja = [str(r) for r in rempli(region)["Constats"].iter_rows(values_only=True)]
    assert any(f"gardée par {REFERENT}" in r for r in deja)


def test_all_of_the_decisions_or_none(region: Region) -> None:
    demandes = [
        (DEUXIEME, "retenir", "relu"),
        (f"{ANNUELLE}/{SENS}/0001", "retirer", "relu"),
        (PREMIERE, "retirer", ""),
    ]
    with pytest.raises(UserError) as refus:
        acts.decide_tout(region.main(), demandes)
    assert "Aucune décision n'est prise" in str(refus.value)
    assert str(refus.value).count("•") == 2, "every complaint at once"
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)
    assert retenu(region) == 1_000_000


def test_two_rows_of_one_line_that_disagree_are_refused_and_named(region: Region) -> None:
    livre = rempli(region, (DEUXIEME, "garder", "relu"))
    feuille = livre["Constats"]
    rang = feuille.max_row + 1
    feuille.cell(rang, 1, DEUXIEME)
    ecrit_sur(livre, rang, "retirer", "douteux")
    with pytest.raises(UserError, match=f"ligne {rang} : {DEUXIEME} reçoit plus haut une autre décision"):
        lit(livre)
    ecrit_sur(livre, rang, "garder", "relu deux fois")
    assert lit(livre) == [(DEUXIEME, "retenir", "relu")]


@pytest.mark.parametrize(("decision", "motif", "dit"), [
    ("peut-être", "relu", "« peut-être » n'est pas une décision"),
    ("garder", "", "le motif manque"),
    ("garder", "\u200b ", "le motif manque"),
])  # fmt: skip
def test_a_row_that_cannot_be_taken_stops_them_all(region: Region, decision: str, motif: str, dit: str) -> None:
    with pytest.raises(UserError, match=dit):
        lit(rempli(region, (DEUXIEME, decision, motif)))


def test_a_decision_beside_a_finding_on_no_line_is_refused(region: Region) -> None:
    janvier = {"date_premiere_commande": date(2021, 1, 4)}
    region.le(LE_21).envoie(
        "belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{"intitule": "Gants", "gain_annuel": 4_000, **janvier}]}
    )
    livre = rempli(region)
    colonne = [titre for titre, _ in findings_workbook.COLONNES].index("Constat")
    rang = next(r[0].row for r in livre["Constats"].iter_rows(min_row=2) if "n'est plus là" in str(r[colonne].value))
    ecrit_sur(livre, rang, "garder", "relu")
    with pytest.raises(UserError, match="ne porte pas sur une ligne"):
        lit(livre)


def test_what_looks_like_a_formula_in_a_trame_stays_text_in_the_workbook_of_findings(region: Region) -> None:
    piege = '=HYPERLINK("http://exemple.invalid";"ici")'
    region.envoie(
        "belfort.xlsx", GHT, ANNUELLE, {BELFORT: [{"famille": "'" + piege, "statut": piege.replace("=", "+")}]}
    )
    acts.note(region.main(), PREMIERE, piege)
    livre = rempli(region)
    formules = [c.coordinate for r in livre["Constats"].iter_rows() for c in r if c.data_type == "f"]
    assert formules == []
    assert any(c.value == piege or piege in str(c.value) for r in livre["Constats"].iter_rows() for c in r)


def test_a_workbook_that_is_not_one_of_findings_is_refused_in_a_sentence(region: Region) -> None:
    autre = Workbook()
    with pytest.raises(UserError, match="n'a pas d'onglet « Constats »"):
        lit(autre)
    with pytest.raises(UserError):
        findings_workbook.lit_les_decisions(b"PK\x03\x04 pas un classeur")
    livre = rempli(region)
    livre["Constats"].delete_cols(1)
    with pytest.raises(UserError, match="Colonnes introuvables"):
        lit(livre)


def test_a_stray_value_in_the_last_cell_of_the_workbook_of_findings_kills_nothing(region: Region) -> None:
    livre = rempli(region, (DEUXIEME, "garder", "relu"))
    livre["Constats"]["XFD1048576"] = 1
    assert lit(livre) == [(DEUXIEME, "retenir", "relu")]


def test_rows_sorted_and_columns_moved_in_the_workbook_are_still_read(region: Region) -> None:
    livre = rempli(region, (DEUXIEME, "rendre aux contrôles", "relu"))
    feuille = livre["Constats"]
    feuille.insert_cols(1, 2)
    feuille.insert_rows(1)
    assert lit(livre) == [(DEUXIEME, "revenir", "relu")]


@pytest.mark.e2e
def test_the_workbook_of_findings_survives_libreoffice(region: Region, tmp_path: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    acts.note(region.main(), DEUXIEME, "=1+1")
    (tmp_path / "constats.xlsx").write_bytes(findings_workbook.enregistre(rempli(region, (DEUXIEME, "garder", "relu"))))
    for suffixe in ("xlsx", "ods"):
        sortie = tmp_path / suffixe
        commande = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profil", "--convert-to", suffixe]
        subprocess.run(
            [*commande, "--outdir", sortie, tmp_path / "constats.xlsx"], check=True, capture_output=True, timeout=120
        )
        octets = (sortie / f"constats.{suffixe}").read_bytes()
        assert findings_workbook.lit_les_decisions(octets) == [(DEUXIEME, "retenir", "relu")]
    feuille = load_workbook(tmp_path / "xlsx" / "constats.xlsx")["Constats"]
    assert not [c for r in feuille.iter_rows() for c in r if c.data_type == "f"]
    assert feuille.data_validations.dataValidation
