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
from bots.slack.act_forms import FORMULAIRES, Vise, simple
from bots.slack.blocks import Bloc
from config.errors import UserError
from reports.view import Vue
from sheets.register import acts, claimed_events
from sheets.register.acts import LigneAbsente, Main

APPEL = "bureau-formulaire"
"""The name under which every form comes back."""
CHANGE = "Entre-temps, la situation a changé : rien n'est écrit. Relisez ce qui suit, puis renvoyez si vous le voulez encore."
PARTIE = "Cette ligne n'est plus dans la trame qui compte : un envoi plus récent l'a remplacée. Rien n'est écrit."
DEJA = "C'est déjà fait : cette demande avait été reçue."


class _DejaFait(Exception):  # noqa: N818 - a verdict on what was sent, not a fault
    pass


class _EtatChange(Exception):  # noqa: N818
    pass


def ouvre(cle: str, cible: str, main: Main, vue: Vue) -> Bloc:
    """The form, as a modal; a sentence instead when it is refused."""
    try:
        return _modale(cle, cible, FORMULAIRES[cle].vise(main, vue, cible))
    except LigneAbsente:
        return dit("Impossible", PARTIE)
    except UserError as faute:
        return dit("Impossible", str(faute))


def soumet(envoyee: Mapping[str, Any], main: Main, vue: Vue) -> dict[str, Any]:
    """Do what a form asks, and return what is said to the chat: errors under the fields, or another modal in its place."""
    porte = json.loads(envoyee["private_metadata"])
    cle, cible = porte["cle"], porte["cible"]
    f, valeurs = FORMULAIRES[cle], lues(envoyee["state"]["values"])
    requis = [b["block_id"] for b in envoyee["blocks"] if b["type"] == "input"]
    if vides := [champ for champ in requis if not valeurs.get(champ)]:
        return _erreurs({champ: acts.SANS_MOTIF if champ == "motif" else "À remplir." for champ in vides})

    def comme_montre() -> None:
        if not claimed_events.prend_aussi(main.db, [f"formulaire/{envoyee['id']}"], main.quand):
            raise _DejaFait
        if f.vise(main, vue, cible).empreinte != porte["empreinte"]:
            raise _EtatChange

    try:
        return a_la_place(dit("C'est fait", f.agit(replace(main, avant=comme_montre), cible, valeurs)))
    except _DejaFait:
        return a_la_place(dit("C'est fait", DEJA))
    except _EtatChange:
        return a_la_place(_modale(cle, cible, f.vise(main, vue, cible), CHANGE, valeurs.get("motif", "")))
    except LigneAbsente:
        return a_la_place(dit("Impossible", PARTIE))
    except UserError as faute:
        return _erreurs({f.champ: str(faute)}) if f.champ else a_la_place(dit("Impossible", str(faute)))


def dit(titre: str, phrase: str) -> Bloc:
    """A modal that only says something."""
    return {
        "type": "modal",
        "title": simple(titre),
        "close": simple("Fermer"),
        "blocks": [_numero(blocks.paragraphe(phrase), 0)],
    }


def lues(etat: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """What Slack says of each field, whatever its kind, without the blanks around."""
    rendues = {}
    for champ, elements in etat.items():
        e = next(iter(elements.values()), {})
        choisi = (e.get("selected_option") or {}).get("value")
        rendues[champ] = str(e.get("value") or choisi or e.get("selected_date") or "").strip()
    return rendues


def _modale(cle: str, cible: str, vise: Vise, avis: str = "", motif: str = "") -> Bloc:
    f = FORMULAIRES[cle]
    blocs = [blocks.paragraphe(avis)] if avis else []
    blocs += [blocks.paragraphe(vise.enjeu), *f.champs(vise)]
    for b in blocs:
        if motif and b.get("block_id") == "motif":
            b["element"]["initial_value"] = motif
    return {
        "type": "modal", "callback_id": APPEL, "title": simple(f.titre), "submit": simple(f.envoi), "close": simple("Annuler"),
        "private_metadata": json.dumps({"cle": cle, "cible": cible, "empreinte": vise.empreinte}),
        "blocks": [_numero(b, rang) for rang, b in enumerate(blocs)],
    }  # fmt: skip


def _numero(bloc: Bloc, rang: int) -> Bloc:
    return {"block_id": f"bureau-{rang}", **bloc}


def a_la_place(modale: Bloc) -> dict[str, Any]:
    """What Slack is told for another modal to take the place of the one that was sent."""
    return {"response_action": "update", "view": modale}


def _erreurs(par_champ: dict[str, str]) -> dict[str, Any]:
    return {"response_action": "errors", "errors": par_champ}
