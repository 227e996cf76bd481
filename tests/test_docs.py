"""The written pages, replayed: their commands run, their answers are the demo's, their links and codes lead somewhere.

An answer is quoted under `<!-- demo: vigie … -->`, a file to write under `<!-- file: … -->`, a file as it then stands
under `<!-- content: … -->`, worked gains under `<!-- is_computed: EXERCICE -->`; `[…]` stands for lines left out.
`python -m tests.test_docs` writes the quoted answers again.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import fields
from datetime import date
from pathlib import Path

import click
import pytest

from config.errors import UserError
from config.folder import EXAMPLE, Folder
from config.french import euros, rate, text_key
from config.settings import PERCENTAGES
from jobs.command_line import vigie
from jobs.demo.tour import DAY, run_tour
from sheets.cells import date_
from sheets.cells import euros as read_euros
from sheets.trames import CATALOGUE
from sheets.trames.paat.gain import share_in_exercice
from sheets.writing import tab

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GENERATED_PAGES = {p.name.removesuffix(".j2") for p in (DOCS / "gabarits").glob("*.j2")}
WRITTEN_PAGES = sorted(p for p in DOCS.glob("*.md") if p.name not in GENERATED_PAGES)
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]

CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GENERATED_BLOCK = re.compile(r"(<!-- (\w+): (.+?) -->\n```\w*\n)(.*?)^```$", re.MULTILINE | re.DOTALL)
CUT = "[…]\n"
AMOUNT = re.compile(r"\d[\d ]*(?:,\d+)? (?:€|k€|M€|%)")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE", "VIGIE_SLACK_BOT_TOKEN", "VIGIE_SMTP_URL"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("demo")
    play_tour(here)
    return here


def play_tour(here: Path) -> None:
    """The demo in `here/out/demo`, and what it says in `here/run_tour.txt`."""
    with pytest.MonkeyPatch.context() as m, chdir(here), redirect_stdout(io.StringIO()) as said:
        m.setattr(tab, "LINES", 60)  # the blank lines prepared below cost time and change no figure
        run_tour(Path("out/demo"))
    (here / "visite.txt").write_text(said.getvalue(), encoding="utf-8")


def vigie_says(command: str, demo: Path) -> str:
    """What a command prints, on the demo's register and day unless it names others; without the folder in force."""
    _, *arguments = shlex.split(command)
    if arguments == ["demo"]:
        return (demo / "visite.txt").read_text(encoding="utf-8")
    for option, value in (("--registre", "out/demo/vigie.sqlite"), ("--today", DAY.isoformat())):
        arguments += [] if option in arguments else [option, value]
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(io.StringIO()):
        try:
            vigie.main(arguments, prog_name="vigie", standalone_mode=False)
        except UserError as fault:
            click.echo(str(fault))
        except SystemExit:
            pass
    return said.getvalue()


def replay(page: Path, demo: Path) -> str:
    """The page with every quoted answer as it is given today, its steps followed in order in a folder of their own."""

    def block(found: re.Match[str]) -> str:
        before, kind, what, written = found.groups()
        if kind == "fichier":
            Path(what).write_text(written, encoding="utf-8")
        if kind not in ("demo", "contenu"):
            return found[0]
        said = vigie_says(what, demo) if kind == "demo" else Path(what).read_text(encoding="utf-8-sig")
        said = said.strip("\n") + "\n"
        is_faithful = written != CUT and re.fullmatch(
            ".*".join(re.escape(part) for part in written.split(CUT)), said, re.DOTALL
        )
        return f"{before}{written if is_faithful else said}```"

    with tempfile.TemporaryDirectory() as place, chdir(place):
        Path("out").symlink_to(demo / "out")
        shutil.copytree(EXAMPLE, "ma-region")
        return GENERATED_BLOCK.sub(block, page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", WRITTEN_PAGES, ids=lambda p: p.name)
def test_every_answer_quoted_is_the_one_given(page: Path, demo: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"<!-- (?!calcul)", text)) == len(GENERATED_BLOCK.findall(text)), "a mark without its block"
    assert text == replay(page, demo), "python -m tests.test_docs"


def amounts(*texts: str) -> set[str]:
    return {m[0] for text in texts for m in AMOUNT.finditer(re.sub(r"\s+", " ", text))}


def worked_gains(page: Path) -> Iterator[tuple[int, list[str]]]:
    """(exercice, cells) of every worked gain of a page."""
    for year, table in re.findall(r"<!-- calcul: (\d+) -->\n((?:\|.*\n)+)", page.read_text(encoding="utf-8")):
        for row in table.splitlines()[2:]:
            yield int(year), [c.strip() for c in row.strip("|").split("|")]


def test_every_worked_gain_is_right() -> None:
    seen_ones = [c for page in WRITTEN_PAGES for c in worked_gains(page)]
    for exercice, (typed, when, counts, report, *_) in seen_ones:
        gain, first = read_euros(typed), date_(when)
        assert isinstance(gain, int)
        assert isinstance(first, date)
        parts = [euros(share_in_exercice(gain, first, n)) for n in (exercice, exercice + 1)]
        assert amounts(counts, report) == amounts(*parts)
    assert len(seen_ones) > 5


@pytest.mark.parametrize("page", WRITTEN_PAGES, ids=lambda p: p.name)
def test_no_amount_of_a_guide_is_made_up(page: Path, folder: Folder) -> None:
    text = page.read_text(encoding="utf-8")
    cites = [
        m[4] for p in WRITTEN_PAGES for m in GENERATED_BLOCK.finditer(p.read_text(encoding="utf-8")) if m[2] == "demo"
    ]
    computed = [cell for _, cells in worked_gains(page) for cell in cells]
    rules = [getattr(folder.thresholds, f.name) for f in fields(folder.thresholds) if f.name in PERCENTAGES]
    rules += [b for bounds in folder.nomenclature.bounds.values() for b in (bounds.first, bounds.second)]
    known_ones = amounts(*cites, *computed, *(rate(r, 0) for r in rules), "100 %", "0 €")
    assert amounts(*CODE_BLOCK.sub("", text).splitlines()) <= known_ones


def test_the_readme_says_what_the_demo_gives(demo: Path) -> None:
    readme = ROOT.joinpath("README.md").read_text(encoding="utf-8")
    said = re.search(r"\(([\d,]+) M€ kept of ([\d,]+) declared, for an objective of ([\d,]+)\)", readme)
    with chdir(demo):
        answer = vigie_says('vigie ask "gains bfc 2021"', demo)
    assert said
    assert [said[1], said[3], said[2]] == [re.findall(r"([\d,]+)\sM€", answer)[rank] for rank in (0, 1, 3)]
    received_files = {p.name for p in (demo / "out/demo/recus").glob("*.xlsx") if "~$" not in p.name}
    trames = list((demo / "out/demo/trames").glob("*.xlsx"))
    assert "eleven trames being written, ten come back" in re.sub(r"\s+", " ", readme)
    assert (len(trames), len(received_files - {"Congés 2022.xlsx"})) == (11, 10)


def commands(text: str) -> Iterator[tuple[str, bool]]:
    """(command, whether it is shown whole) of a page: in its blocks, above its answers, and in its sentences."""
    for block in CODE_BLOCK.findall(text):
        yield from ((c, True) for c in re.findall(r"^(?:\.venv/bin/)?(vigie .+)$", block, re.MULTILINE))
    yield from ((m[3], True) for m in GENERATED_BLOCK.finditer(text) if m[2] == "demo")
    for code in re.findall(r"`([^`]+)`", CODE_BLOCK.sub("", text)):
        if code.startswith("vigie "):
            yield re.sub(r"\s+", " ", code), False


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_shown_is_one_that_vigie_knows(page: Path) -> None:
    for command, shown_whole in commands(page.read_text(encoding="utf-8")):
        _, name, *arguments = shlex.split(command)
        known = vigie.get_command(click.Context(vigie), name)
        assert known, command
        try:
            known.make_context(name, arguments)
        except click.MissingParameter:
            assert not shown_whole, f"{command} : incomplète"
        except click.ClickException as fault:
            pytest.fail(f"{command} : {fault.format_message()}")


def anchors_of(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert link.startswith("http") or target.exists(), link
        assert not fragment or fragment in anchors_of(target), link


@pytest.mark.parametrize("page", WRITTEN_PAGES, ids=lambda p: p.name)
def test_every_check_named_is_in_the_catalogue(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", text)) <= CATALOGUE.keys()
    assert set(re.findall(r"controles\.md#([\w-]+)", text)) <= CATALOGUE.keys()


def test_the_glossary_is_in_alphabetical_order() -> None:
    words = [
        text_key(m)
        for m in re.findall(r"^- \*\*(.+?)\*\*", (DOCS / "glossaire.md").read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert words == sorted(set(words))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as elsewhere:
        play_tour(Path(elsewhere))
        for p in WRITTEN_PAGES:
            p.write_text(replay(p, Path(elsewhere)), encoding="utf-8")
