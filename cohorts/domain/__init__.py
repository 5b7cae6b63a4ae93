"""Writes to the organisation: units and posts."""
