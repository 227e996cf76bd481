"""Hundreds of questions as people really type them, each understood as it should be, or said not to be."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from bots.grammar.question import Question
from bots.grammar.understand import comprend
from bots.questions import INTENTIONS
from config.folder import Dossier
from config.french import cle
from config.territory import Perimetre, TypePerimetre
from reports.view import Sujet

LE_31_MARS = date(2022, 3, 31)
CHEZ_SOI = {
    "ars": Perimetre("region", "BFC"),
    "ght": Perimetre("ght", "BFC-08"),
    "etab": Perimetre("etablissement", "390780153"),
    "dgos": Perimetre("national", "FR"),
}
with (Path(__file__).parent / "data" / "phrasings.csv").open(encoding="utf-8", newline="") as fichier:
    PHRASES = list(csv.DictReader(fichier, delimiter=";"))


def demande(phrase: dict[str, str], dossier: Dossier) -> Question:
    """The question, asked after those that the table puts before it."""
    chez_soi, precedente = CHEZ_SOI[phrase["profil"]], None
    for avant in filter(None, phrase["apres"].split(" > ")):
        q = comprend(avant, dossier, LE_31_MARS, chez_soi, precedente)
        assert q.intention, (avant, q.indices)
        assert q.sujet
        precedente = (q.intention, q.sujet)
    return comprend(phrase["texte"], dossier, LE_31_MARS, chez_soi, precedente)


def attendus(phrase: dict[str, str]) -> dict[str, str]:
    return dict(a.split("=", 1) for a in filter(None, phrase["autre"].split(",")))


def lieu(code: str) -> Perimetre:
    genres: dict[bool, TypePerimetre] = {"-" in code: "ght", code.isdigit(): "etablissement", code.isalpha(): "region"}
    return Perimetre(genres[True], code)


def lieux(codes: str) -> tuple[Perimetre, ...]:
    return tuple(lieu(c) for c in filter(None, codes.split("+")))


def sujet(phrase: dict[str, str]) -> Sujet | None:
    """What the table says the question is about."""
    if not phrase["type"]:
        return None
    a = attendus(phrase)
    genre: TypePerimetre = next(t for t in ("national", "region", "ght", "etablissement") if t == phrase["type"])
    return Sujet(
        Perimetre(genre, phrase["code"]),
        int(phrase["exercice"]),
        a.get("campagne"),
        phrase["par"],
        date.fromisoformat(a["depuis"]) if "depuis" in a else None,
        autres=lieux(a.get("contre", "")),
        exercices=tuple(int(n) for n in filter(None, a.get("exercices", "").split("+"))),
        sauf=lieux(a.get("sauf", "")),
        combien=int(a.get("n", 0)),
        du_bas=a.get("sens") == "bas",
        place=lieu(a["place"]) if "place" in a else None,
    )


@pytest.mark.parametrize(
    "phrase", PHRASES, ids=lambda p: f"{p['profil']}: {p['apres']} > {p['texte']}".replace(":  >", ":")
)
def test_a_phrasing_is_understood_as_the_table_says(phrase: dict[str, str], dossier: Dossier) -> None:
    q = demande(phrase, dossier)
    if phrase["intention"]:
        assert (q.intention, q.sujet) == (phrase["intention"], sujet(phrase)), (q.indices, phrase["commentaire"])
        assert q.forme == attendus(phrase).get("forme", "")
        return
    a = attendus(phrase)
    assert q.intention is None, (q.intention, q.sujet)
    assert cle(a.get("dit", "")) in cle(q.indices)
    assert not a.get("propose") or any(p.startswith(a["propose"]) for p in q.propositions), q.propositions


def test_the_table_is_as_large_as_it_must_be() -> None:
    assert len({(p["texte"], p["apres"], p["profil"]) for p in PHRASES}) == len(PHRASES) >= 250
    assert sum(not p["intention"] for p in PHRASES) >= 40
    assert {p["intention"] for p in PHRASES} >= {i.cle for i in INTENTIONS}
    assert all(p["commentaire"] for p in PHRASES if not p["intention"])


def test_what_is_proposed_is_understood(dossier: Dossier) -> None:
    for phrase in PHRASES:
        for proposition in demande(phrase, dossier).propositions:
            q = comprend(proposition, dossier, LE_31_MARS, CHEZ_SOI[phrase["profil"]])
            assert q.intention, (phrase["texte"], proposition, q.indices)
