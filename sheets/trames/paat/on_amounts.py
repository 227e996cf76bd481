"""Line checks on amounts: is this gain believable, given what the purchase cost and what the hospital buys?"""

from __future__ import annotations

import re
from decimal import Decimal

from config.french import euros, taux
from sheets.checks.catalogue import Contexte, Ecart, controle
from sheets.findings import Gravite
from sheets.gain import recalcul
from sheets.trames.paat.columns import Action
from sheets.trames.paat.free_text import speaks_of

PRORATA = re.compile("pro[ -]?rata|proratis")


@controle("performance-superieure-100", Gravite.REJET, "ligne", titre="Le gain dépasse le montant de référence",
          pourquoi="On ne peut économiser plus que ce que l'achat coûtait. Le plus souvent, le montant saisi est le "
                   "nouveau montant et non l'ancien.",
          bon={"montant_reference": "200000", "gain_annuel": "10000"},
          mauvais={"montant_reference": "49747", "gain_annuel": "165381"})  # fmt: skip
def performance_superieure_100(a: Action, c: Contexte) -> Ecart | None:
    reference, gain = a.montant_reference, a.gain_annuel or 0
    if a.nature == "recette" or reference is None or gain <= 0 or gain < reference:
        return None
    if reference <= 0:
        return Ecart(f"Gain de {euros(gain)} pour un montant de référence de {euros(reference)}.",
                     "Saisissez ce que l'achat coûtait avant, sur 12 mois, en euros TTC.",
                     "montant_reference", euros(reference))  # fmt: skip
    performance = Decimal(gain) / (reference + gain)
    borne = c.nomenclature.bornes_de(a.famille).seconde
    reste = f", encore au-dessus de la borne de {taux(borne, 0)}" if performance > borne else ""
    return Ecart(
        f"Gain de {euros(gain)} pour un montant de référence de {euros(reference)}, soit "
        f"{taux(Decimal(gain) / reference)} ; une performance reste sous {taux(Decimal(1), 0)}.",
        f"Si {euros(reference)} est le nouveau montant, la référence est {euros(reference + gain)} et la "
        f"performance {taux(performance)}{reste}. Corrigez le montant de référence ou le gain.",
        "gain_annuel", euros(gain),
    )  # fmt: skip


@controle("performance-hors-bornes", Gravite.REJET, "ligne", titre="La performance est hors des bornes",
          pourquoi="Les taux publiés par famille vont de 4,2 à 8,9 %. Au-dessus de la première borne une explication "
                   "est attendue, au-dessus de la seconde elle est exigée.",
          bon={"montant_reference": "80000", "gain_annuel": "4000"},
          mauvais={"montant_reference": "80000", "gain_annuel": "32000", "justification": ""})  # fmt: skip
def performance_hors_bornes(a: Action, c: Contexte) -> Ecart | None:
    if a.nature == "recette" or not a.montant_reference or not 0 < (a.gain_annuel or 0) < a.montant_reference:
        return None
    gain = a.gain_annuel or 0
    performance, bornes = Decimal(gain) / a.montant_reference, c.nomenclature.bornes_de(a.famille)
    if performance <= bornes.premiere:
        return None
    haute = performance > bornes.seconde
    gravites = (Gravite.ALERTE, Gravite.INFO) if a.justification else (Gravite.REJET, Gravite.ALERTE)
    return Ecart(
        f"Performance de {taux(performance)} ; la borne est de "
        f"{taux(bornes.seconde if haute else bornes.premiere, 0)} pour cette famille.",
        "L'explication donnée dans « Calcul des gains » sera relue." if a.justification
        else "Expliquez ce gain dans « Calcul des gains », ou corrigez le montant de référence ou le gain.",
        "gain_annuel", euros(gain), gravites[0 if haute else 1],
    )  # fmt: skip


@controle("performance-non-atteignable", Gravite.REJET, "ligne", titre="Le gain dépasse ce que l'établissement peut y dépenser",
          pourquoi="Un gain ne peut dépasser une part raisonnable des achats totaux de l'établissement.",
          bon={"montant_reference": "80000", "gain_annuel": "4000"},
          mauvais={"montant_reference": "90000000", "gain_annuel": "6000000"})  # fmt: skip
def performance_non_atteignable(a: Action, c: Contexte) -> Ecart | None:
    if not c.achats or not a.gain_annuel or a.gain_annuel <= c.seuils.part_des_achats * c.achats:
        return None
    return Ecart(
        f"Gain de {euros(a.gain_annuel)} pour {euros(c.achats)} d'achats totaux ; au plus "
        f"{taux(c.seuils.part_des_achats, 0)} était attendu.",
        "Vérifiez l'unité du gain (euros, et non centimes) et les achats totaux du premier onglet.",
        "gain_annuel", euros(a.gain_annuel),
    )  # fmt: skip


def _recalcul(a: Action) -> int | None:
    if a.prix_reference is None or a.prix_nouveau is None or a.quantite is None or a.gain_annuel is None:
        return None
    return recalcul(a.prix_reference, a.prix_nouveau, a.quantite, a.nature, a.duree_amortissement)


def _proches(a: int, b: int, c: Contexte) -> bool:
    tolerance = max(Decimal(c.seuils.ecart_de_recalcul_cents), c.seuils.ecart_de_recalcul * abs(b))
    return abs(a - b) <= tolerance


def _deja_reduit(a: Action, attendu: int, c: Contexte) -> bool:
    """Whether the typed gain is the prices' gain reduced to the months left in its first year."""
    if a.gain_annuel is None or not a.date_premiere_commande or a.date_premiere_commande.month == 1:
        return False
    mois = 13 - a.date_premiere_commande.month
    return _proches(a.gain_annuel * 12 // mois, attendu, c)


@controle("gain-recalcule-different", Gravite.ALERTE, "ligne", titre="Les prix donnent un autre gain",
          pourquoi="Quand prix et quantité sont saisis, le gain peut être refait ; les deux devraient s'accorder.",
          bon={"prix_reference": "10", "prix_nouveau": "9", "quantite": "4000", "gain_annuel": "4000"},
          mauvais={"prix_reference": "10", "prix_nouveau": "8", "quantite": "4000", "gain_annuel": "4000"})  # fmt: skip
def gain_recalcule_different(a: Action, c: Contexte) -> Ecart | None:
    attendu = _recalcul(a)
    if attendu is None or a.gain_annuel is None or _proches(a.gain_annuel, attendu, c) or _deja_reduit(a, attendu, c):
        return None
    duree = a.duree_amortissement if a.nature == "investissement" else None
    if duree and _proches(a.gain_annuel, attendu * duree, c):
        conseil = f"Le gain saisi est {duree} fois trop grand : divisez-le par la durée d'amortissement."
    elif _proches(a.gain_annuel, -attendu, c):
        conseil = "Le signe est inversé : un gain est ce que l'achat coûtait moins ce qu'il coûte."
    else:
        conseil = "Vérifiez les deux prix, la quantité sur 12 mois et le gain."
    return Ecart(f"Gain saisi : {euros(a.gain_annuel)} ; prix et quantité donnent {euros(attendu)}.", conseil,
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip


@controle("prorata-deja-fait", Gravite.ALERTE, "ligne", titre="Le gain semble déjà réduit à l'année",
          pourquoi="Le gain se saisit sur 12 mois pleins ; réduit d'avance, il serait réduit deux fois.",
          bon={"justification": "ancien prix moins nouveau prix"},
          mauvais={"justification": "calcul au prorata temporis"})  # fmt: skip
def prorata_deja_fait(a: Action, c: Contexte) -> Ecart | None:
    attendu = _recalcul(a)
    reduit = attendu is not None and _deja_reduit(a, attendu, c) and not _proches(a.gain_annuel or 0, attendu, c)
    if not a.gain_annuel or not (reduit or _dit_au_prorata(a)):
        return None
    precision = f" ; prix et quantité donnent {euros(attendu)} sur 12 mois" if reduit and attendu else ""
    return Ecart(f"Le gain de {euros(a.gain_annuel)} semble compté au prorata de l'année{precision}.",
                 "Saisissez le gain sur 12 mois pleins : Vigie le répartit entre les exercices.",
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip


def _dit_au_prorata(a: Action) -> bool:
    return any(PRORATA.search(t.lower()) and speaks_of(PRORATA, t) for t in (a.justification, a.commentaire) if t)


@controle("perte-declaree", Gravite.INFO, "ligne", titre="Une perte est déclarée",
          pourquoi="Une perte est légitime et compte ; la dire la distingue d'une erreur de signe.",
          bon={"gain_annuel": "4000"}, mauvais={"gain_annuel": "-4000"})  # fmt: skip
def perte_declaree(a: Action, c: Contexte) -> Ecart | None:
    if a.gain_annuel is None or a.gain_annuel >= 0:
        return None
    suite = (
        "elle est comptée."
        if a.statut == "réalisé"
        else f"« {a.statut} », elle n'est pas comptée."
        if a.statut
        else "à vérifier."
    )
    return Ecart(f"Perte de {euros(-a.gain_annuel)} sur 12 mois : {suite}", "Rien à faire si c'est bien une perte.",
                 "gain_annuel", euros(a.gain_annuel))  # fmt: skip
