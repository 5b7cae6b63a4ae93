"""Family contacts, health and aid as the portrait and the own page show them: masked, each opening
a request of its own (rulebook 8.2, 8.3)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.queries.study_years import academic_year_on
from portal.core.access import reaches_one, rows_within
from portal.core.asks import Ask, Rows
from portal.core.names import masked_name, masked_phone
from portal.core.ui.dates import format_day
from students.domain.records import KINDS, may_write
from students.enums import AidGroup, HealthKind, Relation
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote, Student

HIDDEN = "••••••"


def year_code(day: dt.date | None = None) -> str:
    """2026-2027 for a day of that academic year."""
    first = academic_year_on(day or timezone.localdate())
    return f"{first}-{first + 1}"


def address(student: Student, name: str, kind: str, pk: int | None = None) -> str:
    shape = _shape(name, kind, pk is not None)
    return shape.replace("/-/", f"/{quote(student.student_no, safe='')}/").replace("/0/", f"/{pk}/")


@lru_cache(maxsize=64)
def _shape(name: str, kind: str, has_key: bool) -> str:
    """The address with "-" for the student and 0 for the key: a page has half a score of them."""
    args: list[str | int] = ["-", kind, 0] if has_key else ["-", kind]
    return reverse(f"students:record_{name}", args=args)


def hidden(
    student: Student, kind: str, pk: int, *, masked: str, may_open: bool, value: str | None = None
) -> dict[str, Any]:
    """One value in the shape of students/_particular.html; ``value`` None shows it masked."""
    return {
        "code": f"{kind}-{pk}", "url": address(student, "open", kind, pk), "label": "",
        "text": masked if value is None else value, "is_shown": value is not None,
        "is_phone": kind == "family", "may_open": may_open, "needs_reason": True,
    }  # fmt: skip


def _may(user: Any, student: Student, action: str) -> bool:
    return reaches_one(Student, user, action, student.pk)


_FAMILY = """
    SELECT json_build_array(f.id, f.name, f.relation, f.phone_masked, f.is_guardian, f.note,
           (SELECT name FROM core_user WHERE id = f.verified_by_id), f.verified_at)
      FROM students_familycontact f
     WHERE f.student_id = %(student)s AND f.ended_at IS NULL AND {seen}
     ORDER BY f.is_guardian DESC, f.id
"""


def family_asked(user: Any, student: Student) -> Ask | None:
    action = "see_contact" if _may(user, student, "see_contact") else "see_masked"
    seen = rows_within(FamilyContact, user, action, "f", student_id=student.pk)
    return Ask(_FAMILY.replace("{seen}", seen.sql), seen.params) if seen else None


def family_panel(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    writes = may_write(user, student.pk, KINDS["family"])
    if not rows and not writes:
        return None
    opens = _may(user, student, "see_contact")
    confirms = opens and _may(user, student, "log_talk")
    return {
        "rows": [_contact(student, row, opens, confirms, writes) for row in rows],
        "add_url": address(student, "new", "family") if writes else "",
    }


def _contact(
    student: Student, row: list[Any], opens: bool, confirms: bool, writes: bool
) -> dict[str, Any]:
    pk, name, relation, masked, is_guardian, note, by, at = row
    confirmed = (
        _("confirmed %(day)s by %(name)s")
        % {"day": format_day(dt.datetime.fromisoformat(at)), "name": by}
        if at
        else _("number not confirmed yet")
    )
    marks = [_("guardian")] if is_guardian else []
    return {
        "pk": pk, "title": f"{name if opens else masked_name(name)} · {Relation(relation).label}",
        "meta": " · ".join([*map(str, marks), confirmed, *([note] if note and opens else [])]),
        "tone": "" if at else "due",
        "value": hidden(student, "family", pk, masked=masked, may_open=opens),
        "edit_url": address(student, "edit", "family", pk) if writes else "",
        "confirm_url": address(student, "confirm", "family", pk) if confirms else "",
    }  # fmt: skip


_HEALTH = """
    SELECT json_build_array(h.id, h.kind, h.since, h.until,
                            (SELECT name FROM core_user WHERE id = h.written_by_id))
      FROM students_healthnote h
     WHERE h.student_id = %(student)s AND (h.until IS NULL OR h.until >= %(day)s) AND {seen}
     ORDER BY h.since DESC, h.id DESC
"""


def health_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(HealthNote, user, "see_health", "h", student_id=student.pk)
    return Ask(_HEALTH.replace("{seen}", seen.sql), seen.params) if seen else None


def health_panel(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    writes = may_write(user, student.pk, KINDS["health"])
    if not rows and not writes:
        return None
    return {
        "rows": [
            {
                "pk": pk, "title": HealthKind(kind).label, "tone": "",
                "meta": " · ".join(part for part in (_span(since, until), by) if part),
                "value": hidden(student, "health", pk, masked=HIDDEN, may_open=True),
                "edit_url": address(student, "edit", "health", pk) if writes else "",
            }
            for pk, kind, since, until, by in rows
        ],
        "add_url": address(student, "new", "health") if writes else "",
    }  # fmt: skip


def _span(since: str, until: str | None) -> str:
    first = format_day(dt.date.fromisoformat(since))
    if not until:
        return _("since %(day)s") % {"day": first}
    last = format_day(dt.date.fromisoformat(until))
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


_AID = """
    SELECT json_build_array(r.id, r.academic_year, t.name, r.decided_on, r."group",
                            r.grounds_cipher IS NOT NULL, {wide},
        (SELECT json_agg(json_build_array(g.id, k.name, g.amount::text, g.granted_on)
                         ORDER BY g.granted_on, g.id)
           FROM students_aidgrant g JOIN students_aidkind k ON k.code = g.kind_id
          WHERE g.student_id = r.student_id AND g.academic_year = r.academic_year AND {wide}))
      FROM students_aidrecognition r JOIN students_aidtier t ON t.code = r.tier_id
     WHERE r.student_id = %(student)s AND {seen}
     ORDER BY r.academic_year DESC
"""
# Grants of years without a recognised tier: scholarships and work-study need none.
_LOOSE = """
     UNION ALL
    SELECT json_build_array(0, g.academic_year, '', NULL, '', FALSE, TRUE,
           json_agg(json_build_array(g.id, k.name, g.amount::text, g.granted_on)
                    ORDER BY g.granted_on, g.id))
      FROM students_aidgrant g JOIN students_aidkind k ON k.code = g.kind_id
     WHERE g.student_id = %(student)s AND {grants} AND NOT EXISTS (
           SELECT 1 FROM students_aidrecognition r
            WHERE r.student_id = g.student_id AND r.academic_year = g.academic_year)
     GROUP BY g.academic_year
"""


def aid_asked(user: Any, student: Student) -> Ask | None:
    """The tier for whoever may see it; grounds and sums only with the wider right."""
    seen = rows_within(AidRecognition, user, "see_aid_tier", "r", student_id=student.pk)
    if seen is None:
        return None
    grants = rows_within(AidGrant, user, "see_aid", "g", student_id=student.pk)
    params = {f"tier_{name}": value for name, value in seen.params.items()}
    sql = _AID.replace("{seen}", seen.sql.replace("%(", "%(tier_")).replace(
        "{wide}", "TRUE" if grants else "FALSE"
    )
    if grants is not None:
        sql = f"SELECT * FROM (({sql}) {_LOOSE.replace('{grants}', grants.sql)}) both_kinds"
        params |= grants.params
    return Ask(sql.replace("%(tier_student)s", "%(student)s"), params)


def aid_panel(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    writes = may_write(user, student.pk, KINDS["aid"])
    if not rows and not writes:
        return None
    rows = sorted(rows, key=lambda row: row[1], reverse=True)
    return {
        "years": [_year(student, row, writes) for row in rows],
        "add_url": address(student, "new", "aid") if writes else "",
        "grant_url": address(student, "new", "grant") if writes else "",
    }


def _year(student: Student, row: list[Any], writes: bool) -> dict[str, Any]:
    pk, year, tier, decided, group, has_grounds, is_wide, grants = row
    marks = [AidGroup(group).label] if group and is_wide else []
    if decided:
        marks.append(_("recognised %(day)s") % {"day": format_day(dt.date.fromisoformat(decided))})
    opens = bool(is_wide and has_grounds)
    return {
        "year": year, "tier": tier or _("no recognised tier"), "meta": " · ".join(map(str, marks)),
        "value": hidden(student, "aid", pk, masked=_("grounds on record"), may_open=True)
        if opens else None,
        "edit_url": address(student, "edit", "aid", pk) if writes and pk else "",
        "grants": [
            {
                "words": name, "amount": amount.removesuffix(".00"),
                "day": format_day(dt.date.fromisoformat(day)),
                "edit_url": address(student, "edit", "grant", number) if writes else "",
            }
            for number, name, amount, day in (grants or [] if is_wide else [])
        ],
    }  # fmt: skip


def own_family(student: Student) -> dict[str, Any]:
    """The student's own contacts, in clear numbers on demand only: a screen lies open."""
    rows = FamilyContact.objects.filter(student=student, ended_at=None).order_by("id")
    return {
        "rows": [
            {
                "title": f"{one.name} · {one.get_relation_display()}",
                "text": one.phone_masked,
                "edit_url": reverse("students:my_contact", args=[one.pk]),
            }
            for one in rows
        ],
        "add_url": reverse("students:my_contact_new"),
    }


def crisis_lines(student: Student, opened: Mapping[str, str]) -> list[dict[str, Any]]:
    """The student's own telephone and the family's, masked unless just ``opened``. The caller has
    asked for the right."""
    lines = [("own", _("The student"), masked_phone(student.phone))]
    for one in FamilyContact.objects.filter(student=student, ended_at=None).order_by("id"):
        lines.append((str(one.pk), f"{one.name} · {one.get_relation_display()}", one.phone_masked))
    return [
        {"line": line, "title": title, "text": opened.get(line, masked), "is_shown": line in opened}
        for line, title, masked in lines
    ]


@dataclass(frozen=True)
class FirstContact:
    """Whom of the family one calls first; ``pk`` only where the reader may open the number."""

    title: str
    masked: str
    pk: int | None


def first_contact(user: Any, student: Student) -> FirstContact | None:
    """The first in the order of the record, guardians before others, as far as the reader's posts
    go (rulebook 8.3): name and a number that opens, or both masked, or nothing."""
    opens = _may(user, student, "see_contact")
    rows = FamilyContact.objects.restrict(user, "see_contact" if opens else "see_masked")
    one = rows.filter(student=student, ended_at=None).order_by("-is_guardian", "id").first()
    if one is None:
        return None
    name = one.name if opens else masked_name(one.name)
    title = f"{name} · {one.get_relation_display()}"
    return FirstContact(title, one.phone_masked, one.pk if opens else None)


def contact_of(student: Student, pk: int) -> FamilyContact | None:
    """One contact of a student whom the caller has fetched by right; opening asks again."""
    return FamilyContact.objects.filter(student=student, ended_at=None, pk=pk).first()


def initial_of(row: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a form about ``row``; what is kept as cipher stays out."""
    return {name: getattr(row, name) for name in names if hasattr(row, name)}
