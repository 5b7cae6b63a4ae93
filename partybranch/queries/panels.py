"""The party file in one line, on the page of a student."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partybranch.queries.board import stage_names
from partybranch.queries.cards import file_asked, told_card
from portal.core.asks import Ask, Rows
from students.queries.picture_blocks import block


def student_asked(user: Any, student: Any) -> Ask | None:
    """What the panels read, in the statement of the page; None without the right."""
    return file_asked(user, student.pk)


def student_file(user: Any, student: Any, rows: Rows) -> dict[str, Any] | None:
    """Stage and next step for whoever may see the file; None without a file."""
    card = told_card(rows)
    return None if card is None else {"card": card}


def picture_file(user: Any, student: Any, rows: Rows) -> dict[str, Any] | None:
    """The same in the picture: the stage reached speaks for the student."""
    card = told_card(rows)
    if card is None:
        return None
    stage = stage_names()[card.stage]
    item = {
        "title": stage, "meta": card.text, "url": reverse("party:file", args=[card.pk]),
        "side": card.tag, "side_tone": card.tone if card.tag else "",
    }  # fmt: skip
    return block(
        _("Party building"), _("from the party file"), card.branch, [item],
        strengths=[_("On the way to Party membership: %(stage)s") % {"stage": stage}],
    )  # fmt: skip
