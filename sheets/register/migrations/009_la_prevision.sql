-- What a tab adds to the forecast, kept with it: what is notified, what the next exercice inherits, what was inherited.
ALTER TABLE onglets ADD COLUMN notifie INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN report INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN repris INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET (notifie, report, repris) = (
  SELECT coalesce(sum(iif(bloquee, min(prevision, 0), prevision)), 0), coalesce(sum(iif(bloquee, min(report, 0), report)), 0),
    coalesce(sum(iif(substr(date_premiere_commande, 1, 4) < CAST(onglets.exercice AS TEXT), gain_exercice, 0)), 0)
  FROM lignes_paat WHERE onglet = onglets.id);
