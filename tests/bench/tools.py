"""The corpus of broken workbooks given to the tools people would use instead: who crashes, hangs, or loses lines silently."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TropLong
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from sheets.judging import workers
from tests.corpus import Cas, dossier
from tests.corpus.base import ONGLET

SECONDES, MEMOIRE = 20.0, 4 * 1024**3
ISSUES = ("juste", "erreur muette", "plante", "se bloque ou meurt")
"""Right verdict; a wrong one said as if all were well; an exception on a file that can be read; no answer at all."""
GAIN, REFERENCE, STATUT = "Gain annuel sur 12 mois (€ TTC)", "Montant de référence annuel (€ TTC)", "Statut"


def pandas_openpyxl(octets: bytes) -> int:
    """The usual script: lines kept of the first établissement's tab, by the obvious rules. Raises when it cannot read."""
    import pandas as pd

    table = pd.read_excel(io.BytesIO(octets), sheet_name=ONGLET, header=3, engine="openpyxl")
    lignes = table[table[STATUT] == "réalisé"]
    gain, reference = (pd.to_numeric(lignes[c], errors="coerce") for c in (GAIN, REFERENCE))
    return int(((gain < reference) & gain.notna()).sum())


def frictionless(octets: bytes) -> int:
    """Frictionless with a schema for the tab: lines it finds valid. Raises when it cannot read."""
    from frictionless import Detector, Dialect, Resource, Schema, formats, system

    champs: list[dict[str, Any]] = [
        {"name": STATUT, "type": "string", "constraints": {"required": True, "enum": ["réalisé", "notifié", "potentiel", "abandonné"]}},
        {"name": REFERENCE, "type": "number", "constraints": {"required": True}},
        {"name": GAIN, "type": "number", "constraints": {"required": True}},
    ]  # fmt: skip
    schema = Schema.from_descriptor({"fields": champs})
    with tempfile.TemporaryDirectory() as ou, system.use_context(trusted=True):
        (Path(ou) / "trame.xlsx").write_bytes(octets)
        dialecte = Dialect(header_rows=[4], comment_rows=[1, 2, 3], controls=[formats.ExcelControl(sheet=ONGLET)])
        detecteur = Detector(schema_sync=True)
        ressource = Resource(path=str(Path(ou) / "trame.xlsx"), schema=schema, dialect=dialecte, detector=detecteur)
        rapport = ressource.validate()
    if rapport.errors:
        raise ValueError(rapport.errors[0].message)
    tache = rapport.tasks[0]
    lues = [e for e in tache.errors if not hasattr(e, "row_number")]
    if lues:
        raise ValueError(lues[0].message)
    return int(tache.stats.get("rows") or 0) - len({getattr(e, "row_number", 0) for e in tache.errors})


def issue(cas: Cas, rendu: int | Exception | None) -> str:
    """How a tool did: `rendu` is the lines it kept, the exception it raised, or None when nothing came back."""
    if rendu is None:
        return "se bloque ou meurt"
    if isinstance(rendu, Exception):
        return "plante" if cas.verdict.lisible else "juste"
    if not cas.verdict.lisible:
        return "erreur muette"
    attendues = cas.verdict.lignes_retenues
    return "juste" if attendues is None or rendu == attendues else "erreur muette"


def essaie(outil: Callable[[bytes], int], corpus: Sequence[Cas]) -> Counter[str]:
    """One tool on the whole corpus, each file in a process that may die."""
    compte: Counter[str] = Counter()
    contexte = multiprocessing.get_context("spawn")
    with ProcessPool(os.cpu_count() or 1, context=contexte, initializer=_borne) as pool:
        futurs = [(cas, pool.schedule(outil, args=(cas.octets(),), timeout=SECONDES)) for cas in corpus]
        for cas, futur in futurs:
            rendu: int | Exception | None
            try:
                rendu = futur.result()
            except (TropLong, ProcessExpired, MemoryError):
                rendu = None
            except Exception as faute:
                rendu = faute
            compte[issue(cas, rendu)] += 1
    return compte


def _borne() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def vigie(corpus: Sequence[Cas]) -> Counter[str]:
    """Vigie on the same corpus, held to more: its verdict on each file, refusals included, is compared."""
    compte: Counter[str] = Counter()
    envois = ((cas.fichier, cas.octets()) for cas in corpus)
    for cas, classeur in zip(corpus, workers.juge_tous(envois, dossier()), strict=True):
        juste = classeur.lisible is cas.verdict.lisible and set(cas.verdict.codes) <= {
            c.code for c in classeur.constats
        }
        rendu = classeur.totaux.lignes_retenues if classeur.lisible else ValueError("refused")
        compte[issue(cas, rendu) if juste else "erreur muette"] += 1
    return compte


def compare(corpus: Sequence[Cas]) -> list[tuple[str, Counter[str]]]:
    outils = {"openpyxl + pandas": pandas_openpyxl, "frictionless": frictionless}
    return [("Vigie", vigie(corpus)), *((nom, essaie(outil, corpus)) for nom, outil in outils.items())]
