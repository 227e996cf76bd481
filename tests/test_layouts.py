"""Legal ways of laying out a workbook that few programs use: each is read to the cent, or the loss is told where it is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import NoReturn

import pytest

from config.errors import UserError
from reports.findings_workbook import lit_les_decisions
from sheets.findings import Constat
from sheets.judged import Classeur
from sheets.judging import workers
from sheets.judging.workbook import juge
from sheets.reading import opening as excel_reader
from sheets.repairing import clean_trame
from tests.corpus import dossier, ordinaire
from tests.corpus.base import COL, FEUILLE, GAIN, GAIN_SANS_L1, L1, ONGLET
from tests.corpus.containers import (
    ESPACE,
    GENRE,
    PARTAGEES,
    RELATIONS,
    Cellule,
    Onglet,
    partage,
    parties,
    recrit,
    remplace,
    xlsb,
    zippe,
)
from tests.corpus.damage import valeurs_binaires
from tests.corpus.libreoffice import DOSSIER

LIVRE, STYLES, RACINE = "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"
GAIN_L1, COMMENTAIRE_L1 = f"{COL['gain_annuel']}{L1}", f"{COL['commentaire']}{L1}"
LIENS = "http://schemas.openxmlformats.org/package/2006/relationships"


def lu(octets: bytes, nom: str = "GHT Jura.xlsx") -> Classeur:
    return juge(nom, octets, dossier())


def total(vu: Classeur) -> str:
    assert vu.lisible, vu.constats
    return f"{vu.totaux.gain_retenu / 100:.2f}"


def codes(vu: Classeur) -> list[tuple[str, str, str]]:
    return [(c.code, c.cellule, c.valeur) for c in vu.constats]


def excel() -> bytes:
    return partage(ordinaire())


# --- errors ------------------------------------------------------------------------------------------------------------

NOUVELLES = ("#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
             "#PYTHON!", "#EXTERNAL!", "#TIMEOUT!", "Err:502")  # fmt: skip


@pytest.mark.parametrize("erreur", NOUVELLES)
def test_an_error_that_excel_found_since_is_told_at_its_cell_and_the_other_lines_are_read(erreur: str) -> None:
    octets = recrit(excel(), FEUILLE, (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf'\1 t="e"><v>{erreur}</v>'))
    vu = lu(octets)
    assert codes(vu) == [("formule-en-erreur", GAIN_L1, erreur)]
    assert total(vu) == GAIN_SANS_L1


@pytest.mark.parametrize("erreur", NOUVELLES)
def test_such_an_error_where_nothing_is_required_loses_nothing(erreur: str) -> None:
    cellule = f'<c r="{COMMENTAIRE_L1}" t="e"><v>{erreur}</v></c>'
    autres = rf'<c r="{COMMENTAIRE_L1}"[^>]*?(/>|>.*?</c>)|(?=</row><row r="{L1 + 1}")'
    assert total(lu(recrit(excel(), FEUILLE, (autres, cellule)))) == GAIN


# --- names and places of the parts ---------------------------------------------------------------------------------------


def deplace(octets: bytes, renommees: dict[str, str]) -> bytes:
    """The workbook with parts under other names, and every link pointing at them."""
    contenu = parties(octets)
    for nom in [n for n in contenu if n.endswith(".rels")]:
        for vieux, neuf in renommees.items():
            bouts = {f"/{vieux}", vieux, vieux.removeprefix("xl/"), f"../{vieux}"}
            for bout in bouts:
                contenu[nom] = contenu[nom].replace(f'Target="{bout}"'.encode(), f'Target="/{neuf}"'.encode())
    for vieux, neuf in renommees.items():
        contenu[neuf] = contenu.pop(vieux)
        dossier_, _, base = vieux.rpartition("/")
        liens = f"{dossier_}/_rels/{base}.rels"
        if liens in contenu:
            d, _, b = neuf.rpartition("/")
            contenu[f"{d}/_rels/{b}.rels".lstrip("/")] = contenu.pop(liens)
    return zippe(contenu)


def feuilles(octets: bytes) -> list[str]:
    return [n for n in parties(octets) if n.startswith("xl/worksheets/sheet")]


def en_majuscules(octets: bytes) -> bytes:
    return zippe({n.upper() if n.startswith("xl/") else n: o for n, o in parties(octets).items()})


def leurre() -> bytes:
    """A workbook that points at its true main part, and holds another one under the usual name, with another gain."""
    x = excel()
    faux = parties(x)[FEUILLE].replace(b"<v>1200</v>", b"<v>9</v>")
    liens = parties(x)[RELATIONS].replace(b"worksheets/sheet2.xml", b"worksheets/leurre.xml")
    vrai = deplace(x, {LIVRE: "xl/workbook2.xml"})
    return remplace(vrai, {LIVRE: parties(x)[LIVRE], RELATIONS: liens, "xl/worksheets/leurre.xml": faux})


DISPOSITIONS: dict[str, Callable[[], bytes]] = {
    "workbook2": lambda: deplace(excel(), {LIVRE: "xl/workbook2.xml"}),
    "livre à la racine": lambda: deplace(excel(), {LIVRE: "workbook.xml"}),
    "autre dossier": lambda: deplace(excel(), {n: f"tableur/{n.removeprefix('xl/')}" for n in parties(excel())
                                               if n.startswith("xl/") and "_rels" not in n}),
    "feuilles ailleurs": lambda: deplace(excel(), {n: n.replace("worksheets/sheet", "feuilles/f") for n in feuilles(excel())}),
    "feuilles à côté du livre": lambda: deplace(excel(), {n: n.replace("worksheets/", "") for n in feuilles(excel())}),
    "textes ailleurs": lambda: deplace(excel(), {PARTAGEES: "xl/textes/strings.xml"}),
    "styles ailleurs": lambda: deplace(excel(), {STYLES: "xl/apparence.xml"}),
    "majuscules": lambda: en_majuscules(excel()),
    "noms en pour cent": lambda: recrit(excel(), RELATIONS, ("worksheets/sheet2", "worksheets/sheet%32")),
    "sans types de contenu": lambda: remplace(excel(), {"[Content_Types].xml": None}),
    "sans styles": lambda: remplace(recrit(excel(), RELATIONS, (r"<Relationship [^>]*styles[^>]*/>", "")), {STYLES: None}),
    "styles annoncés et absents": lambda: remplace(excel(), {STYLES: None}),
    "table de textes vide": lambda: remplace(ordinaire(), {PARTAGEES: f'<sst xmlns="{ESPACE}"/>'.encode()}),
    "sans table de textes": lambda: remplace(ordinaire(), {PARTAGEES: None}),
    "liens préfixés": lambda: recrit(excel(), RELATIONS, ("<Relationship", "<p:Relationship"), ("</Relationship", "</p:Relationship"),
                                     (f'xmlns="{LIENS}"', f'xmlns:p="{LIENS}"')),
    "leurre": leurre,
    "marque d'ordre au livre": lambda: remplace(excel(), {LIVRE: b"\xef\xbb\xbf" + parties(excel())[LIVRE]}),
    "livre en utf-16": lambda: remplace(excel(), {LIVRE: ("<?xml version='1.0' encoding='UTF-16'?>"
                                        + re.sub(r"^<\?xml[^>]*>", "", parties(excel())[LIVRE].decode())).encode("utf-16")}),
}  # fmt: skip


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_parts_are_found_by_their_links_whatever_they_are_named(disposition: str) -> None:
    vu = lu(DISPOSITIONS[disposition]())
    assert total(vu) == GAIN
    assert codes(vu) == []
    assert vu.remis


def test_an_error_is_still_told_at_its_cell_when_the_parts_bear_other_names() -> None:
    en_erreur = recrit(excel(), FEUILLE, (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>'))
    for octets in (en_majuscules(en_erreur), deplace(en_erreur, {LIVRE: "xl/workbook2.xml"}),
                   deplace(en_erreur, {FEUILLE: "xl/f/F.XML"})):  # fmt: skip
        assert codes(lu(octets)) == [("formule-en-erreur", GAIN_L1, "#REF!")]


@pytest.mark.parametrize("entre", [" ", "\n    ", "<!-- -->", "<?p i?>", "\t<!-- a --> \n"])
def test_what_stands_between_cells_and_rows_is_no_value(entre: str) -> None:
    octets = recrit(excel(), FEUILLE, (r"</row>", f"{entre}</row>{entre}"), (r"</c>", f"</c>{entre}"),
                    (r"(<row [^>]*[^/]>)", rf"\1{entre}"), ("<sheetData>", f"{entre}<sheetData>{entre}"))  # fmt: skip
    vu = lu(octets)
    assert (total(vu), codes(vu)) == (GAIN, [])


def cellule(type_: str, contenu: str) -> bytes:
    """The ordinary file whose first gain is written so."""
    return recrit(
        excel(),
        FEUILLE,
        (rf'<c r="{GAIN_L1}"([^>]*?)( t="n")?><v>1200</v></c>', rf'<c r="{GAIN_L1}"\1{type_}>{contenu}</c>'),
    )


@pytest.mark.parametrize(("type_", "contenu"), [
    ("", "<v> 1200 \n</v>"), ("", "<v>1.2E+03</v>"), ("", "<v>1200</v><extLst><ext/></extLst>"), (' t="zz"', "<v>1200</v>"),
    (' t="str"', "<v>1200</v>"), (' t="inlineStr"', "<is><t>1200</t></is>"), ("", '<f t="zz">1</f><v>1200</v>'),
    ("", '<v xml:space="preserve">1200</v>'),
])  # fmt: skip
def test_a_number_is_read_however_its_cell_is_written(type_: str, contenu: str) -> None:
    vu = lu(cellule(type_, contenu))
    assert (total(vu), codes(vu)) == (GAIN, [])


@pytest.mark.parametrize(("type_", "contenu", "code"), [
    (' t="b"', "<v>2</v>", "valeur-non-numerique"), (' t="e"', "<v></v>", "formule-en-erreur"), ("", "<v>0x4B0</v>", "valeur-non-numerique"),
    (' t="d"', "<v>hier</v>", "valeur-non-numerique"), ("", "<v>12_00</v>", "valeur-non-numerique"),
])  # fmt: skip
def test_a_cell_that_makes_no_sense_costs_its_own_line_alone(type_: str, contenu: str, code: str) -> None:
    vu = lu(cellule(type_, contenu))
    assert [(c.code, c.cellule) for c in vu.constats] == [(code, GAIN_L1)]
    assert total(vu) == GAIN_SANS_L1


def test_blanks_that_lay_out_an_open_document_are_no_value() -> None:
    ods = (DOSSIER / "feuille.ods").read_bytes()
    aere = recrit(ods, "content.xml", (r"(?=<table:(?:covered-)?table-(?:cell|row))", "\n      "))
    assert (total(lu(aere, "x.ods")), codes(lu(aere, "x.ods"))) == (GAIN, [])
    assert lu(aere, "x.ods").onglets == lu(ods, "x.ods").onglets


# --- sheets that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["debut", "fin"])
@pytest.mark.parametrize("lien", [True, False])
def test_a_tab_listed_without_its_part_is_told_and_the_rest_is_read(place: str, lien: bool) -> None:
    annonce = '<sheet name="Perdu" sheetId="90" r:id="rId777"/>'
    motif, neuf = (r"<sheets>", f"<sheets>{annonce}") if place == "debut" else (r"</sheets>", f"{annonce}</sheets>")
    octets = recrit(excel(), LIVRE, (motif, neuf))
    if lien:
        perdu = f'<Relationship Id="rId777" Type="{GENRE}/worksheet" Target="worksheets/perdu.xml"/></Relationships>'
        octets = recrit(octets, RELATIONS, ("</Relationships>", perdu))
    vu = lu(octets)
    assert total(vu) == GAIN
    assert [(c.code, c.feuille) for c in vu.constats] == [("onglet-sans-contenu", "Perdu")]


def test_the_tab_of_an_etablissement_without_its_part_is_told() -> None:
    vu = lu(remplace(excel(), {FEUILLE: None}))
    assert total(vu) == "0.00"
    assert {c.code for c in vu.constats} == {"onglet-sans-contenu", "onglet-manquant"}


GENRES = {
    "macro": ("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "macrosheets"),
    "macro internationale": ("http://schemas.microsoft.com/office/2006/relationships/xlIntlMacrosheet", "macrosheets"),
    "graphique": (f"{GENRE}/chartsheet", "chartsheets"),
    "dialogue": (f"{GENRE}/dialogsheet", "dialogsheets"),
}


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("place", [0, 2, 9])
@pytest.mark.parametrize("etat", ["", 'state="hidden"', 'state="veryHidden"'])
def test_a_sheet_that_holds_no_table_is_left_out_wherever_it_stands(genre: str, place: int, etat: str) -> None:
    type_, ou = GENRES[genre]

    def insere(trouve: re.Match[str]) -> str:
        listees = re.findall(r"<[^>]*>", trouve[1])
        listees.insert(place, f'<sheet name="Feuil9" sheetId="90" {etat} r:id="rId901"/>')
        return f"<sheets>{''.join(listees)}</sheets>"

    octets = recrit(excel(), LIVRE, (r"<sheets>(.*?)</sheets>", insere))
    lien = f'<Relationship Id="rId901" Type="{type_}" Target="{ou}/sheet9.xml"/></Relationships>'
    octets = recrit(octets, RELATIONS, ("</Relationships>", lien))
    feuille = f'<xm:macrosheet xmlns:xm="urn:x" xmlns="{ESPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></xm:macrosheet>'
    vu = lu(remplace(octets, {f"xl/{ou}/sheet9.xml": feuille.encode()}))
    assert (total(vu), codes(vu)) == (GAIN, [])


# --- binary workbooks ------------------------------------------------------------------------------------------------


def binaire(*avant: Onglet, loin: tuple[int, int] | None = None) -> bytes:
    return xlsb([*avant, *(Onglet(nom, rangees) for nom, rangees in valeurs_binaires().items())], loin)


def juge_binaire(octets: bytes) -> Classeur:
    return lu(octets, "GHT Jura.xlsb")


def retape(colonne: str, valeur: Cellule) -> dict[str, list[list[Cellule]]]:
    onglets = valeurs_binaires()
    onglets[ONGLET][L1 - 1][list(COL).index(colonne)] = valeur
    return onglets


def test_a_binary_workbook_whose_links_bear_a_prefix_is_read() -> None:
    octets = recrit(binaire(), "xl/_rels/workbook.bin.rels", ("<Relationship", "<p:Relationship"),
                    ("</Relationship", "</p:Relationship"), ("xmlns=", "xmlns:p="))  # fmt: skip
    assert (total(juge_binaire(octets)), codes(juge_binaire(octets))) == (GAIN, [])


def test_a_binary_cell_that_does_not_say_its_column_stands_behind_the_one_before() -> None:
    onglets = [Onglet(nom, rangees) for nom, rangees in valeurs_binaires().items()]
    vu = juge_binaire(xlsb(onglets, courtes=True))
    assert (total(vu), codes(vu)) == (GAIN, [])
    assert vu.onglets == juge_binaire(xlsb(onglets)).onglets


def test_a_companion_saved_as_a_binary_workbook_is_still_no_trame() -> None:
    propriete = b'<Properties><property name="vigie-retour"><v>1</v></property></Properties>'
    (constat,) = juge_binaire(remplace(binaire(), {"docProps/custom.xml": propriete})).constats
    assert constat.code == "retour-de-vigie"


@pytest.mark.parametrize("genre", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_a_binary_sheet_that_holds_no_table_is_left_out(genre: str) -> None:
    vu = juge_binaire(binaire(Onglet("Feuil9", [[1.0]], genre)))
    assert (total(vu), codes(vu)) == (GAIN, [])


@pytest.mark.parametrize(
    ("code", "dit"), [(0x07, "#DIV/0!"), (0x2A, "#N/A"), (0x2B, "#GETTING_DATA"), (0x63, "#ERREUR")]
)
def test_an_error_in_a_binary_workbook_is_told_at_its_cell(code: int, dit: str) -> None:
    onglets = retape("gain_annuel", bytes([code]))
    vu = juge_binaire(xlsb([Onglet(nom, rangees) for nom, rangees in onglets.items()]))
    assert codes(vu) == [("formule-en-erreur", GAIN_L1, dit)]
    assert total(vu) == GAIN_SANS_L1


def test_a_far_cell_in_a_binary_workbook_takes_only_its_own_file() -> None:
    loin = binaire(loin=(1_048_575, 16_383))
    fichiers = [("loin.xlsb", loin), ("bon.xlsx", ordinaire())]
    premier, second = workers.juge_tous(fichiers, dossier())
    assert [total(c) for c in (premier, second)] == [GAIN, GAIN]
    assert "cellule-lointaine" in {c.code for c in premier.constats}


@pytest.mark.parametrize("partie", ["xl/workbook.bin", "xl/worksheets/sheet2.bin", "xl/_rels/workbook.bin.rels"])
def test_a_binary_workbook_that_is_cut_or_scrambled_is_one_finding(partie: str) -> None:
    bon = parties(binaire())
    for n, abime in enumerate(
        (bon[partie][:-7], bon[partie][: len(bon[partie]) // 3], bytes(900), zlib.compress(bon[partie]))
    ):
        vu = juge_binaire(zippe({**bon, partie: abime}))
        assert vu.lisible or len(vu.constats) == 1, n


# --- a panic of the reader ---------------------------------------------------------------------------------------------


class PanicError(BaseException):
    """What calamine raises when it panics: no Exception, of a module that cannot be imported."""


PanicError.__module__ = excel_reader.PANIQUE


def panique(*_: object) -> NoReturn:
    raise PanicError("called `Option::unwrap()` on a `None` value")


def soigne_un(octets: bytes) -> str:
    rendu = clean_trame._a_l_abri("", "", "GHT Jura.xlsx", octets, dossier(), False)
    assert isinstance(rendu, Constat)
    return rendu.message


def decide_un(octets: bytes) -> str:
    with pytest.raises(UserError) as faute:
        lit_les_decisions(octets)
    return str(faute.value)


LECTEURS: dict[str, Callable[[bytes], str]] = {
    "check, pull, retour": lambda octets: lu(octets).constats[0].message,
    "soigne": soigne_un,
    "decide --file": decide_un,
}


@pytest.mark.parametrize("commande", LECTEURS)
def test_a_panic_of_the_reader_is_a_failed_read_like_any_other(commande: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_reader, "CalamineWorkbook", SimpleNamespace(from_filelike=panique))
    assert "abîmé" in LECTEURS[commande](ordinaire())
