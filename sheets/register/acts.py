"""What people do: decide on a line, leave a note, extend, validate, lock, answer for a GHT. Rights are checked here.

Every act is a row with who, when and why; none is ever changed. Bot and command line call the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from config.campaign import Campagne
from config.errors import UserError
from config.folder import Dossier
from config.french import cle, euros, jour, vouliez_vous
from config.rights import Personne, peut_agir
from config.territory import Perimetre
from sheets.cells import masque, tasse
from sheets.register import future_facts
from sheets.register.database import ecriture
from sheets.register.decisions import SUR_UNE_LIGNE, Suite, line_state, suites
from sheets.register.what_counts import dernier_fichier, qui_compte

SANS_MOTIF = "Un motif est demandé : il se lira partout où se lit le chiffre."
EXTENSION = timedelta(days=366)
"""How far from its campaign's deadline a GHT's own may be: beyond, it is a slip of the keyboard."""
REFERENCE = re.compile(r"(?P<campagne>[^/]+)/(?P<finess>[^/]+)/(?P<action_id>.+)")


@dataclass(frozen=True, slots=True)
class Main:
    """Whoever acts, on what, at what moment."""

    db: Database
    dossier: Dossier
    personne: Personne
    quand: datetime
    avant: Callable[[], None] | None = None
    """Called in the transaction of the act, before it is written; what it raises leaves everything as it was."""

    @property
    def jour(self) -> date:
        return self.quand.date()


@dataclass(frozen=True, slots=True)
class LigneVisee:
    """The line an act names, as it counts now, checks alone having judged it. Amounts in cents."""

    reference: str
    campagne: str
    ght: str
    finess: str
    action_id: str
    intitule: str
    gain_annuel: int | None
    montant_reference: int | None
    gain_exercice: int
    bloquee: bool
    cellule: str
    onglet: int
    commande: str | None
    """ISO day of its first order."""
    statut: str | None

    @property
    def montants(self) -> str:
        """What a decision is taken on."""
        ordered = date.fromisoformat(self.commande) if self.commande else None
        return line_state(self.gain_annuel, self.montant_reference, ordered, self.statut)


class LigneAbsente(UserError):  # noqa: N818 - what was found, in the words of the trade
    """The line named is in none of the tabs that count: there never was one, or a later file came."""


def ligne_visee(main: Main, reference: str, *, ght_aussi: bool = False) -> LigneVisee:
    """The line that « 2021-annuelle/390780146/0042 » names, for someone who may act on it.

    Raises UserError without the right, before anything is said of what was received, and when no such line counts.
    """
    lue = REFERENCE.fullmatch(reference.strip())
    if not lue:
        raise UserError(
            f"« {reference} » n'est pas une référence de ligne. Elle s'écrit comme les réponses la montrent : 2021-annuelle/390780146/0042"
        )
    campagne = campagne_nommee(main.dossier, lue["campagne"])
    exige(main, _ght_de(main, lue["finess"], campagne), campagne.code, ght_aussi=ght_aussi)
    onglet = qui_compte(main.db, [campagne.code], main.jour, [lue["finess"]]).get(lue["finess"])
    if onglet is None:
        raise LigneAbsente(
            f"Aucune trame de l'établissement {lue['finess']} ne compte dans la campagne {campagne.code}."
        )
    requete = (
        "SELECT l.action_id, coalesce(l.intitule, ''), l.gain_annuel, l.montant_reference, l.gain_exercice, l.bloquee,"
        " json_extract(o.colonnes, '$.gain_annuel') || l.numero, l.onglet, l.date_premiere_commande,"
        " l.statut FROM lignes_paat l JOIN onglets o ON o.id = l.onglet WHERE l.onglet = ?"
    )
    lignes = {r[0]: r for r in main.db.execute(requete, (onglet.id,))}
    if lue["action_id"] not in lignes:
        raise LigneAbsente(
            f"Pas de ligne « {lue['action_id']} » dans l'onglet « {onglet.feuille} »{vouliez_vous(lue['action_id'], lignes)}"
        )
    faits: tuple[Any, ...] = (lue[0], campagne.code, onglet.ght, onglet.finess, *lignes[lue["action_id"]])
    return LigneVisee(*faits)


def _ght_de(main: Main, finess: str, campagne: Campagne) -> str:
    ght = main.dossier.territoire.ght_de(finess, campagne.situation)
    if ght is None:
        raise UserError(f"L'établissement « {finess} » n'est dans aucun GHT au {jour(campagne.situation)}.")
    return ght


def decide(main: Main, reference: str, sens: str, motif: str) -> LigneVisee:
    """Keep (`retenir`), strike (`retirer`) or give back to the checks (`revenir`) one line; return it as it was.

    Raises UserError without the right, without a reason, or when no such line counts.
    """
    if sens not in SUR_UNE_LIGNE:
        raise ValueError(sens)
    vue = ligne_visee(main, reference)
    _inscrit(main, [(sens, vue.campagne, vue.ght, vue.finess, vue.action_id, vue.montants, _motif(motif))])
    return vue


def decide_tout(main: Main, demandes: Sequence[tuple[str, str, str]]) -> list[LigneVisee]:
    """Take many (reference, sens, motif) at once: all, or none and a UserError that lists every complaint."""
    plaintes, actes, vues = [], [], []
    for reference, sens, motif in demandes:
        try:
            vue = ligne_visee(main, reference)
            actes.append((sens, vue.campagne, vue.ght, vue.finess, vue.action_id, vue.montants, _motif(motif)))
            vues.append(vue)
        except UserError as faute:
            plaintes.append(f"{reference} : {faute}")
    if plaintes:
        raise UserError("Aucune décision n'est prise :\n" + "\n".join(f"  • {p}" for p in plaintes))
    _inscrit(main, actes)
    return vues


def distingue(main: Main, reference: str, motif: str) -> LigneVisee:
    """Say that a line recognised as a known action is another one: it gets its own number when judged again."""
    vue = ligne_visee(main, reference)
    _inscrit(main, [("distinguer", vue.campagne, vue.ght, vue.finess, vue.action_id, cle(vue.intitule), _motif(motif))])
    return vue


def note(main: Main, reference: str, texte: str) -> LigneVisee:
    """Leave a word on a line; ARS and the GHT itself may."""
    vue = ligne_visee(main, reference, ght_aussi=True)
    _inscrit(main, [("noter", vue.campagne, vue.ght, vue.finess, vue.action_id, "", _motif(texte))])
    return vue


def prolonge(main: Main, campagne: str, ght: str, jusqu_au: date, motif: str) -> None:
    """Give a GHT its own deadline: after the campaign's, to come, and at most `EXTENSION` after it."""
    c = campagne_nommee(main.dossier, campagne)
    exige(main, ght, campagne)
    last = c.echeance + EXTENSION
    if jusqu_au <= c.echeance or jusqu_au < main.jour:
        raise UserError(
            f"L'échéance de la campagne {campagne} est le {jour(c.echeance)} : donnez un jour d'après, et à venir."
        )
    if jusqu_au > last:
        raise UserError(
            f"Le {jour(jusqu_au)} est trop loin : une échéance se prolonge d'un an au plus, ici jusqu'au {jour(last)}."
        )
    _inscrit(main, [("prolonger", campagne, ght, "", "", jusqu_au.isoformat(), _motif(motif))])


def valide(main: Main, campagne: str, ght: str, motif: str, *, oui: bool = True) -> None:
    """Say that what a GHT handed in is good (or no longer): only what was received can be validated."""
    campagne_nommee(main.dossier, campagne)
    exige(main, ght, campagne)
    membres = _membres(main, campagne, ght)
    suite = suites(main.db, campagne, main.jour).get(ght, Suite())
    if oui and not qui_compte(main.db, [campagne], main.jour, membres) and not suite.neants:
        raise UserError(f"Rien n'a été reçu de {_nom(main, ght)} pour {campagne} : il n'y a rien à valider.")
    _inscrit(main, [("valider" if oui else "devalider", campagne, ght, "", "", "", _motif(motif))])


def verrouille(main: Main, campagne: str, ghts: Sequence[str], motif: str, *, oui: bool = True) -> list[str]:
    """Lock (or unlock) GHT: what counts now is what will count. Return those done; GHT still extended are left out."""
    campagne_nommee(main.dossier, campagne)
    for ght in ghts:
        exige(main, ght, campagne)
    suite = suites(main.db, campagne, main.jour)
    faits = []
    for ght in ghts:
        s = suite.get(ght, Suite())
        prolongee = oui and s.prolongee_au is not None and s.prolongee_au >= main.jour
        if not prolongee and (s.verrouillee_le is None) is oui:
            faits.append(ght)
    dernier, genre = str(dernier_fichier(main.db, main.jour)), "verrouiller" if oui else "deverrouiller"
    _inscrit(main, [(genre, campagne, ght, "", "", dernier if oui else "", _motif(motif)) for ght in faits])
    return faits


def dit_neant(main: Main, campagne: str, finess: str, motif: str) -> None:
    """Record, on behalf of an établissement, that it has nothing to declare. Raises UserError when lines were received."""
    ght = _ght_de(main, finess, campagne_nommee(main.dossier, campagne))
    exige(main, ght, campagne, ght_aussi=True)
    onglet = qui_compte(main.db, [campagne], main.jour, [finess]).get(finess)
    if onglet and onglet.fichier:
        raise UserError(
            f"L'établissement {finess} a déjà répondu pour {campagne} ({euros(onglet.totaux.gain_declare)} déclarés) : "
            "faites corriger sa trame."
        )
    by = "" if peut(main, ght, campagne) else "ght"  # after the lock, what a GHT says of itself does not count
    _inscrit(main, [("neant", campagne, ght, finess, "", by, _motif(motif))])


def relance(main: Main, campagne: str, ght: str) -> None:
    """Ask that a GHT be reminded at the next working moment, whatever the ladder says; twice a day is once."""
    campagne_nommee(main.dossier, campagne)
    exige(main, ght, campagne)
    with ecriture(main.db):
        if main.avant:
            main.avant()
        main.db.execute(
            "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES (?, ?, '', 'relancer', ?, ?, ?)",
            (main.quand.isoformat(timespec="seconds"), main.personne.email, campagne, ght, main.jour.isoformat()),
        )


def campagne_nommee(dossier: Dossier, code: str) -> Campagne:
    """Raises UserError, with the nearest one, when there is no such campaign."""
    if code not in dossier.campagnes:
        raise UserError(f"La campagne « {code} » n'existe pas{vouliez_vous(code, dossier.campagnes)}")
    return dossier.campagnes[code]


def exige(main: Main, ght: str, campagne: str, *, ght_aussi: bool = False) -> None:
    """Raises UserError when the person may not act for that GHT."""
    territoire = main.dossier.territoire
    if ght not in territoire.ghts:
        raise UserError(f"Le GHT « {ght} » n'existe pas{vouliez_vous(ght, territoire.ghts)}")
    if not peut(main, ght, campagne, ght_aussi=ght_aussi):
        raise UserError(
            f"{main.personne.email} ({main.personne.fonction}) ne peut pas agir pour {territoire.ghts[ght].nom} : "
            f"c'est au référent de sa région{' ou au GHT' if ght_aussi else ''}."
        )


def peut(main: Main, ght: str, campagne: str, *, ght_aussi: bool = False) -> bool:
    """Whether the person may act for that GHT in that campaign, as its referent or, with `ght_aussi`, as the GHT itself."""
    roles = ("ars", "dgos", "ght") if ght_aussi else ("ars", "dgos")
    territoire, situation = main.dossier.territoire, main.dossier.campagnes[campagne].situation
    return peut_agir(
        main.personne, main.dossier.personnes, roles, Perimetre("ght", ght), territoire, situation, main.jour
    )


def _motif(motif: str) -> str:
    propre = masque(tasse(motif))[:500]
    if not propre:
        raise UserError(SANS_MOTIF)
    return propre


def _membres(main: Main, campagne: str, ght: str) -> list[str]:
    situation = main.dossier.campagnes[campagne].situation
    return [e.finess for e in main.dossier.territoire.membres(ght, situation)]


def _nom(main: Main, ght: str) -> str:
    return main.dossier.territoire.ghts[ght].nom


def _inscrit(main: Main, actes: Sequence[tuple[Any, ...]]) -> None:
    """Write the acts, all or none. Raises UserError when they would be dated before what is known: the past stays."""
    le = main.quand.isoformat(timespec="seconds")
    with ecriture(main.db):
        if main.avant:
            main.avant()
        requete = "SELECT max(le) FROM (SELECT max(debut) AS le FROM pulls UNION ALL SELECT max(le) FROM actes)"
        dernier = main.db.execute(requete).fetchone()[0]
        if dernier and le[:10] < dernier[:10]:
            raise future_facts.refusal(dernier, main.quand)
        main.db.conn.executemany(
            "INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(le, main.personne.email, *acte) for acte in actes],
        )
