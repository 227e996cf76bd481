"""What a text speaks of, and what it says it leaves out."""

from __future__ import annotations

import pytest

from config.folder import Folder
from sheets.judging.examples import finding_of
from sheets.trames import CATALOGUE

PENALTY, PRO_RATA, LOSS = "penalite-comptee", "prorata-deja-fait", "perte-declaree"


@pytest.mark.parametrize(
    "text",
    ["pénalités de retard du titulaire", "dont pénalités", "y compris les pénalités", "récupération de pénalités", "PÉNALITÉS 2021",
     "pe\u0301nalite\u0301s", "pénalités non déduites", "Baisse de prix sans changement de gamme, pénalités comprises",
     "aucune hausse ; pénalités de 500 €", "pénalités non négligeables", "sans déduire les pénalités", "pas d'avance. Pénalité appliquée"],
)  # fmt: skip
def test_penalties_that_are_counted_are_an_alarm(text: str, folder: Folder) -> None:
    assert finding_of(CATALOGUE[PENALTY], {"justification": text}, folder)


@pytest.mark.parametrize(
    "text",
    ["aucune pénalité", "Aucune pénalité n'a été comptée", "pénalités exclues du gain", "sans pénalités", "hors pénalités de retard",
     "pas de pénalité", "il n'y a pas eu de pénalités", "sans tenir compte des pénalités", "Pénalités : non", "pénalités : aucune",
     "les pénalités ne sont pas comptées", "pénalités de retard non comprises", "net des pénalités", "déduction faite des pénalités",
     "pénalités déduites", "ni pénalité ni avoir", "baisse de prix"],
)  # fmt: skip
def test_penalties_that_are_left_out_are_none(text: str, folder: Folder) -> None:
    assert finding_of(CATALOGUE[PENALTY], {"justification": text}, folder) is None


@pytest.mark.parametrize(
    "text",
    ["pro rata temporis", "proratisé sur 6 mois", "Gain proratisé", "calcul au prorata", "au pro-rata des mois", "PRORATA TEMPORIS",
     "pas de changement de prix, prorata de 8/12", "prorata appliqué"],
)  # fmt: skip
def test_a_gain_reduced_in_proportion_is_an_alarm(text: str, folder: Folder) -> None:
    assert finding_of(CATALOGUE[PRO_RATA], {"commentaire": text}, folder)


@pytest.mark.parametrize(
    "text",
    ["aucun prorata appliqué", "sans prorata", "sans prorata temporis", "hors prorata", "pas de prorata", "non proratisé",
     "prorata non appliqué", "Prorata : non", "gain annuel, pas proratisé", "prorata pas encore pris en compte"],
)  # fmt: skip
def test_a_gain_that_is_said_not_to_be_reduced_is_none(text: str, folder: Folder) -> None:
    assert finding_of(CATALOGUE[PRO_RATA], {"commentaire": text}, folder) is None


@pytest.mark.parametrize(
    ("statut", "words"),
    [
        ("réalisé", "elle est comptée"),
        ("potentiel", "pas comptée"),
        ("notifié", "pas comptée"),
        ("abandonné", "pas comptée"),
    ],
)
def test_a_loss_is_said_to_count_only_where_it_does(statut: str, words: str, folder: Folder) -> None:
    finding = finding_of(CATALOGUE[LOSS], {"gain_annuel": "-4000", "statut": statut}, folder)
    assert finding
    assert words in finding.message
