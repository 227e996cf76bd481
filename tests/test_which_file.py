"""Which of several workbooks of a GHT counts, however they lie in the folder and whatever they are called; and what is said."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.french import euros
from jobs.taking_in.folders import prend
from sheets.findings import Gravite
from sheets.judging.workbook import juge
from sheets.register import acts, stored_lines
from sheets.register.pulls import Depot
from sheets.register.what_counts import qui_compte
from tests.region import Region, nouvelle, sujet, trame

BELFORT, SENS, JOIGNY, NORD, YONNE = "900000365", "890970569", "890000417", "BFC-09", "BFC-05"
ANNUELLE = "2021-annuelle"
JOURS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]
MIDI = 1_640_000_000
CODES = ("envois-concurrents", "version-reprise", "copie-ignoree")


def achat(titre: str, gain: int, **reste: Any) -> dict[str, Any]:
    return {"intitule": titre, "marche": f"M-{titre}", "gain_annuel": gain, "montant_reference": 800_000,
            "date_premiere_commande": date(2021, 1, 4), **reste}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def octets(region: Region, *gains: int, ght: str = NORD, finess: str = BELFORT) -> bytes:
    return trame(region.dossier, ght, ANNUELLE, {finess: [achat(f"Achat {n}", g) for n, g in enumerate(gains, 1)]})


def depose(region: Region, nom: str, contenu: bytes, seconde: float = 0) -> Path:
    fichier = region.ou / "recus" / nom
    fichier.parent.mkdir(exist_ok=True, parents=True)
    fichier.write_bytes(contenu)
    os.utime(fichier, ns=(0, int((MIDI + seconde) * 1_000_000_000)))
    return fichier


def releve(region: Region, rang: int, fichiers: Mapping[str, tuple[bytes, float]]) -> dict[str, tuple[str, str]]:
    """What became of each file of the folder: its state, and why."""
    for nom, (contenu, seconde) in fichiers.items():
        depose(region, nom, contenu, seconde)
    bilan = region.le(JOURS[rang]).releve()
    return {Path(r.fichier).name: (r.etat, r.motif) for r in bilan.recus}


def retenu(region: Region, ght: str = NORD) -> int:
    """Euros kept."""
    return sum(o.totaux.gain_retenu for o in region.vue.comptent(sujet(ght, 2021))) // 100


def dits(region: Region) -> dict[str, list[str]]:
    """By code, what is said of what counts."""
    vus = region.constats(ANNUELLE, *CODES)
    return {code: [c.message for c in vus if c.code == code] for code in CODES if any(c.code == code for c in vus)}


def tous(region: Region, code: str) -> int:
    """How many tabs bear a finding, at the last look, whether they count or not."""
    requete = "SELECT count(*) FROM constats WHERE code = ? AND recoupement = (SELECT max(id) FROM recoupements)"
    return int(region.db.execute(requete, (code,)).fetchone()[0])


# A copy of a version that was replaced


@pytest.mark.parametrize("ailleurs", ["archives/nord.xlsx", "nord (1).xlsx", "a/b/vieux.xlsx"])
@pytest.mark.parametrize("seconde", [0, 5, 50], ids=["same date", "between", "newer"])
def test_a_copy_of_a_replaced_version_is_ignored_wherever_it_lies_and_whatever_its_date(
    region: Region, ailleurs: str, seconde: float
) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"nord.xlsx": (v1, 0)})
    releve(region, 1, {"nord.xlsx": (v2, 10)})
    assert retenu(region) == 12_000
    copie = depose(region, ailleurs, v1, seconde)
    recus = {r.fichier: r for r in region.le(JOURS[2]).releve().recus}
    etat, motif = recus[str(copie)].etat, recus[str(copie)].motif
    assert (etat, "« nord.xlsx » a remplacée" in motif) == ("inchange", True)
    assert retenu(region) == 12_000
    (dit,) = dits(region)["copie-ignoree"]
    assert Path(ailleurs).name in dit
    assert list(dits(region)) == ["copie-ignoree"]
    region.le(JOURS[3]).releve()
    assert (retenu(region), list(dits(region))) == (12_000, ["copie-ignoree"])
    region.le(JOURS[1])
    assert dits(region) == {}


def test_a_replaced_version_put_back_in_its_place_counts_and_is_said(region: Region) -> None:
    v1, v2 = octets(region, 9_000, 1_000), octets(region, 12_000, 1_000)
    releve(region, 0, {"nord.xlsx": (v1, 0)})
    releve(region, 1, {"nord.xlsx": (v2, 10)})
    assert releve(region, 2, {"nord.xlsx": (v1, 0)})["nord.xlsx"] == ("modifie", "")
    assert retenu(region) == 10_000
    (dit,) = dits(region)["version-reprise"]
    assert "déjà reçue le 20/01/2022" in dit
    assert f"1 ligne change, {euros(1_000_000)} retenus au lieu de {euros(1_300_000)}" in dit
    assert list(dits(region)) == ["version-reprise"]
    assert releve(region, 3, {"nord.xlsx": (v2, 10)})["nord.xlsx"] == ("modifie", ""), "and back again"
    assert (retenu(region), list(dits(region))) == (13_000, ["version-reprise"])
    releve(region, 4, {"nord.xlsx": (octets(region, 15_000, 1_000), 20)})
    assert (retenu(region), dits(region)) == (16_000, {})


def test_it_is_the_path_of_the_version_that_replaced_it_that_brings_it_back(region: Region) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"premier.xlsx": (v1, 0)})
    releve(region, 1, {"second.xlsx": (v2, 10)})
    assert releve(region, 2, {"troisieme.xlsx": (v1, 20)})["troisieme.xlsx"][0] == "inchange"
    assert retenu(region) == 12_000
    assert releve(region, 3, {"second.xlsx": (v1, 20)})["second.xlsx"][0] == "modifie"
    assert retenu(region) == 9_000


def test_the_place_of_the_version_that_counts_is_its_own_even_after_a_file_that_could_not_be_read(
    region: Region,
) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"premier.xlsx": (v1, 0)})
    releve(region, 1, {"second.xlsx": (v2, 10)})
    assert releve(region, 2, {"second.xlsx": (v2[:100], 20)})["second.xlsx"][0] == "refuse"
    assert releve(region, 3, {"second.xlsx": (v1, 30)})["second.xlsx"][0] == "modifie"
    assert retenu(region) == 9_000


def test_the_version_that_counts_keeps_its_place_when_it_is_renamed(region: Region) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"premier.xlsx": (v1, 0)})
    releve(region, 1, {"second.xlsx": (v2, 10)})
    (region.ou / "recus" / "second.xlsx").unlink()
    assert releve(region, 2, {"renomme.xlsx": (v2, 10)})["renomme.xlsx"] == ("inchange", "")
    assert releve(region, 3, {"renomme.xlsx": (v1, 0)})["renomme.xlsx"][0] == "modifie"
    assert retenu(region) == 9_000


def test_a_pull_cut_short_and_the_next_one_are_one_pull(region: Region) -> None:
    releve(region, 0, {"a.xlsx": (octets(region, 9_000), 0)})
    with region.db.conn:
        region.db.execute("DELETE FROM bilans")
    releve(region, 1, {"b.xlsx": (octets(region, 12_000), 0)})
    assert retenu(region) == 9_000, "written at the same instant, the one that keeps less"
    assert tous(region, "envois-concurrents") == 2
    releve(region, 2, {"c.xlsx": (octets(region, 15_000), 10)})
    assert (retenu(region), dits(region)) == (15_000, {})


def test_the_version_moved_to_an_archive_when_the_next_one_comes_is_not_in_the_way(region: Region) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"nord.xlsx": (v1, 0)})
    releve(region, 1, {"nord.xlsx": (v2, 10), "nord archive.xlsx": (v1, 0)})
    assert (retenu(region), dits(region)) == (12_000, {})


def test_the_same_by_mail(region: Region) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)

    def recoit(rang: int, contenu: bytes, nom: str) -> tuple[str, str]:
        region.le(JOURS[rang])
        depot = Depot(
            f"courriel/{rang}/{nom}", len(contenu), MIDI * 10**9 + rang, hashlib.sha256(contenu).hexdigest(), contenu
        )
        (recu,) = prend(
            region.db, region.dossier, [(depot, juge(nom, contenu, region.dossier))], lambda: region.heure
        ).recus
        return recu.etat, recu.motif

    assert recoit(0, v1, "nord.xlsx") == ("nouveau", "")
    assert recoit(1, v2, "nord.xlsx") == ("nouveau", "")
    etat, motif = recoit(2, v1, "nord.xlsx")
    assert (etat, "elle ne compte pas" in motif) == ("inchange", True)
    assert (retenu(region), list(dits(region))) == (12_000, ["copie-ignoree"])


def test_after_the_lock_a_copy_of_the_locked_version_does_not_pass_for_the_last_one(region: Region) -> None:
    v1, v2 = octets(region, 9_000), octets(region, 12_000)
    releve(region, 0, {"nord.xlsx": (v1, 0)})
    acts.verrouille(region.main(), ANNUELLE, [NORD], "fin de campagne")
    releve(region, 1, {"nord.xlsx": (v2, 10)})
    assert releve(region, 2, {"copie.xlsx": (v1, 20)})["copie.xlsx"][0] == "inchange"
    assert retenu(region) == 9_000
    acts.verrouille(region.le(JOURS[3]).main(), ANNUELLE, [NORD], "reprise", oui=False)
    assert retenu(region) == 12_000


# Two workbooks at once


@pytest.mark.parametrize("noms", list(itertools.permutations(["a.xlsx", "b.xlsx", "c.xlsx"])))
def test_written_at_the_same_instant_the_one_that_keeps_less_counts_whatever_their_names(
    region: Region, noms: Sequence[str]
) -> None:
    gains = (12_000, 9_000, 10_000)
    releve(region, 0, {nom: (octets(region, g), 0) for nom, g in zip(noms, gains, strict=True)})
    assert retenu(region) == 9_000
    assert (len(dits(region)["envois-concurrents"]), tous(region, "envois-concurrents")) == (2, 4)
    assert any(f"{euros(900_000)} retenus dans l'un, {euros(1_200_000)} dans l'autre, soit {euros(300_000)}" in d
               for d in dits(region)["envois-concurrents"])  # fmt: skip
    region.le(JOURS[1]).releve()
    assert retenu(region) == 9_000
    assert region.db.execute("SELECT sum(gain_retenu) FROM v_onglets_qui_comptent").fetchone() == (9_000.0,)
    releve(region, 2, {noms[0]: (octets(region, 20_000), 60)})
    assert (retenu(region), dits(region)) == (20_000, {})


def test_at_the_same_instant_each_etablissement_has_the_tab_that_keeps_less(region: Region) -> None:
    def deux(sens: int, joigny: int) -> bytes:
        return trame(region.dossier, YONNE, ANNUELLE, {SENS: [achat("A", sens)], JOIGNY: [achat("B", joigny)]})

    releve(region, 0, {"a.xlsx": (deux(9_000, 5_000), 0), "b.xlsx": (deux(8_000, 6_000), 0)})
    assert {o.finess: o.totaux.gain_retenu // 100 for o in region.vue.comptent(sujet(YONNE, 2021))} == {
        SENS: 8_000, JOIGNY: 5_000,
    }  # fmt: skip


def test_in_one_pull_the_latest_written_counts_and_both_are_told(region: Region) -> None:
    releve(region, 0, {"z.xlsx": (octets(region, 9_000, 100), 0), "a.xlsx": (octets(region, 12_000, 100), 0.5)})
    assert retenu(region) == 12_100
    (dit,) = dits(region)["envois-concurrents"]
    assert "« a.xlsx » a été reçu avec « z.xlsx » : 1 ligne diffère (0001)" in dit
    assert "« a.xlsx » compte" in dit
    assert tous(region, "envois-concurrents") == 2


@pytest.mark.parametrize(("premier", "second"), [((9_000,), (9_000,)), ((), (9_000,))])
def test_workbooks_that_do_not_differ_or_bear_on_others_do_not_compete(
    region: Region, premier: tuple[int, ...], second: tuple[int, ...]
) -> None:
    autre = trame(region.dossier, NORD, ANNUELLE, {BELFORT: [achat(f"Achat {n}", g, commentaire="vu") for n, g in
                                                             enumerate(premier, 1)]})  # fmt: skip
    releve(region, 0, {"a.xlsx": (autre, 0), "b.xlsx": (octets(region, *second), 0)})
    assert (retenu(region), dits(region)) == (9_000, {})


def test_partial_workbooks_of_one_ght_do_not_compete(region: Region) -> None:
    releve(region, 0, {"a.xlsx": (octets(region, 9_000, ght=YONNE, finess=SENS), 0),
                       "b.xlsx": (octets(region, 5_000, ght=YONNE, finess=JOIGNY), 0)})  # fmt: skip
    assert (retenu(region, YONNE), dits(region)) == (14_000, {})


def test_a_file_older_than_the_one_it_replaces_counts_and_both_are_told(region: Region) -> None:
    releve(region, 0, {"nord.xlsx": (octets(region, 12_000), 100)})
    releve(region, 1, {"nord 2.xlsx": (octets(region, 9_000), 0)})
    assert retenu(region) == 9_000
    (dit,) = dits(region)["envois-concurrents"]
    assert "« nord 2.xlsx » est arrivé après, bien qu'écrit avant « nord.xlsx »" in dit
    assert tous(region, "envois-concurrents") == 2


def test_a_plain_correction_has_nothing_said_of_it(region: Region) -> None:
    releve(region, 0, {"nord.xlsx": (octets(region, 12_000), 0)})
    releve(region, 1, {"nord.xlsx": (octets(region, 9_000), 100)})
    assert (retenu(region), dits(region)) == (9_000, {})


def test_judged_again_what_counted_a_former_day_stays(region: Region) -> None:
    releve(region, 0, {"a.xlsx": (octets(region, 200_000), 0), "b.xlsx": (octets(region, 150_000), 0)})
    region.le(JOURS[1]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 16"
    )
    region.rejuge()
    assert retenu(region) == 0
    region.le(JOURS[0])
    assert retenu(region) == 150_000


@pytest.mark.parametrize("graine", range(6))
def test_a_new_register_of_the_same_folder_gives_the_same_figures(tmp_path: Path, graine: int) -> None:
    """Sendings drawn at random, each written after the one before, some kept as archives with their own date."""
    tirage = random.Random(graine)
    region = nouvelle(tmp_path)
    versions: list[tuple[bytes, float]] = []
    for rang in range(6):
        version = (octets(region, tirage.randrange(1_000, 20_000), tirage.randrange(100, 900)), rang * 10.0)
        fichiers = {tirage.choice(("nord.xlsx", "nord bis.xlsx")): version}
        if versions:
            fichiers[f"archive {rang}.xlsx"] = tirage.choice(versions)
        releve(region, rang, fichiers)
        versions.append(version)
    autre = tmp_path / "autre"
    autre.mkdir()
    neuve = nouvelle(autre)
    (autre / "recus").rmdir()
    (autre / "recus").symlink_to(region.ou / "recus")
    neuve.le(JOURS[-1]).releve()
    assert retenu(neuve) == retenu(region)
    toutes = stored_lines.constats_de(neuve.db, [o.id for o in qui_compte(neuve.db, [ANNUELLE], JOURS[-1]).values()],
                                   (Gravite.ALERTE,), JOURS[-1])  # fmt: skip
    assert all(r.constat.code != "version-reprise" for r in toutes)
