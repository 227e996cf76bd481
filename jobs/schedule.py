"""The service's steps at their pace, with APScheduler. Holds no truth: a step missed, late or doubled changes nothing.

What is due is computed by each step from the register and the calendar, so that an interval is all there is to keep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from config.campaign import PARIS
from jobs.steps import Step

GRACE = 3600
"""Seconds by which a step may be late and still run: the library's own second would skip it."""


def make_schedule(
    steps: Sequence[Step], run_step: Callable[[Step], object], current_time: Callable[[], datetime]
) -> BackgroundScheduler:
    """A schedule, not started: `run_step` takes every step once at once, then at its pace, never twice together."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # a line a step is ours to write
    scheduler = BackgroundScheduler(
        timezone=PARIS,
        executors={"default": ThreadPoolExecutor(max(len(steps), 1))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE},
    )
    for p in steps:
        scheduler.add_job(run_step, "interval", (p,), id=p.key, seconds=p.seconds, next_run_time=current_time())
    return scheduler
