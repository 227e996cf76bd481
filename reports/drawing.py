"""Draws a `Dessin` as a PNG that is read on a telephone: a row per name, its amount beside it, its bar below.

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

from config.french import INSECABLE, grand_montant
from reports.charts import Barre, Dessin, Morceau, Part, parts

LARGEUR, POINTS = 6.0, 180
"""Inches, and points to the inch: 1 080 points across, a telephone's width."""
MARGE = 0.25
LIGNE_TITRE, LIGNE_NOM, LIGNE_PIED, BARRE, ENTRE = 0.28, 0.235, 0.19, 0.15, 0.15
"""Heights in inches: a line of title, of name, of caption; a bar; what is left under it."""
SIGNES_TITRE, SIGNES, SIGNES_PIED = 43, 60, 76
"""Characters that fit across, in a title, in a row, in a caption."""
ENCRE, GRIS, TRAIT = "#1F2A44", "#5B6472", "#D5DAE2"
COULEURS: dict[Part, dict[str, Any]] = {
    Part.RETENU: {"facecolor": "#0072B2"},
    Part.UNDER_ALERT: {"facecolor": "#0072B2", "edgecolor": "#FFFFFF", "hatch": "....."},
    Part.PERTE: {"facecolor": "#D55E00"},
    Part.RETIRE: {"facecolor": "#FFFFFF", "edgecolor": "#E69F00", "hatch": "//////"},
    Part.NOTIFIE: {"facecolor": "#56B4E9"},
    Part.REPORT: {"facecolor": "#009E73"},
    Part.IMPUTE: {"facecolor": "#FFFFFF", "edgecolor": GRIS, "linestyle": ":"},
    Part.REPONDU: {"facecolor": "#0072B2"},
    Part.VUE: {"facecolor": "#FFFFFF", "edgecolor": "#E69F00", "hatch": "//////"},
    Part.RIEN: {"facecolor": "#FFFFFF", "edgecolor": GRIS, "linestyle": ":"},
}
"""Okabe and Ito's colours, told apart by all; what is not kept is told by its hatching too."""
PASTILLE = 0.055
"""The length of a mark that measures nothing, as a share of the width."""


UN_A_LA_FOIS = Lock()
"""matplotlib says of itself that it is not thread-safe, and the chat answers in several threads."""


def png(d: Dessin) -> bytes:
    """The picture's bytes. The same drawing gives the same bytes."""
    tampon = io.BytesIO()
    with UN_A_LA_FOIS:
        figure(d).savefig(tampon, format="png", dpi=POINTS, metadata={"Software": None})
    return tampon.getvalue()


def figure(d: Dessin) -> Figure:
    """The picture before it is written, as tall as its rows need."""
    titre = _plie(d.titre, SIGNES_TITRE)
    pied = [ligne for part in d.pied.split("\n") for ligne in _plie(part, SIGNES_PIED)]
    cle = len(_cle_de(d))
    haut = MARGE + LIGNE_TITRE * len(titre) + (0.12 + LIGNE_NOM * cle if cle else 0) + 0.16
    corps = sum(_hauteur(b, d) for b in d.barres)
    bas = (0.3 if d.en_euros else 0.1) + LIGNE_PIED * len(pied) + MARGE * 0.8
    toute = haut + corps + bas
    f = Figure(figsize=(LARGEUR, toute), dpi=POINTS, facecolor="white")
    axes = f.add_axes((MARGE / LARGEUR, bas / toute, 1 - 2 * MARGE / LARGEUR, corps / toute))
    _trace(axes, d, corps)
    y = toute - MARGE
    f.text(
        MARGE / LARGEUR,
        y / toute,
        "\n".join(titre),
        va="top",
        size=14.5,
        weight="bold",
        color=ENCRE,
        linespacing=1.25,
        parse_math=False,
    )
    _cle(f, d, (y - LIGNE_TITRE * len(titre) - 0.12) / toute, toute)
    f.text(
        MARGE / LARGEUR,
        MARGE * 0.7 / toute,
        "\n".join(pied),
        va="bottom",
        size=9.5,
        color=GRIS,
        linespacing=1.3,
        parse_math=False,
    )
    return f


def _plie(texte: str, signes: int) -> list[str]:
    """The text in lines of that many characters, none of which begins with « : » or « ; »."""
    return textwrap.wrap(re.sub(" (?=[:;=—»])", INSECABLE, texte), signes)


def _lignes(b: Barre, d: Dessin) -> list[str]:
    """What a row says, in one line when it fits, else the name and then its amount; never cut."""
    if not d.en_euros:
        return _plie(f"{b.nom} — {b.mots}", SIGNES - 5)
    entiere = f"{b.nom} — {b.mots}"
    return [entiere] if len(entiere) <= SIGNES else [*_plie(b.nom, SIGNES), *_plie(b.mots, SIGNES)]


def _hauteur(b: Barre, d: Dessin) -> float:
    return LIGNE_NOM * len(_lignes(b, d)) + (BARRE if d.en_euros else 0) + ENTRE


def _trace(axes: Axes, d: Dessin, corps: float) -> None:
    """Every row at its place; y is counted in inches from the top."""
    gauche, droite = _bornes(d)
    axes.set_xlim(gauche, droite)
    axes.set_ylim(corps, 0)
    _echelle(axes, d)
    y = 0.0
    for b in d.barres:
        dits = _lignes(b, d)
        x = gauche if d.en_euros else gauche + PASTILLE * 1.4 * (droite - gauche)
        axes.text(x, y + 0.02, "\n".join(dits), va="top", size=11, color=ENCRE, linespacing=1.25, parse_math=False, zorder=5,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
        bas = y + LIGNE_NOM * len(dits)
        for m in b.morceaux:
            _morceau(axes, m, bas if d.en_euros else y + 0.03, d, droite - gauche)
        if b.objectif is not None:
            axes.plot([b.objectif] * 2, [bas - 0.03, bas + BARRE + 0.05], color=ENCRE, linewidth=2.6, solid_capstyle="butt",
                      zorder=4, gid="objectif")  # fmt: skip
        y += _hauteur(b, d)


def _morceau(axes: Axes, m: Morceau, y: float, d: Dessin, etendue: float) -> None:
    large = m.a - m.de if d.en_euros else PASTILLE * etendue
    style = {"edgecolor": COULEURS[m.part].get("facecolor"), **COULEURS[m.part]}
    axes.barh(y, large, BARRE, left=m.de, align="edge", linewidth=1.1, zorder=3, label=m.part.value, **style)


def _bornes(d: Dessin) -> tuple[float, float]:
    """From the lowest to the highest amount drawn, zero always among them, with a little room."""
    points = [0, *(x for b in d.barres for m in b.morceaux for x in (m.de, m.a))]
    points += [b.objectif for b in d.barres if b.objectif is not None]
    bas, haut = min(points), max(points)
    air = (haut - bas or 100) * 0.02
    return (bas - air if bas < 0 else bas), haut + air


def _echelle(axes: Axes, d: Dessin) -> None:
    axes.set_yticks([])
    for cote in ("top", "right", "left", "bottom"):
        axes.spines[cote].set_visible(False)
    if not d.en_euros:
        axes.set_xticks([])
        return
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: grand_montant(int(Decimal(str(x))))))
    axes.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=GRIS)
    axes.grid(axis="x", color=TRAIT, linewidth=0.8, zorder=0)
    axes.axvline(0, color=GRIS, linewidth=1.0, zorder=2)


def _cle_de(d: Dessin) -> list[list[str]]:
    """The words of the key, a list per line of it."""
    mots = [p.value for p in parts(d)]
    if any(b.objectif is not None for b in d.barres):
        mots.append("objectif")
    lignes: list[list[str]] = [[]]
    for mot in mots:
        if sum(len(m) + 6 for m in (*lignes[-1], mot)) > SIGNES:
            lignes.append([])
        lignes[-1].append(mot)
    return lignes


def _cle(f: Figure, d: Dessin, y: float, toute: float) -> None:
    """The key: each part as it is drawn, then its word."""
    styles = {p.value: COULEURS[p] for p in Part}
    for rang, ligne in enumerate(_cle_de(d)):
        x, ici = MARGE, y - (rang + 0.7) * LIGNE_NOM / toute
        for mot in ligne:
            if mot in styles:
                style = {"edgecolor": styles[mot].get("facecolor"), **styles[mot]}
                f.add_artist(Rectangle((x / LARGEUR, ici), 0.24 / LARGEUR, 0.13 / toute, linewidth=1.1, **style))
            else:
                f.add_artist(Line2D([(x + 0.12) / LARGEUR] * 2, [ici - 0.02 / toute, ici + 0.15 / toute], color=ENCRE, linewidth=2.6))  # fmt: skip
            f.text((x + 0.32) / LARGEUR, ici + 0.065 / toute, mot, va="center", size=10, color=ENCRE)
            x += 0.32 + 0.088 * len(mot) + 0.25
