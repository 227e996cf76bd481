"""An answer as a file: the picture of its figures, the workbook of its lines. Never shows more than its words may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from bots import answer_json, answer_words
from bots.answering import Rendu
from bots.companion_to_chat import retour
from bots.grammar.question import Forme
from bots.grammar.side_by_side import DEDANS
from bots.letters.letter import PNG, XLSX, Piece
from bots.questions import PAR_CLE
from bots.slack.blocks import sans_motif
from config.errors import UserError
from config.french import enumeration
from config.rights import Regard
from reports.answer import Element, Reponse
from reports.charts import dessin
from reports.gains import gains, ventile
from reports.progress import etats
from reports.view import Sujet, Vue

AVEC_LIGNES = ("gains", "objectif", "pourquoi", "rejets", "qualite")
"""The answers whose figure is made of the lines of one territory."""
DESSINEES = ("gains", "objectif", "evolution", "comparaison", "classement", "prevision", "statut", "retards")
DRAWN: defaultdict[str, frozenset[str]] = defaultdict(
    frozenset, dict.fromkeys(("gains", "objectif"), frozenset({"retenu"}))
    | {"prevision": frozenset({"retenu", "notifie", "report", "valeur"})}
)  # fmt: skip
"""The amounts without which there is nothing to draw."""
SOURCE = "Source : trames PAAT relevées par Vigie."


def image(rendu: Rendu) -> Piece:
    """The picture of an answer. Raises UserError when there is none to draw for that person."""
    r, sujet = rendu.reponse, rendu.question.sujet
    if r is None or sujet is None:
        raise UserError(str(rendu.objet["texte"]))
    if r.intention not in DESSINEES:
        noms = enumeration([f"« {PAR_CLE[i].exemple} »" for i in ("gains", "evolution", "classement", "statut")])
        raise UserError(f"Je ne sais pas dessiner cette réponse. Je dessine par exemple {noms}.")
    if r.intention in ("statut", "retards") and rendu.droit is not Regard.TOUT:
        raise UserError("Le détail n'est pas ouvert à votre profil : il n'y a rien à dessiner de plus que ce nombre.")
    situation = etats(rendu.vue, sujet) if r.intention in ("statut", "retards") else []
    if rendu.droit is Regard.TOUT and r.intention in ("gains", "objectif"):
        r = _detaillee(r, rendu.vue, sujet)
    titre = sans_motif(str(rendu.objet["texte"]).partition("\n")[0])
    pied = "\n".join(filter(None, (answer_words.closed(r.arrondi, r.masque), answer_words.base(r), SOURCE)))
    trace = None if r.masque.keys() & DRAWN[r.intention] else dessin(r, situation, rendu.vue.dossier, titre, pied)
    if trace is None:
        raise UserError(f"Rien à dessiner : {titre}")
    from reports import drawing  # noqa: PLC0415 - the drawing library takes half a second to load

    return Piece(f"{_nom(r)}.png", drawing.png(trace), PNG, trace.alternative)


def _detaillee(r: Reponse, vue: Vue, sujet: Sujet) -> Reponse:
    """A total is drawn by its parts, GHT of a region, établissements of a GHT, with the objective of each."""
    if not r.par:
        sujet = replace(sujet, par=DEDANS[sujet.perimetre.type])
        r = replace(r, par=sujet.par, elements=ventile(vue, sujet, vue.comptent(sujet)))
    return replace(r, elements=tuple(_vise(e, vue, sujet) for e in r.elements))


def _vise(e: Element, vue: Vue, sujet: Sujet) -> Element:
    if e.territoire is None or e.territoire.type not in ("ght", "region"):
        return e
    objectif = vue.objectif(Sujet(e.territoire, sujet.exercice, sujet.campagne))
    return replace(e, objectif=objectif.montant if objectif else None)


def tableur(rendu: Rendu) -> Piece:
    """The workbook of the lines behind a figure. Raises UserError when there are none that this person may read."""
    r, sujet = rendu.reponse, rendu.question.sujet
    if r is None or sujet is None:
        raise UserError(str(rendu.objet["texte"]))
    if rendu.droit is not Regard.TOUT:
        raise UserError("Les lignes de ce territoire ne sont pas ouvertes à votre profil : pas de feuille de calcul.")
    if r.intention not in AVEC_LIGNES or sujet.figure:
        lieu = rendu.vue.dossier.territoire.nom(sujet.perimetre)
        exemple = PAR_CLE["gains"].propose(lieu, sujet.exercice)
        raise UserError(
            f"Je ne mets en feuille de calcul que les lignes d'un total. Essayez : « {exemple} en tableur »."
        )
    from reports import lines_workbook as lignes  # noqa: PLC0415 - what writes workbooks loads only when one is wanted

    titre = str(answer_json.objet("", gains(rendu.vue, sujet), rendu.vue.dossier)["texte"]).partition("\n")[0]
    octets = lignes.xlsx(rendu.vue, sujet, titre, f"{answer_words.base(r)}\n{SOURCE}")
    return Piece(f"lignes-{r.perimetre.code}-{r.exercice}.xlsx", octets, XLSX)


FABRIQUES: dict[Forme, Callable[[Rendu], Piece]] = {"image": image, "tableur": tableur, "retour": retour}
"""What makes each form of an answer."""


def _nom(r: Reponse) -> str:
    """« gains-BFC-2021-par-famille »."""
    par = f"-par-{r.par}" if r.par else ""
    return f"{r.intention}-{r.perimetre.code}-{r.exercice}{par}"
