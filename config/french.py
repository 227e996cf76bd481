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

INSECABLE = "\N{NO-BREAK SPACE}"
MILLIERS = "\N{NARROW NO-BREAK SPACE}"
MOINS = "\N{MINUS SIGN}"
YEARS = (1990, 2100)
"""The first and the last year that a day typed by someone may bear."""
MOIS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre")  # fmt: skip


def nombre(valeur: Decimal, decimales: int) -> str:
    """A number with French separators, rounded half away from zero: 1234.5, 2 → « 1 234,50 »."""
    arrondi = valeur.quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    entier, _, reste = f"{abs(arrondi):,.{decimales}f}".partition(".")
    signe = MOINS if arrondi < 0 else ""
    return signe + entier.replace(",", MILLIERS) + (f",{reste}" if reste else "")


def euros(cents: int) -> str:
    """Cents → « 1 234,56 € »; whole euros lose their « ,00 »."""
    return nombre(Decimal(cents) / 100, 0 if cents % 100 == 0 else 2) + INSECABLE + "€"


def grand_montant(cents: int) -> str:
    """Cents → what one says aloud: « 14,6 M€ », « 165 k€ », « 850 € »."""
    if abs(cents) >= 99_950_000:
        return nombre(Decimal(cents) / 100_000_000, 1) + INSECABLE + "M€"
    if abs(cents) >= 1_000_000:
        return nombre(Decimal(cents) / 100_000, 0) + INSECABLE + "k€"
    return nombre(Decimal(cents) / 100, 0) + INSECABLE + "€"


def nombre_d_octets(octets: int) -> str:
    """A size as one says it: « 850 octets », « 1,4 Mo »."""
    for rang, unite in ((3, "Go"), (2, "Mo"), (1, "ko")):
        if abs(octets) >= 1000**rang:
            return nombre(Decimal(octets) / 1000**rang, 1) + INSECABLE + unite
    return f"{octets}{INSECABLE}octets"


def decimal_euros(cents: int) -> str:
    """Cents → the decimal string in euros that programs read: 16538100 → "165381.00"."""
    return f"{Decimal(cents) / 100:.2f}"


def taux(fraction: Decimal, decimales: int = 1) -> str:
    """A fraction → « 91,2 % »."""
    return nombre(fraction * 100, decimales) + INSECABLE + "%"


SANS_TAUX = "pas de taux d'atteinte"


def aim(cents: int, reached: int, words: str = "atteint à") -> str:
    """An objective and how far it is reached: « 16,0 M€, atteint à 91,3 % »; of 0 there is no rate, and it is said."""
    if not cents:
        return f"{grand_montant(cents)}, {SANS_TAUX}"
    return f"{grand_montant(cents)}, {words} {taux(Decimal(reached) / cents)}"


def jour(quand: date) -> str:
    """A date → « 31/12/2021 »."""
    return quand.strftime("%d/%m/%Y")


def day_kept(text: str) -> date | None:
    """An ISO day as the register keeps it; None when it is none, or one that nobody can have meant (9999, 0001)."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if YEARS[0] <= read.year <= YEARS[1] else None


def delai(jours: int) -> str:
    """Days from now to a deadline, in words: « dans 12 jours », « aujourd'hui », « passée de 3 jours »."""
    if not jours:
        return "aujourd'hui"
    return f"dans {compte(jours, 'jour')}" if jours > 0 else f"passée de {compte(-jours, 'jour')}"


def compte(n: int, singulier: str, pluriel: str = "") -> str:
    """« 0 ligne », « 1 ligne », « 1 200 lignes » (in French, two starts the plural)."""
    return f"{nombre(Decimal(n), 0)} {singulier if abs(n) < 2 else pluriel or singulier + 's'}"


def enumeration(mots: Sequence[str], au_plus: int = 0) -> str:
    """« a, b et c »; past `au_plus` words, « a, b et 4 autres »."""
    if au_plus and len(mots) > au_plus:
        reste = len(mots) - au_plus
        return ", ".join(mots[:au_plus]) + f" et {compte(reste, 'autre')}"
    return " et ".join(filter(None, [", ".join(mots[:-1]), *mots[-1:]]))


def de(nom: str) -> str:
    """A territory's name after « de »: « du GHT Jura », « de Bourgogne-Franche-Comté », « des Pays de la Loire »."""
    if nom.startswith(("Hauts", "Pays")):
        return f"des {nom}"
    if nom.startswith(("GHT", "CH ", "CHU", "CHI", "CENTRE", "CTRE", "GROUPE", "Grand", "Centre")):
        return f"du {nom}"
    return f"d'{nom}" if nom[:1] in "AEIOUÉÎŒÔ" and not nom.isupper() else f"de {nom}"


def vouliez_vous(texte: str, choix: Iterable[str]) -> str:
    """« ; vouliez-vous dire « BFC-08 » ? », or a full stop when nothing is near."""
    voisin = proche(texte, choix)
    return f" ; vouliez-vous dire « {voisin} » ?" if voisin else "."


@lru_cache(maxsize=65536)
def cle(texte: str) -> str:
    """The form under which two labels are the same: no case, accents, punctuation or double spaces."""
    plat = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "oe"))
    sans_accents = "".join(c for c in plat if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", sans_accents))


def proche(texte: str, choix: Iterable[str], seuil: float = 60) -> str | None:
    """The label of `choix` nearest to what was typed, or None when nothing is near (0 to 100)."""
    connus, cherche = {cle(c): c for c in choix}, cle(texte)
    voisins = process.extract(cherche, connus.keys(), scorer=fuzz.ratio, score_cutoff=seuil, limit=None)
    # Short codes often tie: two letters swapped (BFC-80) are then nearer than two letters changed (BFC-01).
    return connus[max(voisins, key=lambda v: (v[1], OSA.normalized_similarity(cherche, v[0])))[0]] if voisins else None
