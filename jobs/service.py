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
from jobs.chat import a_l_arret, repond_sur_slack
from jobs.schedule import horaire
from jobs.steps import PAS, Pas
from jobs.subprocesses import interromps
from jobs.wiring import Atelier, slack
from sheets.register import claimed_events
from sheets.register import step_history as suivi
from sheets.register.database import ouvert_par_ce_fil, side_file, un_a_la_fois
from sheets.register.faults import dit_la_machine

BATTEMENT = 30.0
"""Seconds between two signs of life of the service."""
REPRISE = 60.0
"""Seconds before the bot is tried again once Slack could not be reached."""
GRACE = 1.0
"""Seconds left, at the end, to what is under way: a pull cut short continues at the next start."""
journal_ = logging.getLogger("vigie.service")


def tourne(atelier: Atelier, pas: Sequence[Pas] = PAS) -> int:
    """Run until stopped. Raises UserError before it starts: what is wrong in the folder, or another service at work."""
    with un_seul_service(atelier.chemin_registre):
        log.ouvre()
        _ = atelier.registre
        atelier.vue()
        arret = a_l_arret()
        robot = threading.Thread(target=_tient_le_chat, args=(atelier, arret), name="vigie-chat", daemon=True)
        agenda = horaire(pas, partial(marche, atelier), atelier.maintenant)
        agenda.start()
        robot.start()
        click.echo("Vigie tourne. Ctrl-C pour arrêter.", err=True)
        while not arret.wait(BATTEMENT if _fait_signe(atelier, "vivant") else 1.0):
            pass
        agenda.shutdown(wait=False)
        interromps(pour_de_bon=True)
        robot.join(GRACE)
        _fait_signe(atelier, "arrêté")
    click.echo("Vigie s'est arrêtée.", err=True)
    return 0


def un_tour(atelier: Atelier, pas: Sequence[Pas] = PAS) -> int:
    """Every step once, without the bot: for a machine that prefers its own cron. 1 if any failed."""
    with un_seul_service(atelier.chemin_registre):
        _ = atelier.registre
        atelier.vue()
        rendus = [marche(atelier, p) for p in pas]
    for p, dit in zip(pas, rendus, strict=True):
        click.echo(f"{p.titre.capitalize()} : {dit or 'voyez vigie status'}.")
    return int(not all(rendus))


def marche(atelier: Atelier, pas: Pas) -> str:
    """Take one step, and leave in the register how it went; what it did, or nothing when it failed."""
    try:
        with dit_la_machine(atelier.chemin_registre):
            fait = pas.faire(atelier)
    except Exception as faute:
        dit = (
            str(faute) if isinstance(faute, UserError) else f"un défaut du programme (référence {uuid.uuid4().hex[:8]})"
        )
        journal_.log(
            logging.WARNING if isinstance(faute, UserError) else logging.ERROR, "%s : %s", pas.titre, dit,
            exc_info=not isinstance(faute, UserError),
        )  # fmt: skip
        suivi.note(ouvert_par_ce_fil(atelier.chemin_registre), pas.cle, atelier.maintenant(), dit, reussi=False)
        return ""
    journal_.info("%s : %s", pas.titre, fait)
    suivi.note(ouvert_par_ce_fil(atelier.chemin_registre), pas.cle, atelier.maintenant(), fait, reussi=True)
    return fait


@contextmanager
def un_seul_service(registre: Path) -> Iterator[None]:
    """One service at a time on a register. Raises UserError when another is at work."""
    pris = f"Vigie tourne déjà sur le registre « {registre} ». Arrêtez l'autre d'abord, ou laissez-la faire."
    with un_a_la_fois(side_file(registre, ".service"), pris):
        yield


def _fait_signe(atelier: Atelier, etat: str, service: str = suivi.LE_SERVICE) -> bool:
    """Leave a sign of life; False when the register could not be written, which is logged and tried again."""
    try:
        claimed_events.fait_signe(ouvert_par_ce_fil(atelier.chemin_registre), service, etat, atelier.maintenant())
    except Exception:
        journal_.exception("The sign of life could not be written")
        return False
    return True


def _tient_le_chat(atelier: Atelier, arret: threading.Event) -> None:
    """Keep the bot on Slack, if it is set up at all; whatever goes wrong is logged and tried again a minute later."""
    while not arret.is_set():
        try:
            if slack().manquants:
                journal_.info("Slack n'est pas réglé : le service tourne sans robot.")
                return
            repond_sur_slack(atelier, arret)
        except UserError as faute:
            journal_.warning("%s", faute)
            _fait_signe(atelier, "muet", CHAT)
        except Exception:
            journal_.exception("The bot fell")
            _fait_signe(atelier, "muet", CHAT)
        arret.wait(REPRISE)
