"""Checks that need the other lines of the same tab or the same trame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from config.langue import cle, euros, taux
from sheets.cells import vu
from sheets.checks.catalogue import Contexte, Ecart, controle
from sheets.constats import Gravite
from sheets.lignes import Ligne


@controle("doublon", Gravite.REJET, "tableau", titre="La ligne répète une autre ligne",
          pourquoi="Même établissement, même marché, même intitulé, mêmes montants : un copier-coller compterait deux fois.")  # fmt: skip
def doublon(lignes: Sequence[Ligne], _: Contexte) -> Iterator[tuple[Ligne, Ecart]]:
    vues: dict[tuple[object, ...], Ligne] = {}
    for ligne in lignes:
        a = ligne.valeurs
        if not a.intitule or not ligne.mesure.gain_exercice:
            continue
        signature = (cle(a.intitule), cle(a.marche or ""), a.montant_reference, a.gain_annuel, a.date_premiere_commande)
        premiere = vues.setdefault(signature, ligne)
        if premiere is not ligne:
            yield ligne, Ecart(
                f"Cette ligne répète la ligne {premiere.numero} : même marché, même intitulé, mêmes montants.",
                "Supprimez-la, ou dites ce qui distingue les deux achats dans l'intitulé.",
                "intitule", vu(a.intitule))  # fmt: skip


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
