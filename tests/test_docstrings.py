"""What a docstring points at is there: modules, files of the region's folder, functions of a module, errors."""

import ast
import builtins
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "sheets", "reports", "bots", "jobs", "tests", "docs")
PATHS = {f.relative_to(ROOT).as_posix(): f for room in ROOMS for f in (ROOT / room).rglob("*") if f.suffix != ".pyc"}
SOURCES = {path: f.read_text(encoding="utf-8") for path, f in PATHS.items() if f.suffix == ".py"}
CODE = [node for source in SOURCES.values() for node in ast.walk(ast.parse(source))]
ERRORS = {n.id for n in CODE if isinstance(n, ast.Name)} | {n.attr for n in CODE if isinstance(n, ast.Attribute)}
ERRORS |= {n.name for n in CODE if isinstance(n, ast.ClassDef | ast.alias)}
MODULES = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in SOURCES}


def docstrings(source: str) -> list[str]:
    nodes = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
    return [n.value.value for n in nodes if isinstance(n.value, ast.Constant) and isinstance(n.value.value, str)]


def faults(path: str, source: str) -> list[str]:
    """What the docstrings of one module name, and nobody finds."""
    told = "\n".join(docstrings(source))
    quoted = re.findall(r"`([^`\n]+)`", told)
    modules = [*re.findall(r"\b[a-z]\w*\.py\b", told), *(q for q in quoted if re.fullmatch(r"[\w.]+(/[\w.]+)+/?", q))]
    return [
        *(f"{path}: there is no {name}." for name in modules if not _is_a_path(name)),
        *(
            f"{path}: there is no {name}."
            for name in quoted
            if name.endswith((".csv", ".toml")) and not _is_a_path(name)
        ),
        *(
            f"{path}: there is no {name}."
            for name in quoted
            if name.partition(".")[0] in ROOMS and not _is_dotted(name)
        ),
        *(f"{path}: there is no {name}." for name in re.findall(r"\b[A-Z]\w+Error\b", told) if not _is_an_error(name)),
    ]


def _is_a_path(name: str) -> bool:
    name = name.rstrip("/")
    return (
        any(f"/{p}".endswith((f"/{name}", f"/{name}.py")) or f"/{name}/" in f"/{p}" for p in PATHS)
        or (ROOT / name).exists()
        or name.startswith("here/")
    )


def _is_dotted(name: str) -> bool:
    """A module of the house, or what a module of the house holds."""
    if not re.fullmatch(r"\w+(\.\w+)+", name) or name in MODULES:
        return True
    module, _, leaf = name.rpartition(".")
    return module in MODULES and re.search(rf"\b{leaf}\b", SOURCES[MODULES[module]]) is not None


def _is_an_error(name: str) -> bool:
    return name in ERRORS or hasattr(builtins, name)


def test_what_a_docstring_points_at_is_there() -> None:
    assert [fault for path, source in SOURCES.items() for fault in faults(path, source)] == []


@pytest.mark.parametrize(
    "told",
    [
        "See `config/ladders`.",
        "See count_phrases.py.",
        "Read from `settings.csv`.",
        "See `sheets.reading.rowes`.",
        "See `sheets.judged.JudgedBook`.",
        "Raises EnvoiError.",
    ],
)
def test_a_docstring_that_points_at_nothing_is_found(told: str) -> None:
    assert len(faults("bots/reply.py", f'"""{told}"""')) == 1


@pytest.mark.parametrize(
    "told",
    [
        "See `config/ladder` and `sheets/trames/`, or questions.py.",
        "Read from `personnes.csv`.",
        "See `sheets.reading.rows` and `sheets.judged.JudgedWorkbook`.",
        "Raises UserError, or a ValueError.",
    ],
)
def test_a_docstring_that_points_at_something_is_left_alone(told: str) -> None:
    assert faults("bots/reply.py", f'"""{told}"""') == []
