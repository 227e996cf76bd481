"""« Relancer maintenant » for every role and every territory, by the act, the form and the command: who may, and nobody else."""

from datetime import date
from pathlib import Path

import pytest

from bots.slack.modals import ouvre, soumet
from config.errors import UserError
from config.rights import ROLES, Absence, Personne
from config.territory import FRANCE, Perimetre
from sheets.register import acts
from sheets.register.acts import Main
from tests.region import Region, nouvelle
from tests.test_bureau import rempli

CAMPAIGN, GHT = "2021-annuelle", "BFC-08"
TARGET = f"{CAMPAIGN}/{GHT}"
SCOPES = [
    FRANCE, Perimetre("region", "BFC"), Perimetre("region", "IDF"), Perimetre("ght", GHT), Perimetre("ght", "BFC-06"),
    Perimetre("etablissement", "390780146"), Perimetre("etablissement", "580780039"),
]  # fmt: skip
ABOVE = {FRANCE, Perimetre("region", "BFC"), Perimetre("ght", GHT)}
"""The scopes that hold that GHT."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return nouvelle(tmp_path_factory.mktemp("region")).le(date(2022, 2, 14), 10)


def may(role: str, scope: Perimetre) -> bool:
    """The rule, said anew: a referent or the nation, over a territory that holds the GHT."""
    return role in ("ars", "dgos") and scope in ABOVE


def wishes(region: Region) -> int:
    return int(region.db.execute("SELECT count(*) FROM gestes WHERE genre = 'relancer'").fetchone()[0])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", SCOPES, ids=lambda s: f"{s.type}-{s.code}")
def test_who_may_have_a_ght_reminded_at_once(role: str, scope: Perimetre, region: Region) -> None:
    main = Main(region.db, region.dossier, Personne("x@y.fr", "quelqu'un", role, scope), region.heure)
    before = wishes(region)
    if may(role, scope):
        acts.relance(main, CAMPAIGN, GHT)
        assert wishes(region) == before + 1
    else:
        with pytest.raises(UserError, match="ne peut pas agir pour GHT Jura"):
            acts.relance(main, CAMPAIGN, GHT)
        assert wishes(region) == before
    assert "ne peut pas agir" in str(ouvre("relancer", TARGET, main, region.vue)) or may(role, scope)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("away", [True, False])
def test_a_stand_in_may_what_the_one_who_is_away_may(role: str, away: bool, region: Region) -> None:
    day = region.heure.date()
    absence = Absence("x@y.fr", day if away else date(2020, 1, 1), day if away else date(2020, 1, 2))
    absent = Personne("y@y.fr", "absent", role, Perimetre("region", "BFC"), absence)
    stand_in = Personne("x@y.fr", "suppléant", "lecture", Perimetre("region", "BFC"))
    people = {p.email: p for p in (absent, stand_in)}
    region.dossier.personnes.update(people)
    try:
        main = Main(region.db, region.dossier, stand_in, region.heure)
        assert acts.peut(main, GHT, CAMPAIGN) is (away and may(role, absent.perimetre))
    finally:
        for email in people:
            del region.dossier.personnes[email]


def test_an_unknown_ght_or_campaign_is_refused_before_any_right(region: Region, tmp_path: Path) -> None:
    main = Main(region.db, region.dossier, Personne("x@y.fr", "nation", "dgos", FRANCE), region.heure)
    before = wishes(region)
    for campaign, ght in (("2031-annuelle", GHT), (CAMPAIGN, "BFC-80")):
        with pytest.raises(UserError, match="n'existe pas"):
            acts.relance(main, campaign, ght)
    assert wishes(region) == before


def test_a_form_kept_open_by_someone_who_lost_the_right_does_nothing(region: Region) -> None:
    referent = Personne("x@y.fr", "référent", "ars", Perimetre("region", "BFC"))
    modal = ouvre("relancer", TARGET, Main(region.db, region.dossier, referent, region.heure), region.vue)
    left = Personne("x@y.fr", "ailleurs", "ars", Perimetre("region", "IDF"))
    before = wishes(region)
    said = soumet(rempli(modal), Main(region.db, region.dossier, left, region.heure), region.vue)
    assert "ne peut pas agir" in str(said)
    assert wishes(region) == before
