"""`vigie doctor`: what the machine provides, looked at one by one, a sentence each. Changes nothing, sends nothing."""

from __future__ import annotations

from collections.abc import Callable

from bots import console, courrier, slack_api
from config.dossier import EXEMPLE
from config.errors import UserError
from config.langue import compte
from jobs.pull import trouve
from jobs.wiring import Atelier, imap, slack, smtp, sources
from sheets.sources import boite

Examen = tuple[list[str], list[str]]
"""(what is in order, what is to be mended), a sentence each."""


def examine(atelier: Atelier) -> int:
    """Say what is in order and what is to be mended; 1 if anything is."""
    soucis = 0
    for examen in (_dossier, _registre, _chat, _sources, _courrier, _boite):
        bons, fautes = _dit(examen, atelier)
        for phrase in bons:
            console.ecrit(f"En ordre : {phrase}")
        for phrase in fautes:
            console.ecrit(f"À régler : {phrase}", "yellow")
        soucis += len(fautes)
    return int(soucis > 0)


def _dit(examen: Callable[[Atelier], Examen], atelier: Atelier) -> Examen:
    try:
        return examen(atelier)
    except UserError as faute:
        return [], [str(faute)]


def _dossier(atelier: Atelier) -> Examen:
    nom = (
        "l'exemple fourni (réglez VIGIE_DOSSIER)" if atelier.chemin_dossier == EXEMPLE else str(atelier.chemin_dossier)
    )
    personnes = compte(len(atelier.dossier.personnes), "personne")
    return [f"Dossier de la région : {nom}, sans faute, {personnes}."], []


def _registre(atelier: Atelier) -> Examen:
    atelier.vue()
    return [f"Registre : « {atelier.chemin_registre} » s'ouvre."], []


def _chat(atelier: Atelier) -> Examen:
    return slack_api.examine(slack())


def _sources(_atelier: Atelier) -> Examen:
    reglees = sources()
    if not reglees:
        return ["Sources : aucune n'est réglée, vigie pull attend qu'on lui donne un dossier (VIGIE_SOURCES)."], []
    _, _, absentes = trouve(reglees)
    return [f"Sources : « {s} » s'ouvre." for s in reglees if s not in absentes], [
        f"La source « {s} » n'existe pas, ou n'est pas accessible. Corrigez VIGIE_SOURCES, ou rétablissez-la."
        for s in absentes
    ]


def _courrier(atelier: Atelier) -> Examen:
    reglages = smtp(atelier.maintenant)
    if reglages is None:
        return ["Courrier (SMTP) : non réglé, aucune lettre ne part (VIGIE_SMTP_URL)."], []
    return courrier.examine(reglages)


def _boite(atelier: Atelier) -> Examen:
    reglages = imap()
    if reglages is None:
        return ["Boîte aux lettres (IMAP) : non réglée, aucune trame n'y est relevée (VIGIE_IMAP_URL)."], []
    return boite.examine(reglages)
