-- What a line leaves to the next exercice, and which lines continue another, without reading the lines themselves.
CREATE INDEX lignes_paat_report ON lignes_paat(onglet, action_id, report, bloquee) WHERE report <> 0;
CREATE INDEX lignes_paat_continued ON lignes_paat(onglet, action_id) WHERE reportee_de IS NOT NULL;
