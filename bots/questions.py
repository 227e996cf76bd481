"""The table of questions: words, help, function. `vigie ask`, the chat and the help page all follow from it.

Says how a question is asked and who answers it; never reads a sentence (see `grammaire`), never words an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports import (
    at_lock,
    changes,
    comparison,
    coverage,
    deadlines,
    forecast,
    gains,
    progress,
    quality,
    ranking,
    todo,
    why,
)
from reports.answer import Answer
from reports.view import Subject, View


@dataclass(frozen=True, slots=True)
class Intention:
    """One kind of question. The first row with a turn of phrase in the sentence wins, then the first with a word."""

    key: str
    words: tuple[str, ...]
    """Compared without case or accents, a plural or a slip of the finger allowed."""
    example: str
    help_text: str
    function: Callable[[View, Subject], Answer]
    total_alone: bool = False
    """Whether the figure alone, without its lines, still answers: what someone entitled to totals gets, once
    `reports/disclosure.py` knows what may be told of it."""
    template: str = ""
    """The question asked of one place and one exercice: what an answer in doubt proposes."""
    wordings: tuple[str, ...] = ()
    """Turns of phrase (regular expressions over words without accents), looked for before any word."""
    lines_open: bool = False
    """Whether the lines are themselves totals of the territories asked about, open to whoever may see these."""

    def suggests(self, place: str, exercice: int) -> str:
        """« rejets GHT Jura 2021 »."""
        return (self.template or f"{self.key} {{lieu}} {{annee}}").format(lieu=place, annee=exercice)


INTENTIONS = (
    Intention("verrou", ("au verrou",),
              "gains BFC 2021 au verrou", "ce qui était retenu au verrou, avant les décisions d'après", at_lock.at_lock, True,
              "gains {lieu} {annee} au verrou",
              (r"(au (moment du |jour du )?|lors du |le jour du |a la date du )verrou(illage)?",)),
    Intention("pourquoi", ("pourquoi", "d ou vient", "d ou viennent", "detail", "detaille", "detailler", "explique", "expliquer",
                           "justifie", "quelles lignes"),
              "pourquoi gains GHT Jura 2021", "les lignes et les cellules qui font un chiffre", why.why, False,
              "pourquoi gains {lieu} {annee}"),
    Intention("changements", ("change", "changement", "bouge", "quoi de neuf"),
              "qu'est-ce qui a changé depuis le 15/03 ?", "ce qui sépare deux jours, ligne à ligne", changes.changes, False,
              "qu'est-ce qui a changé {lieu} {annee} depuis un mois ?"),
    Intention("taches", ("tache", "todo"),
              "qu'attend-on de moi ?", "ce qu'il reste à faire : remettre, compléter, corriger, trancher", todo.tasks, False,
              "tâches {lieu} {annee}",
              (r"qu attend(ez vous|s tu| on)( de (moi|nous))?", r"(vous|tu) attend(ez|s) (encore )?d(e|u) (moi|nous)",
               (r"(qu est ce )?(que?|quoi|quelles lignes)( (je|on))? doi[st]( (je|on|nous))?( encore)?( vous)? "
                r"(faire|corriger|envoyer|rendre|trancher|valider|decider)"),
               r"(reste|quoi|ai je) a (faire|corriger|valider|trancher|decider)", r"que doit (faire|corriger|envoyer)",
               r"quoi faire", r"manque quoi", r"que (me|nous) manque t il", r"(suis je|on est|est on|sommes nous) a jour",
               r"to do( list)?")),
    Intention("retards", ("retard", "retardataire", "pas remis", "pas rendu", "pas envoye", "pas repondu", "pas transmis", "manque",
                          "manquent", "manquant", "attend on", "relancer", "en attente"),
              "qui n'a pas remis ?", "les GHT qui n'ont pas remis leur trame", progress.late_ones, False,
              "qui n'a pas remis {lieu} {annee}",
              (r"(on|nous) attend(ons)? (encore )?qui", r"de qui attend on", r"manque( t il)? qui", r"qui manque a l appel")),
    Intention("rejets", ("rejet", "rejete", "retire", "refuse", "ecarte", "erreur", "a corriger", "constat bloquant", "constat"),
              "rejets du GHT Jura", "ce qui est retiré, du plus coûteux au moins coûteux", quality.rejections, False,
              "rejets {lieu} {annee}",
              (r"pourquoi (on|vous|nous|m|a|ai|est|sont|avez|ont|t|l|les|des|mes|nos|lignes?|ete| )+(retires?|rejetees?|refusees?|ecartees?)",)),
    Intention("alertes", ("alerte", "a regarder", "a verifier", "suspect", "doublon", "anomalie"),
              "alertes du GHT Jura", "ce qui demande un regard sans rien retirer, par règle", quality.alerts, False,
              "alertes {lieu} {annee}"),
    Intention("echeances", ("echeance", "deadline", "date limite", "date butoir", "calendrier", "delai", "quand"),
              "quelles sont les échéances ?", "les dates des campagnes : ouverture, échéance, verrou", deadlines.all_deadlines, True,
              "échéances {lieu} {annee}",
              (r"quand (est ce (que|qu) (ca|on|il|elle) )?(ouvre|ferme|faut il|commence|finit)", r"(pour|jusqu a|avant) quand",
               r"combien de temps( il)?( nous)?( me)?( reste)?( t il)?")),
    Intention("prevision", ("prevision", "previsionnel", "projection", "atterrissage", "estimation", "forecast", "esperer"),
              "prévision BFC 2021", "ce que l'exercice donnerait : retenu, notifié, reports ; l'imputé à part", forecast.forecast,
              True, "prévision {lieu} {annee}",
              (r"(previsions?|projections?|estimations?|atterrissages?|combien|chiffre|resultat|total)( de| a| en| pour)?( la)? fin (de l |d )annee",
               r"(va|vais|allons|vont|allez)( t)?( (on|il|elle|nous|vous))? (finir|atterrir|atteindre|tenir|arriver)( a combien)?"), True),
    Intention("comparaison", ("compare", "comparer", "comparaison", "comparatif", "versus", "vs", "contre", "ecart", "difference"),
              "compare GHT Jura et GHT Nièvre", "deux territoires, ou deux années, côte à côte", comparison.comparison, True,
              "compare {lieu} 2020 et 2021",
              (r"(mieux|plus|moins|autant|pire) que?(?= )", r"par rapport a(u|ux)?", r"face a(u|ux)?",
               r"(ecarts?|differences?) (entre|avec)"), True),
    Intention("evolution", ("evolution", "evolue", "evoluent", "tendance", "historique", "progression", "progresse", "progressent"),
              "évolution des gains du Jura", "les gains d'un exercice à l'autre", comparison.evolution, True,
              "évolution {lieu}",
              (r"annee par annee", r"(par|chaque) (an|annee|exercice)s?", r"d une annee a l autre", r"d annee en annee"), True),
    Intention("classement", ("classement", "palmares", "rang", "combientieme", "position"),
              "les 3 meilleurs GHT", "qui gagne le plus, qui gagne le moins ; « mon rang »", ranking.ranking, True,
              "classement {lieu} {annee}",
              (r"(comment |ou )?(on|nous|je|se|me)( (nous|se|me))? situ(e|ons)( (on|je|nous))?",)),
    Intention("objectif", ("objectif", "cible", "atteinte", "taux d atteinte"),
              "objectif BFC 2021", "l'objectif en vigueur et son taux d'atteinte", gains.objective, True, "objectif {lieu} {annee}",
              (r"dans les clous", r"(il )?(nous |me )?manque( t il)? pour( atteindre)? l objectif", r"ecart (a|avec) l objectif")),
    Intention("statut", ("statut", "avancement", "etat", "qui a remis", "qui a rendu", "remise", "remis", "recu", "recue", "envoye",
                         "rendu", "repondu", "transmis", "arrive"),
              "où en est le GHT Nièvre ?", "où en est chaque GHT dans la campagne", progress.status, True, "statut {lieu} {annee}",
              (r"ou (on |nous |l on )?en (est|sont|sommes)( (on|nous|ils))?(?! (de |sur )?(l|les|nos|mes|vos) gains?)",
               r"(combien de|nombre de) (trames?|ght|fichiers?)( ont)? (recues?|repondu|remises?|remis|rendues?)")),
    Intention("qualite", ("qualite", "fiable", "fiabilite", "confiance", "fier"),
              "qualité BFC 2021", "la part des lignes déclarées sans constat bloquant", quality.line_quality, True,
              "qualité {lieu} {annee}"),
    Intention("couverture", ("couverture", "couvert", "couverte", "perimetre traite"),
              "couverture BFC 2021", "la part des achats sur laquelle on a travaillé ; « de 2019 à 2021 », « sur trois ans »",
              coverage.coverage, True, "couverture {lieu} {annee}", (), True),
    Intention("performance", ("performance", "taux de performance", "performant"),
              "performance BFC 2021", "le gain sur 12 mois rapporté au montant de référence, en %", coverage.performance, True,
              "performance {lieu} {annee}"),
    Intention("gains", ("gain", "gagne", "combien", "economie", "economise", "total", "resultat", "chiffre",
                        "montant", "retenu", "declare", "score", "repartition", "ventilation", "rapporte", "rapportent"),
              "gains BFC 2021 par famille", "ce qui est retenu pour un exercice, par GHT, famille, opérateur…", gains.gains, True,
              "gains {lieu} {annee}",
              (r"ou en (est|sont|sommes)( (on|nous))? (de |sur )?(l |les |nos |mes |vos )gains?",)),
)  # fmt: skip

AXES = {
    "ght": ("ght", "groupement"),
    "etablissement": ("etablissement", "hopital", "hopitaux"),
    "region": ("region",),
    "famille": ("famille",),
    "domaine": ("domaine",),
    "categorie": ("categorie",),
    "operateur": ("operateur",),
    "levier": ("levier",),
    "nature": ("nature",),
}
"""« par … »: how an axis is typed."""

HELP_WORDS = ("aide", "help", "que sais tu faire", "comment ca marche", "sais faire quoi", "te demander", "vous demander",
        "quelles questions", "mode d emploi")  # fmt: skip
BY_KEY = {i.key: i for i in INTENTIONS}
