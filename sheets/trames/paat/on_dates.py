"""Line checks on time and status: does this gain fall in the exercice, and does its status agree?"""

from __future__ import annotations

from config.french import day
from sheets.checks.catalogue import Context, Deviation, check
from sheets.findings import Severity
from sheets.trames.paat.columns import Action
from sheets.trames.paat.gain import LIFE_IN_MONTHS, months_elapsed


@check("gain-hors-exercice", Severity.REJECTION, "ligne", title="Le gain ne touche pas l'exercice",
          why="Un gain vit 12 mois à partir de la première commande ; passé ce temps il n'existe plus.",
          good={"date_premiere_commande": "01/02/2020"}, failing_cells={"date_premiere_commande": "31/12/2019"})  # fmt: skip
def gain_outside_exercice(a: Action, c: Context) -> Deviation | None:
    if a.statut != "réalisé" or not a.date_premiere_commande:
        return None
    exercice = c.campaign.exercice
    start = months_elapsed(a.date_premiere_commande, exercice - 1, 12)
    end = months_elapsed(a.date_premiere_commande, exercice, 12)
    if start < LIFE_IN_MONTHS and end > 0:
        return None
    return Deviation(
        f"1re commande le {day(a.date_premiere_commande)} : ses 12 mois ne touchent pas l'exercice {exercice}.",
        "Corrigez la date si elle est fausse ; sinon retirez la ligne, ce gain n'est pas de cet exercice.",
        "date_premiere_commande", day(a.date_premiere_commande),
    )  # fmt: skip


@check("statut-incoherent", Severity.ALERT, "ligne", title="Le statut et la date ne s'accordent pas",
          why="Une commande réalisée est passée, une action abandonnée n'en a pas, un marché notifié finit par commander.",
          good={"statut": "réalisé", "date_premiere_commande": "01/07/2021"},
          failing_cells={"statut": "abandonné", "date_premiere_commande": "01/07/2021"})  # fmt: skip
def inconsistent_statut(a: Action, c: Context) -> Deviation | None:
    when, situation = a.date_premiere_commande, c.campaign.situation
    if not when:
        return None
    age = months_elapsed(when, situation.year, situation.month) - 1
    if a.statut == "réalisé" and when > situation:
        said = f"Action réalisée le {day(when)}, après la date de situation du {day(situation)}."
        advice = "Passez-la à « notifié » tant que la première commande n'est pas passée."
    elif a.statut == "abandonné":
        said, advice = (
            f"Action abandonnée avec une 1re commande le {day(when)}.",
            "Effacez la date, ou corrigez le statut.",
        )
    elif a.statut == "notifié" and age > c.thresholds.notifie_ancien_mois:
        said = f"Marché notifié depuis le {day(when)}, sans commande {age} mois plus tard."
        advice = "Passez-le à « réalisé » s'il a commencé, ou mettez à jour la date prévue."
    else:
        return None
    return Deviation(said, advice, "statut", a.statut or "")


@check("marche-absent", Severity.ALERT, "ligne", title="Le numéro de marché manque",
          why="C'est par lui que deux déclarations du même achat se rapprochent.",
          good={"marche": "2021-045"}, failing_cells={"marche": ""})  # fmt: skip
def missing_market(a: Action, c: Context) -> Deviation | None:
    if a.statut != "réalisé" or a.marche:
        return None
    return Deviation("Action réalisée sans numéro de marché.", "Saisissez le numéro du marché, de l'accord-cadre ou du bon de commande.",
                 "marche")  # fmt: skip
