"""What an alert says: where a territory stands, what its week was, what moved, what was struck. Pure words.

No text of a cell gets in here: states, counts, euros, references and names, so that any channel may carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bots.answer_words import heavy, under_alert
from bots.letters.reminder_words import Partie
from config.campaign import Campagne
from config.errors import UserError
from config.french import SANS_TAUX, aim, compte, enumeration, euros, grand_montant, jour, taux
from config.territory import Perimetre
from reports.answer import Element, Reponse
from reports.changes import changements
from reports.due.alerts import FRAIS, Point, cents_of, il_y_a_une_semaine, mouvements, points
from reports.due.reminders import Relance
from reports.forecast import prevision
from reports.progress import Etat, etats
from reports.quality import rejets
from reports.view import Sujet, Vue
from sheets.checks import CATALOGUE
from sheets.register import arrivals

MONTRES = 15
"""GHT told one by one; the others are counted."""
COUTEUX = 3


def _alerte(vue: Vue, relances: Sequence[Relance]) -> Partie:
    """Where one territory stands, or several when someone answers for several GHT."""
    c = relances[0].campagne
    unites = _sans_les_parties(vue, list(dict.fromkeys(r.cle.unite for r in relances)))
    lieux = [_lieu(vue, u) for u in unites]
    sommes = [prevision(vue, Sujet(ou, c.exercice)) for ou in lieux]
    tous = [p for ou in lieux for p in points(vue, c, ou)]
    du_seul = [f"{p.etat.ght.nom} : {p.etat.mots}, échéance du {jour(p.etat.echeance)}" for p in tous]
    return Partie(
        _titre(vue, c, sommes, lieux),
        f"{c.titre.capitalize()}, situation au {jour(c.situation)}. {_ensemble(c, sommes)}".strip(),
        (*_to_look_at(sommes), *(_points(c, tous) if len(tous) > 1 else du_seul), *_couteux(vue, c, lieux)),
        f"Pour le détail, demandez à Vigie : « pourquoi gains {unites[0]} {c.exercice} », « rejets {unites[0]} {c.exercice} »."
        if any(s.recues for s in sommes)
        else "",
    )


def _to_look_at(sommes: Sequence[Reponse]) -> list[str]:
    """What is kept and asks for a look, then the lines that alone make much of a total, by their place."""
    under = sum(s.sous_alerte for s in sommes)
    dit = f"Sous alerte : {grand_montant(under)} ; hors alerte, {grand_montant(sum(s.hors_alerte for s in sommes))} retenus"
    return [*([dit] if under else []), *(heavy(e).removesuffix(".") for s in sommes for e in s.heavy)]


def _sans_les_parties(vue: Vue, unites: Sequence[str]) -> list[str]:
    """The territories told, without the GHT of a region that is told whole: someone may answer for both."""
    ghts = vue.dossier.territoire.ghts
    return [u for u in unites if u not in ghts or ghts[u].region not in unites]


def _titre(vue: Vue, c: Campagne, sommes: Sequence[Reponse], lieux: Sequence[Perimetre]) -> str:
    """« Bourgogne-Franche-Comté : 14,6 M€ retenus, 91,2 % de l'objectif »; before anyone answers, what is expected."""
    if len(lieux) > 1:
        retenu = sum(s.totaux.gain_retenu for s in sommes)
        under = under_alert(sum(s.sous_alerte for s in sommes))
        return f"{enumeration([vue.dossier.territoire.nom(ou) for ou in lieux], 2)} : {grand_montant(retenu)} retenus{under}"
    s, nom = sommes[0], vue.dossier.territoire.nom(lieux[0])
    if not s.recues:
        return f"{nom} : rien reçu{_awaited(c, s)}"
    atteinte = f", {taux(s.atteinte)} de l'objectif" if s.atteinte is not None else ""
    return f"{nom} : {grand_montant(s.totaux.gain_retenu)} retenus{atteinte}{under_alert(s.sous_alerte)}"


def _awaited(c: Campagne, s: Reponse) -> str:
    """« , 10,2 M€ attendus en fin d'année »; nothing once the year is over."""
    return f" encore, {grand_montant(int(s.valeur or 0))} attendus en fin d'année" if c.moment != "annuelle" else ""


def _ensemble(c: Campagne, sommes: Sequence[Reponse]) -> str:
    """Trames received; at mid-year, what is expected at its end and of what it is made, and apart what is only imputed."""
    recues, attendues = sum(s.recues for s in sommes), sum(s.attendues for s in sommes)
    dit = f"{compte(recues, 'trame reçue', 'trames reçues')} sur {attendues}." if attendues > 1 or not recues else ""
    if c.moment == "annuelle":
        return dit
    report, notifie, imputes = (sum(cents_of(s, f) for s in sommes) for f in ("report", "notifie", "impute"))
    retenu = sum(s.totaux.gain_retenu for s in sommes)
    parts = (
        f"{grand_montant(retenu)} retenus + {grand_montant(notifie)} notifiés"
        f" + {grand_montant(report)} de report de {c.exercice - 1} pas encore repris"
    )
    prevu = f"En fin d'année, {grand_montant(sum(int(s.valeur or 0) for s in sommes))} sont attendus : {parts}."
    return f"{dit} {prevu}{_aimed(sommes)}{_apart(c, imputes)}".strip()


def _aimed(sommes: Sequence[Reponse]) -> str:
    """How far the forecast reaches what is aimed at, when every territory told has an objective."""
    objectifs = [s.objectif.montant for s in sommes if s.objectif]
    if len(objectifs) < len(sommes):
        return ""
    prevu = sum(int(s.valeur or 0) for s in sommes)
    return f" Objectif : {aim(sum(objectifs), prevu, 'il serait atteint à')}."


def _apart(c: Campagne, imputes: int) -> str:
    if not imputes:
        return ""
    n = c.exercice - 1
    return f" À part, jamais dedans : {grand_montant(imputes)} retenus en {n} par les GHT qui n'ont rien envoyé."


def _points(c: Campagne, tous: Sequence[Point]) -> list[str]:
    """Who sent nothing, in one line; then one line for each, those that answered first, the farthest from its objective
    first; once the year is over, those that sent nothing have nothing more to say."""
    muets = [p for p in tous if not p.etat.onglets]
    dits = [p for p in tous if p.etat.onglets] + [p for p in muets if c.moment != "annuelle" and (p.prevu or p.impute)]
    reste = len(dits) - MONTRES
    noms = enumeration([p.etat.ght.nom for p in muets], MONTRES)
    return [
        *([f"Rien reçu ({len(muets)}) : {noms}"] if muets else []),
        *(_point(c, p) for p in dits[:MONTRES]),
        *([f"… et {compte(reste, 'autre GHT', 'autres GHT')}"] if reste > 0 else []),
    ]


def _point(c: Campagne, p: Point) -> str:
    """« GHT Jura : 0,6 M€ retenus sur 1,2 M€ d'objectif (52 %), 1,1 M€ attendus ; remise, 3 lignes à corriger »."""
    under = under_alert(p.sous_alerte)
    return f"{p.etat.ght.nom} : {grand_montant(p.retenu)} retenus{_out_of(p)}{_to_come(c, p)}{under} ; {p.etat.mots}"


def _out_of(p: Point) -> str:
    if p.objectif is None:
        return ""
    return f" sur {grand_montant(p.objectif.montant)} d'objectif ({taux(p.atteinte) if p.atteinte is not None else SANS_TAUX})"


def _to_come(c: Campagne, p: Point) -> str:
    """« , 1,1 M€ attendus en fin d'année (0,4 M€ de report, 0,1 M€ notifiés), 0,9 M€ imputés à part »."""
    if c.moment == "annuelle":
        return ""
    parts = [f"{grand_montant(p.report)} de report"] if p.report else []
    parts += [f"{grand_montant(p.notifie)} notifiés"] if p.notifie else []
    dont = f" (dont {' et '.join(parts)})" if parts else ""
    a_part = f", à part {grand_montant(p.impute)} imputés" if p.impute else ""
    return f", {grand_montant(p.prevu)} attendus en fin d'année{dont}{a_part}"


def _couteux(vue: Vue, c: Campagne, lieux: Iterable[Perimetre]) -> list[str]:
    """The findings that cost most, by the title of their check: a finding's own words quote cells."""
    trouves: list[Element] = []
    for ou in lieux:
        try:
            trouves += rejets(vue, Sujet(ou, c.exercice, c.code, limite=COUTEUX)).elements[:COUTEUX]
        except UserError:
            continue
    trouves.sort(key=lambda e: -int(e.valeur or 0))
    return [
        f"Retiré : {euros(int(e.valeur or 0))}, {_regle(e.code)} ({e.adresse.reference if e.adresse else ''})"
        for e in trouves[:COUTEUX]
        if e.valeur
    ]


def _regle(code: str) -> str:
    return _minuscule(CATALOGUE[code].titre) if code in CATALOGUE else "par décision"


def _minuscule(texte: str) -> str:
    return texte[0].lower() + texte[1:]


def _hebdo(vue: Vue, relances: Sequence[Relance]) -> Partie:
    """The week of one region (or several), in the order of what to do: who owes, what moved, what costs."""
    c = relances[0].campagne
    lieux = [_lieu(vue, u) for u in dict.fromkeys(r.cle.unite for r in relances)]
    tous = [e for ou in lieux for e in etats(vue, Sujet(ou, c.exercice, c.code))]
    avant = [e for ou in lieux for e in etats(il_y_a_une_semaine(vue), Sujet(ou, c.exercice, c.code))]
    dus, repondaient = [e for e in tous if not e.repondu], {e.ght.code for e in avant if e.repondu}
    neufs = [e.ght.nom for e in tous if e.repondu and e.ght.code not in repondaient]
    noms = enumeration([vue.dossier.territoire.nom(ou) for ou in lieux], 3)
    verbe = "n'a pas répondu" if len(dus) == 1 else "n'ont pas répondu"
    quoi = f"{len(dus)} GHT sur {len(tous)} {verbe}" if dus else "tous ont répondu"
    return Partie(
        f"{noms}, la semaine : {quoi}",
        f"{c.titre.capitalize()}, échéance du {jour(c.echeance)} : {quoi}.",
        (
            *([f"Ont répondu depuis une semaine : {enumeration(neufs, MONTRES)}"] if neufs else []),
            *_attendus(dus),
            *(m for ou in lieux for m in _semaine(vue, c, ou)),
            *_couteux(vue, c, lieux),
        ),
        "Les relances partent d'elles-mêmes ; vigie remind montre les prochaines." if dus else "",
    )


def _attendus(dus: Sequence[Etat]) -> list[str]:
    """Who sent nothing, in one line; then who sent something and has not handed it in."""
    muets, vus = [e.ght.nom for e in dus if not e.onglets], [e for e in dus if e.onglets]
    return [
        *([f"Rien reçu ({len(muets)}) : {enumeration(muets, MONTRES)}"] if muets else []),
        *(f"{e.ght.nom} : {e.mots}" for e in vus[:MONTRES]),
    ]


def _semaine(vue: Vue, c: Campagne, ou: Perimetre) -> list[str]:
    """« Bourgogne-Franche-Comté : +1,2 M€ retenus en une semaine (lignes apparues : +1,3 M€ …) »."""
    depuis = il_y_a_une_semaine(vue).au
    r = changements(vue, Sujet(ou, c.exercice, c.code, depuis=depuis))
    if not r.elements:
        return [f"{vue.dossier.territoire.nom(ou)} : le total n'a pas bougé depuis une semaine"]
    parts = " ; ".join(f"{_minuscule(e.libelle)}, {_signe(int(e.valeur or 0))}" for e in r.elements)
    return [f"{vue.dossier.territoire.nom(ou)} : {_signe(int(r.valeur or 0))} retenus en une semaine ({parts})"]


def _signe(cents: int) -> str:
    return ("+" if cents >= 0 else "") + grand_montant(cents)


def _total_qui_bouge(vue: Vue, relances: Sequence[Relance]) -> Partie:
    """What each pull changed of what had been declared."""
    c = relances[0].campagne
    points_, titres = [], []
    for r in relances:
        instant = r.moment
        recues = arrivals.corrections(vue.db, c.code, instant - FRAIS, instant)
        for a in (a for a in recues if a.nom == r.cle.repere):
            for m in (m for m in mouvements(vue, c, a) if m.region == r.cle.unite):
                nom = vue.dossier.territoire.regions[m.region].nom
                titres.append((-abs(m.ecart), f"{nom} : {_signe(m.ecart)} sur ce qui était déjà déclaré"))
                points_ += [
                    f"{vue.dossier.territoire.ghts[g].nom} : {_signe(e)} retenus (envoi lu le {a.le:%d/%m/%Y à %Hh%M})"
                    for g, e in sorted(m.par_ght.items(), key=lambda x: -abs(x[1]))[:MONTRES]
                ]
    return Partie(
        min(titres)[1] if titres else f"{c.titre.capitalize()} : le total a bougé",
        f"{c.titre.capitalize()} : de nouveaux envois changent ce qui était déjà déclaré.",
        tuple(points_),
        f"Pour le détail, demandez : « qu'est-ce qui a changé {relances[0].cle.unite} {c.exercice} depuis hier ? »",
    )


def _grosse_ligne(vue: Vue, relances: Sequence[Relance]) -> Partie:
    c, ghts = relances[0].campagne, vue.dossier.territoire.ghts
    total, noms = sum(map(_retire, relances)), list(dict.fromkeys(ghts[r.cle.unite].nom for r in relances))
    lignes = compte(len(relances), "grosse ligne retirée", "grosses lignes retirées")
    rangees = sorted(relances, key=lambda r: -_retire(r))
    return Partie(
        f"{enumeration(noms, 3)} : {lignes}, {euros(total)}",
        f"{c.titre.capitalize()} : les contrôles viennent de retirer du total {euros(total)}.",
        (
            *(f"{ghts[r.cle.unite].nom} : {euros(_retire(r))} ({r.quoi})" for r in rangees[:MONTRES]),
            *(
                [f"… et {compte(len(rangees) - MONTRES, 'autre ligne', 'autres lignes')}"]
                if len(rangees) > MONTRES
                else []
            ),
        ),
        'Si le gain est juste, gardez la ligne en disant pourquoi : vigie decide RÉFÉRENCE --retenir --motif "…" --as ADRESSE, ou le '
        "bouton « Décider » sur Slack. Sinon, le GHT corrige sa trame.",
    )


def _retire(r: Relance) -> int:
    """The cents of a struck line, as its key says them: FINESS, number of the line, cents."""
    return int(r.cle.repere.rsplit("/", 1)[1])


def _lieu(vue: Vue, unite: str) -> Perimetre:
    return Perimetre("region" if unite in vue.dossier.territoire.regions else "ght", unite)


URGENTES = ("total_qui_bouge", "grosse_ligne")
"""What is said first in a letter."""
ALERTES: dict[str, Callable[[Vue, Sequence[Relance]], Partie]] = {
    "alerte": _alerte, "hebdo": _hebdo, "total_qui_bouge": _total_qui_bouge, "grosse_ligne": _grosse_ligne,
}  # fmt: skip
