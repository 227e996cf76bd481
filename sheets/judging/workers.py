"""Judges many files at once in expendable processes: one that dies, hangs or swells takes only its own file.

calamine aborts its whole process on some five-kilobyte files; no `except` catches that.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as TropLong
from itertools import chain, islice
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from config.folder import Dossier
from config.secrets import masque
from sheets.checks import on_workbooks
from sheets.findings import Constat
from sheets.judged import Classeur
from sheets.judging.workbook import juge, juge_rogne

SECONDES = 20.0
"""An ordinary trame is judged in hundredths of a second."""
MEMOIRE = 768 * 1024 * 1024
"""Address space of a worker, in bytes; a country's largest trame takes a tenth of it."""
D_AVANCE = 8
"""Files handed out before the first answer is taken back: enough to keep workers busy, few enough to stay small."""

T = TypeVar("T")
Tache = Callable[[str, bytes, Dossier, bool], T]
"""What is done with (name, bytes, region's folder, whether to rewrite the workbook first): a module's own function."""

_dossier: Dossier | None = None


def _prepare(dossier: Dossier) -> None:
    """In each worker, once: keep the region's folder at hand, and bound the memory."""
    global _dossier  # noqa: PLW0603 - a worker process has one folder for its whole life
    _dossier = dossier
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vers_rien = os.open(os.devnull, os.O_WRONLY)
    os.dup2(vers_rien, 2)  # an abort prints Rust's backtrace; the finding says it better


def _fait(tache: Tache[T], fichier: str, octets: bytes, rogne: bool) -> T | Constat:
    assert _dossier is not None
    return tache(fichier, octets, _dossier, rogne)


def _juge(fichier: str, octets: bytes, dossier: Dossier, rogne: bool) -> Classeur:
    rendu = juge_rogne(fichier, octets, dossier) if rogne else juge(fichier, octets, dossier)
    for onglet in rendu.onglets:  # added up here, and sent back with the tab
        _ = (onglet.totaux, onglet.declare_positif, onglet.notifie, onglet.report)
    return rendu


def juge_tous(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    """Yield the judgement of each (name, bytes), in the order given, reading the source only a few ahead."""
    for nom, rendu in a_l_abri(_juge, fichiers, dossier):
        yield Classeur(nom, None, (), (rendu,), lisible=False) if isinstance(rendu, Constat) else rendu


def a_l_abri(
    tache: Tache[T], fichiers: Iterable[tuple[str, bytes]], dossier: Dossier
) -> Iterator[tuple[str, T | Constat]]:
    """Yield what `tache` gives for each (name, bytes), or the finding that says why it could not be read."""
    # Fresh processes from a clean server: the service has threads, which a plain fork would copy half-alive.
    contexte = multiprocessing.get_context("forkserver")
    contexte.set_forkserver_preload(["sheets.judging.workers"])
    suite = iter(fichiers)
    premiers = list(
        islice(suite, min(os.cpu_count() or 1, 8))
    )  # no more processes than files: a start is half a second
    with ProcessPool(max(len(premiers), 1), context=contexte, initializer=_prepare, initargs=(dossier,)) as pool:
        en_cours: list[tuple[str, bytes, ProcessFuture[T | Constat]]] = []
        for nom, octets in chain(premiers, suite):
            en_cours.append((nom, octets, pool.schedule(_fait, args=(tache, nom, octets, False), timeout=SECONDES)))
            if len(en_cours) >= D_AVANCE:
                nom_, octets_, futur_ = en_cours.pop(0)
                yield nom_, _resultat(pool, tache, nom_, octets_, futur_)
        for nom, octets, futur in en_cours:
            yield nom, _resultat(pool, tache, nom, octets, futur)


def _resultat(
    pool: ProcessPool, tache: Tache[T], nom: str, octets: bytes, futur: ProcessFuture[T | Constat]
) -> T | Constat:
    """What a worker found; when it died or hung, what a second try on the same file cut down finds."""
    try:
        return futur.result()
    except (TropLong, ProcessExpired, MemoryError):
        second: ProcessFuture[T | Constat] = pool.schedule(_fait, args=(tache, nom, octets, True), timeout=SECONDES)
    except Exception:
        return _defaut(nom)
    try:
        return second.result()
    except TropLong:
        return _refus(f"La lecture de ce classeur a dépassé {SECONDES:.0f} secondes ; elle a été arrêtée.")
    except (ProcessExpired, MemoryError):
        return _refus("La lecture de ce classeur demande une mémoire démesurée ; elle a été arrêtée.")
    except Exception:
        return _defaut(nom)


def _defaut(nom: str) -> Constat:
    """A fault of ours on one file: it is logged whole, and the other files are still read."""
    logging.getLogger("vigie").error("reading %s\n%s", masque(nom), masque(traceback.format_exc()))
    return _refus(
        "Vigie s'est trompée en lisant ce classeur : c'est un défaut du programme, consigné dans son journal."
    )


def _refus(raison: str) -> Constat:
    return on_workbooks.classeur_illisible(raison, "Recopiez vos lignes dans la trame d'origine, puis renvoyez-la.")
