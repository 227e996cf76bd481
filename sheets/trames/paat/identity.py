"""How an action of a PAAT is known again: by title, contract and amounts; and what of it goes on into the next exercice. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.french import day, euros, text_key
from sheets.checks.catalogue import Check, Deviation
from sheets.spelling import squeeze
from sheets.trame import CarryingOver, Identity
from sheets.trames.paat import on_carried
from sheets.trames.paat.columns import Action
from sheets.trames.paat.on_campaigns import suspect_unit

_WAYS = (
    ("même intitulé, même marché, mêmes montants",
     lambda a: (text_key(a.intitule or ""), squeeze(a.marche or ""), a.gain_annuel, a.montant_reference)),
    ("même intitulé, même marché", lambda a: (text_key(a.intitule), squeeze(a.marche)) if a.intitule and a.marche else ()),
    ("même marché, mêmes montants, même date de 1re commande",
     lambda a: (squeeze(a.marche), a.gain_annuel, a.montant_reference, a.date_premiere_commande)
     if a.marche and a.gain_annuel and a.date_premiere_commande else ()),
    ("même intitulé, même famille", lambda a: (text_key(a.intitule), a.famille) if a.intitule else ()),
)  # fmt: skip


def _what_changed(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """A notified action that is realised with its amounts has not changed.

    Decisions taken before dates were kept with them know amounts alone.
    """
    amounts = ("les montants",) if before[:2] != after[:2] else ()
    if len(before) < 4 or (before[3], after[3]) == ("notifié", "réalisé"):
        return amounts
    others = zip(("la date de 1re commande", "le statut"), before[2:], after[2:], strict=True)
    return (*amounts, *(words for words, a, b in others if a != b))


def _compared(known: Action, typed: Action) -> Iterator[tuple[Check, Deviation]]:
    """Amounts a hundred or a thousand times those of the same action before."""
    for column in ("gain_annuel", "montant_reference"):
        if deviation := _out_of_unit(getattr(known, column) or 0, getattr(typed, column) or 0, column):
            yield suspect_unit, deviation


def _out_of_unit(before: int, typed_now: int, column: str) -> Deviation | None:
    if not before or not typed_now:
        return None
    ratio = abs(typed_now / before)
    for factor, unit in ((1000, "milliers d'euros"), (100, "centimes")):
        if any(abs(ratio / f - 1) < 0.02 for f in (factor, 1 / factor)):
            return Deviation(f"{euros(typed_now)} au lieu de {euros(before)} dans l'envoi précédent : {factor} fois "
                         f"{'plus' if ratio > 1 else 'moins'}.",
                         f"Vérifiez que le montant est en euros, et non en {unit}.", column, euros(typed_now))  # fmt: skip
    return None


IDENTITY = Identity(
    ways=_WAYS,
    decided_on=("gain_annuel", "montant_reference", "date_premiere_commande", "statut"),
    what_changed=_what_changed,
    amounts=("gain_annuel", "montant_reference"),
    may_go=lambda action: action.statut == "abandonné",
    gone_advice="Remettez la ligne avec son numéro, ou passez l'action au statut « abandonné ».",
    compared=_compared,
)


def _is_same(typed: Action, known: Action) -> bool:
    same_title = text_key(typed.intitule or "") == text_key(known.intitule or "")
    return same_title or typed.date_premiere_commande == known.date_premiere_commande


def _known_over(typed: Action, known: Action) -> Action:
    return typed._replace(
        gain_annuel=known.gain_annuel,
        montant_reference=known.montant_reference,
        statut="réalisé",
        date_premiere_commande=known.date_premiere_commande,
    )


def _in_words(action: Action) -> str:
    ordered_on = action.date_premiere_commande
    gain, reference = (euros(m) if m is not None else "rien" for m in (action.gain_annuel, action.montant_reference))
    statut = "" if action.statut == "réalisé" else f", statut {action.statut or 'vide'}"
    return f"{gain} de gain sur {reference}, 1re commande {day(ordered_on) if ordered_on else 'sans date'}{statut}"


def _note(campaign: str, report: int) -> str:
    return (
        f"Report de {campaign} : {euros(report)} sur cet exercice. Cette ligne est arrêtée avec lui ; "
        "si elle est fausse, dites-le à votre référent."
    )


CARRYING = CarryingOver(
    measure="report",
    is_same=_is_same,
    known_over=_known_over,
    in_words=_in_words,
    not_taken_up=on_carried.carried_over_not_taken_up,
    modified=on_carried.carried_over_modified,
    note=_note,
)
