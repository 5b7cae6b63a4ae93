"""Demo: the embedded stack on this machine, plain HTTP on loopback."""

from . import env
from .base import *  # noqa: F403 - a settings file is its base plus the few lines below

DEMO = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Newcomers share these accounts: the administrators get in without a code as long as nobody has
# set one up (the admin says so on top), and many people may be logged in at once.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=False)
SESSIONS_PER_ACCOUNT = 200
