"""Settings shared by demo, test and production."""

from pathlib import Path

import pghistory
import pgtrigger
from celery.schedules import crontab
from csp.constants import NONE, SELF

from portal.core.prepared import Cursor

from . import env
from .accounts import *  # noqa: F403 - rules for accounts, each with its environment variable
from .sso import *  # noqa: F403 - campus log-in, off unless configured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("PORTAL_VAR", str(BASE_DIR / "var")))

SECRET_KEY = env.text("SECRET_KEY")
# Keys for encrypted columns, newest first; older ones still decrypt (rotation).
FIELD_KEYS = env.words("FIELD_KEYS")
# Keys of the sealed psychological files, newest first: never among FIELD_KEYS (docs/sealed.md).
SEALED_KEYS = env.words("SEALED_KEYS")
INSTANCE = env.text("PORTAL_INSTANCE", "unnamed")
DEBUG = False
DEMO = False
ALLOWED_HOSTS: list[str] = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "portal.core",
    "cohorts",
    "students",
    "partybranch",
    "casework",
    "portal.web",
    "portal.core.adminsite.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "guardian",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "import_export",
    "pgtrigger",
    "pghistory",
    "axes",
    "django_cas_ng",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.core.middleware.RequestScopeMiddleware",
    "portal.core.view_as.ViewAsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Templates are gone through once per language: portal.core.ui.folding.
            "loaders": [
                (
                    "portal.core.ui.folding.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.context.page_frame",
            ],
        },
    },
]

DATABASES = {"default": env.database()}
DATABASES["default"]["ENGINE"] = "portal.core.postgresql"
# Long enough for the plans that a connection keeps (portal.core.prepared) to be worth making.
DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# Plans of frequent statements are kept by connection: not behind a pooler that shares connections.
if env.flag("DATABASE_PREPARES", default=DATABASES["default"]["CONN_MAX_AGE"] != 0):
    _OPTIONS = DATABASES["default"]["OPTIONS"]
    _OPTIONS["cursor_factory"] = Cursor
    # The plan for any value from the first call on: what is kept is written so that it suits all.
    _OPTIONS["options"] = (
        f"{_OPTIONS.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_CACHE_URL, _BROKER_URL = env.redis_urls()
CACHES = {"default": {"BACKEND": "portal.core.kept_clients.Cache", "LOCATION": _CACHE_URL}}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

AUTH_USER_MODEL = "core.User"
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:workbench"
LOGOUT_REDIRECT_URL = "web:login"

# History by one trigger a statement: bulk work writes it as one set. A trigger a row costs minutes
# for 50,000 rows, since each call looks through all that waits for the commit.
PGHISTORY_LEVEL = pgtrigger.Statement
# Histories are read by object and by their own number. Every further index is paid by each write:
# with one on every foreign key the import of a roster takes a third longer.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

# Grants live on units in cohorts.Grant only; guardian's own shortcuts and backend are not used.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_AUTO_PREFETCH = False
# axes.W002, W003: the lock is asked by our own backend, without a middleware in every request.
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "axes.W002", "axes.W003"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.core.finders.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Public, and read by another account than the one that built them; uploads are not.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The results of a whole school for a year: 1.2 million rows.
IMPORT_MAX_BYTES = 120 * 1024 * 1024
IMPORT_MAX_ROWS = 300_000
# Files that people add to a record: bytes of one, number at a time.
ATTACHMENT_MAX_BYTES = int(env.text("ATTACHMENT_MAX_BYTES", str(10 * 1024 * 1024)))
ATTACHMENT_MAX_COUNT = int(env.text("ATTACHMENT_MAX_COUNT", "6"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # Logging out at the university as well is a redirect after a form.
        "form-action": [SELF, *FORM_HOSTS],  # noqa: F405
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CELERY_BROKER_URL = _BROKER_URL
CELERY_RESULT_BACKEND = _BROKER_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "reconcile-grants": {
        "task": "cohorts.tasks.reconcile_grants",
        "schedule": crontab(hour=2, minute=10),
    },
    "end-exports": {
        "task": "cohorts.tasks.end_exports",
        "schedule": crontab(minute="*/10"),
    },
    "remind-overdue-follow-ups": {
        "task": "casework.tasks.remind_overdue",
        "schedule": crontab(hour=7, minute=30),
    },
    "turn-requests": {
        "task": "casework.tasks.turn_requests",
        "schedule": crontab(hour=6, minute=40),
    },
    "watch-crises": {
        "task": "casework.tasks.watch_crises",
        "schedule": crontab(minute="*/5"),
    },
    "turn-day-of-students": {
        "task": "students.tasks.turn_day",
        "schedule": crontab(hour=0, minute=5),
    },
    "refresh-developments": {
        "task": "partybranch.tasks.refresh_developments",
        "schedule": crontab(hour=1, minute=20),
    },
    "renew-early-ranking": {
        "task": "students.tasks.renew_early",
        "schedule": crontab(hour=4, minute=20, day_of_week="mon"),
    },
    "forget-ended-sessions": {
        "task": "portal.core.tasks.forget_ended_sessions",
        "schedule": crontab(hour=3, minute=40),
    },
    "pull-platform": {
        "task": "portal.core.tasks.pull_platform",
        "schedule": crontab(hour=2, minute=40),
    },
    "seal-audit": {
        "task": "portal.core.tasks.seal_audit",
        "schedule": crontab(),
    },
    "tend-audit": {
        "task": "portal.core.tasks.tend_audit",
        "schedule": crontab(hour=3, minute=20),
    },
    "remind-tasks": {
        "task": "cohorts.tasks.remind_tasks",
        "schedule": crontab(hour=7, minute=20),
    },
    "plan-digests": {
        "task": "cohorts.tasks.plan_digests",
        "schedule": crontab(minute="*/5"),
    },
    "send-mails": {
        "task": "portal.core.tasks.send_mails",
        "schedule": crontab(),
    },
    "resume-stranded-jobs": {
        "task": "portal.core.tasks.resume_stranded_jobs",
        "schedule": crontab(minute="*/5"),
    },
}

# Addresses in mails and calendars begin with this.
PORTAL_URL = env.text("PORTAL_URL", "http://localhost:8000")
# The mail server; without one the portal sends nothing and says so.
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
# Shorter than the lease of a mail (portal.core.domain.mails).
EMAIL_TIMEOUT = 30
EMAIL_USE_LOCALTIME = True
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "portal@localhost")
MAIL_ON = bool(EMAIL_HOST)
# Times that a calendar program may ask for its feed.
CALENDAR_RATE = env.text("CALENDAR_RATE", "60/hour")

# Where a data platform drops roster and staff files every night; empty: none is connected.
PLATFORM_DIR = env.text("PLATFORM_DIR", "")
# Notes beside the audit chain and archived months; months that stay in the table (rulebook 8.2).
AUDIT_DIR = env.text("AUDIT_DIR", str(VAR_DIR / "audit"))
AUDIT_KEEP_MONTHS = int(env.text("AUDIT_KEEP_MONTHS", "6"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.core.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.core.api.auth.PerCaller"],
    "DEFAULT_THROTTLE_RATES": {"caller": env.text("API_RATE", "600/min")},
    "DEFAULT_SCHEMA_CLASS": "portal.core.api.schema.HonestSchema",
    "EXCEPTION_HANDLER": "portal.core.api.errors.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dual-college portal",
    "DESCRIPTION": "What a token lists is what its account sees on the pages, or less.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Each log-in is in the audit trail; here it would be five lines.
    "loggers": {"axes": {"level": "WARNING"}},
}
