"""Checks that need every line of a campaign, whoever sent it: run after a pull, so the order of arrival never matters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log10
from statistics import median
from typing import NamedTuple

from config.folder import Folder
from config.french import euros
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity
from sheets.spelling import squeeze

FEWEST_LINES = 20
"""Below that many lines, a family has no shape that a line could be far from."""
NORMAL_SPREAD = 1.4826
"""A median absolute deviation times this is a standard deviation, for a normal law."""


class CrossCheckedLine(NamedTuple):
    """What these checks read of a stored line. Amounts in cents."""

    id: int
    tab: int
    number: int
    ght: str
    finess: str
    famille: str
    marche: str
    montant_reference: int
    gain_annuel: int
    statut: str = "réalisé"


def _purchases(lines: Iterable[CrossCheckedLine]) -> list[CrossCheckedLine]:
    """Those that were made, or are about to be."""
    return [line for line in lines if line.statut in ("réalisé", "notifié")]


@check("doublon-probable", Severity.ALERT, "campagne", title="Deux établissements déclarent peut-être le même gain",
          why="Un marché groupé se déclare à plusieurs avec des montants différents ; au centime près, c'est le même.")  # fmt: skip
def likely_duplicate(lines: Sequence[CrossCheckedLine], folder: Folder) -> Iterator[tuple[CrossCheckedLine, Deviation]]:
    lines = _purchases(lines)
    gains = Counter((line.famille, line.gain_annuel) for line in lines)
    groups: dict[tuple[str, str, int], list[CrossCheckedLine]] = defaultdict(list)
    for line in lines:  # the spelling of a contract is looked at where a gain stands twice, which is seldom
        if gains[line.famille, line.gain_annuel] > 1 and (marche := squeeze(line.marche)):
            groups[marche, line.famille, line.gain_annuel].append(line)
    for group in groups.values():
        if len({line.finess for line in group}) > 1:
            for line in group:
                other = next(a for a in group if a.finess != line.finess)
                # What another GHT declares is not this one's to read.
                holder_words = (
                    folder.territory.name_of(other.finess)
                    if other.ght == line.ght
                    else "un établissement d'un autre GHT"
                )
                yield line, Deviation(
                    f"Même marché ({line.marche}), même famille et même gain de {euros(line.gain_annuel)} chez {holder_words}.",
                    "Gardez la ligne chez celui qui a fait l'achat, ou partagez le gain.",
                    "marche", line.marche)  # fmt: skip


@check("unite-suspecte", Severity.ALERT, "campagne", title="Le montant semble dans une autre unité",
          why="Un gain en milliers d'euros ou en centimes fausse le total de la région.")  # fmt: skip
def suspect_unit(lines: Sequence[CrossCheckedLine], _: Folder) -> Iterator[tuple[CrossCheckedLine, Deviation]]:
    for famille, its_own in _by_famille(lines).items():
        reference, gain = _medians(its_own)
        for line in its_own:
            unit = _other_unit(line.montant_reference / reference, abs(line.gain_annuel) / gain)
            if unit:
                yield line, Deviation(
                    f"Référence de {euros(line.montant_reference)} et gain de {euros(line.gain_annuel)} ; en {famille}, la moitié "
                    f"des lignes dépassent {euros(round(reference))} et {euros(round(gain))}.",
                    f"Vérifiez que les montants sont en euros, et non en {unit}.",
                    "montant_reference", euros(line.montant_reference))  # fmt: skip


def _medians(lines: Sequence[CrossCheckedLine]) -> tuple[float, float]:
    """The median reference amount and gain, in cents."""
    return median(li.montant_reference for li in lines), median(abs(li.gain_annuel) for li in lines)


def _other_unit(reference: float, gain: float) -> str:
    """« milliers d'euros » or « centimes » when both amounts are off by that factor, else nothing."""
    if 0.004 < reference < 39:  # nearly every line: spared the logarithms
        return ""
    deviations = (log10(reference), log10(gain))
    if all(-3.5 <= e <= -2.5 for e in deviations):
        return "milliers d'euros"
    return "centimes" if all(1.6 <= e <= 2.4 for e in deviations) else ""


@check("gain-atypique", Severity.ALERT, "campagne", title="Le gain sort de l'ordinaire de sa famille",
          why="Un montant très loin des autres est un beau succès ou une faute de frappe.")  # fmt: skip
def atypical_gain(lines: Sequence[CrossCheckedLine], folder: Folder) -> Iterator[tuple[CrossCheckedLine, Deviation]]:
    for famille, its_own in _by_famille(lines).items():
        # Amounts are skewed: their logarithms are not, and medians do not follow the very lines that are looked for.
        logs = [log10(abs(line.gain_annuel)) for line in its_own]
        middle = median(logs)
        extent = NORMAL_SPREAD * median(abs(x - middle) for x in logs)
        far_ones = [
            li
            for li, x in zip(its_own, logs, strict=True)
            if abs(x - middle) > folder.thresholds.gain_atypique_ecarts * extent > 0
        ]
        reference, gain = _medians(its_own) if far_ones else (0, 0)
        for line in far_ones:
            if not _other_unit(line.montant_reference / reference, abs(line.gain_annuel) / gain):  # said already
                direction = "très au-dessus" if log10(abs(line.gain_annuel)) > middle else "très au-dessous"
                yield line, Deviation(
                    f"Gain de {euros(line.gain_annuel)}, {direction} des autres : en {famille}, la moitié des lignes dépassent "
                    f"{euros(round(10**middle))}.",
                    "Vérifiez le montant ; rien à faire s'il est juste.",
                    "gain_annuel", euros(line.gain_annuel))  # fmt: skip


def _by_famille(lines: Iterable[CrossCheckedLine]) -> dict[str, list[CrossCheckedLine]]:
    """The lines with two amounts, by family, where there are enough of them."""
    familles: dict[str, list[CrossCheckedLine]] = defaultdict(list)
    for line in _purchases(lines):
        if line.montant_reference > 0 and line.gain_annuel and line.famille:
            familles[line.famille].append(line)
    return {f: its_own for f, its_own in sorted(familles.items()) if len(its_own) >= FEWEST_LINES}
