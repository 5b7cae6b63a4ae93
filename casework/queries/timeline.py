"""The timeline of a case: contacts, entries, levels and assignments in one order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, CaseLevel, FollowUp
from portal.core.models import AuditEntry, User
from portal.core.ui.dates import format_day

MOST = 30
ICONS = {
    Channel.FACE: "talk", Channel.PHONE: "phone", Channel.VISIT: "visit",
    Channel.FAMILY: "family", Channel.ONLINE: "online",
}  # fmt: skip
# Kinds of event that the chips above the timeline select.
KINDS = ("talks", "family", "moves")
_MOVES = ("raise_level", "assign_owner", "seat_person")


@dataclass
class Timeline:
    """``items`` in the shape of components/timeline.html; counts over the whole case."""

    items: list[dict[str, Any]]
    total: int
    real: int
    more: int
    last_way: str
    last_who: str


def timeline(
    user: Any, case: Case, entries: Iterable[dict[str, Any]], kind: str = "", most: int = MOST
) -> Timeline:
    """What ``user`` may read of this case. Notes kept from the user are a count, nothing else.

    ``entries`` come from ``open_entries``. Queries: visible contacts, all contacts as counts,
    moves, and names for the moves when there are any.
    """
    talks = list(
        FollowUp.objects.restrict(user, "see_talks", case_id=case.pk)
        .order_by("-happened_at", "-id")
        .values_list(
            "pk", "channel", "happened_at", "minutes", "content", "author_id", "author__name",
            "author_role", "place", "is_real", "confidentiality", "risk", "next_on", "version",
        )
    )  # fmt: skip
    totals = FollowUp.objects.filter(case=case).aggregate(n=Count("pk"), last=Max("happened_at"))
    dated: list[tuple[dt.datetime, str, dict[str, Any]]] = []
    for row in talks:
        dated.append((row[2], "family" if row[1] == Channel.FAMILY else "talks", _talk(user, row)))
    for entry in entries:
        dated.append((entry["at"], "moves", _entry(entry)))
    dated += [(at, "moves", item) for at, item in _moves(case)]
    dated.sort(key=lambda one: one[0], reverse=True)
    wanted = [item for _at, of, item in dated if kind not in KINDS or of == kind]
    items = wanted[:most]
    hidden = totals["n"] - len(talks)
    if hidden > 0 and kind in ("", "talks"):
        items.append(_hidden(hidden))
    real = [row for row in talks if row[9]]
    return Timeline(
        items=items,
        total=totals["n"],
        real=len(real),
        more=max(0, len(wanted) - most),
        last_way=str(Channel(real[0][1]).label) if real else "",
        last_who=real[0][6] if real else "",
    )


def _talk(user: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    (pk, channel, at, minutes, content, author_id, author, role, place, is_real, secrecy, risk,
     next_on, version) = row  # fmt: skip
    kind = str(Channel(channel).label)
    if minutes:
        kind += " " + ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    marks = [author, role, place]
    if secrecy == Confidentiality.RESTRICTED:
        marks.append(_("task force only"))
    if risk in (Risk.RAISED, Risk.HIGH):
        marks.append(_("risk %(risk)s") % {"risk": Risk(risk).label})
    if next_on:
        marks.append(_("next %(day)s") % {"day": format_day(next_on)})
    return {
        "pk": pk,
        "icon": ICONS.get(channel, "talk"),
        "kind": kind,
        "meta": " · ".join(mark for mark in marks if mark),
        "time": format_day(at, "time"),
        "text": content,
        "tick": not is_real,
        "is_own": author_id == user.pk,
        "is_corrected": version > 1,
    }


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kind = _("Listed: %(category)s, %(level)s") % entry
    return {"icon": "flag", "kind": kind, "time": format_day(entry["at"], "time"),
            "text": entry["reason"], "meta": ""}  # fmt: skip


def _moves(case: Case) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """Level changes, assignments and seats as the audit trail keeps them."""
    rows = list(
        AuditEntry.objects.filter(object_type="case", object_id=str(case.pk), action__in=_MOVES)
        .order_by("at")
        .values_list("at", "action", "detail", "actor__name")
    )
    if not rows:
        return []
    wanted = {d.get(key) for _at, _a, d, _n in rows for key in ("before", "after", "person")}
    names = dict(
        User.objects.filter(pk__in=[pk for pk in wanted if isinstance(pk, int)]).values_list(
            "pk", "name"
        )
    )
    levels = dict(CaseLevel.objects.values_list("pk", "name"))
    kind: Any
    shown: list[tuple[dt.datetime, dict[str, Any]]] = []
    joined: dict[tuple[Any, Any], list[str]] = {}
    for at, action, detail, actor in rows:
        if action == "raise_level":
            kind = _("Level: %(before)s → %(after)s") % {
                key: levels.get(detail.get(key), "—") for key in ("before", "after")
            }
        elif action == "assign_owner":
            kind = _("Responsible: %(name)s") % {"name": names.get(detail.get("after"), "—")}
        else:
            # A team named in one sitting is one line, not one per seat.
            team = joined.setdefault((timezone.localtime(at).date(), actor), [])
            team.append(names.get(detail.get("person"), "—"))
            if len(team) > 1:
                continue
            kind = team
        shown.append(
            (at, {"icon": "change", "kind": kind, "meta": actor or _("system"),
                  "time": format_day(at, "time"), "text": detail.get("reason", "")})
        )  # fmt: skip
    for _at, item in shown:
        if isinstance(item["kind"], list):
            team_words = "、".join(item["kind"])
            item["kind"] = _("Joined the task force: %(name)s") % {"name": team_words}
    return shown


def _hidden(count: int) -> dict[str, Any]:
    return {
        "icon": "lock",
        "sealed": {
            "title": ngettext(
                "%(n)s note for the task force only", "%(n)s notes for the task force only", count
            )
            % {"n": count},
            "last": "",
            "text": _("You see the level and the advice; the text is kept to the task force."),
        },
    }
