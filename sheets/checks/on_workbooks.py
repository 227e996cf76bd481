"""Findings on a whole workbook or tab: what cannot be trusted, what was recognised, what was passed over."""

from __future__ import annotations

from config.french import compte, enumeration, euros
from sheets.checks.catalogue import Ecart, controle
from sheets.findings import Gravite


@controle("classeur-illisible", Gravite.REJET, "classeur", titre="Le fichier ne peut pas être lu",
          pourquoi="Rien de ce fichier ne peut être compté ; le dernier bon fichier reçu compte toujours.")  # fmt: skip
def classeur_illisible(raison: str, correction: str) -> Ecart:
    return Ecart(raison, correction)


MOT_DE_PASSE = "Ce classeur est protégé par un mot de passe à l'ouverture."
DROITS = "Ce classeur est protégé par la gestion des droits (une étiquette de confidentialité qui le chiffre)."
_DEPROTEGER = {
    MOT_DE_PASSE: "Enregistrez-le sans mot de passe (Fichier, Informations, Protéger le classeur), puis renvoyez-le.",
    DROITS: "Choisissez une étiquette sans chiffrement (Accueil, Confidentialité) ou levez la restriction d'accès "
            "(Fichier, Informations), enregistrez-le, puis renvoyez-le.",
}  # fmt: skip


@controle("classeur-protege", Gravite.REJET, "classeur", titre="Le fichier est chiffré",
          pourquoi="Un fichier chiffré ne peut être ouvert par personne d'autre.")  # fmt: skip
def classeur_protege(raison: str = MOT_DE_PASSE) -> Ecart:
    return Ecart(raison, _DEPROTEGER[raison])


@controle("trame-inconnue", Gravite.REJET, "classeur", titre="Ce n'est pas une trame",
          pourquoi="Le tampon que porte chaque trame manque : un autre classeur a été déposé.")  # fmt: skip
def trame_inconnue(onglets: list[str]) -> Ecart:
    return Ecart(f"Ce classeur ne porte pas le tampon d'une trame Vigie. Onglets vus : {enumeration(onglets, 5)}.",
                 "Partez de la trame reçue à l'ouverture de la campagne, ou demandez-en une à votre référent.")  # fmt: skip


@controle("retour-de-vigie", Gravite.REJET, "classeur", titre="C'est un retour de Vigie",
          pourquoi="Un retour montre quoi corriger ; c'est le fichier de l'équipe qui compte, et lui seul est lu.")  # fmt: skip
def retour_de_vigie() -> Ecart:
    return Ecart("C'est un retour de Vigie, pas une trame : corrigez votre propre fichier.",
                 "Reportez les corrections dans votre fichier, puis renvoyez-le, lui.")  # fmt: skip


@controle("version-non-lue", Gravite.REJET, "classeur", titre="La version de la trame n'est plus lue",
          pourquoi="Ses colonnes ne disent plus la même chose que celles de la version en vigueur.")  # fmt: skip
def version_non_lue(vue: str, lues: tuple[str, ...]) -> Ecart:
    return Ecart(f"Cette trame est de la version {vue} ; versions lues : {enumeration(lues)}.",
                 "Demandez à votre référent une trame propre de la version en vigueur : il peut y recopier vos lignes (vigie soigne).")  # fmt: skip


@controle("ght-inconnu", Gravite.REJET, "classeur", titre="Le GHT n'est pas dans le territoire",
          pourquoi="Un gain sans GHT ne peut être compté nulle part.")  # fmt: skip
def ght_inconnu(code: str) -> Ecart:
    return Ecart(f"Le tampon désigne le GHT « {code} », absent du territoire de la région.",
                 "Vérifiez que ce fichier vous est bien destiné, ou complétez territoire.csv.")  # fmt: skip


@controle("campagne-inconnue", Gravite.REJET, "classeur", titre="La campagne n'est pas au calendrier",
          pourquoi="Sans date de situation, un gain ne peut être rattaché à un exercice.")  # fmt: skip
def campagne_inconnue(code: str, connues: list[str]) -> Ecart:
    return Ecart(f"Le tampon désigne la campagne « {code} » ; campagnes connues : {enumeration(connues)}.",
                 "Partez de la trame de la campagne en cours, ou complétez campagnes.csv.")  # fmt: skip


@controle("onglet-inconnu", Gravite.REJET, "onglet", titre="L'onglet ne correspond à aucun établissement",
          pourquoi="Un onglet dont l'établissement n'est pas sûr n'est pas compté ; les autres le sont.")  # fmt: skip
def onglet_inconnu(constat: str) -> Ecart:
    return Ecart(constat, "Gardez l'onglet prévu pour chaque établissement, avec la ligne de tampon sous son titre.")


@controle("onglet-ecarte", Gravite.INFO, "onglet", titre="Un onglet a été laissé de côté",
          pourquoi="Ce qui n'est pas lu est dit : un onglet de travail est permis, une saisie au mauvais endroit serait perdue.")  # fmt: skip
def onglet_ecarte(onglet: str, valeurs: int) -> Ecart:
    return Ecart(f"L'onglet « {onglet} » n'est pas de la trame ; il n'est pas lu ({compte(valeurs, 'valeur')}).",
                 "Rien à faire si c'est un onglet de travail ; sinon, recopiez ses lignes dans l'onglet de l'établissement.")  # fmt: skip


@controle("onglet-sans-contenu", Gravite.ALERTE, "onglet", titre="Un onglet a perdu son contenu",
          pourquoi="Le classeur l'annonce, et ne le contient pas : ce qui y était n'est pas compté.")  # fmt: skip
def onglet_sans_contenu(onglet: str) -> Ecart:
    return Ecart(f"Le classeur annonce l'onglet « {onglet} », mais son contenu n'y est pas.",
                 "Remettez cet onglet, ou supprimez-le s'il n'est pas de la trame.")  # fmt: skip


@controle("colonne-ignoree", Gravite.INFO, "onglet", titre="Une colonne n'est pas de la trame",
          pourquoi="Ce qui n'est pas lu est dit : une colonne ajoutée est permise, une saisie au mauvais endroit serait perdue.")  # fmt: skip
def colonne_ignoree(vu: str, valeurs: int, autres: int = 0, rival: str = "") -> Ecart:
    nom = f"La colonne « {vu} »" if vu else "Une colonne sans titre"
    suite = f", ni {compte(autres, 'autre colonne', 'autres colonnes')}" if autres else ""
    if rival:
        return Ecart(f"Il y a deux colonnes de gains : « {rival} » compte, « {vu} » n'est pas lue "
                     f"({compte(valeurs, 'valeur')}){suite}.",
                     f"Vérifiez que les bons gains sont dans « {rival} », et retirez l'autre colonne.", valeur=vu)  # fmt: skip
    return Ecart(f"{nom} n'est pas de la trame ; elle n'est pas lue ({compte(valeurs, 'valeur')}){suite}.",
                 "Rien à faire si elle est à vous ; sinon, recopiez ses valeurs dans la colonne prévue.", valeur=vu)  # fmt: skip


@controle("colonne-absente", Gravite.REJET, "onglet", titre="Une colonne indispensable manque",
          pourquoi="Sans elle aucune ligne de l'onglet ne peut être jugée.")  # fmt: skip
def colonne_absente(titres: list[str]) -> Ecart:
    return Ecart(f"{compte(len(titres), 'colonne introuvable', 'colonnes introuvables')} : "
                 f"{enumeration([f'« {t} »' for t in titres])}.",
                 "Remettez ces en-têtes comme dans la trame d'origine ; leur place n'a pas d'importance.")  # fmt: skip


@controle("colonne-en-double", Gravite.REJET, "onglet", titre="Une colonne figure deux fois",
          pourquoi="Rien ne dit laquelle des deux compte.")  # fmt: skip
def colonne_en_double(titre: str, cellules: list[str]) -> Ecart:
    return Ecart(f"La colonne « {titre} » figure en {enumeration(cellules)}.",
                 "Gardez-en une seule, ou donnez un autre titre à la vôtre.")  # fmt: skip


@controle("unite-de-colonne", Gravite.REJET, "onglet", titre="Des montants sont annoncés dans une autre unité",
          pourquoi="Des milliers d'euros ou des montants hors taxes lus comme des euros TTC fausseraient tout l'onglet.")  # fmt: skip
def unite_de_colonne(vu: str, titre: str, unit: str) -> Ecart:
    return Ecart(f"« {vu} » annonce une autre unité ({unit}) ; il faut « {titre} ».",
                 "Saisissez des euros TTC sur 12 mois, et rétablissez l'en-tête.", valeur=vu)  # fmt: skip


@controle("colonne-reconnue", Gravite.INFO, "onglet", titre="Un en-tête a été reconnu malgré un changement",
          pourquoi="Pour que chacun puisse vérifier ce qui a été compris.")  # fmt: skip
def colonne_reconnue(vu: str, titre: str) -> Ecart:
    dit = (f"La colonne « {titre} » a changé de place ; elle est lue ici." if vu == titre
           else f"L'en-tête « {vu} » a été compris comme « {titre} ».")  # fmt: skip
    return Ecart(dit, f"Rien à faire si c'est juste ; sinon, rétablissez « {titre} ».", valeur=vu)


@controle("onglet-manquant", Gravite.ALERTE, "classeur", titre="Un établissement n'a pas d'onglet",
          pourquoi="Un classeur partiel est admis, mais chacun doit savoir ce qui manque.")  # fmt: skip
def onglet_manquant(etablissements: list[str]) -> Ecart:
    return Ecart(f"Aucun onglet pour : {enumeration(etablissements, 6)}.",
                 "Envoyez ces onglets dans ce classeur ou dans un autre, ou cochez « Rien à déclarer » pour eux.")  # fmt: skip


@controle("onglet-vide", Gravite.ALERTE, "onglet", titre="Un établissement n'a aucune action",
          pourquoi="Un oubli et une absence de gain se ressemblent ; il faut que l'un des deux soit dit.")  # fmt: skip
def onglet_vide(etablissement: str) -> Ecart:
    return Ecart(f"Aucune action n'est saisie pour {etablissement}, et « Rien à déclarer » n'est pas coché.",
                 "Saisissez les actions, ou écrivez « oui » sous « Rien à déclarer » au premier onglet.")  # fmt: skip


@controle("cellule-lointaine", Gravite.INFO, "onglet", titre="Une valeur se trouve loin du tableau",
          pourquoi="Elle n'est pas comptée ; c'est souvent une note ou une faute de frappe.")  # fmt: skip
def cellule_lointaine(cellules: list[str]) -> Ecart:
    return Ecart(
        f"Hors du tableau, non compté : {enumeration(cellules, 5)}.",
        "Effacez ces cellules, ou rapprochez-les du tableau.",
    )


@controle("ligne-de-total", Gravite.INFO, "onglet", titre="Une ligne est un total",
          pourquoi="Compter un total avec ce qu'il additionne doublerait les gains.")  # fmt: skip
def ligne_de_total(cents: int | None) -> Ecart:
    montant = f" ({euros(cents)})" if cents else ""
    return Ecart(f"Cette ligne a été comprise comme un total{montant} ; elle n'est pas comptée.",
                 "Rien à faire. Si c'est une action, donnez-lui un intitulé, un statut et une famille.")  # fmt: skip


@controle("total-different", Gravite.ALERTE, "onglet", titre="Un total écrit n'est pas celui des lignes",
          pourquoi="Quand un total et ses lignes se contredisent, une ligne manque ou un montant est faux.")  # fmt: skip
def total_different(written: int, added: int, titre: str) -> Ecart:
    return Ecart(f"Le total écrit dans « {titre} » est {euros(written)} ; les lignes font {euros(added)}.",
                 "Cherchez la ligne qui manque ou le montant qui diffère ; les lignes seules comptent.", valeur=euros(written))  # fmt: skip


@controle("numero-en-double", Gravite.INFO, "onglet", titre="Une ligne copiée a gardé son numéro",
          pourquoi="Chaque action garde son numéro d'un envoi à l'autre ; deux lignes ne peuvent le partager.")  # fmt: skip
def numero_en_double(vu: str, donne: str) -> Ecart:
    return Ecart(f"Le N° d'action « {vu} » est celui d'une autre action ; cette ligne devient « {donne} ».",
                 f"Écrivez « {donne} » dans cette cellule si c'est une autre action.", colonne="action_id", valeur=vu)  # fmt: skip


@controle("tampon-contredit", Gravite.ALERTE, "classeur", titre="Deux indications se contredisent",
          pourquoi="Quand un nom et un tampon, ou deux tampons, ne disent pas la même chose, ce qui a été cru est dit.")  # fmt: skip
def tampon_contredit(vu: str, cru: str) -> Ecart:
    return Ecart(
        f"{vu} ; ce classeur a été lu comme {cru}.", "Rien à faire si c'est juste ; sinon, repartez de la trame prévue."
    )


@controle("achats-suspects", Gravite.ALERTE, "classeur", titre="Les achats totaux sont sans rapport avec ceux déjà connus",
          pourquoi="Ils répartissent l'objectif de la région : une faute de frappe chez l'un changerait celui de tous.")  # fmt: skip
def achats_suspects(etablissement: str, dits: int, connus: int) -> Ecart:
    return Ecart(f"{euros(dits)} d'achats totaux pour {etablissement} ; {euros(connus)} étaient connus. Le montant connu est gardé.",
                 "Saisissez des euros TTC ; si le montant est juste, votre référent mettra à jour achats.csv.", valeur=euros(dits))  # fmt: skip


@controle("premier-onglet-absent", Gravite.ALERTE, "classeur", titre="Le premier onglet a disparu",
          pourquoi="C'est lui qui dit si la trame est remise, et les achats totaux.")  # fmt: skip
def premier_onglet_absent(titre: str) -> Ecart:
    return Ecart(f"Le premier onglet (« {titre} ») est introuvable : la trame n'est pas considérée comme remise.",
                 "Remettez-le, ou dites à votre référent que la trame est remise.")  # fmt: skip


@controle("reponse-incomprise", Gravite.ALERTE, "classeur", titre="Une réponse du premier onglet n'est ni oui ni non",
          pourquoi="Ce qui ne se lit pas n'est pris ni pour oui ni pour non sans le dire.")  # fmt: skip
def reponse_incomprise(question: str, said: str) -> Ecart:
    vu = (
        f"« {said} » en face de « {question} » n'est ni oui ni non"
        if said
        else f"« {question} » est introuvable au premier onglet"
    )
    return Ecart(f"{vu} ; Vigie ne l'a pas pris pour un oui.", f"Écrivez « oui » ou « non » en face de « {question} », et le reste ailleurs.",
                 valeur=said)  # fmt: skip


@controle("neant-contredit", Gravite.ALERTE, "onglet", titre="« Rien à déclarer » est coché à côté d'actions",
          pourquoi="Les actions saisies comptent ; la case est sans doute une erreur.")  # fmt: skip
def neant_contredit(etablissement: str, lignes: int) -> Ecart:
    return Ecart(f"« Rien à déclarer » est coché pour {etablissement}, qui déclare {compte(lignes, 'action')} : elles sont comptées.",
                 "Effacez le « oui » du premier onglet, ou supprimez ces actions.")  # fmt: skip
