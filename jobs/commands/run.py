"""`vigie run`: the bot and the schedule in one process, from a clean start to a clean stop. Never does a step's work itself.

A step that fails says so in the register and is tried again at its pace; the others go on.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from bots import log
from bots.slack.conversation import SERVICE as CHAT
from config.errors import UserError
from jobs.chat import answer_on_slack, leave, stop_event
from jobs.command_line import open_workshop, vigie_command
from jobs.schedule import make_schedule
from jobs.steps import STEPS, Step
from jobs.subprocesses import interrupt
from jobs.wiring import Workshop, slack
from sheets.register import claimed_events, step_history
from sheets.register.database import one_at_a_time, opened_by_this_thread, side_file
from sheets.register.faults import say_machine_faults

HEARTBEAT = 30.0
"""Seconds between two signs of life of the service."""
RETRY_AFTER = 60.0
"""Seconds before the bot is tried again once Slack could not be reached."""
GRACE = 1.0
"""Seconds left, at the end, to what is under way: a pull cut short continues at the next start."""
journal_ = logging.getLogger("vigie.service")


@vigie_command("run")
@click.option("--once", "once", is_flag=True, help="Un seul tour, sans le robot, puis s'arrête : pour un cron.")
def command(once: bool) -> int:
    return every_step_once(open_workshop()) if once else leave(run_until_stopped(open_workshop()))


def run_until_stopped(workshop: Workshop, steps: Sequence[Step] = STEPS) -> int:
    """Run until stopped. Raises UserError before it starts: what is wrong in the folder, or another service at work."""
    with only_one_service(workshop.register_path):
        log.start_logging()
        _ = workshop.register
        workshop.view()
        stop = stop_event()
        robot = threading.Thread(target=_keep_chat_running, args=(workshop, stop), name="vigie-chat", daemon=True)
        scheduler = make_schedule(steps, partial(run_step, workshop), workshop.current_time)
        scheduler.start()
        robot.start()
        click.echo("Vigie tourne. Ctrl-C pour arrêter.", err=True)
        while not stop.wait(HEARTBEAT if _give_sign_of_life(workshop, "vivant") else 1.0):
            pass
        scheduler.shutdown(wait=False)
        interrupt(for_good=True)
        robot.join(GRACE)
        _give_sign_of_life(workshop, "arrêté")
    click.echo("Vigie s'est arrêtée.", err=True)
    return 0


def every_step_once(workshop: Workshop, steps: Sequence[Step] = STEPS) -> int:
    """Every step once, without the bot: for a machine that prefers its own cron. 1 if any failed."""
    with only_one_service(workshop.register_path):
        _ = workshop.register
        workshop.view()
        results = [run_step(workshop, p) for p in steps]
    for p, said in zip(steps, results, strict=True):
        click.echo(f"{p.title.capitalize()} : {said or 'voyez vigie status'}.")
    return int(not all(results))


def run_step(workshop: Workshop, step: Step) -> str:
    """Take one step, and leave in the register how it went; what it did, or nothing when it failed."""
    try:
        with say_machine_faults(workshop.register_path):
            done = step.action(workshop)
    except Exception as fault:
        said = (
            str(fault) if isinstance(fault, UserError) else f"un défaut du programme (référence {uuid.uuid4().hex[:8]})"
        )
        journal_.log(
            logging.WARNING if isinstance(fault, UserError) else logging.ERROR, "%s : %s", step.title, said,
            exc_info=not isinstance(fault, UserError),
        )  # fmt: skip
        step_history.note(
            opened_by_this_thread(workshop.register_path), step.key, workshop.current_time(), said, succeeded=False
        )
        return ""
    journal_.info("%s : %s", step.title, done)
    step_history.note(
        opened_by_this_thread(workshop.register_path), step.key, workshop.current_time(), done, succeeded=True
    )
    return done


@contextmanager
def only_one_service(register: Path) -> Iterator[None]:
    """One service at a time on a register. Raises UserError when another is at work."""
    taken = f"Vigie tourne déjà sur le registre « {register} ». Arrêtez l'autre d'abord, ou laissez-la faire."
    with one_at_a_time(side_file(register, ".service"), taken):
        yield


def _give_sign_of_life(workshop: Workshop, state: str, service: str = step_history.THE_SERVICE) -> bool:
    """Leave a sign of life; False when the register could not be written, which is logged and tried again."""
    try:
        claimed_events.give_sign(opened_by_this_thread(workshop.register_path), service, state, workshop.current_time())
    except Exception:
        journal_.exception("The sign of life could not be written")
        return False
    return True


def _keep_chat_running(workshop: Workshop, stop: threading.Event) -> None:
    """Keep the bot on Slack, if it is set up at all; whatever goes wrong is logged and tried again a minute later."""
    while not stop.is_set():
        try:
            if slack().missing_scopes:
                journal_.info("Slack n'est pas réglé : le service tourne sans robot.")
                return
            answer_on_slack(workshop, stop)
        except UserError as fault:
            journal_.warning("%s", fault)
            _give_sign_of_life(workshop, "muet", CHAT)
        except Exception:
            journal_.exception("The bot fell")
            _give_sign_of_life(workshop, "muet", CHAT)
        stop.wait(RETRY_AFTER)
