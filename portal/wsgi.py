"""WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.prod")
application = get_wsgi_application()

# What is loaded by now stays as long as the process: the collector need not go through half a
# million objects again every few hundred pages, and processes forked from here go on sharing them.
get_resolver().url_patterns  # noqa: B018 - loads every page
gc.collect()
gc.freeze()
