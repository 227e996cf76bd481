"""`vigie remind` and `campaign open`: who would be told what, now, and why not the others; with --send, tells them.

Words nothing itself. Also puts the lock at its hour."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

import click

from bots import delivery, terminal
from bots.delivery import Canal, Choix, Envoi
from bots.letters import composing
from bots.letters.alert_words import ALERTES
from bots.letters.letter import Lettre
from config.campaign import PARIS
from config.errors import UserError
from config.french import compte, enumeration, jour
from config.ladder import dates
from config.rights import Personne
from config.territory import FRANCE
from config.working_hours import a_l_ouverture, raison_d_attendre
from jobs.wiring import Atelier
from reports import progress
from reports.due.reminders import Silence, au_jour, en_cours
from reports.view import Sujet, Vue
from sheets.register.acts import Main, campagne_nommee, verrouille
from sheets.register.decisions import derniers_verrous

SERVICE = Personne("vigie", "le service", "dgos", FRANCE)
"""In whose name the lock is put when nobody puts it by hand."""
SANS_CANAL = (
    "Rien ne peut partir : ni Slack ni le courrier ne sont réglés. Donnez VIGIE_SLACK_BOT_TOKEN "
    "(docs/installer-slack.md) ou VIGIE_SMTP_URL (docs/recevoir.md)."
)
MONTRES = 8
"""Territories named under one reason for silence; `--json` names every person."""


def est_une_alerte(genre: str) -> bool:
    """Whether a kind of message tells where things stand, rather than what someone owes."""
    return genre in ALERTES


def relance(atelier: Atelier, envoie: bool, en_json: bool, choisie: Choix = lambda genre, campagne: True) -> None:
    """Show what is due, or deliver it. Raises UserError when nothing can carry it."""
    vue, instant = atelier.vue(), atelier.maintenant()
    canaux = atelier.canaux()
    if not envoie:
        (_objet if en_json else _montre)(vue, atelier, canaux, choisie)
        return
    if not canaux:
        raise UserError(SANS_CANAL)
    faits = delivery.tourne(vue, atelier.maintenant, canaux, choisie).faits
    if en_json:
        click.echo(json.dumps({"au": instant.isoformat(timespec="seconds"), "messages": faits}, ensure_ascii=False))
    else:
        terminal.ecrit(f"{bilan(faits)}.")
        if raison := raison_d_attendre(instant, vue.dossier.heures):
            terminal.ecrit(f"Rien ne part maintenant : {raison}.")


def bilan(faits: Mapping[str, int]) -> str:
    """« 11 messages dits, 2 à dire plus tard »."""
    mots = {
        "dit": ("message dit", "messages dits"), "à dire": ("à dire plus tard", "à dire plus tard"),
        "refusé": ("refusé", "refusés"), "doute": ("douteux", "douteux"), "nul": ("devenu inutile", "devenus inutiles"),
    }  # fmt: skip
    dits = [compte(faits.get(etat, 0), *m) for etat, m in mots.items() if etat == "dit" or faits.get(etat)]
    return ", ".join(dits)


def ouvre(atelier: Atelier, campagne: str, envoie: bool, en_json: bool) -> None:
    """The opening of one campaign, alone: each GHT's trame, to its team. Begins the register. Raises UserError before its day."""
    c = campagne_nommee(atelier.dossier, campagne)
    if atelier.maintenant() < a_l_ouverture(c.ouverture, atelier.dossier.heures):
        raise UserError(
            f"La {c.titre} ouvre le {jour(c.ouverture)} : rien ne part avant. Pour l'ouvrir plus tôt, changez "
            f"« ouverture » dans {atelier.dossier.chemin / 'campagnes.csv'}."
        )
    atelier.begin()
    relance(atelier, envoie, en_json, lambda genre, code: genre in ("", "ouverture") and code == campagne)


def verrouille_a_l_heure(vue: Vue, instant: datetime) -> dict[str, list[str]]:
    """Lock the GHT whose hour has come: the end of the working day of their lock. Return them, by campaign.

    Idempotent, and never against a referent: what one took off since stays off.
    """
    vue, faits = au_jour(vue, instant), {}
    main = Main(vue.db, vue.dossier, SERVICE, instant)
    for c in (c for c in en_cours(vue) if c.verrou <= vue.au):
        touches = derniers_verrous(vue.db, c.code)
        venus = []
        for e in progress.etats(vue, Sujet(FRANCE, c.exercice, c.code)):
            heure = datetime.combine(dates(c, e.echeance).verrou, time(vue.dossier.heures.ferme), PARIS)
            dernier = touches.get(e.ght.code)
            if heure <= instant and not e.verrouillee and not (dernier and dernier >= heure):
                venus.append(e.ght.code)
        if venus:
            faits[c.code] = verrouille(main, c.code, venus, "verrou prévu au calendrier de la campagne")
    return faits


def _lettres(
    vue: Vue, atelier: Atelier, canaux: Sequence[Canal], choisie: Choix
) -> tuple[list[tuple[Envoi, str, Lettre]], list[Silence]]:
    """(to whom, by which channel, the letter) of all that would leave, and the silences."""
    instant = atelier.maintenant()
    envois, silences = delivery.a_dire(vue, instant, choisie)
    rendues = []
    for e in envois:
        canal = next((c for c in canaux if c.adresse(e.personne)), None)
        adresse = canal.adresse(e.personne) if canal else e.personne.email
        lettre = composing.lettre(au_jour(vue, instant), e.relances, e.personne, "", adresse)
        rendues.append((e, canal.nom if canal else "", lettre))
    return rendues, silences


def _objet(vue: Vue, atelier: Atelier, canaux: Sequence[Canal], choisie: Choix) -> None:
    lettres, silences = _lettres(vue, atelier, canaux, choisie)
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


def _montre(vue: Vue, atelier: Atelier, canaux: Sequence[Canal], choisie: Choix) -> None:
    lettres, silences = _lettres(vue, atelier, canaux, choisie)
    quoi = "Partiraient maintenant" if canaux else "À envoyer"
    terminal.titre(f"{quoi} ({atelier.maintenant():%d/%m/%Y à %Hh%M}) : {compte(len(lettres), 'lettre')}")
    for e, canal, lettre in lettres:
        montre_la_lettre(e, canal, lettre)
    raisons = _par_raison(vue, silences, lettres)
    if raisons or lettres:
        terminal.titre("Ne reçoivent rien")
    for (campagne, qui, raison), noms in sorted(raisons.items()):
        terminal.ecrit(f"  {' · '.join(filter(None, (campagne, qui, raison)))} : {enumeration(noms, MONTRES)}")
    if not raisons and lettres:
        terminal.ecrit("  personne : tout ce qui est à envoyer est ci-dessus.")
    elif not raisons:
        terminal.ecrit("Rien n'est dû en ce moment." if any(en_cours(vue)) else "Aucune campagne n'est en cours.")
    if lettres:
        terminal.ecrit("Rien n'est parti : ajoutez --send pour envoyer." if canaux else SANS_CANAL, "bold")


def montre_la_lettre(e: Envoi, canal: str, lettre: Lettre) -> None:
    """One letter as it would leave, its words as they are."""
    etapes = enumeration(list(dict.fromkeys(r.cle.etape for r in e.relances)))
    terminal.ecrit("")
    terminal.ecrit(
        f"→ {e.personne.email} ({e.personne.fonction}){f', {canal}' if canal else ''} — {etapes}", "bold cyan"
    )
    terminal.ecrit(f"  {lettre.objet}", "bold")
    for ligne in lettre.texte.rstrip().split("\n"):
        terminal.ecrit(f"  | {ligne}".rstrip())
    for piece in lettre.pieces:
        terminal.ecrit(f"  Jointe : {piece.nom}")


def _par_raison(
    vue: Vue, silences: Iterable[Silence], lettres: Sequence[tuple[Envoi, str, Lettre]]
) -> dict[tuple[str, str, str], list[str]]:
    """By campaign, function and reason, the territories for which someone is told nothing now, under any role."""
    ghts, personnes = vue.dossier.territoire.ghts, vue.dossier.personnes
    rendu = defaultdict[tuple[str, str, str], dict[str, None]](dict)
    dites = {(r.cle.unite, r.cle.personne) for e, _, _ in lettres for r in e.relances}
    for s in silences:
        if (s.unite, s.personne) not in dites:
            qui = personnes[s.personne].fonction if s.personne in personnes else ""
            rendu[s.campagne, qui, s.raison][ghts[s.unite].nom if s.unite in ghts else s.unite] = None
    return {cle: list(noms) for cle, noms in rendu.items()}
