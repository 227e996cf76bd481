"""From lines as read to findings at their cells: one workbook, many at once, then a whole campaign."""
