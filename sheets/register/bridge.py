"""Reads which lines differ between what counted on two days. Writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database

from sheets.register.compte import OngletRecu
from sheets.register.decisions import decisions
from sheets.register.questions import LigneRecue, lignes_de

_CHANGEES = """
WITH a(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:avant))
SELECT la.id, lb.id, a.vis FROM a JOIN lignes_paat la ON la.onglet = a.onglet
LEFT JOIN lignes_paat lb ON lb.onglet = a.vis AND lb.action_id = la.action_id
WHERE lb.id IS NULL OR la.gain_exercice <> lb.gain_exercice OR la.retire <> lb.retire
  OR la.id IN (SELECT value FROM json_each(:decidees)) OR lb.id IN (SELECT value FROM json_each(:decidees))
"""
_NOUVELLES = """
WITH b(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?))
SELECT lb.id FROM b JOIN lignes_paat lb ON lb.onglet = b.onglet
WHERE NOT EXISTS (SELECT 1 FROM lignes_paat la WHERE la.onglet = b.vis AND la.action_id = lb.action_id)
"""


def lignes_changees(
    db: Database, avant: Sequence[OngletRecu], le: date, apres: Sequence[OngletRecu], au: date
) -> tuple[dict[tuple[str, str], LigneRecue], dict[tuple[str, str], LigneRecue]]:
    """By FINESS and number, the lines whose euros may differ between the tabs of two days: as they were, as they are.

    Those that a decision was taken on are among them, whatever it came to.
    """
    prises = [decisions(db, [o.id for o in onglets], jour) for onglets, jour in ((avant, le), (apres, au))]
    remues = {d.onglet for jour in prises for d in jour} | {o.id for o in avant} ^ {o.id for o in apres}
    vis_avant, vis_apres = ({o.finess: o for o in onglets} for onglets in (avant, apres))
    parametres = {
        "avant": json.dumps([(o.id, _id(vis_apres.get(o.finess))) for o in avant if o.id in remues]),
        "decidees": json.dumps([d.ligne for jour in prises for d in jour]),
    }
    changees = db.execute(_CHANGEES, parametres).fetchall()
    perdues = Counter(vis for _, b, vis in changees if b is None)
    # A tab with as many lines as were found again in it has no new one: nearly all, spared the second look.
    accrus = [o for o in apres if o.id in remues and _lignes(o) != _lignes(vis_avant.get(o.finess)) - perdues[o.id]]
    nouvelles = db.execute(_NOUVELLES, (json.dumps([(o.id, _id(vis_avant.get(o.finess))) for o in accrus]),))
    ici = [b for _, b, _ in changees if b] + [b for (b,) in nouvelles]
    return (
        _par_action(lignes_de(db, [o.id for o in avant if o.id in remues], le, parmi=[a for a, _, _ in changees])),
        _par_action(lignes_de(db, [o.id for o in apres if o.id in remues], au, parmi=ici)),
    )


def _id(onglet: OngletRecu | None) -> int | None:
    return onglet.id if onglet else None


def _lignes(onglet: OngletRecu | None) -> int:
    return onglet.totaux.lignes_retenues + onglet.totaux.lignes_rejetees if onglet else 0


def _par_action(lignes: list[LigneRecue]) -> dict[tuple[str, str], LigneRecue]:
    return {(li.finess, li.action_id): li for li in lignes}
