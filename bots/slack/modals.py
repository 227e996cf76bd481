"""A form opened and sent back: shown as it stands, done once, refused in a sentence. Never decides what an act is.

Slack delivers again what it is unsure of, and people leave a form open: the act, its claim and a last look at what was
shown are one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bots.slack import blocks
from bots.slack.act_forms import ACT_FORMS, FormTarget, fields, perform, shown, simple
from bots.slack.blocks import Block
from config.errors import UserError
from reports.view import View
from sheets.register import acts, claimed_events
from sheets.register.acts import LineNotFound, Main

FORM_CALLBACK = "bureau-formulaire"
"""The name under which every form comes back."""
CHANGE = "Entre-temps, la situation a changé : rien n'est écrit. Relisez ce qui suit, puis renvoyez si vous le voulez encore."
LINE_GONE = "Cette ligne n'est plus dans la trame qui compte : un envoi plus récent l'a remplacée. Rien n'est écrit."
ALREADY_DONE = "C'est déjà fait : cette demande avait été reçue."


class _AlreadyDone(Exception):  # noqa: N818 - a verdict on what was sent, not a fault
    pass


class _StateChanged(Exception):  # noqa: N818
    pass


def open_form(key: str, target_code: str, main: Main, view: View) -> Block:
    """The form, as a modal; a sentence instead when it is refused."""
    try:
        return _modal(key, target_code, shown(ACT_FORMS[key], main, view, target_code))
    except LineNotFound:
        return said("Impossible", LINE_GONE)
    except UserError as fault:
        return said("Impossible", str(fault))


def submit(submitted: Mapping[str, Any], main: Main, view: View) -> dict[str, Any]:
    """Do what a form asks, and return what is said to the chat: errors under the fields, or another modal in its place."""
    carried = json.loads(submitted["private_metadata"])
    key, target_code = carried["cle"], carried["cible"]
    f, values = ACT_FORMS[key], fields_read(submitted["state"]["values"])
    required = [b["block_id"] for b in submitted["blocks"] if b["type"] == "input"]
    if empties := [form_field for form_field in required if not values.get(form_field)]:
        return _field_errors(
            {form_field: acts.NO_REASON if form_field == "motif" else "À remplir." for form_field in empties}
        )

    def check_as_shown() -> None:
        if not claimed_events.take_within(main.db, [f"formulaire/{submitted['id']}"], main.when):
            raise _AlreadyDone
        if shown(f, main, view, target_code).content_hash != carried["empreinte"]:
            raise _StateChanged

    try:
        return replace_modal(said("C'est fait", perform(f, replace(main, before=check_as_shown), target_code, values)))
    except _AlreadyDone:
        return replace_modal(said("C'est fait", ALREADY_DONE))
    except _StateChanged:
        return replace_modal(
            _modal(key, target_code, shown(f, main, view, target_code), CHANGE, values.get("motif", ""))
        )
    except LineNotFound:
        return replace_modal(said("Impossible", LINE_GONE))
    except UserError as fault:
        return _field_errors({required[0]: str(fault)}) if required else replace_modal(said("Impossible", str(fault)))


def said(title: str, sentence: str) -> Block:
    """A modal that only says something."""
    return {
        "type": "modal",
        "title": simple(title),
        "close": simple("Fermer"),
        "blocks": [_with_block_id(blocks.paragraph(sentence), 0)],
    }


def fields_read(state: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """What Slack says of each field, whatever its kind, without the blanks around."""
    given_back = {}
    for form_field, elements in state.items():
        e = next(iter(elements.values()), {})
        chosen = (e.get("selected_option") or {}).get("value")
        given_back[form_field] = str(e.get("value") or chosen or e.get("selected_date") or "").strip()
    return given_back


def _modal(key: str, target_code: str, target: FormTarget, notice: str = "", reason: str = "") -> Block:
    f = ACT_FORMS[key]
    block_list = [blocks.paragraph(notice)] if notice else []
    block_list += [blocks.paragraph(target.stake), *fields(f, target.choices)]
    for b in block_list:
        if reason and b.get("block_id") == "motif":
            b["element"]["initial_value"] = reason
    return {
        "type": "modal", "callback_id": FORM_CALLBACK, "title": simple(f.words.title), "submit": simple(f.words.submit), "close": simple("Annuler"),
        "private_metadata": json.dumps({"cle": key, "cible": target_code, "empreinte": target.content_hash}),
        "blocks": [_with_block_id(b, rank) for rank, b in enumerate(block_list)],
    }  # fmt: skip


def _with_block_id(block: Block, rank: int) -> Block:
    return {"block_id": f"bureau-{rank}", **block}


def replace_modal(modal: Block) -> dict[str, Any]:
    """What Slack is told for another modal to take the place of the one that was sent."""
    return {"response_action": "update", "view": modal}


def _field_errors(by_field: dict[str, str]) -> dict[str, Any]:
    return {"response_action": "errors", "errors": by_field}
