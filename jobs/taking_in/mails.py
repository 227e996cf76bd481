"""The mailbox, one mail at a time: who may write to it, what is answered, where the mail is filed. Stateless.

Nothing is deleted. A crash at any moment neither takes a workbook in twice nor answers twice: attachments bear a path of
their own in the register, and an answer is claimed before it leaves. Never words an answer: see bots/letters/mail_reply_words.py.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import nsmallest

from bots import outgoing_mail, terminal
from bots.letters import mail_reply_words
from config.errors import UserError
from config.french import compte, nombre_d_octets
from config.rights import Personne
from config.secrets import masque
from jobs import wiring
from jobs.taking_in.mail_answers import (
    A_VOIR,
    TRAITE,
    Poste,
    Suivi,
    answered,
    answers,
    attempt,
    ends,
    known,
    named,
    puts_off,
    sets_aside,
    waits,
)
from jobs.taking_in.mail_pieces import Envoi, traite_les_pieces
from jobs.wiring import Atelier
from sheets.register import mail_replies
from sheets.register.database import side_file, un_a_la_fois
from sheets.register.mail_replies import Courriel
from sheets.sources import mailbox
from sheets.sources.attachments import jointes
from sheets.sources.mail_headers import Entetes, est_authentifie
from sheets.sources.mailbox import Apercu, Boite

LOT, WAITING, SEEN = 200, 50, 5_000
"""Mails dealt with in one go, oldest first; those that wait already and are tried again in it, the longest untried first: they
do not hide those that come behind; mails whose headers are looked at."""
ESSAIS = 5
"""Attempts at one mail that are cut short before it is left to a person."""
LOURD = mailbox.LOURD
SEMAINE = timedelta(days=7)
"""Between two answers to someone unknown."""
PAR_JOUR = 30
"""Answers to one address in a day: past that, two machines are talking to each other."""


def montre_le_courrier(atelier: Atelier, *, envoie: bool) -> None:
    """`vigie courrier`: deal with the mailbox, or (dry) say what would be done. Raises UserError when a setting is missing."""
    reglages, smtp = wiring.imap(), wiring.smtp(atelier.maintenant)
    if reglages is None:
        raise UserError(
            f"La boîte aux lettres n'est pas réglée : donnez {mailbox.REGLAGE}, par exemple {mailbox.EXEMPLE}"
        )
    if envoie and smtp is None:
        raise UserError(f"Rien ne peut être répondu sans serveur de courrier : donnez {outgoing_mail.REGLAGE}.")
    tour = _tour(Poste(atelier, reglages, smtp if envoie else None))
    for suivi in tour.suivis:
        terminal.ecrit(
            f"{suivi.entetes.expediteur or 'expéditeur illisible'} — {suivi.entetes.objet or 'sans objet'}", "bold"
        )
        for sort in suivi.sorts:
            terminal.ecrit(f"  {sort.nom} : {sort.phrase}", "yellow" if sort.a_voir else "")
        ou = f" ; rangé dans {'/'.join(suivi.place)}" if suivi.place else ""
        terminal.ecrit(f"  {suivi.mots}{ou if envoie else ou.replace('rangé', 'serait rangé')}")
    reste = f" Il en reste {tour.left} dans la boîte, pour les prochains tours." if tour.left else ""
    fin = "" if envoie or not tour.suivis else " Rien n'a été pris, répondu ni rangé : ajoutez --send."
    terminal.ecrit(f"{compte(len(tour.suivis), 'courriel')} dans {reglages.dossier}.{reste}{fin}")


def releve_le_courrier(poste: Poste) -> list[Suivi]:
    """Deal with what is in the mailbox; without a way out, say what would be done.

    Raises UserError when the mailbox or the register fails: what was dealt with stays so, the rest waits for the next time.
    """
    return _tour(poste).suivis


@dataclass(frozen=True, slots=True)
class Tour:
    """What became of the mails of one go, and how many are left in the mailbox for the next ones."""

    suivis: list[Suivi]
    left: int


def _tour(poste: Poste) -> Tour:
    """Oldest first. A mail that waits for its answer gives up its place; one whose attempt was cut short keeps it, for what was
    sent after it must count after it. Raises the first failure to file a mail, once the others are dealt with."""
    suivis: list[Suivi] = []
    fautes: list[UserError] = []
    again: list[tuple[str, int, Apercu]] = []
    held = behind = 0
    with _seul(poste), mailbox.ouvre(poste.boite, sans_toucher=poste.smtp is None) as ouverte:
        for rang, apercu in enumerate(ouverte.liste(SEEN)):
            behind = apercu.behind
            attente = attempt(poste, apercu.entetes)
            if attente and attente.motif and not attente.essais:
                held += 1
                again = nsmallest(WAITING, [*again, (attente.le, rang, apercu)])
                continue
            suivis.append(_sans_chute(poste, ouverte, apercu, fautes))
            if len(suivis) >= LOT:
                break
        suivis += [_sans_chute(poste, ouverte, apercu, fautes) for _, _, apercu in again]
    if fautes:
        raise fautes[0]
    return Tour(suivis, behind + held - len(again) + sum(not s.place for s in suivis))


def _seul(poste: Poste) -> AbstractContextManager[object]:
    """Two at work on one mailbox would both find a mail unanswered, and both answer it."""
    if poste.smtp is None:
        return nullcontext()
    _ = poste.atelier.registre
    pris = "La boîte aux lettres est déjà en train d'être relevée. Attendez la fin, puis relancez."
    return un_a_la_fois(side_file(poste.atelier.chemin_registre, ".courrier"), pris)


def _sans_chute(poste: Poste, ouverte: Boite, apercu: Apercu, fautes: list[UserError]) -> Suivi:
    """One mail, then its filing. A fault of ours on it is logged whole and said by `vigie status`; the others go on."""
    e = apercu.entetes
    try:
        suivi = _essaie(poste, ouverte, apercu)
    except UserError:
        waits(poste, e, "")  # not its fault: it keeps its place
        raise
    except Exception:
        logging.getLogger("vigie").error("mail %s\n%s", e.cle, masque(traceback.format_exc()))
        mots = "Vigie s'est trompée sur ce courriel : c'est un défaut du programme, consigné dans son journal."
        suivi = puts_off(poste, e, mots)
    if suivi.place and poste.smtp:
        try:
            ouverte.range(apercu.numero, suivi.place)
        except UserError as faute:
            waits(poste, e, mail_replies.UNFILED)
            fautes.append(faute)
        else:
            mail_replies.settles(poste.atelier.registre, e.delivery)
    return suivi


def _essaie(poste: Poste, ouverte: Boite, apercu: Apercu) -> Suivi:
    """Deal with a mail; what kills us meanwhile is remembered, and after a few times it is left to a person."""
    if poste.smtp is None:
        return _traite(poste, ouverte, apercu)
    e, attente = apercu.entetes, attempt(poste, apercu.entetes)
    if attente and attente.essais >= ESSAIS:
        mots = f"Vigie s'est arrêtée {ESSAIS} fois en le lisant, et ne le lit plus. Ouvrez-le vous-même, ou faites renvoyer la trame."
        return ends(poste, named(e, e.delivery), "refusé", mots, A_VOIR)
    mail_replies.begins(poste.atelier.registre, e.delivery, e.expediteur, poste.maintenant)
    return _traite(poste, ouverte, apercu)


def _traite(poste: Poste, ouverte: Boite, apercu: Apercu) -> Suivi:
    e, aside = apercu.entetes, named(apercu.entetes, apercu.entetes.delivery)
    if e.souci:
        return sets_aside(poste, aside, f"ses en-têtes n'ont pas pu être lus : {e.souci}")
    if e.automatique or (poste.smtp and e.expediteur == poste.smtp.de.lower()):
        return sets_aside(poste, aside, "courriel automatique")
    if poste.boite.garant and not est_authentifie(e, poste.boite.garant):
        return sets_aside(poste, aside, f"{poste.boite.garant} ne garantit pas l'expéditeur")
    personne = poste.atelier.dossier.personnes.get(e.expediteur)
    if personne is None:
        return _inconnu(poste, named(e, "inconnu"))
    if answered(poste, e, timedelta(days=1)) >= PAR_JOUR:
        return sets_aside(poste, aside, f"déjà {PAR_JOUR} réponses à cette adresse depuis un jour")
    if apercu.taille > LOURD:
        return _lourd(poste, named(e, "lourd"), apercu.taille)
    octets = ouverte.octets(apercu.numero)
    if len(octets) > LOURD:
        return _lourd(poste, named(e, "lourd"), len(octets))
    if not octets:
        return puts_off(poste, e, "Le serveur ne donne pas ce courriel.")
    return _prend(poste, e, personne, octets)


def _prend(poste: Poste, e: Entetes, personne: Personne, octets: bytes) -> Suivi:
    """Its attachments name the answer: another mail that wrongly bears the same identifier is another mail, and one whose
    words alone differ (a list adds its own) is the same."""
    pieces = jointes(octets)
    if not pieces:
        return sets_aside(poste, named(e, e.delivery), "aucune pièce jointe")
    mien = named(e, *(f"{p.nom}\n{p.souci}\n{hashlib.sha256(p.octets).hexdigest()}" for p in pieces))
    if connu := known(poste, mien) or _connu_d_avant(poste, e):
        return _deja_vu(poste, mien, connu)
    sorts = traite_les_pieces(Envoi(poste.atelier, personne, e.cle, poste.smtp is not None), pieces)
    lettre = mail_reply_words.recu(mien, [(s.nom, s.phrase) for s in sorts], [s.retour for s in sorts if s.retour])
    suivi = answers(poste, mien, lettre, A_VOIR if any(s.a_voir for s in sorts) else TRAITE)
    return replace(suivi, sorts=tuple(sorts))


def _connu_d_avant(poste: Poste, e: Entetes) -> Courriel | None:
    """An answer claimed by an earlier version, which named it by the identifier and the sender alone."""
    connu = known(poste, e)
    return connu if connu and connu.etat != "sans réponse" else None


def _deja_vu(poste: Poste, e: Entetes, connu: Courriel) -> Suivi:
    """Dealt with before a crash, or delivered twice: filed. An answer that was leaving then may have left: a doubt."""
    if connu.etat == "en partance":
        nom = (
            outgoing_mail.identifiant(mail_reply_words.cle(replace(e, cle=connu.cle)), poste.smtp) if poste.smtp else ""
        )
        mots = f"l'envoi a été interrompu : elle est peut-être partie. Cherchez {nom}."
        return ends(poste, replace(e, cle=connu.cle), "doute", mots, A_VOIR)
    return Suivi(e, "déjà traité", TRAITE if connu.etat == "répondu" and not connu.motif else A_VOIR)


def _lourd(poste: Poste, e: Entetes, taille: int) -> Suivi:
    if connu := known(poste, e):
        return _deja_vu(poste, e, connu)
    return answers(poste, e, mail_reply_words.trop_lourd(e, nombre_d_octets(taille), nombre_d_octets(LOURD)), A_VOIR)


def _inconnu(poste: Poste, e: Entetes) -> Suivi:
    """A polite sentence, once a week, to so many a day; one that does not leave is not tried again."""
    if connu := known(poste, e):
        return _deja_vu(poste, e, connu)
    if answered(poste, e, SEMAINE):
        return sets_aside(poste, e, "expéditeur inconnu, à qui cela a déjà été dit cette semaine")
    jour = poste.maintenant - timedelta(days=1)
    if poste.se_souvient and mail_replies.to_strangers(poste.atelier.registre, jour) >= poste.boite.strangers:
        return sets_aside(poste, e, mail_replies.CAPPED)
    suivi = answers(poste, e, mail_reply_words.inconnu(e), A_VOIR, inconnu=True)
    return replace(suivi, mots=f"expéditeur inconnu ; {suivi.mots}")
