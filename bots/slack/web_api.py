"""Slack's Web API as the bot uses it: bounded retries, what it says of a person, what is wrong with a token, in a sentence.

Never words an answer, never reads the environment.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import (
    ConnectionErrorRetryHandler,
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryHandler,
    RetryState,
)
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler

from bots.log import without_secret
from bots.slack.conversation import Profile
from config import environment
from config.french import enumeration

SCOPES = (
    "app_mentions:read", "chat:write", "commands", "files:read", "files:write", "im:history", "im:write", "users:read",
    "users:read.email",
)  # fmt: skip
"""What the bot asks of a workspace, and nothing more; the manifest asks for the same."""
API = "https://slack.com/api/"
TIMEOUT = 10
"""Seconds after which a call is given up."""
ATTEMPTS = 2
PATIENCE = 20
"""Seconds that Slack may ask us to wait; beyond, the call is given up."""
journal = logging.getLogger("vigie.slack")
REVOKED = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type")


@dataclass(frozen=True)
class SlackSettings:
    """The two tokens and the address; None is what nobody set. Tokens never appear in a repr."""

    bot: str | None = field(default=None, repr=False)
    app: str | None = field(default=None, repr=False)
    address: str | None = None

    @property
    def missing_scopes(self) -> list[str]:
        names = {environment.SLACK_BOT_TOKEN: self.bot, environment.SLACK_APP_TOKEN: self.app}
        return [name for name, value in names.items() if not value]


class BoundedWait(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, when that is reasonable."""

    def _can_retry(
        self, *, state: RetryState, request: HttpRequest, response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:  # fmt: skip
        if response is None or response.status_code != 429:
            return False
        web_request = {name.lower(): values for name, values in response.headers.items()}.get("retry-after", ["1"])
        return str(web_request[0]).isdigit() and int(web_request[0]) <= PATIENCE


def retries() -> list[RetryHandler]:
    """What is tried again, a few times: too many requests, a cut connection, a fault of theirs."""
    return [
        BoundedWait(max_retry_count=ATTEMPTS),
        ConnectionErrorRetryHandler(max_retry_count=ATTEMPTS),
        ServerErrorRetryHandler(max_retry_count=ATTEMPTS),
    ]


def client(token: str | None, address: str | None) -> WebClient:
    return WebClient(token=token, base_url=base(address), timeout=TIMEOUT, retry_handlers=retries())


def base(address: str | None) -> str:
    """The address of the API; one that is given without a path gets Slack's."""
    if not address:
        return API
    return f"{address.rstrip('/')}/" if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}/api/"


def profile(web: WebClient, identifier: str, team: str) -> Profile:
    """What Slack vouches for: the address of a living account of our own workspace, unless it says it is not confirmed."""
    u: dict[str, Any] = web.users_info(user=identifier)["user"]
    grid = (u.get("enterprise_user") or {}).get("teams") or ()  # an organisation of several workspaces
    ours = u.get("team_id", team) == team or team in grid
    if not ours or u.get("is_stranger") or u.get("is_bot") or u.get("deleted"):
        journal.info("Quelqu'un d'un autre espace, un robot ou un compte fermé a écrit : il n'est pas connu.")
        return Profile("")
    if u.get("is_email_confirmed") is False:
        return Profile(identifier)
    return Profile(identifier, str(u.get("profile", {}).get("email") or ""))


def said(fault: Exception) -> str:
    """A refusal of Slack, or its silence, in a sentence that says what to do."""
    if isinstance(fault, SlackApiError):
        code = str(fault.response.get("error", "")) if isinstance(fault.response.data, dict) else ""
        if code in REVOKED:
            return (
                f"Slack refuse le jeton ({code}) : il est faux, ou a été révoqué. Reprenez-le dans la page de "
                f"l'application, puis {environment.SLACK_BOT_TOKEN} (xoxb-…) et {environment.SLACK_APP_TOKEN} (xapp-…)."
            )
        if code == "missing_scope":
            return f"Il manque à l'application Slack le droit « {fault.response.get('needed')} » ; réinstallez-la depuis le manifeste."
        return (
            f"Slack refuse ({code or 'réponse illisible'}). Réessayez ; si cela dure, voyez https://status.slack.com."
        )
    return f"Slack ne répond pas ({without_secret(str(fault) or type(fault).__name__)}). Vérifiez le réseau et {environment.SLACK_BASE_URL}."


def examine(settings: SlackSettings) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the Slack settings, a sentence each. Calls Slack, changes nothing."""
    successes, troubles = [], [f"Il manque le réglage {name} (ou {name}_FILE)." for name in settings.missing_scopes]
    for examination, token in ((_check_bot, settings.bot), (_check_connection, settings.app)):
        if token:
            try:
                all_said, faults = examination(client(token, settings.address))
                successes += all_said
                troubles += faults
            except Exception as fault:
                troubles.append(said(fault))
    return successes, troubles


def _check_bot(web: WebClient) -> tuple[list[str], list[str]]:
    result = web.auth_test()
    headers = {name.lower(): value for name, value in (result.headers or {}).items()}
    granted_scopes = headers.get("x-oauth-scopes")
    successes = [f"Slack : le robot « {result.get('user')} » est connu de l'espace « {result.get('team')} »."]
    if granted_scopes is None:
        return [*successes, "Slack n'a pas dit quels droits il accorde : ils n'ont pas pu être vérifiés."], []
    missing_items = [s for s in SCOPES if s not in {a.strip() for a in str(granted_scopes).split(",")}]
    if not missing_items:
        return [*successes, f"Slack : les {len(SCOPES)} droits nécessaires sont accordés."], []
    return successes, [
        f"Il manque à l'application Slack le droit « {s} » ; ajoutez-le dans OAuth & Permissions, puis réinstallez-la."
        for s in missing_items
    ]


def _check_connection(web: WebClient) -> tuple[list[str], list[str]]:
    web.apps_connections_open(app_token=str(web.token))
    return ["Slack : la connexion (Socket Mode) s'ouvre."], []


def names(missing_scopes: list[str]) -> str:
    """« VIGIE_SLACK_BOT_TOKEN et VIGIE_SLACK_APP_TOKEN »."""
    return enumeration(missing_scopes)
