"""The trame PAAT: the action plan of a GHT, one tab per établissement, one line per purchase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sheets import gain
from sheets.trame import TOUJOURS, Colonne, Requis, Signal, Trame

LEVIERS = ("massification et négociation", "standardisation et substitution", "coût complet", "processus achat")
MODES = ("récurrent", "ponctuel", "action de progrès")
NATURES = ("exploitation", "investissement", "recette")
STATUTS = ("potentiel", "notifié", "réalisé", "abandonné")
EFFETS = ("effet prix induit", "effet volume", "effet process", "recette", "coût évité")


class Action(NamedTuple):
    """One purchase on which something was gained or lost. Amounts in cents, prices in euros; None is blank.

    A named tuple, as all that comes back from the reading processes by the thousand: it travels three times faster.
    """

    action_id: str | None = None
    demarche: str | None = None
    intitule: str | None = None
    famille: str | None = None
    domaine: str | None = None
    categorie: str | None = None
    levier: str | None = None
    operateur: str | None = None
    marche: str | None = None
    mode: str | None = None
    nature: str | None = None
    duree_amortissement: int | None = None
    statut: str | None = None
    date_premiere_commande: date | None = None
    montant_reference: int | None = None
    prix_reference: Decimal | None = None
    prix_nouveau: Decimal | None = None
    quantite: Decimal | None = None
    gain_annuel: int | None = None
    type_effet: str | None = None
    justification: str | None = None
    commentaire: str | None = None
    retour: str | None = None


def _engage(valeurs: Mapping[str, Any]) -> bool:
    """Réalisé or notifié; a status that cannot be read is taken as such."""
    return valeurs.get("statut") not in ("potentiel", "abandonné")


def _commande(valeurs: Mapping[str, Any]) -> bool:
    return valeurs.get("statut") not in ("potentiel", "abandonné", "notifié")


ENGAGE = "pour un statut réalisé ou notifié"
EUROS = "#,##0.00\\ [$€-40C];[Red]-#,##0.00\\ [$€-40C]"
TAUX = "0.0%"

# Months of life at the end of exercice N (`0`) or N−1 (`-1`), 0 to 12, as an Excel formula.
_VIE = "MIN(12,MAX(0,({exercice}%+d)*12+12-YEAR({date_premiere_commande})*12-MONTH({date_premiere_commande})+1))"
_PART = (
    'IF(AND({statut}="réalisé",ISNUMBER({date_premiere_commande}),ISNUMBER({gain_annuel})),'
    "ROUND({gain_annuel}*%s/12,2)-ROUND({gain_annuel}*%s/12,2),0)"
)
_LIGNE_VIDE = 'IF({gain_annuel}="","",%s)'

COLONNES = (
    Colonne("action_id", "N° d'action", "texte", "Déjà rempli ; il suit la ligne d'une campagne à l'autre.",
            synonymes=("Numéro d'action", "N° action", "N°"), largeur=10, a_nous=True),
    Colonne("demarche", "Démarche", "liste", "PAAT (territoire) ou PAA (un établissement).", choix=("PAAT", "PAA"), largeur=11),
    Colonne("intitule", "Intitulé de l'action", "texte", "Quel achat, en quelques mots.", TOUJOURS,
            synonymes=("Intitulé", "Libellé de l'action", "Action", "Objet"), largeur=42),
    Colonne("famille", "Famille", "nomenclature", "Famille d'achat de la nomenclature.", TOUJOURS,
            synonymes=("Famille d'achat", "Famille d'achats"), largeur=28),
    Colonne("domaine", "Domaine", "nomenclature", "Proposé selon la famille choisie.", synonymes=("Domaine d'achat",), largeur=28),
    Colonne("categorie", "Catégorie", "nomenclature", "Proposée selon le domaine choisi.", largeur=24),
    Colonne("levier", "Levier", "liste", "Ce qui a produit le gain.", choix=LEVIERS, synonymes=("Levier achat",), largeur=26),
    Colonne("operateur", "Opérateur", "liste", "Qui a conduit l'achat.", TOUJOURS, choix="operateurs",
            synonymes=("Opérateur d'achat", "Porteur"), largeur=17),
    Colonne("marche", "N° de marché", "texte", "Tel qu'il figure au marché, zéros compris.",
            synonymes=("Numéro de marché", "Marché", "N° marché"), largeur=17),
    Colonne("mode", "Mode de calcul", "liste", "Récurrent : prix historique moins nouveau prix. Ponctuel : premier "
            "achat ou périmètre changé. Action de progrès : coût de référence moins coût amélioré.", TOUJOURS, choix=MODES, largeur=18),
    Colonne("nature", "Nature", "liste", "Un gain d'investissement se divise par la durée d'amortissement.", TOUJOURS,
            choix=NATURES, largeur=16),
    Colonne("duree_amortissement", "Durée d'amortissement (années)", "entier", "Pour un investissement.",
            Requis("pour un investissement", lambda v: v.get("nature") == "investissement", "amortissement-absent", False),
            synonymes=("Durée d'amortissement", "Amortissement"), format="0", largeur=15),
    Colonne("statut", "Statut", "liste", "Seul « réalisé » compte ; il lui faut une date de 1re commande.", TOUJOURS,
            choix=STATUTS, synonymes=("Statut de l'action",), largeur=12),
    Colonne("date_premiere_commande", "Date de 1re commande", "date", "Le gain vit 12 mois à partir de ce mois-là, compris.",
            Requis("pour un statut réalisé", _commande, "date-commande-absente"),
            synonymes=("Date de première commande", "Date 1ère commande", "1re commande"), format="dd/mm/yyyy", largeur=14),
    Colonne("montant_reference", "Montant de référence annuel (€ TTC)", "euros",
            "Ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
            Requis(f"{ENGAGE}, sauf recette", lambda v: _engage(v) and v.get("nature") != "recette", "montant-reference-absent"),
            synonymes=("Montant de référence", "Périmètre traité", "Montant annuel de référence"), format=EUROS, largeur=19),
    Colonne("prix_reference", "Prix de référence (€ TTC)", "nombre", "Prix unitaire d'avant (facultatif, avec les deux suivants).",
            synonymes=("Ancien prix", "Prix historique"), format="#,##0.00##", largeur=13),
    Colonne("prix_nouveau", "Nouveau prix (€ TTC)", "nombre", "Prix unitaire obtenu.", format="#,##0.00##", largeur=13),
    Colonne("quantite", "Quantité (12 mois)", "nombre", "Quantité achetée sur 12 mois.", synonymes=("Quantité annuelle", "Quantité"),
            format="#,##0.##", largeur=12),
    Colonne("gain_annuel", "Gain annuel sur 12 mois (€ TTC)", "euros",
            "Sur 12 mois pleins, sans prorata : Vigie répartit entre les exercices. Une perte s'écrit en négatif.",
            Requis(ENGAGE, _engage, "gain-absent"), synonymes=("Montant Gain", "Gain annuel", "Gain sur 12 mois", "Gain"),
            format=EUROS, largeur=19),
    Colonne("performance", "Performance sur périmètre traité", "calcul", "Gain annuel ÷ montant de référence.",
            synonymes=("Performance",), formule='IF(AND(ISNUMBER({gain_annuel}),ISNUMBER({montant_reference}),N({montant_reference})>0),'
            '{gain_annuel}/{montant_reference},"")', format=TAUX, largeur=14),
    Colonne("poids", "Poids de l'action dans les gains", "calcul", "Part de la ligne dans les gains positifs de la trame.",
            formule='IF(AND(ISNUMBER({gain_exercice}),{total_positif}>0),{gain_exercice}/{total_positif},"")', format=TAUX, largeur=13),
    Colonne("gain_exercice", "Gain de l'exercice", "calcul", "La part des 12 mois qui tombe dans l'exercice.",
            formule=_LIGNE_VIDE % (_PART % (_VIE % 0, _VIE % -1)), format=EUROS, largeur=17),
    Colonne("report", "Report N+1", "calcul", "La part qui tombe dans l'exercice suivant.",
            formule=_LIGNE_VIDE % (_PART % (_VIE % 1, _VIE % 0)), format=EUROS, largeur=17),
    Colonne("type_effet", "Type d'effet budgétaire", "liste", "Ce que le gain change au budget.", choix=EFFETS,
            synonymes=("Type d'effet",), largeur=18),
    Colonne("justification", "Calcul des gains", "texte", "L'explication qu'une performance élevée demande.",
            synonymes=("Justification", "Calcul du gain", "Détail du calcul"), largeur=36),
    Colonne("commentaire", "Commentaire de l'établissement", "texte", "Libre.", synonymes=("Commentaire", "Commentaires"), largeur=28),
    Colonne("retour", "Commentaire ARS / DGOS", "texte", "Réservé à la relecture.",
            synonymes=("Commentaire DGOS", "Commentaire ARS"), largeur=28, a_nous=True),
)  # fmt: skip


_ENGAGE = 'OR({statut}="réalisé",{statut}="notifié")'
_COMMANDE = "{date_premiere_commande}"
_PERFORMANCE = (
    'AND({nature}<>"recette",ISBLANK({justification}),N({montant_reference})>0,N({gain_annuel})/{montant_reference}>%s)'
)

SIGNAUX = (
    Signal(("montant_reference",), f'AND({_ENGAGE},{{nature}}<>"recette",ISBLANK({{montant_reference}}))', "retiree"),
    Signal(("gain_annuel",), f"AND({_ENGAGE},ISBLANK({{gain_annuel}}))", "retiree"),
    Signal(("date_premiere_commande",), f'AND({{statut}}="réalisé",ISBLANK({_COMMANDE}))', "retiree"),
    Signal(("date_premiere_commande",), f'AND({{statut}}="réalisé",ISNUMBER({_COMMANDE}),OR({_COMMANDE}<DATE({{exercice}}-1,2,1),'
           f"{_COMMANDE}>=DATE({{exercice}}+1,1,1)))", "retiree"),
    Signal(("duree_amortissement",), 'AND({nature}="investissement",ISBLANK({duree_amortissement}))', "retiree"),
    Signal(("gain_annuel", "montant_reference", "performance"), 'AND({nature}<>"recette",N({gain_annuel})>0,'
           "ISNUMBER({montant_reference}),{gain_annuel}>={montant_reference})", "retiree"),
    Signal(("gain_annuel", "performance", "justification"), _PERFORMANCE % "{borne_2}", "retiree"),
    Signal(("gain_annuel", "performance", "justification"), _PERFORMANCE % "{borne_1}", "a_expliquer"),
    Signal(("marche",), 'AND({statut}="réalisé",ISBLANK({marche}))', "a_expliquer"),
)  # fmt: skip
"""What the tab shows while it is being filled: the same rules as the checks that strike out or ask."""


def _mesure(action: Action, exercice: int, situation: date) -> gain.Mesure:
    return gain.mesure(action.gain_annuel, action.statut, action.date_premiere_commande, exercice, situation)


PAAT = Trame(
    code="paat",
    titre="Plan d'actions achats de territoire",
    version="2022.1",
    versions_lues=("2022.1", "2021.1"),
    colonnes=COLONNES,
    ligne=Action,
    mesure=_mesure,
    signaux=SIGNAUX,
)
