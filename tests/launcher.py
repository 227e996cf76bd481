"""Runs commands in children forked from one warm process, to kill them at a chosen moment. Never used outside the tests.

One JSON request a line on the standard input, one JSON answer a line on the standard output. A request is a list of
runs, started together; each gives `arguments` (or `systeme`, a command of the machine), and possibly `tue` (seconds before SIGKILL goes to its process group),
`limite` (bytes that no file may outgrow), `panne` (call, word of the path, errno, how many go well first), `pool` (read in worker processes, as people do). Without `pool`, the region's folder and the judgements of the folder
given as argument are ready before the child begins: nearly all of its time goes into the register.
"""

from __future__ import annotations

import ctypes
import gc
import io
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import jobs.cli
import jobs.commands
import jobs.keeping
import jobs.rejudge
import jobs.retours
import jobs.status
import jobs.taking_in.folders
import jobs.wiring
from config.folder import EXEMPLE, Dossier, charge
from sheets.judged import Classeur
from sheets.judging.workbook import juge

DOSSIER = charge(EXEMPLE)
JUGES: dict[tuple[str, bytes], Classeur] = {}


def juge_d_avance(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    connus = JUGES if dossier is DOSSIER else {}
    return (connus.get((nom, octets)) or juge(nom, octets, dossier) for nom, octets in fichiers)


def s_echauffe(source: Path) -> None:
    for f in source.glob("*.xlsx"):
        JUGES[str(f), f.read_bytes()] = juge(str(f), f.read_bytes(), DOSSIER)
    gc.freeze()  # a child that collects what it did not make would copy it all


def enfant(course: dict[str, Any], sortie: int) -> None:
    """Run one command to its end, then tell its exit code and words through `sortie`. Never returns."""
    os.setpgid(0, 0)
    if limite := course.get("limite"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limite, limite))
    if not course.get("pool"):
        for reader in (jobs.taking_in.folders, jobs.rejudge, jobs.retours):
            reader.juge_tous = juge_d_avance  # type: ignore[attr-defined]
        if "--dossier" not in course["arguments"]:
            jobs.wiring.charge = lambda chemin: DOSSIER  # type: ignore[attr-defined]
    pannes = ctypes.CDLL(None) if "panne" in course else None  # the library of tests/e2e/faults.c, preloaded
    if pannes:
        appel, mot, code_, apres = course["panne"]
        pannes.fault_arm(appel.encode(), mot.encode(), code_, apres)
    sys.argv = ["vigie", *course["arguments"]]
    code, dit, plaint = 0, io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(dit), redirect_stderr(plaint):
            jobs.cli.main()
    except SystemExit as fin:
        code = int(fin.code or 0)
    except BaseException as faute:  # whatever escapes is what the test must see
        code, plaint = 1, io.StringIO(f"Traceback {faute!r}")
    rendu = {"code": code, "dit": dit.getvalue(), "plaint": plaint.getvalue()}
    os.write(sortie, json.dumps(rendu | ({"pannes": pannes.fault_hits()} if pannes else {})).encode())
    os._exit(0)


def lance(course: dict[str, Any]) -> tuple[int, int]:
    """(process, pipe to read) of a run just started."""
    lit, ecrit = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(lit)
        enfant(course, ecrit)
    os.close(ecrit)
    return pid, lit


def attend(pid: int, lit: int, tue: float | None) -> dict[str, Any]:
    """What became of a run: its answer, or `tuee` when the signal came first."""
    debut, morceaux = time.monotonic(), []
    with selectors.DefaultSelector() as guet:
        guet.register(lit, selectors.EVENT_READ)
        while True:
            reste = None if tue is None else max(tue - (time.monotonic() - debut), 0)
            if not guet.select(reste):
                os.killpg(pid, signal.SIGKILL)
                break
            if not (octets := os.read(lit, 1 << 20)):
                break
            morceaux.append(octets)
    os.close(lit)
    os.waitpid(pid, 0)
    duree = time.monotonic() - debut
    return {**(json.loads(b"".join(morceaux)) if morceaux else {"tuee": True}), "duree": duree}


def main() -> None:
    s_echauffe(Path(sys.argv[1]))
    for ligne in sys.stdin:
        courses = json.loads(ligne)
        if "systeme" in courses[0]:
            rendus = [{"code": subprocess.run(c["systeme"], check=False).returncode} for c in courses]
        else:
            lancees = [(*lance(c), c.get("tue")) for c in courses]
            rendus = [attend(*lancee) for lancee in lancees]
        sys.stdout.write(json.dumps(rendus) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
