"""A near label becomes a synonym when a person says yes, and never by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import EXEMPLE, charge
from config.synonyms import apprend, rubrique_de
from sheets.judging.examples import VALIDE, juge_exemple
from sheets.trames.paat.columns import PAAT

ECRIT, LABEL = "Dispositif medical", "Dispositifs médicaux"


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXEMPLE, tmp_path / "region"))


def codes(chemin: Path) -> set[str]:
    return {c.code for c in juge_exemple(PAAT, {**VALIDE, "famille": ECRIT}, charge(chemin))}


def test_a_learnt_label_is_known_from_then_on(copie: Path) -> None:
    assert "nomenclature-inconnue" in codes(copie)
    assert "nomenclature-inconnue" in codes(copie), "seeing it twice teaches nothing"
    apprend(copie, charge(copie).nomenclature, "famille", ECRIT, LABEL)
    assert codes(copie) == set()


def test_what_was_in_the_file_stays_in_it(copie: Path) -> None:
    avant = (copie / "synonymes.csv").read_text(encoding="utf-8")
    apprend(copie, charge(copie).nomenclature, "famille", ECRIT, LABEL)
    assert (copie / "synonymes.csv").read_text(encoding="utf-8-sig") == f"{avant}famille;{LABEL};{ECRIT};appris\n"


def test_the_files_own_separator_and_columns_are_kept(copie: Path) -> None:
    (copie / "synonymes.csv").write_bytes("synonyme,label,rubrique\nDivers soins,Hôtellerie,famille".encode("cp1252"))
    apprend(copie, charge(copie).nomenclature, "famille", ECRIT, LABEL)
    assert charge(copie).nomenclature.label("famille", "divers SOINS") == "Hôtellerie"
    assert charge(copie).nomenclature.label("famille", ECRIT) == LABEL


def test_only_an_official_label_can_be_meant(copie: Path) -> None:
    with pytest.raises(UserError, match="vouliez-vous dire « Dispositifs médicaux »"):
        rubrique_de(charge(copie).nomenclature, "Dispositifs medicux")


def test_a_label_that_already_means_something_is_not_learnt_twice(copie: Path) -> None:
    with pytest.raises(UserError, match="déjà compris comme « Transports »"):
        apprend(copie, charge(copie).nomenclature, "famille", "transport", LABEL)
