"""Console, JSON and chat say the same of every question, to everyone: figures, names, notes, refusals.

What each says is read back from what a person (or a program) gets, never from the answer behind it; amounts are worded
here a second time. What is asked: every question, of a country, a region, a GHT that answered, one of which nothing came.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bots import answer_words
from bots.answer_json import reply_object
from bots.answer_words import reply_lines, told
from bots.answering import answer_question
from bots.letters.message_kinds import KINDS
from bots.questions import INTENTIONS
from bots.slack import answer_blocks, home_tab
from bots.slack.conversation import answer_message
from config.rights import AT_KEYBOARD, ROLES, Person
from config.territory import FRANCE, Scope
from reports.due.reminders import Reminder
from reports.progress import states
from reports.view import Subject
from sheets.register.outbox import MessageKey
from sheets.register.pulls import Entry
from tests import acted
from tests.region import REFERENT, Region, new_region, trame

YEAR_END, MID_YEAR = "2021-annuelle", "2022-mi-annee"
JURA, NIEVRE, YONNE, SILENT = "BFC-08", "BFC-06", "BFC-05", "BFC-03"
JURA_SUD, MOREZ, NEVERS, SENS = "390780146", "390780153", "580780039", "890970569"
PERSONS = (
    "",
    "dgos",
    "referent.bfc",
    "adjoint.bfc",
    "lecture",
    "operateur.uniha",
    "directeur.bfc-08",
    "achats.390780153",
)
TYPED = "Tartempion"
TYPED_IN = "BFC-11"
"""A GHT whose trame the referent entered."""
KNOWN_WRONG: dict[tuple[str, str], str] = {}
"""(question, person) → why a surface still says something else: strictly those, and each must fail."""


def line(gain: float, reference: float = 0, **rest: Any) -> dict[str, Any]:
    return {
        "gain_annuel": gain,
        "montant_reference": reference or 20 * abs(gain),
        "date_premiere_commande": date(2021, 1, 4),
        **rest,
    }


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A trame under alert, one that is provisional, one with labels nobody knows, some small ones, one that never came."""
    r = new_region(tmp_path_factory.mktemp("region"))
    ordinary = [line(100_001 + 1_003 * n, intitule=f"{TYPED} {n}", marche=f"M{n}") for n in range(14)]
    alone = line(4_000_000, 20_000_000, marche="", intitule=f"Scanner {TYPED}", date_premiere_commande=date(2021, 7, 1))
    struck = [line(200_003 + n, 1_000, intitule=f"Trop {n}") for n in range(3)]
    r.send("jura.xlsx", JURA, YEAR_END, {JURA_SUD: [*ordinary, alone, *struck], MOREZ: [line(77_007)]})
    r.send("nievre.xlsx", NIEVRE, YEAR_END, {NEVERS: [line(1_300_009), line(-2_011)]}, handing_in=False)
    unknown = [line(31_013 + 1_000 * n, operateur=f"{TYPED} {n}", famille=f"{TYPED} famille {n}") for n in range(2)]
    r.send("yonne.xlsx", YONNE, YEAR_END, {SENS: [line(212_019), *unknown, line(9_000, 500, action_id=f"x{TYPED}")]})
    territory, situation = r.folder.territory, r.folder.campaigns[YEAR_END].situation
    for rank, ght in enumerate(("BFC-01", "BFC-02", "BFC-04", "BFC-07", "BFC-09"), 1):
        finess = territory.members(ght, situation)[0].finess
        r.send(f"{ght}.xlsx", ght, YEAR_END, {finess: [line(500_021 * rank)]})
    finess = territory.members(TYPED_IN, situation)[0].finess
    r.drop_file("saisie.xlsx", trame(r.folder, TYPED_IN, YEAR_END, {finess: [line(150_053)]}))
    r.pull_sources(Entry(REFERENT, f"appel de {TYPED}"), "saisie.xlsx")
    acted.decide(r.main(), f"{YEAR_END}/{JURA_SUD}/0016", "retenir", f"relu par {TYPED}")
    for n in (2, 3):
        acted.decide(r.main(), f"{YEAR_END}/{SENS}/{n:04d}", "retenir", "relu")
    acted.decide(r.main(), f"{YEAR_END}/{JURA_SUD}/0001", "retirer", f"double de {TYPED}")
    r.dated(date(2022, 2, 10)).send("jura.xlsx", JURA, YEAR_END, {
        JURA_SUD: [*ordinary, alone, *struck, line(55_023, intitule="De plus")], MOREZ: [line(77_007)]})  # fmt: skip
    r.dated(date(2022, 7, 1)).send("jura22.xlsx", JURA, MID_YEAR, {
        JURA_SUD: [{**line(300_029), "date_premiere_commande": date(2022, 2, 1)},
                   {**line(90_031), "statut": "notifié", "date_premiere_commande": date(2022, 10, 1)}]})  # fmt: skip
    return r.dated(date(2022, 7, 20))


def person_named(region: Region, name: str) -> Person:
    return region.folder.persons[f"{name}@exemple.invalid"] if name else AT_KEYBOARD


def places() -> tuple[Scope, ...]:
    return (
        FRANCE,
        Scope("region", "BFC"),
        *(Scope("ght", g) for g in (JURA, NIEVRE, SILENT, TYPED_IN)),
        Scope("etablissement", MOREZ),
    )


def questions() -> Iterator[str]:
    """Every question of every place, and each turn that a question takes."""
    for p in places():
        where = "france" if p.type == "national" else p.code
        for i in INTENTIONS:
            yield i.suggests(where, 2021).replace("un mois", "le 01/02/2022")
        yield from (f"{w} {where} 2021" for w in ("pourquoi prévision", "pourquoi couverture", "pourquoi performance"))
        yield from (f"gains {where} 2021 par {axis}" for axis in ("ght", "etablissement", "famille", "operateur"))
        yield from (
            f"{w} {where} 2022" for w in ("gains", "prévision", "objectif", "échéances", "tâches", "couverture")
        )
    for p in places()[:2]:
        where = "france" if p.type == "national" else p.code
        yield from (f"{w} {where} 2021 sauf {JURA}" for w in ("gains", "pourquoi gains", "qualité", "rejets", "statut"))
        yield from (
            f"{w} {where} 2021" for w in ("les 3 meilleurs ght", "les 2 derniers ght", "classement par famille")
        )
    yield from (
        f"rang {JURA} 2021",
        f"rang {SILENT} 2021",
        f"compare {JURA} et {NIEVRE} 2021",
        "gains bfc 2015",
    )
    yield from (f"compare {JURA} et {SILENT} 2021", f"compare {JURA} et bfc 2021", f"compare {JURA} 2021 et 2022")
    yield from (
        "couverture bfc 2021 et 2022",
        f"évolution {JURA} de 2021 à 2022",
        "évolution bfc 2021",
        "abracadabra",
        "aide",
    )
    yield from (
        f"gains {JURA} 2021 par levier",
        "pourquoi ?",
        f"qu'est-ce qui a changé {JURA} 2021 depuis le 01/02/2022 ?",
        "pourquoi ?",  # line by line
    )


# What is read on each surface

NUMBER = re.compile(r"[+−-]?\d+(?:\u202f\d{3})*(?:,\d+)?(?:\xa0(?:M€|k€|€|%))?")
BRACKETS = re.compile(r"  \[[^\]]*\]| \[20[^\]]*\]")
NOTES = ("pas encore remises", "provisoire", "sous alerte", "hors alerte", "Arrondi à", "imputé", "réparti", "objectif connu",
         "pas de taux d'atteinte", "ne les ouvre pas", "n'est pas ouvert", "rien reçu", "rien n'est reçu", "plus de trame attendue",
         "sans réponse", "achats inconnus", "à revoir", "report de 2021", "n'est plus attendu", "communiqué", "y contribuent",
         "presque tout", "ferait retrouver", "verrouillé", "une seule ligne fait", "hors GHT", "en retard", "à corriger",
         "somme des taux", "aucune campagne")  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What one surface says of an answer: its words without its lines, then its lines in their order."""

    words: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((self.words, *self.lines))

    @property
    def notes(self) -> set[str]:
        return {n for n in NOTES if n.lower() in self.text.lower()}


def numbers(text: str) -> list[str]:
    """Every amount, rate, count and day, as written; a cell and a reference are no number."""
    return NUMBER.findall(re.sub(r"20\d\d-(?:mi-annee|annuelle)", " ", BRACKETS.sub(" ", text)))


def cell(text: str) -> tuple[str, str]:
    """(« campaign/finess/number », « S14 ») between brackets."""
    parts = [p for b in re.findall(r"\[([^\]]*)\]", text) for p in b.split(" · ")]
    return (parts[0] if parts else "", parts[-1] if len(parts) > 1 else "")


def in_console(lines: Iterable[str]) -> Said:
    lines = list(lines)
    bullets = tuple(li.removeprefix("  • ") for li in lines if li.startswith("  • "))
    return Said("\n".join(li for li in lines if not li.startswith("  • ")), bullets)


def in_slack(blocks: Iterable[dict[str, Any]]) -> tuple[Said, tuple[str, ...]]:
    """What the message says of the answer, and the costliest findings that come along under a line."""
    texts: list[str] = []
    besides: tuple[str, ...] = ()
    blocks = list(blocks)
    for rank, b in enumerate(blocks):
        if b["type"] == "divider":
            found = _plain(blocks[rank + 1]["text"]["text"]).split("\n")[1:]
            besides = tuple(li.removeprefix("• ") for li in found)
            break
        if b["type"] in ("header", "section") and "accessory" not in b:
            texts += [_plain(t["text"]) for t in ([b["text"]] if "text" in b else b["fields"])]
    lines = [li for t in texts for li in t.split("\n")]
    bullets = tuple(li.removeprefix("• ") for li in lines if li.startswith("• "))
    return Said("\n".join(li for li in lines if not li.startswith("• ")), bullets), besides


def _plain(text: str) -> str:
    return html.unescape(text).replace("\N{WORD JOINER}", "")


def buttons(blocks: Iterable[dict[str, Any]]) -> list[str]:
    return [e["value"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


# What must be the same


def differences(region: Region, question: str, person: Person) -> list[str]:
    """What one surface says and another does not, a sentence each."""
    asked = (question, person, region.view, region.hour)
    reply = answer_question(*asked, limit=answer_blocks.MOST_LINES)
    console, said = in_console(reply_lines(reply)), reply_object(reply)
    message = answer_message(*asked)
    slack, _ = in_slack(message.block_list)
    if "unite" not in said:
        return list(_refused("\n".join(reply_lines(reply)), said, slack, buttons(message.block_list)))
    return [*_against_slack(region, console, said, slack), *_against_json(console, said)]


def _refused(text: str, said: dict[str, Any], slack: Said, asked: list[str]) -> Iterator[str]:
    if not text == said["texte"] == slack.text:
        yield f"a refusal: {text!r}, {said['texte']!r}, {slack.text!r}"
    if asked != said.get("propositions", []):
        yield f"suggestions: {asked} and {said.get('propositions')}"
    if said["valeur"] is not None or (numbers(said["texte"]) and said.get("refus")):
        yield "a refusal with a figure"


def _against_slack(region: Region, console: Said, said: dict[str, Any], slack: Said) -> Iterator[str]:
    shown, together = _named_lines(region, console, said, slack)
    here, there = (set(numbers(words)) for words in (console.words, slack.words))
    if here != there:
        yield f"numbers: console alone {here - there}, Slack alone {there - here}"
    if len(shown) != len(slack.lines) - bool(together):
        yield f"lines: console {len(shown)}, Slack {len(slack.lines)}"
    for a, b in zip(shown, slack.lines, strict=False):
        if numbers(_tail(a)) != numbers(_tail(b)) and not _typed_inside(a, b):
            yield f"a line: {a!r}, {b!r}"
        (reference, at), (short, in_slack_at) = cell(a), cell(b)
        if (
            at != in_slack_at
            or not reference.startswith(short)
            or reference.count("/") - short.count("/") not in (0, 1)
        ):
            yield f"a cell: {a!r}, {b!r}"
    if names(region, console, said) != names(region, slack, said):
        yield f"names: {names(region, console, said) ^ names(region, slack, said)}"
    if console.notes != slack.notes:
        yield f"notes: console alone {console.notes - slack.notes}, Slack alone {slack.notes - console.notes}"


def _named_lines(region: Region, console: Said, said: dict[str, Any], slack: Said) -> tuple[list[str], bool]:
    """The lines of the console that the chat may name; whether the others are there together, for what they sum up to."""
    unknown = [
        li
        for li, e in zip(console.lines, said["lignes"], strict=False)
        if TYPED in str(e["libelle"]) and "cellule" not in e
    ]
    if not unknown:
        return list(console.lines), False
    total = sum((Decimal(e["valeur"]) for e in said["lignes"] if TYPED in str(e["libelle"])), Decimal(0))
    assert "libellés hors nomenclature" in slack.lines[-1]
    assert numbers(slack.lines[-1])[0] in wordings(total), (slack.lines[-1], total)
    return [li for li in console.lines if li not in unknown], True


def _tail(text: str) -> str:
    """What is said of a line after its name, which in the house may be a text that someone typed."""
    return text.partition(" — ")[2]


def _typed_inside(a: str, b: str) -> bool:
    """A decision is told in the house by whom, when and why; a place in a tab, by the tab's name: outside, neither."""
    rest = [n for n in numbers(_tail(a)) if n not in numbers(_tail(b))]
    return ("gardée" in a or "retirée" in a or " × ; " in a) and not any("€" in n or "%" in n for n in rest) and all(
        n in numbers(_tail(a)) for n in numbers(_tail(b)))  # fmt: skip


def names(region: Region, one: Said, said: dict[str, Any]) -> set[str]:
    """The GHT, regions, families and operators that are named; of an answer by line, what is said outside its lines."""
    text = one.words if any("cellule" in e for e in said["lignes"]) else one.text
    t, n = region.folder.territory, region.folder.nomenclature
    known = [*(g.name for g in t.ghts.values()), *(r.name for r in t.regions.values()), *n.familles, "UniHA"]
    return {name for name in known if name in text}


def wordings(euros: Decimal | str) -> set[str]:
    """The ways in which an amount is written in French, said again here: exact, and as one says it aloud."""
    amount = Decimal(euros)
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    exact = _french(size, 0 if size == size.to_integral() else 2) + "\xa0€"
    aloud = (f"{_french(size / 10**6, 1)}\xa0M€" if size >= Decimal(999500)
             else f"{_french(size / 10**3, 0)}\xa0k€" if size >= 10_000 else f"{_french(size, 0)}\xa0€")  # fmt: skip
    return {s + words for words in (exact, aloud) for s in ({sign} if sign else {"", "+"})}


def _french(amount: Decimal, decimals: int) -> str:
    rounded = amount.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")
    return f"{rounded:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def _against_json(console: Said, said: dict[str, Any]) -> Iterator[str]:
    amounts = [v for v in _leaves(said) if re.fullmatch(r"-?\d+\.\d\d", v)]
    possible = {w for v in amounts for w in wordings(v)} | set(_rates(said))
    possible |= (
        {w for v in amounts for w in wordings(str(abs(Decimal(v))))} if said["intention"] == "comparaison" else set()
    )
    possible |= {n for text in _leaves(said) for n in numbers(text)}
    if strange := [n for n in numbers(console.text) if ("€" in n or "%" in n) and n not in possible]:
        yield f"console says {strange}, of which JSON knows nothing"
    yield from _headline(console, said)
    behind = said["a_part"] if said["intention"] == "prevision" else said["lignes"]
    in_the_sentence = said["intention"] == "statut" and said["trames"]["attendues"] == 1
    if len(console.lines) != len(behind) and not in_the_sentence and "par les gains retenus (" not in console.words:
        yield f"JSON has {len(behind)} lines, the console {len(console.lines)}"
    for a, e in zip(console.lines, behind, strict=False):
        held = [e["libelle"], e.get("precision", ""), e.get("reference", ""), e.get("cellule", "")]
        if missing := [x for x in held if x not in a]:
            yield f"a line of JSON has {missing}, the console {a!r}"
        if said["unite"] == "EUR" and e["valeur"] is not None and not wordings(e["valeur"]) & set(numbers(_tail(a))):
            yield f"a line of JSON has {e['valeur']}, the console {a!r}"
        if "sous_alerte" in e and not wordings(e["sous_alerte"]) & set(numbers(a)):
            yield f"a line of JSON is under alert, the console {a!r}"


def _headline(console: Said, said: dict[str, Any]) -> Iterator[str]:
    """What JSON says of the whole is in the words of the console; what it does not know is not."""
    seen = set(numbers(console.words))
    if said["unite"] == "EUR" and said["valeur"] is not None and Decimal(said["valeur"]):
        value = said["valeur"]
        either = {value, value.removeprefix("-")} if said["intention"] == "comparaison" else {value}
        if not any(wordings(v) & seen for v in either):
            yield f"JSON has {value}, the console {console.words!r}"
    no_figure = said["valeur"] is None and said["intention"] in ("gains", "pourquoi", "prevision", "verrou")
    if no_figure and any("€" in n for n in numbers(console.words.partition("Objectif")[0].partition("À part")[0])):
        yield f"JSON has no figure, the console {console.words!r}"
    attained = said["taux_atteinte"] if said["intention"] in ("gains", "objectif") and not said["sauf"] else None
    if attained is not None and _rate(Decimal(str(attained))) not in seen:
        yield f"JSON has an attainment of {attained}, the console {console.words!r}"
    if said["taux_atteinte"] is not None and said["intention"] in ("comparaison", "evolution"):
        yield "an attainment of several taken together"
    withheld = {m["chiffre"]: m["motif"] for m in said["masque"]}
    if withheld.get("valeur", "") not in console.words:
        yield f"JSON withholds {withheld['valeur']}, the console {console.words!r}"
    if said["unite"] in ("EUR", "taux") and "valeur" not in withheld:
        if said["arrondi"] and not any(f"Arrondi à {w} près" in console.words for w in wordings(said["arrondi"])):
            yield f"JSON is rounded, the console {console.words!r}"
        if missing := {withheld[k] for k in withheld.keys() & answer_words.NAMES.keys()} - set(
            _said(withheld, console)
        ):
            yield f"JSON withholds for {missing}, the console {console.words!r}"
    under = (
        Decimal(said["sous_alerte"] or 0) if said["intention"] in ("gains", "objectif", "verrou", "prevision") else 0
    )
    if under and said["valeur"] and not wordings(Decimal(under)) & seen:
        yield f"JSON has {under} under alert, the console {console.words!r}"
    provisional = Decimal(said["dont_provisoire"] or 0)
    if bool(provisional) != ("pas encore remises" in console.words) or (
        provisional and not wordings(provisional) & seen
    ):
        yield f"JSON has {provisional} provisional, the console {console.words!r}"
    if said["trames"]["attendues"] and not {str(said["trames"]["recues"]), str(said["trames"]["attendues"])} <= seen:
        yield f"JSON has {said['trames']}, the console {console.words!r}"


def _said(withheld: dict[str, str], console: Said) -> Iterator[str]:
    return (why for why in withheld.values() if why in console.words)


def _leaves(said: Any) -> Iterator[str]:
    """Every text of the JSON but the one that says it all again."""
    if isinstance(said, dict):
        for key, value in said.items():
            yield from () if key == "texte" else _leaves(value)
    elif isinstance(said, list):
        for value in said:
            yield from _leaves(value)
    elif isinstance(said, str):
        yield said


def _rates(said: dict[str, Any]) -> Iterator[str]:
    values = [said["valeur"], said["taux_atteinte"], *(e["valeur"] for e in said["lignes"])]
    yield from (_rate(Decimal(str(v))) for v in values if isinstance(v, float | int))
    yield from (_rate(Decimal(v)) for k, v in said["faits"].items() if k.startswith("qualite"))
    if said["objectif"] and Decimal(said["objectif"]):
        over = [said["retenu_hors_alerte"], said["valeur"] if said["unite"] == "EUR" else None]
        yield from (_rate(Decimal(v) / Decimal(said["objectif"])) for v in over if v is not None)


def _rate(fraction: Decimal) -> str:
    return ("−" if fraction < 0 else "") + _french(abs(fraction) * 100, 1) + "\xa0%"


@pytest.fixture(autouse=True)
def as_many_lines_on_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console shows as many lines as the chat: how many is no part of what is said."""
    monkeypatch.setattr(answer_words, "MOST_SHOWN", answer_blocks.MOST_LINES)


def test_every_role_is_walked(region: Region) -> None:
    assert {person_named(region, name).role for name in PERSONS if name} == set(ROLES)


@pytest.mark.parametrize("name", PERSONS)
def test_console_json_and_chat_say_the_same_of_every_question(name: str, region: Region) -> None:
    person = person_named(region, name)
    found = {q: d for q in questions() if (d := differences(region, q, person))}
    wrong = {q: d for q, d in found.items() if (q, name) not in KNOWN_WRONG}
    assert not wrong, "\n".join(f"{q} : {' ; '.join(d)}" for q, d in wrong.items())
    assert {q for q, who in KNOWN_WRONG if who == name} <= found.keys(), "mended: take it off the list"


def test_the_findings_under_a_figure_are_the_first_of_its_rejects(region: Region) -> None:
    referent = person_named(region, "referent.bfc")
    for where in ("bfc", JURA, YONNE):
        _, besides = in_slack(answer_message(f"gains {where} 2021", referent, region.view, region.hour).block_list)
        rejects, _ = in_slack(answer_message(f"rejets {where} 2021", referent, region.view, region.hour).block_list)
        assert besides
        assert besides == rejects.lines[:3]


@pytest.mark.parametrize("question", [
    f"gains bfc 2021 sauf {JURA}", f"rejets bfc 2021 sauf {JURA} et {NIEVRE}", f"qualité bfc 2021 sauf {JURA}",
    f"statut bfc 2021 sauf {JURA}", f"prévision bfc 2021 sauf {JURA}", f"couverture bfc 2021 sauf {JURA}",
])  # fmt: skip
def test_every_button_asks_of_the_same_territory(question: str, region: Region) -> None:
    referent = person_named(region, "referent.bfc")
    asked = answer_question(question, referent, region.view, region.hour).question.subject
    followed = buttons(answer_message(question, referent, region.view, region.hour).block_list)
    assert asked
    assert followed
    for value in followed:
        again = answer_question(value, referent, region.view, region.hour).question.subject
        assert again, value
        assert (again.scope, again.but_for, again.exercice) == (asked.scope, asked.but_for, asked.exercice), value


@pytest.mark.parametrize(
    "word", ["gains", "objectif", "pourquoi gains", "couverture", "performance", "qualité", "prévision"]
)
def test_nothing_received_is_no_figure_and_no_rate_on_any_surface(word: str, region: Region) -> None:
    """It is not 0 €, and it is not 0 % of an objective."""
    question = f"{word} {SILENT} 2021"
    said = region.ask(question)
    slack, _ = in_slack(
        answer_message(question, person_named(region, "referent.bfc"), region.view, region.hour).block_list
    )
    assert said["taux_atteinte"] is None
    assert word == "objectif" or said["valeur"] is None
    for text in (said["texte"], slack.text):
        assert not {"0\xa0€", "0,0\xa0%"} & set(numbers(text)), text
    assert word not in ("gains", "pourquoi gains", "objectif") or "rien n'est reçu" in said["texte"].lower()


@pytest.mark.parametrize(("question", "title"), [
    ("classement bfc 2021", "9 GHT au classement"), ("les 3 meilleurs ght bfc 2021", "9 GHT au classement"),
    (f"rang {JURA} 2021", "1er sur 9"), (f"rang {SILENT} 2021", "Pas classé"),
    ("échéances bfc 2022", "Échéance le 15/09/2022"),
    (f"gains {SILENT} 2021", "Gain retenu : pas de chiffre"), (f"statut {SILENT} 2021", "Trame pas encore remise"),
    (f"rejets {NIEVRE} 2021", "Rien n'est retiré"), (f"compare {JURA} et {SILENT} 2021", "Rien à comparer"),
])  # fmt: skip
def test_a_title_is_what_was_asked_for(question: str, title: str, region: Region) -> None:
    message = answer_message(question, person_named(region, "referent.bfc"), region.view, region.hour)
    assert _plain(message.block_list[0]["text"]["text"]).replace("\xa0", " ") == title


def test_one_exercice_alone_has_no_evolution_on_any_surface(region: Region) -> None:
    reply = answer_question("évolution bfc", AT_KEYBOARD, region.view, region.hour, date(2022, 2, 20))
    slack, _ = in_slack(answer_blocks.answer_message(told(reply).answer, region.folder).block_list)
    console = in_console(reply_lines(reply))
    assert "un seul exercice a des gains" in console.words
    assert console.words.split("\n")[0] in slack.words
    assert slack.words.startswith("Un seul exercice a des gains\n")
    assert console.lines == slack.lines
    assert len(console.lines) == 1


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("injoignable", "total_qui_bouge", "grosse_ligne")])
def test_a_reason_that_someone_typed_is_in_no_letter(kind: str, region: Region) -> None:
    """Any channel may carry a letter: the reason for which a trame was entered stays in the house."""
    campaign = region.folder.campaigns[YEAR_END]
    (state,) = states(region.view, Subject(Scope("ght", TYPED_IN), 2021, YEAR_END))
    assert TYPED in state.words
    due = Reminder(MessageKey(YEAR_END, TYPED_IN, kind, "jour", REFERENT), kind, region.hour, campaign, state)
    part = KINDS[kind].words(region.view, [due])
    assert TYPED not in str(part)


@pytest.mark.parametrize("name", [p for p in PERSONS if p])
def test_nothing_that_someone_typed_is_said_in_the_chat(name: str, region: Region) -> None:
    person = person_named(region, name)
    for question in questions():
        message = answer_message(question, person, region.view, region.hour)
        assert TYPED not in f"{message.text}{message.block_list}", question


@pytest.mark.parametrize(("name", "where"), [
    ("referent.bfc", "bfc"), ("directeur.bfc-08", JURA), ("lecture", "bfc"), ("achats.390780153", MOREZ),
])  # fmt: skip
def test_the_home_tab_gives_the_figures_that_one_would_be_answered(name: str, where: str, region: Region) -> None:
    person = person_named(region, name)
    block_list = home_tab.home_blocks(region.main(person.email), region.view)
    said = "\n".join(_plain(b["text"]["text"]) for b in block_list if b["type"] == "section" and "text" in b)
    lines = reply_lines(answer_question(f"gains {where} 2022", person, region.view, region.hour))
    assert lines[0] in said
    if name == "lecture":  # the answer itself, as the chat lays it out
        message = answer_message(f"gains {where} 2022", person, region.view, region.hour)
        assert in_slack(block_list)[0] == in_slack(message.block_list)[0]
    else:
        assert lines[-1] in said
