"""Trames that LibreOffice saved, kept under `tests/data/libreoffice/`; `save_with_libreoffice` makes them again.

Reads those files and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from tests.corpus.base import L1, N, Verdict, ajoute, cas, entier, refuse
from tests.corpus.containers import recrit

DOSSIER = Path(__file__).parents[1] / "data" / "libreoffice"
KEPT_GAIN = f"S{L1}"
"""The first gain in those files: they have the columns of the day they were saved, whatever the trame gains since."""
MOT_DE_PASSE = "secret"
LU = {"marche": "2021-001", "date_premiere_commande": "2021-01-15", "intitule": "Épicerie"}
DEUX_ERREURS = Verdict(
    codes={"formule-en-erreur"}, pas={"gain-absent", "montant-reference-absent"}, lignes_retenues=N - 2, gain_retenu="51600.00",
    cellules={"formule-en-erreur": KEPT_GAIN},
)  # fmt: skip


def enregistre(nom: str, defaut: str, verdict: Verdict, origine: str, fichier: str = "") -> None:
    """Register a file of the folder, under its own name or renamed."""
    ajoute(f"lo-{nom}", defaut, verdict, (DOSSIER / origine).read_bytes, fichier or origine)


for nom_, defaut_, verdict_, origine_, renomme in (
    ("xlsx", "LibreOffice a réenregistré la trame.", entier(lu=LU, remis=True), "enregistre.xlsx", ""),
    ("xlsx-deux-fois", "LibreOffice a réenregistré la trame deux fois.", entier(lu=LU, remis=True), "enregistre-deux-fois.xlsx", ""),
    ("ods", "La trame est enregistrée au format OpenDocument.", entier(lu=LU, remis=True), "feuille.ods", ""),
    ("ods-renomme", "Un .ods renommé en .xlsx.", entier(lu=LU, remis=True), "feuille.ods", "feuille.xlsx"),
    ("retour-d-ods", "La trame est passée par .ods, puis revenue en .xlsx.", entier(lu=LU, remis=True), "retour-d-ods.xlsx", ""),
    ("xls", "La trame est enregistrée à l'ancien format .xls.", entier(lu=LU, remis=True), "ancien.xls", ""),
    ("xls-renomme", "Un .xls renommé en .xlsx.", entier(lu=LU, remis=True), "ancien.xls", "ancien.xlsx"),
    ("retour-d-xls", "La trame est passée par .xls, puis revenue en .xlsx.", entier(lu=LU, remis=True), "retour-d-xls.xlsx", ""),
    ("macros", "LibreOffice a enregistré la trame comme classeur à macros.", entier(lu=LU, remis=True), "macros.xlsm", ""),
    ("modele", "LibreOffice a enregistré la trame comme modèle (.xltx).", entier(lu=LU, remis=True), "modele.xltx", ""),
    ("csv", "L'onglet exporté en CSV, renommé en .xlsx.", refuse("CSV|texte"), "texte.csv", "texte.xlsx"),
    ("fods", "Un OpenDocument à plat (.fods), renommé en .xlsx.", refuse("XML|OpenDocument"), "plat.fods", "plat.xlsx"),
    ("html", "L'onglet exporté en page web, nommé .xls.", refuse("HTML|page web"), "page.html", "page.xls"),
    ("pdf", "L'onglet imprimé en PDF, renommé en .xlsx.", refuse("PDF"), "imprime.pdf", "imprime.xlsx"),
    ("formules", "Tous les gains sont des formules, que LibreOffice a calculées.", entier(lu=LU, remis=True), "formules.xlsx", ""),
    ("erreurs", "Un gain est #DIV/0! et un montant #NOM?, enregistrés par LibreOffice.", DEUX_ERREURS, "erreurs.xlsx", ""),
    ("erreurs-ods", "Les mêmes erreurs dans un .ods.", DEUX_ERREURS, "erreurs.ods", ""),
    ("1904", "Un classeur au calendrier de 1904, réenregistré.", entier(lu=LU), "calendrier-1904.xlsx", ""),
    ("1904-ods", "Un classeur au calendrier de 1904, passé en .ods.", entier(lu=LU), "calendrier-1904.ods", ""),
    ("chiffre", "LibreOffice a chiffré la trame (.xlsx) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.xlsx", ""),
    ("chiffre-xls", "LibreOffice a chiffré la trame (.xls) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.xls", ""),
    ("lecture-seule", "La trame (.xlsx) est chiffrée par le mot de passe d'Excel, à l'ancienne façon.", entier(lu=LU, remis=True), "lecture-seule.xlsx", ""),
    ("lecture-seule-xls", "La trame (.xls) est chiffrée par le mot de passe d'Excel.", entier(lu=LU, remis=True), "lecture-seule.xls", ""),
    ("chiffre-ods", "LibreOffice a chiffré la trame (.ods) par un mot de passe.", refuse("mot de passe", "classeur-protege"), "chiffre.ods", ""),
):  # fmt: skip
    enregistre(nom_, defaut_, verdict_, origine_, renomme)


@cas(
    "lo-ods-zeros",
    "Dans un .ods, un numéro de marché 123 affiché 00123 par son format.",
    entier(lu={"marche": "00123"}),
    "zeros.ods",
)
def _() -> bytes:
    en_nombre = '\\1office:value-type="float" office:value="123" calcext:value-type="float"><text:p>00123</text:p>'
    texte = (
        r'(<table:table-cell [^>]*?)office:value-type="string" calcext:value-type="string"><text:p>2021-001</text:p>'
    )
    return recrit((DOSSIER / "feuille.ods").read_bytes(), "content.xml", (texte, en_nombre))
