"""Answers → French sentences. Pure: never looks anything up but names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bots.questions import INTENTIONS
from config.folder import Folder
from config.french import (
    NO_RATE,
    after_de,
    aim,
    count_words,
    day,
    enumeration,
    euros,
    rate,
    rounded_amount,
    time_left_words,
)
from config.territory import Scope
from reports.answer import Answer, Element
from reports.metrics import METRICS

MOST_SHOWN = 12
"""Lines shown to the eye; `--json` and the register have them all."""


def text(r: Answer, folder: Folder) -> str:
    """The answer in a few lines: the figure first, its basis, its date, then the lines behind it."""
    said = _withheld(r, folder) if "valeur" in r.mask else _SENTENCES[r.intention](r, folder)
    sentences = [
        said,
        *map(heavy, r.heavy),
        *_lines(r),
        closed(r.rounded, r.mask) if r.unite in ("EUR", "taux") else "",
        base(r),
    ]
    return "\n".join(p for p in sentences if p)


def _withheld(r: Answer, folder: Folder) -> str:
    """The sentence in place of a figure that may not be told to whoever asks."""
    name = METRICS[r.intention].name
    return (
        f"{name[0].upper()}{name[1:]} {_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice} : "
        f"non communiqué à votre profil ({r.mask['valeur']})."
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
    all_said = " ; ".join(f"{enumeration(names)} ({why})" for why, names in by_reason.items())
    return f"Arrondi à {rounded_amount(rounded)} près." + (f" Non communiqué : {all_said}." if all_said else "")


def _of_scope(p: Scope, folder: Folder) -> str:
    return after_de(folder.territory.name(p))


def _except_for(r: Answer, folder: Folder) -> str:
    """« , hors GHT Jura »."""
    return f", hors {enumeration([folder.territory.name(p) for p in r.but_for])}," if r.but_for else ""


def _attainment(r: Answer) -> str:
    if r.objective is None:
        return " Pas d'objectif connu."
    shared_out = " (réparti)" if r.objective.shared_out else ""
    words = "atteint à " if r.objective.amount else ""
    return f" Objectif{shared_out} : {rounded_amount(r.objective.amount)}, {words}{attained(r)}."


def under_alert(cents: int) -> str:
    """« , dont 4,0 M€ sous alerte »: the part of a kept amount that asks for a look."""
    return f", dont {rounded_amount(cents)} sous alerte" if cents else ""


def _beside(cents: int) -> str:
    """The same inside a sum."""
    return f" (dont {rounded_amount(cents)} sous alerte)" if cents else ""


def attained(r: Answer) -> str:
    """« 116,2 % (91,2 % hors alerte) »: how far the objective is reached, and without what asks for a look.

    An objective of 0 has no rate, and it is said; nothing without an objective.
    """
    if r.objective is None or not r.objective.amount:
        return NO_RATE if r.objective else ""
    without = f" ({rate(Decimal(r.outside_alert) / r.objective.amount)} hors alerte)" if r.under_alert else ""
    return rate(r.attainment or Decimal(0)) + without


def heavy(e: Element) -> str:
    """« Une seule ligne fait 4 000 000 € de ce total [2021-annuelle/390780146/0042 · S44] »: named by its place."""
    place = " · ".join(filter(None, (e.address.reference, e.address.cell))) if e.address else ""
    return f"Une seule ligne fait {euros(int(e.value or 0))} de ce total [{place}]."


def _gains(r: Answer, folder: Folder) -> str:
    retire = f" Retiré : {rounded_amount(r.totals.struck)}{_out_of_declared(r)}." if r.totals.struck else ""
    attainment = "" if r.but_for else _attainment(r)
    return f"Gains {_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice} : {rounded_amount(r.totals.kept)} retenus{under_alert(r.under_alert)}.{attainment}{retire}"


def _lock(r: Answer, folder: Folder) -> str:
    who, locked = (
        f"{_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice}",
        int(str(r.facts["verrouillees"])),
    )
    if r.value is None:
        return f"Gains {who} : rien n'est verrouillé, il n'y a pas encore de chiffre au verrou."
    trames = count_words(locked, "trame verrouillée", "trames verrouillées")
    return (
        f"Gains {who} au verrou : {rounded_amount(int(r.value))} retenus{under_alert(r.under_alert)} ({trames}),"
        " sans ce qui a été décidé depuis."
    )


def _out_of_declared(r: Answer) -> str:
    return "" if "declare" in r.mask else f" sur {rounded_amount(r.totals.declared)} déclarés"


def _objective(r: Answer, folder: Folder) -> str:
    if r.objective is None:
        return f"Je ne connais pas d'objectif {_of_scope(r.scope, folder)} pour {r.exercice}."
    o = r.objective
    nature = "réparti au prorata des achats, " if o.shared_out else ""
    that_is = "soit " if o.amount else ""
    aim_words = (
        f"Objectif {_of_scope(r.scope, folder)} pour {r.exercice} : {rounded_amount(o.amount)} "
        f"({nature}version « {o.version} », en vigueur depuis le {day(o.effective_from)})."
    )
    if "retenu" in r.mask:
        return aim_words
    return (
        f"{aim_words} "
        f"Retenu à ce jour : {rounded_amount(r.totals.kept)}{under_alert(r.under_alert)}, {that_is}{attained(r)}."
    )


def _why(r: Answer, folder: Folder) -> str:
    lines, struck_lines = (int(str(r.facts[f])) for f in ("lignes", "retirees"))
    end = f", dont {count_words(struck_lines, 'retirée')}" if struck_lines else ""
    end += f" ; {rounded_amount(r.under_alert)} sont sous alerte" if r.under_alert and not r.figure else ""
    what = {"prevision": " de la prévision", "couverture": " traités", "performance": " de gain annuel"}.get(
        r.figure, ""
    )
    where = f"{_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice}"
    return f"Les {euros(int(r.value or 0))}{what} {where} viennent de {count_words(lines, 'ligne')}{end} :"


def _status(r: Answer, folder: Folder) -> str:
    if r.expected_trames == 1 and r.elements:
        return f"{r.elements[0].label} : {r.elements[0].precision}."
    handed_in_ones = count_words(int(r.value or 0), "trame remise", "trames remises")
    return f"{_name(r, folder)} : {handed_in_ones} sur {count_words(r.expected_trames, 'attendue')}."


def _late_ones(r: Answer, folder: Folder) -> str:
    incomplete_ones = int(str(r.facts["incomplets"]))
    rest = f" Remis mais incomplets : {incomplete_ones}." if incomplete_ones else ""
    if not r.value:
        return f"{_name(r, folder)} : tout le monde a remis sa trame, {_deadline(r)}.{rest}"
    subject = "1 GHT n'a" if r.value == 1 else f"{r.value} GHT n'ont"
    return f"{_name(r, folder)} : {subject} pas remis, {_deadline(r)}.{rest}"


def _deadline(r: Answer) -> str:
    """« échéance du 28/02/2022 (J+31) »."""
    deadline = r.facts["echeance"]
    assert isinstance(deadline, date)
    days = (r.as_of - deadline).days
    return f"échéance du {day(deadline)} ({f'J{days:+d}' if days else 'aujourd’hui'})"


def _name(r: Answer, folder: Folder) -> str:
    return folder.territory.name(r.scope) + _except_for(r, folder).removesuffix(",")


def _line_quality(r: Answer, folder: Folder) -> str:
    if not isinstance(r.value, Decimal):
        return f"Aucune ligne reçue pour {_name(r, folder)} en {r.exercice} : pas de taux de qualité."
    after = ""
    if (r.facts["qualite_apres"], r.facts.get("qualite_euros_apres")) != (r.value, r.facts.get("qualite_euros")):
        after = f" Après décisions : {_lines_and_euros(r, '_apres')}."
    who = f"{_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice}"
    return f"Qualité {who} : {_lines_and_euros(r, '')} sans constat bloquant.{after}"


def _lines_and_euros(r: Answer, after: str) -> str:
    """« 92,0 % des lignes (96,1 % des euros) »."""
    lines, in_euros = r.facts["qualite_apres"] if after else r.value, r.facts.get(f"qualite_euros{after}")
    return f"{rate(Decimal(str(lines)))} des lignes" + (
        f" ({rate(Decimal(str(in_euros)))} des euros)" if in_euros is not None else ""
    )


def _rejections(r: Answer, folder: Folder) -> str:
    findings, decisions = (int(str(r.facts[f])) for f in ("constats", "decisions"))
    if not findings and not decisions:
        return f"Rien n'est retiré pour {_name(r, folder)} en {r.exercice}."
    decided_words = (
        f", {count_words(decisions, 'ligne tranchée', 'lignes tranchées')} par décision" if decisions else ""
    )
    return (
        f"{_name(r, folder)}, {r.exercice} : {euros(r.totals.struck)} retirés, "
        f"{count_words(findings, 'constat bloquant', 'constats bloquants')}{decided_words}. Du plus coûteux au moins coûteux :"
    )


def _alerts(r: Answer, folder: Folder) -> str:
    if not r.elements:
        return f"Aucune alerte pour {_name(r, folder)} en {r.exercice}."
    return f"{_name(r, folder)}, {r.exercice} : {count_words(int(r.value or 0), 'alerte')}, par règle :"


def _coverage(r: Answer, folder: Folder) -> str:
    who = f"{_of_scope(r.scope, folder)}{_except_for(r, folder)}"
    if r.elements:
        return _several_exercices(r, who)
    if not isinstance(r.value, Decimal):
        return f"Les achats totaux {who} en {r.exercice} sont inconnus : pas de couverture."
    treated, purchases, unknown_purchases = (
        int(str(r.facts[f])) for f in ("perimetre_traite", "achats", "achats_inconnus")
    )
    reserve = f", achats inconnus pour {count_words(unknown_purchases, 'établissement')}" if unknown_purchases else ""
    over = f"{rounded_amount(treated)} traités sur {rounded_amount(purchases)} d'achats{reserve}"
    return f"Couverture {who} en {r.exercice} : {rate(r.value)} ({over})."


def _several_exercices(r: Answer, who: str) -> str:
    """Several exercices: the sum of their rates, and how many of them it lacks."""
    when = f"de {r.elements[0].label} à {r.elements[-1].label}"
    if not isinstance(r.value, Decimal):
        return f"Couverture {who} {when} : les achats totaux sont inconnus, pas de couverture."
    missing_labels = [e.label for e in r.elements if e.value is None]
    without = f", sans {enumeration(missing_labels)}" if missing_labels else ""
    return f"Couverture {who} {when} : {rate(r.value)}, somme des taux de chaque exercice{without} :"


def _performance(r: Answer, folder: Folder) -> str:
    who = f"{_of_scope(r.scope, folder)}{_except_for(r, folder)} en {r.exercice}"
    gain, reference, lines = (int(str(r.facts[f])) for f in ("gain_annuel", "perimetre_traite", "lignes_traitees"))
    if not isinstance(r.value, Decimal):
        return f"Aucune ligne retenue avec un montant de référence pour {_name(r, folder)} en {r.exercice} : pas de performance."
    over = f"{rounded_amount(gain)} de gain sur 12 mois pour {rounded_amount(reference)} de référence, {count_words(lines, 'ligne')}"
    return f"Performance {who} : {rate(r.value)} ({over})."


def _changes(r: Answer, folder: Folder) -> str:
    since = r.facts["depuis"]
    assert isinstance(since, date)
    before, objective_before = int(str(r.facts["retenu_avant"])), r.facts.get("objectif_avant")
    revised = ""
    if r.objective and isinstance(objective_before, int) and objective_before != r.objective.amount:
        revised = f" Objectif révisé : {rounded_amount(objective_before)} → {rounded_amount(r.objective.amount)}."
    if not r.elements and not r.value:
        return f"{_name(r, folder)}, {r.exercice} : rien n'a changé depuis le {day(since)} ({euros(before)} retenus).{revised}"
    sign_shown = "+" if int(r.value or 0) >= 0 else ""
    return (
        f"{_name(r, folder)}, {r.exercice} : {euros(before)} retenus le {day(since)}, {euros(r.totals.kept)} "
        f"le {day(r.as_of)} ({sign_shown}{euros(int(r.value or 0))}).{revised}"
    )


def _comparison(r: Answer, folder: Folder) -> str:
    names = [e.label for e in r.elements]
    between_years = all(n.isdigit() for n in names)
    what = f"{_name(r, folder)}, {' et '.join(names)}" if between_years else f"{' et '.join(names)}, {r.exercice}"
    if r.value is None:
        return f"{what} : pas de quoi comparer, il manque un chiffre."
    difference = int(r.value)
    if between_years:
        return f"{what} : {_signed_amount(difference)} de gains retenus de {names[0]} à {names[-1]}."
    sign_shown = (
        "autant de gains retenus"
        if not difference
        else f"{rounded_amount(abs(difference))} de {'plus' if difference > 0 else 'moins'}"
    )
    return f"{what} : {sign_shown} pour {names[0]} que pour {names[1]}."


def _signed_amount(cents: int) -> str:
    return f"{'+' if cents >= 0 else ''}{rounded_amount(cents)}"


def _evolution(r: Answer, folder: Folder) -> str:
    if r.value is None:
        return f"Gains {after_de(_name(r, folder))} : un seul exercice a des gains, pas d'évolution à dire."
    last_two_labels = [e.label for e in r.elements if e.value is not None][-2:]
    return f"Gains {after_de(_name(r, folder))} : {_signed_amount(int(r.value))} de {last_two_labels[0]} à {last_two_labels[1]}."


RANGES = {
    "ght": ("GHT", "GHT"), "region": ("région", ""), "etablissement": ("établissement", ""), "famille": ("famille", ""),
    "operateur": ("opérateur", ""), "domaine": ("domaine", ""), "categorie": ("catégorie", ""), "levier": ("levier", ""),
    "nature": ("nature", ""),
}  # fmt: skip
"""What a ranking ranks, and its plural when it takes no « s »."""


def _ranking(r: Answer, folder: Folder) -> str:
    classes, missing_ghts = int(r.value or 0), int(str(r.facts["absents"]))
    without = f" ; {count_words(missing_ghts, 'autre')} sans rien de reçu" if missing_ghts else ""
    if r.place:
        who, where = folder.territory.name(r.place), f"{_name(r, folder)}, {r.exercice}"
        if not r.elements:
            return f"{who} n'est pas classé : rien n'est reçu de lui ({where}, {classes} classés)."
        return f"{who} : {r.elements[0].precision} par les gains retenus ({where}{without})."
    sign_shown = "du dernier au premier" if int(str(r.facts["du_bas"])) else "du premier au dernier"
    return f"{_name(r, folder)}, {r.exercice} : {count_words(classes, *RANGES[r.by])} par gains retenus, {sign_shown}{without}."


def _expected(r: Answer, folder: Folder) -> str:
    if not r.facts.keys() >= {"notifie", "report"} or "retenu" in r.mask:
        return f"Prévision {_of_scope(r.scope, folder)} pour {r.exercice} : {rounded_amount(int(r.value or 0))}.{_attainment_aimed(r)}{_imputed(r)}"
    notified, report, old_months = (int(str(r.facts[f])) for f in ("notifie", "report", "anciens"))
    before = r.exercice - 1
    caution = (
        f" + {rounded_amount(report)} de report de {before} pas encore repris"
        if old_months
        else f" (report de {before} inconnu)"
    )
    return (
        f"Prévision {_of_scope(r.scope, folder)}{_except_for(r, folder)} pour {r.exercice} : {rounded_amount(int(r.value or 0))} = "
        f"{rounded_amount(r.totals.kept)} retenus{_beside(r.under_alert)} + {rounded_amount(notified)} notifiés{caution}.{_attainment_aimed(r)}{_imputed(r)}"
    )


def _imputed(r: Answer) -> str:
    """What is told beside the forecast and never inside it."""
    missing_ghts = int(str(r.facts["absents"]))
    if not missing_ghts:
        return ""
    if r.mask.keys() & {"impute", "impute_reporte"}:
        return f" {missing_ghts} GHT sans réponse, dont la part ne vous est pas communiquée."
    if "impute" not in r.facts or not int(str(r.facts["anciens"])):
        return f" {missing_ghts} GHT sans réponse, dont la part n'est pas estimée."
    imputed, imputed_carried = (int(str(r.facts[f])) for f in ("impute", "impute_reporte"))
    double = f" ; leur report, {rounded_amount(imputed_carried)}, est déjà dans la prévision" if imputed_carried else ""
    return (
        f" À part, jamais dedans : {rounded_amount(imputed)} imputés à {missing_ghts} GHT sans réponse "
        f"(leur retenu de {r.exercice - 1}{double})."
    )


def _attainment_aimed(r: Answer) -> str:
    """« Objectif : 16,0 M€, il serait atteint à 91,3 % »."""
    if r.objective is None:
        return ""
    shared_out = " (réparti)" if r.objective.shared_out else ""
    return f" Objectif{shared_out} : {aim(r.objective.amount, int(r.value or 0), 'il serait atteint à')}."


def _deadlines(r: Answer, folder: Folder) -> str:
    deadline, opening = r.facts["echeance"], r.facts["ouverture"]
    assert isinstance(deadline, date)
    assert isinstance(opening, date)
    when = time_left_words((deadline - r.as_of).days)
    opening_words = f" ; la campagne ouvre le {day(opening)}" if opening > r.as_of else ""
    return f"{_name(r, folder)} : prochaine échéance le {day(deadline)} ({when}), campagne {r.campaign}{opening_words}."


def _tasks(r: Answer, folder: Folder) -> str:
    if not r.elements:
        return f"{_name(r, folder)} : rien à faire, tout est en ordre ({r.campaign})."
    return f"{_name(r, folder)} : {count_words(len(r.elements), 'chose')} à faire, campagne {r.campaign} :"


_SENTENCES = {
    "gains": _gains, "verrou": _lock, "objectif": _objective, "pourquoi": _why, "statut": _status, "retards": _late_ones,
    "qualite": _line_quality, "rejets": _rejections, "alertes": _alerts, "couverture": _coverage, "performance": _performance,
    "changements": _changes, "comparaison": _comparison, "evolution": _evolution, "classement": _ranking,
    "prevision": _expected, "echeances": _deadlines, "taches": _tasks,
}  # fmt: skip


def _lines(r: Answer) -> list[str]:
    if (r.intention == "statut" and r.expected_trames == 1) or (r.intention == "classement" and r.place):
        return []
    if r.intention == "prevision":
        return [f"  • {_element(e, r)}" for e in r.beside[:MOST_SHOWN]]  # its parts are in the sentence
    shown_ones = [f"  • {_element(e, r)}" for e in r.elements[:MOST_SHOWN]]
    line_count = int(str(r.facts.get("lignes", r.facts.get("constats", len(r.elements)))))
    rest = line_count - len(shown_ones)
    return [*shown_ones, f"  … et {count_words(rest, 'autre')} (--json les donne toutes)"] if rest > 0 else shown_ones


def _element(e: Element, r: Answer) -> str:
    words = [e.label]
    if isinstance(e.value, int):
        exact = e.address or r.intention == "changements"
        words.append((euros(e.value) if exact else rounded_amount(e.value)) + under_alert(e.under_alert))
    elif isinstance(e.value, Decimal):
        words.append(rate(e.value))
    if e.precision:
        words.append(e.precision)
    line = " — ".join(words)
    if e.address:
        line += f"  [{' · '.join(filter(None, (e.address.reference, e.address.sheet, e.address.cell)))}]"
    return line


def base(r: Answer) -> str:
    """On what the figure stands: how many trames, which part is provisional, which day."""
    provisional = (
        f", dont {rounded_amount(r.provisional)} provisoires (trames vues, pas encore remises)" if r.provisional else ""
    )
    received_so_far = count_words(r.received_so_far, "trame reçue", "trames reçues")
    received_so_far = f"{received_so_far} sur {r.expected_trames}" if r.expected_trames else "plus de trame attendue"
    return (
        f"{received_so_far}{_received(r)}{provisional} · {' et '.join(r.campaigns) or r.campaign} · au {day(r.as_of)}"
    )


def _received(r: Answer) -> str:
    """« , du 12/03/2022 au 28/03/2022 »: from which days the oldest and the youngest of them are."""
    if r.sources is None:
        return ""
    oldest, youngest = r.sources
    return f", le {day(oldest)}" if oldest == youngest else f", du {day(oldest)} au {day(youngest)}"


def help_text() -> str:
    """The list of questions, from their table."""
    lines: Sequence[str] = [f"  • {i.example} — {i.help_text}" for i in INTENTIONS]
    return "\n".join(
        [
            "Vous pouvez demander :",
            *lines,
            "Ajoutez « par famille », « par GHT », « par opérateur », une année, un territoire ; « en image » ou « en tableur ».",
        ]
    )
