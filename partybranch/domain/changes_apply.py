"""The committee's decision on an application about branches, and what follows from it (1.5, P14).

An approved one opens the new branches, moves members and files with dated rows, closes the branches
that everybody left and names their successors: all or nothing, through the tools of the unit tree.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.domain.changes import Outcome, lock_tree
from cohorts.domain.followers import followers
from cohorts.domain.tree import close_unit, open_unit
from cohorts.enums import Succession
from cohorts.models import UnitSuccession
from partybranch.domain.beside import close_beside
from partybranch.domain.change_faults import change_faults
from partybranch.domain.changes import locked
from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.domain.grouping import One
from partybranch.domain.life import EventError
from partybranch.domain.months import DAY
from partybranch.domain.rights import check_still
from partybranch.enums import ALONE, ChangeState
from partybranch.models import (
    PartyOrganization,
    ProposedBranch,
    Reorganization,
    StepRecord,
)
from partybranch.queries.changes import Layout, layout_of, people_of
from partybranch.queries.joint import held_from
from portal.core import audit
from portal.core.models import Notification, User
from portal.core.scope import forget_reach
from students.domain.placements import place_students
from students.models import Placement, Student


@dataclass
class Done:
    """What was done, or would be: each branch with its members and applicants by name, branches
    that closed, and what else went along, in lines (what, how many, names)."""

    branches: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    lines: list[tuple[str, int, str]] = field(default_factory=list)
    posts_ended: list[str] = field(default_factory=list)


@transaction.atomic
def approve_change(
    *,
    actor: User | None,
    change: Reorganization,
    decided_on: dt.date,
    decision_no: str,
    effective_on: dt.date,
    note: str = "",
    version: int | None = None,
) -> Done:
    """The committee approved on ``decided_on``; the branches change from ``effective_on``.

    Raises EventError with every rule that is not kept any more, or a day on which the branches
    changed later; PermissionDenied without the right to record the committee's decisions. Tree,
    posts and rolls follow from the decision, not from a right of the actor; the trail names who
    entered it.
    """
    lock_tree()
    kept = locked(actor, change, ChangeState.SENT, version)
    faults = _decision_faults(kept, decided_on, decision_no)
    if not decided_on <= effective_on <= timezone.localdate():
        faults.append(Fault("effective", _(
            "In force from a day between the decision and today."), "effective_on"))  # fmt: skip
    if faults:
        raise EventError(faults)
    kept.is_approved, kept.decided_on, kept.effective_on = True, decided_on, effective_on
    kept.decision_no, kept.decision_note, kept.decided_by = decision_no.strip(), note.strip(), actor
    done = _carry_out(kept, effective_on)
    kept.version += 1
    kept.save()
    check_still(actor, kept, "approve_party_file")
    audit.record(
        actor=actor, action="approve_change", obj=kept, committee=kept.committee_id,
        decided_on=decided_on, decision_no=kept.decision_no, effective_on=effective_on,
        closed=done.closed,
    )  # fmt: skip
    _tell(kept, actor, _("Approved and carried out: %(title)s.") % {"title": kept.title})
    return done


@transaction.atomic
def refuse_change(
    *,
    actor: User | None,
    change: Reorganization,
    decided_on: dt.date,
    note: str,
    decision_no: str = "",
    version: int | None = None,
) -> Reorganization:
    """The committee did not approve; the ``note`` says why. No branch changes."""
    kept = locked(actor, change, ChangeState.SENT, version)
    faults = [one for one in _decision_faults(kept, decided_on, "0") if one.code != "number"]
    if len(note.strip()) < MIN_REASON:
        faults.append(Fault("note", _("Say why it was not approved."), "note"))
    if faults:
        raise EventError(faults)
    kept.decided_on, kept.decision_no = decided_on, decision_no.strip()
    kept.decision_note, kept.decided_by = note.strip(), actor
    kept.version += 1
    kept.save()
    kept.refresh_from_db()
    check_still(actor, kept, "approve_party_file")
    audit.record(
        actor=actor, action="refuse_change", obj=kept, committee=kept.committee_id,
        decided_on=decided_on,
    )  # fmt: skip
    _tell(kept, actor, _("Not approved: %(title)s.") % {"title": kept.title})
    return kept


def _decision_faults(kept: Reorganization, decided_on: dt.date, number: str) -> list[Fault]:
    found = []
    sent = timezone.localdate(kept.sent_at) if kept.sent_at else timezone.localdate()
    if decided_on > timezone.localdate():
        found.append(Fault("ahead", _(
            "This day lies ahead. Enter the decision when it has been taken."), "decided_on"))  # fmt: skip
    elif decided_on < sent:
        found.append(Fault("before", _(
            "The committee cannot decide before the application was sent, on %(day)s.")
            % {"day": date_format(sent, "DATE_FORMAT")}, "decided_on"))  # fmt: skip
    if not number.strip():
        found.append(
            Fault("number", _("Enter the number of the committee's decision."), "decision_no")
        )
    return found


def _carry_out(kept: Reorganization, on: dt.date) -> Done:
    layout = layout_of(kept)
    if kept.kind in ALONE:
        return _carry_out_alone(kept, layout, on)
    faults = change_faults(kept, layout) + _day_faults(layout, on)
    if faults:
        raise EventError(faults)
    units = {one.pk: _opened(kept, one, on) for one in kept.proposed.select_related("existing")}
    outcome = Outcome(kept.committee)
    closing = {one.pk for one in layout.closing}
    for source in kept.sources.order_by("code"):
        going: dict[int, list[One]] = defaultdict(list)
        for one in layout.people:
            target = layout.targets.get(one.key)
            if one.branch == source.pk and target and units[target].pk != source.pk:
                going[target].append(one)
        for target, people in sorted(going.items()):
            _move(source, units[target], people, on, outcome)
            UnitSuccession.objects.create(
                unit=source, successor=units[target], on=on, order_no=kept.decision_no,
                how=Succession.MERGE if source.pk in closing and len(going) == 1
                else Succession.SPLIT,
            )  # fmt: skip
        if source.pk in closing:
            main = max(going, key=lambda key: (len(going[key]), -key)) if going else None
            _close(source, units[main] if main else None, on, kept.decision_no, outcome)
    forget_reach()
    return _told(layout, list(units.values()), outcome)


def _carry_out_alone(kept: Reorganization, layout: Layout, on: dt.date) -> Done:
    """A branch beside the others opens, or closes with the day before; no relation moves."""
    sources = list(kept.sources.all())
    faults = change_faults(kept, layout) + _day_faults(Layout([], sources, [], {}, []), on)
    if faults:
        raise EventError(faults)
    done = Done()
    for one in kept.proposed.select_related("existing"):
        done.branches.append((_opened(kept, one, on).name, [], []))
    for source in sources:
        names = close_beside(source, on - DAY, kept.decision_no)
        done.closed.append(source.name)
        done.lines.append((_("Members who leave it and stay in their home branch"), len(names),
                           "、".join(names)))  # fmt: skip
    forget_reach()
    return done


def _opened(kept: Reorganization, one: ProposedBranch, on: dt.date) -> PartyOrganization:
    """The branch of a proposal: the open one that goes on, or a new one under its parent."""
    if one.existing is not None:
        unit = one.existing
    else:
        sources = list(kept.sources.all())
        unit = PartyOrganization(
            name=one.name, short_name=one.short_name, party_kind=one.party_kind,
            code=f"{kept.committee.code}-{kept.pk}-{one.pk}"[:40], parent=one.parent, opened_on=on,
            approving_committee=kept.committee,
            college_side_id=_shared({source.college_side_id for source in sources}),
            academy_side_id=_shared({source.academy_side_id for source in sources}),
        )  # fmt: skip
        open_unit(actor=None, unit=unit)
    one.made = unit
    one.save(update_fields=["made"])
    return unit


def _shared(keys: set[int | None]) -> int | None:
    return next(iter(keys)) if len(keys) == 1 else None


def _day_faults(layout: Layout, on: dt.date) -> list[Fault]:
    """What the branches did on that day or later keeps the change from reaching back before it."""
    found, sources = [], {one.branch for one in layout.people} | {one.pk for one in layout.closing}
    day = {"day": date_format(on, "DATE_FORMAT")}
    busy = held_from(sources, on)
    if busy:
        names = "、".join(sorted(one.label for one in busy))
        found.append(Fault("events", _(
            "Events on %(day)s or later are in the book of %(names)s. Choose a later day.")
            % {**day, "names": names}, "effective_on"))  # fmt: skip
    steps = StepRecord.objects.filter(
        branch_id__in=sources, on__gte=on, withdrawn_by=None, development__ended_on=None
    )
    if steps.exists():
        who = "、".join(sorted({one.development.student.name for one in steps.select_related(
            "development__student")})[:10])  # fmt: skip
        found.append(Fault("steps", _(
            "Steps on %(day)s or later are recorded for %(names)s. Choose a later day.")
            % {**day, "names": who}, "effective_on"))  # fmt: skip
    return found


def _move(
    source: PartyOrganization, unit: PartyOrganization, people: Sequence[One], on: dt.date,
    outcome: Outcome,
) -> None:  # fmt: skip
    """Members, files and places in the branch go over with dated rows, as when units split."""
    students = [one.key[1] for one in people if not one.is_staff]
    numbers = dict(Student.objects.filter(pk__in=students).values_list("pk", "student_no"))
    accounts = User.objects.filter(pk__in=[one.key[1] for one in people if one.is_staff])
    keys = [*numbers.values(), *accounts.values_list("username", flat=True)]
    here = set(Placement.objects.filter(student_id__in=students, unit=source, until=None)
               .values_list("student_id", flat=True))  # fmt: skip
    for follower in followers():
        # Students stand in the branch by a placement; one who has none yet gets one below.
        mine = [numbers[pk] for pk in sorted(here)] if follower.code == "students" else keys
        if mine:
            outcome.add(follower.label, follower.move(None, source, unit, on, mine))
    homeless = sorted(set(students) - here)
    if homeless:
        place_students(actor=None, units=dict.fromkeys(homeless, unit), since=on)


def _close(
    source: PartyOrganization, main: PartyOrganization | None, on: dt.date, order_no: str,
    outcome: Outcome,
) -> None:  # fmt: skip
    """Whatever else stands in the branch goes to the one that took most of its people; its posts
    end, and its last day is the day before. What it held and collected stays readable there."""
    if main is not None:
        for follower in followers():
            outcome.add(follower.label, follower.move(None, source, main, on, None))
    ended = close_unit(actor=None, unit=source, closed_on=on - DAY, order_no=order_no)
    outcome.posts_ended += [f"{words}（{source.label}）" for words in ended.posts_ended]
    source.refresh_from_db()


def _told(layout: Layout, units: Sequence[PartyOrganization], outcome: Outcome) -> Done:
    staying = [one.branch for one in layout.groups if one.proposed is None and one.branch]
    found = Done(closed=[one.name for one in layout.closing], posts_ended=outcome.posts_ended)
    for unit in [*units, *staying]:
        rows = people_of([unit])
        found.branches.append((unit.name, [one.name for one in rows if one.is_member],
                               [one.name for one in rows if not one.is_member]))  # fmt: skip
    sums: dict[str, int] = defaultdict(int)
    for label, count, _names in outcome.lines:
        sums[label] += count
    found.lines = [(label, count, "") for label, count in sums.items()]
    return found


def _tell(kept: Reorganization, actor: User | None, words: str) -> None:
    """A line in the bell of whoever drafted and sent it."""
    url = reverse("party:change", args=[kept.pk])
    mine = actor.pk if actor else None
    for pk in {one for one in (kept.made_by_id, kept.sent_by_id) if one and one != mine}:
        Notification.objects.get_or_create(
            user_id=pk, key=f"change:{kept.pk}:{kept.version}",
            defaults={"text": words[:300], "url": url},
        )  # fmt: skip
