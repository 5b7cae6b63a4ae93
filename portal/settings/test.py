"""Tests: the throw-away PostgreSQL and Valkey that the pytest plug-in started."""

from . import env
from .base import *  # noqa: F403 - a settings file is its base plus the few lines below

DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Without collected files there is nothing for the compressing store to serve.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MAIL_ON = True
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
SECOND_FACTOR_REQUIRED = False
SESSIONS_PER_ACCOUNT = 200
