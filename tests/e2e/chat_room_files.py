"""Files between people and the bot, against a local Slack: asked for, dropped, kept. Run inside a network of its own.

Prints one JSON object: what each step gave; the files received are written beside the register.
"""

from __future__ import annotations

import json
import sys
import uuid
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.chat_room import (
    CHANNEL,
    DIRECT_CHANNEL,
    PORT,
    REFERENT,
    TOKENS,
    Message,
    bot_messages,
    call_server,
    new_messages,
    press_button,
    read_by_all,
    robot,
    said,
    slack_local,
)


def drop_file(file: Path, channel: str = DIRECT_CHANNEL, user: str = REFERENT) -> None:
    """Drop a file in a conversation, as a person does."""
    mark = uuid.uuid4().hex
    fields = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("channel", channel), ("user", user), ("text", "voici"))
    )
    heading = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    body = f"{fields}{heading}".encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connection:
        connection.request("POST", "/_control/upload", body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
        result = json.load(connection.getresponse())
        assert result["ok"], result


def direct_channel_of_bot() -> str:
    """The conversation that Slack opened when the bot wrote to the person."""
    state = call_server("state")
    channels = [c["id"] for c in state["channels"] if c.get("is_im") and REFERENT in c.get("members", [])]
    return str(max(channels, key=lambda s: max((float(m["ts"]) for m in bot_messages(s)), default=0.0)))


def download(message: Message, where: Path) -> list[str]:
    """Download what came with a message, as a person opens it; the names it was written under."""
    names = []
    for f in message.get("files", []):
        url = urlsplit(f["url_private_download"])
        with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connection:
            connection.request("GET", url.path, headers={"Authorization": f"Bearer {TOKENS['VIGIE_SLACK_BOT_TOKEN']}"})
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            name = f"recu-{f['id']}-{f['name']}"
            (where / name).write_bytes(answer.read())
            names.append(name)
    return names


def scenario(binary_path: str, where: Path) -> dict[str, Any]:
    played: dict[str, Any] = {}
    with slack_local(binary_path, where), robot(where, "robot"):
        played["image"] = new_messages(DIRECT_CHANNEL, lambda: said("gains BFC 2021 en image", DIRECT_CHANNEL))
        played["tableur"] = new_messages(DIRECT_CHANNEL, lambda: said("et en tableur ?", DIRECT_CHANNEL))
        played["mention"] = new_messages(CHANNEL, lambda: said("<@U0BOT> gains GHT Jura 2021"))
        played["bouton_au_salon"] = new_messages(
            CHANNEL, lambda: press_button(played["mention"][0], "vigie-image", REFERENT)
        )
        played["read_by_all"] = read_by_all()
        played["chez_lui"] = bot_messages(direct_channel_of_bot())[-2:]
        played["trame"] = new_messages(DIRECT_CHANNEL, lambda: drop_file(where / "Tartempion.xlsx"), 2)
        button = next(e["action_id"] for e in played["trame"][0]["blocks"][-1]["elements"])
        played["autre"] = new_messages(DIRECT_CHANNEL, lambda: drop_file(where / "autre.xlsx"))
        played["garde"] = new_messages(DIRECT_CHANNEL, lambda: press_button(played["trame"][0], button, REFERENT))
        played["retour"] = new_messages(DIRECT_CHANNEL, lambda: said("retour GHT Nièvre 2021", DIRECT_CHANNEL))
        for stage in ("image", "tableur", "chez_lui", "trame", "retour"):
            played[f"{stage}_recus"] = [n for m in played[stage] for n in download(m, where)]
    played["ecrits"] = (where / "robot.log").read_text(encoding="utf-8")
    return played


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
