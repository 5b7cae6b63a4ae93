"""Figures of party building: each number is counted over the very rows of the list behind it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Appointment, Parameter
from partybranch.access import current_branches
from partybranch.enums import BRANCHES, PartyKind
from partybranch.models import Development, Membership, Sponsorship
from partybranch.queries.flags import dual_leaders, flagged
from partybranch.queries.honours import PrizeHolder, prize_holders
from partybranch.queries.joint import with_audience
from partybranch.queries.life import life_branches
from partybranch.queries.training import hours_in, training_branches
from portal.core.ui.dates import format_day
from students.models import Student

Words = Any
_TARGET = "figures."


@dataclass(frozen=True)
class Line:
    """One row of a list: ``counts`` in the number, ``weight`` times; where a figure is a share, the
    others are the rest of its denominator."""

    title: str
    meta: str
    url: str = ""
    side: str = ""
    counts: bool = True
    weight: int = 1


@dataclass(frozen=True)
class Figure:
    """``rows(user, year)`` lists what is counted; ``is_share``: n of all rows, in per cent."""

    code: str
    label: Words
    note: Words
    rows: Callable[[Any, int], list[Line]]
    is_share: bool = False
    yes: Words = ""
    no: Words = ""
    is_yearly: bool = False


@dataclass(frozen=True)
class Counted:
    """``target``: what the school set itself, of a share in per cent; None where it set none."""

    figure: Figure
    n: int
    of: int
    target: Decimal | None = None

    @property
    def rate(self) -> str:
        return f"{100 * self.n / self.of:.1f}%" if self.of else "—"

    @property
    def target_words(self) -> str:
        """“school target 12”; the number itself comes from the records within the reader's reach."""
        if self.target is None:
            return ""
        number = f"{self.target.normalize():f}{'%' if self.figure.is_share else ''}"
        return _("school target %(n)s") % {"n": number}


def counted(figure: Figure, lines: Sequence[Line], target: Decimal | None = None) -> Counted:
    return Counted(figure, sum(one.weight for one in lines if one.counts), len(lines), target)


def targets() -> dict[str, Decimal]:
    """By figure: the parameter rows ``figures.*``, which the administrator edits."""
    rows = Parameter.objects.filter(key__startswith=_TARGET).values_list("key", "value")
    return {key.removeprefix(_TARGET): value for key, value in rows}


def _of_kind(*kinds: str) -> Callable[[Any, int], list[Line]]:
    def rows(user: Any, _year: int) -> list[Line]:
        return [
            Line(one.name, one.get_party_kind_display(), reverse("party:branch", args=[one.pk]),
                 format_day(one.opened_on, "full") if one.opened_on else "")
            for one in life_branches(user)
            if one.party_kind in kinds
        ]  # fmt: skip

    return rows


def _posts(user: Any, role: str) -> list[Any]:
    keys = [one.pk for one in life_branches(user)]
    rows = Appointment.objects.in_force(timezone.localdate()).filter(
        unit_id__in=keys, role__code=role
    )
    return list(rows.select_related("person", "unit").order_by("unit__code", "pk"))


def _tutors(user: Any, _year: int) -> list[Line]:
    """One line a person, however many branches he looks after, with how many people that is."""
    held: dict[int, list[Any]] = defaultdict(list)
    for post in _posts(user, "party_tutor"):
        held[post.person_id].append(post)
    files = _counted(Development.objects.filter(ended_on=None), "branch_id")
    vouched = _counted(
        Sponsorship.objects.filter(until=None, development__ended_on=None,
                                   member__person_id__in=held),
        "member__person_id", "development",
    )  # fmt: skip
    found = []
    for person, posts in held.items():
        load = [
            _("open files of these branches: %(n)s")
            % {"n": sum(files.get(post.unit_id, 0) for post in posts)},
            _("contact or introducer of %(n)s") % {"n": vouched.get(person, 0)},
        ]
        meta = "、".join(post.unit.label for post in posts)
        ends = posts[0].ends_on
        found.append(Line(
            posts[0].person.name, " · ".join([meta, *load]),
            reverse("party:branch", args=[posts[0].unit_id]),
            _("until %(day)s") % {"day": format_day(ends, "full")} if ends else "",
        ))  # fmt: skip
    return found


def _counted(rows: Any, by: str, what: str = "pk") -> dict[int, int]:
    found = rows.order_by().values_list(by).annotate(n=Count(what, distinct=True))
    return dict(found)


def _secretaries(user: Any, _year: int) -> list[Line]:
    """Every branch that holds relations; it counts where a teacher is its secretary."""
    holders = {post.unit_id: post.person for post in _posts(user, "branch_secretary")}
    people = [person.pk for person in holders.values()]
    pupils = set(Student.objects.filter(user_id__in=people).values_list("user_id", flat=True))
    found = []
    for one in training_branches(user):
        person = holders.get(one.pk)
        is_teacher = person is not None and person.pk not in pupils
        name = person.name if person else _("post is vacant")
        found.append(
            Line(one.name, name, reverse("party:branch", args=[one.pk]), counts=is_teacher)
        )
    return found


def _dual(user: Any, _year: int) -> list[Line]:
    """Secretaries of today, one line a branch that has one; dual leaders count."""
    holders = {post.unit_id: post.person for post in _posts(user, "branch_secretary")}
    dual = dual_leaders([person.pk for person in holders.values()])
    return [
        Line(holders[one.pk].name, one.name, reverse("party:branch", args=[one.pk]),
             counts=holders[one.pk].pk in dual)
        for one in training_branches(user)
        if one.pk in holders
    ]  # fmt: skip


def _flag_hours(user: Any, year: int) -> list[Line]:
    return [
        Line(one.row.member.name, f"{one.link.kind.name} · {one.branch.label}",
             f"{reverse('party:training_branch', args=[one.branch.pk])}?year={year}",
             _("%(n)s of %(asked)s hours") % {"n": f"{one.row.hours:.1f}", "asked": one.row.asked},
             one.row.is_met)
        for one in flagged(user, year)
    ]  # fmt: skip


def _members(user: Any, _year: int) -> list[Line]:
    """Members whose relation is in one of the branches; full members count."""
    day = timezone.localdate()
    names = {one.pk: one.label for one in training_branches(user)}
    alive = Q(member__left_on=None) | Q(member__left_on__gt=day)
    places = Membership.objects.filter(
        current_branches(day), alive, branch_id__in=names, is_relation=True,
        member__joined_on__lte=day,
    ).select_related("member__student", "member__person").order_by("branch__code", "pk")  # fmt: skip
    return [
        Line(one.member.name, names[one.branch_id], reverse("party:branch", args=[one.branch_id]),
             counts=one.member.is_full_on(day))
        for one in places
    ]  # fmt: skip


def _trained(user: Any, year: int) -> list[Line]:
    branches = training_branches(user)
    names = {one.pk: one.label for one in branches}
    return [
        Line(row.member.name, names[row.branch_id],
             f"{reverse('party:training_branch', args=[row.branch_id])}?year={year}",
             _("%(n)s of %(asked)s hours") % {"n": f"{row.hours:.1f}", "asked": row.asked},
             row.is_met)
        for row in hours_in(branches, year)
    ]  # fmt: skip


def _audience(user: Any, year: int) -> list[Line]:
    """Events of the year that reached people beside the members; each stands once, whoever held it
    together."""
    keys = [one.pk for one in life_branches(user)]
    return [
        Line(event.topic, "、".join([event.branch.label, *(kind.name for kind in event.kinds.all())]),
             reverse("party:event", args=[event.pk]),
             _("%(n)s people, %(day)s") % {"n": event.audience, "day": format_day(event.on, "full")},
             weight=event.audience)
        for event in with_audience(user, keys, year)
    ]  # fmt: skip


def _holders(only_models: bool) -> Callable[[Any, int], list[Line]]:
    def line(one: PrizeHolder) -> Line:
        return Line(
            one.student.name, "、".join(prize.kind.name for prize in one.prizes),
            reverse("students:portrait", args=[one.student.student_no]), counts=one.is_member,
        )  # fmt: skip

    return lambda user, year: [
        line(one) for one in prize_holders(user, year, only_models=only_models)
    ]


FIGURES = {
    one.code: one
    for one in (
        Figure("tutors", gettext_lazy("Party-building tutors"),
               gettext_lazy("Teachers with a post of tutor on a branch today."), _tutors),
        Figure("branches", gettext_lazy("Branches"),
               gettext_lazy("Open branches of all kinds."), _of_kind(*BRANCHES)),
        Figure("joint", gettext_lazy("Joint branches of teachers and students"),
               gettext_lazy("Open joint branches."), _of_kind(PartyKind.JOINT)),
        Figure("functional", gettext_lazy("Functional branches"),
               gettext_lazy("Open functional branches: members keep their home branch."),
               _of_kind(PartyKind.FUNCTIONAL)),
        Figure("temporary", gettext_lazy("Temporary branches"),
               gettext_lazy("Open temporary branches: they end with their task."),
               _of_kind(PartyKind.TEMPORARY)),
        Figure("members", gettext_lazy("Full members among members"),
               gettext_lazy("Members whose relation is in a branch within your reach."), _members,
               True, gettext_lazy("full members"), gettext_lazy("on probation")),
        Figure("secretaries", gettext_lazy("Branches led by a teacher"),
               gettext_lazy("Branches whose secretary is a teacher, of all that hold relations."),
               _secretaries, True, gettext_lazy("led by a teacher"), gettext_lazy("others")),
        Figure("flag_dual", gettext_lazy("Secretaries who are dual leaders"),
               gettext_lazy("Secretaries of branches that hold relations; strong in Party work and in "
                            "teaching or study."),
               _dual, True, gettext_lazy("dual leaders"), gettext_lazy("others")),
        Figure("flag_hours", gettext_lazy("Training of dual leaders and cadres"),
               gettext_lazy("Members with a flag today who have the class hours of the year."),
               _flag_hours, True, gettext_lazy("hours complete"), gettext_lazy("hours missing"), True),
        Figure("training", gettext_lazy("Members with the class hours of the year"),
               gettext_lazy("Group study and lectures attended in the year against the number of the "
                            "rule."),
               _trained, True, gettext_lazy("hours complete"), gettext_lazy("hours missing"), True),
        Figure("audience", gettext_lazy("Audience of branch events"),
               gettext_lazy("People whom talks, trips and other events of the year reached beside the "
                            "members."),
               _audience, is_yearly=True),
        Figure("prizes", gettext_lazy("Members among prize holders"),
               gettext_lazy("Students who won a prize in the year; members on the day of the prize."),
               _holders(False), True, gettext_lazy("Party members"), gettext_lazy("not members"), True),
        Figure("models", gettext_lazy("Members among model students"),
               gettext_lazy("Students with a title of model student in the year; members on that "
                            "day."),
               _holders(True), True, gettext_lazy("Party members"), gettext_lazy("not members"), True),
    )
}  # fmt: skip


def board(user: Any, year: int) -> list[Counted]:
    """All figures; a constant number of statements."""
    aims = targets()
    return [counted(one, one.rows(user, year), aims.get(one.code)) for one in FIGURES.values()]
