"""`vigie slack`: the bot by itself, from its settings to its clean stop. Never answers anything: see bots/."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from functools import partial

import click

from bots import log
from bots.slack import socket_mode
from bots.slack.conversation import SERVICE, Maison
from jobs.taking_in.slack_drops import prend
from jobs.wiring import Atelier
from jobs.wiring import slack as reglages
from reports.view import Vue
from sheets.register import claimed_events
from sheets.register.database import ouvert_par_ce_fil
from sheets.register.what_counts import retiens

GRACE = 3.0
"""Seconds left, at the end, to the answers that are being written."""


def repond_sur_slack(atelier: Atelier, arret: threading.Event) -> bool:
    """Answer on Slack until asked to stop (True), or until Slack can no longer be reached (False).

    Raises UserError when it could not begin: a token missing or refused.
    """
    bien = False

    def signe(etat: str) -> None:
        claimed_events.fait_signe(ouvert_par_ce_fil(atelier.chemin_registre), SERVICE, etat, atelier.maintenant())

    robot = socket_mode.robot(reglages(), Maison(atelier.vue_fraiche, atelier.maintenant, partial(prend, atelier)))
    try:
        with atelier.vue_fraiche() as vue:
            prepare(vue)
    except Exception:  # a folder half saved, a register busy: nobody waits for that to be answered
        logging.getLogger("vigie.chat").warning("Nothing was worked out ahead", exc_info=True)
    try:
        bien = socket_mode.veille(robot, signe, arret, time.monotonic)
    finally:
        socket_mode.ferme(robot)
        signe("arrêté" if bien else "muet")
    return bien


def prepare(vue: Vue) -> None:
    """Work out what counts in every open campaign, so that the first to ask do not wait."""
    retiens(vue.db, [c.code for c in vue.dossier.campagnes.values() if c.ouverture <= vue.au], vue.au)
    # What is known by now lasts: looking a country's through for garbage takes 50 ms, in the middle of an answer.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def tient_le_chat(atelier: Atelier) -> int:
    """The bot alone, until stopped (0), or until Slack can no longer be reached (1). Raises UserError before it starts."""
    log.ouvre()
    _ = atelier.registre
    atelier.vue()  # what is wrong in the folder is said before Slack is called
    arret = a_l_arret()
    click.echo("Vigie répond sur Slack. Ctrl-C pour arrêter.", err=True)
    bien = repond_sur_slack(atelier, arret)
    click.echo(
        "Vigie ne répond plus sur Slack." if bien else "Slack ne répond plus : Vigie s'arrête. Voyez vigie doctor.",
        err=True,
    )
    return 0 if bien else 1


def a_l_arret() -> threading.Event:
    """What is set when the machine, or someone at the keyboard, asks us to stop."""
    arret = threading.Event()
    for quel in (signal.SIGTERM, signal.SIGINT):
        signal.signal(quel, lambda *_: arret.set())
    return arret


def sors(code: int) -> None:
    """Leave at once when an answer is still waiting for Slack: its question was taken, and will be asked again by hand."""
    fin = time.monotonic() + GRACE
    for fil in threading.enumerate():
        if fil is not threading.current_thread():
            fil.join(max(fin - time.monotonic(), 0))
    sys.stdout.flush()
    sys.stderr.flush()
    if any(f.is_alive() for f in threading.enumerate() if f is not threading.current_thread()):
        os._exit(code)  # the pools' own way out would wait for what is under way, however long
    sys.exit(code)
