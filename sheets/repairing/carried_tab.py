"""Reads one tab of a damaged trame for its rewriting: the lines to carry over, and everything that is not.

Nothing is passed over in silence: each cell that holds something is carried, ours, or listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from config.french import compte, enumeration
from sheets import cells
from sheets.cell_address import adresse
from sheets.cells import MASQUE, Probleme
from sheets.checks import CATALOGUE
from sheets.findings import Constat, plages
from sheets.judged import Ligne
from sheets.judging.lines import juge_lignes
from sheets.judging.tabs import Envoi
from sheets.reading import rows as reading
from sheets.reading import sheet_xml
from sheets.reading.headings import ANCRES
from sheets.reading.opening import OngletBrut
from sheets.reading.read_tab import LigneLue, OngletLu
from sheets.repairing.carried_cell import a_reprendre
from sheets.repairing.what_changed import Changement, Nature
from sheets.trame import cle_entete, lit_tampon
from sheets.writing.safe_cells import Valeur


class LigneReprise(NamedTuple):
    """A line to write: where it stood, its number, its cells by column."""

    origine: int
    action_id: str
    cellules: dict[str, Valeur]


@dataclass(eq=False)
class Reprise:
    """A tab being carried over. `changements` grows as it is read."""

    envoi: Envoi
    brut: OngletBrut
    finess: str
    lu: OngletLu
    changements: list[Changement] = field(default_factory=list)
    lignes: list[LigneReprise] = field(default_factory=list)

    @cached_property
    def cles(self) -> dict[str, str]:
        """The column of each letter."""
        return {lettre: cle for cle, lettre in self.lu.colonnes.items()}

    @cached_property
    def formules(self) -> set[str] | None:
        return sheet_xml.porteuses(self.envoi.octets, self.brut.nom)

    def note(self, nature: Nature, texte: str, cellule: str = "", valeur: str = "") -> None:
        self.changements.append(Changement(nature, texte, self.brut.nom, cellule, valeur))

    def cellules(self, numero: int) -> Iterator[tuple[str, str, object]]:
        """(column, address, raw value) of each cell of a row that holds something; the column is "" when it is not ours."""
        rangee = self.brut.rangees[numero - 1 - self.brut.ligne_0]
        for rang, valeur in enumerate(rangee, self.brut.colonne_0):
            if remplie(valeur):
                ou = adresse(rang, numero)
                yield self.cles.get(ou.rstrip("0123456789"), ""), ou, valeur


def remplie(valeur: object) -> bool:
    return valeur is not None and (not isinstance(valeur, str) or bool(cells.tasse(valeur)))


def reprend(envoi: Envoi, brut: OngletBrut, finess: str) -> Reprise | None:
    """Read a tab for its rewriting. None when it has no headings that can be recognised."""
    lecteurs = reading.lecteurs(envoi.trame, envoi.dossier)
    lu = reading.lit(brut, envoi.trame, lecteurs, envoi.octets, malgre_tout=True)
    if lu is None:
        return None
    reprise = Reprise(envoi, brut, finess, lu)
    exclues = _entetes(reprise)
    lignes, _ = juge_lignes(lu, brut.nom, envoi.trame, envoi.contexte(finess))
    for lue, ligne in zip(lu.lignes, lignes, strict=True):
        reprise.lignes.append(_ligne(reprise, lue, ligne, exclues))
    _remises_au_propre(reprise)
    _le_reste(reprise)
    _erreurs(reprise)
    _formules(reprise)
    for ou, texte in sheet_xml.notes(envoi.octets, brut.nom).items():
        reprise.note(Nature.LAISSE, "Note (commentaire Excel) posée sur cette cellule.", ou, texte)
    return reprise


def _entetes(reprise: Reprise) -> set[str]:
    """Say what became of the headings; return the columns that are not carried, being in another unit."""
    euros = {cle for cle, col in reprise.envoi.trame.par_cle.items() if col.genre == "euros"}
    exclues = set(euros) if reprise.envoi.dit.units else set()
    for ou, (said, unit) in reprise.envoi.dit.units.items():
        texte = f"Le premier onglet ({ou}) dit « {said} » ({unit}). Les montants ne sont pas repris : saisissez des euros TTC."
        reprise.note(Nature.CORRIGER, texte, "")
    for c in reprise.lu.constats:
        if c.code == "colonne-reconnue":
            reprise.note(Nature.COMPRIS, _sans_conseil(c), c.cellule, c.valeur)
        elif c.code == "unite-de-colonne":
            cle = reprise.cles.get(c.cellule.rstrip("0123456789"), "")
            exclues |= {cle} if cle in euros else euros  # a note beside the table is about all of its amounts
            reprise.note(
                Nature.CORRIGER, f"{c.message} Ses valeurs ne sont pas reprises : saisissez des euros TTC.", c.cellule
            )
        elif c.code in ("colonne-absente", "colonne-en-double"):
            reprise.note(Nature.CORRIGER, f"{c.message} La trame propre l'a de nouveau : vérifiez-la.", c.cellule)  # fmt: skip
    return exclues


def _sans_conseil(c: Constat) -> str:
    return c.message.replace("elle est lue ici", "elle est de nouveau à la sienne")


def _ligne(reprise: Reprise, lue: LigneLue, ligne: Ligne, exclues: set[str]) -> LigneReprise:
    """The cells of one line that go over; those that do not are listed."""
    trame = reprise.envoi.trame
    lecteurs = reading.lecteurs(trame, reprise.envoi.dossier)
    cellules: dict[str, Valeur] = {}
    for cle, ou, brut in reprise.cellules(lue.numero):
        c = trame.par_cle.get(cle)
        if c is None or cle in exclues:
            titre = (
                "d'une colonne qui n'est pas de la trame" if c is None else f"de « {c.titre} », dans une autre unité"
            )
            reprise.note(Nature.LAISSE, f"Valeur {titre}.", ou, cells.vu(brut))
        elif c.genre == "calcul" or cle == "action_id":
            continue
        elif (valeur := a_reprendre(c, brut, lecteurs[cle])) is None:
            reprise.note(
                Nature.LAISSE, f"Valeur de « {c.titre} » qu'aucune écriture ne rend à l'identique.", ou, cells.vu(brut)
            )
        else:
            cellules[cle] = valeur
            if isinstance(probleme := lue.problemes.get(cle), Probleme):
                requis = c.requis is not None and c.requis.quand(lue.valeurs)
                dit = CATALOGUE[probleme.code].fonction(c.titre, requis, probleme)
                reprise.note(Nature.CORRIGER, f"{dit.message} {dit.correction}", ou, probleme.vu)
    _numero(reprise, lue, ligne)
    return LigneReprise(lue.numero, ligne.action_id, cellules)


def _numero(reprise: Reprise, lue: LigneLue, ligne: Ligne) -> None:
    """Say that a copied line gets a number of its own."""
    ecrit = lue.valeurs.get("action_id")
    if ecrit and ecrit != ligne.action_id:
        reprise.note(Nature.COMPRIS, f"N° d'action déjà porté plus haut : cette ligne devient « {ligne.action_id} ».",
                     f"{reprise.lu.colonnes['action_id']}{lue.numero}", ecrit)  # fmt: skip


def _remises_au_propre(reprise: Reprise) -> None:
    """Labels written as the list has them, numbers and dates typed as text: said once by column, with how many."""
    trame, labels, textes = reprise.envoi.trame, Counter[tuple[str, str, str]](), Counter[str]()
    origine = {li.origine: li for li in reprise.lignes}
    for numero, ligne in origine.items():
        for cle, _, brut in reprise.cellules(numero):
            ecrite = ligne.cellules.get(cle)
            if not isinstance(brut, str) or ecrite is None:
                continue
            if not isinstance(ecrite, str):
                textes[cle] += 1
            elif trame.par_cle[cle].genre != "texte" and cells.tasse(brut) != ecrite and MASQUE not in ecrite:
                labels[cle, cells.vu(brut), ecrite] += 1
    for (cle, vu, ecrite), n in labels.items():
        ici = f"{reprise.lu.colonnes[cle]} ({compte(n, 'fois', 'fois')})"
        reprise.note(Nature.COMPRIS, f"« {vu} » s'écrit « {ecrite} » dans « {trame.par_cle[cle].titre} ».", ici, vu)
    for cle, n in textes.items():
        quoi = "une date" if trame.par_cle[cle].genre == "date" else "un nombre"
        dit = f"{compte(n, 'valeur saisie', 'valeurs saisies')} en texte dans « {trame.par_cle[cle].titre} » : chacune est maintenant {quoi}."
        reprise.note(Nature.COMPRIS, dit, reprise.lu.colonnes[cle])


def _le_reste(reprise: Reprise) -> None:
    """Every cell of the tab that stands on no line carried over: above the table, below it, totals, notes."""
    reprises = {li.origine for li in reprise.lignes}
    totaux = {c.ligne: c for c in reprise.lu.constats if c.code == "ligne-de-total"}
    for numero in range(reprise.brut.ligne_0 + 1, reprise.brut.ligne_0 + len(reprise.brut.rangees) + 1):
        if numero in reprises:
            continue
        pleines = list(reprise.cellules(numero))
        if numero <= reprise.lu.entete:
            _au_dessus(reprise, numero, pleines)
        elif numero in totaux:
            valeurs = enumeration([cells.vu(v) for cle, _, v in pleines if not _a_nous(reprise, cle)])
            reprise.note(
                Nature.LAISSE,
                "Ligne comprise comme un total, ou comme des en-têtes répétés.",
                f"ligne {numero}",
                valeurs,
            )
        else:
            for cle, ou, valeur in pleines:
                if not _a_nous(reprise, cle):
                    reprise.note(Nature.LAISSE, "Valeur hors du tableau.", ou, cells.vu(valeur))


def _a_nous(reprise: Reprise, cle: str) -> bool:
    """Whether a column is prepared by the template: a number or a formula that stands on a blank line says nothing."""
    c = reprise.envoi.trame.par_cle.get(cle)
    return c is not None and (c.genre == "calcul" or c.cle == "action_id")


def _au_dessus(reprise: Reprise, numero: int, pleines: Sequence[tuple[str, str, object]]) -> None:
    """What was typed above the headings; the title, the stamp and the headings themselves are written anew."""
    trame = reprise.envoi.trame
    connus = sum(_debut_d_entete(cells.vu(v), trame.entetes) for _, _, v in pleines)
    if numero == reprise.lu.entete or connus >= ANCRES:
        for ou, v in ((ou, v) for cle, ou, v in pleines if not cle):
            reprise.note(Nature.LAISSE, "En-tête d'une colonne qui n'est pas de la trame.", ou, cells.vu(v))
        return
    ght = reprise.envoi.dossier.territoire.ghts[reprise.envoi.tampon.ght].nom
    for _, ou, v in pleines:
        dit = cells.vu(v)
        a_nous = lit_tampon(str(v)) or dit == reprise.envoi.membres[reprise.finess] or dit.startswith(f"{ght} ·")
        if not a_nous:
            reprise.note(Nature.LAISSE, "Texte au-dessus du tableau.", ou, dit)


def _debut_d_entete(texte: str, connus: dict[str, str]) -> bool:
    court = cle_entete(texte)
    return bool(court) and any(nom.startswith(court) for nom in connus)


def _erreurs(reprise: Reprise) -> None:
    """Cells that came back blank and hold in truth an error, or a formula nobody ever calculated."""
    reprises = {li.origine for li in reprise.lignes}
    for ou, probleme in sheet_xml.erreurs(reprise.envoi.octets, reprise.brut.nom).items():
        lettres = ou.rstrip("0123456789")
        cle, numero = reprise.cles.get(lettres, ""), int(ou.removeprefix(lettres))
        if _a_nous(reprise, cle):
            continue
        c = reprise.envoi.trame.par_cle.get(cle) if numero in reprises else None
        dit = (
            CATALOGUE[probleme.code].fonction(c.titre if c else "une cellule hors du tableau", False, probleme).message
        )
        suite = " La cellule est vide dans la trame propre." if c else ""
        reprise.note(Nature.CORRIGER if c else Nature.LAISSE, dit + suite, ou, probleme.vu)


def _formules(reprise: Reprise) -> None:
    """Formulas of the person's own, carried as their value; computed columns that had been typed over."""
    if reprise.formules is None:
        return
    tapees: Counter[str] = Counter()
    siennes: list[str] = []
    for ligne in reprise.lignes:
        for cle, ou, _ in reprise.cellules(ligne.origine):
            calcul = cle != "" and reprise.envoi.trame.par_cle[cle].genre == "calcul"
            if calcul and ou not in reprise.formules:
                tapees[cle] += 1
            elif cle in ligne.cellules and ou in reprise.formules:
                siennes.append(ou)
    for ou in siennes:
        reprise.note(Nature.COMPRIS, "Formule remplacée par sa valeur.", ou)
    for cle, n in tapees.items():
        dit = f"« {reprise.envoi.trame.par_cle[cle].titre} » se calcule de nouveau seule ({compte(n, 'valeur y était saisie', 'valeurs y étaient saisies')})."
        reprise.note(Nature.NEUF, dit, reprise.lu.colonnes[cle])


def deplacements(lignes: Sequence[LigneReprise], premiere: int) -> Iterator[tuple[str, str]]:
    """(« lignes 7 à 20 », « lignes 5 à 18 ») for each run of lines that no longer stands where it did."""
    suite: list[tuple[int, int]] = []
    for nouvelle, ligne in enumerate(lignes, premiere):
        if suite and (ligne.origine - nouvelle != suite[-1][0] - suite[-1][1]):
            yield from _suite(suite)
            suite = []
        suite.append((ligne.origine, nouvelle))
    yield from _suite(suite)


def _suite(suite: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    if suite and suite[0][0] != suite[0][1]:
        yield plages(avant for avant, _ in suite), plages(apres for _, apres in suite)


def contenu(brut: OngletBrut) -> int:
    """How many rows of a tab hold something."""
    return sum(any(map(remplie, rangee)) for rangee in brut.rangees)
