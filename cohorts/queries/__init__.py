"""Reads of the organisation."""
