"""Every name that the house gives is English, but for the words of the trade and for the names that are data."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from config.settings import Alerts, Disclosure, Keeping, Thresholds, WorkingHours
from sheets.trames import TRAMES
from tests.made_up import COURSES_OF_A_GHT

ROOT = Path(__file__).parent.parent
FRENCH = frozenset((ROOT / "tests/data/french_words.txt").read_text(encoding="utf-8").split())
"""French words that are not English words too, as names are written: without accents, one by one."""
TRADE = frozenset(
    "trame ght etablissement finess exercice referent paat famille domaine categorie operateur levier neant ars dgos".split()
)
SETTINGS = frozenset(f.name for kind in (Thresholds, Keeping, WorkingHours, Alerts, Disclosure) for f in fields(kind))
"""What `reglages.toml` calls them: a region writes these words."""
TABLES = [table for trame in (*TRAMES.values(), COURSES_OF_A_GHT) for table in trame.tables]
COLUMNS = frozenset(key for t in TABLES for key in (*t.by_key, *(m.key for m in t.measures)))
"""Columns of a trame, in its workbook and in the register."""
COMMANDS = frozenset(f.stem for f in (ROOT / "jobs/commands").glob("*.py"))
"""Words of the command line: the module of a command bears them."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def given_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives, and its line: what it merely uses was named elsewhere, or is a keyword of data."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.alias(asname=str() as name) | ast.ExceptHandler(name=str() as name):
                yield name, node.lineno
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                yield name, node.lineno


def french_words(name: str) -> list[str]:
    """The French words of a name, once what is data in it is left out: « STATUTS » holds the column « statut »."""
    if name in SETTINGS:
        return []
    words = [word.lower() for word in WORD.findall(name)]
    for key in sorted(COLUMNS, key=len, reverse=True):
        words = re.sub(rf"(?<![a-z]){key}s?(?![a-z])", "", "_".join(words)).split("_")
    return [word for word in words if word in FRENCH - TRADE or not word.isascii()]


def faults(path: str, source: str) -> list[str]:
    """The French names that one module gives, a sentence each. The name of a test is a sentence, and may quote."""
    names = [(n, f":{line}") for n, line in given_names(ast.parse(source)) if not n.startswith("test_")]
    stem = Path(path).stem
    names += [(stem, "")] if stem not in COMMANDS and not path.startswith("tests/") else []
    return [
        f"{path}{line} names something « {name} »: say « {' '.join(words)} » in English."
        for name, line in names
        if (words := french_words(name))
    ]


def test_every_name_is_english() -> None:
    rooms = ("config", "sheets", "reports", "bots", "jobs", "tests", "docs")
    files = [f for room in rooms for f in (ROOT / room).rglob("*.py")]
    assert len(files) > 300
    sources = ((f.relative_to(ROOT).as_posix(), f.read_text(encoding="utf-8")) for f in files)
    assert [fault for path, source in sources for fault in faults(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source", "word"),
    [
        ("config/french.py", "def cle(text): ...", "cle"),
        ("bots/reply.py", "def answer(montant): ...", "montant"),
        ("bots/reply.py", "class ListeDesRejets: ...", "liste des rejets"),
        ("bots/reply.py", "for fichier in files: ...", "fichier"),
        ("bots/reply.py", "if (seuil := 3): ...", "seuil"),
        ("bots/reply.py", "self.debut = 1", "debut"),
        ("bots/reply.py", "import csv as tableau", "tableau"),
        ("bots/reply.py", "try: ...\nexcept ValueError as erreur: ...", "erreur"),
        ("bots/reply.py", "match x:\n    case [premier, *reste]: ...", "premier"),
        ("bots/reply.py", "f = lambda onglet: onglet", "onglet"),
        ("sheets/cellule.py", "", "cellule"),
        ("sheets/trames/paat/columns.py", "STATUTS_DE_LIGNES = ()", "lignes"),
    ],
)
def test_a_french_name_is_told_in_a_sentence(path: str, source: str, word: str) -> None:
    fault, *_ = faults(path, source)
    assert fault.startswith(path)
    assert f"« {word} » in English" in fault


@pytest.mark.parametrize(
    "source",
    [
        "def of_a_trame(ght, finess, levier): ...",
        "STATUTS, NATURES = (), ()",
        "date_premiere_commande: date",
        "jour_du_point: int",
        "text.format(lieu=place, annee=2021)",
        "def test_rien_a_declarer_is_an_answer(): ...",
        "row = {'montant': 1}",
    ],
)
def test_the_words_of_the_trade_and_of_data_are_left_alone(source: str) -> None:
    assert faults("bots/reply.py", source) == []


def test_no_french_word_of_the_list_is_a_word_of_the_trade() -> None:
    assert not FRENCH & TRADE
