"""Who is told what, when, and why the others are not: on the example region, whose days pass because they are passed in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.delivery import Envoi, envois
from bots.letters.composing import PARTIES, PIECES, lettre
from bots.letters.letter import Lettre
from config.errors import UserError
from config.folder import EXEMPLE, charge
from config.ladder import DEFAUT, MESSAGES
from reports.due.everything import Dues, dues
from sheets.register import acts
from sheets.register.replies import REPONDENT
from tests.region import Region, nouvelle, relit

JURA, NIEVRE = "BFC-08", "BFC-06"
SUD = "390780146"
CHEF = "paat.bfc-08@exemple.invalid"
DIRECTEUR = "directeur.bfc-08@exemple.invalid"
REFERENT = "referent.bfc@exemple.invalid"
CAMPAGNE = "2021-annuelle"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path).sans_alertes()


def le(region: Region, mois: int, jour: int, heure: int = 10, annee: int = 2022) -> Dues:
    region.le(date(annee, mois, jour), heure)
    return dues(region.vue, region.heure)


def lettres(region: Region, mois: int, jour: int, unite: str = JURA) -> list[Envoi]:
    """The letters of that morning that are about a GHT."""
    d = le(region, mois, jour)
    return [e for e in envois(region.vue, d.relances) if unite in {r.cle.unite for r in e.relances}]


def etapes(d: Dues, personne: str, unite: str = JURA) -> list[str]:
    return [r.cle.etape for r in d.relances if r.cle.personne == personne and r.cle.unite == unite]


def raisons(d: Dues, personne: str, unite: str = JURA) -> set[str]:
    return {s.raison for s in d.silences if s.personne == personne and s.unite == unite}


ANNEE = [
    ((1, 7), CHEF, None, "before the opening"),
    ((1, 10), CHEF, "ouverture", "a Monday: the campaign opens"),
    ((1, 31), CHEF, "J-30", "the 29th is a Saturday: Monday"),
    ((2, 14), CHEF, "J-15", "the 13th is a Sunday: Monday"),
    ((2, 20), CHEF, None, "a Sunday"),
    ((2, 21), CHEF, "J-7", "a Monday"),
    ((2, 28), CHEF, "J-2", "the 26th is a Saturday: the day itself"),
    ((3, 1), CHEF, "J+1", "the day after"),
    ((3, 2), DIRECTEUR, None, "not yet the director"),
    ((3, 3), DIRECTEUR, "J+3", "the director"),
    ((3, 7), REFERENT, "J+5", "the 5th is a Saturday: Monday, to the referent"),
    ((3, 16), CHEF, "clôture", "the day after the lock"),
    ((4, 1), CHEF, None, "two weeks later it is old news"),
]


@pytest.mark.parametrize(("jour", "personne", "etape", "pourquoi"), ANNEE, ids=[p for *_, p in ANNEE])
def test_someone_who_sends_nothing_climbs_the_ladder(
    region: Region, jour: tuple[int, int], personne: str, etape: str | None, pourquoi: str
) -> None:
    assert etapes(le(region, *jour), personne) == ([etape] if etape else []), pourquoi


def test_a_service_that_was_down_for_a_month_says_the_last_reminder_only(region: Region) -> None:
    assert etapes(le(region, 2, 23), CHEF) == ["J-7"]


def test_who_handed_in_is_not_reminded_but_gets_a_receipt_then_thanks(region: Region) -> None:
    region.le(date(2022, 2, 10)).envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]})
    assert etapes(le(region, 2, 14), CHEF) == ["accusé"]
    assert raisons(le(region, 2, 14), CHEF) == {"déjà remis"}
    assert etapes(le(region, 3, 1), CHEF) == []
    assert etapes(le(region, 3, 16), CHEF) == ["merci"]


def test_a_receipt_carries_the_return_when_there_is_something_to_mend(region: Region) -> None:
    for nom, lignes, joints in (
        ("sain", [{}], []),
        (
            "faux",
            [{"gain_annuel": 300_000, "montant_reference": 200_000, "intitule": "Contrat Dupont"}],
            ["retour.xlsx"],
        ),
    ):
        region.le(date(2022, 2, 10)).envoie(f"{nom}.xlsx", JURA, CAMPAGNE, {SUD: lignes})
        (un,) = (e for e in envois(region.vue, le(region, 2, 14).relances) if e.personne.email == CHEF)
        pieces = lettre(region.vue, un.relances, un.personne, "cle", CHEF).pieces
        assert [p.nom.rpartition(" - ")[2] for p in pieces] == joints, nom
    cellules = [c.value for f in relit(pieces[0].octets).worksheets for r in f.iter_rows() for c in r if c.value]
    assert not any("Dupont" in str(c) for c in cellules), "a letter may leave by the chat"
    assert any("Le gain dépasse" in str(c) for c in cellules)


@pytest.mark.parametrize("chemin", ["courriel/abc-123/jura.xlsx", "/srv/vigie/depots-slack/chef/jura.xlsx"])
def test_who_was_answered_where_they_sent_it_gets_no_second_receipt(region: Region, chemin: str) -> None:
    region.le(date(2022, 2, 10)).envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]})
    region.db.execute("UPDATE fichiers SET chemin = ?", (chemin,))
    assert etapes(le(region, 2, 14), CHEF) == []
    assert raisons(le(region, 2, 14), CHEF) == {"déjà remis"}


def test_a_trame_that_is_seen_and_not_handed_in_is_still_asked_for(region: Region) -> None:
    region.le(date(2022, 2, 10)).envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]}, remise=False)
    attendus = le(region, 2, 14)
    assert etapes(attendus, CHEF) == ["J-15", "accusé"]
    (un,) = (e for e in envois(region.vue, attendus.relances) if e.personne.email == CHEF)
    texte = lettre(region.vue, un.relances, un.personne, "cle", CHEF).texte
    assert "vue, pas encore remise" in texte
    assert "Une trame reçue n'est pas une trame remise" in texte
    assert "onglets encore vides : CH " in texte


FAUX = {"gain_annuel": 300_000, "montant_reference": 200_000}
SEUL_LE_REFERENT = "lui seul peut encore"
ENCORE = "Une ligne à corriger peut encore l'être : tant que la trame n'est pas verrouillée, un nouvel envoi compte."


@pytest.mark.parametrize("remise", [True, False])
@pytest.mark.parametrize("verrou", [True, False])
def test_at_the_close_what_can_still_be_mended_is_said_and_what_cannot(
    region: Region, remise: bool, verrou: bool
) -> None:
    region.le(date(2022, 2, 10)).envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [FAUX]}, remise=remise)
    region.le(date(2022, 3, 15), 18)
    if verrou:
        acts.verrouille(region.main(), CAMPAGNE, [JURA], "fin")
    (un,) = (e for e in lettres(region, 3, 16) if e.personne.email == CHEF)
    texte = lettre(region.vue, un.relances, un.personne, "cle", CHEF).texte
    assert ("1 ligne retirée" in texte, "1 ligne à corriger" in texte) == (verrou, not verrou)
    assert (SEUL_LE_REFERENT in texte, ENCORE in texte) == (verrou, not verrou)


@pytest.mark.parametrize("remise", [True, False])
def test_at_the_close_nothing_is_said_of_mending_where_there_is_nothing_to_mend(region: Region, remise: bool) -> None:
    region.le(date(2022, 2, 10)).envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]}, remise=remise)
    acts.verrouille(region.le(date(2022, 3, 15), 18).main(), CAMPAGNE, [JURA], "fin")
    (un,) = (e for e in lettres(region, 3, 16) if e.personne.email == CHEF)
    texte = lettre(region.vue, un.relances, un.personne, "cle", CHEF).texte
    assert "trame verrouillée" in texte
    assert SEUL_LE_REFERENT not in texte


def test_an_extension_moves_the_ladder_of_that_ght_alone(region: Region) -> None:
    region.le(date(2022, 2, 22))
    acts.prolonge(region.main(), CAMPAGNE, JURA, date(2022, 3, 31), "congés")
    apres = le(region, 2, 28)
    assert etapes(apres, CHEF) == ["ouverture"], (
        "said long ago: nothing else is due before the J-30 of the new deadline"
    )
    assert raisons(apres, DIRECTEUR) == {"prolongée jusqu'au 31/03/2022, prochain message le 04/04/2022 (J+3)"}
    assert etapes(le(region, 3, 16), CHEF) == ["J-15"], "its lock is past the campaign's too"
    assert etapes(le(region, 2, 28), "paat.bfc-06@exemple.invalid", NIEVRE) == ["J-2"]
    assert etapes(le(region, 4, 1), CHEF) == ["J+1"]


def test_an_extension_is_not_followed_by_a_reminder_of_the_same_morning(region: Region) -> None:
    region.le(date(2022, 2, 28), 15)
    acts.prolonge(region.main(), CAMPAGNE, JURA, date(2022, 3, 4), "deux jours de plus")
    assert etapes(le(region, 2, 28, 16), CHEF) == [], "the J-7 of the new deadline was a week ago"
    assert etapes(le(region, 3, 2), CHEF) == ["J-2"]


def test_who_is_away_is_told_through_their_stand_in_and_not_again_on_their_return(region: Region) -> None:
    region.change_le_dossier(
        "personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08;;;",
        f"Chef de projet PAAT;ght;ght;BFC-08;{DIRECTEUR};14/02/2022;18/02/2022",
    )  # fmt: skip
    (absent,) = lettres(region, 2, 14)
    assert absent.personne.email == DIRECTEUR
    assert [r.cle.personne for r in absent.relances] == [CHEF], "the row is theirs: it was said, wherever it went"
    (present,) = lettres(region, 2, 21)
    assert present.personne.email == CHEF


def test_one_letter_for_all_the_late_ght_of_a_referent(region: Region) -> None:
    tous = envois(region.vue, le(region, 3, 7).relances)
    (au_referent,) = (e for e in tous if e.personne.email == REFERENT)
    assert len(au_referent.relances) == 11
    assert len({e.personne.email for e in tous}) == len(tous)


def test_without_a_director_the_team_is_told_and_without_a_team_the_referent(region: Region) -> None:
    region.change_le_dossier("personnes.csv", "ght;BFC-08;;;;oui;", "ght;BFC-08;;;;;")
    assert etapes(le(region, 3, 3), DIRECTEUR) == ["J+1", "J+3"]
    assert etapes(le(region, 3, 3), CHEF) == ["J+1", "J+3"]
    region.change_le_dossier(
        "personnes.csv", "Directeur des achats;ght;ght;BFC-08", "Directeur;etablissement;etablissement;390780146"
    )
    region.change_le_dossier(
        "personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08", "Chef;etablissement;etablissement;390780153"
    )
    assert etapes(le(region, 3, 1), REFERENT) == ["J+1"]


def test_a_letter_that_goes_to_the_referent_for_want_of_anyone_says_so_and_where_to_add_them(region: Region) -> None:
    for code in (JURA, NIEVRE):
        region.change_le_dossier(
            "personnes.csv", f"Directeur des achats;ght;ght;{code}", "Directeur;lecture;region;BFC"
        )
    (rappel,) = (e for e in envois(region.vue, le(region, 3, 1).relances) if e.personne.email == CHEF)
    assert "personnes.csv" not in lettre(region.vue, rappel.relances, rappel.personne, "cle", CHEF).texte
    region.change_le_dossier("personnes.csv", f"Chef de projet PAAT;ght;ght;{JURA}", "Chef;lecture;region;BFC")
    seul = au_referent(region, 3, 1)
    debut = (
        "Bonjour,\n\nPersonne n'est inscrit au nom du GHT Jura dans personnes.csv (dossier de la région) : les messages pour "
        "ce GHT vous arrivent donc. Ajoutez-y son équipe, et elle les recevra.\n\nCampagne"
    )
    assert seul.texte.startswith(debut)
    assert "Personne n&#39;est inscrit au nom du GHT Jura" in seul.html
    region.change_le_dossier("personnes.csv", f"Chef de projet PAAT;ght;ght;{NIEVRE}", "Chef;lecture;region;BFC")
    deux = au_referent(region, 3, 1).texte
    assert "Personne n'est inscrit au nom du GHT Nièvre et du GHT Jura dans personnes.csv" in deux
    assert "les messages pour ces GHT vous arrivent donc. Ajoutez-y leurs équipes, et elles les recevront." in deux


def au_referent(region: Region, mois: int, jour: int) -> Lettre:
    (un,) = (e for e in envois(region.vue, le(region, mois, jour).relances) if e.personne.email == REFERENT)
    return lettre(region.vue, un.relances, un.personne, "cle", REFERENT)


def test_nobody_is_told_at_night_and_why_is_said(region: Region) -> None:
    assert le(region, 2, 14, 8).relances == ()
    assert "hors des heures d'envoi (9h à 18h)" in raisons(le(region, 2, 14, 20), CHEF)
    assert "week-end" in raisons(le(region, 3, 5), DIRECTEUR)


def test_a_folder_without_a_ladder_has_the_one_of_the_example(region: Region) -> None:
    assert charge(EXEMPLE).rappels == DEFAUT
    copie = region.ou / "region"
    region.change_le_dossier("campagnes.csv", "28/02/2022", "28/02/2022")
    (copie / "rappels.csv").unlink()
    region.change_le_dossier("campagnes.csv", "28/02/2022", "28/02/2022")
    assert region.dossier.rappels == DEFAUT


def test_every_kind_of_message_has_its_words() -> None:
    assert set(MESSAGES) | {"accuse", "injoignable", "hebdo", "total_qui_bouge", "grosse_ligne"} == set(PARTIES)
    assert {r.message for r in DEFAUT} == set(MESSAGES)
    assert set(PIECES) <= set(PARTIES)
    assert set(REPONDENT) <= set(PARTIES)


FAUTES = [
    ("J-15;rappel;echeance;-15;ght", "J-15;rappel;echeance;quinze;ght", "ligne 4 : « quinze » dans « jours »"),
    ("J-15;rappel;echeance", "J-15;rappel;echeances", "vouliez-vous dire « echeance » ?"),
    ("J-15;rappel;echeance;-15;ght", "J-15;rappel;echeance;-15;préfet", "ligne 4 : « préfet » dans « a » est inconnu"),
    ("J-15;rappel", "J-30;rappel", "ligne 4 : l'étape « J-30 » est déjà décrite plus haut"),
    ("merci;merci;verrou", "merci;merci;echeance", "le repère attendu est « verrou »"),
]


@pytest.mark.parametrize(("avant", "apres", "phrase"), FAUTES)
def test_a_fault_in_the_ladder_is_said_with_its_file_and_line(
    region: Region, avant: str, apres: str, phrase: str
) -> None:
    with pytest.raises(UserError, match=r"rappels\.csv") as faute:
        region.change_le_dossier("rappels.csv", avant, apres)
    assert phrase in str(faute.value)


HEURES_FAUSSES = [
    ("ouvre = 9", "ouvre = 20", "« ferme » doit venir après « ouvre »"),
    ('feries = ""', 'feries = "Bretagne"', "« Bretagne » n'a pas de jours fériés à part"),
    ("report_jours = 7", "report_jours = 700", "« report_jours » attend un nombre entier, de 1 à 31"),
]


@pytest.mark.parametrize(("avant", "apres", "phrase"), HEURES_FAUSSES)
def test_a_fault_in_the_hours_is_said_with_its_file_and_line(
    region: Region, avant: str, apres: str, phrase: str
) -> None:
    with pytest.raises(UserError, match=r"reglages.toml, ligne \d+") as faute:
        region.change_le_dossier("reglages.toml", avant, apres)
    assert phrase in str(faute.value)


def test_the_ladder_follows_the_file_that_people_edit(region: Region) -> None:
    region.change_le_dossier("rappels.csv", "J-7;rappel;echeance;-7;ght", "J-10;rappel;echeance;-10;ght")
    assert etapes(le(region, 2, 18), CHEF) == ["J-10"]
