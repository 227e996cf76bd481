"""Findings that need what was received before: the same action from one sending, or one exercice, to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from config.french import count_words, day, enumeration, euros
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity


@check("identite-reconnue", Severity.INFO, "histoire", title="Une ligne sans numéro a été reconnue",
          why="Une action garde son numéro d'un envoi à l'autre ; quand il est effacé, elle est cherchée parmi les lignes connues.")  # fmt: skip
def recognised_identity(action_id: str, reason: str, written: str = "") -> Deviation:
    seen_as = f"Sous le numéro « {written} », que rien ne portait" if written else "Sans numéro"
    return Deviation(f"{seen_as}, cette ligne est comprise comme l'action « {action_id} » déjà reçue ({reason}).",
                 "Rien à faire si c'est elle ; sinon, dites à votre référent que c'est une autre action.",
                 "action_id", action_id)  # fmt: skip


def numbers_respelled(given: Sequence[tuple[str, str]]) -> Deviation:
    """What `identite-reconnue` says, once a tab, of numbers written otherwise: (as typed, as known)."""
    (shown, known), *others = given
    end = f", et {count_words(len(others), 'autre')}" if others else ""
    return Deviation(f"Les N° d'action sont écrits autrement (« {shown} » pour « {known} »{end}) : ce sont les mêmes actions.",
                 "Rien à faire. La colonne des numéros est du texte ; ne la convertissez pas en nombres.",
                 "action_id", shown)  # fmt: skip


@check("ligne-disparue", Severity.ALERT, "histoire", title="Une action déjà reçue n'est plus dans l'onglet",
          why="Une ligne effacée par mégarde emporte ce qu'elle comptait.")  # fmt: skip
def line_gone(action_id: str, number: int, received_on: date, worth: str, advice: str) -> Deviation:
    return Deviation(f"L'action « {action_id} », ligne {number} de l'envoi du {day(received_on)}, n'est plus là{worth}.",
                 advice,
                 "action_id", action_id)  # fmt: skip


@check("modifie-apres-cloture", Severity.ALERT, "histoire", title="La ligne a changé après le verrou",
          why="Après le verrou de la campagne, un envoi est gardé et montré ; la valeur arrêtée compte.")  # fmt: skip
def changed_after_lock(lock: date, locked_cents: int | None, received_cents: int | None, column: str) -> Deviation:
    said = (
        "n'est plus dans l'envoi reçu" if received_cents is None else f"vaut {euros(received_cents)} dans l'envoi reçu"
    )
    count_words = "elle n'y était pas" if locked_cents is None else f"{euros(locked_cents)} pour l'exercice"
    return Deviation(f"Arrêtée au verrou du {day(lock)} ({count_words}), cette ligne {said} depuis ; la valeur arrêtée compte.",
                 "Rien à faire ; pour que l'envoi compte, votre référent peut lever le verrou.", column,
                 "" if received_cents is None else euros(received_cents))  # fmt: skip


@check("envois-concurrents", Severity.ALERT, "histoire", title="Deux classeurs différents se disputent l'onglet",
          why="Reçus ensemble, ou le plus ancien après l'autre, rien ne dit lequel l'équipe veut voir compter.")  # fmt: skip
def rival_sendings(counts: str, other: str, older: bool, numbers: Sequence[str], kept: tuple[int, int]) -> Deviation:
    how = "est arrivé après, bien qu'écrit avant" if older else "a été reçu avec"
    lines = count_words(len(numbers), "ligne diffère", "lignes diffèrent")
    return Deviation(f"« {counts} » {how} « {other} » : {lines} ({enumeration(numbers, 5)}), {euros(kept[0])} retenus dans "
                 f"l'un, {euros(kept[1])} dans l'autre, soit {euros(abs(kept[0] - kept[1]))} d'écart ; « {counts} » compte.",
                 "Vérifiez lequel est le bon, et ne laissez ou ne renvoyez que lui.")  # fmt: skip


@check("version-reprise", Severity.ALERT, "histoire", title="Une version déjà remplacée compte de nouveau",
          why="Un ancien fichier remis à la place du nouveau est un retour voulu, ou une restauration par erreur.")  # fmt: skip
def version_back(name: str, received: date, numbers: Sequence[str], kept: tuple[int, int]) -> Deviation:
    lines = count_words(len(numbers), "ligne change", "lignes changent")
    return Deviation(f"« {name} » est une version déjà reçue le {day(received)}, remise à la place de celle qui l'avait remplacée : "
                 f"elle compte de nouveau. {lines}, {euros(kept[0])} retenus au lieu de {euros(kept[1])}.",
                 "Rien à faire si c'est voulu ; sinon, remettez la dernière version à sa place.")  # fmt: skip


@check("copie-ignoree", Severity.INFO, "histoire", title="Une copie d'une version remplacée est ignorée",
          why="Une archive rangée à côté des trames, ou un ancien fichier renvoyé, ne remplace pas ce qui est venu depuis.")  # fmt: skip
def copy_ignored(path: str, counts: str) -> Deviation:
    return Deviation(f"« {path} » est la copie exacte d'une version que « {counts} » a remplacée : elle ne compte pas.",
                 "Rien à faire. Pour y revenir, mettez cette version à la place de celle qui compte.")  # fmt: skip


@check("retiree-par-decision", Severity.REJECTION, "histoire", title="Un référent a retiré la ligne",
          why="Une décision porte un nom, une date et un motif ; elle se lit partout où se lit le chiffre.")  # fmt: skip
def struck_by_decision(words: str) -> Deviation:
    return Deviation(f"Ligne {words}.", "Répondez à votre référent, qui peut revenir sur sa décision.")
