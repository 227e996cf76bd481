"""The house keeps its order: what each room may import, and where each library, the clock and SQL may appear."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).parent.parent
PIECES = ("config", "sheets", "reports", "bots", "jobs")
FOLDERS = {
    "config": (),
    "sheets": (
        "sources", "checks", "reading", "trames", "judging", "register", "writing", "returning", "matching", "repairing",
    ),
    "reports": ("due",),
    "bots": ("grammar", "letters", "slack"),
    "jobs": ("taking_in", "demo", "commands"),
}  # fmt: skip
"""The folders of each room, from left to right: one imports those to its left alone."""
REGISTER = "sheets/register/*"
WORKBOOK_WRITERS = (
    "sheets/writing/*",
    "sheets/returning/*",
    "sheets/repairing/*",
    "jobs/demo/*",
    "reports/findings_workbook.py",
    "reports/lines_workbook.py",
)
LIBRARIES: dict[str, tuple[str, ...]] = {
    "slack_bolt": ("bots/*",),
    "slack_sdk": ("bots/*",),
    "smtplib": ("bots/outgoing_mail.py",),
    "imap_tools": ("sheets/sources/mailbox.py",),
    "imaplib": ("sheets/sources/mailbox.py",),
    "authres": ("sheets/sources/mail_headers.py",),
    "apscheduler": ("jobs/schedule.py",),
    "holidays": ("config/working_hours.py",),
    "jinja2": ("bots/letters/composing.py",),
    "sqlite3": (REGISTER,),
    "sqlite_utils": (REGISTER,),
    # The handle on the register is passed along, never asked: see QUERY_CALLS.
    "sqlite_utils.Database": (
        REGISTER,
        "reports/view.py",
        "jobs/wiring.py",
        "sheets/matching/whole_campaign.py",
        "sheets/matching/known.py",
        "jobs/steps.py",
        "jobs/taking_in/folders.py",
        "jobs/taking_in/take_in.py",
        "jobs/commands/rejudge.py",
        "jobs/commands/purge.py",
    ),
    "python_calamine": ("sheets/reading/opening.py",),
    "xlrd": ("sheets/reading/old_workbook.py",),
    "msoffcrypto": ("sheets/reading/unwrapping.py",),
    "olefile": ("sheets/reading/unwrapping.py",),
    "matplotlib": ("reports/drawing.py",),
    # pyplot keeps its figures in one place for the whole process, and the service has threads.
    "matplotlib.pyplot": (),
    "openpyxl": WORKBOOK_WRITERS,
    "openpyxl.utils": WORKBOOK_WRITERS,
    # A reply is typed until it is rendered: the JSON is for whoever prints it, French for whoever was asked in French.
    "bots.answer_json": ("jobs/*",),
    "bots.answering": ("bots/slack/*", "jobs/demo/tour.py", "jobs/commands/ask.py", "jobs/many_questions.py"),
    "bots.answering.reply_to": ("bots/letters/*",),
    "bots.grammar.understand": ("bots/answering.py", "bots/understood.py", "bots/grammar/*"),
    "time.time": ("jobs/wiring.py",),
    "time.time_ns": ("jobs/wiring.py",),
}
"""Dotted name → the files where it may be imported; the longest name that fits is the rule."""
CLOCK_CALLS = {"now", "utcnow", "today"}
QUERY_CALLS = {"execute", "executemany", "executescript"}
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s.*INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW)|PRAGMA)\b",
    re.DOTALL,
)


def sources() -> dict[str, str]:
    files = (f for piece in PIECES for f in (ROOT / piece).rglob("*.py"))
    return {f.relative_to(ROOT).as_posix(): f.read_text(encoding="utf-8") for f in files}


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Everything a module imports, by its full dotted name, inside functions and type-only blocks included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def faults(path: str, source: str) -> list[str]:
    """What breaks the order in one module, a sentence each."""
    tree = ast.parse(source)
    names = list(imported_names(tree))
    return [
        *_wrong_direction(path, names),
        *_wrong_folder(path, names),
        *_misplaced_libraries(path, names),
        *_imported_commands(path, names),
        *_clock_reads(path, tree),
        *_sql(path, tree),
        *([f"{path}: name it after what it does, not « utils »."] if re.search(r"\butils\b", path) else []),
    ]


def _wrong_direction(path: str, names: list[str]) -> Iterator[str]:
    rank = PIECES.index(path.split("/", maxsplit=1)[0])
    for name in names:
        piece = name.partition(".")[0]
        if piece in PIECES[rank + 1 :]:
            yield f"{path} imports {name}: {piece}/ stands to the right of {PIECES[rank]}/, and nothing travels back."


def _wrong_folder(path: str, names: list[str]) -> Iterator[str]:
    room, folder = path.split("/")[:2]
    order = FOLDERS[room]
    for name in names:
        first, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if first == room and folder in order and other in order[order.index(folder) + 1 :]:
            yield f"{path} imports {name}: {room}/{other}/ stands to the right of {room}/{folder}/."


def _misplaced_libraries(path: str, names: list[str]) -> Iterator[str]:
    for name in names:
        rules = [b for b in LIBRARIES if f"{name}.".startswith(f"{b}.")]
        allowed = LIBRARIES[max(rules, key=len)] if rules else (path,)
        if not any(fnmatch(path, reason) for reason in allowed):
            where = f"only in {', '.join(allowed)}" if allowed else "nowhere"
            yield f"{path} imports {name}, which may appear {where}."


def _imported_commands(path: str, names: list[str]) -> Iterator[str]:
    for name in names:
        if name.startswith("jobs.commands.") and name != "jobs.commands.main":
            yield f"{path} imports {name}: only the command line does, when it is called; what others use stands in jobs/."


def _clock_reads(path: str, tree: ast.AST) -> Iterator[str]:
    if path == "jobs/wiring.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (
            node.attr in CLOCK_CALLS or ast.unparse(node) in ("time.time", "time.time_ns")
        ):
            yield f"{path}:{node.lineno} reads the wall clock ({ast.unparse(node)}); only jobs/wiring.py may."


def _sql(path: str, tree: ast.AST) -> Iterator[str]:
    if fnmatch(path, REGISTER):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield f"{path}:{node.lineno} holds SQL; the register's questions stand in {REGISTER}."
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERY_CALLS:
            yield f"{path}:{node.lineno} asks the database itself; the register's questions stand in {REGISTER}."


def test_nobody_breaks_the_order_of_the_house() -> None:
    assert [fault for path, source in sources().items() for fault in faults(path, source)] == []


def test_every_folder_of_a_room_has_its_place_in_the_order() -> None:
    folders = {room: {f.parent.name for f in (ROOT / room).glob("*/*.py")} for room in PIECES}
    assert {room: set(order) for room, order in FOLDERS.items()} == folders


def circles(files: dict[str, str]) -> list[tuple[str, ...]]:
    """The folders and the modules beside them, in one room, that import each other, straight or by way of others."""
    imports: dict[str, set[str]] = {}
    for path, source in files.items():
        here = _place(path.removesuffix(".py").replace("/", "."))
        there = {_place(name) for name in imported_names(ast.parse(source))}
        imports.setdefault(here, set()).update(p for p in there if p.partition(".")[0] == here.partition(".")[0])
    reached = {place: _reached(place, imports) for place in imports}
    found = {tuple(sorted(p for p in reached[a] if a in reached.get(p, ()))) for a in imports if a in reached[a]}
    return sorted(found)


def _place(name: str) -> str:
    """« sheets.reading.rows » is in « sheets.reading », « sheets.trame.Column » in « sheets.trame »."""
    return ".".join(name.split(".")[:2])


def _reached(place: str, imports: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [p for p in imports[place] if p != place]
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting += [p for p in imports.get(here, ()) if p != here]
    return seen


def test_nothing_in_a_room_goes_round_in_a_circle() -> None:
    assert circles(sources()) == []


def test_a_circle_is_found_however_long_it_is() -> None:
    files = {
        "sheets/reading/rows.py": "import sheets.trame",
        "sheets/trame.py": "from sheets.checks.catalogue import Check",
        "sheets/checks/catalogue.py": "from sheets.reading.rows import Row\nfrom sheets.checks import on_cells",
        "sheets/checks/on_cells.py": "from sheets.checks.catalogue import check",
        "sheets/cells.py": "import config.french",
    }
    assert circles(files) == [("sheets.checks", "sheets.reading", "sheets.trame")]
    del files["sheets/trame.py"]
    assert circles(files) == []


def _standing_twice(places: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, path in places:
        found.setdefault(name, []).append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_no_module_name_stands_twice() -> None:
    """A trame's modules bear the names of every trame's; the module of a command bears the command's."""
    exempt = ("sheets/trames/", "jobs/commands/")
    paths = (p for p in sources() if not p.startswith(exempt) and not p.endswith("__init__.py"))
    assert _standing_twice((Path(p).stem, p) for p in paths) == {}


def test_no_class_name_stands_twice() -> None:
    classes = (
        (node.name, path)
        for path, source in sources().items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    )
    assert _standing_twice(classes) == {}


TRAME_WORDS = re.compile(
    r"\b(paat|gains?|gain_\w+|familles?|domaines?|categories?|montant_reference|statuts?|intitule|leviers?"
    r"|date_premiere_commande|perimetre_traite|prevision)\b",
    re.IGNORECASE,
)
"""What the trames speak of: the engine that reads, judges, keeps and writes them knows none of it."""
KEPT_WORDS = {
    # How French spreadsheets speak of amounts, whatever the trame.
    "sheets/first_tab.py": {"gain"},
    "sheets/reading/units.py": {"gain"},
    "sheets/reading/totals.py": {"gains"},
    "sheets/reading/number_formats.py": {"gain", "gains"},
    # The region's nomenclature, whose levels bear these names.
    "sheets/writing/drop_downs.py": {"familles"},
    # Columns of the register, named when it knew gains alone; people's own queries read them.
    "sheets/register/arrivals.py": {"gain_retire"},
    "sheets/register/backup.py": {"gain_declare", "gain_retire"},
    "sheets/register/pulls.py": {"gain_declare", "gain_retenu", "gain_retire"},
    "sheets/register/rivals.py": {"gain_retenu"},
    "sheets/register/stored_lines.py": {"gain_retire"},
    "sheets/register/what_counts.py": {"gain_declare", "gain_retenu", "gain_retire"},
}


def test_the_settings_of_the_machine_are_named_and_read_in_one_place() -> None:
    """Docstrings may name them; code does not."""
    named, read = [], []
    for path, source in sources().items():
        tree = ast.parse(source)
        told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in told)
        named += [path for n in texts if isinstance(n.value, str) and "VIGIE_" in n.value]
        read += [path for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("environ", "getenv")]
    assert set(named) == set(read) == {"config/environment.py"}


def test_every_setting_of_the_machine_is_told_in_the_pages_and_no_other() -> None:
    pages = "".join(
        f.read_text(encoding="utf-8") for f in (ROOT / "docs").rglob("*") if f.is_file() and f.suffix != ".py"
    )
    told = {name.removesuffix("_FILE") for name in re.findall(r"VIGIE_[A-Z_]+[A-Z]", pages)}
    assert told == set(environment.WHAT)


def test_the_engine_knows_no_word_of_any_trame() -> None:
    engine = {p: s for p, s in sources().items() if p.startswith("sheets/") and not p.startswith("sheets/trames/")}
    found = {path: {m.group().lower() for m in TRAME_WORDS.finditer(source)} for path, source in engine.items()}
    assert {path: words for path, words in found.items() if words} == KEPT_WORDS


def test_only_the_list_of_trames_names_them() -> None:
    """A trame's folder is imported by the list alone, and by what is about that trame: its reports, its questions, its demo."""
    named = {
        path: sorted({n for n in imported_names(ast.parse(source)) if re.match(r"sheets\.trames\.\w+\.\w+", n)})
        for path, source in sources().items()
        if path.startswith("sheets/") and not path.startswith("sheets/trames/")
    }
    assert {path: names for path, names in named.items() if names} == {}


def test_the_five_rooms_are_all_there_and_the_only_packages_beside_the_tests() -> None:
    packages = {f.parent.name for f in ROOT.glob("*/__init__.py")}
    assert packages == {*PIECES, "tests"}
    assert all(any(path.startswith(f"{piece}/") for path in sources()) for piece in PIECES)


OFFENSES = [
    ("config/rights.py", "from sheets.trames.paat.gain import cumulative", "sheets/ stands to the right of config/"),
    ("sheets/compte.py", "import reports.gains", "reports/ stands to the right of sheets/"),
    ("bots/slack/socket_mode.py", "def f():\n    from jobs.taking_in.folders import pull", "jobs/ stands to the right of bots/"),
    ("bots/answer_files.py", "from matplotlib.figure import Figure", "may appear only in reports/drawing.py"),
    ("reports/drawing.py", "from matplotlib import pyplot", "may appear nowhere"),
    ("bots/slack/socket_mode.py", "import importlib\nimportlib.import_module('jobs.taking_in.folders')", "jobs/ stands to the right of bots/"),
    ("reports/view.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bots", "bots/ stands to the right"),
    ("jobs/commands/remind.py", "from slack_sdk import WebClient", "may appear only in bots/*"),
    ("jobs/taking_in/folders.py", "from apscheduler.schedulers import base", "may appear only in jobs/schedule.py"),
    ("jobs/commands/remind.py", "from smtplib import SMTP", "may appear only in bots/outgoing_mail.py"),
    ("jobs/taking_in/mails.py", "from imap_tools import MailBox", "may appear only in sheets/sources/mailbox.py"),
    ("reports/gains.py", "import sqlite3", "may appear only in sheets/register/*"),
    ("reports/gains.py", "from sqlite_utils import Database", "jobs/wiring.py"),
    ("jobs/taking_in/folders.py", "import sqlite_utils", "may appear only in sheets/register/*"),
    ("jobs/taking_in/folders.py", "from sqlite_utils import Migrations", "may appear only in sheets/register/*"),
    ("sheets/reading/rows.py", "import python_calamine as c", "may appear only in sheets/reading/opening.py"),
    ("sheets/reading/rows.py", "from openpyxl import load_workbook", "may appear only in sheets/writing/*"),
    ("reports/drawing.py", "from openpyxl.utils import get_column_letter", "sheets/writing/*"),
    ("reports/gains.py", "from datetime import datetime as d\nd.now()", "wall clock (d.now)"),
    ("sheets/gain.py", "import datetime\ndatetime.date.today()", "wall clock (datetime.date.today)"),
    ("jobs/taking_in/folders.py", "import time\ntime.time()", "wall clock (time.time)"),
    ("jobs/taking_in/folders.py", "from time import time", "may appear only in jobs/wiring.py"),
    ("sheets/compte.py", "horloge = datetime.utcnow", "wall clock (datetime.utcnow)"),
    ("reports/gains.py", "q = f'SELECT a\\nFROM {t}'", "holds SQL"),
    ("bots/answering.py", "q = 'DELETE FROM questions'", "holds SQL"),
    ("reports/view.py", "db.execute(q)", "asks the database itself"),
    ("reports/due/reminders.py", "import holidays", "may appear only in config/working_hours.py"),
    ("jobs/steps.py", "from jobs.commands.remind import command", "what others use stands in jobs/"),
    ("jobs/commands/restore.py", "from jobs.commands import backup", "what others use stands in jobs/"),
    ("bots/slack/home_tab.py", "from bots import answer_json", "may appear only in jobs/*"),
    ("bots/letters/composing.py", "from bots.answering import answer_to", "may appear only in bots/slack/*"),
    ("bots/slack/home_tab.py", "from bots.grammar.understand import understand", "may appear only in bots/answering.py"),
    ("sheets/reading/rows.py", "from sheets.judging.lines import judged", "sheets/judging/ stands to the right of sheets/reading/"),
    ("sheets/register/pulls.py", "def f():\n    import sheets.matching.known", "sheets/matching/ stands to the right"),
    ("bots/grammar/sentence.py", "from bots.letters import letter", "bots/letters/ stands to the right of bots/grammar/"),
    ("jobs/taking_in/mails.py", "from jobs.demo import tour", "jobs/demo/ stands to the right of jobs/taking_in/"),
    ("sheets/utils.py", "", "not « utils »"),
    ("bots/utils/mots.py", "", "not « utils »"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "source", "sentence"), OFFENSES)
def test_an_offence_is_told_in_a_sentence(path: str, source: str, sentence: str) -> None:
    (fault,) = faults(path, source)
    assert fault.startswith(path)
    assert sentence in fault


ALLOWED = [
    ("jobs/commands/decide.py", "import bots.terminal, reports.gains, sheets.trames.paat.gain, config.french"),
    ("bots/slack/socket_mode.py", "from slack_bolt import App\nfrom slack_sdk.web import WebClient"),
    ("jobs/taking_in/folders.py", "from sqlite_utils import Database"),
    ("sheets/register/pulls.py", "import sqlite3\nq = 'DELETE FROM reperes'\ndb.execute(q)"),
    ("sheets/writing/style.py", "from openpyxl.styles import Font"),
    ("jobs/wiring.py", "from datetime import datetime\ndatetime.now()"),
    ("sheets/judging/workers.py", "import time\ntime.monotonic()"),
    ("bots/mail.py", "phrase = 'Choisissez (select) une valeur from la liste, puis update.'"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_is_in_its_place_is_left_alone(path: str, source: str) -> None:
    assert faults(path, source) == []
