"""Liveness and readiness. The instance token tells one running copy from another."""

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

from portal.celery import app as celery_app


def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True, "instance": settings.INSTANCE})


def ready(_request: HttpRequest) -> JsonResponse:
    """503 until database, broker and at least one worker answer."""
    parts = {"database": _database(), "broker": _broker(), "worker": _worker()}
    ok = all(parts.values())
    return JsonResponse(
        {"ok": ok, "instance": settings.INSTANCE, **parts}, status=200 if ok else 503
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except Exception:
        return False


def _broker() -> bool:
    try:
        # No retries: redis-py would otherwise spend half a second on a dead server.
        url = settings.CACHES["default"]["LOCATION"]
        with redis.Redis.from_url(url, retry=None, socket_timeout=1) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def _worker() -> bool:
    try:
        return bool(celery_app.control.ping(timeout=0.5, limit=1))
    except Exception:
        return False
