"""Findings on one cell: it holds something else than expected, or nothing where something is required.

Each function is given the column's title, whether it is required here, and the problem (None for a blank).
What is seen in a cell is shown as it is, except a personal number, which is masked before it gets here.
"""

from __future__ import annotations

from config.secrets import SECRET
from sheets.cells import Doubtful, Probleme, Reconnu
from sheets.checks.catalogue import Ecart, controle
from sheets.findings import Gravite


def _selon(requis: bool) -> Gravite:
    return Gravite.REJET if requis else Gravite.ALERTE


@controle("valeur-absente", Gravite.REJET, "cellule", titre="Une valeur obligatoire manque",
          pourquoi="Sans elle la ligne ne peut être ni comptée ni comparée.",
          bon={"operateur": "UniHA"}, mauvais={"operateur": ""})  # fmt: skip
def valeur_absente(titre: str, _requis: bool, _: Probleme | None) -> Ecart:
    return Ecart(f"« {titre} » est vide ; cette colonne est obligatoire.", f"Remplissez « {titre} ».")


@controle("montant-reference-absent", Gravite.REJET, "cellule", titre="Le montant de référence manque",
          pourquoi="Sans ce que coûtait l'achat, aucune performance ne peut être vérifiée.",
          bon={"montant_reference": "80000"}, mauvais={"montant_reference": ""})  # fmt: skip
def montant_reference_absent(titre: str, _requis: bool, _: Probleme | None) -> Ecart:
    return Ecart(f"« {titre} » est vide pour une action réalisée ou notifiée.",
                 "Saisissez ce que l'achat coûtait avant, sur 12 mois, en euros TTC.")  # fmt: skip


@controle("gain-absent", Gravite.REJET, "cellule", titre="Le gain manque",
          pourquoi="Une action réalisée ou notifiée sans gain ne peut être comptée.",
          bon={"gain_annuel": "4000"}, mauvais={"gain_annuel": ""})  # fmt: skip
def gain_absent(titre: str, _requis: bool, _: Probleme | None) -> Ecart:
    return Ecart(f"« {titre} » est vide pour une action réalisée ou notifiée.",
                 "Saisissez le gain sur 12 mois pleins, sans prorata ; une perte s'écrit en négatif.")  # fmt: skip


@controle("date-commande-absente", Gravite.REJET, "cellule", titre="La date de 1re commande manque",
          pourquoi="Le gain vit 12 mois à partir de la première commande ; sans date il n'a pas d'exercice.",
          bon={"date_premiere_commande": "01/07/2021"}, mauvais={"date_premiere_commande": ""})  # fmt: skip
def date_commande_absente(titre: str, _requis: bool, _: Probleme | None) -> Ecart:
    return Ecart(f"« {titre} » est vide pour une action réalisée.",
                 "Saisissez la date de la première commande, ou passez le statut à « notifié ».")  # fmt: skip


@controle("amortissement-absent", Gravite.REJET, "cellule", titre="La durée d'amortissement manque",
          pourquoi="Le gain d'un investissement se divise par sa durée d'amortissement.",
          bon={"nature": "investissement", "duree_amortissement": "5"}, mauvais={"nature": "investissement"})  # fmt: skip
def amortissement_absent(titre: str, _requis: bool, _: Probleme | None) -> Ecart:
    return Ecart(
        f"« {titre} » est vide pour un investissement.", "Saisissez la durée en années ; les montants restent annuels."
    )


@controle("valeur-non-numerique", Gravite.REJET, "cellule", titre="Un nombre était attendu",
          pourquoi="Un texte dans une colonne d'euros n'est jamais pris pour zéro.",
          bon={"gain_annuel": "4 000,00 €"}, mauvais={"gain_annuel": "NC"})  # fmt: skip
def valeur_non_numerique(titre: str, requis: bool, p: Probleme) -> Ecart:
    return Ecart(f"« {p.vu} » dans « {titre} » ; il faut {p.attendu}.", "Saisissez un nombre seul, sans texte ni hors taxes.",
                 valeur=p.vu, gravite=_selon(requis))  # fmt: skip


@controle("date-illisible", Gravite.REJET, "cellule", titre="La date ne peut être lue",
          pourquoi="Une date lue de travers déplace un gain d'un exercice à l'autre.",
          bon={"date_premiere_commande": "1er juillet 2021"}, mauvais={"date_premiere_commande": "07/31/2021"})  # fmt: skip
def date_illisible(titre: str, requis: bool, p: Probleme) -> Ecart:
    return Ecart(f"« {p.vu} » dans « {titre} » n'est pas une date connue ; il faut {p.attendu}.",
                 "Saisissez jour, mois, année.", valeur=p.vu, gravite=_selon(requis))  # fmt: skip


@controle("valeur-hors-liste", Gravite.REJET, "cellule", titre="La valeur n'est pas dans la liste",
          pourquoi="Un libellé inconnu ne peut être regroupé avec les autres.",
          bon={"mode": "Récurrent"}, mauvais={"mode": "annuel"})  # fmt: skip
def valeur_hors_liste(titre: str, requis: bool, p: Probleme) -> Ecart:
    conseil = f"Vouliez-vous dire « {p.proche} » ? " if p.proche else ""
    return Ecart(f"« {p.vu} » dans « {titre} » ; il faut {p.attendu}.", f"{conseil}Choisissez dans la liste déroulante.",
                 valeur=p.vu, gravite=_selon(requis))  # fmt: skip


@controle("valeur-reconnue", Gravite.INFO, "cellule", titre="Un libellé a été reconnu malgré un pluriel",
          pourquoi="Ce qui est compris autrement qu'écrit est dit.",
          bon={"statut": "réalisé"}, mauvais={"statut": "réalisés"})  # fmt: skip
def valeur_reconnue(titre: str, _requis: bool, r: Reconnu) -> Ecart:
    return Ecart(
        f"« {r.vu} » dans « {titre} » a été compris comme « {r.label} ».", "Rien à faire si c'est juste.", valeur=r.vu
    )


@controle("montant-douteux", Gravite.ALERTE, "cellule", titre="Un montant est peut-être d'une autre unité",
          pourquoi="Un taux, des milliers ou un nombre démesuré dans une colonne d'euros sont lus tels quels, et dits.",
          bon={"gain_annuel": "4000"}, mauvais={"gain_annuel": "0,05"})  # fmt: skip
def montant_douteux(titre: str, _requis: bool, d: Doubtful) -> Ecart:
    return Ecart(f"« {d.vu} » dans « {titre} » {d.why}",
                 "Si ce sont bien des euros TTC, rien à faire ; sinon, saisissez le montant en euros.", valeur=d.vu)  # fmt: skip


@controle("unite-de-cellule", Gravite.REJET, "cellule", titre="Une case montre une autre unité que celle qu'elle contient",
          pourquoi="Un format « k€ », « HT » ou « % » montre à qui saisit autre chose que ce qui serait lu en euros TTC.")  # fmt: skip
def unite_de_cellule(titre: str, requis: bool, p: Probleme) -> Ecart:
    return Ecart(f"La case de « {titre} » contient {p.vu}, et son format montre une autre unité ({p.attendu}).",
                 "Saisissez des euros TTC sur 12 mois, et donnez à la case un format en euros.", valeur=p.vu,
                 gravite=_selon(requis))  # fmt: skip


@controle("formule-en-erreur", Gravite.REJET, "cellule", titre="Une formule est en erreur",
          pourquoi="Une erreur de formule n'est pas une case vide : une valeur a été perdue.")  # fmt: skip
def formule_en_erreur(titre: str, requis: bool, p: Probleme) -> Ecart:
    return Ecart(f"La formule de « {titre} » donne {p.vu}.", "Réparez la formule, ou remplacez-la par sa valeur.",
                 valeur=p.vu, gravite=_selon(requis))  # fmt: skip


@controle("formule-non-calculee", Gravite.REJET, "cellule", titre="Une formule n'a jamais été calculée",
          pourquoi="Le fichier a été écrit par un programme : la cellule porte une formule et aucune valeur, ou un zéro que rien n'a calculé.")  # fmt: skip
def formule_non_calculee(titre: str, requis: bool, p: Probleme) -> Ecart:
    return Ecart(f"« {titre} » contient la formule {p.vu}, qu'aucun tableur n'a calculée.",
                 "Ouvrez le fichier dans Excel, enregistrez-le, puis renvoyez-le.", valeur=p.vu, gravite=_selon(requis))  # fmt: skip


@controle("donnee-personnelle", Gravite.REJET, "cellule", titre="Une donnée personnelle a été saisie",
          pourquoi="Un numéro de sécurité sociale n'a rien à faire dans une trame ; il est masqué partout.",
          bon={"commentaire": "marché 2021-045"}, mauvais={"commentaire": "dossier 1 85 05 78 006 084 91"})  # fmt: skip
def donnee_personnelle(titre: str, _requis: bool, p: Probleme) -> Ecart:
    if p.vu == SECRET:
        return Ecart(f"« {titre} » contient ce qui ressemble à un mot de passe ou à une clé d'accès ({p.vu}).",
                     "Effacez-le de votre fichier, renvoyez-le, et changez ce mot de passe là où il sert.",
                     valeur=p.vu, gravite=Gravite.ALERTE)  # fmt: skip
    return Ecart(f"« {titre} » contient ce qui ressemble à un numéro de sécurité sociale ({p.vu}).",
                 "Effacez ce numéro de votre fichier et renvoyez-le.", valeur=p.vu)  # fmt: skip
