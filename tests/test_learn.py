"""A near label becomes a synonym when a person says yes, and never by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import EXAMPLE, load_folder
from config.synonyms import learn, level_of
from sheets.judging.examples import judge_example
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.examples import VALID

TYPED_LABEL, LABEL = "Dispositif medical", "Dispositifs médicaux"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "region"))


def codes(path: Path) -> set[str]:
    return {c.code for c in judge_example(ACTIONS, {**VALID, "famille": TYPED_LABEL}, load_folder(path))}


def test_a_learnt_label_is_known_from_then_on(copied: Path) -> None:
    assert "nomenclature-inconnue" in codes(copied)
    assert "nomenclature-inconnue" in codes(copied), "seeing it twice teaches nothing"
    learn(copied, load_folder(copied).nomenclature, "famille", TYPED_LABEL, LABEL)
    assert codes(copied) == set()


def test_what_was_in_the_file_stays_in_it(copied: Path) -> None:
    before = (copied / "synonymes.csv").read_text(encoding="utf-8")
    learn(copied, load_folder(copied).nomenclature, "famille", TYPED_LABEL, LABEL)
    assert (copied / "synonymes.csv").read_text(
        encoding="utf-8-sig"
    ) == f"{before}famille;{LABEL};{TYPED_LABEL};appris\n"


def test_the_files_own_separator_and_columns_are_kept(copied: Path) -> None:
    (copied / "synonymes.csv").write_bytes("synonyme,label,rubrique\nDivers soins,Hôtellerie,famille".encode("cp1252"))
    learn(copied, load_folder(copied).nomenclature, "famille", TYPED_LABEL, LABEL)
    assert load_folder(copied).nomenclature.label("famille", "divers SOINS") == "Hôtellerie"
    assert load_folder(copied).nomenclature.label("famille", TYPED_LABEL) == LABEL


def test_only_an_official_label_can_be_meant(copied: Path) -> None:
    with pytest.raises(UserError, match="vouliez-vous dire « Dispositifs médicaux »"):
        level_of(load_folder(copied).nomenclature, "Dispositifs medicux")


def test_a_label_that_already_means_something_is_not_learnt_twice(copied: Path) -> None:
    with pytest.raises(UserError, match="déjà compris comme « Transports »"):
        learn(copied, load_folder(copied).nomenclature, "famille", "transport", LABEL)
