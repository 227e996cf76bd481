"""An answer as a file: the picture of its figures, the workbook of its lines. Never shows more than its words may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bots import answer_words
from bots.answer_words import told
from bots.companion_to_chat import last_companion
from bots.grammar.question import AnswerForm
from bots.grammar.side_by_side import NEXT_LEVEL_DOWN
from bots.piece import PNG, XLSX, Piece
from bots.questions import BY_KEY
from bots.reply import Reply
from config.errors import UserError
from config.french import enumeration
from config.rights import Sight
from reports.answer import Answer, Element
from reports.charts import chart_of
from reports.gains import broken_down, gains
from reports.progress import states
from reports.sayable import outside
from reports.view import Subject, View

SOURCE = "Source : trames PAAT relevées par Vigie."


def image(reply: Reply) -> Piece:
    """The picture of an answer. Raises UserError when there is none to draw for that person."""
    one = told(reply)
    r, subject, view, whole = one.answer, one.subject, reply.view, one.sight is Sight.EVERYTHING
    asked = BY_KEY[r.intention]
    if asked.picture is None:
        names = enumeration([f"« {BY_KEY[i].example} »" for i in ("gains", "evolution", "classement", "statut")])
        raise UserError(f"Je ne sais pas dessiner cette réponse. Je dessine par exemple {names}.")
    if asked.by_ght and not whole:
        raise UserError("Le détail n'est pas ouvert à votre profil : il n'y a rien à dessiner de plus que ce nombre.")
    situation = states(view, subject) if asked.by_ght else []
    if whole and asked.of_a_total:
        r = _by_its_parts(r, view, subject)
    title = answer_words.first_line(outside(r, view.folder), view.folder)
    footer = tuple(filter(None, (answer_words.withheld(r), answer_words.base(r), SOURCE)))
    trace = None
    if not r.mask.keys() & asked.picture.needs:
        trace = chart_of(asked.picture.bars, r, situation, view.folder, title, footer)
    if trace is None:
        raise UserError(f"Rien à dessiner : {title}")
    from reports import drawing  # noqa: PLC0415 - the drawing library takes half a second to load

    return Piece(f"{_file_name(r)}.png", drawing.png(trace), PNG, trace.alternative)


def _by_its_parts(r: Answer, view: View, subject: Subject) -> Answer:
    """A total is drawn by its parts, GHT of a region, établissements of a GHT, with the objective of each."""
    if not r.by:
        subject = replace(subject, by=NEXT_LEVEL_DOWN[subject.scope.type])
        r = replace(r, by=subject.by, elements=broken_down(view, subject, view.tabs_that_count(subject)))
    return replace(r, elements=tuple(_with_objective(e, view, subject) for e in r.elements))


def _with_objective(e: Element, view: View, subject: Subject) -> Element:
    if e.territory is None or e.territory.type not in ("ght", "region"):
        return e
    objective = view.objective(Subject(e.territory, subject.exercice, subject.campaign))
    return replace(e, objective=objective.amount if objective else None)


def lines_workbook(reply: Reply) -> Piece:
    """The workbook of the lines behind a figure. Raises UserError when there are none that this person may read."""
    one, view = told(reply), reply.view
    r, subject = one.answer, one.subject
    if one.sight is not Sight.EVERYTHING:
        raise UserError("Les lignes de ce territoire ne sont pas ouvertes à votre profil : pas de feuille de calcul.")
    if not BY_KEY[r.intention].workbook or subject.figure:
        place = view.folder.territory.name(subject.scope)
        example = BY_KEY["gains"].suggests(place, subject.exercice)
        raise UserError(
            f"Je ne mets en feuille de calcul que les lignes d'un total. Essayez : « {example} en tableur »."
        )
    from reports import lines_workbook as lines  # noqa: PLC0415 - what writes workbooks loads only when one is wanted

    title = answer_words.first_line(gains(view, subject), view.folder)
    raw_bytes = lines.xlsx(view, subject, title, [answer_words.base(r), SOURCE])
    return Piece(f"lignes-{r.scope.code}-{r.exercice}.xlsx", raw_bytes, XLSX)


ANSWER_MAKERS: dict[AnswerForm, Callable[[Reply], Piece]] = {
    "image": image,
    "tableur": lines_workbook,
    "retour": last_companion,
}
"""What makes each form of an answer."""


def _file_name(r: Answer) -> str:
    """« gains-BFC-2021-par-famille »."""
    by = f"-par-{r.by}" if r.by else ""
    return f"{r.intention}-{r.scope.code}-{r.exercice}{by}"
