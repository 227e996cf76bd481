"""Where workbooks come from, beside folders. Hands over who sent what; never knows the register, nor what becomes of it."""
