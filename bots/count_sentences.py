"""The first sentence of the answers whose figure is a count, a rate or a day. Pure: names territories, looks up nothing."""

from __future__ import annotations

from decimal import Decimal

from bots.amount_words import except_for, of_scope, scope_name
from config.folder import Folder
from config.french import count_words, day, enumeration, rate, rounded_amount, time_left_words
from reports.answer import Answer


def status(r: Answer, folder: Folder) -> str:
    if r.expected_trames == 1 and r.elements:
        return f"{r.elements[0].label} : {r.elements[0].precision}."
    handed_in_ones = count_words(int(r.value or 0), "trame remise", "trames remises")
    return f"{scope_name(r, folder)} : {handed_in_ones} sur {count_words(r.expected_trames, 'attendue')}."


def late_ones(r: Answer, folder: Folder) -> str:
    incomplete_ones = r.count("incomplets")
    rest = f" Remis mais incomplets : {incomplete_ones}." if incomplete_ones else ""
    if not r.value:
        return f"{scope_name(r, folder)} : tout le monde a remis sa trame, {_deadline(r)}.{rest}"
    subject = "1 GHT n'a" if r.value == 1 else f"{r.value} GHT n'ont"
    return f"{scope_name(r, folder)} : {subject} pas remis, {_deadline(r)}.{rest}"


def _deadline(r: Answer) -> str:
    """« échéance du 28/02/2022 (J+31) »."""
    deadline = r.day("echeance")
    days = (r.as_of - deadline).days
    return f"échéance du {day(deadline)} ({f'J{days:+d}' if days else 'aujourd’hui'})"


def line_quality(r: Answer, folder: Folder) -> str:
    if not isinstance(r.value, Decimal):
        return f"Aucune ligne reçue pour {scope_name(r, folder)} en {r.exercice} : pas de taux de qualité."
    after = ""
    if (r.facts["qualite_apres"], r.facts.get("qualite_euros_apres")) != (r.value, r.facts.get("qualite_euros")):
        after = f" Après décisions : {_lines_and_euros(r, '_apres')}."
    who = f"{of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice}"
    return f"Qualité {who} : {_lines_and_euros(r, '')} sans constat bloquant.{after}"


def _lines_and_euros(r: Answer, after: str) -> str:
    """« 92,0 % des lignes (96,1 % des euros) »."""
    lines, in_euros = r.facts["qualite_apres"] if after else r.value, r.facts.get(f"qualite_euros{after}")
    return f"{rate(Decimal(str(lines)))} des lignes" + (
        f" ({rate(Decimal(str(in_euros)))} des euros)" if in_euros is not None else ""
    )


def alerts(r: Answer, folder: Folder) -> str:
    if not r.elements:
        return f"Aucune alerte pour {scope_name(r, folder)} en {r.exercice}."
    return f"{scope_name(r, folder)}, {r.exercice} : {count_words(int(r.value or 0), 'alerte')}, par règle :"


def coverage(r: Answer, folder: Folder) -> str:
    who = f"{of_scope(r.scope, folder)}{except_for(r, folder)}"
    if r.elements:
        return _several_exercices(r, who)
    if not isinstance(r.value, Decimal):
        if r.nothing_received and r.facts.get("achats"):
            return f"Couverture {who} en {r.exercice} : rien n'est reçu, il n'y a pas encore de taux."
        return f"Les achats totaux {who} en {r.exercice} sont inconnus : pas de couverture."
    treated, purchases, unknown_purchases = r.cents("perimetre_traite"), r.cents("achats"), r.count("achats_inconnus")
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


def performance(r: Answer, folder: Folder) -> str:
    who = f"{of_scope(r.scope, folder)}{except_for(r, folder)} en {r.exercice}"
    gain, reference, lines = (r.cents("gain_annuel"), r.cents("perimetre_traite"), r.count("lignes_traitees"))
    if not isinstance(r.value, Decimal):
        return f"Aucune ligne retenue avec un montant de référence pour {scope_name(r, folder)} en {r.exercice} : pas de performance."
    over = f"{rounded_amount(gain)} de gain sur 12 mois pour {rounded_amount(reference)} de référence, {count_words(lines, 'ligne')}"
    return f"Performance {who} : {rate(r.value)} ({over})."


def deadlines(r: Answer, folder: Folder) -> str:
    deadline, opening = r.day("echeance"), r.day("ouverture")
    when = time_left_words((deadline - r.as_of).days)
    opening_words = f" ; la campagne ouvre le {day(opening)}" if opening > r.as_of else ""
    return f"{scope_name(r, folder)} : prochaine échéance le {day(deadline)} ({when}), campagne {r.campaign}{opening_words}."


def tasks(r: Answer, folder: Folder) -> str:
    if not r.elements:
        return f"{scope_name(r, folder)} : rien à faire, tout est en ordre ({r.campaign})."
    return f"{scope_name(r, folder)} : {count_words(len(r.elements), 'chose')} à faire, campagne {r.campaign} :"
