"""The forms by which people act from a chat: what each shows, asks and does. Never opens one, never says that it was sent.

What each does is the very act of the command line; what each shows holds no word that was typed in a trame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bots import act_words
from bots.slack import blocks
from bots.slack.blocks import Bloc
from config.campaign import Campagne
from config.errors import UserError
from config.french import enumeration, euros, grand_montant, jour
from config.territory import Perimetre
from reports.due.reminders import destinataires
from reports.gains import gains
from reports.progress import Etat, etats
from reports.sayable import reference_dicible
from reports.view import Sujet, Vue
from sheets.cells import date_
from sheets.checks import CATALOGUE
from sheets.findings import Gravite
from sheets.register import acts, stored_lines
from sheets.register.acts import LigneVisee, Main
from sheets.register.decisions import Decision, Suite, decisions, have_changed, suites
from sheets.register.what_counts import qui_compte

CONSTATS = 6
"""Findings named on the form of one line."""
OPTIONS, OPTION = 100, 75
"""What Slack takes: choices in a list, characters in one."""
DISCRET = "Ce mot passe par Slack : ni fournisseur, ni prix."

Valeurs = Mapping[str, str]
"""What was typed or chosen, by field; empty when nothing was."""


@dataclass(frozen=True, slots=True)
class Vise:
    """What a form is about as it stands now, in words of ours, and what its list offers: (value, words)."""

    enjeu: str
    choix: tuple[tuple[str, str], ...] = ()

    @property
    def empreinte(self) -> str:
        """Changes whenever what was shown does."""
        return hashlib.sha256(repr((self.enjeu, self.choix)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Formulaire:
    """`vise` and `agit` raise UserError without the right; a refusal is shown under `champ`, or in place of the form."""

    mots: str
    """How it is offered."""
    titre: str
    envoi: str
    champ: str
    vise: Callable[[Main, Vue, str], Vise]
    champs: Callable[[Vise], list[Bloc]]
    agit: Callable[[Main, str, Valeurs], str]
    """Does it, and says so in a sentence."""


def simple(texte: str) -> Bloc:
    """Words of ours where Slack takes no mark."""
    return {"type": "plain_text", "text": texte, "emoji": False}


# What each form shows


def _une_ligne(main: Main, ligne: LigneVisee) -> str:
    """Whose line, at which cell, what it is worth, where it stands, what the checks say of it."""
    t = main.dossier.territoire
    constats = [
        r.constat.code
        for r in stored_lines.constats_de(main.db, [ligne.onglet], (Gravite.REJET, Gravite.ALERTE), main.jour)
        if r.reference == ligne.reference
    ]
    dits = [f"• {CATALOGUE[c].titre} ({c}). {CATALOGUE[c].pourquoi}" for c in dict.fromkeys(constats) if c in CATALOGUE]
    etat = _etat(main, ligne, _decision(main, ligne))
    return "\n".join([
        f"*{t.etablissements[ligne.finess].nom}* ({t.ghts[ligne.ght].nom})",
        f"Ligne {reference_dicible(ligne.reference)}, cellule {ligne.cellule}",
        f"Gain de l'exercice : *{euros(ligne.gain_exercice)}*, {etat}",
        *dits[:CONSTATS],
    ])  # fmt: skip


def _decision(main: Main, ligne: LigneVisee) -> Decision | None:
    prises = decisions(main.db, [ligne.onglet], main.jour)
    return next((d for d in prises if d.reference == ligne.reference), None)


def _etat(main: Main, ligne: LigneVisee, d: Decision | None) -> str:
    """« retirée par les contrôles », « gardée par décision du 10/03/2022 (Référent PHARE) »: never the reason typed."""
    if d is None:
        return "retirée par les contrôles" if ligne.bloquee else "comptée"
    par = main.dossier.personnes.get(d.par)
    qui = f"décision du {jour(date.fromisoformat(d.le[:10]))}{f' ({par.fonction})' if par else ''}"
    if d.caduque:
        return f"{'retirée' if d.bloquee else 'comptée'} : {have_changed(d.changed)} depuis la {qui}"
    revoir = f" ; {have_changed(d.changed)} depuis : à revoir" if d.changed else ""
    return f"{'retirée' if d.bloquee else 'gardée'} par {qui}{revoir}"


def _a_decider(main: Main, vue: Vue, cible: str) -> Vise:
    ligne = acts.ligne_visee(main, cible)
    d = _decision(main, ligne)
    retiree = d.bloquee if d else ligne.bloquee
    tranchee = d is not None and not d.changed and d.bloquee
    choix = [("retenir", "Garder : elle compte")] if retiree else []
    choix += (
        [("retirer", "Laisser retirée : c'est tranché" if retiree else "Retirer : elle ne compte plus")]
        if not tranchee
        else []
    )
    choix += [("revenir", "Rendre la ligne aux contrôles")] if d else []
    return Vise(_une_ligne(main, ligne), tuple(choix))


def _a_noter(main: Main, vue: Vue, cible: str) -> Vise:
    return Vise(_une_ligne(main, acts.ligne_visee(main, cible, ght_aussi=True)))


def _ght(main: Main, vue: Vue, cible: str, *, ght_aussi: bool = False) -> tuple[Campagne, Etat, str]:
    """A GHT in a campaign (« 2021-annuelle/BFC-08 »), and what is said of it on every form about it."""
    code, _, ght = cible.partition("/")
    c = acts.campagne_nommee(main.dossier, code)
    acts.exige(main, ght, c.code, ght_aussi=ght_aussi)
    sujet = Sujet(Perimetre("ght", ght), c.exercice, c.code)
    (etat,) = etats(vue, sujet)
    t = gains(vue, sujet).totaux
    mots = "\n".join([
        f"*{etat.ght.nom}*, {c.titre}, à rendre le {jour(etat.echeance)} : {blocks.sans_motif(etat.mots)}",
        f"{grand_montant(t.gain_declare)} déclarés, {grand_montant(t.gain_retire)} retirés, {grand_montant(t.gain_retenu)} retenus",
    ])  # fmt: skip
    return c, etat, mots


def _d_un_ght(main: Main, vue: Vue, cible: str) -> Vise:
    return Vise(_ght(main, vue, cible)[2])


def muets(main: Main, campagne: Campagne, ght: str) -> tuple[tuple[str, str], ...]:
    """The établissements of a GHT (FINESS, name) that have neither sent a tab nor said they had nothing to declare."""
    membres = main.dossier.territoire.membres(ght, campagne.situation)
    recus = qui_compte(main.db, [campagne.code], main.jour, [e.finess for e in membres])
    dits = suites(main.db, campagne.code, main.jour).get(ght, Suite()).neants
    return tuple((e.finess, e.nom) for e in membres if e.finess not in recus and e.finess not in dits)


def _sans_rien(main: Main, vue: Vue, cible: str) -> Vise:
    c, etat, mots = _ght(main, vue, cible, ght_aussi=True)
    choix = muets(main, c, etat.ght.code)
    if not choix:
        raise UserError(f"Tous les établissements de {etat.ght.nom} ont déjà répondu : faites corriger la trame.")
    return Vise(mots, choix)


def _a_relancer(main: Main, vue: Vue, cible: str) -> Vise:
    _, etat, mots = _ght(main, vue, cible)
    if etat.repondu:
        raise UserError(f"{etat.ght.nom} a déjà répondu : il n'y a rien à relancer.")
    qui = enumeration(list(dict.fromkeys(p.fonction for p in destinataires(vue, etat.ght, "ght"))), 3)
    return Vise(f"{mots}\nSera relancé : {qui}")


# What each form asks


def _motif(etiquette: str = "Motif", indice: str = DISCRET) -> Bloc:
    saisie = {"type": "plain_text_input", "action_id": "motif", "multiline": True, "max_length": 500}
    return {
        "type": "input",
        "block_id": "motif",
        "label": simple(etiquette),
        "element": saisie,
        "hint": simple(indice),
    }


def _options(choix: tuple[tuple[str, str], ...]) -> list[Bloc]:
    return [{"text": simple(mots[:OPTION]), "value": valeur} for valeur, mots in choix[:OPTIONS]]


def _decision_et_motif(vise: Vise) -> list[Bloc]:
    boutons = {"type": "radio_buttons", "action_id": "sens", "options": _options(vise.choix)}
    return [{"type": "input", "block_id": "sens", "label": simple("Décision"), "element": boutons}, _motif()]


def _etablissement_et_motif(vise: Vise) -> list[Bloc]:
    liste = {"type": "static_select", "action_id": "finess", "options": _options(vise.choix),
             "placeholder": simple("Choisissez")}  # fmt: skip
    champ = {"type": "input", "block_id": "finess", "label": simple("Établissement"), "element": liste}
    return [champ, _motif("Motif", f"Qui l'a dit, et comment. {DISCRET}")]


def _jour_et_motif(_: Vise) -> list[Bloc]:
    calendrier = {"type": "datepicker", "action_id": "jusqu_au"}
    return [
        {"type": "input", "block_id": "jusqu_au", "label": simple("Nouvelle échéance"), "element": calendrier},
        _motif(),
    ]


# What each form does


def _decide(main: Main, cible: str, v: Valeurs) -> str:
    return act_words.decidee(acts.decide(main, cible, v["sens"], v["motif"]), v["sens"])


def _note(main: Main, cible: str, v: Valeurs) -> str:
    return act_words.notee(acts.note(main, cible, v["motif"]))


def _prolonge(main: Main, cible: str, v: Valeurs) -> str:
    campagne, _, ght = cible.partition("/")
    jusqu_au = date_(v["jusqu_au"])
    if not isinstance(jusqu_au, date):
        raise UserError(f"« {v['jusqu_au']} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.")
    acts.prolonge(main, campagne, ght, jusqu_au, v["motif"])
    return act_words.prolongee(main.dossier.territoire.ghts[ght].nom, campagne, jusqu_au)


def _valide(main: Main, cible: str, v: Valeurs, *, oui: bool = True) -> str:
    campagne, _, ght = cible.partition("/")
    acts.valide(main, campagne, ght, v["motif"], oui=oui)
    return act_words.validee(main.dossier.territoire.ghts[ght].nom, campagne, oui=oui)


def _devalide(main: Main, cible: str, v: Valeurs) -> str:
    return _valide(main, cible, v, oui=False)


def _dit_neant(main: Main, cible: str, v: Valeurs) -> str:
    campagne = cible.partition("/")[0]
    acts.dit_neant(main, campagne, v["finess"], v["motif"])
    return act_words.neant(v["finess"], campagne, main.personne.fonction)


def _relance(main: Main, cible: str, _: Valeurs) -> str:
    campagne, _sep, ght = cible.partition("/")
    acts.relance(main, campagne, ght)
    return act_words.relancee(main.dossier.territoire.ghts[ght].nom, campagne)


FORMULAIRES = {
    "decider": Formulaire("Décider", "Garder ou retirer", "Décider", "sens", _a_decider, _decision_et_motif, _decide),
    "noter": Formulaire("Laisser un mot", "Laisser un mot", "Noter", "motif", _a_noter, lambda _: [_motif("Mot")], _note),
    "valider": Formulaire("Valider", "Valider la trame", "Valider", "motif", _d_un_ght, lambda _: [_motif()], _valide),
    "devalider": Formulaire("Lever la validation", "Lever la validation", "Lever", "motif", _d_un_ght, lambda _: [_motif()],
                            _devalide),
    "prolonger": Formulaire("Prolonger l'échéance", "Prolonger l'échéance", "Prolonger", "jusqu_au", _d_un_ght, _jour_et_motif,
                            _prolonge),
    "neant": Formulaire("N'a rien à déclarer", "Rien à déclarer", "Noter", "finess", _sans_rien, _etablissement_et_motif,
                        _dit_neant),
    "relancer": Formulaire("Relancer maintenant", "Relancer maintenant", "Relancer", "", _a_relancer, lambda _: [], _relance),
}  # fmt: skip
"""Every form, by the name that a button carries."""
