"""`vigie remind` and `campaign open` by hand: what is shown is what would leave, and nothing leaves unasked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.errors import UserError
from jobs.cli.commande import vigie
from jobs.wiring import Atelier
from sheets.register import outbox
from tests.postman import Facteur
from tests.region import Region, nouvelle

CHEF = "paat.bfc-08@exemple.invalid"
Commande = Callable[..., Result]


@pytest.fixture
def region(tmp_path: Path) -> Region:
    region = nouvelle(tmp_path)
    region.le(date(2022, 2, 10)).envoie("nievre.xlsx", "BFC-06", "2021-annuelle", {"580780039": [{}]})
    return region


@pytest.fixture
def facteur(monkeypatch: pytest.MonkeyPatch) -> Facteur:
    """The one channel that is set."""
    facteur = Facteur()
    monkeypatch.setattr(Atelier, "canaux", lambda self: (facteur.canal,))
    return facteur


@pytest.fixture
def dit(region: Region, monkeypatch: pytest.MonkeyPatch) -> Commande:
    for nom in ("VIGIE_SLACK_BOT_TOKEN", "VIGIE_SMTP_URL", "VIGIE_DOSSIER"):
        monkeypatch.delenv(nom, raising=False)

    def lance(*mots: str, le: str = "2022-02-14") -> Result:
        options = ["--registre", str(region.ou / "vigie.sqlite"), "--today", le]
        return CliRunner().invoke(vigie, [*mots, *options])

    return lance


def test_what_would_leave_is_shown_with_why_the_others_are_told_nothing(
    dit: Commande, region: Region, facteur: Facteur
) -> None:
    sortie = dit("remind").stdout
    assert "Partiraient maintenant (14/02/2022 à 12h00) : 11 lettres" in sortie
    assert f"→ {CHEF} (Chef de projet PAAT), courriel — J-15" in sortie
    assert "GHT Jura : trame attendue, à remettre pour le 28/02/2022" in sortie
    assert "2021-annuelle · Directeur des achats · déjà remis : GHT Nièvre" in sortie
    assert "2021-annuelle · Référent PHARE · prochain message le 07/03/2022 (J+5) : " in sortie
    assert "Rien n'est parti : ajoutez --send pour envoyer." in sortie
    assert outbox.en_etat(region.db, "à dire", "pris", "dit") == []


def test_what_is_sent_is_what_was_shown_and_is_then_said_to_be_told(dit: Commande, facteur: Facteur) -> None:
    prevus = json.loads(dit("remind", "--json").stdout)
    assert facteur.livrees == []
    assert dit("remind", "--send").stdout == "11 messages dits.\n"
    assert [(x.a, x.objet, x.texte) for x in facteur.livrees] == [
        (e["a"], e["objet"], e["texte"]) for e in prevus["envois"]
    ]
    apres = json.loads(dit("remind", "--json").stdout)
    assert apres["envois"] == []
    assert "déjà dit le 14/02/2022 à 12h00 (J-15)" in {s["raison"] for s in apres["silences"] if s["personne"] == CHEF}
    assert dit("remind", "--send", "--json").stdout.endswith('"messages": {}}\n')


def test_at_the_weekend_the_command_says_that_nothing_leaves(dit: Commande, facteur: Facteur) -> None:
    assert "2021-annuelle · Chef de projet PAAT · week-end : " in dit("remind", le="2022-02-19").stdout
    assert "Rien ne part maintenant : week-end." in dit("remind", "--send", le="2022-02-19").stdout
    assert facteur.livrees == []


def test_without_a_channel_nothing_is_said_to_leave_and_the_settings_are_named(dit: Commande) -> None:
    sortie, derniere = dit("remind").stdout, dit("alert").stdout.splitlines()[-1]
    assert "À envoyer (14/02/2022 à 12h00) : 11 lettres\n" in sortie
    assert f"→ {CHEF} (Chef de projet PAAT) — J-15" in sortie
    assert "artiraient" not in sortie
    assert "--send" not in sortie
    assert derniere == sortie.splitlines()[-1]
    assert derniere.startswith("Rien ne peut partir : ni Slack ni le courrier ne sont réglés.")
    faute = dit("remind", "--send").exception
    assert isinstance(faute, UserError)
    assert str(faute) == derniere
    for mot in ("VIGIE_SLACK_BOT_TOKEN", "docs/installer-slack.md", "VIGIE_SMTP_URL", "docs/recevoir.md"):
        assert mot in derniere


def test_opening_a_campaign_sends_the_trames_and_nothing_else(dit: Commande, facteur: Facteur) -> None:
    avant = dit("campaign", "open", "2022-mi-annee", le="2022-06-14").exception
    assert isinstance(avant, UserError)
    assert "ouvre le 15/06/2022 : rien ne part avant" in str(avant)
    assert dit("campaign", "open", "2022-mi-annee", "--send", le="2022-06-15").stdout == "11 messages dits.\n"
    assert {p.nom for x in facteur.livrees for p in x.pieces} >= {"GHT Jura - trame 2022-mi-annee.xlsx"}


def test_what_went_wrong_is_in_the_status_and_makes_it_red(dit: Commande, facteur: Facteur, region: Region) -> None:
    facteur.pannes[CHEF] = ["refus"]
    dit("remind", "--send")
    with pytest.MonkeyPatch.context() as m:
        m.setattr("sheets.register.outbox.arrive", _tombe)
        assert dit("remind", "--send", le="2022-02-21").exception
    dit("remind", "--send", le="2022-02-22")
    etat = dit("status", le="2022-02-22")
    assert etat.exit_code == 1
    assert f"(2021-annuelle, BFC-08) à {CHEF}, du 14/02/2022 à 12h00, n'a pas pu être dit" in etat.stdout
    assert "est peut-être arrivé, peut-être pas, et ne sera pas redit" in etat.stdout
    assert "peut-être" not in dit("status", le="2022-03-20").stdout, "a month later nobody can mend it"


def _tombe(*_: object) -> None:
    raise OSError("disk full")


def test_alerts_are_shown_and_sent_apart_from_reminders(dit: Commande, facteur: Facteur) -> None:
    montre = dit("alert").stdout
    assert "— point de la semaine" in montre
    assert "J-15" not in montre
    assert dit("alert", "--send").stdout == "1 message dit.\n"
    assert [x.a for x in facteur.livrees] == ["referent.bfc@exemple.invalid"]
    assert dit("alert", "--send").stdout == "0 message dit.\n"


def test_each_preview_says_of_its_own_messages_only_why_someone_is_told_nothing(
    dit: Commande, facteur: Facteur
) -> None:
    montre = dit("alert").stdout
    assert "(J+3)" not in montre
    assert "personne : tout ce qui est à envoyer est ci-dessus." in montre
    assert dit("alert", le="2022-01-03").stdout.endswith("Aucune campagne n'est en cours.\n")
    assert dit("alert", "--send").stdout == "1 message dit.\n"
    assert dit("remind", "--send").stdout == "11 messages dits.\n"
    alertes = json.loads(dit("alert", "--json").stdout)["silences"]
    assert {s["raison"] for s in alertes} == {"déjà dit le 14/02/2022 à 12h00 (point de la semaine)"}
    rappels = {s["raison"] for s in json.loads(dit("remind", "--json").stdout)["silences"]}
    assert "prochain message le 03/03/2022 (J+3)" in rappels
    assert not any("point de la semaine" in raison for raison in rappels)
    la_nuit = json.loads(dit("alert", "--json", le="2022-02-20").stdout)["silences"]
    assert {(s["genre"], s["personne"]) for s in la_nuit} == {("hebdo", "referent.bfc@exemple.invalid")}


def test_opening_a_campaign_says_nothing_of_alerts(dit: Commande, facteur: Facteur) -> None:
    un_dimanche = dit("campaign", "open", "2022-mi-annee", "--json", le="2022-06-26").stdout
    assert {s["genre"] for s in json.loads(un_dimanche)["silences"]} == {"", "ouverture"}
