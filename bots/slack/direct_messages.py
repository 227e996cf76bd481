"""Letters by Slack: a direct message that bears its key, looked up before it is ever said again; its two buttons.

Never decides what is said nor to whom. A post that was cut short is not tried again here: it may have arrived.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.delivery import Canal
from bots.letters import reminder_words
from bots.letters.letter import EnvoiError, Lettre
from bots.log import confie
from bots.slack import blocks, conversation, web_api
from bots.slack.conversation import Maison
from bots.slack.web_api import Reglages
from config.errors import UserError
from sheets.register import claimed_events as evenements
from sheets.register import replies
from sheets.register.acts import Main

MARGE = timedelta(hours=1)
"""How far before the claim a letter is looked for: Slack's clock is not ours."""
PAGES = 10
REPORT = 3
"""Days of « Me le rappeler dans 3 jours »."""
DEFINITIFS = (
    "user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "channel_not_found",
    "is_archived", "messages_tab_disabled", "user_deactivated", "restricted_action",
)  # fmt: skip
"""What Slack says of someone to whom nothing can be posted; anything else may pass."""
INCONNUS = ("users_not_found", "user_not_found")
journal = logging.getLogger("vigie.slack")


def canal(reglages: Reglages) -> Canal:
    """The channel. Only « too many requests » is tried again: Slack did nothing of those."""
    web = WebClient(
        token=reglages.bot, base_url=web_api.base(reglages.adresse), timeout=web_api.DELAI,
        retry_handlers=[web_api.AttenteBornee(max_retry_count=web_api.ESSAIS)],
    )  # fmt: skip
    poste = Poste(web)
    return Canal("slack", lambda p: poste.compte(p.slack, p.email), poste.envoie, poste.retrouve)


@dataclass(frozen=True)
class Poste:
    """Slack's side of a channel. Every refusal becomes an `EnvoiError`, in French."""

    web: WebClient
    comptes: dict[str, str] = field(default_factory=dict)

    def compte(self, identifiant: str, email: str) -> str:
        """Someone's account, by the folder or by their address; empty when they have none."""
        if identifiant or email in self.comptes:
            return identifiant or self.comptes[email]
        try:
            trouve = str(self.web.users_lookupByEmail(email=email)["user"]["id"])
        except SlackApiError as faute:
            if _code(faute) in INCONNUS:
                return ""
            raise _dite(faute) from faute
        except Exception as faute:
            raise _dite(faute) from faute
        self.comptes[email] = trouve
        return trouve

    def envoie(self, lettre: Lettre) -> str:
        """Post a letter; its attachments follow in its thread. Return « channel/time », Slack's name for it."""
        message = blocs(lettre)
        try:
            salon = self._salon(lettre.a)
            rendu = self.web.chat_postMessage(
                channel=salon, text=message.texte, blocks=list(message.blocs), unfurl_links=False, unfurl_media=False,
                parse="none", link_names=False,
            )  # fmt: skip
        except Exception as faute:
            raise _dite(faute) from faute
        self._joint(lettre, salon, str(rendu["ts"]))
        return f"{salon}/{rendu['ts']}"

    def retrouve(self, cle: str, adresse: str, depuis: datetime) -> str | None:
        """Slack's name for the letter that bears this key, if it is in that person's direct messages."""
        try:
            salon, suite = self._salon(adresse), ""
            for _ in range(PAGES):
                page: dict[str, Any] = self.web.conversations_history(
                    channel=salon, oldest=str((depuis - MARGE).timestamp()), limit=200, cursor=suite or None
                ).data  # type: ignore[assignment]
                for m in page["messages"]:
                    if any(b.get("block_id") == nom(cle) for b in m.get("blocks", ())):
                        return f"{salon}/{m['ts']}"
                suite = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not suite:
                    return None
        except Exception as faute:
            raise _dite(faute) from faute
        raise EnvoiError("la conversation est trop longue pour y retrouver le message", definitif=False)

    def _salon(self, compte: str) -> str:
        return str(self.web.conversations_open(users=compte)["channel"]["id"])

    def _joint(self, lettre: Lettre, salon: str, fil: str) -> None:
        """Best effort: the letter has arrived, and must not be said again for want of its attachment."""
        for piece in lettre.pieces:
            try:
                self.web.files_upload_v2(channel=salon, thread_ts=fil, file=piece.octets, filename=piece.nom)
            except Exception as faute:
                journal.warning("La pièce « %s » n'a pas pu être jointe : %s", piece.nom, web_api.dit(faute))


def nom(cle: str) -> str:
    """The name of the block that bears a letter's key."""
    return f"lettre-{cle}"


def blocs(lettre: Lettre) -> blocks.Message:
    """A letter in Block Kit, with its buttons if it can be answered."""
    boutons = [_boutons(lettre.cle)] if lettre.repond else []
    return blocks.lettre(lettre.objet, lettre.texte, nom(lettre.cle), boutons)


def _boutons(cle: str) -> blocks.Bloc:
    mots = {"noter": "Prendre en compte", "reporter": f"Me le rappeler dans {REPORT} jours"}
    elements = [
        {"type": "button", "action_id": f"rappel-{quoi}", "value": cle,
         "text": {"type": "plain_text", "text": dit, "emoji": False}}
        for quoi, dit in mots.items()
    ]  # fmt: skip
    return {"type": "actions", "block_id": "rappel", "elements": elements}


def ecoute(app: App, web: WebClient, maison: Maison, equipe: str, fil: Executor) -> None:
    """Take the two buttons: acknowledge at once, act once, say what was done in the letter's thread."""

    def repond_dans_le_fil(corps: dict[str, Any]) -> None:
        dit = repond(corps, maison, lambda qui: web_api.profil(web, qui, equipe))
        if dit:
            web.chat_postMessage(
                channel=corps["channel"]["id"], thread_ts=corps["message"]["ts"], text=dit.texte, blocks=list(dit.blocs)
            )

    @app.action(re.compile("^rappel-"))
    def bouton(ack: Callable[[], None], body: dict[str, Any]) -> None:
        confie(fil, repond_dans_le_fil, body)
        ack()


def repond(
    corps: dict[str, Any], maison: Maison, profil: Callable[[str], conversation.Profil]
) -> blocks.Message | None:
    """What is said to someone who pressed a button of a letter; None when that press was taken already."""
    action = corps["actions"][0]
    try:
        with maison.vue() as vue:
            cle = f"bouton/{corps.get('trigger_id') or action.get('action_ts')}"
            if not evenements.prend(vue.db, (cle,), maison.maintenant()):
                return None
            personne = conversation.qui(profil(corps["user"]["id"]), vue)
            if personne is None:
                return conversation.phrase_d_accueil()
            main = Main(vue.db, vue.dossier, personne, maison.maintenant())
            if action["action_id"] == "rappel-reporter":
                return blocks.phrase(reminder_words.reporte(replies.reporte(main, action["value"], REPORT)))
            replies.note(main, action["value"])
            return blocks.phrase(reminder_words.NOTE)
    except UserError as faute:
        return blocks.phrase(str(faute))
    except Exception:
        return conversation.panne()


def _code(faute: SlackApiError) -> str:
    return str(faute.response.get("error", "")) if isinstance(faute.response.data, dict) else ""


def _dite(faute: Exception) -> EnvoiError:
    definitif = isinstance(faute, SlackApiError) and _code(faute) in DEFINITIFS
    if definitif:
        assert isinstance(faute, SlackApiError)
        return EnvoiError(f"Slack n'accepte plus de message pour cette personne ({_code(faute)})", definitif=True)
    return EnvoiError(web_api.dit(faute), definitif=False)
