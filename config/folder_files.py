"""Each table of the region's folder → what it says; every complaint names file and line. Reads one file at a time.

What a file says of another (a GHT, a family) is checked against what was read of that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.campaign import MOMENTS, Campagne
from config.csv_tables import Plaintes, Rang, lit_table
from config.french import cle, enumeration, jour, vouliez_vous
from config.nomenclature import RUBRIQUES, UNE, Bornes, Nomenclature
from config.objectives import Objectif
from config.rights import ROLES, Absence, Personne
from config.settings import Seuils
from config.territory import Appartenance, Etablissement, Ght, Perimetre, Region, Territoire

OBJECTIF_MAX = 25_000 * 100_000_000
"""French public hospitals buy for about 25 billion euros a year."""
TYPES_OPERATEUR = ("etablissement", "ght", "regional", "national")
TYPES_PERIMETRE = ("national", "region", "ght", "etablissement")


@dataclass(frozen=True, slots=True)
class Operateur:
    label: str
    type: str


def lit_campagnes(chemin: Path, plaintes: Plaintes) -> dict[str, Campagne]:
    colonnes = ("code", "exercice", "moment", "situation", "ouverture", "echeance", "verrou")
    campagnes: dict[str, Campagne] = {}
    for r in lit_table(chemin / "campagnes.csv", colonnes, plaintes):
        jours = [r.date(c) for c in colonnes[3:]]
        situation, ouverture, echeance, verrou = (j or date.min for j in jours)
        code = r.texte("code")
        if None not in jours and not ouverture < echeance <= verrou:
            r.plainte("les dates doivent se suivre : ouverture, échéance, verrou.")
        if code in campagnes:
            r.plainte(f"la campagne « {code} » est déjà décrite plus haut.")
        exercice, moment = r.entier("exercice"), r.parmi("moment", MOMENTS)
        if jours[0] and situation.year != exercice:
            r.plainte(f"la situation au {jour(situation)} n'est pas dans l'exercice {exercice}.")
        if any((c.exercice, c.moment) == (exercice, moment) for c in campagnes.values()):
            r.plainte(f"l'exercice {exercice} a déjà une campagne « {moment} ».")
        campagnes[code] = Campagne(code, exercice, moment, situation, ouverture, echeance, verrou)
    if not campagnes and not plaintes.phrases:
        plaintes.ajoute("campagnes.csv", None, "aucune campagne ; il en faut au moins une.")
    return campagnes


def lit_territoire(chemin: Path, plaintes: Plaintes) -> Territoire:
    regions: dict[str, Region] = {}
    for r in lit_table(chemin / "regions.csv", ("region_code", "insee", "region"), plaintes):
        region = Region(r.texte("region_code"), r.texte("region"), r.texte("insee"))
        if regions.setdefault(region.code, region) != region:
            r.plainte(f"la région {region.code} est déjà décrite plus haut.")
    ghts: dict[str, Ght] = {}
    etablissements: dict[str, Etablissement] = {}
    appartenances: list[tuple[Rang, Appartenance]] = []
    colonnes = ("region_code", "ght_code", "ght", "finess_ej", "etablissement", "role", "debut", "fin")
    for r in lit_table(chemin / "territoire.csv", colonnes, plaintes):
        finess = finess_lu(r)
        ght = Ght(r.texte("ght_code"), r.texte("ght"), r.parmi("region_code", tuple(regions)))
        if ghts.setdefault(ght.code, ght) != ght:
            r.plainte(f"le GHT {ght.code} porte un autre nom ou une autre région plus haut.")
        etablissements[finess] = Etablissement(finess, r.texte("etablissement"))
        support = r.parmi("role", ("support", "partie")) == "support"
        debut, fin = r.date("debut", requis=False), r.date("fin", requis=False)
        appartenances.append((r, Appartenance(finess, ght.code, support, debut, fin)))
    _croise_appartenances(appartenances)
    return Territoire(regions, ghts, etablissements, tuple(a for _, a in appartenances))


def finess_lu(r: Rang) -> str:
    """A FINESS number of nine characters; Excel drops the zero in front, which is put back."""
    finess = r.texte("finess_ej").upper()
    if re.fullmatch(r"\d{8}", finess):
        finess = f"0{finess}"
    if finess and not re.fullmatch(r"\d[\dAB]\d{7}", finess):
        r.plainte(f"« {finess} » n'est pas un numéro FINESS : neuf caractères étaient attendus.")
    return finess


def _croise_appartenances(rangs: list[tuple[Rang, Appartenance]]) -> None:
    deja: dict[tuple[str, str], list[tuple[Rang, Appartenance]]] = {}
    for r, a in rangs:
        if a.debut and a.fin and a.fin < a.debut:
            r.plainte("la fin précède le début.")
        roles = {
            ("membre", a.finess): f"l'établissement {a.finess} appartient déjà à un GHT à ces dates",
            ("support", a.ght): f"le GHT {a.ght} a déjà un support à ces dates",
        }
        for role, phrase in roles.items():
            if role[0] == "support" and not a.support:
                continue
            for autre_rang, autre in deja.setdefault(role, []):
                if _se_recouvrent(a, autre):
                    r.plainte(f"{phrase} (ligne {autre_rang.ligne}).")
            deja[role].append((r, a))
    for ght, r in {a.ght: r for r, a in rangs}.items():
        if ("support", ght) not in deja:
            r.plainte(f"le GHT {ght} n'a pas d'établissement support.")


def _se_recouvrent(a: Appartenance, b: Appartenance) -> bool:
    debut = max(a.debut or date.min, b.debut or date.min)
    return debut <= min(a.fin or date.max, b.fin or date.max)


@dataclass
class _Cited:
    """The codes of the territory that a file cites: those that it does not know are told at the file's end."""

    known: int = 0
    unknown: list[tuple[Rang, str]] = field(default_factory=list)

    def add(self, r: Rang, phrase: str, *, known: bool) -> None:
        self.known += known
        if not known:
            self.unknown.append((r, phrase))

    def tell(self, territoire: Territoire) -> None:
        """Each at its line; but once for all while the territory was not loaded, or is another region's."""
        if not self.known and (len(self.unknown) > 2 or (self.unknown and not territoire.ghts)):
            r, lines = self.unknown[0][0], [str(r.ligne) for r, _ in self.unknown]
            r.plaintes.ajoute(
                r.fichier, None,
                f"aucun des GHT et établissements cités (ligne{'s' if len(lines) > 1 else ''} {enumeration(lines, 4)}) n'est "
                "dans territoire.csv. Chargez le territoire d'abord : vigie territory LISTE.csv",
            )  # fmt: skip
            return
        for r, phrase in self.unknown:
            r.plainte(phrase)


def _perimetre(r: Rang, territoire: Territoire, cited: _Cited) -> Perimetre:
    type_, code = r.parmi("perimetre", TYPES_PERIMETRE), r.texte("code")
    connus = {
        "national": ["FR"],
        "region": list(territoire.regions),
        "ght": list(territoire.ghts),
        "etablissement": list(territoire.etablissements),
    }.get(type_, [])
    known = code in connus
    phrase = "" if known else f"« {code} » est inconnu comme {type_}{vouliez_vous(code, connus)}"
    if code and type_ in ("ght", "etablissement"):
        cited.add(r, phrase, known=known)
    elif code and type_ and not known:
        r.plainte(phrase)
    return Perimetre(type_, code)  # type: ignore[arg-type]


def lit_objectifs(chemin: Path, territoire: Territoire, plaintes: Plaintes) -> tuple[Objectif, ...]:
    objectifs: list[Objectif] = []
    cited = _Cited()
    colonnes = ("perimetre", "code", "exercice", "version", "effet", "montant_meur")
    for r in lit_table(chemin / "objectifs.csv", colonnes, plaintes):
        montant = r.decimal("montant_meur") * 100_000_000
        if montant > OBJECTIF_MAX:
            r.plainte("un objectif s'écrit en millions d'euros : celui-ci dépasse les achats du pays.")
        if montant != int(montant):
            r.plainte("un objectif s'écrit en millions d'euros, au centime près au plus.")
        o = Objectif(
            _perimetre(r, territoire, cited),
            r.entier("exercice"),
            r.texte("version"),
            r.date("effet") or date.min,
            int(montant),
        )
        if any((p.perimetre, p.exercice, p.effet) == (o.perimetre, o.exercice, o.effet) for p in objectifs):
            r.plainte("un autre objectif prend effet le même jour pour ce périmètre et cet exercice.")
        objectifs.append(o)
    cited.tell(territoire)
    return tuple(objectifs)


def lit_nomenclature(chemin: Path, seuils: Seuils, plaintes: Plaintes) -> Nomenclature:
    branches = tuple(
        (r.texte("famille"), r.texte("domaine", requis=False), r.texte("categorie", requis=False))
        for r in lit_table(chemin / "nomenclature.csv", RUBRIQUES, plaintes)
    )
    defaut = Bornes(seuils.performance_a_expliquer, seuils.performance_a_justifier)
    nue = Nomenclature(branches or (("", "", ""),), {}, {}, defaut)
    synonymes: dict[tuple[str, str], str] = {}
    for r in lit_table(chemin / "synonymes.csv", ("rubrique", "label", "synonyme"), plaintes):
        rubrique, label, synonyme = r.parmi("rubrique", RUBRIQUES), r.texte("label"), cle(r.texte("synonyme"))
        if rubrique in RUBRIQUES:
            if nue.label(rubrique, label) != label:
                r.plainte(
                    f"« {label} » n'est pas {UNE[rubrique]} de la nomenclature{vouliez_vous(label, nue.labels(rubrique))}"
                )
            deja = nue.label(rubrique, synonyme) or synonymes.setdefault((rubrique, synonyme), label)
            if deja != label:
                r.plainte(f"« {r.texte('synonyme')} » désigne déjà « {deja} ».")
    return replace(nue, synonymes=synonymes, bornes=_bornes(chemin, nue, plaintes))


def _bornes(chemin: Path, nomenclature: Nomenclature, plaintes: Plaintes) -> dict[str, Bornes]:
    bornes: dict[str, Bornes] = {}
    for r in lit_table(chemin / "bornes.csv", ("famille", "borne_1_pct", "borne_2_pct"), plaintes):
        famille = r.parmi("famille", nomenclature.familles)
        if famille in bornes:
            r.plainte(f"la famille « {famille} » a déjà ses bornes plus haut.")
        bornes[famille] = Bornes(r.decimal("borne_1_pct") / 100, r.decimal("borne_2_pct") / 100)
        if 0 < bornes[famille].seconde < Decimal("0.01"):
            r.plainte("une borne s'écrit en pourcentage : 20, et non 0,20.")
        if bornes[famille].premiere > bornes[famille].seconde:
            r.plainte("la première borne dépasse la seconde.")
    return bornes


def lit_operateurs(chemin: Path, plaintes: Plaintes) -> dict[str, Operateur]:
    """By every key under which an operator may be typed: its label and its synonyms."""
    operateurs: dict[str, Operateur] = {}
    for r in lit_table(chemin / "operateurs.csv", ("label", "type", "synonymes"), plaintes):
        operateur = Operateur(r.texte("label"), r.parmi("type", TYPES_OPERATEUR))
        for nom in (operateur.label, *r.texte("synonymes", requis=False).split("|")):
            if cle(nom) and operateurs.setdefault(cle(nom), operateur) != operateur:
                r.plainte(f"« {nom} » désigne déjà l'opérateur « {operateurs[cle(nom)].label} ».")
    return operateurs


def lit_personnes(chemin: Path, territoire: Territoire, plaintes: Plaintes) -> dict[str, Personne]:
    personnes: dict[str, Personne] = {}
    rangs: list[tuple[Rang, Personne]] = []
    cited = _Cited()
    colonnes = ("email", "fonction", "role", "perimetre", "code", "suppleant", "absence_debut", "absence_fin")
    for r in lit_table(chemin / "personnes.csv", colonnes, plaintes):
        email = r.texte("email").lower()
        slack = r.texte("slack", requis=False).upper()
        p = Personne(email, r.texte("fonction"), r.parmi("role", ROLES), _perimetre(r, territoire, cited), _absence(r), slack,
                     _direction(r))  # fmt: skip
        if email in personnes:
            r.plainte(f"« {email} » est déjà décrit plus haut.")
        if slack and not re.fullmatch(r"[UW][A-Z0-9]+", slack):
            r.plainte(f"« {slack} » n'est pas un identifiant Slack ; il commence par U ou W, par exemple U012AB3CD.")
        if slack and any(q.slack == slack for q in personnes.values()):
            r.plainte(f"l'identifiant Slack « {slack} » est déjà donné plus haut.")
        personnes[email] = p
        rangs.append((r, p))
    cited.tell(territoire)
    for r, p in rangs:
        if p.absence and p.absence.suppleant not in personnes:
            r.plainte(f"le suppléant « {p.absence.suppleant} » n'est pas dans ce fichier.")
    return personnes


def _direction(r: Rang) -> bool:
    """Whether someone is told when their GHT is late. The column may be missing: files of before have none."""
    dit = cle(r.texte("direction", requis=False))
    if dit not in ("", "oui", "non"):
        r.plainte(f"« {r.texte('direction', requis=False)} » dans « direction » ; « oui » ou rien était attendu.")
    return dit == "oui"


def _absence(r: Rang) -> Absence | None:
    suppleant = r.texte("suppleant", requis=False).lower()
    debut, fin = r.date("absence_debut", requis=False), r.date("absence_fin", requis=False)
    if not suppleant and not debut and not fin:
        return None
    if not suppleant:
        r.plainte("une absence demande un suppléant.")
    if not debut or not fin or fin < debut:
        r.plainte("un suppléant s'accompagne d'un début et d'une fin d'absence, dans cet ordre.")
        return None
    return Absence(suppleant, debut, fin)


def lit_achats(chemin: Path, territoire: Territoire, plaintes: Plaintes) -> dict[tuple[str, int], int]:
    achats: dict[tuple[str, int], int] = {}
    cited = _Cited()
    for r in lit_table(chemin / "achats.csv", ("finess_ej", "exercice", "montant_eur"), plaintes):
        finess = finess_lu(r)
        phrase = f"l'établissement {finess} n'est pas dans territoire.csv."
        cited.add(r, phrase, known=finess in territoire.etablissements)
        exercice = r.entier("exercice")
        if (finess, exercice) in achats:
            r.plainte(f"les achats {exercice} de l'établissement {finess} sont déjà donnés plus haut.")
        achats[finess, exercice] = int((r.decimal("montant_eur") * 100).to_integral_value())
    cited.tell(territoire)
    return achats
