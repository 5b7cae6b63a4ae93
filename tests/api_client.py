"""Reading the API in tests: a token for a person, and all pages of a list."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.core.domain.tokens import SCOPES, make_token
from portal.core.models import User


def token_of(person: User, *scopes: str, days: int = 30) -> str:
    """The secret of a new token with these actions (all, when none is named)."""
    _token, secret = make_token(
        actor=person, name="test", scopes=scopes or SCOPES,
        ends_on=timezone.localdate() + dt.timedelta(days=days),
    )  # fmt: skip
    return secret


def caller(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def rows_of(client: Client, name: str, **query: Any) -> list[dict[str, Any]] | None:
    """All rows of a resource through its pages; None when it is refused (403)."""
    url: str | None = f"/api/v1/{name}/"
    found: list[dict[str, Any]] = []
    while url:
        answer = client.get(url, query)
        if answer.status_code == 403:
            return None
        assert answer.status_code == 200, answer.content
        body = answer.json()
        found += body["results"]
        url, query = body["next"], {}
    return found
