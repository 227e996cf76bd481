"""A pull in a process of its own: the service's bot answers meanwhile, and a pull that dies takes only itself.

Never reads or judges anything: it starts `vigie pull` and says what came of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.errors import UserError
from jobs.wiring import Atelier

POLITESSE = ("nice", "-n", "10")
"""People who ask wait in front of a screen; a trame waits in a folder."""


def releve_a_part(atelier: Atelier, sources: Sequence[Path] = ()) -> dict[str, Any]:
    """What `vigie pull --json` printed. Raises UserError with its sentence when it could not be done."""
    lance = subprocess.run([*POLITESSE, *_commande(atelier, sources)], capture_output=True, text=True, check=False)
    if lance.returncode or not lance.stdout:
        dit = lance.stderr.strip().splitlines()
        raise UserError(dit[-1] if dit else f"Le relevé s'est interrompu (code {lance.returncode}).")
    rendu: dict[str, Any] = json.loads(lance.stdout)
    return rendu


def _commande(atelier: Atelier, sources: Sequence[Path]) -> list[str]:
    options = ["--dossier", str(atelier.chemin_dossier), "--registre", str(atelier.chemin_registre)]
    if atelier.aujourd_hui:
        options += ["--today", atelier.aujourd_hui.isoformat()]
    return [sys.executable, "-m", "jobs.cli", "pull", "--json", *options, "--", *map(str, sources)]
