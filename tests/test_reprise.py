"""What was said was said: putting a backup back makes nobody hear anything twice, and silences nothing that is new."""

from __future__ import annotations

import gc
import gzip
import os
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bots.delivery import tourne
from sheets.register import carry_over, claimed_events, mail_replies, outbox
from sheets.register.acts import relance
from sheets.register.database import ouvre
from sheets.register.outbox import Cle, Rang
from sheets.register.replies import reporte
from tests.postman import Facteur
from tests.region import Region, nouvelle, trame
from tests.test_keeping import lance
from tests.test_migrations import REGISTRES
from tests.workshop import JOUR

ANNUELLE, JURA, SUD, CHEF = "2021-annuelle", "BFC-08", "390780146", "paat.bfc-08@exemple.invalid"
NIEVRE, NEVERS, REFERENT = "BFC-06", "580780039", "referent.bfc@exemple.invalid"
BONNE, BOUGE = Path("bonne.sqlite"), "changent ce qui était déjà déclaré"
PARTIES = {"à dire": 0, "nul": 0, "claimed": 0, "pris": 1, "doute": 1, "dit": 1, "refusé": 1}
"""States of a message, and whether it left, or may have; « claimed » is « pris » and handed to no channel yet."""


@pytest.fixture(autouse=True)
def ailleurs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE"):
        monkeypatch.delenv(variable, raising=False)


def cle(qui: str) -> Cle:
    return Cle(ANNUELLE, JURA, "J-7", "2022-02-28", qui)


def met(db: Database, qui: str, etat: str, envoi: str = "e1", quand: datetime = JOUR) -> None:
    """A message in that state, by the very steps that lead there."""
    outbox.inscrit(db, [(cle(qui), "rappel")], quand)
    rang = outbox.connus(db, [ANNUELLE])[cle(qui)]
    if etat == "nul":
        outbox.annule(db, {rang.id: "remis"}, quand)
    if etat in ("à dire", "nul"):
        return
    if rang.etat == "à dire":
        outbox.prend(db, [rang.id], envoi, quand)
    if etat == "claimed":
        return
    outbox.part(db, envoi, "courriel", qui, quand)
    if etat == "dit":
        outbox.arrive(db, envoi, "n°1", quand)
    if etat == "doute":
        outbox.doute(db, envoi, "coupé", quand)
    if etat == "refusé":
        outbox.refuse(db, envoi, "boîte inconnue", quand)


def rangs(registre: str | Path = "vigie.sqlite") -> dict[str, Rang]:
    with closing(ouvre(Path(registre))) as db:
        return {c.personne: r for c, r in outbox.connus(db, [ANNUELLE]).items()}


def restaure(*options: str) -> str:
    gc.collect()  # the command before kept the register open, for it ran in this process
    return " ".join(lance("restore", BONNE, *options).split())


@pytest.fixture
def registre(tmp_path: Path) -> Path:
    """A register with one person in each state, backed up; nothing was said since."""
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        for etat in PARTIES:
            met(db, f"avant-{etat}", etat, f"e-{etat}")
    lance("backup", BONNE)
    return tmp_path / "vigie.sqlite"


def test_what_left_since_is_carried_over_and_what_was_merely_due_is_not(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        for etat in PARTIES:
            met(db, f"depuis-{etat}", etat, f"f-{etat}", JOUR + timedelta(days=1))
    avant = rangs()
    assert "4 messages," in restaure()
    assert rangs() == avant, "a dry run changes nothing"
    assert "4 messages," in restaure("--yes")
    apres = rangs()
    assert {q.removeprefix("depuis-") for q in apres if q.startswith("depuis")} == {e for e, n in PARTIES.items() if n}
    assert all(apres[q]._replace(id=0) == avant[q]._replace(id=0) for q in apres)
    restaure("--yes")
    assert rangs() == apres, "carried again, and no twice"


@pytest.mark.parametrize("depuis", ["pris", "doute", "dit", "refusé"])
@pytest.mark.parametrize("avant", ["à dire", "nul", "claimed", "pris"])
def test_what_was_due_at_the_backup_and_left_since_has_left(registre: Path, avant: str, depuis: str) -> None:
    with closing(ouvre(registre)) as db:
        if avant in ("claimed", "pris"):
            outbox.remet(db, f"e-{avant}", "", JOUR, JOUR)
        met(db, f"avant-{avant}", depuis, "plus tard", JOUR + timedelta(days=1))
        su = outbox.connus(db, [ANNUELLE])[cle(f"avant-{avant}")]
    assert "1 message," in restaure("--yes")
    assert rangs()[f"avant-{avant}"]._replace(id=0) == su._replace(id=0)
    assert su.etat == depuis


def test_what_the_backup_knows_to_have_been_said_is_never_taken_back(registre: Path) -> None:
    """A backup of later than the register it replaces: what left first is still in flight there."""
    with closing(ouvre(registre)) as db:
        db.execute("UPDATE messages SET etat = 'pris', envoi = 'autre' WHERE etat IN ('dit', 'doute')")
        db.execute("UPDATE messages SET etat = 'à dire' WHERE etat = 'refusé'")
    assert "0 message," in restaure("--yes")
    assert {q: r.etat for q, r in rangs().items() if q in ("avant-dit", "avant-doute", "avant-refusé")} == {
        "avant-dit": "dit", "avant-doute": "doute", "avant-refusé": "refusé"
    }  # fmt: skip


def test_a_doubt_that_was_settled_since_stays_settled(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        outbox.arrive(db, "e-doute", "retrouvé", JOUR)
    restaure("--yes")
    assert (rangs()["avant-doute"].etat, rangs()["avant-doute"].reference) == ("dit", "retrouvé")


def test_mails_dealt_with_stay_so_and_those_that_wait_for_their_answer_are_dealt_with_again(tmp_path: Path) -> None:
    etats: tuple[Any, ...] = ("en partance", "à répondre", "répondu", "refusé", "doute", "sans réponse")
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        mail_replies.note(db, "attendait", "x", "à répondre", JOUR)
        mail_replies.note(db, "répondu avant", "x", "répondu", JOUR)
    lance("backup", BONNE)
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        for etat in etats:
            mail_replies.note(db, f"neuf {etat}", "x", etat, JOUR + timedelta(days=1))
        mail_replies.note(db, "attendait", "x", "répondu", JOUR + timedelta(days=1))
    assert "6 courriels" in restaure("--yes")
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        assert {e: vu.etat for e in etats if (vu := mail_replies.lit(db, f"neuf {e}"))} == {
            e: e for e in etats if e != "à répondre"
        }
        attendait = mail_replies.lit(db, "attendait")
        assert attendait is not None
        assert (attendait.etat, attendait.recu_le) == ("répondu", JOUR.isoformat(timespec="seconds"))


def test_an_event_of_the_chat_is_answered_once_and_a_form_may_be_filled_again(tmp_path: Path) -> None:
    ouvre(tmp_path / "vigie.sqlite").close()
    lance("backup", BONNE)
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        claimed_events.prend(db, ["evenement/1", "formulaire/1"], JOUR)
    restaure("--yes")
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        assert not claimed_events.prend(db, ["evenement/1"], JOUR)
        assert claimed_events.prend(db, ["formulaire/1"], JOUR)


@pytest.mark.parametrize("sql", [
    "UPDATE messages SET le = 'hier'", "UPDATE messages SET adresse = CAST(x'ff99' AS TEXT)", "DROP TABLE courriels",
    "CREATE TABLE autre AS SELECT id, le, etat FROM messages; DROP TABLE messages; ALTER TABLE autre RENAME TO messages",
])  # fmt: skip
def test_a_register_that_cannot_tell_what_it_said_is_replaced_all_the_same(registre: Path, sql: str) -> None:
    with closing(sqlite3.connect(registre)) as db, db:
        db.executescript(sql)
    for dit in (restaure(), restaure("--yes")):
        assert "ne peut pas être repris" in dit
        assert "des lettres peuvent partir deux fois" in dit
    assert len(rangs()) == len(PARTIES)


def test_a_damaged_register_and_one_of_an_earlier_schema_are_replaced_all_the_same(registre: Path) -> None:
    octets = bytearray(registre.read_bytes())
    with closing(sqlite3.connect(registre)) as db:
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()[0]
    octets[(page - 1) * 4096 : page * 4096] = b"\x99" * 4096
    for ancien, dit in (
        (bytes(octets), "abîmé"),
        (b"\x00" * 5000, "abîmé"),
        (bytes(octets[:-9000]), "abîmé"),
        (gzip.decompress((REGISTRES / "m004.sqlite.gz").read_bytes()), "d'une version plus ancienne"),
    ):
        registre.write_bytes(ancien)
        for rendu in (restaure(), restaure("--yes")):
            assert f"qui est {dit}" in rendu
            assert "des lettres peuvent partir deux fois" in rendu
        assert len(rangs()) == len(PARTIES)


def test_a_register_whose_messages_lack_a_later_column_is_carried_over_all_the_same(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        met(db, "depuis", "dit", "f1")
        db.execute("ALTER TABLE messages DROP COLUMN reference")
    assert "1 message," in restaure("--yes")
    assert rangs()["depuis"].etat == "dit"


# A whole story


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def tour(region: Region, courriel: Facteur, jour: date) -> dict[str, str]:
    """What leaves that day at ten, by reader."""
    avant = len(courriel.livrees)
    region.le(jour, 10)
    tourne(region.vue, lambda: region.heure, [courriel.canal])
    lettres = courriel.livrees[avant:]
    assert len({x.a for x in lettres}) == len(lettres)
    return {x.a: x.texte for x in lettres}


def recoit(region: Region, jour: date, ght: str, finess: str, gain: int) -> None:
    """A trame that was written that day is left in the folder, and pulled; that of Jura comes last."""
    region.le(jour, 8 if ght == NIEVRE else 9)
    ligne = {"gain_annuel": gain, "montant_reference": 1_000_000, "date_premiere_commande": date(2021, 1, 4)}
    fichier = region.depose(f"{ght}.xlsx", trame(region.dossier, ght, ANNUELLE, {finess: [ligne]}))
    os.utime(fichier, (region.heure.timestamp(),) * 2)
    region.releve()


def revient(region: Region, *options: str) -> str:
    region.db.close()
    dit = restaure(*options)
    region.db = ouvre(region.ou / "vigie.sqlite")
    return dit


def test_nobody_hears_twice_what_was_said_since_and_everybody_hears_what_is_new(region: Region) -> None:
    """The files are read again after the restore, all at once and under other numbers."""
    courriel = Facteur()
    recoit(region, date(2022, 2, 1), JURA, SUD, 60_000)
    recoit(region, date(2022, 2, 1), NIEVRE, NEVERS, 120_000)
    assert tour(region, courriel, date(2022, 2, 2))
    lance("backup", BONNE)
    for jour, gain in ((7, 20_000), (8, 90_000), (9, 30_000)):
        recoit(region, date(2022, 2, jour), NIEVRE, NEVERS, 120_000 + jour)
        assert CHEF not in tour(region, courriel, date(2022, 2, jour))
        recoit(region, date(2022, 2, jour), JURA, SUD, gain)
        dits = tour(region, courriel, date(2022, 2, jour))
        assert "votre envoi a été lu" in dits[CHEF]
        assert BOUGE in dits[REFERENT]
    revient(region, "--yes")
    region.le(date(2022, 2, 10)).releve()
    assert region.db.execute("SELECT max(id) FROM fichiers").fetchone() == (4,)
    assert tour(region, courriel, date(2022, 2, 10)) == {}
    for jour, gain in ((11, 91_000), (14, 21_000), (15, 81_000), (16, 31_000), (17, 71_000)):
        recoit(region, date(2022, 2, jour), JURA, SUD, gain)
        dits = tour(region, courriel, date(2022, 2, jour))
        assert "votre envoi a été lu" in dits[CHEF], "its number was that of another file, that was answered"
        assert BOUGE in dits[REFERENT]


def test_what_people_answered_since_still_silences(region: Region) -> None:
    courriel = Facteur()
    lance("backup", BONNE)
    tour(region, courriel, date(2022, 2, 14))
    lettre = next(x for x in courriel.livrees if x.a == CHEF)
    reporte(region.main(CHEF), lettre.cle, 3)
    relance(region.main(), ANNUELLE, NIEVRE)
    faits = outbox.gestes(region.db, ANNUELLE, region.heure)
    dit = revient(region)
    assert "2 réponses à des rappels" in dit
    revient(region, "--yes")
    assert outbox.gestes(region.db, ANNUELLE, region.heure) == faits
    revient(region, "--yes")
    assert outbox.gestes(region.db, ANNUELLE, region.heure) == faits


def test_the_tables_carried_are_those_of_what_was_said(tmp_path: Path) -> None:
    """A table that would be added is either carried, or left on purpose: whoever adds one says which."""
    laissees = {
        "dossiers", "originaux", "pulls", "bilans", "fichiers", "onglets", "constats", "questions", "reperes", "recoupements",
        "actes", "dossiers_en_vigueur", "en_vigueur_campagnes", "en_vigueur_membres", "sources", "sauvegardes", "lignes_paat",
        "signes_de_vie", "pas_du_service", "illisibles", "courriels_en_attente", "questions_en_cours", "copies", "campagnes_connues", "sous_alertes",
        "_sqlite_migrations",
    }  # fmt: skip
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        assert set(db.table_names()) == laissees | {t.nom for t in carry_over._TABLES}
