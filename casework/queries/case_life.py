"""What else a timeline tells of a case: plan and steps, reviews, transfers, crises, the end.

One value of the page's one statement, with the dates that the sheet holds already. Words that were
sent with a transfer are read on its own page.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.crisis_enums import EndedAs
from casework.enums import Move, Outcome
from casework.queries.crises import crises
from portal.core.ui.dates import format_day

Item = tuple[dt.datetime, dict[str, Any]]

# Day or moment, what, who, two words of it, its text, its number.
LIFE_SQL = """
           (SELECT json_agg(json_build_array(x.at, x.what, x.who, x.one, x.two, x.text, x.pk)) FROM (
             SELECT to_json(r.held_on) AS at, 'review' AS what,
                    (SELECT name FROM core_user WHERE id = r.by_id) AS who,
                    (SELECT name FROM casework_caselevel WHERE code = r.level_id) AS one,
                    CASE WHEN r.is_goal_met THEN 'goal' WHEN r.has_signal THEN 'signal' END AS two,
                    r.findings AS text, r.id AS pk
               FROM casework_casereview r WHERE r.case_id = c.id
             UNION ALL
             SELECT to_json(t.dropped_on), 'dropped', NULL, t.text, NULL, t.drop_reason, t.id
               FROM casework_planstep t JOIN casework_plan p ON p.id = t.plan_id
              WHERE p.case_id = c.id AND t.dropped_on IS NOT NULL
             UNION ALL
             SELECT to_json(e.at), e.what, (SELECT name FROM core_user WHERE id = e.by_id), m.kind,
                    coalesce((SELECT name FROM core_user WHERE id = m.to_person_id),
                             (SELECT name FROM cohorts_unit WHERE id = m.to_unit_id), m.to_outside),
                    '', m.id
               FROM casework_transition m CROSS JOIN LATERAL (VALUES
                    (m.asked_at, 'sent', m.from_person_id), (m.accepted_at, 'accepted', m.accepted_by_id),
                    (m.declined_at, 'declined', m.declined_by_id),
                    (m.revoked_at, 'revoked', NULL), (m.done_at, 'done', m.accepted_by_id)
                    ) e (at, what, by_id)
              WHERE m.case_id = c.id AND e.at IS NOT NULL
             UNION ALL
             SELECT to_json(e.at), e.what, (SELECT name FROM core_user WHERE id = e.by_id),
                    k.ended_as, NULL, '', k.id
               FROM casework_crisis k CROSS JOIN LATERAL (VALUES
                    (k.opened_at, 'alarm', k.opened_by_id), (k.handed_at, 'handed', k.handed_by_id)
                    ) e (at, what, by_id)
              WHERE k.case_id = c.id AND e.at IS NOT NULL) x)
"""
# What the chip "plan" selects; the rest stands among the changes.
_OF_PLAN = frozenset({"review", "dropped"})
_OF_CRISIS = frozenset({"alarm", "handed"})


def plan_life(sheet: dict[str, Any]) -> Iterator[Item]:
    """The plan as it was made, steps that were done or dropped, and reviews."""
    if sheet["planned_at"] is not None:
        yield _item(sheet["planned_at"], "task", _("Plan made"), "", sheet["plan_goal"] or "")
    for text, owner, _title, _due, _wanted, _done, done_on, _gap in sheet["steps"]:
        if done_on is not None:
            yield _item(
                done_on, "check", _("Step done: %(step)s") % {"step": text}, owner or "", ""
            )
    for row in sheet["life"]:
        if row[1] in _OF_PLAN:
            yield _of_plan(row)


def _of_plan(row: list[Any]) -> Item:
    at, what, who, one, two, text, _pk = row
    if what == "dropped":
        return _item(_when(at), "x", _("Step dropped: %(step)s") % {"step": one}, "", text)
    marks = {"goal": _("goal met"), "signal": _("new signal")}
    meta = " · ".join(part for part in (who, marks.get(two or "", "")) if part)
    found = one or _("no level needed any more")
    return _item(_when(at), "check-circle", _("Review: %(level)s") % {"level": found}, meta, text)


def other_life(user: Any, sheet: dict[str, Any]) -> Iterator[Item]:
    """Transfers with what became of them, crises that ``user`` may follow, and how the case ended.

    Not everybody who sees a case follows its crises; they are rare, so the rule is asked for them
    when there are any."""
    alarms = {row[-1] for row in sheet["life"] if row[1] in _OF_CRISIS}
    followed = (
        set(crises(user).filter(pk__in=alarms).values_list("pk", flat=True)) if alarms else ()
    )
    for row in sheet["life"]:
        if row[1] not in _OF_PLAN and (row[1] not in _OF_CRISIS or row[-1] in followed):
            yield _other(row)
    ended = sheet["blocks"].get("after")
    if sheet["closed_at"] is not None:
        outcome = Outcome(ended[0]).label if ended and ended[0] else _("Closed out")
        words = _("Case closed: %(outcome)s") % {"outcome": outcome}
        yield _item(sheet["closed_at"], "archive", words, "", "")


def _other(row: list[Any]) -> Item:
    at, what, who, one, two, _text, pk = row
    if what in _OF_CRISIS:
        ended = dict(EndedAs.choices).get(one or "", "")
        words = _("Alarm raised") if what == "alarm" else _("Crisis handed back")
        text = str(ended) if what == "handed" else ""
        return _item(_when(at), "alert", words, who or "", text, f"/crises/{pk}/")
    named = {"what": dict(Move.choices).get(one, one), "to": two or "—"}
    words = {
        "sent": _("%(what)s → %(to)s: sent"), "accepted": _("%(what)s → %(to)s: accepted"),
        "declined": _("%(what)s → %(to)s: declined"), "revoked": _("%(what)s → %(to)s: taken back"),
        "done": _("%(what)s → %(to)s: done, answered"),
    }[what] % named  # fmt: skip
    return _item(_when(at), "transfer", words, who or "", "", f"/moves/{pk}/")


def _when(text: str) -> dt.datetime | dt.date:
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


def _item(
    at: dt.datetime | dt.date, icon: str, kind: str, meta: str, text: str, url: str = ""
) -> Item:
    """A day without a time stands at its end: what was done that day comes before it."""
    shown = format_day(at, "time") if isinstance(at, dt.datetime) else format_day(at)
    if not isinstance(at, dt.datetime):
        at = dt.datetime.combine(at, dt.time(23, 59), timezone.get_current_timezone())
    return at, {"icon": icon, "kind": kind, "meta": meta, "time": shown, "text": text, "url": url}
