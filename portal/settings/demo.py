"""Demo: the embedded stack on this machine, plain HTTP on loopback."""

from .base import *  # noqa: F403 - a settings file is its base plus the few lines below

DEMO = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
