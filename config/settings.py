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

from config.csv_tables import Plaintes, decode
from config.french import enumeration, vouliez_vous


@dataclass(frozen=True, slots=True)
class Seuils:
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
class Garde:
    """How long things are kept, and after how many days `vigie status` worries."""

    conservation_annees: int = 5
    """After the lock of a campaign; then `vigie purge` erases its originals and free texts, never its figures."""
    sauvegarde_jours: int = 7
    releve_jours: int = 7
    """While a campaign is open."""


@dataclass(frozen=True, slots=True)
class Heures:
    """Between which hours messages leave, in Paris, and how long someone may put one off."""

    ouvre: int = 9
    ferme: int = 18
    """From that hour on, nothing leaves."""
    feries: str = ""
    """Where there are public holidays of its own: « Moselle »; empty for those of the whole country."""
    report_jours: int = 7
    """At most so many days for « me le rappeler plus tard »."""


@dataclass(frozen=True, slots=True)
class Alertes:
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
class Reglages:
    """Everything a region sets by name and number, each with its default."""

    seuils: Seuils = field(default_factory=Seuils)
    essais: frozenset[str] = frozenset()
    """Codes of the checks on trial: they warn and never strike out."""
    garde: Garde = field(default_factory=Garde)
    heures: Heures = field(default_factory=Heures)
    alertes: Alertes = field(default_factory=Alertes)
    disclosure: Disclosure = field(default_factory=Disclosure)


JOURS, AUCUN = ("lundi", "mardi", "mercredi", "jeudi", "vendredi"), "aucun"
POURCENTAGES = frozenset(f.name for f in fields(Seuils) if f.type == "Decimal")
"""Settings a referent writes in percent."""

NOMS = tuple(f.name for f in fields(Seuils))
GARDES = tuple(f.name for f in fields(Garde))
HEURES = tuple(f.name for f in fields(Heures))
SECTIONS = {"seuils": NOMS, "essai": ("controles",), "garde": GARDES, "rappels": HEURES,
            "alertes": ("variation", "ligne_retiree", "jour_du_point"),
            "divulgation": tuple(f.name for f in fields(Disclosure))}  # fmt: skip
FERIES = ("Alsace", "Moselle", "Guadeloupe", "Guyane", "La Réunion", "Martinique", "Mayotte")
"""Where public holidays are not those of the whole country."""


def lit_reglages(fichier: Path, plaintes: Plaintes) -> Reglages:
    """Everything in `reglages.toml`. What is wrong joins `plaintes` with its line, and is left at its default."""
    if not fichier.is_file():
        plaintes.ajoute(fichier.name, None, "ce fichier manque dans le dossier de la région.")
        return Reglages()
    texte = decode(fichier.read_bytes())
    try:
        contenu = tomllib.loads(texte)
    except tomllib.TOMLDecodeError as faute:
        dite = re.search(r"line (\d+)", str(faute))
        ligne = int(dite[1]) if dite else texte.count("\n") + 1
        plaintes.ajoute(fichier.name, ligne, "cette ligne n'est pas du TOML valide.")
        return Reglages()

    def plainte(nom: str, phrase: str) -> None:
        lignes = (n for n, t in enumerate(texte.splitlines(), 1) if re.match(rf"\s*\[?{re.escape(nom)}\b", t))
        plaintes.ajoute(fichier.name, next(lignes, None), phrase)

    for section, noms in contenu.items():
        if section not in SECTIONS or not isinstance(noms, dict):
            plainte(section, f"« {section} » est inconnu ; sections : {enumeration(list(SECTIONS))}.")
            continue
        for nom in noms.keys() - set(SECTIONS[section]):
            plainte(nom, f"« {nom} » est inconnu{vouliez_vous(nom, SECTIONS[section])}")
    seuils = _seuils(_section(contenu, "seuils"), plainte)
    essais = _section(contenu, "essai").get("controles", [])
    if not isinstance(essais, list) or not all(isinstance(c, str) for c in essais):
        plainte("controles", 'une liste de codes était attendue, par exemple ["poids-excessif"].')
        essais = []
    return Reglages(
        seuils,
        frozenset(essais),
        _garde(_section(contenu, "garde"), plainte),
        _heures(_section(contenu, "rappels"), plainte),
        _alertes(_section(contenu, "alertes"), plainte),
        _disclosure(_section(contenu, "divulgation"), plainte),
    )


def _section(contenu: dict[str, Any], nom: str) -> dict[str, Any]:
    valeur = contenu.get(nom, {})
    return valeur if isinstance(valeur, dict) else {}


def _seuils(dits: dict[str, Any], plainte: Callable[[str, str], None]) -> Seuils:
    valeurs: dict[str, Any] = {}
    for nom, valeur in dits.items():
        if nom not in NOMS:
            continue
        if isinstance(valeur, bool) or not isinstance(valeur, int | float) or not isfinite(valeur) or valeur < 0:
            plainte(nom, f"« {nom} » attend un nombre positif.")
        else:
            valeurs[nom] = Decimal(str(valeur)) / 100 if nom in POURCENTAGES else int(valeur)
    seuils = replace(Seuils(), **valeurs)
    if seuils.performance_a_justifier < seuils.performance_a_expliquer:
        plainte("performance_a_justifier", "« performance_a_justifier » est au-dessous de « performance_a_expliquer ».")
    return seuils


def _garde(dits: dict[str, Any], plainte: Callable[[str, str], None]) -> Garde:
    valeurs: dict[str, int] = {}
    for nom in GARDES:
        valeur = dits.get(nom, getattr(Garde(), nom))
        if isinstance(valeur, bool) or not isinstance(valeur, int) or not 1 <= valeur <= 1000:
            plainte(nom, f"« {nom} » attend un nombre entier, 1 au moins.")
        else:
            valeurs[nom] = valeur
    return Garde(**valeurs)


def _heures(dits: dict[str, Any], plainte: Callable[[str, str], None]) -> Heures:
    valeurs: dict[str, Any] = {}
    for nom, limite in (("ouvre", 23), ("ferme", 23), ("report_jours", 31)):
        valeur = dits.get(nom, getattr(Heures(), nom))
        if isinstance(valeur, bool) or not isinstance(valeur, int) or not 1 <= valeur <= limite:
            plainte(nom, f"« {nom} » attend un nombre entier, de 1 à {limite}.")
        else:
            valeurs[nom] = valeur
    feries = dits.get("feries", "")
    if feries not in ("", *FERIES):
        plainte("feries", f"« {feries} » n'a pas de jours fériés à part. Connus : {enumeration(FERIES)}.")
        feries = ""
    heures = Heures(**valeurs, feries=feries)
    if heures.ferme <= heures.ouvre:
        plainte("ferme", "« ferme » doit venir après « ouvre » : les messages partent entre les deux.")
    return heures


def _alertes(dits: dict[str, Any], plainte: Callable[[str, str], None]) -> Alertes:
    defaut = Alertes()
    valeurs = {"variation": defaut.variation, "ligne_retiree": defaut.ligne_retiree // 100}
    for nom, par_defaut in list(valeurs.items()):
        valeur = dits.get(nom, par_defaut)
        if isinstance(valeur, bool) or not isinstance(valeur, int) or valeur < 1:
            plainte(nom, f"« {nom} » attend un nombre entier, 1 au moins.")
        else:
            valeurs[nom] = valeur
    jour = dits.get("jour_du_point", JOURS[0])
    if jour not in (*JOURS, AUCUN):
        plainte("jour_du_point", f"« {jour} » ; un jour ouvré était attendu ({enumeration(JOURS)}), ou « {AUCUN} ».")
        jour = AUCUN
    le_jour = JOURS.index(jour) if jour in JOURS else None
    return Alertes(valeurs["variation"], valeurs["ligne_retiree"] * 100, le_jour)


def _disclosure(said: dict[str, Any], plainte: Callable[[str, str], None]) -> Disclosure:
    default = Disclosure()
    values = {"contributeurs": default.contributeurs, "part_du_plus_gros": int(default.part_du_plus_gros * 100)}
    for name, least, most in (("contributeurs", 3, 100), ("part_du_plus_gros", 1, 99)):
        value = said.get(name, values[name])
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            plainte(name, f"« {name} » attend un nombre entier, de {least} à {most}.")
        else:
            values[name] = value
    return Disclosure(values["contributeurs"], Decimal(values["part_du_plus_gros"]) / 100)
