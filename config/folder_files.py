"""Each table of the region's folder → what it says; every complaint names file and line. Reads one file at a time.

What a file says of another (a GHT, a family) is checked against what was read of that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.campaign import MOMENTS, Campaign
from config.csv_tables import Complaints, TableRow, read_table
from config.french import day, did_you_mean, enumeration, text_key
from config.nomenclature import LEVELS, WITH_ARTICLE, Bounds, Nomenclature
from config.objectives import Objective
from config.rights import ROLES, Absence, Person
from config.settings import Thresholds
from config.territory import Etablissement, Ght, Membership, Region, Scope, Territory

OBJECTIVE_MAX = 25_000 * 100_000_000
"""French public hospitals buy for about 25 billion euros a year."""
TYPES_OPERATEUR = ("etablissement", "ght", "regional", "national")
SCOPE_KINDS = ("national", "region", "ght", "etablissement")


@dataclass(frozen=True, slots=True)
class Operateur:
    label: str
    type: str


def read_campaigns(path: Path, complaints: Complaints) -> dict[str, Campaign]:
    columns = ("code", "exercice", "moment", "situation", "ouverture", "echeance", "verrou")
    campaigns: dict[str, Campaign] = {}
    for r in read_table(path / "campagnes.csv", columns, complaints):
        days = [r.date(c) for c in columns[3:]]
        situation, opening, deadline, lock = (j or date.min for j in days)
        code = r.text("code")
        if None not in days and not opening < deadline <= lock:
            r.complain("les dates doivent se suivre : ouverture, échéance, verrou.")
        if code in campaigns:
            r.complain(f"la campagne « {code} » est déjà décrite plus haut.")
        exercice, moment = r.whole_number("exercice"), r.among("moment", MOMENTS)
        if days[0] and situation.year != exercice:
            r.complain(f"la situation au {day(situation)} n'est pas dans l'exercice {exercice}.")
        if any((c.exercice, c.moment) == (exercice, moment) for c in campaigns.values()):
            r.complain(f"l'exercice {exercice} a déjà une campagne « {moment} ».")
        campaigns[code] = Campaign(code, exercice, moment, situation, opening, deadline, lock)
    if not campaigns and not complaints.sentences:
        complaints.add("campagnes.csv", None, "aucune campagne ; il en faut au moins une.")
    return campaigns


def read_territory(path: Path, complaints: Complaints) -> Territory:
    regions: dict[str, Region] = {}
    for r in read_table(path / "regions.csv", ("region_code", "insee", "region"), complaints):
        region = Region(r.text("region_code"), r.text("region"), r.text("insee"))
        if regions.setdefault(region.code, region) != region:
            r.complain(f"la région {region.code} est déjà décrite plus haut.")
    ghts: dict[str, Ght] = {}
    etablissements: dict[str, Etablissement] = {}
    memberships: list[tuple[TableRow, Membership]] = []
    columns = ("region_code", "ght_code", "ght", "finess_ej", "etablissement", "role", "debut", "fin")
    for r in read_table(path / "territoire.csv", columns, complaints):
        finess = finess_read(r)
        ght = Ght(r.text("ght_code"), r.text("ght"), r.among("region_code", tuple(regions)))
        if ghts.setdefault(ght.code, ght) != ght:
            r.complain(f"le GHT {ght.code} porte un autre nom ou une autre région plus haut.")
        etablissements[finess] = Etablissement(finess, r.text("etablissement"))
        support = r.among("role", ("support", "partie")) == "support"
        start, end = r.date("debut", required=False), r.date("fin", required=False)
        memberships.append((r, Membership(finess, ght.code, support, start, end)))
    _check_memberships_overlap(memberships)
    return Territory(regions, ghts, etablissements, tuple(a for _, a in memberships))


def finess_read(r: TableRow) -> str:
    """A FINESS number of nine characters; Excel drops the zero in front, which is put back."""
    finess = r.text("finess_ej").upper()
    if re.fullmatch(r"\d{8}", finess):
        finess = f"0{finess}"
    if finess and not re.fullmatch(r"\d[\dAB]\d{7}", finess):
        r.complain(f"« {finess} » n'est pas un numéro FINESS : neuf caractères étaient attendus.")
    return finess


def _check_memberships_overlap(rows: list[tuple[TableRow, Membership]]) -> None:
    earlier_memberships: dict[tuple[str, str], list[tuple[TableRow, Membership]]] = {}
    for r, a in rows:
        if a.start and a.end and a.end < a.start:
            r.complain("la fin précède le début.")
        roles = {
            ("membre", a.finess): f"l'établissement {a.finess} appartient déjà à un GHT à ces dates",
            ("support", a.ght): f"le GHT {a.ght} a déjà un support à ces dates",
        }
        for role, sentence in roles.items():
            if role[0] == "support" and not a.support:
                continue
            for other_row, other in earlier_memberships.setdefault(role, []):
                if _overlap(a, other):
                    r.complain(f"{sentence} (ligne {other_row.line}).")
            earlier_memberships[role].append((r, a))
    for ght, r in {a.ght: r for r, a in rows}.items():
        if ("support", ght) not in earlier_memberships:
            r.complain(f"le GHT {ght} n'a pas d'établissement support.")


def _overlap(a: Membership, b: Membership) -> bool:
    start = max(a.start or date.min, b.start or date.min)
    return start <= min(a.end or date.max, b.end or date.max)


@dataclass
class _Cited:
    """The codes of the territory that a file cites: those that it does not know are told at the file's end."""

    known: int = 0
    unknown: list[tuple[TableRow, str]] = field(default_factory=list)

    def add(self, r: TableRow, sentence: str, *, known: bool) -> None:
        self.known += known
        if not known:
            self.unknown.append((r, sentence))

    def tell(self, territory: Territory) -> None:
        """Each at its line; but once for all while the territory was not loaded, or is another region's."""
        if not self.known and (len(self.unknown) > 2 or (self.unknown and not territory.ghts)):
            r, lines = self.unknown[0][0], [str(r.line) for r, _ in self.unknown]
            r.complaints.add(
                r.file, None,
                f"aucun des GHT et établissements cités (ligne{'s' if len(lines) > 1 else ''} {enumeration(lines, 4)}) n'est "
                "dans territoire.csv. Chargez le territoire d'abord : vigie territory LISTE.csv",
            )  # fmt: skip
            return
        for r, sentence in self.unknown:
            r.complain(sentence)


def _scope(r: TableRow, territory: Territory, cited: _Cited) -> Scope:
    type_, code = r.among("perimetre", SCOPE_KINDS), r.text("code")
    known_ones = {
        "national": ["FR"],
        "region": list(territory.regions),
        "ght": list(territory.ghts),
        "etablissement": list(territory.etablissements),
    }.get(type_, [])
    known = code in known_ones
    sentence = "" if known else f"« {code} » est inconnu comme {type_}{did_you_mean(code, known_ones)}"
    if code and type_ in ("ght", "etablissement"):
        cited.add(r, sentence, known=known)
    elif code and type_ and not known:
        r.complain(sentence)
    return Scope(type_, code)  # type: ignore[arg-type]


def read_objectives(path: Path, territory: Territory, complaints: Complaints) -> tuple[Objective, ...]:
    objectives: list[Objective] = []
    cited = _Cited()
    columns = ("perimetre", "code", "exercice", "version", "effet", "montant_meur")
    for r in read_table(path / "objectifs.csv", columns, complaints):
        amount = r.decimal("montant_meur") * 100_000_000
        if amount > OBJECTIVE_MAX:
            r.complain("un objectif s'écrit en millions d'euros : celui-ci dépasse les achats du pays.")
        if amount != int(amount):
            r.complain("un objectif s'écrit en millions d'euros, au centime près au plus.")
        o = Objective(
            _scope(r, territory, cited),
            r.whole_number("exercice"),
            r.text("version"),
            r.date("effet") or date.min,
            int(amount),
        )
        if any((p.scope, p.exercice, p.effective_from) == (o.scope, o.exercice, o.effective_from) for p in objectives):
            r.complain("un autre objectif prend effet le même jour pour ce périmètre et cet exercice.")
        objectives.append(o)
    cited.tell(territory)
    return tuple(objectives)


def read_nomenclature(path: Path, thresholds: Thresholds, complaints: Complaints) -> Nomenclature:
    branches = tuple(
        (r.text("famille"), r.text("domaine", required=False), r.text("categorie", required=False))
        for r in read_table(path / "nomenclature.csv", LEVELS, complaints)
    )
    default = Bounds(thresholds.performance_a_expliquer, thresholds.performance_a_justifier)
    bare = Nomenclature(branches or (("", "", ""),), {}, {}, default)
    synonyms: dict[tuple[str, str], str] = {}
    for r in read_table(path / "synonymes.csv", ("rubrique", "label", "synonyme"), complaints):
        level, label, synonym = r.among("rubrique", LEVELS), r.text("label"), text_key(r.text("synonyme"))
        if level in LEVELS:
            if bare.label(level, label) != label:
                r.complain(
                    f"« {label} » n'est pas {WITH_ARTICLE[level]} de la nomenclature{did_you_mean(label, bare.labels(level))}"
                )
            earlier_memberships = bare.label(level, synonym) or synonyms.setdefault((level, synonym), label)
            if earlier_memberships != label:
                r.complain(f"« {r.text('synonyme')} » désigne déjà « {earlier_memberships} ».")
    return replace(bare, synonyms=synonyms, bounds=_bounds(path, bare, complaints))


def _bounds(path: Path, nomenclature: Nomenclature, complaints: Complaints) -> dict[str, Bounds]:
    bounds: dict[str, Bounds] = {}
    for r in read_table(path / "bornes.csv", ("famille", "borne_1_pct", "borne_2_pct"), complaints):
        famille = r.among("famille", nomenclature.familles)
        if famille in bounds:
            r.complain(f"la famille « {famille} » a déjà ses bornes plus haut.")
        bounds[famille] = Bounds(r.decimal("borne_1_pct") / 100, r.decimal("borne_2_pct") / 100)
        if 0 < bounds[famille].second < Decimal("0.01"):
            r.complain("une borne s'écrit en pourcentage : 20, et non 0,20.")
        if bounds[famille].first > bounds[famille].second:
            r.complain("la première borne dépasse la seconde.")
    return bounds


def read_operators(path: Path, complaints: Complaints) -> dict[str, Operateur]:
    """By every key under which an operator may be typed: its label and its synonyms."""
    operateurs: dict[str, Operateur] = {}
    for r in read_table(path / "operateurs.csv", ("label", "type", "synonymes"), complaints):
        operateur = Operateur(r.text("label"), r.among("type", TYPES_OPERATEUR))
        for name in (operateur.label, *r.text("synonymes", required=False).split("|")):
            if text_key(name) and operateurs.setdefault(text_key(name), operateur) != operateur:
                r.complain(f"« {name} » désigne déjà l'opérateur « {operateurs[text_key(name)].label} ».")
    return operateurs


def read_persons(path: Path, territory: Territory, complaints: Complaints) -> dict[str, Person]:
    persons: dict[str, Person] = {}
    rows: list[tuple[TableRow, Person]] = []
    cited = _Cited()
    columns = ("email", "fonction", "role", "perimetre", "code", "suppleant", "absence_debut", "absence_fin")
    for r in read_table(path / "personnes.csv", columns, complaints):
        email = r.text("email").lower()
        slack = r.text("slack", required=False).upper()
        p = Person(email, r.text("fonction"), r.among("role", ROLES), _scope(r, territory, cited), _absence(r), slack,
                     _direction(r))  # fmt: skip
        if email in persons:
            r.complain(f"« {email} » est déjà décrit plus haut.")
        if slack and not re.fullmatch(r"[UW][A-Z0-9]+", slack):
            r.complain(f"« {slack} » n'est pas un identifiant Slack ; il commence par U ou W, par exemple U012AB3CD.")
        if slack and any(q.slack == slack for q in persons.values()):
            r.complain(f"l'identifiant Slack « {slack} » est déjà donné plus haut.")
        persons[email] = p
        rows.append((r, p))
    cited.tell(territory)
    for r, p in rows:
        if p.absence and p.absence.deputy not in persons:
            r.complain(f"le suppléant « {p.absence.deputy} » n'est pas dans ce fichier.")
    return persons


def _direction(r: TableRow) -> bool:
    """Whether someone is told when their GHT is late. The column may be missing: files of before have none."""
    said = text_key(r.text("direction", required=False))
    if said not in ("", "oui", "non"):
        r.complain(f"« {r.text('direction', required=False)} » dans « direction » ; « oui » ou rien était attendu.")
    return said == "oui"


def _absence(r: TableRow) -> Absence | None:
    deputy = r.text("suppleant", required=False).lower()
    start, end = r.date("absence_debut", required=False), r.date("absence_fin", required=False)
    if not deputy and not start and not end:
        return None
    if not deputy:
        r.complain("une absence demande un suppléant.")
    if not start or not end or end < start:
        r.complain("un suppléant s'accompagne d'un début et d'une fin d'absence, dans cet ordre.")
        return None
    return Absence(deputy, start, end)


def read_purchases(path: Path, territory: Territory, complaints: Complaints) -> dict[tuple[str, int], int]:
    purchases: dict[tuple[str, int], int] = {}
    cited = _Cited()
    for r in read_table(path / "achats.csv", ("finess_ej", "exercice", "montant_eur"), complaints):
        finess = finess_read(r)
        sentence = f"l'établissement {finess} n'est pas dans territoire.csv."
        cited.add(r, sentence, known=finess in territory.etablissements)
        exercice = r.whole_number("exercice")
        if (finess, exercice) in purchases:
            r.complain(f"les achats {exercice} de l'établissement {finess} sont déjà donnés plus haut.")
        purchases[finess, exercice] = int((r.decimal("montant_eur") * 100).to_integral_value())
    cited.tell(territory)
    return purchases
