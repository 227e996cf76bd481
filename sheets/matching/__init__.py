"""What judging needs of the register: which line is which, what was decided of it, what the campaign says of it."""
