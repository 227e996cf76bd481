"""The trame PAAT: the action plan of a GHT, its gains, its checks."""
