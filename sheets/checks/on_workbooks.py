"""Findings on a whole workbook or tab: what cannot be trusted, what was recognised, what was passed over."""

from __future__ import annotations

from config.french import count_words, enumeration, euros
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity


@check("classeur-illisible", Severity.REJECTION, "classeur", title="Le fichier ne peut pas être lu",
          why="Rien de ce fichier ne peut être compté ; le dernier bon fichier reçu compte toujours.")  # fmt: skip
def unreadable_workbook(reason: str, correction: str) -> Deviation:
    return Deviation(reason, correction)


LOCKED_TO_OPEN = "Ce classeur est protégé par un mot de passe à l'ouverture."
RIGHTS_PROTECTED = (
    "Ce classeur est protégé par la gestion des droits (une étiquette de confidentialité qui le chiffre)."
)
_HOW_TO_UNPROTECT = {
    LOCKED_TO_OPEN: "Enregistrez-le sans mot de passe (Fichier, Informations, Protéger le classeur), puis renvoyez-le.",
    RIGHTS_PROTECTED: "Choisissez une étiquette sans chiffrement (Accueil, Confidentialité) ou levez la restriction d'accès "
            "(Fichier, Informations), enregistrez-le, puis renvoyez-le.",
}  # fmt: skip


@check("classeur-protege", Severity.REJECTION, "classeur", title="Le fichier est chiffré",
          why="Un fichier chiffré ne peut être ouvert par personne d'autre.")  # fmt: skip
def protected_workbook(reason: str = LOCKED_TO_OPEN) -> Deviation:
    return Deviation(reason, _HOW_TO_UNPROTECT[reason])


@check("trame-inconnue", Severity.REJECTION, "classeur", title="Ce n'est pas une trame",
          why="Le tampon que porte chaque trame manque : un autre classeur a été déposé.")  # fmt: skip
def unknown_trame(tabs: list[str]) -> Deviation:
    return Deviation(f"Ce classeur ne porte pas le tampon d'une trame Vigie. Onglets vus : {enumeration(tabs, 5)}.",
                 "Partez de la trame reçue à l'ouverture de la campagne, ou demandez-en une à votre référent.")  # fmt: skip


@check("retour-de-vigie", Severity.REJECTION, "classeur", title="C'est un retour de Vigie",
          why="Un retour montre quoi corriger ; c'est le fichier de l'équipe qui compte, et lui seul est lu.")  # fmt: skip
def companion_sent_back() -> Deviation:
    return Deviation("C'est un retour de Vigie, pas une trame : corrigez votre propre fichier.",
                 "Reportez les corrections dans votre fichier, puis renvoyez-le, lui.")  # fmt: skip


@check("version-non-lue", Severity.REJECTION, "classeur", title="La version de la trame n'est plus lue",
          why="Ses colonnes ne disent plus la même chose que celles de la version en vigueur.")  # fmt: skip
def version_not_read(seen: str, readable_versions: tuple[str, ...]) -> Deviation:
    return Deviation(f"Cette trame est de la version {seen} ; versions lues : {enumeration(readable_versions)}.",
                 "Demandez à votre référent une trame propre de la version en vigueur : il peut y recopier vos lignes (vigie soigne).")  # fmt: skip


@check("ght-inconnu", Severity.REJECTION, "classeur", title="Le GHT n'est pas dans le territoire",
          why="Une ligne sans GHT ne peut être comptée nulle part.")  # fmt: skip
def unknown_ght(code: str) -> Deviation:
    return Deviation(f"Le tampon désigne le GHT « {code} », absent du territoire de la région.",
                 "Vérifiez que ce fichier vous est bien destiné, ou complétez territoire.csv.")  # fmt: skip


@check("campagne-inconnue", Severity.REJECTION, "classeur", title="La campagne n'est pas au calendrier",
          why="Sans campagne, une ligne ne peut être rattachée à aucun exercice.")  # fmt: skip
def unknown_campaign(code: str, known_actions: list[str]) -> Deviation:
    return Deviation(f"Le tampon désigne la campagne « {code} » ; campagnes connues : {enumeration(known_actions)}.",
                 "Partez de la trame de la campagne en cours, ou complétez campagnes.csv.")  # fmt: skip


@check("onglet-inconnu", Severity.REJECTION, "onglet", title="L'onglet ne correspond à aucun établissement",
          why="Un onglet dont l'établissement n'est pas sûr n'est pas compté ; les autres le sont.")  # fmt: skip
def unknown_tab(finding: str) -> Deviation:
    return Deviation(
        finding, "Gardez l'onglet prévu pour chaque établissement, avec la ligne de tampon sous son titre."
    )


@check("onglet-ecarte", Severity.INFO, "onglet", title="Un onglet a été laissé de côté",
          why="Ce qui n'est pas lu est dit : un onglet de travail est permis, une saisie au mauvais endroit serait perdue.")  # fmt: skip
def tab_set_aside(tab: str, values: int) -> Deviation:
    return Deviation(f"L'onglet « {tab} » n'est pas de la trame ; il n'est pas lu ({count_words(values, 'valeur')}).",
                 "Rien à faire si c'est un onglet de travail ; sinon, recopiez ses lignes dans l'onglet de l'établissement.")  # fmt: skip


@check("onglet-sans-contenu", Severity.ALERT, "onglet", title="Un onglet a perdu son contenu",
          why="Le classeur l'annonce, et ne le contient pas : ce qui y était n'est pas compté.")  # fmt: skip
def tab_without_content(tab: str) -> Deviation:
    return Deviation(f"Le classeur annonce l'onglet « {tab} », mais son contenu n'y est pas.",
                 "Remettez cet onglet, ou supprimez-le s'il n'est pas de la trame.")  # fmt: skip


@check("colonne-ignoree", Severity.INFO, "onglet", title="Une colonne n'est pas de la trame",
          why="Ce qui n'est pas lu est dit : une colonne ajoutée est permise, une saisie au mauvais endroit serait perdue.")  # fmt: skip
def ignored_column(shown: str, values: int, others: int = 0, rival: str = "") -> Deviation:
    name = f"La colonne « {shown} »" if shown else "Une colonne sans titre"
    end = f", ni {count_words(others, 'autre colonne', 'autres colonnes')}" if others else ""
    if rival:
        return Deviation(f"Deux colonnes se disputent les montants : « {rival} » compte, « {shown} » n'est pas lue "
                     f"({count_words(values, 'valeur')}){end}.",
                     f"Vérifiez que les bons montants sont dans « {rival} », et retirez l'autre colonne.", value=shown)  # fmt: skip
    return Deviation(f"{name} n'est pas de la trame ; elle n'est pas lue ({count_words(values, 'valeur')}){end}.",
                 "Rien à faire si elle est à vous ; sinon, recopiez ses valeurs dans la colonne prévue.", value=shown)  # fmt: skip


@check("colonne-absente", Severity.REJECTION, "onglet", title="Une colonne indispensable manque",
          why="Sans elle aucune ligne de l'onglet ne peut être jugée.")  # fmt: skip
def missing_column(titles: list[str]) -> Deviation:
    return Deviation(f"{count_words(len(titles), 'colonne introuvable', 'colonnes introuvables')} : "
                 f"{enumeration([f'« {t} »' for t in titles])}.",
                 "Remettez ces en-têtes comme dans la trame d'origine ; leur place n'a pas d'importance.")  # fmt: skip


@check("colonne-en-double", Severity.REJECTION, "onglet", title="Une colonne figure deux fois",
          why="Rien ne dit laquelle des deux compte.")  # fmt: skip
def duplicate_column(title: str, cells: list[str]) -> Deviation:
    return Deviation(f"La colonne « {title} » figure en {enumeration(cells)}.",
                 "Gardez-en une seule, ou donnez un autre titre à la vôtre.")  # fmt: skip


@check("unite-de-colonne", Severity.REJECTION, "onglet", title="Des montants sont annoncés dans une autre unité",
          why="Des milliers d'euros ou des montants hors taxes lus comme des euros TTC fausseraient tout l'onglet.")  # fmt: skip
def column_unit(shown: str, title: str, unit: str) -> Deviation:
    return Deviation(f"« {shown} » annonce une autre unité ({unit}) ; il faut « {title} ».",
                 "Saisissez des euros TTC sur 12 mois, et rétablissez l'en-tête.", value=shown)  # fmt: skip


@check("colonne-reconnue", Severity.INFO, "onglet", title="Un en-tête a été reconnu malgré un changement",
          why="Pour que chacun puisse vérifier ce qui a été compris.")  # fmt: skip
def recognised_column(shown: str, title: str) -> Deviation:
    said = (f"La colonne « {title} » a changé de place ; elle est lue ici." if shown == title
           else f"L'en-tête « {shown} » a été compris comme « {title} ».")  # fmt: skip
    return Deviation(said, f"Rien à faire si c'est juste ; sinon, rétablissez « {title} ».", value=shown)


@check("onglet-manquant", Severity.ALERT, "classeur", title="Un établissement n'a pas d'onglet",
          why="Un classeur partiel est admis, mais chacun doit savoir ce qui manque.")  # fmt: skip
def missing_tab(etablissements: list[str]) -> Deviation:
    return Deviation(f"Aucun onglet pour : {enumeration(etablissements, 6)}.",
                 "Envoyez ces onglets dans ce classeur ou dans un autre, ou cochez « Rien à déclarer » pour eux.")  # fmt: skip


@check("onglet-vide", Severity.ALERT, "onglet", title="Un établissement n'a aucune action",
          why="Un oubli et une absence se ressemblent ; il faut que l'un des deux soit dit.")  # fmt: skip
def empty_tab(etablissement: str) -> Deviation:
    return Deviation(f"Aucune action n'est saisie pour {etablissement}, et « Rien à déclarer » n'est pas coché.",
                 "Saisissez les actions, ou écrivez « oui » sous « Rien à déclarer » au premier onglet.")  # fmt: skip


@check("cellule-lointaine", Severity.INFO, "onglet", title="Une valeur se trouve loin du tableau",
          why="Elle n'est pas comptée ; c'est souvent une note ou une faute de frappe.")  # fmt: skip
def far_cell(cells: list[str]) -> Deviation:
    return Deviation(
        f"Hors du tableau, non compté : {enumeration(cells, 5)}.",
        "Effacez ces cellules, ou rapprochez-les du tableau.",
    )


@check("ligne-de-total", Severity.INFO, "onglet", title="Une ligne est un total",
          why="Compter un total avec ce qu'il additionne compterait deux fois les mêmes lignes.")  # fmt: skip
def total_line(cents: int | None, advice: str) -> Deviation:
    amount = f" ({euros(cents)})" if cents else ""
    return Deviation(f"Cette ligne a été comprise comme un total{amount} ; elle n'est pas comptée.",
                 f"Rien à faire. {advice}")  # fmt: skip


@check("total-different", Severity.ALERT, "onglet", title="Un total écrit n'est pas celui des lignes",
          why="Quand un total et ses lignes se contredisent, une ligne manque ou un montant est faux.")  # fmt: skip
def total_different(written: int, added: int, title: str) -> Deviation:
    return Deviation(f"Le total écrit dans « {title} » est {euros(written)} ; les lignes font {euros(added)}.",
                 "Cherchez la ligne qui manque ou le montant qui diffère ; les lignes seules comptent.", value=euros(written))  # fmt: skip


@check("numero-en-double", Severity.INFO, "onglet", title="Une ligne copiée a gardé son numéro",
          why="Chaque action garde son numéro d'un envoi à l'autre ; deux lignes ne peuvent le partager.")  # fmt: skip
def duplicate_number(shown: str, given: str) -> Deviation:
    return Deviation(f"Le N° d'action « {shown} » est celui d'une autre action ; cette ligne devient « {given} ».",
                 f"Écrivez « {given} » dans cette cellule si c'est une autre action.", column="action_id", value=shown)  # fmt: skip


@check("tampon-contredit", Severity.ALERT, "classeur", title="Deux indications se contredisent",
          why="Quand un nom et un tampon, ou deux tampons, ne disent pas la même chose, ce qui a été cru est dit.")  # fmt: skip
def stamp_contradicted(shown: str, believed_stamp: str) -> Deviation:
    return Deviation(
        f"{shown} ; ce classeur a été lu comme {believed_stamp}.",
        "Rien à faire si c'est juste ; sinon, repartez de la trame prévue.",
    )


@check("achats-suspects", Severity.ALERT, "classeur", title="Les achats totaux sont sans rapport avec ceux déjà connus",
          why="Ils répartissent l'objectif de la région : une faute de frappe chez l'un changerait celui de tous.")  # fmt: skip
def suspect_purchases(etablissement: str, declared: int, known_ones: int) -> Deviation:
    return Deviation(f"{euros(declared)} d'achats totaux pour {etablissement} ; {euros(known_ones)} étaient connus. Le montant connu est gardé.",
                 "Saisissez des euros TTC ; si le montant est juste, votre référent mettra à jour achats.csv.", value=euros(declared))  # fmt: skip


@check("premier-onglet-absent", Severity.ALERT, "classeur", title="Le premier onglet a disparu",
          why="C'est lui qui dit si la trame est remise, et les achats totaux.")  # fmt: skip
def first_tab_missing(title: str) -> Deviation:
    return Deviation(f"Le premier onglet (« {title} ») est introuvable : la trame n'est pas considérée comme remise.",
                 "Remettez-le, ou dites à votre référent que la trame est remise.")  # fmt: skip


@check("reponse-incomprise", Severity.ALERT, "classeur", title="Une réponse du premier onglet n'est ni oui ni non",
          why="Ce qui ne se lit pas n'est pris ni pour oui ni pour non sans le dire.")  # fmt: skip
def reply_not_understood(question: str, said: str) -> Deviation:
    shown = (
        f"« {said} » en face de « {question} » n'est ni oui ni non"
        if said
        else f"« {question} » est introuvable au premier onglet"
    )
    return Deviation(f"{shown} ; Vigie ne l'a pas pris pour un oui.", f"Écrivez « oui » ou « non » en face de « {question} », et le reste ailleurs.",
                 value=said)  # fmt: skip


@check("neant-contredit", Severity.ALERT, "onglet", title="« Rien à déclarer » est coché à côté d'actions",
          why="Les actions saisies comptent ; la case est sans doute une erreur.")  # fmt: skip
def contradicted_neant(etablissement: str, lines: int) -> Deviation:
    return Deviation(f"« Rien à déclarer » est coché pour {etablissement}, qui déclare {count_words(lines, 'action')} : elles sont comptées.",
                 "Effacez le « oui » du premier onglet, ou supprimez ces actions.")  # fmt: skip
