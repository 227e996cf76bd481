"""Tests with real programs: a spreadsheet that opens our workbooks, a local Slack that our bot answers on."""
