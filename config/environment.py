"""The settings of the machine, each named in one place and read here alone: they are no part of the region's folder."""

from __future__ import annotations

import os
from pathlib import Path

from config.errors import UserError

FOLDER = "VIGIE_DOSSIER"
REGISTER = "VIGIE_REGISTRE"
SOURCES = "VIGIE_SOURCES"
SMTP_URL = "VIGIE_SMTP_URL"
IMAP_URL = "VIGIE_IMAP_URL"
SLACK_BOT_TOKEN = "VIGIE_SLACK_BOT_TOKEN"  # noqa: S105 - a name, no secret
SLACK_APP_TOKEN = "VIGIE_SLACK_APP_TOKEN"  # noqa: S105
SLACK_BASE_URL = "VIGIE_SLACK_BASE_URL"
WATCH_URL = "VIGIE_VEILLE_URL"
WHAT = {
    FOLDER: "le dossier de la région",
    REGISTER: "le registre",
    SOURCES: "les dossiers où les trames arrivent, un par ligne ou séparés par « : »",
    SMTP_URL: "par où le courrier part, smtps://… ou smtp://… avec STARTTLS",
    IMAP_URL: "la boîte où les trames arrivent, imaps://… ou imap://… avec STARTTLS",
    SLACK_BOT_TOKEN: "le jeton du robot Slack, xoxb-…",
    SLACK_APP_TOKEN: "le jeton de l'application Slack (Socket Mode), xapp-…",
    SLACK_BASE_URL: "un autre serveur que celui de Slack",
    WATCH_URL: "l'adresse à qui dire que tout va bien",
}
"""What each is, in words. Each may also be given as NAME_FILE: a file that holds it."""


def setting(name: str) -> str | None:
    """A setting of the environment, or the content of the file that `…_FILE` names; None when there is neither.

    Raises UserError when that file cannot be read.
    """
    if value := os.environ.get(name, "").strip():
        return value
    file = os.environ.get(f"{name}_FILE", "").strip()
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as fault:
        raise UserError(f"{name}_FILE : « {file} » ne peut pas être lu. Donnez un fichier de texte.") from fault
