"""Typed access to the environment that fails loudly and says what to set."""

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()


def text(name: str, default: str | None = None) -> str:
    """The value of ``name``; raises ImproperlyConfigured when unset and no default is given."""
    value: str | None = _env.str(name, default=None)
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return default


def flag(name: str, *, default: bool = False) -> bool:
    return bool(_env.bool(name, default=default))


def number(name: str, default: int) -> int:
    try:
        return int(_env.int(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error


def words(name: str, default: list[str] | None = None) -> list[str]:
    """A comma separated list."""
    return [word for word in _env.list(name, default=default or []) if word]


def database(name: str = "DATABASE_URL") -> dict[str, object]:
    """Connection settings from a URL; a socket directory goes into ``?host=``."""
    url = text(name)
    settings = environ.Env.db_url_config(url)
    options = settings.get("OPTIONS") or {}
    host = options.pop("host", None)
    if host:
        settings["HOST"] = host
    settings["OPTIONS"] = options
    if "postgresql" not in settings.get("ENGINE", ""):
        raise ImproperlyConfigured(f"{name} must name a PostgreSQL database.")
    return settings


def redis_urls() -> tuple[str, str]:
    """(URL for the Django cache, URL for Celery) derived from the one REDIS_URL."""
    url = text("REDIS_URL")
    if url.startswith("unix://"):
        path, _, query = url.removeprefix("unix://").partition("?")
        database_no = query.removeprefix("db=") or "0"
        return (
            f"unix://{path}?db={database_no}",
            f"redis+socket://{path}?virtual_host={database_no}",
        )
    return url, url
