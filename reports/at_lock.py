"""What was kept when the campaign was locked, whatever its region decided since."""

from __future__ import annotations

from dataclasses import replace

from reports.answer import Reponse
from reports.gains import base
from reports.view import Sujet, Vue


def at_lock(vue: Vue, sujet: Sujet) -> Reponse:
    """Cents kept by the GHT locked that day, each as it stood at its lock; none when nothing is locked. A total alone."""
    onglets = vue.comptent(sujet, at_lock=True)
    reponse = base(vue, sujet, "verrou", onglets)
    faits = {"verrouillees": len({o.ght for o in onglets})}
    return replace(reponse, valeur=reponse.totaux.gain_retenu if onglets else None, unite="EUR", faits=faits)
