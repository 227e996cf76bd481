-- What a tab adds up to beside its control totals, kept with it: a country is then summed without its lines.
ALTER TABLE onglets ADD COLUMN exercice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN declare_positif INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN perimetre_traite INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET exercice = CAST(substr(campagne, 1, 4) AS INTEGER);
UPDATE onglets SET declare_positif = coalesce((SELECT sum(max(gain_exercice, 0)) FROM lignes_paat WHERE onglet = onglets.id), 0),
  perimetre_traite = coalesce((SELECT sum(montant_reference) FROM lignes_paat WHERE onglet = onglets.id AND bloquee = 0
    AND statut = 'réalisé' AND substr(date_premiere_commande, 1, 4) = CAST(exercice AS TEXT)), 0);
CREATE INDEX lignes_paat_action ON lignes_paat(onglet, action_id, gain_exercice, retire);
