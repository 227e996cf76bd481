"""The region's folder: what people type in Excel is read, and every fault is told with its file and line."""

import csv
import gc
import io
import shutil
import weakref
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from config.errors import UserError
from config.folder import EXAMPLE, Folder, load_folder
from config.ladder import FILE_NAME as LADDER_FILE
from config.objectives import Objective, in_force
from config.territory import FRANCE, Scope, Territory
from jobs.command_line import vigie

JURA, MOREZ, REVERMONT = "BFC-08", "390780153", "390780179"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "region"))


def write(copied: Path, file: str, old: str, new: str) -> int:
    """Put `new` where `old` stands, or at the end of the file; return the line it now stands on."""
    text = (copied / file).read_text(encoding="utf-8")
    assert old in text
    before = text.partition(old)[0] if old else text
    (copied / file).write_text(text.replace(old, new, 1) if old else text + new + "\n", encoding="utf-8")
    return before.count("\n") + 1


def complaints(copied: Path) -> list[str]:
    """What is wrong in a folder, a sentence each, without the title."""
    with pytest.raises(UserError) as fault:
        load_folder(copied)
    return [line.strip() for line in str(fault.value).splitlines()[1:]]


def content(folder: Folder) -> tuple[object, ...]:
    n, t = folder.nomenclature, folder.territory
    return (
        folder.campaigns, folder.objectives, folder.operateurs, folder.persons, folder.purchases, folder.thresholds,
        n.branches, n.synonyms, n.bounds, t.regions, t.ghts, t.etablissements, t.memberships,
    )  # fmt: skip


def test_the_example_loads_whole() -> None:
    folder = load_folder(EXAMPLE)
    assert len(folder.territory.ghts) == 11
    assert len(folder.territory.etablissements) == 52
    assert folder.campaigns["2021-annuelle"].deadline == date(2022, 2, 28)
    assert folder.purchases["710780958", 2021] == 6_200_000_000
    assert folder.nomenclature.bounds_of("MEDICAMENTS").second == Decimal("0.40")
    assert folder.nomenclature.bounds_of("Transports").first == Decimal("0.15")


AT_END = ""
FAULTS = [
    ("objectifs.csv", AT_END, "ght;BFC-99;2021;v1;01/01/2021;1", "« BFC-99 » est inconnu comme ght"),
    ("objectifs.csv", "16,0", "seize", "« seize » dans « montant_meur » ; un nombre était attendu"),
    ("objectifs.csv", "16,0", "16,123456789", "au centime près"),
    ("objectifs.csv", "01/07/2021", "juillet", "« juillet » dans « effet » ; une date était attendue"),
    ("objectifs.csv", AT_END, "region;BFC;2021;autre;01/07/2021;17", "prend effet le même jour"),
    ("personnes.csv", ";ght;BFC-08;", ";ght;BFC08;", "vouliez-vous dire « BFC-08 » ?"),
    ("personnes.csv", ";ars;region", ";referent;region", "« referent » dans « role »"),
    ("personnes.csv", "adjoint.bfc@exemple.invalid;01/08", "nul@exemple.invalid;01/08", "suppléant « nul@exemple.invalid »"),
    ("personnes.csv", "01/08/2022;21/08/2022", "21/08/2022;01/08/2022", "dans cet ordre"),
    ("personnes.csv", AT_END, "DGOS@exemple.invalid;Autre;dgos;national;FR;;;", "déjà décrit plus haut"),
    ("personnes.csv", "dgos@exemple.invalid", "", "la colonne « email » est vide"),
    ("territoire.csv", "BFC;BFC-12", "BFX;BFC-12", "« BFX » dans « region_code »"),
    ("territoire.csv", AT_END, f"BFC;BFC-12;GHT Sud Côte-d'Or;{MOREZ};CH LEON BERARD MOREZ;partie;;", "(ligne 48)"),
    ("territoire.csv", "MOREZ;partie", "MOREZ;support", "le GHT BFC-08 a déjà un support à ces dates (ligne 47)"),
    ("territoire.csv", "BEAUNE;support", "BEAUNE;partie", "le GHT BFC-12 n'a pas d'établissement support"),
    ("territoire.csv", "MOREZ;partie;;", "MOREZ;partie;01/01/2022;31/12/2021", "la fin précède le début"),
    ("territoire.csv", "MOREZ;partie", "MOREZ;membre", "Connus : support et partie"),
    ("territoire.csv", "GHT Jura;390780153", "Jura;390780153", "le GHT BFC-08 porte un autre nom"),
    ("territoire.csv", "210012175", "2100121", "« 2100121 » n'est pas un numéro FINESS"),
    ("achats.csv", "710780958;2020", "710780959;2020", "l'établissement 710780959 n'est pas dans territoire.csv"),
    ("achats.csv", "60140000", "60 M€", "« 60 M€ » dans « montant_eur »"),
    ("achats.csv", "710780958;2020", "710780958;20-21", "un nombre entier était attendu"),
    ("campagnes.csv", "10/01/2022;28/02/2022", "28/02/2022;10/01/2022", "les dates doivent se suivre"),
    ("campagnes.csv", "28/02/2022;15/03/2022", "28/02/2022;15/02/2022", "les dates doivent se suivre"),
    ("campagnes.csv", "28/02/2022", "31/02/2022", "« 31/02/2022 » dans « echeance » ; une date était attendue"),
    ("campagnes.csv", AT_END, "2021-annuelle;2021;annuelle;31/12/2021;10/01/2022;28/02/2022;15/03/2022", "« 2021-annuelle »"),
    ("campagnes.csv", "2021;annuelle", "2021;finale", "Connus : mi-annee et annuelle"),
    ("campagnes.csv", "echeance", "date limite", "colonne absente : echeance"),
    ("bornes.csv", "MEDICAMENTS", "MEDICAMENT", "« MEDICAMENT » dans « famille »"),
    ("bornes.csv", "20;40", "40;20", "la première borne dépasse la seconde"),
    ("synonymes.csv", "famille;Hôtellerie", "famille;Hotelerie", "vouliez-vous dire « Hôtellerie »"),
    ("synonymes.csv", AT_END, "famille;Hôtellerie;DM", "« DM » désigne déjà « Dispositifs médicaux »"),
    ("nomenclature.csv", "Biomédical;;;", ";;;", "la colonne « famille » est vide"),
    ("operateurs.csv", "UniHA;national", "UniHA;nationale", "« nationale » dans « type »"),
    ("operateurs.csv", AT_END, "Centrale;national;uniha", "désigne déjà l'opérateur « UniHA »"),
    ("reglages.toml", "= 15 ", "= 15,5 ", "n'est pas du TOML valide"),
    ("reglages.toml", "performance_a_expliquer", "performance_a_expliker", "« performance_a_expliker » est inconnu"),
    ("reglages.toml", "part_des_achats = 50", "part_des_achats = '50'", "« part_des_achats » attend un nombre positif"),
    ("reglages.toml", "part_des_achats = 50", "part_des_achats = -50", "« part_des_achats » attend un nombre positif"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), FAULTS)
def test_a_fault_is_told_with_its_file_and_line(copied: Path, file: str, old: str, new: str, sentence: str) -> None:
    line = write(copied, file, old, new)
    found_ones = [p for p in complaints(copied) if sentence in p]
    assert [p.partition(" : ")[0] for p in found_ones] == [f"{file}, ligne {line}"]


SPELLING_MISTAKES = [
    ("bornes.csv", "MEDICAMENTS", "MEDICAMENT", "dire « MEDICAMENTS »"),
    ("reglages.toml", "performance_a_expliquer", "performance_a_expliker", "dire « performance_a_expliquer »"),
    ("reglages.toml", "[seuils]", "[seuil]", "seuil"),
    ("reglages.toml", "controles = []", "controle = ['doublon']", "controle"),
    ("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 10", "performance_a_justifier"),
    ("objectifs.csv", "16,0", "NaN", "NaN"),
    ("objectifs.csv", "16,0", "1_6", "1_6"),
    ("objectifs.csv", "16,0", "-16,0", "-16,0"),
    ("achats.csv", AT_END, "710780958;2021;1", "710780958"),
    ("bornes.csv", AT_END, "MEDICAMENTS;5;10", "MEDICAMENTS"),
    ("regions.csv", AT_END, "BFC;27;Bourgogne", "BFC"),
    ("synonymes.csv", AT_END, "famille;Hôtellerie;Transports", "Transports"),
    ("campagnes.csv", "annuelle;31/12/2021", "annuelle;31/12/2019", "31/12/2019"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), SPELLING_MISTAKES)
def test_a_fault_that_passes_in_silence_is_told_too(copied: Path, file: str, old: str, new: str, sentence: str) -> None:
    test_a_fault_is_told_with_its_file_and_line(copied, file, old, new, sentence)


@pytest.mark.parametrize("file", sorted(f.name for f in EXAMPLE.glob("*.csv") if f.name != LADDER_FILE))
def test_a_missing_file_is_told_by_its_name(copied: Path, file: str) -> None:
    (copied / file).unlink()
    assert f"{file} : ce fichier manque dans le dossier de la région." in complaints(copied)


def test_a_missing_folder_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--dossier"):
        load_folder(tmp_path / "nulle part")


def test_everything_wrong_is_told_at_once(copied: Path) -> None:
    write(copied, "objectifs.csv", "16,0", "seize")
    write(copied, "campagnes.csv", "28/02/2022", "31/02/2022")
    write(copied, "reglages.toml", "part_des_achats = 50", "part_des_achats = -50")
    assert {p.split(",")[0] for p in complaints(copied)} == {"objectifs.csv", "campagnes.csv", "reglages.toml"}


def test_a_long_list_of_complaints_is_cut_for_the_eye_and_counted_in_full(copied: Path) -> None:
    for n in range(30):
        write(copied, "achats.csv", AT_END, f"1234{n:05d};2021;1")
    said_ones = complaints(copied)
    assert len(said_ones) == 21
    assert said_ones[-1].startswith("… et 10 autre")


def test_the_complaints_left_out_are_counted_in_good_french(copied: Path) -> None:
    for n in range(30):
        write(copied, "achats.csv", AT_END, f"1234{n:05d};2021;1")
    assert complaints(copied)[-1] == "… et 10 autres remarques."


CSV_FORMS = [(";", "utf-8-sig", "\r\n"), (",", "utf-8", "\n"), ("\t", "cp1252", "\r\n"), (";", "cp1252", "\n")]


@pytest.mark.parametrize(("separator", "encoding", "end"), CSV_FORMS)
def test_any_way_excel_saves_a_table_reads_the_same(copied: Path, separator: str, encoding: str, end: str) -> None:
    for file in copied.glob("*.csv"):
        rows = csv.reader(file.read_text(encoding="utf-8").splitlines(), delimiter=";")
        stamp = io.StringIO()
        csv.writer(stamp, delimiter=separator, lineterminator=end).writerows(rows)
        file.write_bytes(stamp.getvalue().encode(encoding))
    assert content(load_folder(copied)) == content(load_folder(EXAMPLE))


def test_columns_may_stand_in_any_order_with_accents_and_blank_rows_between(copied: Path) -> None:
    lines = (EXAMPLE / "campagnes.csv").read_text(encoding="utf-8").splitlines()
    shuffled = [";".join(reversed(line.split(";"))) for line in lines]
    shuffled[0] = shuffled[0].replace("echeance", "Échéance")
    (copied / "campagnes.csv").write_text("\n;;;;;;;\n\n".join(shuffled), encoding="utf-8")
    assert load_folder(copied).campaigns == load_folder(EXAMPLE).campaigns


@pytest.mark.parametrize("spelling", ["1234,5", "1234.5", "1 234,50", "1\u202f234,5", "1\u00a0234,5 €"])
def test_french_amounts_are_read(copied: Path, spelling: str) -> None:
    write(copied, "achats.csv", "710780958;2021;62000000", f"710780958;2021;{spelling}")
    assert load_folder(copied).purchases["710780958", 2021] == 123_450


@pytest.mark.parametrize("spelling", ["2021-09-05", "05/09/2021", "5/9/2021"])
def test_french_and_iso_dates_are_read(copied: Path, spelling: str) -> None:
    write(copied, "objectifs.csv", AT_END, f"ght;{JURA};2021;v1;{spelling};1,2")
    objectives = load_folder(copied).objectives
    assert objectives[-1] == Objective(Scope("ght", JURA), 2021, "v1", date(2021, 9, 5), 120_000_000)


def test_a_finess_that_lost_its_zero_in_excel_gets_it_back(copied: Path) -> None:
    write(copied, "territoire.csv", AT_END, f"BFC;{JURA};GHT Jura;10780054;CH DE BOURG;partie;;")
    write(copied, "achats.csv", AT_END, "10780054;2021;5000")
    folder = load_folder(copied)
    assert folder.territory.ght_of("010780054", date(2021, 12, 31)) == JURA
    assert folder.purchases["010780054", 2021] == 500_000


def test_a_corsican_finess_keeps_its_letter(copied: Path) -> None:
    write(copied, "territoire.csv", AT_END, f"BFC;{JURA};GHT Jura;2A0000014;CH D'AJACCIO;partie;;")
    assert "2A0000014" in load_folder(copied).territory.etablissements


def test_na_is_nouvelle_aquitaine_and_never_a_missing_value() -> None:
    folder = load_folder(EXAMPLE)
    objective = in_force(folder.objectives, Scope("region", "NA"), 2021, date(2022, 1, 1))
    assert folder.territory.name(Scope("region", "NA")) == "Nouvelle-Aquitaine"
    assert objective is not None
    assert objective.amount == 2_720_000_000


def test_an_objective_counts_from_its_day_of_effect() -> None:
    objectives = load_folder(EXAMPLE).objectives
    whole_country = Scope("national", "FR")
    day_before, day = (in_force(objectives, whole_country, 2021, date(2021, m, j)) for m, j in ((6, 30), (7, 1)))
    assert day_before is not None
    assert day is not None
    assert (day_before.amount, day.amount) == (63_300_000_000, 31_650_000_000)


Member = dict[str, str]
TITLES = ("Rôle", "ARS", "Nom du GHT", "Raison sociale", "Code GHT", "FINESS EJ")
KEYS = ("role", "region_code", "ght", "etablissement", "ght_code", "finess_ej")


def list_labels() -> list[Member]:
    """The official list as the example already has it."""
    with (EXAMPLE / "territoire.csv").open(encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter=";"))


def member(finess: str, ght: str, ght_name: str, role: str = "partie", region: str = "BFC") -> Member:
    return dict(zip(KEYS, (role, region, ght_name, f"CH {finess}", ght, finess), strict=True))


def as_csv(members: list[Member], path: Path) -> Path:
    """The list as a CSV file whose columns are not in our order."""
    with path.open("w", encoding="cp1252", newline="") as f:
        csv.writer(f, delimiter=";").writerows([TITLES, *([m[c] for c in KEYS] for m in members)])
    return path


def after(copied: Path, file: Path, day: str) -> Territory:
    """The territory as the folder holds it once `vigie territory` took the list in, that day."""
    vigie.main(
        ["territory", str(file), "--yes", "--dossier", str(copied), "--today", day],
        prog_name="vigie",
        standalone_mode=False,
    )
    return load_folder(copied).territory


def finess(territory: Territory, ght: str, day: str) -> set[str]:
    return {e.finess for e in territory.members(ght, date.fromisoformat(day))}


def test_a_list_that_says_the_same_changes_nothing(copied: Path) -> None:
    territory = after(copied, as_csv(list_labels(), copied / "liste.txt"), "2022-06-01")
    assert set(territory.memberships) == set(load_folder(EXAMPLE).territory.memberships)


def test_a_member_who_leaves_is_still_there_when_the_past_is_asked(copied: Path) -> None:
    still_left = [m for m in list_labels() if m["finess_ej"] != REVERMONT]
    territory = after(copied, as_csv(still_left, copied / "liste.txt"), "2022-06-01")
    assert REVERMONT in finess(territory, JURA, "2022-05-31")
    assert REVERMONT not in finess(territory, JURA, "2022-06-01")
    assert len(finess(territory, JURA, "2022-06-01")) == 3


def test_a_member_who_joins_was_not_there_before(copied: Path) -> None:
    with_one_more = [*list_labels(), member("10780054", JURA, "GHT Jura")]
    territory = after(copied, as_csv(with_one_more, copied / "liste.txt"), "2022-06-01")
    assert "010780054" not in finess(territory, JURA, "2022-05-31")
    assert "010780054" in finess(territory, JURA, "2022-06-01")


def test_a_member_who_moves_belongs_to_one_ght_each_day(copied: Path) -> None:
    members = [
        {**m, "ght_code": "BFC-12", "ght": "GHT Sud Côte-d'Or"} if m["finess_ej"] == MOREZ else m for m in list_labels()
    ]
    territory = after(copied, as_csv(members, copied / "liste.txt"), "2022-06-01")
    assert territory.ght_of(MOREZ, date(2022, 5, 31)) == JURA
    assert territory.ght_of(MOREZ, date(2022, 6, 1)) == "BFC-12"


def test_a_ght_that_merges_is_gone_from_then_on_and_was_there_before(copied: Path) -> None:
    merger = {"ght_code": JURA, "ght": "GHT Jura", "role": "partie"}
    members = [{**m, **merger} if m["ght_code"] == "BFC-11" else m for m in list_labels()]
    territory = after(copied, as_csv(members, copied / "liste.txt"), "2023-01-01")
    region = Scope("region", "BFC")
    codes = [{g.code for g in territory.ghts_of(region, day)} for day in (date(2022, 12, 31), date(2023, 1, 1))]
    assert codes[0] - codes[1] == {"BFC-11"}
    assert "700004591" in finess(territory, JURA, "2023-01-01")
    assert territory.members(JURA, date(2023, 1, 1))[0].finess == "390780146"


def test_the_support_may_change_hands(copied: Path) -> None:
    roles = {MOREZ: "support", "390780146": "partie"}
    members = [{**m, "role": roles.get(m["finess_ej"], m["role"])} for m in list_labels()]
    territory = after(copied, as_csv(members, copied / "liste.txt"), "2022-06-01")
    supports = [territory.members(JURA, date(2022, m, j))[0].finess for m, j in ((5, 31), (6, 1))]
    assert supports == ["390780146", MOREZ]


def test_another_region_comes_in_without_touching_the_first(copied: Path) -> None:
    gironde_list = [member("330781196", "NA-01", "GHT Alliance de Gironde", "support", region="NA")]
    territory = after(copied, as_csv(gironde_list, copied / "liste.txt"), "2022-06-01")
    assert territory.ghts["NA-01"].region == "NA"
    assert finess(territory, "NA-01", "2015-01-01") == {"330781196"}
    assert finess(territory, JURA, "2022-06-01") == finess(load_folder(EXAMPLE).territory, JURA, "2022-06-01")


def as_workbook(members: list[Member], path: Path) -> Path:
    """The list as a workbook: a title above, blank rows around, FINESS numbers turned into numbers by Excel."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A2"] = "Liste des groupements hospitaliers de territoire"
    sheet.append([])
    sheet.append(list(TITLES))
    for m in members:
        number = m["finess_ej"]
        sheet.append([*(m[c] for c in KEYS[:-1]), int(number) if number.isdigit() else number])
    book.save(path)
    return path


def test_a_workbook_is_read_like_a_table(copied: Path) -> None:
    with_one_more = [*list_labels(), member("010780054", JURA, "GHT Jura")]
    territory = after(copied, as_workbook(with_one_more, copied / "liste.xlsx"), "2022-06-01")
    assert "010780054" in finess(territory, JURA, "2022-06-01")
    assert len(territory.etablissements) == 53


def refusal(copied: Path, file: Path) -> str:
    """The sentence that refuses a list; the folder is left as it was."""
    before = (copied / "territoire.csv").read_bytes()
    with pytest.raises(UserError) as fault:
        after(copied, file, "2022-06-01")
    assert (copied / "territoire.csv").read_bytes() == before
    return str(fault.value)


def test_a_list_without_a_column_names_it(copied: Path) -> None:
    file = as_csv(list_labels(), copied / "liste.txt")
    file.write_text(file.read_text(encoding="cp1252").replace("FINESS EJ", "Téléphone"), encoding="cp1252")
    assert "Colonnes introuvables dans la liste : finess." in refusal(copied, file)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"region_code": "BFX"}, "Ligne 5 : région inconnue « BFX »"),
        ({"finess_ej": "7107X1329"}, "Ligne 5 : « 7107X1329 » n'est pas un numéro FINESS"),
    ],
)
def test_a_bad_line_of_the_list_is_told_with_its_number(copied: Path, fault: Member, sentence: str) -> None:
    members = list_labels()
    members[3] |= fault
    assert sentence in refusal(copied, as_csv(members, copied / "liste.txt"))


def test_a_ght_without_support_refuses_the_list(copied: Path) -> None:
    without = [m for m in list_labels() if m["finess_ej"] != "390780146"]
    assert JURA in refusal(copied, as_csv(without, copied / "liste.txt"))


def test_the_example_is_never_written_over(tmp_path: Path) -> None:
    assert "Copiez-le d'abord" in refusal(EXAMPLE, as_csv(list_labels(), tmp_path / "liste.txt"))


@pytest.mark.parametrize("typed", ["71078", ""])
def test_a_truncated_finess_in_the_list_is_told(copied: Path, typed: str) -> None:
    members = list_labels()
    members[3]["finess_ej"] = typed
    assert "Ligne 5" in refusal(copied, as_csv(members, copied / "liste.txt"))


def test_a_bad_line_of_a_workbook_has_the_number_that_excel_shows(copied: Path) -> None:
    members = list_labels()
    members[3]["finess_ej"] = "7107X1329"
    assert "Ligne 8 :" in refusal(copied, as_workbook(members, copied / "liste.xlsx"))


@pytest.mark.parametrize(
    "extra_member", [member(MOREZ, "BFC-12", "GHT Sud Côte-d'Or"), member("390000000", JURA, "GHT Jura", "support")]
)
def test_a_list_that_contradicts_itself_is_refused_before_the_folder_is_touched(
    copied: Path, extra_member: Member
) -> None:
    assert refusal(copied, as_csv([*list_labels(), extra_member], copied / "liste.txt"))


def test_a_wrong_list_can_be_mended_the_same_day(copied: Path) -> None:
    false_list = [
        {**m, "ght_code": JURA, "ght": "GHT Jura", "role": "partie"} if m["ght_code"] == "BFC-12" else m
        for m in list_labels()
    ]
    after(copied, as_csv(false_list, copied / "liste.txt"), "2022-06-01")
    territory = after(copied, as_csv(list_labels(), copied / "liste.txt"), "2022-06-01")
    assert territory.ght_of("210012175", date(2022, 6, 1)) == "BFC-12"


def test_a_list_that_announces_a_known_arrival_keeps_its_date(copied: Path) -> None:
    write(copied, "territoire.csv", AT_END, f"BFC;{JURA};GHT Jura;390000000;CH 390000000;partie;01/01/2023;")
    announced_list = [*list_labels(), member("390000000", JURA, "GHT Jura")]
    territory = after(copied, as_csv(announced_list, copied / "liste.txt"), "2022-12-15")
    assert "390000000" in finess(territory, JURA, "2023-01-01")


def test_a_territory_that_nobody_asks_any_more_is_forgotten() -> None:
    t = load_folder(EXAMPLE).territory
    copied = Territory(t.regions, t.ghts, t.etablissements, t.memberships)
    assert copied.finess_of(FRANCE, date(2022, 3, 31)) == t.finess_of(FRANCE, date(2022, 3, 31))
    forgotten = weakref.ref(copied)
    del copied
    gc.collect()
    assert forgotten() is None
