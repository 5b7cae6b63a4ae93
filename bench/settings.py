"""The demo's settings, plus the views of the floors and a switchable query counter."""

from portal.settings.demo import *  # noqa: F403 - a settings file is its base plus a few lines
from portal.settings.demo import BASE_DIR, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.middleware.CountQueries", *MIDDLEWARE]
_DIRS = [*TEMPLATES[0]["DIRS"], BASE_DIR / "bench" / "templates"]
TEMPLATES = [
    {**TEMPLATES[0], "DIRS": _DIRS},
    # Django's engine as it comes: its cached loader and its own context processors.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "plain",
        "DIRS": _DIRS,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                one
                for one in TEMPLATES[0]["OPTIONS"]["context_processors"]
                if one.startswith("django.")
            ],
        },
    },
]
# The same hashed names as in the demo, without half a minute of compressing.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    },
}
