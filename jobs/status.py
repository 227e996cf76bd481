"""What is stale or wrong: pulls, sources, folder, backups, deadlines. Looks at everything, changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bots import terminal
from bots.slack.conversation import SERVICE
from config.campaign import Campagne, campagne_du_jour
from config.folder import EXEMPLE
from config.french import compte, enumeration, jour, nombre_d_octets
from config.secrets import est_masque
from config.territory import FRANCE
from jobs.commands import en_etats
from jobs.steps import PAS, ne_va_pas
from jobs.wiring import Atelier, sources
from reports.progress import etats
from reports.view import Sujet, Vue
from sheets.register import (
    claimed_events,
    erasing,
    future_facts,
    health,
    mail_replies,
    outbox,
    received_files,
    step_history,
)
from sheets.register.claimed_events import Signe
from sheets.register.database import FIRST_STEP
from sheets.register.decisions import impossible_extensions
from sheets.register.future_facts import WAY_BACK
from sheets.register.pulls import PAR_SLACK

SOUFFRANCE = 14
"""Days for which an answer that did not leave is told."""
OUBLI = timedelta(days=15)
"""After which a message that went wrong is no longer worth mending."""
SHOWN = 20
"""Sentences of one kind; the rest is counted."""
SILENCE = 180
"""Seconds without a sign of life after which the bot is taken for dead; it leaves one every half minute."""


@dataclass
class Constat:
    """What was looked at. `soucis` make the exit code 1; `a_noter` does not: a late GHT is not a fault of Vigie."""

    dossier: str
    registre: str
    taille: int | None = None
    dernier_releve: dict[str, Any] | None = None
    jours_depuis_releve: int | None = None
    dossier_change: bool = False
    derniere_sauvegarde: dict[str, Any] | None = None
    sources: list[dict[str, Any]] = field(default_factory=list)
    slack: dict[str, Any] | None = None
    service: dict[str, Any] | None = None
    courrier: list[dict[str, Any]] = field(default_factory=list)
    en_retard: list[str] = field(default_factory=list)
    soucis: list[str] = field(default_factory=list)
    a_noter: list[str] = field(default_factory=list)


def etat(atelier: Atelier, en_json: bool) -> int:
    """Say when the register was last fed and what is wrong; 1 if anything is."""
    empreinte = atelier.dossier.empreinte  # first: what is wrong in the folder is said before all else
    c = Constat(str(atelier.chemin_dossier), str(atelier.chemin_registre))
    if atelier.chemin_registre.exists():
        vue = atelier.vue()
        fichiers = (Path(f"{atelier.chemin_registre}{suite}") for suite in ("", "-wal"))
        c.taille = sum(f.stat().st_size for f in fichiers if f.exists())
        _clock(c, vue)
        _releve(c, vue, empreinte)
        _sources(c, vue)
        _illisibles(c, vue)
        _sauvegarde(c, vue)
        _purge(c, vue)
        _service(c, vue, atelier.maintenant())
        _chat(c, vue, atelier.maintenant())
        _courrier(c, vue, atelier.maintenant())
        _messages(c, vue, atelier.maintenant())
        _retards(c, vue)
        _extensions(c, vue)
    else:
        c.soucis.append(f"Le registre « {c.registre} » n'existe pas encore. {FIRST_STEP}")
    if en_json:
        click.echo(json.dumps(asdict(c), ensure_ascii=False, indent=1))
    else:
        _montre(c, empreinte)
    return int(bool(c.soucis))


def sante(atelier: Atelier) -> int:
    """Say whether the service lives, and nothing else; 1 if it does not. A step that fails is no reason to start it again."""
    signe = claimed_events.dernier_signe(atelier.registre_existant, step_history.LE_SERVICE)
    vit = signe is not None and signe.etat == "vivant" and _age(signe, atelier.maintenant()) <= SILENCE
    quand = f", dernier signe de vie le {_quand(signe.le)}" if signe else ""
    terminal.ecrit(f"Le service vit{quand}." if vit else f"Le service ne vit pas{quand}.", "" if vit else "yellow")
    return int(not vit)


def _age(signe: Signe, maintenant: datetime) -> float:
    """Seconds between a sign of life and now; one that bears a later hour is as far from now as it says."""
    return abs((maintenant - signe.le).total_seconds())


def _clock(c: Constat, vue: Vue) -> None:
    if last := future_facts.ahead(vue.db, vue.au):
        c.soucis.append(
            f"Le registre a des faits datés jusqu'au {jour(last)}, après aujourd'hui ({jour(vue.au)}) : ils ne sont pas "
            f"comptés, et rien d'autre n'est relevé. {WAY_BACK}"
        )


def _extensions(c: Constat, vue: Vue) -> None:
    """A deadline that cannot be was given: it counts for nothing, and whoever gave it should give another."""
    for e in impossible_extensions(vue.db):
        ght = vue.dossier.territoire.ghts.get(e.ght)
        c.soucis.append(
            f"La prolongation de {ght.nom if ght else e.ght} pour {e.campagne}, donnée par {e.par} le {e.le[:10]}, dit « {e.valeur} » : "
            f"elle ne compte pas. Donnez-en une autre : vigie campaign extend {e.campagne} --ght {e.ght} --jusqu-au DATE"
        )


def _releve(c: Constat, vue: Vue, empreinte: str) -> None:
    c.dernier_releve = received_files.dernier_releve(vue.db)
    if c.dernier_releve is None:
        return
    c.jours_depuis_releve = _jours(c.dernier_releve["debut"], vue.au)
    if c.dernier_releve["etat"] == "interrompu":
        c.soucis.append("Le dernier relevé a été interrompu ; relancez vigie pull, rien n'est perdu.")
    ouverte = _campagne(vue)
    limite = vue.dossier.garde.releve_jours
    if ouverte.ouverture <= vue.au <= ouverte.verrou and c.jours_depuis_releve > limite:
        c.soucis.append(
            f"Le dernier relevé date de {compte(c.jours_depuis_releve, 'jour')}, et la {ouverte.titre} est ouverte "
            f"({limite} au plus) ; lancez vigie pull."
        )
    c.dossier_change = health.dossier_du_dernier_releve(vue.db) != empreinte
    if c.dossier_change:
        c.soucis.append(
            "Le dossier de la région a changé depuis le dernier relevé : ce qui a déjà été reçu reste jugé selon "
            "l'ancien. Lancez : vigie rejudge"
        )


def _sources(c: Constat, vue: Vue) -> None:
    """A source is silent when it is gone, or holds nothing where it held workbooks. Once some are set, only those matter."""
    reglees = {str(s.resolve()): s for s in sources()}
    for s in health.sources(vue.db):
        muette = not _la(s.chemin) or (s.classeurs == 0 and s.au_plus > 0)
        c.sources.append(
            {"chemin": s.chemin, "dernier_releve": s.dernier_releve, "classeurs": s.classeurs, "muette": muette}
        )
        if muette and (s.chemin in reglees or not (reglees or PAR_SLACK in Path(s.chemin).parts)):
            quoi = "ne tient plus aucun classeur" if _la(s.chemin) else "n'existe plus, ou n'est plus accessible"
            c.soucis.append(
                f"La source « {s.chemin} » {quoi} (elle en a eu jusqu'à {s.au_plus}). Rétablissez-la, puis relancez vigie pull."
            )
    for chemin in reglees.keys() - {s["chemin"] for s in c.sources}:
        if not _la(chemin):
            c.soucis.append(
                f"La source « {chemin} » n'a jamais pu être relevée. Corrigez VIGIE_SOURCES, ou rétablissez-la."
            )


def _illisibles(c: Constat, vue: Vue) -> None:
    c.soucis += bounded(
        [sentence for _, sentence in health.unread(vue.db)],
        "autre fichier ou dossier illisible",
        "autres fichiers ou dossiers illisibles",
    )
    refuses = [
        f"{Path(chemin).name}{f', onglet {feuille}' if feuille else ''} : {message}"
        for chemin, feuille, message in received_files.non_lus(vue.db, vue.au)
        if _la(chemin)
    ]
    c.soucis += bounded(refuses, "autre fichier ou onglet refusé", "autres fichiers ou onglets refusés")


def bounded(sentences: Sequence[str], one: str, many: str) -> list[str]:
    """The first sentences of a kind, and how many more there are: a page that scrolls for ever is read by nobody."""
    rest = len(sentences) - SHOWN
    return [*sentences[:SHOWN], *([f"… et {compte(rest, one, many)}."] if rest > 0 else [])]


def _sauvegarde(c: Constat, vue: Vue) -> None:
    derniere, premier = health.derniere_sauvegarde(vue.db), health.premier_releve(vue.db)
    limite = vue.dossier.garde.sauvegarde_jours
    if derniere:
        c.derniere_sauvegarde = {**derniere._asdict(), "jours": _jours(derniere.le, vue.au)}
        if not _la(derniere.chemin):
            c.a_noter.append(f"La dernière sauvegarde n'est plus à sa place ({derniere.chemin}).")
    age = _jours(derniere.le if derniere else premier, vue.au) if derniere or premier else 0
    if age > limite:
        quoi = "La dernière sauvegarde date de" if derniere else "Aucune sauvegarde depuis le premier relevé, il y a"
        c.soucis.append(f"{quoi} {compte(age, 'jour')} ({limite} au plus) ; lancez vigie backup.")


def _purge(c: Constat, vue: Vue) -> None:
    if erasing.is_owed(vue.db):
        c.soucis.append("Une purge a été interrompue avant de rendre la place au disque ; relancez : vigie purge --yes")


def _service(c: Constat, vue: Vue, maintenant: datetime) -> None:
    """Whether the service lives, and how each of its steps last went. Nothing where no step was ever taken."""
    signe = claimed_events.dernier_signe(vue.db, step_history.LE_SERVICE)
    if signe and signe.etat == "arrêté":
        c.a_noter.append(f"Le service est arrêté depuis le {_quand(signe.le)} ; pour le relancer : vigie run")
    elif signe and _age(signe, maintenant) > SILENCE:
        c.soucis.append(f"Le service ne donne plus signe de vie depuis le {_quand(signe.le)} ; relancez vigie run.")
    pas_dits: dict[str, dict[str, str | None]] = {}
    for p in PAS:
        bien, faute = step_history.derniere_reussite(vue.db, p.cle), step_history.panne(vue.db, p.cle)
        if bien or faute:
            pas_dits[p.cle] = {"le": bien.le.isoformat() if bien else None, "panne": faute.dit if faute else None}
        if faute or (signe and signe.etat == "vivant"):
            dit = ne_va_pas(vue.db, p, maintenant)
            c.soucis += [f"{p.titre.capitalize()} {dit}"] if dit else []
    if signe or pas_dits:
        c.service = {
            "etat": signe.etat if signe else None,
            "le": signe.le.isoformat() if signe else None,
            "pas": pas_dits,
        }


def _quand(le: datetime) -> str:
    return f"{le:%d/%m/%Y à %Hh%M}"


def _chat(c: Constat, vue: Vue, maintenant: datetime) -> None:
    """A bot that was stopped on purpose is noted; one that fell silent is a fault. Nothing where there never was one."""
    signe = claimed_events.dernier_signe(vue.db, SERVICE)
    if signe is None:
        return
    age = int(_age(signe, maintenant))
    c.slack = {"etat": signe.etat, "le": signe.le.isoformat(), "secondes": age}
    quand = _quand(signe.le)
    if signe.etat == "arrêté":
        c.a_noter.append(f"Le robot Slack est arrêté depuis le {quand} ; pour le relancer : vigie slack")
    elif signe.etat == "muet" or age > SILENCE:
        c.soucis.append(
            f"Le robot Slack ne donne plus signe de vie depuis le {quand} ; lancez vigie doctor, puis vigie slack."
        )


def _courrier(c: Constat, vue: Vue, maintenant: datetime) -> None:
    """The answers to mails that did not leave, or may not have. Whether the mailbox is read at all is told with the steps."""
    dits = []
    for r in mail_replies.en_souffrance(vue.db, maintenant, SOUFFRANCE):
        quoi = {"à répondre": "n'a pas encore pu partir", "refusé": "n'est pas partie", "doute": "est douteuse"}[r.etat]
        c.courrier.append({"expediteur": r.expediteur, "etat": r.etat, "le": r.le, "motif": r.motif})
        dits.append(
            f"Courrier : la réponse à {r.expediteur} {quoi} ({jour(date.fromisoformat(r.le[:10]))}) : {r.motif}"
        )
    c.soucis += bounded(dits, "autre réponse à un courriel", "autres réponses à des courriels")
    if capped := mail_replies.turned_away(vue.db, maintenant - timedelta(days=1)):
        c.a_noter.append(
            f"Courrier : {compte(capped, 'courriel')} d'expéditeurs inconnus depuis un jour, au-delà du plafond de lettres : "
            "sans réponse, dans « À voir ». Pour changer le plafond : VIGIE_IMAP_URL, ?inconnus=NOMBRE."
        )


def _messages(c: Constat, vue: Vue, maintenant: datetime) -> None:
    """Messages that may have arrived, that nobody took, or that are stuck: each is named once, for a while."""
    phrases = {
        "doute": "est peut-être arrivé, peut-être pas, et ne sera pas redit : demandez-lui",
        "refusé": "n'a pas pu être dit : corrigez personnes.csv, et prévenez autrement",
        "pris": "est resté en route : relancez vigie remind --send",
    }
    dits = []
    for r in outbox.en_etat(vue.db, *phrases):
        age = maintenant - r.le
        if age < OUBLI and (r.etat != "pris" or age > outbox.BAIL):
            pourquoi = f" ({r.raison})" if r.raison else ""
            dits.append(
                f"Le message « {r.cle.etape} » ({r.cle.campagne}, {r.cle.unite}) à {r.cle.personne}, du "
                f"{r.le:%d/%m/%Y à %Hh%M}, {phrases[r.etat]}{pourquoi}."
            )
    c.soucis += bounded(dits, "autre message", "autres messages")


def _retards(c: Constat, vue: Vue) -> None:
    """The GHT whose deadline has passed and that still owe their trame, in the campaign under way."""
    campagne = _campagne(vue)
    tous = etats(vue, Sujet(FRANCE, campagne.exercice, campagne.code))
    c.en_retard = [e.ght.code for e in tous if e.en_retard and not e.repondu]
    if c.en_retard:
        noms = enumeration([e.ght.nom for e in tous if e.ght.code in c.en_retard], 5)
        c.a_noter.append(
            f"{campagne.titre.capitalize()}, échéance du {jour(campagne.echeance)} passée : "
            f"{compte(len(c.en_retard), 'GHT attendu', 'GHT attendus')} ({noms})."
        )


def _campagne(vue: Vue) -> Campagne:
    return campagne_du_jour(vue.dossier.campagnes.values(), vue.au)


def _jours(iso: str | None, au: date) -> int:
    return (au - datetime.fromisoformat(iso).date()).days if iso else 0


def _montre(c: Constat, empreinte: str) -> None:
    nom = "l'exemple fourni" if Path(c.dossier) == EXEMPLE else c.dossier
    terminal.ecrit(f"Dossier : {nom} ({empreinte[:8]}), sans faute. Registre : {c.registre}")
    if c.dernier_releve:
        quand = f"{datetime.fromisoformat(c.dernier_releve['debut']):%d/%m/%Y à %Hh%M}"
        dit = en_etats(c.dernier_releve) if c.dernier_releve["etat"] == "fini" else c.dernier_releve["etat"]
        terminal.ecrit(f"Dernier relevé le {quand}, {_il_y_a(c.jours_depuis_releve)} : {dit}.")
    if c.taille is not None:
        s = c.derniere_sauvegarde
        sauvee = f"{_il_y_a(s['jours'])}, {s['chemin']} ({nombre_d_octets(s['octets'])})" if s else "aucune"
        terminal.ecrit(f"Taille du registre : {nombre_d_octets(c.taille)}. Dernière sauvegarde : {sauvee}.")
    for souci in c.soucis:
        terminal.ecrit(f"À voir : {souci}", "yellow")
    for note in c.a_noter:
        terminal.ecrit(f"À noter : {note}")
    if not c.soucis:
        terminal.ecrit("Tout est en ordre.", "green")


def _il_y_a(jours: int | None) -> str:
    return f"il y a {compte(jours, 'jour')}" if jours else "aujourd'hui"


def _la(chemin: str) -> bool:
    """Whether a file or a folder is still there; one whose name is hidden is taken to be."""
    try:
        return est_masque(chemin) or Path(chemin).exists()
    except OSError:  # a share that no longer answers
        return False
