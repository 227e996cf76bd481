"""A channel that keeps what it delivered, and fails when told to: what a mailbox and a chat have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bots.delivery import Canal
from bots.letters.letter import EnvoiError, Lettre
from config.rights import Personne

PASSE = "le serveur ne répond pas"
REFUS = "boîte inconnue"


class Mort(BaseException):
    """The process dies here: nothing catches it, as nothing catches kill -9."""


@dataclass
class Facteur:
    """`pannes` says, by address, what befalls the next letters: « passe », « refus », « perdu » (delivered, and no word
    of it), « mort-avant », « mort-après »."""

    nom: str = "courriel"
    se_souvient: bool = False
    joint: Callable[[Personne], str] = lambda p: p.email
    livrees: list[Lettre] = field(default_factory=list)
    pannes: dict[str, list[str]] = field(default_factory=dict)
    recherches: list[str] = field(default_factory=list)

    @property
    def canal(self) -> Canal:
        return Canal(self.nom, self.joint, self.envoie, self.retrouve if self.se_souvient else None)

    def envoie(self, lettre: Lettre) -> str:
        panne = next(iter(self.pannes.get(lettre.a, [])), "")
        if panne:
            self.pannes[lettre.a].pop(0)
        if panne == "mort-avant":
            raise Mort
        if panne == "refus":
            raise EnvoiError(REFUS, definitif=True)
        if panne == "passe":
            raise EnvoiError(PASSE, definitif=False)
        self.livrees.append(lettre)
        if panne == "mort-après":
            raise Mort
        if panne == "perdu":
            raise EnvoiError(PASSE, definitif=False)
        return f"n°{len(self.livrees)}"

    def retrouve(self, cle: str, adresse: str, depuis: datetime) -> str | None:
        self.recherches.append(cle)
        return next((f"n°{rang}" for rang, x in enumerate(self.livrees, 1) if (x.cle, x.a) == (cle, adresse)), None)

    def a(self, adresse: str) -> list[str]:
        """The subjects of what someone received."""
        return [x.objet for x in self.livrees if x.a == adresse]
