"""The table of open items of an account: by person and lateness, beside the end of last month."""

from typing import Any

from django.urls import reverse

from cohorts.models import Unit
from portal.web.queries.items import Item, Owner, items, owners, post_lines
from portal.web.queries.past_items import past


def open_items(unit: Unit, shut: tuple[int, ...]) -> dict[str, Any]:
    """Lines, sums, the longest overdue and the flow of the month. The caller checked the sight;
    every number has the address of the list that it counts."""
    lines: list[Owner] = owners(unit.pk, shut)
    longest: list[Item]
    longest, late = items(unit.pk, late=True, limit=3, shut=shut)
    before = past(unit.pk, shut)
    gone = [pk for pk in before.by_owner if pk not in {line.pk for line in lines}]
    posts = post_lines([pk for pk in gone if pk is not None])
    empty = {"follow_up": 0, "step": 0, "review": 0}
    lines = lines + [
        Owner(pk, before.names[pk], posts.get(pk or 0, ""), [0, 0, 0, 0], dict(empty), 0)
        for pk in gone
    ]
    sums = [sum(line.bands[band] for line in lines) for band in range(4)]
    url = reverse("web:items", args=[unit.pk])
    return {
        "lines": [_line(line, url, before.by_owner.get(line.pk, 0)) for line in lines],
        "sums": [(band, n, f"{url}?band={band}") for band, n in enumerate(sums)],
        "total": sum(sums),
        "late": late,
        "longest": longest,
        "items_url": url,
        "month": before,
        "past_url": f"{url}?when=past",
        "new_url": f"{url}?when=new",
        "done_url": f"{url}?when=done",
    }


def _line(line: Owner, url: str, before: int) -> dict[str, Any]:
    own = f"{url}?owner={line.pk or 0}"
    return {
        "owner": line,
        "cells": [(n, band, f"{own}&band={band}") for band, n in enumerate(line.bands)],
        "url": own,
        "before": before,
        "before_url": f"{own}&when=past",
    }
