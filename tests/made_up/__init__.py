"""A trame of another nature, known to the tests alone: filled all year, two tables, no euros, a measure in days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from config.french import text_key
from sheets.checks.catalogue import Context, Deviation, check
from sheets.findings import Severity
from sheets.trame import ALWAYS, NUMBER, Column, Examples, Identity, Legend, Measure, Table, Trame


class Course(NamedTuple):
    """A course that was given: how long it lasted, and for whom."""

    action_id: str | None = None
    intitule: str | None = None
    ville: str | None = None
    jour: date | None = None
    duree: int | None = None
    public: str | None = None
    formateur: str | None = None


class Wish(NamedTuple):
    """What a service asks for."""

    action_id: str | None = None
    service: str | None = None
    souhait: str | None = None
    personnes: int | None = None
    motif: str | None = None


def _number(title: str) -> Column:
    return Column(NUMBER, title, "texte", "Déjà rempli ; il suit la ligne.", width=10, is_ours=True)


_COURSE_COLUMNS = (
    _number("N° de session"),
    Column(
        "intitule", "Intitulé de la session", "texte", "De quoi elle parle.", ALWAYS, synonyms=("Session",), width=40
    ),
    Column("ville", "Ville", "texte", "Où elle a lieu.", ALWAYS, width=20),
    Column("jour", "Premier jour", "date", "Le jour où elle commence.", format="dd/mm/yyyy", width=14),
    Column("duree", "Durée (jours)", "entier", "En jours entiers.", ALWAYS, format="0", width=12),
    Column("public", "Public", "liste", "Pour qui.", choices=("acheteurs", "prescripteurs", "tous"), width=16),
    Column("formateur", "Formateur", "texte", "Qui l'anime ; ne se dit pas.", width=24),
)
_WISH_COLUMNS = (
    _number("N° de souhait"),
    Column("service", "Service", "texte", "Qui le demande.", ALWAYS, width=24),
    Column("souhait", "Souhait", "texte", "Ce qu'il voudrait apprendre.", ALWAYS, width=40),
    Column("personnes", "Personnes", "entier", "Combien elles sont.", format="0", width=12),
    Column("motif", "Pourquoi", "texte", "Libre.", width=30),
)


@check("session-trop-longue", Severity.REJECTION, "ligne", title="Une session dure plus de dix jours",
       why="Au-delà, c'est un cursus : il se déclare en plusieurs sessions.",
       good={"duree": "2"}, failing_cells={"duree": "12"})  # fmt: skip
def too_long(line: Course, _: Context) -> Deviation | None:
    if not line.duree or line.duree <= 10:
        return None
    return Deviation(f"La session dure {line.duree} jours.", "Découpez-la en sessions de dix jours au plus.", "duree")


@check("session-en-double", Severity.ALERT, "tableau", title="Une session est là deux fois",
       why="Même intitulé, même ville, même jour.")  # fmt: skip
def twice(lines: Sequence[Any], _: Context) -> Iterator[tuple[Any, Deviation]]:
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        said = (text_key(line.values.intitule or ""), text_key(line.values.ville or ""), line.values.jour)
        if said in seen:
            yield line, Deviation("Cette session est déjà dans l'onglet.", "Supprimez-la.", "intitule")
        seen.add(said)


def _what_changed(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    return () if list(before) == list(after) else ("la durée",)


COURSES = Table(
    code="formations/sessions",
    title="Sessions",
    columns=_COURSE_COLUMNS,
    line=Course,
    measures=(Measure("jours", "jours"), Measure("tenues", "nombre", struck_whole=True)),
    worth=lambda course, _exercice, _situation: (course.duree or 0, int(course.jour is not None)),
    checks=(too_long, twice),
    examples=Examples(
        {"intitule": "Marchés", "ville": "Dijon", "jour": date(2022, 3, 1), "duree": 2.0},
        {
            "valeur-absente": ({"ville": "Dijon"}, {"ville": ""}),
            "valeur-non-numerique": ({"duree": "3"}, {"duree": "NC"}),
            "date-illisible": ({"jour": "01/03/2022"}, {"jour": "le 32"}),
            "valeur-hors-liste": ({"public": "tous"}, {"public": "voisins"}),
            "valeur-reconnue": ({"public": "tous"}, {"public": "acheteur"}),
            "donnee-personnelle": ({"formateur": "cabinet"}, {"formateur": "1 85 05 78 006 084 91"}),
        },
    ),
    identity=Identity(
        ways=(
            (
                "même intitulé, même ville, même durée",
                lambda c: (text_key(c.intitule or ""), text_key(c.ville or ""), c.duree),
            ),
            (
                "même intitulé, même ville",
                lambda c: (text_key(c.intitule), text_key(c.ville)) if c.intitule and c.ville else (),
            ),
        ),
        decided_on=("duree",),
        what_changed=_what_changed,
    ),
    titled_by="intitule",
    private=("formateur",),
    free_texts=("formateur",),
    axes=("ville", "public"),
)
WISHES = Table(
    code="formations/souhaits",
    title="Souhaits",
    columns=_WISH_COLUMNS,
    line=Wish,
    measures=(Measure("personnes_demandees", "nombre"),),
    worth=lambda wish, _exercice, _situation: (wish.personnes or 0,),
    checks=(),
    examples=Examples({"service": "Pharmacie", "souhait": "Marchés"}, {}),
    identity=Identity(
        ways=(("même service, même souhait", lambda w: (text_key(w.service or ""), text_key(w.souhait or ""))),),
        decided_on=("souhait",),
        what_changed=_what_changed,
    ),
    titled_by="souhait",
    free_texts=("motif",),
)
COURSES_OF_A_GHT = Trame(
    code="formations",
    title="Formations achats",
    version="2026.1",
    versions_read=("2026.1",),
    tables=(COURSES, WISHES),
    tab_for="ght",
    instructions=("Une ligne par session, et par souhait.",),
    legend=lambda _: Legend("Session de plus de dix jours.", "Session en double.", "Valeur obligatoire encore vide."),
    is_permanent=True,
)
MIGRATION = """
CREATE TABLE lignes_formations_sessions (
  id INTEGER PRIMARY KEY, onglet INTEGER NOT NULL REFERENCES onglets(id), numero INTEGER NOT NULL,
  action_id TEXT, intitule TEXT, ville TEXT, jour TEXT, duree INTEGER, public TEXT, formateur TEXT,
  jours INTEGER NOT NULL, tenues INTEGER NOT NULL, bloquee INTEGER NOT NULL, retire INTEGER NOT NULL, reportee_de TEXT
) STRICT;
CREATE INDEX lignes_formations_sessions_onglet ON lignes_formations_sessions(onglet, action_id);
CREATE TABLE lignes_formations_souhaits (
  id INTEGER PRIMARY KEY, onglet INTEGER NOT NULL REFERENCES onglets(id), numero INTEGER NOT NULL,
  action_id TEXT, service TEXT, souhait TEXT, personnes INTEGER, motif TEXT,
  personnes_demandees INTEGER NOT NULL, bloquee INTEGER NOT NULL, retire INTEGER NOT NULL, reportee_de TEXT
) STRICT;
CREATE INDEX lignes_formations_souhaits_onglet ON lignes_formations_souhaits(onglet, action_id);
"""
"""What its developer writes beside the folder: frozen text, as every migration."""
