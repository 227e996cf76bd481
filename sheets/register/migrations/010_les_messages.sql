-- What is told, to whom, where it stands; what people answered to it.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  campagne TEXT NOT NULL,
  unite TEXT NOT NULL,
  etape TEXT NOT NULL,
  repere TEXT NOT NULL,
  personne TEXT NOT NULL,
  genre TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('à dire', 'pris', 'dit', 'refusé', 'nul', 'doute')),
  envoi TEXT NOT NULL DEFAULT '',
  canal TEXT NOT NULL DEFAULT '',
  adresse TEXT NOT NULL DEFAULT '',
  reference TEXT NOT NULL DEFAULT '',
  raison TEXT NOT NULL DEFAULT '',
  essais INTEGER NOT NULL DEFAULT 0,
  pas_avant TEXT NOT NULL,
  le TEXT NOT NULL,
  UNIQUE (campagne, unite, etape, repere, personne)
) STRICT;
CREATE INDEX messages_etat ON messages(etat);
CREATE INDEX messages_envoi ON messages(envoi);
CREATE TABLE gestes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  par TEXT NOT NULL,
  pour TEXT NOT NULL,
  genre TEXT NOT NULL CHECK (genre IN ('reporter', 'noter', 'relancer')),
  campagne TEXT NOT NULL,
  unite TEXT NOT NULL,
  jusqu_au TEXT NOT NULL
) STRICT;
CREATE INDEX gestes_campagne ON gestes(campagne);
