"""`make bench`: every measure, as ratios within this run. Takes a few minutes; files are kept under out/bench."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from config.folder import Dossier
from config.french import compte, euros
from jobs.chat import prepare
from reports.view import Vue
from tests.bench import crowd, ten_years, throughput, tools, usual_script
from tests.bench.country import ETABLISSEMENTS, LIGNES, dossier_du_pays, trames
from tests.bench.throughput import chrono
from tests.corpus import CORPUS, foreign

SORTIE = Path("out/bench")
ALTERNANCES = 7
ECHANTILLON = 136
QUESTIONS_PAR_INTENTION = 100


def dit(texte: str) -> None:
    sys.stdout.write(texte + "\n")
    sys.stdout.flush()


def rapport(quoi: str, rapports: list[float], vise: str) -> None:
    """One line: the median ratio, its extremes, and what is aimed for."""
    dit(f"{quoi} : {statistics.median(rapports):.2f} ({min(rapports):.2f} à {max(rapports):.2f}) ; visé : {vise}")


def mesure_le_debit(fichiers: list[Path], dossier: Dossier) -> None:
    registre = SORTIE / "pays.sqlite"
    lectures, vigies = [], []
    throughput.calamine_nu(fichiers)
    for _ in range(ALTERNANCES):
        lectures.append(chrono(lambda: throughput.calamine_nu(fichiers)))
        vigies.append(chrono(lambda: throughput.vigie(fichiers, dossier, registre)))
    dit(f"Lecture nue : {statistics.median(lectures):.2f} s ; Vigie : {statistics.median(vigies):.2f} s (médianes)")
    rapport("Lire, juger et garder ÷ lire", [v / n for v, n in zip(vigies, lectures, strict=True)], "1,3 au plus")
    premier = statistics.median(vigies)
    for quoi, dates, vise in (("rien de touché", False, "0,5 %"), ("dates seules déplacées", True, "2 %")):
        encore = [
            throughput.second_relevé(fichiers, dossier, registre, dates=dates) / premier * 100
            for _ in range(ALTERNANCES)
        ]
        rapport(f"Relever encore, {quoi}, en % du premier", encore, vise)


def mesure_les_outils(fichiers: list[Path], dossier: Dossier) -> None:
    quelques = fichiers[:: len(fichiers) // ECHANTILLON][:ECHANTILLON]
    rapports = []
    for _ in range(ALTERNANCES):
        usuelle = chrono(lambda: usual_script.releve(quelques, dossier, SORTIE / "usuel.sqlite"))
        rapports.append(usuelle / chrono(lambda: throughput.vigie(quelques, dossier, SORTIE / "quelques.sqlite")))
    leur = throughput.declare(SORTIE / "usuel.sqlite", "SELECT sum(gain_exercice) FROM lignes")
    notre = throughput.declare(SORTIE / "quelques.sqlite", "SELECT sum(gain_declare) / 100.0 FROM onglets")
    dit(f"Euros déclarés, l'un et l'autre : {euros(round(leur * 100))}, {euros(round(notre * 100))}")
    rapport(f"openpyxl + pandas + to_sql ÷ Vigie ({ECHANTILLON} classeurs)", rapports, "12 au moins")


def mesure_la_memoire(fichiers: list[Path], dossier: Dossier) -> None:
    pics = {}
    for combien in (len(fichiers), ETABLISSEMENTS):
        copies = throughput.copies(fichiers, combien, SORTIE / f"copies-{combien}")
        pics[combien] = throughput.pic_memoire(partial(throughput.vigie, copies, dossier, SORTIE / "memoire.sqlite"))
    mots = " ; ".join(f"{n} classeurs : {mo:.0f} Mo" for n, mo in pics.items())
    dit(f"Mémoire ajoutée au plus haut, processus de lecture compris : {mots} ; visé : 300 Mo au plus, et la même")


def mesure_l_histoire(fichiers: list[Path], dossier: Dossier) -> None:
    """Ten years of a country: how fast it answers while pulls commit, now and as of a past day."""
    throughput.vigie(fichiers, dossier, SORTIE / "modele.sqlite")
    vingt = ten_years.dossier_a_vingt_campagnes(SORTIE / "dossier-20")
    chemin = SORTIE / "histoire.sqlite"
    chemin.unlink(missing_ok=True)
    db = ten_years.registre_d_un_pays(SORTIE / "modele.sqlite", chemin, vingt)
    lignes = db.execute("SELECT count(*) FROM lignes_paat").fetchone()[0]
    posees = ten_years.questions(vingt, QUESTIONS_PAR_INTENTION)
    dit(f"{compte(lignes, 'version')} de lignes, {len(posees)} questions de {len({i for i, _ in posees})} sortes :")
    prepare(Vue(db, vingt, date(ten_years.PREMIER_EXERCICE + ten_years.EXERCICES, 3, 31)))  # as the bot does first
    ten_years.reponses(db, vingt, posees[:20], passe=False)
    for passe, vise in ((False, 50), (True, 250)):
        durees: dict[str, list[float]] = {}
        pris = ten_years.pendant_un_releve(
            chemin, vingt, fichiers, partial(_repond, durees, db, vingt, posees, passe=passe)
        )
        toutes = sorted(d for siennes in durees.values() for d in siennes)
        pire = max(durees, key=lambda i: max(durees[i]))
        dit(f"  {'à une date passée' if passe else 'aujourd’hui'}, pendant un relevé ({pris} fichiers pris) : médiane "
            f"{statistics.median(toutes) * 1000:.1f} ms, 99e centile {centile(toutes, 0.99) * 1000:.1f} ms (visé : {vise} ms), "
            f"au pire {toutes[-1] * 1000:.0f} ms ({pire})")  # fmt: skip
        for intention, siennes in sorted(durees.items()):
            dit(f"    {intention:<14} 99e centile {centile(sorted(siennes), 0.99) * 1000:6.1f} ms")
    db.close()


def _repond(
    durees: dict[str, list[float]], db: Database, dossier: Dossier, posees: list[tuple[str, str]], *, passe: bool
) -> None:
    durees.update(ten_years.reponses(db, dossier, posees, passe=passe))


def centile(rangees: list[float], part: float) -> float:
    """The value that this part of the sorted ones does not exceed."""
    return rangees[min(len(rangees) - 1, int(part * len(rangees)))]


def mesure_la_foule(pays: Dossier) -> None:
    """Two hundred people ask at once on a country's register: when each is acknowledged, when each is answered."""
    dossier = crowd.dossier_peuple(SORTIE / "dossier-peuple", pays)
    registre = SORTIE / "foule.sqlite"
    shutil.copy(SORTIE / "modele.sqlite", registre)
    tenue = crowd.mesure(dossier.chemin, registre)
    dit(f"{crowd.FOULE} questions posées au robot au même instant, chacune dans sa conversation :")
    for quoi, durees, vise in (("acquittée", tenue.acquittes, "500 ms"), ("répondue", tenue.repondus, "1 500 ms")):
        dit(f"  {quoi:<10} médiane {statistics.median(durees) * 1000:.0f} ms, 99e centile {centile(durees, 0.99) * 1000:.0f} ms "
            f"(visé : {vise}), au pire {durees[-1] * 1000:.0f} ms")  # fmt: skip


def mesure_le_corpus() -> None:
    """The corpus, then the same trame as other programs write it (those of `make e2e`, where they are installed)."""
    with tempfile.TemporaryDirectory() as ici:
        (Path(ici) / "node").mkdir()
        (Path(ici) / "libreoffice").mkdir()
        ailleurs = [*foreign.by_node(Path(ici) / "node"), *foreign.by_libreoffice(Path(ici) / "libreoffice")]
        for quoi, corpus in (("classeurs abîmés, étranges ou hostiles", list(CORPUS.values())),
                             ("classeurs écrits par SheetJS, exceljs et LibreOffice", ailleurs)):  # fmt: skip
            dit(f"{len(corpus)} {quoi} :")
            dit(f"  {'':<20}" + "".join(f"{i:>22}" for i in tools.ISSUES))
            for nom, rendus in tools.compare(corpus) if corpus else ():
                dit(f"  {nom:<20}" + "".join(f"{rendus[i]:>22}" for i in tools.ISSUES))


def main() -> None:
    dossier = dossier_du_pays(SORTIE / "dossier")
    dit(f"Un pays : {len(dossier.territoire.ghts)} classeurs de {LIGNES} lignes (écrits une fois sous {SORTIE})…")
    fichiers = trames(dossier, SORTIE / "trames")
    mesure_le_debit(fichiers, dossier)
    mesure_les_outils(fichiers, dossier)
    mesure_la_memoire(fichiers, dossier)
    mesure_l_histoire(fichiers, dossier)
    mesure_la_foule(dossier)
    mesure_le_corpus()
