"""Writes of the floor: jobs and imports."""
