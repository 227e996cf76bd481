"""The commands that write in the region's folder: a label learnt, the territory loaded. Each shows what it changes.

Never touch the example, nor a word that someone wrote in the folder.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from bots import terminal
from config import official_list, synonyms
from config.csv_tables import Plaintes, decode, separateur
from config.errors import UserError
from config.folder import EXEMPLE, edit
from config.folder_files import lit_territoire
from config.french import compte, de, enumeration, jour, proche
from config.territory import FRANCE, Appartenance, Territoire
from jobs.wiring import Atelier
from reports.view import Sujet
from sheets.cells import texte
from sheets.reading import opening
from sheets.reading.second_try import tabs_of
from sheets.register import stored_lines

TERRITORY = "territoire.csv"


def learn(atelier: Atelier, ecrit: str | None, label: str | None) -> None:
    """Learn that a label typed in the trames means an official one; without labels, show what is not known yet."""
    if not ecrit:
        _show_unknown(atelier)
        return
    _not_the_example(atelier, "")
    nomenclature = atelier.dossier.nomenclature
    rubrique = synonyms.rubrique_de(nomenclature, label or "")
    synonyms.apprend(atelier.chemin_dossier, nomenclature, rubrique, ecrit, label or "")
    click.echo(f"Appris : « {ecrit} » se lit « {label} ». Les trames déjà reçues gardent leur constat.")


def _show_unknown(atelier: Atelier) -> None:
    """The labels of the trames that nobody knows, with the nearest official one."""
    vue, nomenclature = atelier.vue(), atelier.dossier.nomenclature
    comptent = [
        o.id for n in {c.exercice for c in atelier.dossier.campagnes.values()} for o in vue.comptent(Sujet(FRANCE, n))
    ]
    rangs = [
        (r, e, str(n), proche(e, nomenclature.labels(r)) or "—")
        for r, e, n in stored_lines.libelles_inconnus(vue.db, comptent)
        if nomenclature.label(r, e) is None
    ]
    if not rangs:
        terminal.ecrit("Tous les libellés reçus sont connus.", "green")
        return
    terminal.tableau(("Niveau", "Écrit dans les trames", "Lignes", "Le plus proche"), rangs, (2,))
    terminal.ecrit('Pour l\'apprendre : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')


def load_territory(atelier: Atelier, fichier: Path, oui: bool) -> None:
    """Merge an official list into the folder's `territoire.csv`; memberships end only with `oui`.

    The territory alone is read: the files that name its codes may be filled before it. Raises UserError.
    """
    if not fichier.is_file():
        raise UserError(f"Fichier introuvable : {fichier}.")
    _not_the_example(atelier, f", puis : vigie territory {fichier}")
    folder = atelier.chemin_dossier
    ancien = _territory_of(folder)
    liste = official_list.lit(_rangees(fichier), ancien.regions)
    nouveau = official_list.fusionne(ancien, liste, atelier.maintenant().date())
    closes = official_list.ended(ancien, nouveau)
    click.echo(f"{compte(len(liste.ghts), 'GHT', 'GHT')} et {compte(len(liste.etablissements), 'établissement')} lus.")
    if closes and not oui:
        _show_ends(nouveau, closes, "finirait", "serait effacée")
        click.echo(
            "Rien n'a été écrit. Si la liste se trompe ou s'il y manque une ligne, corrigez-la ; s'ils sont vraiment "
            "partis, ajoutez --yes."
        )
        return
    path = folder / TERRITORY
    left = edit(folder, TERRITORY, official_list.applied(ancien, nouveau, path.read_bytes()))
    ajouts = len(set(nouveau.appartenances) - set(ancien.appartenances)) - sum(a.fin is not None for a in closes)
    click.echo(f"{compte(ajouts, 'appartenance ajoutée', 'appartenances ajoutées')} dans {path}.")
    _show_ends(nouveau, closes, "finit", "est effacée")
    _show_regions(nouveau)
    if left:
        click.echo("\n".join(["Reste à corriger dans les autres fichiers :", *(f"  {c}" for c in left[:8])]))


def _territory_of(folder: Path) -> Territoire:
    """The territory of a folder whose other files may be at fault. Raises UserError with its own complaints."""
    if not folder.is_dir():
        raise UserError(f"Le dossier de la région « {folder} » n'existe pas. Copiez d'abord l'exemple : {EXEMPLE}")
    plaintes = Plaintes()
    territory = lit_territoire(folder, plaintes)
    plaintes.leve(f"Le dossier de la région « {folder} » est à corriger :")
    return territory


def _show_ends(territory: Territoire, closes: Sequence[Appartenance], ends: str, never: str) -> None:
    """Each membership that the list no longer holds: the day it ends, or, not yet begun, that its row goes."""
    for a in closes:
        nom, ght = territory.etablissements[a.finess].nom, territory.ghts[a.ght].nom
        then = f"{ends} le {jour(a.fin)}" if a.fin else f"à venir {never}"
        click.echo(f"  {nom} ({a.finess}) n'est plus au {ght} dans cette liste : son appartenance {then}")


def _show_regions(territory: Territoire) -> None:
    """Say when the folder describes several regions: the example's own is easily left in."""
    counts = Counter(g.region for g in territory.ghts.values())
    if len(counts) > 1:
        said = [f"{compte(n, 'GHT', 'GHT')} {de(territory.regions[r].nom)}" for r, n in counts.items()]
        click.echo(
            f"Le dossier décrit maintenant {enumeration(said)}. Si l'une de ces régions n'est pas la vôtre, effacez ses "
            "lignes de territoire.csv, achats.csv et personnes.csv."
        )


def _not_the_example(atelier: Atelier, then: str) -> None:
    if atelier.chemin_dossier.resolve() == EXEMPLE.resolve():
        raise UserError(
            f"Le dossier d'exemple n'est pas modifié. Copiez-le d'abord ({EXEMPLE}){then}, en ajoutant --dossier COPIE"
        )


def _rangees(fichier: Path) -> list[list[str]]:
    """The rows of a CSV or of a workbook's first tab, as text."""
    octets = fichier.read_bytes()
    if fichier.suffix.lower() in (".csv", ".txt"):
        contenu = decode(octets)
        return list(csv.reader(io.StringIO(contenu), delimiter=separateur(contenu)))
    try:
        premier = tabs_of(octets)[0]
    except opening.Refus as refus:
        raise UserError(f"{fichier} : {refus.constat.message} {refus.constat.correction}") from None
    return [[] for _ in range(premier.ligne_0)] + [[texte(c) or "" for c in rangee] for rangee in premier.rangees]
