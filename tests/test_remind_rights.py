"""« Relancer maintenant » for every role and every territory, by the act, the form and the command: who may, and nobody else."""

from datetime import date
from pathlib import Path

import pytest

from bots.slack.modals import open_form, submit
from config.errors import UserError
from config.rights import ROLES, Absence, Person
from config.territory import FRANCE, Scope
from reports.every_act import ACTS
from sheets.register import acts
from sheets.register.acts import Main
from tests import acted
from tests.region import Region, new_region
from tests.test_bureau import filled_form

CAMPAIGN, GHT = "2021-annuelle", "BFC-08"
TARGET = f"{CAMPAIGN}/{GHT}"
SCOPES = [
    FRANCE, Scope("region", "BFC"), Scope("region", "IDF"), Scope("ght", GHT), Scope("ght", "BFC-06"),
    Scope("etablissement", "390780146"), Scope("etablissement", "580780039"),
]  # fmt: skip
ABOVE = {FRANCE, Scope("region", "BFC"), Scope("ght", GHT)}
"""The scopes that hold that GHT."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return new_region(tmp_path_factory.mktemp("region")).dated(date(2022, 2, 14), 10)


def may(role: str, scope: Scope) -> bool:
    """The rule, said anew: a referent or the nation, over a territory that holds the GHT."""
    return role in ("ars", "dgos") and scope in ABOVE


def wishes(region: Region) -> int:
    return int(region.db.execute("SELECT count(*) FROM gestes WHERE genre = 'relancer'").fetchone()[0])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", SCOPES, ids=lambda s: f"{s.type}-{s.code}")
def test_who_may_have_a_ght_reminded_at_once(role: str, scope: Scope, region: Region) -> None:
    main = Main(region.db, region.folder, Person("x@y.fr", "quelqu'un", role, scope), region.hour)
    before = wishes(region)
    if may(role, scope):
        acted.remind(main, CAMPAIGN, GHT)
        assert wishes(region) == before + 1
    else:
        with pytest.raises(UserError, match="ne peut pas agir pour GHT Jura"):
            acted.remind(main, CAMPAIGN, GHT)
        assert wishes(region) == before
    assert "ne peut pas agir" in str(open_form("relancer", TARGET, main, region.view)) or may(role, scope)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("away", [True, False])
def test_a_stand_in_may_what_the_one_who_is_away_may(role: str, away: bool, region: Region) -> None:
    day = region.hour.date()
    absence = Absence("x@y.fr", day if away else date(2020, 1, 1), day if away else date(2020, 1, 2))
    absent = Person("y@y.fr", "absent", role, Scope("region", "BFC"), absence)
    stand_in = Person("x@y.fr", "suppléant", "lecture", Scope("region", "BFC"))
    people = {p.email: p for p in (absent, stand_in)}
    region.folder.persons.update(people)
    try:
        main = Main(region.db, region.folder, stand_in, region.hour)
        assert acts.may_act(main, GHT, CAMPAIGN, ACTS["relancer"].roles) is (away and may(role, absent.scope))
    finally:
        for email in people:
            del region.folder.persons[email]


def test_an_unknown_ght_or_campaign_is_refused_before_any_right(region: Region, tmp_path: Path) -> None:
    main = Main(region.db, region.folder, Person("x@y.fr", "nation", "dgos", FRANCE), region.hour)
    before = wishes(region)
    for campaign, ght in (("2031-annuelle", GHT), (CAMPAIGN, "BFC-80")):
        with pytest.raises(UserError, match="n'existe pas"):
            acted.remind(main, campaign, ght)
    assert wishes(region) == before


def test_a_form_kept_open_by_someone_who_lost_the_right_does_nothing(region: Region) -> None:
    referent = Person("x@y.fr", "référent", "ars", Scope("region", "BFC"))
    modal = open_form("relancer", TARGET, Main(region.db, region.folder, referent, region.hour), region.view)
    left = Person("x@y.fr", "ailleurs", "ars", Scope("region", "IDF"))
    before = wishes(region)
    said = submit(filled_form(modal), Main(region.db, region.folder, left, region.hour), region.view)
    assert "ne peut pas agir" in str(said)
    assert wishes(region) == before
