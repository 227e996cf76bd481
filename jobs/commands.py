"""What each command does once its options are read: call the rooms, show the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bots import terminal
from config.campaign import Campagne
from config.errors import UserError
from config.french import compte, decimal_euros, enumeration, jour, vouliez_vous
from config.rights import peut_agir
from config.territory import Perimetre
from jobs import wiring
from jobs.taking_in.folders import STABLE, Bilan
from jobs.taking_in.folders import pull as releve_tout
from jobs.wiring import Atelier
from sheets.cells import masque, tasse
from sheets.judged import Classeur, Totaux
from sheets.judging.workers import juge_tous
from sheets.register.known_actions import Prevue, prevues
from sheets.register.pulls import PAR_LE_GHT, Saisie
from sheets.trame import Trame
from sheets.trames import TRAMES


def _choisi(quoi: str, code: str, connus: dict[str, Any]) -> Any:
    """The thing that bears this code. Raises UserError with the nearest code and the known ones."""
    if code in connus:
        return connus[code]
    suite = f"{vouliez_vous(code, connus)} Connus : {enumeration(sorted(connus), 8)}."
    raise UserError(f"Je ne connais pas {quoi} « {code} »{suite}")


def ecrit_les_trames(
    atelier: Atelier, trame: str, ght: str | None, campagne: str, sortie: Path | None, *, vierge: bool = False
) -> None:
    """Write one trame, or (ght None) one per GHT into a folder: with the lines already known, unless `vierge`."""
    from sheets import writing

    layout: Trame = _choisi("le type de trame", trame, TRAMES)
    c: Campagne = _choisi("la campagne", campagne, atelier.dossier.campagnes)
    if ght is None:
        _dit_les_trames(ecrit_toutes(atelier, layout, c, sortie or Path("trames"), vierge=vierge))
        return
    if not ght:
        raise UserError("Dites pour quel GHT (--ght CODE), ou --all pour tous.")
    _choisi("le GHT", ght, atelier.dossier.territoire.ghts)
    if not atelier.dossier.territoire.membres(ght, c.situation):
        raise UserError(
            f"Le GHT « {ght} » n'a plus d'établissement au {jour(c.situation)}, date de situation de la campagne."
        )
    nom = writing.nom_de_fichier(ght, c, atelier.dossier)
    chemin = sortie / nom if sortie and sortie.is_dir() else sortie or Path(nom)
    connues = _ecrit_la_trame(atelier, layout, ght, c, chemin, vierge=vierge)
    avec = f" avec {compte(connues, 'ligne déjà connue', 'lignes déjà connues')}" if connues else ""
    click.echo(f"Trame écrite{avec} : {chemin}")


def _ecrit_la_trame(atelier: Atelier, trame: Trame, ght: str, campagne: Campagne, chemin: Path, *, vierge: bool) -> int:
    """Save one trame; return how many known lines it comes with."""
    from sheets import writing

    lignes: dict[str, list[Prevue]] = {}
    pris: dict[str, frozenset[str]] = {}
    if not vierge and atelier.chemin_registre.exists():
        membres = [e.finess for e in atelier.dossier.territoire.membres(ght, campagne.situation)]
        db, au = atelier.registre_existant, atelier.maintenant().date()
        lignes, pris = prevues(db, atelier.dossier, campagne, membres, trame, au)
    writing.ecrit(writing.preremplie(trame, ght, campagne, atelier.dossier, lignes, pris), chemin)
    return sum(map(len, lignes.values()))


def ecrit_toutes(
    atelier: Atelier, trame: Trame, campagne: Campagne, dossier_de_sortie: Path, *, vierge: bool = False
) -> dict[Path, bool]:
    """A trame for every GHT of the folder that has members at the situation date; whether each was written.

    One that is already there is left as it is: someone may have filled it.
    """
    from sheets import writing

    territoire = atelier.dossier.territoire
    ghts = [g for g in territoire.ghts.values() if territoire.membres(g.code, campagne.situation)]
    ecrites = {}
    with terminal.progression("Trames") as avance:
        for rang, g in enumerate(ghts, 1):
            chemin = dossier_de_sortie / writing.nom_de_fichier(g.code, campagne, atelier.dossier)
            ecrites[chemin] = not chemin.exists()
            if ecrites[chemin]:
                _ecrit_la_trame(atelier, trame, g.code, campagne, chemin, vierge=vierge)
            avance(rang, len(ghts))
    return ecrites


def _dit_les_trames(ecrites: Mapping[Path, bool]) -> None:
    """How many were written, and which were there before."""
    gardees = [chemin for chemin, ecrite in ecrites.items() if not ecrite]
    dossiers = enumeration(sorted({str(chemin.parent) for chemin in ecrites}))
    click.echo(f"{compte(len(ecrites) - len(gardees), 'trame écrite', 'trames écrites')} dans {dossiers}")
    if gardees:
        combien = compte(len(gardees), "trame y était déjà et reste", "trames y étaient déjà et restent")
        click.echo(f"{combien} telle{'s' if len(gardees) > 1 else ''} quelle{'s' if len(gardees) > 1 else ''} :")
        for chemin in gardees:
            click.echo(f"  {chemin.name}")
        click.echo("Pour en écrire une à neuf, déplacez d'abord l'ancienne.")


def controle(atelier: Atelier, fichiers: Sequence[Path], en_json: bool) -> int:
    """Judge workbooks and show their findings; the exit code says how bad it is (0, 1 or 2)."""
    absents = [f for f in fichiers if not f.is_file()]
    if absents:
        raise UserError(f"Fichier introuvable : {enumeration([str(f) for f in absents])}.")
    with terminal.progression("Contrôle") as avance:
        juges = []
        for classeur in juge_tous(((str(f), f.read_bytes()) for f in fichiers), atelier.dossier):
            juges.append(classeur)
            avance(len(juges), len(fichiers))
    if en_json:
        click.echo(json.dumps([objet_classeur(c) for c in juges], ensure_ascii=False, indent=1))
    else:
        for classeur in juges:
            terminal.titre(_en_tete(classeur))
            terminal.constats(classeur.constats)
            if classeur.lisible:
                terminal.ecrit(f"  {terminal.totaux(classeur.totaux)}")
    return 2 if not all(c.lisible for c in juges) else int(any(c.bloquant for c in juges))


def _en_tete(classeur: Classeur) -> str:
    nom = Path(classeur.fichier).name
    if classeur.tampon is None or not classeur.lisible:
        return f"{nom} — ne peut pas être lu comme une trame"
    t = classeur.tampon
    remis = "remise" if classeur.remis else "pas encore remise"
    return f"{nom} — trame {t.trame} {t.version}, {t.ght}, campagne {t.campagne}, {remis}"


def objet_totaux(t: Totaux) -> dict[str, Any]:
    """Control totals for programs: counts, and euros as decimal strings."""
    return {k: decimal_euros(v) if k.startswith("gain_") else v for k, v in asdict(t).items()}


def objet_classeur(c: Classeur) -> dict[str, Any]:
    """One file as `vigie check --json` prints it."""
    t = c.tampon
    return {
        "fichier": c.fichier,
        "trame": t.trame if t else None,
        "version": t.version if t else None,
        "ght": t.ght if t else None,
        "campagne": t.campagne if t else None,
        "lisible": c.lisible,
        "remis": c.remis,
        "totaux": objet_totaux(c.totaux),
        "constats": [{**k._asdict(), "gravite": k.gravite.value, "enjeu": decimal_euros(k.enjeu)} for k in c.constats],
    }


def releve(atelier: Atelier, sources: Sequence[Path], en_json: bool, motif: str = "", email: str | None = None) -> int:
    """Pull the sources into the register and show what came in; with `motif`, on behalf of their GHT.

    1 when something that lay there could not be read, by its rights or its name; a workbook that is refused was read.
    """
    reglees = [] if sources else wiring.sources()
    if not (sources or reglees):
        raise UserError(
            "Donnez un dossier de trames à relever : vigie pull DOSSIER, ou réglez VIGIE_SOURCES, qui les nomme tous."
        )
    saisie, permis = _pour_le_compte(atelier, motif, email)
    with terminal.progression("Relevé") as avance:
        bilan = releve_tout(
            atelier.registre, atelier.dossier, sources or reglees, atelier.maintenant, avance, saisie=saisie,
            permis=permis, patience=STABLE if reglees else 0,
        )  # fmt: skip
    if en_json:
        fichiers = [
            {"fichier": r.fichier, "etat": r.etat, "motif": r.motif, "totaux": objet_totaux(r.totaux)}
            for r in bilan.recus
        ]
        rendu = {"fichiers": fichiers, "totaux": objet_totaux(bilan.totaux)}
        rendu |= {"absentes": list(bilan.absentes), "en_ecriture": list(bilan.en_ecriture)}
        rendu |= {"illisibles": [{"chemin": u.path, "phrase": u.sentence} for u in bilan.unread]}
        click.echo(json.dumps(rendu, ensure_ascii=False, indent=1))
    else:
        montre_bilan(bilan)
    return int(bool(bilan.unread))


def _pour_le_compte(atelier: Atelier, motif: str, email: str | None) -> tuple[Saisie, Callable[[str], bool]]:
    """Who enters trames on behalf of a GHT, why, and for which GHT they may."""
    if not motif:
        return PAR_LE_GHT, lambda ght: True
    if not email:
        raise UserError("Dites qui a saisi ces trames : ajoutez --as EMAIL.")
    personne, dossier, jour_ = atelier.personne(email), atelier.dossier, atelier.maintenant().date()

    def permis(ght: str) -> bool:
        cible = Perimetre("ght", ght)
        return peut_agir(personne, dossier.personnes, ("ars", "dgos"), cible, dossier.territoire, jour_, jour_)

    return Saisie(email, masque(tasse(motif))), permis


def montre_bilan(bilan: Bilan) -> None:
    """What a pull took in: counts by state, refusals in words, control totals."""
    etats = {"nouveaux": "nouveau", "modifies": "modifie", "inchanges": "inchange", "refuses": "refuse"}
    comptes = {n: bilan.combien(e) for n, e in etats.items()}  # type: ignore[arg-type]
    terminal.ecrit(f"{compte(len(bilan.recus), 'fichier')} : {en_etats(comptes)}.")
    if bilan.retours:
        terminal.ecrit(
            f"  {compte(len(bilan.retours), 'retour de Vigie laissé', 'retours de Vigie laissés')} de côté.", "dim"
        )
    for absente in bilan.absentes:
        terminal.ecrit(
            f"  La source « {absente} » n'existe pas, ou n'est pas accessible ; les autres ont été relevées.", "red"
        )
    for u in bilan.unread:
        terminal.ecrit(f"  {u.sentence}", "red")
    for chemin in bilan.en_ecriture:
        terminal.ecrit(f"  encore en cours d'écriture, laissé pour le prochain relevé : {Path(chemin).name}", "yellow")
    for r in bilan.recus:
        if r.etat == "inchange" and r.motif:
            terminal.ecrit(f"  ignoré {Path(r.fichier).name} — {r.motif}", "yellow")
        if r.etat == "refuse" and not r.non_lus:
            terminal.ecrit(f"  refusé {Path(r.fichier).name} — {r.motif}", "red")
        for c in r.non_lus:
            quoi = "refusé " if r.etat == "refuse" else "onglet refusé "
            terminal.ecrit(f"  {quoi} {Path(r.fichier).name} — {c.message}", "red")
    terminal.ecrit(terminal.totaux(bilan.totaux))


def en_etats(comptes: Mapping[str, Any]) -> str:
    """« 10 nouveaux, 1 modifié, 0 inchangé, 1 refusé »."""
    mots = (("nouveau", "nouveaux"), ("modifié", "modifiés"), ("inchangé", "inchangés"), ("refusé", "refusés"))
    cles = ("nouveaux", "modifies", "inchanges", "refuses")
    return ", ".join(compte(comptes[cle], un, des) for cle, (un, des) in zip(cles, mots, strict=True))
