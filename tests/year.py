"""A year of 136 GHT and 400 people, drawn once: who belongs where, what each of them does, and when. Repeatable."""

from __future__ import annotations

import csv
import random
import re
from collections import namedtuple
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from config.folder import Folder, load_folder
from sheets.judged import JudgedWorkbook, Line, Tab
from sheets.stamp import Stamp
from sheets.trames.paat import ACTIONS, PAAT
from tests.bench.country import make_country_folder
from tests.oracle_year import CLOSES_AT, PARIS, Campaign, YearPlan, next_working_moment

FIRST_DAY, LAST_DAY = date(2022, 6, 1), date(2023, 5, 31)
CAMPAIGNS = ("2022-mi-annee", "2022-annuelle")
TEAMLESS = ("GHT-135",)
"""GHT of which nobody is known: their referent is told."""
KEYS = [c.key for c in ACTIONS.typed_columns]
Values: Any = namedtuple("Valeurs", KEYS)  # type: ignore[misc]
WORTH_NOTHING = ACTIONS.worth(ACTIONS.line(), 2022, LAST_DAY)


def people_country(path: Path, random_source: random.Random) -> tuple[Folder, YearPlan]:
    """The country's folder with its 400 people, and what they will do."""
    folder = make_country_folder(path)
    ghts, plan = sorted(folder.territory.ghts), YearPlan()
    persons = _write_persons(folder, ghts, plan, random_source)
    assert len(persons) == 400
    with (path / "personnes.csv").open("w", newline="", encoding="utf-8") as f:
        table = csv.writer(f, delimiter=";")
        table.writerow(("email", "fonction", "role", "perimetre", "code", "suppleant", "absence_debut", "absence_fin",
                        "direction", "slack"))  # fmt: skip
        for email, (role, scope, code, direction, slack) in persons.items():
            start, end, deputy = plan.absences.get(email, ("", "", ""))
            table.writerow((email, "Fonction", role, scope, code, deputy, start, end, direction, slack))
    _silence_alerts(path)
    folder = load_folder(path)
    for code in CAMPAIGNS:
        c = folder.campaigns[code]
        plan.campaigns.append(Campaign(code, c.opening, c.deadline, c.lock))
    for c_ in plan.campaigns:
        for ght in ghts:
            _live_campaign(c_, ght, plan, random_source)
    return folder, plan


def _silence_alerts(path: Path) -> None:
    """The oracle knows who owes what, not where a territory stands: alerts are tested apart."""
    rungs, settings = (path / name for name in ("rappels.csv", "reglages.toml"))
    lines = rungs.read_text(encoding="utf-8").splitlines(keepends=True)
    rungs.write_text("".join(li for li in lines if ";alerte;" not in li), encoding="utf-8")
    text = settings.read_text(encoding="utf-8").replace('jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    settings.write_text(re.sub(r"(variation|ligne_retiree) = \d+", r"\1 = 1000000000", text), encoding="utf-8")


def _write_persons(
    folder: Folder, ghts: list[str], plan: YearPlan, random_source: random.Random
) -> dict[str, tuple[str, str, str, str, str]]:
    regions = {g: folder.territory.ghts[g].region for g in ghts}
    result = {f"referent.{r}@x.invalid".lower(): ("ars", "region", r, "", "") for r in sorted(set(regions.values()))}
    result |= {f"suppleant.{n}@x.invalid".lower(): ("lecture", "national", "FR", "", "") for n in range(25)}
    for rank, g in enumerate(ghts):
        referent = f"referent.{regions[g]}@x.invalid".lower()
        if g in TEAMLESS:
            plan.teams[g] = {role: [referent] for role in ("ght", "direction", "referent")}
            continue
        team = [f"chef.{g}@x.invalid".lower()] + ([f"second.{g}@x.invalid".lower()] if rank < 103 else [])
        direction = [f"directeur.{g}@x.invalid".lower()] if rank < 120 else []
        result |= dict.fromkeys(team, ("ght", "ght", g, "", ""))
        result |= dict.fromkeys(direction, ("ght", "ght", g, "oui", ""))
        plan.teams[g] = {"ght": team, "direction": direction or team, "referent": [referent]}
    for rank, email in enumerate(sorted(result)):
        if random_source.random() < 0.6:
            result[email] = (*result[email][:4], f"U{rank:05d}")
        if email.startswith(("chef", "directeur", "second")) and random_source.random() < 0.1:
            leaves_on = FIRST_DAY + timedelta(days=random_source.randrange(330))
            plan.absences[email] = (
                leaves_on,
                leaves_on + timedelta(days=random_source.randrange(5, 30)),
                f"suppleant.{rank % 25}@x.invalid".lower(),
            )
    return result


def _live_campaign(c: Campaign, ght: str, plan: YearPlan, random_source: random.Random) -> None:
    """What one GHT does in one campaign: some never answer, some late, some twice; one in eight asks for more time."""
    if random_source.random() < 0.12:
        granted = datetime.combine(c.deadline - timedelta(days=random_source.randrange(2, 12)), time(11, 30), PARIS)
        plan.extensions[c.code, ght] = (granted, c.deadline + timedelta(days=random_source.randrange(5, 25)))
    if random_source.random() < 0.85:
        days = (c.lock - c.opening).days
        result = c.opening + timedelta(days=random_source.randrange(4, days + 6))
        when = _any_hour(result, random_source)
        read_files = [(when, True)]
        if random_source.random() < 0.4:
            draft = _any_hour(result - timedelta(days=random_source.randrange(1, 4)), random_source)
            read_files.insert(0, (draft, False))
        plan.sendings[c.code, ght] = read_files
    if (c.code, ght) not in plan.extensions:
        for p in plan.teams[ght]["ght"]:
            if p.startswith("chef") and random_source.random() < 0.3:
                stage = random_source.choice(("J-30", "J-15", "J-7"))
                plan.replies[c.code, ght, p] = (stage, random_source.choice(("noter", "reporter")))


def _any_hour(day: date, random_source: random.Random) -> datetime:
    """Any hour, nights and weekends included, but for the hours in which failures of the morning are mended."""
    return datetime.combine(
        day, time(random_source.choice((1, 7, 13, 14, 15, 17, 20, 23)), random_source.randrange(60)), PARIS
    )


def workbook(folder: Folder, campaign: str, ght: str, handed_in: bool) -> JudgedWorkbook:
    """A judged file with one line in each tab."""
    c = folder.campaigns[campaign]
    empty: dict[str, Any] = dict.fromkeys(KEYS)
    tabs = []
    for e in folder.territory.members(ght, c.situation):
        values = Values(**{**empty, "action_id": "0001", "statut": "potentiel", "intitule": "Gants"})
        tabs.append(Tab(e.name, e.finess, {}, (Line(9, "0001", values, WORTH_NOTHING),), table=ACTIONS.code))
    stamp = Stamp("paat", PAAT.version, ght, campaign)
    return JudgedWorkbook(f"{ght}.xlsx", stamp, tuple(tabs), (), True, handed_in, "", c.exercice)


def instants(plan: YearPlan, moments: list[datetime]) -> list[datetime]:
    """When the service ticks: whenever something falls due, at both ends of every day, on the nights clocks change."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    day_ends = [datetime.combine(j, h, PARIS) for j in days for h in (time(9), CLOSES_AT)]
    clock_changes = [
        datetime.combine(
            j,
            time(2, 30),
            PARIS,
        )
        for j in (date(2022, 10, 30), date(2023, 3, 26))
    ]
    hour_twice = [n.replace(fold=1) for n in clock_changes]
    return sorted(
        {*moments, *day_ends, *clock_changes, *hour_twice, *(next_working_moment(b) for b in day_ends)},
        key=lambda i: i.timestamp(),
    )
