"""Line checks on amounts: is this gain believable, given what the purchase cost and what the hospital buys?"""

from __future__ import annotations

import re
from decimal import Decimal

from config.french import euros, rate
from sheets.checks.catalogue import Context, Deviation, check
from sheets.findings import Severity
from sheets.trames.paat.columns import Action
from sheets.trames.paat.free_text import speaks_of
from sheets.trames.paat.gain import recomputed_gain

PRO_RATA = re.compile("pro[ -]?rata|proratis")


@check("performance-superieure-100", Severity.REJECTION, "ligne", title="Le gain dépasse le montant de référence",
          why="On ne peut économiser plus que ce que l'achat coûtait. Le plus souvent, le montant saisi est le "
                   "nouveau montant et non l'ancien.",
          good={"montant_reference": "200000", "gain_annuel": "10000"},
          failing_cells={"montant_reference": "49747", "gain_annuel": "165381"})  # fmt: skip
def performance_above_100(a: Action, c: Context) -> Deviation | None:
    reference, gain = a.montant_reference, a.gain_annuel or 0
    if a.nature == "recette" or reference is None or gain <= 0 or gain < reference:
        return None
    if reference <= 0:
        return Deviation(f"Gain de {euros(gain)} pour un montant de référence de {euros(reference)}.",
                     "Saisissez ce que l'achat coûtait avant, sur 12 mois, en euros TTC.",
                     "montant_reference", euros(reference))  # fmt: skip
    performance = Decimal(gain) / (reference + gain)
    borne = c.nomenclature.bounds_of(a.famille).second
    rest = f", encore au-dessus de la borne de {rate(borne, 0)}" if performance > borne else ""
    return Deviation(
        f"Gain de {euros(gain)} pour un montant de référence de {euros(reference)}, soit "
        f"{rate(Decimal(gain) / reference)} ; une performance reste sous {rate(Decimal(1), 0)}.",
        f"Si {euros(reference)} est le nouveau montant, la référence est {euros(reference + gain)} et la "
        f"performance {rate(performance)}{rest}. Corrigez le montant de référence ou le gain.",
        "gain_annuel", euros(gain),
    )  # fmt: skip


@check("performance-hors-bornes", Severity.REJECTION, "ligne", title="La performance est hors des bornes",
          why="Les taux publiés par famille vont de 4,2 à 8,9 %. Au-dessus de la première borne une explication "
                   "est attendue, au-dessus de la seconde elle est exigée.",
          good={"montant_reference": "80000", "gain_annuel": "4000"},
          failing_cells={"montant_reference": "80000", "gain_annuel": "32000", "justification": ""})  # fmt: skip
def performance_out_of_bounds(a: Action, c: Context) -> Deviation | None:
    if a.nature == "recette" or not a.montant_reference or not 0 < (a.gain_annuel or 0) < a.montant_reference:
        return None
    gain = a.gain_annuel or 0
    performance, bounds = Decimal(gain) / a.montant_reference, c.nomenclature.bounds_of(a.famille)
    if performance <= bounds.first:
        return None
    is_above = performance > bounds.second
    severities = (Severity.ALERT, Severity.INFO) if a.justification else (Severity.REJECTION, Severity.ALERT)
    return Deviation(
        f"Performance de {rate(performance)} ; la borne est de "
        f"{rate(bounds.second if is_above else bounds.first, 0)} pour cette famille.",
        "L'explication donnée dans « Calcul des gains » sera relue." if a.justification
        else "Expliquez ce gain dans « Calcul des gains », ou corrigez le montant de référence ou le gain.",
        "gain_annuel", euros(gain), severities[0 if is_above else 1],
    )  # fmt: skip


@check("performance-non-atteignable", Severity.REJECTION, "ligne", title="Le gain dépasse ce que l'établissement peut y dépenser",
          why="Un gain ne peut dépasser une part raisonnable des achats totaux de l'établissement.",
          good={"montant_reference": "80000", "gain_annuel": "4000"},
          failing_cells={"montant_reference": "90000000", "gain_annuel": "6000000"})  # fmt: skip
def performance_out_of_reach(a: Action, c: Context) -> Deviation | None:
    if not c.purchases or not a.gain_annuel or a.gain_annuel <= c.thresholds.part_des_achats * c.purchases:
        return None
    return Deviation(
        f"Gain de {euros(a.gain_annuel)} pour {euros(c.purchases)} d'achats totaux ; au plus "
        f"{rate(c.thresholds.part_des_achats, 0)} était attendu.",
        "Vérifiez l'unité du gain (euros, et non centimes) et les achats totaux du premier onglet.",
        "gain_annuel", euros(a.gain_annuel),
    )  # fmt: skip


def _recomputed_gain(a: Action) -> int | None:
    if a.prix_reference is None or a.prix_nouveau is None or a.quantite is None or a.gain_annuel is None:
        return None
    return recomputed_gain(a.prix_reference, a.prix_nouveau, a.quantite, a.nature, a.duree_amortissement)


def _are_close(a: int, b: int, c: Context) -> bool:
    tolerance = max(Decimal(c.thresholds.ecart_de_recalcul_cents), c.thresholds.ecart_de_recalcul * abs(b))
    return abs(a - b) <= tolerance


def _already_reduced(a: Action, expected: int, c: Context) -> bool:
    """Whether the typed gain is the prices' gain reduced to the months left in its first year."""
    if a.gain_annuel is None or not a.date_premiere_commande or a.date_premiere_commande.month == 1:
        return False
    month = 13 - a.date_premiere_commande.month
    return _are_close(a.gain_annuel * 12 // month, expected, c)


@check("gain-recalcule-different", Severity.ALERT, "ligne", title="Les prix donnent un autre gain",
          why="Quand prix et quantité sont saisis, le gain peut être refait ; les deux devraient s'accorder.",
          good={"prix_reference": "10", "prix_nouveau": "9", "quantite": "4000", "gain_annuel": "4000"},
          failing_cells={"prix_reference": "10", "prix_nouveau": "8", "quantite": "4000", "gain_annuel": "4000"})  # fmt: skip
def gain_differs_from_recomputed(a: Action, c: Context) -> Deviation | None:
    expected = _recomputed_gain(a)
    if (
        expected is None
        or a.gain_annuel is None
        or _are_close(a.gain_annuel, expected, c)
        or _already_reduced(a, expected, c)
    ):
        return None
    duration = a.duree_amortissement if a.nature == "investissement" else None
    if duration and _are_close(a.gain_annuel, expected * duration, c):
        advice = f"Le gain saisi est {duration} fois trop grand : divisez-le par la durée d'amortissement."
    elif _are_close(a.gain_annuel, -expected, c):
        advice = "Le signe est inversé : un gain est ce que l'achat coûtait moins ce qu'il coûte."
    else:
        advice = "Vérifiez les deux prix, la quantité sur 12 mois et le gain."
    return Deviation(f"Gain saisi : {euros(a.gain_annuel)} ; prix et quantité donnent {euros(expected)}.", advice,
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip


@check("prorata-deja-fait", Severity.ALERT, "ligne", title="Le gain semble déjà réduit à l'année",
          why="Le gain se saisit sur 12 mois pleins ; réduit d'avance, il serait réduit deux fois.",
          good={"justification": "ancien prix moins nouveau prix"},
          failing_cells={"justification": "calcul au prorata temporis"})  # fmt: skip
def pro_rata_already_done(a: Action, c: Context) -> Deviation | None:
    expected = _recomputed_gain(a)
    reduced = (
        expected is not None and _already_reduced(a, expected, c) and not _are_close(a.gain_annuel or 0, expected, c)
    )
    if not a.gain_annuel or not (reduced or _says_pro_rata(a)):
        return None
    precision = f" ; prix et quantité donnent {euros(expected)} sur 12 mois" if reduced and expected else ""
    return Deviation(f"Le gain de {euros(a.gain_annuel)} semble compté au prorata de l'année{precision}.",
                 "Saisissez le gain sur 12 mois pleins : Vigie le répartit entre les exercices.",
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip


def _says_pro_rata(a: Action) -> bool:
    return any(PRO_RATA.search(t.lower()) and speaks_of(PRO_RATA, t) for t in (a.justification, a.commentaire) if t)


@check("perte-declaree", Severity.INFO, "ligne", title="Une perte est déclarée",
          why="Une perte est légitime et compte ; la dire la distingue d'une erreur de signe.",
          good={"gain_annuel": "4000"}, failing_cells={"gain_annuel": "-4000"})  # fmt: skip
def loss_declared(a: Action, c: Context) -> Deviation | None:
    if a.gain_annuel is None or a.gain_annuel >= 0:
        return None
    end = (
        "elle est comptée."
        if a.statut == "réalisé"
        else f"« {a.statut} », elle n'est pas comptée."
        if a.statut
        else "à vérifier."
    )
    return Deviation(f"Perte de {euros(-a.gain_annuel)} sur 12 mois : {end}", "Rien à faire si c'est bien une perte.",
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip
