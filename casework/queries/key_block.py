"""Blocks of the case page: 双方确认, the reviews, and what is looked at after closing."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Helped, KeyKind, KeyState, Outcome
from casework.queries.blocks import CaseBlock, register_block
from casework.queries.keys import clash_words, key_rows
from portal.core.ui.dates import due_words, format_day

_KEYS = """
    SELECT json_agg(json_build_array(q.id, q.kind, q.state, q.outcome, q.due_at, q.disagreed_at,
               q.sides,
               (SELECT k.name FROM casework_ledgerentry e
                  JOIN casework_casecategory k ON k.code = e.category_id WHERE e.id = q.entry_id),
               (SELECT name FROM casework_caselevel WHERE code = q.to_level_id),
               (SELECT json_object_agg(t.side, json_build_array(t.verdict, w.name, t.at))
                  FROM casework_keyturn t JOIN core_user w ON w.id = t.person_id
                 WHERE t.request_id = q.id))
             ORDER BY q.settled_at IS NOT NULL, q.asked_at DESC)
      FROM (SELECT * FROM casework_keyrequest r
             WHERE r.case_id = c.id AND r.withdrawn_at IS NULL
             ORDER BY r.settled_at IS NOT NULL, r.asked_at DESC LIMIT 4) q
"""


def _keys(
    user: Any, case: Any, found: Any, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    rows = found or []
    is_live = [row[2] in (KeyState.WAITING, KeyState.DISAGREED) for row in rows]
    # What is open; where nothing is, the last that was settled.
    wanted = [row for row, live in zip(rows, is_live, strict=True) if live] or rows[:1]
    if not wanted and not any(rights.values()):
        return None
    return {
        "requests": [_request(row) for row in wanted],
        "is_open": case.closed_at is None,
        "may_ask": rights["write_case"],
        "may_turn": rights["manage_case"],
        "is_closing": any(row[1] == KeyKind.CLOSE for row in wanted) and any(is_live),
    }


def _request(row: list[Any]) -> dict[str, Any]:
    pk, kind, state, outcome, due, disagreed, sides, category, level, turns = row
    due_at = dt.datetime.fromisoformat(due)
    given = {
        side: (verdict, name, dt.datetime.fromisoformat(at))
        for side, (verdict, name, at) in (turns or {}).items()
    }
    is_open = state in (KeyState.WAITING, KeyState.DISAGREED)
    words = {
        KeyKind.ENTER: _("entry %(category)s") % {"category": category},
        KeyKind.LOWER: _("lower to %(level)s") % {"level": level},
        KeyKind.CLOSE: _("close: %(outcome)s")
        % {"outcome": Outcome(outcome).label if outcome else ""},
    }
    clock = ""
    if state == KeyState.DISAGREED:
        clock = clash_words(dt.datetime.fromisoformat(disagreed), due_at)
    return {
        "pk": pk, "words": words[KeyKind(kind)], "state": KeyState(state).label,
        "is_open": is_open, "keys": key_rows(sides, given, due_at, is_open), "clock": clock,
    }  # fmt: skip


register_block(
    CaseBlock("keys", "side", 10, _KEYS, "casework/_block_keys.html", _keys),
)

_REVIEWS = """
    SELECT json_agg(json_build_array(v.held_on, n.name, v.findings, v.has_signal, v.is_goal_met,
                                     w.name) ORDER BY v.held_on DESC)
      FROM (SELECT * FROM casework_casereview x WHERE x.case_id = c.id
             ORDER BY x.held_on DESC LIMIT 3) v
      JOIN core_user w ON w.id = v.by_id LEFT JOIN casework_caselevel n ON n.code = v.level_id
"""


def _reviews(
    user: Any, case: Any, found: Any, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    if not found:
        return None
    return {"reviews": [review_line(*row) for row in found]}


def review_line(
    held: str, level: str | None, findings: str, signal: bool, goal: bool, by: str
) -> dict[str, Any]:
    marks = [by]
    if signal:
        marks.append(_("new signal"))
    if goal:
        marks.append(_("goal met"))
    return {
        "icon": "check", "kind": level or _("no level needed any more"), "meta": " · ".join(marks),
        "time": format_day(dt.date.fromisoformat(held)), "text": findings, "tick": False,
        "edit_url": "",
    }  # fmt: skip


register_block(
    CaseBlock("reviews", "main", 40, _REVIEWS, "casework/_block_reviews.html", _reviews),
)

_AFTER = """
    SELECT json_build_array(c.outcome, a.id, a.due_on, a.done_at, a.is_fine, a.note, f.helped, f.words,
               f.asked_at, (SELECT n.id FROM casework_case n WHERE n.former_id = c.id))
      FROM (SELECT 1) always LEFT JOIN casework_aftercheck a ON a.case_id = c.id
      LEFT JOIN casework_helpfeedback f ON f.case_id = c.id
     WHERE c.closed_at IS NOT NULL
"""


def _after(
    user: Any, case: Any, found: Any, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    if not found:
        return None
    outcome, pk, due, done, is_fine, note, helped, words, asked, later = found
    facts = [{"label": _("Outcome"), "value": Outcome(outcome).label, "tone": ""}]
    if pk is not None:
        facts.append({"label": _("Check"), **_check(due, done, is_fine)})
        if note:
            facts.append({"label": _("Note"), "value": note, "tone": ""})
    if asked is not None:
        answer = Helped(helped).label if helped else _("not answered yet")
        facts.append({"label": _("The student says"), "value": answer, "tone": ""})
        if words:
            facts.append({"label": _("In own words"), "value": words, "tone": ""})
    return {
        "facts": [{"strong": False, **fact} for fact in facts],
        "check": pk if pk is not None and done is None and rights["write_case"] else None,
        "later": later,
        "may_reopen": later is None and rights["write_case"],
    }


def _check(due: str, done: str | None, is_fine: bool | None) -> dict[str, str]:
    today = timezone.localdate()
    if done is None:
        words, tone = due_words(dt.date.fromisoformat(due), today=today)
        day = format_day(dt.date.fromisoformat(due), today=today)
        return {"value": f"{day} · {words}" if tone else day, "tone": tone}
    day = format_day(dt.datetime.fromisoformat(done), today=today)
    words = _("still fine") if is_fine else _("not fine any more")
    return {"value": f"{day} · {words}", "tone": "ok" if is_fine else "late"}


register_block(CaseBlock("after", "side", 12, _AFTER, "casework/_block_after.html", _after))
