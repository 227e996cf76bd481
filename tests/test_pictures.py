"""A picture shows the bars of the answer and nothing else: right amounts, nothing cut, the same in words, only one's own."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from bots.answer_files import FABRIQUES, image
from bots.answering import Regards, rend
from bots.grammar.question import Forme
from config.errors import UserError
from config.folder import Dossier
from config.rights import CLAVIER, Regard
from config.territory import Perimetre
from reports import drawing
from reports.answer import Element, Reponse
from reports.charts import ALTERNATIVE, INCONNUS, Barre, Dessin, Morceau, Part, dessin
from tests.region import Region, nouvelle

MIDI = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
FOURNISSEUR = "Tartempion"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = nouvelle(tmp_path_factory.mktemp("region"))
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {
        "390780146": [{"gain_annuel": 12_000, "date_premiere_commande": date(2021, 1, 4)},
                      {"gain_annuel": 6_000, "montant_reference": 1000, "date_premiere_commande": date(2021, 1, 4)}],
        "390780153": [{"gain_annuel": -2_400, "date_premiere_commande": date(2021, 1, 4), "famille": FOURNISSEUR}],
    })  # fmt: skip
    region.heure = MIDI
    return region


def reponse(intention: str, elements: Iterable[Element], **reste: object) -> Reponse:
    vide = Reponse(intention, Perimetre("region", "BFC"), 2021, "2021-annuelle", MIDI.date(), None, "EUR", 1, 11)
    return replace(vide, elements=tuple(elements), **reste)  # type: ignore[arg-type]


def dessine(r: Reponse, dossier: Dossier) -> Dessin:
    trace = dessin(r, [], dossier, "Le titre.", "Le pied.")
    assert trace
    return trace


def barres(d: Dessin) -> dict[str, list[tuple[float, float]]]:
    """By word of the key, where each bar that was really drawn begins and ends."""
    vues: dict[str, list[tuple[float, float]]] = {}
    for conteneur in drawing.figure(d).axes[0].containers:
        for patch in conteneur:
            assert isinstance(patch, Rectangle)
            bouts = sorted((patch.get_x(), patch.get_x() + patch.get_width()))
            vues.setdefault(str(conteneur.get_label()), []).append((round(bouts[0]), round(bouts[1])))
    return vues


def taille(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    large, haut = struct.unpack(">II", png[16:24])
    return large, haut


# What is drawn


def test_kept_then_struck_end_to_end_and_a_loss_goes_left(dossier: Dossier) -> None:
    jura, nievre = dossier.territoire.ghts["BFC-08"].nom, dossier.territoire.ghts["BFC-06"].nom
    d = dessine(
        reponse("gains", [Element(jura, 900_000, retire=100_000, objectif=950_000), Element(nievre, -50_000)]), dossier
    )
    assert barres(d) == {"retenu": [(0, 900_000)], "retiré": [(900_000, 1_000_000)], "perte (retenue)": [(-50_000, 0)]}
    (axes,) = drawing.figure(d).axes
    assert [ligne.get_xdata()[0] for ligne in axes.lines if ligne.get_gid() == "objectif"] == [950_000]  # type: ignore[index]
    gauche, droite = axes.get_xlim()
    assert gauche < -50_000
    assert droite > 1_000_000


def test_the_forecast_is_a_stair_and_what_is_imputed_stands_apart(dossier: Dossier) -> None:
    totaux = replace(reponse("prevision", []).totaux, gain_declare=500, gain_retenu=500)
    faits = {"notifie": 200, "report": 100, "impute": 300, "absents": 2}
    d = dessine(reponse("prevision", [], totaux=totaux, valeur=800, faits=faits), dossier)
    assert barres(d) == {"retenu": [(0, 500), (0, 500)], "notifié": [(500, 700)] * 2, "report à reprendre": [(700, 800)] * 2,
                         "imputé, à part": [(800, 1100)]}  # fmt: skip
    assert [b.nom for b in d.barres][-2:] == ["Prévision 2021", "À part : 2 GHT sans réponse"]


def test_nothing_received_is_a_row_without_a_bar(dossier: Dossier) -> None:
    nom = dossier.territoire.ghts["BFC-08"].nom
    d = dessine(reponse("gains", [Element(nom, None, "rien reçu")]), dossier)
    assert barres(d) == {}
    assert (d.barres[0].nom, d.barres[0].mots) == (nom, "rien reçu")


def test_a_label_that_someone_typed_is_counted_and_not_named(dossier: Dossier) -> None:
    famille = next(iter(dossier.nomenclature.familles))
    elements = [Element(famille, 500), Element(FOURNISSEUR, 30, retire=1), Element("<!channel>", 4)]
    d = dessine(reponse("gains", elements, par="famille"), dossier)
    assert [(b.nom, b.morceaux[0].a) for b in d.barres] == [(famille, 500), (INCONNUS, 34)]
    assert FOURNISSEUR not in str(d)


def test_a_number_that_is_no_year_of_ours_is_not_named_either(dossier: Dossier) -> None:
    assert dessine(reponse("evolution", [Element("2021", 5)]), dossier).barres[0].nom == "2021"
    assert dessine(reponse("gains", [Element("2021", 5)], par="famille"), dossier).barres[0].nom == INCONNUS


# How it looks


def trente(dossier: Dossier, en_euros: bool = True) -> Dessin:
    """A large region with names as long as names get, losses, and amounts that say everything."""
    nom = "GHT du Nord-Ouest Vexin Val-d'Oise et des Hôpitaux du Territoire de la Vallée"
    mots = (
        "12 345 678 €, 2,3 M€ retirés, objectif 14,5 M€, provisoire"
        if en_euros
        else "remise, 3 lignes à corriger, 5 onglets sur 7, en retard"
    )
    titre = "Gains d'Île-de-France en 2021 : 14,6 M€ retenus. Objectif : 16,0 M€, atteint à 91,3 %. Retiré : 2,2 M€ sur 16,8 M€ déclarés."
    lignes = [
        Barre(f"{nom} n° {n}", mots, (Morceau(Part.RETENU, 0, n * 10**8),), n * 10**8 + 5)
        if en_euros else Barre(nom, mots, (Morceau(Part.VUE, 0, 1),)) for n in range(1, 31)
    ]  # fmt: skip
    return Dessin(
        titre,
        "10 trames reçues sur 30, dont 968 k€ provisoires (trames vues, pas encore remises) · 2021-annuelle",
        tuple(lignes),
        en_euros,
    )


@pytest.mark.parametrize("en_euros", [True, False])
def test_nothing_is_cut_and_no_two_words_meet_however_long_the_names(dossier: Dossier, en_euros: bool) -> None:
    f = drawing.figure(trente(dossier, en_euros))
    f.canvas.draw()
    large, haut = f.bbox.width, f.bbox.height
    cadres = [t.get_window_extent() for t in f.findobj(Text) if t.get_text().strip()]
    assert len(cadres) >= 32
    for c in cadres:
        assert c.x0 >= 0
        assert c.x1 <= large
        assert c.y0 >= 0
        assert c.y1 <= haut
    rangees = sorted((t.get_window_extent() for t in f.axes[0].texts), key=lambda c: -c.y0)
    assert all(dessus.y0 > dessous.y1 for dessus, dessous in pairwise(rangees))


def test_it_is_as_wide_as_a_telephone_and_light_enough_to_send(dossier: Dossier) -> None:
    octets = drawing.png(trente(dossier))
    large, haut = taille(octets)
    assert large == 1080
    assert haut > 30 * 60
    assert len(octets) < 2_000_000
    assert octets == drawing.png(trente(dossier))


def test_pictures_drawn_in_several_threads_are_the_same(dossier: Dossier) -> None:
    d = dessine(reponse("gains", [Element("GHT Jura", 900_000, retire=5), Element("GHT Nièvre", 5)]), dossier)
    with ThreadPoolExecutor(4) as fils:
        assert len(set(fils.map(drawing.png, [d] * 12))) == 1


def test_a_dollar_is_a_dollar(dossier: Dossier) -> None:
    """Else what stands between two of them is read as a formula, and a picture fails on a name."""
    assert taille(drawing.png(Dessin("Achats $\\x$ de 2021", "$_$", (Barre("GHT $\\frac$", "1 k€"),))))[0] == 1080


def test_what_is_told_apart_by_colour_is_told_apart_by_hatching_or_outline_too() -> None:
    for dessines in ((Part.RETENU, Part.RETIRE), (Part.REPONDU, Part.VUE, Part.RIEN), (Part.RETENU, Part.IMPUTE)):
        sans_couleur = {(c.get("hatch"), c.get("linestyle")) for c in (drawing.COULEURS[p] for p in dessines)}
        assert len(sans_couleur) == len(dessines)


# In words


def test_the_words_of_a_picture_say_every_bar_or_how_many_are_left(dossier: Dossier) -> None:
    court = Dessin("Titre.", "", (Barre("GHT Jura", "907 k€"), Barre("GHT Nièvre", "1,3 M€")))
    assert court.alternative == "Titre. Graphique en barres : GHT Jura, 907 k€ ; GHT Nièvre, 1,3 M€."
    long = trente(dossier).alternative
    assert len(long) <= ALTERNATIVE
    dites = long.count("12 345 678")
    assert long.endswith(f"et {30 - dites} autres.")


# Asked for


def test_a_total_is_drawn_by_its_parts_with_the_sentence_of_the_answer_for_title(region: Region) -> None:
    rendu = rend("gains GHT Jura 2021 en image", CLAVIER, region.vue, MIDI)
    piece = image(rendu)
    assert piece.nom == "gains-BFC-08-2021-par-etablissement.png"
    assert piece.alternative.startswith(str(rendu.objet["texte"]).partition("\n")[0])
    noms = region.dossier.territoire.etablissements
    assert f"{noms['390780146'].nom}, 12\u202f000\xa0€" not in piece.alternative
    assert f"{noms['390780146'].nom}, 12\xa0k€, 6\u202f000\xa0€ retirés" in piece.alternative
    assert f"{noms['390780153'].nom}, −2\u202f400\xa0€" in piece.alternative
    assert taille(piece.octets)[0] == 1080


def test_a_director_of_elsewhere_gets_no_picture_and_a_reader_the_total_alone(region: Region) -> None:
    p = region.dossier.personnes
    with pytest.raises(UserError, match="pas ouvert à votre profil"):
        image(rend("gains GHT Jura 2021", p["directeur.bfc-06@exemple.invalid"], region.vue, MIDI))
    total = image(rend("gains BFC 2021", p["lecture@exemple.invalid"], region.vue, MIDI))
    assert "Jura" not in total.alternative
    assert "Bourgogne-Franche-Comté, 9\u202f600\xa0€, 6\u202f000\xa0€ retirés" in total.alternative
    with pytest.raises(UserError, match="rien à dessiner"):
        image(rend("statut BFC 2021", p["lecture@exemple.invalid"], region.vue, MIDI))


PERSONNES = (
    "dgos@exemple.invalid", "referent.bfc@exemple.invalid", "lecture@exemple.invalid", "operateur.uniha@exemple.invalid",
    "directeur.bfc-08@exemple.invalid", "directeur.bfc-06@exemple.invalid", "achats.390780153@exemple.invalid",
)  # fmt: skip


@pytest.mark.parametrize("email", PERSONNES)
@pytest.mark.parametrize("forme", ["image", "tableur"])
def test_no_file_says_more_than_the_answer_in_words_and_lines_only_to_those_who_may_see_them(
    region: Region, email: str, forme: Forme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every drawn question on every kind of territory: a name in the picture is one that the words of the answer open."""
    monkeypatch.setattr(drawing, "png", lambda d: b"")
    personne, t = region.dossier.personnes[email], region.dossier.territoire
    rendus = 0
    for lieu in ("France", "BFC", "BFC-08", "BFC-06", "390780146", "390780153"):
        for mot in (
            "gains",
            "objectif",
            "statut",
            "qui n'a pas remis",
            "évolution",
            "classement",
            "prévision",
            "rejets",
        ):
            rendu = rend(f"{mot} {lieu} 2021", personne, region.vue, MIDI)
            try:
                piece = FABRIQUES[forme](rendu)
            except UserError:
                continue
            rendus += 1
            sujet = rendu.question.sujet
            assert sujet
            droit = Regards(personne, region.vue).sur(sujet.perimetre)
            assert droit is not Regard.RIEN
            assert forme == "image" or droit is Regard.TOUT
            if droit is Regard.TOTAUX:
                dedans = {g.nom for g in t.ghts.values()} | {e.nom for e in t.etablissements.values()}
                vus = {e.libelle for e in (rendu.reponse.elements if rendu.reponse else ())} | {t.nom(sujet.perimetre)}
                assert not [nom for nom in dedans - vus if f"{nom}," in piece.alternative], (
                    mot,
                    lieu,
                    piece.alternative,
                )
    assert (rendus == 0) == (personne.role == "operateur" or (forme == "tableur" and personne.role == "lecture"))


@pytest.mark.parametrize(("question", "dit"), [
    ("statut BFC 2021", "GHT Jura, remise"), ("qui n'a pas remis BFC 2021", "GHT Nièvre, rien reçu"),
    ("évolution BFC", "2021, 9\u202f600"), ("compare GHT Jura et GHT Nièvre 2021", "GHT Nièvre, rien reçu"),
    ("classement BFC 2021", "GHT Jura, 1er sur 1"), ("prévision BFC 2021", "Prévision 2021, 9\u202f600"),
    ("gains BFC 2021 par famille", INCONNUS), ("objectif BFC 2021", "GHT Jura, 9\u202f600"),
])  # fmt: skip
def test_every_answer_that_people_would_rather_look_at_has_its_picture(region: Region, question: str, dit: str) -> None:
    piece = image(rend(question, CLAVIER, region.vue, MIDI))
    assert dit in piece.alternative
    assert FOURNISSEUR not in piece.alternative
    taille(piece.octets)


def test_an_answer_without_a_picture_says_what_can_be_drawn(region: Region) -> None:
    with pytest.raises(UserError, match=r"Je ne sais pas dessiner cette réponse.*gains BFC 2021"):
        image(rend("pourquoi gains GHT Jura 2021", CLAVIER, region.vue, MIDI))
