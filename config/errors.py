"""Faults a user can cause and mend. Anything else is a bug and keeps its own type and traceback."""

from config.secrets import masque


class UserError(Exception):
    """One French sentence: what was seen, what was expected, what to do next. Shown without a traceback.

    What is secret in what was seen is hidden.
    """

    def __init__(self, phrase: str) -> None:
        super().__init__(masque(phrase))
