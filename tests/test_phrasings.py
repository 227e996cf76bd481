"""Hundreds of questions as people really type them, each understood as it should be, or said not to be."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from bots.grammar.question import Question
from bots.grammar.understand import understand
from bots.questions import INTENTIONS
from config.folder import Folder
from config.french import text_key
from config.territory import Scope, ScopeKind
from reports.view import Subject

MARCH_31 = date(2022, 3, 31)
HOME_SCOPES = {
    "ars": Scope("region", "BFC"),
    "ght": Scope("ght", "BFC-08"),
    "etab": Scope("etablissement", "390780153"),
    "dgos": Scope("national", "FR"),
}
with (Path(__file__).parent / "data" / "phrasings.csv").open(encoding="utf-8", newline="") as file:
    SENTENCES = list(csv.DictReader(file, delimiter=";"))


def ask(sentence: dict[str, str], folder: Folder) -> Question:
    """The question, asked after those that the table puts before it."""
    home_scope, previous = HOME_SCOPES[sentence["profil"]], None
    for before in filter(None, sentence["apres"].split(" > ")):
        q = understand(before, folder, MARCH_31, home_scope, previous)
        assert q.intention, (before, q.hints)
        assert q.subject
        previous = (q.intention, q.subject)
    return understand(sentence["texte"], folder, MARCH_31, home_scope, previous)


def expected_answer(sentence: dict[str, str]) -> dict[str, str]:
    return dict(a.split("=", 1) for a in filter(None, sentence["autre"].split(",")))


def place(code: str) -> Scope:
    kinds: dict[bool, ScopeKind] = {"-" in code: "ght", code.isdigit(): "etablissement", code.isalpha(): "region"}
    return Scope(kinds[True], code)


def places(codes: str) -> tuple[Scope, ...]:
    return tuple(place(c) for c in filter(None, codes.split("+")))


def subject(sentence: dict[str, str]) -> Subject | None:
    """What the table says the question is about."""
    if not sentence["type"]:
        return None
    a = expected_answer(sentence)
    kind: ScopeKind = next(t for t in ("national", "region", "ght", "etablissement") if t == sentence["type"])
    return Subject(
        Scope(kind, sentence["code"]),
        int(sentence["exercice"]),
        a.get("campagne"),
        sentence["par"],
        date.fromisoformat(a["depuis"]) if "depuis" in a else None,
        others=places(a.get("contre", "")),
        exercices=tuple(int(n) for n in filter(None, a.get("exercices", "").split("+"))),
        but_for=places(a.get("sauf", "")),
        how_many=int(a.get("n", 0)),
        from_bottom=a.get("sens") == "bas",
        place=place(a["place"]) if "place" in a else None,
    )


@pytest.mark.parametrize(
    "sentence", SENTENCES, ids=lambda p: f"{p['profil']}: {p['apres']} > {p['texte']}".replace(":  >", ":")
)
def test_a_phrasing_is_understood_as_the_table_says(sentence: dict[str, str], folder: Folder) -> None:
    q = ask(sentence, folder)
    if sentence["intention"]:
        assert (q.intention, q.subject) == (sentence["intention"], subject(sentence)), (
            q.hints,
            sentence["commentaire"],
        )
        assert q.form == expected_answer(sentence).get("forme", "")
        return
    a = expected_answer(sentence)
    assert q.intention is None, (q.intention, q.subject)
    assert text_key(a.get("dit", "")) in text_key(q.hints)
    assert not a.get("propose") or any(p.startswith(a["propose"]) for p in q.suggestions), q.suggestions


def test_the_table_is_as_large_as_it_must_be() -> None:
    assert len({(p["texte"], p["apres"], p["profil"]) for p in SENTENCES}) == len(SENTENCES) >= 250
    assert sum(not p["intention"] for p in SENTENCES) >= 40
    assert {p["intention"] for p in SENTENCES} >= {i.key for i in INTENTIONS}
    assert all(p["commentaire"] for p in SENTENCES if not p["intention"])


def test_what_is_proposed_is_understood(folder: Folder) -> None:
    for sentence in SENTENCES:
        for suggestion in ask(sentence, folder).suggestions:
            q = understand(suggestion, folder, MARCH_31, HOME_SCOPES[sentence["profil"]])
            assert q.intention, (sentence["texte"], suggestion, q.hints)
