"""Questions as people type them: what is understood, and what is said when it is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest

from bots.answer_words import first_line
from bots.grammar.understand import understand
from bots.questions import BY_KEY, INTENTIONS
from config.folder import Folder
from config.territory import Scope
from reports.answer import Answer, Unit
from reports.view import Subject

MARCH_31 = date(2022, 3, 31)
BFC = Scope("region", "BFC")
JURA = Scope("ght", "BFC-08")
NIEVRE = Scope("ght", "BFC-06")

UNDERSTOOD = [
    ("gains bfc 2021 par famille", "gains", BFC, 2021, "famille"),
    ("gains BFC 2021", "gains", BFC, 2021, ""),
    ("combien a gagné le GHT du Jura ?", "gains", JURA, 2021, ""),
    ("combien a gagne le jura", "gains", JURA, 2021, ""),
    ("gians du jura 2021", "gains", JURA, 2021, ""),
    ("Gains GHT Nievre 2022 svp", "gains", NIEVRE, 2022, ""),
    ("gain achat ght jurra", "gains", JURA, 2021, ""),
    ("GHT Jura", "gains", JURA, 2021, ""),
    ("BFC-08", "gains", JURA, 2021, ""),
    ("par ght", "gains", BFC, 2021, "ght"),
    ("les gains par etablissement du GHT Jura", "gains", JURA, 2021, "etablissement"),
    ("gains par opérateurs", "gains", BFC, 2021, "operateur"),
    ("quel est le total des gains de la Bourgogne Franche-Comté", "gains", BFC, 2021, ""),
    ("gains bourgone franche comté", "gains", BFC, 2021, ""),
    ("objectif 2022 bfc", "objectif", BFC, 2022, ""),
    ("quel est notre objectif pour 2022 ?", "objectif", BFC, 2022, ""),
    ("a-t-on atteint l'objectif ?", "objectif", BFC, 2021, ""),
    ("qui n'a pas remis ?", "retards", BFC, 2021, ""),
    ("qui est en retard ?", "retards", BFC, 2021, ""),
    ("qui n'a pas encore rendu sa trame", "retards", BFC, 2021, ""),
    ("où en est la Nièvre ?", "statut", NIEVRE, 2021, ""),
    ("statut du GHT Jura", "statut", JURA, 2021, ""),
    ("avancement de la campagne", "statut", BFC, 2021, ""),
    ("qualité BFC 2021", "qualite", BFC, 2021, ""),
    ("peut-on avoir confiance dans les chiffres du Jura", "qualite", JURA, 2021, ""),
    ("rejets du GHT Jura", "rejets", JURA, 2021, ""),
    ("qu'est-ce qui a été retiré dans la Nièvre ?", "rejets", NIEVRE, 2021, ""),
    ("taux de couverture bfc", "couverture", BFC, 2021, ""),
    ("pourquoi gains GHT Jura 2021", "pourquoi", JURA, 2021, ""),
    ("pourquoi ce chiffre pour le Jura ?", "pourquoi", JURA, 2021, ""),
    ("gains de l'an dernier", "gains", BFC, 2020, ""),
    ("gains 390780146", "gains", Scope("etablissement", "390780146"), 2021, ""),
    ("gains du CH de Morteau", "gains", Scope("etablissement", "250000221"), 2021, ""),
    ("combien pour Dijon en 2021", "gains", Scope("etablissement", "210780581"), 2021, ""),
    ("gains GHT Sud Côte d'Or", "gains", Scope("ght", "BFC-12"), 2021, ""),
    ("gains de la haute saone", "gains", Scope("ght", "BFC-11"), 2021, ""),
    ("gains centre franche comté", "gains", Scope("ght", "BFC-07"), 2021, ""),
    ("gains nord franche-comte", "gains", Scope("ght", "BFC-09"), 2021, ""),
    ("gains France 2021", "gains", Scope("national", "FR"), 2021, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intention", "scope", "exercice", "by"), UNDERSTOOD, ids=[c[0] for c in UNDERSTOOD])
def test_a_question_is_understood_as_typed(
    text: str, intention: str, scope: Scope, exercice: int, by: str, folder: Folder
) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert (q.intention, q.subject) == (intention, Subject(scope, exercice, None, by)), q.hints


@pytest.mark.parametrize("intention", INTENTIONS, ids=lambda i: i.key)
def test_the_example_of_each_question_is_understood(intention, folder: Folder) -> None:  # type: ignore[no-untyped-def]
    assert understand(intention.example, folder, MARCH_31, BFC).intention == intention.key


@pytest.mark.parametrize(
    "text", ["gains du Finistère", "gains GHT Toulouse", "retards du Gard 2021", "objectif pour Limoges"]
)
def test_an_unknown_territory_never_becomes_the_whole_region(text: str, folder: Folder) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert q.intention is None
    assert "Je ne connais pas" in q.hints


@pytest.mark.parametrize(("text", "names"), [
    ("gains yonne", ("GHT Nord Yonne", "GHT Sud Yonne")),
    ("gains bourgogne", ("Bourgogne-Franche-Comté", "GHT Bourgogne méridionale")),
    ("gains jura et nièvre", ("GHT Jura", "GHT Nièvre")),
])  # fmt: skip
def test_a_name_that_fits_two_territories_is_asked_back(text: str, names: tuple[str, ...], folder: Folder) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert q.intention is None
    assert all(name in q.hints for name in names)


@pytest.mark.parametrize("text", [
    "gains vesoul", "gains UGAP", "gains médicaments", "gains au 28/02/2022", "gains par mois", "qualité par ght",
    "gains du premier semestre 2021",
])  # fmt: skip
def test_what_cannot_be_answered_is_said_rather_than_answered_beside(text: str, folder: Folder) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert q.intention is None
    assert q.hints


def test_an_ordinary_word_is_not_a_region(folder: Folder) -> None:
    assert understand("qui na pas remis", folder, MARCH_31, BFC).subject == Subject(BFC, 2021)
    assert understand("gains NA 2021", folder, MARCH_31, BFC).subject == Subject(Scope("region", "NA"), 2021)


def test_the_region_of_someone_of_a_ght_is_the_region_above(folder: Folder) -> None:
    q = understand("gains de la région", folder, MARCH_31, JURA)
    assert q.subject == Subject(BFC, 2021)


@pytest.mark.parametrize("text", ["quel temps fait-il", "azerty uiop", "???", "merci beaucoup"])
def test_what_is_not_a_question_of_ours_gets_examples(text: str, folder: Folder) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert q.intention in (None, "aide")
    assert q.subject is None


def test_pourquoi_alone_is_about_the_last_question(folder: Folder) -> None:
    before = Subject(JURA, 2021, None, "famille")
    last_time = ("gains", before)
    assert understand("pourquoi ?", folder, MARCH_31, BFC, last_time).subject == before
    assert understand("pourquoi ce montant", folder, MARCH_31, BFC, last_time).subject == before
    assert understand("pourquoi la Nièvre ?", folder, MARCH_31, BFC, last_time).subject == Subject(NIEVRE, 2021)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("qu'est-ce qui a changé depuis le 15/03 ?", date(2022, 3, 15)),
        ("qu'est-ce qui a changé depuis le 15/09 ?", date(2021, 9, 15)),
        ("changements du Jura depuis le 1er mars 2022", date(2022, 3, 1)),
        ("qu'est ce qui a bougé depuis hier", date(2022, 3, 30)),
        ("gains du Jura depuis le 12/03/2022", date(2022, 3, 12)),
        ("quoi de neuf depuis une semaine ?", date(2022, 3, 24)),
        ("quoi de neuf depuis 10 jours", date(2022, 3, 21)),
    ],
)
def test_a_change_is_asked_from_a_day(text: str, since: date, folder: Folder) -> None:
    q = understand(text, folder, MARCH_31, BFC)
    assert (q.intention, q.subject and q.subject.since) == ("changements", since), q.hints


def test_pourquoi_after_a_change_asks_for_the_lines_that_moved(folder: Folder) -> None:
    before = Subject(JURA, 2021, None, "", date(2022, 3, 15))
    q = understand("pourquoi ?", folder, MARCH_31, BFC, ("changements", before))
    assert (q.intention, q.subject and q.subject.by) == ("changements", "ligne")


def test_a_campaign_may_be_named(folder: Folder) -> None:
    q = understand("gains jura mi-année 2022", folder, MARCH_31, BFC)
    assert q.subject == Subject(JURA, 2022, "2022-mi-annee")


def test_what_no_sentence_was_written_for_is_said_plainly(folder: Folder) -> None:
    answer = Answer("qualite", JURA, 2021, "2021-annuelle", MARCH_31, None, "EUR", 1, 1)
    figures: list[tuple[int | Decimal | None, Unit]] = [
        (None, "EUR"), (1_300_000_00, "EUR"), (Decimal("0.925"), "taux"), (12, "constats")]  # fmt: skip
    with mock.patch.dict(BY_KEY, qualite=replace(BY_KEY["qualite"], sentence=None)):
        said = [first_line(replace(answer, value=value, unit=unit), folder) for value, unit in figures]
    assert [p.removeprefix("Taux de qualité du GHT Jura en 2021 : ") for p in said] == [
        "rien n'est reçu, il n'y a pas encore de chiffre.", "1,3\u00a0M€.", "92,5\u00a0%.", "12."]  # fmt: skip


def test_several_exercices_of_a_figure_told_of_one_are_asked_one_at_a_time(folder: Folder) -> None:
    for intention in INTENTIONS:
        q = understand(f"{intention.suggests('Jura', 2020)} de 2020 à 2021", folder, MARCH_31, BFC)
        if not intention.of_several:
            assert q.intention is None, intention.key


ROOT = Path(__file__).parent.parent
BY_NAME = ("bots/grammar/", "reports/disclosure.py")
"""What turns one question into another, and what may be told of each total: they name questions."""


def named_questions(source: str) -> Iterator[str]:
    """Where code asks which question it has before it, or keeps a table by question."""
    for node in ast.walk(ast.parse(source)):
        compared = isinstance(node, ast.Compare) and "intention" in ast.unparse(node)
        among = [*ast.walk(node)] if compared else node.keys if isinstance(node, ast.Dict) else []
        names = [k.value for k in among if isinstance(k, ast.Constant) and k.value in BY_KEY]
        if names and (compared or len(names) > 1):
            yield ast.unparse(node)


def test_what_is_particular_to_a_question_stands_in_its_record() -> None:
    paths = [
        p.relative_to(ROOT).as_posix() for piece in ("bots", "reports", "jobs") for p in (ROOT / piece).rglob("*.py")
    ]
    found = {p: list(named_questions((ROOT / p).read_text("utf-8"))) for p in paths if not p.startswith(BY_NAME)}
    assert not {p: names for p, names in found.items() if names}
    assert list(named_questions("if r.intention == 'taches': ...")) == ["r.intention == 'taches'"]
    assert list(named_questions("TITLES = {'gains': f, 'rejets': g}"))
