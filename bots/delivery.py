"""Delivers what is due, each thing once: claim, word, deliver, mark. Knows neither words nor any channel's library.

A crash leaves a claim. Where the channel can tell, it is asked; where it cannot, the doubt is shown and nothing is said
again. What passes is tried again at later ticks; what is refused goes by the person's other channel.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.letters import composing
from bots.letters.letter import EnvoiError, Lettre
from config.french import jour
from config.rights import Personne, remplacant
from config.working_hours import raison_d_attendre
from reports.due.everything import Dues, autour_de, dues
from reports.due.reminders import Relance, Silence, au_jour
from reports.view import Vue
from sheets.register import outbox
from sheets.register.outbox import BAIL, Cle, Rang

REPRISES = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=1))
"""How long to wait after each failure that passes; after the last, another channel is tried; the last one, for as long as it is of use."""
journal = logging.getLogger("vigie.rappels")
Choix = Callable[[str, str], bool]
"""Whether messages of that kind are wanted, in that campaign."""


@dataclass(frozen=True)
class Canal:
    """A way to someone. `adresse` is empty for those it cannot reach; `envoie` returns what the channel calls the letter.

    `retrouve` looks up (key, address, since): the channel's name for a letter that did arrive, None if it did not. A
    channel without it can only be told once. Both raise `EnvoiError`.
    """

    nom: str
    adresse: Callable[[Personne], str]
    envoie: Callable[[Lettre], str]
    retrouve: Callable[[str, str, datetime], str | None] | None = None


@dataclass
class Tournee:
    """What a tick did: messages by what became of them."""

    faits: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Envoi:
    """What goes together: to whom, in whose place if it is not for themselves, and what."""

    personne: Personne
    relances: tuple[Relance, ...]


def tourne(
    vue: Vue, maintenant: Callable[[], datetime], canaux: Sequence[Canal], choisie: Choix = lambda genre, campagne: True
) -> Tournee:  # fmt: skip
    """Settle what a crash left; while messages may leave, write down what is due, and deliver what is chosen of it.

    The clock is read for each letter: a tick may take long, and a claim bears its own hour.
    """
    instant = maintenant()
    vue, tournee = au_jour(vue, instant), Tournee()
    _denoue(vue, instant, canaux, tournee)
    if raison_d_attendre(instant, vue.dossier.heures):
        return tournee
    a_dire = _inscrit(vue, instant)
    connus = {r.cle: r for r in outbox.en_etat(vue.db, "à dire") if r.pas_avant <= instant}
    for envoi in envois(vue, [r for r in a_dire.relances if r.cle in connus and choisie(r.genre, r.cle.campagne)]):
        instant = maintenant()
        if raison_d_attendre(instant, vue.dossier.heures):
            break
        _delivre(vue, instant, canaux, [connus[r.cle].id for r in envoi.relances], envoi.personne, tournee)
    return tournee


def _inscrit(vue: Vue, instant: datetime) -> Dues:
    """Write down what is due and not yet known; what was, and is no longer, becomes void with its reason."""
    a_dire = dues(vue, instant)
    rangs = outbox.connus(vue.db, (r.cle.campagne for r in a_dire.relances))
    nouveaux = [(r.cle, r.genre) for r in a_dire.relances if r.cle not in rangs or rangs[r.cle].etat == "nul"]
    if nouveaux:
        outbox.inscrit(vue.db, nouveaux, instant)
    dus = {r.cle for r in a_dire.relances}
    tus = {(s.campagne, s.unite, s.personne): s.raison for s in a_dire.silences}
    perimes = {
        r.id: tus.get((r.cle.campagne, r.cle.unite, r.cle.personne), "un message plus récent le remplace")
        for r in outbox.en_etat(vue.db, "à dire")
        if r.cle not in dus
    }
    if perimes:
        outbox.annule(vue.db, perimes, instant)
    return a_dire


def a_dire(
    vue: Vue, instant: datetime, choisie: Choix = lambda genre, campagne: True
) -> tuple[list[Envoi], list[Silence]]:
    """What a tick would deliver of what is chosen, and why the others are not told of it; writes nothing."""
    vue = au_jour(vue, instant)
    tout = dues(vue, instant)
    rangs = outbox.connus(vue.db, (r.cle.campagne for r in tout.relances))
    restent, silences = [], [s for s in tout.silences if choisie(s.genre, s.campagne)]
    for r in (r for r in tout.relances if choisie(r.genre, r.cle.campagne)):
        rang = rangs.get(r.cle)
        if rang is None or rang.etat == "nul" or (rang.etat == "à dire" and rang.pas_avant <= instant):
            restent.append(r)
        else:
            prolongee = f"prolongée jusqu'au {jour(r.etat.echeance)}, " if r.etat and r.etat.prolongee else ""
            silences.append(Silence(r.cle.campagne, r.cle.unite, r.cle.personne, prolongee + _deja(rang), r.genre))
    return envois(vue, restent), silences


def _deja(r: Rang) -> str:
    """Why a message that is due is not to be said: it was, or is about to be."""
    quand = f"le {r.le:%d/%m/%Y à %Hh%M} ({r.cle.etape})"
    return {
        "dit": f"déjà dit {quand}",
        "pris": f"en cours d'envoi depuis {quand}",
        "doute": f"peut-être dit {quand} : il ne sera pas redit",
        "refusé": f"refusé {quand} : {r.raison}",
        "à dire": f"n'est pas passé {quand} ; nouvel essai à partir du {jour(r.pas_avant)} à {r.pas_avant:%Hh%M}",
    }[r.etat]


def envois(vue: Vue, relances: Iterable[Relance]) -> list[Envoi]:
    """One for each person, however many GHT; someone who is away is replaced by their stand-in."""
    par_personne: dict[str, list[Relance]] = {}
    personnes = vue.dossier.personnes
    for r in relances:
        if r.cle.personne in personnes:
            la = remplacant(personnes[r.cle.personne], personnes, vue.au)
            par_personne.setdefault(la.email, []).append(r)
    return [Envoi(personnes[email], tuple(siennes)) for email, siennes in par_personne.items()]


def _delivre(
    vue: Vue, instant: datetime, canaux: Sequence[Canal], ids: Sequence[int], personne: Personne, tournee: Tournee
) -> None:
    """Claim, ask the state again, word, hand to the first channel that takes it, mark."""
    envoi = uuid.uuid4().hex
    pris = outbox.prend(vue.db, ids, envoi, instant)
    a_dire = _encore_dus(vue, instant, pris)
    plus_dus = [r.id for r in pris if r.cle not in a_dire]
    if plus_dus:
        outbox.lache(vue.db, plus_dus, "l'état a changé depuis", instant)
        tournee.faits["nul"] += len(plus_dus)
    restent = [r for r in pris if r.cle in a_dire]
    if restent:
        relances = [a_dire[r.cle] for r in restent]
        tournee.faits[_par_un_canal(vue, instant, canaux, relances, personne, restent)] += len(restent)


def _encore_dus(vue: Vue, instant: datetime, pris: Sequence[Rang]) -> dict[Cle, Relance]:
    """What is still due of what was claimed: someone may have handed in since."""
    cles = {r.cle for r in pris}
    return {r.cle: r for r in dues(vue, instant, autour_de(vue, cles)).relances if r.cle in cles} if cles else {}


def _par_un_canal(
    vue: Vue, instant: datetime, canaux: Sequence[Canal], relances: Sequence[Relance], personne: Personne,
    pris: Sequence[Rang],
) -> str:  # fmt: skip
    """What became of a letter, by the first channel that neither refuses its reader nor fails too often."""
    envoi, essais = pris[0].envoi, max(r.essais for r in pris) - 1
    refus = []
    for canal in canaux[min(essais // len(REPRISES), len(canaux) - 1) :]:
        try:
            adresse = canal.adresse(personne)
            if not adresse:
                continue
            lettre = composing.lettre(vue, relances, personne, envoi, adresse)
            outbox.part(vue.db, envoi, canal.nom, adresse, instant)
            reference = canal.envoie(lettre)
        except EnvoiError as faute:
            journal.info("%s : %s", canal.nom, faute)
            if faute.doute:
                outbox.doute(vue.db, envoi, str(faute), instant)
                return "doute"
            if not faute.definitif:
                _plus_tard(vue, canal, envoi, str(faute), instant + REPRISES[essais % len(REPRISES)], instant)
                return "à dire"
            refus.append(f"{canal.nom} : {faute}")
        else:
            outbox.arrive(vue.db, envoi, reference, instant, " ; ".join(refus))
            return "dit"
    outbox.refuse(vue.db, envoi, " ; ".join(refus) or "aucun moyen de joindre cette personne", instant)
    return "refusé"


def _plus_tard(vue: Vue, canal: Canal, envoi: str, raison: str, quand: datetime, instant: datetime) -> None:
    """A failure that passes. Where the channel can tell whether it arrived all the same, it will be asked first."""
    (outbox.attend if canal.retrouve else outbox.remet)(vue.db, envoi, raison, quand, instant)


def _denoue(vue: Vue, instant: datetime, canaux: Sequence[Canal], tournee: Tournee) -> None:
    """Claims that a crash, or a channel that did not answer, left behind: one look for each letter."""
    par_nom = {c.nom: c for c in canaux}
    restes = {r.envoi: r for r in outbox.en_etat(vue.db, "pris") if _abandonne(r, instant)}
    for envoi, rang in restes.items():
        canal = par_nom.get(rang.canal)
        if not rang.canal:
            outbox.remet(vue.db, envoi, "", instant, instant)
        elif canal is None:
            continue  # its channel is not set: it is asked once it is again
        elif canal.retrouve:
            _retrouve(vue, canal, canal.retrouve, rang, instant)
        else:
            outbox.doute(vue.db, envoi, "interrompu pendant l'envoi : peut-être arrivé, peut-être pas", instant)
            tournee.faits["doute"] += 1


def _abandonne(r: Rang, instant: datetime) -> bool:
    """Whether nobody is delivering it any more: it waits to be looked up, or its claim is old."""
    return r.pas_avant <= instant if r.raison else r.le + BAIL <= instant


def _retrouve(
    vue: Vue, canal: Canal, cherche: Callable[[str, str, datetime], str | None], rang: Rang, instant: datetime
) -> None:
    try:
        reference = cherche(rang.envoi, rang.adresse, rang.le)
    except EnvoiError as faute:
        outbox.attend(vue.db, rang.envoi, str(faute), instant + REPRISES[0], rang.le)
        journal.info("%s : %s", canal.nom, faute)
        return
    if reference is None:
        outbox.remet(vue.db, rang.envoi, rang.raison, instant, instant)
    else:
        outbox.arrive(vue.db, rang.envoi, reference, instant)
