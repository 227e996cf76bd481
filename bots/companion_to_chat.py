"""The return of a trame as it leaves for a chat: the companion of the last file received, without what was typed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.answer_words import told
from bots.piece import XLSX, Piece
from bots.reply import Reply
from config.errors import UserError
from config.folder import Folder
from config.rights import Sight
from reports.sayable import known_labels
from reports.view import Subject, View
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.matching.known import companion_bytes, with_register
from sheets.register import received_files
from sheets.register.received_files import LastReceived
from sheets.returning.discreet import discreet
from sheets.tab_names import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Settled


WITHOUT_TEXTS = (
    "Intitulés, marchés et prix n'y sont pas : Slack est hébergé ailleurs. Le retour complet : vigie retour."
)


def last_companion(reply: Reply) -> Piece:
    """The companion of the last file received from a GHT; of one établissement, its tab alone.

    Raises UserError when there is none, or its lines are not open to that person.
    """
    one, view = told(reply), reply.view
    subject = one.subject
    ght = next(iter(view.ghts(subject)), None)
    if ght is None:
        raise UserError(f"{view.folder.territory.name(subject.scope)} n'est plus attendu : il n'y a pas de retour.")
    if subject.scope.type not in ("ght", "etablissement"):
        raise UserError(f"Le retour de quel GHT ? Dites par exemple « retour {ght.name} {subject.exercice} ».")
    if one.sight is not Sight.EVERYTHING:
        raise UserError("Les lignes de ce territoire ne sont pas ouvertes à votre profil : pas de retour.")
    campaign = view.campaign(subject).code
    last_received = received_files.last_received_file(view.db, ght.code, campaign, view.as_of)
    if last_received is None:
        raise UserError(f"Aucun fichier n'a été reçu de {ght.name} pour {campaign} : il n'y a pas de retour.")
    return companion_attachment(*_without_typed(*_judged_again(view, subject, last_received), view.folder))


def companion_attachment(workbook: JudgedWorkbook, folder: Folder, settled: Sequence[Settled]) -> Piece:
    """The companion of a trame as a file, under a name of ours."""
    assert workbook.stamp is not None
    t = workbook.stamp
    name = FORBIDDEN_CHARACTERS.sub("-", f"{folder.territory.ghts[t.ght].name} - {t.campaign} - retour.xlsx")
    return Piece(name, companion_bytes(workbook, folder, settled), XLSX)


def _judged_again(view: View, subject: Subject, last_received: LastReceived) -> tuple[JudgedWorkbook, list[Settled]]:
    """The file judged again by today's rules, with what the register knows of it."""
    raw_bytes = received_files.original(view.db, last_received.content_hash)
    if not raw_bytes:
        raise UserError("Ce fichier a été effacé du registre, avec les campagnes anciennes : il n'y a plus de retour.")
    (judged,) = judge_all([(last_received.path, raw_bytes)], view.folder)
    if not judged.readable:
        raise UserError(
            "Le dernier fichier reçu ne se lit plus selon les règles d'aujourd'hui. Voyez avec votre référent."
        )
    workbook, settled = with_register(
        view.db, view.folder, view.as_of, judged, last_received.content_hash, in_full=False
    )
    if subject.scope.type != "etablissement":
        return workbook, settled
    theirs = tuple(o for o in workbook.tabs if o.finess == subject.scope.code)
    names = {o.sheet for o in theirs}
    findings = tuple(k for k in workbook.findings if k.sheet in names)
    return replace(workbook, tabs=theirs, findings=findings), [r for r in settled if r.sheet in names]


def _without_typed(
    workbook: JudgedWorkbook, settled: Sequence[Settled], folder: Folder
) -> tuple[JudgedWorkbook, Folder, list[Settled]]:
    """The same without what was typed, what was settled told at the same tabs."""
    without_texts = discreet(workbook, folder, known_labels(folder))
    names = {a.sheet: b.sheet for a, b in zip(workbook.tabs, without_texts.tabs, strict=True)}
    return without_texts, folder, [r._replace(sheet=names[r.sheet]) for r in settled]
