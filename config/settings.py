"""The thresholds of the checks, read from `reglages.toml`. Decided here: no source publishes them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from config.csv_tables import Complaints, decode
from config.french import did_you_mean, enumeration


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Rates are fractions (0.15 is 15 %), amounts are cents. The defaults are those of the house."""

    performance_a_expliquer: Decimal = Decimal("0.15")
    performance_a_justifier: Decimal = Decimal("0.30")
    part_des_achats: Decimal = Decimal("0.50")
    poids_d_une_ligne: Decimal = Decimal("0.25")
    poids_lignes_minimum: int = 5
    part_d_une_ligne: Decimal = Decimal("0.20")
    ecart_de_recalcul: Decimal = Decimal("0.01")
    ecart_de_recalcul_cents: int = 100
    notifie_ancien_mois: int = 6
    gain_atypique_ecarts: int = 5
    """How many standard deviations away, on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept, and after how many days `vigie status` worries."""

    conservation_annees: int = 5
    """After the lock of a campaign; then `vigie purge` erases its originals and free texts, never its figures."""
    sauvegarde_jours: int = 7
    releve_jours: int = 7
    """While a campaign is open."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Between which hours messages leave, in Paris, and how long someone may put one off."""

    ouvre: int = 9
    ferme: int = 18
    """From that hour on, nothing leaves."""
    feries: str = ""
    """Where there are public holidays of its own: « Moselle »; empty for those of the whole country."""
    report_jours: int = 7
    """At most so many days for « me le rappeler plus tard »."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """When a referent is told at once, and on which day of the week they get their digest (Monday is 0)."""

    variation: int = 10
    """Percent by which a pull moves what was already declared in a region."""
    ligne_retiree: int = 10_000_000
    """Cents of a line that the checks strike; written in euros in the settings."""
    jour_du_point: int | None = 0
    """None: no digest."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """When a total gives someone else away: fewer others than this, or one of them making more than this share."""

    contributeurs: int = 3
    part_du_plus_gros: Decimal = Decimal("0.85")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a region sets by name and number, each with its default."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    rules_on_trial: frozenset[str] = frozenset()
    """Codes of the checks on trial: they warn and never strike out."""
    keeping: Keeping = field(default_factory=Keeping)
    hours: WorkingHours = field(default_factory=WorkingHours)
    alerts: Alerts = field(default_factory=Alerts)
    disclosure: Disclosure = field(default_factory=Disclosure)


WEEKDAYS, NO_DAY = ("lundi", "mardi", "mercredi", "jeudi", "vendredi"), "aucun"
PERCENTAGES = frozenset(f.name for f in fields(Thresholds) if f.type == "Decimal")
"""Settings a referent writes in percent."""

NAMES = tuple(f.name for f in fields(Thresholds))
KEEPING_NAMES = tuple(f.name for f in fields(Keeping))
HOURS_NAMES = tuple(f.name for f in fields(WorkingHours))
SECTIONS = {"seuils": NAMES, "essai": ("controles",), "garde": KEEPING_NAMES, "rappels": HOURS_NAMES,
            "alertes": ("variation", "ligne_retiree", "jour_du_point"),
            "divulgation": tuple(f.name for f in fields(Disclosure))}  # fmt: skip
HOLIDAY_TERRITORIES = ("Alsace", "Moselle", "Guadeloupe", "Guyane", "La Réunion", "Martinique", "Mayotte")
"""Where public holidays are not those of the whole country."""


def read_settings(file: Path, complaints: Complaints) -> Settings:
    """Everything in `reglages.toml`. What is wrong joins `complaints` with its line, and is left at its default."""
    if not file.is_file():
        complaints.add(file.name, None, "ce fichier manque dans le dossier de la région.")
        return Settings()
    text = decode(file.read_bytes())
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line_match = re.search(r"line (\d+)", str(fault))
        line = int(line_match[1]) if line_match else text.count("\n") + 1
        complaints.add(file.name, line, "cette ligne n'est pas du TOML valide.")
        return Settings()

    def complain(name: str, sentence: str) -> None:
        lines = (n for n, t in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[?{re.escape(name)}\b", t))
        complaints.add(file.name, next(lines, None), sentence)

    for section, names in content.items():
        if section not in SECTIONS or not isinstance(names, dict):
            complain(section, f"« {section} » est inconnu ; sections : {enumeration(list(SECTIONS))}.")
            continue
        for name in names.keys() - set(SECTIONS[section]):
            complain(name, f"« {name} » est inconnu{did_you_mean(name, SECTIONS[section])}")
    thresholds = _read_thresholds(_section(content, "seuils"), complain)
    rules_on_trial = _section(content, "essai").get("controles", [])
    if not isinstance(rules_on_trial, list) or not all(isinstance(c, str) for c in rules_on_trial):
        complain("controles", 'une liste de codes était attendue, par exemple ["poids-excessif"].')
        rules_on_trial = []
    return Settings(
        thresholds,
        frozenset(rules_on_trial),
        _read_keeping(_section(content, "garde"), complain),
        _read_hours(_section(content, "rappels"), complain),
        _alerts(_section(content, "alertes"), complain),
        _disclosure(_section(content, "divulgation"), complain),
    )


def _section(content: dict[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name, {})
    return value if isinstance(value, dict) else {}


def _read_thresholds(given: dict[str, Any], complain: Callable[[str, str], None]) -> Thresholds:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in NAMES:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
            complain(name, f"« {name} » attend un nombre positif.")
        else:
            values[name] = Decimal(str(value)) / 100 if name in PERCENTAGES else int(value)
    thresholds = replace(Thresholds(), **values)
    if thresholds.performance_a_justifier < thresholds.performance_a_expliquer:
        complain(
            "performance_a_justifier", "« performance_a_justifier » est au-dessous de « performance_a_expliquer »."
        )
    return thresholds


def _read_keeping(given: dict[str, Any], complain: Callable[[str, str], None]) -> Keeping:
    values: dict[str, int] = {}
    for name in KEEPING_NAMES:
        value = given.get(name, getattr(Keeping(), name))
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
            complain(name, f"« {name} » attend un nombre entier, 1 au moins.")
        else:
            values[name] = value
    return Keeping(**values)


def _read_hours(given: dict[str, Any], complain: Callable[[str, str], None]) -> WorkingHours:
    values: dict[str, Any] = {}
    for name, limit in (("ouvre", 23), ("ferme", 23), ("report_jours", 31)):
        value = given.get(name, getattr(WorkingHours(), name))
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limit:
            complain(name, f"« {name} » attend un nombre entier, de 1 à {limit}.")
        else:
            values[name] = value
    feries = given.get("feries", "")
    if feries not in ("", *HOLIDAY_TERRITORIES):
        complain("feries", f"« {feries} » n'a pas de jours fériés à part. Connus : {enumeration(HOLIDAY_TERRITORIES)}.")
        feries = ""
    hours = WorkingHours(**values, feries=feries)
    if hours.ferme <= hours.ouvre:
        complain("ferme", "« ferme » doit venir après « ouvre » : les messages partent entre les deux.")
    return hours


def _alerts(given: dict[str, Any], complain: Callable[[str, str], None]) -> Alerts:
    defaults_ = Alerts()
    values = {"variation": defaults_.variation, "ligne_retiree": defaults_.ligne_retiree // 100}
    for name, default in list(values.items()):
        value = given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            complain(name, f"« {name} » attend un nombre entier, 1 au moins.")
        else:
            values[name] = value
    day = given.get("jour_du_point", WEEKDAYS[0])
    if day not in (*WEEKDAYS, NO_DAY):
        complain(
            "jour_du_point", f"« {day} » ; un jour ouvré était attendu ({enumeration(WEEKDAYS)}), ou « {NO_DAY} »."
        )
        day = NO_DAY
    day_number = WEEKDAYS.index(day) if day in WEEKDAYS else None
    return Alerts(values["variation"], values["ligne_retiree"] * 100, day_number)


def _disclosure(given: dict[str, Any], complain: Callable[[str, str], None]) -> Disclosure:
    default = Disclosure()
    values = {"contributeurs": default.contributeurs, "part_du_plus_gros": int(default.part_du_plus_gros * 100)}
    for name, least, most in (("contributeurs", 3, 100), ("part_du_plus_gros", 1, 99)):
        value = given.get(name, values[name])
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            complain(name, f"« {name} » attend un nombre entier, de {least} à {most}.")
        else:
            values[name] = value
    return Disclosure(values["contributeurs"], Decimal(values["part_du_plus_gros"]) / 100)
