"""A CAS server that nobody here wrote: django-cas-server in a process of its own.

``python tests/cas/server.py DIRECTORY SERVICE_PATTERN`` keeps its SQLite file in the directory,
prints its address and serves until its standard input is closed.
"""

import os
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

ROOT = Path(__file__).resolve().parent.parent.parent


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main(directory: str, pattern: str) -> None:
    sys.path.insert(0, str(ROOT))
    settings.configure(
        SECRET_KEY="of the tests", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF="tests.cas.urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                               "NAME": f"{directory}/cas.sqlite3"}},
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.messages",
                        "django.contrib.contenttypes", "django.contrib.sessions",
                        "django.contrib.staticfiles", "cas_server"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages"]}}],
        STATIC_URL="/static/", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        CAS_AUTH_CLASS="tests.cas.people.Anybody",
        CAS_NEW_VERSION_HTML_WARNING=False, CAS_NEW_VERSION_EMAIL_WARNING=False,
        LOGGING_CONFIG=None,
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
    from cas_server.models import ServicePattern

    found, _made = ServicePattern.objects.get_or_create(
        name="portal", pattern=pattern, single_log_out=True
    )
    for name in ("number", "nickname"):
        found.attributs.create(name=name)
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        threading.Thread(target=end_with_input, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}/cas/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
