"""One line about a development, for boards, lists and the pages of a student: what comes next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partybranch.domain.book import StepRule
from partybranch.models import Development
from partybranch.queries.rules import rule_book, rules_asked
from portal.core.access import rows_within
from portal.core.asks import Ask
from portal.core.rows import named
from portal.core.scope import today
from portal.core.ui.dates import format_day
from students.queries.standing import class_of

SOON = dt.timedelta(days=30)
# What a card reads of a development ``d``, its student ``s`` and its branch ``b``; the class of
# today (``class_of``) comes after them.
JOINS = "JOIN students_student s ON s.id = d.student_id JOIN cohorts_unit b ON b.id = d.branch_id"
COLUMNS = (
    "d.id", "s.name", "s.student_no", "coalesce(nullif(b.short_name, ''), b.name)", "d.stage",
    "d.next_step", "d.due_on", "d.assess_due_on", "d.first_due", "d.papers_missing",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    pk: int
    name: str
    student_no: str
    class_name: str
    branch: str
    stage: int
    text: str
    tag: str
    tone: str
    due: dt.date | None


def card_of(row: Sequence[Any]) -> Card:
    """A card from the values of ``COLUMNS`` and the class; one statement a request for the rules."""
    pk, name, number, branch, stage, step, due, assess, first, missing, place = row
    day = today()
    rule = rule_book().rule(step, day) if step else None
    tag, tone = _tag(first, missing, day)
    text = _text(rule, due, assess, day)
    return Card(pk, name, number, place or "", branch, stage, text, tag, tone, first)


def _text(rule: StepRule | None, due: dt.date | None, assess: dt.date | None, day: dt.date) -> str:
    """“Step 13 · pre-review, by 26 May”: what comes next, or the assessment that is due."""
    if rule is None:
        return _("All steps are recorded.")
    if assess is not None and (due is None or assess <= due):
        return _("Step 6 · half-yearly assessment, by %(day)s") % {
            "day": format_day(assess, today=day)
        }
    words = _("Step %(n)s · %(name)s") % {"n": rule.number, "name": rule.short.replace(" | ", "")}
    if due is None:
        return words
    return _("%(step)s, by %(day)s") % {"step": words, "day": format_day(due, today=day)}


def _tag(due: dt.date | None, missing: int, day: dt.date) -> tuple[str, str]:
    if due is not None and due < day:
        late = (day - due).days
        return ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}, "late"
    if missing:
        return _("Papers missing"), "late"
    if due is None:
        return "", ""
    left = (due - day).days
    tone = "due" if left <= SOON.days else "neutral"
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}, tone


_DATES = slice(6, 9)


def file_asked(user: Any, student_id: int) -> Ask | None:
    """The latest development of a student whose file ``user`` may see, for a page that asks for
    all its parts in one statement; ``told_card`` takes the rows."""
    mine = rows_within(Development, user, "see_party_file", "d", student_id=student_id)
    if mine is None:
        return None
    place, (rules, _rules_told) = class_of("d.student_id"), rules_asked()
    inside, params = named(place.sql, place.params, "place")
    sql = f"""SELECT json_build_array(
                  ({rules.sql}), json_build_array({", ".join(COLUMNS)}, {inside}))
                FROM partybranch_development d {JOINS}
               WHERE d.student_id = %(whose)s AND {mine.sql} ORDER BY d.opened_at DESC LIMIT 1"""
    return Ask(sql, {**params, **mine.params, **rules.params, "whose": student_id})


def told_card(rows: Sequence[Any]) -> Card | None:
    """The card of ``file_asked``, None without a file."""
    if not rows:
        return None
    ((rules, row),) = rows
    rules_asked()[1]([rules])
    row[_DATES] = [dt.date.fromisoformat(one) if one else None for one in row[_DATES]]
    return card_of(row)
