"""Commands by which people act: decide, note, judge again, and the life of a campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import CHEMIN, Jour, atelier, communes, vigie
from jobs.francais import Commande, Groupe

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
@communes
def decide(
    ligne: str | None, sens: str | None, fichier: Path | None, motif: str, email: str | None, **options: Any
) -> None:
    """Garde ou retire une ligne, une par une ou en nombre. LIGNE s'écrit comme les réponses la montrent."""
    from jobs.actes import decide as une
    from jobs.actes import decide_en_nombre

    if fichier:
        decide_en_nombre(atelier(**options), fichier, email)
    elif ligne and sens:
        une(atelier(**options), ligne, sens, motif, email)
    else:
        raise UserError("Dites quelle ligne et quoi faire : vigie decide LIGNE --retenir --motif « … » --as EMAIL")


@vigie.command(cls=Commande)
@click.argument("ligne", metavar="LIGNE")
@click.argument("texte", metavar="TEXTE")
@_qui
@communes
def note(ligne: str, texte: str, email: str | None, **options: Any) -> None:
    """Laisse un mot sur une ligne, entre l'ARS et le GHT."""
    from jobs.actes import note as ecrit

    ecrit(atelier(**options), ligne, texte, email)


@vigie.command(cls=Commande)
@click.option("--yes", "oui", is_flag=True, help="Écrit les nouveaux jugements ; sans elle, montre ce qui changerait.")
@click.option("--y-compris-verrouillees", "locked_too", is_flag=True,
              help="Montre aussi ce qui changerait dans les campagnes verrouillées ; n'écrit jamais.")  # fmt: skip
@communes
def rejudge(oui: bool, locked_too: bool, **options: Any) -> None:
    """Juge à nouveau tout ce qui a été reçu, après un changement de règle, de seuil ou de libellé."""
    from jobs.actes import rejuge_tout

    rejuge_tout(atelier(**options), oui, locked_too)


@vigie.command(cls=Commande)
@click.option(
    "--out", "sortie", type=CHEMIN, default=Path("out/rapports"), metavar="DOSSIER", help="Où écrire (out/rapports)."
)
@click.option("--campagne", metavar="CODE", help="La campagne ; celle en cours par défaut.")
@communes
def report(sortie: Path, campagne: str | None, **options: Any) -> None:
    """Écrit le classeur des constats, à remplir pour décider en nombre."""
    from jobs.actes import rapporte

    rapporte(atelier(**options), sortie, campagne)


@vigie.group(cls=Groupe)
def campaign() -> None:
    """La vie d'une campagne : ouvrir, relancer, prolonger, valider, verrouiller, répondre pour un GHT."""


_ght = click.option("--ght", metavar="CODE", required=True, help="Le GHT.")
_campagne = click.argument("campagne", metavar="CAMPAGNE")


@campaign.command("list", cls=Commande)
@communes
def campaign_list(**options: Any) -> None:
    """Les campagnes, leur calendrier, et combien de GHT ont répondu."""
    from jobs.actes import liste_les_campagnes

    liste_les_campagnes(atelier(**options))


@campaign.command("open", cls=Commande)
@_campagne
@click.option("--send", "envoie", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@communes
def campaign_open(campagne: str, envoie: bool, en_json: bool, **options: Any) -> None:
    """Ouvre : à chaque GHT, sa trame avec les lignes déjà connues. Avec --send, l'envoie."""
    from jobs.remind import ouvre

    ouvre(atelier(**options), campagne, envoie, en_json)


@campaign.command("extend", cls=Commande)
@_campagne
@_ght
@click.option("--jusqu-au", "jusqu_au", type=Jour(), metavar="DATE", required=True, help="La nouvelle échéance.")
@_pourquoi
@_qui
@communes
def campaign_extend(campagne: str, ght: str, jusqu_au: date, motif: str, email: str | None, **options: Any) -> None:
    """Prolonge l'échéance d'un GHT."""
    from jobs.actes import prolonge

    prolonge(atelier(**options), campagne, ght, jusqu_au, motif, email)


@campaign.command("validate", cls=Commande)
@_campagne
@_ght
@click.option("--annuler", "annule", is_flag=True, help="Lève la validation.")
@_pourquoi
@_qui
@communes
def campaign_validate(campagne: str, ght: str, annule: bool, motif: str, email: str | None, **options: Any) -> None:
    """Valide ce qu'un GHT a remis."""
    from jobs.actes import valide

    valide(atelier(**options), campagne, ght, motif, email, not annule)


@campaign.command("lock", cls=Commande)
@_campagne
@click.option("--ght", metavar="CODE", help="Un seul GHT ; sinon tous ceux de la personne.")
@click.option("--annuler", "annule", is_flag=True, help="Lève le verrou.")
@_pourquoi
@_qui
@communes
def campaign_lock(campagne: str, ght: str | None, annule: bool, motif: str, email: str | None, **options: Any) -> None:
    """Verrouille : ce qui compte à cet instant comptera. Un envoi d'après est gardé et montré, sans compter."""
    from jobs.actes import verrouille

    verrouille(atelier(**options), campagne, ght, motif, email, not annule)


@campaign.command("remind", cls=Commande)
@_campagne
@_ght
@_qui
@communes
def campaign_remind(campagne: str, ght: str, email: str | None, **options: Any) -> None:
    """Demande que l'équipe d'un GHT soit relancée au prochain passage, quoi que dise l'échelle."""
    from jobs.actes import relance

    relance(atelier(**options), campagne, ght, email)


@campaign.command("neant", cls=Commande)
@_campagne
@click.option("--finess", metavar="FINESS", required=True, help="L'établissement.")
@_pourquoi
@_qui
@communes
def campaign_neant(campagne: str, finess: str, motif: str, email: str | None, **options: Any) -> None:
    """Note qu'un établissement n'a rien à déclarer, dit par exemple au téléphone."""
    from jobs.actes import dit_neant

    dit_neant(atelier(**options), campagne, finess, motif, email)
