"""Requests for keys as people read them: those that wait for me, disagreements, one in full."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import KeyKind, KeySide, KeyState, KeyVerdict
from casework.key_access import is_asked_for_opinions
from casework.models import KeyRequest, KeyTurn
from casework.queries.key_sides import OFFICES, managed_units
from portal.core.ui.dates import day_gap, due_words, format_day
from students.access import standing
from students.enums import Tree
from students.models import Placement

MOST = 100


def _open(user: Any) -> QuerySet[KeyRequest]:
    rows: QuerySet[KeyRequest] = KeyRequest.objects.restrict(user, "see_case")
    return rows.filter(settled_at=None, withdrawn_at=None)


def waiting(user: Any) -> QuerySet[KeyRequest]:
    """Open requests in which a side that ``user`` speaks for has not said yes, and ``user`` has
    not spoken for another side."""
    if not getattr(user, "is_authenticated", False):
        return KeyRequest.objects.none()
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
    return _open(user).filter(wanted).exclude(Exists(mine))


def _has_agreed(side: str) -> Exists:
    said = KeyTurn.objects.filter(request=OuterRef("pk"), side=side, verdict=KeyVerdict.AGREED)
    return Exists(said)


def count_waiting(user: Any) -> int:
    return waiting(user).count()


def clashes(user: Any) -> QuerySet[KeyRequest]:
    """Open disagreements within the reader's reach: they go to the next joint meeting."""
    return _open(user).filter(disagreed_at__isnull=False)


def asked_by_me(user: Any) -> QuerySet[KeyRequest]:
    return _open(user).filter(asked_by_id=user.pk)


def read_whole(rows: QuerySet[KeyRequest], most: int = MOST) -> list[KeyRequest]:
    """With everything that a line shows, the most urgent first; two statements."""
    turns = KeyTurn.objects.select_related("person").order_by("at")
    whole = rows.select_related(
        "case__student", "case__level", "entry__category", "entry__level", "to_level", "asked_by"
    ).prefetch_related(Prefetch("turns", queryset=turns))
    return list(whole.order_by("due_at", "pk")[:most])


def title(request: KeyRequest) -> str:
    """What is asked for, in a few words, without the student."""
    if request.kind == KeyKind.CLOSE:
        return _("Close: %(outcome)s") % {"outcome": request.get_outcome_display()}
    category = request.entry.category.name if request.entry else ""
    if request.kind == KeyKind.LOWER and request.to_level is not None:
        return _("%(category)s: lower to %(level)s") % {
            "category": category, "level": request.to_level.name,
        }  # fmt: skip
    level = request.entry.level.name if request.entry else ""
    return _("Entry: %(category)s, %(level)s") % {"category": category, "level": level}


def items(requests: Iterable[KeyRequest]) -> list[dict[str, Any]]:
    """Lines for components/item_list.html."""
    today, shown = timezone.localdate(), []
    for one in requests:
        words, tone = _clock(one, today)
        given = [f"{KeySide(t.side).label} {KeyVerdict(t.verdict).label}" for t in one.turns.all()]
        asker = one.asked_by.name if one.asked_by else _("system")
        meta = [
            _("%(name)s asked on %(day)s") % {
                "name": asker, "day": format_day(one.asked_at, today=today),
            },
            *given,
        ]  # fmt: skip
        shown.append({
            "title": f"{one.case.student.name} · {title(one)}", "meta": " · ".join(meta),
            "url": reverse("casework:key", args=[one.pk]), "side": words, "side_tone": tone,
            "action_url": "", "action_label": "", "action_method": "",
        })  # fmt: skip
    return shown


def _clock(request: KeyRequest, today: dt.date) -> tuple[str, str]:
    if request.state == KeyState.DISAGREED and request.disagreed_at is not None:
        days = day_gap(request.disagreed_at, today)
        return _("joint meeting, day %(n)s") % {"n": days + 1}, "late"
    words, tone = due_words(request.due_at, today=today)
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
