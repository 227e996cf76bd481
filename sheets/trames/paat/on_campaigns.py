"""Checks that need every line of a campaign, whoever sent it: run after a pull, so the order of arrival never matters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log10
from statistics import median
from typing import NamedTuple

from config.folder import Dossier
from config.french import euros
from sheets.checks.catalogue import Ecart, controle
from sheets.findings import Gravite
from sheets.spelling import squeeze

LIGNES_MINIMUM = 20
"""Below that many lines, a family has no shape that a line could be far from."""
NORMALE = 1.4826
"""A median absolute deviation times this is a standard deviation, for a normal law."""


class LigneRecoupee(NamedTuple):
    """What these checks read of a stored line. Amounts in cents."""

    id: int
    onglet: int
    numero: int
    ght: str
    finess: str
    famille: str
    marche: str
    montant_reference: int
    gain_annuel: int


@controle("doublon-probable", Gravite.ALERTE, "campagne", titre="Deux établissements déclarent peut-être le même gain",
          pourquoi="Un marché groupé se déclare à plusieurs avec des montants différents ; au centime près, c'est le même.")  # fmt: skip
def doublon_probable(lignes: Sequence[LigneRecoupee], dossier: Dossier) -> Iterator[tuple[LigneRecoupee, Ecart]]:
    gains = Counter((ligne.famille, ligne.gain_annuel) for ligne in lignes)
    groupes: dict[tuple[str, str, int], list[LigneRecoupee]] = defaultdict(list)
    for ligne in lignes:  # the spelling of a contract is looked at where a gain stands twice, which is seldom
        if gains[ligne.famille, ligne.gain_annuel] > 1 and (marche := squeeze(ligne.marche)):
            groupes[marche, ligne.famille, ligne.gain_annuel].append(ligne)
    for groupe in groupes.values():
        if len({ligne.finess for ligne in groupe}) > 1:
            for ligne in groupe:
                autre = next(a for a in groupe if a.finess != ligne.finess)
                # What another GHT declares is not this one's to read.
                chez = (
                    dossier.territoire.nom_de(autre.finess)
                    if autre.ght == ligne.ght
                    else "un établissement d'un autre GHT"
                )
                yield ligne, Ecart(
                    f"Même marché ({ligne.marche}), même famille et même gain de {euros(ligne.gain_annuel)} chez {chez}.",
                    "Gardez la ligne chez celui qui a fait l'achat, ou partagez le gain.",
                    "marche", ligne.marche)  # fmt: skip


@controle("unite-suspecte", Gravite.ALERTE, "campagne", titre="Le montant semble dans une autre unité",
          pourquoi="Un gain en milliers d'euros ou en centimes fausse le total de la région.")  # fmt: skip
def unite_suspecte(lignes: Sequence[LigneRecoupee], _: Dossier) -> Iterator[tuple[LigneRecoupee, Ecart]]:
    for famille, siennes in _par_famille(lignes).items():
        reference, gain = _medianes(siennes)
        for ligne in siennes:
            unite = _autre_unite(ligne.montant_reference / reference, abs(ligne.gain_annuel) / gain)
            if unite:
                yield ligne, Ecart(
                    f"Référence de {euros(ligne.montant_reference)} et gain de {euros(ligne.gain_annuel)} ; en {famille}, la moitié "
                    f"des lignes dépassent {euros(round(reference))} et {euros(round(gain))}.",
                    f"Vérifiez que les montants sont en euros, et non en {unite}.",
                    "montant_reference", euros(ligne.montant_reference))  # fmt: skip


def _medianes(lignes: Sequence[LigneRecoupee]) -> tuple[float, float]:
    """The median reference amount and gain, in cents."""
    return median(li.montant_reference for li in lignes), median(abs(li.gain_annuel) for li in lignes)


def _autre_unite(reference: float, gain: float) -> str:
    """« milliers d'euros » or « centimes » when both amounts are off by that factor, else nothing."""
    if 0.004 < reference < 39:  # nearly every line: spared the logarithms
        return ""
    ecarts = (log10(reference), log10(gain))
    if all(-3.5 <= e <= -2.5 for e in ecarts):
        return "milliers d'euros"
    return "centimes" if all(1.6 <= e <= 2.4 for e in ecarts) else ""


@controle("gain-atypique", Gravite.ALERTE, "campagne", titre="Le gain sort de l'ordinaire de sa famille",
          pourquoi="Un montant très loin des autres est un beau succès ou une faute de frappe.")  # fmt: skip
def gain_atypique(lignes: Sequence[LigneRecoupee], dossier: Dossier) -> Iterator[tuple[LigneRecoupee, Ecart]]:
    for famille, siennes in _par_famille(lignes).items():
        # Amounts are skewed: their logarithms are not, and medians do not follow the very lines that are looked for.
        logs = [log10(abs(ligne.gain_annuel)) for ligne in siennes]
        milieu = median(logs)
        etendue = NORMALE * median(abs(x - milieu) for x in logs)
        loin = [
            li
            for li, x in zip(siennes, logs, strict=True)
            if abs(x - milieu) > dossier.seuils.gain_atypique_ecarts * etendue > 0
        ]
        reference, gain = _medianes(siennes) if loin else (0, 0)
        for ligne in loin:
            if not _autre_unite(ligne.montant_reference / reference, abs(ligne.gain_annuel) / gain):  # said already
                sens = "très au-dessus" if log10(abs(ligne.gain_annuel)) > milieu else "très au-dessous"
                yield ligne, Ecart(
                    f"Gain de {euros(ligne.gain_annuel)}, {sens} des autres : en {famille}, la moitié des lignes dépassent "
                    f"{euros(round(10**milieu))}.",
                    "Vérifiez le montant ; rien à faire s'il est juste.",
                    "gain_annuel", euros(ligne.gain_annuel))  # fmt: skip


def _par_famille(lignes: Iterable[LigneRecoupee]) -> dict[str, list[LigneRecoupee]]:
    """The lines with two amounts, by family, where there are enough of them."""
    familles: dict[str, list[LigneRecoupee]] = defaultdict(list)
    for ligne in lignes:
        if ligne.montant_reference > 0 and ligne.gain_annuel and ligne.famille:
            familles[ligne.famille].append(ligne)
    return {f: siennes for f, siennes in sorted(familles.items()) if len(siennes) >= LIGNES_MINIMUM}
