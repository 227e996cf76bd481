"""Click, in French: its headings, its help and its complaints."""

from __future__ import annotations

from typing import Any

import click
from rapidfuzz import process

from config.machine import FULL, reason, shown
from config.secrets import masque


class Commande(click.Command):
    """A command whose help page is in French."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            option.help = "Affiche cette aide."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Usage : ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rangs = [r for p in self.get_params(ctx) if (r := p.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(rangs)


class Groupe(Commande, click.Group):
    """The root: its help lists the commands."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS]", "COMMANDE", "[ARGUMENTS]…"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Commandes"):
            formatter.write_dl([(nom, c.get_short_help_str(200)) for nom, c in self.commands.items()])


def machine(fault: OSError) -> str:
    """What the machine refused, in one French sentence with the next step."""
    what = f"« {shown(fault.filename)} »" if fault.filename else "Un fichier"
    if fault.errno in FULL:
        where = f" ({what})" if fault.filename else ""
        return masque(
            f"Le disque est plein{where}. Rien de ce qui était enregistré n'est perdu. Faites de la place, puis relancez la "
            "même commande."
        )
    return masque(
        f"{what} ne peut pas être lu ou écrit : {reason(fault)}. Rien de ce qui était enregistré n'est perdu. Rétablissez-le, "
        "ou donnez un autre chemin, puis relancez la même commande."
    )


def phrase(faute: click.ClickException) -> str:
    """What is wrong with the command as typed, in one French sentence with the way out."""
    ctx = getattr(faute, "ctx", None)
    aide = f" Aide : {ctx.command_path} --help" if ctx else ""
    return masque(f"{_phrase(faute)}{aide}")


def _phrase(faute: Any) -> str:
    if isinstance(faute, click.NoSuchOption):
        proches = ", ".join(faute.possibilities or ())
        return f"L'option « {faute.option_name} » n'existe pas" + (
            f" ; vouliez-vous dire {proches} ?" if proches else "."
        )
    if isinstance(faute, click.MissingParameter):
        nom = faute.param.make_metavar(faute.ctx) if faute.param and faute.ctx else ""
        option = faute.param.opts[-1] if isinstance(faute.param, click.Option) else ""
        return f"Il manque {' '.join(filter(None, (option, nom)))}."
    if isinstance(faute, click.BadParameter):
        return faute.message
    if isinstance(faute, click.UsageError) and faute.ctx and isinstance(faute.ctx.command, click.Group):
        groupe = faute.ctx.command
        tape = next((m for m in faute.message.split("'")[1:2]), "")
        voisin = process.extractOne(tape, list(groupe.commands), score_cutoff=60)
        return f"La commande « {tape} » n'existe pas" + (f" ; vouliez-vous dire « {voisin[0]} » ?" if voisin else ".")
    if isinstance(faute, click.UsageError):
        return "La commande est mal formée."
    return str(faute.message)
