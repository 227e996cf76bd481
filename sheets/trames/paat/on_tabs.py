"""Checks that need the other lines of the same tab or the same trame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from config.french import cle, euros, taux
from sheets.cells import vu
from sheets.checks.catalogue import Contexte, Ecart, controle
from sheets.findings import Gravite
from sheets.judged import Ligne
from sheets.spelling import squeeze


@controle("doublon", Gravite.REJET, "tableau", titre="La ligne répète une autre ligne",
          pourquoi="Même établissement, même marché, même intitulé, mêmes montants : un copier-coller compterait deux fois. "
          "À une autre date de 1re commande, une alerte ; une ligne reportée d'un exercice à l'autre n'en est pas un.")  # fmt: skip
def doublon(lignes: Sequence[Ligne], c: Contexte) -> Iterator[tuple[Ligne, Ecart]]:
    return duplicates(lignes, c.campagne.exercice)


def duplicates(lines: Iterable[Ligne], exercice: int) -> Iterator[tuple[Ligne, Ecart]]:
    """The lines that repeat one before them, in the order given; one known to be carried over repeats nothing."""
    lines = list(lines)
    alike = Counter(_amounts(line) for line in lines)  # hardly any two are: titles are compared for those alone
    seen: dict[tuple[object, ...], list[Ligne]] = {}
    for line in lines:
        a = line.valeurs
        if (
            alike[_amounts(line)] == 1
            or a.statut not in ("réalisé", "notifié")
            or not (a.intitule and squeeze(a.marche or "") and a.gain_annuel)
        ):
            continue
        like = seen.setdefault((cle(a.intitule), squeeze(a.marche), *_amounts(line)), [])
        same = [o for o in like if _ordered_together(o, line, exercice)]
        other = [o for o in like if not _is_earlier(o, exercice) and not _is_earlier(line, exercice)]
        if same and not line.reportee_de:
            yield line, _repeats(same[0], a.intitule)
            continue  # a line struck out cannot strike another
        if other and not line.reportee_de:
            yield line, _repeats(other[0], a.intitule)._replace(gravite=Gravite.ALERTE)
        like.append(line)


def _amounts(line: Ligne) -> tuple[int | None, int | None]:
    return line.valeurs.montant_reference, line.valeurs.gain_annuel


def _is_earlier(line: Ligne, exercice: int) -> bool:
    """Whether it was first ordered before the exercice: in it, it is a report."""
    ordered = line.valeurs.date_premiere_commande
    return bool(line.reportee_de) or (ordered is not None and ordered.year < exercice)


def _ordered_together(a: Ligne, b: Ligne, exercice: int) -> bool:
    """Whether the dates of first order are the same, or one is missing where neither line is a report."""
    dates = {li.valeurs.date_premiere_commande for li in (a, b)}
    return len(dates) == 1 or (None in dates and not (_is_earlier(a, exercice) or _is_earlier(b, exercice)))


def _repeats(first: Ligne, title: str) -> Ecart:
    return Ecart(
        f"Cette ligne répète la ligne {first.numero} : même marché, même intitulé, mêmes montants.",
        "Supprimez-la, ou dites ce qui distingue les deux achats dans l'intitulé.",
        "intitule", vu(title))  # fmt: skip


@controle("poids-excessif", Gravite.ALERTE, "trame", titre="Une ligne pèse lourd dans la trame",
          pourquoi="Une seule ligne qui fait une grande part des gains mérite d'être relue.")  # fmt: skip
def poids_excessif(lignes: Sequence[Ligne], c: Contexte) -> Iterator[tuple[Ligne, Ecart]]:
    positives = [ligne for ligne in lignes if ligne.mesure.gain_exercice > 0]
    total = sum(ligne.mesure.gain_exercice for ligne in positives)
    if len(positives) < c.seuils.poids_lignes_minimum:
        return
    for ligne in positives:
        poids = Decimal(ligne.mesure.gain_exercice) / total
        if poids > c.seuils.poids_d_une_ligne:
            yield ligne, Ecart(
                f"Cette ligne fait {taux(poids)} des gains de la trame ({euros(ligne.mesure.gain_exercice)} sur {euros(total)}).",
                "Vérifiez le montant et l'unité ; rien à faire s'il est juste.",
                "gain_annuel", euros(ligne.mesure.gain_exercice))  # fmt: skip
