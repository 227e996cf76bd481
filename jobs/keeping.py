"""Backing up, putting back, erasing what is old: what these commands do and say. Replaces or erases nothing without --yes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from bots import terminal
from config.errors import UserError
from config.french import compte, enumeration, jour, nombre_d_octets
from jobs import leftovers
from jobs.leftovers import Leftovers
from jobs.wiring import Atelier
from sheets.register import backup, erasing
from sheets.register.backup import Contenu
from sheets.register.carry_over import Repris
from sheets.register.database import chemin_de, un_seul_releve, verrou_de
from sheets.register.erasing import Efface, Perimes

DOSSIER = "sauvegardes"


def sauve(atelier: Atelier, fichier: Path | None, garde: int | None) -> None:
    """Copy the register, verified, under a dated name unless one is given; keep the `garde` latest of its own."""
    quand, registre = atelier.maintenant(), atelier.chemin_registre
    db = atelier.registre_existant
    vers = fichier or registre.parent / DOSSIER / backup.nom_date(registre, quand)
    contenu = backup.sauve(db, registre, vers, quand)
    click.echo(f"Sauvegardé et vérifié : {vers}, {nombre_d_octets(contenu.octets)}, {_dit(contenu)}.")
    otees = backup.eclaircit(vers.parent, registre, garde) if garde else []
    if otees:
        click.echo(f"{compte(len(otees), 'sauvegarde plus ancienne retirée', 'sauvegardes plus anciennes retirées')}.")
    backup.note(db, vers, quand, contenu.octets)


def restaure(atelier: Atelier, fichier: Path, oui: bool) -> None:
    """Put a backup in the place of the register, once verified; show what would change until `oui`."""
    registre, quand = atelier.chemin_registre, atelier.maintenant()
    if not fichier.is_file():
        raise UserError(f"Fichier introuvable : {fichier}. Donnez une sauvegarde faite par vigie backup.")
    if registre.exists() and registre.samefile(fichier):
        raise UserError(f"« {fichier} » est le registre lui-même. Donnez une sauvegarde faite par vigie backup.")
    with backup.prepare(fichier, registre, quand) as (copie, contenu):
        terminal.ecrit(f"Sauvegarde vérifiée : {fichier}, {_dit(contenu)}.")
        terminal.ecrit(f"Registre en place : {registre}, {_en_place(registre)}.")
        if not oui:
            _dit_le_repris(backup.a_reprendre(registre, copie), "serait gardé")
            click.echo("Rien n'a été remplacé. Pour le faire, ajoutez --yes : le registre en place sera gardé à côté.")
            return
        with verrou_de(registre):
            de_cote = _libre(registre.parent / backup.nom_date(registre, quand, "-remplace"))
            repris = backup.remplace(registre, copie, de_cote)
    _dit_le_repris(repris, "est gardé")
    click.echo(f"Restauré. L'ancien registre est gardé sous {de_cote}." if repris else "Restauré.")


def _libre(chemin: Path) -> Path:
    """That name, or the next one that nobody bears."""
    noms = (chemin, *(chemin.with_name(f"{chemin.stem}-{n}{chemin.suffix}") for n in range(2, 1000)))
    return next(n for n in noms if not n.exists())


def _en_place(registre: Path) -> str:
    if not registre.exists():
        return "qui n'existe pas encore"
    contenu = backup.resume(registre)
    return _dit(contenu) if contenu else "qui ne peut pas être lu"


def _dit_le_repris(repris: Repris | None, verbe: str) -> None:
    """How much of what was said since the backup is carried over; what it means when not all could be."""
    if repris is None:
        return
    if not repris.manque or any(repris[:3]):
        dits = (
            compte(repris.messages, "message"),
            compte(repris.gestes, "réponse à des rappels", "réponses à des rappels"),
            compte(repris.courriels, "courriel traité", "courriels traités"),
        )
        terminal.ecrit(f"Ce qui a été dit depuis la sauvegarde {verbe} : {enumeration(dits)}.")
    if repris.manque:
        terminal.ecrit(
            f"Ce qui a été dit depuis la sauvegarde ne peut pas être repris en entier du registre en place, qui est {repris.manque} : "
            "des lettres peuvent partir deux fois ; voyez par vigie remind ce qui partirait, avant de rallumer le service."
        )


def _dit(c: Contenu) -> str:
    """« dernier relevé le 31/03/2022 à 12h00, 11 fichiers, 2 décisions »."""
    quand = datetime.fromisoformat(c.debut).strftime("%d/%m/%Y à %Hh%M") if c.debut else ""
    dits = [f"dernier relevé le {quand}" if quand else "aucun relevé", compte(c.fichiers, "fichier")]
    return ", ".join([*dits, compte(c.actes, "décision")] if c.actes else dits)


def purge(atelier: Atelier, oui: bool) -> None:
    """Erase the originals, contacts and free texts of campaigns past their time; say what until `oui`."""
    perimes, registre = _perimes(atelier), atelier.chemin_registre
    db = atelier.registre_existant
    if not oui:
        _montre(erasing.compte_perimes(db, perimes), leftovers.find(db, registre, perimes), perimes, "serait effacé")
        return
    with un_seul_releve(db):
        reste = leftovers.find(db, registre, perimes)
        efface = erasing.efface(db, perimes, atelier.maintenant())
        _montre(efface, reste, perimes, "est effacé")
        leftovers.clean(reste, perimes, atelier.maintenant())
        if not efface.rien or erasing.is_owed(db):
            regagnes = erasing.compacte(db, atelier.maintenant())
            click.echo(
                f"{nombre_d_octets(regagnes)} regagnés : {chemin_de(db).name} fait {nombre_d_octets(chemin_de(db).stat().st_size)}."
                " Les sauvegardes faites avant gardent encore ce qui a été effacé."
            )


def _perimes(atelier: Atelier) -> Perimes:
    """What was locked (or, for what bears no campaign, received) more than `conservation_annees` ago."""
    aujourd_hui, annees = atelier.maintenant().date(), atelier.dossier.garde.conservation_annees
    depuis = _il_y_a(aujourd_hui, annees)
    campagnes = atelier.dossier.campagnes.values()
    return Perimes(tuple(c.code for c in campagnes if c.verrou < depuis), tuple(c.code for c in campagnes), depuis)


def _il_y_a(jour_: date, annees: int) -> date:
    """The same day some years before; 28 February for a 29th that was not."""
    annee = max(jour_.year - annees, 1)
    try:
        return jour_.replace(year=annee)
    except ValueError:
        return jour_.replace(year=annee, day=28)


def _montre(e: Efface, reste: Leftovers, perimes: Perimes, verbe: str) -> None:
    quoi = f"Campagnes closes avant le {jour(perimes.depuis)} : {enumeration(perimes.campagnes) or 'aucune'}."
    for abime in reste.damaged:
        click.echo(
            f"« {abime} » est trop abîmé pour être nettoyé, et tient peut-être encore tout cela : supprimez-le dès qu'il "
            "ne sert plus."
        )
    if e.rien and not (reste.drops or reste.registers):
        click.echo(f"{quoi} Rien à effacer.")
        return
    click.echo(f"{quoi} Ce qui {verbe} :")
    for n, un, des in (
        (e.originaux, "classeur d'origine", "classeurs d'origine"),
        (e.contacts, "contact", "contacts"),
        (e.textes, "ligne avec un texte libre", "lignes avec un texte libre"),
        (e.notes, "note", "notes"),
        (e.questions, "question posée, avec l'adresse de qui l'a posée", "questions posées, avec l'adresse de qui les a posées"),
        (e.messages, "message envoyé, avec l'adresse de son destinataire", "messages envoyés, avec l'adresse de leurs destinataires"),
        (e.motifs, "motif d'une trame saisie pour un GHT", "motifs de trames saisies pour un GHT"),
        (len(reste.drops), "trame déposée sur Slack, dans son dossier", "trames déposées sur Slack, dans leurs dossiers"),
        (len(reste.registers), "ancien registre mis de côté, nettoyé de même", "anciens registres mis de côté, nettoyés de même"),
        (e.dossiers, "liste de personnes d'un ancien dossier", "listes de personnes d'anciens dossiers"),
    ):  # fmt: skip
        if n:
            octets = f" ({nombre_d_octets(e.octets)})" if "classeur" in un else ""
            click.echo(f"  {compte(n, un, des)}{octets}")
    click.echo("Les montants, les constats, les décisions et les totaux restent : aucun chiffre du passé ne change.")
    if verbe == "serait effacé":
        click.echo("Rien n'a été effacé. Pour le faire, ajoutez --yes.")
