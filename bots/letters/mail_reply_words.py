"""The words of what answers a mail: what each attachment became, or why it was not read. Pure; never sends anything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bots.letters.letter import Letter
from bots.piece import Piece
from sheets.sources.mail_headers import MailHeaders

GREETING = "Bonjour,"
SEND_AGAIN = "Pour corriger, renvoyez votre fichier à la même adresse."
SIGNATURE = "Vigie (réponse automatique)"


def answer_key(headers: MailHeaders) -> str:
    """The unique name of the answer to a mail."""
    return f"courriel/{headers.key}"


def receipt(headers: MailHeaders, points: Sequence[tuple[str, str]], pieces: Sequence[Piece] = ()) -> Letter:
    """What each attachment became: (name, sentence), with the companions that were made."""
    mail_subject = (
        headers.mail_subject
        if headers.mail_subject.lower().startswith("re:")
        else f"Re: {headers.mail_subject or 'votre envoi'}"
    )
    return _letter(headers, mail_subject, [], points, pieces)


def too_heavy(headers: MailHeaders, size: str, ceiling: str) -> Letter:
    sentence = f"Votre courriel fait {size} : au-delà de {ceiling}, il n'est pas ouvert. Envoyez la trame seule."
    return _letter(headers, "Votre courriel est trop lourd", [sentence])


def unknown(headers: MailHeaders) -> Letter:
    """To someone Vigie does not know: nothing of what is known, and nothing of what they wrote."""
    return _letter(
        headers,
        "Votre courriel n'a pas été lu",
        [
            "Vigie reçoit les trames des gains achats, et ne connaît pas votre adresse : ce que vous avez joint n'a pas été lu.",
            "Écrivez depuis l'adresse que votre référent ARS connaît, ou demandez-lui d'ajouter celle-ci.",
        ],
    )


def _letter(
    headers: MailHeaders, mail_subject: str, sentences: Sequence[str], points: Sequence[tuple[str, str]] = (),
    pieces: Sequence[Piece] = (),
) -> Letter:  # fmt: skip
    ending = [SEND_AGAIN, SIGNATURE] if points else [SIGNATURE]
    text = [GREETING, *sentences, *(f"{name} — {sentence}" for name, sentence in points), *ending]
    start = "".join(f"<p>{escape(p)}</p>" for p in (GREETING, *sentences))
    list_labels = "".join(f"<li><b>{escape(name)}</b> — {escape(sentence)}</li>" for name, sentence in points)
    end = "".join(f"<p>{escape(p)}</p>" for p in ending)
    html = f'<html lang="fr"><body>{start}{f"<ul>{list_labels}</ul>" if list_labels else ""}{end}</body></html>'
    return Letter(
        answer_key(headers), headers.sender, mail_subject, "\n\n".join(text), html, tuple(pieces), headers.identifier
    )
