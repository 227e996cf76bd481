"""The mailbox: who may send what, every attachment answered, nobody answered twice, no loop, nothing deleted nor lost."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bots import outgoing_mail
from bots.letters.letter import EnvoiError, Lettre
from config.campaign import PARIS
from config.errors import UserError
from config.folder import EXEMPLE
from config.territory import Perimetre
from jobs.status import etat as status
from jobs.taking_in import mail_pieces
from jobs.taking_in.mail_answers import A_VOIR, TRAITE, Poste, Suivi
from jobs.taking_in.mails import LOURD, PAR_JOUR, releve_le_courrier
from jobs.wiring import Atelier
from reports.gains import gains
from reports.view import Sujet
from sheets.register import mail_replies
from sheets.register.database import un_a_la_fois
from sheets.sources import mailbox
from sheets.sources.attachments import jointes
from sheets.sources.mail_headers import lit_entetes
from sheets.sources.mailbox import Apercu
from tests.conftest import Remplir
from tests.test_courriel import PAAT, archive, courriel
from tests.workshop import MOREZ, SUD, en_janvier, juge_ici

MATIN = datetime(2022, 2, 1, 9, tzinfo=PARIS)
DE = "vigie@exemple.invalid"


@dataclass
class FausseBoite:
    """A mailbox in memory: folders of mails by number. `panne` fails the next move."""

    courriels: dict[str, bytes] = field(default_factory=dict)
    ranges: dict[tuple[str, ...], list[bytes]] = field(default_factory=dict)
    lus: list[str] = field(default_factory=list)
    panne: BaseException | None = None
    recus: int = 0

    def recoit(self, *mails: EmailMessage) -> None:
        for m in mails:
            self.recus += 1
            self.courriels[str(self.recus + 100)] = m.as_bytes()

    def liste(self, au_plus: int) -> list[Apercu]:
        tous = list(self.courriels.items())
        return [Apercu(n, _taille(o), lit_entetes(o), len(tous) - r) for r, (n, o) in enumerate(tous[:au_plus], 1)]

    def octets(self, numero: str) -> bytes:
        self.lus.append(numero)
        return self.courriels[numero]

    def range(self, numero: str, place: tuple[str, ...]) -> None:
        if self.panne:
            panne, self.panne = self.panne, None
            raise panne
        self.ranges.setdefault(place, []).append(self.courriels.pop(numero))


def _taille(octets: bytes) -> int:
    return LOURD + 1 if b"X-Lourd: oui" in octets else len(octets)


@dataclass
class Banc:
    """The mailbox, what leaves, and the clock."""

    atelier: Atelier
    boite: FausseBoite
    quand: datetime = MATIN
    parties: list[Lettre] = field(default_factory=list)
    refus: BaseException | None = None
    garant: str = ""

    def poste(self, *, blanc: bool = False) -> Poste:
        serveur = mailbox.lit_reglages(f"imap://x:y@127.0.0.1?garant={self.garant}")
        smtp = outgoing_mail.lit_reglages(f"smtp://127.0.0.1?de={DE}", lambda: self.quand)
        return Poste(self.atelier, serveur, None if blanc else smtp, self._envoie)

    def _envoie(self, lettre: Lettre, reglages: outgoing_mail.Reglages) -> None:
        if self.refus:
            raise self.refus
        self.parties.append(lettre)

    def releve(self, *mails: EmailMessage, blanc: bool = False) -> list[Suivi]:
        self.boite.recoit(*mails)
        return releve_le_courrier(self.poste(blanc=blanc))

    def passe(self, duree: timedelta) -> None:
        self.quand += duree

    @property
    def pris(self) -> int:
        return int(self.atelier.registre.execute("SELECT count(*) FROM fichiers").fetchone()[0])


@pytest.fixture
def banc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Banc]:
    fausse = FausseBoite()

    @contextmanager
    def ouvre(reglages: mailbox.Reglages, *, sans_toucher: bool = False) -> Iterator[FausseBoite]:
        yield fausse

    monkeypatch.setattr(mailbox, "ouvre", ouvre)
    monkeypatch.setattr(mail_pieces, "juge_tous", juge_ici)
    b = Banc(Atelier(EXEMPLE, tmp_path / "vigie.sqlite"), fausse)
    monkeypatch.setattr(Atelier, "maintenant", lambda _: b.quand)
    yield b
    for nom in ("registre", "registre_existant"):
        if nom in vars(b.atelier):
            vars(b.atelier)[nom].close()


@pytest.fixture
def jura(trame_remplie: Remplir) -> bytes:
    """A trame with a line struck out: its gain is larger than its reference."""
    return trame_remplie({SUD: [en_janvier(1000), en_janvier(49_747, montant_reference=1000)]})


def test_a_trame_sent_by_its_team_is_taken_in_answered_with_its_companion_and_filed(banc: Banc, jura: bytes) -> None:
    (suivi,) = banc.releve(courriel(("GHT Jura.xlsx", jura)))
    assert banc.pris == 1
    assert gains(banc.atelier.vue(), Sujet(Perimetre("ght", "BFC-08"), 2021)).totaux.gain_retenu == 100_000
    (lettre,) = banc.parties
    assert (lettre.a, lettre.en_reponse_a) == (PAAT, "<1@ght.invalid>")
    assert lettre.objet == "Re: Trame du Jura : à l'heure"
    assert (
        "GHT Jura.xlsx — GHT Jura, campagne annuelle 2021 : remise, 1 ligne à corriger, 1 onglet sur 4." in lettre.texte
    )
    (retour,) = lettre.pieces
    assert retour.nom == "GHT Jura - retour.xlsx"
    assert "À corriger" in str(load_workbook(io.BytesIO(retour.octets)).properties.title)
    assert list(banc.boite.ranges) == [TRAITE]
    assert (suivi.mots, banc.boite.courriels) == ("réponse envoyée", {})


def test_a_draft_is_told_it_is_not_handed_in(banc: Banc, trame_remplie: Remplir) -> None:
    banc.releve(courriel(("jura.xlsx", trame_remplie({SUD: [en_janvier(1000)]}, remise=False))))
    assert "vue, pas encore remise" in banc.parties[0].texte


def test_every_attachment_gets_its_sentence(banc: Banc, jura: bytes) -> None:
    z = archive(("Jura.xlsx", jura), ("Doubs.xlsx", b"PK bris\xc3\xa9"))
    lot = (("trames.zip", z), ("plan.pdf", b"%PDF"), ("vide.xlsx", b""), ("casse.zip", b"PK\x03\x04"))
    banc.releve(courriel(*lot))
    texte = banc.parties[0].texte
    for nom, phrase in (
        ("Jura.xlsx", "GHT Jura, campagne annuelle 2021"), ("Doubs.xlsx", "incomplet"),
        ("plan.pdf", "Ce n'est pas un classeur. Envoyez la trame au format .xlsx."), ("vide.xlsx", "Ce fichier est vide."),
        ("casse.zip", "Cette archive est abîmée"),
    ):  # fmt: skip
        assert any(ligne.startswith(f"{nom} — ") and phrase in ligne for ligne in texte.split("\n\n")), nom
    assert list(banc.boite.ranges) == [A_VOIR]
    assert [p.nom for p in banc.parties[0].pieces] == ["Jura - retour.xlsx"]


def test_twenty_trames_in_one_mail_are_twenty_sentences_and_one_answer(banc: Banc, jura: bytes) -> None:
    banc.releve(courriel(*((f"Jura {n}.xlsx", jura + bytes(n)) for n in range(20))))
    assert len(banc.parties) == 1
    assert banc.parties[0].texte.count("GHT Jura, campagne annuelle 2021") == 20
    assert banc.pris == 20


def test_a_companion_sent_back_is_not_a_trame(banc: Banc, jura: bytes) -> None:
    banc.releve(courriel(("GHT Jura.xlsx", jura)))
    (retour,) = banc.parties[0].pieces
    banc.releve(courriel((retour.nom, retour.octets), Message_ID="<2@ght.invalid>"))
    assert "C'est un retour de Vigie, pas une trame" in banc.parties[1].texte
    assert banc.pris == 1


@pytest.mark.parametrize(
    ("de", "pris"),
    [
        ("directeur.bfc-08@exemple.invalid", True), ("referent.bfc@exemple.invalid", True), ("dgos@exemple.invalid", True),
        (f"achats.{SUD}@exemple.invalid", True), (f"achats.{MOREZ}@exemple.invalid", False),
        ("paat.bfc-07@exemple.invalid", False), ("lecture@exemple.invalid", False),
        ("operateur.uniha@exemple.invalid", False), ("adjoint.bfc@exemple.invalid", False),
    ],
)  # fmt: skip
def test_a_trame_is_taken_from_whoever_may_hand_it_in_and_from_nobody_else(
    banc: Banc, jura: bytes, de: str, pris: bool
) -> None:
    banc.releve(courriel(("GHT Jura.xlsx", jura), de=de))
    (lettre,) = banc.parties
    assert banc.pris == pris
    assert bool(lettre.pieces) == pris
    assert ("elle n'a pas été prise" in lettre.texte) != pris
    assert lettre.a == de
    if not pris:
        assert "à corriger" not in lettre.texte


def test_a_stand_in_may_hand_in_while_they_stand_in(banc: Banc, jura: bytes) -> None:
    banc.quand = datetime(2022, 8, 10, 9, tzinfo=PARIS)
    banc.releve(courriel(("GHT Jura.xlsx", jura), de="adjoint.bfc@exemple.invalid"))
    assert banc.pris == 1


def test_someone_unknown_is_told_once_a_week_and_nothing_they_sent_is_opened(banc: Banc, jura: bytes) -> None:
    for n, attente in enumerate((timedelta(), timedelta(days=3), timedelta(days=5))):
        banc.passe(attente)
        banc.releve(
            courriel(("GHT Jura.xlsx", jura), de="inconnu@ailleurs.invalid", Message_ID=f"<{n}@ailleurs.invalid>")
        )
    assert [lettre.a for lettre in banc.parties] == ["inconnu@ailleurs.invalid"] * 2
    assert "ne connaît pas votre adresse" in banc.parties[0].texte
    assert "Jura" not in banc.parties[0].texte + banc.parties[0].objet
    assert (banc.boite.lus, banc.pris, len(banc.boite.ranges[A_VOIR])) == ([], 0, 3)


@pytest.mark.parametrize(
    "entetes",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"de": "MAILER-DAEMON@mx.fr"},
        {"de": DE}, {"de": DE.upper()}, {"de": f"{PAAT}, dgos@exemple.invalid"},
    ],
)  # fmt: skip
def test_machines_and_ourselves_are_never_answered(banc: Banc, jura: bytes, entetes: dict[str, str]) -> None:
    banc.releve(courriel(("GHT Jura.xlsx", jura), **entetes))
    assert (banc.parties, banc.pris, list(banc.boite.ranges)) == ([], 0, [A_VOIR])


@pytest.mark.parametrize("entetes", [
    b"From: " + b"(" * 1000, b"From: " + b":" * 1000, b"From: =?utf-8\xff?q?a?=", b"From: a@b.fr\r\n" + b"X: y\r\n" * 30_000, b"",
])  # fmt: skip
def test_a_mail_whose_headers_cannot_be_read_is_filed_and_the_others_are_dealt_with(
    banc: Banc, jura: bytes, entetes: bytes
) -> None:
    banc.boite.courriels["1"] = entetes + b"\r\n\r\n"
    mauvais, bon = banc.releve(courriel(("GHT Jura.xlsx", jura)))
    assert mauvais.mots.startswith("sans réponse : ses en-têtes n'ont pas pu être lus : ")
    assert (mauvais.place, bon.place, banc.pris, len(banc.parties)) == (A_VOIR, TRAITE, 1, 1)
    assert (banc.boite.courriels, banc.releve()) == ({}, [])


def test_a_mail_without_attachment_is_left_to_a_person(banc: Banc) -> None:
    banc.releve(courriel())
    assert (banc.parties, list(banc.boite.ranges)) == ([], [A_VOIR])


def test_two_machines_that_talk_to_each_other_are_stopped(banc: Banc) -> None:
    for n in range(PAR_JOUR + 5):
        banc.releve(courriel(("plan.pdf", b"%PDF"), Message_ID=f"<{n}@ght.invalid>"))
    assert len(banc.parties) == PAR_JOUR
    banc.passe(timedelta(days=2))
    banc.releve(courriel(("plan.pdf", b"%PDF"), Message_ID="<fin@ght.invalid>"))
    assert len(banc.parties) == PAR_JOUR + 1


def test_what_our_own_server_does_not_vouch_for_is_neither_read_nor_answered(banc: Banc, jura: bytes) -> None:
    banc.garant = "mx.ars.invalid"
    banc.releve(courriel(("GHT Jura.xlsx", jura)))
    assert (banc.parties, banc.pris, banc.boite.lus) == ([], 0, [])
    banc.releve(
        courriel(("GHT Jura.xlsx", jura), Message_ID="<2@x.y>", Authentication_Results="mx.ars.invalid; dmarc=pass")
    )
    assert (len(banc.parties), banc.pris) == (1, 1)


def test_a_mail_too_heavy_is_not_fetched_and_its_sender_is_told(banc: Banc, jura: bytes) -> None:
    banc.releve(courriel(("GHT Jura.xlsx", jura), X_Lourd="oui"))
    assert (banc.boite.lus, banc.pris) == ([], 0)
    assert "il n'est pas ouvert. Envoyez la trame seule." in banc.parties[0].texte


def test_the_same_mail_delivered_twice_is_taken_in_and_answered_once(banc: Banc, jura: bytes) -> None:
    m = courriel(("GHT Jura.xlsx", jura))
    banc.releve(m, m)
    banc.releve(m)
    assert (banc.pris, len(banc.parties), len(banc.boite.ranges[TRAITE])) == (1, 1, 3)


def test_a_replaced_version_sent_again_in_another_mail_is_ignored_and_its_sender_told(
    banc: Banc, trame_remplie: Remplir
) -> None:
    un, deux = (trame_remplie({SUD: [en_janvier(n)]}) for n in (1000, 3000))
    for n, octets in enumerate((un, deux, un)):
        banc.releve(courriel(("jura.xlsx", octets), Message_ID=f"<{n}@x.y>"))
    assert gains(banc.atelier.vue(), Sujet(Perimetre("ght", "BFC-08"), 2021)).totaux.gain_retenu == 300_000
    assert banc.pris == 2
    assert "Copie exacte d'une version reçue le 01/02/2022" in banc.parties[-1].texte


class Mort(BaseException):
    """What a kill leaves behind: nothing after it runs."""


def test_killed_at_any_step_nothing_is_taken_in_nor_answered_twice(
    banc: Banc, jura: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def une_fois(objet: Any, nom: str, *, apres: bool) -> None:
        vraie, restent = getattr(objet, nom), [True]

        def mortelle(*a: Any, **k: Any) -> Any:
            if not restent:
                return vraie(*a, **k)
            restent.clear()
            if apres:
                vraie(*a, **k)
            raise Mort

        monkeypatch.setattr(objet, nom, mortelle)

    points = [
        (mail_pieces, "prend", False),
        (mail_pieces, "prend", True),
        (mail_replies, "note", False),
        (mail_replies, "note", True),
    ]
    for n, (objet, nom, apres) in enumerate(points):
        avant, partis = banc.pris, len(banc.parties)
        une_fois(objet, nom, apres=apres)
        with pytest.raises(Mort):
            banc.releve(courriel(("GHT Jura.xlsx", jura), Message_ID=f"<{n}@x.y>"))
        assert banc.boite.courriels
        banc.releve()
        assert (banc.pris, banc.boite.courriels) == (avant + 1, {}), nom
        assert len(banc.parties) == partis + (
            0 if (nom, apres) == ("note", True) else 1
        )  # claimed: a doubt, never twice
    assert "peut-être partie. Cherchez <vigie.courriel-" in _soucis(banc)


def test_killed_while_the_answer_leaves_it_is_a_doubt_that_is_shown_and_never_sent_again(
    banc: Banc, jura: bytes
) -> None:
    banc.refus = Mort()
    with pytest.raises(Mort):
        banc.releve(courriel(("GHT Jura.xlsx", jura)))
    banc.refus = None
    (suivi,) = banc.releve()
    assert (banc.parties, list(banc.boite.ranges), banc.pris) == ([], [A_VOIR], 1)
    assert "réponse douteuse" in suivi.mots
    assert f"la réponse à {PAAT} est douteuse" in _soucis(banc)


def test_killed_before_the_mail_is_filed_it_is_filed_the_next_time(banc: Banc, jura: bytes) -> None:
    banc.boite.panne = Mort()
    with pytest.raises(Mort):
        banc.releve(courriel(("GHT Jura.xlsx", jura)))
    banc.releve()
    assert (banc.pris, len(banc.parties), list(banc.boite.ranges)) == (1, 1, [TRAITE])


def test_an_answer_that_cannot_leave_yet_is_tried_again_and_given_up_after_a_few_days(banc: Banc, jura: bytes) -> None:
    banc.refus = EnvoiError("Le serveur de courrier demande d'attendre (450).", definitif=False)
    banc.releve(courriel(("GHT Jura.xlsx", jura)))
    assert (banc.pris, len(banc.boite.courriels)) == (1, 1)
    assert "n'a pas encore pu partir" in _soucis(banc)
    banc.refus = None
    banc.releve()
    assert (banc.pris, len(banc.parties), list(banc.boite.ranges)) == (1, 1, [TRAITE])
    assert "Courrier" not in _soucis(banc)
    banc.refus = EnvoiError("Le serveur de courrier demande d'attendre (450).", definitif=False)
    banc.releve(courriel(("GHT Jura.xlsx", jura), Message_ID="<2@x.y>"))
    banc.passe(timedelta(days=4))
    banc.releve()
    assert (banc.boite.courriels, len(banc.boite.ranges[A_VOIR])) == ({}, 1)
    assert "n'est pas partie" in _soucis(banc)


@pytest.mark.parametrize(
    ("faute", "mots"),
    [
        (EnvoiError("Refusé (550).", definitif=True), "réponse refusée : Refusé (550)."),
        (EnvoiError("Coupé.", definitif=False, doute=True), "réponse douteuse : Coupé."),
    ],
)
def test_an_answer_refused_or_doubtful_leaves_the_mail_to_a_person(
    banc: Banc, jura: bytes, faute: EnvoiError, mots: str
) -> None:
    banc.refus = faute
    (suivi,) = banc.releve(courriel(("GHT Jura.xlsx", jura)))
    assert (suivi.mots, list(banc.boite.ranges), banc.pris) == (mots, [A_VOIR], 1)
    banc.refus = None
    assert (banc.releve(), banc.parties) == ([], [])


def test_a_mail_that_trips_us_up_is_said_and_the_others_go_on(
    banc: Banc, jura: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def tombe(octets: bytes) -> Any:
        if b"<mauvais@x.y>" in octets:
            raise ZeroDivisionError("xoxb-" + "123456789012-abcdef")
        return vraies(octets)

    vraies = jointes
    monkeypatch.setattr("jobs.taking_in.mails.jointes", tombe)
    bon = courriel(("GHT Jura.xlsx", jura))
    suivis = banc.releve(courriel(("a.xlsx", b"x"), Message_ID="<mauvais@x.y>"), bon)
    assert "Vigie s'est trompée" in suivis[0].mots
    assert (banc.pris, len(banc.boite.courriels), len(banc.parties)) == (1, 1, 1)
    assert "ZeroDivisionError" in caplog.text
    assert "xoxb-1" not in caplog.text
    assert "Vigie s'est trompée" in _soucis(banc)


def test_dry_it_shows_what_would_be_done_and_touches_nothing(banc: Banc, jura: bytes) -> None:
    mails = (
        courriel(("GHT Jura.xlsx", jura), ("plan.pdf", b"%PDF")),
        courriel(de="inconnu@ailleurs.invalid", Message_ID="<2@x.y>"),
    )
    un, deux = banc.releve(*mails, blanc=True)
    assert "campagne annuelle 2021 : 2 lignes lues, serait relevée." in un.sorts[0].phrase
    assert (un.mots, un.place, deux.place) == ("une réponse partirait", TRAITE, A_VOIR)
    assert (banc.parties, len(banc.boite.courriels), banc.atelier.chemin_registre.exists()) == ([], 2, False)


def test_what_the_register_keeps_of_a_mail_goes_with_the_rest_once_it_is_old(banc: Banc, jura: bytes) -> None:
    from jobs.keeping import purge

    banc.releve(courriel(("GHT Jura.xlsx", jura)))
    banc.passe(timedelta(days=365 * 7))
    purge(banc.atelier, True)
    assert banc.atelier.registre.execute("SELECT count(*) FROM courriels").fetchone() == (0,)
    assert PAAT not in "\n".join(banc.atelier.registre.conn.iterdump())


def _soucis(banc: Banc) -> str:
    """What `vigie status` worries about."""
    import contextlib

    with contextlib.redirect_stdout(io.StringIO()) as dit:
        status(replace(banc.atelier), True)
    return "\n".join(json.loads(dit.getvalue())["soucis"])


def test_two_at_work_on_one_mailbox_never_both_answer(banc: Banc, jura: bytes) -> None:
    _ = banc.atelier.registre
    with un_a_la_fois(Path(f"{banc.atelier.chemin_registre}.courrier"), "pris"):
        with pytest.raises(UserError, match="déjà en train d'être relevée"):
            banc.releve(courriel(("GHT Jura.xlsx", jura)))
        assert len(banc.releve(blanc=True)) == 1, "a dry look waits for nobody"
    assert banc.parties == []
    banc.releve()
    assert len(banc.parties) == 1
