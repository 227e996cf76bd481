-- Mails that wait, each delivery under its own name, with the attempts that never came to their end; letters to strangers.
-- What waited under the old names is still in the mailbox: it is looked at anew.
CREATE TABLE courriels_en_attente (
  cle TEXT PRIMARY KEY,
  expediteur TEXT NOT NULL,
  depuis TEXT NOT NULL,
  le TEXT NOT NULL,
  essais INTEGER NOT NULL,
  motif TEXT NOT NULL
) STRICT;
ALTER TABLE courriels ADD COLUMN inconnu INTEGER NOT NULL DEFAULT 0;
DELETE FROM courriels WHERE etat = 'à répondre';
