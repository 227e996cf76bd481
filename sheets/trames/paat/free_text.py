"""Whether a free text speaks of something, or says that it is left out: « pénalités exclues du gain ». Pure."""

from __future__ import annotations

import re
import unicodedata

_LINK = r"(?:d|de|du|des|l|la|le|les|un|une|en|y|a|n|ni|eu|ete|tenir|compte|compter|inclure|prise|prendre|appliquer|application|faite?s?|ou|et)"
_BEFORE = re.compile(
    rf"\b(?:sans|hors|aucune?|ni|non|pas|point|jamais|hormis|sauf|excepte|excluant|deduction|deduite?s?|net(?:te)?s?|exclu\w*)"
    rf"(?:[ ']+{_LINK}\b)*[ ']*$"
)
"""Words that leave out what follows them, small words between them aside."""
_OUT = r"(?:compt|compri|inclu|appliqu|pri[st]|retenu|integr|concern)"
_AFTER = re.compile(
    rf"^\w*(?: +[\w']+){{0,4}}? *(?:(?<!non )(?<!pas )(?:exclu|deduit|retir|ecart|neutralis)"
    rf"|\b(?:non|pas|jamais) +(?:encore +)?(?:ete +|etre +)?{_OUT}|: *(?:non|aucune?|neant|sans objet|nul|0)\b)"
)
"""Words that leave out what they follow; « non déduites » does not."""
_CLAUSE = re.compile(r"[.;!?\n(),]")


def speaks_of(pattern: re.Pattern[str], text: str) -> bool:
    """Whether `pattern` (without accents, in lower case) is mentioned somewhere and not left out by its own clause."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    plain = plain.replace("’", "'")
    return any(_counts(clause, m) for clause in _CLAUSE.split(plain) for m in pattern.finditer(clause))


def _counts(clause: str, mention: re.Match[str]) -> bool:
    return not (_BEFORE.search(clause[: mention.start()]) or _AFTER.search(clause[mention.end() :]))
