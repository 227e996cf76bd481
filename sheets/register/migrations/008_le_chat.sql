-- The chat's events already answered, and the last sign of life of each service.
CREATE TABLE evenements_du_chat (
  cle TEXT PRIMARY KEY,
  pris_le TEXT NOT NULL
) STRICT;
CREATE TABLE signes_de_vie (
  service TEXT PRIMARY KEY,
  le TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('vivant', 'muet', 'arrêté'))
) STRICT;
