"""Questions as people type them: what is understood, and what is said when it is not."""

from __future__ import annotations

from datetime import date

import pytest

from bots.grammar.understand import comprend
from bots.questions import INTENTIONS
from config.folder import Dossier
from config.territory import Perimetre
from reports.view import Sujet

LE_31_MARS = date(2022, 3, 31)
BFC = Perimetre("region", "BFC")
JURA = Perimetre("ght", "BFC-08")
NIEVRE = Perimetre("ght", "BFC-06")

COMPRISES = [
    ("gains bfc 2021 par famille", "gains", BFC, 2021, "famille"),
    ("gains BFC 2021", "gains", BFC, 2021, ""),
    ("combien a gagné le GHT du Jura ?", "gains", JURA, 2021, ""),
    ("combien a gagne le jura", "gains", JURA, 2021, ""),
    ("gians du jura 2021", "gains", JURA, 2021, ""),
    ("Gains GHT Nievre 2022 svp", "gains", NIEVRE, 2022, ""),
    ("gain achat ght jurra", "gains", JURA, 2021, ""),
    ("GHT Jura", "gains", JURA, 2021, ""),
    ("BFC-08", "gains", JURA, 2021, ""),
    ("par ght", "gains", BFC, 2021, "ght"),
    ("les gains par etablissement du GHT Jura", "gains", JURA, 2021, "etablissement"),
    ("gains par opérateurs", "gains", BFC, 2021, "operateur"),
    ("quel est le total des gains de la Bourgogne Franche-Comté", "gains", BFC, 2021, ""),
    ("gains bourgone franche comté", "gains", BFC, 2021, ""),
    ("objectif 2022 bfc", "objectif", BFC, 2022, ""),
    ("quel est notre objectif pour 2022 ?", "objectif", BFC, 2022, ""),
    ("a-t-on atteint l'objectif ?", "objectif", BFC, 2021, ""),
    ("qui n'a pas remis ?", "retards", BFC, 2021, ""),
    ("qui est en retard ?", "retards", BFC, 2021, ""),
    ("qui n'a pas encore rendu sa trame", "retards", BFC, 2021, ""),
    ("où en est la Nièvre ?", "statut", NIEVRE, 2021, ""),
    ("statut du GHT Jura", "statut", JURA, 2021, ""),
    ("avancement de la campagne", "statut", BFC, 2021, ""),
    ("qualité BFC 2021", "qualite", BFC, 2021, ""),
    ("peut-on avoir confiance dans les chiffres du Jura", "qualite", JURA, 2021, ""),
    ("rejets du GHT Jura", "rejets", JURA, 2021, ""),
    ("qu'est-ce qui a été retiré dans la Nièvre ?", "rejets", NIEVRE, 2021, ""),
    ("taux de couverture bfc", "couverture", BFC, 2021, ""),
    ("pourquoi gains GHT Jura 2021", "pourquoi", JURA, 2021, ""),
    ("pourquoi ce chiffre pour le Jura ?", "pourquoi", JURA, 2021, ""),
    ("gains de l'an dernier", "gains", BFC, 2020, ""),
    ("gains 390780146", "gains", Perimetre("etablissement", "390780146"), 2021, ""),
    ("gains du CH de Morteau", "gains", Perimetre("etablissement", "250000221"), 2021, ""),
    ("combien pour Dijon en 2021", "gains", Perimetre("etablissement", "210780581"), 2021, ""),
    ("gains GHT Sud Côte d'Or", "gains", Perimetre("ght", "BFC-12"), 2021, ""),
    ("gains de la haute saone", "gains", Perimetre("ght", "BFC-11"), 2021, ""),
    ("gains centre franche comté", "gains", Perimetre("ght", "BFC-07"), 2021, ""),
    ("gains nord franche-comte", "gains", Perimetre("ght", "BFC-09"), 2021, ""),
    ("gains France 2021", "gains", Perimetre("national", "FR"), 2021, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texte", "intention", "perimetre", "exercice", "par"), COMPRISES, ids=[c[0] for c in COMPRISES]
)
def test_a_question_is_understood_as_typed(
    texte: str, intention: str, perimetre: Perimetre, exercice: int, par: str, dossier: Dossier
) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert (q.intention, q.sujet) == (intention, Sujet(perimetre, exercice, None, par)), q.indices


@pytest.mark.parametrize("intention", INTENTIONS, ids=lambda i: i.cle)
def test_the_example_of_each_question_is_understood(intention, dossier: Dossier) -> None:  # type: ignore[no-untyped-def]
    assert comprend(intention.exemple, dossier, LE_31_MARS, BFC).intention == intention.cle


@pytest.mark.parametrize(
    "texte", ["gains du Finistère", "gains GHT Toulouse", "retards du Gard 2021", "objectif pour Limoges"]
)
def test_an_unknown_territory_never_becomes_the_whole_region(texte: str, dossier: Dossier) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert q.intention is None
    assert "Je ne connais pas" in q.indices


@pytest.mark.parametrize(("texte", "noms"), [
    ("gains yonne", ("GHT Nord Yonne", "GHT Sud Yonne")),
    ("gains bourgogne", ("Bourgogne-Franche-Comté", "GHT Bourgogne méridionale")),
    ("gains jura et nièvre", ("GHT Jura", "GHT Nièvre")),
])  # fmt: skip
def test_a_name_that_fits_two_territories_is_asked_back(texte: str, noms: tuple[str, ...], dossier: Dossier) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert q.intention is None
    assert all(nom in q.indices for nom in noms)


@pytest.mark.parametrize("texte", [
    "gains vesoul", "gains UGAP", "gains médicaments", "gains au 28/02/2022", "gains par mois", "qualité par ght",
    "gains du premier semestre 2021",
])  # fmt: skip
def test_what_cannot_be_answered_is_said_rather_than_answered_beside(texte: str, dossier: Dossier) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert q.intention is None
    assert q.indices


def test_an_ordinary_word_is_not_a_region(dossier: Dossier) -> None:
    assert comprend("qui na pas remis", dossier, LE_31_MARS, BFC).sujet == Sujet(BFC, 2021)
    assert comprend("gains NA 2021", dossier, LE_31_MARS, BFC).sujet == Sujet(Perimetre("region", "NA"), 2021)


def test_the_region_of_someone_of_a_ght_is_the_region_above(dossier: Dossier) -> None:
    q = comprend("gains de la région", dossier, LE_31_MARS, JURA)
    assert q.sujet == Sujet(BFC, 2021)


@pytest.mark.parametrize("texte", ["quel temps fait-il", "azerty uiop", "???", "merci beaucoup"])
def test_what_is_not_a_question_of_ours_gets_examples(texte: str, dossier: Dossier) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert q.intention in (None, "aide")
    assert q.sujet is None


def test_pourquoi_alone_is_about_the_last_question(dossier: Dossier) -> None:
    avant = Sujet(JURA, 2021, None, "famille")
    derniere = ("gains", avant)
    assert comprend("pourquoi ?", dossier, LE_31_MARS, BFC, derniere).sujet == avant
    assert comprend("pourquoi ce montant", dossier, LE_31_MARS, BFC, derniere).sujet == avant
    assert comprend("pourquoi la Nièvre ?", dossier, LE_31_MARS, BFC, derniere).sujet == Sujet(NIEVRE, 2021)


@pytest.mark.parametrize(
    ("texte", "depuis"),
    [
        ("qu'est-ce qui a changé depuis le 15/03 ?", date(2022, 3, 15)),
        ("qu'est-ce qui a changé depuis le 15/09 ?", date(2021, 9, 15)),
        ("changements du Jura depuis le 1er mars 2022", date(2022, 3, 1)),
        ("qu'est ce qui a bougé depuis hier", date(2022, 3, 30)),
        ("gains du Jura depuis le 12/03/2022", date(2022, 3, 12)),
        ("quoi de neuf depuis une semaine ?", date(2022, 3, 24)),
        ("quoi de neuf depuis 10 jours", date(2022, 3, 21)),
    ],
)
def test_a_change_is_asked_from_a_day(texte: str, depuis: date, dossier: Dossier) -> None:
    q = comprend(texte, dossier, LE_31_MARS, BFC)
    assert (q.intention, q.sujet and q.sujet.depuis) == ("changements", depuis), q.indices


def test_pourquoi_after_a_change_asks_for_the_lines_that_moved(dossier: Dossier) -> None:
    avant = Sujet(JURA, 2021, None, "", date(2022, 3, 15))
    q = comprend("pourquoi ?", dossier, LE_31_MARS, BFC, ("changements", avant))
    assert (q.intention, q.sujet and q.sujet.par) == ("changements", "ligne")


def test_a_campaign_may_be_named(dossier: Dossier) -> None:
    q = comprend("gains jura mi-année 2022", dossier, LE_31_MARS, BFC)
    assert q.sujet == Sujet(JURA, 2022, "2022-mi-annee")
