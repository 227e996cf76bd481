"""Checks on a whole campaign: found whoever sent the lines, in whatever order they arrived."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.folder import EXEMPLE, Dossier, charge
from jobs.taking_in.folders import pull
from sheets.findings import Gravite
from sheets.register import stored_lines
from sheets.register.database import ouvre
from sheets.trames.paat.on_campaigns import LigneRecoupee, doublon_probable, gain_atypique, unite_suspecte
from tests.conftest import Remplir

DOSSIER = charge(EXEMPLE)
MIDI = datetime(2022, 2, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))


def ligne(n: int, reference: int, gain: int, marche: str = "", ght: str = "G1", finess: str = "") -> LigneRecoupee:
    return LigneRecoupee(n, n, n + 5, ght, finess or f"F{n}", "Hôtellerie", marche, reference, gain)


def famille(hasard: random.Random) -> list[LigneRecoupee]:
    """Forty ordinary lines: references around 50 000 €, gains around 6 % of them."""
    references = [round(5_000_000 * hasard.lognormvariate(0, 0.8)) for _ in range(40)]
    return [ligne(n, r, round(r * hasard.uniform(0.04, 0.08))) for n, r in enumerate(references)]


def trouvees(controle, lignes: Sequence[LigneRecoupee]) -> list[int]:  # type: ignore[no-untyped-def]
    return sorted(li.id for li, _ in controle.fonction(lignes, DOSSIER))


@pytest.mark.parametrize("graine", range(20))
def test_an_ordinary_family_has_nothing_said_of_it(graine: int) -> None:
    lignes = famille(random.Random(graine))
    assert trouvees(unite_suspecte, lignes) == []
    assert trouvees(gain_atypique, lignes) == []


@pytest.mark.parametrize(("facteur", "unite"), [(0.001, "milliers d'euros"), (100, "centimes")])
def test_a_line_in_another_unit_is_suspected_and_said_once(facteur: float, unite: str) -> None:
    lignes = [*famille(random.Random(1)), ligne(99, round(5_000_000 * facteur), round(300_000 * facteur))]
    ((suspecte, ecart),) = unite_suspecte.fonction(lignes, DOSSIER)
    assert (suspecte.id, unite in ecart.correction) == (99, True)
    assert trouvees(gain_atypique, lignes) == []


def test_a_gain_far_from_its_family_is_shown_when_there_are_twenty_lines() -> None:
    seule = ligne(99, 2_000_000_000, 200_000_000)
    assert trouvees(gain_atypique, [*famille(random.Random(2)), seule]) == [99]
    assert trouvees(gain_atypique, [*famille(random.Random(2))[:18], seule]) == []


def test_the_same_gain_to_the_cent_under_one_market_is_shown_at_both() -> None:
    lignes = [
        ligne(1, 1, 50_000, "M1"),
        ligne(2, 2, 50_000, "M1"),
        ligne(3, 3, 50_001, "M1"),
        ligne(4, 4, 50_000, "M2"),
    ]
    assert trouvees(doublon_probable, lignes) == [1, 2]


def test_two_lines_of_one_etablissement_are_not_a_probable_double() -> None:
    assert trouvees(doublon_probable, [ligne(1, 1, 5, "M", finess="F"), ligne(2, 1, 5, "M", finess="F")]) == []


def test_what_another_ght_declares_is_not_named() -> None:
    lignes = [ligne(1, 1, 50_000, "M1", "G1"), ligne(2, 2, 50_000, "M1", "G2")]
    assert not any("CH " in e.message for _, e in doublon_probable.fonction(lignes, DOSSIER))


def test_findings_do_not_depend_on_the_order_of_arrival(
    tmp_path: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    meme = {"marche": "2021-G1", "gain_annuel": 4321}
    envois = {
        "jura": trame_remplie({"390780146": [meme]}),
        "nievre": trame_remplie({"580780039": [meme]}, ght="BFC-06"),
        "autre": trame_remplie({"390780153": [{**meme, "gain_annuel": 999}]}),
    }
    rendus = set()
    for rang, ordre in enumerate(permutations(envois)):
        recus = tmp_path / str(rang)
        recus.mkdir()
        db = ouvre(recus / "v.sqlite")
        for nom in ordre:
            (recus / f"{nom}.xlsx").write_bytes(envois[nom])
            pull(db, dossier, [recus], lambda: MIDI)
        onglets = [r[0] for r in db.execute("SELECT id FROM onglets")]
        dits = stored_lines.constats_de(db, onglets, (Gravite.ALERTE,), MIDI.date())
        rendus.add(
            tuple(
                sorted(
                    (f, c.code, c.cellule, c.message)
                    for f, c in ((r.finess, r.constat) for r in dits)
                    if c.code == "doublon-probable"
                )
            )
        )
    assert len(rendus) == 1
    assert [f for f, *_ in rendus.pop()] == ["390780146", "580780039"]


def test_a_mended_double_is_no_longer_said_and_the_past_still_says_it(
    tmp_path: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    meme = {"marche": "2021-G1", "gain_annuel": 4321}
    db = ouvre(tmp_path / "v.sqlite")
    (tmp_path / "jura.xlsx").write_bytes(trame_remplie({"390780146": [meme], "390780153": [meme]}))
    pull(db, dossier, [tmp_path], lambda: MIDI)
    (tmp_path / "jura.xlsx").write_bytes(
        trame_remplie({"390780146": [meme], "390780153": [{**meme, "marche": "2021-G2"}]})
    )
    pull(db, dossier, [tmp_path], lambda: MIDI.replace(day=5))

    def doubles(jour: int) -> int:
        onglets = [r[0] for r in db.execute("SELECT id FROM onglets")]
        dits = stored_lines.constats_de(db, onglets, (Gravite.ALERTE,), MIDI.replace(day=jour).date())
        return sum(r.constat.code == "doublon-probable" for r in dits)

    assert (doubles(1), doubles(5)) == (2, 0)
