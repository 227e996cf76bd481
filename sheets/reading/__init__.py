"""From a file's bytes to typed lines with their problems: tabs, headings, lines. Never says whether a line is right."""
