"""How a trame looks: colours, type, borders, locks, print."""

from __future__ import annotations

from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

ENCRE, BLEU, BLEU_CLAIR, GRIS, GRIS_PALE, BLANC = "FF1F2A44", "FF1F4E79", "FF4F7CAC", "FF6B7280", "FFF3F4F6", "FFFFFFFF"
ROUGE_PALE, ORANGE_PALE, JAUNE_PALE, BLEU_PALE = "FFF8C9C4", "FFFCE2B8", "FFFFF8DC", "FFDCE6F2"
BLEU_PALE, VERT_PALE, ROUGE, ORANGE = "FFDCE9F7", "FFDDF0DF", "FFB3261E", "FFB25E00"
_FIN = Side(style="thin", color="FFBFC7D5")
CADRE = Border(left=_FIN, right=_FIN, top=_FIN, bottom=_FIN)


def police(taille: float = 10, *, gras: bool = False, italique: bool = False, couleur: str = ENCRE) -> Font:
    return Font(name="Calibri", size=taille, bold=gras, italic=italique, color=couleur)


def titre(feuille: Worksheet, titre: str, sous_titre: str) -> None:
    feuille["A1"], feuille["A2"] = titre, sous_titre
    feuille["A1"].font = police(15, gras=True, couleur=BLEU)
    feuille["A2"].font = police(couleur=GRIS)
    feuille.sheet_view.showGridLines = True


def protege(feuille: Worksheet) -> None:
    """Headings and computed columns are locked, without password: a guard-rail, not a wall."""
    p = feuille.protection
    p.sheet = True
    p.formatCells = p.formatColumns = p.formatRows = p.sort = p.autoFilter = p.insertRows = p.deleteRows = False


def imprime(feuille: Worksheet, titres: str | None = None) -> None:
    feuille.page_setup.orientation = "landscape"
    feuille.page_setup.paperSize = feuille.PAPERSIZE_A3
    feuille.page_setup.fitToHeight = 0
    feuille.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if titres:
        feuille.print_title_rows = titres
