"""Hides what must never be read again: social-security numbers, passwords and keys, wherever a text comes from. Pure."""

from __future__ import annotations

import re

MASQUE = "[numéro masqué]"
SECRET = "[secret masqué]"  # noqa: S105 - what stands in place of one
_ENTRE = r"[\s./-]?"
_NIR = re.compile(
    rf"(?<!\d)([12]){_ENTRE}(\d\d){_ENTRE}([01]\d|[2-9]\d){_ENTRE}(\d\d|2[AB]){_ENTRE}(\d{{3}}){_ENTRE}(\d{{3}}){_ENTRE}(\d\d)(?!\d)"
)
_NIR_SANS_CLEF = re.compile(
    r"(?<!\d)[12][\s.-]\d\d[\s.-](?:0[1-9]|1[0-2])[\s.-](?:\d\d|2[AB])[\s.-]\d{3}[\s.-]\d{3}(?!\d)"
)
_JETON = re.compile(
    r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}"  # Slack
    r"|hooks\.slack\.com/services/[\w/]{10,}"
    r"|\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{15,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bsk-[\w-]{20,}"
    r"|(?<=bearer )[\w.~+/=-]{12,}|(?<=://)[^\s:/@]*:[^\s@/]+(?=@)",  # Authorization, and user:password@machine
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,}+(\.[\w-]{8,}+(?:\.[\w-]*+)?)?", re.IGNORECASE)
"""A JSON web token, or what begins like one: a run of its alphabet is looked through once, whatever it holds."""


def masque(brut: str) -> str:
    """The text with what is secret hidden: a social-security number (fifteen digits whose key is right, or its thirteen,
    spaced), a key or a token of the usual services, a password in an address."""
    if len(brut) < 15:
        return brut
    sans_jeton = _JETON.sub(SECRET, brut)
    if "eyj" in sans_jeton.lower():
        sans_jeton = _JWT.sub(lambda t: SECRET if t[1] else t[0], sans_jeton)
    return _NIR_SANS_CLEF.sub(MASQUE, _NIR.sub(lambda t: MASQUE if _est_nir(t) else t[0], sans_jeton))


def est_masque(texte: str) -> bool:
    """Whether something was hidden in a text."""
    return MASQUE in texte or SECRET in texte


def _est_nir(trouve: re.Match[str]) -> bool:
    *corps, clef = trouve.groups()
    chiffres = "".join(corps).replace("2A", "19").replace("2B", "18")
    return int(clef) == 97 - int(chiffres) % 97
