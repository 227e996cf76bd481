"""Line checks on labels and texts: is the purchase in the nomenclature, and does the text betray a non-gain?"""

from __future__ import annotations

import re

from config.french import proche
from config.nomenclature import RUBRIQUES, UNE
from sheets.cells import vu
from sheets.checks.catalogue import Contexte, Ecart, controle
from sheets.findings import Gravite
from sheets.trames.paat.columns import Action
from sheets.trames.paat.free_text import speaks_of

PENALTY = re.compile("penalit")
_MAYBE = re.compile("p[ée\u0301]+nalit")
"""In lower case: spares nearly every text the rest."""


@controle("nomenclature-inconnue", Gravite.ALERTE, "ligne", titre="Le libellé n'est pas dans la nomenclature",
          pourquoi="Un libellé inconnu ne se regroupe avec aucun autre ; le gain compte, sans famille sûre.",
          bon={"famille": "hotellerie"}, mauvais={"famille": "Hôtelerie et repas"})  # fmt: skip
def nomenclature_inconnue(a: Action, c: Contexte) -> Ecart | None:
    for rubrique in RUBRIQUES:
        saisi = getattr(a, rubrique)
        if saisi and c.nomenclature.label(rubrique, saisi) is None:
            voisin = proche(saisi, c.nomenclature.labels(rubrique))
            conseil = f"Vouliez-vous dire « {voisin} » ? " if voisin else ""
            return Ecart(f"« {vu(saisi)} » n'est pas {UNE[rubrique]} de la nomenclature.",
                         f"{conseil}Choisissez dans la liste déroulante.", rubrique, vu(saisi))  # fmt: skip
    return None


@controle("nomenclature-incoherente", Gravite.ALERTE, "ligne", titre="Les niveaux de la nomenclature ne s'emboîtent pas",
          pourquoi="Un domaine appartient à une famille, une catégorie à un domaine.",
          bon={"famille": "Hôtellerie", "domaine": "Alimentation"},
          mauvais={"famille": "Transports", "domaine": "Alimentation"})  # fmt: skip
def nomenclature_incoherente(a: Action, c: Contexte) -> Ecart | None:
    n = c.nomenclature
    if a.famille in n.domaines and a.domaine in n.categories and a.domaine not in n.domaines[a.famille]:
        connus = [f for f, domaines in n.domaines.items() if a.domaine in domaines]
        return Ecart(f"Le domaine « {a.domaine} » n'est pas de la famille « {a.famille} ».",
                     f"Ce domaine relève de « {connus[0]} ».", "domaine", a.domaine)  # fmt: skip
    connue = a.categorie in n.labels("categorie")
    if a.domaine in n.categories and connue and a.categorie not in n.categories[a.domaine]:
        return Ecart(f"La catégorie « {a.categorie} » n'est pas du domaine « {a.domaine} ».",
                     "Choisissez dans la liste déroulante, qui suit le domaine.", "categorie", a.categorie or "")  # fmt: skip
    return None


@controle("penalite-comptee", Gravite.ALERTE, "ligne", titre="Le texte parle de pénalités",
          pourquoi="Une pénalité de marché n'est pas un gain achat.",
          bon={"justification": "baisse de prix"}, mauvais={"justification": "pénalités de retard du titulaire"})  # fmt: skip
def penalite_comptee(a: Action, c: Contexte) -> Ecart | None:
    for colonne in ("intitule", "justification", "commentaire"):
        texte = getattr(a, colonne) or ""
        if a.gain_annuel and _MAYBE.search(texte.lower()) and speaks_of(PENALTY, texte):
            return Ecart("Le texte de cette ligne parle de pénalités, qui ne sont pas un gain.",
                         "Retirez du gain la part des pénalités.", colonne)  # fmt: skip
    return None
