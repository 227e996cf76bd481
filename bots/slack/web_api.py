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

from bots.log import sans_secret
from bots.slack.conversation import Profil
from config.french import enumeration

SCOPES = (
    "app_mentions:read", "chat:write", "commands", "files:read", "files:write", "im:history", "im:write", "users:read",
    "users:read.email",
)  # fmt: skip
"""What the bot asks of a workspace, and nothing more; the manifest asks for the same."""
API = "https://slack.com/api/"
DELAI = 10
"""Seconds after which a call is given up."""
ESSAIS = 2
PATIENCE = 20
"""Seconds that Slack may ask us to wait; beyond, the call is given up."""
journal = logging.getLogger("vigie.slack")
REVOQUE = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type")


@dataclass(frozen=True)
class Reglages:
    """The two tokens and the address; None is what nobody set. Tokens never appear in a repr."""

    bot: str | None = field(default=None, repr=False)
    app: str | None = field(default=None, repr=False)
    adresse: str | None = None

    @property
    def manquants(self) -> list[str]:
        noms = {"VIGIE_SLACK_BOT_TOKEN": self.bot, "VIGIE_SLACK_APP_TOKEN": self.app}
        return [nom for nom, valeur in noms.items() if not valeur]


class AttenteBornee(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, when that is reasonable."""

    def _can_retry(
        self, *, state: RetryState, request: HttpRequest, response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:  # fmt: skip
        if response is None or response.status_code != 429:
            return False
        demande = {nom.lower(): valeurs for nom, valeurs in response.headers.items()}.get("retry-after", ["1"])
        return str(demande[0]).isdigit() and int(demande[0]) <= PATIENCE


def reprises() -> list[RetryHandler]:
    """What is tried again, a few times: too many requests, a cut connection, a fault of theirs."""
    return [
        AttenteBornee(max_retry_count=ESSAIS),
        ConnectionErrorRetryHandler(max_retry_count=ESSAIS),
        ServerErrorRetryHandler(max_retry_count=ESSAIS),
    ]


def client(jeton: str | None, adresse: str | None) -> WebClient:
    return WebClient(token=jeton, base_url=base(adresse), timeout=DELAI, retry_handlers=reprises())


def base(adresse: str | None) -> str:
    """The address of the API; one that is given without a path gets Slack's."""
    if not adresse:
        return API
    return f"{adresse.rstrip('/')}/" if urlsplit(adresse).path.strip("/") else f"{adresse.rstrip('/')}/api/"


def profil(web: WebClient, identifiant: str, equipe: str) -> Profil:
    """What Slack vouches for: the address of a living account of our own workspace, unless it says it is not confirmed."""
    u: dict[str, Any] = web.users_info(user=identifiant)["user"]
    grid = (u.get("enterprise_user") or {}).get("teams") or ()  # an organisation of several workspaces
    ours = u.get("team_id", equipe) == equipe or equipe in grid
    if not ours or u.get("is_stranger") or u.get("is_bot") or u.get("deleted"):
        journal.info("Quelqu'un d'un autre espace, un robot ou un compte fermé a écrit : il n'est pas connu.")
        return Profil("")
    if u.get("is_email_confirmed") is False:
        return Profil(identifiant)
    return Profil(identifiant, str(u.get("profile", {}).get("email") or ""))


def dit(faute: Exception) -> str:
    """A refusal of Slack, or its silence, in a sentence that says what to do."""
    if isinstance(faute, SlackApiError):
        code = str(faute.response.get("error", "")) if isinstance(faute.response.data, dict) else ""
        if code in REVOQUE:
            return (
                f"Slack refuse le jeton ({code}) : il est faux, ou a été révoqué. Reprenez-le dans la page de "
                "l'application, puis VIGIE_SLACK_BOT_TOKEN (xoxb-…) et VIGIE_SLACK_APP_TOKEN (xapp-…)."
            )
        if code == "missing_scope":
            return f"Il manque à l'application Slack le droit « {faute.response.get('needed')} » ; réinstallez-la depuis le manifeste."
        return (
            f"Slack refuse ({code or 'réponse illisible'}). Réessayez ; si cela dure, voyez https://status.slack.com."
        )
    return f"Slack ne répond pas ({sans_secret(str(faute) or type(faute).__name__)}). Vérifiez le réseau et VIGIE_SLACK_BASE_URL."


def examine(reglages: Reglages) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the Slack settings, a sentence each. Calls Slack, changes nothing."""
    bons, soucis = [], [f"Il manque le réglage {nom} (ou {nom}_FILE)." for nom in reglages.manquants]
    for examen, jeton in ((_examine_le_robot, reglages.bot), (_examine_la_connexion, reglages.app)):
        if jeton:
            try:
                dits, fautes = examen(client(jeton, reglages.adresse))
                bons += dits
                soucis += fautes
            except Exception as faute:
                soucis.append(dit(faute))
    return bons, soucis


def _examine_le_robot(web: WebClient) -> tuple[list[str], list[str]]:
    rendu = web.auth_test()
    entetes = {nom.lower(): valeur for nom, valeur in (rendu.headers or {}).items()}
    accordes = entetes.get("x-oauth-scopes")
    bons = [f"Slack : le robot « {rendu.get('user')} » est connu de l'espace « {rendu.get('team')} »."]
    if accordes is None:
        return [*bons, "Slack n'a pas dit quels droits il accorde : ils n'ont pas pu être vérifiés."], []
    manquent = [s for s in SCOPES if s not in {a.strip() for a in str(accordes).split(",")}]
    if not manquent:
        return [*bons, f"Slack : les {len(SCOPES)} droits nécessaires sont accordés."], []
    return bons, [
        f"Il manque à l'application Slack le droit « {s} » ; ajoutez-le dans OAuth & Permissions, puis réinstallez-la."
        for s in manquent
    ]


def _examine_la_connexion(web: WebClient) -> tuple[list[str], list[str]]:
    web.apps_connections_open(app_token=str(web.token))
    return ["Slack : la connexion (Socket Mode) s'ouvre."], []


def noms(manquants: list[str]) -> str:
    """« VIGIE_SLACK_BOT_TOKEN et VIGIE_SLACK_APP_TOKEN »."""
    return enumeration(manquants)
