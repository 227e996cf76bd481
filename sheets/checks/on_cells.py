"""Findings on one cell: it holds something else than expected, or nothing where something is required.

Each function is given the column's title, whether it is required here, and the problem (None for a blank).
What is seen in a cell is shown as it is, except a personal number, which is masked before it gets here.
"""

from __future__ import annotations

from config.secrets import SECRET
from sheets.cells import Doubtful, Problem, Recognised
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity


def _severity_if_required(required: bool) -> Severity:
    return Severity.REJECTION if required else Severity.ALERT


@check("valeur-absente", Severity.REJECTION, "cellule", title="Une valeur obligatoire manque",
          why="Sans elle la ligne ne peut être ni comptée ni comparée.")  # fmt: skip
def missing_value(title: str, _required: bool, _: Problem | None) -> Deviation:
    return Deviation(f"« {title} » est vide ; cette colonne est obligatoire.", f"Remplissez « {title} ».")


@check("valeur-non-numerique", Severity.REJECTION, "cellule", title="Un nombre était attendu",
          why="Un texte dans une colonne d'euros n'est jamais pris pour zéro.")  # fmt: skip
def non_numeric_value(title: str, required: bool, p: Problem) -> Deviation:
    return Deviation(f"« {p.shown} » dans « {title} » ; il faut {p.expected}.", "Saisissez un nombre seul, sans texte ni hors taxes.",
                 value=p.shown, severity=_severity_if_required(required))  # fmt: skip


@check("date-illisible", Severity.REJECTION, "cellule", title="La date ne peut être lue",
          why="Une date lue de travers déplace un montant d'un exercice à l'autre.")  # fmt: skip
def unreadable_date(title: str, required: bool, p: Problem) -> Deviation:
    return Deviation(f"« {p.shown} » dans « {title} » n'est pas une date connue ; il faut {p.expected}.",
                 "Saisissez jour, mois, année.", value=p.shown, severity=_severity_if_required(required))  # fmt: skip


@check("valeur-hors-liste", Severity.REJECTION, "cellule", title="La valeur n'est pas dans la liste",
          why="Un libellé inconnu ne peut être regroupé avec les autres.")  # fmt: skip
def value_off_list(title: str, required: bool, p: Problem) -> Deviation:
    advice = f"Vouliez-vous dire « {p.nearest} » ? " if p.nearest else ""
    return Deviation(f"« {p.shown} » dans « {title} » ; il faut {p.expected}.", f"{advice}Choisissez dans la liste déroulante.",
                 value=p.shown, severity=_severity_if_required(required))  # fmt: skip


@check("valeur-reconnue", Severity.INFO, "cellule", title="Un libellé a été reconnu malgré un pluriel",
          why="Ce qui est compris autrement qu'écrit est dit.")  # fmt: skip
def recognised_value(title: str, _required: bool, r: Recognised) -> Deviation:
    return Deviation(
        f"« {r.shown} » dans « {title} » a été compris comme « {r.label} ».",
        "Rien à faire si c'est juste.",
        value=r.shown,
    )


@check("montant-douteux", Severity.ALERT, "cellule", title="Un montant est peut-être d'une autre unité",
          why="Un taux, des milliers ou un nombre démesuré dans une colonne d'euros sont lus tels quels, et dits.")  # fmt: skip
def doubtful_amount(title: str, _required: bool, d: Doubtful) -> Deviation:
    return Deviation(f"« {d.shown} » dans « {title} » {d.why}",
                 "Si ce sont bien des euros TTC, rien à faire ; sinon, saisissez le montant en euros.", value=d.shown)  # fmt: skip


@check("unite-de-cellule", Severity.REJECTION, "cellule", title="Une case montre une autre unité que celle qu'elle contient",
          why="Un format « k€ », « HT » ou « % » montre à qui saisit autre chose que ce qui serait lu en euros TTC.")  # fmt: skip
def cell_unit(title: str, required: bool, p: Problem) -> Deviation:
    return Deviation(f"La case de « {title} » contient {p.shown}, et son format montre une autre unité ({p.expected}).",
                 "Saisissez des euros TTC sur 12 mois, et donnez à la case un format en euros.", value=p.shown,
                 severity=_severity_if_required(required))  # fmt: skip


@check("formule-en-erreur", Severity.REJECTION, "cellule", title="Une formule est en erreur",
          why="Une erreur de formule n'est pas une case vide : une valeur a été perdue.")  # fmt: skip
def formula_in_error(title: str, required: bool, p: Problem) -> Deviation:
    return Deviation(f"La formule de « {title} » donne {p.shown}.", "Réparez la formule, ou remplacez-la par sa valeur.",
                 value=p.shown, severity=_severity_if_required(required))  # fmt: skip


@check("formule-non-calculee", Severity.REJECTION, "cellule", title="Une formule n'a jamais été calculée",
          why="Le fichier a été écrit par un programme : la cellule porte une formule et aucune valeur, ou un zéro que rien n'a calculé.")  # fmt: skip
def formula_not_calculated(title: str, required: bool, p: Problem) -> Deviation:
    return Deviation(f"« {title} » contient la formule {p.shown}, qu'aucun tableur n'a calculée.",
                 "Ouvrez le fichier dans Excel, enregistrez-le, puis renvoyez-le.", value=p.shown, severity=_severity_if_required(required))  # fmt: skip


@check("donnee-personnelle", Severity.REJECTION, "cellule", title="Une donnée personnelle a été saisie",
          why="Un numéro de sécurité sociale n'a rien à faire dans une trame ; il est masqué partout.")  # fmt: skip
def personal_data(title: str, _required: bool, p: Problem) -> Deviation:
    if p.shown == SECRET:
        return Deviation(f"« {title} » contient ce qui ressemble à un mot de passe ou à une clé d'accès ({p.shown}).",
                     "Effacez-le de votre fichier, renvoyez-le, et changez ce mot de passe là où il sert.",
                     value=p.shown, severity=Severity.ALERT)  # fmt: skip
    return Deviation(f"« {title} » contient ce qui ressemble à un numéro de sécurité sociale ({p.shown}).",
                 "Effacez ce numéro de votre fichier et renvoyez-le.", value=p.shown)  # fmt: skip
