"""The tour itself: templates, filled trames, pull, the region's table, costliest findings, questions and answers."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from bots import answering, terminal
from bots.answer_words import reply_lines
from config import safe_write
from config.errors import UserError
from config.folder import EXAMPLE
from config.french import euros, rate, rounded_amount
from config.rights import AT_KEYBOARD
from config.territory import Scope
from jobs.companions import LOCK_PREFIX, write_companions
from jobs.demo.filling import ABSENT, fill_in, foreign_file, plan
from jobs.pull_words import show_summary
from jobs.taking_in.folders import PullSummary, pull
from jobs.wiring import Workshop, workshop
from reports import progress
from reports.answer import Answer
from reports.gains import gains
from reports.quality import rejections
from reports.view import Subject
from sheets import writing
from sheets.trames import TRAMES
from sheets.writing.seal import is_untouched

CAMPAIGN = "2021-annuelle"
REGION = Scope("region", "BFC")
DAY = date(2022, 3, 31)
QUESTIONS = (
    ("gains bfc 2021 par famille", None),
    ("combien a gagné le GHT du Jura ?", None),
    ("pourquoi ?", None),
    ("qui n'a pas remis ?", "referent.bfc@exemple.invalid"),
    ("gains de la Nièvre", "directeur.bfc-08@exemple.invalid"),
)
DEMO_MARK = ".vigie-demo"


def run_tour(output: Path) -> PullSummary:
    """Run the whole tour into `output`, made anew; return what was pulled."""
    _clear_output(output)
    set_up_workshop = workshop(EXAMPLE, output / "vigie.sqlite", DAY)
    terminal.title("1. Les trames : une par GHT, un onglet par établissement")
    write_trames(set_up_workshop, output)
    terminal.write(f"Trames vierges dans {output / 'trames'}, trames remplies dans {output / 'recus'}.")
    terminal.title("2. Le relevé : lire, juger, enregistrer")
    with terminal.progress_bar("Relevé") as advance:
        summary = pull(
            set_up_workshop.register, set_up_workshop.folder, [output / "recus"], set_up_workshop.current_time, advance
        )
    show_summary(summary)
    terminal.title("3. Les retours : ce que chacun doit corriger, à côté de son fichier")
    received_paths = sorted(f for f in (output / "recus").glob("GHT *.xlsx"))
    write_companions(set_up_workshop, received_paths, output / "retours")
    terminal.title("4. La région")
    show_region(set_up_workshop)
    terminal.title("5. Ce qui coûte le plus")
    show_rejections(set_up_workshop)
    terminal.title("6. Des questions, leurs réponses")
    for question, email in QUESTIONS:
        person = set_up_workshop.person(email) if email else AT_KEYBOARD
        reply = answering.answer_question(question, person, set_up_workshop.view(), set_up_workshop.current_time())
        terminal.write(f"\n« {question} »{f' ({person.position})' if email else ''}", "bold cyan")
        terminal.write("\n".join(reply_lines(reply)))
    terminal.title("À vous")
    terminal.write(f'  vigie ask "gains GHT Nièvre" --registre {output / "vigie.sqlite"} --today {DAY}')
    terminal.write(f'  ouvrez "{output / "retours" / "GHT Jura - retour.xlsx"}" : ce qu’un GHT reçoit en retour')
    terminal.write(f'  vigie check "{output / "recus" / "GHT Jura.xlsx"}"')
    return summary


def _clear_output(output: Path) -> None:
    """Start from nothing, but never erase a folder that the tour did not make, nor what someone wrote in it since."""
    if output.exists() and any(output.iterdir()):
        if not (output / DEMO_MARK).exists():
            raise UserError(f"« {output} » contient déjà autre chose ; donnez un dossier neuf par --out.")
        if touched := next((f for f in sorted(output.rglob("*")) if not _is_of_the_tour(f, output)), None):
            raise UserError(
                f"« {touched} » a été ajouté ou modifié depuis la visite, qui l'effacerait. Déplacez-le, ou donnez un "
                "dossier neuf par --out."
            )
        shutil.rmtree(output)
    safe_write.create(output / DEMO_MARK, b"")


def _is_of_the_tour(file: Path, output: Path) -> bool:
    """Whether a file of the tour's folder is as the tour left it; a register is nobody's writing."""
    if file.is_dir() or (file.parent == output and file.name.startswith((DEMO_MARK, "vigie.sqlite"))):
        return True
    return file.name.startswith((LOCK_PREFIX, ".")) or is_untouched(file.read_bytes())


def write_trames(set_up_workshop: Workshop, output: Path) -> None:
    """Each GHT's trame, blank then filled; the one that never answers, and a file that is no trame."""
    folder, trame = set_up_workshop.folder, TRAMES["paat"]
    campaign = folder.campaigns[CAMPAIGN]
    lines = plan(folder, campaign)
    received_files = output / "recus"
    with terminal.progress_bar("Trames") as advance:
        for rank, ght in enumerate(folder.territory.ghts, 1):
            book = writing.workbook(trame, ght, campaign, folder)
            writing.write(book, output / "trames" / writing.file_name_of(ght, campaign, folder))
            if ght != ABSENT:
                fill_in(book, trame, ght, campaign, folder, lines)
                writing.write(book, received_files / f"{folder.territory.ghts[ght].name}.xlsx")
            advance(rank, len(folder.territory.ghts))
    writing.write(foreign_file(), received_files / "Congés 2022.xlsx")
    safe_write.create(received_files / f"{LOCK_PREFIX}GHT Jura.xlsx", b"\x05verrou")


def show_region(set_up_workshop: Workshop) -> None:
    """One line per GHT: its state, what it declares, what is struck out, what is kept, against its objective."""
    view = set_up_workshop.view()
    subject = Subject(REGION, 2021)
    rows = [
        _table_row(e.ght.name, e.words, gains(view, Subject(Scope("ght", e.ght.code), 2021)))
        for e in progress.states(view, subject)
    ]
    r = gains(view, subject)
    rows.append(_table_row("Bourgogne-Franche-Comté", f"{r.received_so_far} trames sur {r.expected_trames}", r))
    terminal.print_table(("GHT", "État", "Déclaré", "Retiré", "Retenu", "Objectif", "Atteinte"), rows, (2, 3, 4, 5, 6))
    terminal.write("L'objectif d'un GHT est sa part de celui de la région, répartie selon les achats.", "dim")


def _table_row(name: str, state: str, r: Answer) -> tuple[str, ...]:
    totals = (r.totals.declared, r.totals.struck, r.totals.kept)
    amounts = ("—",) * 3 if r.nothing_received else tuple(map(rounded_amount, totals))
    objective = rounded_amount(r.objective.amount) if r.objective else "—"
    attainment = rate(r.attainment, 0) if r.attainment is not None else "—"
    return name, state, *amounts, objective, attainment


def show_rejections(set_up_workshop: Workshop) -> None:
    """The costliest blocking findings of the region, at their cells."""
    for e in rejections(set_up_workshop.view(), Subject(REGION, 2021)).elements[:8]:
        if e.address and isinstance(e.value, int):
            place = f"{Path(e.address.file).name} · {e.address.sheet} · {e.address.cell}"
            terminal.write(f"  {euros(e.value):>13}  {place}", "bold")
            terminal.write(f"                 {e.label}")
