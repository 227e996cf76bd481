"""The acts: who may, on what, what each asks, does, says and leaves. Forms, commands and the workbook follow from here.

To add one, write its record, and its function when it keeps or refuses something of its own.
"""

from __future__ import annotations

from datetime import timedelta

from config.errors import UserError
from config.french import day, enumeration, euros, text_key
from config.rights import REFERENTS, REFERENTS_AND_GHT
from reports.acting import REASON, Act, Ask, Command, Form, Given
from reports.due.reminders import recipients
from reports.progress import State
from reports.view import View
from sheets.register.acts import Aim, Main, may_act, write_wishes
from sheets.register.decisions import ON_A_LINE, Decision, GhtDecisions, ght_decisions
from sheets.register.what_counts import counting_tabs, last_file

EXTENSION = timedelta(days=366)
"""How far from its campaign's deadline a GHT's own may be: beyond, it is a slip of the keyboard."""


# On a line


def _is_struck(line: Aim, taken: Decision | None) -> bool:
    return taken.blocked if taken else line.blocked


def _keep_choice(line: Aim, taken: Decision | None) -> str:
    return "Garder : elle compte" if _is_struck(line, taken) else ""


def _strike_choice(line: Aim, taken: Decision | None) -> str:
    if taken and taken.blocked and not taken.changed:
        return ""
    return "Laisser retirée : c'est tranché" if _is_struck(line, taken) else "Retirer : elle ne compte plus"


def _give_back_choice(_: Aim, taken: Decision | None) -> str:
    return "Rendre la ligne aux contrôles" if taken else ""


def _taken_on(_: Main, line: Aim, __: Given) -> str:
    return line.taken_on


def _title(_: Main, line: Aim, __: Given) -> str:
    """The line recognised as a known action is another one: it gets its own number when judged again."""
    return text_key(line.title)


# On a GHT


def _until(main: Main, aim: Aim, given: Given) -> str:
    """A GHT's own deadline: after the campaign's, to come, and at most `EXTENSION` after it."""
    c, until_day = aim.campaign, given.until_day
    last = c.deadline + EXTENSION
    if until_day is None or until_day <= c.deadline or until_day < main.day:
        raise UserError(
            f"L'échéance de la campagne {c.code} est le {day(c.deadline)} : donnez un jour d'après, et à venir."
        )
    if until_day > last:
        raise UserError(
            f"Le {day(until_day)} est trop loin : une échéance se prolonge d'un an au plus, ici jusqu'au {day(last)}."
        )
    return until_day.isoformat()


def _received(main: Main, aim: Aim, _: Given) -> str:
    """Only what was received can be validated."""
    members = [e.finess for e in main.folder.territory.members(aim.ght, aim.campaign.situation)]
    if not counting_tabs(main.db, [aim.campaign.code], main.day, members) and not _decided(main, aim).neants:
        name = main.folder.territory.ghts[aim.ght].name
        raise UserError(f"Rien n'a été reçu de {name} pour {aim.campaign.code} : il n'y a rien à valider.")
    return ""


def _last_seen(main: Main, aim: Aim, _: Given) -> str | None:
    """What counts now is what will count; a GHT still extended is left out."""
    taken = _decided(main, aim)
    extended = taken.extended_to is not None and taken.extended_to >= main.day
    return None if extended or taken.locked_on else str(last_file(main.db, main.day))


def _locked(main: Main, aim: Aim, _: Given) -> str | None:
    return "" if _decided(main, aim).locked_on else None


def _decided(main: Main, aim: Aim) -> GhtDecisions:
    return ght_decisions(main.db, aim.campaign.code, main.day).get(aim.ght, GhtDecisions())


def _today(main: Main, _: Aim, __: Given) -> str:
    return main.day.isoformat()


def _to_remind(view: View, state: State) -> str:
    if state.has_answered:
        raise UserError(f"{state.ght.name} a déjà répondu : il n'y a rien à relancer.")
    who = enumeration(list(dict.fromkeys(p.position for p in recipients(view, state.ght, "ght"))), 3)
    return f"\nSera relancé : {who}"


# On an établissement


def silent_etablissements(main: Main, aim: Aim) -> tuple[tuple[str, str], ...]:
    """The établissements of a GHT (FINESS, name) that have neither sent a tab nor said they had nothing to declare."""
    members = main.folder.territory.members(aim.ght, aim.campaign.situation)
    tabs, neants = (
        counting_tabs(main.db, [aim.campaign.code], main.day, [e.finess for e in members]),
        _decided(main, aim).neants,
    )
    return tuple((e.finess, e.name) for e in members if e.finess not in tabs and e.finess not in neants)


def _by_whom(main: Main, aim: Aim, _: Given) -> str:
    """Said on behalf of an établissement that sent no line; after the lock, what a GHT says of itself does not count."""
    tab = counting_tabs(main.db, [aim.campaign.code], main.day, [aim.finess]).get(aim.finess)
    if tab and tab.file:
        raise UserError(
            f"L'établissement {aim.finess} a déjà répondu pour {aim.campaign.code} ({euros(tab.totals.declared)} "
            "déclarés) : faites corriger sa trame."
        )
    return "" if may_act(main, aim.ght, aim.campaign.code, REFERENTS) else "ght"


DECIDE = Form("decider", "Décider", "Garder ou retirer", "Décider")
UNTIL = Ask("until_day", "jusqu_au", "Nouvelle échéance", "jour", option_help="La nouvelle échéance.")
WORD = Ask("reason", "motif", "Mot")
HEARD = Ask("reason", "motif", "Motif", hint="Qui l'a dit, et comment.", option_help=REASON.option_help)


def _decision(code: str, help_text: str) -> tuple[str, Command]:
    """What is said of a decision on a line, and how it is typed."""
    return f"{{reference}}, {{declared}}, {ON_A_LINE[code]}{{effect}}.", Command("decide", help_text, f"--{code}")


_ACTS = (
    Act("retenir", "ligne", REFERENTS, *_decision("retenir", "Garde une ligne que les contrôles retirent."), DECIDE,
        keeps=_taken_on, strikes=False, choice=_keep_choice, in_workbook="garder"),
    Act("retirer", "ligne", REFERENTS, *_decision("retirer", "Retire une ligne que les contrôles gardent."), DECIDE,
        keeps=_taken_on, strikes=True, choice=_strike_choice, in_workbook="retirer"),
    Act("revenir", "ligne", REFERENTS, *_decision("revenir", "Rend la ligne aux contrôles."), DECIDE,
        keeps=_taken_on, choice=_give_back_choice, in_workbook="rendre aux contrôles"),
    Act("distinguer", "ligne", REFERENTS,
        "{reference} : c'est une autre action. Elle prendra son numéro au prochain « vigie rejudge --yes ».",
        Command("decide", "Ce n'est pas l'action que Vigie a reconnue.", "--distinguer"), keeps=_title),
    Act("noter", "ligne", REFERENTS_AND_GHT, "Noté sur {reference}.", Command("note", ""),
        Form("noter", "Laisser un mot", "Laisser un mot", "Noter"), (WORD,)),
    Act("prolonger", "ght", REFERENTS, "{ght} : échéance de {campaign} portée au {until_day}.",
        Command("extend", "Prolonge l'échéance d'un GHT."),
        Form("prolonger", "Prolonger l'échéance", "Prolonger l'échéance", "Prolonger", 3, lambda _main, _aim, _state: True),
        (UNTIL, REASON), _until),
    Act("valider", "ght", REFERENTS, "{ght}, {campaign} : validée.", Command("validate", "Valide ce qu'un GHT a remis."),
        Form("valider", "Valider", "Valider la trame", "Valider", 1,
             lambda _main, _aim, state: state.progress not in ("attendue", "ouverte", "validée")), keeps=_received),
    Act("devalider", "ght", REFERENTS, "{ght}, {campaign} : validation levée.",
        Command("validate", "Lève la validation.", "--annuler"),
        Form("devalider", "Lever la validation", "Lever la validation", "Lever", 1,
             lambda _main, _aim, state: state.progress == "validée")),
    Act("verrouiller", "ght", REFERENTS, "{campaign} : verrouillé pour {ght}.",
        Command("lock", "Verrouille : ce qui compte à cet instant comptera. Un envoi d'après est gardé et montré, sans compter."),
        keeps=_last_seen, nothing="{campaign} : rien à verrouiller.",
        left_out="Laissés ouverts (prolongés, ou déjà verrouillés) : {codes}."),
    Act("deverrouiller", "ght", REFERENTS, "{campaign} : déverrouillé pour {ght}.",
        Command("lock", "Lève le verrou.", "--annuler"), keeps=_locked, nothing="{campaign} : rien à déverrouiller."),
    Act("relancer", "ght", REFERENTS,
        "{ght}, {campaign} : relance demandée. Elle part au prochain passage, aux heures ouvrées.",
        Command("remind", "Demande que l'équipe d'un GHT soit relancée au prochain passage, quoi que dise l'échelle."),
        Form("relancer", "Relancer maintenant", "Relancer maintenant", "Relancer", 2,
             lambda _main, _aim, state: not state.has_answered, _to_remind), (), _today, write_wishes),
    Act("neant", "etablissement", REFERENTS_AND_GHT,
        "{finess}, {campaign} : rien à déclarer, noté en votre nom ({position}).",
        Command("neant", "Note qu'un établissement n'a rien à déclarer, dit par exemple au téléphone."),
        Form("neant", "N'a rien à déclarer", "Rien à déclarer", "Noter", 4,
             lambda main, aim, _state: bool(silent_etablissements(main, aim)),
             own_button="Un établissement n'a rien à déclarer"), (HEARD,), _by_whom),
)  # fmt: skip
ACTS = {act.code: act for act in _ACTS}
"""Every act, by the kind of its rows."""
