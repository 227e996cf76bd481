"""A file's bytes → a judged workbook: typed lines, findings at their cells, control totals.

The whole judgement of one file, with the region's folder and nothing else. Runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from config.campagne import Campagne
from config.dossier import Dossier
from config.langue import proche
from sheets import accueil, excel, reading
from sheets.accueil import Accueil
from sheets.cells import Reconnu
from sheets.checks import CATALOGUE, classeur
from sheets.checks.catalogue import Contexte, Controle, Ecart, Portee, pour
from sheets.constats import Constat, Gravite, rang
from sheets.excel import OngletBrut
from sheets.lignes import Classeur, Ligne, Onglet
from sheets.reading import LigneLue
from sheets.trame import Tampon, Trame, lit_tampon
from sheets.trames import TRAMES

PROFONDEUR_DU_TAMPON = 12


def juge(fichier: str, octets: bytes, dossier: Dossier) -> Classeur:
    """Read and judge one workbook. Never raises for what the file holds: a refusal is a finding."""
    tampon = None
    try:
        bruts = list(excel.ouvre(octets))
        tampons = [_tampon_de(o) for o in bruts]
        tampon = next((t for t in tampons if t), None) or _tampon_des_proprietes(octets)
        if tampon is None:
            raise excel.Refus(classeur.trame_inconnue([o.nom for o in bruts]))
        tampon = replace(tampon, finess="")
        trame, campagne = _reconnait(tampon, dossier)
    except excel.Refus as refus:
        return Classeur(fichier, tampon, (), (refus.constat,), lisible=False)
    onglets, constats, dit = _Jugement(trame, campagne, tampon, dossier, octets).classeur(bruts, tampons)
    return Classeur(fichier, tampon, onglets, constats, lisible=True, remis=dit.remis, contact=dit.contact)


def _tampon_de(onglet: OngletBrut) -> Tampon | None:
    textes = (c for rangee in onglet.rangees[:PROFONDEUR_DU_TAMPON] for c in rangee if isinstance(c, str))
    return next((t for t in map(lit_tampon, textes) if t), None)


def _tampon_des_proprietes(octets: bytes) -> Tampon | None:
    return lit_tampon(excel.proprietes(octets).get("vigie", ""))


def _reconnait(tampon: Tampon, dossier: Dossier) -> tuple[Trame, Campagne]:
    """The trame and campaign a stamp names. Raises Refus when the file cannot be trusted to be one of ours."""
    trame = TRAMES.get(tampon.trame)
    if trame is None or tampon.version not in trame.versions_lues:
        lues = trame.versions_lues if trame else tuple(TRAMES)
        raise excel.Refus(classeur.version_non_lue(f"{tampon.trame} {tampon.version}", lues))
    if tampon.ght not in dossier.territoire.ghts:
        raise excel.Refus(classeur.ght_inconnu(tampon.ght))
    if tampon.campagne not in dossier.campagnes:
        raise excel.Refus(classeur.campagne_inconnue(tampon.campagne, list(dossier.campagnes)))
    return trame, dossier.campagnes[tampon.campagne]


class _Jugement:
    """What is the same for every tab of one workbook, kept together while it is judged."""

    def __init__(self, trame: Trame, campagne: Campagne, tampon: Tampon, dossier: Dossier, octets: bytes) -> None:
        self.trame, self.campagne, self.tampon, self.dossier, self.octets = trame, campagne, tampon, dossier, octets
        self.lecteurs = reading.lecteurs(trame, dossier)
        self.membres = {e.finess: e.nom for e in dossier.territoire.membres(tampon.ght, campagne.situation)}
        self.constats: list[Constat] = []

    def classeur(
        self, bruts: list[OngletBrut], tampons: list[Tampon | None]
    ) -> tuple[tuple[Onglet, ...], tuple[Constat, ...], Accueil]:
        """Every tab of the workbook, then what needs all its lines."""
        premier = next((o for o in bruts if accueil.est_accueil(o)), None)
        dit = accueil.lit(premier) if premier else Accueil()
        onglets: list[Onglet] = []
        for brut, tampon in zip(bruts, tampons, strict=True):
            if brut is not premier:
                onglets += self.onglet(brut, tampon, dit, {o.finess: o.feuille for o in onglets})
        onglets += self.neants(dit, {o.finess for o in onglets})
        self.manquants(onglets)
        self.ensemble("trame", [(o, ligne) for o in onglets for ligne in o.lignes], self.contexte(None))
        onglets = [self.avec_blocages(o) for o in onglets]
        return tuple(onglets), tuple(self.avec_enjeux(onglets)), dit

    def contexte(self, achats: int | None) -> Contexte:
        return Contexte(self.campagne, self.dossier.nomenclature, self.dossier.seuils, achats)

    def onglet(self, brut: OngletBrut, tampon: Tampon | None, dit: Accueil, deja: Mapping[str, str]) -> list[Onglet]:
        """One tab, or none when it is not a tab of this trame (a note, a list)."""
        lu = reading.lit(brut, self.trame, self.lecteurs, self.octets)
        if lu is None and not (tampon and tampon.finess):
            return []
        finess, doute = self.etablissement(brut.nom, tampon, deja)
        if lu is None:
            doute = doute or f"L'onglet « {brut.nom} » n'a plus ses en-têtes de colonnes."
        if doute or lu is None:
            self.constats.append(classeur.onglet_inconnu(doute, feuille=brut.nom))
            return []
        self.constats += lu.constats
        achats = dit.achats.get(finess)
        contexte = self.contexte(achats or self.achats_connus(finess))
        lignes = self.lignes(brut.nom, lu.lignes, lu.colonnes, contexte)
        onglet = Onglet(
            brut.nom, finess, lu.colonnes, lignes, lu.vides, lu.ignorees, achats,
            neant=not lignes and finess in dit.neants, refuse=not lu.utilisable,
        )  # fmt: skip
        if lu.utilisable and not lignes and not onglet.neant:
            self.constats.append(classeur.onglet_vide(self.membres[finess], feuille=brut.nom))
        self.ensemble("tableau", [(onglet, ligne) for ligne in lignes], contexte)
        return [onglet]

    def etablissement(self, nom: str, tampon: Tampon | None, deja: Mapping[str, str]) -> tuple[str, str]:
        """(FINESS, doubt): whose tab this is, by its stamp or else by its name; a doubt refuses the tab."""
        finess = tampon.finess if tampon and tampon.finess else self.par_nom(nom)
        if not finess:
            return "", f"L'onglet « {nom} » ne dit pas pour quel établissement il est rempli."
        if finess not in self.membres:
            return (
                "",
                f"L'onglet « {nom} » est celui de l'établissement {finess}, qui n'est pas du GHT {self.tampon.ght}.",
            )
        if finess in deja:
            return "", f"L'onglet « {nom} » est au nom de {self.membres[finess]}, comme l'onglet « {deja[finess]} »."
        return finess, ""

    def par_nom(self, nom: str) -> str:
        voisin = proche(nom, self.membres.values(), seuil=92)
        return next((f for f, n in self.membres.items() if n == voisin), "")

    def achats_connus(self, finess: str) -> int | None:
        """Total purchases of the exercice known to the region, else the latest known before it."""
        connus = {n: m for (f, n), m in self.dossier.achats.items() if f == finess and n <= self.campagne.exercice}
        return connus[max(connus)] if connus else None

    def neants(self, dit: Accueil, deja: set[str]) -> list[Onglet]:
        """Établissements without a tab that say « rien à déclarer » on the first one."""
        muets = sorted(dit.neants & (self.membres.keys() - deja))
        return [Onglet(accueil.TITRE, f, {}, achats=dit.achats.get(f), neant=True) for f in muets]

    def manquants(self, onglets: list[Onglet]) -> None:
        absents = [nom for finess, nom in self.membres.items() if finess not in {o.finess for o in onglets}]
        if absents:
            self.constats.append(classeur.onglet_manquant(absents))

    def lignes(
        self, feuille: str, lues: list[LigneLue], colonnes: dict[str, str], contexte: Contexte
    ) -> tuple[Ligne, ...]:
        """Type, measure and judge each line; give a number to those that have none of their own."""
        lignes = []
        pris: set[str] = set()
        ecrits = {lue.valeurs.get("action_id") for lue in lues}
        suivant = iter(n for n in (f"{i:04d}" for i in range(1, 10_000 + len(lues))) if n not in ecrits)
        for lue in lues:
            ecrit = lue.valeurs.get("action_id")
            numero = ecrit if ecrit and ecrit not in pris else next(suivant)
            valeurs = self.trame.ligne(**{**lue.valeurs, "action_id": numero})
            if ecrit and ecrit != numero:
                adresse = f"{colonnes['action_id']}{lue.numero}"
                self.constats.append(
                    classeur.numero_en_double(ecrit, numero, feuille=feuille, ligne=lue.numero, cellule=adresse)
                )
            pris.add(numero)
            mesure = self.trame.mesure(valeurs, self.campagne.exercice, self.campagne.situation)
            ligne = Ligne(lue.numero, numero, valeurs, mesure)
            for controle, ecart in _ecarts(lue, ligne, self.trame, contexte):
                self.signale(controle, ecart, feuille, ligne, colonnes)
            lignes.append(ligne)
        return tuple(lignes)

    def ensemble(self, portee: Portee, lignes: list[tuple[Onglet, Ligne]], contexte: Contexte) -> None:
        """Run the checks that need several lines, and place their findings."""
        onglets = {id(ligne): onglet for onglet, ligne in lignes}
        for controle in pour(self.trame.code, portee):
            for ligne, ecart in controle.fonction([ligne for _, ligne in lignes], contexte):
                onglet = onglets[id(ligne)]
                self.signale(controle, ecart, onglet.feuille, ligne, onglet.colonnes)

    def signale(self, controle: Controle, ecart: Ecart, feuille: str, ligne: Ligne, colonnes: dict[str, str]) -> None:
        constat = controle.constat(
            ecart, feuille=feuille, ligne=ligne.numero,
            cellule=f"{colonnes[ecart.colonne]}{ligne.numero}" if ecart.colonne in colonnes else "",
        )  # fmt: skip
        if controle.code in self.dossier.essais and constat.gravite is Gravite.REJET:
            constat = replace(constat, gravite=Gravite.ALERTE, message=f"{constat.message} (contrôle à l'essai)")
        self.constats.append(constat)

    def avec_blocages(self, onglet: Onglet) -> Onglet:
        bloquees = {
            c.ligne for c in self.constats if c.gravite is Gravite.REJET and c.feuille == onglet.feuille and c.ligne
        }
        lignes = tuple(replace(li, bloquee=True) if li.numero in bloquees else li for li in onglet.lignes)
        return replace(onglet, lignes=lignes)

    def avec_enjeux(self, onglets: Iterable[Onglet]) -> list[Constat]:
        """Each blocking finding with the cents it strikes out; costliest first, then in the order of the sheet."""
        retires = {(o.feuille, ligne.numero): ligne.retire for o in onglets for ligne in o.lignes}
        constats = [
            replace(c, enjeu=retires.get((c.feuille, c.ligne or 0), 0)) if c.gravite is Gravite.REJET else c
            for c in self.constats
        ]
        return sorted(constats, key=rang)


def _ecarts(lue: LigneLue, ligne: Ligne, trame: Trame, contexte: Contexte) -> Iterable[tuple[Controle, Ecart]]:
    """Everything the checks have to say of one line: cells first, then the line as a whole."""
    for c in trame.colonnes:
        probleme = lue.problemes.get(c.cle)
        requis = c.requis is not None and c.requis.quand(lue.valeurs)
        if isinstance(probleme, Reconnu):
            yield _sur_cellule("valeur-reconnue", c.cle, c.titre, requis, probleme)
        elif probleme is not None:
            yield _sur_cellule(probleme.code, c.cle, c.titre, requis, probleme)
        elif requis and c.requis and c.cle not in lue.valeurs:
            yield _sur_cellule(c.requis.code, c.cle, c.titre, requis, None)
    for controle in pour(trame.code, "ligne"):
        if ecart := controle.fonction(ligne.valeurs, contexte):
            yield controle, ecart


def _sur_cellule(code: str, colonne: str, titre: str, requis: bool, probleme: object) -> tuple[Controle, Ecart]:
    controle = CATALOGUE[code]
    return controle, replace(controle.fonction(titre, requis, probleme), colonne=colonne)
