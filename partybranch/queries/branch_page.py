"""The page of one party organisation, read in one statement: facts, posts, roll, what is below."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Unit, UnitSuccession
from cohorts.post_reasons import posts_asked
from partybranch.domain.facts import Fault, Organ
from partybranch.domain.months import DAY
from partybranch.domain.organs import above_faults, branch_faults
from partybranch.enums import ABOVE_BRANCHES, PartyKind
from partybranch.models import PartyMember, PartyOrganization
from partybranch.queries.branches import OFFICERS
from partybranch.queries.rules import numbers, rules_asked
from portal.core.access import Asked, reach_statement, rows_within
from portal.core.asks import Ask, Rows, answers
from students.enums import Tree

ENDING = 60  # days before the end of a term
_LABEL = "coalesce(nullif({u}.short_name, ''), {u}.name)"


def _label(alias: str) -> str:
    return _LABEL.format(u=alias)


# Labels of the organisations beside and above it; members admitted this year and places planned.
_FACTS = f"""
    SELECT json_build_array({_label("c")}, {_label("g")}, {_label("y")}, {_label("p")},
           (SELECT count(*) FROM partybranch_steprecord r
             WHERE r.branch_id = o.unit_ptr_id AND r.step = 17 AND r.withdrawn_by_id IS NULL
               AND NOT r.is_former AND r.on BETWEEN %(first)s AND %(last)s),
           (SELECT a.places FROM partybranch_admissionplan a
             WHERE a.branch_id = o.unit_ptr_id AND a.year = %(year)s),
           CASE WHEN o.party_kind IN ('{PartyKind.GENERAL.value}', '{PartyKind.COMMITTEE.value}') THEN
               (SELECT count(DISTINCT h.member_id) FROM cohorts_unittree t
                  JOIN partybranch_membership h ON h.branch_id = t.descendant_id
                 WHERE t.ancestor_id = o.unit_ptr_id AND h.is_relation AND h.since <= %(day)s
                   AND (h.until IS NULL OR h.until >= %(day)s)) ELSE 0 END)
      FROM partybranch_partyorganization o JOIN cohorts_unit u ON u.id = o.unit_ptr_id
      LEFT JOIN cohorts_unit c ON c.id = o.approving_committee_id
      LEFT JOIN cohorts_unit g ON g.id = o.college_side_id
      LEFT JOIN cohorts_unit y ON y.id = o.academy_side_id
      LEFT JOIN cohorts_unit p ON p.id = u.parent_id
     WHERE o.unit_ptr_id = %(branch)s
"""
_POSTS = """
    SELECT json_build_array(r.code, r.name, w.name, a.starts_on, a.ends_on, a.letter_no)
      FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
      JOIN core_user w ON w.id = a.person_id
     WHERE a.unit_id = %(branch)s AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
     ORDER BY r."order", a.id
"""
_STANDS = f"""
    SELECT {_label("u")} AS own,
           CASE '{UnitKind.COLLEGE.value}' WHEN u.kind THEN {_label("u")} WHEN a.kind THEN {_label("a")}
                WHEN b.kind THEN {_label("b")} END AS college
      FROM students_placement p JOIN cohorts_unit u ON u.id = p.unit_id
      LEFT JOIN cohorts_unit a ON a.id = u.parent_id
      LEFT JOIN cohorts_unit b ON b.id = a.parent_id
     WHERE p.student_id = m.student_id AND p.tree = '{Tree.CLASS.value}' AND p.since <= %(day)s
       AND (p.until IS NULL OR p.until >= %(day)s)
     ORDER BY p.since DESC LIMIT 1
"""
_MEMBERS = """partybranch_membership h JOIN partybranch_partymember m ON m.id = h.member_id
      LEFT JOIN students_student s ON s.id = m.student_id
      LEFT JOIN core_user w ON w.id = m.person_id"""
_ROLL = f"""
    SELECT json_build_array(m.id, coalesce(s.name, w.name), m.person_id IS NOT NULL, h.is_relation,
           c.own, c.college, m.joined_on, m.full_on, m.left_on, m.suspended_from, m.suspended_until)
      FROM {_MEMBERS} LEFT JOIN LATERAL ({_STANDS}) c ON true
     WHERE h.branch_id = %(branch)s AND h.since <= %(day)s
       AND (h.until IS NULL OR h.until >= %(day)s)
     ORDER BY m.person_id IS NULL, coalesce(s.name, w.name) COLLATE "C", h.id
"""
# Relations that left the branch, the latest first; whether the reader may open the member.
_GONE = f"""
    SELECT json_build_array(m.id, coalesce(s.name, w.name),
           coalesce(nullif(h.gone_to, ''), m.left_reason), h.letter_no, h.since, h.until, {{opens}},
           h.entry_reason, h.end_reason)
      FROM {_MEMBERS} WHERE h.branch_id = %(branch)s AND h.until IS NOT NULL
     ORDER BY h.until DESC, h.id DESC LIMIT 20
"""
_BELOW = """
    SELECT json_build_array(u.id, u.name, o.party_kind) FROM cohorts_unit u
      JOIN partybranch_partyorganization o ON o.unit_ptr_id = u.id
     WHERE u.parent_id = %(branch)s AND u.closed_on IS NULL AND {seen} ORDER BY u.code
"""


# What the organisation came from and what goes on in its place, with the decision.
_SUCCESSION = """
    SELECT json_build_array(o.id, o.name, x.on, x.how, x.order_no, x.unit_id = %(branch)s)
      FROM cohorts_unitsuccession x
      JOIN cohorts_unit o
        ON o.id = CASE WHEN x.unit_id = %(branch)s THEN x.successor_id ELSE x.unit_id END
     WHERE x.unit_id = %(branch)s OR x.successor_id = %(branch)s ORDER BY x.on DESC, x.id
"""


@dataclass(frozen=True)
class Post:
    code: str
    role: str
    person: str
    since: dt.date
    until: dt.date | None
    letter_no: str


@dataclass(frozen=True)
class Member:
    """One line of the roll as of today."""

    pk: int
    name: str
    is_staff: bool
    is_relation: bool
    class_name: str
    college: str
    joined_on: dt.date
    full_on: dt.date | None
    is_full: bool
    is_suspended: bool


@dataclass(frozen=True)
class Gone:
    """``is_open``: the reader may open the page of the member. Reasons of late entries."""

    pk: int
    name: str
    where: str
    letter_no: str
    since: dt.date
    until: dt.date
    is_open: bool
    entry_reason: str
    end_reason: str


@dataclass(frozen=True)
class Successor:
    """A branch that goes on in place of another, or from which it came, with the decision."""

    pk: int
    name: str
    on: dt.date
    how: str
    order_no: str
    is_after: bool
    is_open: bool


@dataclass(frozen=True)
class BranchView:
    """``officers`` hold a post of the committee, ``others`` any other; ``plan`` are members admitted
    and places planned of the year; ``below`` open organisations that the reader may open;
    ``members_below`` of all branches below a committee or general branch."""

    committee: str
    college: str
    academy: str
    parent: str
    plan: tuple[int, int] | None
    officers: list[Post]
    others: list[Post]
    roll: list[Member]
    gone: list[Gone]
    below: list[tuple[int, str, str]]
    succession: list[Successor]
    members_below: int = 0


def branch_view(user: Any, branch: PartyOrganization, sees_roll: bool) -> BranchView:
    """Everything the page shows, in one statement. Callers have asked for the right to see the
    organisation, and for the party file of its members where ``sees_roll``."""
    day = timezone.localdate()
    seen = rows_within(Unit, user, "see_unit", "u", parent_id=branch.pk)
    why, why_told = posts_asked(user, "see_unit", [branch.pk])
    rules, rules_told = rules_asked()
    year = {"year": day.year, "first": dt.date(day.year, 1, 1), "last": dt.date(day.year, 12, 31)}
    found = answers(
        {
            "facts": Ask(_FACTS, year), "posts": Ask(_POSTS), "why": why, "rules": rules,
            "roll": Ask(_ROLL) if sees_roll else None, "gone": _gone_asked(user) if sees_roll else None,
            "succession": Ask(_SUCCESSION),
            "below": Ask(_BELOW.replace("{seen}", seen.sql), seen.params) if seen else None,
        },
        branch=branch.pk, day=day,
    )  # fmt: skip
    why_told(found["why"])
    rules_told(found["rules"])
    *labels, admitted, places, members_below = found["facts"][0]
    posts = [(code in OFFICERS, Post(
        code, role, name, _day(since), _day(until) if until else None, letter))
             for code, role, name, since, until, letter in found["posts"]]  # fmt: skip
    return BranchView(
        *(label or "" for label in labels),
        plan=None if places is None else (admitted, places),
        officers=[post for is_officer, post in posts if is_officer],
        others=[post for is_officer, post in posts if not is_officer],
        roll=[_member(row, day) for row in found["roll"]],
        gone=[Gone(*row[:4], _day(row[4]), _day(row[5]), *row[6:]) for row in found["gone"]],
        below=[(pk, name, str(PartyKind(kind).label)) for pk, name, kind in found["below"]],
        succession=_succession(user, found["succession"]),
        members_below=members_below,
    )


def _gone_asked(user: Any) -> Ask:
    form = Asked(by_row=True)
    reach = reach_statement(PartyMember, user, "see_party_file", form)
    opens, params = ("false", {}) if reach is None else (form.inside("m.id", reach[0]), reach[1])
    return Ask(_GONE.format(opens=opens), params)


def _succession(user: Any, rows: Rows) -> list[Successor]:
    if not rows:
        return []
    others = PartyOrganization.objects.restrict(user, "see_unit")
    seen = set(others.filter(pk__in=[row[0] for row in rows]).values_list("pk", flat=True))
    words = dict(UnitSuccession._meta.get_field("how").flatchoices)
    return [
        Successor(pk, name, _day(on), str(words.get(how, how)), order_no, is_after, pk in seen)
        for pk, name, on, how, order_no, is_after in rows
    ]


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _member(row: list[Any], day: dt.date) -> Member:
    pk, name, is_staff, is_relation, own, college, *dates = row
    joined, full, left, start, end = (_day(one) if one else None for one in dates)
    assert joined is not None
    is_on = joined <= day and (left is None or left > day)
    return Member(
        pk, name, is_staff, is_relation, own or "", college or "", joined, full,
        is_full=is_on and full is not None and full <= day,
        is_suspended=start is not None and start <= day and (end is None or end >= day),
    )  # fmt: skip


def checks(branch: PartyOrganization, view: BranchView) -> list[Fault]:
    """What the branch page warns of (1.5)."""
    if branch.party_kind in ABOVE_BRANCHES:
        return above_faults(branch.party_kind, view.members_below, numbers())
    held = [one for one in view.roll if one.is_relation]
    return branch_faults(
        Organ(branch.pk, branch.party_kind), members=len(held),
        full=sum(one.is_full for one in held), officers=len(view.officers),
        units=len({one.college for one in held if one.college}), numbers=numbers(),
        has_secretary=any(post.code == OFFICERS[0] for post in view.officers),
        has_members=any(post.code in OFFICERS[2:] for post in view.officers),
    ) + _ending(view.officers)  # fmt: skip


def _ending(officers: list[Post]) -> list[Fault]:
    """Terms that end within two months, so that an election is prepared in time."""
    soon = timezone.localdate() + ENDING * DAY
    by_day: dict[dt.date, list[str]] = {}
    for post in officers:
        if post.until is not None and post.until <= soon:
            by_day.setdefault(post.until, []).append(post.person)
    return [
        Fault("term_ends", _("%(names)s: the term ends on %(day)s. Prepare the election.")
              % {"names": "、".join(names), "day": date_format(day, "DATE_FORMAT")})
        for day, names in sorted(by_day.items())
    ]  # fmt: skip
