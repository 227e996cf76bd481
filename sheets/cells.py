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
from config.french import MOIS, YEARS, cle, jour, proche
from config.secrets import MASQUE as MASQUE  # noqa: PLC0414 - for those who read cells
from config.secrets import masque as masque  # noqa: PLC0414


@dataclass(frozen=True, slots=True)
class Probleme:
    """A cell that holds something else than expected. `code` is that of the check which reports it."""

    code: str
    vu: str
    attendu: str
    proche: str | None = None


@dataclass(frozen=True, slots=True)
class Reconnu:
    """A label that is not the list's own but can only be this one (a plural, say): used, and said."""

    label: str
    vu: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An amount used as it is (`value`, in cents), though it may well be something else: `why` is said."""

    value: int
    vu: str
    why: str


Valeur = int | str | date | Decimal | None
Lu = Valeur | Probleme | Reconnu | Doubtful

EXEMPLE_MONTANT = "un montant en euros, par exemple 12 500,00"
EXEMPLE_NOMBRE = "un nombre, par exemple 1 200"
EXEMPLE_DATE = "une date, par exemple 01/07/2021"
EXEMPLE_ENTIER = "un nombre entier d'années, par exemple 5"

_TIRETS = re.compile("[\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}\N{HYPHEN}]")
_UNITE = re.compile(r"(?P<k>[km])?\s*(?:€|eur|euros?)\s*(?:ttc)?$|(?P<k2>k)$|ttc$", re.IGNORECASE)
_MULTIPLES = {"k": 1_000, "m": 1_000_000}
_PLAFOND = Decimal(10) ** 12
_HUGE = 10**9
"""Euros beyond which an amount is said: no GHT buys for as much."""
_LINE_BREAK = re.compile(r"\s*[\n\r]\s*")
_TWO_NUMBERS = re.compile(r"\d\s*[\n\r\t\v\f\x85\u2028\u2029]\s*[-+(€]?\s*\d|\d\s{2,}\d")
"""Digits on two lines of a cell, or set far apart: no thousands are written so."""
LONGUEUR_D_UN_NOMBRE = 60
_SERIE_MIN, _SERIE_MAX = 36526, 73050  # Excel's day numbers for 2000-01-01 and 2099-12-31


_INVISIBLES = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")


def tasse(saisi: str) -> str:
    """Text with every run of spaces, no-break and narrow ones included, made one, and what cannot be seen left out."""
    return " ".join((saisi if saisi.isascii() and saisi.isprintable() else _INVISIBLES.sub("", saisi)).split())


def vu(brut: object) -> str:
    """What a person sees in the cell, bounded for a sentence."""
    if isinstance(brut, datetime | date):
        return jour(brut)
    if isinstance(brut, bool):
        return "VRAI" if brut else "FAUX"
    if isinstance(brut, float) and brut.is_integer() and abs(brut) < 1e18:
        return masque(str(int(brut)))
    saisi = masque(tasse(str(brut)))
    return saisi if len(saisi) <= 60 else saisi[:57] + "…"


@lru_cache(maxsize=4096)
def _lisible(saisi: str) -> str:
    """Tidied and masked; remembered, for a trame says the same few things hundreds of times."""
    return masque(tasse(saisi))


def texte(brut: object) -> str | None:
    """Text as typed, spaces tidied; a number keeps no « .0 », so a market number 123 stays 123."""
    if isinstance(brut, str):
        return _lisible(brut) or None
    return None if brut is None else vu(brut)


def euros(brut: object) -> int | Probleme | None:
    """An amount → cents, rounded half away from zero. `12 k€`, `(1 234)` and `1.234,56` are read."""
    if type(brut) is float:  # nearly every amount: spared the long way
        cents = round(brut * 100) if abs(brut) < 1e12 else 0
        if abs(brut * 100 - cents) < 1e-4 and abs(brut) >= 1:
            return cents
    lu = _decimal(brut, EXEMPLE_MONTANT)
    return int((lu * 100).quantize(Decimal(1), ROUND_HALF_UP)) if isinstance(lu, Decimal) else lu


def amount(brut: object) -> int | Probleme | Doubtful | None:
    """An amount of a table → cents, with a doubt where it looks like a rate, thousands, or no purchase at all."""
    lu = euros(brut)
    if type(lu) is not int or (
        type(brut) is float and 1 <= abs(brut) < _HUGE and (lu % 100 == 0 or abs(brut) >= 1_000)
    ):
        return lu
    why = _doubt(brut)
    return Doubtful(lu, vu(brut), why) if why else lu


def _doubt(brut: object) -> str:
    """Why a number that can be read may be something else than euros; "" when it may not."""
    lu = _decimal(brut, "")
    if not isinstance(lu, Decimal) or not lu:
        return ""
    if abs(lu) < 1:
        return "vaut moins d'un euro : c'est peut-être un taux (%)."
    if abs(lu) >= _HUGE:
        return "dépasse le milliard d'euros."
    milliemes = round(lu, 6) * 1000
    if milliemes == milliemes.to_integral_value() and milliemes % 10 and (isinstance(brut, str) or abs(lu) < 1_000):
        return "a trois décimales : ce sont peut-être des milliers d'euros."
    return ""


def nombre(brut: object) -> Decimal | Probleme | None:
    """A quantity or a unit price, all decimals kept."""
    return _decimal(brut, EXEMPLE_NOMBRE)


def entier(brut: object) -> int | Probleme | None:
    """A whole number of years, 1 to 99."""
    lu = _decimal(brut, EXEMPLE_ENTIER)
    if not isinstance(lu, Decimal):
        return lu
    if lu != lu.to_integral_value() or not 1 <= lu <= 99:
        return Probleme("valeur-non-numerique", vu(brut), EXEMPLE_ENTIER)
    return int(lu)


ERROR = re.compile(r"#(?:N/A|N/D|[A-ZÀ-Ü/0]{2,12}[!?])|(?:Err|Erreur) ?: ?[0-9]{3}", re.IGNORECASE)
"""What a formula in error shows, in English, in French or in LibreOffice."""


def _decimal(brut: object, attendu: str) -> Decimal | Probleme | None:
    if brut is None or (isinstance(brut, str) and not brut.strip()):
        return None
    if isinstance(brut, str):
        lu = nombre_ecrit(brut)
    elif isinstance(brut, int | float) and not isinstance(brut, bool):
        lu = Decimal(repr(brut))
    else:
        lu = "autre type"
    if isinstance(lu, Decimal) and lu.is_finite() and abs(lu) < _PLAFOND:
        return lu
    if isinstance(brut, str) and ERROR.fullmatch(brut.strip()):
        return Probleme("formule-en-erreur", vu(brut), "")
    precision = f" ; « {vu(brut)} » peut se lire de deux façons" if lu == "ambigu" else ""
    if isinstance(brut, str) and _TWO_NUMBERS.search(brut):
        return Probleme(
            "valeur-non-numerique", vu(_LINE_BREAK.sub(" ↵ ", brut)), f"{attendu} ; cette case en contient deux"
        )
    return Probleme("valeur-non-numerique", vu(brut), attendu + precision)


def nombre_ecrit(texte_: str) -> Decimal | str:
    """A number typed by a French person → Decimal, or why not: "ambigu", "illisible"."""
    corps = _TIRETS.sub("-", tasse(texte_))
    if len(corps) > LONGUEUR_D_UN_NOMBRE or _TWO_NUMBERS.search(texte_):
        return "illisible"
    corps, facteur = _sans_unite(corps)
    signe = 1
    if parenthese := re.fullmatch(r"\((.+)\)", corps):
        signe, corps = -1, parenthese[1].strip()
    elif sens := re.fullmatch(r"([+-])\s*(.+)|(.+?)\s*(-)", corps):
        signe = -1 if "-" in (sens[1], sens[4]) else 1
        corps = sens[2] or sens[3]
    corps, dedans = _sans_unite(corps)
    if facteur > 1 and dedans > 1:
        return "illisible"
    facteur *= dedans
    valeur = _chiffres(corps)
    return valeur * signe * facteur if isinstance(valeur, Decimal) else valeur


def _sans_unite(corps: str) -> tuple[str, int]:
    """What is left of an amount without « € », « TTC » or « k€ », and by how much they multiply it."""
    corps = re.sub(r"^€\s*", "", corps)
    facteurs: list[int] = []
    while len(facteurs) < 3 and (unite := _UNITE.search(corps)):
        facteurs.append(_MULTIPLES.get((unite["k"] or unite["k2"] or "").lower(), 1))
        corps = corps[: unite.start()].strip()
    multiples = [f for f in facteurs if f > 1]
    # « 1,2 kk€ » is a slip of the finger: what is left of it is no number.
    return (corps, multiples[0] if multiples else 1) if len(multiples) < 2 else ("", 1)


def _chiffres(corps: str) -> Decimal | str:
    corps = corps.replace("’", "'")
    if not corps.isascii():
        return "illisible"
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", corps):
        return "ambigu"  # 1.234 is one thousand or one and a quarter
    for milliers, virgule in ((" ", "[.,]"), ("'", "[.,]"), (r"\.", ","), (",", r"\.")):
        if groupe := re.fullmatch(rf"([1-9]\d{{0,2}}(?:{milliers}\d{{3}})+)(?:{virgule}(\d+))?", corps):
            return Decimal(f"{re.sub(r'[^0-9]', '', groupe[1])}.{groupe[2] or 0}")
    if simple := re.fullmatch(r"(\d*)(?:[.,](\d+))?", corps):
        return Decimal(f"{simple[1] or 0}.{simple[2] or 0}") if corps else "illisible"
    return "illisible"


def date_(brut: object) -> date | Probleme | None:
    """A day typed, formatted or numbered by Excel; a month alone (« juil-21 ») is its first day."""
    if type(brut) is date:
        lu: date | None = brut
    elif isinstance(brut, datetime):
        lu = brut.date()
    elif isinstance(brut, int | float) and not isinstance(brut, bool):
        en_serie = _SERIE_MIN <= brut <= _SERIE_MAX and float(brut).is_integer()
        lu = date(1899, 12, 30) + timedelta(days=int(brut)) if en_serie else None
    elif isinstance(brut, str):
        if not brut.strip():
            return None
        lu = jour_ecrit(brut)
    else:
        lu = None
    if lu and YEARS[0] <= lu.year <= YEARS[1]:
        return lu
    if isinstance(brut, str) and ERROR.fullmatch(brut.strip()):
        return Probleme("formule-en-erreur", vu(brut), "")
    return None if brut is None else Probleme("date-illisible", vu(brut), EXEMPLE_DATE)


_MOIS = {cle(m)[:n]: rang for rang, m in enumerate(MOIS, 1) for n in (3, 4, 5, 9) if cle(m)[:n] != "jui"}


_ZONED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_HOUR = re.compile(r"[ T,]+(?:[àa] *)?[0-9]{1,2} ?[:hH] ?[0-9]{2}(?: ?[:m] ?[0-9]{2})?(?:[.,][0-9]+)?$")
"""An hour behind a day. One that says AM or PM is left: such a day may be American."""


def jour_ecrit(texte_: str) -> date | None:
    """A French date in words or digits, day first, its hour aside; None when it cannot be one (07/31/2021)."""
    seul = _HOUR.sub("", tasse(texte_))
    mots = cle(seul.replace("1er", "1")).split()
    try:
        if _ZONED.fullmatch(seul):  # midnight in France is the evening before in universal time, no elsewhere's is
            instant = datetime.fromisoformat(seul)
            return instant.date() if instant.utcoffset() else instant.astimezone(PARIS).date()
        if re.fullmatch(r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}", seul):
            annee, mois, jour_ = map(int, mots)
        elif len(mots) == 3 and re.fullmatch(r"[0-9]{1,2}", mots[0]):
            jour_, mois, annee = int(mots[0]), _mois(mots[1]), _annee(mots[2])
        elif len(mots) == 2 and (mots[0].isalpha() or len(mots[1]) == 4):  # « 01/07 » is a day without its year
            jour_, mois, annee = 1, _mois(mots[0]), _annee(mots[1])
        else:
            return None
        return date(annee, mois, jour_)
    except (ValueError, OverflowError):
        return None


def _mois(mot: str) -> int:
    if re.fullmatch(r"[0-9]{1,2}", mot):
        return int(mot)
    return _MOIS.get(mot) or _MOIS.get(mot[:9], 0)


def _annee(mot: str) -> int:
    if re.fullmatch(r"[0-9]{2}", mot):
        return 2000 + int(mot)
    return int(mot) if re.fullmatch(r"[0-9]{4}", mot) else 0


@lru_cache(maxsize=4096)
def _sans_pluriel(label: str) -> str:
    return " ".join(mot.rstrip("s") for mot in cle(label).split())


def choix(brut: object, liste: Mapping[str, str]) -> str | Probleme | Reconnu | None:
    """A label of `liste` (key → label). Case and accents do not matter; a final s is recognised and said."""
    saisi = texte(brut)
    if saisi is None:
        return None
    if label := liste.get(cle(saisi)):
        return label
    souples = {_sans_pluriel(label) for label in liste.values()}
    if _sans_pluriel(saisi) in souples:
        return Reconnu(next(v for v in liste.values() if _sans_pluriel(v) == _sans_pluriel(saisi)), vu(brut))
    labels = tuple(dict.fromkeys(liste.values()))
    return Probleme("valeur-hors-liste", vu(brut), "l'une des valeurs : " + ", ".join(labels), proche(saisi, labels))
