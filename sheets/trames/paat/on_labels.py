"""Line checks on labels and texts: is the purchase in the nomenclature, and does the text betray a non-gain?"""

from __future__ import annotations

import re

from config.french import nearest
from config.nomenclature import LEVELS, WITH_ARTICLE
from sheets.cells import shown
from sheets.checks.catalogue import Context, Deviation, check
from sheets.findings import Severity
from sheets.trames.paat.columns import Action
from sheets.trames.paat.free_text import speaks_of

PENALTY = re.compile("penalit")
_MAYBE = re.compile("p[ée\u0301]+nalit")
"""In lower case: spares nearly every text the rest."""


@check("nomenclature-inconnue", Severity.ALERT, "ligne", title="Le libellé n'est pas dans la nomenclature",
          why="Un libellé inconnu ne se regroupe avec aucun autre ; le gain compte, sans famille sûre.",
          good={"famille": "hotellerie"}, failing_cells={"famille": "Hôtelerie et repas"})  # fmt: skip
def unknown_nomenclature(a: Action, c: Context) -> Deviation | None:
    for level in LEVELS:
        typed = getattr(a, level)
        if typed and c.nomenclature.label(level, typed) is None:
            neighbour = nearest(typed, c.nomenclature.labels(level))
            advice = f"Vouliez-vous dire « {neighbour} » ? " if neighbour else ""
            return Deviation(f"« {shown(typed)} » n'est pas {WITH_ARTICLE[level]} de la nomenclature.",
                         f"{advice}Choisissez dans la liste déroulante.", level, shown(typed))  # fmt: skip
    return None


@check("nomenclature-incoherente", Severity.ALERT, "ligne", title="Les niveaux de la nomenclature ne s'emboîtent pas",
          why="Un domaine appartient à une famille, une catégorie à un domaine.",
          good={"famille": "Hôtellerie", "domaine": "Alimentation"},
          failing_cells={"famille": "Transports", "domaine": "Alimentation"})  # fmt: skip
def inconsistent_nomenclature(a: Action, c: Context) -> Deviation | None:
    n = c.nomenclature
    if a.famille in n.domaines and a.domaine in n.categories and a.domaine not in n.domaines[a.famille]:
        known_ones = [f for f, domaines in n.domaines.items() if a.domaine in domaines]
        return Deviation(f"Le domaine « {a.domaine} » n'est pas de la famille « {a.famille} ».",
                     f"Ce domaine relève de « {known_ones[0]} ».", "domaine", a.domaine)  # fmt: skip
    is_known = a.categorie in n.labels("categorie")
    if a.domaine in n.categories and is_known and a.categorie not in n.categories[a.domaine]:
        return Deviation(f"La catégorie « {a.categorie} » n'est pas du domaine « {a.domaine} ».",
                     "Choisissez dans la liste déroulante, qui suit le domaine.", "categorie", a.categorie or "")  # fmt: skip
    return None


@check("penalite-comptee", Severity.ALERT, "ligne", title="Le texte parle de pénalités",
          why="Une pénalité de marché n'est pas un gain achat.",
          good={"justification": "baisse de prix"}, failing_cells={"justification": "pénalités de retard du titulaire"})  # fmt: skip
def penalty_counted(a: Action, c: Context) -> Deviation | None:
    for column in ("intitule", "justification", "commentaire"):
        text = getattr(a, column) or ""
        if a.gain_annuel and _MAYBE.search(text.lower()) and speaks_of(PENALTY, text):
            return Deviation("Le texte de cette ligne parle de pénalités, qui ne sont pas un gain.",
                         "Retirez du gain la part des pénalités.", column)  # fmt: skip
    return None
