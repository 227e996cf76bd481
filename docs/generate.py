"""Writes the pages that could drift from the code; with --check, fails when one of them has."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots.questions import INTENTIONS
from config.folder import EXAMPLE, load_folder
from config.french import count_words, day
from config.ladder import Rung
from jobs.command_line import HELP
from jobs.demo.letters import examples
from sheets.checks.catalogue import Check
from sheets.judging.examples import examples_of, finding_of, trames_of, typed_words
from sheets.trames import CATALOGUE, TRAMES

HERE = Path(__file__).parent
KINDS = {
    "texte": "texte",
    "euros": "euros",
    "nombre": "nombre",
    "entier": "nombre entier",
    "date": "date",
    "liste": "une valeur de la liste",
    "nomenclature": "un libellé de la nomenclature",
    "calcul": "calculé",
}
REACHES = {
    "classeur": "le classeur",
    "onglet": "un onglet",
    "cellule": "une cellule",
    "ligne": "une ligne",
    "tableau": "les lignes d'un onglet",
    "trame": "les lignes d'une trame",
    "campagne": "toutes les lignes d'une campagne, après le relevé",
    "histoire": "ce qui a déjà été reçu",
}

ANCHORS = {
    "ouverture": "l'ouverture",
    "situation": "la date de situation",
    "echeance": "l'échéance",
    "verrou": "la clôture",
}
AUDIENCES = {
    "ght": "l'équipe du GHT",
    "direction": "sa direction (`direction` dans personnes.csv)",
    "referent": "le référent de la région",
}


def pages(*names: str) -> dict[Path, str]:
    """The generated pages of those names, by path; of none, every one."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "gabarits"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, from our own declarations
        keep_trailing_newline=False,
    )
    environment.globals |= {
        "is_typed": typed_words,
        "said": said,
        "kinds": KINDS,
        "portees": REACHES,
        "day": day,
        "when": when,
    }
    example = load_folder(EXAMPLE)
    facts = {
        "rungs": example.rungs,
        "hours": example.hours,
        "a_qui": AUDIENCES,
        "messages": examples,
        "checks": sorted(CATALOGUE.values(), key=lambda c: list(REACHES).index(c.reach)),
        "trames": list(TRAMES.values()),
        "commands": commands(),
        "questions": INTENTIONS,
    }
    known = sorted(p.name.removesuffix(".j2") for p in (HERE / "gabarits").glob("*.j2"))
    return {
        HERE / n: environment.get_template(f"{n}.j2").render(facts).strip() + "\n"
        for n in known
        if not names or n in names
    }


def when(rung: Rung) -> str:
    """« 15 jours avant l'échéance »."""
    anchor = ANCHORS[rung.anchor]
    if not rung.days:
        return f"le jour de {anchor}"
    return f"{count_words(abs(rung.days), 'jour')} {'avant' if rung.days < 0 else 'après'} {anchor}"


def said(check: Check) -> str:
    """What the check says of its own failing example."""
    finding = finding_of(check, examples_of(check, trames_of(check)[0])[1], load_folder(EXAMPLE))
    assert finding is not None, check.code
    return f"{finding.message} *{finding.correction}*"


def commands() -> list[tuple[str, str]]:
    """Every command and its help page."""
    result = []
    for name in HELP:
        command = import_module(f"jobs.commands.{name}").command
        context = click.Context(command, info_name=f"vigie {name}", max_content_width=100, terminal_width=100)
        result.append((name, command.get_help(context)))
    return result


def main() -> int:
    wanted_ones = pages(*(argument for argument in sys.argv[1:] if argument != "--check"))
    differences = [p for p, text in wanted_ones.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for page in differences:
            sys.stderr.write(f"{page.name} no longer says what the code does; run: make docs\n")
        return int(bool(differences))
    for page in differences:
        page.write_text(wanted_ones[page], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
