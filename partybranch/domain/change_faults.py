"""Everything against an application about branches, in words (rulebook 1.5, P14)."""

from collections import Counter
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.domain.organs import powers
from partybranch.enums import (
    ABOVE_BRANCHES,
    ALONE,
    BESIDE_KINDS,
    Change,
    ChangeState,
    PartyKind,
)
from partybranch.models import PartyOrganization, Reorganization
from partybranch.queries.changes import Layout


def source_faults(
    branches: Sequence[PartyOrganization],
    committee: PartyOrganization | None = None,
    besides: Reorganization | None = None,
) -> list[Fault]:
    """What keeps these branches out of one application. ``committee``: the one that must approve
    for all of them, by default that of the first; ``besides``: the application itself."""
    if not branches:
        return [
            Fault("branches", _("Choose the branches that the application concerns."), "branches")
        ]
    found = [
        Fault("kind", _(
            "“%(unit)s” holds no membership relations or is closed. Applications concern open "
            "regular and joint branches.") % {"unit": one.label}, "branches")
        for one in branches
        if one.closed_on is not None or not powers(one.party_kind).holds_relation
    ]  # fmt: skip
    committees = {one.approving_committee_id for one in branches}
    if committee is not None:
        committees.add(committee.pk)
    first = committee or branches[0].approving_committee
    if len(committees) > 1:
        names = "、".join(sorted(
            f"{one.label}（{one.approving_committee.label if one.approving_committee else '—'}）"
            for one in branches))  # fmt: skip
        found.append(Fault("committees", _(
            "Different committees approve for these branches: %(names)s. Make one application for "
            "each committee, or have the system administrator set one committee for all.")
            % {"names": names}, "branches"))  # fmt: skip
    elif first is None or first.party_kind != PartyKind.COMMITTEE:
        found.append(Fault("committee", _(
            "No party committee is set to approve for these branches; a general branch deliberates "
            "only. The system administrator sets it with the branch."), "branches"))  # fmt: skip
    return found + _waiting(branches, besides)


def _waiting(branches: Sequence[PartyOrganization], besides: Reorganization | None) -> list[Fault]:
    rows = Reorganization.objects.filter(sources__in=branches, state=ChangeState.SENT)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return [
        Fault("waiting", _(
            "The application “%(title)s” about one of these branches waits for the committee. Wait "
            "for the decision, or take it back.") % {"title": one.title}, "branches")
        for one in rows.distinct()
    ]  # fmt: skip


def kind_of(layout: Layout) -> Change:
    """What a proposal comes to: told by what opens and what closes."""
    new = [one for one in layout.groups if one.proposed and one.branch is None]
    into = [one for one in layout.groups if one.proposed]
    sources = {one.branch for one in layout.people}
    if len(layout.closing) > 1 and len(into) == 1:
        return Change.MERGE
    if layout.closing and not new:
        return Change.DISSOLVE
    if len(sources) == 1 and new:
        return Change.SPLIT
    if new and not layout.closing:
        return Change.FOUND
    return Change.REGROUP


def change_faults(change: Reorganization, layout: Layout) -> list[Fault]:
    """All reasons against sending or approving, each rule of 1.5 with the branch it is about."""
    if change.kind in ALONE:
        return alone_faults(change, layout)
    branches = {one.pk: one for one in change.sources.all()}
    branches |= {one.branch.pk: one.branch for one in layout.groups if one.branch is not None}
    found = source_faults(list(branches.values()), change.committee, change)
    if layout.newcomers:
        found.append(Fault("newcomers", _(
            "Came to these branches since the draft: %(names)s. Bring the list up to date and place "
            "them.") % {"names": "、".join(one.name for one in layout.newcomers[:10])}))  # fmt: skip
        return found  # who stays and who goes is not known before they are placed
    moves = [one for one in layout.groups if one.proposed and any(
        one.branch is None or who.branch != one.branch.pk for who in one.people)]  # fmt: skip
    if not moves:
        found.append(Fault("nothing", _(
            "Nobody would move. Add a branch to the proposal and say who goes there.")))  # fmt: skip
    for one in layout.groups:
        if one.proposed and one.branch is None and not one.people:
            found.append(Fault("empty", _(
                "Nobody goes to “%(name)s”. Place people there, or take it out of the proposal.")
                % {"name": one.name}))  # fmt: skip
        elif one.people or one.others:
            found += [Fault(check.code, f"“{one.name}”：{check.message}") for check in one.refused]
    return found + _names(layout) + _doubts(change, layout)


def alone_faults(change: Reorganization, layout: Layout) -> list[Fault]:
    """Against a branch beside the others, or its closing: it holds no relations, so the rules of size
    do not ask; a temporary one says when its task ends (rulebook 1.5)."""
    found = []
    if change.committee.party_kind != PartyKind.COMMITTEE:
        found.append(Fault("committee", _(
            "Only a party committee approves; a general branch deliberates."), "committee"))  # fmt: skip
    if change.kind == Change.CLOSE:
        sources = list(change.sources.all())
        if any(one.closed_on or one.party_kind not in BESIDE_KINDS for one in sources):
            found.append(Fault("kind", _(
                "Only an open functional or temporary branch is closed in this way. Branches that "
                "hold relations are dissolved with a place for each member.")))  # fmt: skip
        return found + _waiting(sources, change)
    for one in change.proposed.select_related("parent"):
        if one.party_kind not in BESIDE_KINDS:
            found.append(Fault("kind", _("Choose a functional or a temporary branch."), "kind"))
        if one.parent.closed_on or one.parent.party_kind not in ABOVE_BRANCHES:
            found.append(Fault("parent", _(
                "A branch stands under an open committee or general branch."), "parent"))  # fmt: skip
        if one.party_kind == PartyKind.TEMPORARY and change.task_until is None:
            found.append(Fault("until", _(
                "A temporary branch ends with its task: enter the last day."), "task_until"))  # fmt: skip
    if change.task_until is not None and change.task_until <= timezone.localdate():
        found.append(Fault("until", _("The last day of the task lies ahead."), "task_until"))
    return found + _names(layout)


def _names(layout: Layout) -> list[Fault]:
    new = [one.name for one in layout.groups if one.proposed and one.branch is None]
    twice = [name for name, n in Counter(new).items() if n > 1]
    closing = {one.pk for one in layout.closing}
    taken = PartyOrganization.objects.filter(name__in=new, closed_on=None).exclude(pk__in=closing)
    names = sorted({*twice, *taken.values_list("name", flat=True)})
    if not names:
        return []
    return [Fault("name", _("Another branch has this name: %(names)s. Give each its own.")
                  % {"names": "、".join(names)})]  # fmt: skip


def _doubts(change: Reorganization, layout: Layout) -> list[Fault]:
    """Rules that hold generally: a reason sets them aside, and stays with the application."""
    if len(change.override_reason.strip()) >= MIN_REASON:
        return []
    return [
        Fault(check.code, f"“{one.name}”：{check.message}", "override_reason")
        for one in layout.groups if one.people or one.others
        for check in one.doubted
    ]  # fmt: skip
