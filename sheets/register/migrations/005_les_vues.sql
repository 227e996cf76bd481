-- Views for analysts, and what they need of the region's folder in force.
CREATE TABLE en_vigueur_campagnes (
  code TEXT PRIMARY KEY,
  exercice INTEGER NOT NULL,
  situation TEXT NOT NULL
) STRICT;
CREATE TABLE en_vigueur_membres (
  finess TEXT NOT NULL,
  etablissement TEXT NOT NULL,
  ght TEXT NOT NULL,
  ght_nom TEXT NOT NULL,
  region TEXT NOT NULL,
  debut TEXT NOT NULL,
  fin TEXT NOT NULL
) STRICT;
CREATE INDEX en_vigueur_membres_finess ON en_vigueur_membres(finess, debut, fin);
