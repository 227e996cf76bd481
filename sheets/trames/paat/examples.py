"""A line of a PAAT without a fault, and what is typed over it to try the engine's checks."""

from datetime import date

from sheets.trame import Examples

VALID: dict[str, object] = {
    "intitule": "Gants d'examen",
    "famille": "Dispositifs médicaux",
    "domaine": "Usage unique",
    "operateur": "UniHA",
    "marche": "2021-045",
    "mode": "récurrent",
    "nature": "exploitation",
    "statut": "réalisé",
    "date_premiere_commande": date(2021, 3, 1),
    "montant_reference": 80_000.0,
    "gain_annuel": 4_000.0,
}
EXAMPLES = Examples(
    VALID,
    {
        "valeur-absente": ({"operateur": "UniHA"}, {"operateur": ""}),
        "valeur-non-numerique": ({"gain_annuel": "4 000,00 €"}, {"gain_annuel": "NC"}),
        "date-illisible": (
            {"date_premiere_commande": "1er juillet 2021"},
            {"date_premiere_commande": "07/31/2021"},
        ),
        "valeur-hors-liste": ({"mode": "Récurrent"}, {"mode": "annuel"}),
        "valeur-reconnue": ({"statut": "réalisé"}, {"statut": "réalisés"}),
        "montant-douteux": ({"gain_annuel": "4000"}, {"gain_annuel": "0,05"}),
        "donnee-personnelle": (
            {"commentaire": "marché 2021-045"},
            {"commentaire": "dossier 1 85 05 78 006 084 91"},
        ),
    },
)
