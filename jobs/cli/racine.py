"""The root of the command line: its group, the options every command takes, the workshop they open."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobs.francais import Groupe

if TYPE_CHECKING:
    from jobs.wiring import Atelier


class Jour(click.ParamType[date]):
    """A day: 2022-03-31 or 31/03/2022."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from sheets.cells import date_

        lu = value if isinstance(value, date) else date_(str(value))
        if not isinstance(lu, date):
            self.fail(f"« {value} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.", param, ctx)
        return lu


CHEMIN = click.Path(path_type=Path)


class Root(Groupe):
    """The whole command line. What the machine does to the register in the middle of a command is said, like any mistake."""

    def invoke(self, ctx: click.Context) -> Any:
        from sheets.register.faults import dit_la_machine

        with dit_la_machine(lambda: ctx.obj["en_vigueur"]):
            return super().invoke(ctx)


@click.group(cls=Root)
@click.option("--dossier", type=CHEMIN, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER).")
@click.option("--registre", type=CHEMIN, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE).")
@click.option("--today", "aujourd_hui", type=Jour(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui.")
@click.pass_context
def vigie(ctx: click.Context, dossier: Path | None, registre: Path | None, aujourd_hui: date | None) -> None:
    """Vigie : des trames de gains achats à un chiffre que l'on peut remonter jusqu'à la cellule."""
    ctx.obj = {"dossier": dossier, "registre": registre, "aujourd_hui": aujourd_hui}


def communes(fonction: Any) -> Any:
    """The common options, accepted after the command as well as before."""
    for option in (
        click.option("--dossier", type=CHEMIN, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER)."),
        click.option("--registre", type=CHEMIN, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE)."),
        click.option("--today", "aujourd_hui", type=Jour(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui."),
    ):
        fonction = option(fonction)
    return fonction


def atelier(dossier: Path | None, registre: Path | None, aujourd_hui: date | None) -> Atelier:
    """Wire the house from the options given before or after the command, and say which folder is in force."""
    from jobs import wiring

    avant = click.get_current_context().find_root().obj
    monte = wiring.atelier(
        dossier or avant["dossier"], registre or avant["registre"], aujourd_hui or avant["aujourd_hui"]
    )
    click.get_current_context().find_root().obj["en_vigueur"] = monte.chemin_registre
    click.echo(f"Dossier de la région : {monte.chemin_dossier}", err=True)
    return monte
