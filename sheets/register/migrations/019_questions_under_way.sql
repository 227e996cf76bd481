-- The questions of the chat that were claimed and are not known to be answered.
CREATE TABLE questions_en_cours (
  cle TEXT PRIMARY KEY,
  recue_le TEXT NOT NULL,
  robot TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('prise', 'part', 'échec', 'doute')),
  essais INTEGER NOT NULL,
  corps TEXT NOT NULL
) STRICT;
