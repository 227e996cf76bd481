"""How a French reader sees an amount, a rate, a date or a label; and how a typed label is compared.

Pure. Never decides what an amount is worth: cents and fractions come in, words go out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
THOUSANDS_SPACE = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
YEARS = (1990, 2100)
"""The first and the last year that a day typed by someone may bear."""
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre")  # fmt: skip


def decimal_number(value: Decimal, decimals: int) -> str:
    """A number with French separators, rounded half away from zero: 1234.5, 2 → « 1 234,50 »."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole_part, _, rest = f"{abs(rounded):,.{decimals}f}".partition(".")
    sign = MINUS if rounded < 0 else ""
    return sign + whole_part.replace(",", THOUSANDS_SPACE) + (f",{rest}" if rest else "")


def euros(cents: int) -> str:
    """Cents → « 1 234,56 € »; whole euros lose their « ,00 »."""
    return decimal_number(Decimal(cents) / 100, 0 if cents % 100 == 0 else 2) + NO_BREAK_SPACE + "€"


def rounded_amount(cents: int) -> str:
    """Cents → what one says aloud: « 14,6 M€ », « 165 k€ », « 850 € »."""
    if abs(cents) >= 99_950_000:
        return decimal_number(Decimal(cents) / 100_000_000, 1) + NO_BREAK_SPACE + "M€"
    if abs(cents) >= 1_000_000:
        return decimal_number(Decimal(cents) / 100_000, 0) + NO_BREAK_SPACE + "k€"
    return decimal_number(Decimal(cents) / 100, 0) + NO_BREAK_SPACE + "€"


def size_in_words(raw_bytes: int) -> str:
    """A size as one says it: « 850 octets », « 1,4 Mo »."""
    for rank, unit in ((3, "Go"), (2, "Mo"), (1, "ko")):
        if abs(raw_bytes) >= 1000**rank:
            return decimal_number(Decimal(raw_bytes) / 1000**rank, 1) + NO_BREAK_SPACE + unit
    return f"{raw_bytes}{NO_BREAK_SPACE}octets"


def decimal_euros(cents: int) -> str:
    """Cents → the decimal string in euros that programs read: 16538100 → "165381.00"."""
    return f"{Decimal(cents) / 100:.2f}"


def rate(fraction: Decimal, decimals: int = 1) -> str:
    """A fraction → « 91,2 % »."""
    return decimal_number(fraction * 100, decimals) + NO_BREAK_SPACE + "%"


NO_RATE = "pas de taux d'atteinte"


def aim(cents: int, reached: int, words: str = "atteint à") -> str:
    """An objective and how far it is reached: « 16,0 M€, atteint à 91,3 % »; of 0 there is no rate, and it is said."""
    if not cents:
        return f"{rounded_amount(cents)}, {NO_RATE}"
    return f"{rounded_amount(cents)}, {words} {rate(Decimal(reached) / cents)}"


def day(when: date) -> str:
    """A date → « 31/12/2021 »."""
    return when.strftime("%d/%m/%Y")


def day_kept(text: str) -> date | None:
    """An ISO day as the register keeps it; None when it is none, or one that nobody can have meant (9999, 0001)."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if YEARS[0] <= read.year <= YEARS[1] else None


def time_left_words(days: int) -> str:
    """Days from now to a deadline, in words: « dans 12 jours », « aujourd'hui », « passée de 3 jours »."""
    if not days:
        return "aujourd'hui"
    return f"dans {count_words(days, 'jour')}" if days > 0 else f"passée de {count_words(-days, 'jour')}"


def count_words(n: int, singular: str, plural: str = "") -> str:
    """« 0 ligne », « 1 ligne », « 1 200 lignes » (in French, two starts the plural)."""
    return f"{decimal_number(Decimal(n), 0)} {singular if abs(n) < 2 else plural or singular + 's'}"


def enumeration(words: Sequence[str], at_most: int = 0) -> str:
    """« a, b et c »; past `at_most` words, « a, b et 4 autres »."""
    if at_most and len(words) > at_most:
        rest = len(words) - at_most
        return ", ".join(words[:at_most]) + f" et {count_words(rest, 'autre')}"
    return " et ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def after_de(name: str) -> str:
    """A territory's name after « de »: « du GHT Jura », « de Bourgogne-Franche-Comté », « des Pays de la Loire »."""
    if name.startswith(("Hauts", "Pays")):
        return f"des {name}"
    if name.startswith(("GHT", "CH ", "CHU", "CHI", "CENTRE", "CTRE", "GROUPE", "Grand", "Centre")):
        return f"du {name}"
    return f"d'{name}" if name[:1] in "AEIOUÉÎŒÔ" and not name.isupper() else f"de {name}"


def did_you_mean(text: str, choices: Iterable[str]) -> str:
    """« ; vouliez-vous dire « BFC-08 » ? », or a full stop when nothing is near."""
    neighbour = nearest(text, choices)
    return f" ; vouliez-vous dire « {neighbour} » ?" if neighbour else "."


@lru_cache(maxsize=65536)
def text_key(text: str) -> str:
    """The form under which two labels are the same: no case, accents, punctuation or double spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    without_accents = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", without_accents))


def nearest(text: str, choices: Iterable[str], threshold: float = 60) -> str | None:
    """The label of `choices` nearest to what was typed, or None when nothing is near (0 to 100)."""
    known_ones, sought = {text_key(c): c for c in choices}, text_key(text)
    neighbours = process.extract(sought, known_ones.keys(), scorer=fuzz.ratio, score_cutoff=threshold, limit=None)
    # Short codes often tie: two letters swapped (BFC-80) are then nearer than two letters changed (BFC-01).
    return (
        known_ones[max(neighbours, key=lambda v: (v[1], OSA.normalized_similarity(sought, v[0])))[0]]
        if neighbours
        else None
    )
