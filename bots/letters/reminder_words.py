"""What a message due says: a title, a sentence, what is missing, what to do next. Pure words; never decides who is told.

No text of a cell gets in here: states, counts, euros, dates and names of établissements, so any channel may carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from config.french import compte, de, enumeration, euros, jour
from config.ladder import dates
from config.rights import Personne
from config.territory import Perimetre
from reports.due.reminders import Relance, destinataires, sans_equipe
from reports.progress import Etat
from reports.todo import onglets_manquants
from reports.view import Sujet, Vue

MONTRES = 12
"""GHT told one by one in a message; the others are counted."""


@dataclass(frozen=True, slots=True)
class Partie:
    """One part of a letter: `titre` may be its subject, `points` say what is missing, one line each."""

    titre: str
    phrase: str
    points: tuple[str, ...] = ()
    suite: str = ""


def _ouverture(vue: Vue, relances: Sequence[Relance]) -> Partie:
    c = relances[0].campagne
    return Partie(
        f"{_qui(relances)} : la collecte de la {c.titre} est ouverte",
        f"La collecte de la {c.titre} est ouverte. Les gains se comptent au {jour(c.situation)}.",
        tuple(f"{e.ght.nom} : {_delai(vue, e)}" for e in _etats(relances)),
        "La trame est jointe, avec les lignes déjà connues. Remplissez-la, mettez « oui » à « Trame remise » sur le premier "
        "onglet, et renvoyez-la.",
    )


def _rappel(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous = _etats(relances)
    passee = all(vue.au > e.echeance for e in tous)
    quoi = "trame attendue" if len(tous) == 1 else f"{len(tous)} trames attendues"
    quand = "échéance passée" if passee else f"à remettre pour le {jour(min(e.echeance for e in tous))}"
    return Partie(
        f"{_qui(relances)} : {quoi}, {quand}",
        f"{relances[0].campagne.titre.capitalize()} : il manque encore votre réponse."
        if passee
        else f"{relances[0].campagne.titre.capitalize()} : voici ce que nous attendons de vous.",
        tuple(p for e in tous[:MONTRES] for p in _ce_qui_manque(vue, relances[0], e)) + _reste(tous),
        "Une trame reçue n'est pas une trame remise : le premier onglet doit dire « oui » à « Trame remise »."
        if any(e.progres == "vue" for e in tous)
        else "Renvoyez la trame remplie, avec « oui » à « Trame remise » sur le premier onglet.",
    )


def _escalade(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous = _etats(relances)
    return Partie(
        f"{_qui(relances)} : trame en retard",
        f"{relances[0].campagne.titre.capitalize()} : cette trame est attendue, et n'est pas remise.",
        tuple(p for e in tous[:MONTRES] for p in _ce_qui_manque(vue, relances[0], e)) + _reste(tous),
        f"Faute de réponse avant la clôture, le {jour(min(dates(r.campagne, r.etat.echeance).verrou for r in relances if r.etat))}, ses gains ne compteront pas.",
    )


def _signalement(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous, c = _etats(relances), relances[0].campagne
    return Partie(
        f"{compte(len(tous), 'GHT', 'GHT')} en retard, {c.titre}",
        f"{c.titre.capitalize()} : ces GHT n'ont pas remis leur trame.",
        tuple(f"{e.ght.nom} : {e.mots}, attendue le {jour(e.echeance)}" for e in tous[:MONTRES]) + _reste(tous),
        f"Vous pouvez les appeler, leur accorder un délai (vigie campaign extend {c.code} --ght CODE --jusqu-au DATE), "
        "ou noter qu'ils n'ont rien à déclarer (vigie campaign neant).",
    )


def _cloture(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous, c = _etats(relances), relances[0].campagne
    verrou = all(e.verrouillee for e in tous)
    return Partie(
        f"{_qui(relances)} : la collecte de la {c.titre} est close",
        f"La collecte de la {c.titre} est close"
        + (" : ce qui arrive désormais est gardé et montré, mais ne compte plus." if verrou else "."),
        tuple(f"{e.ght.nom} : {e.mots}" for e in tous),
        f"Si c'est une erreur, voyez votre référent sans attendre. {_corrections(tous)}".rstrip(),
    )


def _corrections(tous: Sequence[Etat]) -> str:
    """What can still be done, after the close, about the lines that were struck, and what cannot."""
    dits = []
    if any(e.a_corriger and e.verrouillee for e in tous):
        dits.append(
            "Une ligne retirée d'une trame verrouillée ne compte pas, et un nouvel envoi n'y changera rien. Si son gain est "
            "juste, dites-le à votre référent : lui seul peut encore la garder, ou lever le verrou pour un nouvel envoi."
        )
    if any(e.a_corriger and not e.verrouillee for e in tous):
        dits.append(
            "Une ligne à corriger peut encore l'être : tant que la trame n'est pas verrouillée, un nouvel envoi compte."
        )
    return " ".join(dits)


def _merci(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous, c = _etats(relances), relances[0].campagne
    return Partie(
        f"{_qui(relances)} : merci, votre réponse est enregistrée",
        f"La collecte de la {c.titre} est close. Merci : votre réponse est enregistrée.",
        tuple(f"{e.ght.nom} : {e.mots}{f', {euros(e.retire)} retirés' if e.retire else ''}" for e in tous),
        _corrections(tous),
    )


def _accuse(vue: Vue, relances: Sequence[Relance]) -> Partie:
    tous = _etats(relances)
    suites = [_que_faire(e) if vue.au <= relances[0].campagne.verrou or e.prolongee else "" for e in tous]
    return Partie(
        f"{_qui(relances)} : {_recu(tous[0])}" if len(tous) == 1 else f"{_qui(relances)} : vos envois ont été lus",
        f"{relances[0].campagne.titre.capitalize()} : votre envoi a été lu."
        if len(tous) == 1
        else f"{relances[0].campagne.titre.capitalize()} : vos envois ont été lus.",
        tuple(f"{e.ght.nom} : {_recu(e)}" for e in tous),
        " ".join(dict.fromkeys(filter(None, suites))),
    )


def _injoignable(vue: Vue, relances: Sequence[Relance]) -> Partie:
    noms = [vue.dossier.territoire.ghts[r.cle.unite].nom for r in relances]
    return Partie(
        f"{compte(len(relances), 'personne')} que Vigie n'arrive plus à joindre",
        "Les messages à ces adresses sont refusés. Prévenez ces personnes autrement, et corrigez personnes.csv.",
        tuple(f"{nom} : {r.quoi}" for nom, r in zip(noms, relances, strict=True)),
    )


RAPPELS: dict[str, Callable[[Vue, Sequence[Relance]], Partie]] = {
    "ouverture": _ouverture, "rappel": _rappel, "escalade": _escalade, "signalement": _signalement,
    "cloture": _cloture, "merci": _merci, "accuse": _accuse, "injoignable": _injoignable,
}  # fmt: skip
NOTE = "C'est noté. Le prochain rappel avant l'échéance est sauté ; remettre la trame les arrête tous."


def reporte(jusqu_au: date) -> str:
    """What is said to someone who put a reminder off."""
    return f"C'est noté. Vous serez relancé à partir du {jour(jusqu_au)}, sauf si la trame est remise d'ici là."


def a_leur_place(vue: Vue, relances: Sequence[Relance]) -> str:
    """Why its reader has what is for a GHT of which nobody is known, and how to change that."""
    ghts = vue.dossier.territoire.ghts
    unites = sorted({r.cle.unite for r in relances if r.cle.unite in ghts and sans_equipe(vue, ghts[r.cle.unite])})
    if not unites:
        return ""
    noms = enumeration([de(ghts[u].nom) for u in unites], MONTRES)
    pour, suite = (
        ("ce GHT", "son équipe, et elle les recevra")
        if len(unites) == 1
        else ("ces GHT", "leurs équipes, et elles les recevront")
    )
    return (
        f"Personne n'est inscrit au nom {noms} dans personnes.csv (dossier de la région) : les messages pour {pour} vous "
        f"arrivent donc. Ajoutez-y {suite}."
    )


def un_delai(vue: Vue, relances: Sequence[Relance], personne: Personne) -> str:
    """How to ask for more time: the referents of the GHT that still owe something, but for the reader."""
    en_cours = [r for r in relances if r.genre in ("ouverture", "rappel", "escalade") and r.etat]
    qui = {
        p.email: p.fonction
        for r in en_cours
        if r.etat
        for p in destinataires(vue, r.etat.ght, "referent")
        if p != personne
    }
    mots = [f"{fonction}, {email}" for email, fonction in qui.items()]
    return f"Besoin de temps, rien à déclarer, trame égarée ? Dites-le à {enumeration(mots, 3)}." if mots else ""


def signature(vue: Vue, relances: Sequence[Relance]) -> str:
    """« Vigie, pour Bourgogne-Franche-Comté · au 13/02/2022 »."""
    territoire = vue.dossier.territoire
    regions = {territoire.regions[r.etat.ght.region].nom for r in relances if r.etat}
    pour = f", pour la collecte {de(regions.pop())}" if len(regions) == 1 else ""
    return f"Vigie{pour} · au {jour(vue.au)}"


def _etats(relances: Sequence[Relance]) -> list[Etat]:
    """The states told, each GHT once: one may be due under two roles."""
    return list({r.cle.unite: r.etat for r in relances if r.etat}.values())


def _qui(relances: Sequence[Relance]) -> str:
    tous = _etats(relances)
    return tous[0].ght.nom if len(tous) == 1 else f"{len(tous)} GHT"


def _delai(vue: Vue, e: Etat) -> str:
    """« à remettre pour le 28/02/2022 (dans 15 jours) », « attendue le 28/02/2022 (3 jours de retard) »."""
    reste = (e.echeance - vue.au).days
    if reste < 0:
        return f"attendue le {jour(e.echeance)} ({compte(-reste, 'jour')} de retard)"
    dans = f"dans {compte(reste, 'jour')}" if reste else "aujourd'hui"
    return f"à remettre pour le {jour(e.echeance)} ({dans})"


def _ce_qui_manque(vue: Vue, r: Relance, e: Etat) -> list[str]:
    """What a GHT still owes, exactly: its state and delay, the tabs that are missing, the lines to mend."""
    manque = [f"{e.ght.nom} : {_recu(e)} ; {_delai(vue, e)}"]
    if 0 < e.onglets < e.attendus:
        sujet = Sujet(Perimetre("ght", e.ght.code), r.campagne.exercice, r.campagne.code)
        noms = onglets_manquants(vue, sujet, r.campagne, vue.comptent(sujet))
        manque.append(f"{e.ght.nom} : onglets encore vides : {enumeration(noms, 5)}")
    return manque


def _recu(e: Etat) -> str:
    """« remise, 3 lignes à corriger, 165 381 € en jeu »; « retirés » once nothing can be mended."""
    sort = "retirés" if e.verrouillee else "en jeu"
    return f"{e.mots}, {euros(e.retire)} {sort}" if e.a_corriger and e.retire else e.mots


def _que_faire(e: Etat) -> str:
    if e.sante == "illisible":
        return "Le fichier n'a pas pu être lu : renvoyez-le au format .xlsx."
    if e.progres == "vue":
        return "Quand la trame est finie, mettez « oui » à « Trame remise » sur le premier onglet, et renvoyez-la."
    if e.a_corriger:
        return "Le retour, joint, montre quoi corriger cellule par cellule ; un nouvel envoi remplace celui-ci."
    return "Rien d'autre n'est attendu de vous." if e.onglets >= e.attendus else "Il manque encore des onglets."


def _reste(tous: Sequence[Etat]) -> tuple[str, ...]:
    reste = len(tous) - MONTRES
    return (f"… et {compte(reste, 'autre GHT', 'autres GHT')}",) if reste > 0 else ()
