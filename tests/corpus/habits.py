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
from sheets.trames.paat import ACTIONS, PAAT
from sheets.writing import HEADING_ROW
from tests.corpus.base import (
    CAMPAIGN,
    COL,
    COLUMN_NUMBERS,
    FINESS,
    GAIN_WITHOUT_L1,
    GHT,
    L1,
    NEIGHBOUR,
    NEIGHBOUR_FINESS,
    TAB,
    Edit,
    N,
    Verdict,
    add_case,
    all_lines_read,
    as_bytes,
    cell_beside,
    edited,
    faulty_file,
    line,
    open_workbook,
    ordinary_file,
    put,
    refuse,
    tape,
    type_line,
)

LAST_LINE = L1 + N - 1
WIDTH = len(ACTIONS.columns)
TAB_REFUSED = Verdict(codes={"onglet-inconnu"}, lines_kept=0, kept="0.00")


def intitule(new_ones: Mapping[str, str | None]) -> Edit:
    """Write other headings, by column; None erases one."""
    return put({f"{COL[c]}{HEADING_ROW}": text for c, text in new_ones.items()})


def duplicate_sheet(book: Workbook, sheet: Worksheet, name: str) -> Worksheet:
    with warnings.catch_warnings(action="ignore"):  # the passing name « … Copy » is too long for Excel
        copied = book.copy_worksheet(sheet)
    copied.title = name
    return copied


def titles(name: str, defect: str, verdict: Verdict, **new_ones: str | None) -> None:
    """Register a case that differs by its headings alone."""
    add_case(name, defect, verdict, lambda: edited(intitule(new_ones)))


titles("entete-synonymes", "Des en-têtes remplacés par d'autres façons de les dire.", all_lines_read("colonne-reconnue"),
       gain_annuel="Montant Gain", intitule="Libellé de l'action", montant_reference="Périmètre traité")  # fmt: skip
titles("entete-fautes", "Des en-têtes mal orthographiés.", all_lines_read("colonne-reconnue"),
       montant_reference="Montant de reference anuel", date_premiere_commande="Date de 1re comande")  # fmt: skip
titles("entete-retours", "Des en-têtes coupés par des retours à la ligne, des espaces au bout, en majuscules.", all_lines_read(),
       intitule="Intitulé de\nl'action  ", gain_annuel="GAIN ANNUEL\r\nSUR 12 MOIS\n(€ TTC)", famille=" Famille ")  # fmt: skip
titles("entete-en-double", "Le gain annuel figure deux fois, la seconde à la place d'un prix.",
       Verdict(codes={"colonne-en-double"}, lines_kept=0, kept="0.00"),
       prix_reference="Gain annuel sur 12 mois (€ TTC)")  # fmt: skip
titles("entete-efface", "L'en-tête du montant de référence est effacé, ses valeurs sont là.",
       Verdict(codes={"colonne-absente"}, lines_kept=0, said="Montant de référence"), montant_reference=None)  # fmt: skip
titles("entete-numero-seul", "Deux en-têtes devenus « N° », l'un pour l'action, l'autre pour le marché.",
       Verdict(codes={"colonne-en-double"}, lines_kept=0), action_id="N°", marche="N°")  # fmt: skip
IN_ENGLISH = {
    "action_id": "Action ID", "demarche": "Scope", "intitule": "Title", "famille": "Family", "domaine": "Domain",
    "categorie": "Category", "levier": "Lever", "operateur": "Purchaser", "marche": "Contract", "mode": "Method",
    "nature": "Kind", "duree_amortissement": "Depreciation (years)", "statut": "Status",
    "date_premiere_commande": "First order", "montant_reference": "Baseline amount", "prix_reference": "Old price",
    "prix_nouveau": "New price", "quantite": "Quantity", "gain_annuel": "Yearly savings", "performance": "Rate",
    "poids": "Weight", "gain_exercice": "Savings of the year", "report": "Carry-over", "type_effet": "Budget effect",
    "justification": "Explanation", "commentaire": "Comment", "retour": "Reply",
}  # fmt: skip
titles("entete-anglais", "Les en-têtes traduits en anglais.", TAB_REFUSED,
       **{c: IN_ENGLISH.get(c, f"Further column {rank}") for c, rank in COLUMN_NUMBERS.items()})  # fmt: skip


@faulty_file("entetes-effaces", "Toute la ligne des en-têtes est effacée.", TAB_REFUSED)
def _() -> bytes:
    return edited(intitule(dict.fromkeys(COLUMN_NUMBERS)))


@faulty_file("entetes-sur-deux-lignes", "Les en-têtes sont coupés sur deux lignes du tableau.",
     Verdict(absent_codes={"colonne-absente", "onglet-inconnu"}, lines_kept=N, kept="55200.00"))  # fmt: skip
def _() -> bytes:
    def split_headings(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(HEADING_ROW + 1)
        for rank in range(1, WIDTH + 1):
            top, _space, bottom = str(f.cell(HEADING_ROW, rank).value).partition(" ")
            f.cell(HEADING_ROW, rank).value, f.cell(HEADING_ROW + 1, rank).value = top, bottom or None

    return edited(split_headings)


@faulty_file("entetes-fusionnes", "Deux en-têtes voisins fusionnés : celui du gain a disparu sous celui de la quantité.",
     Verdict(codes={"colonne-absente"}, lines_kept=0, said="Gain annuel"))  # fmt: skip
def _() -> bytes:
    return edited(lambda _, f: f.merge_cells(f"{COL['quantite']}{HEADING_ROW}:{COL['gain_annuel']}{HEADING_ROW}"))


@faulty_file("entetes-repetes", "La ligne des en-têtes est recopiée au milieu du tableau, comme à l'impression.",
     Verdict(lines_kept=N, kept="55200.00", absent_codes={"valeur-non-numerique"}))  # fmt: skip
def _() -> bytes:
    def repeat_headings(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(L1 + 5)
        for c in ACTIONS.columns:
            f.cell(L1 + 5, COLUMN_NUMBERS[c.key]).value = c.title

    return edited(repeat_headings)


@faulty_file(
    "ligne-d-unites",
    "Une ligne d'unités (« € », « mois ») sous les en-têtes.",
    Verdict(lines_kept=N, kept="55200.00"),
)
def _() -> bytes:
    units = {"montant_reference": "€", "gain_annuel": "€", "quantite": "unités"}
    return edited(lambda _, f: f.insert_rows(L1), put({f"{COL[c]}{L1}": u for c, u in units.items()}))


@faulty_file(
    "titres-de-section",
    "Une ligne de titre (« Restauration ») entre deux groupes d'actions.",
    Verdict(lines_kept=N, kept="55200.00"),
)
def _() -> bytes:
    return edited(lambda _, f: f.insert_rows(L1 + 4), put({f"{COL['intitule']}{L1 + 4}": "Restauration"}))


@faulty_file("lignes-au-dessus", "Trois lignes insérées au-dessus des en-têtes.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: f.insert_rows(1, 3), put({"A1": "Document de travail"}))


@faulty_file("trente-lignes-au-dessus", "Trente lignes de notes au-dessus du titre et du tampon.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: f.insert_rows(1, 30), put({f"B{n}": "note" for n in range(1, 31)}))


@faulty_file(
    "colonne-inseree",
    "Une colonne à soi, « Notes internes », insérée au milieu et remplie.",
    all_lines_read("colonne-ignoree", said="Notes internes"),
)
def _() -> bytes:
    def insert_column(_: Workbook, f: Worksheet) -> None:
        f.insert_cols(6)
        f.cell(HEADING_ROW, 6).value = "Notes internes"
        for n in range(L1, LAST_LINE + 1):
            f.cell(n, 6).value = 12

    return edited(insert_column)


@faulty_file("colonnes-decalees", "Deux colonnes vides insérées devant le tableau.", all_lines_read(cells={}))
def _() -> bytes:
    return edited(lambda _, f: f.insert_cols(1, 2))


@faulty_file(
    "colonnes-permutees",
    "Le levier et le numéro de marché ont échangé leurs places.",
    all_lines_read("colonne-reconnue", read_values={"marche": "2021-001"}),
)
def _() -> bytes:
    def swap_columns(_: Workbook, f: Worksheet) -> None:
        for n in range(HEADING_ROW, LAST_LINE + 1):
            a, b = f.cell(n, COLUMN_NUMBERS["levier"]), f.cell(n, COLUMN_NUMBERS["marche"])
            a.value, b.value = b.value, a.value

    return edited(swap_columns)


@faulty_file(
    "colonne-supprimee",
    "La colonne du statut est supprimée.",
    Verdict(codes={"colonne-absente"}, lines_kept=0, said="Statut"),
)
def _() -> bytes:
    return edited(lambda _, f: f.delete_cols(COLUMN_NUMBERS["statut"]))


@faulty_file("colonnes-masquees", "Les colonnes du gain et de la date sont masquées.", all_lines_read())
def _() -> bytes:
    def mask(_: Workbook, f: Worksheet) -> None:
        for column in ("gain_annuel", "date_premiere_commande"):
            f.column_dimensions[COL[column]].hidden = True

    return edited(mask)


@faulty_file("lignes-masquees", "Cinq lignes sont masquées par un filtre oublié : elles comptent.", all_lines_read())
def _() -> bytes:
    def mask(_: Workbook, f: Worksheet) -> None:
        for n in range(L1, L1 + 5):
            f.row_dimensions[n].hidden = True

    return edited(mask)


@faulty_file("lignes-blanches", "Cinq lignes blanches au milieu du tableau.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: f.insert_rows(L1 + 5, 5))


@faulty_file("une-ligne-sur-deux", "Une ligne blanche entre toutes les actions.", all_lines_read())
def _() -> bytes:
    return edited(*(lambda _, f, n=n: f.insert_rows(n) for n in range(LAST_LINE, L1, -1)))


def total(name: str, defect: str, rank: int, column: str = "intitule", **cells: Any) -> None:
    """Register a case with a line that sums others, `rank` lines below the first."""

    def edit(_: Workbook, f: Worksheet) -> None:
        if rank <= N:
            f.insert_rows(L1 + rank)
        tape(f, L1 + rank, cells)
        if column == "action_id":
            f.cell(L1 + rank, 1).value = "Total"

    add_case(name, defect, all_lines_read("ligne-de-total", cells={}), lambda: edited(edit))


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


@faulty_file(
    "sous-totaux-muets",
    "Deux sous-totaux sans un mot, puis leur total.",
    Verdict(lines_kept=N, kept="55200.00", codes={"ligne-de-total"}),
)
def _() -> bytes:
    def edit(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(L1 + 5)
        for number, total_of in ((L1 + 5, 18_000), (LAST_LINE + 2, 48_000), (LAST_LINE + 3, 66_000)):
            f.cell(number, COLUMN_NUMBERS["gain_annuel"]).value = total_of

    return edited(edit)


@faulty_file(
    "caractere-perdu",
    "Un point tapé par mégarde neuf cents lignes plus bas.",
    all_lines_read("cellule-lointaine", cells={"cellule-lointaine": "D905"}),
)
def _() -> bytes:
    return edited(put({"D905": "."}))


@faulty_file(
    "note-a-droite",
    "Une note tapée à droite du tableau.",
    all_lines_read("cellule-lointaine", cells={"cellule-lointaine": "AD8"}),
)
def _() -> bytes:
    return edited(put({"AD8": "voir avec la pharmacie"}))


@faulty_file("action-tout-en-bas", "Une onzième action saisie trois cents lignes plus bas.",
     Verdict(no_other_code=True, lines_kept=N + 1, kept="68400.00"))  # fmt: skip
def _() -> bytes:
    return edited(type_line(L1 + 320, **line(11)))


@faulty_file("numero-copie", "Une ligne copiée avec son numéro, puis complétée : c'est une autre action.",
     Verdict(codes={"numero-en-double"}, no_other_code=True, lines_kept=N + 1, kept="68400.00",
             cells={"numero-en-double": f"A{LAST_LINE + 1}"}))  # fmt: skip
def _() -> bytes:
    return edited(type_line(LAST_LINE + 1, action_id="0001", **line(11)))


@faulty_file("ligne-copiee", "Une ligne collée deux fois telle quelle.",
     Verdict(codes={"numero-en-double", "doublon"}, no_other_code=True, lines_kept=N, kept="55200.00"))  # fmt: skip
def _() -> bytes:
    return edited(type_line(LAST_LINE + 1, action_id="0001", **line(1)))


@faulty_file("numeros-effaces", "La colonne des numéros d'action est effacée.", all_lines_read())
def _() -> bytes:
    return edited(put({f"A{n}": None for n in range(L1, L1 + 20)}))


@faulty_file("numeros-supprimes", "La colonne des numéros d'action est supprimée.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: f.delete_cols(1))


@faulty_file("cellules-fusionnees", "Le gain de deux lignes est fusionné : la seconde n'en a plus.",
     Verdict(codes={"gain-absent"}, cells={"gain-absent": f"{COL['gain_annuel']}{L1 + 1}"}, no_other_code=True, lines_kept=N - 1, kept="52800.00"))  # fmt: skip
def _() -> bytes:
    return edited(lambda _, f: f.merge_cells(f"{COL['gain_annuel']}{L1}:{COL['gain_annuel']}{L1 + 1}"))


@faulty_file("commentaires-de-cellule", "Des notes accrochées à des cellules.", all_lines_read())
def _() -> bytes:
    return edited(
        lambda _, f: setattr(f[f"{COL['gain_annuel']}{L1}"], "comment", Comment("à revoir", "contrôle de gestion"))
    )


@faulty_file(
    "protege-par-mot-de-passe",
    "Onglet et structure verrouillés par un mot de passe, lecture permise.",
    all_lines_read(),
)
def _() -> bytes:
    def lock_ghts(book: Workbook, f: Worksheet) -> None:
        f.protection.password = "secret"
        book.security.lockStructure = True
        book.security.workbookPassword = "secret"

    return edited(lock_ghts)


@faulty_file("onglet-masque", "L'onglet de l'établissement est masqué.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: setattr(f, "sheet_state", "hidden"))


@faulty_file(
    "onglet-tres-masque", "L'onglet est masqué au point qu'Excel ne propose plus de l'afficher.", all_lines_read()
)
def _() -> bytes:
    return edited(lambda _, f: setattr(f, "sheet_state", "veryHidden"))


@faulty_file("onglet-renomme", "L'onglet est renommé « Lons » : le tampon dit de qui il est.", all_lines_read())
def _() -> bytes:
    return edited(lambda _, f: setattr(f, "title", "Lons"))


@faulty_file("onglets-deplaces", "Les onglets sont dans un autre ordre, la liste en premier.", all_lines_read())
def _() -> bytes:
    return edited(lambda book, f: book.move_sheet(f, 3), lambda book, _: book.move_sheet("Listes", -5))


@faulty_file(
    "onglet-de-brouillon",
    "Un onglet de brouillon, sans tableau, ajouté à la fin.",
    all_lines_read("onglet-ecarte", said="3 valeurs"),
)
def _() -> bytes:
    return edited(lambda book, _: book.create_sheet("Brouillon").append(["à faire", 12, "appeler la pharmacie"]))


@faulty_file("onglet-de-graphique", "Une feuille de graphique ajoutée au classeur.", all_lines_read())
def _() -> bytes:
    return edited(lambda book, _: book.create_chartsheet("Graphique"))


@faulty_file("onglet-liste-supprime", "L'onglet des listes est supprimé.", all_lines_read())
def _() -> bytes:
    return edited(lambda book, _: book.remove(book["Listes"]))


@faulty_file("copie-pour-un-autre", "L'onglet rempli est copié et renommé pour un autre établissement, dont l'onglet est supprimé.",
     Verdict(codes={"onglet-inconnu"}, lines_kept=N, kept="55200.00", said=NEIGHBOUR))  # fmt: skip
def _() -> bytes:
    def copied(book: Workbook, f: Worksheet) -> None:
        book.remove(book[NEIGHBOUR])
        duplicate_sheet(book, f, NEIGHBOUR)

    return edited(copied)


@faulty_file("copie-deux-fois", "L'onglet rempli est copié deux fois : « (2) » et « (3) ».",
     Verdict(codes={"onglet-inconnu"}, no_other_code=True, lines_kept=N, kept="55200.00", said=r"\(3\)"))  # fmt: skip
def _() -> bytes:
    return edited(*(lambda book, f, n=n: duplicate_sheet(book, f, f"{TAB[:26]} ({n})") for n in (2, 3)))


@faulty_file("sauvegarde-sans-tampon", "Une copie de sauvegarde du tableau, sans tampon, sous un autre nom.",
     Verdict(codes={"onglet-inconnu"}, no_other_code=True, lines_kept=N, kept="55200.00", said="sauvegarde"))  # fmt: skip
def _() -> bytes:
    def copied(book: Workbook, f: Worksheet) -> None:
        other = duplicate_sheet(book, f, "sauvegarde du 12")
        for number in (1, 2, 3):
            other.cell(number, 1).value = None

    return edited(copied)


@faulty_file("noms-echanges", "Deux onglets ont échangé leurs noms : le tampon de l'un contredit son nom.",
     Verdict(lines_kept=N, kept="55200.00", said=f"(nom|onglet).*{NEIGHBOUR}|{NEIGHBOUR}.*(nom|onglet)"))  # fmt: skip
def _() -> bytes:
    def swap_titles(book: Workbook, f: Worksheet) -> None:
        neighbour = book[NEIGHBOUR]
        f.title = "provisoire"
        neighbour.title = TAB
        f.title = NEIGHBOUR

    return edited(swap_titles)


def stamps(
    name: str, defect: str, verdict: Verdict, before: str, after: str, *, everywhere: bool = True, alone: str = ""
) -> None:
    """Register a case whose stamps are rewritten: everywhere, property included, or in one tab."""

    def edit(book: Workbook, _: Worksheet) -> None:
        for sheet in book.worksheets:
            for row in sheet.iter_rows(max_row=6, max_col=1):
                if "Vigie · trame" in str(row[0].value) and alone in ("", sheet.title):
                    row[0].value = str(row[0].value).replace(before, after) if after else None
        if everywhere:
            properties: Any = book.custom_doc_props  # type: ignore[attr-defined]
            value = str(properties["vigie"].value).replace(before, after) if after else "effacé"
            del properties["vigie"]
            properties.append(StringProperty(name="vigie", value=value))

    add_case(name, defect, verdict, lambda: edited(edit))


stamps("ght-inconnu", "Le tampon désigne un GHT qui n'existe pas.", refuse("BFC-99", "ght-inconnu"), GHT, "BFC-99")
stamps("ght-d-un-autre", "Le tampon désigne un autre GHT que celui des établissements.",
        Verdict(codes={"onglet-inconnu"}, lines_kept=0, kept="0.00", said=FINESS), GHT, "BFC-02")  # fmt: skip
stamps("campagne-inconnue", "Le tampon désigne une campagne qui n'est pas au calendrier.",
        refuse("2031-annuelle", "campagne-inconnue"), CAMPAIGN, "2031-annuelle")  # fmt: skip
stamps(
    "version-inconnue",
    "La trame est d'une version qui n'est plus lue.",
    refuse("1999.9", "version-non-lue"),
    PAAT.version,
    "1999.9",
)
stamps(
    "trame-d-un-autre-genre",
    "Le tampon annonce une trame d'un genre inconnu.",
    refuse("", "version-non-lue"),
    "trame paat",
    "trame budget",
)
stamps(
    "tampons-effaces",
    "Les tampons des onglets sont effacés ; la propriété du classeur reste.",
    all_lines_read(),
    " · ",
    "",
    everywhere=False,
)
stamps(
    "tampon-d-onglet-efface",
    "Le tampon de l'onglet rempli est effacé ; son nom dit de qui il est.",
    all_lines_read(),
    " · ",
    "",
    everywhere=False,
    alone=TAB,
)
stamps(
    "aucun-tampon", "Tous les tampons sont effacés, propriété comprise.", refuse("tampon", "trame-inconnue"), " · ", ""
)
stamps("tampon-d-un-autre-etablissement", "L'onglet rempli porte le tampon de son voisin, qui garde le sien.",
        Verdict(codes={"onglet-inconnu"}, said=f"{TAB}|{NEIGHBOUR}"), FINESS, NEIGHBOUR_FINESS, everywhere=False, alone=TAB)  # fmt: skip
stamps("onglet-d-une-autre-campagne", "L'onglet rempli vient de la trame d'une autre campagne.",
        Verdict(said="2022-mi-annee"), CAMPAIGN, "2022-mi-annee", everywhere=False, alone=TAB)  # fmt: skip
stamps("onglet-d-un-autre-ght", "L'onglet rempli vient de la trame d'un autre GHT, mais porte un FINESS d'ici.",
        Verdict(said="BFC-02"), GHT, "BFC-02", everywhere=False, alone=TAB)  # fmt: skip
stamps("premier-onglet-contredit", "Le premier onglet porte le tampon d'une autre campagne que tous les autres.",
        Verdict(said="2022-mi-annee"), CAMPAIGN, "2022-mi-annee", everywhere=False, alone=first_tab.TITLE)  # fmt: skip


@faulty_file("propriete-contredite", "La propriété du classeur et les tampons ne désignent pas le même GHT.",
     Verdict(lines_kept=N, said="BFC-02"))  # fmt: skip
def _() -> bytes:
    def edit(book: Workbook, _: Worksheet) -> None:
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]
        value = str(properties["vigie"].value).replace(GHT, "BFC-02")
        del properties["vigie"]
        properties.append(StringProperty(name="vigie", value=value))

    return edited(edit)


@faulty_file("premier-onglet-supprime", "Le premier onglet est supprimé : « trame remise » ne peut être lu.",
     Verdict(codes={"onglet-vide"}, lines_kept=N, kept="55200.00", handed_in=False, said="(premier onglet|Mode d'emploi|Trame remise).*(manqu|absent|disparu|introuvable|supprim)"))  # fmt: skip
def _() -> bytes:
    return edited(lambda book, _: book.remove(book[first_tab.TITLE]))


@faulty_file("premier-onglet-renomme", "Le premier onglet est renommé.", all_lines_read(handed_in=True))
def _() -> bytes:
    return edited(lambda book, _: setattr(book[first_tab.TITLE], "title", "Lisez-moi"))


@faulty_file("pas-remise", "La trame dit « non » à « Trame remise ».", all_lines_read(handed_in=False))
def _() -> bytes:
    return edited(
        lambda book, _: setattr(cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL), "value", "non")
    )


@faulty_file(
    "remise-en-majuscules", "« OUI » avec des espaces, en face de « Trame remise ».", all_lines_read(handed_in=True)
)
def _() -> bytes:
    return edited(
        lambda book, _: setattr(cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL), "value", " OUI ")
    )


def purchases(name: str, defect: str, value: object, verdict: Verdict) -> None:
    """Register a case that differs by the total purchases typed on the first tab."""
    add_case(
        name,
        defect,
        verdict,
        lambda: edited(lambda book, _: setattr(cell_beside(book[first_tab.TITLE], FINESS), "value", value)),
    )


purchases("achats-en-texte", "Les achats totaux sont écrits « 38 M€ ».", "38 M€", all_lines_read())
purchases("achats-nc", "Les achats totaux sont « NC ».", "NC", all_lines_read("valeur-non-numerique"))
purchases(
    "achats-en-erreur",
    "Les achats totaux sont une formule en erreur (#REF!).",
    "#REF!",
    all_lines_read("formule-en-erreur"),
)
purchases(
    "achats-minuscules",
    "Les achats totaux sont saisis en millions : 38.",
    38,
    all_lines_read("achats-suspects", said="achats totaux"),
)


@faulty_file("neant-et-des-lignes", "« Rien à déclarer » est coché pour un établissement qui déclare dix lignes.",
     Verdict(lines_kept=N, kept="55200.00", said=first_tab.NEANT))  # fmt: skip
def _() -> bytes:
    return edited(lambda book, _: setattr(cell_beside(book[first_tab.TITLE], FINESS, 4), "value", "oui"))


@faulty_file("nir-contact", "Un numéro de sécurité sociale en face de « Contact ».",
     Verdict(codes={"donnee-personnelle"}, lines_kept=N, never_said="185057800608491"))  # fmt: skip
def _() -> bytes:
    name = "Mme Durand 1 85 05 78 006 084 91"
    return edited(lambda book, _: setattr(cell_beside(book[first_tab.TITLE], first_tab.CONTACT), "value", name))


@faulty_file("onglet-vide", "L'onglet de l'établissement est vide, et rien ne dit « rien à déclarer ».",
     Verdict(codes={"onglet-vide"}, no_other_code=True, lines_kept=0, kept="0.00"))  # fmt: skip
def _() -> bytes:
    return edited(lambda _, f: f.delete_rows(L1, N))


@faulty_file("onglet-supprime", "L'onglet d'un établissement qui a des gains est supprimé.",
     Verdict(codes={"onglet-manquant"}, no_other_code=True, lines_kept=0, kept="0.00", said=TAB))  # fmt: skip
def _() -> bytes:
    return edited(lambda book, f: book.remove(f))


@faulty_file("valeurs-decalees", "Les valeurs d'une ligne sont collées une colonne trop à droite.",
     Verdict(lines_kept=N - 1, kept=GAIN_WITHOUT_L1))  # fmt: skip
def _() -> bytes:
    def shift(_: Workbook, f: Worksheet) -> None:
        values = [f.cell(L1, r).value for r in range(2, 20)]
        for rank, value in enumerate(values, 3):
            f.cell(L1, rank).value = value

    return edited(shift)


@faulty_file("autre-classeur", "Un planning de congés déposé par erreur.", refuse("Congés", "trame-inconnue"))
def _() -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Congés"
    sheet.append(["Service", "Semaine", "Effectif"])
    return as_bytes(book)


@faulty_file(
    "trame-vierge",
    "La trame est renvoyée telle quelle, vierge.",
    Verdict(codes={"onglet-vide"}, no_other_code=True, lines_kept=0, handed_in=True),
)
def _() -> bytes:
    def empty(book: Workbook, f: Worksheet) -> None:
        f.delete_rows(L1, N)
        for finess in (NEIGHBOUR_FINESS, "390780161", "390780179"):
            cell_beside(book[first_tab.TITLE], finess, 4).value = None

    return edited(empty)


@faulty_file(
    "nom-de-fichier-long",
    "Un nom de fichier de trois cents caractères, avec des accents décomposés.",
    all_lines_read(),
    "Trame " + "e\u0301" * 147 + ".xlsx",
)
def _() -> bytes:
    return ordinary_file()


@faulty_file(
    "nom-de-fichier-hostile",
    "Un nom de fichier qui remonte l'arborescence et porte une balise.",
    all_lines_read(),
    "../../etc/<b>trame</b>\n.xlsx",
)
def _() -> bytes:
    return ordinary_file()


@faulty_file("cinq-cents-onglets", "Cinq cents onglets vides ajoutés au classeur.", all_lines_read())
def _() -> bytes:
    book = open_workbook()
    for n in range(500):
        book.create_sheet(f"Feuil{n}")
    return as_bytes(book)
