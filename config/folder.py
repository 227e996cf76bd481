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
from config.campaign import Campaign, by_situation
from config.csv_tables import Complaints
from config.errors import UserError
from config.folder_files import (
    Operateur,
    read_campaigns,
    read_nomenclature,
    read_objectives,
    read_operators,
    read_persons,
    read_purchases,
    read_territory,
)
from config.ladder import Rung, read_rungs
from config.nomenclature import Nomenclature
from config.objectives import Objective
from config.rights import Person
from config.settings import Alerts, Disclosure, Keeping, Thresholds, WorkingHours, read_settings
from config.territory import Territory

EXAMPLE = Path(__file__).parent / "exemple"
FILES = frozenset(
    f"{name}.csv"
    for name in ("achats", "bornes", "campagnes", "nomenclature", "objectifs", "operateurs", "personnes", "regions",
                "synonymes", "territoire")
) | {"reglages.toml"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Folder:
    """The region's folder as it stood when it was read; `content_hash` changes with any file in it."""

    path: Path
    content_hash: str
    campaigns: dict[str, Campaign]
    objectives: tuple[Objective, ...]
    territory: Territory
    nomenclature: Nomenclature
    operateurs: dict[str, Operateur]
    persons: dict[str, Person]
    purchases: dict[tuple[str, int], int]
    """Total purchases in cents known to the region, by FINESS and exercice; a trame may tell better."""
    thresholds: Thresholds
    rules_on_trial: frozenset[str]
    """Codes of the checks on trial: they warn and never strike out."""
    keeping: Keeping
    hours: WorkingHours
    alerts: Alerts
    disclosure: Disclosure
    rungs: tuple[Rung, ...]

    def campaigns_of(self, exercice: int) -> list[Campaign]:
        return by_situation(c for c in self.campaigns.values() if c.exercice == exercice)

    def known_purchases(self, finess: str, exercice: int) -> int | None:
        """Total purchases of that exercice in cents, else the latest known before it, else None."""
        return next((amount for n, amount in self._purchases_by_finess.get(finess, ()) if n <= exercice), None)

    @cached_property
    def _purchases_by_finess(self) -> dict[str, list[tuple[int, int]]]:
        """(exercice, total purchases) by FINESS, the latest first."""
        known_ones: dict[str, list[tuple[int, int]]] = {}
        for (finess, exercice), amount in sorted(self.purchases.items(), reverse=True):
            known_ones.setdefault(finess, []).append((exercice, amount))
        return known_ones

    def archive(self) -> bytes:
        """The folder's files in one reproducible zip, for the register to keep."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
            for file in _files(self.path):
                z.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
        return buffer.getvalue()


def load_folder(path: Path) -> Folder:
    """Read the region's folder. Raises UserError listing every complaint, with file and line.

    One that holds the same bytes as before is not read again: the service asks at every question.
    """
    if not path.is_dir():
        raise UserError(
            f"Le dossier de la région « {path} » n'existe pas. Indiquez-le par --dossier, "
            f"ou copiez le dossier d'exemple : {EXAMPLE}"
        )
    complaints = Complaints()
    files = _files(path)
    for absent in sorted(FILES - {f.name for f in files}):
        complaints.add(absent, None, "ce fichier manque dans le dossier de la région.")
    complaints.raise_if_any(f"Le dossier de la région « {path} » est incomplet :")
    return _load(path, _hash_of(files))


@lru_cache(maxsize=4)
def _load(path: Path, content_hash: str) -> Folder:
    folder, complaints = _read_folder(path, content_hash)
    complaints.raise_if_any(f"Le dossier de la région « {path} » est à corriger :")
    return folder


def _read_folder(path: Path, content_hash: str) -> tuple[Folder, Complaints]:
    complaints = Complaints()
    territory = read_territory(path, complaints)
    settings = read_settings(path / "reglages.toml", complaints)
    folder = Folder(
        path=path,
        content_hash=content_hash,
        campaigns=read_campaigns(path, complaints),
        objectives=read_objectives(path, territory, complaints),
        territory=territory,
        nomenclature=read_nomenclature(path, settings.thresholds, complaints),
        operateurs=read_operators(path, complaints),
        persons=read_persons(path, territory, complaints),
        purchases=read_purchases(path, territory, complaints),
        thresholds=settings.thresholds,
        rules_on_trial=settings.rules_on_trial,
        keeping=settings.keeping,
        hours=settings.hours,
        alerts=settings.alerts,
        disclosure=settings.disclosure,
        rungs=read_rungs(path, complaints),
    )
    return folder, complaints


def complaints(path: Path) -> list[str]:
    """What is wrong in a region's folder that has all its files, a sentence each; nothing when it loads."""
    return _read_folder(path, _hash_of(_files(path)))[1].sentences


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
    refusal = Complaints(ours if before else after)
    refusal.raise_if_any(f"« {folder / name} » n'a pas été modifié ; le dossier se contredirait :")
    safe_write.replace(folder / name, content)
    return after


@lru_cache(maxsize=8)
def folder_from_archive(archive: bytes) -> Folder:
    """A folder read back from its archive, by the very function that reads it on disk."""
    with tempfile.TemporaryDirectory() as where:
        with zipfile.ZipFile(io.BytesIO(archive)) as z:
            z.extractall(where)
        return load_folder(Path(where))


def without_persons(archive: bytes) -> bytes:
    """The archive with nobody left in `personnes.csv`; the same bytes when nobody was."""
    buffer, change = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(archive)) as z, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as lighter:
        for name in z.namelist():
            raw_bytes = z.read(name)
            if name == "personnes.csv":
                titles = raw_bytes.splitlines(keepends=True)[0]
                change, raw_bytes = raw_bytes != titles, titles
            lighter.writestr(zipfile.ZipInfo(name), raw_bytes)
    return buffer.getvalue() if change else archive


def _files(path: Path) -> list[Path]:
    return sorted(f for f in path.iterdir() if f.suffix in (".csv", ".toml"))


def _hash_of(files: Iterable[Path]) -> str:
    """The hash of the folder's files; they are read again only when the disk says that one was written."""
    return _checksum(tuple((f, (s := f.stat()).st_mtime_ns, s.st_size, s.st_ino) for f in files))


@lru_cache(maxsize=8)
def _checksum(written_files: tuple[tuple[Path, int, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for file, *_ in written_files:
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
