-- The mails of the mailbox: what became of each, and of its answer.
CREATE TABLE courriels (
  cle TEXT PRIMARY KEY,
  recu_le TEXT NOT NULL,
  expediteur TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('en partance', 'à répondre', 'répondu', 'refusé', 'doute', 'sans réponse')),
  le TEXT NOT NULL,
  motif TEXT NOT NULL
) STRICT;
CREATE INDEX courriels_expediteur ON courriels(expediteur, le);
CREATE INDEX courriels_etat ON courriels(etat, le);
