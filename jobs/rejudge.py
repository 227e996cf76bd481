"""Judges again all that was received, after a rule or a bound changed. Dry unless asked; locked GHT are left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from config.folder import Dossier
from sheets.judged import Classeur
from sheets.judging.workers import juge_tous
from sheets.matching.known import raccorde_au_registre
from sheets.matching.whole_campaign import recoupe
from sheets.register import pulls, received_files
from sheets.register.database import un_seul_releve
from sheets.register.decisions import suites
from sheets.register.known_actions import Envoi
from sheets.register.received_files import FichierGarde


@dataclass(frozen=True, slots=True)
class Changement:
    """What judging a file again changes. Amounts in cents of the exercice."""

    ght: str
    campagne: str
    fichier: str
    lignes: int
    """Lines struck that were not, no longer struck, numbered otherwise, or worth another amount."""
    declare: int
    retire: int
    constats: int
    """Findings that appear or go."""
    non_relu: str = ""
    """Why it could not be read this time: its former judgement stands, a slow machine must not cost a figure."""

    @property
    def retenu(self) -> int:
        return self.declare - self.retire


def rejuge(
    db: Database, dossier: Dossier, horloge: Callable[[], datetime], *, ecrit: bool,
    avance: Callable[[int, int], None] = lambda fait, sur: None, locked_too: bool = False,
) -> list[Changement]:  # fmt: skip
    """What today's rules change in what counts; with `ecrit`, those judgements replace the former ones from now on.

    With `locked_too`, what they would change in campaigns that are locked as well: a look, never written (ValueError).
    """
    if ecrit and locked_too:
        raise ValueError("what is locked is never judged again")
    with un_seul_releve(db):
        return list(_rejuge(db, dossier, horloge, ecrit, avance, locked_too))


def left_alone(db: Database, le: date) -> dict[str, set[str]]:
    """By campaign, the GHT that are not judged again that day because they are locked."""
    alone: dict[str, set[str]] = {}
    for g in received_files.fichiers_a_rejuger(db, le):
        if _verrouille(db, g, le):
            alone.setdefault(g.campagne, set()).add(g.ght)
    return alone


def _rejuge(
    db: Database, dossier: Dossier, horloge: Callable[[], datetime], ecrit: bool, avance: Callable[[int, int], None],
    locked_too: bool,
) -> Iterator[Changement]:  # fmt: skip
    le = horloge().date()
    gardes = [g for g in received_files.fichiers_a_rejuger(db, le) if locked_too or not _verrouille(db, g, le)]
    # Earliest exercice first: what is carried over takes the value judged just before.
    gardes.sort(key=lambda g: dossier.campagnes[g.campagne].situation if g.campagne in dossier.campagnes else date.max)
    pull = pulls.commence(db, dossier, horloge()) if ecrit else 0
    contenus = ((g.chemin, received_files.original(db, g.empreinte)) for g in gardes)
    etats: list[pulls.Etat] = []
    for fait, (garde, juge) in enumerate(zip(gardes, juge_tous(contenus, dossier), strict=True), 1):
        avance(fait, len(gardes))
        if juge.tampon is None and garde.etat != "refuse":
            yield Changement(garde.ght, garde.campagne, garde.chemin, 0, 0, 0, 0, juge.constats[0].message)
            continue
        classeur = raccorde_au_registre(db, dossier, juge, le, Envoi(garde.id, garde.recu))
        changement = _compare(db, garde, classeur)
        if changement is None:
            continue
        yield changement
        if ecrit:
            pulls.rejuge(db, pull, garde.id, classeur)
            etats.append("modifie")
    if ecrit:
        for campagne in pulls.campagnes_recues(db):  # their checks may have changed, even where no line did
            recoupe(db, dossier, pull, campagne, le)
        pulls.termine(db, pull, horloge(), etats)


def _verrouille(db: Database, garde: FichierGarde, le: date) -> bool:
    suite = suites(db, garde.campagne, le).get(garde.ght)
    return suite is not None and suite.verrouillee_le is not None


def _compare(db: Database, garde: FichierGarde, classeur: Classeur) -> Changement | None:
    """The difference with the judgement in force, or None when there is none."""
    avant, constats_avant = received_files.jugement(db, garde.id)
    apres = {
        (o.finess, li.numero): (li.action_id, li.mesure.gain_exercice, li.retire)
        for o in classeur.onglets
        for li in o.lignes
    }
    constats = {(c.code, c.gravite.value, c.feuille, c.ligne, c.message) for c in classeur.constats}
    if avant == apres and constats == constats_avant and classeur.lisible == (garde.etat != "refuse"):
        return None
    (declare_avant, retire_avant), (declare, retire) = _compte(garde, avant), _compte(garde, apres)
    return Changement(
        classeur.tampon.ght if classeur.tampon else garde.ght,
        garde.campagne,
        garde.chemin,
        sum(avant.get(cle) != apres.get(cle) for cle in avant.keys() | apres.keys()),
        declare - declare_avant,
        retire - retire_avant,
        len(constats ^ constats_avant),
    )


def _compte(garde: FichierGarde, lignes: Mapping[tuple[str, int], tuple[str, int, int]]) -> tuple[int, int]:
    """Cents declared and struck in the tabs in force; all those of a file that was refused. Decisions hold."""
    declare = retire = 0
    for (finess, _), (action_id, gain, selon_les_controles) in lignes.items():
        if garde.etat == "refuse" or finess in garde.comptent:
            decide = garde.comptent.get(finess, {}).get(action_id)
            declare += gain
            retire += selon_les_controles if decide is None else max(gain, 0) if decide else 0
    return declare, retire
