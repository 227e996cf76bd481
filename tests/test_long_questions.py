"""A question as long as anyone likes is read in a time that grows with its length, and past a length it is refused, said."""

from datetime import date
from typing import Any

import pytest

from bots.grammar import lexicon
from bots.grammar.understand import LONGEST, understand
from bots.slack import conversation
from config.folder import EXAMPLE, load_folder
from config.rights import AT_KEYBOARD
from config.territory import Scope
from tests.region import Region, answer_as_json, new_region

WORDS = ["gains jura par famille et ", "sauf ght jura ", "x", "2021 ", "peux tu ", "jura nievre yonne ", "<", "de l'"]
REGION = Scope("region", "BFC")


def ask(text: str) -> str:
    question = understand(text, load_folder(EXAMPLE), date(2022, 3, 31), REGION)
    return str(question.hints)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("length", [LONGEST + 1, 10_000, 1_000_000])
def test_past_the_length_that_is_read_it_is_said(word: str, length: int) -> None:
    assert f"trop longue : j'en lis {LONGEST} caractères au plus" in ask((word * length)[:length])


def test_a_question_of_the_full_length_is_still_answered() -> None:
    question = "gains du jura 2021".ljust(LONGEST)
    assert understand(question, load_folder(EXAMPLE), date(2022, 3, 31), REGION).intention == "gains"


@pytest.mark.parametrize("word", WORDS)
def test_the_words_looked_at_grow_with_the_words_said(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    known = lexicon.territories

    def counted(words: list[str], *rest: Any) -> Any:
        looked.append(len(words))
        return known(words, *rest)

    monkeypatch.setattr(lexicon, "territories", counted)
    monkeypatch.setattr("bots.grammar.understand.LONGEST", 10_000)
    for length in (500, 1_000, 2_000):
        looked.clear()
        text = (word * length)[:length]
        ask(text)
        assert sum(looked) <= 2 * (lexicon.NAMED_AT_MOST + 1) * (len(text.split()) + length // 4)
        assert len(looked) <= 2 * lexicon.NAMED_AT_MOST + 2


def test_what_is_kept_of_it_is_no_longer_than_what_is_read(tmp_path: object) -> None:
    region: Region = new_region(tmp_path)  # type: ignore[arg-type]
    said = answer_as_json("gains " * 20_000, AT_KEYBOARD, region.view, region.hour)
    assert "trop longue" in str(said["texte"])
    ((kept,),) = region.db.execute("SELECT texte FROM questions")
    assert len(kept) == LONGEST + 1


def test_marks_of_slack_are_looked_for_in_what_a_question_may_be() -> None:
    assert len(conversation.question("<" * 1_000_000)) <= conversation.MARKED
    assert conversation.question("<@U1> gains <http://jura.fr|jura.fr>") == "gains jura.fr"
