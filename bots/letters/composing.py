"""Messages due to one person → one letter: the parts in order, as text and as HTML, the trame with the opening.

Never delivers it, and never decides that it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots.answer_files import image
from bots.answering import Rendu, reponse_a
from bots.companion_to_chat import retour
from bots.letters.alert_words import ALERTES, URGENTES
from bots.letters.letter import XLSX, Lettre, Piece
from bots.letters.reminder_words import RAPPELS, Partie, a_leur_place, signature, un_delai
from config.errors import UserError
from config.ladder import ALERTE
from config.rights import Personne
from reports.due.reminders import Relance
from reports.view import Vue
from sheets import writing
from sheets.register.known_actions import prevues
from sheets.register.replies import REPONDENT
from sheets.trames import TRAMES
from sheets.writing.seal import sealed

PARTIES = RAPPELS | ALERTES
"""The words of each kind of message, for those of one kind and campaign, to one person."""
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, autoescape=True
)


def lettre(vue: Vue, relances: Sequence[Relance], personne: Personne, cle: str, adresse: str) -> Lettre:
    """One letter for everything due to someone; its subject is that of its first part. The trames are those of now."""
    parties, fin = _parties(vue, relances), signature(vue, relances)
    pourquoi, delai = a_leur_place(vue, relances), un_delai(vue, relances, personne)
    objet = parties[0].titre + _et_le_reste(len(parties) - 1)
    html = _PAGES.get_template("lettre.html.j2").render(
        objet=objet, pourquoi=pourquoi, parties=parties, delai=delai, signature=fin
    )
    repondent = any(r.genre in REPONDENT for r in relances)
    pieces = [PIECES[r.genre](vue, r) for r in relances if r.genre in PIECES]
    pieces += [p for r in relances if r.genre in A_LUI and (p := _a_lui(vue, r, personne))]
    return Lettre(cle, adresse, objet, _texte(pourquoi, parties, delai, fin), html, tuple(pieces), repond=repondent)


def _et_le_reste(n: int) -> str:
    """What a subject says of the parts after the first."""
    return ("", ", et un autre sujet")[n] if n < 2 else f", et {n} autres sujets"


def _parties(vue: Vue, relances: Sequence[Relance]) -> list[Partie]:
    """One part for each kind and campaign: what is urgent, what came due, and the week last."""
    par_genre: dict[tuple[str, str], list[Relance]] = {}
    for r in sorted(relances, key=lambda r: (_rang(r.genre), r.moment, r.cle)):
        par_genre.setdefault((r.genre, r.cle.campagne), []).append(r)
    return [PARTIES[genre](vue, siennes) for (genre, _), siennes in par_genre.items()]


def _rang(genre: str) -> int:
    return 0 if genre in URGENTES else 2 if genre == "hebdo" else 1


def _texte(pourquoi: str, parties: Sequence[Partie], delai: str, fin: str) -> str:
    blocs = ["Bonjour,", pourquoi]
    for p in parties:
        blocs += [
            f"— {p.titre} —" if len(parties) > 1 else "",
            "\n".join([p.phrase, *(f"  • {point}" for point in p.points)]),
            p.suite,
        ]
    return "\n\n".join(b for b in (*blocs, delai, fin) if b) + "\n"


def _a_lui(vue: Vue, r: Relance, personne: Personne) -> Piece | None:
    """What goes with a message as its reader may see it, by asking for it in their name; none when nothing came."""
    question, fabrique = A_LUI[r.genre]
    dite = question.format(unite=r.cle.unite, exercice=r.campagne.exercice, moment=r.campagne.moment)
    rendu, _ = reponse_a(dite, personne, vue)
    if rendu.reponse is None or not rendu.reponse.recues or (r.etat and not r.etat.a_corriger):
        return None
    try:
        return fabrique(rendu)
    except UserError:
        return None


def trame(vue: Vue, r: Relance) -> Piece:
    """The trame of a GHT as it would be written now, with the lines already known."""
    d, ght = vue.dossier, r.cle.unite
    layout = TRAMES["paat"]
    membres = [e.finess for e in d.territoire.membres(ght, r.campagne.situation)]
    lignes, pris = prevues(vue.db, d, r.campagne, membres, layout, vue.au)
    livre = writing.preremplie(layout, ght, r.campagne, d, lignes, pris)
    return Piece(writing.nom_de_fichier(ght, r.campagne, d), sealed(livre), XLSX)


PIECES: dict[str, Callable[[Vue, Relance], Piece]] = {"ouverture": trame}
"""What goes with a kind of message, one for each territory it is about."""
A_LUI: dict[str, tuple[str, Callable[[Rendu], Piece]]] = {
    ALERTE: ("gains {unite} {exercice}", image),
    "accuse": ("retour {unite} {exercice} {moment}", retour),
}
"""What goes with a kind of message according to its reader's rights: the question, and what makes the piece of its answer."""
