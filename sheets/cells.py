"""One cell → one value or one problem: French numbers, dates, lists. Pure.

Never guesses: what can be read two ways is a problem that says so. Blank is None, and never zero.
A raw cell is what calamine gives: str, float, int, bool, date, datetime, time or timedelta.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from config.campaign import PARIS
from config.french import MONTHS, YEARS, day, nearest, text_key
from config.secrets import MASK as MASK  # noqa: PLC0414 - for those who read cells
from config.secrets import mask as mask  # noqa: PLC0414


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that holds something else than expected. `code` is that of the check which reports it."""

    code: str
    shown: str
    expected: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A label that is not the list's own but can only be this one (a plural, say): used, and said."""

    label: str
    shown: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An amount used as it is (`value`, in cents), though it may well be something else: `why` is said."""

    value: int
    shown: str
    why: str


Value = int | str | date | Decimal | None
ReadValue = Value | Problem | Recognised | Doubtful

AMOUNT_EXAMPLE = "un montant en euros, par exemple 12 500,00"
NUMBER_EXAMPLE = "un nombre, par exemple 1 200"
DATE_EXAMPLE = "une date, par exemple 01/07/2021"
WHOLE_NUMBER_EXAMPLE = "un nombre entier d'années, par exemple 5"

_DASHES = re.compile("[\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}\N{HYPHEN}]")
_UNIT = re.compile(r"(?P<k>[km])?\s*(?:€|eur|euros?)\s*(?:ttc)?$|(?P<k2>k)$|ttc$", re.IGNORECASE)
_MULTIPLES = {"k": 1_000, "m": 1_000_000}
_CEILING = Decimal(10) ** 12
_HUGE = 10**9
"""Euros beyond which an amount is said: no GHT buys for as much."""
_LINE_BREAK = re.compile(r"\s*[\n\r]\s*")
_TWO_NUMBERS = re.compile(r"\d\s*[\n\r\t\v\f\x85\u2028\u2029]\s*[-+(€]?\s*\d|\d\s{2,}\d")
"""Digits on two lines of a cell, or set far apart: no thousands are written so."""
NUMBER_LENGTH = 60
_SERIAL_MIN, _SERIAL_MAX = 36526, 73050  # Excel's day numbers for 2000-01-01 and 2099-12-31


_INVISIBLES = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")


def tidied(typed: str) -> str:
    """Text with every run of spaces, no-break and narrow ones included, made one, and what cannot be seen left out."""
    return " ".join((typed if typed.isascii() and typed.isprintable() else _INVISIBLES.sub("", typed)).split())


def shown(raw: object) -> str:
    """What a person sees in the cell, bounded for a sentence."""
    if isinstance(raw, datetime | date):
        return day(raw)
    if isinstance(raw, bool):
        return "VRAI" if raw else "FAUX"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e18:
        return mask(str(int(raw)))
    typed = mask(tidied(str(raw)))
    return typed if len(typed) <= 60 else typed[:57] + "…"


@lru_cache(maxsize=4096)
def _tidied(typed: str) -> str:
    """Tidied and masked; remembered, for a trame says the same few things hundreds of times."""
    return mask(tidied(typed))


def text(raw: object) -> str | None:
    """Text as typed, spaces tidied; a number keeps no « .0 », so a market number 123 stays 123."""
    if isinstance(raw, str):
        return _tidied(raw) or None
    return None if raw is None else shown(raw)


def euros(raw: object) -> int | Problem | None:
    """An amount → cents, rounded half away from zero. `12 k€`, `(1 234)` and `1.234,56` are read."""
    if type(raw) is float:  # nearly every amount: spared the long way
        cents = round(raw * 100) if abs(raw) < 1e12 else 0
        if abs(raw * 100 - cents) < 1e-4 and abs(raw) >= 1:
            return cents
    read_value = _decimal(raw, AMOUNT_EXAMPLE)
    return (
        int((read_value * 100).quantize(Decimal(1), ROUND_HALF_UP)) if isinstance(read_value, Decimal) else read_value
    )


def amount(raw: object) -> int | Problem | Doubtful | None:
    """An amount of a table → cents, with a doubt where it looks like a rate, thousands, or no purchase at all."""
    read_value = euros(raw)
    if type(read_value) is not int or (
        type(raw) is float and 1 <= abs(raw) < _HUGE and (read_value % 100 == 0 or abs(raw) >= 1_000)
    ):
        return read_value
    why = _doubt(raw)
    return Doubtful(read_value, shown(raw), why) if why else read_value


def _doubt(raw: object) -> str:
    """Why a number that can be read may be something else than euros; "" when it may not."""
    read_value = _decimal(raw, "")
    if not isinstance(read_value, Decimal) or not read_value:
        return ""
    if abs(read_value) < 1:
        return "vaut moins d'un euro : c'est peut-être un taux (%)."
    if abs(read_value) >= _HUGE:
        return "dépasse le milliard d'euros."
    thousandths = round(read_value, 6) * 1000
    if (
        thousandths == thousandths.to_integral_value()
        and thousandths % 10
        and (isinstance(raw, str) or abs(read_value) < 1_000)
    ):
        return "a trois décimales : ce sont peut-être des milliers d'euros."
    return ""


def decimal_number(raw: object) -> Decimal | Problem | None:
    """A quantity or a unit price, all decimals kept."""
    return _decimal(raw, NUMBER_EXAMPLE)


def whole_number(raw: object) -> int | Problem | None:
    """A whole number of years, 1 to 99."""
    read_value = _decimal(raw, WHOLE_NUMBER_EXAMPLE)
    if not isinstance(read_value, Decimal):
        return read_value
    if read_value != read_value.to_integral_value() or not 1 <= read_value <= 99:
        return Problem("valeur-non-numerique", shown(raw), WHOLE_NUMBER_EXAMPLE)
    return int(read_value)


ERROR = re.compile(r"#(?:N/A|N/D|[A-ZÀ-Ü/0]{2,12}[!?])|(?:Err|Erreur) ?: ?[0-9]{3}", re.IGNORECASE)
"""What a formula in error shows, in English, in French or in LibreOffice."""


def _decimal(raw: object, expected: str) -> Decimal | Problem | None:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, str):
        read_value = number_typed(raw)
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        read_value = Decimal(repr(raw))
    else:
        read_value = "autre type"
    if isinstance(read_value, Decimal) and read_value.is_finite() and abs(read_value) < _CEILING:
        return read_value
    if isinstance(raw, str) and ERROR.fullmatch(raw.strip()):
        return Problem("formule-en-erreur", shown(raw), "")
    precision = f" ; « {shown(raw)} » peut se lire de deux façons" if read_value == "ambigu" else ""
    if isinstance(raw, str) and _TWO_NUMBERS.search(raw):
        return Problem(
            "valeur-non-numerique", shown(_LINE_BREAK.sub(" ↵ ", raw)), f"{expected} ; cette case en contient deux"
        )
    return Problem("valeur-non-numerique", shown(raw), expected + precision)


def number_typed(text_: str) -> Decimal | str:
    """A number typed by a French person → Decimal, or why not: "ambigu", "illisible"."""
    body = _DASHES.sub("-", tidied(text_))
    if len(body) > NUMBER_LENGTH or _TWO_NUMBERS.search(text_):
        return "illisible"
    body, factor = _without_unit(body)
    sign = 1
    if bracketed := re.fullmatch(r"\((.+)\)", body):
        sign, body = -1, bracketed[1].strip()
    elif direction := re.fullmatch(r"([+-])\s*(.+)|(.+?)\s*(-)", body):
        sign = -1 if "-" in (direction[1], direction[4]) else 1
        body = direction[2] or direction[3]
    body, inner_factor = _without_unit(body)
    if factor > 1 and inner_factor > 1:
        return "illisible"
    factor *= inner_factor
    value = _digits(body)
    return value * sign * factor if isinstance(value, Decimal) else value


def _without_unit(body: str) -> tuple[str, int]:
    """What is left of an amount without « € », « TTC » or « k€ », and by how much they multiply it."""
    body = re.sub(r"^€\s*", "", body)
    factors: list[int] = []
    while len(factors) < 3 and (unit := _UNIT.search(body)):
        factors.append(_MULTIPLES.get((unit["k"] or unit["k2"] or "").lower(), 1))
        body = body[: unit.start()].strip()
    multiples = [f for f in factors if f > 1]
    # « 1,2 kk€ » is a slip of the finger: what is left of it is no number.
    return (body, multiples[0] if multiples else 1) if len(multiples) < 2 else ("", 1)


def _digits(body: str) -> Decimal | str:
    body = body.replace("’", "'")
    if not body.isascii():
        return "illisible"
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", body):
        return "ambigu"  # 1.234 is one thousand or one and a quarter
    for thousands, decimal_sign in ((" ", "[.,]"), ("'", "[.,]"), (r"\.", ","), (",", r"\.")):
        if group := re.fullmatch(rf"([1-9]\d{{0,2}}(?:{thousands}\d{{3}})+)(?:{decimal_sign}(\d+))?", body):
            return Decimal(f"{re.sub(r'[^0-9]', '', group[1])}.{group[2] or 0}")
    if simple := re.fullmatch(r"(\d*)(?:[.,](\d+))?", body):
        return Decimal(f"{simple[1] or 0}.{simple[2] or 0}") if body else "illisible"
    return "illisible"


def date_(raw: object) -> date | Problem | None:
    """A day typed, formatted or numbered by Excel; a month alone (« juil-21 ») is its first day."""
    if type(raw) is date:
        read_value: date | None = raw
    elif isinstance(raw, datetime):
        read_value = raw.date()
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        is_serial_date = _SERIAL_MIN <= raw <= _SERIAL_MAX and float(raw).is_integer()
        read_value = date(1899, 12, 30) + timedelta(days=int(raw)) if is_serial_date else None
    elif isinstance(raw, str):
        if not raw.strip():
            return None
        read_value = day_written(raw)
    else:
        read_value = None
    if read_value and YEARS[0] <= read_value.year <= YEARS[1]:
        return read_value
    if isinstance(raw, str) and ERROR.fullmatch(raw.strip()):
        return Problem("formule-en-erreur", shown(raw), "")
    return None if raw is None else Problem("date-illisible", shown(raw), DATE_EXAMPLE)


_MONTHS = {text_key(m)[:n]: rank for rank, m in enumerate(MONTHS, 1) for n in (3, 4, 5, 9) if text_key(m)[:n] != "jui"}


_ZONED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_HOUR = re.compile(r"[ T,]+(?:[àa] *)?[0-9]{1,2} ?[:hH] ?[0-9]{2}(?: ?[:m] ?[0-9]{2})?(?:[.,][0-9]+)?$")
"""An hour behind a day. One that says AM or PM is left: such a day may be American."""


def day_written(text_: str) -> date | None:
    """A French date in words or digits, day first, its hour aside; None when it cannot be one (07/31/2021)."""
    alone = _HOUR.sub("", tidied(text_))
    words = text_key(alone.replace("1er", "1")).split()
    try:
        if _ZONED.fullmatch(alone):  # midnight in France is the evening before in universal time, no elsewhere's is
            instant = datetime.fromisoformat(alone)
            return instant.date() if instant.utcoffset() else instant.astimezone(PARIS).date()
        if re.fullmatch(r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}", alone):
            year, month, day_ = map(int, words)
        elif len(words) == 3 and re.fullmatch(r"[0-9]{1,2}", words[0]):
            day_, month, year = int(words[0]), _month(words[1]), _year(words[2])
        elif len(words) == 2 and (words[0].isalpha() or len(words[1]) == 4):  # « 01/07 » is a day without its year
            day_, month, year = 1, _month(words[0]), _year(words[1])
        else:
            return None
        return date(year, month, day_)
    except (ValueError, OverflowError):
        return None


def _month(word: str) -> int:
    if re.fullmatch(r"[0-9]{1,2}", word):
        return int(word)
    return _MONTHS.get(word) or _MONTHS.get(word[:9], 0)


def _year(word: str) -> int:
    if re.fullmatch(r"[0-9]{2}", word):
        return 2000 + int(word)
    return int(word) if re.fullmatch(r"[0-9]{4}", word) else 0


@lru_cache(maxsize=4096)
def _without_plural(label: str) -> str:
    return " ".join(word.rstrip("s") for word in text_key(label).split())


def choices(raw: object, list_labels: Mapping[str, str]) -> str | Problem | Recognised | None:
    """A label of `list_labels` (key → label). Case and accents do not matter; a final s is recognised and said."""
    typed = text(raw)
    if typed is None:
        return None
    if label := list_labels.get(text_key(typed)):
        return label
    loose = {_without_plural(label) for label in list_labels.values()}
    if _without_plural(typed) in loose:
        return Recognised(
            next(v for v in list_labels.values() if _without_plural(v) == _without_plural(typed)), shown(raw)
        )
    labels = tuple(dict.fromkeys(list_labels.values()))
    return Problem("valeur-hors-liste", shown(raw), "l'une des valeurs : " + ", ".join(labels), nearest(typed, labels))
