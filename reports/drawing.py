"""Draws a `Chart` as a PNG that is read on a telephone: a row per name, its amount beside it, its bar below.

Never through pyplot, whose current figure is shared between threads; never decides what is shown: see `dessins`.
"""

from __future__ import annotations

import io
import re
import textwrap
from decimal import Decimal
from threading import Lock
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from config.french import NO_BREAK_SPACE, rounded_amount
from reports.charts import Bar, BarPiece, Chart, ChartPart, parts

WIDTH, POINTS = 6.0, 180
"""Inches, and points to the inch: 1 080 points across, a telephone's width."""
MARGIN = 0.25
TITLE_LINE_HEIGHT, NAME_LINE_HEIGHT, FOOTER_LINE_HEIGHT, BAR_HEIGHT, SPACE_BETWEEN = 0.28, 0.235, 0.19, 0.15, 0.15
"""Heights in inches: a line of title, of name, of caption; a bar; what is left under it."""
TITLE_CHARACTERS, CHARACTERS, FOOTER_CHARACTERS = 43, 60, 76
"""Characters that fit across, in a title, in a row, in a caption."""
INK, GREY, RULE_LINE = "#1F2A44", "#5B6472", "#D5DAE2"
COLOURS: dict[ChartPart, dict[str, Any]] = {
    ChartPart.KEPT: {"facecolor": "#0072B2"},
    ChartPart.UNDER_ALERT: {"facecolor": "#0072B2", "edgecolor": "#FFFFFF", "hatch": "....."},
    ChartPart.LOSS: {"facecolor": "#D55E00"},
    ChartPart.STRUCK: {"facecolor": "#FFFFFF", "edgecolor": "#E69F00", "hatch": "//////"},
    ChartPart.NOTIFIED: {"facecolor": "#56B4E9"},
    ChartPart.REPORT: {"facecolor": "#009E73"},
    ChartPart.IMPUTED_APART: {"facecolor": "#FFFFFF", "edgecolor": GREY, "linestyle": ":"},
    ChartPart.ANSWERED: {"facecolor": "#0072B2"},
    ChartPart.SEEN: {"facecolor": "#FFFFFF", "edgecolor": "#E69F00", "hatch": "//////"},
    ChartPart.NOTHING: {"facecolor": "#FFFFFF", "edgecolor": GREY, "linestyle": ":"},
}
"""Okabe and Ito's colours, told apart by all; what is not kept is told by its hatching too."""
KEY_SQUARE = 0.055
"""The length of a mark that measures nothing, as a share of the width."""


ONE_AT_A_TIME = Lock()
"""matplotlib says of itself that it is not thread-safe, and the chat answers in several threads."""


def png(d: Chart) -> bytes:
    """The picture's bytes. The same drawing gives the same bytes."""
    buffer = io.BytesIO()
    with ONE_AT_A_TIME:
        figure(d).savefig(buffer, format="png", dpi=POINTS, metadata={"Software": None})
    return buffer.getvalue()


def figure(d: Chart) -> Figure:
    """The picture before it is written, as tall as its rows need."""
    title = _wrap(d.title, TITLE_CHARACTERS)
    footer = [line for part in d.footer for line in _wrap(part, FOOTER_CHARACTERS)]
    key = len(_key_lines(d))
    top = MARGIN + TITLE_LINE_HEIGHT * len(title) + (0.12 + NAME_LINE_HEIGHT * key if key else 0) + 0.16
    body = sum(_height(b, d) for b in d.bars)
    bottom = (0.3 if d.in_euros else 0.1) + FOOTER_LINE_HEIGHT * len(footer) + MARGIN * 0.8
    whole_height = top + body + bottom
    f = Figure(figsize=(WIDTH, whole_height), dpi=POINTS, facecolor="white")
    axes = f.add_axes((MARGIN / WIDTH, bottom / whole_height, 1 - 2 * MARGIN / WIDTH, body / whole_height))
    _trace(axes, d, body)
    y = whole_height - MARGIN
    f.text(
        MARGIN / WIDTH,
        y / whole_height,
        "\n".join(title),
        va="top",
        size=14.5,
        weight="bold",
        color=INK,
        linespacing=1.25,
        parse_math=False,
    )
    _draw_key(f, d, (y - TITLE_LINE_HEIGHT * len(title) - 0.12) / whole_height, whole_height)
    f.text(
        MARGIN / WIDTH,
        MARGIN * 0.7 / whole_height,
        "\n".join(footer),
        va="bottom",
        size=9.5,
        color=GREY,
        linespacing=1.3,
        parse_math=False,
    )
    return f


def _wrap(text: str, characters: int) -> list[str]:
    """The text in lines of that many characters, none of which begins with « : » or « ; »."""
    return textwrap.wrap(re.sub(" (?=[:;=—»])", NO_BREAK_SPACE, text), characters)


def _row_lines(b: Bar, d: Chart) -> list[str]:
    """What a row says, in one line when it fits, else the name and then its amount; never cut."""
    if not d.in_euros:
        return _wrap(f"{b.name} — {b.words}", CHARACTERS - 5)
    whole_text = f"{b.name} — {b.words}"
    return [whole_text] if len(whole_text) <= CHARACTERS else [*_wrap(b.name, CHARACTERS), *_wrap(b.words, CHARACTERS)]


def _height(b: Bar, d: Chart) -> float:
    return NAME_LINE_HEIGHT * len(_row_lines(b, d)) + (BAR_HEIGHT if d.in_euros else 0) + SPACE_BETWEEN


def _trace(axes: Axes, d: Chart, body: float) -> None:
    """Every row at its place; y is counted in inches from the top."""
    left, right = _bounds(d)
    axes.set_xlim(left, right)
    axes.set_ylim(body, 0)
    _draw_scale(axes, d)
    y = 0.0
    for b in d.bars:
        label_lines = _row_lines(b, d)
        x = left if d.in_euros else left + KEY_SQUARE * 1.4 * (right - left)
        axes.text(x, y + 0.02, "\n".join(label_lines), va="top", size=11, color=INK, linespacing=1.25, parse_math=False, zorder=5,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
        bottom = y + NAME_LINE_HEIGHT * len(label_lines)
        for m in b.bar_pieces:
            _draw_piece(axes, m, bottom if d.in_euros else y + 0.03, d, right - left)
        if b.objective is not None:
            axes.plot([b.objective] * 2, [bottom - 0.03, bottom + BAR_HEIGHT + 0.05], color=INK, linewidth=2.6, solid_capstyle="butt",
                      zorder=4, gid="objectif")  # fmt: skip
        y += _height(b, d)


def _draw_piece(axes: Axes, m: BarPiece, y: float, d: Chart, extent: float) -> None:
    large = m.a - m.start if d.in_euros else KEY_SQUARE * extent
    style = {"edgecolor": COLOURS[m.part].get("facecolor"), **COLOURS[m.part]}
    axes.barh(y, large, BAR_HEIGHT, left=m.start, align="edge", linewidth=1.1, zorder=3, label=m.part.value, **style)


def _bounds(d: Chart) -> tuple[float, float]:
    """From the lowest to the highest amount drawn, zero always among them, with a little room."""
    points = [0, *(x for b in d.bars for m in b.bar_pieces for x in (m.start, m.a))]
    points += [b.objective for b in d.bars if b.objective is not None]
    bottom, top = min(points), max(points)
    air = (top - bottom or 100) * 0.02
    return (bottom - air if bottom < 0 else bottom), top + air


def _draw_scale(axes: Axes, d: Chart) -> None:
    axes.set_yticks([])
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    if not d.in_euros:
        axes.set_xticks([])
        return
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: rounded_amount(int(Decimal(str(x))))))
    axes.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=GREY)
    axes.grid(axis="x", color=RULE_LINE, linewidth=0.8, zorder=0)
    axes.axvline(0, color=GREY, linewidth=1.0, zorder=2)


def _key_lines(d: Chart) -> list[list[str]]:
    """The words of the key, a list per line of it."""
    words = [p.value for p in parts(d)]
    if any(b.objective is not None for b in d.bars):
        words.append("objectif")
    lines: list[list[str]] = [[]]
    for word in words:
        if sum(len(m) + 6 for m in (*lines[-1], word)) > CHARACTERS:
            lines.append([])
        lines[-1].append(word)
    return lines


def _draw_key(f: Figure, d: Chart, y: float, whole_height: float) -> None:
    """The key: each part as it is drawn, then its word."""
    styles = {p.value: COLOURS[p] for p in ChartPart}
    for rank, line in enumerate(_key_lines(d)):
        x, here = MARGIN, y - (rank + 0.7) * NAME_LINE_HEIGHT / whole_height
        for word in line:
            if word in styles:
                style = {"edgecolor": styles[word].get("facecolor"), **styles[word]}
                f.add_artist(Rectangle((x / WIDTH, here), 0.24 / WIDTH, 0.13 / whole_height, linewidth=1.1, **style))
            else:
                f.add_artist(Line2D([(x + 0.12) / WIDTH] * 2, [here - 0.02 / whole_height, here + 0.15 / whole_height], color=INK, linewidth=2.6))  # fmt: skip
            f.text((x + 0.32) / WIDTH, here + 0.065 / whole_height, word, va="center", size=10, color=INK)
            x += 0.32 + 0.088 * len(word) + 0.25
