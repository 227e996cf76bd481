"""Answers → Slack's Block Kit: the figure first, on what it stands, then its lines, then what to ask next. Pure.

A chat is hosted elsewhere: no text that someone typed in a trame ever gets in here, only totals, codes and cell
addresses. A label is shown when it is one of ours (folder, catalogue of checks), else its line is named by its reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bots.answer_words import closed
from bots.letters.letter import Piece
from config.folder import Dossier
from config.french import SANS_TAUX, compte, euros, grand_montant, jour, taux
from reports.changes import CAUSES
from reports.sayable import cellule_dicible, labels_connus, reference_dicible
from reports.todo import GESTES
from sheets.checks import CATALOGUE

BLOCS, ENTETE, SECTION, CHAMP, BOUTON, VALEUR = 50, 150, 3000, 2000, 75, 2000
"""What Slack takes: blocks in a message; characters in a header, a section, a field, a button's words and its value."""
CHAMPS = 10
LIGNES = 30
"""Lines behind a figure that a message shows; the command line has them all."""
REPLI = 300
"""Characters of the text that notifications show in place of the blocks."""

Bloc = dict[str, Any]
Objet = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Suite:
    """A button: its words, and the question it asks; `confirme` is what is said before it is taken at its word."""

    cle: str
    mots: str
    question: str
    confirme: str = ""


@dataclass(frozen=True, slots=True)
class Choix:
    """A line on which whoever reads may act: the form it opens, and how it is named."""

    valeur: str
    mots: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: blocks, and the text that stands in for them in a notification."""

    texte: str
    blocs: tuple[Bloc, ...]
    pieces: tuple[Piece, ...] = ()
    """Files that go with it, to its addressee alone."""


def phrase(texte: str, suites: Sequence[Suite] = ()) -> Message:
    """A message of words, as many sections as it takes, then what may be asked instead."""
    blocs = [_section(part) for part in _parts(_propre(texte))]
    return Message(_coupe(_propre(texte), REPLI), _numerotes([*blocs, *_boutons(suites)]))


def lettre(titre: str, texte: str, nom: str, boutons: Sequence[Bloc] = ()) -> Message:
    """A letter: its header bears a name of its own, by which it can be found again."""
    entete = {
        "type": "header",
        "block_id": nom,
        "text": {"type": "plain_text", "text": _coupe(_propre(titre), ENTETE), "emoji": False},
    }
    corps = phrase(texte).blocs[: BLOCS - 1 - len(boutons)]
    return Message(_coupe(_propre(titre), REPLI), (entete, *corps, *boutons))


def reponse(
    objet: Objet,
    dossier: Dossier,
    suites: Sequence[Suite] = (),
    couteux: Objet | None = None,
    choix: Sequence[Choix] = (),
) -> Message:
    """An answer of `vigie ask` for the chat. `couteux` is the answer to « rejets », whose first lines come along; `choix`
    are the lines on which its reader may act."""
    if "unite" not in objet:
        return phrase(str(objet["texte"]))
    titre, premiere = _propre(_figure(objet)), _propre(sans_motif(str(objet["texte"]).partition("\n")[0]))
    blocs = [
        {"type": "header", "text": {"type": "plain_text", "text": _coupe(titre, ENTETE), "emoji": False}},
        _section(_coupe(premiere, SECTION)),
        _champs(_faits(objet)),
        *_closed(objet),
        *_heavy(objet),
        *_lignes(objet, dossier),
        *(_constats(couteux, dossier) if couteux and couteux["lignes"] else []),
        *_liste(choix),
    ]
    return Message(_coupe(f"{titre} · {premiere}", REPLI), _numerotes([*blocs, *_boutons(suites)]))


def entete(texte: str) -> Bloc:
    """A title in words of ours."""
    return {"type": "header", "text": {"type": "plain_text", "text": _coupe(_propre(texte), ENTETE), "emoji": False}}


def paragraphe(texte: str) -> Bloc:
    """Words of ours in one section, cut when they are too long for it."""
    return _section(_coupe(_propre(texte), SECTION))


def verdict(titre: str, faits: Sequence[tuple[str, str]], dits: Sequence[str], suites: Sequence[Suite]) -> Message:
    """What is thought of a file: in brief, its amounts, its rules, what may be done of it."""
    sections = [_section(part) for dit in dits for part in _parts(_propre(dit))]
    return Message(
        _coupe(_propre(titre), REPLI), _numerotes([entete(titre), _champs(faits), *sections, *_boutons(suites)])
    )


def ensemble(messages: Sequence[Message]) -> Message:
    """Several messages as one, with the files of all."""
    return Message(
        _coupe(" · ".join(m.texte for m in messages), REPLI),
        _numerotes(b for m in messages for b in m.blocs),
        pieces=tuple(p for m in messages for p in m.pieces),
    )


def _figure(o: Objet) -> str:
    """The figure, as one says it aloud, with what it counts."""
    valeur = o["valeur"]
    if valeur is None:
        return "Chiffre non communiqué" if o.get("masque") else "Chiffre inconnu"
    if o["unite"] == "EUR":
        mots = {"gains": " retenus", "pourquoi": "" if o.get("chiffre") else " retenus", "rejets": " retirés", "changements": " d'écart",
                "objectif": " d'objectif"}  # fmt: skip
        sens = "+" if o["intention"] == "changements" and Decimal(valeur) > 0 else ""
        return sens + grand_montant(cents(valeur)) + mots.get(o["intention"], "")
    if o["unite"] == "taux":
        return taux(Decimal(str(valeur)))
    if o["unite"] == "constats":
        return compte(int(valeur), "constat")
    if o["intention"] == "taches":
        return compte(int(valeur), "chose à faire", "choses à faire")
    if o["unite"] == "trames":
        manquent = o["intention"] == "retards"
        return compte(int(valeur), "trame manquante" if manquent else "trame remise",
                      "trames manquantes" if manquent else "trames remises")  # fmt: skip
    return str(valeur)


def _faits(o: Objet) -> list[tuple[str, str]]:
    """Objective and attainment, declared and kept, trames, day: on what every figure stands."""
    recues, attendues = o["trames"]["recues"], o["trames"]["attendues"]
    said = (("Retenu", o["totaux"]["gain_retenu"]), ("Déclaré", o["declare"]))
    faits = [(mots, grand_montant(cents(montant))) for mots, montant in said if montant is not None]
    if under := cents(o.get("sous_alerte") or 0):
        without = o.get("retenu_hors_alerte")
        beside = f" ; hors alerte {grand_montant(cents(without))}" if without is not None else ""
        faits.append(("Sous alerte", f"{grand_montant(under)}{beside}"))
    if o["objectif"] is not None:
        reparti = " (réparti)" if o["objectif_reparti"] else ""
        faits.append((f"Objectif{reparti}", grand_montant(cents(o["objectif"]))))
        atteint = o["taux_atteinte"]
        faits.append(("Atteint à", taux(Decimal(str(atteint))) if atteint is not None else SANS_TAUX))
    faits.append(("Trames", f"{compte(recues, 'reçue')} sur {attendues}"))
    if provisoire := cents(o["dont_provisoire"] or 0):
        faits.append(("Dont provisoire", f"{grand_montant(provisoire)} (trames vues, pas encore remises)"))
    if ajustement := cents(o["ajustement"]):
        faits.append(("Ajustement", grand_montant(ajustement)))
    return [*faits, ("Au", f"{jour(date.fromisoformat(o['au']))}, {' et '.join(o['campagnes']) or o['campagne']}")]


def _closed(o: Objet) -> list[Bloc]:
    """What is rounded, and what is withheld with its reason."""
    dit = closed(cents(o.get("arrondi") or 0), {m["chiffre"]: m["motif"] for m in o.get("masque") or ()})
    return [_section(_propre(dit))] if dit else []


def _heavy(o: Objet) -> list[Bloc]:
    """The lines that alone make much of the total, by their place."""
    dites = [
        f"Une seule ligne fait {euros(cents(e['valeur']))} de ce total  [{place}]"
        for e in o.get("lignes_qui_pesent", ())
        if (place := _place(e))
    ]
    return [_section(_propre("\n".join(dites)))] if dites else []


def _place(e: Objet) -> str:
    """« 2021-annuelle/390780146/0042 · S44 », as far as it may be said."""
    places = (reference_dicible(str(e.get("reference", ""))), cellule_dicible(str(e.get("cellule", ""))))
    return " · ".join(filter(None, places))


def _lignes(o: Objet, dossier: Dossier) -> list[Bloc]:
    if o["intention"] == "statut" and o["trames"]["attendues"] == 1:
        return []  # the sentence says it already
    dites = [f"• {_propre(mots)}" for e in o["lignes"][:LIGNES] if (mots := ligne(e, o, dossier))]
    toutes = int(o["faits"].get("lignes", o["faits"].get("constats", len(o["lignes"]))))
    if reste := max(toutes, len(o["lignes"])) - len(dites):
        suite = "ne se montre pas ici" if reste < 2 else "ne se montrent pas ici"
        dites += [f"… {compte(reste, 'autre ligne', 'autres lignes')} {suite}."] if dites else []
    return [_section(part) for part in _parts("\n".join(dites))]


def _constats(couteux: Objet, dossier: Dossier) -> list[Bloc]:
    dites = [f"• {_propre(mots)}" for e in couteux["lignes"] if (mots := ligne(e, couteux, dossier))]
    return [{"type": "divider"}, _section(_coupe("\n".join(["*Constats les plus coûteux*", *dites]), SECTION))]


def ligne(e: Objet, o: Objet, dossier: Dossier) -> str:
    """One line: what names it without quoting anyone, its euros, its state, its cell. Empty when nothing may be said."""
    nom = _nom(e, dossier)
    if not nom:
        return ""
    mots = [nom]
    if e.get("valeur") is not None and o["unite"] == "EUR":
        exact = "cellule" in e or o["intention"] in ("changements", "rejets")
        mots.append(euros(cents(e["valeur"])) if exact else grand_montant(cents(e["valeur"])))
        if under := cents(e.get("sous_alerte", 0)):
            mots[-1] += f", dont {grand_montant(under)} sous alerte"
    mots += filter(None, [_etat(str(e.get("precision", "")), o["intention"])])
    adresse = _place(e)
    return " — ".join(mots) + (f"  [{adresse}]" if adresse else "")


def _nom(e: Objet, dossier: Dossier) -> str:
    """What names a line: its check, its cause, its établissement, or a label of ours; empty when it is none of them."""
    code, libelle = str(e.get("code", "")), str(e["libelle"])
    if code in CATALOGUE:
        return f"{CATALOGUE[code].titre} ({code})"
    if code in CAUSES:
        return f"Ligne {CAUSES[code]}" if "cellule" in e else libelle
    if code in GESTES:
        return libelle
    if code == "decision":
        return "Ligne retirée par décision"
    if "cellule" in e:
        etablissement = dossier.territoire.etablissements.get(_finess(e))
        return etablissement.nom if etablissement else "Ligne"
    return libelle if libelle in labels_connus(dossier) else ""


def _etat(precision: str, intention: str) -> str:
    """What is said beside a line, without the reason that someone wrote."""
    if intention in ("statut", "retards", "gains", "taches"):
        return sans_motif(precision)
    if intention == "alertes":
        return precision.partition(" ;")[0]  # the tabs named after it bear the names that people gave them
    sens = next((m for m in ("retirée", "gardée") if precision.startswith(m)), "")
    report = re.search(r"report de \d{4}-[a-z-]+$", precision)
    return ", ".join(filter(None, (sens, report[0] if report else "")))


def sans_motif(texte: str) -> str:
    """A state without the words of whoever entered it on somebody's behalf."""
    return re.sub(r"(saisie pour son compte) \(.*\)", r"\1", texte, flags=re.DOTALL)


def _finess(e: Objet) -> str:
    return str(e.get("reference", "")).partition("/")[2].partition("/")[0]


def _boutons(suites: Sequence[Suite]) -> list[Bloc]:
    boutons = [_bouton(s) for s in suites if len(s.question) <= VALEUR]
    return [{"type": "actions", "elements": boutons}] if boutons else []


def _liste(choix: Sequence[Choix]) -> list[Bloc]:
    """The lines to choose from: each opens its form."""
    options = [
        {"text": {"type": "plain_text", "text": _coupe(c.mots, BOUTON), "emoji": False}, "value": c.valeur}
        for c in choix[:LIGNES]
        if len(c.valeur) <= BOUTON
    ]
    if not options:
        return []
    liste = {"type": "static_select", "action_id": "bureau-geste", "options": options,
             "placeholder": {"type": "plain_text", "text": "Choisir une ligne", "emoji": False}}  # fmt: skip
    return [{**_section("Agir sur une de ces lignes :"), "accessory": liste}]


def _bouton(s: Suite) -> Bloc:
    bouton: Bloc = {"type": "button", "action_id": f"vigie-{s.cle}", "value": s.question, "text": _simple(s.mots)}
    if s.confirme:
        mots = {"title": s.mots, "text": s.confirme, "confirm": "Oui", "deny": "Non"}
        bouton["confirm"] = {nom: _simple(dit, 300 if nom == "text" else 30) for nom, dit in mots.items()}
    return bouton


def _simple(texte: str, au_plus: int = BOUTON) -> Bloc:
    return {"type": "plain_text", "text": _coupe(texte, au_plus), "emoji": False}


def _section(texte: str) -> Bloc:
    # verbatim: Slack looks for no link, channel or person in what is written
    return {"type": "section", "text": {"type": "mrkdwn", "text": texte, "verbatim": True}}


def _champs(faits: Sequence[tuple[str, str]]) -> Bloc:
    champs = [
        {"type": "mrkdwn", "text": _coupe(f"*{titre}*\n{_propre(valeur)}", CHAMP), "verbatim": True}
        for titre, valeur in faits[:CHAMPS]
    ]
    return {"type": "section", "fields": champs}


def _numerotes(blocs: Iterable[Bloc]) -> tuple[Bloc, ...]:
    """At most as many as Slack takes, each with a name of its own; the last one, buttons or not, is always there."""
    tous = list(blocs)
    gardes = tous if len(tous) <= BLOCS else [*tous[: BLOCS - 1], tous[-1]]
    return tuple({**b, "block_id": f"vigie-{rang}"} for rang, b in enumerate(gardes))


def _parts(texte: str) -> list[str]:
    """A text in pieces that each fit a section, cut between lines where they can be."""
    parts: list[str] = []
    for ligne in texte.split("\n"):
        courte = _coupe(ligne, SECTION)
        if parts and len(parts[-1]) + len(courte) < SECTION:
            parts[-1] += f"\n{courte}"
        else:
            parts.append(courte)
    return [p for p in (p.strip("\n") for p in parts) if p.strip()]


def _propre(texte: str) -> str:
    """Slack's three signs escaped; an @ followed by nothing Slack could call; no control character."""
    sans = texte
    if not "".join(texte.split()).isprintable():  # nearly never: spared the look at each character
        sans = "".join(c if c.isprintable() or c.isspace() else " " for c in texte)
    echappe = sans.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return echappe.replace("@", "@\N{WORD JOINER}")


def _coupe(texte: str, au_plus: int) -> str:
    """The text, cut with « … » when too long, never in the middle of an escaped sign."""
    if len(texte) <= au_plus:
        return texte
    return re.sub(r"&[a-z]{0,4}$", "", texte[: au_plus - 1]) + "…"


def cents(euros_ecrits: Any) -> int:
    """Euros as the answers write them → cents."""
    return int(Decimal(str(euros_ecrits)) * 100)
