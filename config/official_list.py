"""An official list of GHT and members, whatever its column order → the rows of `territoire.csv`.

Nobody is erased: who has left a GHT gets an end, who joins gets a beginning. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from config import edited_table
from config.errors import UserError
from config.french import cle, enumeration, jour
from config.territory import Appartenance, Etablissement, Ght, Region, Territoire

COLONNES = {
    "finess": r"finess|nofinessej|finess_ej|numero finess( ej| juridique)?|(no|n) finess( ej| juridique)?|finess (ej|juridique)",
    "etablissement": r"etablissement|nom( de l)? etablissement|libelle( de l)? etablissement|raison sociale|nom|rs",
    "ght_code": r"ght code|code( du)? ght|(id|identifiant|no|n|numero)( du)? ght",
    "ght": r"ght|(nom|libelle)( du)? ght|ght (nom|libelle)",
    "ars_code": r"ars code|code( de l)? ars|region code|code region",
    "ars": r"ars|(nom|libelle)( de l)? ars|ars (nom|libelle)|region",
    "support": r"support|(etablissement|est|es) support|role|(type|qualite)( membre)?",
}
FACULTATIVES = ("ars_code", "ars")


@dataclass(frozen=True, slots=True)
class Liste:
    """What an official list says: who belongs where, now."""

    ghts: dict[str, Ght]
    etablissements: dict[str, Etablissement]
    appartenances: tuple[Appartenance, ...]


def lit(rangees: Sequence[Sequence[str]], regions: dict[str, Region]) -> Liste:
    """Read the list's rows, headings included. Raises UserError naming the column or the line at fault."""
    entete, places = _entete(rangees)
    ghts: dict[str, Ght] = {}
    etablissements: dict[str, Etablissement] = {}
    appartenances: list[Appartenance] = []
    for numero, rangee in enumerate(rangees[entete + 1 :], entete + 2):
        v = {c: rangee[r].strip() if r < len(rangee) else "" for c, r in places.items()}
        if not any(v.values()):
            continue
        finess = v["finess"].upper()
        finess = f"0{finess}" if re.fullmatch(r"\d{8}", finess) else finess  # Excel drops the zero in front
        if not re.fullmatch(r"\d[\dAB]\d{7}", finess):
            raise UserError(f"Ligne {numero} : « {v['finess']} » n'est pas un numéro FINESS à neuf caractères.")
        ght = Ght(v["ght_code"], v["ght"], _region(v, regions, numero))
        if not ght.code or ghts.setdefault(ght.code, ght) != ght:
            raise UserError(f"Ligne {numero} : le GHT « {ght.code} » n'a pas de code, ou porte un autre nom plus haut.")
        etablissements[finess] = Etablissement(finess, v["etablissement"])
        appartenances.append(Appartenance(finess, v["ght_code"], _est_support(v["support"]), None, None))
    sans = sorted(ghts.keys() - {a.ght for a in appartenances if a.support})
    if sans:
        raise UserError(f"Aucun établissement support pour : {enumeration(sans, 5)}. Vérifiez la colonne « support ».")
    return Liste(ghts, etablissements, tuple(appartenances))


def _entete(rangees: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    meilleures: dict[str, int] = {}
    for rang, rangee in enumerate(rangees[:15]):
        places = {
            c: i
            for c, motif in COLONNES.items()
            for i, t in reversed(list(enumerate(rangee)))
            if re.fullmatch(motif, cle(t))
        }
        if not COLONNES.keys() - FACULTATIVES - places.keys() and {"ars", "ars_code"} & places.keys():
            return rang, places
        meilleures = max(meilleures, places, key=len)
    manquent = [c for c in COLONNES if c not in meilleures and c not in FACULTATIVES]
    manquent += [] if {"ars", "ars_code"} & meilleures.keys() else ["ars"]
    raise UserError(
        f"Colonnes introuvables dans la liste : {enumeration(manquent)}. Il faut, dans n'importe quel ordre : FINESS, "
        "établissement, code GHT, GHT, ARS (ou région), support."
    )


def _region(v: dict[str, str], regions: dict[str, Region], numero: int) -> str:
    for dit in (v.get("ars_code", ""), v.get("ars", "")):
        nom = cle(re.sub(r"^ARS\s+(de |d'|du |des )?", "", dit, flags=re.IGNORECASE))
        for r in regions.values():
            if nom and nom in (cle(r.code), cle(r.nom), r.insee):
                return r.code
    raise UserError(f"Ligne {numero} : région inconnue « {v.get('ars') or v.get('ars_code')} » ; voyez regions.csv.")


def _est_support(dit: str) -> bool:
    return cle(dit) in ("oui", "o", "1", "vrai", "true", "x", "support", "etablissement support", "es")


def fusionne(ancien: Territoire, liste: Liste, le: date) -> Territoire:
    """The territory after that list takes effect on day `le`, the past kept. GHT outside its regions are untouched.

    A membership begun that very day, or later, that the list no longer holds never was: it is left out.
    """
    regions = {g.region for g in liste.ghts.values()}
    veille = le - timedelta(days=1)
    dits = {(a.finess, a.ght, a.support) for a in liste.appartenances}
    suite: list[Appartenance] = []
    gardes = set()
    for a in ancien.appartenances:
        dit, fini = (a.finess, a.ght, a.support), a.fin is not None and a.fin < le
        concerne = ancien.ghts[a.ght].region in regions or a.finess in liste.etablissements
        if fini or not concerne:
            suite.append(a)
        elif dit in dits:
            gardes.add(dit)
            suite.append(a)
        elif a.debut is None or a.debut < le:
            suite.append(replace(a, fin=veille))
    # In a region loaded for the first time members have no known beginning; elsewhere they join that day.
    connues = {ancien.ghts[a.ght].region for a in ancien.appartenances}
    suite += [
        replace(a, debut=le if liste.ghts[a.ght].region in connues else None)
        for a in liste.appartenances
        if (a.finess, a.ght, a.support) not in gardes
    ]
    return Territoire(
        ancien.regions, {**ancien.ghts, **liste.ghts}, {**ancien.etablissements, **liste.etablissements}, tuple(suite)
    )


def ended(before: Territoire, after: Territoire) -> list[Appartenance]:
    """The memberships that the list ends, with their end; those that never were, without one."""
    kept = {(a.finess, a.ght, a.support, a.debut) for a in after.appartenances}
    known = set(before.appartenances)
    never = [a for a in before.appartenances if (a.finess, a.ght, a.support, a.debut) not in kept]
    return [a for a in after.appartenances if a.fin and a not in known] + [replace(a, fin=None) for a in never]


def applied(before: Territoire, after: Territoire, content: bytes) -> bytes:
    """`territoire.csv`, whose bytes are `content` and say `before`, made to say `after`.

    Rows that do not change stay as they were typed, where they were; new ones go to the end.
    """
    table = edited_table.read(content)
    by_birth = {(a.finess, a.ght, a.support, a.debut): a for a in after.appartenances}
    dropped = set()
    for row, old in zip(table.filled, before.appartenances, strict=True):
        new = by_birth.pop((old.finess, old.ght, old.support, old.debut), None)
        if new is None:
            dropped.add(id(row))
        else:
            ends = {"fin": jour(new.fin) if new.fin else ""} if new.fin != old.fin else {}
            table.put(row, {k: v for k, v in _names(after, new).items() if v != _names(before, old)[k]} | ends)
    table.rows = [row for row in table.rows if id(row) not in dropped]
    for new in sorted(by_birth.values(), key=lambda a: (a.ght, not a.support, a.finess)):
        role = "support" if new.support else "partie"
        dates = {"debut": jour(new.debut) if new.debut else "", "fin": jour(new.fin) if new.fin else ""}
        table.append({"finess_ej": new.finess, "ght_code": new.ght, "role": role} | _names(after, new) | dates)
    return table.content()


def _names(territory: Territoire, a: Appartenance) -> dict[str, str]:
    """What a list may say anew of a membership that stays."""
    ght = territory.ghts[a.ght]
    return {"region_code": ght.region, "ght": ght.nom, "etablissement": territory.etablissements[a.finess].nom}
