-- What people decide; which folder was in force when; a file judged again keeps the day it was received.
CREATE TABLE actes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  par TEXT NOT NULL,
  genre TEXT NOT NULL CHECK (genre IN ('retenir', 'retirer', 'revenir', 'distinguer', 'noter', 'prolonger', 'valider',
    'devalider', 'verrouiller', 'deverrouiller', 'neant')),
  campagne TEXT NOT NULL,
  ght TEXT NOT NULL,
  finess TEXT NOT NULL,
  action_id TEXT NOT NULL,
  valeur TEXT NOT NULL,
  motif TEXT NOT NULL CHECK (motif <> '')
) STRICT;
CREATE INDEX actes_ligne ON actes(campagne, finess, action_id, id);
CREATE TABLE dossiers_en_vigueur (
  id INTEGER PRIMARY KEY,
  depuis TEXT NOT NULL,
  dossier TEXT NOT NULL REFERENCES dossiers(empreinte)
) STRICT;
INSERT INTO dossiers_en_vigueur (depuis, dossier)
  SELECT min(debut), dossier FROM (
    SELECT id, debut, dossier, dossier IS NOT lag(dossier) OVER (ORDER BY id) AS change FROM pulls) WHERE change
  GROUP BY id;
ALTER TABLE fichiers ADD COLUMN recu INTEGER REFERENCES fichiers(id);
UPDATE fichiers SET recu = id;
ALTER TABLE fichiers ADD COLUMN saisi_par TEXT NOT NULL DEFAULT '';
ALTER TABLE fichiers ADD COLUMN saisi_motif TEXT NOT NULL DEFAULT '';
ALTER TABLE lignes_paat ADD COLUMN reportee_de TEXT;
CREATE INDEX fichiers_recu ON fichiers(recu, id);
CREATE INDEX fichiers_pull ON fichiers(pull, id);
CREATE INDEX pulls_debut ON pulls(debut, id);
DROP INDEX onglets_campagne;
CREATE INDEX onglets_campagne ON onglets(campagne, finess, utilisable, fichier);
