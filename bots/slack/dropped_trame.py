"""A trame handed over in a chat: judged at once, told in a few lines with its companion, kept only when asked. Knows no chat.

What was typed in the file is not quoted: rules, euros and cells are. Nothing is kept before the person says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bots import answer_words
from bots.answering import Regards
from bots.companion_to_chat import piece_du_retour
from bots.slack import blocks
from bots.slack.blocks import Message, Suite
from config.errors import UserError
from config.folder import Dossier
from config.french import compte, de, enumeration, euros, grand_montant
from config.rights import Personne, Regard, peut_agir
from config.territory import Perimetre
from reports.progress import statut
from reports.view import Sujet, Vue
from sheets.checks import CATALOGUE
from sheets.findings import Gravite, Groupe, groupes
from sheets.judged import Classeur
from sheets.judging.workers import juge_tous
from sheets.matching.known import avec_le_registre

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Reglee

REGLES, CELLULES = 6, 6
"""Rules told of a file, and cells of each; the companion has them all."""
FICHIERS = 5
"""Files read of one message."""
GARDER = "garder"
"""How the button that keeps a file is called."""
GARDENT = ("ght", "ars", "dgos")
"""Who may bring a GHT's trame in: the GHT itself, and whoever enters it on its behalf."""


Prend = Callable[[Personne, "Fichier"], str]
"""What takes a trame into the register: says in a sentence what became of it. Raises UserError when it could not."""


class Fichier(NamedTuple):
    """What was handed over: its name, its bytes, and how the chat calls it."""

    nom: str
    octets: bytes
    identifiant: str

    @property
    def empreinte(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()


def juge(fichiers: Sequence[Fichier], personne: Personne, vue: Vue, en_trop: int = 0) -> Message:
    """The verdict on each file, as one message, with the companions; in expendable processes, like `vigie check`.

    `en_trop` files came along that were not read.
    """
    juges = juge_tous(((f.nom, f.octets) for f in fichiers), vue.dossier)
    noms = ["Ce fichier"] if len(fichiers) == 1 else [f"Le fichier n° {rang}" for rang in range(1, len(fichiers) + 1)]
    verdicts = [_verdict(f, c, nom, personne, vue) for f, c, nom in zip(fichiers, juges, noms, strict=True)]
    if en_trop:
        reste = compte(en_trop, "autre fichier n'a pas été lu", "autres fichiers n'ont pas été lus")
        verdicts.append(blocks.phrase(f"{reste} : déposez-en {FICHIERS} au plus à la fois."))
    return blocks.ensemble(verdicts)


def garde(fichier: Fichier, empreinte: str, personne: Personne, vue: Vue, prend: Prend) -> Message:
    """Keep the file that was judged, and no other, for someone who may; say where the GHT then stands.

    Raises UserError in a sentence when it is not kept.
    """
    if fichier.empreinte != empreinte:
        raise UserError("Ce fichier n'est plus celui que j'ai jugé. Déposez-le à nouveau.")
    (juge,) = juge_tous([(fichier.nom, fichier.octets)], vue.dossier)
    if juge.tampon is None or not juge.lisible:
        return _refuse(juge, "Ce fichier")
    t = juge.tampon
    if not peut_garder(personne, t.ght, vue.dossier, vue.au):
        raise UserError(f"Seuls {vue.dossier.territoire.ghts[t.ght].nom} et son référent peuvent garder cette trame.")
    dit = prend(personne, fichier)
    etat = statut(vue, Sujet(Perimetre("ght", t.ght), vue.dossier.campagnes[t.campagne].exercice, t.campagne))
    return blocks.phrase(f"{dit} {blocks.sans_motif(answer_words.texte(etat, vue.dossier))}")


def peut_garder(personne: Personne, ght: str, dossier: Dossier, jour: date) -> bool:
    """Whether that person may bring in the trame of a GHT."""
    t = dossier.territoire
    return ght in t.ghts and peut_agir(personne, dossier.personnes, GARDENT, Perimetre("ght", ght), t, jour, jour)


def _verdict(fichier: Fichier, juge: Classeur, nom: str, personne: Personne, vue: Vue) -> Message:
    if juge.tampon is None or not juge.lisible:
        return _refuse(juge, nom)
    t, dossier = juge.tampon, vue.dossier
    reglees: list[Reglee] = []
    if Regards(personne, vue).sur(Perimetre("ght", t.ght)) is Regard.TOUT:
        # To others, a file says what it holds, and nothing of what was received from that GHT.
        juge, reglees = avec_le_registre(vue.db, dossier, vue.au, juge, fichier.empreinte, en_entier=False)
    nom = dossier.territoire.ghts[t.ght].nom
    titre = f"{nom}, {t.campagne} : {_en_bref(juge)}"
    faits = [(n, euros(c)) for n, c in (("Déclaré", juge.totaux.gain_declare), ("Retiré", juge.totaux.gain_retire),
                                        ("Retenu", juge.totaux.gain_retenu))]  # fmt: skip
    faits.append(("Trame", "remise" if juge.remis else "pas encore remise"))
    suites = []
    if peut_garder(personne, t.ght, dossier, vue.au):
        question = f"La trame {de(nom)} sera relevée comme celles du dossier partagé. Elle comptera à la place de l'envoi précédent."
        suites.append(
            Suite(
                f"{GARDER}-{fichier.identifiant}",
                "Garder cette trame",
                f"{fichier.identifiant} {fichier.empreinte}",
                question,
            )
        )
        fin = "Rien n'est enregistré tant que vous ne l'avez pas gardée. Le retour, ci-joint, montre chaque cellule."
    else:
        fin = "Rien n'est enregistré : seul le GHT, ou son référent, peut la garder. Le retour, ci-joint, montre chaque cellule."
    message = blocks.verdict(titre, faits, [*_regles(juge, dossier), fin], suites)
    piece = piece_du_retour(juge, dossier, reglees)
    return replace(message, pieces=(piece,))


def _en_bref(c: Classeur) -> str:
    """« 3 lignes retirées, 165 k€ en moins », « rien à corriger »."""
    t = c.totaux
    if t.lignes_rejetees:
        return (
            f"{compte(t.lignes_rejetees, 'ligne retirée', 'lignes retirées')}, {grand_montant(t.gain_retire)} en moins"
        )
    if c.bloquant:
        return "une partie n'a pas pu être lue"
    alertes = sum(k.gravite is Gravite.ALERTE for k in c.constats)
    return compte(alertes, "point à relire", "points à relire") if alertes else "rien à corriger"


def _refuse(c: Classeur, nom: str) -> Message:
    """A file that is no trame: the rule that says so, and what to do; its own words stay in it."""
    k = c.constats[0]
    return blocks.phrase(f"{nom} n'a pas été lu. {CATALOGUE[k.code].titre} ({k.code}). {k.correction}")


def _regles(c: Classeur, dossier: Dossier) -> list[str]:
    """A sentence per rule, blocking and costliest first, at its cells; what is only information stays in the companion."""
    tous = [g for g in groupes(c.constats) if g.gravite is not Gravite.INFO]
    etablissements = dossier.territoire.etablissements
    noms = {o.feuille: etablissements[o.finess].nom for o in c.onglets if o.finess in etablissements}
    dites = [f"• {_regle(g, noms)}" for g in tous[:REGLES]]
    if reste := len(tous) - len(dites):
        dites.append(f"… et {compte(reste, 'autre règle', 'autres règles')}, dans le retour.")
    return ["\n".join(dites)] if dites else []


def _regle(g: Groupe, noms: dict[str, str]) -> str:
    fois = f" × {len(g.constats)}" if len(g.constats) > 1 else ""
    enjeu = f", {euros(g.enjeu)} retirés" if g.enjeu else ""
    ou: dict[str, list[str]] = {}
    for k in g.constats:
        if k.cellule:
            ou.setdefault(noms.get(k.feuille, "un autre onglet"), []).append(k.cellule)
    places = [f"{nom} {enumeration(list(dict.fromkeys(cellules)), CELLULES)}" for nom, cellules in ou.items()]
    return f"{g.gravite.value.capitalize()} : {CATALOGUE[g.code].titre} ({g.code}){fois}{enjeu}{' — ' if places else ''}{enumeration(places, 3)}"
