-- Region's folders, original files, pulls, files, tabs, findings, questions.
CREATE TABLE dossiers (
  empreinte TEXT PRIMARY KEY,
  archive BLOB NOT NULL,
  vu_le TEXT NOT NULL
) STRICT;
CREATE TABLE originaux (
  empreinte TEXT PRIMARY KEY,
  octets BLOB NOT NULL
) STRICT;
CREATE TABLE pulls (
  id INTEGER PRIMARY KEY,
  debut TEXT NOT NULL,
  dossier TEXT NOT NULL REFERENCES dossiers(empreinte)
) STRICT;
CREATE TABLE bilans (
  pull INTEGER PRIMARY KEY REFERENCES pulls(id),
  fin TEXT NOT NULL,
  nouveaux INTEGER NOT NULL,
  modifies INTEGER NOT NULL,
  inchanges INTEGER NOT NULL,
  refuses INTEGER NOT NULL
) STRICT;
CREATE TABLE fichiers (
  id INTEGER PRIMARY KEY,
  pull INTEGER NOT NULL REFERENCES pulls(id),
  chemin TEXT NOT NULL,
  modifie_le TEXT NOT NULL,
  empreinte TEXT NOT NULL REFERENCES originaux(empreinte),
  etat TEXT NOT NULL CHECK (etat IN ('nouveau', 'modifie', 'refuse')),
  motif TEXT NOT NULL,
  trame TEXT NOT NULL,
  version TEXT NOT NULL,
  ght TEXT NOT NULL,
  campagne TEXT NOT NULL,
  remis INTEGER NOT NULL,
  contact TEXT NOT NULL
) STRICT;
CREATE INDEX fichiers_campagne ON fichiers(campagne, ght);
CREATE INDEX fichiers_empreinte ON fichiers(empreinte);
CREATE TABLE onglets (
  id INTEGER PRIMARY KEY,
  fichier INTEGER NOT NULL REFERENCES fichiers(id),
  campagne TEXT NOT NULL,
  finess TEXT NOT NULL,
  feuille TEXT NOT NULL,
  colonnes TEXT NOT NULL,
  achats INTEGER,
  neant INTEGER NOT NULL,
  utilisable INTEGER NOT NULL,
  lignes_lues INTEGER NOT NULL,
  lignes_vides INTEGER NOT NULL,
  lignes_ignorees INTEGER NOT NULL,
  lignes_rejetees INTEGER NOT NULL,
  lignes_retenues INTEGER NOT NULL,
  gain_declare INTEGER NOT NULL,
  gain_retire INTEGER NOT NULL,
  gain_retenu INTEGER NOT NULL,
  CHECK (lignes_lues = lignes_vides + lignes_ignorees + lignes_rejetees + lignes_retenues),
  CHECK (gain_declare = gain_retire + gain_retenu AND gain_retire >= 0)
) STRICT;
CREATE INDEX onglets_campagne ON onglets(campagne, finess);
CREATE INDEX onglets_fichier ON onglets(fichier);
CREATE TABLE constats (
  id INTEGER PRIMARY KEY,
  fichier INTEGER NOT NULL REFERENCES fichiers(id),
  onglet INTEGER REFERENCES onglets(id),
  code TEXT NOT NULL,
  gravite TEXT NOT NULL CHECK (gravite IN ('rejet', 'alerte', 'info')),
  feuille TEXT NOT NULL,
  ligne INTEGER,
  cellule TEXT NOT NULL,
  colonne TEXT NOT NULL,
  valeur TEXT NOT NULL,
  message TEXT NOT NULL,
  correction TEXT NOT NULL,
  enjeu INTEGER NOT NULL
) STRICT;
CREATE INDEX constats_fichier ON constats(fichier);
CREATE INDEX constats_onglet ON constats(onglet, gravite);
CREATE TABLE questions (
  id INTEGER PRIMARY KEY,
  personne TEXT NOT NULL,
  posee_le TEXT NOT NULL,
  texte TEXT NOT NULL,
  comprise TEXT
) STRICT;
CREATE INDEX questions_personne ON questions(personne, id);
CREATE TABLE reperes (
  chemin TEXT PRIMARY KEY,
  taille INTEGER NOT NULL,
  modifie_ns INTEGER NOT NULL,
  empreinte TEXT NOT NULL
) STRICT;
CREATE TABLE lignes_paat (
  id INTEGER PRIMARY KEY,
  onglet INTEGER NOT NULL REFERENCES onglets(id),
  numero INTEGER NOT NULL,
  action_id TEXT,
  demarche TEXT,
  intitule TEXT,
  famille TEXT,
  domaine TEXT,
  categorie TEXT,
  levier TEXT,
  operateur TEXT,
  marche TEXT,
  mode TEXT,
  nature TEXT,
  duree_amortissement INTEGER,
  statut TEXT,
  date_premiere_commande TEXT,
  montant_reference INTEGER,
  prix_reference TEXT,
  prix_nouveau TEXT,
  quantite TEXT,
  gain_annuel INTEGER,
  type_effet TEXT,
  justification TEXT,
  commentaire TEXT,
  retour TEXT,
  gain_exercice INTEGER NOT NULL,
  report INTEGER NOT NULL,
  realise_a_date INTEGER NOT NULL,
  prevision INTEGER NOT NULL,
  bloquee INTEGER NOT NULL,
  retire INTEGER NOT NULL CHECK (retire >= 0)
) STRICT;
CREATE INDEX lignes_paat_onglet ON lignes_paat(onglet, famille, gain_exercice, retire);
