"""Whole numbers divided and rounded, half away from zero: what people expect of euros. Pure."""

from __future__ import annotations


def rounded(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded half away from zero; denominator > 0."""
    rounded_up_half = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded_up_half if numerator >= 0 else -rounded_up_half
