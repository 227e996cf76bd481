"""The buttons under an answer: each asks a question that stands by itself, whoever presses it and whenever. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from config.folder import Folder
from config.territory import Scope
from reports.view import Subject


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A button: its words, and the question it asks; `confirmation` is what is said before it is taken at its word."""

    key: str
    words: str
    question: str
    confirmation: str = ""


Words = Callable[[Subject, str], str]
"""A subject, and when → the question that gets a figure; empty when no words get it again."""
Button = Callable[[Subject, str], NextQuestion | None]
"""A subject, and when → what is asked next of it, if anything."""


def next_questions(makers: Iterable[Button], subject: Subject, folder: Folder) -> Sequence[NextQuestion]:
    """The buttons of an answer that have something to ask of its subject."""
    when = f"{subject.exercice} {_moment(subject, folder)}".strip()
    return [one for maker in makers if (one := maker(subject, when))]


def named(name: str) -> Words:
    """« prévision BFC 2021 », « gains BFC 2021 par famille »."""

    def words(subject: Subject, when: str) -> str:
        by = f" par {subject.by}" if subject.by else ""
        return f"{name} {_place(subject.scope)} {when}{by}{_except_places(subject)}"

    return words


gains = named("gains")


def ranking(subject: Subject, when: str) -> str:
    """Nothing for the rank of one place, which is no picture."""
    return "" if subject.place else named("classement")(subject, when)


def evolution(subject: Subject, _: str) -> str:
    from_to = f" de {subject.exercices[0]} à {subject.exercices[-1]}" if subject.exercices else ""
    return f"évolution {_place(subject.scope)}{from_to}{_except_places(subject)}"


def comparison(subject: Subject, _: str) -> str:
    if subject.others:
        return f"compare {' et '.join(map(_place, (subject.scope, *subject.others)))} {subject.exercice}"
    return f"compare {_place(subject.scope)} {' et '.join(map(str, subject.exercices))}"


def why(name: str) -> Button:
    """The lines behind the figure of one exercice."""

    def button(subject: Subject, when: str) -> NextQuestion | None:
        asked = named(f"pourquoi {name}")(replace(subject, by=""), when)
        return None if len(subject.exercices) > 1 else NextQuestion("pourquoi", "Pourquoi ?", asked)

    return button


def by_ght(subject: Subject, when: str) -> NextQuestion | None:
    if subject.scope.type not in ("national", "region"):
        return None
    return NextQuestion("par-ght", "Par GHT", gains(replace(subject, by="ght"), when))


def by_family(subject: Subject, when: str) -> NextQuestion:
    return NextQuestion("par-famille", "Par famille", gains(replace(subject, by="famille"), when))


def as_picture(words: Words) -> Button:
    def button(subject: Subject, when: str) -> NextQuestion | None:
        said = "" if subject.figure else words(subject, when)
        return NextQuestion("image", "En image", f"{said} en image") if said else None

    return button


def as_workbook(subject: Subject, when: str) -> NextQuestion | None:
    """The lines of a total."""
    if subject.figure:
        return None
    return NextQuestion("tableur", "Feuille de calcul", f"{gains(subject, when)} en tableur")


def handed_back(subject: Subject, when: str) -> NextQuestion | None:
    """A GHT's return."""
    if subject.scope.type not in ("ght", "etablissement"):
        return None
    return NextQuestion("retour", "Son retour", f"retour {_place(subject.scope)} {when}")


BROKEN_DOWN: tuple[Button, ...] = (by_ght, by_family)
OPENED: tuple[Button, ...] = (why("gains"), *BROKEN_DOWN)
"""What opens a figure that stands on gains."""
LINES: tuple[Button, ...] = (as_picture(gains), as_workbook)


def _except_places(subject: Subject) -> str:
    return f" sauf {' et '.join(map(_place, subject.but_for))}" if subject.but_for else ""


def _place(p: Scope) -> str:
    return "france" if p.type == "national" else p.code


def _moment(subject: Subject, folder: Folder) -> str:
    campaign = folder.campaigns.get(subject.campaign or "")
    return campaign.moment if campaign else ""
