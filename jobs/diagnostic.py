"""`vigie doctor`: what the machine provides, looked at one by one, a sentence each. Changes nothing, sends nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from bots import outgoing_mail, terminal
from bots.slack import web_api
from config.errors import UserError
from config.folder import EXEMPLE
from config.french import compte, enumeration
from config.territory import FRANCE, Perimetre
from jobs.taking_in.looked_into import look
from jobs.wiring import Atelier, imap, slack, smtp, sources
from sheets.sources import mailbox

Examen = tuple[list[str], list[str]]
"""(what is in order, what is to be mended), a sentence each."""
SHOWN = 20
"""Files of a source said to be out of reach; the rest are of the same kind."""
ADDRESS = r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}"
PasRegle = str
"""What nobody set, what the machine does without, and how to set it: a choice, not a fault."""


def examine(atelier: Atelier) -> int:
    """Say what is in order, what the machine does without, and what is to be mended; 1 if anything is."""
    soucis = 0
    for examen in (_dossier, _registre, _chat, _sources, _courrier, _boite):
        vu = _dit(examen, atelier)
        if isinstance(vu, PasRegle):
            terminal.ecrit(f"Facultatif : {vu}")
            continue
        bons, fautes = vu
        for phrase in bons:
            terminal.ecrit(f"En ordre : {phrase}")
        for phrase in fautes:
            terminal.ecrit(f"À régler : {phrase}", "yellow")
        soucis += len(fautes)
    return int(soucis > 0)


def _dit(examen: Callable[[Atelier], Examen | PasRegle], atelier: Atelier) -> Examen | PasRegle:
    try:
        return examen(atelier)
    except UserError as faute:
        return [], [str(faute)]


def _dossier(atelier: Atelier) -> Examen:
    nom = (
        "l'exemple fourni (réglez VIGIE_DOSSIER)" if atelier.chemin_dossier == EXEMPLE else str(atelier.chemin_dossier)
    )
    personnes = compte(len(atelier.dossier.personnes), "personne")
    return [f"Dossier de la région : {nom}, sans faute, {personnes}."], _people(atelier)


def _people(atelier: Atelier) -> list[str]:
    """Who cannot be told anything: no team, no referent, an address at which nothing can arrive."""
    dossier, au = atelier.dossier, atelier.maintenant().date()
    file = dossier.chemin / "personnes.csv"
    ghts = dossier.territoire.ghts_de(FRANCE, au)
    said = []
    if wrong := [f"« {email} »" for email in dossier.personnes if not re.fullmatch(ADDRESS, email)]:
        said.append(f"{file} : {enumeration(wrong, 8)} n'est pas une adresse ; écrivez par exemple achats@ght.fr.")
    held = {(p.role, p.perimetre) for p in dossier.personnes.values()}
    alone = [g.nom for g in ghts if ("ght", Perimetre("ght", g.code)) not in held]
    if alone:
        said.append(
            f"{file} : personne n'est connu pour {enumeration(alone, 8)} ; ses messages iront au référent. Ajoutez une "
            "ligne par personne (rôle ght, périmètre ght, code du GHT)."
        )
    for region in sorted({g.region for g in ghts}):
        if ("ars", Perimetre("region", region)) not in held:
            nom = dossier.territoire.nom(Perimetre("region", region))
            said.append(
                f"{file} : aucun référent pour {nom} ; personne n'y valide ni ne reçoit les alertes. Ajoutez-le (rôle ars, "
                f"périmètre region, code {region})."
            )
    if not ghts:
        said.append(
            f"{dossier.chemin / 'territoire.csv'} : aucun GHT. Chargez le territoire : vigie territory LISTE.csv"
        )
    return said


def _registre(atelier: Atelier) -> Examen:
    atelier.vue()
    return [f"Registre : « {atelier.chemin_registre} » s'ouvre."], []


def _chat(_atelier: Atelier) -> Examen | PasRegle:
    reglages = slack()
    if not (reglages.bot or reglages.app):
        noms = web_api.noms(reglages.manquants)
        return f"Slack n'est pas réglé, Vigie n'y répond pas et n'y écrit pas. Pour l'y mettre : {noms} (docs/installer-slack.md)."
    return web_api.examine(reglages)


def _sources(_atelier: Atelier) -> Examen | PasRegle:
    reglees = sources()
    if not reglees:
        return "aucun dossier de trames n'est réglé, il faut en donner un à vigie pull. Pour les régler : VIGIE_SOURCES (docs/recevoir.md)."
    seen = look(reglees)
    absentes = seen.absent
    return [f"Sources : « {s} » s'ouvre." for s in reglees if s not in absentes], [
        f"La source « {s} » n'existe pas, ou n'est pas accessible. Corrigez VIGIE_SOURCES, ou rétablissez-la."
        for s in absentes
    ] + [u.sentence for u in seen.unread[:SHOWN]]


def _courrier(atelier: Atelier) -> Examen | PasRegle:
    reglages = smtp(atelier.maintenant)
    if reglages is None:
        return "le courrier (SMTP) n'est pas réglé, aucune lettre ne part. Pour en envoyer : VIGIE_SMTP_URL (docs/recevoir.md)."
    return outgoing_mail.examine(reglages)


def _boite(_atelier: Atelier) -> Examen | PasRegle:
    reglages = imap()
    if reglages is None:
        return "la boîte aux lettres (IMAP) n'est pas réglée, aucune trame n'arrive par là. Pour la relever : VIGIE_IMAP_URL (docs/recevoir.md)."
    return mailbox.examine(reglages)
