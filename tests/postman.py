"""A channel that keeps what it delivered, and fails when told to: what a mailbox and a chat have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bots.delivery import DeliveryChannel
from bots.letters.letter import Letter, SendingError
from config.rights import Person

NO_ANSWER = "le serveur ne répond pas"
REFUSED = "boîte inconnue"


class ProcessDeath(BaseException):
    """The process dies here: nothing catches it, as nothing catches kill -9."""


@dataclass
class Postman:
    """`breakdowns` says, by address, what befalls the next letters: « passe », « refus », « perdu » (delivered, and no word
    of it), « mort-avant », « mort-après »."""

    name: str = "courriel"
    remembers: bool = False
    address_of: Callable[[Person], str] = lambda p: p.email
    delivered: list[Letter] = field(default_factory=list)
    breakdowns: dict[str, list[str]] = field(default_factory=dict)
    lookups: list[str] = field(default_factory=list)

    @property
    def delivery_channel(self) -> DeliveryChannel:
        return DeliveryChannel(self.name, self.address_of, self.send, self.find_sent if self.remembers else None)

    def send(self, letter: Letter) -> str:
        breakdown = next(iter(self.breakdowns.get(letter.a, [])), "")
        if breakdown:
            self.breakdowns[letter.a].pop(0)
        if breakdown == "mort-avant":
            raise ProcessDeath
        if breakdown == "refus":
            raise SendingError(REFUSED, is_final=True)
        if breakdown == "passe":
            raise SendingError(NO_ANSWER, is_final=False)
        self.delivered.append(letter)
        if breakdown == "mort-après":
            raise ProcessDeath
        if breakdown == "perdu":
            raise SendingError(NO_ANSWER, is_final=False)
        return f"n°{len(self.delivered)}"

    def find_sent(self, key: str, address: str, since: datetime) -> str | None:
        self.lookups.append(key)
        return next((f"n°{rank}" for rank, x in enumerate(self.delivered, 1) if (x.key, x.a) == (key, address)), None)

    def a(self, address: str) -> list[str]:
        """The subjects of what someone received."""
        return [x.mail_subject for x in self.delivered if x.a == address]
