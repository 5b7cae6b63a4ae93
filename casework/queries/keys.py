"""Requests for keys as people read them: lines, disagreements, one in full."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.enums import KeyKind, KeySide, KeyState, KeyVerdict, Outcome
from casework.models import KeyRequest, KeyTurn
from portal.core import scope
from portal.core.rows import array_of, fetch
from portal.core.ui.dates import due_words, format_day, local_days

MOST = 100
OPEN = (KeyState.WAITING, KeyState.DISAGREED)


def _open(user: Any) -> QuerySet[KeyRequest]:
    rows: QuerySet[KeyRequest] = KeyRequest.objects.restrict(user, "see_case")
    return rows.filter(settled_at=None, withdrawn_at=None)


def clashes(user: Any) -> QuerySet[KeyRequest]:
    """Open disagreements within the reader's reach: they go to the next joint meeting."""
    return _open(user).filter(disagreed_at__isnull=False)


def read_whole(rows: QuerySet[KeyRequest]) -> list[KeyRequest]:
    """With everything that the page of one shows; two statements."""
    turns = KeyTurn.objects.select_related("person").order_by("at")
    whole = rows.select_related(
        "case__student", "case__level", "entry__category", "entry__level", "to_level", "asked_by"
    ).prefetch_related(Prefetch("turns", queryset=turns))
    return list(whole)


def title(request: KeyRequest) -> str:
    """What is asked for, in a few words, without the student."""
    entry = request.entry
    return _title(
        request.kind, request.outcome, entry.category.name if entry else "",
        entry.level.name if entry else "", request.to_level.name if request.to_level else "",
        get_language(),
    )  # fmt: skip


@lru_cache(maxsize=1_000)
def _title(
    kind: str, outcome: str, category: str, level: str, goal: str, _language: str | None
) -> str:
    if kind == KeyKind.CLOSE:
        return _("Close: %(outcome)s") % {"outcome": Outcome(outcome).label if outcome else ""}
    if kind == KeyKind.LOWER and goal:
        return _("%(category)s: lower to %(level)s") % {"category": category, "level": goal}
    return _("Entry: %(category)s, %(level)s") % {"category": category, "level": level}


# Columns of one line over the request ``q``; the words of the sides in the order in which they came.
LINE_VALUES = """q.id, q.kind, q.outcome, q.state, q.due_at, q.disagreed_at, q.asked_at, s.name,
    (SELECT json_build_array(g.name, v.name) FROM casework_ledgerentry e
       JOIN casework_casecategory g ON g.code = e.category_id
       JOIN casework_caselevel v ON v.code = e.level_id WHERE e.id = q.entry_id),
    (SELECT v.name FROM casework_caselevel v WHERE v.code = q.to_level_id), a.name,
    (SELECT json_agg(json_build_array(t.side, t.verdict) ORDER BY t.at)
       FROM casework_keyturn t WHERE t.request_id = q.id)"""
LINE_JOINS = """JOIN casework_case c ON c.id = q.case_id
    JOIN students_student s ON s.id = c.student_id LEFT JOIN core_user a ON a.id = q.asked_by_id"""


def items(requests: QuerySet[KeyRequest]) -> list[dict[str, Any]]:
    """Lines for components/item_list.html of restricted ``requests``, the most urgent first; two
    statements. ``state`` is the word for whoever lists settled ones too."""
    keys = array_of(requests.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST])
    rows = fetch(
        f"""SELECT {LINE_VALUES} FROM casework_keyrequest q {LINE_JOINS}
             WHERE q.id = ANY(%(keys)s::bigint[]) ORDER BY q.due_at, q.id""",
        {"keys": keys},
    )
    return [line(row, scope.today()) for row in rows]


def line(row: Sequence[Any], today: dt.date) -> dict[str, Any]:
    """A row of ``LINE_VALUES`` in words."""
    pk, kind, outcome, state, due, disagreed, asked, name, entry, goal, asker, turns = row
    language, day_of = get_language(), local_days()
    clock = disagreed if state == KeyState.DISAGREED and disagreed is not None else due
    words, tone = _clock(clock is disagreed, day_of(clock), today, language)
    given = [_word(side, verdict, language) for side, verdict in turns or ()]
    category, level = entry or ("", "")
    about = _title(kind, outcome, category, level, goal or "", language)
    return {
        "pk": pk, "title": f"{name} · {about}",
        "meta": " · ".join([_asked(asker or "", day_of(asked), today, language), *given]),
        "url": f"/keys/{pk}/", "side": words, "side_tone": tone,
        "state": _state(state, language), "is_open": state in OPEN,
    }  # fmt: skip


@lru_cache(maxsize=1_000)
def _asked(asker: str, day: dt.date, today: dt.date, _language: str | None) -> str:
    return _("%(name)s asked on %(day)s") % {
        "name": asker or _("system"), "day": format_day(day, today=today),
    }  # fmt: skip


@lru_cache(maxsize=100)
def _word(side: str, verdict: str, _language: str | None) -> str:
    return f"{KeySide(side).label} {KeyVerdict(verdict).label}"


@lru_cache(maxsize=20)
def _state(state: str, _language: str | None) -> str:
    return str(KeyState(state).label)


@lru_cache(maxsize=1_000)
def _clock(is_clash: bool, day: dt.date, today: dt.date, _language: str | None) -> tuple[str, str]:
    """Since when the sides disagree, or until when the keys are wanted."""
    if is_clash:
        return _("joint meeting, day %(n)s") % {"n": (today - day).days + 1}, "late"
    words, tone = due_words(day, today=today)
    return words, tone or "plain"


def key_rows(
    sides: Iterable[str], turns: dict[str, tuple[str, str, Any]], due: dt.datetime, is_open: bool
) -> list[dict[str, Any]]:
    """Rows of components/two_key.html: ``turns`` is side -> (verdict, person, when)."""
    today, shown = scope.today(), []
    for side in sides:
        verdict, person, at = turns.get(side, ("", "", None))
        opinion = side == KeySide.COUNSELLING
        label = {
            "": _("to confirm") if is_open else _("not asked any more"),
            KeyVerdict.AGREED: _("opinion given") if opinion else _("agreed"),
            KeyVerdict.DISAGREED: _("disagreed"),
        }[verdict]
        note = f"{person} · {format_day(at, today=today)}" if at else ""
        if not at and is_open:
            note = _("by %(day)s") % {"day": format_day(due, today=today)}
        shown.append({
            "side": KeySide(side).label, "state": verdict or "waiting", "state_label": label,
            "note": note, "action_url": "", "action_label": "", "action_method": "",
        })  # fmt: skip
    return shown


def clash_words(disagreed_at: dt.datetime, due_at: dt.datetime) -> str:
    """The state and its clock: since when, until when."""
    today = scope.today()
    return _("The sides disagree since %(day)s: goes to the next joint meeting, by %(due)s.") % {
        "day": format_day(disagreed_at, today=today), "due": format_day(due_at, today=today),
    }  # fmt: skip


def turns_of(request: KeyRequest) -> dict[str, tuple[str, str, Any]]:
    return {t.side: (t.verdict, t.person.name, t.at) for t in request.turns.all()}
