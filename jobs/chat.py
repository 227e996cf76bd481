"""The bot on Slack, from its settings to its clean stop. Never answers anything: see bots/."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from functools import partial

from bots.slack import socket_mode
from bots.slack.conversation import SERVICE, BotHost
from jobs.taking_in.slack_drops import take
from jobs.wiring import Workshop
from jobs.wiring import slack as settings
from reports.view import View
from sheets.register import claimed_events
from sheets.register.database import opened_by_this_thread
from sheets.register.what_counts import work_out

GRACE = 3.0
"""Seconds left, at the end, to the answers that are being written."""


def answer_on_slack(workshop: Workshop, stop: threading.Event) -> bool:
    """Answer on Slack until asked to stop (True), or until Slack can no longer be reached (False).

    Raises UserError when it could not begin: a token missing or refused.
    """
    went_well = False

    def sign(state: str) -> None:
        claimed_events.give_sign(opened_by_this_thread(workshop.register_path), SERVICE, state, workshop.current_time())

    robot = socket_mode.robot(settings(), BotHost(workshop.fresh_view, workshop.current_time, partial(take, workshop)))
    try:
        with workshop.fresh_view() as view:
            prepare(view)
    except Exception:  # a folder half saved, a register busy: nobody waits for that to be answered
        logging.getLogger("vigie.chat").warning("Nothing was worked out ahead", exc_info=True)
    try:
        went_well = socket_mode.keep_connected(robot, sign, stop, time.monotonic)
    finally:
        socket_mode.close(robot)
        sign("arrêté" if went_well else "muet")
    return went_well


def prepare(view: View) -> None:
    """Work out what counts in every open campaign, so that the first to ask do not wait."""
    work_out(view.db, [c.code for c in view.folder.campaigns.values() if c.opening <= view.as_of], view.as_of)
    # What is known by now lasts: looking a country's through for garbage takes 50 ms, in the middle of an answer.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def stop_event() -> threading.Event:
    """What is set when the machine, or someone at the keyboard, asks us to stop."""
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    return stop


def leave(code: int) -> int:
    """The code to exit with; while an answer still waits for Slack, exit at once: its question will be asked again by hand."""
    end = time.monotonic() + GRACE
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(end - time.monotonic(), 0))
    sys.stdout.flush()
    sys.stderr.flush()
    if any(f.is_alive() for f in threading.enumerate() if f is not threading.current_thread()):
        os._exit(code)  # the pools' own way out would wait for what is under way, however long
    return code
