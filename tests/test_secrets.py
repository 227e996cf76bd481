"""Planted secrets come out nowhere: no message, JSON, log, error, workbook of findings, nor text kept in the register.

The original file that was received is kept as it came, and is the one exception.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from config.errors import UserError
from config.secrets import MASQUE, SECRET, masque
from jobs.cli import main
from reports import findings_workbook
from sheets.findings import Gravite
from sheets.judging import workers
from sheets.register import acts
from sheets.register.pulls import Saisie
from tests.region import PLACES, REFERENT, Region, nouvelle, sujet, trame

ANNUELLE, GHT, BELFORT = "2021-annuelle", "BFC-09", "900000365"
DEUXIEME = f"{ANNUELLE}/{BELFORT}/0002"
"""The first line of the planted trame has a secret for a number."""
NIR = "185057800608491"
ECRITURES = (
    NIR,
    "1 85 05 78 006 084 91",
    "1\u00a085\u00a005\u00a078\u00a0006\u00a0084\u00a091",
    "1.85.05.78.006.084.91",
    "1-85-05-78-006-084-91",
)
JETON = "Bearer q8Zt5Kx0Vw3mYb7NdRfLhJ2s"
CLE = "xoxb-" + "123456789012-abcdefABCDEF"
ADRESSE = "smtp://vigie:motdepasse-de-service@mail.exemple.invalid:587"
ENVIRONNEMENT = {
    "VIGIE_SLACK_BOT_TOKEN": CLE,
    "VIGIE_SLACK_APP_TOKEN": "xapp-" + "1-A0000-999-abcdefabcdef",
    "VIGIE_SMTP_URL": ADRESSE,
}
SECRETS = (NIR, JETON.split()[1], CLE, ENVIRONNEMENT["VIGIE_SLACK_APP_TOKEN"], "motdepasse-de-service")


def fuites(texte: str) -> list[str]:
    """The secrets that a text lets out, however they are spaced."""
    serre = re.sub(r"[\s\u00a0./_-]", "", texte)
    return [s for s in SECRETS if re.sub(r"[./_-]", "", s) in serre]


def textes(region: Region) -> Iterator[tuple[str, str]]:
    """Every text the register holds, by table and column; the bytes of originals and folders are no text."""
    for table in region.db.table_names():
        for colonne in region.db[table].columns:
            if colonne.type == "TEXT":
                for (valeur,) in region.db.execute(f'SELECT "{colonne.name}" FROM "{table}"'):  # noqa: S608
                    yield f"{table}.{colonne.name}", str(valeur)


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Region:
    for nom, valeur in ENVIRONNEMENT.items():
        monkeypatch.setenv(nom, valeur)
    return nouvelle(tmp_path)


def plantee(region: Region) -> bytes:
    """A trame with a secret in every column of texts, in amounts, in a heading, on the first tab and far away."""
    par_colonne: list[dict[str, Any]] = [
        {cle: f"dossier {ECRITURES[n % len(ECRITURES)]}", "marche": f"M{n}"}
        | ({"marche": NIR} if cle == "marche" else {})
        for n, cle in enumerate(c for c in PLACES if c not in ("performance", "poids", "gain_exercice", "report"))
    ]
    lignes = [*par_colonne, {"commentaire": JETON}, {"commentaire": f"clé {CLE}"}, {"commentaire": ADRESSE},
              {"gain_annuel": int(NIR)}, {"marche": int(NIR)}]  # fmt: skip
    livre = load_workbook(io.BytesIO(trame(region.dossier, GHT, ANNUELLE, {BELFORT: lignes}, contact=f"{NIR} {CLE}")))
    onglet = livre.worksheets[1]
    onglet.title = f"Onglet {ECRITURES[1]}"
    onglet["A1"] = f"Salaire de {ECRITURES[1]}"
    onglet.cell(4, PLACES["type_effet"], f"Type d'effet {ECRITURES[1]}")
    onglet.cell(4, PLACES["retour"] + 1, f"Colonne de {NIR}")
    onglet.cell(7, PLACES["retour"] + 3, NIR)
    onglet.cell(60, 3, f"Total {NIR}")
    onglet.cell(60, PLACES["gain_annuel"], 12)
    onglet.cell(400, 3, NIR)
    premier = livre.worksheets[0]
    premier.cell(2, 1, NIR)
    rang = next(r[0].row for r in premier.iter_rows(max_col=1) if r[0].value == BELFORT)
    premier.cell(rang, 3, f"{NIR} €")
    livre.worksheets[-1]["A1"] = NIR
    livre.create_sheet(f"Notes {ECRITURES[1]}")["A1"] = NIR
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


@pytest.fixture
def semee(region: Region) -> Region:
    """A register that was given secrets by every door."""
    nom = f"trame {ECRITURES[1]} {CLE}.xlsx"
    region.depose(nom, plantee(region))
    region.releve(Saisie(REFERENT, masque(f"lu pour {NIR}")))
    region.depose(nom, b"PK pas un classeur")
    region.depose(f"{NIR}.xlsx", b"PK pas un classeur")
    region.le(date(2022, 1, 21)).releve()
    for ecriture in ECRITURES:
        acts.decide(region.main(), DEUXIEME, "retirer", f"patient {ecriture}")
        acts.note(region.main(), DEUXIEME, f"voir {ecriture}, {JETON}")
    acts.distingue(region.main(), DEUXIEME, f"c'est {CLE}")
    acts.prolonge(region.main(), ANNUELLE, GHT, date(2022, 3, 10), ADRESSE)
    acts.valide(region.main(), ANNUELLE, GHT, NIR)
    for question in (f"gains bfc 2021 pour {ECRITURES[1]}", f"{NIR} ?", f"pourquoi {CLE}", f"statut bfc 2021 {JETON}"):
        region.demande(question)
    return region


def test_the_plants_are_secrets_and_ordinary_numbers_are_not() -> None:
    assert all(masque(e) == MASQUE for e in ECRITURES)
    assert masque(JETON) == f"Bearer {SECRET}"
    assert masque(f"le {CLE} ici") == f"le {SECRET} ici"
    assert masque(ADRESSE) == f"smtp://{SECRET}@mail.exemple.invalid:587"
    for ordinaire in (
        "marché 2021-045-UNIHA-000123456789", "185057800608492", "https://exemple.invalid:8080/chemin/vers/une/page",
        "referent.bfc@exemple.invalid", "SIRET 26390025000014", "12 345 678,90 € sur 12 mois", "le bearer du marché",
    ):  # fmt: skip
        assert masque(ordinaire) == ordinaire


def test_no_text_of_the_register_holds_a_secret(semee: Region) -> None:
    assert [(ou, f) for ou, texte in textes(semee) if (f := fuites(texte))] == []
    assert any(MASQUE in texte for ou, texte in textes(semee) if ou == "questions.texte")
    assert any(SECRET in texte for ou, texte in textes(semee) if ou == "lignes_paat.commentaire")


def test_the_original_is_kept_as_it_came(region: Region) -> None:
    octets = plantee(region)
    region.depose("nord.xlsx", octets)
    region.releve()
    assert region.db.execute("SELECT octets FROM originaux").fetchone() == (octets,)


def test_a_personal_number_strikes_its_line_and_a_password_only_warns(semee: Region) -> None:
    dits = semee.constats(ANNUELLE, "donnee-personnelle")
    assert {c.gravite for c in dits} == {Gravite.REJET, Gravite.ALERTE}
    assert all("mot de passe" in c.message for c in dits if c.gravite is Gravite.ALERTE and c.ligne)


def test_two_files_whose_names_differ_by_a_hidden_number_stay_two_files(region: Region) -> None:
    autre = f"2850578006084{97 - 2_850_578_006_084 % 97:02d}"
    assert masque(autre) == MASQUE
    for jour in (20, 21):
        for n, nir in enumerate((NIR, autre)):
            lignes = {BELFORT: [{"gain_annuel": 4_000 + 10 * n + jour}]}
            region.depose(f"{nir}.xlsx", trame(region.dossier, GHT, ANNUELLE, lignes))
        bilan = region.le(date(2022, 1, jour)).releve()
        assert [r.etat for r in bilan.recus] == (["nouveau"] * 2 if jour == 20 else ["modifie"] * 2)
    assert [r.etat for r in region.releve().recus] == ["inchange"] * 2
    assert len({r.fichier for r in region.releve().recus}) == 2


@pytest.mark.parametrize("question", [
    "gains {} 2021", "pourquoi {} 2021", "rejets {} 2021", "alertes {} 2021", "statut {} 2021", "qualité {} 2021",
    "qui n'a pas remis {} 2021", "changements {} 2021 depuis le 20/01/2022", "objectif {} 2021", "aide", "gains {} 2021 " + NIR,
])  # fmt: skip
def test_no_answer_holds_a_secret(semee: Region, question: str) -> None:
    for qui in (GHT, "BFC"):
        assert fuites(json.dumps(semee.demande(question.format(qui)), ensure_ascii=False)) == []


def test_the_workbook_of_findings_holds_no_secret(semee: Region) -> None:
    livre = load_workbook(
        io.BytesIO(findings_workbook.enregistre(findings_workbook.classeur(semee.vue, sujet("BFC", 2021))))
    )
    cellules = [str(c.value) for r in livre["Constats"].iter_rows() for c in r if c.value is not None]
    assert len(cellules) > 50
    assert [c for c in cellules if fuites(c)] == []
    assert any("voir [numéro masqué], Bearer [secret masqué]" in c for c in cellules)


@pytest.mark.parametrize(
    "reference", [f"{ANNUELLE}/{BELFORT}/{NIR}", NIR, f"{ANNUELLE}/{NIR}/0001", f"{CLE}/{BELFORT}/0001"]
)
def test_a_refusal_does_not_repeat_the_secret_it_was_given(region: Region, reference: str) -> None:
    region.envoie("nord.xlsx", GHT, ANNUELLE, {BELFORT: [{}]})
    with pytest.raises(UserError) as decide:
        acts.decide(region.main(), reference, "retirer", "relu")
    with pytest.raises(UserError) as note:
        acts.note(region.main(), reference, "relu")
    assert fuites(f"{decide.value} {decide.value!r} {note.value} {note.value!r}") == []


def test_a_decision_filled_in_a_workbook_hides_what_its_reason_holds(region: Region) -> None:
    region.envoie("nord.xlsx", GHT, ANNUELLE, {BELFORT: [{"gain_annuel": 40_000}]})
    livre = load_workbook(
        io.BytesIO(findings_workbook.enregistre(findings_workbook.classeur(region.vue, sujet("BFC", 2021))))
    )
    feuille = livre["Constats"]
    colonnes = {c.value: c.column or 0 for c in feuille[1]}
    feuille.cell(2, colonnes["Décision"], "garder")
    feuille.cell(2, colonnes["Motif"], f"patient {ECRITURES[1]} {CLE}")
    (lue,) = findings_workbook.lit_les_decisions(findings_workbook.enregistre(livre))
    assert lue == (f"{ANNUELLE}/{BELFORT}/0001", "retenir", f"patient {MASQUE} {SECRET}")


def test_the_log_of_a_fault_of_ours_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "vigie"):
        try:
            raise ValueError(f"cellule {NIR} {CLE}")
        except ValueError:
            rendu = workers._defaut(f"/recus/{NIR}.xlsx")
    assert "ValueError" in caplog.text
    assert fuites(caplog.text) == []
    assert fuites(str(rendu)) == []


COMMANDES = (
    ["check", "{nir}.xlsx"], ["check", "{nir}.xlsx", "--json"], ["check", "absent {nir}.xlsx"],
    ["pull", "recus"], ["pull", "recus", "--json"], ["pull", "{nir}.xlsx", "--pour-le-compte", "appel de {nir}", "--as", REFERENT],
    ["pull", "recus", "--pour-le-compte", "x", "--as", "{nir}@exemple.invalid"], ["status"], ["status", "--json"],
    ["ask", "gains bfc 2021 {nir}"], ["ask", "pourquoi bfc 2021", "--json"], ["ask", "gains bfc 2021", "--as-of", "{nir}"],
    ["ask", "rejets bfc 2021", "--json"], ["ask", "alertes bfc 2021", "--json"],
    ["decide", DEUXIEME, "--retirer", "--motif", "patient {nir}", "--as", REFERENT], ["decide", "{nir}", "--retirer", "--motif", "x", "--as", REFERENT],
    ["note", DEUXIEME, "voir {nir} {cle}", "--as", REFERENT], ["decide", "--file", "{nir}.csv", "--as", REFERENT],
    ["report", "--campagne", ANNUELLE], ["rejudge"], ["rejudge", "--yes"], ["campaign", "list"],
    ["campaign", "extend", "{nir}", "--ght", GHT, "--jusqu-au", "2022-03-10", "--motif", "x", "--as", REFERENT],
    ["campaign", "neant", ANNUELLE, "--finess", "{nir}", "--motif", "x", "--as", REFERENT], ["learn"], ["{nir}"],
)  # fmt: skip


def test_no_command_prints_a_secret_nor_leaves_one_in_the_register(
    region: Region, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file given on the command line is named as its owner named it: only that is looked for elsewhere."""
    monkeypatch.chdir(region.ou)
    octets = plantee(region)
    region.depose("nord.xlsx", octets)
    (region.ou / f"{NIR}.xlsx").write_bytes(octets)
    monkeypatch.setenv("VIGIE_REGISTRE", str(region.ou / "vigie.sqlite"))
    for commande in COMMANDES:
        mots = [m.format(nir=NIR, cle=CLE) for m in commande]
        jour = [] if commande == ["{nir}"] else ["--today", "2022-01-20"]
        monkeypatch.setattr(sys, "argv", ["vigie", *mots, *jour])
        with contextlib.suppress(SystemExit):
            main()
        sortie = capsys.readouterr()
        assert sortie.out + sortie.err, mots
        assert fuites(sortie.out + sortie.err) == [], mots
    assert [(ou, f) for ou, texte in textes(region) if (f := fuites(texte))] == []
