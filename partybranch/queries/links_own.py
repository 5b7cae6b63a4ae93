"""Links as those see them whom they concern, and what somebody who asks for one chooses from."""

from typing import Any

from django.db.models import Count, Exists, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind
from partybranch.enums import BRANCHES, FLAG, RELATION_HOLDING
from partybranch.link_access import held_by
from partybranch.models import Membership, PartyLink, PartyOrganization
from partybranch.queries.link_book import with_visits
from partybranch.queries.links import (
    about_asked,
    about_told,
    wishes_asked,
    wishes_told,
)
from portal.core.asks import Ask, Rows
from portal.core.models import User
from portal.core.ui.dates import format_day
from students.access import standing
from students.enums import Tree
from students.models import Placement, Student
from students.queries.picture_blocks import block
from students.queries.rights import rights_on
from students.queries.standing import Stand, stands


def has_branch(user: Any) -> bool:
    """Whether the person holds a link today or is a member of a branch: the door of the navigation,
    one statement."""
    links = PartyLink.objects.standing(timezone.localdate()).filter(held_by(user))
    return bool(User.objects.filter(Exists(links) | Exists(home_of(user)), pk=user.pk).exists())


def home_of(user: Any) -> "QuerySet[Membership]":
    """The place that holds the membership relation of this person, of the staff or a student."""
    return Membership.objects.filter(
        Q(member__person=user) | Q(member__student__user=user), is_relation=True, until=None,
        member__left_on=None, branch__party_kind__in=RELATION_HOLDING,
    )  # fmt: skip


def mine_as_holder(user: Any) -> list[PartyLink]:
    """Links in which ``user`` is the member or the leader, each with its contacts and, of a
    student, class and room as on a name badge. Three statements."""
    rows = list(
        PartyLink.objects.restrict(user, "see_own").filter(held_by(user))
        .exclude(kind__code__startswith=FLAG)
        .select_related("kind", "branch", "student", "unit", "member__student", "member__person",
                        "person")
        .order_by("kind_id", "starts_on", "pk")
    )  # fmt: skip
    today = timezone.localdate()
    places = stands([one.student_id for one in rows if one.student_id], (Tree.CLASS, Tree.ROOM))
    for one in rows:
        one.stand = places.get(one.student_id or 0, Stand())  # type: ignore[attr-defined]
        one.is_ahead = one.starts_on > today  # type: ignore[attr-defined]
    return with_visits(rows)


def wish_kinds() -> QuerySet[LinkKind]:
    """What a branch may be asked for."""
    return LinkKind.objects.filter(
        holder=LinkHolder.MEMBER, target=LinkTarget.STUDENT
    ).order_by("pk")  # fmt: skip


def branches_for() -> QuerySet[PartyOrganization]:
    rows = PartyOrganization.objects.filter(party_kind__in=BRANCHES, closed_on=None)
    found: QuerySet[PartyOrganization] = rows.order_by("code")
    return found


def nearest_branch(student: Student, branches: QuerySet[PartyOrganization]) -> int | None:
    """The branch in which most classmates stand; without any the first one."""
    today = timezone.localdate()
    own = Placement.objects.filter(standing(today), student=student, tree=Tree.CLASS)
    mates = Placement.objects.filter(
        standing(today), unit__in=own.values("unit"), tree=Tree.CLASS
    ).values("student")
    rows = Placement.objects.filter(
        standing(today), student__in=mates, tree=Tree.BRANCH, unit__in=branches.order_by().values("pk"),
    )  # fmt: skip
    found = (
        rows.order_by().values_list("unit").annotate(n=Count("pk")).order_by("-n", "unit").first()
    )
    return found[0] if found else None


def own_asked(_user: Any, student: Student) -> Ask:
    return about_asked(student.pk)


def own_links(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    """The line of the own page: which members are linked with me, my room and my class."""
    return {"rows": about_told(rows)} if rows else None


def _rights(user: Any, student: Any) -> frozenset[str]:
    return rights_on(user, student.pk, ("see_record", "log_talk"))


def student_asked(user: Any, student: Any) -> Ask | None:
    """For whoever reads the record: links and open wishes as two lists."""
    if "see_record" not in _rights(user, student):
        return None
    links, wishes = about_asked(student.pk), wishes_asked(student.pk)
    return Ask(
        f"SELECT json_build_array(array_to_json(ARRAY({links.sql})),"
        f" array_to_json(ARRAY({wishes.sql})))",
        {**links.params, **wishes.params},
    )


def student_links(user: Any, student: Any, rows: Rows) -> dict[str, Any] | None:
    """Links, wishes that wait, and the way to ask for a member."""
    if not rows:
        return None
    ((links, wishes),) = rows
    about, may_ask = about_told(links), "log_talk" in _rights(user, student)
    met = {one.kind for one in about if one.is_own}
    waiting = [one for one in wishes_told(wishes) if one.kind not in met]
    if not about and not waiting and not may_ask:
        return None
    return {"rows": about, "wishes": waiting, "may_ask": may_ask, "number": student.student_no}


def picture_asked(user: Any, student: Any) -> Ask | None:
    """The links alone, as far as the record is read."""
    return about_asked(student.pk) if "see_record" in _rights(user, student) else None


def picture_links(_user: Any, _student: Any, rows: Rows) -> dict[str, Any] | None:
    """The links as a block of the picture."""
    if not rows:
        return None
    items = [
        {"title": one.name, "side": format_day(one.since),
         "meta": " · ".join(filter(None, (one.kind, "" if one.is_own else one.unit, one.branch)))}
        for one in about_told(rows)
    ]  # fmt: skip
    return block(_("Links of party members"), _("from the book of the branch"), "", items)


def fellow_branches(user: Any, member: Any, written: Any) -> QuerySet[PartyOrganization]:
    """Branches that a member may join beside the home branch: of a student any open one, of staff
    those whose roll ``user`` keeps (``written``)."""
    held = member.branches.filter(until=None).values("branch")
    rows = PartyOrganization.objects.filter(party_kind__in=BRANCHES, closed_on=None).exclude(
        pk__in=held
    )
    if member.student_id is None:
        rows = rows.filter(pk__in=written)
    found: QuerySet[PartyOrganization] = rows.order_by("code")
    return found
