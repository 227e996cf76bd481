"""Click, in French: its headings, its help and its complaints."""

from __future__ import annotations

from typing import Any

import click
from rapidfuzz import process

from config.machine import FULL, reason, shown
from config.secrets import mask


class FrenchCommand(click.Command):
    """A command whose help page is in French."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            option.help = "Affiche cette aide."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Usage : ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [r for p in self.get_params(ctx) if (r := p.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(rows)


class FrenchGroup(FrenchCommand, click.Group):
    """The root: its help lists the commands."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS]", "COMMANDE", "[ARGUMENTS]…"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Commandes"):
            formatter.write_dl([(name, c.get_short_help_str(200)) for name, c in self.commands.items()])


def machine(fault: OSError) -> str:
    """What the machine refused, in one French sentence with the next step."""
    what = f"« {shown(fault.filename)} »" if fault.filename else "Un fichier"
    if fault.errno in FULL:
        where = f" ({what})" if fault.filename else ""
        return mask(
            f"Le disque est plein{where}. Rien de ce qui était enregistré n'est perdu. Faites de la place, puis relancez la "
            "même commande."
        )
    return mask(
        f"{what} ne peut pas être lu ou écrit : {reason(fault)}. Rien de ce qui était enregistré n'est perdu. Rétablissez-le, "
        "ou donnez un autre chemin, puis relancez la même commande."
    )


def sentence(fault: click.ClickException) -> str:
    """What is wrong with the command as typed, in one French sentence with the way out."""
    ctx = getattr(fault, "ctx", None)
    help_text = f" Aide : {ctx.command_path} --help" if ctx else ""
    return mask(f"{_sentence(fault)}{help_text}")


def _sentence(fault: Any) -> str:
    if isinstance(fault, click.NoSuchOption):
        nearest_ones = ", ".join(fault.possibilities or ())
        return f"L'option « {fault.option_name} » n'existe pas" + (
            f" ; vouliez-vous dire {nearest_ones} ?" if nearest_ones else "."
        )
    if isinstance(fault, click.MissingParameter):
        name = fault.param.make_metavar(fault.ctx) if fault.param and fault.ctx else ""
        option = fault.param.opts[-1] if isinstance(fault.param, click.Option) else ""
        return f"Il manque {' '.join(filter(None, (option, name)))}."
    if isinstance(fault, click.BadParameter):
        return fault.message
    if isinstance(fault, click.UsageError) and fault.ctx and isinstance(fault.ctx.command, click.Group):
        group = fault.ctx.command
        typed_option = next((m for m in fault.message.split("'")[1:2]), "")
        neighbour = process.extractOne(typed_option, list(group.commands), score_cutoff=60)
        return f"La commande « {typed_option} » n'existe pas" + (
            f" ; vouliez-vous dire « {neighbour[0]} » ?" if neighbour else "."
        )
    if isinstance(fault, click.UsageError):
        return "La commande est mal formée."
    return str(fault.message)
