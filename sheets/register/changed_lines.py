"""Reads which lines differ between what counted on two days. Writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.decisions import Decision, last_acts
from sheets.register.what_counts import OngletRecu

_CHANGEES = """
WITH a(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:avant)),
decidee(onglet, vis, action_id) AS (
  SELECT a.onglet, a.vis, l.action_id FROM json_each(:decidees) d CROSS JOIN lignes_paat l ON l.id = d.value JOIN a ON a.onglet = l.onglet
  UNION
  SELECT a.onglet, a.vis, l.action_id FROM json_each(:decidees) d CROSS JOIN lignes_paat l ON l.id = d.value JOIN a ON a.vis = l.onglet)
SELECT a.onglet, la.action_id, la.id, la.gain_exercice, la.retire, a.vis, lb.id, lb.gain_exercice, lb.retire
FROM a JOIN lignes_paat la ON la.onglet = a.onglet
LEFT JOIN lignes_paat lb ON lb.onglet = a.vis AND lb.action_id = la.action_id
WHERE lb.id IS NULL OR la.gain_exercice <> lb.gain_exercice OR la.retire <> lb.retire
UNION
SELECT d.onglet, la.action_id, la.id, la.gain_exercice, la.retire, d.vis, lb.id, lb.gain_exercice, lb.retire
FROM decidee d CROSS JOIN lignes_paat la ON la.onglet = d.onglet AND la.action_id = d.action_id
LEFT JOIN lignes_paat lb ON lb.onglet = d.vis AND lb.action_id = la.action_id
"""
_NOUVELLES = """
WITH b(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?))
SELECT b.onglet, lb.action_id, lb.id, lb.gain_exercice, lb.retire FROM b JOIN lignes_paat lb ON lb.onglet = b.onglet
WHERE NOT EXISTS (SELECT 1 FROM lignes_paat la WHERE la.onglet = b.vis AND la.action_id = lb.action_id)
"""


class Ecrite(NamedTuple):
    """A line as it counted one day, in cents: where it is stored, the arrival it comes from, what was decided of it."""

    ligne: int
    onglet: int
    recu: int
    gain_exercice: int
    retire: int
    decision: Decision | None


Changees = dict[tuple[str, str], tuple[Ecrite | None, Ecrite | None]]
"""By FINESS and number: the line as it was, as it is."""


def lignes_changees(
    db: Database, avant: Sequence[OngletRecu], le: date, apres: Sequence[OngletRecu], au: date
) -> Changees:
    """The lines whose euros may differ between the tabs of two days.

    Those that a decision was taken on are among them, whatever it came to.
    """
    prises_avant, prises_apres = (
        {d.ligne: d for d in last_acts(db, [o.id for o in onglets], jour)}
        for onglets, jour in ((avant, le), (apres, au))
    )
    decidees = [*prises_avant.values(), *prises_apres.values()]
    remues = {d.onglet for d in decidees} | {o.id for o in avant} ^ {o.id for o in apres}
    vis_avant, vis_apres = ({o.finess: o for o in onglets} for onglets in (avant, apres))
    parametres = {
        # As they lie on the disk: a country is read in one sweep.
        "avant": json.dumps(sorted((o.id, _id(vis_apres.get(o.finess))) for o in avant if o.id in remues)),
        "decidees": json.dumps([d.ligne for d in decidees]),
    }
    la, ici = _Jour(avant, prises_avant), _Jour(apres, prises_apres)
    changees: Changees = {}
    perdues: Counter[int] = Counter()
    for onglet, numero, a, gain_a, retire_a, vis, b, gain_b, retire_b in db.execute(_CHANGEES, parametres):
        perdues[vis] += b is None
        apres_lui = ici.ecrite(b, vis, gain_b, retire_b) if b else None
        changees[la.finess(onglet), numero] = (la.ecrite(a, onglet, gain_a, retire_a), apres_lui)
    # A tab with as many lines as were found again in it has no new one: nearly all, spared the second look.
    accrus = [o for o in apres if o.id in remues and _lignes(o) != _lignes(vis_avant.get(o.finess)) - perdues[o.id]]
    nouvelles = db.execute(_NOUVELLES, (json.dumps([(o.id, _id(vis_avant.get(o.finess))) for o in accrus]),))
    for onglet, numero, b, gain_b, retire_b in nouvelles:
        changees[ici.finess(onglet), numero] = (None, ici.ecrite(b, onglet, gain_b, retire_b))
    return changees


class _Jour:
    """The tabs that counted one day, and what had been decided of their lines."""

    def __init__(self, onglets: Sequence[OngletRecu], prises: Mapping[int, Decision]) -> None:
        self.onglets, self.prises = {o.id: o for o in onglets}, prises

    def finess(self, onglet: int) -> str:
        return self.onglets[onglet].finess

    def ecrite(self, ligne: int, onglet: int, gain_exercice: int, retire: int) -> Ecrite:
        d = self.prises.get(ligne)
        return Ecrite(ligne, onglet, self.onglets[onglet].recu, gain_exercice, d.retire if d else retire, d)


def _id(onglet: OngletRecu | None) -> int:
    """0 is no tab's."""
    return onglet.id if onglet else 0


def _lignes(onglet: OngletRecu | None) -> int:
    return onglet.totaux.lignes_retenues + onglet.totaux.lignes_rejetees if onglet else 0
