"""What the service does again and again, one row each. Every step is stateless: run late or twice, it adds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from urllib.request import urlopen

from sqlite_utils import Database

from config.errors import UserError
from config.french import compte
from jobs.subprocesses import courrier_a_part, releve_a_part, sauvegarde_a_part
from jobs.wiring import Atelier, reglage, sources
from sheets.register import future_facts, health
from sheets.register.database import ouvert_par_ce_fil
from sheets.register.step_history import derniere_reussite, panne

UN_RELEVE_A_LA_FOIS = Lock()
"""Folders and mail take turns: the register takes in one pull at a time."""
UN_JOUR, SAUVEGARDES = timedelta(days=1), 30
"""How often the register is copied, and how many copies are kept."""
PATIENCE = 2700
"""Seconds without a success after which a step is said to hang, however often it is taken."""
DELAI = 10.0
"""Seconds left to the watch to answer."""


@dataclass(frozen=True, slots=True)
class Pas:
    """`faire` does it and returns what it did, in a few words; it raises when it could not. `secondes` is its pace."""

    cle: str
    titre: str
    """« le relevé des dossiers », to be said of it."""
    secondes: int
    faire: Callable[[Atelier], str]


def releve(atelier: Atelier) -> str:
    """Pull the configured sources."""
    if not sources():
        return "aucune source réglée"
    with UN_RELEVE_A_LA_FOIS:
        rendu = releve_a_part(atelier)
    neufs = sum(f["etat"] != "inchange" for f in rendu["fichiers"])
    dit = f"{compte(len(rendu['fichiers']), 'classeur')}, {compte(neufs, 'lu', 'lus')}"
    for cle, un, des in (("absentes", "source absente", "sources absentes"), ("illisibles", "illisible", "illisibles")):
        dit += f", {compte(len(rendu[cle]), un, des)}" if rendu[cle] else ""
    return dit


def courrier(atelier: Atelier) -> str:
    """Take in what came by mail, and answer."""
    if reglage("VIGIE_IMAP_URL") is None:
        return "aucune boîte réglée"
    with UN_RELEVE_A_LA_FOIS:
        return courrier_a_part(atelier).removesuffix(".")


def previens(atelier: Atelier) -> str:
    """Put the locks at their hour, then tell everyone what they are due."""
    from bots import delivery
    from jobs.remind import bilan, verrouille_a_l_heure

    with atelier.vue_fraiche() as vue:
        verrous = sum(map(len, verrouille_a_l_heure(vue, atelier.maintenant()).values()))
        mots = [compte(verrous, "GHT verrouillé", "GHT verrouillés")] if verrous else []
        canaux = atelier.canaux()
        if not canaux:
            return ", ".join([*mots, "ni Slack ni le courrier ne sont réglés"])
        faits = delivery.tourne(vue, atelier.maintenant, canaux).faits
        return ", ".join([*mots, bilan(faits)])


def sauvegarde(atelier: Atelier) -> str:
    """Copy the register once a day, verified; the register itself says when that was last done."""
    derniere = health.derniere_sauvegarde(ouvert_par_ce_fil(atelier.chemin_registre))
    maintenant = atelier.maintenant()
    if derniere and maintenant - UN_JOUR < datetime.fromisoformat(derniere.le) < maintenant + UN_JOUR:
        return f"faite le {datetime.fromisoformat(derniere.le):%d/%m/%Y à %Hh%M}"
    return sauvegarde_a_part(atelier, SAUVEGARDES).removesuffix(".")


def ne_va_pas(db: Database, pas: Pas, maintenant: datetime) -> str:
    """Why a step is failing, or that it has not come to its end for too long; empty when it goes well."""
    if faute := panne(db, pas.cle):
        return f"a échoué le {faute.le:%d/%m/%Y à %Hh%M} : {faute.dit}"
    bien = derniere_reussite(db, pas.cle)
    trop = timedelta(seconds=max(PATIENCE, 3 * pas.secondes))
    return f"n'a pas abouti depuis le {bien.le:%d/%m/%Y à %Hh%M}." if bien and maintenant - bien.le > trop else ""


def signale(atelier: Atelier) -> str:
    """Tell the watch that all is well, at VIGIE_VEILLE_URL; its silence is what warns. Nothing is said while a step fails."""
    adresse = reglage("VIGIE_VEILLE_URL")
    if adresse is None:
        return "aucune adresse réglée"
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    if future_facts.ahead(db, atelier.maintenant().date()):
        return "retenu : des faits sont datés après aujourd'hui"
    if any(ne_va_pas(db, p, atelier.maintenant()) for p in PAS if p.faire is not signale):
        return "retenu : un pas est en panne"
    try:
        if adresse.startswith(("https://", "http://")):
            with urlopen(adresse, timeout=DELAI):  # noqa: S310 - just looked at
                return "envoyé"
    except (OSError, ValueError, HTTPException):
        pass  # their words hold the address, which is a secret
    raise UserError("L'adresse de veille (VIGIE_VEILLE_URL) ne répond pas. Vérifiez-la, ou retirez-la.")


PAS = (
    Pas("releve", "le relevé des dossiers", 60, releve),
    Pas("courrier", "le relevé de la boîte aux lettres", 120, courrier),
    Pas("messages", "l'envoi des messages", 60, previens),
    Pas("sauvegarde", "la sauvegarde du registre", 1800, sauvegarde),
    Pas("veille", "le signal de veille", 300, signale),
)
