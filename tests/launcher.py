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

import jobs.commands.backup
import jobs.commands.pull
import jobs.commands.purge
import jobs.commands.rejudge
import jobs.commands.restore
import jobs.commands.retour
import jobs.commands.status
import jobs.companions
import jobs.taking_in.folders
import jobs.wiring
from config.folder import EXAMPLE, Folder, load_folder
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge

FOLDER = load_folder(EXAMPLE)
JUDGED: dict[tuple[str, bytes], JudgedWorkbook] = {}


def judged_beforehand(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    known_ones = JUDGED if folder is FOLDER else {}
    return (known_ones.get((name, raw_bytes)) or judge(name, raw_bytes, folder) for name, raw_bytes in files)


def warm_up(source: Path) -> None:
    for f in source.glob("*.xlsx"):
        JUDGED[str(f), f.read_bytes()] = judge(str(f), f.read_bytes(), FOLDER)
    gc.freeze()  # a child that collects what it did not make would copy it all


def child(course: dict[str, Any], output: int) -> None:
    """Run one command to its end, then tell its exit code and words through `output`. Never returns."""
    os.setpgid(0, 0)
    if limit := course.get("limite"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if not course.get("pool"):
        for reader in (jobs.taking_in.folders, jobs.commands.rejudge, jobs.companions):
            reader.judge_all = judged_beforehand  # type: ignore[attr-defined]
        if "--dossier" not in course["arguments"]:
            jobs.wiring.load_folder = lambda path: FOLDER  # type: ignore[attr-defined]
    fault_library = ctypes.CDLL(None) if "panne" in course else None  # the library of tests/e2e/faults.c, preloaded
    if fault_library:
        system_call, word, code_, after = course["panne"]
        fault_library.fault_arm(system_call.encode(), word.encode(), code_, after)
    sys.argv = ["vigie", *course["arguments"]]
    code, said, complained = 0, io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(complained):
            jobs.commands.main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as fault:  # whatever escapes is what the test must see
        code, complained = 1, io.StringIO(f"Traceback {fault!r}")
    result = {"code": code, "dit": said.getvalue(), "plaint": complained.getvalue()}
    os.write(output, json.dumps(result | ({"pannes": fault_library.fault_hits()} if fault_library else {})).encode())
    os._exit(0)


def run(course: dict[str, Any]) -> tuple[int, int]:
    """(process, pipe to read) of a run just started."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        child(course, write)
    os.close(write)
    return pid, read


def wait_for(pid: int, read: int, kill_after: float | None) -> dict[str, Any]:
    """What became of a run: its answer, or `tuee` when the signal came first."""
    start, chunks = time.monotonic(), []
    with selectors.DefaultSelector() as selector:
        selector.register(read, selectors.EVENT_READ)
        while True:
            rest = None if kill_after is None else max(kill_after - (time.monotonic() - start), 0)
            if not selector.select(rest):
                os.killpg(pid, signal.SIGKILL)
                break
            if not (raw_bytes := os.read(read, 1 << 20)):
                break
            chunks.append(raw_bytes)
    os.close(read)
    os.waitpid(pid, 0)
    elapsed = time.monotonic() - start
    return {**(json.loads(b"".join(chunks)) if chunks else {"tuee": True}), "duree": elapsed}


def main() -> None:
    warm_up(Path(sys.argv[1]))
    for line in sys.stdin:
        runs = json.loads(line)
        if "systeme" in runs[0]:
            results = [{"code": subprocess.run(c["systeme"], check=False).returncode} for c in runs]
        else:
            launched_runs = [(*run(c), c.get("tue")) for c in runs]
            results = [wait_for(*launched) for launched in launched_runs]
        sys.stdout.write(json.dumps(results) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
