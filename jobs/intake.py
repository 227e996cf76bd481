"""The mailbox, one mail at a time: who may write to it, what is answered, where the mail is filed. Stateless.

Nothing is deleted. A crash at any moment neither takes a workbook in twice nor answers twice: attachments bear a path of
their own in the register, and an answer is claimed before it leaves. Never words an answer: see bots/accuse.py.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bots import console, courrier
from bots.lettres import accuse
from bots.lettres.lettre import EnvoiError, Lettre
from config.discretion import masque
from config.droits import Personne
from config.errors import UserError
from config.langue import compte, nombre_d_octets
from jobs import wiring
from jobs.pieces import Envoi, Sort, traite_les_pieces
from jobs.wiring import Atelier
from sheets.register import courriels
from sheets.register.courriels import Courriel, EtatCourriel
from sheets.register.registre import side_file, un_a_la_fois
from sheets.sources import boite
from sheets.sources.boite import Apercu, Boite
from sheets.sources.courriel import Entetes, est_authentifie
from sheets.sources.jointes import jointes

LOT = 200
"""Mails looked at in one go: those that wait for their answer must not hide those that come behind."""
LOURD = boite.LOURD
SEMAINE, PATIENCE = timedelta(days=7), timedelta(days=3)
"""Between two answers to someone unknown; how long what cannot be dealt with is tried again."""
PAR_JOUR = 30
"""Answers to one address in a day: past that, two machines are talking to each other."""
TRAITE, A_VOIR = ("Vigie", "Traité"), ("Vigie", "À voir")


@dataclass(frozen=True)
class Poste:
    """What it takes to deal with the mailbox. Without a way out (`smtp`), everything is looked at and nothing touched."""

    atelier: Atelier
    boite: boite.Reglages
    smtp: courrier.Reglages | None
    envoie: Callable[[Lettre, courrier.Reglages], None] = courrier.envoie

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


def montre_le_courrier(atelier: Atelier, *, envoie: bool) -> None:
    """`vigie courrier`: deal with the mailbox, or (dry) say what would be done. Raises UserError when a setting is missing."""
    reglages, smtp = wiring.imap(), wiring.smtp(atelier.maintenant)
    if reglages is None:
        raise UserError(f"La boîte aux lettres n'est pas réglée : donnez {boite.REGLAGE}, par exemple {boite.EXEMPLE}")
    if envoie and smtp is None:
        raise UserError(f"Rien ne peut être répondu sans serveur de courrier : donnez {courrier.REGLAGE}.")
    suivis = releve_le_courrier(Poste(atelier, reglages, smtp if envoie else None))
    for suivi in suivis:
        console.ecrit(
            f"{suivi.entetes.expediteur or 'expéditeur illisible'} — {suivi.entetes.objet or 'sans objet'}", "bold"
        )
        for sort in suivi.sorts:
            console.ecrit(f"  {sort.nom} : {sort.phrase}", "yellow" if sort.a_voir else "")
        ou = f" ; rangé dans {'/'.join(suivi.place)}" if suivi.place else ""
        console.ecrit(f"  {suivi.mots}{ou if envoie else ou.replace('rangé', 'serait rangé')}")
    fin = "" if envoie or not suivis else " Rien n'a été pris, répondu ni rangé : ajoutez --send."
    console.ecrit(f"{compte(len(suivis), 'courriel')} dans {reglages.dossier}.{fin}")


def releve_le_courrier(poste: Poste) -> list[Suivi]:
    """Deal with what is in the mailbox; without a way out, say what would be done.

    Raises UserError when the mailbox or the register fails: what was dealt with stays so, the rest waits for the next time.
    """
    with _seul(poste), boite.ouvre(poste.boite, sans_toucher=poste.smtp is None) as ouverte:
        return [_sans_chute(poste, ouverte, apercu) for apercu in ouverte.liste(LOT)]


def _seul(poste: Poste) -> AbstractContextManager[object]:
    """Two at work on one mailbox would both find a mail unanswered, and both answer it."""
    if poste.smtp is None:
        return nullcontext()
    _ = poste.atelier.registre
    pris = "La boîte aux lettres est déjà en train d'être relevée. Attendez la fin, puis relancez."
    return un_a_la_fois(side_file(poste.atelier.chemin_registre, ".courrier"), pris)


def _sans_chute(poste: Poste, ouverte: Boite, apercu: Apercu) -> Suivi:
    """One mail, then its filing. A fault of ours on it is logged whole and said by `vigie status`; the others go on."""
    try:
        suivi = _traite(poste, ouverte, apercu)
    except UserError:
        raise
    except Exception:
        logging.getLogger("vigie").error("mail %s\n%s", apercu.entetes.cle, masque(traceback.format_exc()))
        mots = "Vigie s'est trompée sur ce courriel : c'est un défaut du programme, consigné dans son journal."
        suivi = _ajourne(poste, apercu.entetes, mots)
    if suivi.place and poste.smtp:
        ouverte.range(apercu.numero, suivi.place)
    return suivi


def _traite(poste: Poste, ouverte: Boite, apercu: Apercu) -> Suivi:
    e = apercu.entetes
    connu = _connu(poste, e)
    if connu and connu.etat != "à répondre":
        return _deja_vu(poste, e, connu)
    if e.souci:
        return _sans_reponse(poste, e, f"ses en-têtes n'ont pas pu être lus : {e.souci}")
    if e.automatique or (poste.smtp and e.expediteur == poste.smtp.de.lower()):
        return _sans_reponse(poste, e, "courriel automatique")
    if poste.boite.garant and not est_authentifie(e, poste.boite.garant):
        return _sans_reponse(poste, e, f"{poste.boite.garant} ne garantit pas l'expéditeur")
    personne = poste.atelier.dossier.personnes.get(e.expediteur)
    if personne is None:
        return _inconnu(poste, e)
    if _reponses(poste, e, timedelta(days=1)) >= PAR_JOUR:
        return _sans_reponse(poste, e, f"déjà {PAR_JOUR} réponses à cette adresse depuis un jour")
    if apercu.taille > LOURD:
        lettre = accuse.trop_lourd(e, nombre_d_octets(apercu.taille), nombre_d_octets(LOURD))
        return _repond(poste, e, lettre, A_VOIR)
    return _prend(poste, e, personne, ouverte.octets(apercu.numero))


def _prend(poste: Poste, e: Entetes, personne: Personne, octets: bytes) -> Suivi:
    pieces = jointes(octets)
    if not pieces:
        return _sans_reponse(poste, e, "aucune pièce jointe")
    sorts = traite_les_pieces(Envoi(poste.atelier, personne, e.cle, poste.smtp is not None), pieces)
    lettre = accuse.recu(e, [(s.nom, s.phrase) for s in sorts], [s.retour for s in sorts if s.retour])
    suivi = _repond(poste, e, lettre, A_VOIR if any(s.a_voir for s in sorts) else TRAITE)
    return replace(suivi, sorts=tuple(sorts))


def _deja_vu(poste: Poste, e: Entetes, connu: Courriel) -> Suivi:
    """Dealt with before a crash, or delivered twice: filed. An answer that was leaving then may have left: a doubt."""
    if connu.etat == "en partance":
        nom = courrier.identifiant(accuse.cle(e), poste.smtp) if poste.smtp else ""
        return _finit(
            poste, e, "doute", f"l'envoi a été interrompu : elle est peut-être partie. Cherchez {nom}.", A_VOIR
        )
    return Suivi(e, "déjà traité", TRAITE if connu.etat == "répondu" and not connu.motif else A_VOIR)


def _inconnu(poste: Poste, e: Entetes) -> Suivi:
    """A polite sentence, once a week; one that does not leave is not tried again."""
    if _reponses(poste, e, SEMAINE):
        return _sans_reponse(poste, e, "expéditeur inconnu, à qui cela a déjà été dit cette semaine")
    suivi = _repond(poste, e, accuse.inconnu(e), A_VOIR, insiste=False)
    return replace(suivi, mots=f"expéditeur inconnu ; {suivi.mots}")


def _repond(poste: Poste, e: Entetes, lettre: Lettre, place: tuple[str, ...], *, insiste: bool = True) -> Suivi:
    """Claim the answer, hand it over, write what came of it; dry, say that it would leave."""
    if poste.smtp is None:
        return Suivi(e, "une réponse partirait", place)
    _note(poste, e, "en partance")
    try:
        poste.envoie(lettre, poste.smtp)
    except EnvoiError as faute:
        if not insiste:
            return _sans_reponse(poste, e, str(faute))
        if faute.doute or faute.definitif:
            return _finit(poste, e, "doute" if faute.doute else "refusé", str(faute), A_VOIR)
        return _ajourne(poste, e, str(faute))
    return _finit(poste, e, "répondu", "" if place == TRAITE else "des pièces sont à voir", place)


def _sans_reponse(poste: Poste, e: Entetes, motif: str) -> Suivi:
    return _finit(poste, e, "sans réponse", motif, A_VOIR)


def _finit(poste: Poste, e: Entetes, etat: EtatCourriel, motif: str, place: tuple[str, ...]) -> Suivi:
    _note(poste, e, etat, motif)
    dits = {"répondu": "réponse envoyée", "refusé": "réponse refusée", "doute": "réponse douteuse"}
    return Suivi(e, f"{dits.get(etat, etat)}{f' : {motif}' if motif and etat != 'répondu' else ''}", place)


def _ajourne(poste: Poste, e: Entetes, motif: str) -> Suivi:
    """Leave a mail where it is, for the next time; after a few days it is filed for someone to see."""
    connu = _connu(poste, e)
    if connu and poste.maintenant - datetime.fromisoformat(connu.recu_le) > PATIENCE:
        return _finit(poste, e, "refusé", motif, A_VOIR)
    _note(poste, e, "à répondre", motif)
    return Suivi(e, f"remis à plus tard : {motif}")


def _connu(poste: Poste, e: Entetes) -> Courriel | None:
    return courriels.lit(poste.atelier.registre, e.cle) if poste.se_souvient else None


def _reponses(poste: Poste, e: Entetes, depuis: timedelta) -> int:
    if not poste.se_souvient:
        return 0
    return courriels.reponses(poste.atelier.registre, e.expediteur, poste.maintenant - depuis)


def _note(poste: Poste, e: Entetes, etat: EtatCourriel, motif: str = "") -> None:
    if poste.smtp:
        courriels.note(poste.atelier.registre, e.cle, e.expediteur, etat, poste.maintenant, masque(motif))
