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

from config.folder import EXEMPLE, charge
from tests.fake_mail import faux_courrier
from tests.region import trame

SORTIE = Path("out/soak")
MINUTES, CHAUD = 10.0, 0.3
"""How long, and which part of it is left for everything to have been used once."""
PAS = 2.0
MO_DE_PLUS, ARRET = 8.0, 5.0


class Releve(NamedTuple):
    """What the service holds at an instant: MB of memory, open handles, threads."""

    mo: float
    poignees: int
    fils: int


def releve(pid: int) -> Releve:
    mo = next(li for li in Path(f"/proc/{pid}/status").read_text().splitlines() if li.startswith("VmRSS")).split()[1]
    poignees, fils = (len(list(Path(f"/proc/{pid}/{quoi}").iterdir())) for quoi in ("fd", "task"))
    return Releve(int(mo) / 1024, poignees, fils)


def classeurs() -> list[tuple[str, bytes]]:
    """Versions of a few trames, sound and not, remitted and not."""
    dossier, hasard = charge(EXEMPLE), random.Random(3)
    rendus = []
    for code in ("BFC-05", "BFC-06", "BFC-08"):
        membres = dossier.territoire.membres(code, dossier.campagnes["2021-annuelle"].situation)
        for n in range(4):
            lignes = [{"gain_annuel": hasard.randrange(1, 90) * 1000, "intitule": f"Achat {k}"} for k in range(9 + n)]
            rendus.append((code, trame(dossier, code, "2021-annuelle", {membres[0].finess: lignes}, remise=n > 1)))
    return rendus


@contextmanager
def service(registre: Path, depots: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    env = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")}
    env |= {"VIGIE_REGISTRE": str(registre), "VIGIE_SOURCES": str(depots), "VIGIE_DOSSIER": str(EXEMPLE),
            "VIGIE_SMTP_URL": f"smtp://127.0.0.1:{port}?de=vigie@exemple.invalid"}  # fmt: skip
    with (registre.parent / "journal.txt").open("wb") as journal:
        lance = subprocess.Popen(
            [sys.executable, "-m", "jobs.cli", "run", "--today", "2022-02-14"], env=env, stderr=journal
        )
        try:
            yield lance
        finally:
            lance.kill()
            lance.wait()


def vit(minutes: float) -> tuple[list[Releve], int, int, float]:
    """What was held, step after step; how many trames came, how many letters left; how long the stop took."""
    shutil.rmtree(SORTIE, ignore_errors=True)
    depots = SORTIE / "depots"
    depots.mkdir(parents=True)
    versions, hasard, recues, vus = classeurs(), random.Random(5), 0, []
    with faux_courrier() as poste, service((SORTIE / "vigie.sqlite").resolve(), depots.resolve(), poste.port) as s:
        fin = time.monotonic() + 60 * minutes
        while time.monotonic() < fin and s.poll() is None:
            code, octets = hasard.choice(versions)
            (depots / f"{code}.xlsx").write_bytes(octets)
            recues += 1
            time.sleep(PAS)
            vus.append(releve(s.pid))
        assert s.poll() is None, f"the service stopped by itself: see {SORTIE / 'journal.txt'}"
        debut = time.monotonic()
        s.terminate()
        s.wait(60)
        return vus, recues, len(poste.octets), time.monotonic() - debut


def main(minutes: float) -> int:
    vus, recues, parties, arret = vit(minutes)
    chaud = vus[int(len(vus) * CHAUD) :]
    tiers = len(chaud) // 3
    debut, fin = chaud[:tiers], chaud[-tiers:]
    de_plus = median(r.mo for r in fin) - median(r.mo for r in debut)
    poignees, fils = (max(getattr(r, q) for r in fin) - max(getattr(r, q) for r in debut) for q in ("poignees", "fils"))
    sys.stdout.write(
        f"{minutes:g} minutes, {recues} trames déposées, {parties} lettres parties. Mémoire : {median(r.mo for r in debut):.1f} Mo une fois chaud, "
        f"{de_plus:+.1f} à la fin (au plus {MO_DE_PLUS:g}). Poignées : {fin[-1].poignees} ({poignees:+d}), fils : "
        f"{fin[-1].fils} ({fils:+d}). Arrêt en {arret:.2f} s (au plus {ARRET:g}).\n"
    )
    return int(de_plus > MO_DE_PLUS or poignees > 0 or fils > 0 or arret > ARRET)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
