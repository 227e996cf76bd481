"""Answers → French sentences. Pure: never looks anything up but names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bots.questions import INTENTIONS
from config.folder import Dossier
from config.french import SANS_TAUX, aim, compte, de, delai, enumeration, euros, grand_montant, jour, taux
from config.territory import Perimetre
from reports.answer import Element, Reponse
from reports.metrics import METRICS

MONTRES = 12
"""Lines shown to the eye; `--json` and the register have them all."""


def texte(r: Reponse, dossier: Dossier) -> str:
    """The answer in a few lines: the figure first, its basis, its date, then the lines behind it."""
    said = _withheld(r, dossier) if "valeur" in r.masque else _PHRASES[r.intention](r, dossier)
    phrases = [
        said,
        *map(heavy, r.heavy),
        *_lignes(r),
        closed(r.arrondi, r.masque) if r.unite in ("EUR", "taux") else "",
        base(r),
    ]
    return "\n".join(p for p in phrases if p)


def _withheld(r: Reponse, dossier: Dossier) -> str:
    """The sentence in place of a figure that may not be told to whoever asks."""
    nom = METRICS[r.intention].nom
    return (
        f"{nom[0].upper()}{nom[1:]} {_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice} : "
        f"non communiqué à votre profil ({r.masque['valeur']})."
    )


NAMES = {
    "declare": "déclaré", "retire": "retiré", "retenu": "retenu", "dont_provisoire": "part provisoire",
    "sous_alerte": "part sous alerte", "notifie": "notifié", "report": "report", "impute": "imputé",
    "qualite_euros": "qualité en euros", "perimetre_traite": "périmètre traité", "achats": "achats",
}  # fmt: skip
"""What is withheld beside the figure, in words; the rest goes without saying."""


def closed(rounded: int, withheld: Mapping[str, str]) -> str:
    """« Arrondi à 100 k€ près. Non communiqué : retiré, déclaré (moins de 3 autres GHT y contribuent). »"""
    if not rounded or "valeur" in withheld:
        return ""
    by_reason: dict[str, list[str]] = {}
    for name, why in withheld.items():
        if name in NAMES:
            by_reason.setdefault(why, []).append(NAMES[name])
    dits = " ; ".join(f"{enumeration(names)} ({why})" for why, names in by_reason.items())
    return f"Arrondi à {grand_montant(rounded)} près." + (f" Non communiqué : {dits}." if dits else "")


def _du(p: Perimetre, dossier: Dossier) -> str:
    return de(dossier.territoire.nom(p))


def _hors(r: Reponse, dossier: Dossier) -> str:
    """« , hors GHT Jura »."""
    return f", hors {enumeration([dossier.territoire.nom(p) for p in r.sauf])}," if r.sauf else ""


def _atteinte(r: Reponse) -> str:
    if r.objectif is None:
        return " Pas d'objectif connu."
    reparti = " (réparti)" if r.objectif.reparti else ""
    words = "atteint à " if r.objectif.montant else ""
    return f" Objectif{reparti} : {grand_montant(r.objectif.montant)}, {words}{attained(r)}."


def under_alert(cents: int) -> str:
    """« , dont 4,0 M€ sous alerte »: the part of a kept amount that asks for a look."""
    return f", dont {grand_montant(cents)} sous alerte" if cents else ""


def _beside(cents: int) -> str:
    """The same inside a sum."""
    return f" (dont {grand_montant(cents)} sous alerte)" if cents else ""


def attained(r: Reponse) -> str:
    """« 116,2 % (91,2 % hors alerte) »: how far the objective is reached, and without what asks for a look.

    An objective of 0 has no rate, and it is said; nothing without an objective.
    """
    if r.objectif is None or not r.objectif.montant:
        return SANS_TAUX if r.objectif else ""
    without = f" ({taux(Decimal(r.hors_alerte) / r.objectif.montant)} hors alerte)" if r.sous_alerte else ""
    return taux(r.atteinte or Decimal(0)) + without


def heavy(e: Element) -> str:
    """« Une seule ligne fait 4 000 000 € de ce total [2021-annuelle/390780146/0042 · S44] »: named by its place."""
    place = " · ".join(filter(None, (e.adresse.reference, e.adresse.cellule))) if e.adresse else ""
    return f"Une seule ligne fait {euros(int(e.valeur or 0))} de ce total [{place}]."


def _gains(r: Reponse, dossier: Dossier) -> str:
    retire = f" Retiré : {grand_montant(r.totaux.gain_retire)}{_sur(r)}." if r.totaux.gain_retire else ""
    atteinte = "" if r.sauf else _atteinte(r)
    return f"Gains {_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice} : {grand_montant(r.totaux.gain_retenu)} retenus{under_alert(r.sous_alerte)}.{atteinte}{retire}"


def _verrou(r: Reponse, dossier: Dossier) -> str:
    qui, locked = f"{_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice}", int(str(r.faits["verrouillees"]))
    if r.valeur is None:
        return f"Gains {qui} : rien n'est verrouillé, il n'y a pas encore de chiffre au verrou."
    trames = compte(locked, "trame verrouillée", "trames verrouillées")
    return (
        f"Gains {qui} au verrou : {grand_montant(int(r.valeur))} retenus{under_alert(r.sous_alerte)} ({trames}),"
        " sans ce qui a été décidé depuis."
    )


def _sur(r: Reponse) -> str:
    return "" if "declare" in r.masque else f" sur {grand_montant(r.totaux.gain_declare)} déclarés"


def _objectif(r: Reponse, dossier: Dossier) -> str:
    if r.objectif is None:
        return f"Je ne connais pas d'objectif {_du(r.perimetre, dossier)} pour {r.exercice}."
    o = r.objectif
    nature = "réparti au prorata des achats, " if o.reparti else ""
    soit = "soit " if o.montant else ""
    vise = (
        f"Objectif {_du(r.perimetre, dossier)} pour {r.exercice} : {grand_montant(o.montant)} "
        f"({nature}version « {o.version} », en vigueur depuis le {jour(o.effet)})."
    )
    if "retenu" in r.masque:
        return vise
    return (
        f"{vise} "
        f"Retenu à ce jour : {grand_montant(r.totaux.gain_retenu)}{under_alert(r.sous_alerte)}, {soit}{attained(r)}."
    )


def _pourquoi(r: Reponse, dossier: Dossier) -> str:
    lignes, retirees = (int(str(r.faits[f])) for f in ("lignes", "retirees"))
    suite = f", dont {compte(retirees, 'retirée')}" if retirees else ""
    suite += f" ; {grand_montant(r.sous_alerte)} sont sous alerte" if r.sous_alerte and not r.figure else ""
    quoi = {"prevision": " de la prévision", "couverture": " traités", "performance": " de gain annuel"}.get(
        r.figure, ""
    )
    ou = f"{_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice}"
    return f"Les {euros(int(r.valeur or 0))}{quoi} {ou} viennent de {compte(lignes, 'ligne')}{suite} :"


def _statut(r: Reponse, dossier: Dossier) -> str:
    if r.attendues == 1 and r.elements:
        return f"{r.elements[0].libelle} : {r.elements[0].precision}."
    remises = compte(int(r.valeur or 0), "trame remise", "trames remises")
    return f"{_nom(r, dossier)} : {remises} sur {compte(r.attendues, 'attendue')}."


def _retards(r: Reponse, dossier: Dossier) -> str:
    incomplets = int(str(r.faits["incomplets"]))
    reste = f" Remis mais incomplets : {incomplets}." if incomplets else ""
    if not r.valeur:
        return f"{_nom(r, dossier)} : tout le monde a remis sa trame, {_echeance(r)}.{reste}"
    sujet = "1 GHT n'a" if r.valeur == 1 else f"{r.valeur} GHT n'ont"
    return f"{_nom(r, dossier)} : {sujet} pas remis, {_echeance(r)}.{reste}"


def _echeance(r: Reponse) -> str:
    """« échéance du 28/02/2022 (J+31) »."""
    echeance = r.faits["echeance"]
    assert isinstance(echeance, date)
    jours = (r.au - echeance).days
    return f"échéance du {jour(echeance)} ({f'J{jours:+d}' if jours else 'aujourd’hui'})"


def _nom(r: Reponse, dossier: Dossier) -> str:
    return dossier.territoire.nom(r.perimetre) + _hors(r, dossier).removesuffix(",")


def _qualite(r: Reponse, dossier: Dossier) -> str:
    if not isinstance(r.valeur, Decimal):
        return f"Aucune ligne reçue pour {_nom(r, dossier)} en {r.exercice} : pas de taux de qualité."
    apres = ""
    if (r.faits["qualite_apres"], r.faits.get("qualite_euros_apres")) != (r.valeur, r.faits.get("qualite_euros")):
        apres = f" Après décisions : {_lignes_et_euros(r, '_apres')}."
    qui = f"{_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice}"
    return f"Qualité {qui} : {_lignes_et_euros(r, '')} sans constat bloquant.{apres}"


def _lignes_et_euros(r: Reponse, apres: str) -> str:
    """« 92,0 % des lignes (96,1 % des euros) »."""
    lignes, en_euros = r.faits["qualite_apres"] if apres else r.valeur, r.faits.get(f"qualite_euros{apres}")
    return f"{taux(Decimal(str(lignes)))} des lignes" + (
        f" ({taux(Decimal(str(en_euros)))} des euros)" if en_euros is not None else ""
    )


def _rejets(r: Reponse, dossier: Dossier) -> str:
    constats, decisions = (int(str(r.faits[f])) for f in ("constats", "decisions"))
    if not constats and not decisions:
        return f"Rien n'est retiré pour {_nom(r, dossier)} en {r.exercice}."
    tranche = f", {compte(decisions, 'ligne tranchée', 'lignes tranchées')} par décision" if decisions else ""
    return (
        f"{_nom(r, dossier)}, {r.exercice} : {euros(r.totaux.gain_retire)} retirés, "
        f"{compte(constats, 'constat bloquant', 'constats bloquants')}{tranche}. Du plus coûteux au moins coûteux :"
    )


def _alertes(r: Reponse, dossier: Dossier) -> str:
    if not r.elements:
        return f"Aucune alerte pour {_nom(r, dossier)} en {r.exercice}."
    return f"{_nom(r, dossier)}, {r.exercice} : {compte(int(r.valeur or 0), 'alerte')}, par règle :"


def _couverture(r: Reponse, dossier: Dossier) -> str:
    qui = f"{_du(r.perimetre, dossier)}{_hors(r, dossier)}"
    if r.elements:
        return _cumul(r, qui)
    if not isinstance(r.valeur, Decimal):
        return f"Les achats totaux {qui} en {r.exercice} sont inconnus : pas de couverture."
    traite, achats, inconnus = (int(str(r.faits[f])) for f in ("perimetre_traite", "achats", "achats_inconnus"))
    reserve = f", achats inconnus pour {compte(inconnus, 'établissement')}" if inconnus else ""
    sur = f"{grand_montant(traite)} traités sur {grand_montant(achats)} d'achats{reserve}"
    return f"Couverture {qui} en {r.exercice} : {taux(r.valeur)} ({sur})."


def _cumul(r: Reponse, qui: str) -> str:
    """Several exercices: the sum of their rates, and how many of them it lacks."""
    quand = f"de {r.elements[0].libelle} à {r.elements[-1].libelle}"
    if not isinstance(r.valeur, Decimal):
        return f"Couverture {qui} {quand} : les achats totaux sont inconnus, pas de couverture."
    manquent = [e.libelle for e in r.elements if e.valeur is None]
    sans = f", sans {enumeration(manquent)}" if manquent else ""
    return f"Couverture {qui} {quand} : {taux(r.valeur)}, somme des taux de chaque exercice{sans} :"


def _performance(r: Reponse, dossier: Dossier) -> str:
    qui = f"{_du(r.perimetre, dossier)}{_hors(r, dossier)} en {r.exercice}"
    gain, reference, lignes = (int(str(r.faits[f])) for f in ("gain_annuel", "perimetre_traite", "lignes_traitees"))
    if not isinstance(r.valeur, Decimal):
        return f"Aucune ligne retenue avec un montant de référence pour {_nom(r, dossier)} en {r.exercice} : pas de performance."
    sur = f"{grand_montant(gain)} de gain sur 12 mois pour {grand_montant(reference)} de référence, {compte(lignes, 'ligne')}"
    return f"Performance {qui} : {taux(r.valeur)} ({sur})."


def _changements(r: Reponse, dossier: Dossier) -> str:
    depuis = r.faits["depuis"]
    assert isinstance(depuis, date)
    avant, objectif_avant = int(str(r.faits["retenu_avant"])), r.faits.get("objectif_avant")
    revu = ""
    if r.objectif and isinstance(objectif_avant, int) and objectif_avant != r.objectif.montant:
        revu = f" Objectif révisé : {grand_montant(objectif_avant)} → {grand_montant(r.objectif.montant)}."
    if not r.elements and not r.valeur:
        return f"{_nom(r, dossier)}, {r.exercice} : rien n'a changé depuis le {jour(depuis)} ({euros(avant)} retenus).{revu}"
    sens = "+" if int(r.valeur or 0) >= 0 else ""
    return (
        f"{_nom(r, dossier)}, {r.exercice} : {euros(avant)} retenus le {jour(depuis)}, {euros(r.totaux.gain_retenu)} "
        f"le {jour(r.au)} ({sens}{euros(int(r.valeur or 0))}).{revu}"
    )


def _comparaison(r: Reponse, dossier: Dossier) -> str:
    noms = [e.libelle for e in r.elements]
    entre_annees = all(n.isdigit() for n in noms)
    quoi = f"{_nom(r, dossier)}, {' et '.join(noms)}" if entre_annees else f"{' et '.join(noms)}, {r.exercice}"
    if r.valeur is None:
        return f"{quoi} : pas de quoi comparer, il manque un chiffre."
    ecart = int(r.valeur)
    if entre_annees:
        return f"{quoi} : {_pas(ecart)} de gains retenus de {noms[0]} à {noms[-1]}."
    sens = (
        "autant de gains retenus" if not ecart else f"{grand_montant(abs(ecart))} de {'plus' if ecart > 0 else 'moins'}"
    )
    return f"{quoi} : {sens} pour {noms[0]} que pour {noms[1]}."


def _pas(cents: int) -> str:
    return f"{'+' if cents >= 0 else ''}{grand_montant(cents)}"


def _evolution(r: Reponse, dossier: Dossier) -> str:
    if r.valeur is None:
        return f"Gains {de(_nom(r, dossier))} : un seul exercice a des gains, pas d'évolution à dire."
    derniers = [e.libelle for e in r.elements if e.valeur is not None][-2:]
    return f"Gains {de(_nom(r, dossier))} : {_pas(int(r.valeur))} de {derniers[0]} à {derniers[1]}."


RANGES = {
    "ght": ("GHT", "GHT"), "region": ("région", ""), "etablissement": ("établissement", ""), "famille": ("famille", ""),
    "operateur": ("opérateur", ""), "domaine": ("domaine", ""), "categorie": ("catégorie", ""), "levier": ("levier", ""),
    "nature": ("nature", ""),
}  # fmt: skip
"""What a ranking ranks, and its plural when it takes no « s »."""


def _classement(r: Reponse, dossier: Dossier) -> str:
    classes, absents = int(r.valeur or 0), int(str(r.faits["absents"]))
    sans = f" ; {compte(absents, 'autre')} sans rien de reçu" if absents else ""
    if r.place:
        qui, ou = dossier.territoire.nom(r.place), f"{_nom(r, dossier)}, {r.exercice}"
        if not r.elements:
            return f"{qui} n'est pas classé : rien n'est reçu de lui ({ou}, {classes} classés)."
        return f"{qui} : {r.elements[0].precision} par les gains retenus ({ou}{sans})."
    sens = "du dernier au premier" if int(str(r.faits["du_bas"])) else "du premier au dernier"
    return f"{_nom(r, dossier)}, {r.exercice} : {compte(classes, *RANGES[r.par])} par gains retenus, {sens}{sans}."


def _prevision(r: Reponse, dossier: Dossier) -> str:
    if not r.faits.keys() >= {"notifie", "report"} or "retenu" in r.masque:
        return f"Prévision {_du(r.perimetre, dossier)} pour {r.exercice} : {grand_montant(int(r.valeur or 0))}.{_vise(r)}{_impute(r)}"
    notifie, report, anciens = (int(str(r.faits[f])) for f in ("notifie", "report", "anciens"))
    avant = r.exercice - 1
    reprend = (
        f" + {grand_montant(report)} de report de {avant} pas encore repris"
        if anciens
        else f" (report de {avant} inconnu)"
    )
    return (
        f"Prévision {_du(r.perimetre, dossier)}{_hors(r, dossier)} pour {r.exercice} : {grand_montant(int(r.valeur or 0))} = "
        f"{grand_montant(r.totaux.gain_retenu)} retenus{_beside(r.sous_alerte)} + {grand_montant(notifie)} notifiés{reprend}.{_vise(r)}{_impute(r)}"
    )


def _impute(r: Reponse) -> str:
    """What is told beside the forecast and never inside it."""
    absents = int(str(r.faits["absents"]))
    if not absents:
        return ""
    if r.masque.keys() & {"impute", "impute_reporte"}:
        return f" {absents} GHT sans réponse, dont la part ne vous est pas communiquée."
    if "impute" not in r.faits or not int(str(r.faits["anciens"])):
        return f" {absents} GHT sans réponse, dont la part n'est pas estimée."
    impute, deja = (int(str(r.faits[f])) for f in ("impute", "impute_reporte"))
    double = f" ; leur report, {grand_montant(deja)}, est déjà dans la prévision" if deja else ""
    return (
        f" À part, jamais dedans : {grand_montant(impute)} imputés à {absents} GHT sans réponse "
        f"(leur retenu de {r.exercice - 1}{double})."
    )


def _vise(r: Reponse) -> str:
    """« Objectif : 16,0 M€, il serait atteint à 91,3 % »."""
    if r.objectif is None:
        return ""
    reparti = " (réparti)" if r.objectif.reparti else ""
    return f" Objectif{reparti} : {aim(r.objectif.montant, int(r.valeur or 0), 'il serait atteint à')}."


def _echeances(r: Reponse, dossier: Dossier) -> str:
    echeance, ouverture = r.faits["echeance"], r.faits["ouverture"]
    assert isinstance(echeance, date)
    assert isinstance(ouverture, date)
    quand = delai((echeance - r.au).days)
    ouvre = f" ; la campagne ouvre le {jour(ouverture)}" if ouverture > r.au else ""
    return f"{_nom(r, dossier)} : prochaine échéance le {jour(echeance)} ({quand}), campagne {r.campagne}{ouvre}."


def _taches(r: Reponse, dossier: Dossier) -> str:
    if not r.elements:
        return f"{_nom(r, dossier)} : rien à faire, tout est en ordre ({r.campagne})."
    return f"{_nom(r, dossier)} : {compte(len(r.elements), 'chose')} à faire, campagne {r.campagne} :"


_PHRASES = {
    "gains": _gains, "verrou": _verrou, "objectif": _objectif, "pourquoi": _pourquoi, "statut": _statut, "retards": _retards,
    "qualite": _qualite, "rejets": _rejets, "alertes": _alertes, "couverture": _couverture, "performance": _performance,
    "changements": _changements, "comparaison": _comparaison, "evolution": _evolution, "classement": _classement,
    "prevision": _prevision, "echeances": _echeances, "taches": _taches,
}  # fmt: skip


def _lignes(r: Reponse) -> list[str]:
    if (r.intention == "statut" and r.attendues == 1) or (r.intention == "classement" and r.place):
        return []
    if r.intention == "prevision":
        return [f"  • {_element(e, r)}" for e in r.beside[:MONTRES]]  # its parts are in the sentence
    montrees = [f"  • {_element(e, r)}" for e in r.elements[:MONTRES]]
    toutes = int(str(r.faits.get("lignes", r.faits.get("constats", len(r.elements)))))
    reste = toutes - len(montrees)
    return [*montrees, f"  … et {compte(reste, 'autre')} (--json les donne toutes)"] if reste > 0 else montrees


def _element(e: Element, r: Reponse) -> str:
    mots = [e.libelle]
    if isinstance(e.valeur, int):
        exact = e.adresse or r.intention == "changements"
        mots.append((euros(e.valeur) if exact else grand_montant(e.valeur)) + under_alert(e.sous_alerte))
    elif isinstance(e.valeur, Decimal):
        mots.append(taux(e.valeur))
    if e.precision:
        mots.append(e.precision)
    ligne = " — ".join(mots)
    if e.adresse:
        ligne += f"  [{' · '.join(filter(None, (e.adresse.reference, e.adresse.feuille, e.adresse.cellule)))}]"
    return ligne


def base(r: Reponse) -> str:
    """On what the figure stands: how many trames, which part is provisional, which day."""
    provisoire = (
        f", dont {grand_montant(r.provisoire)} provisoires (trames vues, pas encore remises)" if r.provisoire else ""
    )
    recues = compte(r.recues, "trame reçue", "trames reçues")
    recues = f"{recues} sur {r.attendues}" if r.attendues else "plus de trame attendue"
    return f"{recues}{_received(r)}{provisoire} · {' et '.join(r.campagnes) or r.campagne} · au {jour(r.au)}"


def _received(r: Reponse) -> str:
    """« , du 12/03/2022 au 28/03/2022 »: from which days the oldest and the youngest of them are."""
    if r.sources is None:
        return ""
    oldest, youngest = r.sources
    return f", le {jour(oldest)}" if oldest == youngest else f", du {jour(oldest)} au {jour(youngest)}"


def aide() -> str:
    """The list of questions, from their table."""
    lignes: Sequence[str] = [f"  • {i.exemple} — {i.aide}" for i in INTENTIONS]
    return "\n".join(
        [
            "Vous pouvez demander :",
            *lignes,
            "Ajoutez « par famille », « par GHT », « par opérateur », une année, un territoire ; « en image » ou « en tableur ».",
        ]
    )
