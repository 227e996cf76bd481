"""Writes what a pull brought in: all of a file or none, its original with it, control totals checked on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlite_utils import Database

from config.folder import Dossier
from config.secrets import masque
from sheets.findings import Constat, Gravite
from sheets.judged import Classeur, Onglet
from sheets.register import future_facts, past_folders, under_alert
from sheets.register.database import ecriture
from sheets.register.schema import a_convertir, colonnes_de_la_table, table_des_lignes
from sheets.trame import Trame
from sheets.trames import TRAMES

Etat = Literal["nouveau", "modifie", "inchange", "refuse"]


class Saisie(NamedTuple):
    """Who entered a trame on behalf of its GHT, and why: a phone call is traced as such. Empty: the GHT itself."""

    par: str = ""
    motif: str = ""


PAR_LE_GHT = Saisie()
PAR_COURRIEL, PAR_SLACK = "courriel", "depots-slack"
"""The folder that stands in the path of what came by mail, or was dropped in the chat: its sender was answered there."""


@dataclass(frozen=True, slots=True)
class Depot:
    """A file as found in a source: where, when it was last written, and what it holds."""

    chemin: str
    taille: int
    modifie_ns: int
    empreinte: str = ""
    octets: bytes = b""

    @property
    def nom(self) -> str:
        """The path as it is kept and shown. One that holds a secret is told from its like by a few digits of its hash."""
        cache = masque(self.chemin)
        if cache == self.chemin:
            return cache
        return f"{cache} ({hashlib.sha256(self.chemin.encode()).hexdigest()[:6]})"

    @property
    def modifie_le(self) -> str:
        return datetime.fromtimestamp(self.modifie_ns / 1e9, UTC).isoformat(timespec="seconds")


class Unread(NamedTuple):
    """A file or a folder that a pull could not read: in which source, its path as it can be shown, what to say of it."""

    source: str
    path: str
    sentence: str


def commence(db: Database, dossier: Dossier, quand: datetime, sources: Mapping[str, int] | None = None) -> int:
    """Open a pull, and keep the region's folder as it stands; return the pull's number.

    `sources` says how many workbooks each folder held when it was looked into.
    Raises UserError when it would be dated before the last one: the past is asked by its dates.
    """
    dernier = db.execute("SELECT max(debut) FROM pulls").fetchone()[0]
    if dernier and quand.date().isoformat() < dernier[:10]:
        raise future_facts.refusal(dernier, quand)
    past_folders.note(db, dossier, quand)
    with ecriture(db):
        ligne = db.execute(
            "INSERT INTO pulls (debut, dossier) VALUES (?, ?)", (quand.isoformat(timespec="seconds"), dossier.empreinte)
        )
        numero = int(ligne.lastrowid or 0)
        db.conn.executemany(
            "INSERT INTO sources (pull, chemin, classeurs) VALUES (?, ?, ?)",
            [(numero, chemin, combien) for chemin, combien in (sources or {}).items()],
        )
        return numero


def termine(
    db: Database, pull: int, quand: datetime, etats: Sequence[Etat], not_read: Iterable[Unread] = ()
) -> None:  # fmt: skip
    """Close a pull with its count of files by state, and what it could not read. Without this row it was cut short."""
    comptes = [etats.count(e) for e in ("nouveau", "modifie", "inchange", "refuse")]
    with ecriture(db):
        db.conn.executemany(
            "INSERT INTO illisibles (pull, source, chemin, phrase) VALUES (?, ?, ?, ?)", [(pull, *u) for u in not_read]
        )
        db.execute(
            "INSERT INTO bilans VALUES (?, ?, ?, ?, ?, ?)", (pull, quand.isoformat(timespec="seconds"), *comptes)
        )
        _forget_its_twin(db, pull)


_EMPTY = (
    "SELECT p.dossier, substr(p.debut, 1, 10), b.inchanges,"
    " (SELECT group_concat(chemin || ' ' || classeurs, '\n') FROM (SELECT * FROM sources WHERE pull = p.id ORDER BY chemin)),"
    " (SELECT group_concat(chemin || ' ' || phrase, '\n') FROM (SELECT * FROM illisibles WHERE pull = p.id ORDER BY chemin))"
    " FROM pulls p JOIN bilans b ON b.pull = p.id WHERE p.id = ? AND b.nouveaux + b.modifies + b.refuses = 0"
    " AND NOT EXISTS (SELECT 1 FROM fichiers WHERE pull = p.id) AND NOT EXISTS (SELECT 1 FROM recoupements WHERE pull = p.id)"
)
"""What a pull that brought nothing saw."""


def _forget_its_twin(db: Database, pull: int) -> None:
    """Of two pulls in a row, on one day, that brought nothing and saw the same, the last is enough: there is one a minute."""
    (before,) = db.execute("SELECT max(id) FROM pulls WHERE id < ?", (pull,)).fetchone()
    this, twin = (db.execute(_EMPTY, (n,)).fetchone() for n in (pull, before))
    if this and this == twin:
        for table, key in (("sources", "pull"), ("illisibles", "pull"), ("bilans", "pull"), ("pulls", "id")):
            db.execute(f"DELETE FROM {table} WHERE {key} = ?", (before,))


def reperes(db: Database, dossier: Dossier) -> dict[str, tuple[int, int, str]]:
    """By path: size, date in ns and hash at the last sight, to pass over untouched files at the cost of a stat.

    A file refused under another region's folder is left out: it is read again. Companions of ours are left out too.
    """
    requete = (
        "SELECT chemin, taille, modifie_ns, empreinte FROM reperes WHERE coalesce(refuse_selon, ?) = ? AND NOT retour"
    )
    return {c: (t, m, e) for c, t, m, e in db.execute(requete, (dossier.empreinte, dossier.empreinte))}


def companions(db: Database) -> set[tuple[str, int, int]]:
    """(path, size, date in ns) of the companions of ours seen beside the trames: nothing else is kept of them."""
    return set(db.execute("SELECT chemin, taille, modifie_ns FROM reperes WHERE retour"))


def deja_lus(db: Database) -> set[tuple[str, int, int]]:
    """(hash, size, date in ns) of every file that could be read, as last seen: met again elsewhere, it is the same file."""
    return set(
        db.execute("SELECT empreinte, taille, modifie_ns FROM reperes WHERE refuse_selon IS NULL AND NOT retour")
    )


def pose_reperes(db: Database, depots: Iterable[Depot], *, companions: bool = False) -> None:
    """Remember where files that need no reading stand now. A shortcut, not a fact: the one thing overwritten."""
    with ecriture(db):
        db.conn.executemany(
            "INSERT INTO reperes (chemin, taille, modifie_ns, empreinte, retour) VALUES (?, ?, ?, ?, ?) ON CONFLICT (chemin)"
            " DO UPDATE SET taille = excluded.taille, modifie_ns = excluded.modifie_ns, empreinte = excluded.empreinte,"
            " retour = excluded.retour",
            [(d.nom, d.taille, d.modifie_ns, d.empreinte, int(companions)) for d in depots],
        )


def enregistre(
    db: Database, pull: int, depot: Depot, classeur: Classeur, connu: bool, saisie: Saisie = PAR_LE_GHT
) -> Etat:
    """Store one judged file in one transaction and return its state. `connu`: its path was seen before.

    Raises RuntimeError, and stores nothing, if what was written does not add up to what was judged.
    """
    etat: Etat = "refuse" if not classeur.lisible else "modifie" if connu else "nouveau"
    with ecriture(db):
        db.execute("INSERT OR IGNORE INTO originaux (empreinte, octets) VALUES (?, ?)", (depot.empreinte, depot.octets))
        recu = (depot.nom, depot.modifie_le, depot.empreinte, etat, *saisie)
        fichier = _fichier(db, pull, classeur, recu)
        _jugement(db, fichier, classeur)
        _level(db, pull, fichier, depot.modifie_ns)
        selon = (
            db.execute("SELECT dossier FROM pulls WHERE id = ?", (pull,)).fetchone()[0] if etat == "refuse" else None
        )
        db.execute(
            "INSERT OR REPLACE INTO reperes (chemin, taille, modifie_ns, empreinte, refuse_selon) VALUES (?, ?, ?, ?, ?)",
            (depot.nom, depot.taille, depot.modifie_ns, depot.empreinte, selon),
        )
    return etat


def _level(db: Database, pull: int, fichier: int, modifie_ns: int) -> None:
    """Mark as equals the workbooks of a pull, a GHT and a campaign that were written at the same instant.

    A pull cut short and the one that goes on are one.
    """
    first = db.execute(
        "SELECT min(g.id) FROM fichiers f JOIN fichiers g ON (g.ght, g.campagne) = (f.ght, f.campagne)"
        " AND g.pull > (SELECT coalesce(max(b.pull), 0) FROM bilans b WHERE b.pull < f.pull) AND g.id < f.id JOIN reperes r ON r.chemin = g.chemin AND r.modifie_ns = ? WHERE f.id = ? AND f.ght <> ''",
        (modifie_ns, fichier),
    ).fetchone()[0]
    if first:
        db.execute("UPDATE fichiers SET ex_aequo = ? WHERE id IN (?, ?)", (first, first, fichier))


def rejuge(db: Database, pull: int, fichier: int, classeur: Classeur) -> None:
    """Store a new judgement of a file received before: same bytes, same day of arrival, today's rules."""
    with ecriture(db):
        ancien = db.execute(
            "SELECT recu, ex_aequo, chemin, modifie_le, empreinte, etat, saisi_par, saisi_motif FROM fichiers WHERE id = ?",
            (fichier,),
        ).fetchone()
        recu, ex_aequo, chemin, modifie_le, empreinte, etat, *saisie = ancien
        if not classeur.lisible or etat == "refuse":
            etat = "refuse" if not classeur.lisible else "modifie"
        nouveau = _fichier(db, pull, classeur, (chemin, modifie_le, empreinte, etat, *saisie), recu)
        db.execute("UPDATE fichiers SET ex_aequo = ? WHERE id = ?", (ex_aequo, nouveau))
        _jugement(db, nouveau, classeur)


def _jugement(db: Database, fichier: int, classeur: Classeur) -> None:
    feuilles = {o.feuille: _onglet(db, fichier, classeur, o) for o in classeur.onglets}
    _constats(db, ((fichier, feuilles.get(c.feuille), c, None) for c in classeur.constats))


def a_recouper(db: Database) -> list[str]:
    """The campaigns that received something, or were locked or unlocked, since their lines were last looked at together."""
    requete = (
        "SELECT DISTINCT f.campagne FROM fichiers f JOIN onglets o ON o.fichier = f.id WHERE f.pull > coalesce("
        "(SELECT max(r.pull) FROM recoupements r WHERE r.campagne = f.campagne), 0)"
        " UNION SELECT f.campagne FROM copies c JOIN fichiers f ON f.id = c.fichier WHERE c.pull > coalesce("
        "(SELECT max(r.pull) FROM recoupements r WHERE r.campagne = f.campagne), 0)"
        " UNION SELECT a.campagne FROM actes a WHERE a.genre IN ('verrouiller', 'deverrouiller') AND a.le >= ("
        "SELECT max(p.debut) FROM recoupements r JOIN pulls p ON p.id = r.pull WHERE r.campagne = a.campagne) ORDER BY 1"
    )
    return [campagne for (campagne,) in db.execute(requete)]


def campagnes_recues(db: Database) -> list[str]:
    """The campaigns for which at least one tab was received."""
    return [campagne for (campagne,) in db.execute("SELECT DISTINCT campagne FROM onglets ORDER BY 1")]


def recoupe(db: Database, pull: int, campagne: str, constats: Iterable[tuple[int, int, Constat]]) -> None:
    """Store what the checks on a whole campaign found, as (file, tab, finding); none found is a fact too."""
    with ecriture(db):
        vu = int(db.execute("INSERT INTO recoupements (pull, campagne) VALUES (?, ?)", (pull, campagne)).lastrowid or 0)
        trouves = list(constats)
        _constats(db, ((fichier, onglet, c, vu) for fichier, onglet, c in trouves))
        under_alert.add_up(db, vu, {(onglet, c.ligne) for _, onglet, c in trouves if c.gravite is Gravite.ALERTE})


def _constats(db: Database, constats: Iterable[tuple[int, int | None, Constat, int | None]]) -> None:
    db.conn.executemany(
        "INSERT INTO constats (fichier, onglet, code, gravite, feuille, ligne, cellule, colonne, valeur, message,"
        " correction, enjeu, recoupement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (fichier, onglet, c.code, c.gravite.value, c.feuille, c.ligne, c.cellule, c.colonne, c.valeur, c.message,
             c.correction, c.enjeu, recoupement)
            for fichier, onglet, c, recoupement in constats
        ),
    )  # fmt: skip


def _fichier(db: Database, pull: int, classeur: Classeur, recu: tuple[str, ...], comme: int | None = None) -> int:
    """One judgement of a file: `recu` is how it came; `comme` the first judgement of the same arrival, if any."""
    t = classeur.tampon
    motif = "" if classeur.lisible else classeur.constats[0].message
    tampon = (t.trame, t.version, t.ght, t.campagne) if t else ("", "", "", "")
    numero = db.execute(
        "INSERT INTO fichiers (chemin, modifie_le, empreinte, etat, saisi_par, saisi_motif, pull, motif, trame, version,"
        " ght, campagne, remis, contact) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*recu, pull, motif, *tampon, int(classeur.remis), classeur.contact),
    ).lastrowid
    db.execute("UPDATE fichiers SET recu = ? WHERE id = ?", (comme or numero, numero))
    return int(numero or 0)


def _onglet(db: Database, fichier: int, classeur: Classeur, onglet: Onglet) -> int:
    assert classeur.tampon is not None
    t = onglet.totaux
    ligne = db.execute(
        "INSERT INTO onglets (fichier, campagne, finess, feuille, colonnes, achats, neant, utilisable, lignes_lues,"
        " lignes_vides, lignes_ignorees, lignes_rejetees, lignes_retenues, gain_declare, gain_retire, gain_retenu,"
        " declare_positif, perimetre_traite, exercice, notifie, report, repris, sous_alerte)"
        f" VALUES ({', '.join('?' * 23)})",
        (
            fichier, classeur.tampon.campagne, onglet.finess, onglet.feuille, json.dumps(onglet.colonnes), onglet.achats,
            int(onglet.neant), int(onglet.utilisable), t.lignes_lues, t.lignes_vides, t.lignes_ignorees,
            t.lignes_rejetees, t.lignes_retenues, t.gain_declare, t.gain_retire, t.gain_retenu, onglet.declare_positif,
            onglet.perimetre_traite(classeur.exercice), classeur.exercice, onglet.notifie, onglet.report,
            onglet.repris(classeur.exercice), classeur.under_alert(onglet),
        ),
    )  # fmt: skip
    numero = int(ligne.lastrowid or 0)
    _lignes(db, numero, onglet, classeur.tampon.trame)
    return numero


def _lignes(db: Database, numero: int, onglet: Onglet, trame: str) -> None:
    layout = TRAMES[trame]
    table = table_des_lignes(layout)
    db.conn.executemany(
        f"INSERT INTO {table} ({', '.join(colonnes_de_la_table(layout))})"
        f" VALUES ({', '.join('?' * len(colonnes_de_la_table(layout)))})",
        [
            (
                numero,
                ligne.numero,
                *_en_sql(ligne.valeurs, layout),
                *ligne.mesure,
                ligne.bloquee,
                ligne.retire,
                ligne.reportee_de,
            )
            for ligne in onglet.lignes
        ],
    )
    requete = (
        f"SELECT count(*), coalesce(sum(gain_exercice), 0), coalesce(sum(retire), 0) FROM {table} WHERE onglet = ?"
    )
    ecrit = db.execute(requete, (numero,)).fetchone()
    attendu = (len(onglet.lignes), onglet.totaux.gain_declare, onglet.totaux.gain_retire)
    if ecrit != attendu:
        raise RuntimeError(f"« {onglet.feuille} » : the register holds {ecrit}, the tab was judged {attendu}")


def _en_sql(valeurs: tuple[Any, ...], trame: Trame) -> list[Any]:
    """A typed line as its row: dates and decimals as text, all the rest as it is."""
    rangee = list(valeurs)
    for rang, ecrit in a_convertir(trame):
        if rangee[rang] is not None:
            rangee[rang] = ecrit(rangee[rang])
    return rangee
