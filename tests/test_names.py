"""Whom a question names: two of a name are told apart or asked back, and the word « GHT » decides."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from bots.grammar.question import Question
from bots.grammar.understand import understand
from config.folder import EXAMPLE, Folder, load_folder
from config.territory import Scope

ROWS = """
BFC;BFC-21;GHT Loire Sud;420000001;CH Saint-Jean;support;;
BFC;BFC-21;GHT Loire Sud;420000002;CH Roanne;partie;;
BFC;BFC-22;GHT Loire Nord;420000003;CH Saint-Jean;support;;
BFC;BFC-22;GHT Loire Nord;420000004;CH Loire;partie;;
BFC;BFC-23;GHT Doubs;250099901;CH Doubs Rives;support;;31/12/2020
BFC;BFC-24;GHT Doubs;250099901;CH Doubs Rives;support;01/01/2021;
BFC;BFC-25;GHT Ain Nord;010099901;CH Évron;support;;
BFC;BFC-26;GHT Ain Sud;010099902;CH EVRON;support;;
""".strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = tmp_path_factory.mktemp("noms") / "region"
    shutil.copytree(EXAMPLE, folder)
    territory = folder / "territoire.csv"
    territory.write_text(f"{territory.read_text(encoding='utf-8').rstrip()}\n{ROWS}\n", encoding="utf-8")
    return load_folder(folder)


def asked(text: str, folder: Folder, at: Scope | None = None) -> Question:
    return understand(text, folder, date(2022, 3, 31), at or Scope("region", "BFC"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gains GHT Chalon", "BFC-01"),
        ("gains du GHT de Dijon 2021", "BFC-03"),
        ("gains GHT Besançon", "BFC-07"),
        ("gains GHT Sens", "BFC-05"),
        ("gains du GHT Mâcon", "BFC-02"),
        ("gains GHT Auxerre", "BFC-04"),
        ("GHT de Nevers, combien ?", "BFC-06"),
        ("gains GHT Morez", "BFC-08"),
        ("gains GHT Jura", "BFC-08"),
        ("gains du GHT de la Nièvre", "BFC-06"),
        ("gains GHT Loire Sud", "BFC-21"),
        ("gains CH Loire", "420000004"),
        ("gains Roanne", "420000002"),
        ("gains CH Saint-Jean du GHT Loire Sud", "420000001"),
        ("gains CH Saint-Jean GHT Loire Nord 2021", "420000003"),
        ("gains BFC sauf GHT Sens", "BFC"),
        ("gains 420000003", "420000003"),
        ("gains BFC-24", "BFC-24"),
    ],
)
def test_a_name_that_is_one_place_is_that_place(text: str, expected: str, folder: Folder) -> None:
    q = asked(text, folder)
    assert q.subject, q.hints
    assert (q.intention, q.subject.scope.code) == ("gains", expected)


def test_what_is_left_out_is_the_ght_when_the_word_is_said(folder: Folder) -> None:
    q = asked("gains BFC sauf GHT Sens", folder)
    assert q.subject
    assert q.subject.but_for == (Scope("ght", "BFC-05"),)


@pytest.mark.parametrize(
    ("text", "said", "proposed"),
    [
        ("gains CH Saint-Jean", ["CH Saint-Jean (GHT Loire Sud)", "CH Saint-Jean (GHT Loire Nord)"],
         {"420000001", "420000003"}),
        ("gains saint jean 2021", ["GHT Loire Sud", "GHT Loire Nord"], {"420000001", "420000003"}),
        ("pourquoi gains CH Saint-Jean", ["GHT Loire Sud", "GHT Loire Nord"], {"420000001", "420000003"}),
        ("gains BFC sauf CH Saint-Jean", ["GHT Loire Sud", "GHT Loire Nord"], {"420000001", "420000003"}),
        ("gains GHT Loire", ["GHT Loire Nord", "GHT Loire Sud"], {"BFC-21", "BFC-22"}),
        ("statut du GHT de la Loire", ["GHT Loire Nord", "GHT Loire Sud"], {"BFC-21", "BFC-22"}),
        ("gains GHT Saint-Jean", ["GHT Loire Nord", "GHT Loire Sud"], {"BFC-21", "BFC-22"}),
        ("gains GHT Doubs", ["GHT Doubs (BFC-23)", "GHT Doubs (BFC-24)"], {"BFC-23", "BFC-24"}),
        ("gains CH Evron", ["CH Évron (GHT Ain Nord)", "CH EVRON (GHT Ain Sud)"], {"010099901", "010099902"}),
        ("gains du CHU", ["CENTRE HOSPITALIER UNIVERSITAIRE DE DIJON", "BESANCON"], {"210780581", "250000015"}),
        ("combien pour les CHU ?", ["DIJON", "BESANCON"], {"210780581", "250000015"}),
        ("combien les ehpad", ["EHPAD LES MARRONNIERS"], {"710781345"}),
    ],
)  # fmt: skip
def test_a_name_that_several_bear_is_asked_back(text: str, said: list[str], proposed: set[str], folder: Folder) -> None:
    q = asked(text, folder)
    assert q.intention is None, q.subject
    assert all(s in q.hints for s in said), q.hints
    understood = [asked(p, folder) for p in q.suggestions]
    assert {u.subject.scope.code for u in understood if u.subject} >= proposed
    assert all(u.subject for u in understood)


def test_a_ght_that_nobody_knows_is_never_the_whole_region(folder: Folder) -> None:
    assert asked("gains GHT Zanzibar", folder).intention is None


def test_the_only_one_of_its_kind_is_meant(folder: Folder) -> None:
    q = asked("gains du CHU", folder, Scope("ght", "BFC-07"))
    assert q.subject
    assert q.subject.scope == Scope("etablissement", "250000015")
