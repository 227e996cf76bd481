"""The words of what answers a mail: what each attachment became, or why it was not read. Pure; never sends anything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bots.letters.letter import Lettre, Piece
from sheets.sources.mail_headers import Entetes

BONJOUR = "Bonjour,"
RENVOYER = "Pour corriger, renvoyez votre fichier à la même adresse."
SIGNATURE = "Vigie (réponse automatique)"


def cle(entetes: Entetes) -> str:
    """The unique name of the answer to a mail."""
    return f"courriel/{entetes.cle}"


def recu(entetes: Entetes, points: Sequence[tuple[str, str]], pieces: Sequence[Piece] = ()) -> Lettre:
    """What each attachment became: (name, sentence), with the companions that were made."""
    objet = entetes.objet if entetes.objet.lower().startswith("re:") else f"Re: {entetes.objet or 'votre envoi'}"
    return _lettre(entetes, objet, [], points, pieces)


def trop_lourd(entetes: Entetes, taille: str, plafond: str) -> Lettre:
    phrase = f"Votre courriel fait {taille} : au-delà de {plafond}, il n'est pas ouvert. Envoyez la trame seule."
    return _lettre(entetes, "Votre courriel est trop lourd", [phrase])


def inconnu(entetes: Entetes) -> Lettre:
    """To someone Vigie does not know: nothing of what is known, and nothing of what they wrote."""
    return _lettre(
        entetes,
        "Votre courriel n'a pas été lu",
        [
            "Vigie reçoit les trames des gains achats, et ne connaît pas votre adresse : ce que vous avez joint n'a pas été lu.",
            "Écrivez depuis l'adresse que votre référent ARS connaît, ou demandez-lui d'ajouter celle-ci.",
        ],
    )


def _lettre(
    entetes: Entetes, objet: str, phrases: Sequence[str], points: Sequence[tuple[str, str]] = (),
    pieces: Sequence[Piece] = (),
) -> Lettre:  # fmt: skip
    fin = [RENVOYER, SIGNATURE] if points else [SIGNATURE]
    texte = [BONJOUR, *phrases, *(f"{nom} — {phrase}" for nom, phrase in points), *fin]
    debut = "".join(f"<p>{escape(p)}</p>" for p in (BONJOUR, *phrases))
    liste = "".join(f"<li><b>{escape(nom)}</b> — {escape(phrase)}</li>" for nom, phrase in points)
    suite = "".join(f"<p>{escape(p)}</p>" for p in fin)
    html = f'<html lang="fr"><body>{debut}{f"<ul>{liste}</ul>" if liste else ""}{suite}</body></html>'
    return Lettre(cle(entetes), entetes.expediteur, objet, "\n\n".join(texte), html, tuple(pieces), entetes.identifiant)
