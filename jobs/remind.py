"""`vigie remind`: who would be told what, now, and why not the others; with --send, tells them. Words nothing itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import click

from bots import console, notify, redaction
from bots.lettre import Lettre
from bots.notify import Canal, Envoi
from config.errors import UserError
from config.langue import compte, enumeration
from jobs.wiring import Atelier
from reports.relances import Silence, au_jour
from reports.vue import Vue

MONTRES = 8
"""Territories named under one reason for silence; `--json` names every person."""


def relance(atelier: Atelier, envoie: bool, en_json: bool) -> None:
    """Show what is due, or deliver it. Raises UserError when nothing can carry it."""
    vue, instant = atelier.vue(), atelier.maintenant()
    canaux = atelier.canaux()
    if not envoie:
        (_objet if en_json else _montre)(vue, atelier, canaux)
        return
    if not canaux:
        raise UserError(
            "Aucun canal n'est réglé : rien ne peut partir. Donnez VIGIE_SLACK_BOT_TOKEN (docs/installer-slack.md), "
            "puis relancez ; sans --send, vigie remind montre ce qui partirait."
        )
    faits = notify.tourne(vue, instant, canaux).faits
    if en_json:
        click.echo(json.dumps({"au": instant.isoformat(timespec="seconds"), "messages": faits}, ensure_ascii=False))
        return
    mots = {
        "dit": "dit",
        "à dire": "remis à plus tard",
        "refusé": "refusé",
        "doute": "douteux",
        "nul": "devenu inutile",
    }
    console.ecrit(
        f"{compte(faits['dit'], 'message dit', 'messages dits')}"
        + "".join(f", {n} {mots[etat]}{'s' if n > 1 and etat != 'à dire' else ''}" for etat, n in faits.items() if etat != "dit" and n)
        + "."
    )  # fmt: skip


def _lettres(
    vue: Vue, atelier: Atelier, canaux: Sequence[Canal]
) -> tuple[list[tuple[Envoi, str, Lettre]], list[Silence]]:
    """(to whom, by which channel, the letter) of all that would leave, and the silences."""
    instant = atelier.maintenant()
    envois, silences = notify.a_dire(vue, instant)
    rendues = []
    for e in envois:
        canal = next((c for c in canaux if c.adresse(e.personne)), None)
        adresse = canal.adresse(e.personne) if canal else e.personne.email
        lettre = redaction.lettre(au_jour(vue, instant), e.relances, e.personne, "", adresse)
        rendues.append((e, canal.nom if canal else "", lettre))
    return rendues, silences


def _objet(vue: Vue, atelier: Atelier, canaux: Sequence[Canal]) -> None:
    lettres, silences = _lettres(vue, atelier, canaux)
    envois: list[dict[str, Any]] = [
        {"a": e.personne.email, "fonction": e.personne.fonction, "canal": canal, "objet": lettre.objet,
         "texte": lettre.texte, "pieces": [p.nom for p in lettre.pieces],
         "messages": [{**r.cle._asdict(), "genre": r.genre} for r in e.relances]}
        for e, canal, lettre in lettres
    ]  # fmt: skip
    rendu = {
        "au": atelier.maintenant().isoformat(timespec="seconds"), "envois": envois,
        "silences": [s._asdict() for s in silences],
    }  # fmt: skip
    click.echo(json.dumps(rendu, ensure_ascii=False, indent=1))


def _montre(vue: Vue, atelier: Atelier, canaux: Sequence[Canal]) -> None:
    lettres, silences = _lettres(vue, atelier, canaux)
    console.titre(
        f"Partiraient maintenant ({atelier.maintenant():%d/%m/%Y à %Hh%M}) : {compte(len(lettres), 'lettre')}"
    )
    for e, canal, lettre in lettres:
        montre_la_lettre(e, canal, lettre)
    console.titre("Ne reçoivent rien")
    for (campagne, raison), noms in sorted(_par_raison(vue, silences).items()):
        console.ecrit(f"  {campagne} · {raison} : {enumeration(noms, MONTRES)}")
    if not silences:
        console.ecrit("  personne : aucune campagne n'est en cours.")
    if lettres:
        console.ecrit("Rien n'est parti : ajoutez --send pour envoyer.", "bold")


def montre_la_lettre(e: Envoi, canal: str, lettre: Lettre) -> None:
    """One letter as it would leave, its words as they are."""
    etapes = enumeration(list(dict.fromkeys(r.cle.etape for r in e.relances)))
    console.ecrit("")
    console.ecrit(
        f"→ {e.personne.email} ({e.personne.fonction}){f', {canal}' if canal else ''} — {etapes}", "bold cyan"
    )
    console.ecrit(f"  {lettre.objet}", "bold")
    for ligne in lettre.texte.rstrip().split("\n"):
        console.ecrit(f"  | {ligne}".rstrip())
    for piece in lettre.pieces:
        console.ecrit(f"  Jointe : {piece.nom}")


def _par_raison(vue: Vue, silences: Iterable[Silence]) -> dict[tuple[str, str], list[str]]:
    """By campaign and reason, the territories that nobody is told about for that reason."""
    ghts, rendu = vue.dossier.territoire.ghts, defaultdict[tuple[str, str], dict[str, None]](dict)
    for s in silences:
        rendu[s.campagne, s.raison][ghts[s.unite].nom if s.unite in ghts else s.unite] = None
    return {raison: list(noms) for raison, noms in rendu.items()}
