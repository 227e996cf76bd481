"""The trame PAAT: the action plan of a GHT, one tab per établissement, one line per purchase."""

from pathlib import Path

from sheets.checks.catalogue import declared_in
from sheets.trame import Table, TotalLines, Trame
from sheets.trames.paat import on_amounts, on_campaigns, on_carried, on_cells, on_dates, on_labels, on_tabs
from sheets.trames.paat.columns import COLUMNS, FREE_TEXTS, PRICES, SIGNALS, Action
from sheets.trames.paat.examples import EXAMPLES
from sheets.trames.paat.identity import CARRYING, IDENTITY
from sheets.trames.paat.measures import HEADLINE, MEASURES, computed, worth
from sheets.trames.paat.welcome import INSTRUCTIONS, legend

ACTIONS = Table(
    code="paat",
    title="Actions",
    columns=COLUMNS,
    line=Action,
    measures=MEASURES,
    worth=worth,
    headline=HEADLINE,
    titled_by="intitule",
    amount="gain_annuel",
    axes=("famille", "domaine", "categorie", "operateur", "levier", "nature", "statut"),
    identity=IDENTITY,
    carrying=CARRYING,
    total_lines=TotalLines(
        "date_premiere_commande",
        "statut",
        "Si c'est une action, donnez-lui un intitulé, un statut et une famille.",
        (frozenset({"réalisé"}), frozenset({"réalisé", "notifié"})),
    ),
    checks=declared_in(on_cells, on_amounts, on_campaigns, on_carried, on_dates, on_labels, on_tabs),
    examples=EXAMPLES,
    computed=computed,
    signals=SIGNALS,
    private=PRICES,
    free_texts=FREE_TEXTS,
    set_line=on_campaigns.CrossCheckedLine,
)

PAAT = Trame(
    code="paat",
    title="Plan d'actions achats de territoire",
    version="2022.1",
    versions_read=("2022.1", "2021.1"),
    tables=(ACTIONS,),
    tab_for="etablissement",
    instructions=INSTRUCTIONS,
    legend=legend,
    views=(Path(__file__).parent / "views.sql").read_text(encoding="utf-8"),
)
