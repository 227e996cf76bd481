"""What an answer does not need is neither walked through nor worked out twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from bots.answering import repond
from config.objectives import Objectif, en_vigueur
from config.rights import Personne
from config.territory import FRANCE, Perimetre
from reports.view import Vue
from sheets.register import what_counts
from sheets.register.database import lecture
from sheets.register.what_counts import OngletRecu, qui_compte
from tests.region import Region, nouvelle
from tests.test_under_alert import ANNUELLE, JURA, MOREZ, ORDINAIRES, SUD

NEXT = "2022-mi-annee"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    r = nouvelle(tmp_path)
    r.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: ORDINAIRES, MOREZ: ORDINAIRES[:1]})
    r.le(date(2022, 7, 20)).envoie("Ensuite.xlsx", JURA, NEXT, {SUD: ORDINAIRES[1:]})
    return r


class Country(dict[str, OngletRecu]):
    """What counts in a whole campaign; whoever walks through it is found out."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("walked through")

    def keys(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self)


def test_a_few_of_a_campaign_are_looked_up_without_walking_through_it(region: Region) -> None:
    whole = qui_compte(region.db, [ANNUELLE], region.vue.au)
    with mock.patch.object(what_counts._Souvenir, "de", return_value=Country(whole)):
        few = qui_compte(region.db, [ANNUELLE], region.vue.au, ["999999999", SUD, MOREZ, SUD])
    assert list(few) == sorted([SUD, MOREZ])
    assert few == whole


def test_the_trames_of_each_exercice_of_an_evolution_are_counted_once(region: Region) -> None:
    with mock.patch.object(Vue, "received", autospec=True, side_effect=Vue.received) as received:
        r = region.demande("évolution BFC")
    shown = [li for li in r["lignes"] if li["valeur"] is not None]
    assert len(shown) == 2
    assert [li["precision"].split(", ")[-1] for li in shown] == ["1 trame sur 11"] * 2
    assert received.call_count == len(shown) + 1  # and the answer's own


class Elsewhere(Perimetre):
    """Of another exercice: it need not even be looked at."""

    def __eq__(self, _: object) -> bool:
        raise AssertionError("compared")

    __hash__ = Perimetre.__hash__


def test_objectives_of_other_exercices_are_not_compared() -> None:
    day = date(2022, 1, 1)
    ours = Objectif(FRANCE, 2022, "v1", day, 100)
    others = [Objectif(Elsewhere("national", "FR"), n, "v1", day, 1) for n in (2021, 2023)]
    later = Objectif(Elsewhere("national", "FR"), 2022, "v2", date(2022, 6, 1), 1)
    assert en_vigueur([*others, ours, later], FRANCE, 2022, date(2022, 2, 1)) == ours


def test_what_counts_is_looked_up_once_for_all_that_is_read_in_one_state(region: Region) -> None:
    with mock.patch.object(what_counts, "_derniers_mots", side_effect=what_counts._derniers_mots) as looked_up:
        with lecture(region.db):
            one = [qui_compte(region.db, [ANNUELLE], region.vue.au, [f]) for f in (SUD, MOREZ, SUD)]
        assert looked_up.call_count == 1
        assert [list(o) for o in one] == [[SUD], [MOREZ], [SUD]]
        region.envoie("Jura.xlsx", JURA, ANNUELLE, {SUD: ORDINAIRES[:1], MOREZ: ORDINAIRES[:1]})
        after = qui_compte(region.db, [ANNUELLE], region.vue.au, [SUD])
    assert after[SUD].totaux.gain_declare < one[0][SUD].totaux.gain_declare


@pytest.mark.parametrize("question", ["prévision BFC 2022", "performance BFC 2021", "couverture BFC 2021"])
def test_who_sees_totals_alone_does_not_wait_for_a_look_up_of_each_ght(region: Region, question: str) -> None:
    director = Personne("d@exemple.invalid", "Directeur", "ght", Perimetre("ght", JURA))
    with mock.patch.object(what_counts, "_derniers_mots", side_effect=what_counts._derniers_mots) as looked_up:
        repond(question, director, region.vue, region.heure, None)
    asked = [str(c.args[1:]) for c in looked_up.call_args_list]
    assert asked
    assert max(map(asked.count, asked)) < 10  # of the whole; its eleven GHT add none
