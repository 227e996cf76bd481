-- The folders a pull looked into, the backups made, what was erased once its time had passed.
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  pull INTEGER NOT NULL REFERENCES pulls(id),
  chemin TEXT NOT NULL,
  classeurs INTEGER NOT NULL
) STRICT;
CREATE INDEX sources_chemin ON sources(chemin, pull);
CREATE TABLE sauvegardes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  chemin TEXT NOT NULL,
  octets INTEGER NOT NULL
) STRICT;
ALTER TABLE originaux ADD COLUMN efface_le TEXT;
