"""The timeline of a case: contacts, entries, levels and assignments in one order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, FollowUp
from portal.core.access import rows_within
from portal.core.prepared import prepared
from portal.core.rows import fetch
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
    talks = _talks(user, case)
    say = _words()
    # Told in words only once it is known which ones are shown.
    dated: list[tuple[dt.datetime, str, Any]] = [
        (row[2], "family" if row[1] == Channel.FAMILY else "talks", row) for row in talks
    ]
    dated += [(entry["at"], "moves", _entry(entry)) for entry in sheet["entries"]]
    dated += [(at, "moves", item) for at, item in _moves(sheet["moves"])]
    dated.sort(key=lambda one: one[0], reverse=True)
    wanted = [item for _at, of, item in dated if kind not in KINDS or of == kind]
    items = [_talk(user, one, say) if isinstance(one, tuple) else one for one in wanted[:most]]
    hidden = sheet["records"] - len(talks)
    if hidden > 0 and kind in ("", "talks"):
        items.append(_hidden(hidden))
    real = [row for row in talks if row[9]]
    return Timeline(
        items=items,
        total=sheet["records"],
        real=len(real),
        more=max(0, len(wanted) - most),
        last_way=say.channels[real[0][1]] if real else "",
        last_who=real[0][6] if real else "",
    )


_TALKS = """
    SELECT f.id, f.channel, f.happened_at, f.minutes, f.content, f.author_id, w.name,
           f.author_role, f.place, f.is_real, f.confidentiality, f.risk, f.next_on, f.version
      FROM casework_followup f JOIN core_user w ON w.id = f.author_id
     WHERE f.case_id = %(case)s AND f.student_id = %(student)s AND {seen}
     ORDER BY f.happened_at DESC, f.id DESC
"""


def _talks(user: Any, case: Case) -> list[tuple[Any, ...]]:
    seen = rows_within(FollowUp, user, "see_talks", "f", student_id=case.student_id)
    if seen is None:
        return []
    asked = {"case": case.pk, "student": case.student_id, **seen.params}
    return fetch(prepared(_TALKS.replace("{seen}", seen.sql)), asked)


@dataclass(frozen=True)
class _Words:
    """Words of the reader's language that repeat in every record."""

    channels: dict[str, str]
    risks: dict[str, str]
    restricted: str
    corrected: str
    correct_url: str


def _words() -> _Words:
    return _Words(
        channels={str(code): str(words) for code, words in Channel.choices},
        risks={
            str(risk): _("risk %(risk)s") % {"risk": risk.label}
            for risk in (Risk.RAISED, Risk.HIGH)
        },
        restricted=_("task force only"),
        corrected=_("corrected"),
        correct_url=reverse("casework:correct", args=[0]),
    )


def _talk(user: Any, row: tuple[Any, ...], say: _Words) -> dict[str, Any]:
    (pk, channel, at, minutes, content, author_id, author, role, place, is_real, secrecy, risk,
     next_on, version) = row  # fmt: skip
    kind = say.channels[channel]
    if minutes:
        kind += " " + ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    marks = [author, role, place]
    if secrecy == Confidentiality.RESTRICTED:
        marks.append(say.restricted)
    if risk in say.risks:
        marks.append(say.risks[risk])
    if next_on:
        marks.append(_("next %(day)s") % {"day": format_day(next_on)})
    can_edit = author_id == user.pk and is_real
    if can_edit and version > 1:
        marks.append(say.corrected)
    return {
        "icon": ICONS.get(channel, "talk"),
        "kind": kind,
        "meta": " · ".join(mark for mark in marks if mark),
        "time": format_day(at, "time"),
        "text": content,
        "tick": not is_real,
        "edit_url": say.correct_url.replace("/0/", f"/{pk}/") if can_edit else "",
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
