"""The acts as tests do them: by the one door of the product, in a line of Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports.acting import Given, Request, perform, perform_all
from reports.acting import decide_all as decide_each
from reports.every_act import ACTS
from sheets.register.acts import Main


def decide(main: Main, reference: str, direction: str, reason: str) -> str:
    return perform(main, Request(ACTS[direction], (reference,), Given(reason)))


def decide_all(main: Main, requests: Sequence[tuple[str, str, str]]) -> list[str]:
    return decide_each(main, [Request(ACTS[d], (reference,), Given(reason)) for reference, d, reason in requests])


def tell_apart(main: Main, reference: str, reason: str) -> str:
    return decide(main, reference, "distinguer", reason)


def note(main: Main, reference: str, text: str) -> str:
    return decide(main, reference, "noter", text)


def extend(main: Main, campaign: str, ght: str, until_day: date, reason: str) -> str:
    return perform(main, Request(ACTS["prolonger"], (campaign, ght), Given(reason, until_day)))


def validate(main: Main, campaign: str, ght: str, reason: str, *, yes: bool = True) -> str:
    return perform(main, Request(ACTS["valider" if yes else "devalider"], (campaign, ght), Given(reason)))


def lock_ghts(main: Main, campaign: str, ghts: Sequence[str], reason: str, *, yes: bool = True) -> list[str]:
    """Return those done."""
    act = ACTS["verrouiller" if yes else "deverrouiller"]
    return [aim.ght for aim in perform_all(main, [Request(act, (campaign, ght), Given(reason)) for ght in ghts])]


def declare_neant(main: Main, campaign: str, finess: str, reason: str) -> str:
    return perform(main, Request(ACTS["neant"], (campaign, finess), Given(reason)))


def remind(main: Main, campaign: str, ght: str) -> str:
    return perform(main, Request(ACTS["relancer"], (campaign, ght), Given()))
