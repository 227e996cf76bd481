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
from tests.corpus.base import COL, L1, TAB, as_bytes, open_workbook
from tests.corpus.libreoffice import FOLDER, PASSWORD

PREPARED_ROWS = 12
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
WITHOUT_THUMBNAIL = (
    '<item oor:path="/org.openoffice.Office.Common/Save/Document"><prop oor:name="GenerateThumbnail" oor:op="fuse">'
    "<value>false</value></prop></item>"
)


class LibreOffice:
    """LibreOffice with a profile of its own, in a directory that is thrown away."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.profile = root / "profil"
        self.run("--terminate_after_init")  # lays out the profile, which settings and module join
        settings = self.profile / "user" / "registrymodifications.xcu"
        settings.write_text(settings.read_text().replace("</oor:items>", f"{WITHOUT_THUMBNAIL}</oor:items>"))
        (self.profile / "user" / "basic" / "Standard" / "Module1.xba").write_text(MODULE)

    def run(self, *arguments: str) -> None:
        command = ["soffice", f"-env:UserInstallation={self.profile.as_uri()}", "--headless", "--norestore", *arguments]
        subprocess.run(command, check=True, timeout=180, capture_output=True)

    def convert(self, file: Path, *formats: str) -> Path:
        """Save a file in each format in turn, from the one before."""
        for form in formats:
            output = Path(tempfile.mkdtemp(dir=self.root))
            self.run("--convert-to", form, "--outdir", str(output), str(file))
            file = next(output.iterdir())
        return file

    def encrypted(self, file: Path, extension: str, export_filter: str, password: str = PASSWORD) -> Path:
        """Save a file with a password."""
        target = self.root / f"chiffre-{password}.{extension}"
        self.run(f'macro:///Standard.Module1.Enregistre("{file}","{target}","{export_filter}","{password}")')
        return target


def source(root: Path, name: str, edit: Callable[[Workbook, Worksheet], object] | None = None) -> Path:
    """The ordinary file, edited if need be, on the disk: fewer prepared lines, and only the tab that is filled."""
    book = open_workbook()
    for sheet in book.worksheets:
        if sheet.title == TAB:
            sheet.delete_rows(L1 + PREPARED_ROWS, 50)
        elif sheet.title not in ("Listes", first_tab.TITLE):
            book.remove(sheet)
    for row in book[first_tab.TITLE].iter_rows(min_col=5, max_col=6):
        for cell in row:
            if cell.data_type == "f":
                cell.value = None  # a sum over tabs that are gone
    if edit:
        edit(book, book[TAB])
    return _write_workbook(root, name, book)


def light_file(root: Path, name: str, tabs: Sequence[str], rows: int = 60) -> Path:
    """The values alone of these tabs, on the disk."""
    book, is_complete = Workbook(), open_workbook()
    book.remove(book.worksheets[0])
    for title in tabs:
        copied: Worksheet = book.create_sheet(title)
        for row in is_complete[title].iter_rows(max_row=rows):
            for cell in row:
                if cell.value is not None and cell.data_type != "f":
                    copied.cell(cell.row, cell.column).value = cell.value
    return _write_workbook(root, name, book)


def _write_workbook(root: Path, name: str, book: Workbook) -> Path:
    file = root / f"{name}.xlsx"
    file.write_bytes(as_bytes(book))
    return file


def formulas(_: Workbook, sheet: Worksheet) -> None:
    for k in range(L1, L1 + 10):
        sheet[f"{COL['gain_annuel']}{k}"] = f"={COL['montant_reference']}{k}*5/100"


def errors(_: Workbook, sheet: Worksheet) -> None:
    sheet[f"{COL['gain_annuel']}{L1}"] = "=1/0"
    sheet[f"{COL['montant_reference']}{L1 + 1}"] = "=RECHERCHEV(1)"


def dates_from_1904(book: Workbook, _: Worksheet) -> None:
    book.epoch = CALENDAR_MAC_1904


def files(office: LibreOffice) -> Iterable[tuple[str, Path]]:
    """Each file of the folder, by name. The tab that is saved as text or as a page is the first établissement's."""
    trame = source(office.root, "trame")
    values = light_file(office.root, "valeurs", (first_tab.TITLE, TAB))
    form_alone = light_file(office.root, "seule", (TAB,), L1)
    yield "enregistre.xlsx", office.convert(trame, XLSX)
    yield "enregistre-deux-fois.xlsx", office.convert(trame, XLSX, XLSX)
    yield "feuille.ods", office.convert(trame, "ods")
    yield "retour-d-ods.xlsx", office.convert(trame, "ods", XLSX)
    yield "ancien.xls", office.convert(values, XLS)
    yield "retour-d-xls.xlsx", office.convert(trame, XLS, XLSX)
    yield "macros.xlsm", office.convert(trame, MACROS)
    yield "modele.xltx", office.convert(trame, "xltx:Calc MS Excel 2007 XML Template")
    yield "texte.csv", office.convert(form_alone, "csv:Text - txt - csv (StarCalc):59,34,76,1")
    yield "plat.fods", office.convert(form_alone, "fods")
    yield "page.html", office.convert(form_alone, "html:HTML (StarCalc)")
    yield "imprime.pdf", office.convert(form_alone, "pdf:calc_pdf_Export")
    yield "formules.xlsx", office.convert(source(office.root, "formules", formulas), XLSX)
    yield "erreurs.xlsx", office.convert(source(office.root, "erreurs", errors), XLSX)
    yield "erreurs.ods", office.convert(source(office.root, "erreurs-ods", errors), "ods")
    yield "calendrier-1904.xlsx", office.convert(source(office.root, "calendrier", dates_from_1904), XLSX)
    yield "calendrier-1904.ods", office.convert(source(office.root, "calendrier-ods", dates_from_1904), "ods")
    yield "chiffre.xlsx", office.encrypted(trame, "xlsx", "Calc MS Excel 2007 XML")
    yield "chiffre.xls", office.encrypted(values, "xls", "MS Excel 97")
    yield "lecture-seule.xlsx", office.encrypted(trame, "xlsx", "Calc MS Excel 2007 XML", EXCEL_S_OWN)
    yield "lecture-seule.xls", office.encrypted(values, "xls", "MS Excel 97", EXCEL_S_OWN)
    yield "chiffre.ods", office.encrypted(trame, "ods", "calc8")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        for name, file in files(LibreOffice(Path(root))):
            shutil.copyfile(file, FOLDER / name)


if __name__ == "__main__":
    main()
