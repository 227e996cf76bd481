"""The first sentence of the answers whose figure is an amount, or a rank by amounts. Pure: names territories, looks up nothing."""

from __future__ import annotations

from bots.amount_words import attained, except_for, of_scope, scope_name, under_alert
from config.folder import Folder
from config.french import after_de, aim, count_words, day, euros, rounded_amount
from reports.answer import Answer


def gains(r: Answer, folder: Folder) -> str:
    if r.nothing_received:
        aimed = f"{_aimed(r)}." if r.objective and not r.but_for else ""
        return f"Gains {of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice} : {NO_FIGURE}.{aimed}"
    struck = f" Retiré : {rounded_amount(r.totals.struck)}{_out_of_declared(r)}." if r.totals.struck else ""
    attainment = "" if r.but_for else _attainment(r)
    return f"Gains {of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice} : {rounded_amount(r.totals.kept)} retenus{under_alert(r.under_alert)}.{attainment}{struck}"


NO_FIGURE = "rien n'est reçu, il n'y a pas encore de chiffre"


def _attainment(r: Answer) -> str:
    if r.objective is None:
        return " Pas d'objectif connu."
    words = "atteint à " if r.objective.amount else ""
    return f"{_aimed(r)}, {words}{attained(r)}."


def _aimed(r: Answer) -> str:
    assert r.objective
    shared_out = " (réparti)" if r.objective.shared_out else ""
    return f" Objectif{shared_out} : {rounded_amount(r.objective.amount)}"


def _out_of_declared(r: Answer) -> str:
    return "" if "declare" in r.mask else f" sur {rounded_amount(r.totals.declared)} déclarés"


def at_lock(r: Answer, folder: Folder) -> str:
    who, locked = (
        f"{of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice}",
        r.count("verrouillees"),
    )
    if r.value is None:
        return f"Gains {who} : rien n'est verrouillé, il n'y a pas encore de chiffre au verrou."
    trames = count_words(locked, "trame verrouillée", "trames verrouillées")
    return (
        f"Gains {who} au verrou : {rounded_amount(int(r.value))} retenus{under_alert(r.under_alert)} ({trames}),"
        " sans ce qui a été décidé depuis."
    )


def objective(r: Answer, folder: Folder) -> str:
    if r.objective is None:
        return f"Je ne connais pas d'objectif {of_scope(r.scope, folder)} pour {r.exercice}."
    o = r.objective
    nature = "réparti au prorata des achats, " if o.shared_out else ""
    that_is = "soit " if o.amount else ""
    aim_words = (
        f"Objectif {of_scope(r.scope, folder)} pour {r.exercice} : {rounded_amount(o.amount)} "
        f"({nature}version « {o.version} », en vigueur depuis le {day(o.effective_from)})."
    )
    if "retenu" in r.mask:
        return aim_words
    if r.nothing_received:
        return f"{aim_words} {NO_FIGURE.capitalize()}."
    return (
        f"{aim_words} "
        f"Retenu à ce jour : {rounded_amount(r.totals.kept)}{under_alert(r.under_alert)}, {that_is}{attained(r)}."
    )


def why(r: Answer, folder: Folder, what: str = "") -> str:
    """`what` are the words of a figure that is no gain."""
    lines, struck_lines = r.count("lignes"), r.count("retirees")
    end = f", dont {count_words(struck_lines, 'retirée')}" if struck_lines else ""
    end += f" ; {rounded_amount(r.under_alert)} sont sous alerte" if r.under_alert and not r.figure else ""
    where = f"{of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice}"
    if r.value is None:
        return f"Gains {where} : {NO_FIGURE}."
    return f"Les {euros(int(r.value or 0))}{what} {where} viennent de {count_words(lines, 'ligne')}{end} :"


def nothing_struck(r: Answer) -> bool:
    return not r.count("constats") and not r.count("decisions")


def rejections(r: Answer, folder: Folder) -> str:
    findings, decisions = r.count("constats"), r.count("decisions")
    if nothing_struck(r):
        return f"Rien n'est retiré pour {scope_name(r, folder)} en {r.exercice}."
    decided_words = (
        f", {count_words(decisions, 'ligne tranchée', 'lignes tranchées')} par décision" if decisions else ""
    )
    return (
        f"{scope_name(r, folder)}, {r.exercice} : {euros(r.totals.struck)} retirés, "
        f"{count_words(findings, 'constat bloquant', 'constats bloquants')}{decided_words}. Du plus coûteux au moins coûteux :"
    )


def nothing_moved(r: Answer) -> bool:
    return not r.elements and not r.value


def signed_euros(cents: int) -> str:
    return f"{'+' if cents >= 0 else ''}{euros(cents)}"


def changes(r: Answer, folder: Folder) -> str:
    since = r.day("depuis")
    before, objective_before = r.cents("retenu_avant"), r.facts.get("objectif_avant")
    revised = ""
    if r.objective and isinstance(objective_before, int) and objective_before != r.objective.amount:
        revised = f" Objectif révisé : {rounded_amount(objective_before)} → {rounded_amount(r.objective.amount)}."
    if nothing_moved(r):
        return f"{scope_name(r, folder)}, {r.exercice} : rien n'a changé depuis le {day(since)} ({euros(before)} retenus).{revised}"
    return (
        f"{scope_name(r, folder)}, {r.exercice} : {euros(before)} retenus le {day(since)}, {euros(r.totals.kept)} "
        f"le {day(r.as_of)} ({signed_euros(int(r.value or 0))}).{revised}"
    )


def comparison(r: Answer, folder: Folder) -> str:
    names = [e.label for e in r.elements]
    between_years = all(n.isdigit() for n in names)
    what = f"{scope_name(r, folder)}, {' et '.join(names)}" if between_years else f"{' et '.join(names)}, {r.exercice}"
    if r.value is None:
        return f"{what} : pas de quoi comparer, il manque un chiffre."
    difference = int(r.value)
    if between_years:
        return f"{what} : {signed_amount(difference)} de gains retenus de {names[0]} à {names[-1]}."
    sign_shown = (
        "autant de gains retenus"
        if not difference
        else f"{rounded_amount(abs(difference))} de {'plus' if difference > 0 else 'moins'}"
    )
    return f"{what} : {sign_shown} pour {names[0]} que pour {names[1]}."


def signed_amount(cents: int) -> str:
    return f"{'+' if cents >= 0 else ''}{rounded_amount(cents)}"


def evolution(r: Answer, folder: Folder) -> str:
    if r.value is None:
        return f"Gains {after_de(scope_name(r, folder))} : un seul exercice a des gains, pas d'évolution à dire."
    last_two_labels = [e.label for e in r.elements if e.value is not None][-2:]
    return f"Gains {after_de(scope_name(r, folder))} : {signed_amount(int(r.value))} de {last_two_labels[0]} à {last_two_labels[1]}."


RANGES = {
    "ght": ("GHT", "GHT"), "region": ("région", ""), "etablissement": ("établissement", ""), "famille": ("famille", ""),
    "operateur": ("opérateur", ""), "domaine": ("domaine", ""), "categorie": ("catégorie", ""), "levier": ("levier", ""),
    "nature": ("nature", ""),
}  # fmt: skip
"""What a ranking ranks, and its plural when it takes no « s »."""


def ranking(r: Answer, folder: Folder) -> str:
    classes, missing_ghts = int(r.value or 0), r.count("absents")
    without = f" ; {count_words(missing_ghts, 'autre')} sans rien de reçu" if missing_ghts else ""
    if r.place:
        who, where = folder.territory.name(r.place), f"{scope_name(r, folder)}, {r.exercice}"
        if not r.elements:
            return f"{who} n'est pas classé : rien n'est reçu de lui ({where}, {classes} classés)."
        return f"{who} : {r.elements[0].beside} par les gains retenus ({where}{without})."
    sign_shown = "du dernier au premier" if r.count("du_bas") else "du premier au dernier"
    return f"{scope_name(r, folder)}, {r.exercice} : {count_words(classes, *RANGES[r.by])} par gains retenus, {sign_shown}{without}."


def forecast(r: Answer, folder: Folder) -> str:
    if r.value is None:
        return f"Prévision {of_scope(r.scope, folder)} pour {r.exercice} : {NO_FIGURE}.{_imputed(r)}"
    if not r.facts.keys() >= {"notifie", "report"} or "retenu" in r.mask:
        return f"Prévision {of_scope(r.scope, folder)} pour {r.exercice} : {rounded_amount(int(r.value or 0))}.{_attainment_aimed(r)}{_imputed(r)}"
    notified, report, old_months = r.cents("notifie"), r.cents("report"), r.count("anciens")
    before = r.exercice - 1
    caution = (
        f" + {rounded_amount(report)} de report de {before} pas encore repris"
        if old_months
        else f" (report de {before} inconnu)"
    )
    return (
        f"Prévision {of_scope(r.scope, folder)}{except_for(r, folder)} pour {r.exercice} : {rounded_amount(int(r.value or 0))} = "
        f"{rounded_amount(r.totals.kept)} retenus{_beside(r.under_alert)} + {rounded_amount(notified)} notifiés{caution}.{_attainment_aimed(r)}{_imputed(r)}"
    )


def _beside(cents: int) -> str:
    """The same inside a sum."""
    return f" (dont {rounded_amount(cents)} sous alerte)" if cents else ""


def _imputed(r: Answer) -> str:
    """What is told beside the forecast and never inside it."""
    missing_ghts = r.count("absents")
    if not missing_ghts:
        return ""
    if r.mask.keys() & {"impute", "impute_reporte"}:
        return f" {missing_ghts} GHT sans réponse, dont la part ne vous est pas communiquée."
    if "impute" not in r.facts or not r.count("anciens"):
        return f" {missing_ghts} GHT sans réponse, dont la part n'est pas estimée."
    imputed, imputed_carried = r.cents("impute"), r.cents("impute_reporte")
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
