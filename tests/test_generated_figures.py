"""Generated registers: whatever a region lives through, every figure is the sum of its parts and of its lines.

Registers with merges, an établissement that moves and one that closes, three campaigns of two exercices, provisional
tabs, lines struck by checks or people, losses, what is notified, potential, carried over or forgotten. At each step the
figures are those of an oracle that knows nothing of the product; what was answered is answered again on a later day.
`VIGIE_SEEDS` says how many registers are tried.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bots.questions import AXES, BY_KEY, EVERY_AXIS
from config.territory import Scope
from reports.coverage import coverage, performance
from reports.forecast import forecast
from reports.gains import gains
from reports.quality import line_quality
from reports.view import Subject
from tests import acted
from tests import oracle_history as oracle
from tests.oracle_figures import Books, Member, Situation
from tests.oracle_history import Decision, SentFile, TypedLine, World
from tests.region import Region, new_region, trame

YEAR_END, MID_YEAR, NEXT_YEAR_END = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
SITUATIONS = {
    YEAR_END: Situation(date(2021, 12, 31), date(2022, 1, 10)),
    MID_YEAR: Situation(date(2022, 6, 30), date(2022, 6, 15)),
    NEXT_YEAR_END: Situation(date(2022, 12, 31), date(2023, 1, 10)),
}
CAMPAIGNS = (
    oracle.Campaign(YEAR_END, 2021, date(2022, 1, 10), date(2022, 2, 28)),
    oracle.Campaign(MID_YEAR, 2022, date(2022, 6, 15), date(2022, 9, 15)),
    oracle.Campaign(NEXT_YEAR_END, 2022, date(2023, 1, 10), date(2023, 2, 28)),
)
A1, A2, B1, C1, C2, D1 = (f"42000010{n}" for n in range(1, 7))
GA, GB, GC, GD = "BFC-41", "BFC-42", "BFC-43", "BFC-44"
LEFT, JOINED = date(2022, 9, 30), date(2022, 10, 1)
MEMBERS = (
    Member(A1, GA), Member(A2, GA, end=LEFT),  # closes
    Member(B1, GB, end=LEFT), Member(B1, GA, JOINED),  # its GHT is merged into another
    Member(C1, GC), Member(C2, GC, end=LEFT), Member(C2, GA, JOINED),  # moves
    Member(D1, GD),
)  # fmt: skip
BOUGHT = 40_000_000
SEEDS = int(os.environ.get("VIGIE_SEEDS", "3"))


@dataclass
class Story:
    """What happens, once in the product and once in the oracle's list."""

    region: Region
    chance: random.Random
    events: list[oracle.Event] = field(default_factory=list)
    typed: dict[tuple[int, str], list[TypedLine]] = field(default_factory=dict)
    """By exercice and FINESS, what was last typed."""
    said: dict[tuple[date, str], dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def books(self, day: date) -> Books:
        world = World.as_of(day, self.events, CAMPAIGNS, {})
        return Books(world, MEMBERS, SITUATIONS)

    def new_line(self, exercice: int) -> TypedLine:
        self.made += 1
        r = self.chance
        reference = Decimal(r.randrange(20_000, 900_000, 100))
        gain = (reference * Decimal(r.choice([-8, 3, 5, 8, 12, 20, 28, 45, 130])) / 100).quantize(Decimal("0.01"))
        statut = r.choice(["réalisé"] * 5 + ["notifié", "notifié", "potentiel", "abandonné"])
        late = exercice == 2022 and r.random() < 0.25
        day: date | None = date(exercice - late, r.randrange(7 if late else 1, 13), r.randrange(1, 28))
        if statut == "notifié" and r.random() < 0.4:
            day = None
        missing = r.random() < 0.1
        return TypedLine(
            f"{self.made}", gain, None if missing else reference, day, statut, number=f"{100 + self.made:04d}"
        )

    def lines(self, code: str, exercice: int, finess: str) -> list[TypedLine]:
        """What someone types: most of what they had typed, some of what is carried over, something new."""
        r = self.chance
        kept = [s for s in self.typed.get((exercice, finess), []) if r.random() < 0.85]
        carried = []
        if not self.typed.get((exercice, finess)):
            carried = [
                s for s in self.typed.get((exercice - 1, finess), []) if s.statut == "réalisé" and r.random() < 0.6
            ]
        return [*carried, *kept, *(self.new_line(exercice) for _ in range(r.randrange(4 - len(carried) % 2)))]

    def send(self, code: str, ght: str, day: date) -> None:
        exercice = int(code[:4])
        theirs = [m.finess for m in MEMBERS if m.ght == ght and m.start <= SITUATIONS[code].day <= m.end]
        tabs = {f: li for f in theirs if self.chance.random() < 0.85 and (li := self.lines(code, exercice, f))}
        if not tabs:
            return
        self.typed |= {(exercice, f): li for f, li in tabs.items()}
        sending = SentFile(day, f"{ght}-{code}.xlsx", ght, code, tabs, handing_in=self.chance.random() < 0.7)
        cells = {f: [_cells(s) for s in li] for f, li in tabs.items()}
        self.region.drop_file(sending.file, trame(self.region.folder, ght, code, cells, handing_in=sending.handing_in))
        self.region.dated(day).pull_sources()
        self.events.append(sending)

    def decide(self, code: str, day: date) -> None:
        world = self.books(day).world
        lines = {k: li for k, li in world.lines([code]).items() if k in world.exercice(int(code[:4]))}
        for finess, purchase in self.chance.sample(sorted(lines), min(3, len(lines))):
            struck = lines[finess, purchase].blocked
            direction = self.chance.choice(["retenir", "revenir"] if struck else ["retirer", "retirer", "revenir"])
            reference = f"{code}/{finess}/{100 + int(purchase):04d}"
            acted.decide(self.region.dated(day).main(), reference, direction, "relu")
            self.events.append(Decision(day, code, finess, purchase, direction))

    def lock(self, code: str, ght: str, day: date) -> None:
        acted.lock_ghts(self.region.dated(day).main(), code, [ght], "fin de campagne", yes=True)
        self.events.append(oracle.Lock(day, code, ght))


def _cells(s: TypedLine) -> dict[str, Any]:
    return {
        "action_id": s.number, "intitule": f"Achat {s.purchase}", "marche": f"M-{s.purchase}",
        "gain_annuel": None if s.gain is None else float(s.gain),
        "montant_reference": None if s.reference is None else float(s.reference),
        "date_premiere_commande": s.ordered_on, "statut": s.statut,
        "famille": ("Dispositifs médicaux", "Hôtellerie", "Médicaments")[int(s.purchase) % 2],
        "operateur": ("UniHA", "Resah")[int(s.purchase) % 2], "domaine": None,
    }  # fmt: skip


def lived(story: Story) -> Iterator[date]:
    """Two exercices; yields the evening of each day on which something happened."""
    for code, first in (
        (YEAR_END, date(2022, 1, 20)),
        (MID_YEAR, date(2022, 7, 5)),
        (NEXT_YEAR_END, date(2023, 1, 20)),
    ):
        day = first
        for ght in (GA, GB, GC, GD):
            if story.chance.random() < 0.85:
                story.send(code, ght, day)
        yield day
        day += timedelta(days=3)
        story.decide(code, day)
        yield day
        story.send(code, story.chance.choice([GA, GC]), day + timedelta(days=3))
        yield day + timedelta(days=3)
        if code == YEAR_END:
            story.lock(code, GA, day + timedelta(days=20))
            story.decide(code, day + timedelta(days=22))
            yield day + timedelta(days=22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Story]:
    def story(seed: int) -> Story:
        region = new_region(tmp_path_factory.mktemp(f"graine{seed}"))
        rows = "".join(
            f"BFC;{m.ght};GHT Essai {m.ght[-2:]};{m.finess};CH Essai {m.finess[-1]};{'support' if m.finess in (A1, B1, C1, D1) and m.start == date.min else 'partie'};"
            f"{m.start:%d/%m/%Y};{m.end:%d/%m/%Y}\n".replace("01/01/1;", ";").replace("01/01/0001;", ";").replace("31/12/9999", "")
            for m in MEMBERS
        )  # fmt: skip
        region.edit_folder("territoire.csv", ";debut;fin\n", f";debut;fin\n{rows}")
        bought = "".join(f"{f};2021;{BOUGHT};test\n" for f in (A1, A2, B1, C1, C2, D1))
        region.edit_folder("achats.csv", ";source\n", f";source\n{bought}")
        return Story(region, random.Random(seed))

    return story


# What must hold of every figure


def cents(euros: Any) -> int:
    """A figure of which nothing is received is unknown: it adds nothing."""
    return int(Decimal(str(euros or 0)) * 100)


def parts(answer: dict[str, Any]) -> int:
    return sum(cents(li["valeur"]) for li in answer["lignes"] if li["valeur"] is not None)


PLACES = ("BFC", GA, GB, GC, f"BFC sauf {GA}", f"BFC sauf {GB}", f"BFC sauf {C2}", "France")
COLUMNS = ("famille", "operateur", "nature", "levier", "domaine", "categorie")


def adds_up(ask: Callable[[str], dict[str, Any]], place: str, n: int) -> None:
    """The parts of every figure of a place, along every axis, and the lines behind it."""
    where, _, without = place.partition(" sauf ")
    left_out = f" sauf {without}" if without else ""

    def of(question: str, more: str = "") -> dict[str, Any]:
        answer = ask(f"{question} {where} {n}{more}{left_out}")
        assert answer["intention"], answer["texte"]
        return answer

    total = of("gains")
    kept = cents(total["valeur"])
    assert (total["valeur"] is None) == (total["sources"] is None), "a figure as soon as something is received"
    assert kept == cents(total["declare"]) - cents(total["retire"]) == cents(total["totaux"]["gain_retenu"])
    for axis in AXES:
        split = of("gains", f" par {axis}")
        assert (split["par"], cents(split["valeur"]), parts(split)) == (axis, kept, kept), (place, n, axis)
    for question, figure in (("gains", ""), *((i.key, i.key) for i in BY_KEY.values() if i.lines)):
        why = of(f"pourquoi {question}")
        assert (why["chiffre"], parts(why)) == (figure, cents(why["valeur"])), (place, n, figure)
    assert cents(of("pourquoi gains")["valeur"]) == kept
    forecast = of("prévision")
    assert cents(forecast["valeur"]) == parts(forecast) == cents(of("pourquoi prévision")["valeur"]), (place, n)
    facts = forecast["faits"]
    assert cents(forecast["valeur"]) == kept + cents(facts["notifie"]) + cents(facts["report"])
    covered, rate = of("couverture"), of("performance")
    assert covered["faits"]["perimetre_traite"] == rate["faits"]["perimetre_traite"]
    assert cents(covered["faits"]["perimetre_traite"]) == cents(of("pourquoi couverture")["valeur"])
    assert cents(rate["faits"]["gain_annuel"]) == cents(of("pourquoi performance")["valeur"])
    assert parts(of("rejets")) == cents(total["retire"])
    assert cents(of("rejets")["valeur"]) == cents(total["retire"])
    assert parts(of("classement")) == kept
    moved = ask(f"qu'est-ce qui a changé {where} {n} depuis le 20/01/2022{left_out}")
    assert parts(moved) == cents(moved["valeur"]) == kept - cents(moved["faits"]["retenu_avant"])
    evolved = ask(f"évolution {where}{left_out}")
    assert {li["libelle"]: li["valeur"] for li in evolved["lignes"]}.get(str(n)) in (None, total["valeur"])
    assert cents(of("statut")["totaux"]["gain_retenu"]) == kept
    locked = of("gains", " au verrou")
    assert locked["valeur"] in (None, locked["totaux"]["gain_retenu"])
    assert not locked["lignes"], "a total alone"


TOLD = {"gains", "pourquoi", "prevision", "couverture", "performance", "rejets", "classement", "changements", "evolution",
        "qualite", "comparaison", "objectif", "statut", "verrou"}  # fmt: skip
WITHOUT_FIGURE = {"taches", "retards", "alertes", "echeances"}
"""They count things to do, tabs, findings or days: nothing that adds up."""


def test_every_question_that_gives_a_figure_is_held() -> None:
    assert set(BY_KEY) == TOLD | WITHOUT_FIGURE
    assert {i.key for i in BY_KEY.values() if i.axes == EVERY_AXIS} <= TOLD
    assert set(AXES) == {"ght", "etablissement", "region", *COLUMNS}


def test_a_day_that_has_not_come_is_no_day_to_compare_with(folder: Callable[[int], Story]) -> None:
    region = folder(1000).region.dated(date(2022, 1, 23))
    r = region.ask("qu'est-ce qui a changé BFC 2021 depuis le 01/02/2022")
    assert r["valeur"] is None
    assert "n'est pas encore venu" in r["texte"]


def is_what_the_oracle_says(story: Story, day: date) -> None:
    """Kept, forecast, treated, quality: by GHT and for all four of them, to the cent."""
    view, books = story.region.dated(day).view, story.books(day)
    for n in (2021, 2022):
        for ght in (GA, GB, GC, GD):
            s, ours = Subject(Scope("ght", ght), n), {ght}
            foreseen, covered, rate, quality = (f(view, s) for f in (forecast, coverage, performance, line_quality))
            where = (story.chance, day, ght, n)
            said = gains(view, s)
            assert said.totals.kept == cents(books.kept(n, ours)), where
            assert said.value == (None if said.nothing_received else said.totals.kept), where
            assert foreseen.facts["notifie"] == cents(books.notified(n, ours)), where
            assert foreseen.facts["report"] == cents(books.inherited(n, ours)), where
            unknown = foreseen.nothing_received and not foreseen.facts["anciens"]
            assert (foreseen.value is None) == unknown, where
            assert (foreseen.value or 0) == cents(books.forecast(n, ours)), where
            gain, reference = books.treated(n, ours)
            assert (rate.facts["gain_annuel"], rate.facts["perimetre_traite"]) == (cents(gain), cents(reference)), where
            theirs = sum(home == ght for home in books.homes(n).values())
            assert (covered.facts["perimetre_traite"], covered.facts["achats"]) == (
                cents(reference),
                theirs * BOUGHT * 100,
            )
            declared, sound, kept = books.quality(n, ours)
            assert quality.value == (Decimal(sound) / declared if declared else None), where
            assert quality.facts.get("qualite_apres") == (Decimal(kept) / declared if declared else None), where


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_figures_of_a_generated_register_add_up_and_are_the_oracles(
    folder: Callable[[int], Story], seed: int
) -> None:
    story = folder(seed)
    asked = random.Random(seed)
    for day in lived(story):
        is_what_the_oracle_says(story, day)
        for n in (2021, 2022):
            for place in asked.sample(PLACES, 2):

                def ask(question: str, day: date = day) -> dict[str, Any]:
                    return story.said.setdefault((day, question), story.region.ask(question))

                adds_up(ask, place, n)
        story.said[day, "compare"] = both = story.region.ask(f"compare {GA} et {GC} 2022")
        if both["valeur"] is not None:
            left, right = (cents(li["valeur"]) for li in both["lignes"])
            assert cents(both["valeur"]) == left - right
    story.region.dated(date(2023, 6, 1))
    for (day, question), answer in asked.sample(sorted(story.said.items(), key=lambda i: (i[0][0], i[0][1])), 60):
        if question != "compare":
            assert story.region.ask(question, day) == answer, (day, question)
