"""Faults a user can cause and mend. Anything else is a bug and keeps its own type and traceback."""

from config.secrets import mask


class UserError(Exception):
    """One French sentence: what was seen, what was expected, what to do next. Shown without a traceback.

    What is secret in what was seen is hidden.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(mask(sentence))
