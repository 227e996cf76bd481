-- Campaigns in their order, so that a decision follows its line; files written at the same instant; ignored copies.
CREATE TABLE campagnes_connues (
  code TEXT PRIMARY KEY,
  exercice INTEGER NOT NULL,
  situation TEXT NOT NULL
) STRICT;
INSERT INTO campagnes_connues SELECT code, exercice, situation FROM en_vigueur_campagnes;
INSERT OR IGNORE INTO campagnes_connues SELECT campagne, max(exercice), max(exercice) || '-12-31' FROM onglets GROUP BY campagne;
ALTER TABLE fichiers ADD COLUMN ex_aequo INTEGER REFERENCES fichiers(id);
CREATE TABLE copies (
  id INTEGER PRIMARY KEY,
  pull INTEGER NOT NULL REFERENCES pulls(id),
  chemin TEXT NOT NULL,
  fichier INTEGER NOT NULL REFERENCES fichiers(id)
) STRICT;
