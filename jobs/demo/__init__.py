"""The newcomer's tour: the example region's trames, filled as people fill them, pulled, judged and asked about."""
