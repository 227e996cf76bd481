"""Who is told what, when, and why the others are not: on the example region, whose days pass because they are passed in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.delivery import Mailing, sendings
from bots.everything_due import Dues, dues
from bots.letters.composing import letter
from bots.letters.letter import Letter
from bots.letters.message_kinds import KINDS
from config.errors import UserError
from config.folder import EXAMPLE, load_folder
from config.ladder import DEFAULT_LADDER, MESSAGES, takes_replies
from reports.due import alerts, reminders
from tests import acted
from tests.region import Region, new_region, read_back

JURA, NIEVRE = "BFC-08", "BFC-06"
JURA_SUD = "390780146"
PROJECT_LEAD = "paat.bfc-08@exemple.invalid"
DIRECTOR = "directeur.bfc-08@exemple.invalid"
REFERENT = "referent.bfc@exemple.invalid"
CAMPAIGN = "2021-annuelle"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path).silence_alerts()


def dated(region: Region, month: int, day: int, hour: int = 10, year: int = 2022) -> Dues:
    region.dated(date(year, month, day), hour)
    return dues(region.view, region.hour)


def letters(region: Region, month: int, day: int, unit: str = JURA) -> list[Mailing]:
    """The letters of that morning that are about a GHT."""
    d = dated(region, month, day)
    return [e for e in sendings(region.view, d.reminders) if unit in {r.key.unit for r in e.reminders}]


def stages(d: Dues, person: str, unit: str = JURA) -> list[str]:
    return [r.key.stage for r in d.reminders if r.key.person == person and r.key.unit == unit]


def reasons(d: Dues, person: str, unit: str = JURA) -> set[str]:
    return {s.reason for s in d.silences if s.person == person and s.unit == unit}


YEAR_OF_REMINDERS = [
    ((1, 7), PROJECT_LEAD, None, "before the opening"),
    ((1, 10), PROJECT_LEAD, "ouverture", "a Monday: the campaign opens"),
    ((1, 31), PROJECT_LEAD, "J-30", "the 29th is a Saturday: Monday"),
    ((2, 14), PROJECT_LEAD, "J-15", "the 13th is a Sunday: Monday"),
    ((2, 20), PROJECT_LEAD, None, "a Sunday"),
    ((2, 21), PROJECT_LEAD, "J-7", "a Monday"),
    ((2, 28), PROJECT_LEAD, "J-2", "the 26th is a Saturday: the day itself"),
    ((3, 1), PROJECT_LEAD, "J+1", "the day after"),
    ((3, 2), DIRECTOR, None, "not yet the director"),
    ((3, 3), DIRECTOR, "J+3", "the director"),
    ((3, 7), REFERENT, "J+5", "the 5th is a Saturday: Monday, to the referent"),
    ((3, 16), PROJECT_LEAD, "clôture", "the day after the lock"),
    ((4, 1), PROJECT_LEAD, None, "two weeks later it is old news"),
]


@pytest.mark.parametrize(("day", "person", "stage", "why"), YEAR_OF_REMINDERS, ids=[p for *_, p in YEAR_OF_REMINDERS])
def test_someone_who_sends_nothing_climbs_the_ladder(
    region: Region, day: tuple[int, int], person: str, stage: str | None, why: str
) -> None:
    assert stages(dated(region, *day), person) == ([stage] if stage else []), why


def test_a_service_that_was_down_for_a_month_says_the_last_reminder_only(region: Region) -> None:
    assert stages(dated(region, 2, 23), PROJECT_LEAD) == ["J-7"]


def test_who_handed_in_is_not_reminded_but_gets_a_receipt_then_thanks(region: Region) -> None:
    region.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]})
    assert stages(dated(region, 2, 14), PROJECT_LEAD) == ["accusé"]
    assert reasons(dated(region, 2, 14), PROJECT_LEAD) == {"déjà remis"}
    assert stages(dated(region, 3, 1), PROJECT_LEAD) == []
    assert stages(dated(region, 3, 16), PROJECT_LEAD) == ["merci"]


def test_a_receipt_carries_the_return_when_there_is_something_to_mend(region: Region) -> None:
    for name, lines, attached_names in (
        ("sain", [{}], []),
        (
            "faux",
            [{"gain_annuel": 300_000, "montant_reference": 200_000, "intitule": "Contrat Dupont"}],
            ["retour.xlsx"],
        ),
    ):
        region.dated(date(2022, 2, 10)).send(f"{name}.xlsx", JURA, CAMPAIGN, {JURA_SUD: lines})
        (singular,) = (
            e for e in sendings(region.view, dated(region, 2, 14).reminders) if e.person.email == PROJECT_LEAD
        )
        pieces = letter(region.view, singular.reminders, singular.person, "cle", PROJECT_LEAD).pieces
        assert [p.name.rpartition(" - ")[2] for p in pieces] == attached_names, name
    cells = [c.value for f in read_back(pieces[0].raw_bytes).worksheets for r in f.iter_rows() for c in r if c.value]
    assert not any("Dupont" in str(c) for c in cells), "a letter may leave by the chat"
    assert any("Le gain dépasse" in str(c) for c in cells)


@pytest.mark.parametrize("path", ["courriel/abc-123/jura.xlsx", "/srv/vigie/depots-slack/chef/jura.xlsx"])
def test_who_was_answered_where_they_sent_it_gets_no_second_receipt(region: Region, path: str) -> None:
    region.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]})
    region.db.execute("UPDATE fichiers SET chemin = ?", (path,))
    assert stages(dated(region, 2, 14), PROJECT_LEAD) == []
    assert reasons(dated(region, 2, 14), PROJECT_LEAD) == {"déjà remis"}


def test_a_trame_that_is_seen_and_not_handed_in_is_still_asked_for(region: Region) -> None:
    region.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]}, handing_in=False)
    expected_reminders = dated(region, 2, 14)
    assert stages(expected_reminders, PROJECT_LEAD) == ["J-15", "accusé"]
    (singular,) = (e for e in sendings(region.view, expected_reminders.reminders) if e.person.email == PROJECT_LEAD)
    text = letter(region.view, singular.reminders, singular.person, "cle", PROJECT_LEAD).text
    assert "vue, pas encore remise" in text
    assert "Une trame reçue n'est pas une trame remise" in text
    assert "onglets encore vides : CH " in text


WRONG_LINE = {"gain_annuel": 300_000, "montant_reference": 200_000}
REFERENT_ALONE = "lui seul peut encore"
STILL_POSSIBLE = (
    "Une ligne à corriger peut encore l'être : tant que la trame n'est pas verrouillée, un nouvel envoi compte."
)


@pytest.mark.parametrize("handing_in", [True, False])
@pytest.mark.parametrize("lock", [True, False])
def test_at_the_close_what_can_still_be_mended_is_said_and_what_cannot(
    region: Region, handing_in: bool, lock: bool
) -> None:
    region.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [WRONG_LINE]}, handing_in=handing_in)
    region.dated(date(2022, 3, 15), 18)
    if lock:
        acted.lock_ghts(region.main(), CAMPAIGN, [JURA], "fin")
    (singular,) = (e for e in letters(region, 3, 16) if e.person.email == PROJECT_LEAD)
    text = letter(region.view, singular.reminders, singular.person, "cle", PROJECT_LEAD).text
    assert ("1 ligne retirée" in text, "1 ligne à corriger" in text) == (lock, not lock)
    assert (REFERENT_ALONE in text, STILL_POSSIBLE in text) == (lock, not lock)


@pytest.mark.parametrize("handing_in", [True, False])
def test_at_the_close_nothing_is_said_of_mending_where_there_is_nothing_to_mend(
    region: Region, handing_in: bool
) -> None:
    region.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]}, handing_in=handing_in)
    acted.lock_ghts(region.dated(date(2022, 3, 15), 18).main(), CAMPAIGN, [JURA], "fin")
    (singular,) = (e for e in letters(region, 3, 16) if e.person.email == PROJECT_LEAD)
    text = letter(region.view, singular.reminders, singular.person, "cle", PROJECT_LEAD).text
    assert "trame verrouillée" in text
    assert REFERENT_ALONE not in text


def test_an_extension_moves_the_ladder_of_that_ght_alone(region: Region) -> None:
    region.dated(date(2022, 2, 22))
    acted.extend(region.main(), CAMPAIGN, JURA, date(2022, 3, 31), "congés")
    after = dated(region, 2, 28)
    assert stages(after, PROJECT_LEAD) == ["ouverture"], (
        "said long ago: nothing else is due before the J-30 of the new deadline"
    )
    assert reasons(after, DIRECTOR) == {"prolongée jusqu'au 31/03/2022, prochain message le 04/04/2022 (J+3)"}
    assert stages(dated(region, 3, 16), PROJECT_LEAD) == ["J-15"], "its lock is past the campaign's too"
    assert stages(dated(region, 2, 28), "paat.bfc-06@exemple.invalid", NIEVRE) == ["J-2"]
    assert stages(dated(region, 4, 1), PROJECT_LEAD) == ["J+1"]


def test_an_extension_is_not_followed_by_a_reminder_of_the_same_morning(region: Region) -> None:
    region.dated(date(2022, 2, 28), 15)
    acted.extend(region.main(), CAMPAIGN, JURA, date(2022, 3, 4), "deux jours de plus")
    assert stages(dated(region, 2, 28, 16), PROJECT_LEAD) == [], "the J-7 of the new deadline was a week ago"
    assert stages(dated(region, 3, 2), PROJECT_LEAD) == ["J-2"]


def test_who_is_away_is_told_through_their_stand_in_and_not_again_on_their_return(region: Region) -> None:
    region.edit_folder(
        "personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08;;;",
        f"Chef de projet PAAT;ght;ght;BFC-08;{DIRECTOR};14/02/2022;18/02/2022",
    )  # fmt: skip
    (absent,) = letters(region, 2, 14)
    assert absent.person.email == DIRECTOR
    assert [r.key.person for r in absent.reminders] == [PROJECT_LEAD], (
        "the row is theirs: it was said, wherever it went"
    )
    (present,) = letters(region, 2, 21)
    assert present.person.email == PROJECT_LEAD


def test_one_letter_for_all_the_late_ght_of_a_referent(region: Region) -> None:
    all_of_them = sendings(region.view, dated(region, 3, 7).reminders)
    (to_referent,) = (e for e in all_of_them if e.person.email == REFERENT)
    assert len(to_referent.reminders) == 11
    assert len({e.person.email for e in all_of_them}) == len(all_of_them)


def test_without_a_director_the_team_is_told_and_without_a_team_the_referent(region: Region) -> None:
    region.edit_folder("personnes.csv", "ght;BFC-08;;;;oui;", "ght;BFC-08;;;;;")
    assert stages(dated(region, 3, 3), DIRECTOR) == ["J+1", "J+3"]
    assert stages(dated(region, 3, 3), PROJECT_LEAD) == ["J+1", "J+3"]
    region.edit_folder(
        "personnes.csv", "Directeur des achats;ght;ght;BFC-08", "Directeur;etablissement;etablissement;390780146"
    )
    region.edit_folder(
        "personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08", "Chef;etablissement;etablissement;390780153"
    )
    assert stages(dated(region, 3, 1), REFERENT) == ["J+1"]


def test_a_letter_that_goes_to_the_referent_for_want_of_anyone_says_so_and_where_to_add_them(region: Region) -> None:
    for code in (JURA, NIEVRE):
        region.edit_folder("personnes.csv", f"Directeur des achats;ght;ght;{code}", "Directeur;lecture;region;BFC")
    (reminder,) = (e for e in sendings(region.view, dated(region, 3, 1).reminders) if e.person.email == PROJECT_LEAD)
    assert "personnes.csv" not in letter(region.view, reminder.reminders, reminder.person, "cle", PROJECT_LEAD).text
    region.edit_folder("personnes.csv", f"Chef de projet PAAT;ght;ght;{JURA}", "Chef;lecture;region;BFC")
    alone = to_referent(region, 3, 1)
    start = (
        "Bonjour,\n\nPersonne n'est inscrit au nom du GHT Jura dans personnes.csv (dossier de la région) : les messages pour "
        "ce GHT vous arrivent donc. Ajoutez-y son équipe, et elle les recevra.\n\nCampagne"
    )
    assert alone.text.startswith(start)
    assert "Personne n&#39;est inscrit au nom du GHT Jura" in alone.html
    region.edit_folder("personnes.csv", f"Chef de projet PAAT;ght;ght;{NIEVRE}", "Chef;lecture;region;BFC")
    two_ghts = to_referent(region, 3, 1).text
    assert "Personne n'est inscrit au nom du GHT Nièvre et du GHT Jura dans personnes.csv" in two_ghts
    assert "les messages pour ces GHT vous arrivent donc. Ajoutez-y leurs équipes, et elles les recevront." in two_ghts


def to_referent(region: Region, month: int, day: int) -> Letter:
    (singular,) = (e for e in sendings(region.view, dated(region, month, day).reminders) if e.person.email == REFERENT)
    return letter(region.view, singular.reminders, singular.person, "cle", REFERENT)


def test_nobody_is_told_at_night_and_why_is_said(region: Region) -> None:
    assert dated(region, 2, 14, 8).reminders == ()
    assert "hors des heures d'envoi (9h à 18h)" in reasons(dated(region, 2, 14, 20), PROJECT_LEAD)
    assert "week-end" in reasons(dated(region, 3, 5), DIRECTOR)


def test_a_folder_without_a_ladder_has_the_one_of_the_example(region: Region) -> None:
    assert load_folder(EXAMPLE).rungs == DEFAULT_LADDER
    copied = region.where / "region"
    region.edit_folder("campagnes.csv", "28/02/2022", "28/02/2022")
    (copied / "rappels.csv").unlink()
    region.edit_folder("campagnes.csv", "28/02/2022", "28/02/2022")
    assert region.folder.rungs == DEFAULT_LADDER


def test_every_kind_of_message_has_its_words() -> None:
    assert set(MESSAGES) | {"accuse", "injoignable", "hebdo", "total_qui_bouge", "grosse_ligne"} == set(KINDS)
    assert {r.message for r in DEFAULT_LADDER} == set(MESSAGES)
    assert {k.code for k in KINDS.values() if {reminders.ladder, alerts.alerts_on_dates} & {*k.due}} == set(MESSAGES)
    assert [k for k in KINDS if takes_replies(k)] == ["ouverture", "rappel", "escalade", "signalement"]
    assert [k.code for k in KINDS.values() if k.may_ask_for_time] == ["ouverture", "rappel", "escalade"]
    assert all(k.code == code for code, k in KINDS.items())


FAULTS = [
    ("J-15;rappel;echeance;-15;ght", "J-15;rappel;echeance;quinze;ght", "ligne 4 : « quinze » dans « jours »"),
    ("J-15;rappel;echeance", "J-15;rappel;echeances", "vouliez-vous dire « echeance » ?"),
    ("J-15;rappel;echeance;-15;ght", "J-15;rappel;echeance;-15;préfet", "ligne 4 : « préfet » dans « a » est inconnu"),
    ("J-15;rappel", "J-30;rappel", "ligne 4 : l'étape « J-30 » est déjà décrite plus haut"),
    ("merci;merci;verrou", "merci;merci;echeance", "le repère attendu est « verrou »"),
]


@pytest.mark.parametrize(("before", "after", "sentence"), FAULTS)
def test_a_fault_in_the_ladder_is_said_with_its_file_and_line(
    region: Region, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=r"rappels\.csv") as fault:
        region.edit_folder("rappels.csv", before, after)
    assert sentence in str(fault.value)


WRONG_HOURS = [
    ("ouvre = 9", "ouvre = 20", "« ferme » doit venir après « ouvre »"),
    ('feries = ""', 'feries = "Bretagne"', "« Bretagne » n'a pas de jours fériés à part"),
    ("report_jours = 7", "report_jours = 700", "« report_jours » attend un nombre entier, de 1 à 31"),
]


@pytest.mark.parametrize(("before", "after", "sentence"), WRONG_HOURS)
def test_a_fault_in_the_hours_is_said_with_its_file_and_line(
    region: Region, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=r"reglages.toml, ligne \d+") as fault:
        region.edit_folder("reglages.toml", before, after)
    assert sentence in str(fault.value)


def test_the_ladder_follows_the_file_that_people_edit(region: Region) -> None:
    region.edit_folder("rappels.csv", "J-7;rappel;echeance;-7;ght", "J-10;rappel;echeance;-10;ght")
    assert stages(dated(region, 2, 18), PROJECT_LEAD) == ["J-10"]
