"""Looks at a whole campaign after a pull: what one line says of another, whoever sent them and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePath

from sqlite_utils import Database

from config.campaign import Campagne
from config.folder import Dossier
from sheets.checks import on_history
from sheets.checks.catalogue import pour
from sheets.findings import Constat
from sheets.register import known_actions, pulls, stored_lines
from sheets.register.copies import ignored
from sheets.register.decisions import suites
from sheets.register.rivals import Rivals, Sent, differing, first_received, rivals
from sheets.register.what_counts import OngletRecu, qui_compte
from sheets.trames.paat.on_campaigns import LigneRecoupee

Found = tuple[int, int, Constat]
"""(file, tab, finding)."""


def recoupe(db: Database, dossier: Dossier, pull: int, campagne: str, le: date) -> None:
    """Run the checks on all that counts in a campaign that day, and store what they find with this pull."""
    comptent = qui_compte(db, [campagne], le)
    onglets = [o.id for o in comptent.values()]
    lignes = list(map(LigneRecoupee._make, stored_lines.lignes_a_recouper(db, onglets)))
    trouves = [
        *_constats(db, dossier, lignes),
        *_disparues(db, dossier, dossier.campagnes[campagne], comptent),
        *_apres_verrou(db, campagne, le, comptent),
        *rival_findings(db, campagne),
    ]
    pulls.recoupe(db, pull, campagne, trouves)


def _disparues(db: Database, dossier: Dossier, campagne: Campagne, comptent: dict[str, OngletRecu]) -> Iterator[Found]:
    """Actions received earlier in the exercice that are no longer there."""
    codes = [c.code for c in dossier.campagnes_de(campagne.exercice) if c.situation <= campagne.situation]
    par_id = {o.id: o for o in comptent.values()}
    for d in known_actions.disparues(db, codes, par_id):
        onglet = par_id[d.onglet]
        dit = on_history.ligne_disparue(d.action_id, d.numero, d.recue_le, d.gain_exercice, feuille=onglet.feuille)
        yield onglet.fichier, onglet.id, dit


def _apres_verrou(db: Database, campagne: str, le: date, comptent: dict[str, OngletRecu]) -> Iterator[Found]:
    """What was sent after the lock, line by line, against what counts."""
    verrouillees = {ght: s.verrouillee_le for ght, s in suites(db, campagne, le).items() if s.verrouillee_le}
    if not verrouillees:
        return
    derniers = qui_compte(db, [campagne], le, verrou=False)
    for finess, arrete in comptent.items():
        dernier = derniers[finess]
        if dernier.id == arrete.id or not arrete.fichier or arrete.ght not in verrouillees:
            continue
        avant, apres = known_actions.ecrites(db, arrete.id), known_actions.ecrites(db, dernier.id)
        for numero in sorted(avant.keys() | apres.keys()):
            a, b = avant.get(numero), apres.get(numero)
            if (a and a[2:]) != (b and b[2:]):
                dit = on_history.modifie_apres_cloture(
                    verrouillees[arrete.ght], a and a.gain_exercice, b and b.gain_exercice,
                    feuille=arrete.feuille, ligne=a.numero if a else None)  # fmt: skip
                yield arrete.fichier, arrete.id, dit


def _constats(db: Database, dossier: Dossier, lignes: list[LigneRecoupee]) -> Iterator[Found]:
    places = stored_lines.colonnes_de(db, {ligne.onglet for ligne in lignes})
    for controle in pour("paat", "campagne"):
        for ligne, ecart in controle.fonction(lignes, dossier):
            fichier, feuille, colonnes = places[ligne.onglet]
            cellule = f"{colonnes[ecart.colonne]}{ligne.numero}" if ecart.colonne in colonnes else ""
            yield fichier, ligne.onglet, controle.constat(ecart, feuille=feuille, ligne=ligne.numero, cellule=cellule)


def rival_findings(db: Database, campagne: str) -> Iterator[Found]:
    """`envois-concurrents` on both, `version-reprise` on what counts, `copie-ignoree` on what replaced it."""
    for r in rivals(db, campagne):
        yield from _competing(db, r)
        if r.replaced and (numbers := differing(db, r.counts.onglet, r.replaced.onglet)):
            received = first_received(db, r.counts)
            kept = (r.counts.gain_retenu, r.replaced.gain_retenu)
            said = on_history.version_back(_name(r.counts), received, numbers, kept, feuille=r.counts.feuille)
            yield r.counts.fichier, r.counts.onglet, said
    for copy in ignored(db, campagne):
        said = on_history.copy_ignored(copy.path, PurePath(copy.counts).name, feuille=copy.feuille)
        yield copy.fichier, copy.onglet, said


def _competing(db: Database, r: Rivals) -> Iterator[Found]:
    for other in (*r.together, *([r.older] if r.older else [])):
        if numbers := differing(db, r.counts.onglet, other.onglet):
            kept = (r.counts.gain_retenu, other.gain_retenu)
            for sent in (r.counts, other):
                said = on_history.rival_sendings(
                    _name(r.counts), _name(other), other is r.older, numbers, kept, feuille=sent.feuille
                )
                yield sent.fichier, sent.onglet, said


def _name(sent: Sent) -> str:
    return PurePath(sent.chemin).name
