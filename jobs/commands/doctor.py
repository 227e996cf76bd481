"""`vigie doctor`: what the machine provides, looked at one by one, a sentence each. Changes nothing, sends nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from bots import outgoing_mail, terminal
from bots.slack import web_api
from config import environment
from config.errors import UserError
from config.folder import EXAMPLE
from config.french import count_words, enumeration
from config.territory import FRANCE, Scope
from jobs.command_line import open_workshop, vigie_command
from jobs.taking_in.looked_into import look
from jobs.wiring import Workshop, imap_settings, slack, smtp, sources
from sheets.sources import mailbox

CheckOutcome = tuple[list[str], list[str]]
"""(what is in order, what is to be mended), a sentence each."""
SHOWN = 20
"""Files of a source said to be out of reach; the rest are of the same kind."""
ADDRESS = r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}"
NotSetUp = str
"""What nobody set, what the machine does without, and how to set it: a choice, not a fault."""


@vigie_command("doctor")
def command() -> int:
    return examine(open_workshop())


def examine(workshop: Workshop) -> int:
    """Say what is in order, what the machine does without, and what is to be mended; 1 if anything is."""
    troubles = 0
    for examination in (_check_folder, _check_register, _chat, _sources, _check_mail_server, _check_mailbox):
        said = _run_check(examination, workshop)
        if isinstance(said, NotSetUp):
            terminal.write(f"Facultatif : {said}")
            continue
        successes, faults = said
        for sentence in successes:
            terminal.write(f"En ordre : {sentence}")
        for sentence in faults:
            terminal.write(f"À régler : {sentence}", "yellow")
        troubles += len(faults)
    return int(troubles > 0)


def _run_check(
    examination: Callable[[Workshop], CheckOutcome | NotSetUp], workshop: Workshop
) -> CheckOutcome | NotSetUp:
    try:
        return examination(workshop)
    except UserError as fault:
        return [], [str(fault)]


def _check_folder(workshop: Workshop) -> CheckOutcome:
    name = (
        f"l'exemple fourni (réglez {environment.FOLDER})"
        if workshop.folder_path == EXAMPLE
        else str(workshop.folder_path)
    )
    persons = count_words(len(workshop.folder.persons), "personne")
    return [f"Dossier de la région : {name}, sans faute, {persons}."], _people(workshop)


def _people(workshop: Workshop) -> list[str]:
    """Who cannot be told anything: no team, no referent, an address at which nothing can arrive."""
    folder, as_of = workshop.folder, workshop.current_time().date()
    file = folder.path / "personnes.csv"
    ghts = folder.territory.ghts_of(FRANCE, as_of)
    said = []
    if wrong := [f"« {email} »" for email in folder.persons if not re.fullmatch(ADDRESS, email)]:
        said.append(f"{file} : {enumeration(wrong, 8)} n'est pas une adresse ; écrivez par exemple achats@ght.fr.")
    held = {(p.role, p.scope) for p in folder.persons.values()}
    alone = [g.name for g in ghts if ("ght", Scope("ght", g.code)) not in held]
    if alone:
        said.append(
            f"{file} : personne n'est connu pour {enumeration(alone, 8)} ; ses messages iront au référent. Ajoutez une "
            "ligne par personne (rôle ght, périmètre ght, code du GHT)."
        )
    for region in sorted({g.region for g in ghts}):
        if ("ars", Scope("region", region)) not in held:
            name = folder.territory.name(Scope("region", region))
            said.append(
                f"{file} : aucun référent pour {name} ; personne n'y valide ni ne reçoit les alertes. Ajoutez-le (rôle ars, "
                f"périmètre region, code {region})."
            )
    if not ghts:
        said.append(f"{folder.path / 'territoire.csv'} : aucun GHT. Chargez le territoire : vigie territory LISTE.csv")
    return said


def _check_register(workshop: Workshop) -> CheckOutcome:
    workshop.view()
    return [f"Registre : « {workshop.register_path} » s'ouvre."], []


def _chat(_workshop: Workshop) -> CheckOutcome | NotSetUp:
    settings = slack()
    if not (settings.bot or settings.app):
        names = web_api.names(settings.missing_scopes)
        return f"Slack n'est pas réglé, Vigie n'y répond pas et n'y écrit pas. Pour l'y mettre : {names} (docs/installer-slack.md)."
    return web_api.examine(settings)


def _sources(_workshop: Workshop) -> CheckOutcome | NotSetUp:
    configured = sources()
    if not configured:
        return f"aucun dossier de trames n'est réglé, il faut en donner un à vigie pull. Pour les régler : {environment.SOURCES} (docs/recevoir.md)."
    seen = look(configured)
    missing_sources = seen.absent
    return [f"Sources : « {s} » s'ouvre." for s in configured if s not in missing_sources], [
        f"La source « {s} » n'existe pas, ou n'est pas accessible. Corrigez {environment.SOURCES}, ou rétablissez-la."
        for s in missing_sources
    ] + [u.sentence for u in seen.unread[:SHOWN]]


def _check_mail_server(workshop: Workshop) -> CheckOutcome | NotSetUp:
    settings = smtp(workshop.current_time)
    if settings is None:
        return f"le courrier (SMTP) n'est pas réglé, aucune lettre ne part. Pour en envoyer : {environment.SMTP_URL} (docs/recevoir.md)."
    return outgoing_mail.examine(settings)


def _check_mailbox(_workshop: Workshop) -> CheckOutcome | NotSetUp:
    settings = imap_settings()
    if settings is None:
        return f"la boîte aux lettres (IMAP) n'est pas réglée, aucune trame n'arrive par là. Pour la relever : {environment.IMAP_URL} (docs/recevoir.md)."
    return mailbox.examine(settings)
