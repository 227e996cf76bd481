"""A page of `docs/` done to the letter on a copy of the code: its edits, its files, its commands. Used by its tests alone.

A `diff` block edits the file it names; a block whose first line is a comment that names a file is that file; a line of
an `sh` block is a command. `NNN` stands for the number of the next migration.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sheets.register import schema
from tests.test_docs import DOCS, ROOT

NUMBER = f"{int(schema.history()[-1].name[:3]) + 1:03d}"
TOP = ("config", "sheets", "reports", "bots", "jobs", "tests", "docs", "pyproject.toml", "CHANGELOG.md", "README.md")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells to do, in its order."""

    text: str

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    def commands(self) -> list[str]:
        return "".join(self.blocks("sh")).splitlines()

    def quoted(self, start: str) -> str:
        """The one sentence between « » that begins so."""
        (found,) = re.findall(rf"« ({start}.*?) »(?=[.,;:)])", " ".join(self.text.split()))
        return str(found)


def page(name: str) -> Page:
    return Page((DOCS / name).read_text(encoding="utf-8").replace("NNN", NUMBER))


def copy_of_the_code(place: Path) -> Path:
    """The code, in a folder of its own; what is imported there is that copy."""
    place.mkdir()
    for name in TOP:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "e2e", "bench"))
        else:
            shutil.copy(source, place / name)
    return place


def edit(copy: Path, diff: str) -> None:
    """Do one diff of a page; what it starts from stands once in the file."""
    name, _, hunks = diff.partition("\n")
    file = copy / name.removeprefix("--- ")
    for hunk in hunks.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(li[1:] for li in lines if li[0] != "+")
        after = "".join(li[1:] for li in lines if li[0] != "-")
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, before
        file.write_text(text.replace(before, after), encoding="utf-8")


def write(copy: Path, block: str) -> Path:
    """Write the file that a block is: its first line, a comment, says where."""
    first, _, text = block.partition("\n")
    file = copy / first.lstrip("#- ")
    assert not file.exists(), file
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def is_written(copy: Path, block: str) -> bool:
    """Whether the file that a block shows is as the block says."""
    first, _, text = block.partition("\n")
    return (copy / first.lstrip("#- ")).read_text(encoding="utf-8") == text


def do(copy: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command of a page."""
    program, *arguments = shlex.split(command)
    start = {".venv/bin/python": (), "vigie": ("-m", "jobs.commands")}[program]
    return python(copy, *start, *arguments)


def run(copy: Path, command: str) -> str:
    """The same, which goes well; what it printed."""
    done = do(copy, command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python, in the copy and with its modules."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIGIE_"))}
    environment["PYTHONPATH"] = str(copy)
    command = (sys.executable, *arguments)
    return subprocess.run(command, check=False, cwd=copy, env=environment, capture_output=True, text=True)
