"""The variants of the trame as programs outside of Python write them: SheetJS and exceljs by Node, LibreOffice.

Needs what `tests/e2e/install.sh` installs; where it is missing, there are simply no such files.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.corpus.base import COL, GAIN_SANS_L1, L1, Cas, N, Verdict, entier
from tests.corpus.writers import VARIANTES, en_json
from tests.corpus.xlsxwriter_files import ecrit

MODULES = Path("out/writers/node_modules")
SCRIPT = Path(__file__).parents[1] / "e2e" / "writers.cjs"
FORMATS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "ods": "ods", "xls": "xls:MS Excel 97"}
NOMS = {v.nom: v for v in VARIANTES}
_ECRIVAIN = re.compile(r"(?P<par>sheetjs-dates|sheetjs|exceljs-flux|exceljs)-(?P<nom>.+)\.(?P<forme>\w+)")
SANS_ERREUR = Verdict(codes={"gain-absent"}, seuls=True, lignes_retenues=N - 1, gain_retenu=GAIN_SANS_L1,
                      cellules={"gain-absent": f"{COL['gain_annuel']}{L1}"})  # fmt: skip
AUTRES: dict[str, Verdict | None] = {
    "sheetjs-erreur.ods": SANS_ERREUR,  # it leaves the cell blank
    "sheetjs-erreur-na.ods": SANS_ERREUR,
    "sheetjs-zeros.ods": entier(lu={"marche": "123"}),  # it forgets the format
    "sheetjs-1904.ods": None,  # it forgets the calendar, and the days are four years away
    "sheetjs-1904.xlsb": None,
}
"""What a program loses as it writes → what can still be expected of the file; None for nothing."""


def by_node(ou: Path) -> Iterator[Cas]:
    """The files of SheetJS and exceljs, written into a folder."""
    if not (shutil.which("node") and MODULES.exists()):
        return
    demande = json.dumps([en_json(v) for v in VARIANTES])
    rendu = subprocess.run(
        ["node", str(SCRIPT), str(MODULES), str(ou)], input=demande, capture_output=True, text=True, check=True, timeout=300
    )  # fmt: skip
    for fichier, faute in json.loads(rendu.stdout).items():
        par = _ECRIVAIN.fullmatch(fichier)
        assert par is not None
        variante = NOMS[par["nom"]]
        verdict = AUTRES.get(fichier, variante.verdict)
        if verdict and not faute:
            qui = "exceljs" if par["par"].startswith("exceljs") else "SheetJS"
            yield Cas(fichier, f"{qui} a écrit {variante.defaut}.", verdict, (ou / fichier).read_bytes, fichier)


def by_libreoffice(ou: Path) -> Iterator[Cas]:
    """The files of XlsxWriter, opened and saved again by LibreOffice in each format."""
    if not shutil.which("soffice"):
        return
    sources = ou / "sources"
    sources.mkdir()
    for v in VARIANTES:
        (sources / f"{v.nom}.xlsx").write_bytes(ecrit(v))
    for extension, forme in FORMATS.items():
        sortie = ou / extension
        commande = ["soffice", f"-env:UserInstallation={(ou / 'profil').resolve().as_uri()}", "--headless", "--norestore",
                    "--convert-to", forme, "--outdir", str(sortie), *map(str, sorted(sources.iterdir()))]  # fmt: skip
        subprocess.run(commande, check=True, capture_output=True, timeout=600)
        for v in VARIANTES:
            nom = f"libreoffice-{v.nom}.{extension}"
            yield Cas(
                nom,
                f"LibreOffice a réenregistré {v.defaut}.",
                AUTRES.get(nom) or v.verdict,
                _lecteur(sortie / f"{v.nom}.{extension}"),
                nom,
            )


def _lecteur(fichier: Path) -> Callable[[], bytes]:
    return fichier.read_bytes
