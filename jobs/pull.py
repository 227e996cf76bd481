"""Takes in what changed in the sources: look, judge, record. Stateless: run twice, it does nothing the second time."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from stat import S_ISREG

from sqlite_utils import Database

from config.discretion import masque
from config.dossier import Dossier
from config.errors import UserError
from sheets.constats import Constat, Gravite
from sheets.judging.campaign import recoupe
from sheets.judging.known import raccorde_au_registre
from sheets.judging.workers import juge_tous
from sheets.lignes import Classeur, Totaux, total
from sheets.reading.excel import TAILLE_MAX
from sheets.register import pulls
from sheets.register.pulls import PAR_LE_GHT, Depot, Etat, Saisie
from sheets.register.registre import un_seul_releve

STABLE = 5.0
"""Seconds for which a file of a share must stay as it is before the service reads it."""
ATTENTE = 300.0
"""Seconds that the service leaves to another pull to end: its folders and its mailbox take turns."""
SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


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

    @property
    def totaux(self) -> Totaux:
        return total(r.totaux for r in self.recus)

    def combien(self, etat: Etat) -> int:
        return sum(r.etat == etat for r in self.recus)


def trouve(sources: Iterable[Path]) -> tuple[list[Depot], dict[str, int], list[Path]]:
    """The workbooks in these folders (or these files), oldest first; how many in each; the sources out of reach.

    Excel's lock files (~$…) and hidden files are passed over.
    """
    depots: list[Depot] = []
    vus: dict[str, int] = {}
    absentes: list[Path] = []
    for source in sources:
        try:
            lieu = source.resolve()
            siens = _dans(source, lieu)
        except OSError:
            absentes.append(source)
            continue
        depots += siens
        vus[masque(str(lieu))] = len(siens)
    return sorted({d.chemin: d for d in depots}.values(), key=lambda d: (d.modifie_ns, d.chemin)), vus, absentes


def _dans(source: Path, lieu: Path) -> list[Depot]:
    """The workbooks of one source, that stands at `lieu` once links are followed. Raises OSError when it cannot be looked into."""
    if not source.is_dir():
        source.stat()
    elif not os.access(source, os.R_OK | os.X_OK):
        raise PermissionError(str(source))
    fichiers = source.rglob("*") if source.is_dir() else [source]
    vus = [f for f in fichiers if f.suffix.lower() in SUFFIXES and not f.name.startswith((".", "~$"))]
    return [d for f in vus if (d := _vu(str(lieu if f is source else f.resolve())))]


def _vu(chemin: str) -> Depot | None:
    """A file as it stands now; None when it is gone, or is no file."""
    try:
        stat = Path(chemin).stat()
    except OSError:
        return None
    return Depot(chemin, stat.st_size, stat.st_mtime_ns) if S_ISREG(stat.st_mode) else None


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
        depots, vus, absentes = trouve(donnees)
        if donnees and len(absentes) == len(donnees):
            raise UserError(
                f"La source « {absentes[0]} » n'existe pas, ou n'est pas accessible. Donnez un dossier de trames, ou un classeur."
            )
        bilan = _pull(db, dossier, depots, vus, horloge, avance, saisie, permis, patience)
        return replace(bilan, absentes=tuple(map(str, absentes)))


def _pull(
    db: Database,
    dossier: Dossier,
    depots: list[Depot],
    sources: Mapping[str, int],
    horloge: Callable[[], datetime],
    avance: Callable[[int, int], None],
    saisie: Saisie,
    permis: Callable[[str], bool],
    patience: float,
) -> Bilan:
    connus, deja = pulls.reperes(db, dossier), pulls.deja_lus(db)
    a_lire = [d for d in depots if connus.get(d.nom, ())[:2] != (d.taille, d.modifie_ns)]
    if patience and a_lire:
        time.sleep(patience)
    en_ecriture = [d for d in a_lire if _vu(d.chemin) != d]
    a_lire = [d for d in a_lire if d not in en_ecriture]
    numero = pulls.commence(db, dossier, horloge(), sources)
    recus = {d.chemin: Recu(d.nom, "inchange", "", Totaux()) for d in depots}
    lus: list[Depot] = []
    retours: list[str] = []
    for depot, juge in _juges(a_lire, dossier, connus, deja, lus, en_ecriture):
        if est_un_retour(juge):
            retours.append(depot.nom)
            del recus[depot.chemin]
            continue
        if juge.tampon and not permis(juge.tampon.ght):
            motif = f"Cette trame est du GHT {juge.tampon.ght}, pour qui {saisie.par} ne peut pas agir."
            recus[depot.chemin] = Recu(depot.nom, "refuse", motif, Totaux())
            continue
        recus[depot.chemin] = _enregistre(db, dossier, numero, depot, juge, horloge(), depot.nom in connus, saisie)
        avance(sum(r.etat != "inchange" for r in recus.values()), len(a_lire))
    if lus:
        pulls.pose_reperes(db, lus)
    for depot in en_ecriture:
        del recus[depot.chemin]
    _termine(db, dossier, numero, recus, horloge)
    return Bilan(tuple(recus.values()), tuple(retours), tuple(d.nom for d in en_ecriture if _vu(d.chemin)))


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
            else:
                recus[depot.chemin] = _enregistre(db, dossier, numero, depot, juge, horloge(), False, PAR_LE_GHT)
        _termine(db, dossier, numero, recus, horloge)
    return Bilan(tuple(recus.values()))


def est_un_retour(juge: Classeur) -> bool:
    """Whether a workbook is a companion of ours, sent back as it was."""
    return any(c.code == "retour-de-vigie" for c in juge.constats)


def _enregistre(
    db: Database, dossier: Dossier, numero: int, depot: Depot, juge: Classeur, quand: datetime, connu: bool, saisie: Saisie
) -> Recu:  # fmt: skip
    classeur = raccorde_au_registre(db, dossier, juge, quand.date())
    return _recu(depot, pulls.enregistre(db, numero, depot, classeur, connu, saisie), classeur)


def _termine(
    db: Database, dossier: Dossier, numero: int, recus: Mapping[str, Recu], horloge: Callable[[], datetime]
) -> None:
    for campagne in pulls.a_recouper(db):  # those of a pull cut short before this point included
        recoupe(db, dossier, numero, campagne, horloge().date())
    pulls.termine(db, numero, horloge(), [r.etat for r in recus.values()])


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
) -> Iterator[tuple[Depot, Classeur]]:
    """Judge the files whose content changed, each with the very bytes that will be kept; the others join `inchanges`.

    A file put back as it was some time ago is a change: the last one received counts. A file of `deja` under another
    path was renamed, moved or copied: it is the same. One that changes while it is read joins `en_ecriture`.
    """
    en_cours: list[Depot] = []

    def contenus() -> Iterator[tuple[str, bytes]]:
        for depot in depots:
            try:
                with Path(depot.chemin).open("rb") as f:
                    octets = f.read(TAILLE_MAX + 1)  # past that, the size alone refuses it
            except OSError:
                continue  # gone or out of reach since it was listed: the next pull will see
            if _vu(depot.chemin) != depot:
                en_ecriture.append(depot)
                continue
            lu = replace(depot, empreinte=hashlib.sha256(octets).hexdigest(), octets=octets)
            meme = (lu.empreinte, lu.taille, lu.modifie_ns)
            if connus.get(depot.nom, (0, 0, ""))[2] == lu.empreinte or (depot.nom not in connus and meme in deja):
                inchanges.append(replace(lu, octets=b""))
                continue
            en_cours.append(lu)
            yield depot.chemin, octets

    for classeur in juge_tous(contenus(), dossier):
        yield en_cours.pop(0), classeur
