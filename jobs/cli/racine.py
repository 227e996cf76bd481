"""The root of the command line: its group, the options every command takes, the workshop they open."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobs.francais import FrenchGroup

if TYPE_CHECKING:
    from jobs.wiring import Workshop


class DayParam(click.ParamType[date]):
    """A day: 2022-03-31 or 31/03/2022."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from sheets.cells import date_

        read_day = value if isinstance(value, date) else date_(str(value))
        if not isinstance(read_day, date):
            self.fail(f"« {value} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.", param, ctx)
        return read_day


PATH = click.Path(path_type=Path)


class Root(FrenchGroup):
    """The whole command line. What the machine does to the register in the middle of a command is said, like any mistake."""

    def invoke(self, ctx: click.Context) -> Any:
        from sheets.register.faults import say_machine_faults

        with say_machine_faults(lambda: ctx.obj["en_vigueur"]):
            return super().invoke(ctx)


@click.group(cls=Root)
@click.option("--dossier", "folder", type=PATH, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER).")
@click.option("--registre", "register", type=PATH, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE).")
@click.option("--today", "current_day", type=DayParam(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui.")
@click.pass_context
def vigie(ctx: click.Context, folder: Path | None, register: Path | None, current_day: date | None) -> None:
    """Vigie : des trames de gains achats à un chiffre que l'on peut remonter jusqu'à la cellule."""
    ctx.obj = {"dossier": folder, "registre": register, "aujourd_hui": current_day}


def common_options(function: Any) -> Any:
    """The common options, accepted after the command as well as before."""
    for option in (
        click.option(
            "--dossier", "folder", type=PATH, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER)."
        ),
        click.option(
            "--registre", "register", type=PATH, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE)."
        ),
        click.option(
            "--today", "current_day", type=DayParam(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui."
        ),
    ):
        function = option(function)
    return function


def workshop(folder: Path | None, register: Path | None, current_day: date | None) -> Workshop:
    """Wire the house from the options given before or after the command, and say which folder is in force."""
    from jobs import wiring

    before = click.get_current_context().find_root().obj
    set_up_workshop = wiring.workshop(
        folder or before["dossier"], register or before["registre"], current_day or before["aujourd_hui"]
    )
    click.get_current_context().find_root().obj["en_vigueur"] = set_up_workshop.register_path
    click.echo(f"Dossier de la région : {set_up_workshop.folder_path}", err=True)
    return set_up_workshop
