"""The trame as XlsxWriter writes it: each variant, then what that library can put beside the cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.corpus.base import L1, ONGLET, N, Verdict, ajoute, entier
from tests.corpus.writers import VARIANTES, Case, Variante, cases_de

Decor = Callable[[Workbook, Worksheet], object]
"""What is put in the tab of the first établissement, or in the workbook, beside the cells."""


def ecrit(variante: Variante, decor: Decor | None = None, **options: Any) -> bytes:
    """The workbook's bytes."""
    tampon = io.BytesIO()
    livre = xlsxwriter.Workbook(
        tampon, {"in_memory": True, "date_1904": variante.options.get("1904", False), **options}
    )
    if titre := variante.options.get("onglet"):
        livre.add_worksheet(titre).write_row(0, 0, ["N°", "Objet", "Statut", "Commentaires", "Responsable"])
    for titre, cases in cases_de(variante).items():
        feuille = livre.add_worksheet(titre)
        for c in cases:
            _pose(livre, feuille, c, variante.options.get("jours", "vrais"))
        if decor and titre == ONGLET:
            decor(livre, feuille)
    livre.close()
    return tampon.getvalue()


def _pose(livre: Workbook, feuille: Worksheet, c: Case, jours: str) -> None:
    forme = (
        livre.add_format({"num_format": c.format})
        if c.format and not (c.genre == "jour" and jours == "nombres")
        else None
    )
    if c.genre == "jour":
        jour = date.fromisoformat(c.valeur)
        if jours == "vrais":
            feuille.write_datetime(c.ligne, c.colonne, datetime.combine(jour, datetime.min.time()), forme)
        elif jours == "textes":
            feuille.write_string(c.ligne, c.colonne, f"{jour:%d/%m/%Y}")
        else:
            feuille.write_number(c.ligne, c.colonne, (jour - date(1899, 12, 30)).days)
    elif c.genre == "formule":
        feuille.write_formula(c.ligne, c.colonne, f"={c.valeur}", forme, *([] if c.resultat is None else [c.resultat]))
    elif c.genre == "erreur":
        feuille.write_formula(c.ligne, c.colonne, "=1/0", forme, c.valeur)
    elif c.genre == "vrai":
        feuille.write_boolean(c.ligne, c.colonne, c.valeur)
    elif c.genre == "nombre":
        feuille.write_number(c.ligne, c.colonne, c.valeur, forme)
    else:
        feuille.write_string(c.ligne, c.colonne, c.valeur)


SIMPLE = VARIANTES[0]
for v in VARIANTES:
    ajoute(f"xw-{v.nom}", f"XlsxWriter a écrit {v.defaut}.", v.verdict, lambda v=v: ecrit(v))  # type: ignore[misc]
for nom_, defaut_, options_ in (
    ("au-fil-de-l-eau", "ligne après ligne, sans table de textes", {"constant_memory": True, "in_memory": False}),
    ("zip64", "dans un zip de plus de quatre gigaoctets possibles", {"use_zip64": True}),
):
    ajoute(f"xw-{nom_}", f"XlsxWriter a écrit la trame {defaut_}.", entier(), lambda o=options_: ecrit(SIMPLE, **o))  # type: ignore[misc]


def _graphique(livre: Workbook, feuille: Worksheet) -> None:
    graphique = livre.add_chart({"type": "column"})
    graphique.add_series({"values": [ONGLET, L1 - 1, 18, L1 + N - 2, 18]})
    feuille.insert_chart("AC5", graphique)


def _feuille_de_graphique(livre: Workbook, _: Worksheet) -> None:
    graphique = livre.add_chart({"type": "line"})
    graphique.add_series({"values": [ONGLET, L1 - 1, 18, L1 + N - 2, 18]})
    livre.add_chartsheet("Courbe").set_chart(graphique)


def _tableau(_: Workbook, feuille: Worksheet) -> None:
    feuille.add_table(L1 + 40, 0, L1 + 42, 1, {"columns": [{"header": "a"}, {"header": "b"}]})


def _riche(livre: Workbook, feuille: Worksheet) -> None:
    feuille.write_rich_string(L1 - 1, 2, "Épi", livre.add_format({"bold": True}), "ce", "rie")


def _habille(livre: Workbook, feuille: Worksheet) -> None:
    feuille.autofilter(L1 - 2, 0, L1 + N, 26)
    feuille.freeze_panes(L1 - 1, 3)
    feuille.set_row(L1 + 2, None, None, {"hidden": True})
    feuille.set_column(8, 8, None, None, {"hidden": True, "level": 1})
    feuille.conditional_format(L1 - 1, 18, L1 + N, 18, {"type": "data_bar"})
    feuille.protect("", {"autofilter": True})
    livre.define_name("Gains", f"='{ONGLET}'!$S$5:$S$14")
    livre.set_calc_mode("manual")


def _croise(_: Workbook, feuille: Worksheet) -> None:
    feuille.write_dynamic_array_formula("AC5", "=_xlfn.SEQUENCE(2)", None, 1)


DECORS: tuple[tuple[str, str, Decor, Verdict], ...] = (
    ("graphique", "un graphique dans l'onglet", _graphique, entier()),
    ("feuille-de-graphique", "une feuille de graphique", _feuille_de_graphique, entier()),
    ("commentaires", "des commentaires sur des cases", lambda _, f: f.write_comment(f"S{L1}", "vu avec la pharmacie"), entier()),
    ("zone-de-texte", "une zone de texte et un bouton", lambda _, f: (f.insert_textbox("AC9", "à relire"), f.insert_button("AC20", {})), entier()),
    ("tableau", "un tableau Excel sous les lignes", _tableau, Verdict(lignes_retenues=N)),
    ("texte-riche", "un intitulé de plusieurs polices", _riche, entier(lu={"intitule": "Épicerie"})),
    ("habille", "des filtres, des volets, des lignes et des colonnes masquées, et le calcul à la main", _habille, entier()),
    ("sparkline", "des courbes dans les cases", lambda _, f: f.add_sparkline("AC5", {"range": f"'{ONGLET}'!S5:S14"}), entier()),
    ("liste", "des listes déroulantes", lambda _, f: f.data_validation(L1 - 1, 12, L1 + 20, 12, {"validate": "list", "source": ["réalisé", "notifié"]}), entier()),
    ("formule-dynamique", "une formule dynamique hors du tableau", _croise, entier("cellule-lointaine")),
    ("lien", "un lien et une note sous le tableau", lambda _, f: f.write_url(L1 + 60, 1, "https://exemple.invalid/", None, "lien"), entier("cellule-lointaine")),
)  # fmt: skip
for nom_, defaut_, decor_, verdict_ in DECORS:
    ajoute(f"xw-{nom_}", f"XlsxWriter a écrit la trame avec {defaut_}.", verdict_, lambda d=decor_: ecrit(SIMPLE, d))  # type: ignore[misc]
