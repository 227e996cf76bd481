"""Answers → French, line by line: console and mail lay them out. Pure: never looks anything up but names."""

from __future__ import annotations

from decimal import Decimal

from bots.amount_words import except_for, of_scope, under_alert
from bots.euro_sentences import NO_FIGURE
from bots.questions import BY_KEY, INTENTIONS, told_as
from bots.reply import HelpWanted, Refused, Reply, Told, Unanswerable, Unclear
from config.errors import UserError
from config.folder import Folder
from config.french import count_words, day, enumeration, euros, rate, rounded_amount
from reports.answer import Answer, Element

ADD = "Ajoutez « par famille », « par GHT », « par opérateur », une année, un territoire ; « en image » ou « en tableur »."
PROVISIONAL = "trames vues, pas encore remises"
NOBODY_EXPECTED = "plus de trame attendue"
MOST_SHOWN = 12
"""Lines shown to the eye; `--json` and the register have them all."""


def reply_lines(reply: Reply) -> list[str]:
    """What is replied, line by line: the figure first, or why there is none."""
    match reply.outcome:
        case Told(answer):
            return answer_lines(answer, reply.view.folder)
        case Refused():
            return [_refusal(reply.outcome)]
        case Unclear():
            return [_not_understood(reply.outcome)]
        case Unanswerable(why):
            return [why]
        case HelpWanted():
            return _help()


def told(reply: Reply) -> Told:
    """The answer of a reply. Raises UserError with the reason when there is none."""
    if not isinstance(reply.outcome, Told):
        raise UserError("\n".join(reply_lines(reply)))
    return reply.outcome


def _refusal(refused: Refused) -> str:
    what = "Le détail de ce territoire" if refused.lines_alone else "Ce territoire"
    return f"{what} n'est pas ouvert à votre profil ({refused.position})."


def _not_understood(one: Unclear) -> str:
    try_words = f" Essayez : {' ; '.join(f'« {p} »' for p in one.suggestions)}." if one.suggestions else ""
    why = f" {one.hints}" if one.hints else ""
    return f"Je n'ai pas compris.{why}{try_words} « aide » donne la liste des questions."


def answer_lines(r: Answer, folder: Folder) -> list[str]:
    """The answer in a few lines: its sentence, the lines behind it, what is withheld, on what it stands."""
    sentences = [first_line(r, folder), *(f"{heavy(e)}." for e in r.heavy), *_lines(r), withheld(r), base(r), closed(r)]
    return [p for p in sentences if p]


def first_line(r: Answer, folder: Folder) -> str:
    """The figure in a sentence, or the sentence in its place when it may not be told to whoever asks."""
    if "valeur" in r.mask:
        return _withheld_figure(r, folder)
    return (told_as(r.intention, r.figure).sentence or _plainly)(r, folder)


def _withheld_figure(r: Answer, folder: Folder) -> str:
    return f"{_named(r, folder)} : non communiqué à votre profil ({r.mask['valeur']})."


def _plainly(r: Answer, folder: Folder) -> str:
    """What is said of a figure that no sentence was written for: its name, whose it is, and how much."""
    if r.value is None:
        said = NO_FIGURE
    elif r.unit == "EUR":
        said = rounded_amount(int(r.value))
    else:
        said = rate(Decimal(r.value)) if r.unit == "taux" else str(r.value)
    return f"{_named(r, folder)} : {said}."


def _named(r: Answer, folder: Folder) -> str:
    """« Gain retenu du GHT Jura en 2021 »."""
    name = BY_KEY[r.intention].metric.name
    return f"{name[0].upper()}{name[1:]} {of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice}"


NAMES = {
    "declare": "déclaré", "retire": "retiré", "retenu": "retenu", "dont_provisoire": "part provisoire",
    "sous_alerte": "part sous alerte", "notifie": "notifié", "report": "report", "impute": "imputé",
    "qualite_euros": "qualité en euros", "perimetre_traite": "périmètre traité", "achats": "achats",
}  # fmt: skip
"""What is withheld beside the figure, in words; the rest goes without saying."""


def withheld(r: Answer) -> str:
    """« Arrondi à 100 k€ près. Non communiqué : retiré, déclaré (moins de 3 autres GHT y contribuent). »"""
    if not r.rounded or "valeur" in r.mask or r.unit not in ("EUR", "taux"):
        return ""
    by_reason: dict[str, list[str]] = {}
    for name, why in r.mask.items():
        if name in NAMES:
            by_reason.setdefault(why, []).append(NAMES[name])
    all_said = " ; ".join(f"{enumeration(names)} ({why})" for why, names in by_reason.items())
    return f"Arrondi à {rounded_amount(r.rounded)} près." + (f" Non communiqué : {all_said}." if all_said else "")


def heavy(e: Element) -> str:
    """« Une seule ligne fait 4 000 000 € de ce total [2021-annuelle/390780146/0042 · S44] »: named by its place."""
    place = " · ".join(filter(None, (e.address.reference, e.address.cell))) if e.address else ""
    return f"Une seule ligne fait {euros(int(e.value or 0))} de ce total [{place}]"


def _lines(r: Answer) -> list[str]:
    shown_ones, rest = shown(r, MOST_SHOWN)
    lines = [f"  • {said}" for said in shown_ones]
    return [*lines, f"  … et {count_words(rest, 'autre')} (--json les donne toutes)"] if rest else lines


def shown(r: Answer, at_most: int) -> tuple[list[str], int]:
    """The lines behind the figure, in words, and how many more there are; none when the sentence says them already."""
    lines = BY_KEY[r.intention].shown(r)
    said = [element(e, r) for e in lines[:at_most]]
    count = r.line_count if lines == r.elements else len(lines)
    return said, max(count - len(said), 0)


def element(e: Element, r: Answer) -> str:
    """One line: its name, its figure, what is said beside it, its cell."""
    words = [e.label]
    if isinstance(e.value, int):
        exact = e.address or BY_KEY[r.intention].exact
        words.append((euros(e.value) if exact else rounded_amount(e.value)) + under_alert(e.under_alert))
    elif isinstance(e.value, Decimal):
        words.append(rate(e.value))
    if e.beside:
        words.append(e.beside)
    line = " — ".join(words)
    if e.address:
        line += f"  [{' · '.join(filter(None, (e.address.reference, e.address.sheet, e.address.cell)))}]"
    return line


def base(r: Answer) -> str:
    """On what the figure stands: how many trames, which part is provisional, which day."""
    provisional = f", dont {rounded_amount(r.provisional)} provisoires ({PROVISIONAL})" if r.provisional else ""
    received_so_far = f"{count_words(r.received_so_far, 'trame reçue', 'trames reçues')} sur {r.expected_trames}"
    days = f", {received_days(r)}" if r.sources else ""
    return (
        f"{received_so_far if r.expected_trames else NOBODY_EXPECTED}{days}{provisional} · {campaigns(r)} · "
        f"au {day(r.as_of)}"
    )


def campaigns(r: Answer) -> str:
    """The campaigns whose tabs make the figure."""
    return " et ".join(r.campaigns) or r.campaign


def received_days(r: Answer) -> str:
    """« du 12/03/2022 au 28/03/2022 »: from which days the oldest and the youngest of them are."""
    if r.sources is None:
        return ""
    oldest, youngest = r.sources
    return f"le {day(oldest)}" if oldest == youngest else f"du {day(oldest)} au {day(youngest)}"


def closed(r: Answer) -> str:
    """What was asked besides and is not open to whoever asks."""
    return {
        "": "",
        "parts": "Le détail n'est pas ouvert à votre profil : voici le total seul.",
        "ranks": "Les autres rangs sont anonymes : votre profil ne les ouvre pas.",
    }[r.closed]


def _help() -> list[str]:
    """The list of questions, from their table."""
    return [
        "Vous pouvez demander :",
        *(f"  • {i.example} — {i.help_text}" for i in INTENTIONS),
        ADD,
    ]
