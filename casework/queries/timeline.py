"""The timeline of a case in one order: contacts, entries, plan and reviews, levels, keys, transfers."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel, Confidentiality, KeyKind, KeySide, KeyVerdict, Risk
from casework.queries.case_life import other_life, plan_life
from portal.core.addresses import address
from portal.core.ui.dates import format_day
from portal.core.ui.words import choice_words, per_language

MOST = 30
ICONS = {
    Channel.FACE: "talk", Channel.PHONE: "phone", Channel.VISIT: "visit",
    Channel.FAMILY: "family", Channel.ONLINE: "online",
}  # fmt: skip
# Kinds of event that the chips above the timeline select.
KINDS = ("talks", "family", "plan", "moves")


@dataclass
class Timeline:
    """``items`` in the shape of components/timeline.html; counts over the whole case."""

    items: list[dict[str, Any]]
    total: int
    real: int
    more: int
    last_way: str
    last_who: str


def timeline(user: Any, sheet: dict[str, Any], kind: str = "", most: int = MOST) -> Timeline:
    """What ``user`` may read of this case. Notes kept from the user are a count, nothing else.

    ``sheet`` comes from ``case_file``, asked for the same ``kind`` and ``most``.
    """
    talks, say = sheet["talks"], _words()
    urls = _Addresses(correct=address("casework:correct", 0), record=address("casework:record", 0))
    # Told in words only once it is known which ones are shown.
    dated: list[tuple[dt.datetime, Any]] = [
        (dt.datetime.fromisoformat(row[2]), row) for row in talks["rows"]
    ]
    wanted = {"": talks["seen"], "family": talks["family"], "plan": 0, "moves": 0}.get(
        kind, talks["seen"] - talks["family"]
    )
    if kind in ("", "moves"):
        moves = [(entry["at"], _entry(entry)) for entry in sheet["entries"]]
        moves += [*_moves(sheet["moves"]), *other_life(user, sheet)]
        wanted += len(moves)
        dated += moves
    if kind in ("", "plan"):
        steps = list(plan_life(sheet))
        wanted += len(steps)
        dated += steps
    dated.sort(key=lambda one: one[0], reverse=True)
    items = [
        _talk(user, one, at, say, urls) if isinstance(one, list) else one
        for at, one in dated[:most]
    ]
    hidden = sheet["records"] - talks["seen"]
    if hidden > 0 and kind in ("", "talks"):
        items.append(_hidden(hidden))
    way, who = talks["last"] or ("", "")
    return Timeline(
        items=items,
        total=sheet["records"],
        real=talks["real"],
        more=max(0, wanted - most),
        last_way=say.channels.get(way, ""),
        last_who=who,
    )


@dataclass(frozen=True)
class _Addresses:
    """Where a record is read whole and corrected, with 0 in the place of its number."""

    correct: str
    record: str


@dataclass(frozen=True)
class _Words:
    """Words of the reader's language that repeat in every record."""

    channels: dict[str, str]
    risks: dict[str, str]
    restricted: str
    corrected: str


@per_language
def _words() -> _Words:
    return _Words(
        channels=choice_words(Channel),
        risks={
            str(risk): _("risk %(risk)s") % {"risk": risk.label}
            for risk in (Risk.RAISED, Risk.HIGH)
        },
        restricted=_("task force only"),
        corrected=_("corrected"),
    )


def _talk(
    user: Any, row: list[Any], at: dt.datetime, say: _Words, urls: _Addresses
) -> dict[str, Any]:
    (pk, channel, _at, minutes, content, author_id, author, role, place, is_real, secrecy, risk,
     next_on, version, has_more) = row  # fmt: skip
    kind = say.channels[channel]
    if minutes:
        kind += " " + ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    marks = [author, role, place]
    if secrecy == Confidentiality.RESTRICTED:
        marks.append(say.restricted)
    if risk in say.risks:
        marks.append(say.risks[risk])
    if next_on:
        marks.append(_("next %(day)s") % {"day": format_day(dt.date.fromisoformat(next_on))})
    can_edit = author_id == user.pk and is_real
    if version > 1:
        marks.append(say.corrected)
    return {
        "icon": ICONS.get(channel, "talk"),
        "kind": kind,
        "meta": " · ".join(mark for mark in marks if mark),
        "time": format_day(at, "time"),
        "text": content,
        "tick": not is_real,
        "url": urls.record.replace("/0/", f"/{pk}/") if has_more else "",
        "edit_url": urls.correct.replace("/0/", f"/{pk}/") if can_edit else "",
    }


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kind = _("Listed: %(category)s, %(level)s") % entry
    return {"icon": "flag", "kind": kind, "time": format_day(entry["at"], "time"),
            "text": entry["reason"], "meta": ""}  # fmt: skip


def _moves(rows: Iterable[list[Any]]) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """Level changes, assignments and seats as the audit trail keeps them."""
    shown: list[tuple[dt.datetime, dict[str, Any]]] = []
    teams: dict[tuple[Any, Any], dict[str, Any]] = {}
    for at, action, actor, reason, before, after, whom, *key_facts in rows:
        key = (timezone.localtime(at).date(), actor)
        if action == "seat_person" and key in teams:
            # A team named in one sitting is one line, not one per seat.
            teams[key]["kind"] += "、" + (whom or "—")
            continue
        if action in KEY_ACTS:
            kind = _key_words(action, after, *key_facts)
        elif action in ("raise_level", "lower_level"):
            kind = _("Level: %(before)s → %(after)s") % {
                "before": before or "—", "after": after or "—",
            }  # fmt: skip
        elif action == "assign_owner":
            kind = _("Responsible: %(name)s") % {"name": whom or "—"}
        else:
            kind = _("Joined the task force: %(name)s") % {"name": whom or "—"}
        item = {"icon": "key" if action in KEY_ACTS else "change", "kind": kind, "meta": actor or _("system"),
                "time": format_day(at, "time"), "text": reason or ""}  # fmt: skip
        if action == "seat_person":
            teams[key] = item
        shown.append((at, item))
    return shown


KEY_ACTS = frozenset({"ask_keys", "turn_key", "keys_refused", "withdraw_keys"})


def _key_words(action: str, level: str | None, kind: str, side: str, verdict: str) -> str:
    """What happened to a request for both sides' keys: asked, turned, refused, taken back. A
    disagreement is the word of one side; its ground is read on the page of the request."""
    what = str(dict(KeyKind.choices).get(kind or "", kind or "—"))
    if action == "turn_key":
        words = {"what": what, "side": str(dict(KeySide.choices).get(side, side))}
        if verdict == KeyVerdict.DISAGREED:
            return _("%(side)s disagrees: %(what)s") % words
        return _("%(side)s confirms: %(what)s") % words
    if action == "ask_keys":
        goal = f" → {level}" if level else ""
        return _("Both sides asked to confirm: %(what)s") % {"what": what + goal}
    if action == "withdraw_keys":
        return _("Request to confirm taken back: %(what)s") % {"what": what}
    return _("Not confirmed: %(what)s") % {"what": what}


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
