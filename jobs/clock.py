"""`vigie horloge`: what a wrong clock dated after today, shown, then brought back to today. Takes nothing in, says nothing twice."""

from __future__ import annotations

from datetime import datetime

import click

from bots import terminal
from config.french import compte, enumeration, jour
from jobs.remind import SERVICE
from jobs.wiring import Atelier
from reports.view import Vue
from sheets.register import future_facts
from sheets.register.acts import Main, verrouille
from sheets.register.database import un_seul_releve

_WORDS = {
    "pulls": ("relevé", "relevés"),
    "actes": ("décision ou verrou", "décisions ou verrous"),
    "dossiers_en_vigueur": ("changement du dossier de la région", "changements du dossier de la région"),
}


def bring_back(atelier: Atelier, yes: bool) -> None:
    """Show what bears a day after today; with `yes`, date it of now, and take off the locks that the service put too early."""
    now, db = atelier.maintenant(), atelier.registre_existant
    last = future_facts.ahead(db, now.date())
    if last is None:
        terminal.ecrit(f"Rien n'est daté après aujourd'hui, le {jour(now)}.", "green")
        return
    facts = [compte(n, *_WORDS[table]) for table, n in future_facts.facts_ahead(db, now.date()).items() if n]
    terminal.ecrit(f"Daté après aujourd'hui ({jour(now)}), jusqu'au {jour(last)} : {enumeration(facts)}.")
    if not yes:
        click.echo(
            "Rien n'a changé. Si aujourd'hui est bien le bon jour, ajoutez --yes : tout cela sera daté d'aujourd'hui."
        )
        return
    with un_seul_releve(db):
        early = future_facts.locks_ahead(db, SERVICE.email, now.date())
        future_facts.bring_back(db, now)
    lifted = _lift(atelier.vue(), now, early)
    click.echo(f"Tout cela est daté du {jour(now)} ; aucun montant n'a changé.")
    if lifted:
        click.echo(f"{compte(lifted, 'verrou posé trop tôt est levé', 'verrous posés trop tôt sont levés')}.")


def _lift(view: Vue, now: datetime, locks: list[tuple[str, str]]) -> int:
    """Take off the locks whose day has not come; they are put again at their hour."""
    hand, known, lifted = Main(view.db, view.dossier, SERVICE, now), view.dossier.campagnes, 0
    for code in dict.fromkeys(code for code, _ in locks):
        if code in known and known[code].verrou > now.date():
            those = [ght for c, ght in locks if c == code]
            lifted += len(verrouille(hand, code, those, "posé par une horloge fausse", oui=False))
    return lifted
