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
from config.french import day, enumeration, text_key
from config.territory import Etablissement, Ght, Membership, Region, Territory

COLUMNS = {
    "finess": r"finess|nofinessej|finess_ej|numero finess( ej| juridique)?|(no|n) finess( ej| juridique)?|finess (ej|juridique)",
    "etablissement": r"etablissement|nom( de l)? etablissement|libelle( de l)? etablissement|raison sociale|nom|rs",
    "ght_code": r"ght code|code( du)? ght|(id|identifiant|no|n|numero)( du)? ght",
    "ght": r"ght|(nom|libelle)( du)? ght|ght (nom|libelle)",
    "ars_code": r"ars code|code( de l)? ars|region code|code region",
    "ars": r"ars|(nom|libelle)( de l)? ars|ars (nom|libelle)|region",
    "support": r"support|(etablissement|est|es) support|role|(type|qualite)( membre)?",
}
OPTIONAL_COLUMNS = ("ars_code", "ars")


@dataclass(frozen=True, slots=True)
class OfficialList:
    """What an official list says: who belongs where, now."""

    ghts: dict[str, Ght]
    etablissements: dict[str, Etablissement]
    memberships: tuple[Membership, ...]


def read(rows: Sequence[Sequence[str]], regions: dict[str, Region]) -> OfficialList:
    """Read the list's rows, headings included. Raises UserError naming the column or the line at fault."""
    heading, places = _heading_row(rows)
    ghts: dict[str, Ght] = {}
    etablissements: dict[str, Etablissement] = {}
    memberships: list[Membership] = []
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        v = {c: row[r].strip() if r < len(row) else "" for c, r in places.items()}
        if not any(v.values()):
            continue
        finess = v["finess"].upper()
        finess = f"0{finess}" if re.fullmatch(r"\d{8}", finess) else finess  # Excel drops the zero in front
        if not re.fullmatch(r"\d[\dAB]\d{7}", finess):
            raise UserError(f"Ligne {number} : « {v['finess']} » n'est pas un numéro FINESS à neuf caractères.")
        ght = Ght(v["ght_code"], v["ght"], _region(v, regions, number))
        if not ght.code or ghts.setdefault(ght.code, ght) != ght:
            raise UserError(f"Ligne {number} : le GHT « {ght.code} » n'a pas de code, ou porte un autre nom plus haut.")
        etablissements[finess] = Etablissement(finess, v["etablissement"])
        memberships.append(Membership(finess, v["ght_code"], _is_support(v["support"]), None, None))
    without = sorted(ghts.keys() - {a.ght for a in memberships if a.support})
    if without:
        raise UserError(
            f"Aucun établissement support pour : {enumeration(without, 5)}. Vérifiez la colonne « support »."
        )
    return OfficialList(ghts, etablissements, tuple(memberships))


def _heading_row(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    best_places: dict[str, int] = {}
    for rank, row in enumerate(rows[:15]):
        places = {
            c: i
            for c, pattern in COLUMNS.items()
            for i, t in reversed(list(enumerate(row)))
            if re.fullmatch(pattern, text_key(t))
        }
        if not COLUMNS.keys() - OPTIONAL_COLUMNS - places.keys() and {"ars", "ars_code"} & places.keys():
            return rank, places
        best_places = max(best_places, places, key=len)
    columns_missing = [c for c in COLUMNS if c not in best_places and c not in OPTIONAL_COLUMNS]
    columns_missing += [] if {"ars", "ars_code"} & best_places.keys() else ["ars"]
    raise UserError(
        f"Colonnes introuvables dans la liste : {enumeration(columns_missing)}. Il faut, dans n'importe quel ordre : FINESS, "
        "établissement, code GHT, GHT, ARS (ou région), support."
    )


def _region(v: dict[str, str], regions: dict[str, Region], number: int) -> str:
    for said in (v.get("ars_code", ""), v.get("ars", "")):
        name = text_key(re.sub(r"^ARS\s+(de |d'|du |des )?", "", said, flags=re.IGNORECASE))
        for r in regions.values():
            if name and name in (text_key(r.code), text_key(r.name), r.insee):
                return r.code
    raise UserError(f"Ligne {number} : région inconnue « {v.get('ars') or v.get('ars_code')} » ; voyez regions.csv.")


def _is_support(said: str) -> bool:
    return text_key(said) in ("oui", "o", "1", "vrai", "true", "x", "support", "etablissement support", "es")


def merge(old: Territory, official: OfficialList, dated: date) -> Territory:
    """The territory after that list takes effect on day `dated`, the past kept. GHT outside its regions are untouched.

    A membership begun that very day, or later, that the list no longer holds never was: it is left out.
    """
    regions = {g.region for g in official.ghts.values()}
    day_before = dated - timedelta(days=1)
    memberships_said = {(a.finess, a.ght, a.support) for a in official.memberships}
    continued: list[Membership] = []
    taken_again = set()
    for a in old.memberships:
        said, has_ended = (a.finess, a.ght, a.support), a.end is not None and a.end < dated
        is_covered = old.ghts[a.ght].region in regions or a.finess in official.etablissements
        if has_ended or not is_covered:
            continued.append(a)
        elif said in memberships_said:
            taken_again.add(said)
            continued.append(a)
        elif a.start is None or a.start < dated:
            continued.append(replace(a, end=day_before))
    # In a region loaded for the first time members have no known beginning; elsewhere they join that day.
    known_regions = {old.ghts[a.ght].region for a in old.memberships}
    continued += [
        replace(a, start=dated if official.ghts[a.ght].region in known_regions else None)
        for a in official.memberships
        if (a.finess, a.ght, a.support) not in taken_again
    ]
    return Territory(
        old.regions, {**old.ghts, **official.ghts}, {**old.etablissements, **official.etablissements}, tuple(continued)
    )


def ended(before: Territory, after: Territory) -> list[Membership]:
    """The memberships that the list ends, with their end; those that never were, without one."""
    kept = {(a.finess, a.ght, a.support, a.start) for a in after.memberships}
    known = set(before.memberships)
    never = [a for a in before.memberships if (a.finess, a.ght, a.support, a.start) not in kept]
    return [a for a in after.memberships if a.end and a not in known] + [replace(a, end=None) for a in never]


def applied(before: Territory, after: Territory, content: bytes) -> bytes:
    """`territoire.csv`, whose bytes are `content` and say `before`, made to say `after`.

    Rows that do not change stay as they were typed, where they were; new ones go to the end.
    """
    table = edited_table.read(content)
    by_birth = {(a.finess, a.ght, a.support, a.start): a for a in after.memberships}
    dropped = set()
    for row, old in zip(table.filled, before.memberships, strict=True):
        new = by_birth.pop((old.finess, old.ght, old.support, old.start), None)
        if new is None:
            dropped.add(id(row))
        else:
            ends = {"fin": day(new.end) if new.end else ""} if new.end != old.end else {}
            table.put(row, {k: v for k, v in _names(after, new).items() if v != _names(before, old)[k]} | ends)
    table.rows = [row for row in table.rows if id(row) not in dropped]
    for new in sorted(by_birth.values(), key=lambda a: (a.ght, not a.support, a.finess)):
        role = "support" if new.support else "partie"
        dates = {"debut": day(new.start) if new.start else "", "fin": day(new.end) if new.end else ""}
        table.append({"finess_ej": new.finess, "ght_code": new.ght, "role": role} | _names(after, new) | dates)
    return table.content()


def _names(territory: Territory, a: Membership) -> dict[str, str]:
    """What a list may say anew of a membership that stays."""
    ght = territory.ghts[a.ght]
    return {"region_code": ght.region, "ght": ght.name, "etablissement": territory.etablissements[a.finess].name}
