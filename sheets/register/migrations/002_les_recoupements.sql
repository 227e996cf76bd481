-- What the checks on a whole campaign found, each time it was looked at: the last look up to a day tells that day's.
CREATE TABLE recoupements ( id INTEGER PRIMARY KEY, pull INTEGER NOT NULL REFERENCES pulls(id), campagne TEXT NOT NULL) STRICT;
CREATE INDEX recoupements_campagne ON recoupements(campagne, pull);
ALTER TABLE constats ADD COLUMN recoupement INTEGER REFERENCES recoupements(id);
