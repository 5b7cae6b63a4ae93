"""Demo: the embedded stack on this machine, plain HTTP on loopback."""

from . import env
from .base import *  # noqa: F403 - a settings file is its base plus the few lines below

DEMO = True
# Without a mail server mails become files, so that one can read what would leave.
if not EMAIL_HOST:  # noqa: F405
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mails"  # noqa: F405
    MAIL_ON = True
# Newcomers share these accounts: the administrators get in without a code as long as nobody has
# set one up (the admin says so on top), and many people may be logged in at once.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=False)
SESSIONS_PER_ACCOUNT = 200
