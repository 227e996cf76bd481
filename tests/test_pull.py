"""Pulls: what changed is taken in once, superseding is right, and a dead worker takes only its file."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from config.errors import UserError
from config.folder import Dossier, charge
from config.territory import Perimetre
from jobs.cli.commande import vigie as cli
from jobs.taking_in.folders import Bilan, pull
from reports.gains import gains
from reports.progress import etats
from reports.view import Sujet, Vue
from sheets.judging.workers import juge_tous
from sheets.register.database import ouvre, un_seul_releve
from sheets.register.health import sources
from sheets.register.received_files import dernier_releve
from tests.conftest import Remplir

PARIS = ZoneInfo("Europe/Paris")
JOUR = datetime(2022, 2, 1, 9, tzinfo=PARIS)
JURA = Perimetre("ght", "BFC-08")
SUD, MOREZ = "390780146", "390780153"


def _pull(db: Database, dossier: Dossier, recus: Path, jours: int = 0) -> Bilan:
    return pull(db, dossier, [recus], lambda: JOUR + timedelta(days=jours))


def _retenu(db: Database, dossier: Dossier, au: date, exercice: int = 2021, campagne: str | None = None) -> int:
    return gains(Vue(db, dossier, au), Sujet(JURA, exercice, campagne)).totaux.gain_retenu


def _janvier(gain: int) -> dict[str, object]:
    return {"gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4)}


def test_an_untouched_folder_costs_nothing_the_second_time(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    assert [r.etat for r in _pull(db, dossier, recus).recus] == ["nouveau"]
    os.utime(recus / "jura.xlsx", (1, 1))
    assert [r.etat for r in _pull(db, dossier, recus).recus] == ["inchange"]
    assert [r.etat for r in _pull(db, dossier, recus).recus] == ["inchange"]
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (1,)


def test_the_latest_file_counts_and_the_past_can_still_be_asked(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    _pull(db, dossier, recus)
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(3000)]}))
    assert [r.etat for r in _pull(db, dossier, recus, jours=3).recus] == ["modifie"]
    assert _retenu(db, dossier, date(2022, 2, 4)) == 300_000
    assert _retenu(db, dossier, date(2022, 2, 3)) == 100_000
    assert _retenu(db, dossier, date(2022, 1, 31)) == 0


def test_partial_workbooks_add_up_and_an_empty_tab_replaces_nothing(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "sud.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    _pull(db, dossier, recus)
    (recus / "morez.xlsx").write_bytes(trame_remplie({MOREZ: [_janvier(500)]}))
    _pull(db, dossier, recus, jours=1)
    assert _retenu(db, dossier, date(2022, 2, 10)) == 150_000


def test_a_newer_file_that_cannot_be_used_changes_nothing_and_is_said(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    bon = trame_remplie({SUD: [_janvier(1000)]})
    (recus / "jura.xlsx").write_bytes(bon)
    _pull(db, dossier, recus)
    (recus / "jura.xlsx").write_bytes(bon[: len(bon) // 2])
    bilan = _pull(db, dossier, recus, jours=1)
    assert bilan.recus[0].etat == "refuse"
    assert "incomplet" in bilan.recus[0].motif
    assert _retenu(db, dossier, date(2022, 2, 10)) == 100_000


def test_year_end_supersedes_mid_year_and_never_adds_to_it(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    milieu = {"gain_annuel": 1000, "date_premiere_commande": date(2022, 1, 4)}
    (recus / "a.xlsx").write_bytes(trame_remplie({SUD: [milieu], MOREZ: [milieu]}, campagne="2022-mi-annee"))
    (recus / "b.xlsx").write_bytes(trame_remplie({SUD: [{**milieu, "gain_annuel": 1500}]}, campagne="2022-annuelle"))
    _pull(db, dossier, recus)
    au = date(2023, 3, 1)
    assert _retenu(db, dossier, au, 2022) == 150_000 + 100_000
    assert _retenu(db, dossier, au, 2022, "2022-mi-annee") == 200_000


def test_rien_a_declarer_is_an_answer_and_zero_is_then_the_figure(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    import io

    from openpyxl import load_workbook

    livre = load_workbook(io.BytesIO(trame_remplie({})))
    for rangee in livre.worksheets[0].iter_rows(max_col=4):
        if str(rangee[0].value).startswith("39078"):
            rangee[3].value = "oui"
    livre.save(recus / "jura.xlsx")
    _pull(db, dossier, recus)
    etat = etats(Vue(db, dossier, date(2022, 2, 10)), Sujet(JURA, 2021))[0]
    assert etat.progres == "néant"
    assert etat.repondu


def test_a_file_seen_is_not_a_file_handed_in(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}, remise=False))
    _pull(db, dossier, recus)
    vue = Vue(db, dossier, date(2022, 2, 10))
    etat = etats(vue, Sujet(JURA, 2021))[0]
    assert etat.mots == "vue, pas encore remise, 1 onglet sur 4"
    assert gains(vue, Sujet(JURA, 2021)).provisoire == 100_000


def test_what_does_not_add_up_is_not_stored(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    db.execute("CREATE TRIGGER vole AFTER INSERT ON lignes_paat BEGIN"
               " UPDATE lignes_paat SET gain_exercice = gain_exercice + 1 WHERE id = new.id; END")  # fmt: skip
    with pytest.raises(RuntimeError, match="the register holds"):
        _pull(db, dossier, recus)
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM originaux").fetchone() == (0,)


def test_a_workbook_that_kills_its_reader_takes_only_itself(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    from openpyxl import Workbook

    mortel = Workbook()
    mortel.worksheets[0]["A1"] = "Vigie"
    mortel.worksheets[0]["XFD1048576"] = 1
    mortel.save(recus / "a-mortel.xlsx")
    (recus / "b-bon.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    bilan = _pull(db, dossier, recus)
    assert sorted(r.etat for r in bilan.recus) == ["nouveau", "refuse"]
    assert _retenu(db, dossier, date(2022, 2, 10)) == 100_000


def test_a_file_put_back_as_it_was_counts_again(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    premier, second = trame_remplie({SUD: [_janvier(1000)]}), trame_remplie({SUD: [_janvier(3000)]})
    for jours, octets in enumerate((premier, second, premier)):
        (recus / "jura.xlsx").write_bytes(octets)
        _pull(db, dossier, recus, jours)
    assert _retenu(db, dossier, date(2022, 2, 2)) == 300_000
    assert _retenu(db, dossier, date(2022, 2, 3)) == 100_000


def test_a_refused_file_is_read_again_once_the_folder_knows_its_campaign(
    tmp_path: Path, db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    lignes = (copie / "campagnes.csv").read_text().splitlines(keepends=True)
    (copie / "campagnes.csv").write_text("".join(li for li in lignes if not li.startswith("2021-annuelle")))
    assert [r.etat for r in _pull(db, charge(copie), recus).recus] == ["refuse"]
    assert [r.etat for r in _pull(db, charge(copie), recus).recus] == ["inchange"]
    assert [r.etat for r in _pull(db, dossier, recus).recus] == ["nouveau"]
    assert _retenu(db, dossier, date(2022, 2, 10)) == 100_000


def test_two_pulls_at_once_are_one(db: Database, dossier: Dossier, recus: Path, tmp_path: Path) -> None:
    with un_seul_releve(db), pytest.raises(UserError, match="Un autre relevé est en cours"):
        _pull(ouvre(tmp_path / "vigie.sqlite"), dossier, recus)
    assert _pull(db, dossier, recus).recus == ()


def test_a_file_renamed_moved_or_copied_is_the_same_file(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    premier, second = trame_remplie({SUD: [_janvier(1000)]}), trame_remplie({SUD: [_janvier(3000)]})
    (recus / "v1.xlsx").write_bytes(premier)
    _pull(db, dossier, recus)
    (recus / "v2.xlsx").write_bytes(second)
    _pull(db, dossier, recus, 1)
    (recus / "archives").mkdir()
    (recus / "v1.xlsx").rename(recus / "archives" / "GHT Jura.xlsx")
    shutil.copy2(recus / "archives" / "GHT Jura.xlsx", recus / "copie.xlsx")
    for jours in (2, 3):
        assert {r.etat for r in _pull(db, dossier, recus, jours).recus} == {"inchange"}
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (2,)
    assert _retenu(db, dossier, date(2022, 2, 10)) == 300_000  # the older one, moved, does not come back
    (recus / "archives" / "GHT Jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(500)]}))
    assert sorted(r.etat for r in _pull(db, dossier, recus, 4).recus) == ["inchange", "inchange", "modifie"]
    assert _retenu(db, dossier, date(2022, 2, 10)) == 50_000


def test_a_file_that_could_not_be_read_is_told_again_where_it_was_moved(
    db: Database, dossier: Dossier, recus: Path
) -> None:
    (recus / "a.xlsx").write_bytes(b"rien")
    _pull(db, dossier, recus)
    (recus / "a.xlsx").rename(recus / "b.xlsx")
    assert [r.etat for r in _pull(db, dossier, recus, 1).recus] == ["refuse"]


def test_a_share_that_is_gone_does_not_stop_the_others(
    db: Database, dossier: Dossier, recus: Path, tmp_path: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    partie = tmp_path / "partie"
    bilan = pull(db, dossier, [partie, recus], lambda: JOUR)
    assert ([r.etat for r in bilan.recus], bilan.absentes) == (["nouveau"], (str(partie),))
    with pytest.raises(UserError, match=r"« .*partie » n'existe pas, ou n'est pas accessible"):
        pull(db, dossier, [partie], lambda: JOUR)


def test_a_share_that_fails_while_it_is_listed_does_not_stop_the_others(
    db: Database, dossier: Dossier, recus: Path, tmp_path: Path, trame_remplie: Remplir, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    (tmp_path / "malade").mkdir()
    vrai = os.scandir

    def scandir(folder: Path) -> Any:
        if folder.name == "malade":
            raise OSError(116, "Stale file handle")
        return vrai(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    bilan = pull(db, dossier, [tmp_path / "malade", recus], lambda: JOUR)
    assert (bilan.combien("nouveau"), len(bilan.absentes)) == (1, 1)


def test_a_file_still_being_written_waits_for_the_next_pull(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    octets = trame_remplie({SUD: [_janvier(1000)]})
    (recus / "bon.xlsx").write_bytes(octets)
    (recus / "en cours.xlsx").write_bytes(octets[:100])
    ecrit, fini = threading.Event(), threading.Event()

    def copie() -> None:
        with (recus / "en cours.xlsx").open("ab") as f:
            for debut in range(100, len(octets), 100):
                f.write(octets[debut : debut + 100])
                f.flush()
                ecrit.set()
                fini.wait(0.01)

    copieur = threading.Thread(target=copie)
    copieur.start()
    assert ecrit.wait(5)
    bilan = pull(db, dossier, [recus], lambda: JOUR, patience=0.2)
    assert [Path(r.fichier).name for r in bilan.recus] == ["bon.xlsx"]
    assert [Path(f).name for f in bilan.en_ecriture] == ["en cours.xlsx"]
    fini.set()
    copieur.join()
    assert sorted(r.etat for r in _pull(db, dossier, recus, 1).recus) == ["inchange", "nouveau"]


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_pull(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = recus / "jura.xlsx"
    fichier.write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    vrai = Path.open

    def ouvre_puis_change(self: Path, *a: Any, **k: Any) -> Any:
        ouvert = vrai(self, *a, **k)
        if self == fichier:
            os.utime(fichier, (1, 1))
        return ouvert

    with monkeypatch.context() as m:
        m.setattr(Path, "open", ouvre_puis_change)
        bilan = _pull(db, dossier, recus)
    assert (bilan.recus, len(bilan.en_ecriture)) == ((), 1)
    assert [r.etat for r in _pull(db, dossier, recus, 1).recus] == ["nouveau"]


def test_the_service_waits_for_another_pull_to_end(db: Database, dossier: Dossier, recus: Path, tmp_path: Path) -> None:
    debut, autre = threading.Event(), ouvre(tmp_path / "vigie.sqlite")

    def tient() -> None:
        with un_seul_releve(ouvre(tmp_path / "vigie.sqlite")):
            debut.set()
            time.sleep(0.5)

    fil = threading.Thread(target=tient)
    fil.start()
    assert debut.wait(5)
    with pytest.raises(UserError, match="Un autre relevé est en cours"), un_seul_releve(autre, patience=0.1):
        pass
    with un_seul_releve(autre, patience=20):
        fil.join()
    autre.close()


def test_the_folders_of_the_service_are_a_setting_of_the_machine(
    tmp_path: Path, recus: Path, trame_remplie: Remplir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.commands.STABLE", 0.1)
    monkeypatch.setenv("VIGIE_REGISTRE", str(tmp_path / "v.sqlite"))
    assert "réglez VIGIE_SOURCES" in str(CliRunner().invoke(cli, ["pull"]).exception)
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    (tmp_path / "dossiers").write_text(f"{recus}\n\n{tmp_path / 'partie'}\n")
    monkeypatch.setenv("VIGIE_SOURCES_FILE", str(tmp_path / "dossiers"))
    dit = CliRunner().invoke(cli, ["pull", "--today", "2022-02-01"]).output
    assert "1 fichier : 1 nouveau" in dit
    assert "partie » n'existe pas, ou n'est pas accessible ; les autres ont été relevées." in dit
    monkeypatch.setenv("VIGIE_SOURCES", f"{recus}:{tmp_path / 'partie'}")
    dit = CliRunner().invoke(cli, ["pull", "--json", "--today", "2022-02-01"]).output
    rendu = json.loads(dit[dit.index("{") :])
    assert (rendu["fichiers"][0]["etat"], rendu["absentes"]) == ("inchange", [str(tmp_path / "partie")])
    soucis = json.loads(CliRunner().invoke(cli, ["status", "--json", "--today", "2022-02-01"]).stdout)["soucis"]
    assert any(f"{tmp_path / 'partie'} » n'a jamais pu être relevée" in s for s in soucis)
    monkeypatch.setenv("VIGIE_SOURCES", str(tmp_path))  # a folder pulled once, and no longer wanted, worries nobody
    recus.rename(tmp_path / "ailleurs")
    soucis = json.loads(CliRunner().invoke(cli, ["status", "--json", "--today", "2022-02-01"]).stdout)["soucis"]
    assert not any("source" in s for s in soucis)


def test_membership_is_that_of_the_situation_of_the_campaign(
    tmp_path: Path, db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    milieu = {"gain_annuel": 1000, "date_premiere_commande": date(2022, 1, 4)}
    (recus / "a.xlsx").write_bytes(trame_remplie({SUD: [milieu], MOREZ: [milieu]}, campagne="2022-mi-annee"))
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    texte = (copie / "territoire.csv").read_text()
    parti = texte.replace("MOREZ;partie;;", "MOREZ;partie;;30/09/2022")
    (copie / "territoire.csv").write_text(
        parti + "BFC;BFC-07;GHT Centre Franche-Comté;390780153;CH LEON BERARD MOREZ;partie;01/10/2022;\n"
    )
    region = charge(copie)
    _pull(db, region, recus)
    vue = Vue(db, region, date(2022, 9, 1))
    assert gains(vue, Sujet(JURA, 2022)).valeur == 200_000
    assert gains(vue, Sujet(Perimetre("ght", "BFC-07"), 2022)).valeur == 0
    par_ght = gains(vue, Sujet(Perimetre("region", "BFC"), 2022, par="ght"))
    assert {e.libelle: e.valeur for e in par_ght.elements if e.valeur} == {"GHT Jura": 200_000}


def test_pulls_that_bring_nothing_leave_one_row_a_day(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    _pull(db, dossier, recus)

    def kept() -> int:
        tables = ("pulls", "bilans", "sources", "illisibles")
        return sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables)  # noqa: S608

    counts = []
    for day in (1, 1, 1, 2, 2, 2):
        _pull(db, dossier, recus, day)
        counts.append(kept())
    assert counts == [6, 6, 6, 9, 9, 9]
    (recus / "lien.xlsx").symlink_to("/etc/hostname")
    _pull(db, dossier, recus, 2)  # it saw something else: a row of its own
    _pull(db, dossier, recus, 2)
    assert kept() == 9 + 3 + 1
    dernier = dernier_releve(db)
    assert dernier is not None
    assert (dernier["etat"], dernier["inchanges"]) == ("fini", 1)
    assert [s.au_plus for s in sources(db)] == [1]
    assert _retenu(db, dossier, date(2022, 2, 1)) == _retenu(db, dossier, date(2022, 2, 9)) == 100_000


def test_companions_beside_the_trames_are_judged_once(
    db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recus / "jura.xlsx").write_bytes(trame_remplie({SUD: [_janvier(1000)]}))
    dit = CliRunner().invoke(cli, ["retour", str(recus / "jura.xlsx"), "--registre", str(recus / "aucun.sqlite")])
    assert dit.exit_code in (0, 1), dit.output
    lus: list[str] = []

    def compte(fichiers: Any, dossier: Dossier) -> Any:
        def vus() -> Iterator[tuple[str, bytes]]:
            for nom, octets in fichiers:
                lus.append(Path(nom).name)
                yield nom, octets

        return juge_tous(vus(), dossier)

    monkeypatch.setattr("jobs.taking_in.folders.juge_tous", compte)
    for jours in range(3):
        bilan = _pull(db, dossier, recus, jours)
        assert [Path(r).name for r in bilan.retours] == ["jura - retour.xlsx"]
        assert [Path(r.fichier).name for r in bilan.recus] == ["jura.xlsx"]
    assert sorted(lus) == ["jura - retour.xlsx", "jura.xlsx"]
    (recus / "jura - retour.xlsx").write_bytes(trame_remplie({MOREZ: [_janvier(5)]}))  # a trame under that name is one
    bilan = pull(db, dossier, [recus], lambda: JOUR + timedelta(days=3))
    assert (bilan.retours, bilan.combien("nouveau")) == ((), 1)
