"""The commands by which people act: decide, note, judge again, extend, validate, lock. Shows what each act changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from bots import act_words, terminal
from config import safe_write
from config.campaign import campagne_du_jour
from config.errors import UserError
from config.french import compte, enumeration, euros, jour
from config.territory import FRANCE
from jobs.rejudge import Changement, left_alone, rejuge
from jobs.wiring import Atelier
from reports import findings_workbook, progress
from reports.view import Sujet
from sheets.register import acts
from sheets.register.acts import Main
from sheets.register.database import FIRST_STEP


def _main(atelier: Atelier, email: str | None) -> Main:
    if not email:
        raise UserError("Dites qui agit : ajoutez --as EMAIL. Chaque décision porte un nom.")
    vue = atelier.vue()
    return Main(vue.db, vue.dossier, atelier.personne(email), atelier.maintenant())


def decide(atelier: Atelier, reference: str, sens: str, motif: str, email: str | None) -> None:
    """One decision on one line."""
    main = _main(atelier, email)
    if sens == "distinguer":
        ligne = acts.distingue(main, reference, motif)
        click.echo(
            f"{ligne.reference} : c'est une autre action. Elle prendra son numéro au prochain « vigie rejudge --yes »."
        )
        return
    click.echo(act_words.decidee(acts.decide(main, reference, sens, motif), sens))


def decide_en_nombre(atelier: Atelier, fichier: Path, email: str | None) -> None:
    """The decisions filled in a workbook of findings: all of them, or none."""
    if not fichier.is_file():
        raise UserError(f"Fichier introuvable : {fichier}.")
    main = _main(atelier, email)
    demandes = findings_workbook.lit_les_decisions(fichier.read_bytes())
    if not demandes:
        raise UserError(
            f"{fichier.name} : aucune décision. Remplissez les colonnes « Décision » et « Motif », puis relancez."
        )
    for ligne, (_, sens, _) in zip(acts.decide_tout(main, demandes), demandes, strict=True):
        click.echo(act_words.decidee(ligne, sens))


def note(atelier: Atelier, reference: str, texte: str, email: str | None) -> None:
    """A word left on a line."""
    ligne = acts.note(_main(atelier, email), reference, texte)
    click.echo(act_words.notee(ligne))


def rejuge_tout(atelier: Atelier, oui: bool, locked_too: bool = False) -> None:
    """What today's rules change; with `oui`, it is done; with `locked_too`, what they would change in what is locked."""
    if oui and locked_too:
        raise UserError(
            "--y-compris-verrouillees montre ce qu'une règle changerait, et n'écrit jamais : ce qui est verrouillé le reste. "
            "Retirez --yes, ou levez d'abord le verrou (vigie campaign lock --annuler)."
        )
    vue = atelier.vue()
    alone = {} if locked_too else left_alone(vue.db, vue.au)
    with terminal.progression("Jugement") as avance:
        changes = rejuge(vue.db, vue.dossier, atelier.maintenant, ecrit=oui, avance=avance, locked_too=locked_too)
    if alone:
        laisses = [f"{compte(len(ghts), 'GHT', 'GHT')} en {campagne}" for campagne, ghts in sorted(alone.items())]
        terminal.ecrit(
            f"Verrouillés, laissés tels quels : {enumeration(laisses)}. Pour voir ce que les règles y changeraient : "
            "vigie rejudge --y-compris-verrouillees",
            "yellow",
        )
    for c in changes:
        if c.non_relu:
            terminal.ecrit(
                f"{Path(c.fichier).name} — n'a pas pu être relu, son jugement reste : {c.non_relu}", "yellow"
            )
    changes = [c for c in changes if not c.non_relu]
    if not changes:
        quoi = "tout ce qui n'est pas verrouillé" if alone else "tout"
        terminal.ecrit(f"Rien ne change : {quoi} est déjà jugé selon les règles en vigueur.", "green")
        return
    par_ght: dict[tuple[str, str], list[Changement]] = defaultdict(list)
    for c in changes:
        par_ght[c.ght, c.campagne].append(c)
    noms = vue.dossier.territoire.ghts
    rangs = [
        (noms[ght].nom if ght in noms else ght or "GHT inconnu", campagne, str(sum(c.lignes for c in siens)),
         str(sum(c.constats for c in siens)), _signe(sum(c.declare for c in siens)), _signe(sum(c.retenu for c in siens)))
        for (ght, campagne), siens in sorted(par_ght.items())
    ]  # fmt: skip
    terminal.tableau(("GHT", "Campagne", "Lignes", "Constats", "Déclaré", "Retenu"), rangs, (2, 3, 4, 5))
    total = sum(c.retenu for c in changes)
    fin = "" if oui else " Rien n’est encore écrit : ajoutez --yes."
    if locked_too:
        fin = " C'est un essai : rien n'est écrit."
    terminal.ecrit(
        f"{compte(len(changes), 'fichier')} {'rejugé' if oui else 'à rejuger'}{'s' if len(changes) > 1 else ''}, "
        f"{_signe(total)} de retenu.{fin}",
        "bold",
    )


def _signe(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{euros(cents)}"


def liste_les_campagnes(atelier: Atelier) -> None:
    """Every campaign with its calendar and where it stands; before the first one, what begins it."""
    vue = atelier.vue_du_debut()
    rangs = []
    for c in sorted(vue.dossier.campagnes.values(), key=lambda c: c.ouverture):
        etats = progress.etats(vue, Sujet(FRANCE, c.exercice, c.code))
        rangs.append((c.code, jour(c.ouverture), jour(c.echeance), jour(c.verrou), _ou_en_est(etats)))
    terminal.tableau(("Campagne", "Ouverture", "Échéance", "Verrou", "Trames"), rangs)
    if not atelier.chemin_registre.exists():
        click.echo(f"Le registre « {atelier.chemin_registre} » n'existe pas encore. {FIRST_STEP}")


def _ou_en_est(etats: Sequence[progress.Etat]) -> str:
    repondu, verrouilles = sum(e.repondu for e in etats), sum(e.verrouillee for e in etats)
    fini = f", {verrouilles} verrouillées" if verrouilles else ""
    return f"{repondu} sur {len(etats)}{fini}"


def prolonge(atelier: Atelier, campagne: str, ght: str, jusqu_au: date, motif: str, email: str | None) -> None:
    main = _main(atelier, email)
    acts.prolonge(main, campagne, ght, jusqu_au, motif)
    click.echo(act_words.prolongee(main.dossier.territoire.ghts[ght].nom, campagne, jusqu_au))


def valide(atelier: Atelier, campagne: str, ght: str, motif: str, email: str | None, oui: bool) -> None:
    main = _main(atelier, email)
    acts.valide(main, campagne, ght, motif, oui=oui)
    click.echo(act_words.validee(main.dossier.territoire.ghts[ght].nom, campagne, oui=oui))


def verrouille(atelier: Atelier, campagne: str, ght: str | None, motif: str, email: str | None, oui: bool) -> None:
    """One GHT, or all those of the person's territory."""
    main = _main(atelier, email)
    c = acts.campagne_nommee(main.dossier, campagne)
    vises = [g.code for g in main.dossier.territoire.ghts_de(main.personne.perimetre, c.situation)]
    faits = acts.verrouille(main, campagne, [ght] if ght else vises, motif, oui=oui)
    if not faits:
        click.echo(f"{campagne} : rien à {'verrouiller' if oui else 'déverrouiller'}.")
        return
    noms = enumeration([main.dossier.territoire.ghts[g].nom for g in faits], 20)
    click.echo(f"{campagne} : {'verrouillé' if oui else 'déverrouillé'} pour {noms}.")
    laisses = [] if ght else [g for g in vises if g not in faits]
    if oui and laisses:
        click.echo(f"Laissés ouverts (prolongés, ou déjà verrouillés) : {enumeration(laisses, 20)}.")


def dit_neant(atelier: Atelier, campagne: str, finess: str, motif: str, email: str | None) -> None:
    main = _main(atelier, email)
    acts.dit_neant(main, campagne, finess, motif)
    click.echo(act_words.neant(finess, campagne, main.personne.fonction))


def relance(atelier: Atelier, campagne: str, ght: str, email: str | None) -> None:
    main = _main(atelier, email)
    acts.relance(main, campagne, ght)
    click.echo(act_words.relancee(main.dossier.territoire.ghts[ght].nom, campagne))


def rapporte(atelier: Atelier, sortie: Path, campagne: str | None) -> None:
    """The workbook of findings of a campaign, the one under way by default. Raises TakenError when someone filled it."""
    from sheets.writing.seal import is_untouched

    vue = atelier.vue()
    c = (
        acts.campagne_nommee(vue.dossier, campagne)
        if campagne
        else campagne_du_jour(vue.dossier.campagnes.values(), vue.au)
    )
    chemin = sortie / f"constats-{c.code}.xlsx"
    octets = findings_workbook.enregistre(findings_workbook.classeur(vue, Sujet(FRANCE, c.exercice, c.code)))
    safe_write.create(chemin, octets, ours=is_untouched)
    click.echo(f"{chemin} : remplissez « Décision » et « Motif », puis : vigie decide --file {chemin} --as EMAIL")
