"""The state of each GHT in a campaign, and who owes what: asked by the bot, the reminders and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from config.campaign import Campagne
from config.french import compte, jour
from config.territory import Ght
from reports.answer import Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue, somme
from sheets.register import received_files
from sheets.register.decisions import Suite, suites
from sheets.register.received_files import FichierRecu
from sheets.register.what_counts import OngletRecu, qui_compte

REPONDU = ("remise", "validée", "néant")
"""How far a GHT must be to owe nothing more."""


@dataclass(frozen=True, slots=True)
class Etat:
    """Where a GHT stands, on two axes: how far it is, and how sound what it sent is; and what was decided of it."""

    ght: Ght
    progres: str
    """attendue, ouverte, vue, remise, validée, néant."""
    sante: str
    """en ordre, à corriger, illisible; empty when nothing was received."""
    onglets: int
    attendus: int
    a_corriger: int
    retire: int
    """Cents struck out."""
    echeance: date
    """The campaign's, or the GHT's own when it was extended."""
    prolongee: bool = False
    en_retard: bool = False
    """Owes its trame past its deadline, or handed it in after."""
    verrouillee: bool = False
    apres_verrou: bool = False
    """A file came after the lock: kept and shown, not counted."""
    pour_le_compte: str = ""
    """Why someone entered it on the GHT's behalf."""
    prolongee_le: str = ""
    """The instant, as ISO text, at which it was extended."""

    @property
    def repondu(self) -> bool:
        return self.progres in REPONDU

    @property
    def mots(self) -> str:
        """« remise, 3 lignes à corriger, 2 onglets sur 5 »; once locked, nobody can mend them: they are struck."""
        if self.progres in ("attendue", "ouverte"):
            mots = ["fichier illisible" if self.sante == "illisible" else "rien reçu"]
        else:
            mots = ["vue, pas encore remise" if self.progres == "vue" else self.progres]
            if self.a_corriger and self.verrouillee:
                mots.append(compte(self.a_corriger, "ligne retirée", "lignes retirées"))
            elif self.a_corriger:
                mots.append(compte(self.a_corriger, "ligne") + " à corriger")
            if self.sante == "illisible":
                mots.append("dernier envoi illisible")
            if self.onglets < self.attendus:
                mots.append(f"{compte(self.onglets, 'onglet')} sur {self.attendus}")
        if self.repondu and self.en_retard:
            mots.append("en retard")
        if self.prolongee:
            mots.append(f"prolongée jusqu'au {jour(self.echeance)}")
        if self.pour_le_compte:
            mots.append(f"saisie pour son compte ({self.pour_le_compte})")
        if self.apres_verrou:
            mots.append("un envoi après le verrou, non compté")
        elif self.verrouillee:
            mots.append("trame verrouillée")
        return ", ".join(mots)


def etats(vue: Vue, sujet: Sujet, comptent: dict[str, OngletRecu] | None = None) -> list[Etat]:
    """The state of every GHT of a territory in the campaign under way, in the order of their codes.

    `comptent` spares the look-up of the tabs that count in that campaign, by FINESS, to whoever has them.
    """
    campagne = vue.campagne(sujet)
    if comptent is None:
        comptent = qui_compte(vue.db, [campagne.code], vue.au, vue.finess(sujet))
    attendus = vue.ghts(sujet)
    envois: dict[str, list[FichierRecu]] = {}
    for f in received_files.fichiers_recus(vue.db, [campagne.code], vue.au, [g.code for g in attendus]):
        envois.setdefault(f.ght, []).append(f)
    decides = suites(vue.db, campagne.code, vue.au)
    return [_etat(vue, g, campagne, comptent, envois.get(g.code, []), decides.get(g.code, Suite())) for g in attendus]


def _etat(
    vue: Vue, ght: Ght, campagne: Campagne, comptent: dict[str, OngletRecu], envois: list[FichierRecu], suite: Suite
) -> Etat:
    membres = vue.dossier.territoire.membres(ght.code, campagne.situation)
    siens = [comptent[e.finess] for e in membres if e.finess in comptent and comptent[e.finess].fichier]
    recus = {o.finess for o in siens}
    dits_neants = {e.finess: suite.neants[e.finess] for e in membres if e.finess in suite.neants.keys() - recus}
    totaux = somme(siens)
    comptes = {o.fichier for o in siens}
    saisies = [f.saisi_motif for f in envois if f.id in comptes and f.saisi_par]
    echeance = suite.prolongee_au or campagne.echeance
    complet = len(siens) + len(dits_neants) == len(membres)
    progres = _progres(campagne, siens, dits_neants, complet, envois, suite, vue.au)
    repondu = [f.recu_le for f in envois if f.id in comptes] + [jour.isoformat() for jour in dits_neants.values()]
    return Etat(
        ght,
        progres,
        _sante(siens, envois, totaux.lignes_rejetees),
        len(siens) + len(dits_neants),
        len(membres),
        totaux.lignes_rejetees,
        totaux.gain_retire,
        echeance,
        prolongee=suite.prolongee_au is not None,
        en_retard=max(repondu) > echeance.isoformat() if progres in REPONDU else vue.au > echeance,
        verrouillee=suite.verrouillee_le is not None,
        apres_verrou=suite.verrouillee_le is not None
        and any(f.id > suite.verrouillee_a and f.id not in comptes for f in envois),
        pour_le_compte=saisies[-1] if saisies else "",
        prolongee_le=suite.prolongee_le,
    )


def _progres(
    campagne: Campagne, siens: list[OngletRecu], neants: Mapping[str, date], complet: bool, envois: list[FichierRecu],
    suite: Suite, au: date,
) -> str:  # fmt: skip
    """How far a GHT is: what was read, what was said, what the referent validated.

    « Néant » said of some établissements does not answer for the others, unless the trame was handed in.
    """
    if suite.validee_le and (siens or neants):
        return "validée"
    remise = bool(siens) and all(o.remis for o in siens)
    if all(o.neant for o in siens) and (complet or remise):
        return "néant"
    if remise:
        return "remise"
    if siens or any(f.etat != "refuse" for f in envois):
        return "vue"
    return "ouverte" if campagne.ouverture <= au else "attendue"


def _sante(siens: list[OngletRecu], envois: list[FichierRecu], rejetees: int) -> str:
    if envois and envois[-1].etat == "refuse":
        return "illisible"
    return "à corriger" if rejetees else "en ordre" if siens else ""


def statut(vue: Vue, sujet: Sujet) -> Reponse:
    """How many have answered, and where each stands."""
    situation = etats(vue, sujet)
    reponse = base(vue, sujet, "statut", vue.comptent(sujet))
    elements = tuple(Element(e.ght.nom, None, e.mots, code=e.ght.code) for e in situation)
    return replace(reponse, valeur=sum(e.repondu for e in situation), unite="trames", campagne=vue.campagne(sujet).code,
                   elements=elements)  # fmt: skip


def retards(vue: Vue, sujet: Sujet) -> Reponse:
    """Who has not handed in, then who did without all their tabs; `valeur` counts the former."""
    campagne = vue.campagne(sujet)
    tous = etats(vue, sujet)
    manquent = [e for e in tous if not e.repondu]
    incomplets = [e for e in tous if e.repondu and e.onglets < e.attendus]
    reponse = base(vue, sujet, "retards", vue.comptent(sujet))
    elements = tuple(Element(e.ght.nom, None, e.mots, code=e.ght.code) for e in manquent + incomplets)
    return replace(reponse, valeur=len(manquent), unite="trames", campagne=campagne.code, elements=elements,
                   faits={"echeance": campagne.echeance, "incomplets": len(incomplets)})  # fmt: skip
