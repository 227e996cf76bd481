"""A second opinion on what a region's figures were on any day: replays what happened, from what was typed alone.

Knows nothing of the product: a list of events, Decimal arithmetic, and the written rules. Slow and plain on purpose.
Each typed line says which purchase it is; how the product finds that out from numbers and titles is what is tested.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Saisie:
    """One line as typed. `achat` is the purchase it is for, whatever number or title it bears."""

    achat: str
    gain: Decimal | None
    reference: Decimal | None
    commande: date | None
    statut: str = "réalisé"
    justifie: bool = False
    numero: str | None = "="
    """What stands in the column of numbers: a number, nothing, or « = », the template's own. The oracle never reads it."""
    titre: str = ""
    """The same: another title than the purchase's usual one."""


@dataclass(frozen=True)
class Envoi:
    jour: date
    fichier: str
    ght: str
    campagne: str
    onglets: Mapping[str, Sequence[Saisie]]
    remise: bool = True
    lisible: bool = True


@dataclass(frozen=True)
class Decision:
    jour: date
    campagne: str
    finess: str
    achat: str
    sens: str


@dataclass(frozen=True)
class Borne:
    """From that day, a gain above that share of its reference is struck out unless it is explained."""

    jour: date
    part: Decimal


@dataclass(frozen=True)
class Rejuge:
    jour: date


@dataclass(frozen=True)
class Verrou:
    jour: date
    campagne: str
    ght: str
    pose: bool = True


@dataclass(frozen=True)
class Prolongation:
    jour: date
    campagne: str
    ght: str
    jusqu_au: date


@dataclass(frozen=True)
class Neant:
    jour: date
    campagne: str
    finess: str


@dataclass(frozen=True)
class Revision:
    """The region's objective for an exercice becomes that many euros."""

    jour: date
    exercice: int
    montant: Decimal


Evenement = Envoi | Decision | Borne | Rejuge | Verrou | Prolongation | Neant | Revision


@dataclass(frozen=True)
class Campagne:
    code: str
    exercice: int
    ouverture: date
    echeance: date


@dataclass(frozen=True)
class Jugee:
    """A line as judged. Euros: what it is worth in its exercice, and what it leaves for the next one."""

    rang: int
    part: Decimal
    report: Decimal
    gain: Decimal | None
    reference: Decimal | None
    bloquee: bool
    commande: date | None
    statut: str
    reportee: bool = False
    """It continues a line of the exercice before."""

    @property
    def etat(self) -> "Etat":
        return self.gain, self.reference, self.commande, self.statut


Etat = tuple[Decimal | None, Decimal | None, date | None, str]
"""What a decision is taken on."""


@dataclass(frozen=True)
class Prise:
    """A decision that was taken: on what, and when among all that happened."""

    decision: Decision
    etat: Etat
    ordre: int


@dataclass(frozen=True)
class Comptee:
    """A line that counts on a day, decisions taken."""

    fichier: str
    rang: int
    declare: Decimal
    retire: Decimal
    bloquee: bool
    envoi: int
    """Which sending it comes from."""
    decision: tuple[str, date, bool] | None
    """Kept or struck, when, and whether that has lapsed."""
    report: Decimal
    jugee: Jugee
    apres_verrou: bool
    """The decision was taken once the campaign was locked."""

    @property
    def reportee(self) -> bool:
        return self.jugee.reportee


@dataclass(frozen=True)
class Somme:
    declare: Decimal
    retire: Decimal

    @property
    def retenu(self) -> Decimal:
        return self.declare - self.retire


@dataclass(frozen=True)
class Situation:
    """Where a GHT stands."""

    progres: str
    onglets: int
    a_corriger: int
    en_retard: bool
    prolongee: bool
    verrouillee: bool
    apres_verrou: bool


@dataclass
class Recu:
    """A sending that could be read, and its judgement by tab and purchase."""

    rang: int
    envoi: Envoi
    lignes: dict[str, dict[str, Jugee]] = field(default_factory=dict)


Cle = tuple[str, str]
"""FINESS and purchase."""


def part(gain: Decimal, commande: date, exercice: int) -> Decimal:
    """Twelve months from the month of the first order: what is earned at the end of the year, less at its start."""

    def cumul(annee: int) -> Decimal:
        mois = (annee - commande.year) * 12 + 13 - commande.month
        return (gain * min(max(mois, 0), 12) / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)

    return cumul(exercice) - cumul(exercice - 1)


class Monde:
    """All that is known at the end of a day."""

    def __init__(self, campagnes: Sequence[Campagne], membres: Mapping[str, Sequence[str]]) -> None:
        self.campagnes = {c.code: c for c in campagnes}
        """In the order of their situations."""
        self.membres = membres
        self.jour = date.min
        self.borne = Decimal("0.30")
        self.recus: list[Recu] = []
        self.decisions: list[Prise] = []
        self.verrous: dict[tuple[str, str], tuple[int, int]] = {}
        """(last sending seen, when among all that happened)"""
        self.ordre = 0
        self.echeances: dict[tuple[str, str], date] = {}
        self.neants: dict[tuple[str, str], date] = {}
        self.vides: dict[tuple[str, str], int] = {}
        """How many sendings had come when nothing was said to be declared: an empty tab at that moment."""
        self.objectifs: dict[int, Decimal] = {}

    @classmethod
    def au(
        cls,
        jour: date,
        evenements: Iterable[Evenement],
        campagnes: Sequence[Campagne],
        membres: Mapping[str, Sequence[str]],
    ) -> "Monde":
        monde = cls(campagnes, membres)
        for e in evenements:
            if e.jour <= jour:
                monde.apprend(e)
        monde.jour = jour
        return monde

    def apprend(self, e: Evenement) -> None:
        self.jour = e.jour
        self.ordre += 1
        match e:
            case Envoi():
                if e.lisible:
                    self.recus.append(self.juge(Recu(len(self.recus) + 1, e)))
            case Decision():
                ligne = self.lignes([e.campagne])[e.finess, e.achat]
                self.decisions.append(Prise(e, ligne.jugee.etat, self.ordre))
            case Borne():
                self.borne = e.part
            case Rejuge():
                self.rejuge()
            case Verrou():
                self.verrous[e.campagne, e.ght] = len(self.recus), self.ordre
                if not e.pose:
                    del self.verrous[e.campagne, e.ght]
            case Prolongation():
                self.echeances[e.campagne, e.ght] = e.jusqu_au
            case Neant():
                self.neants[e.campagne, e.finess] = e.jour
                self.vides[e.campagne, e.finess] = len(self.recus)
            case Revision():
                self.objectifs[e.exercice] = e.montant

    def rejuge(self) -> None:
        """Everything in force and not locked is judged again by the rules of the day, earliest exercice first."""
        for code in self.campagnes:
            en_vigueur = {r.rang: r for r in self.comptent([code]).values()}
            for r in [en_vigueur[rang] for rang in sorted(en_vigueur)]:
                if (code, r.envoi.ght) not in self.verrous:
                    self.juge(r)

    def juge(self, recu: Recu) -> Recu:
        exercice = self.campagnes[recu.envoi.campagne].exercice
        connues = self.lignes([c.code for c in self.campagnes.values() if c.exercice == exercice - 1])
        recu.lignes = {
            finess: {
                s.achat: self.jugee(s, rang, exercice, connues.get((finess, s.achat))) for rang, s in enumerate(saisies)
            }
            for finess, saisies in recu.envoi.onglets.items()
        }
        return recu

    def jugee(self, s: Saisie, rang: int, exercice: int, connue: Comptee | None) -> Jugee:
        suit = bool(connue and connue.report)
        if connue and suit and (not connue.bloquee or (connue.decision and connue.decision[0] == "retirer")):
            # What is known counts; what strikes it, or keeps it, is decided in the exercice before.
            j = connue.jugee
            bloquee = j.bloquee and any(self.fautes(s, exercice))
            return Jugee(rang, connue.report, ZERO, j.gain, j.reference, bloquee, j.commande, j.statut, True)
        compte = s.statut == "réalisé" and s.gain is not None and s.commande is not None
        parts = [
            part(s.gain, s.commande, n) if compte and s.gain and s.commande else ZERO for n in (exercice, exercice + 1)
        ]
        bloquee = any(self.fautes(s, exercice))
        return Jugee(rang, parts[0], parts[1], s.gain, s.reference, bloquee, s.commande, s.statut, suit)

    def fautes(self, s: Saisie, exercice: int) -> Iterator[bool]:
        if s.statut in ("réalisé", "notifié"):
            yield s.gain is None or s.reference is None
        if s.statut == "réalisé":
            yield s.commande is None
            if s.commande:
                yield not date(exercice - 1, 2, 1) <= s.commande <= date(exercice, 12, 31)
        if s.gain and s.reference and s.gain > 0:
            yield s.gain >= s.reference
            yield s.gain / s.reference > self.borne and not s.justifie

    def comptent(self, campagnes: Iterable[str]) -> dict[str, Recu]:
        """By établissement: the last campaign with a usable tab, and there the last sending, that of the lock if locked.

        « Rien à déclarer » is an empty tab at its instant: it leaves nothing, until a later tab of its campaign.
        """
        retenus: dict[str, Recu] = {}
        for code in campagnes:
            for (_, finess), quand in ((c, n) for c, n in self.vides.items() if c[0] == code):
                if finess in retenus and not (retenus[finess].envoi.campagne == code and retenus[finess].rang > quand):
                    del retenus[finess]
            for r in self.recus:
                verrou = self.verrous.get((code, r.envoi.ght))
                if r.envoi.campagne == code and (verrou is None or r.rang <= verrou[0]):
                    retenus |= {
                        finess: r
                        for finess, saisies in r.envoi.onglets.items()
                        if saisies and r.rang > self.vides.get((code, finess), 0)
                    }
        return retenus

    def lignes(self, campagnes: Iterable[str]) -> dict[Cle, Comptee]:
        """What counts, line by line."""
        return {
            (finess, achat): self.comptee(r, finess, achat, j)
            for finess, r in self.comptent(campagnes).items()
            for achat, j in r.lignes[finess].items()
        }

    def comptee(self, r: Recu, finess: str, achat: str, j: Jugee) -> Comptee:
        prise = self.prise(r.envoi.campagne, finess, achat, j)
        bloquee, dite, tard = j.bloquee, None, False
        if prise and prise.decision.sens != "revenir":
            caduque = prise.decision.sens == "retenir" and change_depuis(prise.etat, j.etat)
            bloquee = j.bloquee if caduque else prise.decision.sens == "retirer"
            dite = (prise.decision.sens, prise.decision.jour, caduque)
        if prise and (verrou := self.verrous.get((r.envoi.campagne, r.envoi.ght))):
            tard = prise.ordre > verrou[1]
        retire = max(j.part, ZERO) if bloquee else ZERO
        return Comptee(r.envoi.fichier, j.rang, j.part, retire, bloquee, r.rang, dite, j.report, j, tard)

    def prise(self, campagne: str, finess: str, achat: str, j: Jugee) -> Prise | None:
        """The last decision on a line: there, in an earlier campaign of its exercice, or on what it continues."""
        rangs, ici = list(self.campagnes), self.campagnes[campagne].exercice
        for p in reversed(self.decisions):
            d, annee = p.decision, self.campagnes[p.decision.campagne].exercice
            suivie = (annee == ici and rangs.index(d.campagne) <= rangs.index(campagne)) or (
                annee == ici - 1 and j.reportee
            )
            if (d.finess, d.achat) == (finess, achat) and suivie:
                return p
        return None

    def exercice(self, n: int) -> dict[Cle, Comptee]:
        return self.lignes([c.code for c in self.campagnes.values() if c.exercice == n])

    def somme(self, exercice: int, ght: str | None = None) -> Somme:
        """Of a GHT, or of the region."""
        lignes = [li for (f, _), li in self.exercice(exercice).items() if ght is None or f in self.membres[ght]]
        return Somme(sum((li.declare for li in lignes), ZERO), sum((li.retire for li in lignes), ZERO))

    def situation(self, code: str, ght: str) -> Situation:
        c, membres = self.campagnes[code], self.membres[ght]
        siens = {f: r for f, r in self.comptent([code]).items() if f in membres}
        dits = {f: self.neants[code, f] for f in membres if (code, f) in self.neants and f not in siens}
        rangs = {r.rang for r in siens.values()}
        verrou, echeance = self.verrous.get((code, ght)), self.echeances.get((code, ght), c.echeance)
        lignes = [li for (f, _), li in self.lignes([code]).items() if f in membres]
        progres = "ouverte" if c.ouverture <= self.jour else "attendue"
        if any((r.envoi.campagne, r.envoi.ght) == (code, ght) for r in self.recus):
            progres = "vue"  # were it after the lock
        if siens:
            progres = "remise" if all(r.envoi.remise for r in siens.values()) else "vue"
        elif len(dits) == len(membres):
            progres = "néant"
        jours = [r.envoi.jour for r in siens.values()] + list(dits.values())
        return Situation(
            progres,
            len(siens) + len(dits),
            sum(li.bloquee for li in lignes),
            (max(jours) if progres in ("remise", "néant") else self.jour) > echeance,
            (code, ght) in self.echeances,
            verrou is not None,
            verrou is not None
            and any(
                r.rang > verrou[0] and r.rang not in rangs and (r.envoi.campagne, r.envoi.ght) == (code, ght)
                for r in self.recus
            ),
        )


def change_depuis(prise: Etat, etat: Etat) -> bool:
    """Whether amounts, date or status differ; what was notified and is realised, with its amounts, has not changed."""
    realise = (prise[3], etat[3]) == ("notifié", "réalisé")
    return prise[:2] != etat[:2] if realise else prise != etat


def pont(avant: Mapping[Cle, Comptee], apres: Mapping[Cle, Comptee]) -> dict[tuple[str, Cle], Decimal]:
    """What moved *retenu* from one day to another: euros by cause and line."""
    parts: dict[tuple[str, Cle], Decimal] = {}
    for cle in avant.keys() | apres.keys():
        a, b = avant.get(cle), apres.get(cle)
        declare = (b.declare if b else ZERO) - (a.declare if a else ZERO)
        retire = (b.retire if b else ZERO) - (a.retire if a else ZERO)
        meme = bool(a and b and a.envoi == b.envoi)
        for cause, euros in ((_declare(a, b, meme), declare), (_retire(a, b, meme, retire), -retire)):
            if euros:
                parts[cause, cle] = parts.get((cause, cle), ZERO) + euros
    return parts


def _declare(a: Comptee | None, b: Comptee | None, meme: bool) -> str:
    if a and b:
        return "regle" if meme else "modifiee"
    return "apparue" if b else "disparue"


def _retire(a: Comptee | None, b: Comptee | None, meme: bool, retire: Decimal) -> str:
    if b is None:
        return "disparue"
    if (a.decision if a else None) != b.decision or (b.decision and not b.decision[2] and not meme):
        return "apres_verrou" if b.apres_verrou else "decision"
    if meme:
        return "regle"
    return "retiree" if retire > 0 else "retablie"


def change(saisies: Sequence[Saisie], achat: str, **quoi: object) -> list[Saisie]:
    """The same lines with something else typed on one of them."""
    assert any(s.achat == achat for s in saisies)
    return [replace(s, **quoi) if s.achat == achat else s for s in saisies]  # type: ignore[arg-type]
