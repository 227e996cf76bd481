"""Writes a blank trame: one tab per établissement, drop-downs, formulas, and colours that show what will be struck out.

Everything follows from the layout's declaration. Never touches a file that a person filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from config.campagne import Campagne
from config.dossier import Dossier
from config.langue import enumeration, jour, taux
from config.nomenclature import Nomenclature
from config.territoire import Etablissement
from sheets import accueil
from sheets.trame import Colonne, Tampon, Trame
from sheets.trames.paat import EUROS

LIGNES = 300
"""Lines prepared with a number and formulas; people may go further down, everything is read all the same."""
ENTETE = 4
"""Row of the headings; the data begin just below."""
LISTES = "Listes"
INTERDITS = re.compile(r"[\[\]:*?/\\]")

ENCRE, BLEU, BLEU_PALE, GRIS, GRIS_PALE = "FF1F2A44", "FF1F4E79", "FFE8F0F8", "FF6B7280", "FFF3F4F6"
ROUGE_PALE, ORANGE_PALE, JAUNE_PALE = "FFF8C9C4", "FFFCE2B8", "FFFFF8DC"
_FIN = Side(style="thin", color="FFBFC7D5")
CADRE = Border(left=_FIN, right=_FIN, top=_FIN, bottom=_FIN)


def _police(taille: float = 10, *, gras: bool = False, italique: bool = False, couleur: str = ENCRE) -> Font:
    return Font(name="Calibri", size=taille, bold=gras, italic=italique, color=couleur)


def classeur(trame: Trame, ght: str, campagne: Campagne, dossier: Dossier) -> Workbook:
    """A blank trame for one GHT and campaign, ready to be saved."""
    membres = dossier.territoire.membres(ght, campagne.situation)
    livre = Workbook()
    premier = livre.active
    assert isinstance(premier, Worksheet)
    premier.title = accueil.TITRE
    tampon = Tampon(trame.code, trame.version, ght, campagne.code)
    noms = noms_d_onglets(membres)
    listes = _listes(livre, trame, dossier)
    onglets = [_onglet(livre, noms[e.finess], e, trame, campagne, tampon, dossier, listes) for e in membres]
    _accueil(premier, trame, campagne, tampon, dossier, list(zip(membres, onglets, strict=True)))
    livre.move_sheet(LISTES, offset=len(membres))
    livre.custom_doc_props.append(StringProperty(name="vigie", value=str(tampon)))  # type: ignore[attr-defined]
    livre.properties.title = f"{trame.titre} — {dossier.territoire.ghts[ght].nom}"
    livre.properties.creator = "Vigie"
    return livre


def ecrit(trame: Trame, ght: str, campagne: Campagne, dossier: Dossier, chemin: Path) -> Path:
    """Save a blank trame to `chemin`."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    classeur(trame, ght, campagne, dossier).save(chemin)
    return chemin


def nom_de_fichier(ght: str, campagne: Campagne, dossier: Dossier) -> str:
    """« GHT Jura - trame 2021-annuelle.xlsx »: for people; what counts is the stamp inside."""
    nom = INTERDITS.sub("-", dossier.territoire.ghts[ght].nom)
    return f"{nom} - trame {campagne.code}.xlsx"


def noms_d_onglets(membres: Iterable[Etablissement]) -> dict[str, str]:
    """A tab name per FINESS: Excel's 31 characters, no forbidden sign, none twice."""
    noms: dict[str, str] = {}
    for e in membres:
        nom = INTERDITS.sub("-", e.nom).strip("' ")
        court, rang = nom[:31].strip("' "), 2
        while court.casefold() in {n.casefold() for n in noms.values()}:
            court, rang = f"{nom[:28].strip()} {rang}", rang + 1
        noms[e.finess] = court
    return noms


def _listes(livre: Workbook, trame: Trame, dossier: Dossier) -> dict[str, str]:
    """The hidden tab that feeds the drop-downs → the validation formula of each column (`{ligne}` to fill in)."""
    feuille = livre.create_sheet(LISTES)
    feuille.sheet_state = "hidden"
    n = dossier.nomenclature
    formules: dict[str, str] = {}
    colonnes: dict[str, list[str]] = {}
    for c in trame.colonnes:
        if c.choix == "operateurs":
            colonnes[c.cle] = list(dict.fromkeys(o.label for o in dossier.operateurs.values()))
        elif c.genre == "liste":
            colonnes[c.cle] = list(c.choix)
    colonnes["famille"] = list(n.familles)
    paires_domaine = [(f, d) for f, domaines in n.domaines.items() for d in domaines]
    paires_categorie = [(d, k) for d, categories in n.categories.items() for k in categories]
    tables = [([c], [(v,) for v in valeurs]) for c, valeurs in colonnes.items()]
    rang = 1
    for (nom,), valeurs in tables:
        lettre = _ecrit_colonne(feuille, rang, [f"liste : {nom}", *(v for (v,) in valeurs)])
        formules[nom] = f"{LISTES}!${lettre}$2:${lettre}${len(valeurs) + 1}"
        rang += 1
    for enfant, parent, paires in (("domaine", "famille", paires_domaine), ("categorie", "domaine", paires_categorie)):
        a = _ecrit_colonne(feuille, rang, [f"liste : {parent} de", *(p for p, _ in paires)])
        b = _ecrit_colonne(feuille, rang + 1, [f"liste : {enfant}", *(e for _, e in paires)])
        plage = f"{LISTES}!${a}$2:${a}${len(paires) + 1}"
        formules[enfant] = f"OFFSET({LISTES}!${b}$1,MATCH({{{parent}}},{plage},0),0,COUNTIF({plage},{{{parent}}}),1)"
        rang += 2
    formules |= _bornes(feuille, rang, n)
    feuille.protection.sheet = True
    return formules


def _bornes(feuille: Worksheet, rang: int, n: Nomenclature) -> dict[str, str]:
    """The bounds of a family's performance, as formulas that look the family up."""
    lettres = [
        _ecrit_colonne(feuille, rang, ["bornes de", *n.bornes]),
        _ecrit_colonne(feuille, rang + 1, ["borne 1", *(float(b.premiere) for b in n.bornes.values())]),
        _ecrit_colonne(feuille, rang + 2, ["borne 2", *(float(b.seconde) for b in n.bornes.values())]),
    ]
    plage = f"{LISTES}!${lettres[0]}$2:${lettres[2]}${max(len(n.bornes), 1) + 1}"
    defauts = {"borne_1": n.bornes_par_defaut.premiere, "borne_2": n.bornes_par_defaut.seconde}
    return {
        nom: f"IFERROR(VLOOKUP({{famille}},{plage},{colonne},FALSE),{defaut})"
        for colonne, (nom, defaut) in enumerate(defauts.items(), 2)
    }


def _ecrit_colonne(feuille: Worksheet, rang: int, valeurs: Sequence[str | float]) -> str:
    for ligne, valeur in enumerate(valeurs, 1):
        feuille.cell(ligne, rang, valeur)
    return get_column_letter(rang)


def _onglet(
    livre: Workbook, nom: str, etablissement: Etablissement, trame: Trame, campagne: Campagne, tampon: Tampon,
    dossier: Dossier, listes: dict[str, str],
) -> Worksheet:  # fmt: skip
    feuille: Worksheet = livre.create_sheet(nom)
    lettres = {c.cle: get_column_letter(rang) for rang, c in enumerate(trame.colonnes, 1)}
    fin = ENTETE + LIGNES
    ght = dossier.territoire.ghts[tampon.ght].nom
    _titre(feuille, f"{etablissement.nom}", f"{ght} · {campagne.titre} · situation au {jour(campagne.situation)}")
    feuille["A3"] = str(Tampon(tampon.trame, tampon.version, tampon.ght, tampon.campagne, etablissement.finess))
    feuille["A3"].font = _police(8, couleur=GRIS)
    _entetes(feuille, trame)
    premiere = ENTETE + 1
    references = {c: f"${lettre}{premiere}" for c, lettre in lettres.items()}
    for c in trame.colonnes:
        if formule := listes.get(c.cle):
            feuille.add_data_validation(
                _deroulante(c, formule.format(**references), f"{lettres[c.cle]}{premiere}:{lettres[c.cle]}{fin}")
            )
    _lignes_preparees(feuille, trame, lettres, campagne)
    _couleurs(feuille, trame, lettres, premiere, fin, campagne, listes)
    feuille.freeze_panes = f"{lettres['famille']}{premiere}"
    feuille.auto_filter.ref = f"A{ENTETE}:{get_column_letter(len(trame.colonnes))}{fin}"
    _protege(feuille)
    _imprime(feuille, f"{ENTETE}:{ENTETE}")
    return feuille


def _titre(feuille: Worksheet, titre: str, sous_titre: str) -> None:
    feuille["A1"], feuille["A2"] = titre, sous_titre
    feuille["A1"].font = _police(15, gras=True, couleur=BLEU)
    feuille["A2"].font = _police(couleur=GRIS)
    feuille.sheet_view.showGridLines = True


def _entetes(feuille: Worksheet, trame: Trame) -> None:
    feuille.row_dimensions[ENTETE].height = 48
    for rang, c in enumerate(trame.colonnes, 1):
        cellule = feuille.cell(ENTETE, rang, c.titre)
        a_nous = not c.saisie
        fond = GRIS if a_nous else BLEU if c.requis else "FF4F7CAC"
        cellule.fill = PatternFill("solid", start_color=fond)
        cellule.font = _police(gras=bool(c.requis), couleur="FFFFFFFF")
        cellule.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cellule.border = CADRE
        colonne = feuille.column_dimensions[get_column_letter(rang)]
        colonne.width = c.largeur
        # A style on the whole column costs nothing per cell, and holds for lines added further down.
        colonne.number_format = _format(c)
        colonne.protection = Protection(locked=not c.saisie)
        colonne.alignment = _alignement(c)
        if a_nous:
            colonne.fill = PatternFill("solid", start_color=GRIS_PALE)


def _format(c: Colonne) -> str:
    return "@" if c.genre in ("texte", "liste", "nomenclature") else c.format or "General"


def _alignement(c: Colonne) -> Alignment:
    droite = c.genre in ("euros", "nombre", "entier", "calcul")
    return Alignment(horizontal="right" if droite else "left", vertical="top", wrap_text=c.largeur > 24)


def _lignes_preparees(feuille: Worksheet, trame: Trame, lettres: dict[str, str], campagne: Campagne) -> None:
    """Numbers and formulas. One style per column, made once: styling each cell takes most of the time."""
    for rang, c in enumerate(trame.colonnes, 1):
        if not c.formule and c.cle != "action_id":
            continue
        modele = feuille.cell(ENTETE + 1, rang)
        modele.number_format, modele.alignment = _format(c), _alignement(c)
        modele.fill, modele.font = PatternFill("solid", start_color=GRIS_PALE), _police(couleur=GRIS)
        for n in range(1, LIGNES + 1):
            references = {k: f"${lettre}{ENTETE + n}" for k, lettre in lettres.items()}
            references |= {"exercice": str(campagne.exercice), "total_positif": "total_positif"}
            valeur = f"={c.formule.format(**references)}" if c.formule else f"{n:04d}"
            feuille.cell(ENTETE + n, rang, valeur)._style = copy(modele._style)  # type: ignore[attr-defined, union-attr]


def _deroulante(c: Colonne, formule: str, plage: str) -> DataValidation:
    """Required lists refuse what is not in them; the nomenclature only warns, as the checks do."""
    stricte = c.genre == "liste"
    v = DataValidation("list", formula1=formule, allow_blank=True, errorStyle="stop" if stricte else "warning")
    v.errorTitle, v.promptTitle = c.titre[:32], c.titre[:32]
    v.error = (
        "Choisissez une valeur de la liste." if stricte else "Ce libellé n'est pas dans la nomenclature. Le garder ?"
    )
    v.prompt, v.showErrorMessage, v.showInputMessage = c.aide[:255], True, True
    v.add(plage)
    return v


def _couleurs(
    feuille: Worksheet,
    trame: Trame,
    lettres: dict[str, str],
    premiere: int,
    fin: int,
    campagne: Campagne,
    listes: dict[str, str],
) -> None:
    """Red: the line will be struck out. Orange: an explanation is awaited. The same rules as the checks."""
    r = {c: f"${lettre}{premiere}" for c, lettre in lettres.items()}
    engage = 'OR({statut}="réalisé",{statut}="notifié")'
    performance = "AND(N({montant_reference})>0,N({gain_annuel})/{montant_reference}>%s)"
    au_dela_1, au_dela_2 = (performance % listes[borne] for borne in ("borne_1", "borne_2"))
    debut, suivant = date(campagne.exercice - 1, 2, 1), date(campagne.exercice + 1, 1, 1)
    hors = 'AND({statut}="réalisé",ISNUMBER({date_premiere_commande}),OR({date_premiere_commande}<DATE(%d,%d,1),{date_premiere_commande}>=DATE(%d,1,1)))'
    depasse = (
        'AND({nature}<>"recette",N({gain_annuel})>0,ISNUMBER({montant_reference}),{gain_annuel}>={montant_reference})'
    )
    regles = [
        ("montant_reference", f'AND({engage},{{nature}}<>"recette",ISBLANK({{montant_reference}}))', ROUGE_PALE),
        ("gain_annuel", f"AND({engage},ISBLANK({{gain_annuel}}))", ROUGE_PALE),
        ("date_premiere_commande", 'AND({statut}="réalisé",ISBLANK({date_premiere_commande}))', ROUGE_PALE),
        ("date_premiere_commande", hors % (debut.year, debut.month, suivant.year), ROUGE_PALE),
        ("duree_amortissement", 'AND({nature}="investissement",ISBLANK({duree_amortissement}))', ROUGE_PALE),
        ("gain_annuel montant_reference performance", depasse, ROUGE_PALE),
        ("gain_annuel performance justification",
         f'AND({au_dela_2},{{nature}}<>"recette",ISBLANK({{justification}}))', ROUGE_PALE),
        ("gain_annuel performance justification",
         f'AND({au_dela_1},{{nature}}<>"recette",ISBLANK({{justification}}))', ORANGE_PALE),
        ("marche", 'AND({statut}="réalisé",ISBLANK({marche}))', ORANGE_PALE),
    ]  # fmt: skip
    requises = [c.cle for c in trame.colonnes if c.requis and c.requis.texte == "toujours"]
    commencee = f"COUNTA({r['intitule']}:{r['gain_annuel']})>0"
    regles += [(c, f"AND({commencee},ISBLANK({{{c}}}))", JAUNE_PALE) for c in requises]
    for cles, formule, couleur in regles:
        for c in cles.split():
            lettre = lettres[c]
            regle = FormulaRule(  # type: ignore[no-untyped-call]
                [formule.format(**r)], fill=PatternFill("solid", start_color=couleur, end_color=couleur)
            )
            feuille.conditional_formatting.add(f"{lettre}{premiere}:{lettre}{fin}", regle)


def _protege(feuille: Worksheet) -> None:
    """Headings and computed columns are locked, without password: a guard-rail, not a wall."""
    p = feuille.protection
    p.sheet = True
    p.formatCells = p.formatColumns = p.formatRows = p.sort = p.autoFilter = p.insertRows = p.deleteRows = False


def _imprime(feuille: Worksheet, titres: str | None = None) -> None:
    feuille.page_setup.orientation = "landscape"
    feuille.page_setup.paperSize = feuille.PAPERSIZE_A4
    feuille.page_setup.fitToHeight = 0
    feuille.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if titres:
        feuille.print_title_rows = titres


CONSIGNES = (
    "Un onglet par établissement, une ligne par achat. Les listes déroulantes donnent les valeurs attendues.",
    "Le gain se saisit sur 12 mois pleins, en euros TTC, sans prorata : Vigie le répartit. Une perte s'écrit en négatif.",
    "Le montant de référence est ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
    "Seules les actions « réalisé » comptent ; il leur faut une date de 1re commande.",
    "Les colonnes grises se calculent seules. Vous pouvez trier, filtrer et ajouter des lignes.",
    "Quand tout est saisi, choisissez « oui » en face de « Trame remise » et renvoyez ce fichier.",
)


def _accueil(
    feuille: Worksheet, trame: Trame, campagne: Campagne, tampon: Tampon, dossier: Dossier,
    onglets: list[tuple[Etablissement, Worksheet]],
) -> None:  # fmt: skip
    ght = dossier.territoire.ghts[tampon.ght].nom
    _titre(feuille, f"{trame.titre} — {ght}", f"{campagne.titre.capitalize()} · situation au {jour(campagne.situation)} · "
           f"à remettre le {jour(campagne.echeance)} au plus tard")  # fmt: skip
    feuille["A3"] = str(tampon)
    feuille["A3"].font = _police(8, couleur=GRIS)
    feuille.sheet_view.showGridLines = False
    for lettre, largeur in zip("ABCDEFG", (13, 46, 20, 15, 19, 12, 30), strict=True):
        feuille.column_dimensions[lettre].width = largeur
    ligne = 5
    for rang, consigne in enumerate(CONSIGNES, 1):
        ligne = _paragraphe(feuille, ligne, f"{rang}.", consigne)
    ligne = _legende(feuille, ligne + 1, dossier)
    for label, aide in ((accueil.REMISE, "« oui » quand la saisie est finie : tant qu'elle ne l'est pas, le chiffre est provisoire."),
                        (accueil.CONTACT, "La fonction et l'adresse de service de qui répondra aux questions.")):  # fmt: skip
        feuille.cell(ligne, 1, label).font = _police(gras=True)
        _saisie(feuille, ligne, 3)
        feuille.cell(ligne, 4, aide).font = _police(9, italique=True, couleur=GRIS)
        if label == accueil.REMISE:
            _oui(feuille, f"C{ligne}", "non")
        ligne += 1
    _tableau(feuille, ligne + 1, campagne, dossier, onglets, trame)
    _protege(feuille)
    _imprime(feuille)


def _paragraphe(feuille: Worksheet, ligne: int, puce: str, texte: str) -> int:
    feuille.cell(ligne, 1, puce).alignment = Alignment(horizontal="right", vertical="top")
    feuille.merge_cells(start_row=ligne, start_column=2, end_row=ligne, end_column=7)
    cellule = feuille.cell(ligne, 2, texte)
    cellule.alignment = Alignment(wrap_text=True, vertical="top")
    feuille.row_dimensions[ligne].height = 15 * (1 + len(texte) // 150)
    return ligne + 1


def _legende(feuille: Worksheet, ligne: int, dossier: Dossier) -> int:
    seuils = dossier.seuils
    familles = [
        f"{taux(b.premiere, 0)} et {taux(b.seconde, 0)} pour {f}" for f, b in dossier.nomenclature.bornes.items()
    ]
    particuliers = f" ({enumeration(familles)})" if familles else ""
    retirees = (
        "Ligne qui sera retirée : montant ou date absents, date hors exercice, gain supérieur au montant de référence, "
        f"performance au-dessus de {taux(seuils.performance_a_justifier, 0)} sans « Calcul des gains »{particuliers}."
    )
    a_expliquer = f"performance au-dessus de {taux(seuils.performance_a_expliquer, 0)}, numéro de marché absent."
    couleurs = (
        (ROUGE_PALE, retirees),
        (ORANGE_PALE, f"Explication attendue : {a_expliquer}"),
        (JAUNE_PALE, "Valeur obligatoire encore vide."),
    )
    for couleur, texte in couleurs:
        suivante = _paragraphe(feuille, ligne, "", texte)
        feuille.cell(ligne, 1).fill = PatternFill("solid", start_color=couleur)
        feuille.cell(ligne, 1).border = CADRE
        ligne = suivante
    return ligne + 1


def _saisie(feuille: Worksheet, ligne: int, colonne: int) -> None:
    cellule = feuille.cell(ligne, colonne)
    cellule.fill, cellule.border = PatternFill("solid", start_color=JAUNE_PALE), CADRE
    cellule.protection = Protection(locked=False)


def _oui(feuille: Worksheet, plage: str, *autres: str) -> None:
    v = DataValidation("list", formula1=f'"{",".join((accueil.OUI, *autres))}"', allow_blank=True)
    v.add(plage)
    feuille.add_data_validation(v)


def _tableau(
    feuille: Worksheet, ligne: int, campagne: Campagne, dossier: Dossier,
    onglets: list[tuple[Etablissement, Worksheet]], trame: Trame,
) -> None:  # fmt: skip
    """What is asked once per établissement, and what its tab already adds up to."""
    titres = (accueil.FINESS, "Établissement", accueil.ACHATS, accueil.NEANT, "Gain de l'exercice", "Actions")
    for rang, titre in enumerate(titres, 1):
        cellule = feuille.cell(ligne, rang, titre)
        cellule.fill = PatternFill("solid", start_color=BLEU if rang in (3, 4) else GRIS)
        cellule.font, cellule.border = _police(gras=True, couleur="FFFFFFFF"), CADRE
        cellule.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    feuille.row_dimensions[ligne].height = 34
    lettres = {c.cle: get_column_letter(rang) for rang, c in enumerate(trame.colonnes, 1)}
    premiere = ligne + 1
    positifs = []
    for e, onglet in onglets:
        ligne += 1
        nom = quote_sheetname(onglet.title)
        gains, annuels = (
            f"{nom}!${lettres[c]}${ENTETE + 1}:${lettres[c]}${ENTETE + LIGNES}"
            for c in ("gain_exercice", "gain_annuel")
        )
        valeurs = (e.finess, e.nom, _achats(dossier, e.finess, campagne), None, f"=SUM({gains})", f"=COUNTA({annuels})")
        for rang, valeur in enumerate(valeurs, 1):
            cellule = feuille.cell(ligne, rang, valeur)
            cellule.border = CADRE
            cellule.number_format = {1: "@", 3: EUROS, 5: EUROS}.get(rang, "General")
        for rang in (3, 4):
            _saisie(feuille, ligne, rang)
        feuille.cell(ligne, 2).hyperlink = f"#{nom}!A{ENTETE + 1}"
        feuille.cell(ligne, 2).font = Font(name="Calibri", size=10, color=BLEU, underline="single")
        positifs.append(f'SUMIF({gains},">0")')
    _oui(feuille, f"D{premiere}:D{ligne}")
    feuille.cell(ligne + 1, 2, "Total").font = _police(gras=True)
    for rang in (5, 6):
        lettre = get_column_letter(rang)
        cellule = feuille.cell(ligne + 1, rang, f"=SUM({lettre}{premiere}:{lettre}{ligne})")
        cellule.font, cellule.border = _police(gras=True), CADRE
        cellule.number_format = EUROS if rang == 5 else "General"
    feuille.cell(ligne + 2, 2, "dont gains positifs (base du poids des actions)").font = _police(
        9, italique=True, couleur=GRIS
    )
    feuille.cell(ligne + 2, 5, "=" + "+".join(positifs)).number_format = EUROS
    assert feuille.parent is not None
    feuille.parent.defined_names["total_positif"] = DefinedName(
        "total_positif", attr_text=f"{quote_sheetname(feuille.title)}!$E${ligne + 2}"
    )


def _achats(dossier: Dossier, finess: str, campagne: Campagne) -> float | None:
    cents = dossier.achats.get((finess, campagne.exercice))
    return cents / 100 if cents else None
