"""Takes in what changed in the sources: look, judge, record. Stateless: run twice, it does nothing the second time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from config.folder import Dossier
from config.machine import reason, shown
from jobs.taking_in.looked_into import LATER, Seen, as_it_stands, look, unread
from sheets.findings import Constat, Gravite
from sheets.judged import Classeur, Totaux, total
from sheets.judging.workers import juge_tous
from sheets.matching.known import raccorde_au_registre
from sheets.matching.whole_campaign import recoupe
from sheets.reading.opening import TAILLE_MAX
from sheets.register import pulls
from sheets.register.copies import Copy, copy_of, ignore
from sheets.register.database import un_seul_releve
from sheets.register.pulls import PAR_LE_GHT, Depot, Etat, Saisie, Unread

STABLE = 5.0
"""Seconds for which a file of a share must stay as it is before the service reads it."""
ATTENTE = 300.0
"""Seconds that the service leaves to another pull to end: its folders and its mailbox take turns."""


@dataclass(frozen=True, slots=True)
class Recu:
    """What became of one file in a pull."""

    fichier: str
    etat: Etat
    motif: str
    totaux: Totaux
    non_lus: tuple[Constat, ...] = ()
    """Why the file, or some of its tabs, could not be read. The rest of the findings is in the register."""


@dataclass(frozen=True, slots=True)
class Bilan:
    recus: tuple[Recu, ...]
    retours: tuple[str, ...] = ()
    """Companions of ours found beside the trames: passed over, and nothing of them is kept."""
    en_ecriture: tuple[str, ...] = ()
    """Files that were still being written: left for the next pull."""
    absentes: tuple[str, ...] = ()
    """Sources that could not be looked into; the others were."""
    unread: tuple[Unread, ...] = ()
    """Files and folders of the sources that could not be read, each with why."""

    @property
    def totaux(self) -> Totaux:
        return total(r.totaux for r in self.recus)

    def combien(self, etat: Etat) -> int:
        return sum(r.etat == etat for r in self.recus)


def pull(
    db: Database, dossier: Dossier, sources: Iterable[Path], horloge: Callable[[], datetime],
    avance: Callable[[int, int], None] = lambda fait, sur: None, saisie: Saisie = PAR_LE_GHT,
    permis: Callable[[str], bool] = lambda ght: True, patience: float = 0,
) -> Bilan:  # fmt: skip
    """Take in every file that changed. `avance(done, of)` is called as files are recorded.

    A file that cannot be read is one refusal; a crash in the middle loses at most the file in hand. With `saisie`, the
    files were entered by someone on behalf of their GHT, who must be `permis` to. With `patience`, a file that changed
    must stay as it is for that many seconds, and another pull is waited for. Raises UserError when no source can be looked into.
    """
    with un_seul_releve(db, ATTENTE if patience else 0):
        donnees = list(sources)
        seen = look(donnees)
        if donnees and len(seen.absent) == len(donnees):
            raise UserError(
                f"La source « {shown(donnees[0])} » n'existe pas, ou n'est pas accessible. Donnez un dossier de trames, ou un classeur."
            )
        return _pull(db, dossier, seen, horloge, avance, saisie, permis, patience)


def _pull(
    db: Database,
    dossier: Dossier,
    seen: Seen,
    horloge: Callable[[], datetime],
    avance: Callable[[int, int], None],
    saisie: Saisie,
    permis: Callable[[str], bool],
    patience: float,
) -> Bilan:
    connus, deja, ours = pulls.reperes(db, dossier), pulls.deja_lus(db), pulls.companions(db)
    retours = [d for d in seen.oldest_first if (d.nom, d.taille, d.modifie_ns) in ours]
    depots = [d for d in seen.oldest_first if d not in retours]
    a_lire = [d for d in depots if connus.get(d.nom, ())[:2] != (d.taille, d.modifie_ns)]
    if patience and a_lire:
        time.sleep(patience)
    en_ecriture = [d for d in a_lire if as_it_stands(d.chemin) != d]
    a_lire = [d for d in a_lire if d not in en_ecriture]
    numero = pulls.commence(db, dossier, horloge(), seen.counts)
    recus = {d.chemin: Recu(d.nom, "inchange", "", Totaux()) for d in depots}
    lus: list[Depot] = []
    known_companions = len(retours)
    copied: list[tuple[Depot, Copy]] = []
    for depot, juge in _juges(a_lire, dossier, connus, deja, lus, en_ecriture, seen, _copies(db, connus, copied)):
        if est_un_retour(juge):
            retours.append(depot)
            del recus[depot.chemin]
            continue
        if juge.tampon and not permis(juge.tampon.ght):
            motif = f"Cette trame est du GHT {juge.tampon.ght}, pour qui {saisie.par} ne peut pas agir."
            recus[depot.chemin] = Recu(depot.nom, "refuse", motif, Totaux())
            continue
        recus[depot.chemin] = _enregistre(db, dossier, numero, depot, juge, horloge(), depot.nom in connus, saisie)
        avance(sum(r.etat != "inchange" for r in recus.values()), len(a_lire))
    for depot, copy in copied:  # told before it is remembered as read: cut between the two, it is told again
        recus[depot.chemin] = _ignored(db, numero, depot, copy)
    if lus:
        pulls.pose_reperes(db, lus)
    if retours[known_companions:]:
        pulls.pose_reperes(db, retours[known_companions:], companions=True)
    for chemin in {d.chemin for d in en_ecriture} | (recus.keys() - seen.found.keys()):
        del recus[chemin]
    _termine(db, dossier, numero, recus, horloge, seen.unread)
    return Bilan(
        tuple(recus.values()),
        tuple(d.nom for d in retours),
        tuple(d.nom for d in en_ecriture if as_it_stands(d.chemin)),
        tuple(map(shown, seen.absent)),
        tuple(seen.unread),
    )


def prend(
    db: Database, dossier: Dossier, juges: Iterable[tuple[Depot, Classeur]], horloge: Callable[[], datetime]
) -> Bilan:
    """Take in workbooks that came otherwise than by a folder, already judged with the bytes that will be kept.

    Each bears a path of its own for ever: one that was taken in before is not taken in again.
    """
    with un_seul_releve(db, ATTENTE):
        connus = pulls.reperes(db, dossier)
        numero = pulls.commence(db, dossier, horloge())
        recus: dict[str, Recu] = {}
        for depot, juge in juges:
            if depot.nom in connus:
                recus[depot.chemin] = Recu(depot.nom, "inchange", "", Totaux())
            elif copy := copy_of(db, depot, connus):
                recus[depot.chemin] = _ignored(db, numero, depot, copy)
                pulls.pose_reperes(db, [depot])
            else:
                recus[depot.chemin] = _enregistre(db, dossier, numero, depot, juge, horloge(), False, PAR_LE_GHT)
        _termine(db, dossier, numero, recus, horloge)
    return Bilan(tuple(recus.values()))


def _copies(
    db: Database, connus: Mapping[str, tuple[int, int, str]], found: list[tuple[Depot, Copy]]
) -> Callable[[Depot], bool]:
    """Tells whether a file, just read, is an exact copy of a replaced version; those that are join `found`."""

    def is_copy(depot: Depot) -> bool:
        copy = copy_of(db, depot, connus)
        found.extend([(depot, copy)] if copy else [])
        return copy is not None

    return is_copy


def _ignored(db: Database, numero: int, depot: Depot, copy: Copy) -> Recu:
    ignore(db, numero, depot, copy)
    return Recu(depot.nom, "inchange", copy.said, Totaux())


def est_un_retour(juge: Classeur) -> bool:
    """Whether a workbook is a companion of ours, sent back as it was."""
    return any(c.code == "retour-de-vigie" for c in juge.constats)


def _enregistre(
    db: Database, dossier: Dossier, numero: int, depot: Depot, juge: Classeur, quand: datetime, connu: bool, saisie: Saisie
) -> Recu:  # fmt: skip
    classeur = raccorde_au_registre(db, dossier, juge, quand.date())
    return _recu(depot, pulls.enregistre(db, numero, depot, classeur, connu, saisie), classeur)


def _lost(seen: Seen, depot: Depot, fault: OSError) -> None:
    """Leave aside a file that was found and cannot be read; unless it was taken away meanwhile, say why."""
    del seen.found[depot.chemin]
    if not isinstance(fault, FileNotFoundError):
        next_ = f"Rétablissez l'accès de Vigie à ce fichier. {LATER}"
        seen.unread.append(unread(seen.source_of(depot.chemin), depot.chemin, reason(fault), next_))


def _termine(
    db: Database,
    dossier: Dossier,
    numero: int,
    recus: Mapping[str, Recu],
    horloge: Callable[[], datetime],
    not_read: Sequence[Unread] = (),
) -> None:
    for campagne in pulls.a_recouper(db):  # those of a pull cut short before this point included
        recoupe(db, dossier, numero, campagne, horloge().date())
    pulls.termine(db, numero, horloge(), [r.etat for r in recus.values()], not_read)


def _recu(depot: Depot, etat: Etat, classeur: Classeur) -> Recu:
    motif = "" if classeur.lisible else classeur.constats[0].message
    non_lus = tuple(c for c in classeur.constats if c.gravite is Gravite.REJET and c.ligne is None)
    return Recu(depot.nom, etat, motif, classeur.totaux, non_lus)


def _juges(
    depots: list[Depot],
    dossier: Dossier,
    connus: Mapping[str, tuple[int, int, str]],
    deja: Set[tuple[str, int, int]],
    inchanges: list[Depot],
    en_ecriture: list[Depot],
    seen: Seen,
    is_copy: Callable[[Depot], bool],
) -> Iterator[tuple[Depot, Classeur]]:
    """Judge the files whose content changed, each with the very bytes that will be kept; the others join `inchanges`.

    A file put back in the place of the version that replaced it is a change; elsewhere, an exact copy of a replaced
    version is none, whatever its date (`is_copy`). A file of `deja` under another path was renamed, moved or copied: it
    is the same. One that changes while it is read joins `en_ecriture`; one that cannot be read leaves what was found, and
    is said; one that is gone leaves it, and the next pull will see.
    """
    en_cours: list[Depot] = []

    def contenus() -> Iterator[tuple[str, bytes]]:
        for depot in depots:
            try:
                with Path(depot.chemin).open("rb") as f:
                    octets = f.read(TAILLE_MAX + 1)  # past that, the size alone refuses it
            except OSError as fault:
                _lost(seen, depot, fault)
                continue
            if as_it_stands(depot.chemin) != depot:
                en_ecriture.append(depot)
                continue
            lu = replace(depot, empreinte=hashlib.sha256(octets).hexdigest(), octets=octets)
            meme = (lu.empreinte, lu.taille, lu.modifie_ns)
            same = connus.get(depot.nom, (0, 0, ""))[2] == lu.empreinte
            if same or is_copy(lu) or (depot.nom not in connus and meme in deja):
                inchanges.append(replace(lu, octets=b""))
                continue
            en_cours.append(lu)
            yield depot.chemin, octets

    for classeur in juge_tous(contenus(), dossier):
        yield en_cours.pop(0), classeur
