"""`vigie alert`: where things stand, to those who must know of it; with --send, tells them."""

from jobs.command_line import json_option, open_workshop, send_option, vigie_command
from jobs.messages_due import is_alert, tell_due


@vigie_command("alert")
@send_option
@json_option
def command(send: bool, as_json: bool) -> None:
    tell_due(open_workshop(), send, as_json, lambda kind, _: is_alert(kind))
