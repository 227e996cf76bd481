"""What is handed back: the companion of each workbook, and the clean trame that replaces a damaged one.

Never writes over a person's file: a companion replaces only an earlier companion, a clean trame replaces nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bots import terminal
from config import safe_write
from config.errors import UserError
from config.french import compte, enumeration, euros, vouliez_vous
from jobs.wiring import Atelier
from sheets.companion_mark import PROPRIETE
from sheets.findings import Constat, Gravite
from sheets.judged import Classeur
from sheets.judging.workers import juge_tous
from sheets.matching.known import avec_le_registre
from sheets.reading.opening import TAILLE_MAX, proprietes

if TYPE_CHECKING:
    from sheets.repairing.clean_trame import Soin
    from sheets.repairing.what_changed import Changement
    from sheets.returning.companion_tab import Reglee

RETOUR, PROPRE = " - retour.xlsx", " - trame propre.xlsx"
GARDE = "il n'est pas remplacé. Déplacez-le, ou donnez un autre dossier par -o."
VERROU = "~$"
"""How Excel names the lock of a workbook that is open."""


def ecrit_les_retours(
    atelier: Atelier, fichiers: Sequence[Path], sortie: Path | None
) -> int:  # fmt: skip
    """Write the companion of each file, beside it or in `sortie`; return the exit code of `vigie check` (0, 1 or 2).

    With a register, it also says what was settled, what is known of the actions, what the whole campaign shows.
    Raises UserError, and writes nothing, when a file is missing or a name is taken.
    """
    from sheets.returning.companion import ecrit_retour

    chemins = _chemins(fichiers, sortie, RETOUR)
    if pris := next((c for c in chemins.values() if c.exists() and not _est_un_retour(c)), None):
        raise UserError(
            f"« {pris} » existe déjà et n'est pas un retour de Vigie, ou quelqu'un y a écrit depuis : {GARDE}"
        )
    juges, passes = [], []
    with terminal.progression("Retours") as avance:
        for fichier, juge in zip(fichiers, juge_tous(_lus(fichiers), atelier.dossier), strict=True):
            if fichier.name.startswith(VERROU) or [c.code for c in juge.constats] == ["retour-de-vigie"]:
                terminal.ecrit(f"{fichier.name} — pas de retour : {juge.constats[0].message}", "yellow")
                passes.append(juge)
                continue
            classeur, reglees = _avec_le_registre(atelier, juge, fichier)
            ecrit_retour(classeur, atelier.dossier, chemins[fichier], reglees)
            terminal.ecrit(f"{fichier.name} — {_bilan(classeur)} → {chemins[fichier]}")
            juges.append(classeur)
            avance(len(juges) + len(passes), len(fichiers))
    return code_de_sortie(juges or passes)


def _avec_le_registre(atelier: Atelier, juge: Classeur, fichier: Path) -> tuple[Classeur, list[Reglee]]:
    if not atelier.chemin_registre.exists():
        return juge, []
    vue, empreinte = atelier.vue(), hashlib.sha256(fichier.read_bytes()).hexdigest()
    return avec_le_registre(vue.db, vue.dossier, vue.au, juge, empreinte)


def code_de_sortie(juges: Sequence[Classeur]) -> int:
    """2 when a file could not be read, 1 when a finding blocks, else 0."""
    return 2 if not all(c.lisible for c in juges) else int(any(c.bloquant for c in juges))


def _bilan(classeur: Classeur) -> str:
    """« 5 lignes retirées, 348 047 € en moins, 7 alertes »."""
    if not classeur.lisible:
        return classeur.constats[0].message
    alertes = sum(c.gravite is Gravite.ALERTE for c in classeur.constats)
    t = classeur.totaux
    retirees = f"{compte(t.lignes_rejetees, 'ligne retirée', 'lignes retirées')}, {euros(t.gain_retire)} en moins"
    return f"{retirees if t.lignes_rejetees else 'rien de retiré'}, {compte(alertes, 'alerte')}"


def soigne_les_trames(atelier: Atelier, fichiers: Sequence[Path], sortie: Path | None, ght: str, campagne: str) -> int:
    """Write the clean trame of each file; return 2 if one could not be made, 1 if blocking findings are left, else 0.

    Raises UserError, and writes nothing, when a file is missing, a name is taken, or a code is not known.
    """
    from sheets.repairing.clean_trame import Soin, soigne_tous

    _connu("le GHT", ght, atelier.dossier.territoire.ghts)
    _connu("la campagne", campagne, atelier.dossier.campagnes)
    chemins = _chemins(fichiers, sortie, PROPRE)
    if pris := next((c for c in chemins.values() if c.exists()), None):
        raise UserError(f"« {pris} » existe déjà, et quelqu'un l'a peut-être rempli : {GARDE}")
    ecrites: dict[Path, Soin] = {}
    with terminal.progression("Trames") as avance:
        soins = soigne_tous(_lus(fichiers), atelier.dossier, ght, campagne)
        for rang, (fichier, (_, soin)) in enumerate(zip(fichiers, soins, strict=True), 1):
            if isinstance(soin, Soin):
                safe_write.create(chemins[fichier], soin.octets)
                ecrites[fichier] = soin
            else:
                _dit_le_refus(fichier, soin)
            avance(rang, len(fichiers))
    reste = _dit_les_soins(atelier, {chemins[f]: soin for f, soin in ecrites.items()})
    return 2 if len(ecrites) < len(fichiers) else reste


def _dit_les_soins(atelier: Atelier, soins: Mapping[Path, Soin]) -> int:
    """What became of each file, and what its clean trame is still told of; the exit code of `vigie check` on them."""
    juges = list(juge_tous(((str(c), soin.octets) for c, soin in soins.items()), atelier.dossier))
    for (chemin, soin), classeur in zip(soins.items(), juges, strict=True):
        terminal.ecrit(f"{chemin}", "bold")
        reprises = compte(classeur.totaux.lignes_lues, "ligne reprise", "lignes reprises")
        terminal.ecrit(f"  {reprises} ; {_natures(soin.changements)} (onglet « Ce qui a changé »).")
        terminal.ecrit(f"  Reste : {_bilan(classeur)}.")
    return code_de_sortie(juges)


def _natures(changements: Sequence[Changement]) -> str:
    """« 2 points à corriger, 1 laissé de côté et 12 compris ainsi »."""
    combien = Counter(c.nature.name for c in changements)
    mots = {
        "CORRIGER": ("point à corriger", "points à corriger"), "LAISSE": ("laissé de côté", "laissés de côté"),
        "COMPRIS": ("compris ainsi", "compris ainsi"), "NEUF": ("remis à neuf", "remis à neuf"),
    }  # fmt: skip
    return enumeration([compte(combien[n], un, des) for n, (un, des) in mots.items() if combien[n]])


def _dit_le_refus(fichier: Path, constat: Constat) -> None:
    conseil = constat.correction
    if constat.code == "trame-inconnue":
        conseil = "Si c'est bien une trame dont le tampon a été effacé, dites laquelle : --ght CODE --campagne CODE."
    terminal.ecrit(f"{fichier.name} — pas de trame propre : {constat.message} {conseil}", "red")


def _connu(quoi: str, code: str, connus: Mapping[str, object]) -> None:
    if code and code not in connus:
        raise UserError(f"Je ne connais pas {quoi} « {code} »{vouliez_vous(code, connus)}")


def _chemins(fichiers: Sequence[Path], sortie: Path | None, suffixe: str) -> dict[Path, Path]:
    """Where each file's answer goes. Raises UserError for a missing file, or two answers of the same name."""
    absents = [f for f in fichiers if not f.is_file()]
    if absents:
        raise UserError(f"Fichier introuvable : {enumeration([str(f) for f in absents])}.")
    chemins = {f: (sortie or f.parent) / f"{f.stem}{suffixe}" for f in fichiers}
    doubles = [str(c) for c, n in Counter(chemins.values()).items() if n > 1]
    if doubles:
        raise UserError(
            f"Deux fichiers donneraient « {doubles[0]} » : donnez-les en deux fois, avec deux dossiers (-o)."
        )
    return chemins


def _lus(fichiers: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    return ((str(f), f.read_bytes()) for f in fichiers)


def _est_un_retour(chemin: Path) -> bool:
    """Whether what stands there is a companion of ours, as we left it."""
    from sheets.writing.seal import is_untouched

    if not chemin.is_file() or chemin.stat().st_size > TAILLE_MAX:
        return False
    octets = chemin.read_bytes()
    return is_untouched(octets) and PROPRIETE in proprietes(octets)
