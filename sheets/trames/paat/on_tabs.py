"""Checks that need the other lines of the same tab or the same trame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from config.french import euros, rate, text_key
from sheets.cells import shown
from sheets.checks.catalogue import Context, Deviation, check
from sheets.findings import Severity
from sheets.judged import Line
from sheets.spelling import squeeze


@check("doublon", Severity.REJECTION, "tableau", title="La ligne répète une autre ligne",
          why="Même établissement, même marché, même intitulé, mêmes montants : un copier-coller compterait deux fois. "
          "À une autre date de 1re commande, une alerte ; une ligne reportée d'un exercice à l'autre n'en est pas un.")  # fmt: skip
def duplicate(lines: Sequence[Line], c: Context) -> Iterator[tuple[Line, Deviation]]:
    return duplicates(lines, c.campaign.exercice)


def duplicates(lines: Iterable[Line], exercice: int) -> Iterator[tuple[Line, Deviation]]:
    """The lines that repeat one before them, in the order given; one known to be carried over repeats nothing."""
    lines = list(lines)
    alike = Counter(_amounts(line) for line in lines)  # hardly any two are: titles are compared for those alone
    seen: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        a = line.values
        if (
            alike[_amounts(line)] == 1
            or a.statut not in ("réalisé", "notifié")
            or not (a.intitule and squeeze(a.marche or "") and a.gain_annuel)
        ):
            continue
        like = seen.setdefault((text_key(a.intitule), squeeze(a.marche), *_amounts(line)), [])
        same = [o for o in like if _ordered_together(o, line, exercice)]
        other = [o for o in like if not _is_earlier(o, exercice) and not _is_earlier(line, exercice)]
        if same and not line.carried_from:
            yield line, _repeats(same[0], a.intitule)
            continue  # a line struck out cannot strike another
        if other and not line.carried_from:
            yield line, _repeats(other[0], a.intitule)._replace(severity=Severity.ALERT)
        like.append(line)


def _amounts(line: Line) -> tuple[int | None, int | None]:
    return line.values.montant_reference, line.values.gain_annuel


def _is_earlier(line: Line, exercice: int) -> bool:
    """Whether it was first ordered before the exercice: in it, it is a report."""
    ordered = line.values.date_premiere_commande
    return bool(line.carried_from) or (ordered is not None and ordered.year < exercice)


def _ordered_together(a: Line, b: Line, exercice: int) -> bool:
    """Whether the dates of first order are the same, or one is missing where neither line is a report."""
    dates = {li.values.date_premiere_commande for li in (a, b)}
    return len(dates) == 1 or (None in dates and not (_is_earlier(a, exercice) or _is_earlier(b, exercice)))


def _repeats(first: Line, title: str) -> Deviation:
    return Deviation(
        f"Cette ligne répète la ligne {first.number} : même marché, même intitulé, mêmes montants.",
        "Supprimez-la, ou dites ce qui distingue les deux achats dans l'intitulé.",
        "intitule", shown(title))  # fmt: skip


@check("poids-excessif", Severity.ALERT, "trame", title="Une ligne pèse lourd dans la trame",
          why="Une seule ligne qui fait une grande part des gains mérite d'être relue.")  # fmt: skip
def excessive_weight(lines: Sequence[Line], c: Context) -> Iterator[tuple[Line, Deviation]]:
    positive_lines = [line for line in lines if line.declared > 0]
    total = sum(line.declared for line in positive_lines)
    if len(positive_lines) < c.thresholds.poids_lignes_minimum:
        return
    for line in positive_lines:
        weight = Decimal(line.declared) / total
        if weight > c.thresholds.poids_d_une_ligne:
            yield line, Deviation(
                f"Cette ligne fait {rate(weight)} des gains de la trame ({euros(line.declared)} sur {euros(total)}).",
                "Vérifiez le montant et l'unité ; rien à faire s'il est juste.",
                "gain_annuel", euros(line.declared))  # fmt: skip
