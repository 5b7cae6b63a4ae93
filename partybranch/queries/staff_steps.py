"""Members of staff on probation: what the roll and their last steps tell of the end of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import ngettext

from partybranch.domain.book import StepRule
from partybranch.domain.dates import Probation, earliest, latest, probation, probation_of
from partybranch.domain.facts import Facts, Notice, StepFact
from partybranch.enums import Outcome
from partybranch.models import Membership, PartyMember, PartyOrganization, StaffStep
from partybranch.queries.rules import rule_book

VOTE, DECISION = 23, 24


def staff_facts(member: PartyMember, rows: Iterable[StaffStep]) -> Facts:
    """Facts as the rules ask for them: the vote of admission is the day of joining, what lies
    between stands in the paper file; ``rows`` are the steps entered here, the oldest first."""
    taken: dict[int, StepFact] = {}
    extended = 0
    for row in rows:
        if not row.passed:
            continue
        if row.step == DECISION and taken[VOTE].detail["outcome"] == Outcome.EXTEND:
            # Application, vote and approval of the longer probation come anew.
            extended, taken = int(taken[VOTE].detail["months"]), {}
        else:
            taken[row.step] = StepFact(row.on, timezone.localdate(row.entered_at), row.detail)
    over = probation(member.joined_on, extended).full_from
    return with_application(Facts(
        steps={n: StepFact(member.joined_on, member.joined_on) for n in range(15, 21)}
        | {21: StepFact(over, over)} | taken,
        extended_by=extended,
    ), taken[VOTE].detail if VOTE in taken else {})  # fmt: skip


def with_application(facts: Facts, detail: Any) -> Facts:
    """The facts with the application and the notice that were entered along with the vote."""
    steps, notices = dict(facts.steps), facts.notices
    if applied := detail.get("applied_on"):
        on = dt.date.fromisoformat(applied)
        steps[22] = StepFact(on, on)
    days = detail.get("notice_from"), detail.get("notice_until")
    if all(days):
        notices = (Notice(VOTE, *map(dt.date.fromisoformat, days)),)
    return replace(facts, steps=steps, notices=notices)


@dataclass(frozen=True)
class OnProbation:
    """``rule``: the step that comes next, ``due`` its last day in time. ``is_near``: from the day
    on which the application for transfer may be handed in."""

    member: PartyMember
    branch: PartyOrganization | None
    stage: Probation
    rule: StepRule
    due: dt.date | None
    is_near: bool
    is_late: bool


def is_on_probation(member: PartyMember) -> bool:
    """Whether steps are entered with the member: those of students stand in their files."""
    return member.person_id is not None and member.full_on is None and member.left_on is None


def probation_now(member: PartyMember) -> OnProbation:
    """Where one member of staff on probation stands today; reads ``staff_steps`` and ``branches``."""
    book, today = rule_book(), timezone.localdate()
    facts = staff_facts(member, member.staff_steps.all())
    stage, step = probation_of(facts), DECISION if VOTE in facts.steps else VOTE
    assert stage is not None
    first, due = earliest(book, facts, 22, today), latest(book, facts, step, today)
    home = next(
        (one for one in member.branches.all() if one.is_relation and one.until is None), None
    )
    return OnProbation(
        member, home.branch if home else None, stage, book.rule(step, today), due,
        is_near=first is not None and first <= today, is_late=due is not None and due < today,
    )  # fmt: skip


def file_branches(user: Any) -> list[int]:
    """Party organisations whose members' files ``user`` may see."""
    return list(
        PartyOrganization.objects.restrict(user, "see_party_file").values_list("pk", flat=True)
    )


def staff_on_probation(user: Any) -> list[OnProbation]:
    """Members of staff on probation whose file ``user`` may see, the first to end on top; a constant
    number of statements."""
    rows = PartyMember.objects.restrict(user, "see_party_file").filter(
        person__isnull=False, full_on=None, left_on=None
    )
    homes = Membership.objects.filter(until=None, is_relation=True).select_related("branch")
    found = rows.select_related("person").prefetch_related(
        "staff_steps", Prefetch("branches", homes)
    )
    return sorted(
        (probation_now(one) for one in found), key=lambda row: (row.stage.full_from, row.member.pk)
    )


def steps_told(member: PartyMember) -> list[StaffStep]:
    """The votes and decisions about one member, the latest first, each with ``words`` for what it
    was about and ``applied``. Callers have asked for the file."""
    book, about = rule_book(), ""
    rows = list(member.staff_steps.select_related("branch", "committee"))
    for one in rows:
        if one.step == VOTE:  # a decision is about what was voted on before
            about = str(Outcome(one.detail["outcome"]).label)
            if months := one.detail.get("months"):
                about = ngettext("%(what)s by %(n)s month", "%(what)s by %(n)s months", months) % {
                    "what": about, "n": months}  # fmt: skip
        one.words = f"{book.rule(one.step, one.on).name} · {about}"
        applied = one.detail.get("applied_on")
        one.applied = dt.date.fromisoformat(applied) if applied else None
    return rows[::-1]
