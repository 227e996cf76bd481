-- The last file of a campaign, and the lines of the périmètre traité by their day, read in an index and nowhere else.
CREATE INDEX fichiers_last ON fichiers(campagne, id);
CREATE INDEX lignes_paat_treated ON lignes_paat(
  onglet, date_premiere_commande, statut, montant_reference, gain_annuel, bloquee, reportee_de, action_id
) WHERE statut = 'réalisé' AND montant_reference IS NOT NULL;
