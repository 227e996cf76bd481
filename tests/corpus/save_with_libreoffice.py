"""Makes again the files of `tests/data/libreoffice/`: trames that LibreOffice saved. Needs `soffice` on the machine.

Run it by hand (`python -m tests.corpus.save_with_libreoffice`) when the template changes; the tests only read the files.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from sheets import first_tab
from sheets.reading.unwrapping import EXCEL_S_OWN
from tests.corpus.base import COL, L1, ONGLET, enregistre, ouvre
from tests.corpus.libreoffice import DOSSIER, MOT_DE_PASSE

PREPAREES = 12
"""Prepared lines kept: the files are to stay small."""
XLSX, MACROS, XLS = "xlsx:Calc MS Excel 2007 XML", "xlsm:Calc MS Excel 2007 VBA XML", "xls:MS Excel 97"
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Enregistre(source As String, cible As String, filtre As String, secret As String)
  Dim rien(0) As New com.sun.star.beans.PropertyValue
  Dim options(2) As New com.sun.star.beans.PropertyValue
  Dim clefs(1) As New com.sun.star.beans.NamedValue
  rien(0).Name = "Hidden"
  rien(0).Value = True
  options(0).Name = "FilterName"
  options(0).Value = filtre
  options(1).Name = "Password"
  options(1).Value = secret
  clefs(0).Name = "CryptoType"
  clefs(0).Value = "Standard"
  clefs(1).Name = "OOXPassword"
  clefs(1).Value = secret
  If InStr(filtre, "2007") > 0 Then
    options(2).Name = "EncryptionData"
    options(2).Value = clefs()
  End If
  document = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, rien())
  document.storeToURL(ConvertToURL(cible), options())
  document.close(True)
End Sub
</script:module>
"""
SANS_VIGNETTE = (
    '<item oor:path="/org.openoffice.Office.Common/Save/Document"><prop oor:name="GenerateThumbnail" oor:op="fuse">'
    "<value>false</value></prop></item>"
)


class Bureau:
    """LibreOffice with a profile of its own, in a directory that is thrown away."""

    def __init__(self, racine: Path) -> None:
        self.racine = racine
        self.profil = racine / "profil"
        self.lance("--terminate_after_init")  # lays out the profile, which settings and module join
        reglages = self.profil / "user" / "registrymodifications.xcu"
        reglages.write_text(reglages.read_text().replace("</oor:items>", f"{SANS_VIGNETTE}</oor:items>"))
        (self.profil / "user" / "basic" / "Standard" / "Module1.xba").write_text(MODULE)

    def lance(self, *arguments: str) -> None:
        commande = ["soffice", f"-env:UserInstallation={self.profil.as_uri()}", "--headless", "--norestore", *arguments]
        subprocess.run(commande, check=True, timeout=180, capture_output=True)

    def convertit(self, fichier: Path, *formats: str) -> Path:
        """Save a file in each format in turn, from the one before."""
        for forme in formats:
            sortie = Path(tempfile.mkdtemp(dir=self.racine))
            self.lance("--convert-to", forme, "--outdir", str(sortie), str(fichier))
            fichier = next(sortie.iterdir())
        return fichier

    def chiffre(self, fichier: Path, extension: str, filtre: str, mot_de_passe: str = MOT_DE_PASSE) -> Path:
        """Save a file with a password."""
        cible = self.racine / f"chiffre-{mot_de_passe}.{extension}"
        self.lance(f'macro:///Standard.Module1.Enregistre("{fichier}","{cible}","{filtre}","{mot_de_passe}")')
        return cible


def source(racine: Path, nom: str, edite: Callable[[Workbook, Worksheet], object] | None = None) -> Path:
    """The ordinary file, edited if need be, on the disk: fewer prepared lines, and only the tab that is filled."""
    livre = ouvre()
    for feuille in livre.worksheets:
        if feuille.title == ONGLET:
            feuille.delete_rows(L1 + PREPAREES, 50)
        elif feuille.title not in ("Listes", first_tab.TITRE):
            livre.remove(feuille)
    for rangee in livre[first_tab.TITRE].iter_rows(min_col=5, max_col=6):
        for cellule in rangee:
            if cellule.data_type == "f":
                cellule.value = None  # a sum over tabs that are gone
    if edite:
        edite(livre, livre[ONGLET])
    return _ecrit(racine, nom, livre)


def legere(racine: Path, nom: str, onglets: Sequence[str], rangees: int = 60) -> Path:
    """The values alone of these tabs, on the disk."""
    livre, complet = Workbook(), ouvre()
    livre.remove(livre.worksheets[0])
    for titre in onglets:
        copie: Worksheet = livre.create_sheet(titre)
        for rangee in complet[titre].iter_rows(max_row=rangees):
            for cellule in rangee:
                if cellule.value is not None and cellule.data_type != "f":
                    copie.cell(cellule.row, cellule.column).value = cellule.value
    return _ecrit(racine, nom, livre)


def _ecrit(racine: Path, nom: str, livre: Workbook) -> Path:
    fichier = racine / f"{nom}.xlsx"
    fichier.write_bytes(enregistre(livre))
    return fichier


def formules(_: Workbook, feuille: Worksheet) -> None:
    for k in range(L1, L1 + 10):
        feuille[f"{COL['gain_annuel']}{k}"] = f"={COL['montant_reference']}{k}*5/100"


def erreurs(_: Workbook, feuille: Worksheet) -> None:
    feuille[f"{COL['gain_annuel']}{L1}"] = "=1/0"
    feuille[f"{COL['montant_reference']}{L1 + 1}"] = "=RECHERCHEV(1)"


def en_1904(livre: Workbook, _: Worksheet) -> None:
    livre.epoch = CALENDAR_MAC_1904


def fichiers(bureau: Bureau) -> Iterable[tuple[str, Path]]:
    """Each file of the folder, by name. The tab that is saved as text or as a page is the first établissement's."""
    trame = source(bureau.racine, "trame")
    valeurs = legere(bureau.racine, "valeurs", (first_tab.TITRE, ONGLET))
    seule = legere(bureau.racine, "seule", (ONGLET,), L1)
    yield "enregistre.xlsx", bureau.convertit(trame, XLSX)
    yield "enregistre-deux-fois.xlsx", bureau.convertit(trame, XLSX, XLSX)
    yield "feuille.ods", bureau.convertit(trame, "ods")
    yield "retour-d-ods.xlsx", bureau.convertit(trame, "ods", XLSX)
    yield "ancien.xls", bureau.convertit(valeurs, XLS)
    yield "retour-d-xls.xlsx", bureau.convertit(trame, XLS, XLSX)
    yield "macros.xlsm", bureau.convertit(trame, MACROS)
    yield "modele.xltx", bureau.convertit(trame, "xltx:Calc MS Excel 2007 XML Template")
    yield "texte.csv", bureau.convertit(seule, "csv:Text - txt - csv (StarCalc):59,34,76,1")
    yield "plat.fods", bureau.convertit(seule, "fods")
    yield "page.html", bureau.convertit(seule, "html:HTML (StarCalc)")
    yield "imprime.pdf", bureau.convertit(seule, "pdf:calc_pdf_Export")
    yield "formules.xlsx", bureau.convertit(source(bureau.racine, "formules", formules), XLSX)
    yield "erreurs.xlsx", bureau.convertit(source(bureau.racine, "erreurs", erreurs), XLSX)
    yield "erreurs.ods", bureau.convertit(source(bureau.racine, "erreurs-ods", erreurs), "ods")
    yield "calendrier-1904.xlsx", bureau.convertit(source(bureau.racine, "calendrier", en_1904), XLSX)
    yield "calendrier-1904.ods", bureau.convertit(source(bureau.racine, "calendrier-ods", en_1904), "ods")
    yield "chiffre.xlsx", bureau.chiffre(trame, "xlsx", "Calc MS Excel 2007 XML")
    yield "chiffre.xls", bureau.chiffre(valeurs, "xls", "MS Excel 97")
    yield "lecture-seule.xlsx", bureau.chiffre(trame, "xlsx", "Calc MS Excel 2007 XML", EXCEL_S_OWN)
    yield "lecture-seule.xls", bureau.chiffre(valeurs, "xls", "MS Excel 97", EXCEL_S_OWN)
    yield "chiffre.ods", bureau.chiffre(trame, "ods", "calc8")


def main() -> None:
    DOSSIER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as racine:
        for nom, fichier in fichiers(Bureau(Path(racine))):
            shutil.copyfile(fichier, DOSSIER / nom)


if __name__ == "__main__":
    main()
