"""Faults a user can cause and mend. Anything else is a bug and keeps its own type and traceback."""


class UserError(Exception):
    """One French sentence: what was seen, what was expected, what to do next. Shown without a traceback."""
