"""What a workbook comes wrapped in: Excel's own lock, rights management, the old formats, documents inserted into it."""

from __future__ import annotations

import io
import random

import msoffcrypto
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from sheets.judged import Classeur
from sheets.judging.workbook import juge
from sheets.reading.unwrapping import EXCEL_S_OWN
from tests.corpus import dossier, ordinaire
from tests.corpus.base import COL, GAIN, GAIN_SANS_L1, L1, ONGLET, ouvre
from tests.corpus.containers import ole, remplace, zippe

ESPACE_DRM = "\x09DRMDataSpace"


def total(octets: bytes, nom: str = "GHT Jura.xlsx") -> str:
    vu = juge(nom, octets, dossier())
    assert vu.lisible, vu.constats
    return f"{vu.totaux.gain_retenu / 100:.2f}"


def refus(octets: bytes) -> tuple[str, str]:
    """The code and the sentence of a file that is refused whole."""
    vu = juge("GHT Jura.xlsx", octets, dossier())
    assert not vu.lisible
    (constat,) = vu.constats
    return constat.code, constat.message


def chiffre(mot_de_passe: str) -> bytes:
    rendu = io.BytesIO()
    OOXMLFile(io.BytesIO(ordinaire())).encrypt(mot_de_passe, rendu)
    return rendu.getvalue()


def test_a_workbook_that_excel_locks_with_its_own_password_is_read() -> None:
    assert total(chiffre(EXCEL_S_OWN)) == GAIN


def test_a_real_password_keeps_its_sentence() -> None:
    code, phrase = refus(chiffre("secret"))
    assert code == "classeur-protege"
    assert "mot de passe" in phrase


def test_a_lock_that_would_take_minutes_to_try_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    essais: list[object] = []
    monkeypatch.setattr(msoffcrypto, "OfficeFile", essais.append)
    info = b'\x04\x00\x04\x00\x40\x00\x00\x00<encryptedKey spinCount="9999999" saltSize="16"/>'
    assert "mot de passe" in refus(ole({"EncryptionInfo": info, "EncryptedPackage": bytes(64)}))[1]
    assert essais == []


@pytest.mark.parametrize("flux", [
    {"EncryptedPackage": b"x", "DRMEncryptedDataSpace": b"x", "DRMEncryptedTransform": b"x"},
    {"Workbook": b"\\x09\\x08", "\x09DRMContent": b"x"},
    {"\x09DRMContent": b"x"},
])  # fmt: skip
def test_rights_management_has_its_own_sentence(flux: dict[str, bytes]) -> None:
    code, phrase = refus(ole(flux))
    assert code == "classeur-protege"
    assert "droits" in phrase
    assert "étiquette" in phrase
    assert "mot de passe" not in phrase


def test_a_label_alone_locks_nothing() -> None:
    etiquette = b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"/>'
    assert total(remplace(ordinaire(), {"docMetadata/LabelInfo.xml": etiquette})) == GAIN


@pytest.mark.parametrize("nom", ["Microsoft_Excel_Worksheet.xlsx", "Microsoft_Excel_97.xls", "tableur.ods",
                                 "Microsoft_Word_Document.docx", "oleObject1.bin", "document.pdf"])  # fmt: skip
def test_a_document_inserted_into_a_trame_changes_nothing(nom: str) -> None:
    assert total(remplace(ordinaire(), {f"xl/embeddings/{nom}": ordinaire()})) == GAIN


def test_an_archive_of_workbooks_keeps_its_sentence() -> None:
    for contenu in ({"GHT Jura.xlsx": ordinaire()}, {"envoi/xl/GHT.xlsb": b"x"}, {"lisez-moi.txt": b"", "b.ods": b"x"}):
        assert "archive" in refus(zippe(contenu))[1]


def ancien(*, en_1904: bool = False) -> xlwt.Workbook:
    """The ordinary file at the format of Excel 97, its formulas left out."""
    livre = xlwt.Workbook()
    livre.dates_1904 = en_1904
    jour = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for feuille in ouvre().worksheets:
        copie = livre.add_sheet(feuille.title, cell_overwrite_ok=True)
        for rangee in feuille.iter_rows():
            for c in rangee:
                if c.value is not None and c.data_type != "f":
                    copie.write(c.row - 1, c.column - 1, c.value, *([jour] if c.is_date else []))
    return livre


def enregistre(livre: xlwt.Workbook) -> bytes:
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def place(colonne: str, numero: int = L1) -> tuple[int, int]:
    """The row and column of a cell of the first line, from 0."""
    rang = 0
    for lettre in COL[colonne]:
        rang = rang * 26 + ord(lettre) - 64
    return numero - 1, rang - 1


def juge_ancien(livre: xlwt.Workbook) -> Classeur:
    return juge("GHT Jura.xls", enregistre(livre), dossier())


@pytest.mark.parametrize("en_1904", [False, True])
def test_an_old_workbook_is_read_to_the_cent_and_to_the_cell(en_1904: bool) -> None:
    vu, neuf = juge_ancien(ancien(en_1904=en_1904)), juge("GHT Jura.xls", ordinaire(), dossier())
    assert vu.totaux.gain_retenu == neuf.totaux.gain_retenu
    assert [o.lignes for o in vu.onglets] == [o.lignes for o in neuf.onglets]
    assert vu.remis


def test_an_error_in_an_old_workbook_is_told_at_its_cell() -> None:
    livre = ancien()
    livre.get_sheet(ONGLET).row(place("gain_annuel")[0]).set_cell_error(place("gain_annuel")[1], "#DIV/0!")
    vu = juge_ancien(livre)
    assert [(c.code, c.cellule, c.valeur) for c in vu.constats] == [
        ("formule-en-erreur", f"{COL['gain_annuel']}{L1}", "#DIV/0!")
    ]
    assert vu.totaux.gain_retenu == round(float(GAIN_SANS_L1) * 100)


def test_an_old_workbook_shows_its_market_numbers_as_their_format_dresses_them() -> None:
    livre = ancien()
    livre.get_sheet(ONGLET).write(*place("marche"), 123, xlwt.easyxf(num_format_str="00000"))
    assert juge_ancien(livre).onglets[0].lignes[0].valeurs.marche == "00123"


def test_a_value_in_the_last_cell_of_an_old_workbook_swells_nothing() -> None:
    livre = ancien()
    livre.get_sheet(ONGLET).write(65_535, 255, 1)
    vu = juge_ancien(livre)
    assert f"{vu.totaux.gain_retenu / 100:.2f}" == GAIN
    assert "cellule-lointaine" in {c.code for c in vu.constats}


def test_an_old_workbook_that_is_cut_or_scrambled_is_a_finding() -> None:
    bon = enregistre(ancien())
    hasard = random.Random(5)
    for essai in range(30):
        abime = bytearray(bon[: len(bon) // 2] if essai == 0 else bon)
        for _ in range(0 if essai == 0 else 40):
            abime[hasard.randrange(len(abime))] = hasard.randrange(256)
        vu = juge("GHT Jura.xls", bytes(abime), dossier())
        assert vu.lisible or [c.code for c in vu.constats] == ["classeur-illisible"]
