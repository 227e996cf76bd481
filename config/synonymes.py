"""Learns a synonym: adds it to the folder's `synonymes.csv` once a person has said yes, and never by itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from config import safe_write
from config.errors import UserError
from config.langue import cle, vouliez_vous
from config.nomenclature import RUBRIQUES, UNE, Nomenclature
from config.tables import decode, separateur


def apprend(chemin: Path, nomenclature: Nomenclature, rubrique: str, synonyme: str, label: str) -> None:
    """Write one line more in `synonymes.csv`, in the file's own separator and column order.

    Raises UserError when the label is not official, or when the synonym already names another.
    """
    if label not in nomenclature.labels(rubrique):
        proches = vouliez_vous(label, nomenclature.labels(rubrique))
        raise UserError(f"« {label} » n'est pas {UNE[rubrique]} de la nomenclature{proches}")
    deja = nomenclature.label(rubrique, synonyme)
    if deja:
        raise UserError(f"« {synonyme} » est déjà compris comme « {deja} ».")
    fichier = chemin / "synonymes.csv"
    texte = decode(fichier.read_bytes())
    signe = separateur(texte)
    titres = [cle(t).replace(" ", "_") for t in next(csv.reader(io.StringIO(texte), delimiter=signe))]
    valeurs = {"rubrique": rubrique, "label": label, "synonyme": synonyme, "source": "appris"}
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=signe, lineterminator="\n").writerow([valeurs.get(t, "") for t in titres])
    fin = "" if texte.endswith("\n") else "\n"
    safe_write.replace(fichier, (texte + fin + tampon.getvalue()).encode("utf-8-sig"))


def rubrique_de(nomenclature: Nomenclature, label: str) -> str:
    """The level an official label belongs to. Raises UserError with the nearest label when it is none."""
    trouvees = [r for r in RUBRIQUES if label in nomenclature.labels(r)]
    if not trouvees:
        tous = [v for r in RUBRIQUES for v in nomenclature.labels(r)]
        raise UserError(f"« {label} » n'est pas dans la nomenclature{vouliez_vous(label, tous)}")
    return trouvees[0]
