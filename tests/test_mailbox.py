"""The mailbox under stress: kills at every step, mails that wait, mails that hide or bear one name, strangers in numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from openpyxl import load_workbook

from bots import outgoing_mail
from bots.letters.letter import EnvoiError, Lettre
from config.errors import UserError
from config.territory import Perimetre
from jobs.taking_in import mail_pieces, mails
from jobs.taking_in.folders import prend
from jobs.taking_in.mail_answers import A_VOIR, PATIENCE, TRAITE, Poste
from jobs.taking_in.mails import ESSAIS, releve_le_courrier
from reports.gains import gains
from reports.view import Sujet
from sheets.register import mail_replies
from sheets.register.database import un_a_la_fois
from sheets.sources import mailbox
from sheets.sources.attachments import jointes
from tests.conftest import Remplir
from tests.test_courriel import PAAT, courriel
from tests.test_intake import Banc, Mort, _soucis, banc
from tests.workshop import MOREZ, SUD, en_janvier, juge_ici

__all__ = ["banc"]
PANNE = EnvoiError("Le serveur de courrier demande d'attendre (450).", definitif=False)
ACHATS_SUD = f"achats.{SUD}@exemple.invalid"


@pytest.fixture
def deux(trame_remplie: Remplir) -> tuple[bytes, bytes]:
    """The same trame, twice: 1 000 €, then 3 000 €."""
    return trame_remplie({SUD: [en_janvier(1000)]}), trame_remplie({SUD: [en_janvier(3000)]})


def gain(banc: Banc) -> int:
    return gains(banc.atelier.vue(), Sujet(Perimetre("ght", "BFC-08"), 2021)).totaux.gain_retenu


# Killed


EFFECTS: list[tuple[Any, str]] = [
    (mail_pieces, "prend"), (mail_pieces, "juge_tous"), (mails, "jointes"), (mail_replies, "note"), (mail_replies, "begins"), (mail_replies, "waits"),
    (mail_replies, "settles"), (mail_replies, "gives_back"),
]  # fmt: skip
"""Everything the mailbox does to the world and can be cut at, beside the mailbox itself and what leaves."""


@contextmanager
def killed_at(banc: Banc, rang: int) -> Iterator[list[str]]:
    """Die at the given step, before or after an effect; the steps gone through are said."""
    vus: list[str] = []

    def passe(nom: str) -> None:
        vus.append(nom)
        if len(vus) == rang + 1:
            raise Mort

    def mortelle(vraie: Callable[..., Any], nom: str) -> Callable[..., Any]:
        def essaie(*a: Any, **k: Any) -> Any:
            passe(f"before {nom}")
            rendu = vraie(*a, **k)
            passe(f"after {nom}")
            return rendu

        return essaie

    with ExitStack() as pile:
        for objet, nom in [*EFFECTS, (banc, "_envoie"), (banc.boite, "range"), (banc.boite, "octets")]:
            pile.enter_context(patch.object(objet, nom, mortelle(getattr(objet, nom), nom)))
        yield vus


@pytest.mark.e2e  # eight seconds of processor
@pytest.mark.parametrize("panne", [None, PANNE])
def test_killed_at_every_step_nothing_is_lost_taken_twice_nor_answered_twice(
    banc: Banc, deux: tuple[bytes, bytes], panne: EnvoiError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions of one trame in two mails, and a stranger: after each kill the mailbox is simply dealt with again."""
    juges = [next(juge_ici([("jura.xlsx", octets)], banc.atelier.dossier)) for octets in deux]
    monkeypatch.setattr(
        mail_pieces, "juge_tous", lambda lot, _: iter([juges[octets.startswith(deux[1])] for _, octets in lot])
    )
    monkeypatch.setattr(mail_pieces, "octets_du_retour", lambda *_: b"")  # long to make, and it changes nothing
    for rang in range(200):
        avant, partis = banc.pris, len(banc.parties)
        noms = [f"<{rang}-{n}@ght.invalid>" for n in range(3)]
        banc.boite.recoit(
            courriel(("jura.xlsx", deux[0] + bytes([rang])), Message_ID=noms[0]),
            courriel(("jura.xlsx", deux[1] + bytes([rang])), Message_ID=noms[1]),
            courriel(de=f"x{rang}@ailleurs.invalid", Message_ID=noms[2]),
        )
        banc.refus = panne
        with killed_at(banc, rang) as vus:
            try:
                banc.releve()
            except Mort:
                pass
            else:
                break
        banc.refus = None
        banc.releve()
        banc.releve()
        assert banc.boite.courriels == {}, vus
        assert banc.pris == avant + 2, vus
        assert gain(banc) == 300_000, (vus, "what was sent last counts")
        reponses = [lettre.en_reponse_a for lettre in banc.parties[partis:]]
        assert len(reponses) == len(set(reponses)), vus
        muets = set(noms[: 2 if panne else 3]) - set(
            reponses
        )  # an answer that may have left is a doubt, said and never sent again
        assert not muets or (len(muets) == 1 and vus[-1] in ("after note", "before _envoie", "before gives_back")), vus
        doutes = banc.atelier.registre.execute("SELECT count(*) FROM courriels WHERE etat = 'doute' AND le >= ?",
                                               (banc.quand.isoformat(timespec="seconds"),)).fetchone()[0]  # fmt: skip
        assert len(muets) <= doutes <= 1, vus
        banc.passe(timedelta(days=2))
    else:
        pytest.fail("it never ended")
    assert rang > 40, "every effect was met"


def test_an_attempt_that_kills_us_again_and_again_is_left_to_a_person(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    vraies = jointes

    def tue(octets: bytes) -> Any:
        if b"<tueur@x.y>" in octets:
            raise Mort
        return vraies(octets)

    monkeypatch.setattr(mails, "jointes", tue)
    banc.boite.recoit(courriel(("a.xlsx", deux[0]), Message_ID="<tueur@x.y>"), courriel(("jura.xlsx", deux[1])))
    for _ in range(ESSAIS):
        with pytest.raises(Mort):
            banc.releve()
    tueur, bon = banc.releve()
    assert f"Vigie s'est arrêtée {ESSAIS} fois en le lisant" in tueur.mots
    assert (tueur.place, bon.place, banc.pris, len(banc.parties), banc.boite.courriels) == (A_VOIR, TRAITE, 1, 1, {})
    assert f"Vigie s'est arrêtée {ESSAIS} fois" in _soucis(banc)
    assert banc.releve(courriel(("b.xlsx", deux[0]), Message_ID="<tueur2@x.y>"))[0].place == TRAITE


def test_a_mailbox_or_a_register_that_fails_is_no_attempt_cut_short(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.boite.recoit(courriel(("jura.xlsx", deux[0])))
    with monkeypatch.context() as m:
        m.setattr(banc.boite, "octets", lambda _: (_ for _ in ()).throw(UserError("La boîte ne répond pas.")))
        for _ in range(ESSAIS + 2):
            with pytest.raises(UserError, match="ne répond pas"):
                banc.releve()
    assert [s.place for s in banc.releve()] == [TRAITE]


# Waiting


def test_mails_that_wait_hide_none_of_those_behind(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "LOT", 4)
    monkeypatch.setattr(mails, "WAITING", 2)
    banc.refus = PANNE
    banc.releve(*(courriel(("jura.xlsx", deux[0]), Message_ID=f"<{n}@x.y>") for n in range(10)))
    assert banc.pris == 4, "so many in one go"
    essayes = []
    for _ in range(6):
        banc.passe(timedelta(minutes=2))
        essayes.append(mails._tour(banc.poste()))
    assert banc.pris == 10, "and the others in the next ones, though nothing could leave"
    assert [t.left for t in essayes] == [10] * 6
    retentes = [s.entetes.identifiant for t in essayes[3:] for s in t.suivis]
    assert len(retentes) == len(set(retentes)) == 6, "each in its turn"
    banc.refus = None
    for _ in range(5):
        banc.passe(timedelta(minutes=2))
        dernier = mails._tour(banc.poste())
    assert (len(banc.parties), banc.boite.courriels, dernier.left) == (10, {}, 0)


def test_what_is_left_in_the_mailbox_is_said(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mails, "LOT", 3)
    monkeypatch.setattr("jobs.wiring.imap", lambda: banc.poste().boite)
    monkeypatch.setattr("jobs.wiring.smtp", lambda _: banc.poste().smtp)
    monkeypatch.setattr(mails, "Poste", partial(Poste, envoie=banc._envoie))
    banc.boite.recoit(*(courriel(("plan.pdf", b"%PDF"), Message_ID=f"<{n}@x.y>") for n in range(8)))
    dits = []
    for _ in range(3):
        mails.montre_le_courrier(banc.atelier, envoie=True)
        dits.append(capsys.readouterr().out.strip().splitlines()[-1])
    assert dits == [
        "3 courriels dans INBOX. Il en reste 5 dans la boîte, pour les prochains tours.",
        "3 courriels dans INBOX. Il en reste 2 dans la boîte, pour les prochains tours.",
        "2 courriels dans INBOX.",
    ]


def test_a_mail_that_cannot_be_filed_stops_none_of_the_others(banc: Banc, deux: tuple[bytes, bytes]) -> None:
    banc.boite.panne = UserError("La boîte aux lettres refuse.")
    with pytest.raises(UserError, match="refuse"):
        banc.releve(*(courriel(("jura.xlsx", d), Message_ID=f"<{n}@x.y>") for n, d in enumerate(deux)))
    assert (banc.pris, len(banc.parties), len(banc.boite.courriels)) == (2, 2, 1)
    assert "n'a pas encore pu partir" not in _soucis(banc)
    banc.releve()
    assert (banc.pris, len(banc.parties), banc.boite.courriels) == (2, 2, {})


def test_a_mail_that_the_server_does_not_give_waits_and_is_then_left_to_a_person(banc: Banc) -> None:
    banc.boite.recoit(courriel(("jura.xlsx", b"x")))
    (octets,) = banc.boite.courriels.values()
    with patch.object(banc.boite, "octets", lambda _: b""):
        assert banc.releve()[0].mots == "remis à plus tard : Le serveur ne donne pas ce courriel."
        assert octets in banc.boite.courriels.values()
        banc.passe(PATIENCE + timedelta(hours=1))
        assert banc.releve()[0].place == A_VOIR


# One name for two mails


def test_the_copy_of_a_mailing_list_neither_loses_the_trame_nor_gets_an_answer(
    banc: Banc, deux: tuple[bytes, bytes]
) -> None:
    def copies(n: int) -> tuple[EmailMessage, EmailMessage]:
        nom = f"<liste{n}@ght.invalid>"
        liste = {
            "List_Id": "<achats.exemple.invalid>",
            "Precedence": "list",
            "Subject": "[achats] Trame",
            "Message_ID": nom,
        }
        return courriel(("jura.xlsx", deux[n]), **liste), courriel(("jura.xlsx", deux[n]), Message_ID=nom)

    de_la_liste, directe = copies(0)
    banc.releve(de_la_liste, directe)
    assert (banc.pris, len(banc.parties), gain(banc)) == (1, 1, 100_000)
    de_la_liste, directe = copies(1)
    banc.releve(directe)
    banc.releve(de_la_liste)
    assert (banc.pris, len(banc.parties), gain(banc)) == (2, 2, 300_000)
    assert {place: len(m) for place, m in banc.boite.ranges.items()} == {A_VOIR: 2, TRAITE: 2}


def test_another_mail_of_the_same_name_is_another_mail(banc: Banc, deux: tuple[bytes, bytes]) -> None:
    for octets in (*deux, deux[0]):
        banc.releve(courriel(("jura.xlsx", octets)))
    assert banc.pris == 2, "the third is the first, delivered again"
    assert gain(banc) == 300_000
    assert (
        len({outgoing_mail.identifiant(lettre.cle, _smtp(banc)) for lettre in banc.parties}) == len(banc.parties) == 2
    )
    assert [lettre.en_reponse_a for lettre in banc.parties] == ["<1@ght.invalid>"] * 2


def _smtp(banc: Banc) -> outgoing_mail.Reglages:
    reglages = banc.poste().smtp
    assert reglages is not None
    return reglages


@pytest.mark.parametrize("ajout", ["words", "no identifier", "identifier that cannot be answered"])
def test_a_copy_with_other_words_around_the_same_trame_is_the_same_mail(
    banc: Banc, deux: tuple[bytes, bytes], ajout: str
) -> None:
    un, autre = courriel(("jura.xlsx", deux[0])), courriel(("jura.xlsx", deux[0]))
    autre.replace_header("Subject", autre["Subject"])
    autre["Received"] = "from ailleurs"
    if ajout == "words":
        corps = autre.get_body(("plain",))
        assert corps is not None
        corps.set_content("Bonjour,\nvoici la trame.\n-- \nDiffusé par la liste achats")
    for m in (un, autre):
        if ajout == "no identifier":
            del m["Message-ID"]
            m["Date"] = "Tue, 01 Feb 2022 08:00:00 +0100"
        elif ajout != "words":
            m.replace_header("Message-ID", "sans chevrons")
    banc.releve(un, autre)
    assert (banc.pris, len(banc.parties), banc.boite.courriels) == (1, 1, {})
    assert banc.parties[0].en_reponse_a == ("<1@ght.invalid>" if ajout == "words" else "")


def test_someone_who_was_unknown_is_read_once_they_are_known(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    m = courriel(("jura.xlsx", deux[0]), de="nouveau@ght.invalid")
    banc.releve(m)
    assert (banc.pris, len(banc.parties)) == (0, 1)
    personnes = banc.atelier.dossier.personnes
    monkeypatch.setitem(personnes, "nouveau@ght.invalid", personnes[PAAT])
    banc.releve(m)  # put back in the mailbox by whoever saw it
    assert (banc.pris, len(banc.parties)) == (1, 2)


def test_an_answer_that_an_earlier_version_claimed_is_not_given_twice(banc: Banc, deux: tuple[bytes, bytes]) -> None:
    from sheets.sources.mail_headers import lit_entetes

    for etat, mots in (
        ("répondu", "déjà traité"),
        ("en partance", "réponse douteuse"),
        ("sans réponse", "réponse envoyée"),
    ):
        m = courriel(("jura.xlsx", deux[0]), Message_ID=f"<{len(etat)}@x.y>")
        mail_replies.note(banc.atelier.registre, lit_entetes(m.as_bytes()).cle, PAAT, etat, banc.quand)  # type: ignore[arg-type]
        (suivi,) = banc.releve(m)
        assert suivi.mots.startswith(mots), etat


# Never twice


def test_an_answer_is_claimed_once_whoever_claims_it(banc: Banc) -> None:
    db = banc.atelier.registre
    assert mail_replies.note(db, "a", PAAT, "en partance", banc.quand)
    assert not mail_replies.note(db, "a", PAAT, "en partance", banc.quand)
    for etat in ("répondu", "doute", "refusé", "sans réponse"):
        mail_replies.note(db, "a", PAAT, etat, banc.quand)
        assert not mail_replies.note(db, "a", PAAT, "en partance", banc.quand)
        mail_replies.gives_back(db, "a")
        assert mail_replies.lit(db, "a") is not None, "only a claim can be given back"
    mail_replies.note(db, "b", PAAT, "en partance", banc.quand)
    mail_replies.gives_back(db, "b")
    assert mail_replies.note(db, "b", PAAT, "en partance", banc.quand)


def test_a_mail_claimed_meanwhile_by_someone_else_is_not_answered(
    banc: Banc, deux: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    vraie = prend

    def un_autre_passe(*a: Any) -> Any:
        rendu = vraie(*a)
        with patch.object(mails, "_seul", lambda _: ExitStack()), patch.object(mail_pieces, "prend", vraie):
            banc.releve()
        return rendu

    monkeypatch.setattr(mails, "traite_les_pieces", mail_pieces.traite_les_pieces)
    monkeypatch.setattr(mail_pieces, "prend", un_autre_passe)
    monkeypatch.setattr(banc.boite, "range", lambda *_: None)
    banc.releve(courriel(("jura.xlsx", deux[0])))
    assert (banc.pris, len(banc.parties)) == (1, 1)


@pytest.mark.parametrize("faute", [UnicodeError("é"), RecursionError(), ZeroDivisionError(), ValueError("à mi-chemin")])
def test_a_fault_of_ours_while_an_answer_leaves_is_a_doubt_and_never_a_second_answer(
    banc: Banc, deux: tuple[bytes, bytes], faute: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    banc.refus = faute
    (suivi,) = banc.releve(courriel(("jura.xlsx", deux[0])))
    assert suivi.mots.startswith("réponse douteuse : Vigie s'est trompée en l'envoyant")
    assert type(faute).__name__ in caplog.text
    banc.refus = None
    assert (banc.releve(), banc.parties, banc.pris) == ([], [], 1)


def test_two_names_of_one_register_are_one_mailbox(banc: Banc, deux: tuple[bytes, bytes], tmp_path: Path) -> None:
    _ = banc.atelier.registre
    (tmp_path / "autre").mkdir()
    (tmp_path / "autre" / "lien.sqlite").symlink_to(banc.atelier.chemin_registre)
    from dataclasses import replace

    banc.boite.recoit(courriel(("jura.xlsx", deux[0])))
    par_le_lien = replace(
        banc.poste(), atelier=replace(banc.atelier, chemin_registre=tmp_path / "autre" / "lien.sqlite")
    )
    with (
        un_a_la_fois(Path(f"{banc.atelier.chemin_registre.resolve()}.courrier"), "pris"),
        pytest.raises(UserError, match="déjà en train d'être relevée"),
    ):
        releve_le_courrier(par_le_lien)
    assert banc.parties == []
    par_le_lien.atelier.registre.close()


# Strangers


def forges(n: int, debut: int = 0) -> list[EmailMessage]:
    return [courriel(de=f"faux{k}@pirate{k}.invalid", Message_ID=f"<{k}@faux>") for k in range(debut, debut + n)]


def test_letters_to_strangers_are_so_many_a_day_and_what_is_not_answered_is_said(banc: Banc) -> None:
    banc.releve(*forges(150))
    assert (len(banc.parties), len(banc.boite.ranges[A_VOIR]), banc.boite.courriels) == (mailbox.INCONNUS, 150, {})
    assert f"{150 - mailbox.INCONNUS} courriels d'expéditeurs inconnus depuis un jour, au-delà du plafond" in _notes(
        banc
    )
    assert "inconnus" not in _soucis(banc)
    banc.releve(courriel(("plan.pdf", b"%PDF"), Message_ID="<connu@x.y>"))
    assert len(banc.parties) == mailbox.INCONNUS + 1, "whoever is known is answered"
    banc.passe(timedelta(days=1, minutes=1))
    banc.releve(*forges(30, 150))
    assert len(banc.parties) == 2 * mailbox.INCONNUS + 1
    banc.passe(timedelta(days=2))
    assert "plafond" not in _notes(banc)


def test_letters_to_strangers_that_are_refused_count_too(banc: Banc) -> None:
    essais: list[Lettre] = []

    def refuse(lettre: Lettre, _: outgoing_mail.Reglages) -> None:
        essais.append(lettre)
        raise EnvoiError("Refusé (550).", definitif=True)

    with patch.object(banc, "_envoie", refuse):
        banc.releve(*forges(60))
    assert (len(essais), len(banc.boite.ranges[A_VOIR])) == (mailbox.INCONNUS, 60)


def _notes(banc: Banc) -> str:
    import contextlib
    import json
    from dataclasses import replace

    from jobs.status import etat

    with contextlib.redirect_stdout(io.StringIO()) as dit:
        etat(replace(banc.atelier), True)
    return "\n".join(json.loads(dit.getvalue())["a_noter"])


@pytest.mark.parametrize(
    ("option", "combien"),
    [("", mailbox.INCONNUS), ("?inconnus=3", 3), ("?inconnus=0", 0), ("?garant=&inconnus=40", 40)],
)
def test_the_cap_is_a_setting(banc: Banc, option: str, combien: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reglages = mailbox.lit_reglages(f"imap://x:y@127.0.0.1{option}")
    assert reglages.strangers == combien
    poste = banc.poste()
    banc.boite.recoit(*forges(50))
    from dataclasses import replace

    releve_le_courrier(replace(poste, boite=reglages))
    assert len(banc.parties) == combien


@pytest.mark.parametrize("faux", ["-1", "beaucoup", "", "1.5", "99999", "٣"])
def test_a_cap_that_is_no_number_is_said(faux: str) -> None:
    with pytest.raises(UserError, match="un nombre de lettres par jour était attendu"):
        mailbox.lit_reglages(
            f"imap://x:y@127.0.0.1?inconnus=%20{faux}" if not faux else f"imap://x:y@127.0.0.1?inconnus={faux}"
        )


# Who may hand in


def _declares_nothing(octets: bytes, finess: str) -> bytes:
    livre = load_workbook(io.BytesIO(octets))
    (rangee,) = (r for r in livre.worksheets[0].iter_rows() if r[0].value == finess)
    rangee[3].value = "oui"
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def _loses_a_heading(octets: bytes, finess_lines: str) -> bytes:
    """A tab whose headings are no longer understood, though its lines are there."""
    livre = load_workbook(io.BytesIO(octets))
    onglet = next(f for f in livre.worksheets[1:] if f.cell(5, 3).value and finess_lines in f.title)
    for cellule in onglet[4]:
        if cellule.value and "gain" in str(cellule.value).lower():
            cellule.value = "colonne maison"
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def test_ones_own_tab_beside_that_of_another_is_not_taken(banc: Banc, trame_remplie: Remplir) -> None:
    mele = trame_remplie({SUD: [en_janvier(1000)], MOREZ: [en_janvier(9000)]})
    banc.releve(courriel(("jura.xlsx", mele), de=ACHATS_SUD))
    (lettre,) = banc.parties
    assert (banc.pris, lettre.pieces, list(banc.boite.ranges)) == (0, (), [A_VOIR])
    territoire = banc.atelier.dossier.territoire
    sud, morez = (territoire.nom(Perimetre("etablissement", f)) for f in (SUD, MOREZ))
    assert f"Cette trame porte sur {morez}, pour qui votre adresse ne peut pas remettre" in lettre.texte
    assert sud not in lettre.texte
    assert "1 000" not in lettre.texte
    banc.releve(courriel(("jura.xlsx", mele), Message_ID="<2@x.y>"))
    assert banc.pris == 1, "its GHT may"


@pytest.mark.parametrize("qui", [ACHATS_SUD, f"achats.{MOREZ}@exemple.invalid"])
def test_nothing_to_declare_is_an_answer_that_only_ones_own_may_give(
    banc: Banc, trame_remplie: Remplir, qui: str
) -> None:
    octets = _declares_nothing(trame_remplie({SUD: [en_janvier(1000)]}), MOREZ)
    banc.releve(courriel(("jura.xlsx", octets), de=qui))
    assert banc.pris == 0
    banc.releve(courriel(("jura.xlsx", _declares_nothing(trame_remplie({}), MOREZ)), de=qui, Message_ID="<2@x.y>"))
    assert banc.pris == (MOREZ in qui)


def test_a_tab_that_may_yet_be_read_bears_on_its_etablissement(banc: Banc, trame_remplie: Remplir) -> None:
    """Once its headings were learnt it would count, and nobody would ask again who had sent it."""
    noms = banc.atelier.dossier.territoire.membres("BFC-08", banc.quand.date())
    morez = next(e.nom for e in noms if e.finess == MOREZ)
    octets = trame_remplie({SUD: [en_janvier(1000)], MOREZ: [en_janvier(9000)]})
    fausse = _loses_a_heading(octets, morez.split()[-1])
    banc.releve(courriel(("jura.xlsx", fausse), de=ACHATS_SUD))
    assert (banc.pris, "ne peut pas remettre" in banc.parties[0].texte) == (0, True)
    banc.releve(courriel(("jura.xlsx", fausse), Message_ID="<2@x.y>"))
    assert banc.pris == 1


@pytest.mark.parametrize(
    ("de", "garde"),
    [
        (PAAT, True), (ACHATS_SUD, True), ("referent.bfc@exemple.invalid", True), ("dgos@exemple.invalid", True),
        ("lecture@exemple.invalid", False), ("operateur.uniha@exemple.invalid", False), ("adjoint.bfc@exemple.invalid", False),
    ],
)  # fmt: skip
def test_what_bears_on_nobody_is_kept_from_whoever_hands_in_alone(banc: Banc, de: str, garde: bool) -> None:
    banc.releve(courriel(("jura.xlsx", b"PK\x03\x04 pas un classeur"), de=de))
    assert banc.pris == garde
    assert "jura.xlsx — " in banc.parties[0].texte


def test_a_stand_in_hands_in_on_the_very_days_and_not_around_them(banc: Banc, deux: tuple[bytes, bytes]) -> None:
    from datetime import datetime

    from config.campaign import PARIS

    for n, (jour, pris) in enumerate(((31, 0), (1, 1), (21, 2), (22, 2))):
        banc.quand = datetime(2022, 7 if n == 0 else 8, jour, 9, tzinfo=PARIS)
        banc.releve(courriel(("jura.xlsx", deux[n % 2]), de="adjoint.bfc@exemple.invalid", Message_ID=f"<{n}@x.y>"))
        assert banc.pris == pris, jour


def test_the_rights_of_an_etablissement_are_those_of_the_situation_of_the_campaign(
    banc: Banc, trame_remplie: Remplir
) -> None:
    for de, pris in (("paat.bfc-01@exemple.invalid", 0), ("directeur.bfc-12@exemple.invalid", 0), (PAAT, 1)):
        banc.releve(courriel(("jura.xlsx", trame_remplie({MOREZ: [en_janvier(10)]})), de=de, Message_ID=f"<{de}>"))
        assert banc.pris == pris


# Words


def test_what_a_sender_wrote_is_words_in_the_answer_and_never_html(banc: Banc) -> None:
    nom = "<img src=x onerror=alert(1)>&\"'.pdf"
    banc.releve(courriel((nom, b"%PDF"), Subject="<script>alert(2)</script>"))
    (lettre,) = banc.parties
    assert "<img" not in lettre.html
    assert "<script" not in lettre.html
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;" in lettre.html
    assert lettre.texte.count("<img") == 1


def test_what_is_sealed_or_packed_otherwise_is_said_as_such(banc: Banc) -> None:
    banc.releve(courriel(("smime.p7m", b"0\x80"), ("trames.7z", b"7z\xbc\xaf\x27\x1c"), ("plan.pdf", b"%PDF")))
    scelle, autre, plan = banc.parties[0].texte.split("\n\n")[1:4]
    assert "chiffrée ou scellée" in scelle
    assert "n'ouvre que les archives zip" in autre
    assert "Ce n'est pas un classeur" in plan
