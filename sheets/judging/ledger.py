"""Ties the lines of a new sending to the actions already known: same number, or a careful match that is said.

Never guesses between two candidates; a match can be refused. For a line carried over, the known value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any

from config.campagne import Campagne
from config.langue import cle, euros, jour
from sheets.checks import CATALOGUE, classeur, histoire
from sheets.checks.catalogue import Ecart
from sheets.constats import Constat, Gravite, rang
from sheets.judging.workbook import avec_blocages
from sheets.lignes import Classeur, Ligne, Onglet
from sheets.register.ledger import RIEN, Connue, Memoire
from sheets.trame import Trame

PASSAGES: tuple[tuple[str, Callable[[Any], tuple[Any, ...]]], ...] = (
    ("même intitulé, même marché, mêmes montants",
     lambda v: (cle(v.intitule or ""), v.marche or "", v.gain_annuel, v.montant_reference)),
    ("même intitulé, même marché", lambda v: (cle(v.intitule), v.marche) if v.intitule and v.marche else ()),
    ("même intitulé, même famille", lambda v: (cle(v.intitule), v.famille) if v.intitule else ()),
)  # fmt: skip
"""How alike two lines must be, from the surest; each must single out one line on both sides."""


def raccorde(recu: Classeur, memoire: Memoire, trame: Trame, campagne: Campagne) -> Classeur:
    """The judged workbook with each line under the number of its action, and what that revealed."""
    if memoire is RIEN or not recu.onglets:
        return recu
    onglets: list[Onglet] = []
    constats = list(recu.constats)
    for onglet in recu.onglets:
        suivi = Suivi(onglet, memoire, trame, campagne)
        onglets.append(replace(onglet, lignes=tuple(suivi.lignes)))
        constats = [*suivi.retenus(constats), *suivi.constats]
    onglets, constats = avec_blocages(onglets, constats)
    return replace(recu, onglets=tuple(onglets), constats=tuple(sorted(constats, key=rang)))


class Suivi:
    """The lines of one tab while they find their numbers. `lignes` and `constats` are what comes out."""

    def __init__(self, onglet: Onglet, memoire: Memoire, trame: Trame, campagne: Campagne) -> None:
        self.onglet, self.trame, self.campagne = onglet, trame, campagne
        self.lignes = list(onglet.lignes)
        self.constats: list[Constat] = []
        self.reconnues: set[int] = set()
        self.copiees: set[int] = set()
        self.reportees: set[int] = set()
        f = onglet.finess
        actions, reports = memoire.actions.get(f, ()), memoire.reports.get(f, ())
        connues = {k.action_id: k for k in (*reports, *actions)}
        refus = {(a, t) for finess, a, t in memoire.distinctes if finess == f}
        self._rend_aux_originaux(connues)
        self._rend_aux_effacees(connues, refus)
        self._cherche_les_copies_seules(connues)
        self._reconnait([*connues.values()], refus)
        self.copiees.clear()  # those that were not found again keep the number they bear
        deja = {n: a for n, a in memoire.deja.get(f, {}).items() if a not in connues}
        self._renumerote(memoire.numeros.get(f, frozenset()) | connues.keys(), deja)
        self._dit_les_copies()
        self._reporte({k.action_id: k for k in reports})
        self._compare({k.action_id: k for k in actions})

    def retenus(self, constats: Iterable[Constat]) -> Iterator[Constat]:
        """The findings of the reading that still hold, now that numbers are given and known values count."""
        for c in constats:
            if c.feuille != self.onglet.feuille or not self._perime(c):
                yield c
            elif c.code == "donnee-personnelle":
                yield c._replace(gravite=Gravite.ALERTE)  # a number to wipe, that takes nothing from the known value

    def _perime(self, constat: Constat) -> bool:
        if constat.code == "numero-en-double":
            return True  # they are all said again
        return constat.gravite is Gravite.REJET and constat.ligne in self.reportees

    def _rend_aux_originaux(self, connues: dict[str, Connue]) -> None:
        """A line copied above its original took its number: it is given back to the one more like the known action."""
        porteuses = {li.action_id: rang for rang, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        for place, copie in enumerate(self.lignes):
            if not copie.ecrit or not self._anonyme(place) or copie.ecrit not in connues:
                continue
            porteuse, connue = porteuses[copie.ecrit], connues[copie.ecrit]
            if _distance(copie, connue) < _distance(self.lignes[porteuse], connue):
                self._donne(porteuse, copie.action_id)
                self._donne(place, copie.ecrit)
                porteuses[copie.ecrit] = place

    def _rend_aux_effacees(self, connues: Mapping[str, Connue], refus: Set[tuple[str, str]]) -> None:
        """Another purchase bears the number of a known action, which stands elsewhere with its own wiped: it gets it back."""
        porteuses = {li.action_id: place for place, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        for numero, connue in connues.items():
            porteuse = porteuses.get(numero)
            if porteuse is None or _distance(self.lignes[porteuse], connue) < len(PASSAGES):
                continue
            siennes = [p for p, li in enumerate(self.lignes) if not li.ecrit and _distance(li, connue) <= 1]
            if len(siennes) == 1 and (numero, cle(connue.intitule)) not in refus and self._anonyme(siennes[0]):
                self._donne(porteuse, self.lignes[siennes[0]].action_id)
                self._retrouve(siennes[0], connue, PASSAGES[_distance(self.lignes[siennes[0]], connue)][0])

    def _retrouve(self, place: int, connue: Connue, raison: str) -> None:
        """A line is a known action; it is said, unless a copied number has to be said."""
        self._donne(place, connue.action_id)
        self.reconnues.add(self.lignes[place].numero)
        if not self.lignes[place].ecrit:
            self._ajoute("identite-reconnue", histoire.identite_reconnue.fonction(connue.action_id, raison), place)

    def _cherche_les_copies_seules(self, connues: Mapping[str, Connue]) -> None:
        """A copy whose original was taken out bears its number, is nothing like it, and is itself a known action."""
        portes = {li.ecrit for li in self.lignes}
        for ligne in self.lignes:
            connue = connues.get(ligne.ecrit)
            if ligne.ecrit == ligne.action_id and connue and _distance(ligne, connue) == len(PASSAGES):
                semblables = [k for k in connues.values() if k.action_id not in portes and _distance(ligne, k) <= 1]
                if len(semblables) == 1:
                    self.copiees.add(ligne.numero)

    def _reconnait(self, connues: Sequence[Connue], refus: set[tuple[str, str]]) -> None:
        """Lines without number that are like one known action, and like no other."""
        for passage, (raison, trait) in enumerate(PASSAGES):
            portes = {li.action_id for r, li in enumerate(self.lignes) if not self._anonyme(r)}
            libres = _par_trait((trait(k), k) for k in connues if k.action_id not in portes)
            candidates = _par_trait((trait(li.valeurs), r) for r, li in enumerate(self.lignes) if self._anonyme(r))
            for traits, places in candidates.items():
                semblables = libres.get(traits, [])
                # Lines alike in everything may stand for one another; otherwise one alone must fit, on both sides.
                if passage and (len(places), len(semblables)) != (1, 1):
                    continue
                for place, connue in zip(places, semblables, strict=False):
                    if (connue.action_id, cle(connue.intitule)) not in refus:
                        self._retrouve(place, connue, raison)

    def _anonyme(self, place: int) -> bool:
        """Whether a line still waits for its number: none was typed, or that of the line it was copied from."""
        ligne = self.lignes[place]
        sans = ligne.ecrit != ligne.action_id or ligne.numero in self.copiees
        return sans and ligne.numero not in self.reconnues

    def _renumerote(self, pris: Set[str], deja: Mapping[int, str]) -> None:
        """A new action takes a number that none ever bore; judged again, the one it was given the first time."""
        nouvelles = [place for place in range(len(self.lignes)) if self._anonyme(place)]
        portes = {li.action_id for place, li in enumerate(self.lignes) if not self._anonyme(place)}
        libres = iter(n for n in (f"{n:04d}" for n in range(1, 10_000)) if n not in pris and n not in portes)
        a_nommer = []
        for place in nouvelles:
            numero = deja.get(self.lignes[place].numero, "")
            if numero and numero not in portes:
                self._donne(place, numero)
                portes.add(numero)
            else:
                a_nommer.append(place)
        for place in a_nommer:
            if self.lignes[place].action_id in pris or self.lignes[place].action_id in portes:
                self._donne(place, next(n for n in libres if n not in portes))
            portes.add(self.lignes[place].action_id)

    def _dit_les_copies(self) -> None:
        for ligne in self.lignes:
            if ligne.ecrit and ligne.ecrit != ligne.action_id:
                self._dit_la_copie(ligne, ligne.action_id)

    def _reporte(self, reports: dict[str, Connue]) -> None:
        """Lines carried over from the exercice before: the known value counts, whatever was typed over it."""
        absentes = dict(reports)
        for place, ligne in enumerate(self.lignes):
            if not (connue := reports.get(ligne.action_id)) or not _le_meme_achat(ligne, connue):
                continue
            del absentes[ligne.action_id]
            v = ligne.valeurs
            connu = v._replace(
                gain_annuel=connue.gain_annuel, montant_reference=connue.montant_reference, statut="réalisé",
                date_premiere_commande=connue.premiere_commande)  # fmt: skip
            mesure = self.trame.mesure(connu, self.campagne.exercice, self.campagne.situation)
            self.lignes[place] = ligne._replace(valeurs=connu, mesure=mesure, reportee_de=connue.reference)
            self.reportees.add(ligne.numero)
            if _dit(v) != _dit(connu):
                ecart = histoire.report_modifie.fonction(connue.reference.split("/")[0], _dit(v), _dit(connu))
                self._ajoute("report-modifie", ecart, place)
        for absente in absentes.values():
            ecart = histoire.report_disparu(absente.action_id, absente.reference.split("/")[0], absente.report)
            self.constats.append(CATALOGUE["ligne-disparue"].constat(ecart, feuille=self.onglet.feuille))

    def _compare(self, actions: dict[str, Connue]) -> None:
        """Amounts a hundred or a thousand times those of the same line before."""
        for place, ligne in enumerate(self.lignes):
            connue = actions.get(ligne.action_id)
            if connue is None or ligne.numero in self.reportees:
                continue
            for colonne in ("gain_annuel", "montant_reference"):
                avant, maintenant = getattr(connue, colonne), getattr(ligne.valeurs, colonne)
                if ecart := histoire.unite_du_passe(avant or 0, maintenant or 0, colonne):
                    self._ajoute("unite-suspecte", ecart, place)

    def _donne(self, place: int, numero: str) -> None:
        ligne = self.lignes[place]
        self.lignes[place] = ligne._replace(action_id=numero, valeurs=ligne.valeurs._replace(action_id=numero))

    def _dit_la_copie(self, ligne: Ligne, donne: str) -> None:
        cellule = self.onglet.cellule("action_id", ligne.numero)
        self.constats.append(
            classeur.numero_en_double(
                ligne.ecrit, donne, feuille=self.onglet.feuille, ligne=ligne.numero, cellule=cellule
            )
        )

    def _ajoute(self, code: str, ecart: Ecart, place: int) -> None:
        numero = self.lignes[place].numero
        cellule = self.onglet.cellule(ecart.colonne, numero)
        self.constats.append(CATALOGUE[code].constat(ecart, feuille=self.onglet.feuille, ligne=numero, cellule=cellule))


def _par_trait(paires: Iterable[tuple[tuple[Any, ...], Any]]) -> dict[tuple[Any, ...], list[Any]]:
    """What bears each trait, in order; those that say nothing are left out."""
    vus: dict[tuple[Any, ...], list[Any]] = {}
    for traits, chose in paires:
        if any(traits):
            vus.setdefault(traits, []).append(chose)
    return vus


def _distance(ligne: Ligne, connue: Connue) -> int:
    """The first way in which a line is like a known action; the number of ways when it is like it in none."""
    traits = ((trait(ligne.valeurs), trait(connue)) for _, trait in PASSAGES)
    return next((rang for rang, (a, b) in enumerate(traits) if a == b and any(a)), len(PASSAGES))


def _le_meme_achat(ligne: Ligne, connue: Connue) -> bool:
    """Whether a line that bears a carried-over number is that purchase, and not a new one under the same number."""
    commande: date | None = ligne.valeurs.date_premiere_commande
    return cle(ligne.valeurs.intitule or "") == cle(connue.intitule) or commande == connue.premiere_commande


def _dit(v: Any) -> str:
    """What counts of a carried-over line, in words."""
    commande: date | None = v.date_premiere_commande
    montants = [euros(m) if m is not None else "rien" for m in (v.gain_annuel, v.montant_reference)]
    statut = "" if v.statut == "réalisé" else f", statut {v.statut or 'vide'}"
    return (
        f"{montants[0]} de gain sur {montants[1]}, 1re commande {jour(commande) if commande else 'sans date'}{statut}"
    )
