"""The thresholds of the checks, read from `reglages.toml`. Decided here: no source publishes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Seuils:
    """Rates are fractions (0.15 is 15 %), amounts are cents. The defaults are those of the house."""

    performance_a_expliquer: Decimal = Decimal("0.15")
    performance_a_justifier: Decimal = Decimal("0.30")
    part_des_achats: Decimal = Decimal("0.50")
    poids_d_une_ligne: Decimal = Decimal("0.25")
    poids_lignes_minimum: int = 5
    ecart_de_recalcul: Decimal = Decimal("0.01")
    ecart_de_recalcul_cents: int = 100
    notifie_ancien_mois: int = 6


POURCENTAGES = frozenset(f.name for f in fields(Seuils) if f.type == "Decimal")
"""Settings a referent writes in percent."""
