"""Every file of the corpus gets the verdict a careful referent expects, and the file behind it is still read."""

from __future__ import annotations

import re
import resource
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from sheets.findings import Gravite
from sheets.judged import Classeur
from sheets.judging import workers
from sheets.judging.workbook import juge, juge_rogne
from tests.corpus import CORPUS, Cas, Verdict, dossier, ordinaire
from tests.corpus.base import GAIN, N
from tests.corpus.libreoffice import DOSSIER

SECONDES_PAR_FICHIER = 6.0
"""The product's own limit, tightened: an ordinary file takes hundredths of a second, the heaviest case about one second."""
SECONDES, MEMOIRE = 120.0, 300 * 1024
"""Bounds on the whole corpus; memory is the growth of this process, in kilobytes."""
TECHNIQUE = re.compile(
    r"Traceback|\w(Error|Exception)\b|\bNone(Type)?\b|\b0x[0-9a-f]+|panick|object at|calamine|zipfile"
)

Resultat = Classeur | Exception


@dataclass(slots=True)
class Releve:
    """What became of each case, of the ordinary file right behind it, and what the whole took."""

    cas: dict[str, Resultat] = field(default_factory=dict, repr=False)
    suivants: dict[str, Resultat] = field(default_factory=dict, repr=False)
    secondes: float = 0.0
    memoire: int = 0


def _fichiers(ou: list[tuple[str, bool]]) -> Iterator[tuple[str, bytes]]:
    for nom, est_le_cas in ou:
        yield (CORPUS[nom].fichier, CORPUS[nom].octets()) if est_le_cas else (f"derrière {nom}.xlsx", ordinaire())


def _juge_tout(releve: Releve) -> None:
    """Judge case, ordinary file, case, ordinary file… in one go; after an exception, go on from the next one."""
    restants = [(nom, est_le_cas) for nom in CORPUS for est_le_cas in (True, False)]
    while restants:
        try:
            for classeur in workers.juge_tous(_fichiers(list(restants)), dossier()):
                nom, est_le_cas = restants.pop(0)
                (releve.cas if est_le_cas else releve.suivants)[nom] = classeur
        except Exception as faute:
            nom, est_le_cas = restants.pop(0)
            (releve.cas if est_le_cas else releve.suivants)[nom] = faute


@pytest.fixture(scope="module")
def releve() -> Releve:
    ordinaire()
    fait = Releve()
    debut, avant = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.MonkeyPatch.context() as retouche:
        retouche.setattr(workers, "SECONDES", SECONDES_PAR_FICHIER)
        _juge_tout(fait)
    fait.secondes = time.monotonic() - debut
    fait.memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - avant
    return fait


def ecarts(attendu: Verdict, vu: Resultat) -> Iterator[str]:
    """Where the verdict is not the expected one."""
    if isinstance(vu, Exception):
        yield f"an exception came out: {vu!r}"
        return
    codes = {c.code for c in vu.constats}
    compares: dict[str, tuple[object, object]] = {
        "lisible": (attendu.lisible, vu.lisible),
        "lignes_retenues": (attendu.lignes_retenues, vu.totaux.lignes_retenues),
        "gain_retenu": (attendu.gain_retenu, f"{vu.totaux.gain_retenu / 100:.2f}"),
        "remis": (attendu.remis, vu.remis),
        "missing codes": (set(), set(attendu.codes) - codes),
        "unwanted codes": (set(), (codes & attendu.pas) | (codes - attendu.codes if attendu.seuls else set())),
        "findings of a refusal": (1, 1 if vu.lisible else len(vu.constats)),
    }
    for quoi, (voulu, obtenu) in compares.items():
        if voulu is not None and voulu != obtenu:
            yield f"{quoi}: {voulu} expected, got {obtenu}"
    yield from _mal_placees(attendu.cellules, vu)
    yield from _mal_dites(attendu, vu)
    yield from _mal_lues(attendu, vu)


def _mal_placees(cellules: Mapping[str, str], vu: Classeur) -> Iterator[str]:
    places = {(c.code, c.cellule) for c in vu.constats}
    for code, cellule in cellules.items():
        if (code, cellule) not in places:
            yield f"{code} expected at {cellule}"


def _mal_dites(attendu: Verdict, vu: Classeur) -> Iterator[str]:
    """Findings are French sentences, that say what they must and never what must be hidden."""
    phrases = [p for c in vu.constats for p in (c.message, c.correction)]
    if attendu.dit and not any(re.search(attendu.dit, p, re.IGNORECASE) for p in phrases):
        yield f"no sentence says « {attendu.dit} »"
    for phrase in phrases:
        if not re.match(r"[A-ZÀÉÊÎÔ«\d]", phrase) or not phrase.endswith((".", "?")) or len(phrase) > 700:
            yield f"not a sentence: {phrase[:80]}"
        if trouve := TECHNIQUE.search(phrase):
            yield f"a technical word, {trouve[0]}, in: {phrase[:80]}"
        if "défaut du programme" in phrase:
            yield "what is wrong with the file is said to be a fault of the program"
        if _invisibles(phrase):
            yield f"a control character in: {phrase[:80]!r}"
    if attendu.tait and attendu.tait in re.sub(r"\W", "", repr(vu)):
        yield "shows what must be hidden"


def _mal_lues(attendu: Verdict, vu: Classeur) -> Iterator[str]:
    valeurs = [ligne.valeurs for onglet in vu.onglets for ligne in onglet.lignes]
    for colonne, voulu in attendu.lu.items():
        obtenu = str(getattr(valeurs[0], colonne)) if valeurs else None
        if obtenu != voulu:
            yield f"{colonne} of the first line: {voulu} expected, got {obtenu}"
    textes = {t for a in valeurs for t in (a.intitule, a.marche, a.commentaire, a.operateur) if t}
    yield from (f"a control character in a value: {t[:40]!r}" for t in textes if _invisibles(t))


def _invisibles(texte: str) -> bool:
    """Whether it holds what no export can carry: control characters, half surrogates."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} for c in texte)


@pytest.mark.parametrize("cas", [pytest.param(cas, id=cas.nom) for cas in CORPUS.values()])
def test_each_file_gets_its_verdict(cas: Cas, releve: Releve) -> None:
    fautes = list(ecarts(cas.verdict, releve.cas[cas.nom]))
    assert not fautes, cas.defaut


def test_the_ordinary_file_behind_each_is_still_read_to_the_cent(releve: Releve) -> None:
    bon = Verdict(seuls=True, lignes_retenues=N, gain_retenu=GAIN, remis=True)
    assert {nom: fautes for nom, vu in releve.suivants.items() if (fautes := list(ecarts(bon, vu)))} == {}
    assert releve.suivants.keys() == CORPUS.keys()


def test_the_whole_corpus_takes_bounded_time_and_memory(releve: Releve) -> None:
    assert releve.secondes < SECONDES
    assert releve.memoire < MEMOIRE


def test_nothing_struck_out_raises_a_total(releve: Releve) -> None:
    for vu in releve.cas.values():
        if isinstance(vu, Classeur):
            assert vu.totaux.gain_retire >= 0
            assert all(c.enjeu == 0 or c.gravite is Gravite.REJET for c in vu.constats)


def test_each_case_says_what_is_wrong_in_one_sentence_of_its_own() -> None:
    defauts = [cas.defaut for cas in CORPUS.values()]
    assert len(set(defauts)) == len(defauts) >= 75
    assert all(re.fullmatch(r"[A-ZÀÉ«1].+\.", d) for d in defauts)


def test_the_files_of_libreoffice_stay_small_and_are_all_used() -> None:
    tailles = {f.name: f.stat().st_size for f in DOSSIER.iterdir()}
    assert len(tailles) >= 10
    assert max(tailles.values()) < 40 * 1024


@pytest.mark.parametrize(
    "nom", ["ordinaire", "formule-calculee", "cellules-sans-adresse", "lignes-sans-numero", "systeme-1904", "norme-stricte",
            "espaces-de-noms-prefixes", "zip-antislash", "erreur-ref", "marche-format-zeros", "lo-xlsx", "lo-formules"],
)  # fmt: skip
def test_the_second_try_judges_as_the_first_would_have(nom: str) -> None:
    octets = CORPUS[nom].octets() if nom in CORPUS else ordinaire()
    premier, second = juge(nom, octets, dossier()), juge_rogne(nom, octets, dossier())
    assert premier.lisible
    assert second == premier
