"""What leaves for someone, whatever carries it: a subject, the same words as text and as HTML, attachments. Pure.

A transport delivers a letter or raises `EnvoiError`; nothing else of a transport is known here.
"""

from __future__ import annotations

from dataclasses import dataclass

PNG, XLSX = "image/png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that goes with a letter or a message; a picture says in words what it shows."""

    nom: str
    octets: bytes
    mime: str
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class Lettre:
    """`cle` is the unique name of the message in the register; `a` the address it leaves for; `en_reponse_a` the
    identifier (Message-ID) of the letter it answers, if any."""

    cle: str
    a: str
    objet: str
    texte: str
    html: str
    pieces: tuple[Piece, ...] = ()
    en_reponse_a: str = ""
    repond: bool = False
    """Whether its reader may say that they know, or ask to be told again later, where the channel has buttons."""


class EnvoiError(Exception):
    """The channel did not deliver. `definitif`: it refused this recipient, so take another channel or tell someone who
    can mend it; else it did not answer, or asked to wait: worth trying again. Says why, in French, without any secret.

    `doute`: the channel had the letter whole and never said whether it took it. Never send it again by itself: show it."""

    def __init__(self, raison: str, *, definitif: bool, doute: bool = False) -> None:
        super().__init__(raison)
        self.definitif = definitif
        self.doute = doute
