"""What goes in: trames are written, read, judged and remembered here.

Second room of five. Imports `config` only.
"""
