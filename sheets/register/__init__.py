"""What we remember, in one SQLite file. The house's only SQL.

`schema` says what is kept, `register` opens it, `pulls` writes what came in, `questions` reads it back.
"""
