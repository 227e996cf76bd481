"""What was read and judged: lines, tabs and workbooks, with their addresses and their control totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from sheets.findings import Constat, Gravite
from sheets.gain import Mesure
from sheets.trame import Tampon


@dataclass(frozen=True, slots=True)
class Totaux:
    """Control totals. Amounts are the gains of the exercice, in cents.

    lues = vides + ignorées + rejetées + retenues, and déclaré = retiré + retenu: at every hop, or it is a bug.
    """

    lignes_lues: int = 0
    lignes_vides: int = 0
    lignes_ignorees: int = 0
    lignes_rejetees: int = 0
    lignes_retenues: int = 0
    gain_declare: int = 0
    gain_retire: int = 0
    gain_retenu: int = 0

    def __post_init__(self) -> None:
        comptees = self.lignes_vides + self.lignes_ignorees + self.lignes_rejetees + self.lignes_retenues
        if self.lignes_lues != comptees or self.gain_declare != self.gain_retire + self.gain_retenu:
            raise ValueError(f"control totals do not add up: {self}")

    def __add__(self, autre: Totaux) -> Totaux:
        return total((self, autre))


_CHAMPS = tuple(f.name for f in fields(Totaux))
_valeurs = attrgetter(*_CHAMPS)


def total(totaux: Iterable[Totaux]) -> Totaux:
    """Column by column: a country's answer adds a thousand of them."""
    rangs = [_valeurs(t) for t in totaux]
    return Totaux(*map(sum, zip(*rangs, strict=True))) if rangs else Totaux()


class Ligne(NamedTuple):
    """One line of a tab: `numero` is the sheet's own, `valeurs` the typed line of its trame."""

    numero: int
    action_id: str
    valeurs: Any
    mesure: Mesure
    bloquee: bool = False
    """A blocking finding stands on it: a gain is struck out, a loss is flagged and stays in."""
    ecrit: str = ""
    """The number typed in the sheet; `action_id` differs from it when none was, or when it is a copied line's."""
    reportee_de: str | None = None
    """The line of an earlier exercice whose report this is: « 2021-annuelle/390780146/0042 »."""

    def traite(self, exercice: int) -> int:
        """Cents of reference amount, when it was first ordered in the exercice: coverage counts a line once."""
        v = self.valeurs
        commande = v.date_premiere_commande
        a_compter = v.statut == "réalisé" and commande and commande.year == exercice
        return (v.montant_reference or 0) if a_compter else 0

    @property
    def retire(self) -> int:
        """Cents struck out of the exercice: never negative, so that striking never raises a total."""
        return max(self.mesure.gain_exercice, 0) if self.bloquee else 0


@dataclass(frozen=True)
class Onglet:
    """The tab of one établissement. `colonnes` gives the letter of each column, so every value has its cell."""

    feuille: str
    finess: str
    colonnes: dict[str, str]
    lignes: tuple[Ligne, ...] = ()
    vides: int = 0
    ignorees: int = 0
    achats: int | None = None
    """Total purchases written on the first tab, in cents."""
    neant: bool = False
    """« Rien à déclarer »: an answer, with no line."""
    refuse: bool = False
    entete: int = 0
    """Row of the headings in the sheet; 0 for a tab that was not read."""

    @property
    def utilisable(self) -> bool:
        """An empty tab that does not say « rien à déclarer » answers nothing, so it replaces nothing."""
        return not self.refuse and (self.neant or bool(self.lignes))

    def cellule(self, cle: str, ligne: int) -> str:
        """« S14 », or nothing when the column is not in this tab."""
        return f"{self.colonnes[cle]}{ligne}" if cle in self.colonnes else ""

    @cached_property
    def declare_positif(self) -> int:
        """Cents of the positive gains declared: what the quality rate in euros is a share of."""
        return sum(max(ligne.mesure.gain_exercice, 0) for ligne in self.lignes)

    def perimetre_traite(self, exercice: int) -> int:
        """Cents of reference amounts of the kept lines first ordered in the exercice."""
        return sum(ligne.traite(exercice) for ligne in self.lignes if not ligne.bloquee)

    @cached_property
    def notifie(self) -> int:
        """Cents that what is notified would add to the exercice; a struck loss stays in, as everywhere."""
        return sum(_garde(ligne, ligne.mesure.prevision) for ligne in self.lignes)

    @cached_property
    def report(self) -> int:
        """Cents that fall in the next exercice."""
        return sum(_garde(ligne, ligne.mesure.report) for ligne in self.lignes)

    def repris(self, exercice: int) -> int:
        """Cents declared of the exercice by lines first ordered before it: the report already taken up."""
        commandes = ((ligne, ligne.valeurs.date_premiere_commande) for ligne in self.lignes)
        return sum(ligne.mesure.gain_exercice for ligne, jour in commandes if jour and jour.year < exercice)

    @cached_property
    def totaux(self) -> Totaux:
        rejetees = sum(ligne.bloquee for ligne in self.lignes)
        declare = sum(ligne.mesure.gain_exercice for ligne in self.lignes)
        retire = sum(ligne.retire for ligne in self.lignes)
        return Totaux(
            lignes_lues=self.vides + self.ignorees + len(self.lignes),
            lignes_vides=self.vides,
            lignes_ignorees=self.ignorees,
            lignes_rejetees=rejetees,
            lignes_retenues=len(self.lignes) - rejetees,
            gain_declare=declare,
            gain_retire=retire,
            gain_retenu=declare - retire,
        )


def _garde(ligne: Ligne, cents: int) -> int:
    """What is left once a blocking finding strikes a line: its losses."""
    return min(cents, 0) if ligne.bloquee else cents


@dataclass(frozen=True)
class Classeur:
    """One file, read and judged. `lisible` is false when nothing of it could be read as a trame."""

    fichier: str
    tampon: Tampon | None
    onglets: tuple[Onglet, ...]
    constats: tuple[Constat, ...]
    lisible: bool
    remis: bool = False
    contact: str = ""
    exercice: int = 0
    """Of its campaign; 0 when nothing could be read."""

    @cached_property
    def totaux(self) -> Totaux:
        return total(o.totaux for o in self.onglets)

    def under_alert(self, onglet: Onglet) -> int:
        """Cents kept by the lines of a tab that bear an alert, each line once, losses left out."""
        signalees = {c.ligne for c in self.constats if c.gravite is Gravite.ALERTE and c.feuille == onglet.feuille}
        return sum(
            max(ligne.mesure.gain_exercice, 0)
            for ligne in onglet.lignes
            if ligne.numero in signalees and not ligne.bloquee
        )

    @property
    def bloquant(self) -> bool:
        return any(c.gravite is Gravite.REJET for c in self.constats)
