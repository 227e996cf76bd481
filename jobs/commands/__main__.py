"""`python -m jobs.commands`: the command line under the interpreter at hand."""

from jobs.commands import main

main()
