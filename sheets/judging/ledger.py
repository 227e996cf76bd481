"""Ties the lines of a new sending to the actions already known: same number, or a careful match that is said.

Never guesses between two candidates; a match can be refused. For a line carried over, the known value counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from config.campagne import Campagne
from config.langue import cle, euros
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
        constats = [c for c in constats if c.feuille != onglet.feuille or not suivi.perime(c)] + suivi.constats
    onglets, constats = avec_blocages(onglets, constats)
    return replace(recu, onglets=tuple(onglets), constats=tuple(sorted(constats, key=rang)))


class Suivi:
    """The lines of one tab while they find their numbers. `lignes` and `constats` are what comes out."""

    def __init__(self, onglet: Onglet, memoire: Memoire, trame: Trame, campagne: Campagne) -> None:
        self.onglet, self.trame, self.campagne = onglet, trame, campagne
        self.lignes = list(onglet.lignes)
        self.constats: list[Constat] = []
        self.renumerotees: set[int] = set()
        self.reportees: set[int] = set()
        actions = memoire.actions.get(onglet.finess, ())
        reports = tuple(k for k in memoire.reports.get(onglet.finess, ()))
        refus = {(a, t) for f, a, t in memoire.distinctes if f == onglet.finess}
        self._rend_aux_originaux({k.action_id: k for k in (*reports, *actions)})
        self._reconnait([*actions, *(k for k in reports if k.action_id not in {a.action_id for a in actions})], refus)
        self._renumerote(memoire.numeros.get(onglet.finess, frozenset()) | {k.action_id for k in reports})
        self._reporte({k.action_id: k for k in reports})
        self._compare({k.action_id: k for k in actions})

    def perime(self, constat: Constat) -> bool:
        """Whether a finding of the reading no longer holds: another number was given, the known value counts."""
        if constat.code == "numero-en-double":
            return constat.ligne in self.renumerotees
        return constat.gravite is Gravite.REJET and constat.ligne in self.reportees

    def _rend_aux_originaux(self, connues: dict[str, Connue]) -> None:
        """A line copied above its original took its number: it is given back to the one that is like the known action."""
        porteuses = {li.action_id: rang for rang, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        for rang_, copie in enumerate(self.lignes):
            if not copie.ecrit or copie.ecrit == copie.action_id or copie.ecrit not in connues:
                continue
            porteuse, connue = porteuses[copie.ecrit], connues[copie.ecrit]
            if _meme(copie, connue) and not _meme(self.lignes[porteuse], connue):
                premier = self.lignes[porteuse]
                self._donne(rang_, copie.ecrit)
                self._donne(porteuse, copie.action_id)
                self._dit_la_copie(premier, copie.action_id)

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
                        self._donne(place, connue.action_id)
                        dit = histoire.identite_reconnue.fonction(connue.action_id, raison)
                        self._ajoute("identite-reconnue", dit, place)

    def _anonyme(self, place: int) -> bool:
        ligne = self.lignes[place]
        return not ligne.ecrit and ligne.numero not in self.renumerotees

    def _renumerote(self, pris: frozenset[str] | set[str]) -> None:
        """A new action takes a number that none ever bore."""
        portes = Counter(li.action_id for li in self.lignes)
        libres = iter(n for n in (f"{n:04d}" for n in range(1, 10_000)) if n not in pris and n not in portes)
        for place, ligne in enumerate(self.lignes):
            nouvelle = ligne.ecrit != ligne.action_id and ligne.numero not in self.renumerotees
            if nouvelle and (ligne.action_id in pris or portes[ligne.action_id] > 1):
                donne = next(libres)
                self._donne(place, donne)
                if ligne.ecrit:
                    self._dit_la_copie(ligne, donne)

    def _reporte(self, reports: dict[str, Connue]) -> None:
        """Lines carried over from the exercice before: the known value counts, whatever was typed over it."""
        presents = {li.action_id for li in self.lignes}
        for absente in reports.values():
            if absente.action_id not in presents:
                ecart = histoire.report_disparu(absente.action_id, absente.reference.split("/")[0], absente.report)
                self.constats.append(CATALOGUE["ligne-disparue"].constat(ecart, feuille=self.onglet.feuille))
        for place, ligne in enumerate(self.lignes):
            if not (connue := reports.get(ligne.action_id)) or not _le_meme_achat(ligne, connue):
                continue
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
        self.renumerotees.add(ligne.numero)
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


def _meme(ligne: Ligne, connue: Connue) -> bool:
    return PASSAGES[0][1](ligne.valeurs) == PASSAGES[0][1](connue)


def _le_meme_achat(ligne: Ligne, connue: Connue) -> bool:
    """Whether a line that bears a carried-over number is that purchase, and not a new one under the same number."""
    commande: date | None = ligne.valeurs.date_premiere_commande
    return cle(ligne.valeurs.intitule or "") == cle(connue.intitule) or commande == connue.premiere_commande


def _dit(v: Any) -> str:
    """What counts of a carried-over line, in words."""
    commande: date | None = v.date_premiere_commande
    montants = [euros(m) if m is not None else "rien" for m in (v.gain_annuel, v.montant_reference)]
    return f"{montants[0]} de gain sur {montants[1]}, 1re commande {commande.strftime('%d/%m/%Y') if commande else 'sans date'}"
