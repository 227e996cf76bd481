"""Letters by Slack, against a server that misbehaves: found again by their key, never said twice, answered by their reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.delivery import Canal, tourne
from bots.letters.letter import EnvoiError, Lettre, Piece
from bots.slack import direct_messages
from bots.slack.blocks import Message
from bots.slack.conversation import Maison, Profil
from bots.slack.web_api import Reglages
from reports.due.everything import dues
from reports.view import Vue
from sheets.register import outbox
from tests.fake_slack import FauxSlack, faux_slack, sans_depot
from tests.region import Region, nouvelle
from tests.test_blocks import verifie

CHEF, COMPTE = "paat.bfc-08@exemple.invalid", "U08CHEF"
LETTRE = Lettre(
    "abc123", COMPTE, "GHT Jura : trame attendue", "Bonjour,\n\n  • Il manque <!channel> & @tous\n", "", repond=True
)


@pytest.fixture
def serveur() -> Iterator[FauxSlack]:
    with faux_slack() as faux:
        faux.connait(COMPTE, CHEF, is_email_confirmed=True)
        yield faux


@pytest.fixture
def canal(serveur: FauxSlack) -> Canal:
    return direct_messages.canal(Reglages("xoxb-1234-Secret", None, serveur.adresse))


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path).le(date(2022, 2, 14), 10)


def maison(region: Region) -> Maison:
    @contextmanager
    def vue() -> Iterator[Vue]:
        yield region.vue

    return Maison(vue, lambda: region.heure, sans_depot)


def rang(region: Region) -> outbox.Rang:
    etats = ("à dire", "pris", "dit", "refusé", "doute")
    return next(r for r in outbox.en_etat(region.db, *etats) if r.cle.personne == CHEF)


def test_a_letter_bears_its_key_and_its_buttons_and_mentions_nobody(serveur: FauxSlack, canal: Canal) -> None:
    canal.envoie(LETTRE)
    (poste,) = serveur.corps("chat.postMessage")
    assert poste["channel"] == f"D-{COMPTE}"
    assert poste["blocks"][0]["block_id"] == "lettre-abc123"
    assert [b["action_id"] for b in poste["blocks"][-1]["elements"]] == ["rappel-noter", "rappel-reporter"]
    assert "<!channel>" not in str(poste["blocks"])
    verifie(poste["blocks"], poste["text"])


def test_someone_is_found_by_their_address_and_who_has_no_account_is_left_to_another_channel(
    region: Region, serveur: FauxSlack, canal: Canal
) -> None:
    personnes = region.dossier.personnes
    assert canal.adresse(personnes[CHEF]) == COMPTE
    assert canal.adresse(personnes["paat.bfc-06@exemple.invalid"]) == ""
    assert len(serveur.recus) == 2
    canal.adresse(personnes[CHEF])
    assert len(serveur.recus) == 2, "an account is looked for once"


@pytest.mark.parametrize("panne", ["coupe", "500", "html", "refus fatal_error", "refus token_revoked", "429 60"])
def test_a_failure_that_may_pass_is_not_a_refusal_and_nothing_is_posted_again_meanwhile(
    serveur: FauxSlack, canal: Canal, panne: str
) -> None:
    serveur.pannes["chat.postMessage"] = [panne]
    with pytest.raises(EnvoiError) as faute:
        canal.envoie(LETTRE)
    assert not faute.value.definitif
    assert "Secret" not in str(faute.value)
    assert serveur.corps("chat.postMessage") == []


@pytest.mark.parametrize("methode", ["conversations.open", "chat.postMessage"])
def test_an_account_that_is_closed_is_a_refusal(serveur: FauxSlack, canal: Canal, methode: str) -> None:
    serveur.pannes[methode] = ["refus user_disabled" if methode == "conversations.open" else "refus is_archived"]
    with pytest.raises(EnvoiError) as faute:
        canal.envoie(LETTRE)
    assert faute.value.definitif


def test_a_letter_taken_by_slack_just_before_the_connection_was_cut_is_found_again(
    region: Region, serveur: FauxSlack, canal: Canal
) -> None:
    serveur.pannes["chat.postMessage"] = ["avale"]
    tourne(region.vue, lambda: region.heure, [canal])
    assert rang(region).etat == "pris"
    region.heure += timedelta(minutes=16)
    tourne(region.vue, lambda: region.heure, [canal])
    assert len(serveur.corps("chat.postMessage")) == 1
    assert (rang(region).etat, rang(region).reference) == ("dit", f"D-{COMPTE}/1.2")


def test_a_letter_that_slack_never_saw_leaves_again(region: Region, serveur: FauxSlack, canal: Canal) -> None:
    serveur.pannes["chat.postMessage"] = ["500"]
    serveur.pannes["conversations.history"] = ["500"]
    tourne(region.vue, lambda: region.heure, [canal])
    for _ in range(3):
        region.heure += timedelta(minutes=16)
        tourne(region.vue, lambda: region.heure, [canal])
    assert len(serveur.corps("chat.postMessage")) == 1
    assert rang(region).etat == "dit"


def test_a_letter_whose_attachment_does_not_pass_has_arrived_all_the_same(
    serveur: FauxSlack, canal: Canal, caplog: pytest.LogCaptureFixture
) -> None:
    serveur.pannes["files.getUploadURLExternal"] = ["refus missing_scope"]
    canal.envoie(replace(LETTRE, pieces=(Piece("trame.xlsx", b"PK", "application/zip"),)))
    assert len(serveur.corps("chat.postMessage")) == 1
    assert "La pièce « trame.xlsx » n'a pas pu être jointe" in caplog.text


def presse(region: Region, quoi: str, qui: str = COMPTE, fois: str = "1") -> Message | None:
    corps: dict[str, Any] = {
        "user": {"id": qui}, "trigger_id": f"{quoi}{fois}", "actions": [{"action_id": quoi, "value": rang(region).envoi}],
    }  # fmt: skip
    profils = {COMPTE: Profil(COMPTE, CHEF), "U02": Profil("U02", "directeur.bfc-08@exemple.invalid")}
    return direct_messages.repond(corps, maison(region), lambda u: profils.get(u, Profil("")))


def test_a_button_acts_once_and_says_what_it_did(region: Region, canal: Canal) -> None:
    tourne(region.vue, lambda: region.heure, [canal])
    dit = presse(region, "rappel-reporter")
    assert dit is not None
    assert "relancé à partir du 17/02/2022" in dit.texte
    assert presse(region, "rappel-reporter") is None, "Slack delivers it twice"
    region.le(date(2022, 2, 16))
    (raison,) = {s.raison for s in dues(region.vue, region.heure).silences if s.personne == CHEF}
    assert raison == "reportée jusqu'au 17/02/2022, à sa demande"


def test_a_button_pressed_by_someone_else_does_nothing_and_says_so(region: Region, canal: Canal) -> None:
    tourne(region.vue, lambda: region.heure, [canal])
    for qui, mots in (("U02", "quelqu'un d'autre"), ("U99", "Je ne vous connais pas")):
        dit = presse(region, "rappel-noter", qui, qui)
        assert dit is not None
        assert mots in dit.texte
    assert outbox.gestes(region.db, "2021-annuelle", region.heure) == {}
