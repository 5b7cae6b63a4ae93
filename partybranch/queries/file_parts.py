"""All that the page of one development shows, read in one statement.

The facts are the same as ``queries.facts`` reads for many; ``tests/partybranch/test_kept_pages.py``
holds both against each other.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from partybranch.domain.facts import Facts, Notice, Organ, Span, StepFact
from partybranch.domain.late import late_by
from partybranch.enums import Decision, Duty, Look, PartyKind
from partybranch.models import Development
from partybranch.queries.facts import expected_leaving
from partybranch.queries.file_rows import Ballots, Record
from partybranch.queries.rules import numbers, rules_asked
from portal.core.access import Condition
from portal.core.asks import Ask, Rows, answers, moment
from portal.core.files import files_asked, files_told
from portal.core.models import Attachment
from portal.core.rows import named
from students.access import why_asked
from students.models import Student
from students.queries.standing import class_of

_LABEL = "coalesce(nullif({u}.short_name, ''), {u}.name)"
# In the order of the model: so ``from_db`` takes the values.
_STUDENT = ("id", "student_no", "name", "born_on", "entry_year")
_WHO = f"""
    SELECT json_build_array({", ".join(f"s.{one}" for one in _STUDENT)}, {{class_of}})
      FROM partybranch_development d JOIN students_student s ON s.id = d.student_id
     WHERE d.id = %(file)s
"""
# The branch as the rules see it today: see ``queries.facts.organ_of``.
_BRANCH = f"""
    SELECT json_build_array({_LABEL.format(u="u")}, {_LABEL.format(u="c")}, o.party_kind,
           o.approving_committee_id, a.party_kind IS NOT DISTINCT FROM '{PartyKind.GENERAL.value}',
           (SELECT json_build_array(count(DISTINCT m.id), count(DISTINCT m.id) FILTER (WHERE (
                       m.suspended_from <= %(day)s
                       AND (m.suspended_until IS NULL OR m.suspended_until >= %(day)s)) IS NOT TRUE))
              FROM partybranch_membership h JOIN partybranch_partymember m ON m.id = h.member_id
             WHERE h.branch_id = o.unit_ptr_id AND h.is_relation AND h.since <= %(day)s
               AND (h.until IS NULL OR h.until >= %(day)s) AND m.joined_on <= %(day)s
               AND (m.left_on IS NULL OR m.left_on > %(day)s) AND m.full_on <= %(day)s))
      FROM partybranch_partyorganization o JOIN cohorts_unit u ON u.id = o.unit_ptr_id
      LEFT JOIN cohorts_unit c ON c.id = o.approving_committee_id
      LEFT JOIN partybranch_partyorganization a ON a.unit_ptr_id = u.parent_id
     WHERE o.unit_ptr_id = %(branch)s
"""
_RECORDS = f"""
    SELECT json_build_array(r.id, r.step, r.on, r.days_late, r.late_reason, r.entry_reason,
           r.override_reason, r.is_former, r.entered_at, w.name, {_LABEL.format(u="b")}, r.detail,
           k.kind, k.on, (SELECT json_agg(p.name ORDER BY p.id) FROM partybranch_paper p
                           WHERE p.record_id = r.id))
      FROM partybranch_steprecord r LEFT JOIN core_user w ON w.id = r.entered_by_id
      LEFT JOIN cohorts_unit b ON b.id = r.body_id
      LEFT JOIN partybranch_decisionrecord k ON k.id = r.withdrawn_by_id
     WHERE r.development_id = %(file)s ORDER BY r.step, r.id
"""
_VOTES = """
    SELECT json_build_array(v.record_id, v.step, v.on, v.outcome, v.expected, v.present, v.yes,
           v.written_yes, v.no, v.abstain, v.invalid)
      FROM partybranch_vote v WHERE v.development_id = %(file)s ORDER BY v.on, v.id
"""
_SPONSORS = """
    SELECT json_build_array(coalesce(s.name, w.name), x.duty, x.since, x.until)
      FROM partybranch_sponsorship x JOIN partybranch_partymember m ON m.id = x.member_id
      LEFT JOIN students_student s ON s.id = m.student_id
      LEFT JOIN core_user w ON w.id = m.person_id
     WHERE x.development_id = %(file)s ORDER BY x.until, x.duty, x.id
"""
_ENTRIES = f"""
    SELECT json_build_array(e.kind, e.on, e.note, {_LABEL.format(u="b")}, e.entry_reason)
      FROM partybranch_cultivationentry e JOIN cohorts_unit b ON b.id = e.branch_id
     WHERE e.development_id = %(file)s ORDER BY e.on DESC, e.id DESC LIMIT 12
"""
_ASSESSED = f"""
    SELECT to_json(e.on) FROM partybranch_cultivationentry e
     WHERE e.development_id = %(file)s AND e.kind = '{Look.ASSESSMENT.value}' ORDER BY e.id
"""
_REPORTED = f"""
    SELECT to_json(max(e.on)) FROM partybranch_cultivationentry e
     WHERE e.development_id = %(file)s AND e.kind = '{Look.REPORT.value}'
"""
_NOTICES = """
    SELECT json_build_array(n.step, n.starts_on, n.ends_on, n.days, n.is_provisional, n.result,
           n.entry_reason,
           NOT EXISTS (SELECT 1 FROM partybranch_steprecord r
                         JOIN partybranch_decisionrecord w ON w.id = r.withdrawn_by_id
                        WHERE r.development_id = n.development_id AND r.step = n.step
                          AND w.on >= n.starts_on))
      FROM partybranch_publicnotice n WHERE n.development_id = %(file)s ORDER BY n.starts_on, n.id
"""
_SPANS = """
    SELECT json_build_array(f.organisation, f.since, f.until, f.is_accepted)
      FROM partybranch_formerspan f WHERE f.development_id = %(file)s ORDER BY f.since, f.id
"""
_DECISIONS = """
    SELECT json_build_array(k.kind, k.on, k.decided_by, k.reason, k.months, k.entered_at)
      FROM partybranch_decisionrecord k WHERE k.development_id = %(file)s ORDER BY k.on, k.id
"""
_REVIEW = """
    SELECT to_json(r.id) FROM partybranch_politicalreview r
     WHERE r.development_id = %(file)s AND {seen} LIMIT 1
"""
# That a review did not pass is told to whoever reads the file; its text is not.
_NOT_PASSED = """
    SELECT to_json(r.on) FROM partybranch_politicalreview r
     WHERE r.development_id = %(file)s AND NOT r.passed ORDER BY r.on, r.id
"""


def _day(text: Any) -> Any:
    return dt.date.fromisoformat(text) if text else None


@dataclass
class FileParts:
    """Everything read once for a page; rows of the side lists are mappings for its templates."""

    development: Development
    student: Student
    class_name: str
    facts: Facts
    organ: Organ
    branch: str
    committee: str
    records: list[Record]
    votes: list[Ballots]
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    has_review: bool = False
    files: Sequence[Attachment] = ()


def file_parts(user: Any, development: Development, reviews: Condition | None) -> FileParts:
    """Read the file that ``user`` may see; ``reviews`` are those whose text is open to the reader
    (over the alias ``r``)."""
    why, why_told = why_asked(user, "see_party_file", development.student_id)
    rules, rules_told = rules_asked()
    place = class_of("d.student_id")
    inside, params = named(place.sql, place.params, "place")
    asks = {
        "who": Ask(_WHO.replace("{class_of}", inside), params), "branch": Ask(_BRANCH),
        "records": Ask(_RECORDS), "votes": Ask(_VOTES), "sponsors": Ask(_SPONSORS),
        "entries": Ask(_ENTRIES), "assessed": Ask(_ASSESSED), "reported": Ask(_REPORTED), "notices": Ask(_NOTICES),
        "spans": Ask(_SPANS), "not_passed": Ask(_NOT_PASSED), "decisions": Ask(_DECISIONS), "why": why, "rules": rules,
        "review": Ask(_REVIEW.replace("{seen}", reviews.sql), reviews.params) if reviews else None,
        "files": files_asked("party_file", development.pk),
    }  # fmt: skip
    found = answers(
        asks, file=development.pk, branch=development.branch_id, day=timezone.localdate()
    )
    why_told(found["why"])
    rules_told(found["rules"])
    student, class_name = _student(found["who"][0])
    development.student = student
    label, committee, kind, approving, is_below_general, (full, voters) = found["branch"][0]
    records = [_record(row) for row in found["records"]]
    return FileParts(
        development, student, class_name, _facts(development, records, found),
        Organ(
            development.branch_id, kind, approving, voters,
            full >= numbers()["branch.committee_from"], is_below_general,
        ),
        label, committee or "", records,
        [Ballots(row[0], row[1], _day(row[2]), *row[3:]) for row in found["votes"]],
        _lists(found), bool(found["review"]), files_told(found["files"]),
    )  # fmt: skip


def _student(row: Sequence[Any]) -> tuple[Student, str]:
    values = [row[0], row[1], row[2], _day(row[3]), row[4]]
    return Student.from_db(connection.alias, list(_STUDENT), values), row[5] or ""


def _record(row: Sequence[Any]) -> Record:
    (pk, step, on, late, why_late, why_entry, override, is_former, entered, by, body, detail,
     kind, back_on, papers) = row  # fmt: skip
    entered_at = moment(entered)
    assert entered_at is not None
    return Record(
        pk, step, _day(on), late, why_late, why_entry, override, is_former,
        timezone.localtime(entered_at).date(), by or "", body or "", detail,
        (str(Decision(kind).label), _day(back_on)) if kind else None, papers or (),
    )  # fmt: skip


def _facts(one: Development, records: list[Record], found: Mapping[str, Rows]) -> Facts:
    steps = {
        row.step: StepFact(row.on, row.entered_on, row.detail)
        for row in records
        if row.taken_back is None
    }
    spans = [Span(_day(since), _day(until))
             for _name, since, until, is_accepted in found["spans"] if is_accepted]  # fmt: skip
    return Facts(
        born_on=one.student.born_on,
        leaves_on=one.leaves_on or expected_leaving(one.student.entry_year),
        steps=steps, spans=tuple(spans), resumed_on=one.resumed_on,
        assessments=tuple(_day(on) for on in found["assessed"]),
        reported_on=_day(found["reported"][0]),
        notices=tuple(
            Notice(row[0], _day(row[1]), _day(row[2])) for row in found["notices"] if row[-1]
        ),
        extended_by=one.extended_by, postponed_by=one.postponed_by,
    )  # fmt: skip


def _late_entry(on: dt.date, entered: str) -> dt.date | None:
    """The day of entry where it was long after the event (rulebook 0.7)."""
    entered_at = moment(entered)
    assert entered_at is not None
    day = timezone.localtime(entered_at).date()
    return day if late_by(on, day) else None


def _lists(found: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    return {
        "sponsors": [
            {"name": name, "duty": Duty(duty).label, "since": _day(since), "until": _day(until)}
            for name, duty, since, until in found["sponsors"]
        ],
        "entries": [
            {"kind": Look(kind).label, "on": _day(on), "note": note, "branch": branch,
             "entry_reason": why}
            for kind, on, note, branch, why in found["entries"]
        ],
        "notices": [
            {"step": step, "starts_on": _day(first), "ends_on": _day(last), "days": days,
             "is_provisional": is_provisional, "result": result, "entry_reason": why, "counts": counts}
            for step, first, last, days, is_provisional, result, why, counts in found["notices"]
        ],
        "not_passed": [{"on": _day(on)} for on in found["not_passed"]],
        "decisions": [
            {"kind": Decision(kind).label, "on": _day(on), "decided_by": by, "reason": reason,
             "months": months, "late_entry": _late_entry(_day(on), entered)}
            for kind, on, by, reason, months, entered in found["decisions"]
        ],
        "spans": [
            {"organisation": name, "since": _day(since), "until": _day(until),
             "is_accepted": is_accepted}
            for name, since, until, is_accepted in found["spans"]
        ],
    }  # fmt: skip
