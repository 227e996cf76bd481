"""The tables, by numbered migrations. Facts are inserted, never updated: the past can be asked again.

Amounts are whole cents, dates ISO text. The table of a trame's lines follows from its layout.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from sqlite_utils import Database, Migrations

from sheets.gain import Mesure
from sheets.register import vues
from sheets.trame import Trame
from sheets.trames import TRAMES

registre = Migrations("vigie")

TYPES = {"euros": "INTEGER", "entier": "INTEGER"}


def table_des_lignes(trame: Trame) -> str:
    """« lignes_paat »."""
    return f"lignes_{trame.code}"


@cache
def colonnes_de_la_table(trame: Trame) -> tuple[str, ...]:
    """Every column but the key, in the order a judged line gives them: where, what was typed, what it is worth."""
    return ("onglet", "numero", *(c.cle for c in trame.saisies), *Mesure._fields, "bloquee", "retire", "reportee_de")


@cache
def a_convertir(trame: Trame) -> tuple[tuple[int, Callable[[Any], str]], ...]:
    """Which values of a typed line SQLite has no type for, and how they are written as text."""
    ecrits: dict[str, Callable[[Any], str]] = {"date": date.isoformat, "nombre": str}
    return tuple((rang, ecrits[c.genre]) for rang, c in enumerate(trame.saisies) if c.genre in ecrits)


def _applique(db: Database, instructions: str) -> None:
    """One statement at a time: executescript() would commit the migration's transaction half-way."""
    for instruction in instructions.split(";\n"):
        if instruction.strip():
            db.execute(instruction)


@registre()
def m001_le_registre(db: Database) -> None:
    """Region's folders, original files, pulls, files, tabs, findings, questions."""
    _applique(db, _M001)
    db.execute(_lignes(TRAMES["paat"]))
    db.execute("CREATE INDEX lignes_paat_onglet ON lignes_paat(onglet, famille, gain_exercice, retire)")


@registre()
def m002_les_recoupements(db: Database) -> None:
    """What the checks on a whole campaign found, each time it was looked at: the last look up to a day tells that day's."""
    db.execute(
        "CREATE TABLE recoupements ("
        " id INTEGER PRIMARY KEY, pull INTEGER NOT NULL REFERENCES pulls(id), campagne TEXT NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX recoupements_campagne ON recoupements(campagne, pull)")
    db.execute("ALTER TABLE constats ADD COLUMN recoupement INTEGER REFERENCES recoupements(id)")


@registre()
def m003_les_refus_se_relisent(db: Database) -> None:
    """Under which region's folder a file was refused: another folder may well read it."""
    db.execute("ALTER TABLE reperes ADD COLUMN refuse_selon TEXT")


@registre()
def m004_les_actes(db: Database) -> None:
    """What people decide; which folder was in force when; a file judged again keeps the day it was received."""
    _applique(db, _M004)


@registre()
def m005_les_vues(db: Database) -> None:
    """Views for analysts, and what they need of the region's folder in force."""
    vues.prepare(db)
    vues.cree(db)


@registre()
def m006_la_garde(db: Database) -> None:
    """The folders a pull looked into, the backups made, what was erased once its time had passed."""
    _applique(db, _M006)


@registre()
def m007_les_sommes(db: Database) -> None:
    """What a tab adds up to beside its control totals, kept with it: a country is then summed without its lines."""
    _applique(db, _M007)


@registre()
def m008_le_chat(db: Database) -> None:
    """The chat's events already answered, and the last sign of life of each service."""
    _applique(db, _M008)


@registre()
def m009_la_prevision(db: Database) -> None:
    """What a tab adds to the forecast, kept with it: what is notified, what the next exercice inherits, what was inherited."""
    _applique(db, _M009)


@registre()
def m010_les_messages(db: Database) -> None:
    """What is told, to whom, where it stands; what people answered to it."""
    _applique(db, _M010)


@registre()
def m011_le_courrier(db: Database) -> None:
    """The mails of the mailbox: what became of each, and of its answer."""
    _applique(db, _M011)


@registre()
def m012_le_service(db: Database) -> None:
    """How each step of the service last went: its last success and what it did, its last failure and why."""
    _applique(db, _M012)


@registre()
def m013_what_follows(db: Database) -> None:
    """Campaigns in their order, so that a decision follows its line; files written at the same instant; ignored copies."""
    _applique(db, _M013)
    vues.cree(db)


@registre()
def m014_the_views_follow(db: Database) -> None:
    """The views say which of two workbooks of one instant counts, and « rien à déclarer » said on someone's behalf."""
    vues.cree(db)


_M013 = """
CREATE TABLE campagnes_connues (
  code TEXT PRIMARY KEY,
  exercice INTEGER NOT NULL,
  situation TEXT NOT NULL
) STRICT;
INSERT INTO campagnes_connues SELECT code, exercice, situation FROM en_vigueur_campagnes;
INSERT OR IGNORE INTO campagnes_connues SELECT campagne, max(exercice), max(exercice) || '-12-31' FROM onglets GROUP BY campagne;
ALTER TABLE fichiers ADD COLUMN ex_aequo INTEGER REFERENCES fichiers(id);
CREATE TABLE copies (
  id INTEGER PRIMARY KEY,
  pull INTEGER NOT NULL REFERENCES pulls(id),
  chemin TEXT NOT NULL,
  fichier INTEGER NOT NULL REFERENCES fichiers(id)
) STRICT;
"""


@registre()
def m015_reports_at_hand(db: Database) -> None:
    """What a line leaves to the next exercice, and which lines continue another, without reading the lines themselves."""
    _applique(db, _M015)


_M015 = """
CREATE INDEX lignes_paat_report ON lignes_paat(onglet, action_id, report, bloquee) WHERE report <> 0;
CREATE INDEX lignes_paat_continued ON lignes_paat(onglet, action_id) WHERE reportee_de IS NOT NULL;
"""


@registre()
def m016_under_alert(db: Database) -> None:
    """Cents kept by lines that bear an alert: of a tab's own checks, and what each look at a campaign adds to them."""
    _applique(db, _M016)


@registre()
def m018_the_keeping(db: Database) -> None:
    """What a pull could not read in its sources; companions of ours seen there, not to be judged again at every pull."""
    _applique(db, _M018)


@registre()
def m019_questions_under_way(db: Database) -> None:
    """The questions of the chat that were claimed and are not known to be answered."""
    _applique(db, _M019)


@registre()
def m020_the_mailbox(db: Database) -> None:
    """Mails that wait, each delivery under its own name, with the attempts that never came to their end; letters to strangers.

    What waited under the old names is still in the mailbox: it is looked at anew.
    """
    _applique(db, _M020)


_M020 = """
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
"""
_M019 = """
CREATE TABLE questions_en_cours (
  cle TEXT PRIMARY KEY,
  recue_le TEXT NOT NULL,
  robot TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('prise', 'part', 'échec', 'doute')),
  essais INTEGER NOT NULL,
  corps TEXT NOT NULL
) STRICT;
"""


_M018 = """
CREATE TABLE illisibles (
  pull INTEGER NOT NULL REFERENCES pulls(id),
  source TEXT NOT NULL,
  chemin TEXT NOT NULL,
  phrase TEXT NOT NULL
) STRICT;
CREATE INDEX illisibles_pull ON illisibles(pull, source);
ALTER TABLE reperes ADD COLUMN retour INTEGER NOT NULL DEFAULT 0;
"""


_M016 = """
ALTER TABLE onglets ADD COLUMN sous_alerte INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET sous_alerte = coalesce((SELECT sum(max(l.gain_exercice, 0)) FROM lignes_paat l
  WHERE l.onglet = onglets.id AND l.bloquee = 0 AND l.numero IN (SELECT c.ligne FROM constats c
    WHERE c.onglet = onglets.id AND c.gravite = 'alerte' AND c.recoupement IS NULL)), 0);
CREATE TABLE sous_alertes (
  recoupement INTEGER NOT NULL REFERENCES recoupements(id),
  onglet INTEGER NOT NULL REFERENCES onglets(id),
  cents INTEGER NOT NULL,
  PRIMARY KEY (recoupement, onglet)
) STRICT, WITHOUT ROWID;
INSERT INTO sous_alertes (recoupement, onglet, cents)
  SELECT v.recoupement, v.onglet, sum(max(l.gain_exercice, 0)) FROM (
    SELECT DISTINCT recoupement, onglet, ligne FROM constats
    WHERE recoupement IS NOT NULL AND gravite = 'alerte' AND ligne IS NOT NULL) v
  JOIN lignes_paat l ON l.onglet = v.onglet AND l.numero = v.ligne
  WHERE l.bloquee = 0 AND l.numero NOT IN (SELECT c.ligne FROM constats c
    WHERE c.onglet = v.onglet AND c.gravite = 'alerte' AND c.recoupement IS NULL AND c.ligne IS NOT NULL)
  GROUP BY 1, 2;
"""
_M011 = """
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
"""
_M008 = """
CREATE TABLE evenements_du_chat (
  cle TEXT PRIMARY KEY,
  pris_le TEXT NOT NULL
) STRICT;
CREATE TABLE signes_de_vie (
  service TEXT PRIMARY KEY,
  le TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('vivant', 'muet', 'arrêté'))
) STRICT;
"""
_M010 = """
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  campagne TEXT NOT NULL,
  unite TEXT NOT NULL,
  etape TEXT NOT NULL,
  repere TEXT NOT NULL,
  personne TEXT NOT NULL,
  genre TEXT NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ('à dire', 'pris', 'dit', 'refusé', 'nul', 'doute')),
  envoi TEXT NOT NULL DEFAULT '',
  canal TEXT NOT NULL DEFAULT '',
  adresse TEXT NOT NULL DEFAULT '',
  reference TEXT NOT NULL DEFAULT '',
  raison TEXT NOT NULL DEFAULT '',
  essais INTEGER NOT NULL DEFAULT 0,
  pas_avant TEXT NOT NULL,
  le TEXT NOT NULL,
  UNIQUE (campagne, unite, etape, repere, personne)
) STRICT;
CREATE INDEX messages_etat ON messages(etat);
CREATE INDEX messages_envoi ON messages(envoi);
CREATE TABLE gestes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  par TEXT NOT NULL,
  pour TEXT NOT NULL,
  genre TEXT NOT NULL CHECK (genre IN ('reporter', 'noter', 'relancer')),
  campagne TEXT NOT NULL,
  unite TEXT NOT NULL,
  jusqu_au TEXT NOT NULL
) STRICT;
CREATE INDEX gestes_campagne ON gestes(campagne);
"""
_M009 = """
ALTER TABLE onglets ADD COLUMN notifie INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN report INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN repris INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET (notifie, report, repris) = (
  SELECT coalesce(sum(iif(bloquee, min(prevision, 0), prevision)), 0), coalesce(sum(iif(bloquee, min(report, 0), report)), 0),
    coalesce(sum(iif(substr(date_premiere_commande, 1, 4) < CAST(onglets.exercice AS TEXT), gain_exercice, 0)), 0)
  FROM lignes_paat WHERE onglet = onglets.id);
"""
_M012 = """
CREATE TABLE pas_du_service (
  pas TEXT NOT NULL,
  reussi INTEGER NOT NULL CHECK (reussi IN (0, 1)),
  le TEXT NOT NULL,
  dit TEXT NOT NULL,
  PRIMARY KEY (pas, reussi)
) STRICT;
"""
_M007 = """
ALTER TABLE onglets ADD COLUMN exercice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN declare_positif INTEGER NOT NULL DEFAULT 0;
ALTER TABLE onglets ADD COLUMN perimetre_traite INTEGER NOT NULL DEFAULT 0;
UPDATE onglets SET exercice = CAST(substr(campagne, 1, 4) AS INTEGER);
UPDATE onglets SET declare_positif = coalesce((SELECT sum(max(gain_exercice, 0)) FROM lignes_paat WHERE onglet = onglets.id), 0),
  perimetre_traite = coalesce((SELECT sum(montant_reference) FROM lignes_paat WHERE onglet = onglets.id AND bloquee = 0
    AND statut = 'réalisé' AND substr(date_premiere_commande, 1, 4) = CAST(exercice AS TEXT)), 0);
CREATE INDEX lignes_paat_action ON lignes_paat(onglet, action_id, gain_exercice, retire);
"""
_M006 = """
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  pull INTEGER NOT NULL REFERENCES pulls(id),
  chemin TEXT NOT NULL,
  classeurs INTEGER NOT NULL
) STRICT;
CREATE INDEX sources_chemin ON sources(chemin, pull);
CREATE TABLE sauvegardes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  chemin TEXT NOT NULL,
  octets INTEGER NOT NULL
) STRICT;
ALTER TABLE originaux ADD COLUMN efface_le TEXT;
"""

_M004 = """
CREATE TABLE actes (
  id INTEGER PRIMARY KEY,
  le TEXT NOT NULL,
  par TEXT NOT NULL,
  genre TEXT NOT NULL CHECK (genre IN ('retenir', 'retirer', 'revenir', 'distinguer', 'noter', 'prolonger', 'valider',
    'devalider', 'verrouiller', 'deverrouiller', 'neant')),
  campagne TEXT NOT NULL,
  ght TEXT NOT NULL,
  finess TEXT NOT NULL,
  action_id TEXT NOT NULL,
  valeur TEXT NOT NULL,
  motif TEXT NOT NULL CHECK (motif <> '')
) STRICT;
CREATE INDEX actes_ligne ON actes(campagne, finess, action_id, id);
CREATE TABLE dossiers_en_vigueur (
  id INTEGER PRIMARY KEY,
  depuis TEXT NOT NULL,
  dossier TEXT NOT NULL REFERENCES dossiers(empreinte)
) STRICT;
INSERT INTO dossiers_en_vigueur (depuis, dossier)
  SELECT min(debut), dossier FROM (
    SELECT id, debut, dossier, dossier IS NOT lag(dossier) OVER (ORDER BY id) AS change FROM pulls) WHERE change
  GROUP BY id;
ALTER TABLE fichiers ADD COLUMN recu INTEGER REFERENCES fichiers(id);
UPDATE fichiers SET recu = id;
ALTER TABLE fichiers ADD COLUMN saisi_par TEXT NOT NULL DEFAULT '';
ALTER TABLE fichiers ADD COLUMN saisi_motif TEXT NOT NULL DEFAULT '';
ALTER TABLE lignes_paat ADD COLUMN reportee_de TEXT;
CREATE INDEX fichiers_recu ON fichiers(recu, id);
CREATE INDEX fichiers_pull ON fichiers(pull, id);
CREATE INDEX pulls_debut ON pulls(debut, id);
DROP INDEX onglets_campagne;
CREATE INDEX onglets_campagne ON onglets(campagne, finess, utilisable, fichier);
"""

_M001 = """
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
"""


def _lignes(trame: Trame) -> str:
    """The table of a trame's lines: its columns as declared, then what we computed."""
    saisies = "".join(f"  {c.cle} {TYPES.get(c.genre, 'TEXT')},\n" for c in trame.saisies)
    calcules = "".join(f"  {c} INTEGER NOT NULL,\n" for c in Mesure._fields)
    return (
        f"CREATE TABLE {table_des_lignes(trame)} (\n"
        "  id INTEGER PRIMARY KEY,\n"
        "  onglet INTEGER NOT NULL REFERENCES onglets(id),\n"
        "  numero INTEGER NOT NULL,\n"
        f"{saisies}{calcules}"
        "  bloquee INTEGER NOT NULL,\n"
        "  retire INTEGER NOT NULL CHECK (retire >= 0)\n"
        ") STRICT"
    )
