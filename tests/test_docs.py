"""The written pages, replayed: their commands run, their answers are the demo's, their links and codes lead somewhere.

An answer is quoted under `<!-- demo: vigie … -->`, a file to write under `<!-- fichier: … -->`, a file as it then stands
under `<!-- contenu: … -->`, worked gains under `<!-- calcul: EXERCICE -->`; `[…]` stands for lines left out.
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
from config.folder import EXEMPLE, Dossier
from config.french import cle, euros, taux
from config.settings import POURCENTAGES
from jobs.cli.commande import vigie
from jobs.demo.tour import JOUR, visite
from sheets.cells import date_
from sheets.cells import euros as lit_euros
from sheets.checks import CATALOGUE
from sheets.gain import part_de_l_exercice
from sheets.writing import tab

RACINE = Path(__file__).parents[1]
DOCS = RACINE / "docs"
ENGENDREES = {p.name.removesuffix(".j2") for p in (DOCS / "gabarits").glob("*.j2")}
ECRITES = sorted(p for p in DOCS.glob("*.md") if p.name not in ENGENDREES)
PAGES = [RACINE / "README.md", *sorted(DOCS.glob("*.md"))]

BLOC = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARQUE = re.compile(r"(<!-- (\w+): (.+?) -->\n```\w*\n)(.*?)^```$", re.MULTILINE | re.DOTALL)
COUPE = "[…]\n"
MONTANT = re.compile(r"\d[\d ]*(?:,\d+)? (?:€|k€|M€|%)")


@pytest.fixture(autouse=True)
def sans_reglages(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE", "VIGIE_SLACK_BOT_TOKEN", "VIGIE_SMTP_URL"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ici = tmp_path_factory.mktemp("demo")
    joue_la_visite(ici)
    return ici


def joue_la_visite(ici: Path) -> None:
    """The demo in `ici/out/demo`, and what it says in `ici/visite.txt`."""
    with pytest.MonkeyPatch.context() as m, chdir(ici), redirect_stdout(io.StringIO()) as dit:
        m.setattr(tab, "LIGNES", 60)  # the blank lines prepared below cost time and change no figure
        visite(Path("out/demo"))
    (ici / "visite.txt").write_text(dit.getvalue(), encoding="utf-8")


def vigie_dit(commande: str, demo: Path) -> str:
    """What a command prints, on the demo's register and day unless it names others; without the folder in force."""
    _, *arguments = shlex.split(commande)
    if arguments == ["demo"]:
        return (demo / "visite.txt").read_text(encoding="utf-8")
    for option, valeur in (("--registre", "out/demo/vigie.sqlite"), ("--today", JOUR.isoformat())):
        arguments += [] if option in arguments else [option, valeur]
    with redirect_stdout(io.StringIO()) as dit, redirect_stderr(io.StringIO()):
        try:
            vigie.main(arguments, prog_name="vigie", standalone_mode=False)
        except UserError as faute:
            click.echo(str(faute))
        except SystemExit:
            pass
    return dit.getvalue()


def rejoue(page: Path, demo: Path) -> str:
    """The page with every quoted answer as it is given today, its steps followed in order in a folder of their own."""

    def bloc(trouve: re.Match[str]) -> str:
        avant, genre, quoi, ecrit = trouve.groups()
        if genre == "fichier":
            Path(quoi).write_text(ecrit, encoding="utf-8")
        if genre not in ("demo", "contenu"):
            return trouve[0]
        dit = vigie_dit(quoi, demo) if genre == "demo" else Path(quoi).read_text(encoding="utf-8-sig")
        dit = dit.strip("\n") + "\n"
        fidele = ecrit != COUPE and re.fullmatch(
            ".*".join(re.escape(part) for part in ecrit.split(COUPE)), dit, re.DOTALL
        )
        return f"{avant}{ecrit if fidele else dit}```"

    with tempfile.TemporaryDirectory() as place, chdir(place):
        Path("out").symlink_to(demo / "out")
        shutil.copytree(EXEMPLE, "ma-region")
        return MARQUE.sub(bloc, page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ECRITES, ids=lambda p: p.name)
def test_every_answer_quoted_is_the_one_given(page: Path, demo: Path) -> None:
    texte = page.read_text(encoding="utf-8")
    assert len(re.findall(r"<!-- (?!calcul)", texte)) == len(MARQUE.findall(texte)), "a mark without its block"
    assert texte == rejoue(page, demo), "python -m tests.test_docs"


def montants(*textes: str) -> set[str]:
    return {m[0] for texte in textes for m in MONTANT.finditer(re.sub(r"\s+", " ", texte))}


def calculs(page: Path) -> Iterator[tuple[int, list[str]]]:
    """(exercice, cells) of every worked gain of a page."""
    for annee, tableau in re.findall(r"<!-- calcul: (\d+) -->\n((?:\|.*\n)+)", page.read_text(encoding="utf-8")):
        for rangee in tableau.splitlines()[2:]:
            yield int(annee), [c.strip() for c in rangee.strip("|").split("|")]


def test_every_worked_gain_is_right() -> None:
    vus = [c for page in ECRITES for c in calculs(page)]
    for exercice, (saisi, quand, compte, report, *_) in vus:
        gain, premiere = lit_euros(saisi), date_(quand)
        assert isinstance(gain, int)
        assert isinstance(premiere, date)
        parts = [euros(part_de_l_exercice(gain, premiere, n)) for n in (exercice, exercice + 1)]
        assert montants(compte, report) == montants(*parts)
    assert len(vus) > 5


@pytest.mark.parametrize("page", ECRITES, ids=lambda p: p.name)
def test_no_amount_of_a_guide_is_made_up(page: Path, dossier: Dossier) -> None:
    texte = page.read_text(encoding="utf-8")
    cites = [m[4] for p in ECRITES for m in MARQUE.finditer(p.read_text(encoding="utf-8")) if m[2] == "demo"]
    calcules = [cellule for _, cellules in calculs(page) for cellule in cellules]
    regles = [getattr(dossier.seuils, f.name) for f in fields(dossier.seuils) if f.name in POURCENTAGES]
    regles += [b for bornes in dossier.nomenclature.bornes.values() for b in (bornes.premiere, bornes.seconde)]
    connus = montants(*cites, *calcules, *(taux(r, 0) for r in regles), "100 %", "0 €")
    assert montants(*BLOC.sub("", texte).splitlines()) <= connus


def test_the_readme_says_what_the_demo_gives(demo: Path) -> None:
    readme = RACINE.joinpath("README.md").read_text(encoding="utf-8")
    dit = re.search(r"\(([\d,]+) M€ kept of ([\d,]+) declared, for an objective of ([\d,]+)\)", readme)
    with chdir(demo):
        reponse = vigie_dit('vigie ask "gains bfc 2021"', demo)
    assert dit
    assert [dit[1], dit[3], dit[2]] == [re.findall(r"([\d,]+)\sM€", reponse)[rang] for rang in (0, 1, 3)]
    recus = {p.name for p in (demo / "out/demo/recus").glob("*.xlsx") if "~$" not in p.name}
    trames = list((demo / "out/demo/trames").glob("*.xlsx"))
    assert "eleven trames being written, ten come back" in re.sub(r"\s+", " ", readme)
    assert (len(trames), len(recus - {"Congés 2022.xlsx"})) == (11, 10)


def commandes(texte: str) -> Iterator[tuple[str, bool]]:
    """(command, whether it is shown whole) of a page: in its blocks, above its answers, and in its sentences."""
    for bloc in BLOC.findall(texte):
        yield from ((c, True) for c in re.findall(r"^(?:\.venv/bin/)?(vigie .+)$", bloc, re.MULTILINE))
    yield from ((m[3], True) for m in MARQUE.finditer(texte) if m[2] == "demo")
    for code in re.findall(r"`([^`]+)`", BLOC.sub("", texte)):
        if code.startswith("vigie "):
            yield re.sub(r"\s+", " ", code), False


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_shown_is_one_that_vigie_knows(page: Path) -> None:
    for commande, entiere in commandes(page.read_text(encoding="utf-8")):
        _, nom, *arguments = shlex.split(commande)
        assert nom in vigie.commands, commande
        try:
            vigie.commands[nom].make_context(nom, arguments)
        except click.MissingParameter:
            assert not entiere, f"{commande} : incomplète"
        except click.ClickException as faute:
            pytest.fail(f"{commande} : {faute.format_message()}")


def ancres(page: Path) -> set[str]:
    titres = re.findall(r"^#+ (.+)$", BLOC.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titres}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for lien in re.findall(r"\]\(([^)\s]+)\)", BLOC.sub("", page.read_text(encoding="utf-8"))):
        chemin, _, ancre = lien.partition("#")
        cible = (page.parent / chemin).resolve() if chemin else page
        assert lien.startswith("http") or cible.exists(), lien
        assert not ancre or ancre in ancres(cible), lien


@pytest.mark.parametrize("page", ECRITES, ids=lambda p: p.name)
def test_every_check_named_is_in_the_catalogue(page: Path) -> None:
    texte = page.read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", texte)) <= CATALOGUE.keys()
    assert set(re.findall(r"controles\.md#([\w-]+)", texte)) <= CATALOGUE.keys()


def test_the_glossary_is_in_alphabetical_order() -> None:
    mots = [
        cle(m)
        for m in re.findall(r"^- \*\*(.+?)\*\*", (DOCS / "glossaire.md").read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert mots == sorted(set(mots))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as ailleurs:
        joue_la_visite(Path(ailleurs))
        for p in ECRITES:
            p.write_text(rejoue(p, Path(ailleurs)), encoding="utf-8")
