"""A trame that someone hands over through the chat: put with the others they gave, and pulled at once, like any other.

Never judges by itself, and never takes what the pull refuses.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bots.slack.dropped_trame import HandedFile, may_keep
from config import safe_write
from config.errors import UserError
from config.rights import Person
from jobs.taking_in.folders import pull
from jobs.taking_in.looked_into import SUFFIXES
from jobs.wiring import Workshop
from sheets.register.pulls import BY_SLACK, BY_THE_GHT, Depot, Entry
from sheets.tab_names import FORBIDDEN_CHARACTERS

ON_BEHALF = "trame déposée sur Slack"
OUTCOME_BY_STATE = {
    "nouveau": "Trame gardée.",
    "modifie": "Trame gardée, à la place de celle que vous aviez déposée.",
    "inchange": "Cette trame était déjà gardée, à l'identique.",
}


def take(workshop: Workshop, person: Person, file: HandedFile) -> str:
    """Pull one file for someone; say what became of it. Raises UserError, and leaves nothing behind, when it is refused.

    A referent enters it on the GHT's behalf, and it is traced as such.
    """
    own_workshop = replace(workshop)  # a connection of its own: the chat answers in several threads
    path = _place(workshop, person, file.name)
    before = path.read_bytes() if path.exists() else None
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe_write.replace(path, file.raw_bytes, private=True)  # the one before is in the register
    try:
        return OUTCOME_BY_STATE[_pull_file(own_workshop, person, path)]
    except BaseException:
        safe_write.replace(path, before, private=True) if before is not None else path.unlink(missing_ok=True)
        raise
    finally:
        own_workshop.register.close()


def _pull_file(own_workshop: Workshop, person: Person, path: Path) -> str:
    """What the pull made of the file, its own folder being the source."""
    entry = BY_THE_GHT if person.role == "ght" else Entry(person.email, ON_BEHALF)
    day = own_workshop.current_time().date()
    summary = pull(
        own_workshop.register, own_workshop.folder, [path.parent], own_workshop.current_time, entry=entry,
        allowed=lambda ght: may_keep(person, ght, own_workshop.folder, day),
    )  # fmt: skip
    name = Depot(str(path), 0, 0).name
    received = next((r for r in summary.received_files if r.file == name), None)
    if received is None:
        raise UserError("La trame n'a pas pu être relue là où elle venait d'être posée. Déposez-la à nouveau.")
    if received.reason:
        raise UserError(f"La trame n'a pas été gardée. {received.reason}")
    return received.state


def _place(workshop: Workshop, person: Person, name: str) -> Path:
    """Where a person's file is kept: beside the register, in a folder of their own, where the same name replaces what they
    had given. The name is theirs, and never leads anywhere else."""
    folder = workshop.register_path.resolve().parent / BY_SLACK / FORBIDDEN_CHARACTERS.sub("-", person.email)
    short = FORBIDDEN_CHARACTERS.sub("-", name).lstrip(".~$")[-120:]
    return folder / (short if Path(short).suffix.lower() in SUFFIXES else f"{short or 'trame'}.xlsx")
