"""Soft hints on a record just written, told to its writer and to nobody else: nothing is refused,
nothing is kept, and a copied sentence may be right."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.ui.dates import format_day
from students.models import Student

# As many records of one writer in the same minute are hardly talks of the same minute.
AT_ONCE = 3
# Shorter accounts are alike by chance.
MIN_CHARS = 12
# The newest records of the writer, from the index by author; records of one batch are one account.
_ALIKE = """
    SELECT (SELECT count(*) FROM casework_followup m
             WHERE m.author_id = f.author_id AND m.batch_key IS NULL
               AND date_trunc('minute', m.happened_at) = date_trunc('minute', f.happened_at)),
           same.happened_at, same.student_id
      FROM casework_followup f
      LEFT JOIN LATERAL (
           SELECT o.happened_at, o.student_id FROM casework_followup o
            WHERE o.author_id = f.author_id AND o.student_id <> f.student_id
              AND o.happened_at > f.happened_at - interval '60 days'
              AND o.happened_at < f.happened_at + interval '60 days'
              AND o.content = f.content AND o.batch_key IS NULL
            ORDER BY o.happened_at DESC LIMIT 1) same ON length(f.content) >= %(least)s
     WHERE f.id = %(record)s AND f.author_id = %(user)s AND f.batch_key IS NULL
"""


def hints(user: Any, record: int) -> list[str]:
    """Sentences for the writer of ``record``; one statement where there is nothing to say. Another
    student is named only as long as the writer sees that student."""
    found = []
    for at_once, when, student in fetch(
        prepared(_ALIKE), {"record": record, "user": user.pk, "least": MIN_CHARS}
    ):
        if student is not None:
            seen = Student.objects.restrict(user, "see_card").filter(pk=student)
            name = seen.values_list("name", flat=True).first() or _("another student")
            found.append(
                _("The same words stand in your record of %(day)s on %(name)s. If this talk was "
                  "different, correct it and say what was different.")
                % {"day": format_day(when), "name": name}
            )  # fmt: skip
        if at_once >= AT_ONCE:
            found.append(
                ngettext(
                    "%(n)s record of yours is dated to this same minute. Check the times, or use "
                    "“Log for several”.",
                    "%(n)s records of yours are dated to this same minute. Check the times, or use "
                    "“Log for several”.",
                    at_once,
                )
                % {"n": at_once}
            )
    return found
