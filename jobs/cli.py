"""The command line: the same functions by hand. Says in French what went wrong, and what to do next."""

from __future__ import annotations

import errno
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.errors import UserError
from jobs.francais import Commande, Groupe, phrase

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


@click.group(cls=Groupe)
@click.option("--dossier", type=CHEMIN, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER).")
@click.option("--registre", type=CHEMIN, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE).")
@click.option("--today", "aujourd_hui", type=Jour(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui.")
@click.pass_context
def vigie(ctx: click.Context, dossier: Path | None, registre: Path | None, aujourd_hui: date | None) -> None:
    """Vigie : des trames de gains achats à un chiffre que l'on peut remonter jusqu'à la cellule."""
    ctx.obj = {"dossier": dossier, "registre": registre, "aujourd_hui": aujourd_hui}


def _communes(fonction: Any) -> Any:
    """The common options, accepted after the command as well as before."""
    for option in (
        click.option("--dossier", type=CHEMIN, metavar="DOSSIER", help="Dossier de la région (ou VIGIE_DOSSIER)."),
        click.option("--registre", type=CHEMIN, metavar="FICHIER", help="Registre SQLite (ou VIGIE_REGISTRE)."),
        click.option("--today", "aujourd_hui", type=Jour(), metavar="DATE", help="Jour qui tient lieu d'aujourd'hui."),
    ):
        fonction = option(fonction)
    return fonction


def _atelier(dossier: Path | None, registre: Path | None, aujourd_hui: date | None) -> Atelier:
    """Wire the house from the options given before or after the command, and say which folder is in force."""
    from jobs.wiring import atelier

    avant = click.get_current_context().find_root().obj
    monte = atelier(dossier or avant["dossier"], registre or avant["registre"], aujourd_hui or avant["aujourd_hui"])
    click.echo(f"Dossier de la région : {monte.chemin_dossier}", err=True)
    return monte


@vigie.command(cls=Commande)
@click.argument("trame", metavar="TRAME")
@click.option("--ght", metavar="CODE", help="Le GHT à qui la trame est destinée.")
@click.option("--campagne", metavar="CODE", required=True, help="La campagne, par exemple 2021-annuelle.")
@click.option(
    "-o", "--output", "sortie", type=CHEMIN, metavar="FICHIER", help="Fichier (ou dossier, avec --all) à écrire."
)
@click.option("--all", "tous", is_flag=True, help="Une trame pour chaque GHT de la région.")
@_communes
def template(trame: str, ght: str | None, campagne: str, sortie: Path | None, tous: bool, **communes: Any) -> None:
    """Écrit une trame vierge pour un GHT, ou pour tous."""
    from jobs.commands import ecrit_les_trames

    ecrit_les_trames(_atelier(**communes), trame, None if tous else ght or "", campagne, sortie)


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@_communes
def check(fichiers: tuple[Path, ...], en_json: bool, **communes: Any) -> None:
    """Juge des classeurs, sans registre. Code 0 : rien de bloquant ; 1 : constats bloquants ; 2 : illisible."""
    from jobs.commands import controle

    sys.exit(controle(_atelier(**communes), fichiers, en_json))


@vigie.command(cls=Commande)
@click.argument("sources", metavar="[SOURCE]…", nargs=-1, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@_communes
def pull(sources: tuple[Path, ...], en_json: bool, **communes: Any) -> None:
    """Relève les trames déposées : lit ce qui a changé, juge, enregistre."""
    from jobs.commands import releve

    releve(_atelier(**communes), sources, en_json)


@vigie.command(cls=Commande)
@click.argument("question", metavar="QUESTION", nargs=-1, required=True)
@click.option("--as", "email", metavar="EMAIL", help="Répondre comme à cette personne.")
@click.option("--as-of", "au", type=Jour(), metavar="DATE", help="Ce qu'on aurait répondu ce jour-là.")
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@_communes
def ask(question: tuple[str, ...], email: str | None, au: date | None, en_json: bool, **communes: Any) -> None:
    """Répond à une question en français : « gains bfc 2021 par famille », « qui n'a pas remis ? », « pourquoi ? »."""
    from jobs.commands import repond

    repond(_atelier(**communes), " ".join(question), email, au, en_json)


@vigie.command(cls=Commande)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@_communes
def status(en_json: bool, **communes: Any) -> None:
    """Dit ce qui a été relevé, quand, et ce qui ne va pas. Code 1 si quelque chose ne va pas."""
    from jobs.status import etat

    sys.exit(etat(_atelier(**communes), en_json))


@vigie.command(cls=Commande)
@click.argument("ecrit", metavar="[ÉCRIT]", required=False)
@click.argument("label", metavar="[LIBELLÉ]", required=False)
@_communes
def learn(ecrit: str | None, label: str | None, **communes: Any) -> None:
    """Montre les libellés inconnus des trames ; apprend qu'un libellé écrit en vaut un officiel."""
    from jobs.commands import apprend

    if ecrit and not label:
        raise UserError('Dites aussi le libellé officiel : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')
    apprend(_atelier(**communes), ecrit, label)


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="FICHIER", type=CHEMIN)
@_communes
def territory(fichier: Path, **communes: Any) -> None:
    """Charge les GHT et leurs membres depuis une liste officielle (CSV ou Excel)."""
    from jobs.commands import charge_territoire

    charge_territoire(_atelier(**communes), fichier)


@vigie.command(cls=Commande)
@click.option("--out", "sortie", type=CHEMIN, default=Path("out/demo"), metavar="DOSSIER", help="Où écrire (out/demo).")
@_communes
def demo(sortie: Path, **_communes: Any) -> None:
    """La visite : trames vierges, trames remplies avec leurs fautes, relevé, tableau de la région, questions."""
    from jobs.demo.tour import visite

    visite(sortie)


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="[FICHIER]", required=False, type=CHEMIN)
@click.option(
    "--garde", type=click.IntRange(min=1), metavar="N", help="Ne garder que les N dernières sauvegardes datées."
)
@_communes
def backup(fichier: Path | None, garde: int | None, **communes: Any) -> None:
    """Copie le registre, même pendant un relevé, et vérifie la copie ; par défaut dans « sauvegardes », datée."""
    from jobs.keeping import sauve

    sauve(_atelier(**communes), fichier, garde)


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="FICHIER", type=CHEMIN)
@click.option("--yes", "oui", is_flag=True, help="Remplacer vraiment ; sans cela, montre ce qui le serait.")
@_communes
def restore(fichier: Path, oui: bool, **communes: Any) -> None:
    """Vérifie une sauvegarde, puis la met à la place du registre, qui est gardé à côté sous un nom daté."""
    from jobs.keeping import restaure

    restaure(_atelier(**communes), fichier, oui)


@vigie.command(cls=Commande)
@click.option("--yes", "oui", is_flag=True, help="Effacer vraiment ; sans cela, montre ce qui le serait.")
@_communes
def purge(oui: bool, **communes: Any) -> None:
    """Efface classeurs, contacts et textes libres des campagnes anciennes (conservation_annees) ; aucun chiffre ne change."""
    from jobs.keeping import purge as efface

    efface(_atelier(**communes), oui)


def main() -> None:
    """Run a command. Exit 2 on what the user can mend, said in one sentence."""
    try:
        vigie(standalone_mode=False)
    except click.exceptions.Exit as sortie:
        sys.exit(sortie.exit_code)
    except UserError as faute:
        click.echo(str(faute), err=True)
        sys.exit(2)
    except OSError as faute:
        if faute.errno in (errno.ENOSPC, errno.EDQUOT):
            click.echo(
                f"Le disque est plein{f' (« {faute.filename} »)' if faute.filename else ''}. Rien de ce qui était "
                "enregistré n'est perdu. Faites de la place, puis relancez la même commande.", err=True
            )  # fmt: skip
            sys.exit(2)
        click.echo(
            f"« {faute.filename} » ne peut pas être lu ou écrit ({faute.strerror}). Donnez un autre chemin.", err=True
        )
        sys.exit(2)
    except click.Abort:
        click.echo("Interrompu.", err=True)
        sys.exit(130)
    except click.ClickException as faute:
        click.echo(phrase(faute), err=True)
        sys.exit(2)
