"""Everything due is delivered once: through crashes, channels that fail or refuse, snoozes, and what changes meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bots.delivery import a_dire, tourne
from bots.letters import composing
from bots.letters.letter import Lettre
from bots.letters.reminder_words import Partie
from config.errors import UserError
from jobs.remind import verrouille_a_l_heure
from sheets.register import acts, outbox, replies
from sheets.register.acts import Main
from sheets.register.database import ouvre
from tests.postman import Facteur, Mort
from tests.region import Region, nouvelle

JURA, NIEVRE = "BFC-08", "BFC-06"
SUD = "390780146"
CHEF = "paat.bfc-08@exemple.invalid"
DIRECTEUR = "directeur.bfc-08@exemple.invalid"
REFERENT = "referent.bfc@exemple.invalid"
CAMPAGNE = "2021-annuelle"
RELANCE = "GHT Jura : trame attendue, à remettre pour le 28/02/2022"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path).sans_alertes().le(date(2022, 2, 14), 10)


@pytest.fixture
def courriel() -> Facteur:
    return Facteur()


@pytest.fixture
def chat() -> Facteur:
    return Facteur("slack", True, lambda p: f"U-{p.email}" if p.email in (CHEF, REFERENT) else "")


def tour(region: Region, *facteurs: Facteur) -> dict[str, int]:
    """One tick, as the service would make it: the register opened anew, as after a crash."""
    region.db.close()
    region.db = ouvre(region.ou / "vigie.sqlite")
    return dict(tourne(region.vue, lambda: region.heure, [f.canal for f in facteurs]).faits)


def plus_tard(region: Region, **duree: int) -> None:
    region.heure += timedelta(**duree)


def etats(region: Region, personne: str = CHEF) -> list[tuple[str, str]]:
    rangs = outbox.en_etat(region.db, "à dire", "pris", "dit", "refusé", "nul", "doute")
    return [(r.cle.etape, r.etat) for r in rangs if r.cle.personne == personne]


def test_ticks_one_after_the_other_say_it_once(region: Region, courriel: Facteur) -> None:
    assert tour(region, courriel) == {"dit": 11}
    plus_tard(region, hours=1)
    assert tour(region, courriel) == {}
    assert courriel.a(CHEF) == [RELANCE]


def test_nothing_leaves_at_night(region: Region, courriel: Facteur) -> None:
    assert tour(region.le(date(2022, 2, 14), 20), courriel) == {}
    assert tour(region.le(date(2022, 2, 15), 9), courriel) == {"dit": 11}


def test_the_opening_comes_with_the_trame_of_the_ght(region: Region, courriel: Facteur) -> None:
    tour(region.le(date(2022, 1, 10)), courriel)
    (lettre,) = (x for x in courriel.livrees if x.a == CHEF)
    assert [p.nom for p in lettre.pieces] == ["GHT Jura - trame 2021-annuelle.xlsx"]
    assert lettre.pieces[0].octets.startswith(b"PK")
    assert lettre.repond


def test_what_was_handed_in_between_the_claim_and_the_words_is_not_asked_for(
    region: Region, courriel: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    prend = outbox.prend

    def et_ils_remettent(*tout: object) -> object:
        if not region.demande("statut GHT Jura 2021")["valeur"]:
            region.envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]})
        return prend(*tout)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "prend", et_ils_remettent)
    tour(region, courriel)
    assert courriel.a(CHEF) == []
    assert etats(region) == [("J-15", "nul")]


def test_who_owes_again_after_handing_in_is_asked_again(region: Region, courriel: Facteur) -> None:
    courriel.pannes[CHEF] = ["passe"]
    tour(region, courriel)
    region.envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{}]})
    plus_tard(region, hours=1)
    tour(region, courriel)
    assert ("J-15", "nul") in etats(region)
    plus_tard(region, hours=1)
    region.envoie("jura.xlsx", JURA, CAMPAGNE, {SUD: [{"gain_annuel": 500}]}, remise=False)
    tour(region, courriel)
    assert courriel.a(CHEF)[-1] == f"{RELANCE}, et un autre sujet"


@pytest.mark.parametrize(("parties", "fin"), [(1, ""), (2, ", et un autre sujet"), (3, ", et 2 autres sujets")])
def test_a_subject_says_how_many_others_follow_in_the_letter(
    region: Region, monkeypatch: pytest.MonkeyPatch, parties: int, fin: str
) -> None:
    (une,) = (e for e in a_dire(region.vue, region.heure)[0] if e.personne.email == CHEF)
    monkeypatch.setattr(composing, "_parties", lambda *_: [Partie("GHT Jura : trame attendue", "…")] * parties)
    dite = composing.lettre(region.vue, une.relances, une.personne, "cle", CHEF)
    assert dite.objet == f"GHT Jura : trame attendue{fin}"


@pytest.mark.parametrize("panne", ["mort-avant", "mort-après"])
def test_a_letter_by_mail_cut_short_is_shown_as_a_doubt_and_never_said_again(
    region: Region, courriel: Facteur, panne: str
) -> None:
    courriel.pannes[CHEF] = [panne]
    with pytest.raises(Mort):
        tour(region, courriel)
    tour(region, courriel)
    assert etats(region) == [("J-15", "pris")], "whoever claimed it may still be at work"
    plus_tard(region, minutes=11)
    tour(region, courriel)
    assert etats(region) == [("J-15", "doute")]
    assert len(courriel.a(CHEF)) == (panne == "mort-après")
    assert len(courriel.livrees) == 10 + (panne == "mort-après")


@pytest.mark.parametrize(("panne", "avant"), [("mort-avant", 0), ("mort-après", 1), ("perdu", 1), ("passe", 0)])
def test_a_letter_by_chat_cut_short_is_looked_up_before_it_is_said_again(
    region: Region, chat: Facteur, courriel: Facteur, panne: str, avant: int
) -> None:
    chat.pannes[f"U-{CHEF}"] = [panne]
    if panne.startswith("mort"):
        with pytest.raises(Mort):
            tour(region, chat, courriel)
    else:
        tour(region, chat, courriel)
    assert len(chat.a(f"U-{CHEF}")) == avant
    plus_tard(region, minutes=16)
    tour(region, chat, courriel)
    plus_tard(region, minutes=16)
    tour(region, chat, courriel)
    assert chat.a(f"U-{CHEF}") == [RELANCE]
    assert courriel.a(CHEF) == []
    assert etats(region) == [("J-15", "dit")]
    assert len(chat.recherches) == 1


def test_a_delivery_that_ends_after_it_was_given_up_is_known_to_have_arrived(region: Region, courriel: Facteur) -> None:
    courriel.pannes[CHEF] = ["mort-avant"]
    with pytest.raises(Mort):
        tour(region, courriel)
    (parti,) = (r for r in outbox.en_etat(region.db, "pris") if r.cle.personne == CHEF)
    plus_tard(region, minutes=11)
    tour(region, courriel)
    outbox.remet(region.db, parti.envoi, "trop tard", region.heure, region.heure)
    assert etats(region) == [("J-15", "doute")], "a failure that comes late does not have it said again"
    outbox.arrive(region.db, parti.envoi, "n°1", region.heure)
    assert etats(region) == [("J-15", "dit")]


def test_what_was_said_is_never_written_down_again_as_to_be_said(region: Region, courriel: Facteur) -> None:
    tour(region, courriel)
    cles = [(r.cle, r.genre) for r in outbox.en_etat(region.db, "dit")]
    outbox.inscrit(region.db, cles, region.heure)
    assert len(outbox.en_etat(region.db, "dit")) == 11, "a twin that computed the same is harmless"


def test_a_crash_before_anything_left_costs_nothing(
    region: Region, courriel: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meurt(*_: object) -> Lettre:
        raise Mort

    with monkeypatch.context() as m:
        m.setattr(composing, "lettre", meurt)
        with pytest.raises(Mort):
            tour(region, courriel)
    plus_tard(region, minutes=11)
    assert tour(region, courriel) == {"dit": 11}
    assert len(courriel.livrees) == 11


def test_what_fails_is_tried_again_later_and_later(region: Region, courriel: Facteur) -> None:
    courriel.pannes[CHEF] = ["passe"] * 3
    essais: list[datetime] = []
    for _ in range(40):
        avant = len(courriel.pannes[CHEF])
        tour(region, courriel)
        if len(courriel.pannes[CHEF]) < avant or (courriel.a(CHEF) and len(essais) == 3):
            essais.append(region.heure)
        if courriel.a(CHEF):
            break
        plus_tard(region, minutes=10)
    assert courriel.a(CHEF) == [RELANCE]
    attentes = [(b - a) for a, b in pairwise(essais)]
    assert attentes == [timedelta(minutes=20), timedelta(hours=1), timedelta(hours=4)], "rounded up to the tick"


def test_a_channel_that_fails_too_often_gives_way_to_the_other(
    region: Region, chat: Facteur, courriel: Facteur
) -> None:
    chat.pannes[f"U-{CHEF}"] = ["passe"] * 50
    for _ in range(120):
        tour(region, chat, courriel)
        plus_tard(region, hours=1)
    assert len(courriel.a(CHEF)) == 1
    assert len(chat.pannes[f"U-{CHEF}"]) == 45


def test_an_address_that_is_refused_goes_by_the_other_channel_and_the_referent_is_told_once(
    region: Region, chat: Facteur, courriel: Facteur
) -> None:
    chat.pannes[f"U-{CHEF}"] = ["refus"] * 9
    tour(region, chat, courriel)
    assert courriel.a(CHEF) == [RELANCE]
    plus_tard(region, hours=1)
    tour(region, chat, courriel)
    tour(region.le(date(2022, 2, 21)), chat, courriel)
    assert chat.a(f"U-{REFERENT}") == ["1 personne que Vigie n'arrive plus à joindre"]
    (plainte,) = (x for x in chat.livrees if x.a == f"U-{REFERENT}")
    assert f"GHT Jura : {CHEF} : slack : boîte inconnue" in plainte.texte


def test_who_cannot_be_reached_at_all_is_known_to_be_so(region: Region, courriel: Facteur) -> None:
    courriel.pannes[CHEF] = ["refus"]
    tour(region, courriel)
    assert etats(region) == [("J-15", "refusé")]
    tour(region, courriel)
    assert courriel.a(REFERENT) == ["1 personne que Vigie n'arrive plus à joindre"]


def main(region: Region, email: str = CHEF) -> Main:
    return region.main(email)


def envoi_de(region: Region, personne: str = CHEF) -> str:
    return next(r.envoi for r in outbox.en_etat(region.db, "dit") if r.cle.personne == personne)


def test_a_reminder_put_off_comes_back_that_day_and_nothing_before(region: Region, courriel: Facteur) -> None:
    tour(region.le(date(2022, 2, 18)), courriel)
    assert replies.reporte(main(region), envoi_de(region), 5) == date(2022, 2, 23)
    tour(region.le(date(2022, 2, 21)), courriel)
    assert len(courriel.a(CHEF)) == 1, "the J-7 of Monday is put off"
    tour(region.le(date(2022, 2, 23)), courriel)
    tour(region.le(date(2022, 2, 24)), courriel)
    assert courriel.a(CHEF) == [RELANCE, RELANCE]
    assert len(courriel.a("paat.bfc-06@exemple.invalid")) == 2, "the others got theirs on Monday"


def test_a_reminder_taken_note_of_skips_the_next_one_and_no_other(region: Region, courriel: Facteur) -> None:
    tour(region, courriel)
    replies.note(main(region), envoi_de(region))
    tour(region.le(date(2022, 2, 21)), courriel)
    assert len(courriel.a(CHEF)) == 1
    tour(region.le(date(2022, 2, 28)), courriel)
    assert len(courriel.a(CHEF)) == 2


def test_a_reminder_is_answered_by_its_reader_alone_and_put_off_for_a_week_at_most(
    region: Region, courriel: Facteur
) -> None:
    tour(region, courriel)
    envoi = envoi_de(region)
    with pytest.raises(UserError, match="quelqu'un d'autre"):
        replies.note(main(region, DIRECTEUR), envoi)
    with pytest.raises(UserError, match="7 jours au plus"):
        replies.reporte(main(region), envoi, 8)
    with pytest.raises(UserError, match="trop ancien"):
        replies.note(main(region), "jamais vu")


def test_a_referent_has_a_ght_reminded_at_once_unless_it_handed_in(region: Region, courriel: Facteur) -> None:
    tour(region, courriel)
    replies.reporte(main(region), envoi_de(region), 7)
    region.le(date(2022, 2, 16), 19)
    with pytest.raises(UserError, match="ne peut pas agir"):
        acts.relance(main(region), CAMPAGNE, JURA)
    for _ in range(2):
        acts.relance(main(region, REFERENT), CAMPAGNE, JURA)
    acts.relance(main(region, REFERENT), CAMPAGNE, NIEVRE)
    region.envoie("nievre.xlsx", NIEVRE, CAMPAGNE, {"580780039": [{}]})
    avant = len(courriel.livrees)
    assert tour(region, courriel) == {}, "in the evening it waits"
    tour(region.le(date(2022, 2, 17)), courriel)
    tour(region.le(date(2022, 2, 18)), courriel)
    assert [x.a for x in courriel.livrees[avant:] if "attendue" in x.objet] == [CHEF]


def test_the_lock_is_put_at_its_hour_once_and_never_against_a_referent(region: Region) -> None:
    region.le(date(2022, 3, 1))
    acts.prolonge(region.main(), CAMPAGNE, NIEVRE, date(2022, 3, 18), "migration informatique")
    assert verrouille_a_l_heure(region.vue, region.le(date(2022, 3, 15), 17).heure) == {}
    assert len(verrouille_a_l_heure(region.vue, region.le(date(2022, 3, 15), 18).heure)[CAMPAGNE]) == 10
    assert verrouille_a_l_heure(region.vue, region.le(date(2022, 3, 16)).heure) == {}
    acts.verrouille(region.main(), CAMPAGNE, [JURA], "envoi perdu", oui=False)
    assert verrouille_a_l_heure(region.vue, region.le(date(2022, 3, 17)).heure) == {}
    assert verrouille_a_l_heure(region.vue, region.le(date(2022, 3, 19), 18).heure) == {CAMPAGNE: [NIEVRE]}


def test_a_tick_that_lasts_until_closing_stops_there_and_the_rest_leaves_in_the_morning(
    region: Region, courriel: Facteur
) -> None:
    region.le(date(2022, 2, 14), 17)
    envoie = courriel.envoie

    def lentement(lettre: Lettre) -> str:
        plus_tard(region, minutes=20)
        return envoie(lettre)

    courriel.envoie = lentement  # type: ignore[method-assign]
    assert tour(region, courriel) == {"dit": 3}
    assert tour(region.le(date(2022, 2, 15), 9), courriel) == {"dit": 8}
    partis = [r.le for r in outbox.en_etat(region.db, "dit")]
    assert len(set(partis)) == 11, "each claim bears its own hour, or a long tick would pass for a crash"


def test_two_instances_at_once_say_it_once(region: Region, courriel: Facteur) -> None:
    autre = ouvre(region.ou / "vigie.sqlite")
    envoie = courriel.envoie

    def pendant_ce_temps(lettre: Lettre) -> str:
        if len(courriel.livrees) == 3:
            courriel.livrees.append(lettre)
            jumelle = Region(region.ou, region.dossier, autre, region.heure)
            tourne(jumelle.vue, lambda: jumelle.heure, [courriel.canal])
            return "n°"
        return envoie(lettre)

    courriel.envoie = pendant_ce_temps  # type: ignore[method-assign]
    tour(region, courriel)
    autre.close()
    assert sorted(x.a for x in courriel.livrees) == sorted({x.a for x in courriel.livrees})
    assert len(courriel.livrees) == 11


def test_a_channel_that_is_down_for_days_is_tried_again_and_refuses_nobody(region: Region, courriel: Facteur) -> None:
    courriel.pannes[CHEF] = ["passe"] * 8
    for _ in range(60):
        tour(region, courriel)
        plus_tard(region, hours=3)
    assert not any(etat == "refusé" for _, etat in etats(region))
    assert courriel.a(CHEF), "it got through in the end"
