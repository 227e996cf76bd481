"""What people do to a trame: headings, columns, lines, tabs, stamps and the first tab.

Every one of these files opens in Excel without a word.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from sheets import first_tab
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE
from tests.corpus.base import (
    CAMPAGNE,
    COL,
    FINESS,
    FINESS_VOISIN,
    GAIN_SANS_L1,
    GHT,
    L1,
    ONGLET,
    RANG,
    VOISIN,
    Edition,
    N,
    Verdict,
    ajoute,
    cas,
    en_face,
    enregistre,
    entier,
    frappe,
    ligne,
    ordinaire,
    ouvre,
    pose,
    refuse,
    retouche,
    tape,
)

DERNIERE = L1 + N - 1
LARGEUR = len(PAAT.colonnes)
ONGLET_REFUSE = Verdict(codes={"onglet-inconnu"}, lignes_retenues=0, gain_retenu="0.00")


def intitule(neufs: Mapping[str, str | None]) -> Edition:
    """Write other headings, by column; None erases one."""
    return pose({f"{COL[c]}{ENTETE}": texte for c, texte in neufs.items()})


def duplique(livre: Workbook, feuille: Worksheet, nom: str) -> Worksheet:
    with warnings.catch_warnings(action="ignore"):  # the passing name « … Copy » is too long for Excel
        copie = livre.copy_worksheet(feuille)
    copie.title = nom
    return copie


def titres(nom: str, defaut: str, verdict: Verdict, **neufs: str | None) -> None:
    """Register a case that differs by its headings alone."""
    ajoute(nom, defaut, verdict, lambda: retouche(intitule(neufs)))


titres("entete-synonymes", "Des en-têtes remplacés par d'autres façons de les dire.", entier("colonne-reconnue"),
       gain_annuel="Montant Gain", intitule="Libellé de l'action", montant_reference="Périmètre traité")  # fmt: skip
titres("entete-fautes", "Des en-têtes mal orthographiés.", entier("colonne-reconnue"),
       montant_reference="Montant de reference anuel", date_premiere_commande="Date de 1re comande")  # fmt: skip
titres("entete-retours", "Des en-têtes coupés par des retours à la ligne, des espaces au bout, en majuscules.", entier(),
       intitule="Intitulé de\nl'action  ", gain_annuel="GAIN ANNUEL\r\nSUR 12 MOIS\n(€ TTC)", famille=" Famille ")  # fmt: skip
titres("entete-en-double", "Le gain annuel figure deux fois, la seconde à la place d'un prix.",
       Verdict(codes={"colonne-en-double"}, lignes_retenues=0, gain_retenu="0.00"),
       prix_reference="Gain annuel sur 12 mois (€ TTC)")  # fmt: skip
titres("entete-efface", "L'en-tête du montant de référence est effacé, ses valeurs sont là.",
       Verdict(codes={"colonne-absente"}, lignes_retenues=0, dit="Montant de référence"), montant_reference=None)  # fmt: skip
titres("entete-numero-seul", "Deux en-têtes devenus « N° », l'un pour l'action, l'autre pour le marché.",
       Verdict(codes={"colonne-en-double"}, lignes_retenues=0), action_id="N°", marche="N°")  # fmt: skip
EN_ANGLAIS = {
    "action_id": "Action ID", "demarche": "Scope", "intitule": "Title", "famille": "Family", "domaine": "Domain",
    "categorie": "Category", "levier": "Lever", "operateur": "Purchaser", "marche": "Contract", "mode": "Method",
    "nature": "Kind", "duree_amortissement": "Depreciation (years)", "statut": "Status",
    "date_premiere_commande": "First order", "montant_reference": "Baseline amount", "prix_reference": "Old price",
    "prix_nouveau": "New price", "quantite": "Quantity", "gain_annuel": "Yearly savings", "performance": "Rate",
    "poids": "Weight", "gain_exercice": "Savings of the year", "report": "Carry-over", "type_effet": "Budget effect",
    "justification": "Explanation", "commentaire": "Comment", "retour": "Reply",
}  # fmt: skip
titres("entete-anglais", "Les en-têtes traduits en anglais.", ONGLET_REFUSE,
       **{c: EN_ANGLAIS.get(c, f"Further column {rang}") for c, rang in RANG.items()})  # fmt: skip


@cas("entetes-effaces", "Toute la ligne des en-têtes est effacée.", ONGLET_REFUSE)
def _() -> bytes:
    return retouche(intitule(dict.fromkeys(RANG)))


@cas("entetes-sur-deux-lignes", "Les en-têtes sont coupés sur deux lignes du tableau.",
     Verdict(pas={"colonne-absente", "onglet-inconnu"}, lignes_retenues=N, gain_retenu="55200.00"))  # fmt: skip
def _() -> bytes:
    def coupe(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(ENTETE + 1)
        for rang in range(1, LARGEUR + 1):
            haut, _espace, bas = str(f.cell(ENTETE, rang).value).partition(" ")
            f.cell(ENTETE, rang).value, f.cell(ENTETE + 1, rang).value = haut, bas or None

    return retouche(coupe)


@cas("entetes-fusionnes", "Deux en-têtes voisins fusionnés : celui du gain a disparu sous celui de la quantité.",
     Verdict(codes={"colonne-absente"}, lignes_retenues=0, dit="Gain annuel"))  # fmt: skip
def _() -> bytes:
    return retouche(lambda _, f: f.merge_cells(f"{COL['quantite']}{ENTETE}:{COL['gain_annuel']}{ENTETE}"))


@cas("entetes-repetes", "La ligne des en-têtes est recopiée au milieu du tableau, comme à l'impression.",
     Verdict(lignes_retenues=N, gain_retenu="55200.00", pas={"valeur-non-numerique"}))  # fmt: skip
def _() -> bytes:
    def repete(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(L1 + 5)
        for c in PAAT.colonnes:
            f.cell(L1 + 5, RANG[c.cle]).value = c.titre

    return retouche(repete)


@cas(
    "ligne-d-unites",
    "Une ligne d'unités (« € », « mois ») sous les en-têtes.",
    Verdict(lignes_retenues=N, gain_retenu="55200.00"),
)
def _() -> bytes:
    unites = {"montant_reference": "€", "gain_annuel": "€", "quantite": "unités"}
    return retouche(lambda _, f: f.insert_rows(L1), pose({f"{COL[c]}{L1}": u for c, u in unites.items()}))


@cas(
    "titres-de-section",
    "Une ligne de titre (« Restauration ») entre deux groupes d'actions.",
    Verdict(lignes_retenues=N, gain_retenu="55200.00"),
)
def _() -> bytes:
    return retouche(lambda _, f: f.insert_rows(L1 + 4), pose({f"{COL['intitule']}{L1 + 4}": "Restauration"}))


@cas("lignes-au-dessus", "Trois lignes insérées au-dessus des en-têtes.", entier())
def _() -> bytes:
    return retouche(lambda _, f: f.insert_rows(1, 3), pose({"A1": "Document de travail"}))


@cas("trente-lignes-au-dessus", "Trente lignes de notes au-dessus du titre et du tampon.", entier())
def _() -> bytes:
    return retouche(lambda _, f: f.insert_rows(1, 30), pose({f"B{n}": "note" for n in range(1, 31)}))


@cas(
    "colonne-inseree",
    "Une colonne à soi, « Notes internes », insérée au milieu et remplie.",
    entier("colonne-ignoree", dit="Notes internes"),
)
def _() -> bytes:
    def insere(_: Workbook, f: Worksheet) -> None:
        f.insert_cols(6)
        f.cell(ENTETE, 6).value = "Notes internes"
        for n in range(L1, DERNIERE + 1):
            f.cell(n, 6).value = 12

    return retouche(insere)


@cas("colonnes-decalees", "Deux colonnes vides insérées devant le tableau.", entier(cellules={}))
def _() -> bytes:
    return retouche(lambda _, f: f.insert_cols(1, 2))


@cas(
    "colonnes-permutees",
    "Le levier et le numéro de marché ont échangé leurs places.",
    entier("colonne-reconnue", lu={"marche": "2021-001"}),
)
def _() -> bytes:
    def permute(_: Workbook, f: Worksheet) -> None:
        for n in range(ENTETE, DERNIERE + 1):
            a, b = f.cell(n, RANG["levier"]), f.cell(n, RANG["marche"])
            a.value, b.value = b.value, a.value

    return retouche(permute)


@cas(
    "colonne-supprimee",
    "La colonne du statut est supprimée.",
    Verdict(codes={"colonne-absente"}, lignes_retenues=0, dit="Statut"),
)
def _() -> bytes:
    return retouche(lambda _, f: f.delete_cols(RANG["statut"]))


@cas("colonnes-masquees", "Les colonnes du gain et de la date sont masquées.", entier())
def _() -> bytes:
    def masque(_: Workbook, f: Worksheet) -> None:
        for colonne in ("gain_annuel", "date_premiere_commande"):
            f.column_dimensions[COL[colonne]].hidden = True

    return retouche(masque)


@cas("lignes-masquees", "Cinq lignes sont masquées par un filtre oublié : elles comptent.", entier())
def _() -> bytes:
    def masque(_: Workbook, f: Worksheet) -> None:
        for n in range(L1, L1 + 5):
            f.row_dimensions[n].hidden = True

    return retouche(masque)


@cas("lignes-blanches", "Cinq lignes blanches au milieu du tableau.", entier())
def _() -> bytes:
    return retouche(lambda _, f: f.insert_rows(L1 + 5, 5))


@cas("une-ligne-sur-deux", "Une ligne blanche entre toutes les actions.", entier())
def _() -> bytes:
    return retouche(*(lambda _, f, n=n: f.insert_rows(n) for n in range(DERNIERE, L1, -1)))


def total(nom: str, defaut: str, rang: int, colonne: str = "intitule", **cellules: Any) -> None:
    """Register a case with a line that sums others, `rang` lines below the first."""

    def edite(_: Workbook, f: Worksheet) -> None:
        if rang <= N:
            f.insert_rows(L1 + rang)
        tape(f, L1 + rang, cellules)
        if colonne == "action_id":
            f.cell(L1 + rang, 1).value = "Total"

    ajoute(nom, defaut, entier("ligne-de-total", cellules={}), lambda: retouche(edite))


total(
    "total-en-bas",
    "Une ligne TOTAL sous le tableau.",
    N + 1,
    intitule="TOTAL",
    gain_annuel=66_000,
    montant_reference=1_320_000,
)
total(
    "total-en-colonne-a",
    "Une ligne de total dont le mot est dans la colonne du numéro.",
    N + 1,
    "action_id",
    gain_annuel=66_000,
)
total(
    "total-muet", "Une somme sous la colonne du gain, sans un mot.", N, gain_annuel=66_000, montant_reference=1_320_000
)
total("sous-total", "Un sous-total au milieu du tableau.", 4, famille="Sous-total restauration", gain_annuel=12_000)
total("total-general", "Un total général, sur une ligne qui porte aussi un commentaire.", N + 2, intitule="Total général 2021",
      gain_annuel=66_000, commentaire="à valider")  # fmt: skip


@cas(
    "sous-totaux-muets",
    "Deux sous-totaux sans un mot, puis leur total.",
    Verdict(lignes_retenues=N, gain_retenu="55200.00", codes={"ligne-de-total"}),
)
def _() -> bytes:
    def edite(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(L1 + 5)
        for numero, somme in ((L1 + 5, 18_000), (DERNIERE + 2, 48_000), (DERNIERE + 3, 66_000)):
            f.cell(numero, RANG["gain_annuel"]).value = somme

    return retouche(edite)


@cas(
    "caractere-perdu",
    "Un point tapé par mégarde neuf cents lignes plus bas.",
    entier("cellule-lointaine", cellules={"cellule-lointaine": "D905"}),
)
def _() -> bytes:
    return retouche(pose({"D905": "."}))


@cas(
    "note-a-droite",
    "Une note tapée à droite du tableau.",
    entier("cellule-lointaine", cellules={"cellule-lointaine": "AD8"}),
)
def _() -> bytes:
    return retouche(pose({"AD8": "voir avec la pharmacie"}))


@cas("action-tout-en-bas", "Une onzième action saisie trois cents lignes plus bas.",
     Verdict(seuls=True, lignes_retenues=N + 1, gain_retenu="68400.00"))  # fmt: skip
def _() -> bytes:
    return retouche(frappe(L1 + 320, **ligne(11)))


@cas("numero-copie", "Une ligne copiée avec son numéro, puis complétée : c'est une autre action.",
     Verdict(codes={"numero-en-double"}, seuls=True, lignes_retenues=N + 1, gain_retenu="68400.00",
             cellules={"numero-en-double": f"A{DERNIERE + 1}"}))  # fmt: skip
def _() -> bytes:
    return retouche(frappe(DERNIERE + 1, action_id="0001", **ligne(11)))


@cas("ligne-copiee", "Une ligne collée deux fois telle quelle.",
     Verdict(codes={"numero-en-double", "doublon"}, seuls=True, lignes_retenues=N, gain_retenu="55200.00"))  # fmt: skip
def _() -> bytes:
    return retouche(frappe(DERNIERE + 1, action_id="0001", **ligne(1)))


@cas("numeros-effaces", "La colonne des numéros d'action est effacée.", entier())
def _() -> bytes:
    return retouche(pose({f"A{n}": None for n in range(L1, L1 + 20)}))


@cas("numeros-supprimes", "La colonne des numéros d'action est supprimée.", entier())
def _() -> bytes:
    return retouche(lambda _, f: f.delete_cols(1))


@cas("cellules-fusionnees", "Le gain de deux lignes est fusionné : la seconde n'en a plus.",
     Verdict(codes={"gain-absent"}, cellules={"gain-absent": f"{COL['gain_annuel']}{L1 + 1}"}, seuls=True, lignes_retenues=N - 1, gain_retenu="52800.00"))  # fmt: skip
def _() -> bytes:
    return retouche(lambda _, f: f.merge_cells(f"{COL['gain_annuel']}{L1}:{COL['gain_annuel']}{L1 + 1}"))


@cas("commentaires-de-cellule", "Des notes accrochées à des cellules.", entier())
def _() -> bytes:
    return retouche(
        lambda _, f: setattr(f[f"{COL['gain_annuel']}{L1}"], "comment", Comment("à revoir", "contrôle de gestion"))
    )


@cas("protege-par-mot-de-passe", "Onglet et structure verrouillés par un mot de passe, lecture permise.", entier())
def _() -> bytes:
    def verrouille(livre: Workbook, f: Worksheet) -> None:
        f.protection.password = "secret"  # noqa: S105
        livre.security.lockStructure = True
        livre.security.workbookPassword = "secret"

    return retouche(verrouille)


@cas("onglet-masque", "L'onglet de l'établissement est masqué.", entier())
def _() -> bytes:
    return retouche(lambda _, f: setattr(f, "sheet_state", "hidden"))


@cas("onglet-tres-masque", "L'onglet est masqué au point qu'Excel ne propose plus de l'afficher.", entier())
def _() -> bytes:
    return retouche(lambda _, f: setattr(f, "sheet_state", "veryHidden"))


@cas("onglet-renomme", "L'onglet est renommé « Lons » : le tampon dit de qui il est.", entier())
def _() -> bytes:
    return retouche(lambda _, f: setattr(f, "title", "Lons"))


@cas("onglets-deplaces", "Les onglets sont dans un autre ordre, la liste en premier.", entier())
def _() -> bytes:
    return retouche(lambda livre, f: livre.move_sheet(f, 3), lambda livre, _: livre.move_sheet("Listes", -5))


@cas(
    "onglet-de-brouillon",
    "Un onglet de brouillon, sans tableau, ajouté à la fin.",
    entier("onglet-ecarte", dit="3 valeurs"),
)
def _() -> bytes:
    return retouche(lambda livre, _: livre.create_sheet("Brouillon").append(["à faire", 12, "appeler la pharmacie"]))


@cas("onglet-de-graphique", "Une feuille de graphique ajoutée au classeur.", entier())
def _() -> bytes:
    return retouche(lambda livre, _: livre.create_chartsheet("Graphique"))


@cas("onglet-liste-supprime", "L'onglet des listes est supprimé.", entier())
def _() -> bytes:
    return retouche(lambda livre, _: livre.remove(livre["Listes"]))


@cas("copie-pour-un-autre", "L'onglet rempli est copié et renommé pour un autre établissement, dont l'onglet est supprimé.",
     Verdict(codes={"onglet-inconnu"}, lignes_retenues=N, gain_retenu="55200.00", dit=VOISIN))  # fmt: skip
def _() -> bytes:
    def copie(livre: Workbook, f: Worksheet) -> None:
        livre.remove(livre[VOISIN])
        duplique(livre, f, VOISIN)

    return retouche(copie)


@cas("copie-deux-fois", "L'onglet rempli est copié deux fois : « (2) » et « (3) ».",
     Verdict(codes={"onglet-inconnu"}, seuls=True, lignes_retenues=N, gain_retenu="55200.00", dit=r"\(3\)"))  # fmt: skip
def _() -> bytes:
    return retouche(*(lambda livre, f, n=n: duplique(livre, f, f"{ONGLET[:26]} ({n})") for n in (2, 3)))


@cas("sauvegarde-sans-tampon", "Une copie de sauvegarde du tableau, sans tampon, sous un autre nom.",
     Verdict(codes={"onglet-inconnu"}, seuls=True, lignes_retenues=N, gain_retenu="55200.00", dit="sauvegarde"))  # fmt: skip
def _() -> bytes:
    def copie(livre: Workbook, f: Worksheet) -> None:
        autre = duplique(livre, f, "sauvegarde du 12")
        for numero in (1, 2, 3):
            autre.cell(numero, 1).value = None

    return retouche(copie)


@cas("noms-echanges", "Deux onglets ont échangé leurs noms : le tampon de l'un contredit son nom.",
     Verdict(lignes_retenues=N, gain_retenu="55200.00", dit=f"(nom|onglet).*{VOISIN}|{VOISIN}.*(nom|onglet)"))  # fmt: skip
def _() -> bytes:
    def echange(livre: Workbook, f: Worksheet) -> None:
        voisin = livre[VOISIN]
        f.title = "provisoire"
        voisin.title = ONGLET
        f.title = VOISIN

    return retouche(echange)


def tampons(
    nom: str, defaut: str, verdict: Verdict, avant: str, apres: str, *, partout: bool = True, seul: str = ""
) -> None:
    """Register a case whose stamps are rewritten: everywhere, property included, or in one tab."""

    def edite(livre: Workbook, _: Worksheet) -> None:
        for feuille in livre.worksheets:
            for rangee in feuille.iter_rows(max_row=6, max_col=1):
                if "Vigie · trame" in str(rangee[0].value) and seul in ("", feuille.title):
                    rangee[0].value = str(rangee[0].value).replace(avant, apres) if apres else None
        if partout:
            proprietes: Any = livre.custom_doc_props  # type: ignore[attr-defined]
            valeur = str(proprietes["vigie"].value).replace(avant, apres) if apres else "effacé"
            del proprietes["vigie"]
            proprietes.append(StringProperty(name="vigie", value=valeur))

    ajoute(nom, defaut, verdict, lambda: retouche(edite))


tampons("ght-inconnu", "Le tampon désigne un GHT qui n'existe pas.", refuse("BFC-99", "ght-inconnu"), GHT, "BFC-99")
tampons("ght-d-un-autre", "Le tampon désigne un autre GHT que celui des établissements.",
        Verdict(codes={"onglet-inconnu"}, lignes_retenues=0, gain_retenu="0.00", dit=FINESS), GHT, "BFC-02")  # fmt: skip
tampons("campagne-inconnue", "Le tampon désigne une campagne qui n'est pas au calendrier.",
        refuse("2031-annuelle", "campagne-inconnue"), CAMPAGNE, "2031-annuelle")  # fmt: skip
tampons(
    "version-inconnue",
    "La trame est d'une version qui n'est plus lue.",
    refuse("1999.9", "version-non-lue"),
    PAAT.version,
    "1999.9",
)
tampons(
    "trame-d-un-autre-genre",
    "Le tampon annonce une trame d'un genre inconnu.",
    refuse("", "version-non-lue"),
    "trame paat",
    "trame budget",
)
tampons(
    "tampons-effaces",
    "Les tampons des onglets sont effacés ; la propriété du classeur reste.",
    entier(),
    " · ",
    "",
    partout=False,
)
tampons(
    "tampon-d-onglet-efface",
    "Le tampon de l'onglet rempli est effacé ; son nom dit de qui il est.",
    entier(),
    " · ",
    "",
    partout=False,
    seul=ONGLET,
)
tampons(
    "aucun-tampon", "Tous les tampons sont effacés, propriété comprise.", refuse("tampon", "trame-inconnue"), " · ", ""
)
tampons("tampon-d-un-autre-etablissement", "L'onglet rempli porte le tampon de son voisin, qui garde le sien.",
        Verdict(codes={"onglet-inconnu"}, dit=f"{ONGLET}|{VOISIN}"), FINESS, FINESS_VOISIN, partout=False, seul=ONGLET)  # fmt: skip
tampons("onglet-d-une-autre-campagne", "L'onglet rempli vient de la trame d'une autre campagne.",
        Verdict(dit="2022-mi-annee"), CAMPAGNE, "2022-mi-annee", partout=False, seul=ONGLET)  # fmt: skip
tampons("onglet-d-un-autre-ght", "L'onglet rempli vient de la trame d'un autre GHT, mais porte un FINESS d'ici.",
        Verdict(dit="BFC-02"), GHT, "BFC-02", partout=False, seul=ONGLET)  # fmt: skip
tampons("premier-onglet-contredit", "Le premier onglet porte le tampon d'une autre campagne que tous les autres.",
        Verdict(dit="2022-mi-annee"), CAMPAGNE, "2022-mi-annee", partout=False, seul=first_tab.TITRE)  # fmt: skip


@cas("propriete-contredite", "La propriété du classeur et les tampons ne désignent pas le même GHT.",
     Verdict(lignes_retenues=N, dit="BFC-02"))  # fmt: skip
def _() -> bytes:
    def edite(livre: Workbook, _: Worksheet) -> None:
        proprietes: Any = livre.custom_doc_props  # type: ignore[attr-defined]
        valeur = str(proprietes["vigie"].value).replace(GHT, "BFC-02")
        del proprietes["vigie"]
        proprietes.append(StringProperty(name="vigie", value=valeur))

    return retouche(edite)


@cas("premier-onglet-supprime", "Le premier onglet est supprimé : « trame remise » ne peut être lu.",
     Verdict(codes={"onglet-vide"}, lignes_retenues=N, gain_retenu="55200.00", remis=False, dit="(premier onglet|Mode d'emploi|Trame remise).*(manqu|absent|disparu|introuvable|supprim)"))  # fmt: skip
def _() -> bytes:
    return retouche(lambda livre, _: livre.remove(livre[first_tab.TITRE]))


@cas("premier-onglet-renomme", "Le premier onglet est renommé.", entier(remis=True))
def _() -> bytes:
    return retouche(lambda livre, _: setattr(livre[first_tab.TITRE], "title", "Lisez-moi"))


@cas("pas-remise", "La trame dit « non » à « Trame remise ».", entier(remis=False))
def _() -> bytes:
    return retouche(lambda livre, _: setattr(en_face(livre[first_tab.TITRE], first_tab.REMISE), "value", "non"))


@cas("remise-en-majuscules", "« OUI » avec des espaces, en face de « Trame remise ».", entier(remis=True))
def _() -> bytes:
    return retouche(lambda livre, _: setattr(en_face(livre[first_tab.TITRE], first_tab.REMISE), "value", " OUI "))


def achats(nom: str, defaut: str, valeur: object, verdict: Verdict) -> None:
    """Register a case that differs by the total purchases typed on the first tab."""
    ajoute(
        nom,
        defaut,
        verdict,
        lambda: retouche(lambda livre, _: setattr(en_face(livre[first_tab.TITRE], FINESS), "value", valeur)),
    )


achats("achats-en-texte", "Les achats totaux sont écrits « 38 M€ ».", "38 M€", entier())
achats("achats-nc", "Les achats totaux sont « NC ».", "NC", entier("valeur-non-numerique"))
achats(
    "achats-en-erreur", "Les achats totaux sont une formule en erreur (#REF!).", "#REF!", entier("formule-en-erreur")
)
achats(
    "achats-minuscules",
    "Les achats totaux sont saisis en millions : 38.",
    38,
    entier("achats-suspects", dit="achats totaux"),
)


@cas("neant-et-des-lignes", "« Rien à déclarer » est coché pour un établissement qui déclare dix lignes.",
     Verdict(lignes_retenues=N, gain_retenu="55200.00", dit=first_tab.NEANT))  # fmt: skip
def _() -> bytes:
    return retouche(lambda livre, _: setattr(en_face(livre[first_tab.TITRE], FINESS, 4), "value", "oui"))


@cas("nir-contact", "Un numéro de sécurité sociale en face de « Contact ».",
     Verdict(codes={"donnee-personnelle"}, lignes_retenues=N, tait="185057800608491"))  # fmt: skip
def _() -> bytes:
    nom = "Mme Durand 1 85 05 78 006 084 91"
    return retouche(lambda livre, _: setattr(en_face(livre[first_tab.TITRE], first_tab.CONTACT), "value", nom))


@cas("onglet-vide", "L'onglet de l'établissement est vide, et rien ne dit « rien à déclarer ».",
     Verdict(codes={"onglet-vide"}, seuls=True, lignes_retenues=0, gain_retenu="0.00"))  # fmt: skip
def _() -> bytes:
    return retouche(lambda _, f: f.delete_rows(L1, N))


@cas("onglet-supprime", "L'onglet d'un établissement qui a des gains est supprimé.",
     Verdict(codes={"onglet-manquant"}, seuls=True, lignes_retenues=0, gain_retenu="0.00", dit=ONGLET))  # fmt: skip
def _() -> bytes:
    return retouche(lambda livre, f: livre.remove(f))


@cas("valeurs-decalees", "Les valeurs d'une ligne sont collées une colonne trop à droite.",
     Verdict(lignes_retenues=N - 1, gain_retenu=GAIN_SANS_L1))  # fmt: skip
def _() -> bytes:
    def decale(_: Workbook, f: Worksheet) -> None:
        valeurs = [f.cell(L1, r).value for r in range(2, 20)]
        for rang, valeur in enumerate(valeurs, 3):
            f.cell(L1, rang).value = valeur

    return retouche(decale)


@cas("autre-classeur", "Un planning de congés déposé par erreur.", refuse("Congés", "trame-inconnue"))
def _() -> bytes:
    livre = Workbook()
    feuille = livre.active
    assert isinstance(feuille, Worksheet)
    feuille.title = "Congés"
    feuille.append(["Service", "Semaine", "Effectif"])
    return enregistre(livre)


@cas(
    "trame-vierge",
    "La trame est renvoyée telle quelle, vierge.",
    Verdict(codes={"onglet-vide"}, seuls=True, lignes_retenues=0, remis=True),
)
def _() -> bytes:
    def vide(livre: Workbook, f: Worksheet) -> None:
        f.delete_rows(L1, N)
        for finess in (FINESS_VOISIN, "390780161", "390780179"):
            en_face(livre[first_tab.TITRE], finess, 4).value = None

    return retouche(vide)


@cas(
    "nom-de-fichier-long",
    "Un nom de fichier de trois cents caractères, avec des accents décomposés.",
    entier(),
    "Trame " + "e\u0301" * 147 + ".xlsx",
)
def _() -> bytes:
    return ordinaire()


@cas(
    "nom-de-fichier-hostile",
    "Un nom de fichier qui remonte l'arborescence et porte une balise.",
    entier(),
    "../../etc/<b>trame</b>\n.xlsx",
)
def _() -> bytes:
    return ordinaire()


@cas("cinq-cents-onglets", "Cinq cents onglets vides ajoutés au classeur.", entier())
def _() -> bytes:
    livre = ouvre()
    for n in range(500):
        livre.create_sheet(f"Feuil{n}")
    return enregistre(livre)
