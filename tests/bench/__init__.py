"""Measures, as ratios within one run: `make bench`. Never timed tests: a machine has its moods, a ratio much less."""
