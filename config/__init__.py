"""What the region decides: calendar, objectives, territory, people, bounds, and how a French reader sees them.

First room of five. Imports nothing from the others.
"""
