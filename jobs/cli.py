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
@click.option("--vierge", is_flag=True, help="Sans les lignes déjà connues du registre.")
@_communes
def template(
    trame: str, ght: str | None, campagne: str, sortie: Path | None, tous: bool, vierge: bool, **communes: Any
) -> None:
    """Écrit la trame d'un GHT, ou de tous ; les lignes déjà reçues ou reportées y sont, s'il y en a."""
    from jobs.commands import ecrit_les_trames

    ecrit_les_trames(_atelier(**communes), trame, None if tous else ght or "", campagne, sortie, vierge=vierge)


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@_communes
def check(fichiers: tuple[Path, ...], en_json: bool, **communes: Any) -> None:
    """Juge des classeurs, sans registre. Code 0 : rien de bloquant ; 1 : constats bloquants ; 2 : illisible."""
    from jobs.commands import controle

    sys.exit(controle(_atelier(**communes), fichiers, en_json))


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("-o", "--output", "sortie", type=CHEMIN, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@_communes
def retour(fichiers: tuple[Path, ...], sortie: Path | None, **communes: Any) -> None:
    """Écrit pour chaque classeur un retour qui montre quoi corriger, cellule par cellule. Codes de sortie de check."""
    from jobs.retours import ecrit_les_retours

    sys.exit(ecrit_les_retours(_atelier(**communes), fichiers, sortie))


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("-o", "--output", "sortie", type=CHEMIN, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@click.option("--ght", metavar="CODE", default="", help="Le GHT, si le tampon du fichier a disparu ou se trompe.")
@click.option(
    "--campagne", metavar="CODE", default="", help="La campagne de la trame propre, si ce n'est pas la sienne."
)
@_communes
def soigne(fichiers: tuple[Path, ...], sortie: Path | None, ght: str, campagne: str, **communes: Any) -> None:
    """Recopie une trame abîmée ou ancienne dans une trame propre, et dit ce qui a changé. Codes de sortie de check."""
    from jobs.retours import soigne_les_trames

    sys.exit(soigne_les_trames(_atelier(**communes), fichiers, sortie, ght, campagne))


@vigie.command(cls=Commande)
@click.argument("sources", metavar="[SOURCE]…", nargs=-1, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@click.option(
    "--pour-le-compte", "motif", metavar="TEXTE", default="", help="Trames saisies pour un GHT : pourquoi (appel…)."
)
@click.option("--as", "email", metavar="EMAIL", help="Qui les a saisies.")
@_communes
def pull(sources: tuple[Path, ...], en_json: bool, motif: str, email: str | None, **communes: Any) -> None:
    """Relève les trames déposées : lit ce qui a changé, juge, enregistre."""
    from jobs.commands import releve

    releve(_atelier(**communes), sources, en_json, motif, email)


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
@_communes
def doctor(**communes: Any) -> None:
    """Examine les réglages, le dossier de la région, le registre et Slack, une phrase chacun. Code 1 s'il y a à régler."""
    from jobs.diagnostic import examine

    sys.exit(examine(_atelier(**communes)))


@vigie.command(cls=Commande)
@_communes
def slack(**communes: Any) -> None:
    """Répond sur Slack jusqu'à Ctrl-C : /vigie, mentions, messages directs. Code 1 si Slack ne répond plus."""
    from jobs.chat import sors, tient_le_chat

    sors(tient_le_chat(_atelier(**communes)))


_qui = click.option("--as", "email", metavar="EMAIL", help="Qui agit : l'adresse est dans personnes.csv.")
_pourquoi = click.option("--motif", metavar="TEXTE", default="", help="Pourquoi ; se lit partout où se lit le chiffre.")


@vigie.command(cls=Commande)
@click.argument("ligne", metavar="[LIGNE]", required=False)
@click.option("--retenir", "sens", flag_value="retenir", help="Garde une ligne que les contrôles retirent.")
@click.option("--retirer", "sens", flag_value="retirer", help="Retire une ligne que les contrôles gardent.")
@click.option("--revenir", "sens", flag_value="revenir", help="Rend la ligne aux contrôles.")
@click.option("--distinguer", "sens", flag_value="distinguer", help="Ce n'est pas l'action que Vigie a reconnue.")
@click.option(
    "--file", "fichier", type=CHEMIN, metavar="FICHIER", help="Le classeur de constats rempli (vigie report)."
)
@_pourquoi
@_qui
@_communes
def decide(
    ligne: str | None, sens: str | None, fichier: Path | None, motif: str, email: str | None, **communes: Any
) -> None:
    """Garde ou retire une ligne, une par une ou en nombre. LIGNE s'écrit comme les réponses la montrent."""
    from jobs.actes import decide as une
    from jobs.actes import decide_en_nombre

    if fichier:
        decide_en_nombre(_atelier(**communes), fichier, email)
    elif ligne and sens:
        une(_atelier(**communes), ligne, sens, motif, email)
    else:
        raise UserError("Dites quelle ligne et quoi faire : vigie decide LIGNE --retenir --motif « … » --as EMAIL")


@vigie.command(cls=Commande)
@click.argument("ligne", metavar="LIGNE")
@click.argument("texte", metavar="TEXTE")
@_qui
@_communes
def note(ligne: str, texte: str, email: str | None, **communes: Any) -> None:
    """Laisse un mot sur une ligne, entre l'ARS et le GHT."""
    from jobs.actes import note as ecrit

    ecrit(_atelier(**communes), ligne, texte, email)


@vigie.command(cls=Commande)
@click.option("--yes", "oui", is_flag=True, help="Écrit les nouveaux jugements ; sans elle, montre ce qui changerait.")
@_communes
def rejudge(oui: bool, **communes: Any) -> None:
    """Juge à nouveau tout ce qui a été reçu, après un changement de règle, de seuil ou de libellé."""
    from jobs.actes import rejuge_tout

    rejuge_tout(_atelier(**communes), oui)


@vigie.command(cls=Commande)
@click.option(
    "--out", "sortie", type=CHEMIN, default=Path("out/rapports"), metavar="DOSSIER", help="Où écrire (out/rapports)."
)
@click.option("--campagne", metavar="CODE", help="La campagne ; celle en cours par défaut.")
@_communes
def report(sortie: Path, campagne: str | None, **communes: Any) -> None:
    """Écrit le classeur des constats, à remplir pour décider en nombre."""
    from jobs.actes import rapporte

    rapporte(_atelier(**communes), sortie, campagne)


@vigie.group(cls=Groupe)
def campaign() -> None:
    """La vie d'une campagne : prolonger, valider, verrouiller, répondre pour un GHT."""


_ght = click.option("--ght", metavar="CODE", required=True, help="Le GHT.")
_campagne = click.argument("campagne", metavar="CAMPAGNE")


@campaign.command("list", cls=Commande)
@_communes
def campaign_list(**communes: Any) -> None:
    """Les campagnes, leur calendrier, et combien de GHT ont répondu."""
    from jobs.actes import liste_les_campagnes

    liste_les_campagnes(_atelier(**communes))


@campaign.command("extend", cls=Commande)
@_campagne
@_ght
@click.option("--jusqu-au", "jusqu_au", type=Jour(), metavar="DATE", required=True, help="La nouvelle échéance.")
@_pourquoi
@_qui
@_communes
def campaign_extend(campagne: str, ght: str, jusqu_au: date, motif: str, email: str | None, **communes: Any) -> None:
    """Prolonge l'échéance d'un GHT."""
    from jobs.actes import prolonge

    prolonge(_atelier(**communes), campagne, ght, jusqu_au, motif, email)


@campaign.command("validate", cls=Commande)
@_campagne
@_ght
@click.option("--annuler", "annule", is_flag=True, help="Lève la validation.")
@_pourquoi
@_qui
@_communes
def campaign_validate(campagne: str, ght: str, annule: bool, motif: str, email: str | None, **communes: Any) -> None:
    """Valide ce qu'un GHT a remis."""
    from jobs.actes import valide

    valide(_atelier(**communes), campagne, ght, motif, email, not annule)


@campaign.command("lock", cls=Commande)
@_campagne
@click.option("--ght", metavar="CODE", help="Un seul GHT ; sinon tous ceux de la personne.")
@click.option("--annuler", "annule", is_flag=True, help="Lève le verrou.")
@_pourquoi
@_qui
@_communes
def campaign_lock(campagne: str, ght: str | None, annule: bool, motif: str, email: str | None, **communes: Any) -> None:
    """Verrouille : ce qui compte à cet instant comptera. Un envoi d'après est gardé et montré, sans compter."""
    from jobs.actes import verrouille

    verrouille(_atelier(**communes), campagne, ght, motif, email, not annule)


@campaign.command("neant", cls=Commande)
@_campagne
@click.option("--finess", metavar="FINESS", required=True, help="L'établissement.")
@_pourquoi
@_qui
@_communes
def campaign_neant(campagne: str, finess: str, motif: str, email: str | None, **communes: Any) -> None:
    """Note qu'un établissement n'a rien à déclarer, dit par exemple au téléphone."""
    from jobs.actes import dit_neant

    dit_neant(_atelier(**communes), campagne, finess, motif, email)


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
