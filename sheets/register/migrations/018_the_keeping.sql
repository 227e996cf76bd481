-- What a pull could not read in its sources; companions of ours seen there, not to be judged again at every pull.
CREATE TABLE illisibles (
  pull INTEGER NOT NULL REFERENCES pulls(id),
  source TEXT NOT NULL,
  chemin TEXT NOT NULL,
  phrase TEXT NOT NULL
) STRICT;
CREATE INDEX illisibles_pull ON illisibles(pull, source);
ALTER TABLE reperes ADD COLUMN retour INTEGER NOT NULL DEFAULT 0;
