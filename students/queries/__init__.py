"""Reads of the student side."""
