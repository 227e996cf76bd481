"""A question asked by someone → the answer they have a right to. The one way in, for every channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bots import messages
from bots.questions import PAR_CLE
from bots.understanding import Question, comprend
from config.discretion import masque
from config.droits import CLAVIER, Personne, Regard, meilleur_regard
from config.errors import UserError
from config.territoire import FRANCE, Perimetre
from reports.vue import Sujet, Vue
from sheets.register import demandes


def repond(
    texte: str, personne: Personne, vue: Vue, maintenant: datetime, au: date | None = None, limite: int = -1
) -> dict[str, Any]:
    """Answer a question as the JSON object every channel words from; remembers it for « pourquoi ? ».

    `vue` is today's: its folder decides the rights. With `au`, the answer is the one that day would have given; with
    `limite`, at most that many lines come with it.
    """
    texte = masque(texte)
    rendu, comprise = reponse_a(texte, personne, vue, au, limite)
    demandes.retient_question(vue.db, personne.email, maintenant, texte, comprise)
    return rendu


def reponse_a(
    texte: str, personne: Personne, vue: Vue, au: date | None = None, limite: int = -1
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The answer, and what to remember of the question: reads only, so that a pull never makes anyone wait."""
    texte = masque(texte)
    precedente = _precedente(vue, personne)
    vue_du_jour = vue.le(au) if au else vue
    question = comprend(texte, vue_du_jour.dossier, vue_du_jour.au, territoire_par_defaut(personne, vue), precedente)
    if question.sujet:
        question = replace(question, sujet=replace(question.sujet, limite=limite))
    rendu = _reponse(question, personne, vue_du_jour, vue)
    return rendu, _memoire(question) if question.sujet and not rendu.get("refus") else None


def territoire_par_defaut(personne: Personne, vue: Vue) -> Perimetre:
    """One's own territory; at the keyboard, the region when the folder has a single one."""
    if personne is not CLAVIER:
        return personne.perimetre
    regions = {g.region for g in vue.dossier.territoire.ghts.values()}
    return Perimetre("region", regions.pop()) if len(regions) == 1 else FRANCE


def _reponse(question: Question, personne: Personne, vue: Vue, aujourd_hui: Vue) -> dict[str, Any]:
    """What is answered as of the view's day, to someone whose rights are those of `aujourd_hui`."""
    if question.intention == "aide":
        return messages.sans_figure(question.texte, "aide", messages.aide())
    if question.intention is None or question.sujet is None:
        return messages.sans_figure(question.texte, None, f"Je n'ai pas compris. {question.indices}")
    intention = PAR_CLE[question.intention]
    cible = question.sujet.perimetre
    actuel = aujourd_hui.dossier
    droit = meilleur_regard(personne, actuel.personnes, cible, actuel.territoire, aujourd_hui.au)
    if droit is Regard.RIEN or (droit is Regard.TOTAUX and not intention.total_seul):
        quoi = "ce territoire n'est" if droit is Regard.RIEN else "le détail de ce territoire n'est"
        phrase = f"{quoi.capitalize()} pas ouvert à votre profil ({personne.fonction})."
        return messages.sans_figure(question.texte, question.intention, phrase, refus=True)
    try:
        reponse = intention.fonction(vue, question.sujet)
    except UserError as faute:
        return messages.sans_figure(question.texte, question.intention, str(faute))
    if droit is Regard.TOUT:
        return messages.objet(question.texte, reponse, vue.dossier)
    rendu = messages.objet(question.texte, replace(reponse, elements=(), par=""), vue.dossier)
    if reponse.elements:
        rendu["texte"] += "\nLe détail n'est pas ouvert à votre profil : voici le total seul."
    return rendu


def _memoire(question: Question) -> dict[str, Any]:
    s = question.sujet
    assert s is not None
    return {
        "type": s.perimetre.type,
        "code": s.perimetre.code,
        "exercice": s.exercice,
        "campagne": s.campagne,
        "par": s.par,
        "depuis": s.depuis.isoformat() if s.depuis else None,
        "intention": question.intention,
    }


def _precedente(vue: Vue, personne: Personne) -> tuple[str, Sujet] | None:
    """What that person last asked: the question, and its subject."""
    m = demandes.derniere_question(vue.db, personne.email)
    if not m:
        return None
    depuis = date.fromisoformat(m["depuis"]) if m.get("depuis") else None
    return m.get("intention", ""), Sujet(
        Perimetre(m["type"], m["code"]), m["exercice"], m["campagne"], m["par"], depuis
    )
