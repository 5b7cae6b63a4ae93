"""The party file in one line, on the page of a student."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partybranch.models import Development
from partybranch.queries.board import cards, stage_names
from portal.core.access import reaches_any
from students.queries.picture_blocks import block


def student_file(user: Any, student: Any) -> dict[str, Any] | None:
    """Stage and next step for whoever may see the file; None without a file or the right."""
    if not reaches_any(Development, user, "see_party_file"):
        return None
    rows = Development.objects.restrict(user, "see_party_file", student_id=student.pk)
    found = cards(rows.filter(student_id=student.pk).order_by("-opened_at")[:1])
    return {"card": found[0]} if found else None


def picture_file(user: Any, student: Any) -> dict[str, Any] | None:
    """The same in the picture: the stage reached speaks for the student."""
    found = student_file(user, student)
    if found is None:
        return None
    card = found["card"]
    stage = stage_names()[card.stage]
    item = {
        "title": stage, "meta": card.text, "url": reverse("party:file", args=[card.pk]),
        "side": card.tag, "side_tone": card.tone if card.tag else "",
    }  # fmt: skip
    return block(
        _("Party building"), _("from the party file"), card.branch, [item],
        strengths=[_("On the way to Party membership: %(stage)s") % {"stage": stage}],
    )  # fmt: skip
