"""A file's bytes → a judged workbook: typed lines, findings at their cells, control totals.

The whole judgement of one file, with the region's folder and nothing else. Runs in a worker process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from config.campaign import Campagne
from config.folder import Dossier
from config.secrets import MASQUE, SECRET, masque
from sheets import first_tab
from sheets.cells import Probleme
from sheets.checks import CATALOGUE, on_workbooks
from sheets.companion_mark import est_un_retour
from sheets.findings import Constat, Gravite, rang
from sheets.first_tab import Accueil
from sheets.judged import Classeur, Ligne, Onglet
from sheets.judging.lines import juge_la_trame, juge_lignes
from sheets.judging.tabs import Envoi, Tab, bears_the_name_of, by_trust, etablissement_de, set_aside
from sheets.reading import opening, sheet_xml
from sheets.reading import rows as reading
from sheets.reading.opening import OngletBrut
from sheets.reading.second_try import relit
from sheets.reading.unwrapping import unwrapped
from sheets.trame import Tampon, Trame, lit_tampon
from sheets.trames import TRAMES

PROFONDEUR_DU_TAMPON = 12


def juge(fichier: str, octets: bytes, dossier: Dossier) -> Classeur:
    """Read and judge one workbook. Never raises for what the file holds: a refusal is a finding.

    A reading that fails, or that the XML contradicts, is taken again on the workbook rewritten.
    """
    try:
        return _discret(_juge(fichier, octets, dossier))
    except opening.MalLu:
        return juge_rogne(fichier, octets, dossier)


def _discret(rendu: Classeur) -> Classeur:
    """The judged workbook with what is secret in the names of its tabs and in its headings hidden; cells are already."""
    a_voir = any(masque(o.feuille) != o.feuille for o in rendu.onglets)
    onglets = tuple(replace(o, feuille=masque(o.feuille)) for o in rendu.onglets) if a_voir else rendu.onglets
    constats = tuple(_tu(c) if a_voir or c.ligne is None else c for c in rendu.constats)
    return replace(rendu, fichier=masque(rendu.fichier), onglets=onglets, constats=constats)


def _tu(c: Constat) -> Constat:
    return c._replace(
        message=masque(c.message), correction=masque(c.correction), feuille=masque(c.feuille), valeur=masque(c.valeur)
    )


def juge_rogne(fichier: str, octets: bytes, dossier: Dossier) -> Classeur:
    """The second try, on the workbook rewritten and cut down to what is within reach of a table."""
    try:
        rogne = relit(octets)
        rendu = _discret(_juge(fichier, rogne.octets, dossier, relu=True))
    except opening.Refus as refus:
        return _discret(Classeur(fichier, None, (), (refus.constat,), lisible=False))
    dits = [on_workbooks.cellule_lointaine(list(rogne.lointaines))] if rogne.lointaines else []
    dits += [on_workbooks.onglet_sans_contenu(nom, feuille=nom) for nom in map(masque, rogne.absents)]
    return replace(rendu, constats=(*rendu.constats, *dits))


def _juge(fichier: str, octets: bytes, dossier: Dossier, *, relu: bool = False) -> Classeur:
    """One reading and its judgement; `relu` if two parsers have agreed on it. Raises MalLu when it cannot be trusted."""
    tampon = None
    try:
        octets = unwrapped(octets)
        bruts = opening.ouvre(octets)
        tampons = [tampon_de(o) for o in bruts]
        proprietes = opening.proprietes(octets)
        propriete = lit_tampon(proprietes.get("vigie", ""))
        if est_un_retour(proprietes, map(haut_de, bruts), any(tampons) or propriete is not None):
            raise opening.Refus(on_workbooks.retour_de_vigie())
        tampon = le_plus_frequent([replace(t, finess="") for t in tampons if t]) or propriete
        if tampon is None:
            raise opening.Refus(on_workbooks.trame_inconnue([o.nom for o in bruts]))
        trame, campagne = _reconnait(tampon, dossier)
    except opening.MalLu:
        raise
    except opening.Refus as refus:
        return Classeur(fichier, tampon, (), (refus.constat,), lisible=False)
    premier = first_tab.first_tab(zip(bruts, tampons, strict=True))
    dit = first_tab.lit(premier) if premier else Accueil()
    suspects = _achats_suspects(dit, dossier, campagne)
    membres = {e.finess: e.nom for e in dossier.territoire.membres(tampon.ght, campagne.situation)}
    envoi = Envoi(octets, trame, campagne, tampon, dossier, dit, membres, relu)
    autres = ((o, t) for o, t in zip(bruts, tampons, strict=True) if o is not premier)
    onglets, constats = _onglets(envoi, autres)
    constats = sorted([*constats, *suspects, *_sur_l_accueil(envoi, premier, propriete, tampon)], key=rang)
    return Classeur(fichier, tampon, tuple(onglets), tuple(constats), True, dit.remis, dit.contact, campagne.exercice)


def _achats_suspects(dit: Accueil, dossier: Dossier, campagne: Campagne) -> list[Constat]:
    """Total purchases ten times larger or smaller than those known: said, and set aside."""
    suspects = []
    for finess, montant in list(dit.achats.items()):
        connu = dossier.achats_connus(finess, campagne.exercice)
        if connu and not connu / 10 <= montant <= connu * 10:
            nom = dossier.territoire.nom_de(finess)
            suspects.append(on_workbooks.achats_suspects(nom, montant, connu, feuille=first_tab.TITRE))
            del dit.achats[finess]
    return suspects


def _sur_l_accueil(
    envoi: Envoi, premier: OngletBrut | None, propriete: Tampon | None, tampon: Tampon
) -> Iterator[Constat]:
    """What the first tab and the workbook's property say that cannot be read, or that contradicts the tabs."""
    if propriete and propriete != tampon:
        yield on_workbooks.tampon_contredit(f"Les propriétés du classeur disent « {propriete} »", f"« {tampon} »")
    if premier is None:
        yield on_workbooks.premier_onglet_absent(first_tab.TITRE)
        return
    dit = tampon_de(premier)
    if dit and dit != tampon:
        yield on_workbooks.tampon_contredit(f"Le premier onglet dit « {dit} »", f"« {tampon} »", feuille=premier.nom)
    yield from _units_of_the_first_tab(envoi.dit, premier.nom)
    blanches = envoi.dit.sans_achats | ({envoi.dit.not_answered} - {""})
    illisibles = envoi.dit.illisibles | sheet_xml.cachees(envoi.octets, premier.nom, blanches, envoi.dit.zeros)
    for cellule, probleme in illisibles.items():
        controle, quoi = (
            CATALOGUE[probleme.code],
            first_tab.REMISE if cellule == envoi.dit.answered else first_tab.ACHATS,
        )
        yield controle(quoi, False, probleme, feuille=premier.nom, cellule=cellule)
    for cellule, (question, said) in envoi.dit.unclear.items():
        yield on_workbooks.reponse_incomprise(question, said, feuille=premier.nom, cellule=cellule)
    for cache in (c for c in (MASQUE, SECRET) if c in envoi.dit.contact):
        probleme = Probleme("donnee-personnelle", cache, "")
        yield CATALOGUE[probleme.code](first_tab.CONTACT, False, probleme, feuille=premier.nom)


def _units_of_the_first_tab(dit: Accueil, feuille: str) -> Iterator[Constat]:
    """Other units that the first tab gives to the amounts of the tabs, or to its own."""
    for cellule, (said, unit) in dit.units.items():
        yield on_workbooks.unite_de_colonne(said, "euros TTC", unit, feuille=feuille, cellule=cellule)
    if dit.unit_of_purchases:
        cellule, (said, unit) = dit.unit_of_purchases
        yield on_workbooks.unite_de_colonne(said, first_tab.ACHATS, unit, feuille=feuille, cellule=cellule)


def le_plus_frequent(tampons: list[Tampon]) -> Tampon | None:
    """The stamp most tabs bear; the first one when they are as many."""
    return Counter(tampons).most_common(1)[0][0] if tampons else None


def haut_de(onglet: OngletBrut) -> Iterator[str]:
    """The texts at the top of a tab, where its stamp stands."""
    return (c for rangee in onglet.rangees[:PROFONDEUR_DU_TAMPON] for c in rangee if isinstance(c, str))


def tampon_de(onglet: OngletBrut) -> Tampon | None:
    return next((t for t in map(lit_tampon, haut_de(onglet)) if t), None)


def _reconnait(tampon: Tampon, dossier: Dossier) -> tuple[Trame, Campagne]:
    """The trame and campaign a stamp names. Raises Refus when the file cannot be trusted to be one of ours."""
    trame = TRAMES.get(tampon.trame)
    if trame is None or tampon.version not in trame.versions_lues:
        lues = trame.versions_lues if trame else tuple(TRAMES)
        raise opening.Refus(on_workbooks.version_non_lue(f"{tampon.trame} {tampon.version}", lues))
    if tampon.ght not in dossier.territoire.ghts:
        raise opening.Refus(on_workbooks.ght_inconnu(tampon.ght))
    if tampon.campagne not in dossier.campagnes:
        raise opening.Refus(on_workbooks.campagne_inconnue(tampon.campagne, list(dossier.campagnes)))
    return trame, dossier.campagnes[tampon.campagne]


def _onglets(envoi: Envoi, bruts: Iterable[Tab]) -> tuple[list[Onglet], list[Constat]]:
    """Every tab of the workbook, then what needs all of them."""
    lus: dict[int, Onglet] = {}
    constats: list[Constat] = []
    for place, (brut, tampon) in by_trust(envoi, bruts):
        onglet, siens = _onglet(envoi, brut, tampon, {o.finess: o.feuille for o in lus.values()})
        lus |= {place: onglet} if onglet else {}
        constats += siens
    onglets = [onglet for _, onglet in sorted(lus.items())]
    onglets += _neants(envoi, {o.finess for o in onglets})
    absents = [nom for finess, nom in envoi.membres.items() if finess not in {o.finess for o in onglets}]
    if absents:
        constats.append(on_workbooks.onglet_manquant(absents))
    constats += juge_la_trame(onglets, envoi.trame, envoi.contexte())
    return avec_blocages(onglets, constats)


def _onglet(
    envoi: Envoi, brut: OngletBrut, tampon: Tampon | None, deja: Mapping[str, str]
) -> tuple[Onglet | None, list[Constat]]:
    """One tab and its findings; no tab when it is not one of this trame (a note, a list) or cannot be trusted."""
    lecteurs = reading.lecteurs(envoi.trame, envoi.dossier)
    lu = reading.lit(brut, envoi.trame, lecteurs, envoi.octets, relu=envoi.relu)
    if lu and envoi.dit.units:  # the first tab says that no amount of the workbook is in euros TTC
        lu = replace(lu, lignes=[], vides=0, ignorees=0, utilisable=False)
    if (dit := set_aside(envoi, brut, tampon, lu)) is not None:
        return None, dit
    finess, doute = etablissement_de(envoi, brut.nom, tampon, deja)
    if lu is None:
        doute = doute or f"L'onglet « {brut.nom} » n'a plus ses en-têtes de colonnes."
    if doute or lu is None:
        return None, [on_workbooks.onglet_inconnu(doute, feuille=brut.nom)]
    lignes, constats = juge_lignes(lu, brut.nom, envoi.trame, envoi.contexte(finess))
    onglet = Onglet(
        feuille=brut.nom,
        finess=finess,
        colonnes=lu.colonnes,
        lignes=tuple(lignes),
        vides=lu.vides,
        ignorees=lu.ignorees,
        entete=lu.entete,
        achats=envoi.dit.achats.get(finess),
        neant=not lignes and finess in envoi.dit.neants,
        refuse=not lu.utilisable,
    )
    if lignes and finess in envoi.dit.neants:
        constats.append(on_workbooks.neant_contredit(envoi.membres[finess], len(lignes), feuille=brut.nom))
    if autre := bears_the_name_of(envoi, brut.nom, finess):
        vu = f"L'onglet « {brut.nom} » porte le nom de {autre} et le tampon de {envoi.membres[finess]}"
        constats.append(on_workbooks.tampon_contredit(vu, f"celui de {envoi.membres[finess]}", feuille=brut.nom))
    if lu.utilisable and not onglet.utilisable:
        constats.append(on_workbooks.onglet_vide(envoi.membres[finess], feuille=brut.nom))
    return onglet, lu.constats + constats


def _neants(envoi: Envoi, deja: set[str]) -> list[Onglet]:
    """Établissements without a tab that say « rien à déclarer » on the first one."""
    muets = sorted(envoi.dit.neants & (envoi.membres.keys() - deja))
    return [Onglet(first_tab.TITRE, f, {}, achats=envoi.dit.achats.get(f), neant=True) for f in muets]


def avec_blocages(onglets: list[Onglet], constats: list[Constat]) -> tuple[list[Onglet], list[Constat]]:
    """Mark the lines that a blocking finding stands on, and write on each such finding the cents it strikes out."""
    bloquees = {(c.feuille, c.ligne) for c in constats if c.gravite is Gravite.REJET and c.ligne}
    marques = [replace(o, lignes=tuple(_marquee(o, li, bloquees) for li in o.lignes)) for o in onglets]
    retires = {(o.feuille, li.numero): li.retire for o in marques for li in o.lignes if li.retire}
    # The euros of a line stand on its first blocking finding only, so that findings add up to what is struck out.
    chiffres = [_chiffre(c, retires) for c in constats]
    return marques, sorted(chiffres, key=rang)


def _marquee(onglet: Onglet, ligne: Ligne, bloquees: Collection[tuple[str, int]]) -> Ligne:
    bloquee = (onglet.feuille, ligne.numero) in bloquees
    return ligne if ligne.bloquee is bloquee else ligne._replace(bloquee=bloquee)


def _chiffre(constat: Constat, retires: dict[tuple[str, int], int]) -> Constat:
    rejet = constat.gravite is Gravite.REJET
    enjeu = retires.pop((constat.feuille, constat.ligne or 0), 0) if rejet else 0
    return constat if constat.enjeu == enjeu else constat._replace(enjeu=enjeu)
