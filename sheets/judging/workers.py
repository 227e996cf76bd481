"""Judges many files at once in expendable processes: one that dies, hangs or swells takes only its own file.

calamine aborts its whole process on some five-kilobyte files; no `except` catches that.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as TropLong

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from config.dossier import Dossier
from sheets.checks import classeur
from sheets.judging.workbook import juge, juge_rogne
from sheets.lignes import Classeur

SECONDES = 20.0
"""An ordinary trame is judged in hundredths of a second."""
MEMOIRE = 768 * 1024 * 1024
"""Address space of a worker, in bytes; a country's largest trame takes a tenth of it."""
D_AVANCE = 8
"""Files handed out before the first answer is taken back: enough to keep workers busy, few enough to stay small."""

_dossier: Dossier | None = None


def _prepare(dossier: Dossier) -> None:
    """In each worker, once: keep the region's folder at hand, and bound the memory."""
    global _dossier  # noqa: PLW0603 - a worker process has one folder for its whole life
    _dossier = dossier
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vers_rien = os.open(os.devnull, os.O_WRONLY)
    os.dup2(vers_rien, 2)  # an abort prints Rust's backtrace; the finding says it better


def _juge(fichier: str, octets: bytes) -> Classeur:
    assert _dossier is not None
    return juge(fichier, octets, _dossier)


def _juge_rogne(fichier: str, octets: bytes) -> Classeur:
    assert _dossier is not None
    return juge_rogne(fichier, octets, _dossier)


def juge_tous(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    """Yield the judgement of each (name, bytes), in the order given, reading the source only a few ahead."""
    # Fresh processes from a clean server: the service has threads, which a plain fork would copy half-alive.
    contexte = multiprocessing.get_context("forkserver")
    contexte.set_forkserver_preload(["sheets.judging.workbook"])
    travailleurs = min(os.cpu_count() or 1, 8)
    with ProcessPool(travailleurs, context=contexte, initializer=_prepare, initargs=(dossier,)) as pool:
        en_cours: list[tuple[str, bytes, ProcessFuture[Classeur]]] = []
        for nom, octets in fichiers:
            en_cours.append((nom, octets, pool.schedule(_juge, args=(nom, octets), timeout=SECONDES)))
            if len(en_cours) >= D_AVANCE:
                yield _resultat(pool, *en_cours.pop(0))
        for nom, octets, futur in en_cours:
            yield _resultat(pool, nom, octets, futur)


def _resultat(pool: ProcessPool, nom: str, octets: bytes, futur: ProcessFuture[Classeur]) -> Classeur:
    """What a worker found; when it died or hung, what a second try on the same file cut down finds."""
    try:
        return futur.result()
    except (TropLong, ProcessExpired, MemoryError):
        second: ProcessFuture[Classeur] = pool.schedule(_juge_rogne, args=(nom, octets), timeout=SECONDES)
    except Exception:
        return _defaut(nom)
    try:
        return second.result()
    except TropLong:
        return _refus(nom, f"La lecture de ce classeur a dépassé {SECONDES:.0f} secondes ; elle a été arrêtée.")
    except (ProcessExpired, MemoryError):
        return _refus(nom, "La lecture de ce classeur demande une mémoire démesurée ; elle a été arrêtée.")
    except Exception:
        return _defaut(nom)


def _defaut(nom: str) -> Classeur:
    """A fault of ours on one file: it is logged whole, and the other files are still read."""
    logging.getLogger("vigie").exception("reading %s", nom)
    return _refus(
        nom, "Vigie s'est trompée en lisant ce classeur : c'est un défaut du programme, consigné dans son journal."
    )


def _refus(nom: str, raison: str) -> Classeur:
    correction = "Recopiez vos lignes dans la trame d'origine, puis renvoyez-la."
    return Classeur(nom, None, (), (classeur.classeur_illisible(raison, correction),), lisible=False)
