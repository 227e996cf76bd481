"""A trame handed over in a chat: judged once, told in a few lines with its companion, kept only when asked. Knows no chat.

What was typed in the file is not quoted: rules, euros and cells are. Nothing is kept before the person says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bots import answer_words
from bots.answering import Sights
from bots.companion_to_chat import companion_attachment
from bots.next_questions import NextQuestion
from bots.slack import blocks
from bots.slack.blocks import Message
from config.errors import UserError
from config.folder import Folder
from config.french import after_de, count_words, enumeration, euros, rounded_amount
from config.rights import Person, Sight, out_of_reach
from config.territory import Scope
from reports.progress import status
from reports.sayable import outside
from reports.view import Subject, View
from sheets.findings import FindingGroup, Severity, groups
from sheets.judged import JudgedWorkbook
from sheets.judging.once import Judge
from sheets.matching.known import with_register
from sheets.trames import CATALOGUE

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Settled

RULES_SHOWN, CELLS_SHOWN = 6, 6
"""Rules told of a file, and cells of each; the companion has them all."""
MOST_FILES = 5
"""Files read of one message."""
KEEP_ACTION = "garder"
"""How the button that keeps a file is called."""

Take = Callable[[Person, "HandedFile", JudgedWorkbook, Folder], str]
"""What takes a trame into the register, as it was judged by the region's folder: says in a sentence what became of it.
Raises UserError when it could not."""


class HandedFile(NamedTuple):
    """What was handed over: its name, its bytes, and how the chat calls it."""

    name: str
    raw_bytes: bytes
    identifier: str

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(self.raw_bytes).hexdigest()


def verdict(files: Sequence[HandedFile], person: Person, view: View, judge: Judge, unread_count: int = 0) -> Message:
    """The verdict on each file, as one message, with the companions. `unread_count` files came along that were not read."""
    judged_workbooks = judge(((f.name, f.raw_bytes) for f in files), view.folder)
    names = ["Ce fichier"] if len(files) == 1 else [f"Le fichier n° {rank}" for rank in range(1, len(files) + 1)]
    verdicts = [_verdict(f, c, name, person, view) for f, c, name in zip(files, judged_workbooks, names, strict=True)]
    if unread_count:
        rest = count_words(unread_count, "autre fichier n'a pas été lu", "autres fichiers n'ont pas été lus")
        verdicts.append(blocks.sentence(f"{rest} : déposez-en {MOST_FILES} au plus à la fois."))
    return blocks.together(verdicts)


def keep(file: HandedFile, content_hash: str, person: Person, view: View, judge: Judge, take: Take) -> Message:
    """Keep the file that was judged, and no other, for someone who may; say where the GHT then stands.

    The same `judge` remembers what it said of it. Raises UserError in a sentence when it is not kept.
    """
    if file.content_hash != content_hash:
        raise UserError("Ce fichier n'est plus celui que j'ai jugé. Déposez-le à nouveau.")
    (judged,) = judge([(file.name, file.raw_bytes)], view.folder)
    if judged.stamp is None or not judged.readable:
        return _refuse(judged, "Ce fichier")
    t = judged.stamp
    if not may_keep(person, t.ght, view.folder, view.as_of):
        raise UserError(f"Seuls {view.folder.territory.ghts[t.ght].name} et son référent peuvent garder cette trame.")
    said = take(person, file, judged, view.folder)
    state = status(view, Subject(Scope("ght", t.ght), view.folder.campaigns[t.campaign].exercice, t.campaign))
    words = "\n".join(answer_words.answer_lines(outside(state, view.folder), view.folder))
    return blocks.sentence(f"{said} {words}")


def may_keep(person: Person, ght: str, folder: Folder, day: date) -> bool:
    """Whether that person may bring in the trame of a GHT."""
    t = folder.territory
    return ght in t.ghts and not out_of_reach(person, folder.persons, "messagerie", [Scope("ght", ght)], t, day, day)


def _verdict(file: HandedFile, verdict: JudgedWorkbook, name: str, person: Person, view: View) -> Message:
    if verdict.stamp is None or not verdict.readable:
        return _refuse(verdict, name)
    t, folder = verdict.stamp, view.folder
    settled: list[Settled] = []
    if Sights(person, view).over(Scope("ght", t.ght)) is Sight.EVERYTHING:
        # To others, a file says what it holds, and nothing of what was received from that GHT.
        verdict, settled = with_register(view.db, folder, view.as_of, verdict, file.content_hash, in_full=False)
    name = folder.territory.ghts[t.ght].name
    title = f"{name}, {t.campaign} : {_in_short(verdict)}"
    facts = [(n, euros(c)) for n, c in (("Déclaré", verdict.totals.declared), ("Retiré", verdict.totals.struck),
                                        ("Retenu", verdict.totals.kept))]  # fmt: skip
    facts.append(("Trame", "remise" if verdict.handed_in else "pas encore remise"))
    next_questions = []
    if may_keep(person, t.ght, folder, view.as_of):
        question = f"La trame {after_de(name)} sera relevée comme celles du dossier partagé. Elle comptera à la place de l'envoi précédent."
        next_questions.append(
            NextQuestion(
                f"{KEEP_ACTION}-{file.identifier}",
                "Garder cette trame",
                f"{file.identifier} {file.content_hash}",
                question,
            )
        )
        end = "Rien n'est enregistré tant que vous ne l'avez pas gardée. Le retour, ci-joint, montre chaque cellule."
    else:
        end = "Rien n'est enregistré : seul le GHT, ou son référent, peut la garder. Le retour, ci-joint, montre chaque cellule."
    message = blocks.verdict(title, facts, [*_rule_sentences(verdict, folder), end], next_questions)
    piece = companion_attachment(verdict, folder, settled)
    return replace(message, pieces=(piece,))


def _in_short(c: JudgedWorkbook) -> str:
    """« 3 lignes retirées, 165 k€ en moins », « rien à corriger »."""
    t = c.totals
    if t.lines_struck:
        return f"{count_words(t.lines_struck, 'ligne retirée', 'lignes retirées')}, {rounded_amount(t.struck)} en moins"
    if c.is_blocking:
        return "une partie n'a pas pu être lue"
    alerts = sum(k.severity is Severity.ALERT for k in c.findings)
    return count_words(alerts, "point à relire", "points à relire") if alerts else "rien à corriger"


def _refuse(c: JudgedWorkbook, name: str) -> Message:
    """A file that is no trame: the rule that says so, and what to do; its own words stay in it."""
    k = c.findings[0]
    return blocks.sentence(f"{name} n'a pas été lu. {CATALOGUE[k.code].title} ({k.code}). {k.correction}")


def _rule_sentences(c: JudgedWorkbook, folder: Folder) -> list[str]:
    """A sentence per rule, blocking and costliest first, at its cells; what is only information stays in the companion."""
    all_of_them = [g for g in groups(c.findings) if g.severity is not Severity.INFO]
    etablissements = folder.territory.etablissements
    names = {o.sheet: etablissements[o.finess].name for o in c.tabs if o.finess in etablissements}
    rule_lines = [f"• {_rule(g, names)}" for g in all_of_them[:RULES_SHOWN]]
    if rest := len(all_of_them) - len(rule_lines):
        rule_lines.append(f"… et {count_words(rest, 'autre règle', 'autres règles')}, dans le retour.")
    return ["\n".join(rule_lines)] if rule_lines else []


def _rule(g: FindingGroup, names: dict[str, str]) -> str:
    times = f" × {len(g.findings)}" if len(g.findings) > 1 else ""
    stake = f", {euros(g.stake)} retirés" if g.stake else ""
    where: dict[str, list[str]] = {}
    for k in g.findings:
        if k.cell:
            where.setdefault(names.get(k.sheet, "un autre onglet"), []).append(k.cell)
    places = [f"{name} {enumeration(list(dict.fromkeys(cells)), CELLS_SHOWN)}" for name, cells in where.items()]
    return f"{g.severity.value.capitalize()} : {CATALOGUE[g.code].title} ({g.code}){times}{stake}{' — ' if places else ''}{enumeration(places, 3)}"
