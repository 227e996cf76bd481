"""The house as it is wired for a service that runs for months: what is edited or restored meanwhile is seen at once."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest

from config.errors import UserError
from config.folder import EXEMPLE
from jobs.wiring import Atelier
from sheets.register import claimed_events
from sheets.register.database import ouvre

MIDI = datetime(2022, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def atelier(tmp_path: Path) -> Atelier:
    shutil.copytree(EXEMPLE, tmp_path / "region")
    _registre(tmp_path / "vigie.sqlite", "vivant")
    return Atelier(tmp_path / "region", tmp_path / "vigie.sqlite", date(2022, 3, 31))


def _registre(chemin: Path, etat: str) -> None:
    db = ouvre(chemin)
    claimed_events.fait_signe(db, "slack", etat, MIDI)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _etat(atelier: Atelier) -> str:
    with atelier.vue_fraiche() as vue:
        signe = claimed_events.dernier_signe(vue.db, "slack")
        assert signe
        return signe.etat


def test_two_questions_of_one_thread_share_a_connection_and_the_folder(atelier: Atelier) -> None:
    with atelier.vue_fraiche() as une, atelier.vue_fraiche() as autre:
        assert une.db is autre.db
        assert une.dossier is autre.dossier


def test_each_thread_has_its_own_connection(atelier: Atelier) -> None:
    vus = []

    def demande() -> None:
        with atelier.vue_fraiche() as vue:
            vus.append(vue.db)

    fil = Thread(target=demande)
    fil.start()
    fil.join()
    demande()
    assert vus[0] is not vus[1]


def test_a_register_restored_meanwhile_is_the_one_that_answers(atelier: Atelier, tmp_path: Path) -> None:
    assert _etat(atelier) == "vivant"
    _registre(tmp_path / "ancien.sqlite", "muet")
    (tmp_path / "ancien.sqlite").replace(atelier.chemin_registre)
    assert _etat(atelier) == "muet"


def test_a_register_taken_away_is_said(atelier: Atelier) -> None:
    _etat(atelier)
    atelier.chemin_registre.unlink()
    with pytest.raises(UserError, match="n'existe pas encore"), atelier.vue_fraiche():
        pass


def test_a_folder_edited_meanwhile_is_read_again_and_its_mistakes_are_said(atelier: Atelier) -> None:
    def objectifs() -> dict[str, int]:
        with atelier.vue_fraiche() as vue:
            return {o.perimetre.code: o.montant for o in vue.dossier.objectifs if o.exercice == 2021}

    fichier = atelier.chemin_dossier / "objectifs.csv"
    texte = fichier.read_text(encoding="utf-8-sig")
    assert objectifs()["IDF"] == 70_70_000_000
    fichier.write_text(texte.replace(";70,7;", ";19;", 1), encoding="utf-8")
    assert objectifs()["IDF"] == 19_00_000_000
    fichier.write_text(texte.replace(";70,7;", ";beaucoup;", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"objectifs\.csv"):
        objectifs()
