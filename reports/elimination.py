"""What figures give away together: whether one of them is the others added up and taken from one another. Pure, exact.

A figure is a row, the whole number of times that each unknown enters it. Never looks at an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

Row = Mapping[Hashable, int]


class Span:
    """Every row that can be made from those it was given."""

    def __init__(self, rows: Sequence[tuple[Hashable, dict[Hashable, Fraction]]] = ()) -> None:
        self._rows = list(rows)

    def gives(self, row: Row) -> bool:
        """Whether that row can be made. One without any unknown always can."""
        return not self._rest(row)

    def one_row_more(self, row: Row) -> Span:
        """The same with one row more."""
        rest = self._rest(row)
        if not rest:
            return self
        pivot, by = next(iter(rest.items()))
        return Span([*self._rows, (pivot, {k: v / by for k, v in rest.items()})])

    def _rest(self, row: Row) -> dict[Hashable, Fraction]:
        """What is left of a row once all that the others give is taken out: each row knows no pivot of those before it."""
        rest = {k: Fraction(v) for k, v in row.items() if v}
        for pivot, known in self._rows:
            times = rest.get(pivot)
            if times:
                for k, v in known.items():
                    left = rest.get(k, Fraction(0)) - times * v
                    if left:
                        rest[k] = left
                    else:
                        rest.pop(k, None)
        return rest


class Figure(NamedTuple):
    """A figure of a page: its name, and of what unknowns it is made."""

    key: Hashable
    row: Row


Together = Callable[[Hashable, Hashable], bool]


def left_out(
    shown: Sequence[Figure], hidden: Sequence[Figure], clash: Together = lambda _a, _b: False
) -> dict[Hashable, Hashable]:
    """Of the figures one would show, the dearest first, those that must stay out, each with the one that keeps it out.

    What is then shown gives no hidden figure, whatever is added or taken away; and no two of them `clash`, which is told
    of amounts and not of rows. Rows without unknowns are no figures.
    """
    out: dict[Hashable, Hashable] = {}
    span, hidden = Span(), [f for f in hidden if any(f.row.values())]
    kept: list[Hashable] = []
    for figure in shown:
        wider = span.one_row_more(figure.row)
        given = next((h.key for h in hidden if wider is not span and wider.gives(h.row)), None)
        given = given if given is not None else next((k for k in kept if clash(k, figure.key)), None)
        if given is None:
            span = wider
            kept.append(figure.key)
        else:
            out[figure.key] = given
    return out
