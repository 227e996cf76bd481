"""What a heading, a note or a number format says of the unit of amounts, when it is not euros TTC on twelve months. Pure.

Never reads an amount: it says « milliers d'euros » and leaves the reader to refuse or to go on.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NUMBER = r"(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix)"
MONEY = {
    "hors taxes": (
        r"\bh\.? ?t\.?(?:r\.?|v\.?a\.?)?(?![a-z0-9])",
        r"\bhors[ -]*(?:droits? (?:et|ou) )?(?:taxe|tva|t\.v\.a)s?\b",
        r"\b(?:nets?|excl[a-z]*\.?|exempt[a-z]*|exoner[a-z]*) (?:d[eu] |d'|des )?(?:la |toutes? )?(?:tva|taxes?|vat)\b",
        r"\b(?:tva|taxes?|vat)(?: [0-9.,]+ ?%)? (?:(?:non|pas) (?:comp|incl)[a-z]*|excl[a-z]*|en sus|en plus|dedui[a-z]*)",
        r"\b(?:sans|avant) (?:la )?(?:tva|taxes?)\b",
        r"\b(?:non|pas|hors) ttc\b",
        r"\btaxes? non comprises?\b",
    ),
    "milliers d'euros": (
        r"\bk[ .,'-]{0,2}(?:€|eur|d'euro)[a-z]*",
        r"\bt ?€",
        r"\bmille (?:€|euros?)",
        r"\b10(?:\^| ?\*\* ?)3(?= ?(?:€|eur|\)|$))",
        r"€ ?'?000\b",
        r"\bke\b",
        r"\bkilo[ -]?euros?",
        r"\bmilliers?\b(?: d'(?:€|euros?))?",
        r"(?:\bx|\*|×|/) ?1 ?000\b(?: ?€)?",
        r"(?<![0-9]) ?\b1? ?000 ?€",
        r"\(0{3}\)",
        r"\ben k\b",
        r"\(k\)",
    ),
    "millions d'euros": (
        r"\bm ?€",
        r"\bm ?eur(?:os?)?\b",
        r"\bmd ?€",
        r"\bmilli(?:on|ard)s?\b(?: d'(?:€|euros?))?",
        r"\bmio\b",
        r"\ben m\b",
        r"\(m\)",
    ),
    "centaines d'euros": (r"\bcentaines?\b",),
    "centimes": (r"\bcentimes?\b", r"\bcts?\b", r"\bcents\b", r"\bc€"),
    "une autre monnaie": (r"[$£¥]", r"\b(?:usd|gbp|chf|xpf|cfp|dollars?|francs?)\b"),
}
TIME = {
    "une autre année": (
        r"\bn ?[-+\u2013\u2212] ?[1-9]\b", r"\bn (?:moins|plus) (?:1|un|2|deux)\b",
        r"\b(?:de )?(?:l')?(?:annee|exercice|an)s? (?:precedent|anterieur|derni|passe|suivant|prochain)[a-z]*",
    ),
    "plusieurs années": (
        r"\bpluri-?annuel[a-z]*", r"\bcumul[a-z]*", rf"\b(?:[2-9]|[1-9][0-9]|{_NUMBER}) ?ans\b", rf"\b(?:[2-9]|{_NUMBER}) annees\b",
        r"\b(?:sur|pour) (?:la |toute la )?(?:duree|totalite|periode|vie)\b(?: (?:totale )?d[ue] [a-z]+)?", r"\bduree (?:du|totale|de vie)\b", r"\btotal (?:du )?marche\b",
    ),
    "moins de douze mois": (
        r"\b(?:mensuel|trimestr|semestr|hebdo|journalier)[a-z]*", r"(?:\bpar|/) ?(?:mois|jour|semaine)\b", r"\b(?!12 )(?:1?[0-9]|[2-9][0-9]) mois\b",
        rf"\b(?:{_NUMBER}|onze) mois\b", r"(?<!hors )(?<!sans )\bpro[ -]?rata[a-z]*",
    ),
    "un taux": (r"(?<![0-9])(?<![0-9] )[%‰]", r"\bpour ?cent[a-z]*", r"\btaux\b"),
}  # fmt: skip
_MONEY = tuple((name, re.compile("|".join(patterns))) for name, patterns in MONEY.items())
_ALL = (*_MONEY, *((name, re.compile("|".join(patterns))) for name, patterns in TIME.items()))
_DENIED = re.compile(
    r"\b(?:non|pas|ni) (?:en |de |des )?(?:ht\b|h\.t\.?|hors taxes?|k ?€|keur|milliers|m€|millions|centimes)"
)
"""« TTC, et non HT »: what is denied is not said."""
_ABOUT = re.compile(r"\b(?:montant|gain|chiffre|somme|valeur|donnee|unite|exprim|saisi|tableau|prix|budget|achat|euro)")
_UNDERSTOOD = frozenset(
    "ttc t c toutes taxes comprises eur euro euros en de du la le l d sur 12 douze mois an ans annee annees par annuel un 1 a et ou".split()
)
_BRACKETS = re.compile(r"\(([^)]*)|\[([^\]]*)")
LONG = 200
"""Past so many characters, a cell is no note on units."""


def plain(text: str) -> str:
    """Lower case, without accents, one space between words; signs are kept, but for what is denied."""
    flat = unicodedata.normalize("NFKD", text.lower().replace("’", "'").replace("œ", "oe").replace("³", "^3"))
    return _DENIED.sub(" ", " ".join("".join(c for c in flat if not unicodedata.combining(c)).split()))


@lru_cache(maxsize=4096)
def unit_said(text: str) -> str:
    """The unit other than euros TTC on twelve months that a heading says; "" when it says none."""
    flat = plain(text)
    return next((name for name, pattern in _ALL if pattern.search(flat)), "")


def money_said(text: str) -> str:
    """The same of a number format, which says nothing of years."""
    flat = plain(text)
    return next((name for name, pattern in _MONEY if pattern.search(flat)), "")


def announced(text: object) -> str:
    """The unit that a note beside the table gives to all its amounts: « montants en k€ », « (HT) »; "" for any other text."""
    return _announced(text) if isinstance(text, str) and 0 < len(text) <= LONG else ""


@lru_cache(maxsize=4096)
def _announced(text: str) -> str:
    if not (said := money_said(text)):
        return ""
    flat = plain(text)
    alone = len(flat) <= 30 and not re.search("[0-9]", flat) and len(flat.split()) <= 4
    return said if alone or (_ABOUT.search(flat) and not re.search(r"[0-9] ?[km]?(?:€|eur)", flat)) else ""


def without_unit(text: str) -> str:
    """A heading without the words that say another unit, to see which column it heads all the same."""
    flat = plain(text)
    for _, pattern in _ALL:
        flat = pattern.sub(" ", flat)
    return re.sub(r"(?:\b(?:en|sur|de|du|au|pour)\b[ ']*)+$", "", flat.strip(" ()[]"))


def odd_words(text: str, official: str) -> set[str]:
    """What the brackets of a heading say that neither its official heading nor a common word does."""
    known = _UNDERSTOOD | set(re.findall("[a-z0-9]+", plain(official)))
    inside = " ".join(map("".join, _BRACKETS.findall(plain(text))))
    return set(re.findall("[a-z0-9]+", inside)) - known
