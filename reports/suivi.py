"""The state of each GHT in a campaign, and who owes what: asked by the bot, the reminders and the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.campagne import Campagne
from config.langue import compte
from config.territoire import Ght
from reports.gains import base
from reports.reponse import Element, Reponse
from reports.vue import Sujet, Vue, somme
from sheets.compte import OngletRecu, qui_compte
from sheets.register import questions
from sheets.register.questions import FichierRecu


@dataclass(frozen=True, slots=True)
class Etat:
    """Where a GHT stands, on two axes: how far it is, and how sound what it sent is."""

    ght: Ght
    progres: str
    sante: str
    onglets: int
    attendus: int
    a_corriger: int
    retire: int
    """Cents struck out."""

    @property
    def repondu(self) -> bool:
        return self.progres in ("remise", "néant")

    @property
    def mots(self) -> str:
        """« remise, 3 lignes à corriger, 2 onglets sur 5 »."""
        if self.progres in ("attendue", "ouverte"):
            return "fichier illisible" if self.sante == "illisible" else "rien reçu"
        mots = ["vue, pas encore remise" if self.progres == "vue" else self.progres]
        if self.a_corriger:
            mots.append(compte(self.a_corriger, "ligne") + " à corriger")
        if self.sante == "illisible":
            mots.append("dernier envoi illisible")
        if self.onglets < self.attendus:
            mots.append(f"{compte(self.onglets, 'onglet')} sur {self.attendus}")
        return ", ".join(mots)


def etats(vue: Vue, sujet: Sujet) -> list[Etat]:
    """The state of every GHT of a territory in the campaign under way, in the order of their codes."""
    campagne = vue.campagne(sujet)
    tous = questions.onglets_recus(vue.db, [campagne.code], vue.au)
    comptent = qui_compte(tous, [campagne.code])
    fichiers = questions.fichiers_recus(vue.db, [campagne.code], vue.au)
    return [_etat(vue, g, campagne, comptent, fichiers) for g in vue.ghts(sujet)]


def _etat(vue: Vue, ght: Ght, campagne: Campagne, comptent: dict[str, OngletRecu], fichiers: list[FichierRecu]) -> Etat:
    membres = vue.dossier.territoire.membres(ght.code, campagne.situation)
    siens = [comptent[e.finess] for e in membres if e.finess in comptent]
    envois = [f for f in fichiers if f.ght == ght.code]
    if not siens:
        progres = "ouverte" if campagne.ouverture <= vue.au else "attendue"
        lisibles = [f for f in envois if f.etat != "refuse"]
        if lisibles:
            progres = "vue"
    else:
        progres = "néant" if all(o.neant for o in siens) else "remise" if all(o.remis for o in siens) else "vue"
    totaux = somme(siens)
    sante = "à corriger" if totaux.lignes_rejetees else "en ordre" if siens else ""
    if envois and envois[-1].etat == "refuse":
        sante = "illisible"
    return Etat(ght, progres, sante, len(siens), len(membres), totaux.lignes_rejetees, totaux.gain_retire)


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
