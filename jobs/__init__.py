"""When: pulls, the command line and the newcomer's tour. Last room of five; imports them all."""
