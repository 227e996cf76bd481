"""What goes back to whoever sent a trame: the companion of their workbook. Never changes their file."""
