"""The views an analyst reads say to the cent what `vigie ask` says, whatever happened to the register."""

from __future__ import annotations

import shutil
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from config.folder import Dossier, charge
from config.territory import FRANCE, Perimetre
from reports.gains import SANS_LABEL, gains, pourquoi
from reports.view import Sujet, Vue
from sheets.findings import Gravite
from sheets.judging.workbook import juge
from sheets.register import pulls, schema, stored_lines
from sheets.register.what_counts import dernier_fichier
from tests.conftest import Remplir
from tests.workshop import JOUR as DEBUT
from tests.workshop import MOREZ, SUD, en_janvier, releve_ici

AU = date(2023, 6, 1)


def meme_reponse(db: Database, dossier: Dossier, au: date = AU) -> int:
    """Compare every figure of the views with the answers; return how many lines were compared."""
    vue = Vue(db, dossier, au)
    exercices = sorted({c.exercice for c in dossier.campagnes.values()})
    perimetres = [FRANCE, *(Perimetre("region", r) for r in {g.region for g in dossier.territoire.ghts.values()})]
    perimetres += [Perimetre("ght", g) for g in dossier.territoire.ghts]
    for exercice in exercices:
        for perimetre in perimetres:
            if vue.ghts(Sujet(perimetre, exercice)):
                _memes_totaux(vue, perimetre, exercice)
        _memes_ventilations(vue, exercice)
    return sum(_memes_lignes(vue, exercice) for exercice in exercices)


def _cents(euros: float | None) -> int:
    return round((euros or 0) * 100)


def _memes_totaux(vue: Vue, perimetre: Perimetre, exercice: int) -> None:
    attendu = gains(vue, Sujet(perimetre, exercice))
    ou = {"national": "?2 = 'FR'", "region": "region = ?2", "ght": "ght = ?2"}[perimetre.type]
    requete = (
        "SELECT sum(lignes_lues), sum(lignes_vides), sum(lignes_ignorees), sum(lignes_rejetees), sum(lignes_retenues),"
        " sum(gain_declare), sum(gain_retire), sum(gain_retenu), sum(gain_retenu) FILTER (WHERE remise = 'provisoire')"
        " FROM v_onglets_qui_comptent WHERE exercice = ?1 AND "
    )
    sommes = vue.db.execute(requete + ou, (exercice, perimetre.code)).fetchone()
    vu = (*(n or 0 for n in sommes[:5]), *map(_cents, sommes[5:]))
    assert vu == (*astuple(attendu.totaux), attendu.provisoire), (perimetre, exercice)


def _memes_ventilations(vue: Vue, exercice: int) -> None:
    for par in ("famille", "operateur", "statut"):
        attendu = {e.libelle: e.valeur for e in gains(vue, Sujet(FRANCE, exercice, par=par)).elements}
        requete = f"SELECT coalesce({par}, ''), sum(retenu) FROM v_lignes_qui_comptent WHERE exercice = ? GROUP BY 1"  # noqa: S608
        assert {label or SANS_LABEL: _cents(s) for label, s in vue.db.execute(requete, (exercice,))} == attendu


def _memes_lignes(vue: Vue, exercice: int) -> int:
    attendu = pourquoi(vue, Sujet(FRANCE, exercice))
    par_adresse = sorted(
        (e.adresse.reference, e.valeur, e.adresse.fichier, e.adresse.feuille, e.adresse.cellule)
        for e in attendu.elements
        if e.adresse
    )
    requete = (
        "SELECT reference, retenu, fichier, feuille, cellule, sort FROM v_lignes_qui_comptent"
        " WHERE exercice = ? AND declare <> 0"
    )
    vues = sorted((r[0], _cents(r[1]), *r[2:]) for r in vue.db.execute(requete, (exercice,)))
    assert [r[:5] for r in vues] == par_adresse
    assert sum(r[5] == "retiré" for r in vues) == attendu.faits["retirees"]
    _memes_constats(vue, exercice)
    return len(vues)


def _memes_constats(vue: Vue, exercice: int) -> None:
    onglets = [o.id for o in vue.comptent(Sujet(FRANCE, exercice))]
    attendus = stored_lines.constats_de(vue.db, onglets, tuple(Gravite), vue.au)
    requete = "SELECT fichier, reference, code, cellule, message, enjeu FROM v_constats WHERE exercice = ?"
    vus = sorted((*r[:5], _cents(r[5])) for r in vue.db.execute(requete, (exercice,)))
    assert vus == sorted(
        (c.chemin, c.reference, c.constat.code, c.constat.cellule, c.constat.message, c.constat.enjeu) for c in attendus
    )


def acte(db: Database, genre: str, action_id: str = "", valeur: str = "", **autres: Any) -> None:
    faits = {"le": "2022-03-01T10:00:00+01:00", "par": "referent.bfc@exemple.invalid", "genre": genre, "ght": "BFC-08",
             "campagne": "2021-annuelle", "finess": SUD, "action_id": action_id, "valeur": valeur, "motif": "relu"}  # fmt: skip
    db["actes"].insert(faits | autres)  # type: ignore[union-attr]


def decide(db: Database, genre: str, quelle: str, **autres: Any) -> str:
    """Take a decision on the line of that title, as it stands now; return its number."""
    (numero, montants), *_ = db.execute(
        "SELECT action_id, coalesce(gain_annuel, '') || '/' || coalesce(montant_reference, '') FROM lignes_paat"
        " WHERE intitule = ? ORDER BY id DESC", (quelle,)
    ).fetchall()  # fmt: skip
    acte(db, genre, numero, montants, **autres)
    return str(numero)


ENVOIS: dict[str, bytes] = {}
"""Filled once: two établissements, partial workbooks, two campaigns of one exercice, a draft, struck lines."""


def _envois(trame_remplie: Remplir) -> dict[str, bytes]:
    if not ENVOIS:
        trop = en_janvier(165_381, montant_reference=49_747, intitule="trop")
        lignes = [en_janvier(1000, intitule="gants"), trop, en_janvier(-500, intitule="perte")]
        milieu = {"gain_annuel": 1200, "date_premiere_commande": date(2022, 1, 4)}
        fin = milieu | {"gain_annuel": 1500, "intitule": "fin"}
        ENVOIS.update(
            {
                "sud.xlsx": trame_remplie({SUD: lignes}),
                "morez.xlsx": trame_remplie({MOREZ: [en_janvier(77, intitule="draps")]}, remise=False),
                "mi.xlsx": trame_remplie({SUD: [milieu], MOREZ: [milieu]}, campagne="2022-mi-annee"),
                "fin.xlsx": trame_remplie({SUD: [fin]}, campagne="2022-annuelle"),
            }
        )
    return ENVOIS


@pytest.fixture
def garni(db: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir) -> Database:
    for nom, octets in _envois(trame_remplie).items():
        (recus / nom).write_bytes(octets)
    releve_ici(db, dossier, recus)
    return db


def test_partial_files_drafts_and_superseded_campaigns(garni: Database, dossier: Dossier) -> None:
    assert meme_reponse(garni, dossier) == 6


def test_a_newer_file_and_one_that_cannot_be_used(
    garni: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    bon = trame_remplie({SUD: [en_janvier(3000, intitule="gants")]})
    (recus / "sud.xlsx").write_bytes(bon)
    releve_ici(garni, dossier, recus, 1)
    meme_reponse(garni, dossier)
    (recus / "sud.xlsx").write_bytes(bon[: len(bon) // 2])
    releve_ici(garni, dossier, recus, 2)
    assert meme_reponse(garni, dossier) == 4


def test_decisions_taken_given_back_and_lapsed(
    garni: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir
) -> None:
    for genre, quelle in (("retenir", "trop"), ("retirer", "gants"), ("retirer", "perte"), ("revenir", "gants"),
                          ("retirer", "fin"), ("retirer", "draps")):  # fmt: skip
        ou = {"fin": {"campagne": "2022-annuelle"}, "draps": {"finess": MOREZ}}.get(quelle, {})
        decide(garni, genre, quelle, **ou)
        meme_reponse(garni, dossier)
    lignes = [en_janvier(1000, intitule="gants"), en_janvier(170_000, montant_reference=49_747, intitule="trop")]
    (recus / "sud.xlsx").write_bytes(trame_remplie({SUD: lignes}))
    releve_ici(garni, dossier, recus, 40)
    assert meme_reponse(garni, dossier) == 5
    decisions = garni.execute("SELECT decision FROM v_lignes_qui_comptent WHERE intitule = 'trop'").fetchall()
    assert decisions == [("gardée, à revoir",)]


def test_a_lock_and_its_lifting(garni: Database, dossier: Dossier, recus: Path, trame_remplie: Remplir) -> None:
    acte(garni, "verrouiller", valeur=str(dernier_fichier(garni, AU)), finess="")
    (recus / "sud.xlsx").write_bytes(trame_remplie({SUD: [en_janvier(9000)]}))
    releve_ici(garni, dossier, recus, 40)
    meme_reponse(garni, dossier)
    assert garni.execute("SELECT sum(declare) FROM v_lignes_qui_comptent WHERE exercice = 2021 AND finess = ?", (SUD,)
                         ).fetchone() == (165_881.0,)  # fmt: skip
    acte(garni, "deverrouiller", finess="")
    meme_reponse(garni, dossier)
    assert garni.execute("SELECT sum(declare) FROM v_lignes_qui_comptent WHERE exercice = 2021 AND finess = ?", (SUD,)
                         ).fetchone() == (9000.0,)  # fmt: skip


def test_a_file_judged_again_before_and_after_a_lock(garni: Database, dossier: Dossier, recus: Path) -> None:
    def rejuge(nom: str, contenu: bytes) -> None:
        (fichier,) = garni.execute("SELECT id FROM fichiers WHERE chemin LIKE ?", (f"%/{nom}",)).fetchone()
        pull = pulls.commence(garni, dossier, DEBUT)
        pulls.rejuge(garni, pull, fichier, juge(nom, contenu, dossier))

    rejuge("sud.xlsx", (recus / "morez.xlsx").read_bytes())
    meme_reponse(garni, dossier)
    acte(garni, "verrouiller", valeur=str(dernier_fichier(garni, AU)), finess="")
    rejuge("sud.xlsx", (recus / "sud.xlsx").read_bytes())
    meme_reponse(garni, dossier)
    acte(garni, "deverrouiller", finess="")
    assert meme_reponse(garni, dossier) == 6


def test_a_member_that_moved_to_another_ght(garni: Database, dossier: Dossier, recus: Path, tmp_path: Path) -> None:
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    parti = (copie / "territoire.csv").read_text().replace("MOREZ;partie;;", "MOREZ;partie;;30/09/2021")
    (copie / "territoire.csv").write_text(
        parti + "BFC;BFC-07;GHT Centre Franche-Comté;390780153;CH LEON BERARD MOREZ;partie;01/10/2021;\n"
    )
    region = charge(copie)
    releve_ici(garni, region, recus, 1)
    meme_reponse(garni, region)
    ghts = garni.execute("SELECT DISTINCT ght FROM v_onglets_qui_comptent WHERE finess = ?", (MOREZ,)).fetchall()
    assert ghts == [("BFC-07",)]


def test_a_register_filled_before_the_views_existed_knows_its_folder(garni: Database, dossier: Dossier) -> None:
    garni.execute("DROP TABLE en_vigueur_campagnes")
    garni.execute("DROP TABLE en_vigueur_membres")
    schema.execute(garni, schema.FOLDER / "005_les_vues.sql")
    assert meme_reponse(garni, dossier) == 6


def test_the_other_views_tell_acts_and_pulls(garni: Database) -> None:
    decide(garni, "retirer", "gants")
    acte(garni, "noter", "0001", motif="voir le marché")
    assert [r[0] for r in garni.execute("SELECT acte FROM v_decisions ORDER BY le, acte")] == ["noter", "retirer"]
    assert garni.execute("SELECT interrompu, nouveaux, fichiers_enregistres FROM v_releves").fetchall() == [
        ("non", 4, 4)
    ]
