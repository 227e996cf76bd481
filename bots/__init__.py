"""Who is told: questions understood, answers worded, and the channels they travel by.

Fourth room of five. Imports `config`, `sheets` and `reports`; never `jobs`.
"""
