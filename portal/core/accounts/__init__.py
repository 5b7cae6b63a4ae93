"""Accounts at work: password rules, sessions, the caller's address, campus log-in (rulebook 8.2)."""
