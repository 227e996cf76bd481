"""What a message due says: a title, a sentence, what is missing, what to do next. Pure words; never decides who is told.

No text of a cell gets in here: states, counts, euros, dates and names of établissements, so any channel may carry it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from config.french import after_de, count_words, day, enumeration, euros
from config.ladder import dates
from config.rights import Person
from config.territory import Scope
from reports.due.reminders import Reminder, recipients, without_team
from reports.progress import State
from reports.todo import missing_tabs
from reports.view import Subject, View

MOST_SHOWN = 12
"""GHT told one by one in a message; the others are counted."""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One part of a letter: `title` may be its subject, `points` say what is missing, one line each."""

    title: str
    sentence: str
    points: tuple[str, ...] = ()
    next_step: str = ""


def opening(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    c = reminders[0].campaign
    return LetterPart(
        f"{_who(reminders)} : la collecte de la {c.title} est ouverte",
        f"La collecte de la {c.title} est ouverte. Les gains se comptent au {day(c.situation)}.",
        tuple(f"{e.ght.name} : {_time_left(view, e)}" for e in _states(reminders)),
        "La trame est jointe, avec les lignes déjà connues. Remplissez-la, mettez « oui » à « Trame remise » sur le premier "
        "onglet, et renvoyez-la.",
    )


def reminder(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them = _states(reminders)
    past_deadline = all(view.as_of > e.deadline for e in all_of_them)
    what = "trame attendue" if len(all_of_them) == 1 else f"{len(all_of_them)} trames attendues"
    when = "échéance passée" if past_deadline else f"à remettre pour le {day(min(e.deadline for e in all_of_them))}"
    return LetterPart(
        f"{_who(reminders)} : {what}, {when}",
        f"{reminders[0].campaign.title.capitalize()} : il manque encore votre réponse."
        if past_deadline
        else f"{reminders[0].campaign.title.capitalize()} : voici ce que nous attendons de vous.",
        tuple(p for e in all_of_them[:MOST_SHOWN] for p in _what_is_missing(view, reminders[0], e))
        + _and_others(all_of_them),
        "Une trame reçue n'est pas une trame remise : le premier onglet doit dire « oui » à « Trame remise »."
        if any(e.progress == "vue" for e in all_of_them)
        else "Renvoyez la trame remplie, avec « oui » à « Trame remise » sur le premier onglet.",
    )


def escalation(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them = _states(reminders)
    return LetterPart(
        f"{_who(reminders)} : trame en retard",
        f"{reminders[0].campaign.title.capitalize()} : cette trame est attendue, et n'est pas remise.",
        tuple(p for e in all_of_them[:MOST_SHOWN] for p in _what_is_missing(view, reminders[0], e))
        + _and_others(all_of_them),
        f"Faute de réponse avant la clôture, le {day(min(dates(r.campaign, r.state.deadline).lock for r in reminders if r.state))}, ses gains ne compteront pas.",
    )


def warning(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them, c = _states(reminders), reminders[0].campaign
    return LetterPart(
        f"{count_words(len(all_of_them), 'GHT', 'GHT')} en retard, {c.title}",
        f"{c.title.capitalize()} : ces GHT n'ont pas remis leur trame.",
        tuple(f"{e.ght.name} : {e.outside_words}, attendue le {day(e.deadline)}" for e in all_of_them[:MOST_SHOWN])
        + _and_others(all_of_them),
        f"Vous pouvez les appeler, leur accorder un délai (vigie campaign extend {c.code} --ght CODE --jusqu-au DATE), "
        "ou noter qu'ils n'ont rien à déclarer (vigie campaign neant).",
    )


def closing(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them, c = _states(reminders), reminders[0].campaign
    lock = all(e.locked for e in all_of_them)
    return LetterPart(
        f"{_who(reminders)} : la collecte de la {c.title} est close",
        f"La collecte de la {c.title} est close"
        + (" : ce qui arrive désormais est gardé et montré, mais ne compte plus." if lock else "."),
        tuple(f"{e.ght.name} : {e.outside_words}" for e in all_of_them),
        f"Si c'est une erreur, voyez votre référent sans attendre. {_corrections(all_of_them)}".rstrip(),
    )


def _corrections(all_of_them: Sequence[State]) -> str:
    """What can still be done, after the close, about the lines that were struck, and what cannot."""
    all_said = []
    if any(e.lines_to_mend and e.locked for e in all_of_them):
        all_said.append(
            "Une ligne retirée d'une trame verrouillée ne compte pas, et un nouvel envoi n'y changera rien. Si son gain est "
            "juste, dites-le à votre référent : lui seul peut encore la garder, ou lever le verrou pour un nouvel envoi."
        )
    if any(e.lines_to_mend and not e.locked for e in all_of_them):
        all_said.append(
            "Une ligne à corriger peut encore l'être : tant que la trame n'est pas verrouillée, un nouvel envoi compte."
        )
    return " ".join(all_said)


def thanks(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them, c = _states(reminders), reminders[0].campaign
    return LetterPart(
        f"{_who(reminders)} : merci, votre réponse est enregistrée",
        f"La collecte de la {c.title} est close. Merci : votre réponse est enregistrée.",
        tuple(
            f"{e.ght.name} : {e.outside_words}{f', {euros(e.struck)} retirés' if e.struck else ''}" for e in all_of_them
        ),
        _corrections(all_of_them),
    )


def receipt(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    all_of_them = _states(reminders)
    next_steps = [_what_to_do(e) if view.as_of <= reminders[0].campaign.lock or e.extended else "" for e in all_of_them]
    return LetterPart(
        f"{_who(reminders)} : {_received_sentence(all_of_them[0])}"
        if len(all_of_them) == 1
        else f"{_who(reminders)} : vos envois ont été lus",
        f"{reminders[0].campaign.title.capitalize()} : votre envoi a été lu."
        if len(all_of_them) == 1
        else f"{reminders[0].campaign.title.capitalize()} : vos envois ont été lus.",
        tuple(f"{e.ght.name} : {_received_sentence(e)}" for e in all_of_them),
        " ".join(dict.fromkeys(filter(None, next_steps))),
    )


def unreachable(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    names = [view.folder.territory.ghts[r.key.unit].name for r in reminders]
    return LetterPart(
        f"{count_words(len(reminders), 'personne')} que Vigie n'arrive plus à joindre",
        "Les messages à ces adresses sont refusés. Prévenez ces personnes autrement, et corrigez personnes.csv.",
        tuple(f"{name} : {r.what}" for name, r in zip(names, reminders, strict=True)),
    )


NOTE = "C'est noté. Le prochain rappel avant l'échéance est sauté ; remettre la trame les arrête tous."


def put_off(until_day: date) -> str:
    """What is said to someone who put a reminder off."""
    return f"C'est noté. Vous serez relancé à partir du {day(until_day)}, sauf si la trame est remise d'ici là."


def in_their_place(view: View, reminders: Sequence[Reminder]) -> str:
    """Why its reader has what is for a GHT of which nobody is known, and how to change that."""
    ghts = view.folder.territory.ghts
    units = sorted({r.key.unit for r in reminders if r.key.unit in ghts and without_team(view, ghts[r.key.unit])})
    if not units:
        return ""
    names = enumeration([after_de(ghts[u].name) for u in units], MOST_SHOWN)
    meant_for, next_step = (
        ("ce GHT", "son équipe, et elle les recevra")
        if len(units) == 1
        else ("ces GHT", "leurs équipes, et elles les recevront")
    )
    return (
        f"Personne n'est inscrit au nom {names} dans personnes.csv (dossier de la région) : les messages pour {meant_for} vous "
        f"arrivent donc. Ajoutez-y {next_step}."
    )


def more_time(view: View, reminders: Sequence[Reminder], person: Person) -> str:
    """How to ask for more time for what `reminders` say is owed: the referents, but for the reader."""
    who = {
        p.email: p.position
        for r in reminders
        if r.state
        for p in recipients(view, r.state.ght, "referent")
        if p != person
    }
    words = [f"{position}, {email}" for email, position in who.items()]
    return f"Besoin de temps, rien à déclarer, trame égarée ? Dites-le à {enumeration(words, 3)}." if words else ""


def signature(view: View, reminders: Sequence[Reminder]) -> str:
    """« Vigie, pour Bourgogne-Franche-Comté · au 13/02/2022 »."""
    territory = view.folder.territory
    regions = {territory.regions[r.state.ght.region].name for r in reminders if r.state}
    meant_for = f", pour la collecte {after_de(regions.pop())}" if len(regions) == 1 else ""
    return f"Vigie{meant_for} · au {day(view.as_of)}"


def _states(reminders: Sequence[Reminder]) -> list[State]:
    """The states told, each GHT once: one may be due under two roles."""
    return list({r.key.unit: r.state for r in reminders if r.state}.values())


def _who(reminders: Sequence[Reminder]) -> str:
    all_of_them = _states(reminders)
    return all_of_them[0].ght.name if len(all_of_them) == 1 else f"{len(all_of_them)} GHT"


def _time_left(view: View, e: State) -> str:
    """« à remettre pour le 28/02/2022 (dans 15 jours) », « attendue le 28/02/2022 (3 jours de retard) »."""
    rest = (e.deadline - view.as_of).days
    if rest < 0:
        return f"attendue le {day(e.deadline)} ({count_words(-rest, 'jour')} de retard)"
    time_left = f"dans {count_words(rest, 'jour')}" if rest else "aujourd'hui"
    return f"à remettre pour le {day(e.deadline)} ({time_left})"


def _what_is_missing(view: View, r: Reminder, e: State) -> list[str]:
    """What a GHT still owes, exactly: its state and delay, the tabs that are missing, the lines to mend."""
    missing_words = [f"{e.ght.name} : {_received_sentence(e)} ; {_time_left(view, e)}"]
    if 0 < e.tabs < e.expected_tabs:
        subject = Subject(Scope("ght", e.ght.code), r.campaign.exercice, r.campaign.code)
        names = missing_tabs(view, subject, r.campaign, view.tabs_that_count(subject))
        missing_words.append(f"{e.ght.name} : onglets encore vides : {enumeration(names, 5)}")
    return missing_words


def _received_sentence(e: State) -> str:
    """« remise, 3 lignes à corriger, 165 381 € en jeu »; « retirés » once nothing can be mended."""
    outcome = "retirés" if e.locked else "en jeu"
    return f"{e.outside_words}, {euros(e.struck)} {outcome}" if e.lines_to_mend and e.struck else e.outside_words


def _what_to_do(e: State) -> str:
    if e.health == "illisible":
        return "Le fichier n'a pas pu être lu : renvoyez-le au format .xlsx."
    if e.progress == "vue":
        return "Quand la trame est finie, mettez « oui » à « Trame remise » sur le premier onglet, et renvoyez-la."
    if e.lines_to_mend:
        return "Le retour, joint, montre quoi corriger cellule par cellule ; un nouvel envoi remplace celui-ci."
    return "Rien d'autre n'est attendu de vous." if e.tabs >= e.expected_tabs else "Il manque encore des onglets."


def _and_others(all_of_them: Sequence[State]) -> tuple[str, ...]:
    rest = len(all_of_them) - MOST_SHOWN
    return (f"… et {count_words(rest, 'autre GHT', 'autres GHT')}",) if rest > 0 else ()
