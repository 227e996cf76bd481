"""The command line, a file per command: its options, and what it does and says. Imported when it is called, not before."""

from __future__ import annotations


def main() -> None:
    """Run a command. Here almost alone, for every reading process imports again, as it starts, the module of `main`."""
    from jobs.command_line import run

    run()
