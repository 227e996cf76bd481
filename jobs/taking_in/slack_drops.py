"""A trame that someone hands over through the chat: taken in at once, in their own name.

Never judges: it takes in what was judged to answer them. Writes nowhere but in the register.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bots.slack.dropped_trame import HandedFile
from config.errors import UserError
from config.folder import Folder
from config.rights import Person
from jobs.taking_in.looked_into import SUFFIXES
from jobs.taking_in.take_in import on_behalf_of_a_ght, take_in
from jobs.wiring import Workshop
from sheets.judged import JudgedWorkbook
from sheets.register.database import only_one_pull
from sheets.register.pulls import BY_SLACK, BY_THE_GHT, Entry, FoundFile
from sheets.tab_names import FORBIDDEN_CHARACTERS

ON_BEHALF = "trame déposée sur Slack"
OUTCOME_BY_STATE = {
    "nouveau": "Trame gardée.",
    "modifie": "Trame gardée, à la place de celle que vous aviez déposée.",
    "inchange": "Cette trame était déjà gardée, à l'identique.",
}


def take(
    workshop: Workshop, person: Person, file: HandedFile, judged: JudgedWorkbook, folder: Folder
) -> str:  # fmt: skip
    """Take in one file for someone; say what became of it. Raises UserError when it is refused.

    `folder` is the region's folder it was judged by. A referent enters it on the GHT's behalf, and
    it is traced as such.
    """
    own_workshop = replace(workshop)  # a connection of its own: the chat answers in several threads
    now = own_workshop.current_time()
    entry = BY_THE_GHT if person.role == "ght" else Entry(person.email, ON_BEHALF)
    sender = on_behalf_of_a_ght(person, "messagerie", folder, now.date(), entry)
    path, when = str(_place(workshop, person, file.name)), int(now.timestamp() * 1e9)
    found_file = FoundFile(path, len(file.raw_bytes), when, file.content_hash, file.raw_bytes)
    try:
        with only_one_pull(own_workshop.register):
            files = [(found_file, judged)]
            taken_in = take_in(own_workshop.register, folder, sender, files, own_workshop.current_time)
    finally:
        own_workshop.register.close()
    received = taken_in.received_files[found_file.path]
    if received.reason:
        raise UserError(f"La trame n'a pas été gardée. {received.reason}")
    return OUTCOME_BY_STATE[received.state]


def _place(workshop: Workshop, person: Person, name: str) -> Path:
    """The path a person's file bears in the register: a folder of their own, where the same name
    replaces what they had given. The name is theirs, and never leads anywhere else."""
    whose = FORBIDDEN_CHARACTERS.sub("-", person.email)
    folder = workshop.register_path.resolve().parent / BY_SLACK / whose
    short = FORBIDDEN_CHARACTERS.sub("-", name).lstrip(".~$")[-120:]
    return folder / (short if Path(short).suffix.lower() in SUFFIXES else f"{short or 'trame'}.xlsx")
