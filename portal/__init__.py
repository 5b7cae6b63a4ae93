"""Dual-college co-education portal."""
