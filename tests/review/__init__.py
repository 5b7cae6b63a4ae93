"""Attempts to see or write what one may not, and to lose a line; each was tried once."""
