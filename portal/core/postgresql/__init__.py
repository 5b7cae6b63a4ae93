"""Django's PostgreSQL backend with a cheaper look at a kept connection; see ``base``."""
