"""Reads of the quick log: whom to pick, when to meet again. No level, no category."""

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from casework.models import Case, FollowUp
from casework.sealed_access import CLEARED
from portal.core.access import reaches_any
from portal.core.ui.dates import format_ago, format_day
from students.models import Student
from students.queries.lookup import found_students
from students.queries.standing import stands

MOST_PICKS = 6
# Without a case the school's custom is to meet again within two weeks.
USUAL_DAYS = 14


def last_real_contact() -> Subquery:
    """Day of the last contact with content by anyone; for annotation of students."""
    talks = FollowUp.objects.filter(student_id=OuterRef("pk"), is_real=True)
    return Subquery(talks.order_by("-happened_at").values("happened_at")[:1])


def alarm_picks(user: Any, text: str) -> list[dict[str, Any]]:
    """For raising an alarm: whoever's card the user sees; the counselling centre, whom it serves."""
    sees_cards = reaches_any(Student, user, "see_card")
    return picks(user, text, action="see_card" if sees_cards else CLEARED)


def picks(user: Any, text: str, chosen: str = "", action: str = "log_talk") -> list[dict[str, Any]]:
    """At most six students for the typeahead, among those on whom ``user`` may log, or whom he
    reaches for ``action``.

    Nothing typed: those whom the user logged on last. ``chosen`` is a student number that
    stays first and ticked.
    """
    mine: QuerySet[Any] = Student.objects.restrict(user, action)
    if text:
        rows = found_students(mine, text).order_by("pinyin", "id")
    elif chosen:
        rows = mine.filter(student_no=chosen)
    else:
        recent = (
            FollowUp.objects.filter(author=user, student_id=OuterRef("pk"))
            .order_by("-happened_at")
            .values("happened_at")[:1]
        )
        # Own records only; the students come from the restricted set.
        logged = FollowUp.objects.filter(author=user).values("student_id")
        rows = mine.filter(pk__in=logged).alias(at=Subquery(recent)).order_by("-at")
    people = list(
        rows.annotate(last=last_real_contact()).values_list(
            "pk", "student_no", "name", "pinyin", "last"
        )[:MOST_PICKS]
    )
    places = stands([row[0] for row in people], ("class",)) if people else {}
    return [
        {
            "value": number,
            "name": name,
            "class_name": places[pk].class_name if pk in places else number,
            "pinyin": marked_pinyin(pinyin, text),
            "side": format_ago(last) if last else _("no record yet"),
            "checked": number == chosen or (bool(text) and len(people) == 1),
        }
        for pk, number, name, pinyin, last in people
    ]


def sole_number(user: Any, text: str) -> str:
    """Number of the one student whom this number or full name means among those on whom ``user``
    may log; empty when it means nobody or several."""
    text = text.replace("\x00", "").strip()[:50]
    if not text:
        return ""
    mine = Student.objects.restrict(user, "log_talk").filter(Q(student_no=text) | Q(name=text))
    numbers = list(mine.order_by().values_list("student_no", flat=True)[:2])
    return numbers[0] if len(numbers) == 1 else ""


def marked_pinyin(pinyin: str, text: str) -> SafeString | str:
    """The syllables, with the typed initials in bold; plain when initials were not typed."""
    letters = "".join(text.lower().split())
    words = pinyin.split()
    if not letters.isascii() or not letters.isalpha():
        return pinyin
    if "".join(word[0] for word in words).startswith(letters):
        marked = [
            format_html("<b>{}</b>{}", word[0], word[1:]) if at < len(letters) else word
            for at, word in enumerate(words)
        ]
        return format_html_join(" ", "{}", ((word,) for word in marked))
    left, shown = len(letters), []
    for word in words:
        shown.append(format_html("<b>{}</b>{}", word[:left], word[left:]) if left > 0 else word)
        left -= len(word)
    return format_html_join(mark_safe(" "), "{}", ((word,) for word in shown))


def next_dates(user: Any, student: Student | None) -> tuple[list[dict[str, Any]], str]:
    """(chips, note): tomorrow, in three days, and the day by the rhythm of the student's level.

    The rhythm is told only to those who may see the case: to others it would give it away.
    """
    today = timezone.localdate()
    days, note = USUAL_DAYS, ""
    if student is not None:
        every = (
            Case.objects.restrict(user, "see_case", student_id=student.pk)
            .filter(closed_at=None)
            .values_list("level__contact_every_days", flat=True)
            .first()
        )
        if every is not None:
            days, note = every, rhythm_words(every)
    chips = [
        (today + dt.timedelta(days=1), _("tomorrow")),
        (today + dt.timedelta(days=3), _("in 3 days")),
    ]
    by_level = today + dt.timedelta(days=days)
    if by_level not in {day for day, _words in chips}:
        chips.append((by_level, format_day(by_level, "weekday")))
    return [
        {"value": day.isoformat(), "label": words, "checked": day == by_level}
        for day, words in chips
    ], note


def rhythm_words(days: int) -> str:
    """每天 / 每周 / 每 2 周 / 每月 一次."""
    if days == 1:
        return _("once a day")
    if days == 30:
        return _("once a month")
    if days == 7:
        return _("once a week")
    if days % 7 == 0:
        return _("once in %(n)s weeks") % {"n": days // 7}
    return _("once in %(n)s days") % {"n": days}
