"""`vigie alert`: where things stand, to those who must know of it; with --send, tells them."""

from __future__ import annotations

from jobs.command_line import as_json_option, send_option, vigie_command, workshop
from jobs.messages_due import is_alert, tell_due


@vigie_command("alert")
@send_option
@as_json_option
def command(send: bool, as_json: bool) -> None:
    tell_due(workshop(), send, as_json, lambda kind, _: is_alert(kind))
