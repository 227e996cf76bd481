"""The tour itself: templates, filled trames, pull, the region's table, costliest findings, questions and answers."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from bots import answering, terminal
from config import safe_write
from config.errors import UserError
from config.folder import EXEMPLE
from config.french import euros, grand_montant, taux
from config.rights import CLAVIER
from config.territory import Perimetre
from jobs.commands import montre_bilan
from jobs.demo.filling import ABSENT, fichier_etranger, plan, remplit
from jobs.retours import VERROU, ecrit_les_retours
from jobs.taking_in.folders import Bilan, pull
from jobs.wiring import Atelier, atelier
from reports import progress
from reports.answer import Reponse
from reports.gains import gains
from reports.quality import rejets
from reports.view import Sujet
from sheets import writing
from sheets.trames import TRAMES
from sheets.writing.seal import is_untouched

CAMPAGNE = "2021-annuelle"
REGION = Perimetre("region", "BFC")
JOUR = date(2022, 3, 31)
QUESTIONS = (
    ("gains bfc 2021 par famille", None),
    ("combien a gagné le GHT du Jura ?", None),
    ("pourquoi ?", None),
    ("qui n'a pas remis ?", "referent.bfc@exemple.invalid"),
    ("gains de la Nièvre", "directeur.bfc-08@exemple.invalid"),
)
MARQUE = ".vigie-demo"


def visite(sortie: Path) -> Bilan:
    """Run the whole tour into `sortie`, made anew; return what was pulled."""
    _place_nette(sortie)
    monte = atelier(EXEMPLE, sortie / "vigie.sqlite", JOUR)
    terminal.titre("1. Les trames : une par GHT, un onglet par établissement")
    ecrit_les_trames(monte, sortie)
    terminal.ecrit(f"Trames vierges dans {sortie / 'trames'}, trames remplies dans {sortie / 'recus'}.")
    terminal.titre("2. Le relevé : lire, juger, enregistrer")
    with terminal.progression("Relevé") as avance:
        bilan = pull(monte.registre, monte.dossier, [sortie / "recus"], monte.maintenant, avance)
    montre_bilan(bilan)
    terminal.titre("3. Les retours : ce que chacun doit corriger, à côté de son fichier")
    envois = sorted(f for f in (sortie / "recus").glob("GHT *.xlsx"))
    ecrit_les_retours(monte, envois, sortie / "retours")
    terminal.titre("4. La région")
    montre_la_region(monte)
    terminal.titre("5. Ce qui coûte le plus")
    montre_les_rejets(monte)
    terminal.titre("6. Des questions, leurs réponses")
    for question, email in QUESTIONS:
        personne = monte.personne(email) if email else CLAVIER
        rendu = answering.repond(question, personne, monte.vue(), monte.maintenant())
        terminal.ecrit(f"\n« {question} »{f' ({personne.fonction})' if email else ''}", "bold cyan")
        terminal.ecrit(str(rendu["texte"]))
    terminal.titre("À vous")
    terminal.ecrit(f'  vigie ask "gains GHT Nièvre" --registre {sortie / "vigie.sqlite"} --today {JOUR}')
    terminal.ecrit(f'  ouvrez "{sortie / "retours" / "GHT Jura - retour.xlsx"}" : ce qu’un GHT reçoit en retour')
    terminal.ecrit(f'  vigie check "{sortie / "recus" / "GHT Jura.xlsx"}"')
    return bilan


def _place_nette(sortie: Path) -> None:
    """Start from nothing, but never erase a folder that the tour did not make, nor what someone wrote in it since."""
    if sortie.exists() and any(sortie.iterdir()):
        if not (sortie / MARQUE).exists():
            raise UserError(f"« {sortie} » contient déjà autre chose ; donnez un dossier neuf par --out.")
        if touche := next((f for f in sorted(sortie.rglob("*")) if not _de_la_visite(f, sortie)), None):
            raise UserError(
                f"« {touche} » a été ajouté ou modifié depuis la visite, qui l'effacerait. Déplacez-le, ou donnez un "
                "dossier neuf par --out."
            )
        shutil.rmtree(sortie)
    safe_write.create(sortie / MARQUE, b"")


def _de_la_visite(fichier: Path, sortie: Path) -> bool:
    """Whether a file of the tour's folder is as the tour left it; a register is nobody's writing."""
    if fichier.is_dir() or (fichier.parent == sortie and fichier.name.startswith((MARQUE, "vigie.sqlite"))):
        return True
    return fichier.name.startswith((VERROU, ".")) or is_untouched(fichier.read_bytes())


def ecrit_les_trames(monte: Atelier, sortie: Path) -> None:
    """Each GHT's trame, blank then filled; the one that never answers, and a file that is no trame."""
    dossier, trame = monte.dossier, TRAMES["paat"]
    campagne = dossier.campagnes[CAMPAGNE]
    lignes = plan(dossier, campagne)
    recus = sortie / "recus"
    with terminal.progression("Trames") as avance:
        for rang, ght in enumerate(dossier.territoire.ghts, 1):
            livre = writing.classeur(trame, ght, campagne, dossier)
            writing.ecrit(livre, sortie / "trames" / writing.nom_de_fichier(ght, campagne, dossier))
            if ght != ABSENT:
                remplit(livre, trame, ght, campagne, dossier, lignes)
                writing.ecrit(livre, recus / f"{dossier.territoire.ghts[ght].nom}.xlsx")
            avance(rang, len(dossier.territoire.ghts))
    writing.ecrit(fichier_etranger(), recus / "Congés 2022.xlsx")
    safe_write.create(recus / f"{VERROU}GHT Jura.xlsx", b"\x05verrou")


def montre_la_region(monte: Atelier) -> None:
    """One line per GHT: its state, what it declares, what is struck out, what is kept, against its objective."""
    vue = monte.vue()
    sujet = Sujet(REGION, 2021)
    rangs = [
        _rang(e.ght.nom, e.mots, gains(vue, Sujet(Perimetre("ght", e.ght.code), 2021)))
        for e in progress.etats(vue, sujet)
    ]
    r = gains(vue, sujet)
    rangs.append(_rang("Bourgogne-Franche-Comté", f"{r.recues} trames sur {r.attendues}", r))
    terminal.tableau(("GHT", "État", "Déclaré", "Retiré", "Retenu", "Objectif", "Atteinte"), rangs, (2, 3, 4, 5, 6))
    terminal.ecrit("L'objectif d'un GHT est sa part de celui de la région, répartie selon les achats.", "dim")


def _rang(nom: str, etat: str, r: Reponse) -> tuple[str, ...]:
    t = r.totaux
    objectif = grand_montant(r.objectif.montant) if r.objectif else "—"
    atteinte = taux(r.atteinte, 0) if r.atteinte is not None else "—"
    return nom, etat, *map(grand_montant, (t.gain_declare, t.gain_retire, t.gain_retenu)), objectif, atteinte


def montre_les_rejets(monte: Atelier) -> None:
    """The costliest blocking findings of the region, at their cells."""
    for e in rejets(monte.vue(), Sujet(REGION, 2021)).elements[:8]:
        if e.adresse and isinstance(e.valeur, int):
            place = f"{Path(e.adresse.fichier).name} · {e.adresse.feuille} · {e.adresse.cellule}"
            terminal.ecrit(f"  {euros(e.valeur):>13}  {place}", "bold")
            terminal.ecrit(f"                 {e.libelle}")
