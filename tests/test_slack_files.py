"""Files on Slack, with Python alone: a picture and a workbook to whoever may have them, alone; what happens when Slack fails."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bots import companion_to_chat
from bots.answer_files import DESSINEES
from bots.grammar.understand import comprend
from bots.next_questions import en_question
from bots.slack import dropped_trame, shared_files, socket_mode
from bots.slack.conversation import INCONNU, Maison
from bots.slack.dropped_trame import Fichier
from bots.slack.socket_mode import Robot
from bots.slack.web_api import Reglages
from config.errors import UserError
from config.folder import EXEMPLE, Dossier
from jobs.taking_in.slack_drops import prend
from jobs.wiring import Atelier
from sheets.judged import Classeur
from sheets.judging.workbook import juge
from sheets.matching.known import avec_le_registre
from sheets.register.database import ouvre, un_seul_releve
from sheets.register.received_files import fichiers_recus
from tests.conftest import GAIN_COL
from tests.fake_slack import PRIVE, FauxSlack, faux_slack
from tests.region import Region, trame
from tests.test_blocks import verifie
from tests.test_phrasings import CHEZ_SOI, LE_31_MARS, PHRASES, demande
from tests.test_slack import (
    AILLEURS,
    JETON,
    MIDI,
    PRISE,
    REFERENT,
    attend,
    bouton,
    commande,
    direct,
    en_ligne,
    livre,
    maison,
    mention,
    region,
    robot,
    sans_attendre,
    serveur,
)

__all__ = ["en_ligne", "maison", "region", "robot", "sans_attendre", "serveur"]
HOSTILE = "<!channel> Tartempion à 12,50 €"
ENTREE = b"\x89PNG\r\n\x1a\n"


def poses(serveur: FauxSlack) -> list[dict[str, str]]:
    """Every file that was shared: where, in which thread, with which words."""
    return serveur.corps("files.completeUploadExternal")


# Pictures and workbooks


def test_a_picture_asked_in_a_direct_message_comes_where_it_was_asked(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("gains GHT Jura 2021 en image", thread_ts="200.0"))
    attend(robot)
    (pose,), (octets,) = poses(serveur), serveur.deposes
    assert (pose["channel_id"], pose["thread_ts"]) == ("D01", "200.0")
    assert pose["initial_comment"].startswith("3\u202f601")
    assert octets.startswith(ENTREE)
    (annonce,) = serveur.corps("files.getUploadURLExternal")
    assert "Graphique en barres : CENTRE HOSPITALIER JURA SUD" in annonce["alt_txt"]
    assert serveur.dits == []


@pytest.mark.parametrize("comment", ["mention", "commande", "bouton"])
def test_asked_before_others_a_file_goes_to_ones_direct_messages_and_the_channel_says_nothing(
    robot: Robot, serveur: FauxSlack, comment: str
) -> None:
    question = "gains GHT Jura 2021 en tableur"
    livre(robot, {"mention": mention(question), "commande": commande(question, serveur),
                  "bouton": bouton(question, serveur)}[comment])  # fmt: skip
    attend(robot)
    assert [p["channel_id"] for p in poses(serveur)] == [PRIVE]
    assert [d["channel"] for d in serveur.corps("chat.postMessage")] == [REFERENT]
    (a_lui_seul,) = serveur.corps("chat.postEphemeral", "reponse")
    assert a_lui_seul["text"] == shared_files.AILLEURS
    assert a_lui_seul.get("user") == REFERENT or a_lui_seul["response_type"] == "ephemeral"
    verifie(a_lui_seul["blocks"], a_lui_seul["text"])
    livre_ = load_workbook(io.BytesIO(serveur.deposes[0]))
    assert livre_.sheetnames == ["Lignes"]


def test_a_button_asks_the_rights_of_whoever_presses_it(robot: Robot, serveur: FauxSlack) -> None:
    for question in ("gains BFC-08 2021 en image", "gains BFC-08 2021 en tableur"):
        corps = bouton(question, serveur, numero=question)
        corps["user"]["id"] = AILLEURS
        livre(robot, corps)
    attend(robot)
    assert (poses(serveur), serveur.deposes) == ([], [])
    assert {"pas ouvert à votre profil" in d["text"] for d in serveur.dits} == {True}
    assert len(serveur.dits) == 2


def test_somebody_unknown_gets_no_file(robot: Robot, serveur: FauxSlack) -> None:
    serveur.connait("U77", "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    livre(robot, direct("gains BFC 2021 en image", auteur="U77"))
    attend(robot)
    assert serveur.deposes == []
    assert [d["text"] for d in serveur.dits] == [INCONNU]


def test_the_comment_and_the_file_quote_nobody(robot: Robot, serveur: FauxSlack) -> None:
    for n, question in enumerate(
        ("gains GHT Jura 2021 par famille en image", "pourquoi gains GHT Jura 2021 en tableur")
    ):
        livre(robot, direct(question, numero=f"Ev{n}", ts=f"20{n}.1"))
    attend(robot)
    assert len(serveur.deposes) == 2
    assert "Tartempion" not in json.dumps(serveur.recus, ensure_ascii=False)
    assert "Tartempion" not in str([f.value for o in serveur.deposes if o[:2] == b"PK"
                                    for r in load_workbook(io.BytesIO(o)).active.iter_rows() for f in r])  # type: ignore[union-attr]  # fmt: skip


def test_every_picture_button_asks_the_question_it_stands_under(dossier: Dossier) -> None:
    vus = set()
    for phrase in (p for p in PHRASES if p["intention"] in DESSINEES):
        q = demande(phrase, dossier)
        assert q.intention
        assert q.sujet
        dit = en_question(q.intention, q.sujet, str(q.sujet.exercice))
        if not dit:
            assert q.sujet.place
            continue
        relue = comprend(f"{dit} en image", dossier, LE_31_MARS, CHEZ_SOI["dgos"])
        attendue = "gains" if q.intention == "objectif" else q.intention
        assert (relue.intention, relue.forme) == (attendue, "image"), (phrase["texte"], dit, relue.indices)
        assert relue.sujet
        assert relue.sujet.cibles == q.sujet.cibles, (phrase["texte"], dit)
        assert (relue.sujet.exercice, relue.sujet.exercices, relue.sujet.par) == (
            q.sujet.exercice, q.sujet.exercices, q.sujet.par), (phrase["texte"], dit)  # fmt: skip
        vus.add(q.intention)
    assert vus == set(DESSINEES)


# When Slack misbehaves


@pytest.mark.parametrize("panne", ["500", "429 1", "coupe"])
@pytest.mark.parametrize("ou", ["files.getUploadURLExternal", "fichier", "files.completeUploadExternal"])
def test_a_passing_fault_is_tried_again_and_the_file_comes_once(
    robot: Robot, serveur: FauxSlack, panne: str, ou: str, sans_attendre: None
) -> None:
    serveur.pannes[ou] = [panne]
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    assert len(poses(serveur)) == 1
    assert serveur.dits == []


@pytest.mark.parametrize(("ou", "panne"), [("fichier", "500"), ("fichier", "404"), ("files.getUploadURLExternal", "refus missing_scope"),
                                           ("files.completeUploadExternal", "refus fatal_error")])  # fmt: skip
def test_a_lasting_fault_is_a_sentence_with_a_reference(
    robot: Robot, serveur: FauxSlack, ou: str, panne: str, sans_attendre: None, caplog: pytest.LogCaptureFixture
) -> None:
    serveur.pannes[ou] = [panne] * 9
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    (dit,) = serveur.dits
    assert "Je n'ai pas pu répondre" in dit["text"]
    assert "Traceback" in caplog.text


def test_the_token_is_not_shown_where_bytes_are_put(
    robot: Robot, serveur: FauxSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    assert serveur.deposes
    assert JETON not in caplog.text


# A file that somebody drops


def bombe() -> bytes:
    """Five hundred megabytes of nothing in half a megabyte."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("xl/worksheets/sheet1.xml", b" " * 500_000_000)
    return tampon.getvalue()


def un_autre_classeur() -> bytes:
    tampon = io.BytesIO()
    livre_ = Workbook()
    livre_.create_sheet("Tartempion")
    livre_.save(tampon)
    return tampon.getvalue()


TRAME = {"390780146": [{"gain_annuel": 4321, "intitule": HOSTILE, "commentaire": HOSTILE},
                       {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": HOSTILE}]}  # fmt: skip


@pytest.fixture(scope="module")
def octets(region: Region) -> bytes:
    return trame(region.dossier, "BFC-08", "2021-annuelle", TRAME)


@pytest.fixture
def sur_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are judged in this process; the tests of hostile ones go through the real workers."""
    for module in (dropped_trame, companion_to_chat):
        monkeypatch.setattr(module, "juge_tous", juge_ici)


def juge_ici(fichiers: Iterable[tuple[str, bytes]], dossier: Dossier) -> Iterator[Classeur]:
    for nom, contenu in fichiers:
        yield juge(nom, contenu, dossier)


def depose(
    serveur: FauxSlack, *contenus: bytes, nom: str = "Fournisseur Tartempion.xlsx", auteur: str = REFERENT
) -> dict[str, Any]:
    """The event of a message whose files Slack holds."""
    for n, contenu in enumerate(contenus, 1):
        serveur.fichiers[f"FA{n}"] = (nom, contenu)
    fiches = [serveur.fiche(f"FA{n}")["file"] for n in range(1, len(contenus) + 1)]
    return direct(
        "", subtype="file_share", files=fiches, auteur=auteur, numero=f"Ev{nom}{auteur}", ts=f"{len(nom)}.{auteur[1:3]}"
    )


def test_a_dropped_trame_is_judged_at_once_and_answered_with_its_companion(
    robot: Robot, serveur: FauxSlack, octets: bytes, sur_place: None
) -> None:
    livre(robot, depose(serveur, octets))
    attend(robot)
    (dit,) = serveur.dits
    verifie(dit["blocks"], dit["text"])
    assert dit["text"] == "GHT Jura, 2021-annuelle : 1 ligne retirée, 82\xa0k€ en moins"
    texte = json.dumps(dit, ensure_ascii=False)
    assert (
        f"performance-superieure-100), 82\u202f304,17\xa0€ retirés — CENTRE HOSPITALIER JURA SUD {GAIN_COL}6" in texte
    )
    assert "Rien n'est enregistré" in texte
    assert "Tartempion" not in texte
    assert [(p["channel_id"], p.get("thread_ts")) for p in poses(serveur)] == [("D01", None)]
    (compagnon,) = serveur.deposes
    feuilles = load_workbook(io.BytesIO(compagnon)).sheetnames
    assert feuilles[0] == "À corriger"
    assert "CENTRE HOSPITALIER JURA SUD" in feuilles
    assert serveur.porteurs == [("/files-pri/T01-FA1/download/Fournisseur%20Tartempion.xlsx", f"Bearer {JETON}")]


def test_several_files_are_answered_in_one_message_and_those_left_out_are_told(
    robot: Robot, serveur: FauxSlack, octets: bytes, sur_place: None
) -> None:
    livre(robot, depose(serveur, *[octets] * 7))
    attend(robot)
    (dit,) = serveur.dits
    verifie(dit["blocks"], dit["text"])
    assert sum(b["type"] == "header" for b in dit["blocks"]) == dropped_trame.FICHIERS
    assert "2 autres fichiers n'ont pas été lus" in json.dumps(dit, ensure_ascii=False)
    assert len(serveur.deposes) == dropped_trame.FICHIERS
    assert len(poses(serveur)) == 1


def test_what_is_known_of_a_ght_is_told_only_to_those_who_may_see_its_lines(
    robot: Robot, serveur: FauxSlack, octets: bytes, sur_place: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    demandes = []

    def note(*faits: Any, **options: Any) -> Any:
        demandes.append(options)
        return avec_le_registre(*faits, **options)

    monkeypatch.setattr(dropped_trame, "avec_le_registre", note)
    livre(robot, depose(serveur, octets, auteur=AILLEURS))
    attend(robot)
    (dit,) = serveur.dits
    assert "seul le GHT, ou son référent, peut la garder" in json.dumps(dit, ensure_ascii=False)
    assert [b for b in dit["blocks"] if b["type"] == "actions"] == []
    assert demandes == []
    livre(robot, depose(serveur, octets))
    attend(robot)
    assert demandes == [{"en_entier": False}]


def test_a_stranger_s_file_is_not_even_read(robot: Robot, serveur: FauxSlack, octets: bytes) -> None:
    serveur.connait("U77", "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    livre(robot, depose(serveur, octets, auteur="U77"))
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [INCONNU]
    assert serveur.porteurs == []
    assert serveur.corps("files.info") == []


@pytest.mark.parametrize(("nom", "contenu", "dit"), [
    ("photo.png", ENTREE + b"x" * 99, "classeur-illisible"), ("bombe.xlsx", bombe, "classeur-illisible"),
    ("autre.xlsx", un_autre_classeur, "trame-inconnue"), ("vide.xlsx", b"", "classeur-illisible"),
])  # fmt: skip
def test_a_file_that_is_no_trame_is_one_sentence_and_the_next_one_is_read(
    robot: Robot, serveur: FauxSlack, octets: bytes, nom: str, contenu: Any, dit: str
) -> None:
    """In the expendable processes themselves."""
    livre(robot, depose(serveur, contenu() if callable(contenu) else contenu, octets, nom=nom))
    attend(robot)
    (message,) = serveur.dits
    verifie(message["blocks"], message["text"])
    texte = json.dumps(message, ensure_ascii=False)
    assert "Le fichier n° 1 n'a pas été lu." in texte
    assert dit in texte
    assert "GHT Jura, 2021-annuelle" in texte
    assert len(serveur.deposes) == 1


def test_a_file_too_large_is_refused_before_it_is_read(
    robot: Robot, serveur: FauxSlack, octets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_files, "TAILLE_MAX", 1000)
    livre(robot, depose(serveur, octets))
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [shared_files.TROP_GROS]
    assert serveur.porteurs == []


def test_a_file_that_lies_about_its_size_is_dropped_on_the_way(
    robot: Robot, serveur: FauxSlack, octets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    corps = depose(serveur, octets)
    vraie = serveur.fiche("FA1")
    vraie["file"]["size"] = 10
    monkeypatch.setattr(serveur, "fiche", lambda _: vraie)
    monkeypatch.setattr(shared_files, "TAILLE_MAX", 1000)
    livre(robot, corps)
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [shared_files.TROP_GROS]
    assert len(serveur.porteurs) == 1


@pytest.mark.parametrize(("panne", "dit"), [("404", shared_files.PARTI), ("500", shared_files.PAS_DONNE), ("html", shared_files.PAS_DONNE),
                                            ("coupe", shared_files.PAS_DONNE), ("403", shared_files.PAS_DONNE)])  # fmt: skip
def test_a_file_that_slack_does_not_give_is_one_sentence(
    robot: Robot, serveur: FauxSlack, octets: bytes, panne: str, dit: str
) -> None:
    serveur.pannes["fichier"] = [panne] * 9
    livre(robot, depose(serveur, octets))
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [dit]


@pytest.mark.parametrize("panne", ["500", "429 1", "coupe"])
def test_a_passing_fault_does_not_lose_the_file(
    robot: Robot, serveur: FauxSlack, octets: bytes, panne: str, sur_place: None
) -> None:
    serveur.pannes["fichier"] = [panne]
    livre(robot, depose(serveur, octets))
    attend(robot)
    assert serveur.dits[0]["text"].startswith("GHT Jura")


def test_a_file_that_is_gone_is_told(robot: Robot, serveur: FauxSlack, octets: bytes) -> None:
    corps = depose(serveur, octets)
    serveur.fichiers.clear()
    livre(robot, corps)
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [shared_files.PARTI]


@pytest.mark.parametrize("ou", ["http://127.0.0.1:9/files-pri/x", "https://files.slack.com.mechant.invalid/x", "http://files.slack.com/x",
                                "file:///etc/passwd", "https://mechant.invalid@files.slack.com:444/x"])  # fmt: skip
def test_the_token_is_shown_to_slack_alone(
    robot: Robot, serveur: FauxSlack, octets: bytes, ou: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corps = depose(serveur, octets)
    fiche = serveur.fiche("FA1")
    fiche["file"]["url_private_download"] = ou
    monkeypatch.setattr(serveur, "fiche", lambda _: fiche)
    monkeypatch.setattr(shared_files, "_recoit", lambda *_: pytest.fail("something was asked for"))
    livre(robot, corps)
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [shared_files.PAS_DONNE]


def test_a_redirection_is_not_followed(robot: Robot, serveur: FauxSlack, octets: bytes) -> None:
    serveur.pannes["fichier"] = [f"302 {serveur.adresse}/files-pri/T01-FA1/download/ailleurs"] * 3
    livre(robot, depose(serveur, octets))
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [shared_files.PAS_DONNE]
    assert serveur.porteurs == []


# Kept, when asked to


def bouton_garder(serveur: FauxSlack) -> dict[str, Any]:
    dit = serveur.dits[-1]
    (bloc,) = (b for b in dit["blocks"] if b["type"] == "actions")
    (element,) = bloc["elements"]
    assert set(element["confirm"]) == {"title", "text", "confirm", "deny"}
    corps = bouton(element["value"], serveur, salon="D01", numero=f"garde{len(serveur.recus)}")
    corps["actions"][0]["action_id"] = element["action_id"]
    return corps


def test_a_file_is_kept_only_when_it_is_said_and_then_it_counts(
    region: Region, sur_place: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the pull itself, on a register of its own."""
    ou = region.ou / "autre"
    ou.mkdir()
    atelier = Atelier(EXEMPLE, ou / "vigie.sqlite", MIDI.date())
    ouvre(atelier.chemin_registre).close()
    monkeypatch.setattr("jobs.taking_in.folders.juge_tous", juge_ici)
    octets = trame(region.dossier, "BFC-08", "2021-annuelle", TRAME)
    with faux_slack() as faux:
        faux.connait("U08", "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
        faux.connait(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        r = socket_mode.robot(
            Reglages(JETON, PRISE, faux.adresse),
            Maison(atelier.vue_fraiche, atelier.maintenant, partial(prend, atelier)),
        )
        livre(r, depose(faux, octets, auteur="U08"))
        attend(r)
        assert _recus(atelier) == []
        garder = bouton_garder(faux)
        garder["user"]["id"] = "U08"
        livre(r, garder)
        attend(r)
        assert faux.dits[-1]["text"].startswith("Trame gardée. GHT Jura : remise, 1 ligne à corriger, 1 onglet sur 4")
        assert _recus(atelier) == [("", "")]
        livre(r, {**garder, "trigger_id": "encore"})
        attend(r)
        assert "déjà gardée, à l'identique" in faux.dits[-1]["text"]
        assert _recus(atelier) == [("", "")]
        livre(r, {**garder, "trigger_id": "referent", "user": {"id": REFERENT, "team_id": "T01"}})
        attend(r)
        assert _recus(atelier)[-1] == ("referent.bfc@exemple.invalid", "trame déposée sur Slack")
        assert "trame déposée" not in faux.dits[-1]["text"]
        socket_mode.ferme(r)


def _recus(atelier: Atelier) -> list[tuple[str, str]]:
    db = ouvre(atelier.chemin_registre)
    try:
        return [(f.saisi_par, f.saisi_motif) for f in fichiers_recus(db, ["2021-annuelle"], MIDI.date())]
    finally:
        db.close()


def test_a_file_that_changed_since_it_was_judged_is_not_kept(
    robot: Robot, serveur: FauxSlack, octets: bytes, sur_place: None
) -> None:
    livre(robot, depose(serveur, octets))
    attend(robot)
    garder = bouton_garder(serveur)
    serveur.fichiers["FA1"] = ("x.xlsx", un_autre_classeur())
    livre(robot, garder)
    attend(robot)
    assert serveur.dits[-1]["text"] == "Ce fichier n'est plus celui que j'ai jugé. Déposez-le à nouveau."


def test_who_presses_for_another_is_refused(robot: Robot, serveur: FauxSlack, octets: bytes, sur_place: None) -> None:
    livre(robot, depose(serveur, octets))
    attend(robot)
    garder = bouton_garder(serveur)
    garder["user"]["id"] = AILLEURS
    livre(robot, garder)
    attend(robot)
    assert serveur.dits[-1]["text"] == "Seuls GHT Jura et son référent peuvent garder cette trame."


def test_a_file_name_leads_nowhere_else_and_a_refused_file_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.taking_in.folders.juge_tous", juge_ici)
    atelier = Atelier(EXEMPLE, tmp_path / "vigie.sqlite", MIDI.date())
    referent = atelier.dossier.personnes["referent.bfc@exemple.invalid"]
    nievre = trame(atelier.dossier, "BFC-06", "2021-annuelle", {})
    for nom in ("../../ailleurs.xlsx", ".cache", "~$verrou.xlsx", "x" * 300, "trame"):
        prend(atelier, referent, Fichier(nom, nievre, "F1"))
    gardes = [f.relative_to(tmp_path) for f in tmp_path.rglob("*.xlsx")]
    assert {f.parent for f in gardes} == {Path("depots-slack/referent.bfc@exemple.invalid")}
    assert len(gardes) == 5
    jura = atelier.dossier.personnes["directeur.bfc-08@exemple.invalid"]
    with pytest.raises(UserError, match="du GHT BFC-06, pour qui"):
        prend(atelier, jura, Fichier("trame.xlsx", nievre, "F2"))
    assert list((tmp_path / "depots-slack" / jura.email).iterdir()) == []


def test_two_pulls_at_once_are_told_and_the_file_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.taking_in.folders.juge_tous", juge_ici)
    atelier = Atelier(EXEMPLE, tmp_path / "vigie.sqlite", MIDI.date())
    referent = atelier.dossier.personnes["referent.bfc@exemple.invalid"]
    with un_seul_releve(atelier.registre), pytest.raises(UserError, match="Un autre relevé est en cours"):
        prend(atelier, referent, Fichier("trame.xlsx", trame(atelier.dossier, "BFC-06", "2021-annuelle", {}), "F1"))
    assert [f for f in tmp_path.rglob("*") if f.suffix in (".xlsx", ".part")] == []
    atelier.registre.close()


# The return


def test_the_return_of_a_ght_comes_to_who_may_see_its_lines(robot: Robot, serveur: FauxSlack, sur_place: None) -> None:
    livre(robot, direct("retour GHT Jura 2021"))
    livre(robot, direct("mon retour", auteur=AILLEURS, numero="Ev8", ts="9.9"))
    livre(robot, direct("retour GHT Jura 2021", auteur=AILLEURS, numero="Ev9", ts="9.8"))
    attend(robot)
    assert poses(serveur)[0]["initial_comment"].endswith(companion_to_chat.SANS_TEXTES)
    (compagnon,) = serveur.deposes
    classeur = load_workbook(io.BytesIO(compagnon))
    feuille = classeur["CENTRE HOSPITALIER JURA SUD"]
    assert 98_765 in [c.value for r in feuille.iter_rows() for c in r]
    assert "performance-superieure-100" in str([c.value for r in classeur["À corriger"].iter_rows() for c in r])
    tout = str([c.value for f in classeur for r in f.iter_rows() for c in r]) + str(
        [c.comment.text for f in classeur for r in f.iter_rows() for c in r if c.comment]
    )
    assert not [s for s in ("Tartempion", "Gants & co", "2021-045") if s in tout]
    assert sorted(d["text"] for d in serveur.dits) == [
        "Aucun fichier n'a été reçu de GHT Nièvre pour 2021-annuelle : il n'y a pas de retour.",
        "Ce territoire n'est pas ouvert à votre profil (Directeur des achats).",
    ]


def test_where_is_my_trame_says_its_state_and_offers_its_return(robot: Robot, serveur: FauxSlack) -> None:
    serveur.connait("U08", "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
    livre(robot, direct("où en est ma trame ?", auteur="U08"))
    attend(robot)
    (dit,) = serveur.dits
    assert "GHT Jura : remise, 1 ligne à corriger" in dit["text"]
    assert {"Son retour": "retour BFC-08 2021"}.items() <= {
        b["text"]["text"]: b["value"] for b in dit["blocks"][-1]["elements"]}.items()  # fmt: skip


def test_an_etablissement_gets_the_return_of_its_own_tab_and_a_referent_says_whose(
    robot: Robot, serveur: FauxSlack, sur_place: None
) -> None:
    serveur.connait("U08", "achats.390780153@exemple.invalid", is_email_confirmed=True)
    livre(robot, direct("mon retour", auteur="U08"))
    livre(robot, direct("mon retour", numero="Ev8", ts="9.9"))
    attend(robot)
    (dit,) = serveur.dits
    assert re.match(r"Le retour de quel GHT \? Dites par exemple « retour GHT .* 2021 »\.", dit["text"])
    (compagnon,) = serveur.deposes
    assert load_workbook(io.BytesIO(compagnon)).sheetnames == ["À corriger", "CH LEON BERARD MOREZ"]
