"""What happens once a campaign is locked: what the GHT sends, what its région decides, what a new rule would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.errors import UserError
from jobs.cli.commande import vigie as cli
from jobs.rejudge import left_alone
from reports.changes import changements
from sheets.register import acts
from sheets.register.decisions import decisions
from sheets.register.what_counts import qui_compte
from tests.region import Ligne, Region, juge_ici, nouvelle, sujet

BELFORT, SENS, NORD, YONNE = "900000365", "890970569", "BFC-09", "BFC-05"
ANNUELLE = "2021-annuelle"
JOURS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def achat(titre: str, gain: int, reference: int = 40_000) -> dict[str, Any]:
    return {"intitule": titre, "marche": f"M-{titre}", "gain_annuel": gain, "montant_reference": reference,
            "date_premiere_commande": date(2021, 1, 4)}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def envoie(region: Region, rang: int, lignes: Sequence[Ligne]) -> None:
    region.le(JOURS[rang]).envoie("nord.xlsx", NORD, ANNUELLE, {BELFORT: lignes})


def decide(region: Region, rang: int, numero: str, sens: str) -> None:
    acts.decide(region.le(JOURS[rang]).main(), f"{ANNUELLE}/{BELFORT}/{numero}", sens, "relu")


def gardes(region: Region, *, at_lock: bool = False) -> int:
    return sum(
        o.totaux.gain_retenu for o in qui_compte(region.db, [ANNUELLE], region.heure.date(), at_lock=at_lock).values()
    )


def test_a_decision_after_the_lock_counts_from_its_day_and_is_marked_and_the_figure_at_the_lock_stays(
    region: Region,
) -> None:
    envoie(region, 0, [achat("Gants", 4_000), achat("Linge", 2_000), achat("Gaz", 30_000)])
    decide(region, 0, "0002", "retirer")
    assert gardes(region, at_lock=True) == 0, "nothing is locked yet"
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [NORD], "fin de campagne")
    assert gardes(region) == gardes(region, at_lock=True) == 400_000
    envoie(region, 2, [achat("Gants", 9_000), achat("Linge", 2_000), achat("Gaz", 30_000)])
    decide(region, 3, "0001", "retirer")
    decide(region, 3, "0003", "retenir")
    assert (gardes(region), gardes(region, at_lock=True)) == (3_000_000, 400_000)
    onglet = qui_compte(region.db, [ANNUELLE], JOURS[3])[BELFORT].id
    marks = {
        d.reference[-4:]: (d.after_lock, "(après verrou)" in d.mots) for d in decisions(region.db, [onglet], JOURS[3])
    }
    assert marks == {"0001": (True, True), "0002": (False, False), "0003": (True, True)}
    decide(region, 4, "0002", "revenir")
    assert (gardes(region), gardes(region, at_lock=True)) == (3_200_000, 400_000)
    region.le(JOURS[2])
    assert (gardes(region), gardes(region, at_lock=True)) == (400_000, 400_000)


def test_the_bridge_tells_what_was_decided_after_the_lock_apart(region: Region) -> None:
    envoie(region, 0, [achat("Gants", 4_000), achat("Linge", 2_000), achat("Gaz", 1_000)])
    region.le(JOURS[1])
    decide(region, 1, "0002", "retirer")
    decide(region, 1, "0003", "retirer")
    acts.verrouille(region.le(JOURS[2]).main(), ANNUELLE, [NORD], "fin de campagne")
    decide(region, 3, "0001", "retirer")
    decide(region, 3, "0003", "revenir")

    def parts(rang: int, depuis: int) -> dict[str, int]:
        vue = region.le(JOURS[rang]).vue
        return {e.code: int(e.valeur or 0) for e in changements(vue, sujet("BFC", 2021, depuis=JOURS[depuis])).elements}

    assert parts(3, 0) == {"decision": -200_000, "apres_verrou": -400_000}
    assert parts(3, 2) == {"apres_verrou": -300_000}
    assert parts(2, 0) == {"decision": -300_000}
    dit = region.le(JOURS[3]).demande("qu'est-ce qui a changé BFC-09 2021 depuis le 24/01/2022")
    assert "après le verrou" in str(dit)


def test_unlocked_a_decision_is_no_longer_after_the_lock(region: Region) -> None:
    envoie(region, 0, [achat("Gants", 4_000)])
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [NORD], "fin de campagne")
    decide(region, 2, "0001", "retirer")
    acts.verrouille(region.le(JOURS[3]).main(), ANNUELLE, [NORD], "reprise", oui=False)
    onglet = qui_compte(region.db, [ANNUELLE], JOURS[3])[BELFORT].id
    assert [d.after_lock for d in decisions(region.db, [onglet], JOURS[3])] == [False]
    assert [d.after_lock for d in decisions(region.db, [onglet], JOURS[2])] == [True]


def durci(region: Region) -> Region:
    """Two GHT sent the same line, one is locked, and the rule becomes harder."""
    envoie(region, 0, [achat("Gants", 10_000)])
    region.envoie("yonne.xlsx", YONNE, ANNUELLE, {SENS: [achat("Gants", 10_000)]})
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [NORD], "fin de campagne")
    region.le(JOURS[2]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20"
    )
    return region


def test_a_rule_may_be_tried_on_what_is_locked_and_nothing_is_written(region: Region) -> None:
    durci(region)
    assert left_alone(region.db, JOURS[2]) == {ANNUELLE: {NORD}}
    assert [c.ght for c in region.rejuge(ecrit=False)] == [YONNE]
    avant = list(region.db.conn.iterdump())
    assert [(c.ght, c.retenu) for c in region.rejuge(ecrit=False, locked_too=True)] == [
        (NORD, -1_000_000), (YONNE, -1_000_000),
    ]  # fmt: skip
    assert list(region.db.conn.iterdump()) == avant
    with pytest.raises(ValueError, match="locked"):
        region.rejuge(ecrit=True, locked_too=True)
    region.rejuge()
    assert [c.ght for c in region.rejuge(ecrit=False, locked_too=True)] == [NORD]


def test_the_command_says_what_it_leaves_alone(region: Region) -> None:
    durci(region)

    def dit(*options: str) -> str:
        communes = ["--registre", str(region.ou / "vigie.sqlite"), "--dossier", str(region.ou / "region")]
        with juge_ici():
            rendu = CliRunner().invoke(cli, ["rejudge", *options, *communes, "--today", JOURS[3].isoformat()])
        if rendu.exception and not isinstance(rendu.exception, SystemExit):
            raise rendu.exception
        return rendu.output.replace("\\u202f", " ").replace("\\xa0", " ")

    essai = dit()
    assert "Verrouillés, laissés tels quels : 1 GHT en 2021-annuelle" in " ".join(essai.split())
    assert "--y-compris-verrouillees" in essai
    assert "2 fichiers à rejuger" in dit("--y-compris-verrouillees")
    assert "C'est un essai : rien n'est écrit." in " ".join(dit("--y-compris-verrouillees").split())
    with pytest.raises(UserError, match="n'écrit jamais"):
        dit("--y-compris-verrouillees", "--yes")
    dit("--yes")
    assert "tout ce qui n'est pas verrouillé est déjà jugé" in " ".join(dit().split())


@pytest.mark.parametrize("question", [
    "gains BFC-09 2021 au verrou", "au verrou, combien pour BFC-09 en 2021 ?", "gains au moment du verrou BFC-09 2021",
    "total retenu BFC-09 2021 lors du verrouillage",
])  # fmt: skip
def test_the_figure_at_the_lock_can_be_asked(region: Region, question: str) -> None:
    envoie(region, 0, [achat("Gants", 4_000), achat("Linge", 2_000)])
    assert "rien n'est verrouillé" in region.demande(question)["texte"]
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [NORD], "fin de campagne")
    decide(region, 2, "0001", "retirer")
    rendu = region.demande(question)
    assert (rendu["intention"], rendu["valeur"]) == ("verrou", "6000.00")
    assert "(1 trame verrouillée), sans ce qui a été décidé depuis" in rendu["texte"]
    assert region.demande("gains BFC-09 2021")["valeur"] == "2000.00"


def test_the_calendar_of_the_lock_is_another_question(region: Region) -> None:
    assert region.demande("quand est le verrou ?")["intention"] == "echeances"
