"""`python -m jobs.cli`: the command line under the interpreter at hand."""

from jobs.cli import main

main()
