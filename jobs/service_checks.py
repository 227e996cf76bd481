"""Whether the service and the bot live, and what they could not say. Looks, changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bots.slack.conversation import SERVICE
from config import environment
from config.french import count_words, day
from jobs.status_report import SILENCE, StatusReport, age, bounded, day_and_hour
from jobs.steps import STEPS, trouble_of
from reports.view import View
from sheets.register import claimed_events, mail_replies, outbox, step_history

WAITING_DAYS = 14
"""Days for which an answer that did not leave is told."""
NOT_WORTH_MENDING_AFTER = timedelta(days=15)
"""After which a message that went wrong is no longer worth mending."""


def check_service(c: StatusReport, view: View, current_time: datetime) -> None:
    """The service, the bot, the mails and the messages, in the order in which they are told."""
    for check in (_service, _chat, _unsent_mail, _messages):
        check(c, view, current_time)


def _service(c: StatusReport, view: View, current_time: datetime) -> None:
    """Whether the service lives, and how each of its steps last went. Nothing where no step was ever taken."""
    sign = claimed_events.last_sign(view.db, step_history.THE_SERVICE)
    if sign and sign.state == "arrêté":
        c.to_note.append(f"Le service est arrêté depuis le {day_and_hour(sign.dated)} ; pour le relancer : vigie run")
    elif sign and age(sign, current_time) > SILENCE:
        c.troubles.append(
            f"Le service ne donne plus signe de vie depuis le {day_and_hour(sign.dated)} ; relancez vigie run."
        )
    not_said: dict[str, dict[str, str | None]] = {}
    for p in STEPS:
        last_success, fault = step_history.last_success_of(view.db, p.key), step_history.breakdown(view.db, p.key)
        if last_success or fault:
            not_said[p.key] = {
                "le": last_success.dated.isoformat() if last_success else None,
                "panne": fault.said if fault else None,
            }
        if fault or (sign and sign.state == "vivant"):
            said = trouble_of(view.db, p, current_time)
            c.troubles += [f"{p.title.capitalize()} {said}"] if said else []
    if sign or not_said:
        c.service = {
            "etat": sign.state if sign else None,
            "le": sign.dated.isoformat() if sign else None,
            "pas": not_said,
        }


def _chat(c: StatusReport, view: View, current_time: datetime) -> None:
    """A bot that was stopped on purpose is noted; one that fell silent is a fault. Nothing where there never was one."""
    sign = claimed_events.last_sign(view.db, SERVICE)
    if sign is None:
        return
    seconds = int(age(sign, current_time))
    c.slack = {"etat": sign.state, "le": sign.dated.isoformat(), "secondes": seconds}
    when = day_and_hour(sign.dated)
    if sign.state == "arrêté":
        c.to_note.append(f"Le robot Slack est arrêté depuis le {when} ; pour le relancer : vigie slack")
    elif sign.state == "muet" or seconds > SILENCE:
        c.troubles.append(
            f"Le robot Slack ne donne plus signe de vie depuis le {when} ; lancez vigie doctor, puis vigie slack."
        )


def _unsent_mail(c: StatusReport, view: View, current_time: datetime) -> None:
    """The answers to mails that did not leave, or may not have. Whether the mailbox is read at all is told with the steps."""
    all_said = []
    for r in mail_replies.stuck_replies(view.db, current_time, WAITING_DAYS):
        what = {"à répondre": "n'a pas encore pu partir", "refusé": "n'est pas partie", "doute": "est douteuse"}[
            r.state
        ]
        c.mails_waiting.append({"expediteur": r.sender, "etat": r.state, "le": r.dated, "motif": r.reason})
        all_said.append(
            f"Courrier : la réponse à {r.sender} {what} ({day(date.fromisoformat(r.dated[:10]))}) : {r.reason}"
        )
    c.troubles += bounded(all_said, "autre réponse à un courriel", "autres réponses à des courriels")
    if capped := mail_replies.turned_away(view.db, current_time - timedelta(days=1)):
        c.to_note.append(
            f"Courrier : {count_words(capped, 'courriel')} d'expéditeurs inconnus depuis un jour, au-delà du plafond de lettres : "
            f"sans réponse, dans « À voir ». Pour changer le plafond : {environment.IMAP_URL}, ?inconnus=NOMBRE."
        )


def _messages(c: StatusReport, view: View, current_time: datetime) -> None:
    """Messages that may have arrived, that nobody took, or that are stuck: each is named once, for a while."""
    sentences = {
        "doute": "est peut-être arrivé, peut-être pas, et ne sera pas redit : demandez-lui",
        "refusé": "n'a pas pu être dit : corrigez personnes.csv, et prévenez autrement",
        "pris": "est resté en route : relancez vigie remind --send",
    }
    all_said = []
    for r in outbox.in_states(view.db, *sentences):
        age = current_time - r.dated
        if age < NOT_WORTH_MENDING_AFTER and (r.state != "pris" or age > outbox.LEASE):
            why = f" ({r.reason})" if r.reason else ""
            all_said.append(
                f"Le message « {r.key.stage} » ({r.key.campaign}, {r.key.unit}) à {r.key.person}, du "
                f"{r.dated:%d/%m/%Y à %Hh%M}, {sentences[r.state]}{why}."
            )
    c.troubles += bounded(all_said, "autre message", "autres messages")
