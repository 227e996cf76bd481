"""Hides what must never be read again: social-security numbers, passwords and keys, wherever a text comes from. Pure."""

from __future__ import annotations

import re

MASK = "[numéro masqué]"
SECRET = "[secret masqué]"  # noqa: S105 - what stands in place of one
_BETWEEN = r"[\s./-]?"
_NIR = re.compile(
    rf"(?<!\d)([12]){_BETWEEN}(\d\d){_BETWEEN}([01]\d|[2-9]\d){_BETWEEN}(\d\d|2[AB]){_BETWEEN}(\d{{3}}){_BETWEEN}(\d{{3}}){_BETWEEN}(\d\d)(?!\d)"
)
_NIR_WITHOUT_KEY = re.compile(
    r"(?<!\d)[12][\s.-]\d\d[\s.-](?:0[1-9]|1[0-2])[\s.-](?:\d\d|2[AB])[\s.-]\d{3}[\s.-]\d{3}(?!\d)"
)
_TOKEN = re.compile(
    r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}"  # Slack
    r"|hooks\.slack\.com/services/[\w/]{10,}"
    r"|\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{15,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bsk-[\w-]{20,}"
    r"|(?<=bearer )[\w.~+/=-]{12,}|(?<=://)[^\s:/@]*:[^\s@/]+(?=@)",  # Authorization, and user:password@machine
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,}+(\.[\w-]{8,}+(?:\.[\w-]*+)?)?", re.IGNORECASE)
"""A JSON web token, or what begins like one: a run of its alphabet is looked through once, whatever it holds."""


def mask(raw: str) -> str:
    """The text with what is secret hidden: a social-security number (fifteen digits whose key is right, or its thirteen,
    spaced), a key or a token of the usual services, a password in an address."""
    if len(raw) < 15:
        return raw
    without_token = _TOKEN.sub(SECRET, raw)
    if "eyj" in without_token.lower():
        without_token = _JWT.sub(lambda t: SECRET if t[1] else t[0], without_token)
    return _NIR_WITHOUT_KEY.sub(MASK, _NIR.sub(lambda t: MASK if _is_nir(t) else t[0], without_token))


def is_masked(text: str) -> bool:
    """Whether something was hidden in a text."""
    return MASK in text or SECRET in text


def _is_nir(found: re.Match[str]) -> bool:
    *body, check_digits = found.groups()
    digits = "".join(body).replace("2A", "19").replace("2B", "18")
    return int(check_digits) == 97 - int(digits) % 97
