"""What is known: figures, states and rates, read from the register as of a day. Never words, never writes.

Third room of five. Imports `config` and `sheets`.
"""
