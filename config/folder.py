"""Loads the region's folder whole, cross-checks it, and says file and line of everything that is wrong.

The folder is TOML and CSV that a referent edits in Excel. Never knows where the register or the trames are.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from config import safe_write
from config.campaign import Campagne, par_situation
from config.csv_tables import Plaintes
from config.errors import UserError
from config.folder_files import (
    Operateur,
    lit_achats,
    lit_campagnes,
    lit_nomenclature,
    lit_objectifs,
    lit_operateurs,
    lit_personnes,
    lit_territoire,
)
from config.ladder import Rappel, lit_rappels
from config.nomenclature import Nomenclature
from config.objectives import Objectif
from config.rights import Personne
from config.settings import Alertes, Disclosure, Garde, Heures, Seuils, lit_reglages
from config.territory import Territoire

EXEMPLE = Path(__file__).parent / "exemple"
FICHIERS = frozenset(
    f"{nom}.csv"
    for nom in ("achats", "bornes", "campagnes", "nomenclature", "objectifs", "operateurs", "personnes", "regions",
                "synonymes", "territoire")
) | {"reglages.toml"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Dossier:
    """The region's folder as it stood when it was read; `empreinte` changes with any file in it."""

    chemin: Path
    empreinte: str
    campagnes: dict[str, Campagne]
    objectifs: tuple[Objectif, ...]
    territoire: Territoire
    nomenclature: Nomenclature
    operateurs: dict[str, Operateur]
    personnes: dict[str, Personne]
    achats: dict[tuple[str, int], int]
    """Total purchases in cents known to the region, by FINESS and exercice; a trame may tell better."""
    seuils: Seuils
    essais: frozenset[str]
    """Codes of the checks on trial: they warn and never strike out."""
    garde: Garde
    heures: Heures
    alertes: Alertes
    disclosure: Disclosure
    rappels: tuple[Rappel, ...]

    def campagnes_de(self, exercice: int) -> list[Campagne]:
        return par_situation(c for c in self.campagnes.values() if c.exercice == exercice)

    def achats_connus(self, finess: str, exercice: int) -> int | None:
        """Total purchases of that exercice in cents, else the latest known before it, else None."""
        return next((montant for n, montant in self._achats_de.get(finess, ()) if n <= exercice), None)

    @cached_property
    def _achats_de(self) -> dict[str, list[tuple[int, int]]]:
        """(exercice, total purchases) by FINESS, the latest first."""
        connus: dict[str, list[tuple[int, int]]] = {}
        for (finess, exercice), montant in sorted(self.achats.items(), reverse=True):
            connus.setdefault(finess, []).append((exercice, montant))
        return connus

    def archive(self) -> bytes:
        """The folder's files in one reproducible zip, for the register to keep."""
        tampon = io.BytesIO()
        with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as z:
            for fichier in _fichiers(self.chemin):
                z.writestr(zipfile.ZipInfo(fichier.name), fichier.read_bytes())
        return tampon.getvalue()


def charge(chemin: Path) -> Dossier:
    """Read the region's folder. Raises UserError listing every complaint, with file and line.

    One that holds the same bytes as before is not read again: the service asks at every question.
    """
    if not chemin.is_dir():
        raise UserError(
            f"Le dossier de la région « {chemin} » n'existe pas. Indiquez-le par --dossier, "
            f"ou copiez le dossier d'exemple : {EXEMPLE}"
        )
    plaintes = Plaintes()
    fichiers = _fichiers(chemin)
    for absent in sorted(FICHIERS - {f.name for f in fichiers}):
        plaintes.ajoute(absent, None, "ce fichier manque dans le dossier de la région.")
    plaintes.leve(f"Le dossier de la région « {chemin} » est incomplet :")
    return _charge(chemin, _empreinte(fichiers))


@lru_cache(maxsize=4)
def _charge(chemin: Path, empreinte: str) -> Dossier:
    dossier, plaintes = _lit(chemin, empreinte)
    plaintes.leve(f"Le dossier de la région « {chemin} » est à corriger :")
    return dossier


def _lit(chemin: Path, empreinte: str) -> tuple[Dossier, Plaintes]:
    plaintes = Plaintes()
    territoire = lit_territoire(chemin, plaintes)
    reglages = lit_reglages(chemin / "reglages.toml", plaintes)
    dossier = Dossier(
        chemin=chemin,
        empreinte=empreinte,
        campagnes=lit_campagnes(chemin, plaintes),
        objectifs=lit_objectifs(chemin, territoire, plaintes),
        territoire=territoire,
        nomenclature=lit_nomenclature(chemin, reglages.seuils, plaintes),
        operateurs=lit_operateurs(chemin, plaintes),
        personnes=lit_personnes(chemin, territoire, plaintes),
        achats=lit_achats(chemin, territoire, plaintes),
        seuils=reglages.seuils,
        essais=reglages.essais,
        garde=reglages.garde,
        heures=reglages.heures,
        alertes=reglages.alertes,
        disclosure=reglages.disclosure,
        rappels=lit_rappels(chemin, plaintes),
    )
    return dossier, plaintes


def complaints(chemin: Path) -> list[str]:
    """What is wrong in a region's folder that has all its files, a sentence each; nothing when it loads."""
    return _lit(chemin, _empreinte(_fichiers(chemin)))[1].phrases


def edit(folder: Path, name: str, content: bytes) -> list[str]:
    """Replace one file of the region's folder; return what is still wrong in the others.

    Raises UserError, and changes nothing, when the folder would be at fault for it: this file's own lines, or any
    line when nothing was wrong before.
    """
    with tempfile.TemporaryDirectory() as trial:
        copy = Path(shutil.copytree(folder, Path(trial) / folder.name))
        before = complaints(copy)
        (copy / name).unlink(missing_ok=True)  # it may be a link, or not to be written
        safe_write.create(copy / name, content)
        after = complaints(copy)
    ours = [c for c in after if c.startswith((f"{name},", f"{name} :"))]
    refusal = Plaintes(ours if before else after)
    refusal.leve(f"« {folder / name} » n'a pas été modifié ; le dossier se contredirait :")
    safe_write.replace(folder / name, content)
    return after


@lru_cache(maxsize=8)
def deplie(archive: bytes) -> Dossier:
    """A folder read back from its archive, by the very function that reads it on disk."""
    with tempfile.TemporaryDirectory() as ou:
        with zipfile.ZipFile(io.BytesIO(archive)) as z:
            z.extractall(ou)
        return charge(Path(ou))


def sans_personnes(archive: bytes) -> bytes:
    """The archive with nobody left in `personnes.csv`; the same bytes when nobody was."""
    tampon, change = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(archive)) as z, zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as allege:
        for nom in z.namelist():
            octets = z.read(nom)
            if nom == "personnes.csv":
                titres = octets.splitlines(keepends=True)[0]
                change, octets = octets != titres, titres
            allege.writestr(zipfile.ZipInfo(nom), octets)
    return tampon.getvalue() if change else archive


def _fichiers(chemin: Path) -> list[Path]:
    return sorted(f for f in chemin.iterdir() if f.suffix in (".csv", ".toml"))


def _empreinte(fichiers: Iterable[Path]) -> str:
    """The hash of the folder's files; they are read again only when the disk says that one was written."""
    return _somme(tuple((f, (s := f.stat()).st_mtime_ns, s.st_size, s.st_ino) for f in fichiers))


@lru_cache(maxsize=8)
def _somme(ecrits: tuple[tuple[Path, int, int, int], ...]) -> str:
    somme = hashlib.sha256()
    for fichier, *_ in ecrits:
        somme.update(f"{fichier.name}\0".encode() + fichier.read_bytes() + b"\0")
    return somme.hexdigest()
