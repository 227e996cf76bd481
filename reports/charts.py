"""An answer → what its picture shows: bars with their names, their amounts and their objectives, and the same in words.

Pure. Never draws: see `plots`. Names nothing that someone typed in a trame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from config.folder import Dossier
from config.french import compte, grand_montant
from reports.answer import Element, Reponse
from reports.progress import Etat
from reports.sayable import labels_connus

INCONNUS = "libellés hors nomenclature"
TERRITOIRES = ("ght", "region", "etablissement")
ALTERNATIVE = 1000
"""Characters that Slack keeps of a picture's text."""


class Part(Enum):
    """What a piece of bar stands for; its value is the word of the key."""

    RETENU = "retenu"
    UNDER_ALERT = "retenu, sous alerte"
    PERTE = "perte (retenue)"
    RETIRE = "retiré"
    NOTIFIE = "notifié"
    REPORT = "report à reprendre"
    IMPUTE = "imputé, à part"
    REPONDU = "a répondu"
    VUE = "vue, pas encore remise"
    RIEN = "rien reçu"


@dataclass(frozen=True, slots=True)
class Morceau:
    """A piece of bar, from one amount to another: cents, or tabs received."""

    part: Part
    de: int
    a: int


@dataclass(frozen=True, slots=True)
class Barre:
    """One row: its name, what is said beside it, its pieces, and where its objective stands."""

    nom: str
    mots: str
    morceaux: tuple[Morceau, ...] = ()
    objectif: int | None = None


@dataclass(frozen=True, slots=True)
class Dessin:
    """A picture before it is drawn. `titre` is the sentence that the answer says, `pied` on what it stands."""

    titre: str
    pied: str
    barres: tuple[Barre, ...]
    en_euros: bool = True
    """Whether the bars measure cents; else they are marks of one length."""

    @property
    def alternative(self) -> str:
        """The same in words, for those who cannot see it; cut after a whole row when it is long."""
        texte = f"{self.titre} Graphique en barres"
        for rang, b in enumerate(self.barres):
            suite = f"{' : ' if not rang else ' ; '}{b.nom}, {b.mots}"
            reste = f" ; et {compte(len(self.barres) - rang, 'autre')}."
            if len(texte) + len(suite) + len(reste) > ALTERNATIVE:
                return texte + reste
            texte += suite
        return f"{texte}."


def dessin(r: Reponse, etats: Sequence[Etat], dossier: Dossier, titre: str, pied: str) -> Dessin | None:
    """What the picture of an answer shows; None when it has nothing to show.

    `etats` is read for « statut » and « retards » alone.
    """
    if r.intention in ("statut", "retards"):
        barres = [_etat(e) for e in etats if r.intention == "statut" or not e.repondu or e.onglets < e.attendus]
        return Dessin(titre, pied, tuple(barres), en_euros=False) if barres else None
    if r.intention == "prevision":
        return Dessin(titre, pied, tuple(_prevision(r)))
    if r.intention in ("gains", "objectif") and not r.elements:
        r = replace(r, elements=(_en_tout(r, dossier),))
    connus = labels_connus(dossier)
    elements = _nommes(r.elements, connus | {e.libelle for e in r.elements if e.libelle.isdigit() and not r.par})
    return Dessin(titre, pied, tuple(_barre(e, r) for e in elements)) if elements else None


def _en_tout(r: Reponse, dossier: Dossier) -> Element:
    """The whole as one bar, for those to whom its parts are closed."""
    objectif = r.objectif.montant if r.objectif else None
    t = r.totaux
    return Element(dossier.territoire.nom(r.perimetre), t.gain_retenu, retire=t.gain_retire, objectif=objectif,
                   sous_alerte=r.sous_alerte)  # fmt: skip


def _nommes(elements: Sequence[Element], connus: frozenset[str]) -> list[Element]:
    """The elements under names of ours; those that people named themselves are added up, last."""
    gardes = [e for e in elements if e.libelle in connus]
    autres = [e for e in elements if e.libelle not in connus]
    if not autres:
        return gardes
    somme = sum(int(e.valeur or 0) for e in autres)
    return [*gardes, Element(INCONNUS, somme, retire=sum(e.retire for e in autres))]


def _barre(e: Element, r: Reponse) -> Barre:
    if e.valeur is None:
        return Barre(e.libelle, e.precision or "rien reçu", (), e.objectif)
    retenu = int(e.valeur)
    morceaux = _kept(retenu, e.sous_alerte)
    if e.retire:
        morceaux.append(Morceau(Part.RETIRE, max(retenu, 0), max(retenu, 0) + e.retire))
    mots = [grand_montant(retenu)]
    if e.sous_alerte:
        mots.append(f"dont {grand_montant(e.sous_alerte)} sous alerte")
    if r.intention == "classement":
        mots.insert(0, e.precision.partition(",")[0])
    if e.retire:
        mots.append(f"{grand_montant(e.retire)} retirés")
    if e.objectif is not None:
        mots.append(f"objectif {grand_montant(e.objectif)}")
    if "provisoire" in e.precision:
        mots.append("provisoire")
    return Barre(e.libelle, ", ".join(mots), tuple(morceaux), e.objectif)


def _kept(cents: int, under: int) -> list[Morceau]:
    """A kept amount: a loss, or what bears no alert, then what does."""
    if cents <= 0:
        return [Morceau(Part.PERTE, 0, cents)] if cents else []
    sound = max(cents - under, 0)
    return [m for m in (Morceau(Part.RETENU, 0, sound), Morceau(Part.UNDER_ALERT, sound, cents)) if m.de != m.a]


def _prevision(r: Reponse) -> list[Barre]:
    """Each part where the one before ends, then their sum against the objective; the imputed part beside them."""
    barres, depart, morceaux = [], 0, []
    parts = ((Part.RETENU, "Retenu", r.totaux.gain_retenu), (Part.NOTIFIE, "Notifié", _fait(r, "notifie")),
             (Part.REPORT, f"Report de {r.exercice - 1} à reprendre", _fait(r, "report")))  # fmt: skip
    for part, nom, cents in parts:
        if not cents and part is not Part.RETENU:
            continue
        morceau = Morceau(Part.PERTE if cents < 0 else part, depart, depart + cents)
        barres.append(Barre(nom, grand_montant(cents), (morceau,)))
        morceaux.append(morceau)
        depart += cents
    objectif = r.objectif.montant if r.objectif else None
    vise = f", objectif {grand_montant(objectif)}" if objectif is not None else ""
    barres.append(
        Barre(f"Prévision {r.exercice}", f"{grand_montant(int(r.valeur or 0))}{vise}", tuple(morceaux), objectif)
    )
    if impute := _fait(r, "impute"):
        nom = f"À part : {compte(_fait(r, 'absents'), 'GHT', 'GHT')} sans réponse"
        barres.append(Barre(nom, f"{grand_montant(impute)} imputés", (Morceau(Part.IMPUTE, depart, depart + impute),)))
    return barres


def _fait(r: Reponse, nom: str) -> int:
    return int(str(r.faits.get(nom, 0)))


def _etat(e: Etat) -> Barre:
    """Where a GHT stands; why someone entered it on its behalf stays out, that is a text."""
    part = Part.REPONDU if e.repondu else Part.VUE if e.progres == "vue" else Part.RIEN
    return Barre(e.ght.nom, replace(e, pour_le_compte="").mots, (Morceau(part, 0, 1),))


def parts(d: Dessin) -> list[Part]:
    """What the key explains: the parts that are drawn, in their order."""
    vues = {m.part for b in d.barres for m in b.morceaux}
    return [p for p in Part if p in vues]
