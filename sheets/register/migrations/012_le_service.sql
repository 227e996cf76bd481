-- How each step of the service last went: its last success and what it did, its last failure and why.
CREATE TABLE pas_du_service (
  pas TEXT NOT NULL,
  reussi INTEGER NOT NULL CHECK (reussi IN (0, 1)),
  le TEXT NOT NULL,
  dit TEXT NOT NULL,
  PRIMARY KEY (pas, reussi)
) STRICT;
