"""A question asked by someone → the answer they have a right to. The one way in, for every channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bots import answer_json, answer_words
from bots.grammar.question import Question
from bots.grammar.understand import LONGEST, comprend
from bots.questions import PAR_CLE, Intention
from config.errors import UserError
from config.rights import CLAVIER, Personne, Regard, meilleur_regard, reader
from config.secrets import masque
from config.territory import FRANCE, Perimetre
from reports.answer import Reponse
from reports.disclosure import told
from reports.view import Sujet, Vue
from sheets.register import asked
from sheets.register.database import lecture

TERRITOIRES = ("ght", "etablissement", "region")
"""The axes whose parts are territories, each with a right of its own."""


@dataclass(frozen=True, slots=True)
class Rendu:
    """An answer as every channel words it, and what a picture or a workbook is made from.

    `reponse` is what that person may see of it, None when there is no figure; `vue` is of the day it was asked of.
    """

    objet: dict[str, Any]
    question: Question
    vue: Vue
    droit: Regard = Regard.RIEN
    reponse: Reponse | None = None


def repond(
    texte: str, personne: Personne, vue: Vue, maintenant: datetime, au: date | None = None, limite: int = -1
) -> dict[str, Any]:
    """Answer a question as the JSON object every channel words from; remembers it for « pourquoi ? ».

    `vue` is today's: its folder decides the rights. With `au`, the answer is the one that day would have given; with
    `limite`, at most that many lines come with it.
    """
    return rend(texte, personne, vue, maintenant, au, limite).objet


def rend(
    texte: str, personne: Personne, vue: Vue, maintenant: datetime, au: date | None = None, limite: int = -1
) -> Rendu:
    """The same with what it was made from, for a picture or a workbook."""
    texte = masque(texte[: LONGEST + 1])
    rendu, comprise = reponse_a(texte, personne, vue, au, limite)
    asked.retient_question(vue.db, personne.email, maintenant, texte, comprise)
    return rendu


def reponse_a(
    texte: str, personne: Personne, vue: Vue, au: date | None = None, limite: int = -1
) -> tuple[Rendu, dict[str, Any] | None]:
    """The answer, and what to remember of the question: reads only, so that a pull never makes anyone wait."""
    return answer_after(asked.derniere_question(vue.db, personne.email), texte, personne, vue, au, limite)


def answer_after(
    last: dict[str, Any] | None, texte: str, personne: Personne, vue: Vue, au: date | None = None, limite: int = -1
) -> tuple[Rendu, dict[str, Any] | None]:
    """The same after another question than the last one of that person: `last` is what was to be remembered of it."""
    texte = masque(texte[: LONGEST + 1])
    precedente = _precedente(last)
    vue_du_jour = vue.le(au) if au else vue
    question = comprend(texte, vue_du_jour.dossier, vue_du_jour.au, territoire_par_defaut(personne, vue), precedente)
    if question.sujet:
        question = replace(question, sujet=replace(question.sujet, limite=limite))
    rendu = _reponse(question, personne, vue_du_jour, vue)
    nommee = _memoire(question) if question.sujet and not rendu.objet.get("refus") else {}
    return rendu, nommee if question.intention else None


def territoire_par_defaut(personne: Personne, vue: Vue) -> Perimetre:
    """One's own territory; at the keyboard, the region when the folder has a single one."""
    if personne is not CLAVIER:
        return personne.perimetre
    regions = {g.region for g in vue.dossier.territoire.ghts.values()}
    return Perimetre("region", regions.pop()) if len(regions) == 1 else FRANCE


def _reponse(question: Question, personne: Personne, vue: Vue, aujourd_hui: Vue) -> Rendu:
    """What is answered as of the view's day, to someone whose rights are those of `aujourd_hui`."""
    if question.intention == "aide":
        return Rendu(answer_json.sans_figure(question.texte, "aide", answer_words.aide()), question, vue)
    if question.intention is None or question.sujet is None:
        return Rendu(answer_json.pas_compris(question.texte, question.indices, question.propositions), question, vue)
    intention, sujet = PAR_CLE[question.intention], question.sujet
    regards = Regards(personne, aujourd_hui)
    droit = max((regards.sur(p) for p in sujet.cibles), key=list(Regard).index)
    if droit is Regard.RIEN or (droit is Regard.TOTAUX and not _totaux_suffisent(intention, sujet)):
        quoi = "ce territoire n'est" if droit is Regard.RIEN else "le détail de ce territoire n'est"
        phrase = f"{quoi.capitalize()} pas ouvert à votre profil ({personne.fonction})."
        return Rendu(answer_json.sans_figure(question.texte, question.intention, phrase, refus=True), question, vue)
    try:
        with lecture(vue.db):  # every figure of an answer stands on the same state
            reponse = intention.fonction(vue, sujet if droit is Regard.TOUT else replace(sujet, combien=0))
    except UserError as faute:
        annees = _exercices_connus(sujet, vue)
        propositions = [intention.propose(vue.dossier.territoire.nom(sujet.perimetre), n) for n in annees]
        dit = answer_json.sans_figure(question.texte, question.intention, str(faute)) | {"propositions": propositions}
        return Rendu(dit, question, vue)
    if droit is Regard.TOUT:
        return Rendu(answer_json.objet(question.texte, reponse, vue.dossier), question, vue, droit, reponse)
    said = for_totals(vue, sujet, reponse, regards, intention)
    objet = answer_json.objet(question.texte, said, vue.dossier)
    objet["texte"] += _what_is_closed(reponse, said)
    return Rendu(objet, question, vue, droit, said)


@dataclass(frozen=True, slots=True)
class Regards:
    """How far someone, or a person they stand in for that day, may look at each territory."""

    personne: Personne
    vue: Vue

    def sur(self, cible: Perimetre) -> Regard:
        d = self.vue.dossier
        return meilleur_regard(self.personne, d.personnes, cible, d.territoire, self.vue.au)


def _exercices_connus(sujet: Sujet, vue: Vue) -> list[int]:
    """The exercices to ask about instead, nearest first, when the one that was named has no campaign."""
    connus = {c.exercice for c in vue.dossier.campagnes.values()}
    return [] if sujet.exercice in connus else sorted(connus, key=lambda n: (abs(n - sujet.exercice), n))[:3]


def _totaux_suffisent(intention: Intention, sujet: Sujet) -> bool:
    """A ranking of families is a detail of its territory; a ranking of territories is told by rank."""
    return intention.total_seul and (intention.cle != "classement" or sujet.par in TERRITOIRES)


def for_totals(vue: Vue, sujet: Sujet, reponse: Reponse, regards: Regards, intention: Intention) -> Reponse:
    """An answer to someone entitled to totals alone: without its lines, and without what gives anyone else away."""
    p, d = regards.personne, regards.vue.dossier
    who = reader(p, d.personnes, d.territoire, regards.vue.au)
    with lecture(vue.db):
        r = told(vue, sujet, reponse, who, intention.fonction, lambda t: regards.sur(t) is not Regard.RIEN)
    if intention.lignes_ouvertes or r.intention in ("classement", "couverture"):
        return replace(r, heavy=())
    return replace(r, elements=(), beside=(), heavy=(), par="")


def _what_is_closed(whole: Reponse, said: Reponse) -> str:
    if len(said.elements) == len(whole.elements) or whole.intention == "prevision":  # whose parts are in the sentence
        return ""
    if whole.intention == "classement":
        return "\nLes autres rangs sont anonymes : votre profil ne les ouvre pas."
    return "\nLe détail n'est pas ouvert à votre profil : voici le total seul."


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
        "autres": [(p.type, p.code) for p in s.autres],
        "exercices": s.exercices,
        "sauf": [(p.type, p.code) for p in s.sauf],
        "combien": s.combien,
        "du_bas": s.du_bas,
        "place": (s.place.type, s.place.code) if s.place else None,
        "figure": s.figure,
    }


def _precedente(m: dict[str, Any] | None) -> tuple[str, Sujet] | None:
    """What was last asked: the question, and its subject."""
    if not m:
        return None
    return m.get("intention") or "gains", Sujet(
        Perimetre(m["type"], m["code"]),
        m["exercice"],
        m["campagne"],
        m["par"],
        date.fromisoformat(m["depuis"]) if m.get("depuis") else None,
        autres=tuple(Perimetre(*p) for p in m.get("autres", ())),
        exercices=tuple(m.get("exercices", ())),
        sauf=tuple(Perimetre(*p) for p in m.get("sauf", ())),
        combien=m.get("combien", 0),
        du_bas=m.get("du_bas", False),
        place=Perimetre(*m["place"]) if m.get("place") else None,
        figure=m.get("figure", ""),
    )
