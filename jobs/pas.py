"""What the service does again and again, one row each. Every step is stateless: run late or twice, it adds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.request import urlopen

from config.errors import UserError
from config.langue import compte
from jobs.releve import releve_a_part
from jobs.wiring import Atelier, reglage
from sheets.register.pas import panne
from sheets.register.registre import ouvert_par_ce_fil

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
    fichiers = releve_a_part(atelier)["fichiers"]
    neufs = sum(f["etat"] != "inchange" for f in fichiers)
    return f"{compte(len(fichiers), 'classeur')}, {compte(neufs, 'lu', 'lus')}"


def signale(atelier: Atelier) -> str:
    """Tell the watch that all is well, at VIGIE_VEILLE_URL; its silence is what warns. Nothing is said while a step fails."""
    adresse = reglage("VIGIE_VEILLE_URL")
    if adresse is None:
        return "aucune adresse réglée"
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    if any(panne(db, p.cle) for p in PAS if p.faire is not signale):
        return "retenu : un pas est en panne"
    try:
        if adresse.startswith(("https://", "http://")):
            with urlopen(adresse, timeout=DELAI):  # noqa: S310 - just looked at
                return "envoyé"
    except (OSError, ValueError):
        pass  # their words hold the address, which is a secret
    raise UserError("L'adresse de veille (VIGIE_VEILLE_URL) ne répond pas. Vérifiez-la, ou retirez-la.")


PAS = (
    Pas("releve", "le relevé des dossiers", 300, releve),
    Pas("veille", "le signal de veille", 300, signale),
)
