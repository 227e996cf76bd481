"""The first hour: a region's folder filled, its territory loaded, its first campaign begun; each step says the next one."""

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from config.errors import UserError
from config.folder import EXAMPLE, load_folder
from jobs.commands.doctor import examine
from jobs.commands.learn import learn
from jobs.commands.territory import load_territory
from jobs.wiring import Workshop
from tests.test_cli import vigie
from tests.test_demo import DAY
from tests.test_doctor import no_settings

__all__ = ["no_settings"]

TITLES = {
    "territoire.csv": "region_code;ght_code;ght;finess_ej;etablissement;role;debut;fin",
    "achats.csv": "finess_ej;exercice;montant_eur",
    "personnes.csv": "email;fonction;role;perimetre;code;suppleant;absence_debut;absence_fin",
}
LIST = """ARS;Code GHT;Nom du GHT;Établissement;FINESS;Support
Hauts-de-France;HDF-01;GHT Artois;CH LENS;620100685;oui
Hauts-de-France;HDF-01;GHT Artois;CH BETHUNE;620100651;non
Hauts-de-France;HDF-02;GHT Aisne;CH SAINT QUENTIN;020000063;oui
"""
OPENING = "2022-01-11"


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """A copy of the example whose territory, people and purchases were emptied."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "region"))
    for name, titles in TITLES.items():
        (folder / name).write_text(f"{titles}\n", encoding="utf-8")
    (folder / "objectifs.csv").write_text("perimetre;code;exercice;version;effet;montant_meur\n", encoding="utf-8")
    (tmp_path / "liste.csv").write_text(LIST, encoding="utf-8")
    return folder


def add(file: Path, *lines: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def run(region: Path, *arguments: str | Path) -> CompletedProcess[str]:
    return vigie(*arguments, "--dossier", region, "--today", OPENING, cwd=region.parent)


def wired(region: Path) -> Workshop:
    return Workshop(region, region.parent / "vigie.sqlite", DAY)


PEOPLE = [f"p{n}@ght.fr;Achats;ght;ght;HDF-0{1 + n % 2};;;" for n in range(6)]
PURCHASES = ["620100685;2021;1000000", "620100651;2021;1000000", "020000063;2021;1000000"]


def test_people_and_purchases_filled_before_the_territory_call_for_it_once_and_it_can_then_be_loaded(
    region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(region / "personnes.csv", *PEOPLE)
    add(region / "achats.csv", *PURCHASES)
    with pytest.raises(UserError) as fault:
        load_folder(region)
    said = str(fault.value).splitlines()[1:]
    assert len(said) == 2
    assert "personnes.csv : aucun des GHT et établissements cités (lignes 2, 3, 4, 5 et 2 autres)" in said[0]
    assert all("Chargez le territoire d'abord : vigie territory LISTE.csv" in line for line in said)
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    said_now = capsys.readouterr().out
    assert "2 GHT et 3 établissements lus.\n3 appartenances ajoutées dans" in said_now
    assert "Reste à corriger" not in said_now
    assert len(load_folder(region).persons) == 6


def test_another_regions_territory_is_not_eighteen_unknown_codes_either(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "region"))
    (folder / "personnes.csv").write_text("\n".join([TITLES["personnes.csv"], *PEOPLE]), encoding="utf-8")
    with pytest.raises(UserError, match="Chargez le territoire d'abord") as fault:
        load_folder(folder)
    assert len(str(fault.value).splitlines()) == 2


def test_one_wrong_code_among_right_ones_is_still_told_at_its_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "region"))
    add(folder / "personnes.csv", "x@ght.fr;Achats;ght;ght;BFC-80;;;;")
    with pytest.raises(UserError, match="« BFC-80 » est inconnu comme ght ; vouliez-vous dire « BFC-08 »"):
        load_folder(folder)


def test_a_fault_elsewhere_does_not_keep_the_territory_out_and_is_told(
    region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(region / "personnes.csv", *PEOPLE, "q@ght.fr;Achats;ght;ght;HDF-09;;;")
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    assert "Reste à corriger dans les autres fichiers :\n  personnes.csv, ligne 8" in capsys.readouterr().out
    assert "HDF-02" in (region / "territoire.csv").read_text(encoding="utf-8-sig")


def test_a_shortened_list_shows_what_it_would_end_and_ends_it_only_with_yes(
    region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_labels, house = region.parent / "liste.csv", wired(region)
    load_territory(house, list_labels, yes=False)
    short = region.parent / "courte.csv"
    short.write_text(LIST.replace("Hauts-de-France;HDF-01;GHT Artois;CH BETHUNE;620100651;non\n", ""), encoding="utf-8")
    before = (region / "territoire.csv").read_bytes()
    capsys.readouterr()
    load_territory(house, short, yes=False)
    said = capsys.readouterr().out
    end = "CH BETHUNE (620100651) n'est plus au GHT Artois dans cette liste : son appartenance finirait le 30/03/2022"
    assert end in said
    assert "Rien n'a été écrit." in said
    assert "ajoutez --yes" in said
    assert (region / "territoire.csv").read_bytes() == before
    load_territory(house, short, yes=True)
    assert "finit le 30/03/2022" in capsys.readouterr().out
    assert "CH BETHUNE;partie;;30/03/2022" in (region / "territoire.csv").read_text(encoding="utf-8-sig")


def test_a_membership_to_come_that_the_list_does_not_hold_is_shown_before_its_row_goes(
    region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    add(region / "territoire.csv", "HDF;HDF-01;GHT Artois;620100057;CH ARRAS;partie;01/01/2023;")
    before = (region / "territoire.csv").read_bytes()
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    assert (
        "CH ARRAS (620100057) n'est plus au GHT Artois dans cette liste : son appartenance à venir serait effacée"
        in (capsys.readouterr().out)
    )
    assert (region / "territoire.csv").read_bytes() == before


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\r\n")])
def test_a_loaded_list_changes_nothing_of_what_people_wrote(region: Path, encoding: str, end: str) -> None:
    mine = [
        "note;finess_ej;region_code;ght_code;ght;etablissement;role;debut;fin",
        '"vu avec Zoé ; à relire";620100685;HDF;HDF-01;"GHT Artois";CH LENS;support;;',
        ";;;;;;;;",
        "parti ?;620100651;HDF;HDF-01;GHT Artois;CH BÉTHUNE;partie;2010-01-01;",
        "autre région;390780146;BFC;BFC-08;GHT Jura;CH JURA SUD;support;;",
    ]
    (region / "territoire.csv").write_bytes(end.join([*mine, ""]).encode(encoding))
    short = LIST.replace("Hauts-de-France;HDF-01;GHT Artois;CH BETHUNE;620100651;non\n", "")
    (region.parent / "liste.csv").write_text(short, encoding="utf-8")
    load_territory(wired(region), region.parent / "liste.csv", yes=True)
    content = (region / "territoire.csv").read_bytes()
    lines = content.decode("cp1252" if encoding == "cp1252" else "utf-8-sig").split(end)
    assert [*lines[:3], lines[4]] == [*mine[:3], mine[4]]
    assert lines[3] == "parti ?;620100651;HDF;HDF-01;GHT Artois;CH BÉTHUNE;partie;2010-01-01;30/03/2022"
    assert lines[5:] == [";020000063;HDF;HDF-02;GHT Aisne;CH SAINT QUENTIN;support;31/03/2022;", ""]


def test_a_word_learnt_changes_nothing_of_what_people_wrote(region: Path) -> None:
    before = "synonyme;label;rubrique;qui\r\nDivers soins;Hôtellerie;famille;Zoé\r\n\r\n".encode("cp1252")
    (region / "synonymes.csv").write_bytes(before)
    learn(wired(region), "Remèdes", "MEDICAMENTS")
    assert (region / "synonymes.csv").read_bytes() == before + "Remèdes;MEDICAMENTS;famille;\r\n".encode("cp1252")
    learn(wired(region), "Remedes Ω3", "MEDICAMENTS")  # a letter that this encoding has not
    said = (region / "synonymes.csv").read_bytes().decode("utf-8-sig")
    assert said == before.decode("cp1252") + "Remèdes;MEDICAMENTS;famille;\r\nRemedes Ω3;MEDICAMENTS;famille;\r\n"


@pytest.mark.parametrize("written", ["=1+1", "@somme", "deux\nlignes", "…"])
def test_what_cannot_stand_in_the_folder_is_not_learnt(region: Path, written: str) -> None:
    before = (region / "synonymes.csv").read_bytes()
    with pytest.raises(UserError):
        learn(wired(region), written, "MEDICAMENTS")
    assert (region / "synonymes.csv").read_bytes() == before
    load_folder(region)


def test_a_folder_with_two_regions_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "region"))
    (tmp_path / "liste.csv").write_text(LIST, encoding="utf-8")
    load_territory(wired(folder), tmp_path / "liste.csv", yes=False)
    said = capsys.readouterr().out
    assert "Le dossier décrit maintenant 11 GHT de Bourgogne-Franche-Comté et 2 GHT des Hauts-de-France" in said
    assert "effacez ses lignes de territoire.csv, achats.csv et personnes.csv" in said


def test_before_the_first_register_each_command_says_the_next_step(region: Path) -> None:
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    listed = run(region, "campaign", "list")
    assert listed.returncode == 0
    assert "2021-annuelle" in listed.stdout
    assert "0 sur 2" in listed.stdout
    for command in (["remind"], ["campaign", "list"], ["ask", "gains"], ["status"], ["doctor"]):
        done = run(region, *command)
        assert (
            "n'existe pas encore. Lancez : vigie pull DOSSIER_DES_TRAMES, ou, pour une première campagne, vigie campaign open"
            in done.stdout + done.stderr
        )
    assert not (region.parent / "vigie.sqlite").exists()


def test_the_first_campaign_opens_and_begins_the_register(region: Path) -> None:
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    add(region / "personnes.csv", *PEOPLE)
    done = run(region, "campaign", "open", "2021-annuelle", "--json")
    assert done.returncode == 0, done.stderr
    assert f"Nouveau registre : {region.parent / 'vigie.sqlite'}" in done.stderr
    assert {m["unite"] for e in json.loads(done.stdout)["envois"] for m in e["messages"]} == {"HDF-01", "HDF-02"}
    again = run(region, "campaign", "open", "2021-annuelle")
    assert "Nouveau registre" not in again.stderr
    assert "p0@ght.fr" in again.stdout
    assert "1 sur" not in run(region, "campaign", "list").stdout


@pytest.mark.parametrize(
    "command", [["pull", "recus"], ["campaign", "open", "2021-annuelle"], ["courrier"], ["run", "--once"]]
)
def test_a_wrong_path_makes_neither_folder_nor_register(region: Path, command: list[str]) -> None:
    (region.parent / "recus").mkdir()
    load_territory(wired(region), region.parent / "liste.csv", yes=False)
    done = run(region, *command, "--registre", region.parent / "faute" / "vigie.sqlite")
    assert done.returncode == 2 or command[0] in ("courrier", "run")
    assert not (region.parent / "faute").exists()
    if done.returncode == 2 and command[0] in ("pull", "campaign"):
        assert "n'est pas créé : le dossier" in done.stderr
        assert "Corrigez --registre" in done.stderr


def test_doctor_sees_who_cannot_be_told_anything(region: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = wired(region)
    load_territory(house, region.parent / "liste.csv", yes=False)
    add(region / "personnes.csv", "Achats Lens;Achats;ght;ght;HDF-01;;;", "a@b;Achats;lecture;region;HDF;;;")
    house.begin()
    capsys.readouterr()
    assert examine(house) == 1
    said = capsys.readouterr().out
    assert "« achats lens » et « a@b » n'est pas une adresse" in said
    assert "personne n'est connu pour GHT Aisne ;" in said
    assert "aucun référent pour Hauts-de-France" in said
    (region / "personnes.csv").write_text(
        "\n".join([TITLES["personnes.csv"], *PEOPLE, "ref@ars.fr;Référent;ars;region;HDF;;;"]), encoding="utf-8"
    )
    fresh = wired(region)
    assert examine(fresh) == 0
    assert "À régler" not in capsys.readouterr().out
