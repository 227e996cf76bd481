-- What counts today in French, for whoever opens the register with another tool. Amounts are euros.
-- What counts is decided in `what_counts.py`, for any day; a view takes no parameter, so the same rule is written here for
-- today, and tests hold the two equal.
CREATE VIEW v_lignes_decidees AS
WITH derniere AS (
  SELECT l.id AS ligne, l.onglet, l.gain_exercice, l.bloquee, l.retire, a.genre, a.par, a.le, a.motif, a.valeur, max(a.id),
    coalesce(l.gain_annuel, '') || '/' || coalesce(l.montant_reference, '') AS montants,
    coalesce(l.date_premiere_commande, '') || '/' || coalesce(l.statut, '') AS suite
  FROM actes a JOIN campagnes_connues ca ON ca.code = a.campagne
  JOIN campagnes_connues co ON (co.exercice = ca.exercice AND co.situation >= ca.situation) OR co.exercice = ca.exercice + 1
  JOIN onglets o ON o.campagne = co.code AND o.finess = a.finess
  JOIN lignes_paat l ON l.onglet = o.id AND l.action_id = a.action_id
  WHERE a.genre IN ('retenir', 'retirer', 'revenir') AND (co.exercice = ca.exercice OR l.reportee_de IS NOT NULL)
  GROUP BY l.id
), prise AS (
  SELECT *, NOT (valeur IN (montants, montants || '/' || suite)
    OR (suite LIKE '%/réalisé' AND valeur LIKE montants || '/%/notifié')) AS changee
  FROM derniere WHERE genre <> 'revenir'
), voulue AS (
  SELECT *, genre = 'retenir' AND changee AS caduque,
    CASE WHEN genre = 'retenir' AND changee THEN bloquee ELSE genre = 'retirer' END AS decidee FROM prise
)
SELECT ligne, onglet, genre, par, le, motif, caduque, changee, decidee AS bloquee, bloquee AS bloquee_par_les_controles,
  CASE WHEN decidee THEN max(gain_exercice, 0) ELSE 0 END AS retire, retire AS retire_par_les_controles
FROM voulue;

CREATE VIEW v_onglets_qui_comptent AS
WITH dernier_verrou AS (
  SELECT campagne, ght, genre, CAST(valeur AS INTEGER) AS jusqu_a, max(id) AS pose FROM actes
  WHERE genre IN ('verrouiller', 'deverrouiller') GROUP BY campagne, ght
), verrou AS MATERIALIZED (
  SELECT campagne, ght, jusqu_a, pose FROM dernier_verrou WHERE genre = 'verrouiller'
), admis AS (
  SELECT o.id, o.finess, c.exercice, c.situation, c.code, f.recu, f.id AS fichier,
    coalesce(f.ex_aequo, f.recu) AS rang, o.gain_retenu, f.empreinte, coalesce(v.jusqu_a, 9223372036854775807) AS borne
  FROM en_vigueur_campagnes c JOIN onglets o ON o.campagne = c.code JOIN fichiers f ON f.id = o.fichier
  LEFT JOIN verrou v ON v.campagne = c.code AND v.ght = f.ght
  WHERE o.utilisable AND f.id <= coalesce(v.jusqu_a, 9223372036854775807)
), juge AS (
  SELECT * FROM admis a WHERE NOT EXISTS (
    SELECT 1 FROM fichiers g WHERE g.recu = a.recu AND g.id > a.fichier AND g.id <= a.borne)
), neant AS (
  SELECT -a.id AS id, a.finess, c.exercice, c.situation, c.code, datetime(a.le) AS quand, a.le, max(a.id)
  FROM actes a JOIN en_vigueur_campagnes c ON c.code = a.campagne
  LEFT JOIN verrou v ON v.campagne = a.campagne AND v.ght = a.ght
  WHERE a.genre = 'neant' AND NOT (v.pose IS NOT NULL AND a.id > v.pose AND a.valeur = 'ght') GROUP BY a.campagne, a.finess
), candidat AS (
  SELECT j.id, j.finess, j.exercice, j.situation, j.code, datetime(p.debut) AS quand, j.rang, j.gain_retenu, j.empreinte, j.recu
  FROM juge j JOIN fichiers f ON f.id = j.recu JOIN pulls p ON p.id = f.pull
  UNION ALL SELECT id, finess, exercice, situation, code, quand, 0, 0, '', 0 FROM neant
), rangs AS (
  SELECT id, exercice, situation,
    row_number() OVER (PARTITION BY exercice, finess ORDER BY situation DESC, code DESC, quand DESC, rang DESC,
      gain_retenu, empreinte, recu DESC) AS place FROM candidat
)
SELECT r.exercice, o.campagne, m.region, m.ght, m.ght_nom, o.finess, m.etablissement,
  CASE f.remis WHEN 1 THEN 'remise' ELSE 'provisoire' END AS remise,
  CASE o.neant WHEN 1 THEN 'oui' ELSE 'non' END AS rien_a_declarer,
  o.lignes_lues, o.lignes_vides, o.lignes_ignorees,
  o.lignes_rejetees + coalesce(d.lignes, 0) AS lignes_rejetees,
  o.lignes_retenues - coalesce(d.lignes, 0) AS lignes_retenues,
  o.gain_declare / 100.0 AS gain_declare,
  (o.gain_retire + coalesce(d.cents, 0)) / 100.0 AS gain_retire,
  (o.gain_retenu - coalesce(d.cents, 0)) / 100.0 AS gain_retenu,
  o.achats / 100.0 AS achats_declares,
  f.chemin AS fichier, o.feuille, substr(p.debut, 1, 10) AS recu_le, o.id AS onglet
FROM rangs r JOIN onglets o ON o.id = r.id JOIN fichiers f ON f.id = o.fichier
JOIN fichiers arrivee ON arrivee.id = f.recu JOIN pulls p ON p.id = arrivee.pull
JOIN en_vigueur_membres m ON m.finess = o.finess AND m.debut <= r.situation AND r.situation <= m.fin
LEFT JOIN (
  SELECT onglet, sum(bloquee - bloquee_par_les_controles) AS lignes, sum(retire - retire_par_les_controles) AS cents
  FROM v_lignes_decidees GROUP BY onglet
) d ON d.onglet = o.id
WHERE r.place = 1
UNION ALL
SELECT n.exercice, n.code, m.region, m.ght, m.ght_nom, n.finess, m.etablissement, 'remise', 'oui', 0, 0, 0, 0, 0, 0.0, 0.0, 0.0,
  NULL, '', '', substr(n.le, 1, 10), n.id
FROM rangs r JOIN neant n ON n.id = r.id
JOIN en_vigueur_membres m ON m.finess = n.finess AND m.debut <= r.situation AND r.situation <= m.fin
WHERE r.place = 1;

CREATE VIEW v_lignes_qui_comptent AS
SELECT t.campagne || '/' || t.finess || '/' || l.action_id AS reference,
  t.exercice, t.campagne, t.region, t.ght, t.ght_nom, t.finess, t.etablissement, t.remise,
  l.intitule, l.famille, l.domaine, l.categorie, l.levier, l.operateur, l.marche, l.nature, l.statut,
  l.date_premiere_commande,
  l.montant_reference / 100.0 AS montant_reference, l.gain_annuel / 100.0 AS gain_annuel,
  l.gain_exercice / 100.0 AS declare,
  coalesce(d.retire, l.retire) / 100.0 AS retire,
  (l.gain_exercice - coalesce(d.retire, l.retire)) / 100.0 AS retenu,
  l.report / 100.0 AS report,
  CASE WHEN coalesce(d.retire, l.retire) > 0 THEN 'retiré' ELSE 'retenu' END AS sort,
  CASE WHEN coalesce(d.bloquee, l.bloquee) THEN 'oui' ELSE 'non' END AS bloquee,
  CASE d.genre WHEN 'retenir' THEN 'gardée' WHEN 'retirer' THEN 'retirée' ELSE '' END
    || CASE WHEN d.changee THEN ', à revoir' ELSE '' END AS decision,
  coalesce(d.motif, '') AS decision_motif,
  l.reportee_de, t.fichier, t.feuille, l.numero AS ligne,
  json_extract(o.colonnes, '$.gain_annuel') || l.numero AS cellule, l.onglet
FROM v_onglets_qui_comptent t JOIN onglets o ON o.id = t.onglet JOIN lignes_paat l ON l.onglet = t.onglet
LEFT JOIN v_lignes_decidees d ON d.ligne = l.id;

CREATE VIEW v_constats AS
SELECT c.gravite, c.code, t.exercice, t.campagne, t.region, t.ght, t.ght_nom, t.finess, t.etablissement,
  coalesce(t.campagne || '/' || t.finess || '/' || l.action_id, '') AS reference,
  c.message, c.correction, c.valeur, c.colonne, c.enjeu * coalesce(d.bloquee, 1) / 100.0 AS enjeu,
  t.fichier, c.feuille, c.ligne, c.cellule, c.onglet
FROM v_onglets_qui_comptent t JOIN constats c ON c.onglet = t.onglet
LEFT JOIN lignes_paat l ON l.onglet = c.onglet AND l.numero = c.ligne LEFT JOIN v_lignes_decidees d ON d.ligne = l.id
WHERE c.recoupement IS NULL OR c.recoupement IN (SELECT max(id) FROM recoupements GROUP BY campagne);
