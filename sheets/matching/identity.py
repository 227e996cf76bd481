"""Ties the lines of a new sending to the actions already known: same number, or a careful match that is said.

Never guesses between two candidates; a match can be refused. For a line carried over, the known value counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any

from config.campaign import Campagne
from config.french import cle, euros, jour
from sheets.checks import CATALOGUE, on_history, on_workbooks
from sheets.checks.catalogue import Ecart
from sheets.findings import Constat, Gravite, rang
from sheets.judged import Classeur, Ligne, Onglet
from sheets.judging.workbook import avec_blocages
from sheets.matching.alike import PASSAGES, SURE, UNLIKE, by_trait, distance, same_purchase
from sheets.register.known_actions import RIEN, Connue, Memoire
from sheets.spelling import number_key
from sheets.trame import Trame
from sheets.trames.paat import on_tabs


def raccorde(
    recu: Classeur, memoire: Memoire, trame: Trame, campagne: Campagne, on_trial: Set[str] = frozenset()
) -> Classeur:
    """The judged workbook with each line under the number of its action, and what that revealed.

    `on_trial` names the checks that warn and do not strike yet.
    """
    if memoire is RIEN or not recu.onglets:
        return recu
    onglets: list[Onglet] = []
    constats = list(recu.constats)
    for onglet in recu.onglets:
        suivi = Suivi(onglet, memoire, trame, campagne)
        onglets.append(replace(onglet, lignes=tuple(suivi.lignes)))
        constats = [*suivi.retenus(constats), *suivi.constats]
        constats += suivi.duplicates(constats, on_trial)
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
        self.said: set[int] = set()
        self.reportees: dict[int, Connue] = {}
        f = onglet.finess
        actions, reports = memoire.actions.get(f, ()), memoire.reports.get(f, ())
        connues = {k.action_id: k for k in (*reports, *actions)}
        former = {k.action_id: k for k in memoire.former.get(f, ()) if k.action_id not in connues}
        refus = {(a, t) for finess, a, t in memoire.distinctes if finess == f}
        self._respell(former.keys() | connues.keys())
        self._rend_aux_originaux(connues)
        self._rend_aux_effacees(connues, refus)
        self._doubt_moved_numbers(connues, former)
        self._reconnait([*connues.values()], refus)
        self._reconnait([*former.values()], refus)
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
        if constat.code == "numero-en-double" or (constat.code == "doublon" and self.carries):
            return True  # they are all said again
        known = self.reportees.get(constat.ligne or 0)
        return constat.gravite is Gravite.REJET and known is not None and not known.bloquee

    @property
    def carries(self) -> bool:
        return any(li.reportee_de for li in self.lignes)

    def duplicates(self, found: Iterable[Constat], on_trial: Set[str]) -> Iterator[Constat]:
        """Now that lines carried over are known, which of two alike is the copy: never the one that is carried."""
        if not self.carries:
            return
        struck = {c.ligne for c in found if c.feuille == self.onglet.feuille and c.gravite is Gravite.REJET}
        sound = sorted((li for li in self.lignes if li.numero not in struck), key=lambda li: not li.reportee_de)
        check = CATALOGUE["doublon"]
        for ligne, ecart in on_tabs.duplicates(sound, self.campagne.exercice):
            cellule = self.onglet.cellule(ecart.colonne, ligne.numero)
            constat = check.constat(ecart, feuille=self.onglet.feuille, ligne=ligne.numero, cellule=cellule)
            yield constat._replace(gravite=Gravite.ALERTE) if check.code in on_trial else constat

    def _respell(self, known: Set[str]) -> None:
        """Numbers that a spreadsheet or a person wrote otherwise (0022 → 22) are the known ones; said once for the tab.

        Two spellings in one tab stay two lines, and so does one that could be either of two known numbers.
        """
        borne = {li.ecrit for li in self.lignes}
        free: dict[str, list[str]] = {}
        spellings: dict[str, list[str]] = {}
        for n in known - borne:
            free.setdefault(number_key(n), []).append(n)
        for n in filter(None, borne - known):
            spellings.setdefault(number_key(n), []).append(n)
        given = {s[0]: free[k][0] for k, s in spellings.items() if len(s) == 1 and len(free.get(k, ())) == 1}
        for place, ligne in enumerate(self.lignes):
            if ligne.ecrit in given:
                self.lignes[place] = ligne._replace(ecrit=given[ligne.ecrit])
                if ligne.action_id == ligne.ecrit:
                    self._donne(place, given[ligne.ecrit])
        if given:
            said = on_history.numbers_respelled(sorted(given.items()))
            self.constats.append(CATALOGUE["identite-reconnue"].constat(said, feuille=self.onglet.feuille))

    def _rend_aux_originaux(self, connues: dict[str, Connue]) -> None:
        """A line copied above its original took its number: it is given back to the one more like the known action."""
        porteuses = {li.action_id: rang for rang, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        for place, copie in enumerate(self.lignes):
            if not copie.ecrit or not self._anonyme(place) or copie.ecrit not in connues:
                continue
            porteuse, connue = porteuses[copie.ecrit], connues[copie.ecrit]
            if distance(copie, connue) < distance(self.lignes[porteuse], connue):
                self._donne(porteuse, copie.action_id)
                self._donne(place, copie.ecrit)
                porteuses[copie.ecrit] = place

    def _rend_aux_effacees(self, connues: Mapping[str, Connue], refus: Set[tuple[str, str]]) -> None:
        """Another purchase bears the number of a known action, which stands elsewhere with its own wiped: it gets it back."""
        porteuses = {li.action_id: place for place, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        for numero, connue in connues.items():
            porteuse = porteuses.get(numero)
            if porteuse is None or distance(self.lignes[porteuse], connue) < UNLIKE:
                continue
            siennes = [p for p, li in enumerate(self.lignes) if not li.ecrit and distance(li, connue) < SURE]
            if len(siennes) == 1 and (numero, cle(connue.intitule)) not in refus and self._anonyme(siennes[0]):
                self._donne(porteuse, self.lignes[siennes[0]].action_id)
                self._retrouve(siennes[0], connue, PASSAGES[distance(self.lignes[siennes[0]], connue)][0])

    def _retrouve(self, place: int, connue: Connue, raison: str) -> None:
        """A line is a known action; it is said, unless a copied number has to be said."""
        ecrit = self.lignes[place].ecrit
        self._donne(place, connue.action_id)
        self.reconnues.add(self.lignes[place].numero)
        if not ecrit or self.lignes[place].numero in self.said:
            ecart = on_history.identite_reconnue.fonction(connue.action_id, raison, ecrit)
            self._ajoute("identite-reconnue", ecart, place)

    def _doubt_moved_numbers(self, connues: Mapping[str, Connue], former: Mapping[str, Connue]) -> None:
        """A column filled anew: a line nothing like the action of its number, or under a number nobody ever bore, that is
        one known action which no line like it bears. It waits for its number; whatever took that one gives it back.
        """
        bearers = {li.action_id: place for place, li in enumerate(self.lignes) if li.ecrit == li.action_id}
        unlike = {n for n, p in bearers.items() if n in connues and distance(self.lignes[p], connues[n]) == UNLIKE}
        free = [k for n, k in connues.items() if n not in bearers or n in unlike]
        index = [by_trait((trait(k), k) for k in free) for _, trait in PASSAGES[:SURE]]
        claims: dict[str, list[int]] = {}
        for number, place in bearers.items():
            if number in unlike or (number not in connues and not self._is_former(place, former)):
                ligne = self.lignes[place]
                alike = {k.action_id for (_, trait), known in zip(PASSAGES, index, strict=False)
                         for k in known.get(trait(ligne.valeurs), ())}  # fmt: skip
                if len(alike) == 1:
                    claims.setdefault(alike.pop(), []).append(place)
                    self.copiees.add(ligne.numero)
                    self.said |= set() if number in connues or number in former else {ligne.numero}
        for number, places in claims.items():
            taker = bearers.get(number)
            if len(places) == 1 and taker is not None and self.lignes[taker].numero not in self.copiees:
                self._donne(taker, "")

    def _is_former(self, place: int, former: Mapping[str, Connue]) -> bool:
        known = former.get(self.lignes[place].action_id)
        return known is not None and distance(self.lignes[place], known) < UNLIKE

    def _reconnait(self, connues: Sequence[Connue], refus: set[tuple[str, str]]) -> None:
        """Lines without number that are like one known action, and like no other."""
        for passage, (raison, trait) in enumerate(PASSAGES):
            portes = {li.action_id for r, li in enumerate(self.lignes) if not self._anonyme(r)}
            libres = by_trait((trait(k), k) for k in connues if k.action_id not in portes)
            candidates = by_trait((trait(li.valeurs), r) for r, li in enumerate(self.lignes) if self._anonyme(r))
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
            donne = self.lignes[place].action_id
            if not donne or donne in pris or donne in portes:
                self._donne(place, next(n for n in libres if n not in portes))
            portes.add(self.lignes[place].action_id)

    def _dit_les_copies(self) -> None:
        for ligne in self.lignes:
            if ligne.ecrit and ligne.ecrit != ligne.action_id and ligne.numero not in self.said & self.reconnues:
                self._dit_la_copie(ligne, ligne.action_id)

    def _reporte(self, reports: dict[str, Connue]) -> None:
        """Lines carried over from the exercice before: the known value counts, whatever was typed over it."""
        absentes = dict(reports)
        for place, ligne in enumerate(self.lignes):
            if not (connue := reports.get(ligne.action_id)) or not same_purchase(ligne, connue):
                continue
            del absentes[ligne.action_id]
            self.lignes[place] = ligne._replace(reportee_de=connue.reference)
            if connue.settled:
                self._carry(place, connue)
        for absente in absentes.values():
            if not absente.struck:
                campagne = absente.reference.split("/")[0]
                ecart = on_history.report_non_repris.fonction(absente.action_id, campagne, absente.report)
                self.constats.append(CATALOGUE["report-non-repris"].constat(ecart, feuille=self.onglet.feuille))

    def _carry(self, place: int, connue: Connue) -> None:
        """The line takes its known value; a decision on the action of the exercice before follows it there."""
        v = self.lignes[place].valeurs
        connu = v._replace(
            gain_annuel=connue.gain_annuel, montant_reference=connue.montant_reference, statut="réalisé",
            date_premiere_commande=connue.date_premiere_commande)  # fmt: skip
        mesure = self.trame.mesure(connu, self.campagne.exercice, self.campagne.situation)
        self.lignes[place] = self.lignes[place]._replace(valeurs=connu, mesure=mesure)
        self.reportees[self.lignes[place].numero] = connue
        if _dit(v) != _dit(connu):
            ecart = on_history.report_modifie.fonction(connue.reference.split("/")[0], _dit(v), _dit(connu))
            self._ajoute("report-modifie", ecart, place)

    def _compare(self, actions: dict[str, Connue]) -> None:
        """Amounts a hundred or a thousand times those of the same line before."""
        for place, ligne in enumerate(self.lignes):
            connue = actions.get(ligne.action_id)
            if connue is None or ligne.numero in self.reportees:
                continue
            for colonne in ("gain_annuel", "montant_reference"):
                avant, maintenant = getattr(connue, colonne), getattr(ligne.valeurs, colonne)
                if ecart := on_history.unite_du_passe(avant or 0, maintenant or 0, colonne):
                    self._ajoute("unite-suspecte", ecart, place)

    def _donne(self, place: int, numero: str) -> None:
        ligne = self.lignes[place]
        self.lignes[place] = ligne._replace(action_id=numero, valeurs=ligne.valeurs._replace(action_id=numero))

    def _dit_la_copie(self, ligne: Ligne, donne: str) -> None:
        cellule = self.onglet.cellule("action_id", ligne.numero)
        self.constats.append(
            on_workbooks.numero_en_double(
                ligne.ecrit, donne, feuille=self.onglet.feuille, ligne=ligne.numero, cellule=cellule
            )
        )

    def _ajoute(self, code: str, ecart: Ecart, place: int) -> None:
        numero = self.lignes[place].numero
        cellule = self.onglet.cellule(ecart.colonne, numero)
        self.constats.append(CATALOGUE[code].constat(ecart, feuille=self.onglet.feuille, ligne=numero, cellule=cellule))


def _dit(v: Any) -> str:
    """What counts of a carried-over line, in words."""
    commande: date | None = v.date_premiere_commande
    montants = [euros(m) if m is not None else "rien" for m in (v.gain_annuel, v.montant_reference)]
    statut = "" if v.statut == "réalisé" else f", statut {v.statut or 'vide'}"
    return (
        f"{montants[0]} de gain sur {montants[1]}, 1re commande {jour(commande) if commande else 'sans date'}{statut}"
    )
