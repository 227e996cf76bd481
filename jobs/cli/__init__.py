"""The command line: the same functions by hand."""

from __future__ import annotations


def main() -> None:
    """Run a command. Here almost alone, for every reading process imports again, as it starts, the module of `main`."""
    from jobs.cli.commande import run

    run()
