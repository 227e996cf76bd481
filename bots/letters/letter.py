"""What leaves for someone, whatever carries it: a subject, the same words as text and as HTML, attachments. Pure.

A transport delivers a letter or raises `SendingError`; nothing else of a transport is known here.
"""

from __future__ import annotations

from dataclasses import dataclass

from bots.piece import Piece


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` is the unique name of the message in the register; `a` the address it leaves for; `in_reply_to` the
    identifier (Message-ID) of the letter it answers, if any."""

    key: str
    a: str
    mail_subject: str
    text: str
    html: str
    pieces: tuple[Piece, ...] = ()
    in_reply_to: str = ""
    takes_replies: bool = False
    """Whether its reader may say that they know, or ask to be told again later, where the channel has buttons."""


class SendingError(Exception):
    """The channel did not deliver. `is_final`: it refused this recipient, so take another channel or tell someone who
    can mend it; else it did not answer, or asked to wait: worth trying again. Says why, in French, without any secret.

    `doubt`: the channel had the letter whole and never said whether it took it. Never send it again by itself: show it."""

    def __init__(self, reason: str, *, is_final: bool, doubt: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.doubt = doubt
