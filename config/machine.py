"""What the machine answered, in French: why a file or a folder could not be read or written. Never decides what to do next."""

from __future__ import annotations

import errno
import os

_REASONS = {
    errno.EACCES: "les droits manquent",
    errno.EPERM: "les droits manquent",
    errno.ENOENT: "il n'existe pas, ou plus",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EISDIR: "c'est un dossier",
    errno.EEXIST: "il existe déjà",
    errno.ENOTEMPTY: "le dossier n'est pas vide",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ou le partage répond par une erreur",
    errno.ESTALE: "le partage a été coupé",
    errno.EHOSTDOWN: "le partage ne répond plus",
    errno.EHOSTUNREACH: "le partage ne répond plus",
    errno.ENOTCONN: "le partage ne répond plus",
    errno.ETIMEDOUT: "le partage ne répond plus",
    errno.ENXIO: "le disque ou le partage ne répond plus",
    errno.ENODEV: "le disque ou le partage ne répond plus",
    errno.EBUSY: "un autre programme s'en sert",
    errno.ETXTBSY: "un autre programme s'en sert",
    errno.EAGAIN: "un autre programme s'en sert",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "la place accordée sur ce disque est épuisée",
    errno.EFBIG: "le disque n'admet pas un si gros fichier",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ELOOP: "c'est un lien qui tourne en rond",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ENFILE: "trop de fichiers sont ouverts",
    errno.ENOMEM: "la mémoire manque",
    errno.EINVAL: "ce nom n'est pas admis",
    errno.EXDEV: "les deux fichiers sont sur des disques différents",
}
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What making room mends."""


def reason(fault: OSError) -> str:
    """Why the machine refused, in a few French words without capital or full stop."""
    return _REASONS.get(
        fault.errno or 0, f"erreur {fault.errno} de la machine" if fault.errno else "la machine a refusé"
    )


def shown(path: str | os.PathLike[str]) -> str:
    """A path as it can be printed and kept: what is not UTF-8 in it is written « \\xe9 »."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_utf8(path: str) -> bool:
    """Whether a path, as the system gave it, is written in UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
