"""The columns of a PAAT, and its typed line: one purchase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sheets.trame import ALWAYS, EURO_FORMAT, RATE_FORMAT, Column, Requirement, Signal

LEVIERS = ("massification et négociation", "standardisation et substitution", "coût complet", "processus achat")
MODES = ("récurrent", "ponctuel", "action de progrès")
NATURES = ("exploitation", "investissement", "recette")
STATUTS = ("potentiel", "notifié", "réalisé", "abandonné")
EFFECTS = ("effet prix induit", "effet volume", "effet process", "recette", "coût évité")


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


def _engage(values: Mapping[str, Any]) -> bool:
    """Réalisé or notifié; a status that cannot be read is taken as such."""
    return values.get("statut") not in ("potentiel", "abandonné")


def _is_ordered(values: Mapping[str, Any]) -> bool:
    return values.get("statut") not in ("potentiel", "abandonné", "notifié")


ENGAGE = "pour un statut réalisé ou notifié"

# Months of life at the end of exercice N (`0`) or N−1 (`-1`), 0 to 12, as an Excel formula.
_MONTHS_SO_FAR = (
    "MIN(12,MAX(0,({exercice}%+d)*12+12-YEAR({date_premiere_commande})*12-MONTH({date_premiere_commande})+1))"
)
_PART = (
    'IF(AND({statut}="réalisé",ISNUMBER({date_premiere_commande}),ISNUMBER({gain_annuel})),'
    "ROUND({gain_annuel}*%s/12,2)-ROUND({gain_annuel}*%s/12,2),0)"
)
_UNLESS_BLANK = 'IF({gain_annuel}="","",%s)'

COLUMNS = (
    Column("action_id", "N° d'action", "texte", "Déjà rempli ; il suit la ligne d'une campagne à l'autre.",
            synonyms=("Numéro d'action", "N° action", "N°"), width=10, is_ours=True),
    Column("demarche", "Démarche", "liste", "PAAT (territoire) ou PAA (un établissement).", choices=("PAAT", "PAA"), width=11),
    Column("intitule", "Intitulé de l'action", "texte", "Quel achat, en quelques mots.", ALWAYS,
            synonyms=("Intitulé", "Libellé de l'action", "Action", "Objet"), width=42),
    Column("famille", "Famille", "nomenclature", "Famille d'achat de la nomenclature.", ALWAYS,
            synonyms=("Famille d'achat", "Famille d'achats"), width=28),
    Column("domaine", "Domaine", "nomenclature", "Proposé selon la famille choisie.", synonyms=("Domaine d'achat",), width=28),
    Column("categorie", "Catégorie", "nomenclature", "Proposée selon le domaine choisi.", width=24),
    Column("levier", "Levier", "liste", "Ce qui a produit le gain.", choices=LEVIERS, synonyms=("Levier achat",), width=26),
    Column("operateur", "Opérateur", "liste", "Qui a conduit l'achat.", ALWAYS, choices="operateurs",
            synonyms=("Opérateur d'achat", "Porteur"), width=17),
    Column("marche", "N° de marché", "texte", "Tel qu'il figure au marché, zéros compris.",
            synonyms=("Numéro de marché", "Marché", "N° marché"), width=17),
    Column("mode", "Mode de calcul", "liste", "Récurrent : prix historique moins nouveau prix. Ponctuel : premier "
            "achat ou périmètre changé. Action de progrès : coût de référence moins coût amélioré.", ALWAYS, choices=MODES, width=18),
    Column("nature", "Nature", "liste", "Un gain d'investissement se divise par la durée d'amortissement.", ALWAYS,
            choices=NATURES, width=16),
    Column("duree_amortissement", "Durée d'amortissement (années)", "entier", "Pour un investissement.",
            Requirement("pour un investissement", lambda v: v.get("nature") == "investissement", "amortissement-absent", False),
            synonyms=("Durée d'amortissement", "Amortissement"), format="0", width=15),
    Column("statut", "Statut", "liste", "Seul « réalisé » compte ; il lui faut une date de 1re commande.", ALWAYS,
            choices=STATUTS, synonyms=("Statut de l'action",), width=12),
    Column("date_premiere_commande", "Date de 1re commande", "date", "Le gain vit 12 mois à partir de ce mois-là, compris.",
            Requirement("pour un statut réalisé", _is_ordered, "date-commande-absente"),
            synonyms=("Date de première commande", "Date 1ère commande", "1re commande"), format="dd/mm/yyyy", width=14),
    Column("montant_reference", "Montant de référence annuel (€ TTC)", "euros",
            "Ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
            Requirement(f"{ENGAGE}, sauf recette", lambda v: _engage(v) and v.get("nature") != "recette", "montant-reference-absent"),
            synonyms=("Montant de référence", "Périmètre traité", "Montant annuel de référence"), format=EURO_FORMAT, width=19),
    Column("prix_reference", "Prix de référence (€ TTC)", "nombre", "Prix unitaire d'avant (facultatif, avec les deux suivants).",
            synonyms=("Ancien prix", "Prix historique"), format="#,##0.00##", width=13),
    Column("prix_nouveau", "Nouveau prix (€ TTC)", "nombre", "Prix unitaire obtenu.", format="#,##0.00##", width=13),
    Column("quantite", "Quantité (12 mois)", "nombre", "Quantité achetée sur 12 mois.", synonyms=("Quantité annuelle", "Quantité"),
            format="#,##0.##", width=12),
    Column("gain_annuel", "Gain annuel sur 12 mois (€ TTC)", "euros",
            "Sur 12 mois pleins, sans prorata : Vigie répartit entre les exercices. Une perte s'écrit en négatif.",
            Requirement(ENGAGE, _engage, "gain-absent"), synonyms=("Montant Gain", "Gain annuel", "Gain sur 12 mois", "Gain"),
            format=EURO_FORMAT, width=19),
    Column("performance", "Performance sur périmètre traité", "calcul", "Gain annuel ÷ montant de référence.",
            synonyms=("Performance",), formula='IF(AND(ISNUMBER({gain_annuel}),ISNUMBER({montant_reference}),N({montant_reference})>0),'
            '{gain_annuel}/{montant_reference},"")', format=RATE_FORMAT, width=14),
    Column("poids", "Poids de l'action dans les gains", "calcul", "Part de la ligne dans les gains positifs de la trame.",
            formula='IF(AND(ISNUMBER({gain_exercice}),{total_positif}>0),{gain_exercice}/{total_positif},"")', format=RATE_FORMAT, width=13),
    Column("gain_exercice", "Gain de l'exercice", "calcul", "La part des 12 mois qui tombe dans l'exercice.",
            formula=_UNLESS_BLANK % (_PART % (_MONTHS_SO_FAR % 0, _MONTHS_SO_FAR % -1)), format=EURO_FORMAT, width=17),
    Column("report", "Report N+1", "calcul", "La part qui tombe dans l'exercice suivant.",
            formula=_UNLESS_BLANK % (_PART % (_MONTHS_SO_FAR % 1, _MONTHS_SO_FAR % 0)), format=EURO_FORMAT, width=17),
    Column("type_effet", "Type d'effet budgétaire", "liste", "Ce que le gain change au budget.", choices=EFFECTS,
            synonyms=("Type d'effet",), width=18),
    Column("justification", "Calcul des gains", "texte", "L'explication qu'une performance élevée demande.",
            synonyms=("Justification", "Calcul du gain", "Détail du calcul"), width=36),
    Column("commentaire", "Commentaire de l'établissement", "texte", "Libre.", synonyms=("Commentaire", "Commentaires"), width=28),
    Column("retour", "Commentaire ARS / DGOS", "texte", "Réservé à la relecture.",
            synonyms=("Commentaire DGOS", "Commentaire ARS"), width=28, is_ours=True),
)  # fmt: skip


PRICES = ("prix_reference", "prix_nouveau", "quantite")
"""What a supplier's price is told by."""
FREE_TEXTS = ("justification", "commentaire", "retour")
_ENGAGE = 'OR({statut}="réalisé",{statut}="notifié")'
_ORDER_DATE = "{date_premiere_commande}"
_PERFORMANCE = (
    'AND({nature}<>"recette",ISBLANK({justification}),N({montant_reference})>0,N({gain_annuel})/{montant_reference}>%s)'
)

SIGNALS = (
    Signal(("montant_reference",), f'AND({_ENGAGE},{{nature}}<>"recette",ISBLANK({{montant_reference}}))', "retiree"),
    Signal(("gain_annuel",), f"AND({_ENGAGE},ISBLANK({{gain_annuel}}))", "retiree"),
    Signal(("date_premiere_commande",), f'AND({{statut}}="réalisé",ISBLANK({_ORDER_DATE}))', "retiree"),
    Signal(("date_premiere_commande",), f'AND({{statut}}="réalisé",ISNUMBER({_ORDER_DATE}),OR({_ORDER_DATE}<DATE({{exercice}}-1,2,1),'
           f"{_ORDER_DATE}>=DATE({{exercice}}+1,1,1)))", "retiree"),
    Signal(("duree_amortissement",), 'AND({nature}="investissement",ISBLANK({duree_amortissement}))', "retiree"),
    Signal(("gain_annuel", "montant_reference", "performance"), 'AND({nature}<>"recette",N({gain_annuel})>0,'
           "ISNUMBER({montant_reference}),{gain_annuel}>={montant_reference})", "retiree"),
    Signal(("gain_annuel", "performance", "justification"), _PERFORMANCE % "{borne_2}", "retiree"),
    Signal(("gain_annuel", "performance", "justification"), _PERFORMANCE % "{borne_1}", "a_expliquer"),
    Signal(("marche",), 'AND({statut}="réalisé",ISBLANK({marche}))', "a_expliquer"),
)  # fmt: skip
"""What the tab shows while it is being filled: the same rules as the checks that strike out or ask."""
