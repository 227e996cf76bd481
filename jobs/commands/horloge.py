"""`vigie horloge`: what a wrong clock dated after today, shown, then brought back to today. Takes nothing in, says nothing twice."""

from __future__ import annotations

from datetime import datetime

import click

from bots import terminal
from config.french import count_words, day, enumeration
from jobs.command_line import open_workshop, vigie_command
from jobs.locks_due import SERVICE
from reports.acting import Given, Request, perform_all
from reports.every_act import ACTS
from reports.view import View
from sheets.register import future_facts
from sheets.register.acts import Main
from sheets.register.database import only_one_pull

_WORDS = {
    "pulls": ("relevé", "relevés"),
    "actes": ("décision ou verrou", "décisions ou verrous"),
    "dossiers_en_vigueur": ("changement du dossier de la région", "changements du dossier de la région"),
}


@vigie_command("horloge")
@click.option("--yes", "yes", is_flag=True, help="Ramener vraiment ; sans cela, montre ce qui le serait.")
def command(yes: bool) -> None:
    """Show what bears a day after today; with `yes`, date it of now, and take off the locks that the service put too early."""
    workshop = open_workshop()
    now, db = workshop.current_time(), workshop.existing_register
    last = future_facts.ahead(db, now.date())
    if last is None:
        terminal.write(f"Rien n'est daté après aujourd'hui, le {day(now)}.", "green")
        return
    facts = [count_words(n, *_WORDS[table]) for table, n in future_facts.facts_ahead(db, now.date()).items() if n]
    terminal.write(f"Daté après aujourd'hui ({day(now)}), jusqu'au {day(last)} : {enumeration(facts)}.")
    if not yes:
        click.echo(
            "Rien n'a changé. Si aujourd'hui est bien le bon jour, ajoutez --yes : tout cela sera daté d'aujourd'hui."
        )
        return
    with only_one_pull(db):
        early = future_facts.locks_ahead(db, SERVICE.email, now.date())
        future_facts.bring_back(db, now)
    lifted = _lift(workshop.view(), now, early)
    click.echo(f"Tout cela est daté du {day(now)} ; aucun montant n'a changé.")
    if lifted:
        click.echo(f"{count_words(lifted, 'verrou posé trop tôt est levé', 'verrous posés trop tôt sont levés')}.")


def _lift(view: View, now: datetime, locks: list[tuple[str, str]]) -> int:
    """Take off the locks whose day has not come; they are put again at their hour."""
    hand, known, lifted = Main(view.db, view.folder, SERVICE, now), view.folder.campaigns, 0
    for code in dict.fromkeys(code for code, _ in locks):
        if code in known and known[code].lock > now.date():
            unlock, reason = ACTS["deverrouiller"], Given("posé par une horloge fausse")
            lifted += len(perform_all(hand, [Request(unlock, (code, ght), reason) for c, ght in locks if c == code]))
    return lifted
