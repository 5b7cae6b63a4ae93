"""The timeline of a case: contacts, entries, levels and assignments in one order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, FollowUp
from portal.core.ui.dates import format_day

MOST = 30
ICONS = {
    Channel.FACE: "talk", Channel.PHONE: "phone", Channel.VISIT: "visit",
    Channel.FAMILY: "family", Channel.ONLINE: "online",
}  # fmt: skip
# Kinds of event that the chips above the timeline select.
KINDS = ("talks", "family", "moves")


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
    user: Any, case: Case, sheet: dict[str, Any], kind: str = "", most: int = MOST
) -> Timeline:
    """What ``user`` may read of this case. Notes kept from the user are a count, nothing else.

    ``sheet`` comes from ``case_file``; the contacts are one restricted read.
    """
    talks = list(
        FollowUp.objects.restrict(user, "see_talks", case_id=case.pk)
        .order_by("-happened_at", "-id")
        .values_list(
            "pk", "channel", "happened_at", "minutes", "content", "author_id", "author__name",
            "author_role", "place", "is_real", "confidentiality", "risk", "next_on", "version",
        )
    )  # fmt: skip
    dated: list[tuple[dt.datetime, str, dict[str, Any]]] = []
    for row in talks:
        dated.append((row[2], "family" if row[1] == Channel.FAMILY else "talks", _talk(user, row)))
    for entry in sheet["entries"]:
        dated.append((entry["at"], "moves", _entry(entry)))
    dated += [(at, "moves", item) for at, item in _moves(sheet["moves"])]
    dated.sort(key=lambda one: one[0], reverse=True)
    wanted = [item for _at, of, item in dated if kind not in KINDS or of == kind]
    items = wanted[:most]
    hidden = sheet["records"] - len(talks)
    if hidden > 0 and kind in ("", "talks"):
        items.append(_hidden(hidden))
    real = [row for row in talks if row[9]]
    return Timeline(
        items=items,
        total=sheet["records"],
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


def _moves(rows: Iterable[list[Any]]) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """Level changes, assignments and seats as the audit trail keeps them."""
    shown: list[tuple[dt.datetime, dict[str, Any]]] = []
    teams: dict[tuple[Any, Any], dict[str, Any]] = {}
    for at, action, actor, reason, before, after, whom in rows:
        key = (timezone.localtime(at).date(), actor)
        if action == "seat_person" and key in teams:
            # A team named in one sitting is one line, not one per seat.
            teams[key]["kind"] += "、" + (whom or "—")
            continue
        if action == "raise_level":
            kind = _("Level: %(before)s → %(after)s") % {
                "before": before or "—", "after": after or "—",
            }  # fmt: skip
        elif action == "assign_owner":
            kind = _("Responsible: %(name)s") % {"name": whom or "—"}
        else:
            kind = _("Joined the task force: %(name)s") % {"name": whom or "—"}
        item = {"icon": "change", "kind": kind, "meta": actor or _("system"),
                "time": format_day(at, "time"), "text": reason or ""}  # fmt: skip
        if action == "seat_person":
            teams[key] = item
        shown.append((at, item))
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
