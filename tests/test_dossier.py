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
from config.folder import EXEMPLE, Dossier, charge
from config.ladder import FICHIER as RAPPELS
from config.objectives import Objectif, en_vigueur
from config.territory import FRANCE, Perimetre, Territoire
from jobs.cli.commande import vigie

JURA, MOREZ, REVERMONT = "BFC-08", "390780153", "390780179"


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXEMPLE, tmp_path / "region"))


def ecrit(copie: Path, fichier: str, ancien: str, nouveau: str) -> int:
    """Put `nouveau` where `ancien` stands, or at the end of the file; return the line it now stands on."""
    texte = (copie / fichier).read_text(encoding="utf-8")
    assert ancien in texte
    avant = texte.partition(ancien)[0] if ancien else texte
    (copie / fichier).write_text(
        texte.replace(ancien, nouveau, 1) if ancien else texte + nouveau + "\n", encoding="utf-8"
    )
    return avant.count("\n") + 1


def plaintes(copie: Path) -> list[str]:
    """What is wrong in a folder, a sentence each, without the title."""
    with pytest.raises(UserError) as faute:
        charge(copie)
    return [ligne.strip() for ligne in str(faute.value).splitlines()[1:]]


def contenu(dossier: Dossier) -> tuple[object, ...]:
    n, t = dossier.nomenclature, dossier.territoire
    return (
        dossier.campagnes, dossier.objectifs, dossier.operateurs, dossier.personnes, dossier.achats, dossier.seuils,
        n.branches, n.synonymes, n.bornes, t.regions, t.ghts, t.etablissements, t.appartenances,
    )  # fmt: skip


def test_the_example_loads_whole() -> None:
    dossier = charge(EXEMPLE)
    assert len(dossier.territoire.ghts) == 11
    assert len(dossier.territoire.etablissements) == 52
    assert dossier.campagnes["2021-annuelle"].echeance == date(2022, 2, 28)
    assert dossier.achats["710780958", 2021] == 6_200_000_000
    assert dossier.nomenclature.bornes_de("MEDICAMENTS").seconde == Decimal("0.40")
    assert dossier.nomenclature.bornes_de("Transports").premiere == Decimal("0.15")


A_LA_FIN = ""
FAUTES = [
    ("objectifs.csv", A_LA_FIN, "ght;BFC-99;2021;v1;01/01/2021;1", "« BFC-99 » est inconnu comme ght"),
    ("objectifs.csv", "16,0", "seize", "« seize » dans « montant_meur » ; un nombre était attendu"),
    ("objectifs.csv", "16,0", "16,123456789", "au centime près"),
    ("objectifs.csv", "01/07/2021", "juillet", "« juillet » dans « effet » ; une date était attendue"),
    ("objectifs.csv", A_LA_FIN, "region;BFC;2021;autre;01/07/2021;17", "prend effet le même jour"),
    ("personnes.csv", ";ght;BFC-08;", ";ght;BFC08;", "vouliez-vous dire « BFC-08 » ?"),
    ("personnes.csv", ";ars;region", ";referent;region", "« referent » dans « role »"),
    ("personnes.csv", "adjoint.bfc@exemple.invalid;01/08", "nul@exemple.invalid;01/08", "suppléant « nul@exemple.invalid »"),
    ("personnes.csv", "01/08/2022;21/08/2022", "21/08/2022;01/08/2022", "dans cet ordre"),
    ("personnes.csv", A_LA_FIN, "DGOS@exemple.invalid;Autre;dgos;national;FR;;;", "déjà décrit plus haut"),
    ("personnes.csv", "dgos@exemple.invalid", "", "la colonne « email » est vide"),
    ("territoire.csv", "BFC;BFC-12", "BFX;BFC-12", "« BFX » dans « region_code »"),
    ("territoire.csv", A_LA_FIN, f"BFC;BFC-12;GHT Sud Côte-d'Or;{MOREZ};CH LEON BERARD MOREZ;partie;;", "(ligne 48)"),
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
    ("campagnes.csv", A_LA_FIN, "2021-annuelle;2021;annuelle;31/12/2021;10/01/2022;28/02/2022;15/03/2022", "« 2021-annuelle »"),
    ("campagnes.csv", "2021;annuelle", "2021;finale", "Connus : mi-annee et annuelle"),
    ("campagnes.csv", "echeance", "date limite", "colonne absente : echeance"),
    ("bornes.csv", "MEDICAMENTS", "MEDICAMENT", "« MEDICAMENT » dans « famille »"),
    ("bornes.csv", "20;40", "40;20", "la première borne dépasse la seconde"),
    ("synonymes.csv", "famille;Hôtellerie", "famille;Hotelerie", "vouliez-vous dire « Hôtellerie »"),
    ("synonymes.csv", A_LA_FIN, "famille;Hôtellerie;DM", "« DM » désigne déjà « Dispositifs médicaux »"),
    ("nomenclature.csv", "Biomédical;;;", ";;;", "la colonne « famille » est vide"),
    ("operateurs.csv", "UniHA;national", "UniHA;nationale", "« nationale » dans « type »"),
    ("operateurs.csv", A_LA_FIN, "Centrale;national;uniha", "désigne déjà l'opérateur « UniHA »"),
    ("reglages.toml", "= 15 ", "= 15,5 ", "n'est pas du TOML valide"),
    ("reglages.toml", "performance_a_expliquer", "performance_a_expliker", "« performance_a_expliker » est inconnu"),
    ("reglages.toml", "part_des_achats = 50", "part_des_achats = '50'", "« part_des_achats » attend un nombre positif"),
    ("reglages.toml", "part_des_achats = 50", "part_des_achats = -50", "« part_des_achats » attend un nombre positif"),
]  # fmt: skip


@pytest.mark.parametrize(("fichier", "ancien", "nouveau", "phrase"), FAUTES)
def test_a_fault_is_told_with_its_file_and_line(
    copie: Path, fichier: str, ancien: str, nouveau: str, phrase: str
) -> None:
    ligne = ecrit(copie, fichier, ancien, nouveau)
    trouvees = [p for p in plaintes(copie) if phrase in p]
    assert [p.partition(" : ")[0] for p in trouvees] == [f"{fichier}, ligne {ligne}"]


TUES = [
    ("bornes.csv", "MEDICAMENTS", "MEDICAMENT", "dire « MEDICAMENTS »"),
    ("reglages.toml", "performance_a_expliquer", "performance_a_expliker", "dire « performance_a_expliquer »"),
    ("reglages.toml", "[seuils]", "[seuil]", "seuil"),
    ("reglages.toml", "controles = []", "controle = ['doublon']", "controle"),
    ("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 10", "performance_a_justifier"),
    ("objectifs.csv", "16,0", "NaN", "NaN"),
    ("objectifs.csv", "16,0", "1_6", "1_6"),
    ("objectifs.csv", "16,0", "-16,0", "-16,0"),
    ("achats.csv", A_LA_FIN, "710780958;2021;1", "710780958"),
    ("bornes.csv", A_LA_FIN, "MEDICAMENTS;5;10", "MEDICAMENTS"),
    ("regions.csv", A_LA_FIN, "BFC;27;Bourgogne", "BFC"),
    ("synonymes.csv", A_LA_FIN, "famille;Hôtellerie;Transports", "Transports"),
    ("campagnes.csv", "annuelle;31/12/2021", "annuelle;31/12/2019", "31/12/2019"),
]  # fmt: skip


@pytest.mark.parametrize(("fichier", "ancien", "nouveau", "phrase"), TUES)
def test_a_fault_that_passes_in_silence_is_told_too(
    copie: Path, fichier: str, ancien: str, nouveau: str, phrase: str
) -> None:
    test_a_fault_is_told_with_its_file_and_line(copie, fichier, ancien, nouveau, phrase)


@pytest.mark.parametrize("fichier", sorted(f.name for f in EXEMPLE.glob("*.csv") if f.name != RAPPELS))
def test_a_missing_file_is_told_by_its_name(copie: Path, fichier: str) -> None:
    (copie / fichier).unlink()
    assert f"{fichier} : ce fichier manque dans le dossier de la région." in plaintes(copie)


def test_a_missing_folder_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--dossier"):
        charge(tmp_path / "nulle part")


def test_everything_wrong_is_told_at_once(copie: Path) -> None:
    ecrit(copie, "objectifs.csv", "16,0", "seize")
    ecrit(copie, "campagnes.csv", "28/02/2022", "31/02/2022")
    ecrit(copie, "reglages.toml", "part_des_achats = 50", "part_des_achats = -50")
    assert {p.split(",")[0] for p in plaintes(copie)} == {"objectifs.csv", "campagnes.csv", "reglages.toml"}


def test_a_long_list_of_complaints_is_cut_for_the_eye_and_counted_in_full(copie: Path) -> None:
    for n in range(30):
        ecrit(copie, "achats.csv", A_LA_FIN, f"1234{n:05d};2021;1")
    dites = plaintes(copie)
    assert len(dites) == 21
    assert dites[-1].startswith("… et 10 autre")


def test_the_complaints_left_out_are_counted_in_good_french(copie: Path) -> None:
    for n in range(30):
        ecrit(copie, "achats.csv", A_LA_FIN, f"1234{n:05d};2021;1")
    assert plaintes(copie)[-1] == "… et 10 autres remarques."


FORMES = [(";", "utf-8-sig", "\r\n"), (",", "utf-8", "\n"), ("\t", "cp1252", "\r\n"), (";", "cp1252", "\n")]


@pytest.mark.parametrize(("separateur", "codage", "fin"), FORMES)
def test_any_way_excel_saves_a_table_reads_the_same(copie: Path, separateur: str, codage: str, fin: str) -> None:
    for fichier in copie.glob("*.csv"):
        rangees = csv.reader(fichier.read_text(encoding="utf-8").splitlines(), delimiter=";")
        tampon = io.StringIO()
        csv.writer(tampon, delimiter=separateur, lineterminator=fin).writerows(rangees)
        fichier.write_bytes(tampon.getvalue().encode(codage))
    assert contenu(charge(copie)) == contenu(charge(EXEMPLE))


def test_columns_may_stand_in_any_order_with_accents_and_blank_rows_between(copie: Path) -> None:
    lignes = (EXEMPLE / "campagnes.csv").read_text(encoding="utf-8").splitlines()
    melees = [";".join(reversed(ligne.split(";"))) for ligne in lignes]
    melees[0] = melees[0].replace("echeance", "Échéance")
    (copie / "campagnes.csv").write_text("\n;;;;;;;\n\n".join(melees), encoding="utf-8")
    assert charge(copie).campagnes == charge(EXEMPLE).campagnes


@pytest.mark.parametrize("ecriture", ["1234,5", "1234.5", "1 234,50", "1\u202f234,5", "1\u00a0234,5 €"])
def test_french_amounts_are_read(copie: Path, ecriture: str) -> None:
    ecrit(copie, "achats.csv", "710780958;2021;62000000", f"710780958;2021;{ecriture}")
    assert charge(copie).achats["710780958", 2021] == 123_450


@pytest.mark.parametrize("ecriture", ["2021-09-05", "05/09/2021", "5/9/2021"])
def test_french_and_iso_dates_are_read(copie: Path, ecriture: str) -> None:
    ecrit(copie, "objectifs.csv", A_LA_FIN, f"ght;{JURA};2021;v1;{ecriture};1,2")
    objectifs = charge(copie).objectifs
    assert objectifs[-1] == Objectif(Perimetre("ght", JURA), 2021, "v1", date(2021, 9, 5), 120_000_000)


def test_a_finess_that_lost_its_zero_in_excel_gets_it_back(copie: Path) -> None:
    ecrit(copie, "territoire.csv", A_LA_FIN, f"BFC;{JURA};GHT Jura;10780054;CH DE BOURG;partie;;")
    ecrit(copie, "achats.csv", A_LA_FIN, "10780054;2021;5000")
    dossier = charge(copie)
    assert dossier.territoire.ght_de("010780054", date(2021, 12, 31)) == JURA
    assert dossier.achats["010780054", 2021] == 500_000


def test_a_corsican_finess_keeps_its_letter(copie: Path) -> None:
    ecrit(copie, "territoire.csv", A_LA_FIN, f"BFC;{JURA};GHT Jura;2A0000014;CH D'AJACCIO;partie;;")
    assert "2A0000014" in charge(copie).territoire.etablissements


def test_na_is_nouvelle_aquitaine_and_never_a_missing_value() -> None:
    dossier = charge(EXEMPLE)
    objectif = en_vigueur(dossier.objectifs, Perimetre("region", "NA"), 2021, date(2022, 1, 1))
    assert dossier.territoire.nom(Perimetre("region", "NA")) == "Nouvelle-Aquitaine"
    assert objectif is not None
    assert objectif.montant == 2_720_000_000


def test_an_objective_counts_from_its_day_of_effect() -> None:
    objectifs = charge(EXEMPLE).objectifs
    france = Perimetre("national", "FR")
    veille, jour = (en_vigueur(objectifs, france, 2021, date(2021, m, j)) for m, j in ((6, 30), (7, 1)))
    assert veille is not None
    assert jour is not None
    assert (veille.montant, jour.montant) == (63_300_000_000, 31_650_000_000)


Membre = dict[str, str]
TITRES = ("Rôle", "ARS", "Nom du GHT", "Raison sociale", "Code GHT", "FINESS EJ")
CLES = ("role", "region_code", "ght", "etablissement", "ght_code", "finess_ej")


def liste() -> list[Membre]:
    """The official list as the example already has it."""
    with (EXEMPLE / "territoire.csv").open(encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter=";"))


def membre(finess: str, ght: str, nom_ght: str, role: str = "partie", region: str = "BFC") -> Membre:
    return dict(zip(CLES, (role, region, nom_ght, f"CH {finess}", ght, finess), strict=True))


def en_csv(membres: list[Membre], chemin: Path) -> Path:
    """The list as a CSV file whose columns are not in our order."""
    with chemin.open("w", encoding="cp1252", newline="") as f:
        csv.writer(f, delimiter=";").writerows([TITRES, *([m[c] for c in CLES] for m in membres)])
    return chemin


def apres(copie: Path, fichier: Path, jour: str) -> Territoire:
    """The territory as the folder holds it once `vigie territory` took the list in, that day."""
    vigie.main(
        ["territory", str(fichier), "--yes", "--dossier", str(copie), "--today", jour],
        prog_name="vigie",
        standalone_mode=False,
    )
    return charge(copie).territoire


def finess(territoire: Territoire, ght: str, jour: str) -> set[str]:
    return {e.finess for e in territoire.membres(ght, date.fromisoformat(jour))}


def test_a_list_that_says_the_same_changes_nothing(copie: Path) -> None:
    territoire = apres(copie, en_csv(liste(), copie / "liste.txt"), "2022-06-01")
    assert set(territoire.appartenances) == set(charge(EXEMPLE).territoire.appartenances)


def test_a_member_who_leaves_is_still_there_when_the_past_is_asked(copie: Path) -> None:
    restent = [m for m in liste() if m["finess_ej"] != REVERMONT]
    territoire = apres(copie, en_csv(restent, copie / "liste.txt"), "2022-06-01")
    assert REVERMONT in finess(territoire, JURA, "2022-05-31")
    assert REVERMONT not in finess(territoire, JURA, "2022-06-01")
    assert len(finess(territoire, JURA, "2022-06-01")) == 3


def test_a_member_who_joins_was_not_there_before(copie: Path) -> None:
    avec = [*liste(), membre("10780054", JURA, "GHT Jura")]
    territoire = apres(copie, en_csv(avec, copie / "liste.txt"), "2022-06-01")
    assert "010780054" not in finess(territoire, JURA, "2022-05-31")
    assert "010780054" in finess(territoire, JURA, "2022-06-01")


def test_a_member_who_moves_belongs_to_one_ght_each_day(copie: Path) -> None:
    membres = [
        {**m, "ght_code": "BFC-12", "ght": "GHT Sud Côte-d'Or"} if m["finess_ej"] == MOREZ else m for m in liste()
    ]
    territoire = apres(copie, en_csv(membres, copie / "liste.txt"), "2022-06-01")
    assert territoire.ght_de(MOREZ, date(2022, 5, 31)) == JURA
    assert territoire.ght_de(MOREZ, date(2022, 6, 1)) == "BFC-12"


def test_a_ght_that_merges_is_gone_from_then_on_and_was_there_before(copie: Path) -> None:
    fusion = {"ght_code": JURA, "ght": "GHT Jura", "role": "partie"}
    membres = [{**m, **fusion} if m["ght_code"] == "BFC-11" else m for m in liste()]
    territoire = apres(copie, en_csv(membres, copie / "liste.txt"), "2023-01-01")
    region = Perimetre("region", "BFC")
    codes = [{g.code for g in territoire.ghts_de(region, jour)} for jour in (date(2022, 12, 31), date(2023, 1, 1))]
    assert codes[0] - codes[1] == {"BFC-11"}
    assert "700004591" in finess(territoire, JURA, "2023-01-01")
    assert territoire.membres(JURA, date(2023, 1, 1))[0].finess == "390780146"


def test_the_support_may_change_hands(copie: Path) -> None:
    roles = {MOREZ: "support", "390780146": "partie"}
    membres = [{**m, "role": roles.get(m["finess_ej"], m["role"])} for m in liste()]
    territoire = apres(copie, en_csv(membres, copie / "liste.txt"), "2022-06-01")
    supports = [territoire.membres(JURA, date(2022, m, j))[0].finess for m, j in ((5, 31), (6, 1))]
    assert supports == ["390780146", MOREZ]


def test_another_region_comes_in_without_touching_the_first(copie: Path) -> None:
    bordeaux = [membre("330781196", "NA-01", "GHT Alliance de Gironde", "support", region="NA")]
    territoire = apres(copie, en_csv(bordeaux, copie / "liste.txt"), "2022-06-01")
    assert territoire.ghts["NA-01"].region == "NA"
    assert finess(territoire, "NA-01", "2015-01-01") == {"330781196"}
    assert finess(territoire, JURA, "2022-06-01") == finess(charge(EXEMPLE).territoire, JURA, "2022-06-01")


def en_classeur(membres: list[Membre], chemin: Path) -> Path:
    """The list as a workbook: a title above, blank rows around, FINESS numbers turned into numbers by Excel."""
    livre = Workbook()
    feuille = livre.worksheets[0]
    feuille["A2"] = "Liste des groupements hospitaliers de territoire"
    feuille.append([])
    feuille.append(list(TITRES))
    for m in membres:
        numero = m["finess_ej"]
        feuille.append([*(m[c] for c in CLES[:-1]), int(numero) if numero.isdigit() else numero])
    livre.save(chemin)
    return chemin


def test_a_workbook_is_read_like_a_table(copie: Path) -> None:
    avec = [*liste(), membre("010780054", JURA, "GHT Jura")]
    territoire = apres(copie, en_classeur(avec, copie / "liste.xlsx"), "2022-06-01")
    assert "010780054" in finess(territoire, JURA, "2022-06-01")
    assert len(territoire.etablissements) == 53


def refus(copie: Path, fichier: Path) -> str:
    """The sentence that refuses a list; the folder is left as it was."""
    avant = (copie / "territoire.csv").read_bytes()
    with pytest.raises(UserError) as faute:
        apres(copie, fichier, "2022-06-01")
    assert (copie / "territoire.csv").read_bytes() == avant
    return str(faute.value)


def test_a_list_without_a_column_names_it(copie: Path) -> None:
    fichier = en_csv(liste(), copie / "liste.txt")
    fichier.write_text(fichier.read_text(encoding="cp1252").replace("FINESS EJ", "Téléphone"), encoding="cp1252")
    assert "Colonnes introuvables dans la liste : finess." in refus(copie, fichier)


@pytest.mark.parametrize(
    ("faute", "phrase"),
    [
        ({"region_code": "BFX"}, "Ligne 5 : région inconnue « BFX »"),
        ({"finess_ej": "7107X1329"}, "Ligne 5 : « 7107X1329 » n'est pas un numéro FINESS"),
    ],
)
def test_a_bad_line_of_the_list_is_told_with_its_number(copie: Path, faute: Membre, phrase: str) -> None:
    membres = liste()
    membres[3] |= faute
    assert phrase in refus(copie, en_csv(membres, copie / "liste.txt"))


def test_a_ght_without_support_refuses_the_list(copie: Path) -> None:
    sans = [m for m in liste() if m["finess_ej"] != "390780146"]
    assert JURA in refus(copie, en_csv(sans, copie / "liste.txt"))


def test_the_example_is_never_written_over(tmp_path: Path) -> None:
    assert "Copiez-le d'abord" in refus(EXEMPLE, en_csv(liste(), tmp_path / "liste.txt"))


@pytest.mark.parametrize("saisi", ["71078", ""])
def test_a_truncated_finess_in_the_list_is_told(copie: Path, saisi: str) -> None:
    membres = liste()
    membres[3]["finess_ej"] = saisi
    assert "Ligne 5" in refus(copie, en_csv(membres, copie / "liste.txt"))


def test_a_bad_line_of_a_workbook_has_the_number_that_excel_shows(copie: Path) -> None:
    membres = liste()
    membres[3]["finess_ej"] = "7107X1329"
    assert "Ligne 8 :" in refus(copie, en_classeur(membres, copie / "liste.xlsx"))


@pytest.mark.parametrize(
    "en_trop", [membre(MOREZ, "BFC-12", "GHT Sud Côte-d'Or"), membre("390000000", JURA, "GHT Jura", "support")]
)
def test_a_list_that_contradicts_itself_is_refused_before_the_folder_is_touched(copie: Path, en_trop: Membre) -> None:
    assert refus(copie, en_csv([*liste(), en_trop], copie / "liste.txt"))


def test_a_wrong_list_can_be_mended_the_same_day(copie: Path) -> None:
    fausse = [
        {**m, "ght_code": JURA, "ght": "GHT Jura", "role": "partie"} if m["ght_code"] == "BFC-12" else m
        for m in liste()
    ]
    apres(copie, en_csv(fausse, copie / "liste.txt"), "2022-06-01")
    territoire = apres(copie, en_csv(liste(), copie / "liste.txt"), "2022-06-01")
    assert territoire.ght_de("210012175", date(2022, 6, 1)) == "BFC-12"


def test_a_list_that_announces_a_known_arrival_keeps_its_date(copie: Path) -> None:
    ecrit(copie, "territoire.csv", A_LA_FIN, f"BFC;{JURA};GHT Jura;390000000;CH 390000000;partie;01/01/2023;")
    annonce = [*liste(), membre("390000000", JURA, "GHT Jura")]
    territoire = apres(copie, en_csv(annonce, copie / "liste.txt"), "2022-12-15")
    assert "390000000" in finess(territoire, JURA, "2023-01-01")


def test_a_territory_that_nobody_asks_any_more_is_forgotten() -> None:
    t = charge(EXEMPLE).territoire
    copie = Territoire(t.regions, t.ghts, t.etablissements, t.appartenances)
    assert copie.finess_de(FRANCE, date(2022, 3, 31)) == t.finess_de(FRANCE, date(2022, 3, 31))
    oubliee = weakref.ref(copie)
    del copie
    gc.collect()
    assert oubliee() is None
