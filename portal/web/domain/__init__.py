"""Writes that join several apps."""
