"""Findings that need what was received before: the same action from one sending, or one exercice, to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from config.french import compte, enumeration, euros, jour
from sheets.checks.catalogue import Ecart, controle
from sheets.findings import Gravite


@controle("identite-reconnue", Gravite.INFO, "histoire", titre="Une ligne sans numéro a été reconnue",
          pourquoi="Une action garde son numéro d'un envoi à l'autre ; quand il est effacé, elle est cherchée parmi les lignes connues.")  # fmt: skip
def identite_reconnue(action_id: str, raison: str, ecrit: str = "") -> Ecart:
    vue = f"Sous le numéro « {ecrit} », que rien ne portait" if ecrit else "Sans numéro"
    return Ecart(f"{vue}, cette ligne est comprise comme l'action « {action_id} » déjà reçue ({raison}).",
                 "Rien à faire si c'est elle ; sinon, dites à votre référent que c'est une autre action.",
                 "action_id", action_id)  # fmt: skip


def numbers_respelled(given: Sequence[tuple[str, str]]) -> Ecart:
    """What `identite-reconnue` says, once a tab, of numbers written otherwise: (as typed, as known)."""
    (vu, connu), *others = given
    suite = f", et {compte(len(others), 'autre')}" if others else ""
    return Ecart(f"Les N° d'action sont écrits autrement (« {vu} » pour « {connu} »{suite}) : ce sont les mêmes actions.",
                 "Rien à faire. La colonne des numéros est du texte ; ne la convertissez pas en nombres.",
                 "action_id", vu)  # fmt: skip


@controle("ligne-disparue", Gravite.ALERTE, "histoire", titre="Une action déjà reçue n'est plus dans l'onglet",
          pourquoi="Une ligne effacée par mégarde emporte ses euros ; une action arrêtée se dit « abandonné ».")  # fmt: skip
def ligne_disparue(action_id: str, numero: int, recue_le: date, cents: int) -> Ecart:
    return Ecart(f"L'action « {action_id} », ligne {numero} de l'envoi du {jour(recue_le)}, n'est plus là : "
                 f"{euros(cents)} pour l'exercice.",
                 "Remettez la ligne avec son numéro, ou passez l'action au statut « abandonné ».",
                 "action_id", action_id)  # fmt: skip


@controle("report-non-repris", Gravite.ALERTE, "histoire", titre="Un report de l'exercice précédent n'est pas repris",
          pourquoi="Un report que personne ne ressaisit n'est pas compté, par prudence ; il reste dans la prévision.")  # fmt: skip
def report_non_repris(action_id: str, campagne: str, cents: int) -> Ecart:
    return Ecart(f"Le report de l'action « {action_id} » ({campagne}), {euros(cents)}, n'est pas dans l'onglet : il n'est pas compté.",
                 "Remettez la ligne avec son numéro ; la trame préremplie de la campagne la contient.",
                 "action_id", action_id)  # fmt: skip


@controle("report-modifie", Gravite.ALERTE, "histoire", titre="Une ligne reportée a été modifiée",
          pourquoi="Le report d'un exercice est arrêté avec lui : c'est la valeur connue qui compte.")  # fmt: skip
def report_modifie(origine: str, saisi: str, connu: str) -> Ecart:
    return Ecart(f"Ligne reportée de {origine} : saisi {saisi} ; connu {connu}, qui compte.",
                 "Rétablissez la ligne. Si la valeur connue est fausse, dites-le à votre référent.",
                 "gain_annuel", saisi)  # fmt: skip


@controle("modifie-apres-cloture", Gravite.ALERTE, "histoire", titre="La ligne a changé après le verrou",
          pourquoi="Après le verrou de la campagne, un envoi est gardé et montré ; la valeur arrêtée compte.")  # fmt: skip
def modifie_apres_cloture(verrou: date, arrete: int | None, recu: int | None) -> Ecart:
    dit = "n'est plus dans l'envoi reçu" if recu is None else f"vaut {euros(recu)} dans l'envoi reçu"
    compte = "elle n'y était pas" if arrete is None else f"{euros(arrete)} pour l'exercice"
    return Ecart(f"Arrêtée au verrou du {jour(verrou)} ({compte}), cette ligne {dit} depuis ; la valeur arrêtée compte.",
                 "Rien à faire ; pour que l'envoi compte, votre référent peut lever le verrou.", "gain_annuel",
                 "" if recu is None else euros(recu))  # fmt: skip


@controle("envois-concurrents", Gravite.ALERTE, "histoire", titre="Deux classeurs différents se disputent l'onglet",
          pourquoi="Reçus ensemble, ou le plus ancien après l'autre, rien ne dit lequel l'équipe veut voir compter.")  # fmt: skip
def rival_sendings(counts: str, other: str, older: bool, numbers: Sequence[str], kept: tuple[int, int]) -> Ecart:
    comment = "est arrivé après, bien qu'écrit avant" if older else "a été reçu avec"
    lignes = compte(len(numbers), "ligne diffère", "lignes diffèrent")
    return Ecart(f"« {counts} » {comment} « {other} » : {lignes} ({enumeration(numbers, 5)}), {euros(kept[0])} retenus dans "
                 f"l'un, {euros(kept[1])} dans l'autre, soit {euros(abs(kept[0] - kept[1]))} d'écart ; « {counts} » compte.",
                 "Vérifiez lequel est le bon, et ne laissez ou ne renvoyez que lui.")  # fmt: skip


@controle("version-reprise", Gravite.ALERTE, "histoire", titre="Une version déjà remplacée compte de nouveau",
          pourquoi="Un ancien fichier remis à la place du nouveau est un retour voulu, ou une restauration par erreur.")  # fmt: skip
def version_back(name: str, received: date, numbers: Sequence[str], kept: tuple[int, int]) -> Ecart:
    lignes = compte(len(numbers), "ligne change", "lignes changent")
    return Ecart(f"« {name} » est une version déjà reçue le {jour(received)}, remise à la place de celle qui l'avait remplacée : "
                 f"elle compte de nouveau. {lignes}, {euros(kept[0])} retenus au lieu de {euros(kept[1])}.",
                 "Rien à faire si c'est voulu ; sinon, remettez la dernière version à sa place.")  # fmt: skip


@controle("copie-ignoree", Gravite.INFO, "histoire", titre="Une copie d'une version remplacée est ignorée",
          pourquoi="Une archive rangée à côté des trames, ou un ancien fichier renvoyé, ne remplace pas ce qui est venu depuis.")  # fmt: skip
def copy_ignored(path: str, counts: str) -> Ecart:
    return Ecart(f"« {path} » est la copie exacte d'une version que « {counts} » a remplacée : elle ne compte pas.",
                 "Rien à faire. Pour y revenir, mettez cette version à la place de celle qui compte.")  # fmt: skip


@controle("retiree-par-decision", Gravite.REJET, "histoire", titre="Un référent a retiré la ligne",
          pourquoi="Une décision porte un nom, une date et un motif ; elle se lit partout où se lit le chiffre.")  # fmt: skip
def retiree_par_decision(mots: str) -> Ecart:
    return Ecart(f"Ligne {mots}.", "Répondez à votre référent, qui peut revenir sur sa décision.")


def unite_du_passe(avant: int, maintenant: int, colonne: str) -> Ecart | None:
    """What `unite-suspecte` says when an amount (cents) is 100 or 1 000 times what the same line held before."""
    if not avant or not maintenant:
        return None
    rapport = abs(maintenant / avant)
    for facteur, unite in ((1000, "milliers d'euros"), (100, "centimes")):
        if any(abs(rapport / f - 1) < 0.02 for f in (facteur, 1 / facteur)):
            return Ecart(f"{euros(maintenant)} au lieu de {euros(avant)} dans l'envoi précédent : {facteur} fois "
                         f"{'plus' if rapport > 1 else 'moins'}.",
                         f"Vérifiez que le montant est en euros, et non en {unite}.", colonne, euros(maintenant))  # fmt: skip
    return None
