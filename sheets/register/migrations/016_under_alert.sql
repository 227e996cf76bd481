-- Cents kept by lines that bear an alert: of a tab's own checks, and what each look at a campaign adds to them.
ALTER TABLE onglets ADD COLUMN sous_alerte INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET sous_alerte = coalesce((SELECT sum(max(l.gain_exercice, 0)) FROM lignes_paat l
  WHERE l.onglet = onglets.id AND l.bloquee = 0 AND l.numero IN (SELECT c.ligne FROM constats c
    WHERE c.onglet = onglets.id AND c.gravite = 'alerte' AND c.recoupement IS NULL)), 0);
CREATE TABLE sous_alertes (
  recoupement INTEGER NOT NULL REFERENCES recoupements(id),
  onglet INTEGER NOT NULL REFERENCES onglets(id),
  cents INTEGER NOT NULL,
  PRIMARY KEY (recoupement, onglet)
) STRICT, WITHOUT ROWID;
INSERT INTO sous_alertes (recoupement, onglet, cents)
  SELECT v.recoupement, v.onglet, sum(max(l.gain_exercice, 0)) FROM (
    SELECT DISTINCT recoupement, onglet, ligne FROM constats
    WHERE recoupement IS NOT NULL AND gravite = 'alerte' AND ligne IS NOT NULL) v
  JOIN lignes_paat l ON l.onglet = v.onglet AND l.numero = v.ligne
  WHERE l.bloquee = 0 AND l.numero NOT IN (SELECT c.ligne FROM constats c
    WHERE c.onglet = v.onglet AND c.gravite = 'alerte' AND c.recoupement IS NULL AND c.ligne IS NOT NULL)
  GROUP BY 1, 2;
