"""`vigie remind`: who would be told what they owe, now, and why not the others; with --send, tells them."""

from __future__ import annotations

from jobs.command_line import as_json_option, send_option, vigie_command, workshop
from jobs.messages_due import is_alert, tell_due


@vigie_command("remind")
@send_option
@as_json_option
def command(send: bool, as_json: bool) -> None:
    tell_due(workshop(), send, as_json, lambda kind, _: not is_alert(kind))
