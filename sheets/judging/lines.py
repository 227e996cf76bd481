"""Lines as read → typed lines, what each is worth, and what the checks have to say of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sheets.cells import Doubtful, Probleme, Reconnu
from sheets.checks import CATALOGUE, on_workbooks
from sheets.checks.catalogue import Contexte, Controle, Ecart, pour
from sheets.findings import Constat, Gravite
from sheets.judged import Ligne, Onglet
from sheets.reading.read_tab import LigneLue, OngletLu
from sheets.spelling import number_key
from sheets.trame import Trame

_USED: dict[type, str] = {Reconnu: "valeur-reconnue", Doubtful: "montant-douteux"}
"""What was used all the same → the check that says so."""


def juge_lignes(lu: OngletLu, feuille: str, trame: Trame, contexte: Contexte) -> tuple[list[Ligne], list[Constat]]:
    """Type, measure and judge the lines of one tab: each alone, then together."""
    lignes: list[Ligne] = []
    constats: list[Constat] = []
    for lue, numero in _numerotees(lu.lignes):
        ecrit = lue.valeurs.get("action_id")
        if ecrit and ecrit != numero:
            adresse = f"{lu.colonnes['action_id']}{lue.numero}"
            constats.append(
                on_workbooks.numero_en_double(ecrit, numero, feuille=feuille, ligne=lue.numero, cellule=adresse)
            )
        valeurs = trame.ligne(**{**lue.valeurs, "action_id": numero})
        mesure = trame.mesure(valeurs, contexte.campagne.exercice, contexte.campagne.situation)
        ligne = Ligne(lue.numero, numero, valeurs, mesure, ecrit=ecrit or "")
        lignes.append(ligne)
        for controle, ecart in _ecarts(lue, ligne, trame, contexte):
            constats.append(_a_sa_place(controle, ecart, feuille, ligne, lu.colonnes, contexte))
    bloquees = {c.ligne for c in constats if c.gravite is Gravite.REJET}
    saines = [ligne for ligne in lignes if ligne.numero not in bloquees]  # a line struck out cannot strike another
    for controle in pour(trame.code, "tableau"):
        for ligne, ecart in controle.fonction(saines, contexte):
            constats.append(_a_sa_place(controle, ecart, feuille, ligne, lu.colonnes, contexte))
    return lignes, constats


def juge_la_trame(onglets: Sequence[Onglet], trame: Trame, contexte: Contexte) -> list[Constat]:
    """What the checks have to say of all the lines of a workbook together."""
    chez = {id(ligne): onglet for onglet in onglets for ligne in onglet.lignes}
    toutes = [ligne for onglet in onglets for ligne in onglet.lignes]
    return [
        _a_sa_place(controle, ecart, chez[id(ligne)].feuille, ligne, chez[id(ligne)].colonnes, contexte)
        for controle in pour(trame.code, "trame")
        for ligne, ecart in controle.fonction(toutes, contexte)
    ]


def _numerotees(lues: Sequence[LigneLue]) -> Iterator[tuple[LigneLue, str]]:
    """Each line with its number: its own, or the first free one for a line without number or a copy."""
    ecrits = {number_key(lue.valeurs.get("action_id") or "") for lue in lues}
    libres = iter(f"{rang:04d}" for rang in range(1, 2 * len(lues) + 2) if str(rang) not in ecrits)
    pris: set[str] = set()
    for lue in lues:
        ecrit = lue.valeurs.get("action_id")
        numero = ecrit if ecrit and ecrit not in pris else next(libres)
        pris.add(numero)
        yield lue, numero


def _ecarts(lue: LigneLue, ligne: Ligne, trame: Trame, contexte: Contexte) -> Iterable[tuple[Controle, Ecart]]:
    """Everything the checks have to say of one line: cells first, then the line as a whole."""
    for cle, probleme in lue.problemes.items():
        c = trame.par_cle[cle]
        requis = c.requis is not None and c.requis.quand(lue.valeurs)
        code = probleme.code if isinstance(probleme, Probleme) else _USED[type(probleme)]
        yield CATALOGUE[code], CATALOGUE[code].fonction(c.titre, requis, probleme)._replace(colonne=cle)
    for c, absence in trame.requises:
        if c.cle not in lue.valeurs and c.cle not in lue.problemes and absence.quand(lue.valeurs):
            yield CATALOGUE[absence.code], _absence(absence.code, c.titre, c.cle)
    for controle in pour(trame.code, "ligne"):
        if ecart := controle.fonction(ligne.valeurs, contexte):
            yield controle, ecart


@cache
def _absence(code: str, titre: str, cle: str) -> Ecart:
    """What is said of a blank required cell: the same on every line."""
    ecart: Ecart = CATALOGUE[code].fonction(titre, True, None)
    return ecart._replace(colonne=cle)


def _a_sa_place(
    controle: Controle, ecart: Ecart, feuille: str, ligne: Ligne, colonnes: dict[str, str], contexte: Contexte
) -> Constat:
    """The finding at its cell; a check on trial warns and never strikes out."""
    cellule = f"{colonnes[ecart.colonne]}{ligne.numero}" if ecart.colonne in colonnes else ""
    constat = controle.constat(ecart, feuille=feuille, ligne=ligne.numero, cellule=cellule)
    if controle.code in contexte.essais and constat.gravite is Gravite.REJET:
        return constat._replace(gravite=Gravite.ALERTE, message=f"{constat.message} (contrôle à l'essai)")
    return constat
