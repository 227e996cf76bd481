"""What people type in a cell: amounts, dates, codes, list values and texts. One line of the table each.

Never touches the shape of the tab: headings, lines and tabs are in `habits`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.corpus.base import (
    COL,
    GAIN_WITHOUT_L1,
    L1,
    SHEET_PART,
    N,
    Verdict,
    add_case,
    all_lines_read,
    edited,
    faulty_file,
    format_cell,
    put,
    type_line,
    without_l1,
)
from tests.corpus.containers import rewrite_part

NBSP, FINE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
NIR = "185057800608491"
"""Fifteen digits whose key is right, of nobody."""


def add_typed_cases(*tables: tuple[str, str, dict[str, Any], Verdict]) -> None:
    """Register cases that differ from the ordinary file by cells of its first line."""
    for name, defect, cells, verdict in tables:
        add_case(name, defect, verdict, lambda cells=cells: edited(type_line(L1, **cells)))  # type: ignore[misc]


def gain(raw: object, code: str = "valeur-non-numerique", **others: Any) -> tuple[dict[str, Any], Verdict]:
    """A gain that is not a number: its line is struck out, at its cell."""
    return {"gain_annuel": raw}, without_l1(code, "gain_annuel", **others)


add_typed_cases(
    ("gain-nc", "« NC » dans la colonne du gain.", *gain("NC", said="« NC »")),
    ("gain-a-voir", "« à voir » dans la colonne du gain.", *gain("à voir")),
    ("gain-tiret", "Un tiret à la place du gain.", *gain("-")),
    ("gain-neant", "« néant » à la place du gain.", *gain("néant")),
    ("gain-ht", "Un gain suivi de « HT ».", *gain("12 500 HT")),
    ("gain-na", "« NA » à la place du gain, que des bibliothèques prennent pour une case vide.", *gain("NA")),
    ("gain-interrogation", "Un point d'interrogation à la place du gain.", *gain("?")),
    ("gain-environ", "Un gain approximatif : « env. 1 200 ».", *gain("env. 1 200")),
    ("gain-addition", "Une addition écrite en texte : « 1 000 + 200 ».", *gain("1 000 + 200")),
    ("gain-lettre-o", "Des lettres O à la place des zéros du gain.", *gain("12OO")),
    ("gain-pourcentage-texte", "Un pourcentage écrit dans la colonne du gain.", *gain("5 %")),
    ("gain-ambigu", "« 1.234 », qui se lit mille deux cent trente-quatre ou un virgule deux.", *gain("1.234", said="deux façons")),
    ("gain-ambigu-virgule", "« 1,234 », d'un poste réglé en anglais ou en français.", *gain("1,234", said="deux façons")),
    ("gain-vrai", "La case du gain contient VRAI.", *gain(True, said="VRAI")),
    ("gain-1e308", "Un gain de 10 puissance 308.", *gain(1e308)),
    ("gain-formule-en-texte", "Une formule tapée en texte, avec une espace devant le signe égal.", *gain(" =S6+S7")),
    ("gain-kkkk", "Trente-deux mille lettres k dans la case du gain.", *gain("k" * 32_000)),
    ("gain-deux-k", "Un « k » doublé par une faute de frappe : « 1,2 kk€ ».", *gain("1,2 kk€")),
    ("gain-chiffres-pleins", "Mille chiffres dans la case du gain.", *gain("9" * 1_000)),
    ("reference-nc", "« NC » dans le montant de référence.", {"montant_reference": "NC"},
     without_l1("valeur-non-numerique", "montant_reference")),
    ("reference-nulle", "Un montant de référence à zéro.", {"montant_reference": 0},
     without_l1("performance-superieure-100", "montant_reference")),
    ("reference-negative", "Un montant de référence négatif.", {"montant_reference": -24_000},
     without_l1("performance-superieure-100", "montant_reference")),
    ("gain-virgule", "Un gain « 49747,50 » écrit en texte avec une virgule.",
     {"gain_annuel": "49747,50", "montant_reference": "994 950,00"},
     Verdict(codes={"poids-excessif"}, no_other_code=True, lines_kept=N, kept="103747.50")),
    ("gain-trois-et-demi", "Un gain « 3,5 », qu'un réglage anglais lit 35.", {"gain_annuel": "3,5"},
     Verdict(no_other_code=True, lines_kept=N, kept="54003.50")),
    ("gain-entre-parentheses", "Une perte entre parenthèses, à la comptable.", {"gain_annuel": f"(1{NBSP}234)"},
     Verdict(codes={"perte-declaree"}, no_other_code=True, lines_kept=N, kept="52766.00")),
    ("gain-moins-typographique", "Une perte écrite avec le signe moins typographique.", {"gain_annuel": "\N{MINUS SIGN}3,2"},
     Verdict(codes={"perte-declaree"}, no_other_code=True, lines_kept=N, kept="53996.80")),
    ("gain-zero", "Un gain à zéro, saisi.", {"gain_annuel": 0},
     Verdict(absent_codes={"gain-absent", "valeur-non-numerique"}, lines_kept=N, kept=GAIN_WITHOUT_L1)),
    ("gain-espace", "Une espace insécable seule dans la case du gain.", {"gain_annuel": NBSP}, without_l1("gain-absent", "gain_annuel")),
    ("texte-avec-apostrophe", "Des nombres stockés en texte, entre espaces.", {"gain_annuel": "1200 ", "montant_reference": " 24000"}, all_lines_read()),
    ("gain-espace-invisible", "Une espace de largeur nulle derrière un gain collé d'une page web.", {"gain_annuel": "1200\u200b"}, all_lines_read()),
    ("quantite-texte", "Un texte dans une colonne facultative de nombres.", {"quantite": "selon besoin"},
     all_lines_read("valeur-non-numerique", cells={"valeur-non-numerique": f"{COL['quantite']}{L1}"})),
    ("amortissement-texte", "Une durée d'amortissement « 5 ans ».", {"nature": "investissement", "duree_amortissement": "5 ans"},
     Verdict(codes={"valeur-non-numerique"}, absent_codes={"amortissement-absent"}, lines_kept=N - 1)),
    ("pourcentages-colonne-calculee", "Des pourcentages de quatre façons, collés sur une colonne calculée.",
     {"performance": "4,75 %", "poids": 4.75}, all_lines_read()),
)  # fmt: skip


@faulty_file("gain-pourcentage-nombre", "Un taux de 5 % (0,05 au format pourcentage) à la place du gain en euros.",
     Verdict(said="%|pourcent|taux", lines_kept=N - 1, kept=GAIN_WITHOUT_L1))  # fmt: skip
def _() -> bytes:
    return edited(type_line(L1, gain_annuel=0.05), format_cell(f"{COL['gain_annuel']}{L1}", "0%"))


@faulty_file("notations-francaises", "Dix gains écrits de dix façons françaises.", all_lines_read())
def _() -> bytes:
    typed_texts = ("1 200,00 €", f"2{NBSP}400,00", f"3{FINE}600{NBSP}€", "4,8 k€", "6.000,00", "7200,00 EUR", "8 400 € TTC",
              "9'600", "10800.00", "12k€")  # fmt: skip
    return edited(*(type_line(L1 + n, gain_annuel=g) for n, g in enumerate(typed_texts)))


add_typed_cases(
    ("date-serie", "Une date restée un nombre : 44211.", {"date_premiere_commande": 44211}, all_lines_read(read_values={"date_premiere_commande": "2021-01-15"})),
    ("date-serie-texte", "Un numéro de jour écrit en texte : « 44211 ».", {"date_premiere_commande": "44211"},
     without_l1("date-illisible", "date_premiere_commande")),
    ("date-americaine", "Une date à l'américaine : 01/31/2021.", {"date_premiere_commande": "01/31/2021"},
     without_l1("date-illisible", "date_premiere_commande", said="01/31/2021")),
    ("date-31-fevrier", "Un 31 février.", {"date_premiere_commande": "31/02/2021"}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-trimestre", "Une date « T1 2021 ».", {"date_premiere_commande": "T1 2021"}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-courant-annee", "Une date « courant 2021 ».", {"date_premiere_commande": "courant 2021"}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-annee-seule", "L'année seule, comme un nombre : 2021.", {"date_premiere_commande": 2021}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-zero", "La date zéro d'Excel, affichée 00/01/1900.", {"date_premiere_commande": 0}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-negative", "Un nombre négatif au format date.", {"date_premiere_commande": -44211}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-an-30000", "Un nombre trop grand au format date.", {"date_premiere_commande": 99_999_999}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-1e300", "Un nombre démesuré au format date.", {"date_premiere_commande": 1e300}, without_l1("date-illisible", "date_premiere_commande")),
    ("date-avec-heure", "Une date qui porte une heure.", {"date_premiere_commande": datetime(2021, 1, 15, 14, 30)}, all_lines_read()),  # noqa: DTZ001
    ("date-chiffres-arabes", "Une date écrite en chiffres arabes orientaux.",
     {"date_premiere_commande": "\u0662\u0660\u0662\u0661-\u0660\u0661-\u0661\u0665"}, without_l1("date-illisible", "date_premiere_commande")),
    ("marche-zeros", "Un numéro de marché qui commence par des zéros.", {"marche": "00123"}, all_lines_read(read_values={"marche": "00123"})),
    ("marche-1e5", "Un numéro de marché « 1E5 », qui ressemble à un nombre.", {"marche": "1E5"}, all_lines_read(read_values={"marche": "1E5"})),
    ("marche-finess", "Un FINESS à zéro initial comme numéro de marché.", {"marche": "010780054"}, all_lines_read(read_values={"marche": "010780054"})),
    ("marche-nombre", "Un numéro de marché devenu un nombre.", {"marche": 2021045.0}, all_lines_read(read_values={"marche": "2021045"})),
    ("categorie-19-10", "Un code « 19.10 », que des bibliothèques lisent 19,1.", {"categorie": "19.10"},
     all_lines_read("nomenclature-inconnue", read_values={"categorie": "19.10"})),
    ("intitule-na", "Une action intitulée « NA » (Nouvelle-Aquitaine).", {"intitule": "NA"}, all_lines_read(read_values={"intitule": "NA"})),
    ("intitule-null", "Une action intitulée « NULL ».", {"intitule": "NULL"}, all_lines_read(read_values={"intitule": "NULL"})),
    ("intitule-10000", "Un intitulé de dix mille caractères.", {"intitule": "Lot de denrées " * 666}, all_lines_read()),
    ("intitule-total", "Une vraie action dont l'intitulé commence par « Total » (l'énergéticien).", {"intitule": "TOTAL Énergies, carburants"}, all_lines_read()),
    ("statut-majuscules", "Des valeurs de liste en majuscules et sans accents.", {"statut": "REALISE", "mode": "RECURRENT", "nature": "EXPLOITATION"}, all_lines_read()),
    ("statut-accents-decomposes", "Un statut collé depuis un Mac : accents décomposés.", {"statut": "re\u0301alise\u0301"}, all_lines_read()),
    ("statut-espaces", "Des valeurs de liste entourées d'espaces insécables.", {"statut": f"{NBSP}réalisé ", "mode": "récurrent\t"}, all_lines_read()),
    ("statut-pluriel", "Un statut au pluriel.", {"statut": "réalisés"}, all_lines_read("valeur-reconnue")),
    ("statut-faute", "Un statut mal orthographié.", {"statut": "réalsié"}, without_l1("valeur-hors-liste", "statut", said="réalisé")),
    ("statut-commente", "Un statut suivi d'un commentaire.", {"statut": "réalisé en mars"}, without_l1("valeur-hors-liste", "statut")),
    ("statut-vide", "Une ligne sans statut.", {"statut": None}, without_l1("valeur-absente", "statut")),
    ("operateur-synonyme", "Un opérateur sous un autre de ses noms.", {"operateur": "uni ha"}, all_lines_read(read_values={"operateur": "UniHA"})),
    ("operateur-inconnu", "Un opérateur qui n'est pas dans la liste.", {"operateur": "Centrale de Bresse"}, without_l1("valeur-hors-liste", "operateur")),
    ("famille-pluriel", "Une famille au singulier alors que la liste dit le pluriel.", {"famille": "Dispositif médical", "domaine": None},
     all_lines_read("nomenclature-inconnue")),
    ("famille-vide", "Une ligne sans famille.", {"famille": None}, without_l1("valeur-absente", "famille")),
    ("nir-commentaire", "Un numéro de sécurité sociale dans un commentaire.", {"commentaire": "dossier 1 85 05 78 006 084 91"},
     without_l1("donnee-personnelle", "commentaire", never_said=NIR)),
    ("nir-nombre", "Un numéro de sécurité sociale devenu un nombre, dans la colonne du marché.", {"marche": int(NIR)},
     without_l1("donnee-personnelle", "marche", never_said=NIR)),
    ("nir-montant", "Un numéro de sécurité sociale dans la colonne du gain.", {"gain_annuel": int(NIR)},
     Verdict(codes={"donnee-personnelle"}, lines_kept=N - 1, kept=GAIN_WITHOUT_L1, never_said=NIR)),
    ("nir-liste", "Un numéro de sécurité sociale dans une colonne à liste.", {"levier": f"M. Durand {NIR}"},
     Verdict(codes={"donnee-personnelle"}, lines_kept=N - 1, never_said=NIR)),
    ("nir-points", "Un numéro de sécurité sociale écrit avec des points.", {"commentaire": "dossier 1.85.05.78.006.084.91"},
     without_l1("donnee-personnelle", "commentaire", never_said=NIR)),
    ("nir-insecables", "Un numéro de sécurité sociale aux espaces insécables, en deux groupes.", {"intitule": f"Fauteuil 1850578006084{NBSP}91"},
     without_l1("donnee-personnelle", "intitule", never_said=NIR)),
    ("nir-sans-clef", "Un numéro de sécurité sociale sans sa clé, annoncé comme tel.", {"commentaire": "n° SS 1 85 05 78 006 084"},
     without_l1("donnee-personnelle", "commentaire", never_said=NIR[:13])),
    ("injection-commande", "Un texte qui lancerait une commande s'il était pris pour une formule.", {"intitule": "=cmd|' /C calc'!A0"},
     all_lines_read(read_values={"intitule": "=cmd|' /C calc'!A0"})),
    ("injection-plus", "Des textes qui commencent par +, - et @.", {"intitule": "+1+cmd|'/C calc'!A0", "commentaire": "@SUM(1+1)", "justification": "-2+3"}, all_lines_read()),
    ("balises", "Du HTML, une mention et du Markdown dans les textes.", {"intitule": "<script>alert(1)</script> & <b>", "commentaire": "<!channel> @channel"}, all_lines_read()),
    ("emoji", "Des émojis dans l'intitulé.", {"intitule": "Repas \N{FORK AND KNIFE} \U0001f468\u200d\U0001f373"}, all_lines_read()),
    ("droite-a-gauche", "Du texte de droite à gauche, et une marque qui renverse l'affichage.", {"intitule": "غذاء \u202exlsx.exe"}, all_lines_read()),
    ("retours-a-la-ligne", "Un intitulé sur trois lignes.", {"intitule": "Repas\nlot 1\r\nlot 2"}, all_lines_read(read_values={"intitule": "Repas lot 1 lot 2"})),
    ("demi-substitut", "La moitié d'un caractère double (_xD800_) dans un texte.", {"intitule": "Repas _xD800_ lot"}, all_lines_read()),
    ("caractere-nul-echappe", "Un caractère nul et une tabulation verticale, échappés (_x0000_, _x000B_).", {"commentaire": "lot_x0000__x000B_7", "operateur": "UniHA_x0000_"},
     Verdict(lines_kept=None)),
    ("texte-dans-nombre-nan", "« nan » et « inf » écrits en texte dans des montants.", {"gain_annuel": "nan", "montant_reference": "inf"},
     Verdict(codes={"valeur-non-numerique"}, no_other_code=True, lines_kept=N - 1, kept=GAIN_WITHOUT_L1)),
)  # fmt: skip


@faulty_file("dates-ecrites", "Dix dates écrites de dix façons françaises.", all_lines_read())
def _() -> bytes:
    written_ones = ("15/01/21", "1er janvier 2021", "15 juillet 2021", "janv-21", "2021-01-15", "juil-21", "15.01.2021",
               "15-01-2021", "01/07/2021 ", "15 Janvier 2021")  # fmt: skip
    return edited(*(type_line(L1 + n, date_premiere_commande=d) for n, d in enumerate(written_ones)))


@faulty_file("date-format-americain", "Une vraie date, affichée à l'américaine.", all_lines_read())
def _() -> bytes:
    return edited(format_cell(f"{COL['date_premiere_commande']}{L1}", "mm-dd-yy"))


@faulty_file(
    "date-dans-un-montant", "Une date dans la colonne du gain.", without_l1("valeur-non-numerique", "gain_annuel")
)
def _() -> bytes:
    return edited(put({f"{COL['gain_annuel']}{L1}": datetime(2021, 1, 15)}))  # noqa: DTZ001


@faulty_file(
    "date-heure-seule",
    "Une heure sans jour dans la colonne de la date.",
    without_l1("date-illisible", "date_premiere_commande"),
)
def _() -> bytes:
    return edited(put({f"{COL['date_premiere_commande']}{L1}": time(14, 30)}))


@faulty_file(
    "date-duree",
    "Une durée de 30 heures dans la colonne de la date.",
    without_l1("date-illisible", "date_premiere_commande"),
)
def _() -> bytes:
    return edited(put({f"{COL['date_premiere_commande']}{L1}": timedelta(hours=30)}))


def add_number_case(name: str, defect: str, written: str, read_values: str, format_: str = "General") -> None:
    """Register a market number that is a number: as the XML writes it, dressed by a format."""

    def raw_bytes() -> bytes:
        typed = edited(type_line(L1, marche=7), format_cell(f"{COL['marche']}{L1}", format_))
        return rewrite_part(typed, SHEET_PART, (rf'(<c r="{COL["marche"]}{L1}"[^>]*><v>)7', rf"\g<1>{written}"))

    add_case(name, defect, all_lines_read(read_values={"marche": read_values}), raw_bytes)


add_number_case(
    "marche-17-chiffres", "Un numéro de marché de 17 chiffres devenu un nombre.", *["20210000000000012"] * 2
)
add_number_case(
    "marche-17-chiffres-impair",
    "Un numéro de 17 chiffres qu'aucun nombre à virgule ne représente.",
    *["20210000000000013"] * 2,
)
add_number_case(
    "marche-15-chiffres",
    "Un numéro de marché de 15 chiffres, le plus long qu'Excel garde, devenu un nombre.",
    *["920210000000012"] * 2,
)
add_number_case(
    "marche-format-depasse",
    "Un numéro de six chiffres dans une case dont le format en montre cinq.",
    "123456",
    "123456",
    "00000",
)
add_number_case(
    "marche-format-tirets",
    "Un numéro de marché 2021045 affiché 2021-045 par son format.",
    "2021045",
    "2021-045",
    r"0000\-000;@",
)
add_number_case(
    "marche-format-mots",
    "Un numéro de marché 45 affiché « M2021-045 » par son format.",
    "45",
    "M2021-045",
    '"M2021-"000',
)
add_number_case(
    "marche-format-milliers",
    "Un numéro de marché affiché avec des espaces entre ses milliers, qui n'en font pas partie.",
    "2021045",
    "2021045",
    "# ##0",
)


@faulty_file(
    "marche-format-zeros",
    "Un numéro de marché 123 affiché 00123 par son format.",
    all_lines_read(read_values={"marche": "00123"}),
)
def _() -> bytes:
    return edited(type_line(L1, marche=123), format_cell(f"{COL['marche']}{L1}", "00000"))


@faulty_file(
    "texte-enrichi",
    "Un intitulé en caractères gras sur la moitié de sa longueur.",
    all_lines_read(read_values={"intitule": "Épicerie fine"}),
)
def _() -> bytes:
    rich_words = CellRichText("Épicerie ", TextBlock(InlineFont(b=True), "fine"))
    return edited(put({f"{COL['intitule']}{L1}": rich_words}))


@faulty_file("barre", "Une ligne barrée (mise en forme) : elle compte comme les autres.", all_lines_read())
def _() -> bytes:
    def strike_through(_: object, sheet: Any) -> None:
        for cell in sheet[L1]:
            cell.font = Font(strike=True)

    return edited(strike_through)


@faulty_file("ligne-recette", "Une recette sans montant de référence, ce qui est permis.", all_lines_read())
def _() -> bytes:
    return edited(type_line(L1, nature="recette", montant_reference=None, type_effet="recette"))


@faulty_file(
    "insecables-partout",
    "Des espaces insécables à la place de toutes les espaces, et en bout de texte.",
    all_lines_read(),
)
def _() -> bytes:
    def edit(_: object, sheet: Any) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    cell.value = cell.value.replace(" ", NBSP) + NBSP

    return edited(edit)
