"""Writes to cases: entries, follow-ups, seats."""
