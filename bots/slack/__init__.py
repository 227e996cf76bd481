"""Slack: how its events come in and how answers, forms, files and letters leave by it."""
