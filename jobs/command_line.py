"""The root of the command line: its help page, the options every command takes, the workshop they open, how it ends.

Knows no command: each is a module of `jobs/commands/`, imported when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config import environment
from config.errors import UserError
from jobs.french_click import FrenchCommand, FrenchGroup, machine, sentence

if TYPE_CHECKING:
    from jobs.wiring import Workshop

HELP = {
    "template": "Écrit la trame d'un GHT, ou de tous ; les lignes déjà reçues ou reportées y sont, s'il y en a.",
    "check": "Juge des classeurs, sans registre. Code 0 : rien de bloquant ; 1 : constats bloquants ; 2 : illisible.",
    "retour": "Écrit pour chaque classeur un retour qui montre quoi corriger, cellule par cellule. Codes de sortie de check.",
    "soigne": "Recopie une trame abîmée ou ancienne dans une trame propre, et dit ce qui a changé. Codes de sortie de check.",
    "pull": "Relève les trames déposées : lit ce qui a changé, juge, enregistre. Code 1 si un fichier n'a pas pu être lu.",
    "courrier": f"Relève les trames arrivées dans la boîte aux lettres ({environment.IMAP_URL}), répond à chaque envoi, range ce qui est vu.",
    "learn": "Montre les libellés inconnus des trames ; apprend qu'un libellé écrit en vaut un officiel.",
    "territory": "Charge les GHT et leurs membres depuis une liste officielle (CSV ou Excel). Sans --yes, ne met fin à aucune appartenance.",
    "demo": "La visite : trames vierges, trames remplies avec leurs fautes, relevé, tableau de la région, questions.",
    "ask": "Répond à une question en français : « gains bfc 2021 par famille », « qui n'a pas remis ? », « pourquoi ? ».",
    "status": "Dit ce qui a été relevé, quand, et ce qui ne va pas. Code 1 si quelque chose ne va pas.",
    "doctor": "Examine les réglages, le dossier de la région, le registre, Slack et le courrier, une phrase chacun. Code 1 s'il y a à régler.",
    "slack": "Répond sur Slack jusqu'à Ctrl-C : /vigie, mentions, messages directs. Code 1 si Slack ne répond plus.",
    "decide": "Garde ou retire une ligne, une par une ou en nombre. LIGNE s'écrit comme les réponses la montrent.",
    "note": "Laisse un mot sur une ligne, entre l'ARS et le GHT.",
    "rejudge": "Juge à nouveau tout ce qui a été reçu, après un changement de règle, de seuil ou de libellé.",
    "report": "Écrit le classeur des constats, à remplir pour décider en nombre.",
    "campaign": "La vie d'une campagne : ouvrir, relancer, prolonger, valider, verrouiller, répondre pour un GHT.",
    "remind": "Dit qui serait relancé maintenant, de quoi, et pourquoi pas les autres. Avec --send, relance.",
    "alert": "Montre les alertes du moment : points de campagne et de la semaine, total qui bouge, grosse ligne retirée.",
    "backup": "Copie le registre, même pendant un relevé, et vérifie la copie ; par défaut dans « sauvegardes », datée.",
    "restore": "Vérifie une sauvegarde, puis la met à la place du registre, qui est gardé à côté sous un nom daté.",
    "purge": "Efface classeurs, contacts et textes libres des campagnes anciennes (conservation_annees) ; aucun chiffre ne change.",
    "horloge": "Ramène à aujourd'hui ce qu'une horloge fausse, ou un --today mal tapé, a daté d'un jour à venir.",
    "run": "Le service : relève, prévient et répond, jusqu'à Ctrl-C. Code 1 si un tour (--once) a échoué.",
}
"""Every command in the order of the help page, and what its own page says; its first sentence stands on the former."""


class DayParam(click.ParamType[date]):
    """A day: 2022-03-31 or 31/03/2022."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from sheets.cells import date_

        read_day = value if isinstance(value, date) else date_(str(value))
        if not isinstance(read_day, date):
            self.fail(f"« {value} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.", param, ctx)
        return read_day


PATH, DAY = click.Path(path_type=Path), DayParam()


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Remember a common option for `open_workshop`; one given after the command is read last, and wins."""
    if value is not None:
        ctx.meta[str(param.name)] = value


_common = partial(click.Option, expose_value=False, callback=_keep)
COMMON_OPTIONS = (
    _common(
        ["--dossier", "folder"], type=PATH, metavar="DOSSIER", help=f"Dossier de la région (ou {environment.FOLDER})."
    ),
    _common(
        ["--registre", "register"], type=PATH, metavar="FICHIER", help=f"Registre SQLite (ou {environment.REGISTER})."
    ),
    _common(["--today", "current_day"], type=DAY, metavar="DATE", help="Jour qui tient lieu d'aujourd'hui."),
)
"""Accepted before the command and after it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
send_option = click.option(
    "--send", "send", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait."
)
author_option = click.option("--as", "email", metavar="EMAIL", help="Qui agit : l'adresse est dans personnes.csv.")


class WorkshopCommand(FrenchCommand):
    """A command that takes the common options after its own."""

    def __init__(self, name: str | None, params: list[click.Parameter], **attributes: Any) -> None:
        super().__init__(name, params=[*params, *reversed(COMMON_OPTIONS)], **attributes)


class WorkshopGroup(FrenchGroup):
    """Commands under one word; each takes the common options."""

    command_class = WorkshopCommand


def vigie_command(name: str) -> Callable[[Callable[..., int | None]], WorkshopCommand]:
    """What `command` is, in the module of a command: it returns its exit code, or nothing when that is always 0."""
    return click.command(name, cls=WorkshopCommand, help=HELP[name])


def vigie_group(name: str) -> Callable[[Callable[..., None]], WorkshopGroup]:
    """What `command` is, in the module of a command that has several parts."""
    return click.group(name, cls=WorkshopGroup, help=HELP[name])


class Root(FrenchGroup):
    """The whole command line. What the machine does to the register in the middle of a command is said, like any mistake."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, in place of its line of the help page."""
        if cmd_name not in self.commands:
            return None
        found: click.Command = import_module(f"jobs.commands.{cmd_name}").command
        return found

    def invoke(self, ctx: click.Context) -> Any:
        from sheets.register.faults import say_machine_faults

        with say_machine_faults(lambda: ctx.meta["register_in_force"]):
            ctx.exit(super().invoke(ctx) or 0)


@click.group(
    cls=Root, params=[*COMMON_OPTIONS], commands={name: click.Command(name, help=text) for name, text in HELP.items()}
)
def vigie() -> None:
    """Vigie : des trames de gains achats à un chiffre que l'on peut remonter jusqu'à la cellule."""


def open_workshop() -> Workshop:
    """Wire the house from the options given before or after the command, and say which folder is in force."""
    from jobs import wiring

    given = click.get_current_context().meta
    wired = wiring.workshop(given.get("folder"), given.get("register"), given.get("current_day"))
    given["register_in_force"] = wired.register_path
    click.echo(f"Dossier de la région : {wired.folder_path}", err=True)
    return wired


def run() -> None:
    """Run a command. Exit 2 on what the user can mend, said in one sentence."""
    try:
        sys.exit(vigie(standalone_mode=False))
    except click.Abort:
        said, code = "Interrompu.", 130
    except UserError as fault:
        said, code = str(fault), 2
    except OSError as fault:
        said, code = machine(fault), 2
    except click.ClickException as fault:
        said, code = sentence(fault), 2
    click.echo(said, err=True)
    sys.exit(code)
