"""What each command does once its options are read: call the rooms, show the result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bots import terminal
from config.campaign import Campaign
from config.errors import UserError
from config.french import count_words, day, decimal_euros, did_you_mean, enumeration
from config.json_keys import as_object
from jobs import wiring
from jobs.taking_in.folders import STABLE, PullSummary
from jobs.taking_in.folders import pull as pull_all
from jobs.taking_in.take_in import ANYONE, Sender, on_behalf_of_a_ght
from jobs.wiring import Workshop
from sheets.cells import mask, tidied
from sheets.judged import JudgedWorkbook, Totals
from sheets.judging.workers import judge_all
from sheets.register.known_actions import ExpectedLine, expected_lines
from sheets.register.pulls import Entry
from sheets.trame import Trame
from sheets.trames import TRAMES


def _chosen(what: str, code: str, known_ones: dict[str, Any]) -> Any:
    """The thing that bears this code. Raises UserError with the nearest code and the known ones."""
    if code in known_ones:
        return known_ones[code]
    end = f"{did_you_mean(code, known_ones)} Connus : {enumeration(sorted(known_ones), 8)}."
    raise UserError(f"Je ne connais pas {what} « {code} »{end}")


def write_trames(
    workshop: Workshop, trame: str, ght: str | None, campaign: str, output: Path | None, *, blank: bool = False
) -> None:
    """Write one trame, or (ght None) one per GHT into a folder: with the lines already known, unless `blank`."""
    from sheets import writing

    layout: Trame = _chosen("le type de trame", trame, TRAMES)
    c: Campaign = _chosen("la campagne", campaign, workshop.folder.campaigns)
    if ght is None:
        _say_trames(write_all(workshop, layout, c, output or Path("trames"), blank=blank))
        return
    if not ght:
        raise UserError("Dites pour quel GHT (--ght CODE), ou --all pour tous.")
    _chosen("le GHT", ght, workshop.folder.territory.ghts)
    if not workshop.folder.territory.members(ght, c.situation):
        raise UserError(
            f"Le GHT « {ght} » n'a plus d'établissement au {day(c.situation)}, date de situation de la campagne."
        )
    name = writing.file_name_of(ght, c, workshop.folder)
    path = output / name if output and output.is_dir() else output or Path(name)
    known_lines = _write_trame(workshop, layout, ght, c, path, blank=blank)
    with_lines = f" avec {count_words(known_lines, 'ligne déjà connue', 'lignes déjà connues')}" if known_lines else ""
    click.echo(f"Trame écrite{with_lines} : {path}")


def _write_trame(workshop: Workshop, trame: Trame, ght: str, campaign: Campaign, path: Path, *, blank: bool) -> int:
    """Save one trame; return how many known lines it comes with."""
    from sheets import writing

    lines: dict[str, list[ExpectedLine]] = {}
    taken: dict[str, frozenset[str]] = {}
    if not blank and workshop.register_path.exists():
        members = [e.finess for e in workshop.folder.territory.members(ght, campaign.situation)]
        db, as_of = workshop.existing_register, workshop.current_time().date()
        lines, taken = expected_lines(db, workshop.folder, campaign, members, trame, as_of)
    writing.write(writing.prefilled(trame, ght, campaign, workshop.folder, lines, taken), path)
    return sum(map(len, lines.values()))


def write_all(
    workshop: Workshop, trame: Trame, campaign: Campaign, output_folder: Path, *, blank: bool = False
) -> dict[Path, bool]:
    """A trame for every GHT of the folder that has members at the situation date; whether each was written.

    One that is already there is left as it is: someone may have filled it.
    """
    from sheets import writing

    territory = workshop.folder.territory
    ghts = [g for g in territory.ghts.values() if territory.members(g.code, campaign.situation)]
    written_ones = {}
    with terminal.progress_bar("Trames") as advance:
        for rank, g in enumerate(ghts, 1):
            path = output_folder / writing.file_name_of(g.code, campaign, workshop.folder)
            written_ones[path] = not path.exists()
            if written_ones[path]:
                _write_trame(workshop, trame, g.code, campaign, path, blank=blank)
            advance(rank, len(ghts))
    return written_ones


def _say_trames(written_ones: Mapping[Path, bool]) -> None:
    """How many were written, and which were there before."""
    kept_paths = [path for path, written_one in written_ones.items() if not written_one]
    folders = enumeration(sorted({str(path.parent) for path in written_ones}))
    click.echo(f"{count_words(len(written_ones) - len(kept_paths), 'trame écrite', 'trames écrites')} dans {folders}")
    if kept_paths:
        how_many = count_words(len(kept_paths), "trame y était déjà et reste", "trames y étaient déjà et restent")
        click.echo(f"{how_many} telle{'s' if len(kept_paths) > 1 else ''} quelle{'s' if len(kept_paths) > 1 else ''} :")
        for path in kept_paths:
            click.echo(f"  {path.name}")
        click.echo("Pour en écrire une à neuf, déplacez d'abord l'ancienne.")


def check_workbooks(workshop: Workshop, files: Sequence[Path], as_json: bool) -> int:
    """Judge workbooks and show their findings; the exit code says how bad it is (0, 1 or 2)."""
    missing_files = [f for f in files if not f.is_file()]
    if missing_files:
        raise UserError(f"Fichier introuvable : {enumeration([str(f) for f in missing_files])}.")
    with terminal.progress_bar("Contrôle") as advance:
        judged_workbooks = []
        for workbook in judge_all(((str(f), f.read_bytes()) for f in files), workshop.folder):
            judged_workbooks.append(workbook)
            advance(len(judged_workbooks), len(files))
    if as_json:
        click.echo(json.dumps([workbook_json(c) for c in judged_workbooks], ensure_ascii=False, indent=1))
    else:
        for workbook in judged_workbooks:
            terminal.title(_file_title(workbook))
            terminal.findings(workbook.findings)
            if workbook.readable:
                terminal.write(f"  {terminal.totals(workbook.totals)}")
    return 2 if not all(c.readable for c in judged_workbooks) else int(any(c.is_blocking for c in judged_workbooks))


def _file_title(workbook: JudgedWorkbook) -> str:
    name = Path(workbook.file).name
    if workbook.stamp is None or not workbook.readable:
        return f"{name} — ne peut pas être lu comme une trame"
    t = workbook.stamp
    handed_in = "remise" if workbook.handed_in else "pas encore remise"
    return f"{name} — trame {t.trame} {t.version}, {t.ght}, campagne {t.campaign}, {handed_in}"


def totals_json(t: Totals) -> dict[str, Any]:
    """Control totals for programs: counts, and euros as decimal strings."""
    return {k: decimal_euros(v) if k.startswith("gain_") else v for k, v in as_object(t).items()}


def workbook_json(c: JudgedWorkbook) -> dict[str, Any]:
    """One file as `vigie check --json` prints it."""
    t = c.stamp
    return {
        "fichier": c.file,
        "trame": t.trame if t else None,
        "version": t.version if t else None,
        "ght": t.ght if t else None,
        "campagne": t.campaign if t else None,
        "lisible": c.readable,
        "remis": c.handed_in,
        "totaux": totals_json(c.totals),
        "constats": [
            {**as_object(k), "gravite": k.severity.value, "enjeu": decimal_euros(k.stake)} for k in c.findings
        ],
    }


def pull_sources(
    workshop: Workshop, sources: Sequence[Path], as_json: bool, reason: str = "", email: str | None = None
) -> int:
    """Pull the sources into the register and show what came in; with `reason`, on behalf of their GHT.

    1 when something that lay there could not be read, by its rights or its name; a workbook that is refused was read.
    """
    configured = [] if sources else wiring.sources()
    if not (sources or configured):
        raise UserError(
            "Donnez un dossier de trames à relever : vigie pull DOSSIER, ou réglez VIGIE_SOURCES, qui les nomme tous."
        )
    sender = _on_behalf(workshop, reason, email)
    with terminal.progress_bar("Relevé") as advance:
        summary = pull_all(
            workshop.register, workshop.folder, sources or configured, workshop.current_time, advance, sender,
            patience=STABLE if configured else 0,
        )  # fmt: skip
    if as_json:
        files = [
            {"fichier": r.file, "etat": r.state, "motif": r.reason, "totaux": totals_json(r.totals)}
            for r in summary.received_files
        ]
        result = {"fichiers": files, "totaux": totals_json(summary.totals)}
        result |= {"absentes": list(summary.missing_sources), "en_ecriture": list(summary.being_written)}
        result |= {"illisibles": [{"chemin": u.path, "phrase": u.sentence} for u in summary.unread]}
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show_summary(summary)
    return int(bool(summary.unread))


def _on_behalf(workshop: Workshop, reason: str, email: str | None) -> Sender:
    """Who enters trames on behalf of a GHT, why, and for which GHT they may."""
    if not reason:
        return ANYONE
    if not email:
        raise UserError("Dites qui a saisi ces trames : ajoutez --as EMAIL.")
    person, entry = workshop.person(email), Entry(email, mask(tidied(reason)))
    return on_behalf_of_a_ght(person, "saisie", workshop.folder, workshop.current_time().date(), entry)


def show_summary(summary: PullSummary) -> None:
    """What a pull took in: counts by state, refusals in words, control totals."""
    states = {"nouveaux": "nouveau", "modifies": "modifie", "inchanges": "inchange", "refuses": "refuse"}
    counts = {n: summary.how_many(e) for n, e in states.items()}  # type: ignore[arg-type]
    terminal.write(f"{count_words(len(summary.received_files), 'fichier')} : {states_words(counts)}.")
    if summary.companions:
        terminal.write(
            f"  {count_words(len(summary.companions), 'retour de Vigie laissé', 'retours de Vigie laissés')} de côté.",
            "dim",
        )
    for missing_source in summary.missing_sources:
        terminal.write(
            f"  La source « {missing_source} » n'existe pas, ou n'est pas accessible ; les autres ont été relevées.",
            "red",
        )
    for u in summary.unread:
        terminal.write(f"  {u.sentence}", "red")
    for path in summary.being_written:
        terminal.write(f"  encore en cours d'écriture, laissé pour le prochain relevé : {Path(path).name}", "yellow")
    for r in summary.received_files:
        if r.state == "inchange" and r.reason:
            terminal.write(f"  ignoré {Path(r.file).name} — {r.reason}", "yellow")
        if r.state == "refuse" and not r.unread:
            terminal.write(f"  refusé {Path(r.file).name} — {r.reason}", "red")
        for c in r.unread:
            what = "refusé " if r.state == "refuse" else "onglet refusé "
            terminal.write(f"  {what} {Path(r.file).name} — {c.message}", "red")
    terminal.write(terminal.totals(summary.totals))


def states_words(counts: Mapping[str, Any]) -> str:
    """« 10 nouveaux, 1 modifié, 0 inchangé, 1 refusé »."""
    words = (("nouveau", "nouveaux"), ("modifié", "modifiés"), ("inchangé", "inchangés"), ("refusé", "refusés"))
    keys = ("nouveaux", "modifies", "inchanges", "refuses")
    return ", ".join(
        count_words(counts[cle], singular, plural_words)
        for cle, (singular, plural_words) in zip(keys, words, strict=True)
    )
