"""After closing: checks that are due, and the question put to the student."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Helped
from casework.models import AfterCheck, HelpFeedback
from portal.core.ui.dates import due_words, format_day
from students.models import Student

MOST = 200


def open_checks(user: Any) -> QuerySet[AfterCheck]:
    """Checks not done yet on cases that ``user`` may write on."""
    rows: QuerySet[AfterCheck] = AfterCheck.objects.restrict(user, "write_case")
    whole = rows.filter(done_at=None).select_related("case__student", "owner")
    return whole.order_by("due_on", "pk")[:MOST]


def check_items(checks: QuerySet[AfterCheck]) -> list[dict[str, Any]]:
    """Lines for components/item_list.html."""
    today, shown = timezone.localdate(), []
    for one in checks:
        words, tone = due_words(one.due_on, today=today)
        closed = one.case.closed_at
        meta = [one.owner.name if one.owner else _("nobody responsible")]
        if closed is not None:
            meta.append(_("closed %(day)s") % {"day": format_day(closed, today=today)})
        shown.append({
            "title": one.case.student.name, "url": reverse("casework:case", args=[one.case_id]),
            "meta": " · ".join(meta), "side": words or format_day(one.due_on, today=today),
            "side_tone": tone or "plain",
            "action_url": reverse("casework:recheck", args=[one.pk]), "action_label": _("Record"),
        })  # fmt: skip
    return shown


def my_question(user: Any, student: Student) -> dict[str, Any] | None:
    """Whether help did good, in words that name no category, level or file."""
    rows = HelpFeedback.objects.filter(student_id=student.pk, answered_at=None)
    if student.user_id != user.pk or not rows.exists():
        return None
    return {"choices": Helped.choices}
