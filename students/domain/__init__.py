"""Writes to the student record: who, where, and status."""
