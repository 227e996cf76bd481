"""Tests that open our workbooks in a real spreadsheet program."""
