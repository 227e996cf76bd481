-- Which table a tab is of; what each line is worth along every measure of its trame, and what a tab adds up to along them: declared, and struck.
ALTER TABLE onglets ADD COLUMN tableau TEXT NOT NULL DEFAULT '';
UPDATE onglets SET tableau = (SELECT f.trame FROM fichiers f WHERE f.id = onglets.fichier);
ALTER TABLE lignes_paat ADD COLUMN repris INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN perimetre_traite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN gain_traite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN lignes_traitees INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN perimetre_traite_avant INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN gain_traite_avant INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lignes_paat ADD COLUMN lignes_traitees_avant INTEGER NOT NULL DEFAULT 0;
UPDATE lignes_paat SET repris = gain_exercice FROM onglets o
  WHERE o.id = lignes_paat.onglet AND substr(date_premiere_commande, 1, 4) < CAST(o.exercice AS TEXT);
UPDATE lignes_paat SET perimetre_traite = montant_reference, gain_traite = coalesce(gain_annuel, 0), lignes_traitees = 1
  FROM onglets o WHERE o.id = lignes_paat.onglet AND statut = 'réalisé' AND montant_reference IS NOT NULL
    AND substr(date_premiere_commande, 1, 4) = CAST(o.exercice AS TEXT);
UPDATE lignes_paat SET perimetre_traite_avant = montant_reference, gain_traite_avant = coalesce(gain_annuel, 0),
  lignes_traitees_avant = 1
  FROM onglets o WHERE o.id = lignes_paat.onglet AND statut = 'réalisé' AND montant_reference IS NOT NULL
    AND substr(date_premiere_commande, 1, 4) = CAST(o.exercice - 1 AS TEXT);
DROP INDEX lignes_paat_treated;
DROP INDEX lignes_paat_continued;
CREATE INDEX lignes_paat_continued ON lignes_paat(onglet, action_id, reportee_de) WHERE reportee_de IS NOT NULL;
CREATE INDEX lignes_paat_treated ON lignes_paat(onglet, action_id) WHERE lignes_traitees <> 0;
CREATE INDEX lignes_paat_treated_before ON lignes_paat(onglet, action_id) WHERE lignes_traitees_avant <> 0;
CREATE TABLE sommes (
  onglet INTEGER NOT NULL REFERENCES onglets(id),
  mesure TEXT NOT NULL,
  declare INTEGER NOT NULL,
  retire INTEGER NOT NULL,
  PRIMARY KEY (onglet, mesure)
) STRICT, WITHOUT ROWID;
INSERT INTO sommes (onglet, mesure, declare, retire)
  SELECT onglet, mesure, sum(montant), sum(iif(bloquee, retire, 0)) FROM (
    SELECT onglet, bloquee, 'report' AS mesure, report AS montant, max(report, 0) AS retire FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'realise_a_date', realise_a_date, max(realise_a_date, 0) FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'prevision', prevision, max(prevision, 0) FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'repris', repris, max(repris, 0) FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'perimetre_traite', perimetre_traite, perimetre_traite FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'gain_traite', gain_traite, gain_traite FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'lignes_traitees', lignes_traitees, lignes_traitees FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'perimetre_traite_avant', perimetre_traite_avant, perimetre_traite_avant FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'gain_traite_avant', gain_traite_avant, gain_traite_avant FROM lignes_paat
    UNION ALL SELECT onglet, bloquee, 'lignes_traitees_avant', lignes_traitees_avant, lignes_traitees_avant FROM lignes_paat)
  GROUP BY onglet, mesure HAVING sum(montant) <> 0 OR sum(iif(bloquee, retire, 0)) <> 0;
ALTER TABLE onglets DROP COLUMN perimetre_traite;
ALTER TABLE onglets DROP COLUMN notifie;
ALTER TABLE onglets DROP COLUMN report;
ALTER TABLE onglets DROP COLUMN repris;
