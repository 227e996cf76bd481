"""Trames that LibreOffice saved, kept under `tests/data/libreoffice/`; `save_with_libreoffice` makes them again.

Reads those files and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from tests.corpus.base import L1, N, Verdict, add_case, all_lines_read, faulty_file, refuse
from tests.corpus.containers import rewrite_part

FOLDER = Path(__file__).parents[1] / "data" / "libreoffice"
KEPT_GAIN = f"S{L1}"
"""The first gain in those files: they have the columns of the day they were saved, whatever the trame gains since."""
PASSWORD = "secret"
READ_VALUES = {"marche": "2021-001", "date_premiere_commande": "2021-01-15", "intitule": "Épicerie"}
TWO_ERRORS = Verdict(
    codes={"formule-en-erreur"}, absent_codes={"gain-absent", "montant-reference-absent"}, lines_kept=N - 2, kept="51600.00",
    cells={"formule-en-erreur": KEPT_GAIN},
)  # fmt: skip


def add_saved_case(name: str, defect: str, verdict: Verdict, origin: str, file: str = "") -> None:
    """Register a file of the folder, under its own name or renamed."""
    add_case(f"lo-{name}", defect, verdict, (FOLDER / origin).read_bytes, file or origin)


for name_, fault_, verdict_, origin_, renamed in (
    ("xlsx", "LibreOffice a réenregistré la trame.", all_lines_read(read_values=READ_VALUES, handed_in=True), "enregistre.xlsx", ""),
    ("xlsx-deux-fois", "LibreOffice a réenregistré la trame deux fois.", all_lines_read(read_values=READ_VALUES, handed_in=True), "enregistre-deux-fois.xlsx", ""),
    ("ods", "La trame est enregistrée au format OpenDocument.", all_lines_read(read_values=READ_VALUES, handed_in=True), "feuille.ods", ""),
    ("ods-renomme", "Un .ods renommé en .xlsx.", all_lines_read(read_values=READ_VALUES, handed_in=True), "feuille.ods", "feuille.xlsx"),
    ("retour-d-ods", "La trame est passée par .ods, puis revenue en .xlsx.", all_lines_read(read_values=READ_VALUES, handed_in=True), "retour-d-ods.xlsx", ""),
    ("xls", "La trame est enregistrée à l'ancien format .xls.", all_lines_read(read_values=READ_VALUES, handed_in=True), "ancien.xls", ""),
    ("xls-renomme", "Un .xls renommé en .xlsx.", all_lines_read(read_values=READ_VALUES, handed_in=True), "ancien.xls", "ancien.xlsx"),
    ("retour-d-xls", "La trame est passée par .xls, puis revenue en .xlsx.", all_lines_read(read_values=READ_VALUES, handed_in=True), "retour-d-xls.xlsx", ""),
    ("macros", "LibreOffice a enregistré la trame comme classeur à macros.", all_lines_read(read_values=READ_VALUES, handed_in=True), "macros.xlsm", ""),
    ("modele", "LibreOffice a enregistré la trame comme modèle (.xltx).", all_lines_read(read_values=READ_VALUES, handed_in=True), "modele.xltx", ""),
    ("csv", "L'onglet exporté en CSV, renommé en .xlsx.", refuse("CSV|texte"), "texte.csv", "texte.xlsx"),
    ("fods", "Un OpenDocument à plat (.fods), renommé en .xlsx.", refuse("XML|OpenDocument"), "plat.fods", "plat.xlsx"),
    ("html", "L'onglet exporté en page web, nommé .xls.", refuse("HTML|page web"), "page.html", "page.xls"),
    ("pdf", "L'onglet imprimé en PDF, renommé en .xlsx.", refuse("PDF"), "imprime.pdf", "imprime.xlsx"),
    ("formules", "Tous les gains sont des formules, que LibreOffice a calculées.", all_lines_read(read_values=READ_VALUES, handed_in=True), "formules.xlsx", ""),
    ("erreurs", "Un gain est #DIV/0! et un montant #NOM?, enregistrés par LibreOffice.", TWO_ERRORS, "erreurs.xlsx", ""),
    ("erreurs-ods", "Les mêmes erreurs dans un .ods.", TWO_ERRORS, "erreurs.ods", ""),
    ("1904", "Un classeur au calendrier de 1904, réenregistré.", all_lines_read(read_values=READ_VALUES), "calendrier-1904.xlsx", ""),
    ("1904-ods", "Un classeur au calendrier de 1904, passé en .ods.", all_lines_read(read_values=READ_VALUES), "calendrier-1904.ods", ""),
    ("chiffre", "LibreOffice a chiffré la trame (.xlsx) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.xlsx", ""),
    ("chiffre-xls", "LibreOffice a chiffré la trame (.xls) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.xls", ""),
    ("lecture-seule", "La trame (.xlsx) est chiffrée par le mot de passe d'Excel, à l'ancienne façon.", all_lines_read(read_values=READ_VALUES, handed_in=True), "lecture-seule.xlsx", ""),
    ("lecture-seule-xls", "La trame (.xls) est chiffrée par le mot de passe d'Excel.", all_lines_read(read_values=READ_VALUES, handed_in=True), "lecture-seule.xls", ""),
    ("chiffre-ods", "LibreOffice a chiffré la trame (.ods) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.ods", ""),
):  # fmt: skip
    add_saved_case(name_, fault_, verdict_, origin_, renamed)


@faulty_file(
    "lo-ods-zeros",
    "Dans un .ods, un numéro de marché 123 affiché 00123 par son format.",
    all_lines_read(read_values={"marche": "00123"}),
    "zeros.ods",
)
def _() -> bytes:
    as_number = '\\1office:value-type="float" office:value="123" calcext:value-type="float"><text:p>00123</text:p>'
    text = r'(<table:table-cell [^>]*?)office:value-type="string" calcext:value-type="string"><text:p>2021-001</text:p>'
    return rewrite_part((FOLDER / "feuille.ods").read_bytes(), "content.xml", (text, as_number))
