"""The workbook of the lines behind a figure: adds up to the cent, says why, leads to the cell, quotes nobody."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bots.answer_files import image, tableur
from bots.answering import rend
from bots.grammar.question import Forme
from config.errors import UserError
from config.folder import EXEMPLE
from config.rights import CLAVIER
from jobs.reponses import repond
from jobs.wiring import Atelier
from reports import lines_workbook as lignes
from reports.lines_workbook import ENTETE, TOTAL
from sheets import writing
from sheets.register import stored_lines
from sheets.register.acts import decide
from tests.conftest import GAIN_COL
from tests.region import Region, nouvelle, relit, sujet

MIDI = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
FOURNISSEUR = "Tartempion"
HOSTILE = f"@cmd|{FOURNISSEUR} 12,50 €"
LONS = "2021-annuelle/390780146"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Cents that do not fall round, a line struck by a rule, one by a decision, one kept by another, a loss, words to keep in."""
    region = nouvelle(tmp_path_factory.mktemp("region"))
    commun = {"date_premiere_commande": date(2021, 1, 4), "intitule": HOSTILE, "commentaire": HOSTILE, "prix_reference": 987.65,
              "prix_nouveau": 900, "quantite": 1, "marche": HOSTILE}  # fmt: skip
    saisies: list[dict[str, Any]] = [{"gain_annuel": 1234.56}, {"gain_annuel": 777.77, "montant_reference": 100}, {"gain_annuel": 10.1},
               {"gain_annuel": 888.88, "montant_reference": 100}, {"gain_annuel": -99.99, "famille": HOSTILE}]  # fmt: skip
    region.envoie(f"{FOURNISSEUR}.xlsx", "BFC-08", "2021-annuelle", {"390780146": [{**commun, **li} for li in saisies]})
    region.heure = MIDI
    decide(region.main(), f"{LONS}/0003", "retirer", f"{FOURNISSEUR} en double")
    decide(region.main(), f"{LONS}/0004", "retenir", f"{FOURNISSEUR} a raison")
    return region


def feuille(octets: bytes) -> Worksheet:
    livre = relit(octets)
    ws = livre["Lignes"]
    assert isinstance(ws, Worksheet)
    return ws


def rangees(ws: Worksheet) -> list[dict[str, Any]]:
    toutes = list(ws.iter_rows(min_row=ENTETE, values_only=True))
    return [dict(zip(map(str, toutes[0]), r, strict=True)) for r in toutes[1:]]


def piece(region: Region, question: str = "gains GHT Jura 2021 en tableur", email: str = "") -> bytes:
    qui = region.dossier.personnes[email] if email else CLAVIER
    return tableur(rend(question, qui, region.vue, MIDI)).octets


def centimes(valeur: Any) -> Decimal:
    return Decimal(str(valeur or 0)).quantize(Decimal("0.01"))


def test_it_adds_up_to_the_figure_to_the_cent(region: Region) -> None:
    dit = rend("gains GHT Jura 2021", CLAVIER, region.vue, MIDI).objet
    ws = feuille(piece(region))
    total = [
        centimes(c) for c in next(ws.iter_rows(min_row=TOTAL, max_row=TOTAL, min_col=5, max_col=7, values_only=True))
    ]
    sommes = [sum(centimes(r[t]) for r in rangees(ws)) for t in lignes.MONTANTS]
    assert total == sommes == [Decimal(dit["declare"]), Decimal(dit["retire"]), Decimal(dit["valeur"])]
    assert total[0] == Decimal("2811.32")


def test_each_line_says_what_became_of_it_and_where_it_was_typed(region: Region) -> None:
    par_ligne = {r["Référence"]: r for r in rangees(feuille(piece(region)))}
    assert {r: li["Pourquoi"] for r, li in par_ligne.items()} == {
        f"{LONS}/0001": None,
        f"{LONS}/0002": "retirée ; Le gain dépasse le montant de référence (performance-superieure-100)",
        f"{LONS}/0003": "retirée par décision",
        f"{LONS}/0004": "gardée par décision ; Le gain dépasse le montant de référence (performance-superieure-100)",
        f"{LONS}/0005": None,
    }
    assert {(li["Onglet"], li["Fichier"]) for li in par_ligne.values()} == {
        ("CENTRE HOSPITALIER JURA SUD", "Reçu le 20/01/2022 (n° 1)")
    }
    assert [par_ligne[f"{LONS}/000{n}"]["Cellule"] for n in (1, 2)] == [f"{GAIN_COL}5", f"{GAIN_COL}6"]


def test_it_quotes_nobody_and_holds_no_price(region: Region) -> None:
    octets = piece(region)
    with zipfile.ZipFile(io.BytesIO(octets)) as z:
        tout = "".join(z.read(n).decode("utf-8", "replace") for n in z.namelist())
    assert not [s for s in (FOURNISSEUR, "987.65", "12,50", "cmd|", "<f>") if s in tout]
    assert "libellé hors nomenclature" in tout


def test_a_file_under_the_name_we_gave_it_keeps_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    autre = nouvelle(tmp_path_factory.mktemp("autre"))
    nom = writing.nom_de_fichier("BFC-08", autre.dossier.campagnes["2021-annuelle"], autre.dossier)
    autre.envoie(nom, "BFC-08", "2021-annuelle", {"390780146": [{}]})
    autre.heure = MIDI
    (ligne,) = rangees(feuille(piece(autre)))
    assert ligne["Fichier"] == f"{nom}, reçu le 20/01/2022 (n° 1)"


@pytest.mark.parametrize(
    "email", ["lecture@exemple.invalid", "directeur.bfc-06@exemple.invalid", "operateur.uniha@exemple.invalid"]
)
@pytest.mark.parametrize("question", ["gains BFC 2021", "gains GHT Jura 2021"])
def test_only_those_who_may_see_lines_get_them(region: Region, email: str, question: str) -> None:
    with pytest.raises(UserError, match="pas ouver"):
        piece(region, question, email)


def test_an_answer_that_is_no_total_proposes_one_that_is(region: Region) -> None:
    with pytest.raises(UserError, match=r"« gains GHT Jura 2021 en tableur »"):
        piece(region, "évolution GHT Jura")


def test_a_workbook_that_would_not_add_up_is_not_handed_out(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    une_de_moins = stored_lines.lignes_de(region.db, [1], MIDI.date())[1:]
    monkeypatch.setattr(stored_lines, "lignes_de", lambda *_: une_de_moins)
    with pytest.raises(RuntimeError, match="the figure says"):
        lignes.xlsx(region.vue, sujet("BFC-08", 2021), "", "")


def test_the_command_line_writes_what_the_chat_would_send(
    region: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atelier = Atelier(EXEMPLE, region.ou / "vigie.sqlite", MIDI.date())
    vers: dict[Forme, Path | None] = {"image": tmp_path / "g.png", "tableur": tmp_path / "g.xlsx"}
    repond(atelier, "gains GHT Jura 2021", None, None, False, vers)
    rendu = rend("gains GHT Jura 2021", CLAVIER, region.vue, MIDI)
    assert (tmp_path / "g.png").read_bytes() == image(rendu).octets
    assert rangees(feuille((tmp_path / "g.xlsx").read_bytes())) == rangees(feuille(tableur(rendu).octets))
    dit = capsys.readouterr()
    assert dit.out.startswith("Gains du GHT Jura en 2021")
    ecrite, decrite, *_ = dit.err.splitlines()
    assert ecrite == f"Écrit : {tmp_path / 'g.png'}"
    assert decrite == f"Ce que montre l'image : {image(rendu).alternative}"
    assert "Graphique en barres" in decrite
    repond(atelier, "gains GHT Jura 2021 en tableur", None, None, False, {})
    assert "--xlsx FICHIER.xlsx" in capsys.readouterr().err
    with pytest.raises(UserError, match="Je ne sais pas dessiner"):
        repond(atelier, "pourquoi gains GHT Jura 2021", None, None, False, {"image": tmp_path / "p.png"})
    assert not (tmp_path / "p.png").exists()
