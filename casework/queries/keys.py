"""Requests for keys as people read them: those that wait for me, disagreements, one in full."""

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import KeyKind, KeySide, KeyState, KeyVerdict, Outcome
from casework.key_access import is_asked_for_opinions
from casework.models import KeyRequest, KeyTurn
from casework.queries.key_sides import OFFICES, managed_units
from portal.core.ui.dates import day_gap, due_words, format_day
from students.access import standing
from students.enums import Tree
from students.models import Placement

MOST = 100
OPEN = (KeyState.WAITING, KeyState.DISAGREED)


def _open(user: Any) -> QuerySet[KeyRequest]:
    rows: QuerySet[KeyRequest] = KeyRequest.objects.restrict(user, "see_case")
    return rows.filter(settled_at=None, withdrawn_at=None)


def waiting(user: Any) -> QuerySet[KeyRequest]:
    """Open requests in which a side that ``user`` speaks for has not said yes, and ``user`` has
    not spoken for another side."""
    if not getattr(user, "is_authenticated", False):
        return KeyRequest.objects.none()
    return _open(user).filter(_wanted(user))


def _wanted(user: Any) -> Q:
    wanted = Q(pk=None)
    today = timezone.localdate()
    for side, units in managed_units(user).items():
        stands = Placement.objects.filter(
            standing(today), student_id=OuterRef("case__student_id"), unit_id__any=units
        ).exclude(tree=Tree.BRANCH)
        wanted |= Q(Exists(stands), sides__contains=[side]) & ~_has_agreed(side)
    # On one side only, the one who asked does not confirm.
    alone = Q(asked_by_id=user.pk) & ~Q(sides__contains=list(OFFICES))
    wanted &= ~alone
    if is_asked_for_opinions(user):
        side = KeySide.COUNSELLING
        wanted |= Q(sides__contains=[side]) & ~_has_agreed(side)
    mine = KeyTurn.objects.filter(
        request=OuterRef("pk"), person_id=user.pk, verdict=KeyVerdict.AGREED
    )
    return wanted & ~Exists(mine)


def _has_agreed(side: str) -> Exists:
    said = KeyTurn.objects.filter(request=OuterRef("pk"), side=side, verdict=KeyVerdict.AGREED)
    return Exists(said)


def count_waiting(user: Any) -> int:
    return waiting(user).count()


def clashes(user: Any) -> QuerySet[KeyRequest]:
    """Open disagreements within the reader's reach: they go to the next joint meeting."""
    return _open(user).filter(disagreed_at__isnull=False)


def desk(user: Any) -> dict[str, list[dict[str, Any]]]:
    """``waiting`` for my key, ``clashes`` in my reach, ``asked`` by me: the most urgent of each, as
    lines. Three statements for all of them."""
    whose = {
        "waiting": _wanted(user), "clashes": Q(disagreed_at__isnull=False),
        "asked": Q(asked_by_id=user.pk),
    }  # fmt: skip
    marks = {
        f"is_{name}": Case(When(where, then=Value(True)), default=Value(False))
        for name, where in whose.items()
    }
    any_of = _open(user).filter(reduce(or_, whose.values())).annotate(**marks)
    rows = list(any_of.order_by("due_at", "pk").values_list("pk", *marks)[: 3 * MOST])
    named = KeyRequest.objects.filter(pk__in=[row[0] for row in rows])
    lines = {line["pk"]: line for line in items(named, 3 * MOST)} if rows else {}
    return {
        name: [lines[row[0]] for row in rows if row[place]][:MOST]
        for place, name in enumerate(whose, 1)
    }


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
    )  # fmt: skip


def _title(kind: str, outcome: str, category: str, level: str, goal: str) -> str:
    if kind == KeyKind.CLOSE:
        return _("Close: %(outcome)s") % {"outcome": Outcome(outcome).label if outcome else ""}
    if kind == KeyKind.LOWER and goal:
        return _("%(category)s: lower to %(level)s") % {"category": category, "level": goal}
    return _("Entry: %(category)s, %(level)s") % {"category": category, "level": level}


_SHOWN = (
    "pk", "kind", "outcome", "state", "due_at", "disagreed_at", "asked_at", "case__student__name",
    "entry__category__name", "entry__level__name", "to_level__name", "asked_by__name",
)  # fmt: skip


def items(requests: QuerySet[KeyRequest], most: int = MOST) -> list[dict[str, Any]]:
    """Lines for components/item_list.html, the most urgent first; two statements. ``state`` is the
    word for whoever lists settled ones too."""
    today, shown = timezone.localdate(), []
    rows = list(requests.order_by("due_at", "pk").values_list(*_SHOWN)[:most])
    given: dict[int, list[str]] = {}
    turns = KeyTurn.objects.filter(request__in=[row[0] for row in rows]).order_by("at")
    for pk, side, verdict in turns.values_list("request_id", "side", "verdict") if rows else ():
        given.setdefault(pk, []).append(f"{KeySide(side).label} {KeyVerdict(verdict).label}")
    for row in rows:
        pk, kind, outcome, state, due, disagreed, asked, name, category, level, goal, asker = row
        words, tone = _clock(state, disagreed, due, today)
        meta = _("%(name)s asked on %(day)s") % {
            "name": asker or _("system"), "day": format_day(asked, today=today),
        }  # fmt: skip
        about = _title(kind, outcome, category or "", level or "", goal or "")
        shown.append({
            "pk": pk, "title": f"{name} · {about}", "meta": " · ".join([meta, *given.get(pk, [])]),
            "url": f"/keys/{pk}/", "side": words, "side_tone": tone, "action_url": "",
            "action_label": "", "action_method": "", "state": KeyState(state).label,
            "is_open": state in OPEN,
        })  # fmt: skip
    return shown


def _clock(
    state: str, disagreed_at: dt.datetime | None, due_at: dt.datetime, today: dt.date
) -> tuple[str, str]:
    if state == KeyState.DISAGREED and disagreed_at is not None:
        days = day_gap(disagreed_at, today)
        return _("joint meeting, day %(n)s") % {"n": days + 1}, "late"
    words, tone = due_words(due_at, today=today)
    return words, tone or "plain"


def key_rows(
    sides: Iterable[str], turns: dict[str, tuple[str, str, Any]], due: dt.datetime, is_open: bool
) -> list[dict[str, Any]]:
    """Rows of components/two_key.html: ``turns`` is side -> (verdict, person, when)."""
    today, shown = timezone.localdate(), []
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
    today = timezone.localdate()
    return _("The sides disagree since %(day)s: goes to the next joint meeting, by %(due)s.") % {
        "day": format_day(disagreed_at, today=today), "due": format_day(due_at, today=today),
    }  # fmt: skip


def turns_of(request: KeyRequest) -> dict[str, tuple[str, str, Any]]:
    return {t.side: (t.verdict, t.person.name, t.at) for t in request.turns.all()}
