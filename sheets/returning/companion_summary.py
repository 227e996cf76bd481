"""The first tab of a companion: by rule, what is wrong, where, what it costs and what to do; then the proof by totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Dossier
from config.french import compte, euros
from sheets import first_tab
from sheets.checks import CATALOGUE
from sheets.findings import Constat, Gravite, Groupe, groupes, plages
from sheets.judged import Classeur, Totaux
from sheets.returning.companion_tab import ENCRES, FONDS, MOTS, Page, Reglee
from sheets.trames.paat.columns import EUROS
from sheets.writing.safe_cells import Valeur, case, hauteur, lie, pose
from sheets.writing.style import BLANC, BLEU, CADRE, GRIS, GRIS_PALE, ROUGE, VERT_PALE, imprime, police, protege, titre

SOMMAIRE = "À corriger"
LARGEURS = (10, 30, 46, 42, 38, 9, 16)
"""Columns A to G, in characters; they fit an A4 page on its side."""
LONGUEUR_D_UN_LIEU = 150
"""Lines named in one cell, in characters; past that, the count says how many and the tab shows which."""


@dataclass(slots=True)
class _Plume:
    """Where the next row goes."""

    feuille: Worksheet
    ligne: int

    def rangee(self, valeurs: Sequence[Valeur], *, gras: bool = False, fond: str = "") -> list[Cell]:
        """Write a bordered row of wrapped cells, high enough for its texts, and go to the next one."""
        cellules = []
        for rang, valeur in enumerate(valeurs, 1):
            cellule = pose(case(self.feuille, self.ligne, rang), valeur)
            nombre = isinstance(valeur, int | float)
            cellule.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if nombre else "left")
            cellule.font, cellule.border = police(gras=gras), CADRE
            cellule.number_format = EUROS if isinstance(valeur, float) else "General"
            if fond:
                cellule.fill = PatternFill("solid", start_color=fond)
            cellules.append(cellule)
        textes = [(v, large) for v, large in zip(valeurs, LARGEURS, strict=False) if isinstance(v, str)]
        self.feuille.row_dimensions[self.ligne].height = hauteur(textes, 16)
        self.ligne += 1
        return cellules

    def entetes(self, titres: Sequence[str]) -> None:
        for cellule in self.rangee(titres, gras=True, fond=BLEU):
            cellule.font = police(gras=True, couleur=BLANC)

    def paragraphe(
        self, texte: str, *, taille: float = 10, gras: bool = False, couleur: str = GRIS, fond: str = ""
    ) -> None:
        """A text over the whole width."""
        self.feuille.merge_cells(start_row=self.ligne, start_column=1, end_row=self.ligne, end_column=len(LARGEURS))
        cellule = pose(case(self.feuille, self.ligne, 1), texte)
        cellule.alignment = Alignment(wrap_text=True, vertical="center")
        cellule.font = police(taille, gras=gras, couleur=couleur)
        if fond:
            cellule.fill = PatternFill("solid", start_color=fond)
        haut = hauteur([(texte, sum(LARGEURS) * 10 / taille)], 17) * max(taille / 10, 1)
        self.feuille.row_dimensions[self.ligne].height = haut
        self.ligne += 1


def ecrit_sommaire(
    feuille: Worksheet, classeur: Classeur, dossier: Dossier, marque: str, pages: Mapping[str, Page], reglees: Sequence[Reglee]
) -> None:  # fmt: skip
    """Write the first tab. `pages` are the companion's other tabs, by the name they bear in the person's file."""
    t = classeur.tampon
    qui = dossier.territoire.ghts[t.ght].nom if t and t.ght in dossier.territoire.ghts else Path(classeur.fichier).name
    campagne = dossier.campagnes.get(t.campagne) if t else None
    titre(feuille, f"À corriger — {qui}", campagne.titre.capitalize() if campagne else "")
    pose(feuille["A3"], marque).font = police(10, gras=True, couleur=ROUGE)
    feuille.sheet_view.showGridLines = False
    for lettre, largeur in zip("ABCDEFG", LARGEURS, strict=True):
        feuille.column_dimensions[lettre].width = largeur
    plume = _Plume(feuille, 5)
    _en_bref(plume, classeur)
    _regles(plume, classeur, pages)
    if classeur.lisible:
        _reglees(plume, reglees, pages)
        _totaux(plume, classeur, dossier, pages)
    protege(feuille)
    imprime(feuille)
    feuille.page_setup.paperSize = feuille.PAPERSIZE_A4


def _en_bref(plume: _Plume, classeur: Classeur) -> None:
    """What a tired person reads first, and perhaps alone."""
    rejets, alertes = (sum(c.gravite is g for c in classeur.constats) for g in (Gravite.REJET, Gravite.ALERTE))
    t = classeur.totaux
    if not classeur.lisible:
        dit, fond = (
            "Ce fichier n'a pas pu être lu : rien n'en est compté. Voici pourquoi, et quoi faire.",
            FONDS[Gravite.REJET],
        )
    elif rejets:
        dit = f"{compte(t.lignes_rejetees, 'ligne est retirée', 'lignes sont retirées')} du total, soit {euros(t.gain_retire)} en moins."
        dit, fond = (
            (dit if t.lignes_rejetees else "Une partie de ce fichier n'a pas pu être lue."),
            FONDS[Gravite.REJET],
        )
    elif alertes:
        dit, fond = f"Rien n'est retiré. {compte(alertes, 'point')} à relire.", FONDS[Gravite.ALERTE]
    else:
        dit, fond = "Rien à corriger : tout ce qui est saisi est compté.", VERT_PALE
    plume.paragraphe(dit, taille=14, gras=True, couleur=BLEU, fond=fond)
    if classeur.lisible:
        remise = "La trame est marquée « remise »." if classeur.remis else (
            f"La trame n'est pas encore remise : écrivez « {first_tab.OUI} » au premier onglet quand tout sera saisi.")  # fmt: skip
        plume.paragraphe(remise)
        plume.paragraphe(
            "Dans les onglets qui suivent, chaque ligne et chaque cellule sont à la même adresse que dans votre fichier. "
            "Rouge : la ligne est retirée du total. Orange : elle compte, mais relisez-la. Bleu : rien à faire si c'est juste."
        )
    plume.ligne += 1


def _regles(plume: _Plume, classeur: Classeur, pages: Mapping[str, Page]) -> None:
    """Blocking rules first, costliest first; in each, a link per tab to its first cell."""
    tous = groupes(classeur.constats)
    if not tous:
        return
    plume.entetes(("Gravité", "Ce qui ne va pas", "Par exemple", "Quoi faire", "Où (cliquez)", "Fois", "Euros retirés"))
    for g in tous:
        par_feuille: dict[str, list[Constat]] = {}
        for c in g.constats:
            par_feuille.setdefault(c.feuille, []).append(c)
        for rang, (feuille, siens) in enumerate(par_feuille.items()):
            _regle(plume, g, feuille, siens, pages, premiere=rang == 0)
    plume.ligne += 1


def _regle(
    plume: _Plume, g: Groupe, feuille: str, siens: Sequence[Constat], pages: Mapping[str, Page], *, premiere: bool
) -> None:
    """The findings of one rule in one tab: the rule is told once, on its first row."""
    premier = min(siens, key=lambda c: (c.ligne or 0, c.cellule))
    exemple = f"{premier.cellule} : {premier.message}" if premier.cellule else premier.message
    dit = (
        (MOTS[g.gravite], f"{CATALOGUE[g.code].titre}\n[{g.code}]", exemple, premier.correction)
        if premiere
        else (MOTS[g.gravite], "″", exemple, "″")
    )
    enjeu = sum(c.enjeu for c in siens) / 100
    cellules = plume.rangee((*dit, _ou(feuille, siens), len(siens), enjeu or None))
    cellules[0].fill = PatternFill("solid", start_color=FONDS[g.gravite])
    cellules[0].font = police(gras=True, couleur=ENCRES[g.gravite])
    cellules[1].font = police(gras=premiere)
    if page := pages.get(feuille):
        _lien(cellules[4], page, page.adresse(premier))


def _ou(feuille: str, siens: Sequence[Constat]) -> str:
    """« CH JURA SUD : lignes 5 à 9, 12 », « CH JURA SUD : S4 », « tout le classeur »."""
    if lignes := [c.ligne for c in siens if c.ligne]:
        return _court(f"{feuille} : {plages(lignes)}")
    cases = list(dict.fromkeys(c.cellule for c in siens if c.cellule))
    return _court(f"{feuille} : {', '.join(cases)}") if cases else feuille or "tout le classeur"


def _court(lieu: str) -> str:
    return lieu if len(lieu) <= LONGUEUR_D_UN_LIEU else lieu[:LONGUEUR_D_UN_LIEU].rpartition(",")[0] + "…"


def _lien(cellule: Cell, page: Page, adresse: str) -> None:
    lie(cellule, page.feuille.title, adresse)
    cellule.font = Font(name="Calibri", size=10, color=BLEU, underline="single")


def _reglees(plume: _Plume, reglees: Sequence[Reglee], pages: Mapping[str, Page]) -> None:
    """What was already settled, so that nobody mends it a second time."""
    if not reglees:
        return
    plume.paragraphe("Déjà réglé avec votre référent", taille=12, gras=True, couleur=BLEU)
    for r in reglees:
        ou = f"{r.feuille}, ligne {r.ligne}" if r.ligne else r.feuille or "tout le classeur"
        cellules = plume.rangee(("Réglé", "Décision ou note", r.texte, "Rien à faire.", ou))
        cellules[0].fill = PatternFill("solid", start_color=VERT_PALE)
        if (page := pages.get(r.feuille)) and r.ligne:
            _lien(cellules[4], page, f"A{r.ligne}")
    plume.ligne += 1


def _totaux(plume: _Plume, classeur: Classeur, dossier: Dossier, pages: Mapping[str, Page]) -> None:
    """Every line read is somewhere, and every euro declared: by tab, then for the workbook."""
    plume.paragraphe("Le compte, onglet par onglet", taille=12, gras=True, couleur=BLEU)
    plume.entetes(("FINESS", "Établissement", "Lignes lues", "Euros de l'exercice", "Achats totaux"))
    etablissements = dossier.territoire.etablissements
    for o in classeur.onglets:
        nom = etablissements[o.finess].nom if o.finess in etablissements else o.feuille
        etat = "Non lu." if o.refuse else "Rien à déclarer." if o.neant else ""
        dit = etat or lignes_en_mots(o.totaux)
        achats = euros(o.achats) if o.achats else "non dits, ou ceux déjà connus"
        cellules = plume.rangee((o.finess, nom, dit, "" if etat else euros_en_mots(o.totaux), achats))
        if page := pages.get(o.feuille):
            _lien(cellules[1], page, "A1")
    total = classeur.totaux
    plume.rangee(("", "Total", lignes_en_mots(total), euros_en_mots(total), ""), gras=True, fond=GRIS_PALE)


def lignes_en_mots(t: Totaux) -> str:
    """« 46 lues = 1 vide + 1 ignorée + 3 rejetées + 41 retenues »."""
    return (
        f"{compte(t.lignes_lues, 'lue')} = {compte(t.lignes_vides, 'vide')} + {compte(t.lignes_ignorees, 'ignorée')} + "
        f"{compte(t.lignes_rejetees, 'rejetée')} + {compte(t.lignes_retenues, 'retenue')}"
    )


def euros_en_mots(t: Totaux) -> str:
    """« 3 550 € déclarés = 348 € retirés + 3 202 € retenus »."""
    return f"{euros(t.gain_declare)} déclarés = {euros(t.gain_retire)} retirés + {euros(t.gain_retenu)} retenus"
