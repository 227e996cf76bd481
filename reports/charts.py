"""An answer → what its picture shows: bars with their names, their amounts and their objectives, and the same in words.

Pure. Never draws: see `plots`. Names nothing that someone typed in a trame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from config.folder import Folder
from config.french import count_words, rounded_amount
from reports.answer import Answer, Element
from reports.progress import State
from reports.sayable import outside

TERRITORIES = ("ght", "region", "etablissement")
ALTERNATIVE = 1000
"""Characters that Slack keeps of a picture's text."""


class ChartPart(Enum):
    """What a piece of bar stands for; its value is the word of the key."""

    KEPT = "retenu"
    UNDER_ALERT = "retenu, sous alerte"
    LOSS = "perte (retenue)"
    STRUCK = "retiré"
    NOTIFIED = "notifié"
    REPORT = "report à reprendre"
    IMPUTED_APART = "imputé, à part"
    ANSWERED = "a répondu"
    SEEN = "vue, pas encore remise"
    NOTHING = "rien reçu"


@dataclass(frozen=True, slots=True)
class BarPiece:
    """A piece of bar, from one amount to another: cents, or tabs received."""

    part: ChartPart
    start: int
    a: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, what is said beside it, its pieces, and where its objective stands."""

    name: str
    words: str
    bar_pieces: tuple[BarPiece, ...] = ()
    objective: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture before it is drawn. `title` is the sentence that the answer says, `footer` on what it stands."""

    title: str
    footer: tuple[str, ...]
    bars: tuple[Bar, ...]
    in_euros: bool = True
    """Whether the bars measure cents; else they are marks of one length."""

    @property
    def alternative(self) -> str:
        """The same in words, for those who cannot see it; cut after a whole row when it is long."""
        text = f"{self.title} Graphique en barres"
        for rank, b in enumerate(self.bars):
            end = f"{' : ' if not rank else ' ; '}{b.name}, {b.words}"
            rest = f" ; et {count_words(len(self.bars) - rank, 'autre')}."
            if len(text) + len(end) + len(rest) > ALTERNATIVE:
                return text + rest
            text += end
        return f"{text}."


Bars = Callable[[Answer, Folder, Sequence[State]], Sequence[Bar]]
"""An answer, and where each GHT stands when it is about that → its bars."""


def chart_of(
    bars: Bars, r: Answer, states: Sequence[State], folder: Folder, title: str, footer: tuple[str, ...]
) -> Chart | None:
    """What the picture of an answer shows; None when it has nothing to show."""
    drawn = tuple(bars(r, folder, states))
    return Chart(title, footer, drawn, in_euros=not states) if drawn else None


def amount_bars(r: Answer, folder: Folder, _: Sequence[State] = ()) -> list[Bar]:
    return [_bar(e) for e in outside(r, folder).elements]


def ranked_bars(r: Answer, folder: Folder, _: Sequence[State] = ()) -> list[Bar]:
    return [_bar(e, e.rank) for e in outside(r, folder).elements]


def total_bars(r: Answer, folder: Folder, _: Sequence[State] = ()) -> list[Bar]:
    """By its parts, or as one bar for those to whom these are closed."""
    return amount_bars(r if r.elements else replace(r, elements=(_whole_as_one_bar(r, folder),)), folder)


def status_bars(_r: Answer, _f: Folder, states: Sequence[State]) -> list[Bar]:
    return [_state_bar(e) for e in states]


def late_bars(_r: Answer, _f: Folder, states: Sequence[State]) -> list[Bar]:
    return [_state_bar(e) for e in states if not e.has_answered or e.tabs < e.expected_tabs]


def _whole_as_one_bar(r: Answer, folder: Folder) -> Element:
    """The whole as one bar, for those to whom its parts are closed."""
    objective = r.objective.amount if r.objective else None
    t = r.totals
    return Element(folder.territory.name(r.scope), t.kept, struck=t.struck, objective=objective,
                   under_alert=r.under_alert)  # fmt: skip


def _bar(e: Element, *before: str) -> Bar:
    if e.value is None:
        return Bar(e.label, e.precision or "rien reçu", (), e.objective)
    kept = int(e.value)
    bar_pieces = _kept(kept, e.under_alert)
    if e.struck:
        bar_pieces.append(BarPiece(ChartPart.STRUCK, max(kept, 0), max(kept, 0) + e.struck))
    words = [*before, rounded_amount(kept)]
    if e.under_alert:
        words.append(f"dont {rounded_amount(e.under_alert)} sous alerte")
    if e.struck:
        words.append(f"{rounded_amount(e.struck)} retirés")
    if e.objective is not None:
        words.append(f"objectif {rounded_amount(e.objective)}")
    if e.provisional:
        words.append("provisoire")
    return Bar(e.label, ", ".join(words), tuple(bar_pieces), e.objective)


def _kept(cents: int, under: int) -> list[BarPiece]:
    """A kept amount: a loss, or what bears no alert, then what does."""
    if cents <= 0:
        return [BarPiece(ChartPart.LOSS, 0, cents)] if cents else []
    sound = max(cents - under, 0)
    return [
        m for m in (BarPiece(ChartPart.KEPT, 0, sound), BarPiece(ChartPart.UNDER_ALERT, sound, cents)) if m.start != m.a
    ]


def forecast_bars(r: Answer, _f: Folder, _s: Sequence[State] = ()) -> list[Bar]:
    """Each part where the one before ends, then their sum against the objective; the imputed part beside them."""
    bars, start, bar_pieces = [], 0, []
    parts = ((ChartPart.KEPT, "Retenu", r.totals.kept), (ChartPart.NOTIFIED, "Notifié", _amount(r, "notifie")),
             (ChartPart.REPORT, f"Report de {r.exercice - 1} à reprendre", _amount(r, "report")))  # fmt: skip
    for part, name, cents in parts:
        if not cents and part is not ChartPart.KEPT:
            continue
        bar_piece = BarPiece(ChartPart.LOSS if cents < 0 else part, start, start + cents)
        bars.append(Bar(name, rounded_amount(cents), (bar_piece,)))
        bar_pieces.append(bar_piece)
        start += cents
    objective = r.objective.amount if r.objective else None
    aim_words = f", objectif {rounded_amount(objective)}" if objective is not None else ""
    bars.append(
        Bar(f"Prévision {r.exercice}", f"{rounded_amount(int(r.value or 0))}{aim_words}", tuple(bar_pieces), objective)
    )
    if imputed := _amount(r, "impute"):
        name = f"À part : {count_words(r.count('absents'), 'GHT', 'GHT')} sans réponse"
        bars.append(
            Bar(
                name,
                f"{rounded_amount(imputed)} imputés",
                (BarPiece(ChartPart.IMPUTED_APART, start, start + imputed),),
            )
        )
    return bars


def _amount(r: Answer, fact: str) -> int:
    """Nothing when it is withheld."""
    return r.cents(fact) if fact in r.facts else 0


def _state_bar(e: State) -> Bar:
    """Where a GHT stands; why someone entered it on its behalf stays out, that is a text."""
    part = ChartPart.ANSWERED if e.has_answered else ChartPart.SEEN if e.progress == "vue" else ChartPart.NOTHING
    return Bar(e.ght.name, e.outside_words, (BarPiece(part, 0, 1),))


def parts(d: Chart) -> list[ChartPart]:
    """What the key explains: the parts that are drawn, in their order."""
    seen_parts = {m.part for b in d.bars for m in b.bar_pieces}
    return [p for p in ChartPart if p in seen_parts]
