"""Writes the pages that could drift from the code; with --check, fails when one of them has."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots.questions import INTENTIONS
from config.folder import EXEMPLE, charge
from config.french import compte, jour
from config.ladder import Rappel
from jobs.cli.commande import vigie
from jobs.demo.letters import exemples
from sheets.checks import CATALOGUE
from sheets.checks.catalogue import Controle
from sheets.judging.examples import constat_de, saisie
from sheets.trames import TRAMES

ICI = Path(__file__).parent
GENRES = {
    "texte": "texte",
    "euros": "euros",
    "nombre": "nombre",
    "entier": "nombre entier",
    "date": "date",
    "liste": "une valeur de la liste",
    "nomenclature": "un libellé de la nomenclature",
    "calcul": "calculé",
}
PORTEES = {
    "classeur": "le classeur",
    "onglet": "un onglet",
    "cellule": "une cellule",
    "ligne": "une ligne",
    "tableau": "les lignes d'un onglet",
    "trame": "les lignes d'une trame",
    "campagne": "toutes les lignes d'une campagne, après le relevé",
    "histoire": "ce qui a déjà été reçu",
}

REPERES = {
    "ouverture": "l'ouverture",
    "situation": "la date de situation",
    "echeance": "l'échéance",
    "verrou": "la clôture",
}
A_QUI = {
    "ght": "l'équipe du GHT",
    "direction": "sa direction (`direction` dans personnes.csv)",
    "referent": "le référent de la région",
}


def pages() -> dict[Path, str]:
    """Every generated page, by path."""
    environnement = Environment(
        loader=FileSystemLoader(ICI / "gabarits"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, from our own declarations
        keep_trailing_newline=False,
    )
    environnement.globals |= {
        "saisie": saisie,
        "dit": dit,
        "genres": GENRES,
        "portees": PORTEES,
        "jour": jour,
        "quand": quand,
    }
    exemple = charge(EXEMPLE)
    faits = {
        "rappels": exemple.rappels,
        "heures": exemple.heures,
        "a_qui": A_QUI,
        "messages": exemples(),
        "controles": sorted(CATALOGUE.values(), key=lambda c: list(PORTEES).index(c.portee)),
        "trames": list(TRAMES.values()),
        "commandes": commandes(),
        "questions": INTENTIONS,
    }
    noms = sorted(p.name for p in (ICI / "gabarits").glob("*.j2"))
    return {ICI / n.removesuffix(".j2"): environnement.get_template(n).render(faits).strip() + "\n" for n in noms}


def quand(rappel: Rappel) -> str:
    """« 15 jours avant l'échéance »."""
    repere = REPERES[rappel.repere]
    if not rappel.jours:
        return f"le jour de {repere}"
    return f"{compte(abs(rappel.jours), 'jour')} {'avant' if rappel.jours < 0 else 'après'} {repere}"


def dit(controle: Controle) -> str:
    """What the check says of its own failing example."""
    constat = constat_de(controle, controle.mauvais, charge(EXEMPLE))
    assert constat is not None, controle.code
    return f"{constat.message} *{constat.correction}*"


def commandes() -> list[tuple[str, str]]:
    """Every command and its help page."""
    rendu = []
    for nom, commande in vigie.commands.items():
        contexte = click.Context(commande, info_name=f"vigie {nom}", max_content_width=100, terminal_width=100)
        rendu.append((nom, commande.get_help(contexte)))
    return rendu


def main() -> int:
    voulues = pages()
    ecarts = [p for p, texte in voulues.items() if not p.exists() or p.read_text(encoding="utf-8") != texte]
    if "--check" in sys.argv:
        for page in ecarts:
            sys.stderr.write(f"{page.name} no longer says what the code does; run: make docs\n")
        return int(bool(ecarts))
    for page in ecarts:
        page.write_text(voulues[page], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
