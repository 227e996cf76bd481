"""A damaged, restyled or outdated trame → a clean one that holds the same values."""
