"""A judged workbook without what was typed in it: amounts, dates, labels of ours, rules and addresses are left. Pure.

For a companion that leaves for where business secrets may not go. Moves no line and no cell.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from config.folder import Dossier
from sheets.checks import CATALOGUE
from sheets.findings import Constat
from sheets.judged import Classeur, Ligne, Onglet
from sheets.tab_names import noms_d_onglets
from sheets.trame import Trame
from sheets.trames import TRAMES

PRIX = ("prix_reference", "prix_nouveau", "quantite")
"""What a supplier's price is told by."""
FICHIER = "{nom} - trame {campagne}"


def discret(classeur: Classeur, dossier: Dossier, labels: Collection[str]) -> Classeur:
    """The same lines at the same cells, under names of ours; `labels` are those that may be said as they are."""
    if classeur.tampon is None or classeur.tampon.trame not in TRAMES:
        return replace(classeur, fichier="", constats=tuple(_titre_seul(c, {}) for c in classeur.constats))
    t, trame = classeur.tampon, TRAMES[classeur.tampon.trame]
    noms = noms_d_onglets(dossier.territoire.membres(t.ght, dossier.campagnes[t.campagne].situation))
    feuilles = {o.feuille: noms.get(o.finess, f"Onglet {rang}") for rang, o in enumerate(classeur.onglets, 1)}
    return replace(
        classeur,
        fichier=FICHIER.format(nom=dossier.territoire.ghts[t.ght].nom, campagne=t.campagne),
        onglets=tuple(_onglet(o, feuilles[o.feuille], trame, labels) for o in classeur.onglets),
        constats=tuple(_titre_seul(c, feuilles) for c in classeur.constats),
        contact="",
    )


def _onglet(o: Onglet, nom: str, trame: Trame, labels: Collection[str]) -> Onglet:
    return replace(o, feuille=nom, lignes=tuple(_ligne(li, trame, labels) for li in o.lignes))


def _ligne(li: Ligne, trame: Trame, labels: Collection[str]) -> Ligne:
    tus = {c.cle: None for c in trame.colonnes if c.cle in PRIX or _est_un_texte(li, c.cle, labels)}
    return li._replace(valeurs=li.valeurs._replace(**tus), ecrit="")


def _est_un_texte(li: Ligne, cle: str, labels: Collection[str]) -> bool:
    """Whether a cell holds words of somebody's own; an action's number is none when it is a number."""
    valeur = getattr(li.valeurs, cle, None)
    if not isinstance(valeur, str):
        return False
    return not re.fullmatch("[0-9]{1,6}", valeur) if cle == "action_id" else valeur not in labels


def _titre_seul(c: Constat, feuilles: dict[str, str]) -> Constat:
    """The finding under the title of its rule, with the reason of it: its sentence may quote the cell."""
    regle = CATALOGUE[c.code]
    return c._replace(
        message=f"{regle.titre}.", correction=regle.pourquoi, valeur="", feuille=feuilles.get(c.feuille, "")
    )
