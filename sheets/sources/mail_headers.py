"""A mail's headers → who sent it, whether a machine wrote it, whether its sender was vouched for. Pure, bounded, never raises.

Never decides what becomes of a mail. What it reads was written by anyone, and may be made to harm: every length is bounded
before anything costly looks at it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import BytesParser

from authres import AuthenticationResultsHeader

from config.french import size_in_words
from config.mail_server import ADDRESS, identifier, one_line
from config.secrets import mask

MOST_HEADER_BYTES = 100_000
"""Bytes of headers past which a mail is not read."""
LONGEST_WORDS = 2_000
"""Characters of one header that are looked at; a longer sender is nobody."""
LONG_RESULT, MANY_RESULTS, MANY_COMMENTS = 5_000, 20, 60
"""Characters of one Authentication-Results, how many of them are kept, and how many comments one may hold."""
ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre|bounces?)([+.=-].*)?@", re.IGNORECASE)
"""Addresses that nobody reads."""
BULK_WORDS = ("bulk", "list", "junk", "auto_reply")
LIST_HEADERS = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-auto-reply-from")
TOO_LONG = f"ils dépassent {size_in_words(MOST_HEADER_BYTES)}"
NO_SENDER = "l'expéditeur (From) ne se lit pas : une seule adresse, comme nom@exemple.fr, était attendue"
DAMAGED = "ils sont abîmés"


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """What a mail says of itself before it is opened."""

    key: str
    """Its name for ever, by its Message-ID and its sender: the same mail delivered twice has the same, whatever folder it
    is in. Two mails may wrongly share one: what they hold tells them apart."""
    identifier: str
    """Its Message-ID, when it can stand in a header of ours; or nothing."""
    sender: str
    """The one address in From, lower case; nothing when there is none, or several."""
    mail_subject: str
    automatic: bool
    """Written by a machine (bounce, out-of-office, list, ourselves): answering it would start a loop."""
    outcomes: tuple[str, ...]
    """Its Authentication-Results, topmost first."""
    delivery: str = ""
    """The name of this very delivery: another one of the same mail passed by other servers."""
    trouble: str = ""
    """Why its headers cannot be read, in French; nothing when they can."""


def read_headers(raw_bytes: bytes) -> MailHeaders:
    """Read the headers of a mail, however damaged: whatever they hold, what comes back says what could be read."""
    end = re.search(rb"\r?\n\r?\n", raw_bytes[: MOST_HEADER_BYTES + 4])
    block = raw_bytes[: end.end()] if end else raw_bytes[: MOST_HEADER_BYTES + 1]
    total_of = hashlib.sha256(block).hexdigest()
    nobody = MailHeaders(total_of[:20], "", "", "", True, (), total_of, TOO_LONG)
    if len(block) > MOST_HEADER_BYTES + 4 or (not end and len(raw_bytes) > MOST_HEADER_BYTES):
        return nobody
    try:
        return _read(block, total_of)
    except Exception:  # whatever a library stumbles on, the mail is one that cannot be read
        return MailHeaders(nobody.key, "", "", "", True, (), total_of, DAMAGED)


def _read(block: bytes, total_of: str) -> MailHeaders:
    all_of_them = [
        (name.lower(), _text(value)) for name, value in BytesParser().parsebytes(block, headersonly=True).raw_items()
    ]
    first_ones = {name: value[:LONGEST_WORDS] for name, value in reversed(all_of_them)}
    froms = [value for name, value in all_of_them if name == "from"]
    sender = _sender(froms[0]) if len(froms) == 1 else ""
    message_id = one_line(first_ones.get("message-id", ""))[:500]
    mail_subject, date = decode(first_ones.get("subject", "")), one_line(first_ones.get("date", ""))
    name = f"{message_id}\n{sender}" if message_id else f"{date}\n{mail_subject}\n{sender}" if date else total_of
    return MailHeaders(
        hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:20],
        identifier(message_id),
        sender,
        mask(mail_subject)[:200],
        not sender or _is_automatic(first_ones, sender),
        tuple(one_line(v[: LONG_RESULT + 1]) for name, v in all_of_them if name == "authentication-results")[
            :MANY_RESULTS
        ],
        total_of,
        "" if sender else NO_SENDER,
    )


def _text(value: object) -> str:
    """A raw header as text: bytes that are not ASCII are UTF-8, or lost."""
    return str(value).encode("ascii", "surrogateescape").decode("utf-8", "replace")


def _sender(value: str) -> str:
    """The one address of a From, lower case: `a@b.fr`, or `<a@b.fr>` after a name; nothing when it is anything else."""
    if len(value) > LONGEST_WORDS:
        return ""
    matched = re.fullmatch(r"[^<>@,;:]*<\s*([^<>\s]+)\s*>|([^<>\s]+)", "".join(_bare(value)).strip())
    address = (matched[1] or matched[2]).lower() if matched else ""
    return address if len(address) <= 254 and ADDRESS.fullmatch(address) else ""


def _bare(value: str) -> Iterator[str]:
    """A header without its comments, which may nest, and with « " » alone for each of its quoted strings."""
    depth, quoted, escaped = 0, False, False
    for c in value:
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
        elif c == '"' and not depth:
            quoted = not quoted
            yield '"'
        elif quoted:
            continue
        elif c in "()":
            depth += 1 if c == "(" else -1
            yield ")" if depth < 0 else " "
        elif not depth:
            yield c
    yield "<" if depth or quoted else ""  # left open: no address


def _is_automatic(first_ones: dict[str, str], sender: str) -> bool:
    """By RFC 3834, and by the habits of those who do not know it."""
    matched = {
        name: first_ones.get(name, "").strip().lower() for name in ("auto-submitted", "precedence", "return-path")
    }
    kind = first_ones.get("content-type", "").partition(";")[0].strip().lower()
    return (
        matched["auto-submitted"] not in ("", "no")
        or matched["precedence"] in BULK_WORDS
        or matched["return-path"] == "<>"
        or any(name in first_ones for name in LIST_HEADERS)
        or kind in ("multipart/report", "message/delivery-status")
        or ROBOTS.match(sender) is not None
    )


def is_authenticated(headers: MailHeaders, server: str) -> bool:
    """Whether one's own mail server, of that name, vouches for the sender: DMARC, an aligned DKIM or SPF, or a log-in.

    Only the topmost result of that name is believed: those below came with the mail, and anyone may have written them.
    One whose name cannot be told for sure might be ours: nothing below it is believed. RFC 8601.
    """
    for outcome in headers.outcomes:
        name = re.match(r'([^\s;()"]+)(?=[\s;(]|$)', outcome)
        if name is None:
            return False
        if name[1].lower() == server.lower():
            return _vouches(outcome, headers.sender.rpartition("@")[2])
    return False


NAMES = {"dmarc": ("header.from",), "dkim": ("header.d",), "spf": ("smtp.mailfrom",), "auth": ("smtp.auth",)}
"""By method, where its result says whom it vouches for."""


def _vouches(outcome: str, domain: str) -> bool:
    """Whether one result, parsed whole, passes for that very domain; DMARC's failure is final."""
    if not domain or len(outcome) > LONG_RESULT or outcome.count("(") > MANY_COMMENTS:
        return False
    try:
        reading = AuthenticationResultsHeader.parse(f"Authentication-Results: {outcome.rstrip('; ')}")
    except Exception:  # whatever cannot be read vouches for nobody
        return False
    all_said = [
        (
            r.method.lower(),
            r.result.lower(),
            [(f"{p.type}.{p.name}".lower(), str(p.value).lower()) for p in r.properties],
        )
        for r in reading.results
    ]
    if ("dmarc", "fail") in [(method, result) for method, result, _ in all_said]:
        return False
    return any(result == "pass" and _is_for(method, where, domain, outcome) for method, result, where in all_said)


def _is_for(method: str, where: list[tuple[str, str]], domain: str, outcome: str) -> bool:
    """Whether a result that passed is about that domain, and nothing of it about another."""
    names = NAMES.get(method, ())
    if method == "dkim" and not any(name in names for name, _ in where):
        names = ("header.i",)
    seen_ones = [value for name, value in where if name in names and (method != "auth" or "@" in value)]
    if not seen_ones:  # DMARC is about From by its nature, a log-in about someone of ours
        return method == "auth" or (method == "dmarc" and "header.from" not in outcome.lower())
    return all(value.rpartition("@")[2].rstrip(".") == domain for value in seen_ones)


def decode(text: str) -> str:
    """A header's words (RFC 2047) as they were typed, on one line; as they stand when they cannot be decoded."""
    if "=?" not in text or len(text) > LONGEST_WORDS:
        return one_line(text)
    try:
        return one_line(str(make_header(decode_header(text))))
    except Exception:  # an alphabet can fail in any way of its own
        return one_line(text)
