"""The answer to one mail: claimed before it leaves, written down after, put off when it cannot leave yet. Stateless.

Never reads a mail and never words an answer: see jobs/taking_in/mails.py and bots/letters/mail_reply_words.py. An answer is claimed once, in the
register itself: whoever else deals with the same mail finds it claimed.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bots import outgoing_mail
from bots.letters.letter import EnvoiError, Lettre
from config.secrets import masque
from jobs.taking_in.mail_pieces import Sort
from jobs.wiring import Atelier
from sheets.register import mail_replies
from sheets.register.mail_replies import Courriel, EtatCourriel, Waiting
from sheets.sources import mailbox
from sheets.sources.mail_headers import Entetes

PATIENCE = timedelta(days=3)
"""How long what cannot be dealt with is tried again."""
TRAITE, A_VOIR = ("Vigie", "Traité"), ("Vigie", "À voir")


@dataclass(frozen=True)
class Poste:
    """What it takes to deal with the mailbox. Without a way out (`smtp`), everything is looked at and nothing touched."""

    atelier: Atelier
    boite: mailbox.Reglages
    smtp: outgoing_mail.Reglages | None
    envoie: Callable[[Lettre, outgoing_mail.Reglages], None] = outgoing_mail.envoie

    @property
    def se_souvient(self) -> bool:
        """Whether there is a register to ask; a dry look makes none."""
        return self.smtp is not None or self.atelier.chemin_registre.exists()

    @property
    def maintenant(self) -> datetime:
        return self.atelier.maintenant()


@dataclass(frozen=True, slots=True)
class Suivi:
    """What became of one mail, in words and attachment by attachment; the folder it goes to, none when it waits."""

    entetes: Entetes
    mots: str
    place: tuple[str, ...] = ()
    sorts: tuple[Sort, ...] = ()


def named(e: Entetes, *quoi: str) -> Entetes:
    """The same mail under the name of one answer to it: by what it holds, or by why it is not read."""
    return replace(e, cle=hashlib.sha256("/".join((e.cle, *quoi)).encode()).hexdigest()[:20])


def answers(poste: Poste, e: Entetes, lettre: Lettre, place: tuple[str, ...], *, inconnu: bool = False) -> Suivi:
    """Claim the answer, hand it over, write what came of it; dry, say that it would leave. What we cannot tell is a doubt."""
    if poste.smtp is None:
        return Suivi(e, "une réponse partirait", place)
    if not _note(poste, e, "en partance", inconnu=inconnu):
        return Suivi(e, "déjà traité", A_VOIR)
    try:
        poste.envoie(lettre, poste.smtp)
    except EnvoiError as faute:
        if inconnu:
            return sets_aside(poste, e, str(faute))
        if faute.doute or faute.definitif:
            return ends(poste, e, "doute" if faute.doute else "refusé", str(faute), A_VOIR)
        mail_replies.gives_back(poste.atelier.registre, e.cle)
        return puts_off(poste, e, str(faute))
    except Exception:
        logging.getLogger("vigie").error("answer %s\n%s", e.cle, masque(traceback.format_exc()))
        nom = outgoing_mail.identifiant(lettre.cle, poste.smtp)
        return ends(
            poste, e, "doute", f"Vigie s'est trompée en l'envoyant : elle est peut-être partie. Cherchez {nom}.", A_VOIR
        )
    return ends(poste, e, "répondu", "" if place == TRAITE else "des pièces sont à voir", place)


def sets_aside(poste: Poste, e: Entetes, motif: str) -> Suivi:
    return ends(poste, e, "sans réponse", motif, A_VOIR)


def ends(poste: Poste, e: Entetes, etat: EtatCourriel, motif: str, place: tuple[str, ...]) -> Suivi:
    _note(poste, e, etat, motif)
    dits = {"répondu": "réponse envoyée", "refusé": "réponse refusée", "doute": "réponse douteuse"}
    return Suivi(e, f"{dits.get(etat, etat)}{f' : {motif}' if motif and etat != 'répondu' else ''}", place)


def puts_off(poste: Poste, e: Entetes, motif: str) -> Suivi:
    """Leave a mail where it is, for the next time; after a few days it is filed for someone to see."""
    attente = attempt(poste, e)
    if attente and poste.maintenant - datetime.fromisoformat(attente.depuis) > PATIENCE:
        return ends(poste, named(e, e.delivery), "refusé", motif, A_VOIR)
    waits(poste, e, motif)
    return Suivi(e, f"remis à plus tard : {motif}")


def waits(poste: Poste, e: Entetes, motif: str) -> None:
    if poste.smtp:
        mail_replies.waits(poste.atelier.registre, e.delivery, masque(motif))


def attempt(poste: Poste, e: Entetes) -> Waiting | None:
    return mail_replies.waiting(poste.atelier.registre, e.delivery) if poste.se_souvient else None


def known(poste: Poste, e: Entetes) -> Courriel | None:
    return mail_replies.lit(poste.atelier.registre, e.cle) if poste.se_souvient else None


def answered(poste: Poste, e: Entetes, depuis: timedelta) -> int:
    if not poste.se_souvient:
        return 0
    return mail_replies.reponses(poste.atelier.registre, e.expediteur, poste.maintenant - depuis)


def _note(poste: Poste, e: Entetes, etat: EtatCourriel, motif: str = "", *, inconnu: bool = False) -> bool:
    if not poste.smtp:
        return False
    return mail_replies.note(
        poste.atelier.registre, e.cle, e.expediteur, etat, poste.maintenant, masque(motif), inconnu=inconnu
    )
