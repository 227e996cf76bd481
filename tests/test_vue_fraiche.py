"""Each question of a service that lasts sees the folder and the register as they are, without reading again what did not move."""

from __future__ import annotations

import shutil
import threading
from datetime import date
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import EXEMPLE
from jobs.chat import repond_sur_slack
from jobs.wiring import Atelier
from sheets.register.database import ouvre
from tests.region import nouvelle


@pytest.fixture
def atelier(tmp_path: Path) -> Atelier:
    shutil.copytree(EXEMPLE, tmp_path / "dossier")
    ouvre(tmp_path / "vigie.sqlite").close()
    return Atelier(tmp_path / "dossier", tmp_path / "vigie.sqlite", date(2022, 3, 31))


def test_a_folder_is_read_again_when_it_changes_and_only_then(atelier: Atelier) -> None:
    with atelier.vue_fraiche() as avant, atelier.vue_fraiche() as encore:
        assert encore.dossier is avant.dossier
    personnes = atelier.chemin_dossier / "personnes.csv"
    texte = personnes.read_text(encoding="utf-8")
    personnes.write_text(texte.replace("dgos@exemple.invalid", "autre@exemple.invalid"), encoding="utf-8")
    with atelier.vue_fraiche() as apres:
        assert "autre@exemple.invalid" in apres.dossier.personnes
        assert "dgos@exemple.invalid" not in apres.dossier.personnes
    personnes.write_text("n'importe quoi", encoding="utf-8")
    with pytest.raises(UserError, match="est à corriger"), atelier.vue_fraiche():
        pass
    personnes.write_text(texte, encoding="utf-8")
    with atelier.vue_fraiche() as mende:
        assert "dgos@exemple.invalid" in mende.dossier.personnes


def test_a_register_that_takes_the_place_of_another_is_the_one_asked(atelier: Atelier, tmp_path: Path) -> None:
    with atelier.vue_fraiche() as vide:
        assert vide.db["fichiers"].count == 0
    (tmp_path / "autre").mkdir()
    region = nouvelle(tmp_path / "autre")
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [{"gain_annuel": 4321}]})
    region.db.close()
    for suite in ("-wal", "-shm"):
        Path(f"{atelier.chemin_registre}{suite}").unlink(missing_ok=True)
    (tmp_path / "autre" / "vigie.sqlite").rename(atelier.chemin_registre)
    with atelier.vue_fraiche() as plein:
        assert plein.db["fichiers"].count == 1
    atelier.chemin_registre.unlink()
    with pytest.raises(UserError, match="n'existe pas encore"), atelier.vue_fraiche():
        pass


def test_each_thread_has_its_own_connection_and_sees_what_the_others_write(atelier: Atelier) -> None:
    with atelier.vue_fraiche() as ici, atelier.vue_fraiche() as encore:
        assert encore.db is ici.db
    autres: list[bool] = []

    def ailleurs() -> None:
        with atelier.vue_fraiche() as la:
            autres.append(la.db is ici.db)
            la.db.execute("INSERT INTO evenements_du_chat (cle, pris_le) VALUES ('x', '2022-03-31')")
            la.db.close()

    fil = threading.Thread(target=ailleurs)
    fil.start()
    fil.join()
    assert autres == [False]
    assert ici.db["evenements_du_chat"].count == 1


def test_the_bot_listens_even_when_nothing_can_be_worked_out_ahead(
    atelier: Atelier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may be half saved when the bot comes back: it says so at each question, and mends itself."""
    atelier.vue()
    (atelier.chemin_dossier / "personnes.csv").write_text("à moitié écrit", encoding="utf-8")
    ecoute: list[object] = []
    monkeypatch.setattr("bots.slack.socket_mode.robot", lambda *_: "robot")
    monkeypatch.setattr("bots.slack.socket_mode.ferme", lambda _: None)

    def veille(robot: object, *_: object) -> bool:
        ecoute.append(robot)
        return True

    monkeypatch.setattr("bots.slack.socket_mode.veille", veille)
    assert repond_sur_slack(atelier, threading.Event())
    assert ecoute == ["robot"]
