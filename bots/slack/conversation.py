"""An event of a chat → the message that answers it: who asks, once, with their rights. Knows no chat's library.

Never opens a connection: what the chat knows of a person is handed in, what is to be said is handed back.
"""

from __future__ import annotations

import html
import logging
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bots import answer_json
from bots.answer_files import FABRIQUES
from bots.answering import Rendu, rend
from bots.companion_to_chat import SANS_TEXTES
from bots.next_questions import suites
from bots.slack import blocks, home_tab
from bots.slack.blocks import Message, Suite
from bots.slack.dropped_trame import Prend
from config.errors import UserError
from config.rights import Personne, Regard
from reports.quality import rejets
from reports.view import Sujet, Vue
from sheets.register import claimed_events
from sheets.register.acts import Main

MARKED = 4_000
"""Characters of a message that are looked at for Slack's own marks: a question is far shorter."""
COUTEUX = 3
"""Findings shown under a figure."""
SERVICE = "slack"
INCONNU = "Bonjour. Je ne vous connais pas encore : demandez à votre référent d'ajouter votre adresse à la liste des personnes."
PANNE = (
    "Je n'ai pas pu répondre, et c'est de mon fait. Réessayez dans un instant ; si cela se répète, donnez cette "
    "référence à votre référent : {reference}."
)
journal = logging.getLogger("vigie.chat")


@dataclass(frozen=True)
class Maison:
    """What the bot needs of the house: a view of the register as it is now, closed after use, the clock, and what takes
    a trame in, which is done to the right of this room."""

    vue: Callable[[], AbstractContextManager[Vue]]
    maintenant: Callable[[], datetime]
    prend: Prend
    robot: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Which process answers: what another one left unanswered is taken up."""


@dataclass(frozen=True, slots=True)
class Profil:
    """What a chat says of someone. `email` is empty unless the chat vouches for it."""

    identifiant: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Evenement:
    """Something said to the bot. `cles` are all the names under which it may be delivered again."""

    cles: tuple[str, ...]
    auteur: str
    texte: str
    corps: str = ""
    """What it takes to answer it later, should the process die first."""


Repond = Callable[[str, Personne, Vue, datetime], Message]
"""What answers someone known, as the register is at that moment. Raises UserError for what it refuses."""


def traite(
    evenement: Evenement, maison: Maison, profil: Callable[[str], Profil], repond: Repond | None = None, *,
    again: bool = False,
) -> Message | None:  # fmt: skip
    """The answer to an event; None when it was already taken. What goes wrong is one sentence, whose reference is logged.

    `repond` is what answers it, a question in words unless said otherwise; what it refuses in a sentence is said. With
    `again`, it was claimed before, and never answered.
    """
    try:
        with maison.vue() as vue:
            taken = (
                claimed_events.prend(vue.db, evenement.cles, maison.maintenant(), evenement.corps, maison.robot)
                or again
            )
            if not taken:
                return None
            personne = qui(profil(evenement.auteur), vue)
            if personne is None:
                return phrase_d_accueil()
            return _ou_son_refus(repond or repond_a, evenement.texte, personne, vue, maison.maintenant())
    except Exception:
        return panne()


def follow(maison: Maison, evenement: Evenement, etat: str) -> None:
    """Keep what became of a question: « part », « échec », « doute », or nothing left to say of it (« dite »)."""
    try:
        with maison.vue() as vue:
            claimed_events.settle(vue.db, evenement.cles[0]) if etat == "dite" else claimed_events.mark(
                vue.db, evenement.cles[0], etat
            )
    except Exception:
        journal.exception("Ce qu'est devenue une question n'a pas pu être noté.")


def _ou_son_refus(repond: Repond, texte: str, personne: Personne, vue: Vue, maintenant: datetime) -> Message:
    try:
        return repond(texte, personne, vue, maintenant)
    except UserError as refus:
        return blocks.phrase(str(refus))


def panne() -> Message:
    """The sentence for a fault of ours; to be called where it is caught: the fault is logged under the same reference."""
    reference = uuid.uuid4().hex[:8]
    journal.exception("Une question est restée sans réponse (référence %s).", reference)
    return blocks.phrase(PANNE.format(reference=reference))


def phrase_d_accueil() -> Message:
    return blocks.phrase(INCONNU)


def qui(profil: Profil, vue: Vue) -> Personne | None:
    """The person of the folder, by identifier first, else by the address that the chat vouches for."""
    personnes = vue.dossier.personnes
    par_identifiant = next((p for p in personnes.values() if p.slack and p.slack == profil.identifiant), None)
    trouvee = par_identifiant or personnes.get(profil.email.lower())
    # An identifier given in the folder is the only one: the same address on another account is somebody else.
    return None if trouvee and trouvee.slack not in ("", profil.identifiant) else trouvee


def repond_a(texte: str, personne: Personne, vue: Vue, maintenant: datetime) -> Message:
    """What `vigie ask` would say to that person, as a message with the next questions, or as the file they asked for.

    Raises UserError when there is no such file for them.
    """
    rendu = rend(question(texte), personne, vue, maintenant, limite=blocks.LIGNES)
    message = _en_mots(rendu, personne, vue, maintenant)
    fabrique = FABRIQUES.get(rendu.question.forme)
    if fabrique is None or rendu.reponse is None:
        return message
    # The figure in one sentence beside the file; its lines were asked as a file, not as a message.
    texte = f"{message.texte}\n{SANS_TEXTES}" if rendu.question.forme == "retour" else message.texte
    return replace(message, texte=texte, blocs=(), pieces=(fabrique(rendu),))


def _en_mots(rendu: Rendu, personne: Personne, vue: Vue, maintenant: datetime) -> Message:
    objet, sujet = rendu.objet, rendu.question.sujet
    if rendu.reponse is None or sujet is None:
        essais = [Suite(f"essai-{n}", p, p) for n, p in enumerate(objet.get("propositions", ()))]
        return blocks.phrase(str(objet["texte"]), essais)
    if rendu.droit is not Regard.TOUT:
        return blocks.reponse(objet, vue.dossier)
    couteux = _couteux(objet, sujet, vue)
    montrees = [*objet["lignes"], *(couteux["lignes"] if couteux else ())]
    choix = home_tab.choix(Main(vue.db, vue.dossier, personne, maintenant), montrees)
    return blocks.reponse(objet, vue.dossier, suites(str(objet["intention"]), sujet, vue), couteux, choix)


def question(texte: str) -> str:
    """What was typed, without the mention of the bot and Slack's own marks."""
    sans_marques = re.sub(r"<[@#!][^>]*>", " ", texte[:MARKED])
    liens = re.sub(r"<[^|>]*\|([^>]*)>|<([^>]*)>", lambda m: m[1] or m[2] or "", sans_marques)
    return " ".join(html.unescape(liens).split())


def _couteux(objet: dict[str, Any], sujet: Sujet, vue: Vue) -> dict[str, Any] | None:
    """The costliest findings, under a figure in euros that something was struck out of."""
    if objet["intention"] not in ("gains", "objectif") or float(objet["retire"]) == 0:
        return None
    try:
        trouves = rejets(vue, replace(sujet, limite=COUTEUX, par=""))
    except UserError:
        return None
    return answer_json.objet("", replace(trouves, elements=trouves.elements[:COUTEUX]), vue.dossier)
