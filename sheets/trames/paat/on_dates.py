"""Line checks on time and status: does this gain fall in the exercice, and does its status agree?"""

from __future__ import annotations

from config.french import jour
from sheets.checks.catalogue import Contexte, Ecart, controle
from sheets.findings import Gravite
from sheets.gain import VIE_EN_MOIS, mois_ecoules
from sheets.trames.paat.columns import Action


@controle("gain-hors-exercice", Gravite.REJET, "ligne", titre="Le gain ne touche pas l'exercice",
          pourquoi="Un gain vit 12 mois à partir de la première commande ; passé ce temps il n'existe plus.",
          bon={"date_premiere_commande": "01/02/2020"}, mauvais={"date_premiere_commande": "31/12/2019"})  # fmt: skip
def gain_hors_exercice(a: Action, c: Contexte) -> Ecart | None:
    if a.statut != "réalisé" or not a.date_premiere_commande:
        return None
    exercice = c.campagne.exercice
    debut = mois_ecoules(a.date_premiere_commande, exercice - 1, 12)
    fin = mois_ecoules(a.date_premiere_commande, exercice, 12)
    if debut < VIE_EN_MOIS and fin > 0:
        return None
    return Ecart(
        f"1re commande le {jour(a.date_premiere_commande)} : ses 12 mois ne touchent pas l'exercice {exercice}.",
        "Corrigez la date si elle est fausse ; sinon retirez la ligne, ce gain n'est pas de cet exercice.",
        "date_premiere_commande", jour(a.date_premiere_commande),
    )  # fmt: skip


@controle("statut-incoherent", Gravite.ALERTE, "ligne", titre="Le statut et la date ne s'accordent pas",
          pourquoi="Une commande réalisée est passée, une action abandonnée n'en a pas, un marché notifié finit par commander.",
          bon={"statut": "réalisé", "date_premiere_commande": "01/07/2021"},
          mauvais={"statut": "abandonné", "date_premiere_commande": "01/07/2021"})  # fmt: skip
def statut_incoherent(a: Action, c: Contexte) -> Ecart | None:
    quand, situation = a.date_premiere_commande, c.campagne.situation
    if not quand:
        return None
    age = mois_ecoules(quand, situation.year, situation.month) - 1
    if a.statut == "réalisé" and quand > situation:
        dit = f"Action réalisée le {jour(quand)}, après la date de situation du {jour(situation)}."
        conseil = "Passez-la à « notifié » tant que la première commande n'est pas passée."
    elif a.statut == "abandonné":
        dit, conseil = (
            f"Action abandonnée avec une 1re commande le {jour(quand)}.",
            "Effacez la date, ou corrigez le statut.",
        )
    elif a.statut == "notifié" and age > c.seuils.notifie_ancien_mois:
        dit = f"Marché notifié depuis le {jour(quand)}, sans commande {age} mois plus tard."
        conseil = "Passez-le à « réalisé » s'il a commencé, ou mettez à jour la date prévue."
    else:
        return None
    return Ecart(dit, conseil, "statut", a.statut or "")


@controle("marche-absent", Gravite.ALERTE, "ligne", titre="Le numéro de marché manque",
          pourquoi="C'est par lui que deux déclarations du même achat se rapprochent.",
          bon={"marche": "2021-045"}, mauvais={"marche": ""})  # fmt: skip
def marche_absent(a: Action, c: Contexte) -> Ecart | None:
    if a.statut != "réalisé" or a.marche:
        return None
    return Ecart("Action réalisée sans numéro de marché.", "Saisissez le numéro du marché, de l'accord-cadre ou du bon de commande.",
                 "marche")  # fmt: skip
