"""`make soak`: the service for ten real minutes, with trames arriving and letters leaving. Memory, handles and threads are
to stay as they are once warm, and the stop is to take less than five seconds."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from config.folder import EXAMPLE, load_folder
from tests.fake_mail import fake_mail
from tests.region import trame

OUTPUT = Path("out/soak")
MINUTES, WARM_FROM = 10.0, 0.3
"""How long, and which part of it is left for everything to have been used once."""
PACE = 2.0
MB_MORE, STOP_SECONDS = 8.0, 5.0


class Reading(NamedTuple):
    """What the service holds at an instant: MB of memory, open handles, threads."""

    mb: float
    handles: int
    thread_count: int


def measure_memory(pid: int) -> Reading:
    mb = next(li for li in Path(f"/proc/{pid}/status").read_text().splitlines() if li.startswith("VmRSS")).split()[1]
    handles, thread_count = (len(list(Path(f"/proc/{pid}/{what}").iterdir())) for what in ("fd", "task"))
    return Reading(int(mb) / 1024, handles, thread_count)


def workbooks() -> list[tuple[str, bytes]]:
    """Versions of a few trames, sound and not, remitted and not."""
    folder, random_source = load_folder(EXAMPLE), random.Random(3)
    results = []
    for code in ("BFC-05", "BFC-06", "BFC-08"):
        members = folder.territory.members(code, folder.campaigns["2021-annuelle"].situation)
        for n in range(4):
            lines = [
                {"gain_annuel": random_source.randrange(1, 90) * 1000, "intitule": f"Achat {k}"} for k in range(9 + n)
            ]
            results.append((code, trame(folder, code, "2021-annuelle", {members[0].finess: lines}, handing_in=n > 1)))
    return results


@contextmanager
def service(register: Path, drops: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    env = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")}
    env |= {"VIGIE_REGISTRE": str(register), "VIGIE_SOURCES": str(drops), "VIGIE_DOSSIER": str(EXAMPLE),
            "VIGIE_SMTP_URL": f"smtp://127.0.0.1:{port}?de=vigie@exemple.invalid"}  # fmt: skip
    with (register.parent / "journal.txt").open("wb") as journal:
        run = subprocess.Popen(
            [sys.executable, "-m", "jobs.commands", "run", "--today", "2022-02-14"], env=env, stderr=journal
        )
        try:
            yield run
        finally:
            run.kill()
            run.wait()


def live(minutes: float) -> tuple[list[Reading], int, int, float]:
    """What was held, step after step; how many trames came, how many letters left; how long the stop took."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    drops = OUTPUT / "depots"
    drops.mkdir(parents=True)
    versions, random_source, received_so_far, seen_ones = workbooks(), random.Random(5), 0, []
    with fake_mail() as mail_room, service((OUTPUT / "vigie.sqlite").resolve(), drops.resolve(), mail_room.port) as s:
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end and s.poll() is None:
            code, raw_bytes = random_source.choice(versions)
            (drops / f"{code}.xlsx").write_bytes(raw_bytes)
            received_so_far += 1
            time.sleep(PACE)
            seen_ones.append(measure_memory(s.pid))
        assert s.poll() is None, f"the service stopped by itself: see {OUTPUT / 'journal.txt'}"
        start = time.monotonic()
        s.terminate()
        s.wait(60)
        return seen_ones, received_so_far, len(mail_room.raw_bytes), time.monotonic() - start


def main(minutes: float) -> int:
    seen_ones, received_so_far, parties, stop = live(minutes)
    warm = seen_ones[int(len(seen_ones) * WARM_FROM) :]
    third = len(warm) // 3
    start, end = warm[:third], warm[-third:]
    growth = median(r.mb for r in end) - median(r.mb for r in start)
    handles, thread_count = (
        max(getattr(r, q) for r in end) - max(getattr(r, q) for r in start) for q in ("handles", "thread_count")
    )
    sys.stdout.write(
        f"{minutes:g} minutes, {received_so_far} trames déposées, {parties} lettres parties. Mémoire : {median(r.mb for r in start):.1f} Mo une fois chaud, "
        f"{growth:+.1f} à la fin (au plus {MB_MORE:g}). Poignées : {end[-1].handles} ({handles:+d}), fils : "
        f"{end[-1].thread_count} ({thread_count:+d}). Arrêt en {stop:.2f} s (au plus {STOP_SECONDS:g}).\n"
    )
    return int(growth > MB_MORE or handles > 0 or thread_count > 0 or stop > STOP_SECONDS)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
