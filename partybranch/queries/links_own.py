"""Links as those see them whom they concern, and what somebody who asks for one chooses from."""

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind
from partybranch.enums import BRANCHES
from partybranch.link_access import held_by
from partybranch.models import LinkWish, PartyLink, PartyOrganization
from partybranch.queries.links import about_student, with_visits
from portal.core.ui.dates import format_day
from students.access import standing
from students.enums import Tree
from students.models import Placement, Student
from students.queries.picture_blocks import block
from students.queries.rights import rights_on
from students.queries.standing import Stand, stands


def has_links(user: Any) -> bool:
    """Whether the person holds a link today: the door of the navigation."""
    rows = PartyLink.objects.standing(timezone.localdate())
    return bool(rows.filter(held_by(user)).exists())


def mine_as_holder(user: Any) -> list[PartyLink]:
    """Links in which ``user`` is the member or the leader, each with its contacts and, of a
    student, class and room as on a name badge. Three statements."""
    rows = list(
        PartyLink.objects.restrict(user, "see_own").filter(held_by(user))
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


def own_links(user: Any, student: Student) -> dict[str, Any] | None:
    """The line of the own page: which members are linked with me, my room and my class."""
    rows = about_student(student.pk)
    return {"rows": rows} if rows else None


def _goes(row: dict[str, Any]) -> str:
    return str(row["kind"]) if row["is_own"] else f"{row['kind']} · {row['unit']}"


def student_links(user: Any, student: Any) -> dict[str, Any] | None:
    """For whoever reads the record: links, open wishes, and the way to ask for one."""
    rights = rights_on(user, student.pk, ("see_record", "log_talk"))
    if "see_record" not in rights:
        return None
    rows = about_student(student.pk)
    wishes = list(
        LinkWish.objects.filter(student=student.pk, withdrawn_on=None).select_related(
            "kind", "branch"
        )
    )
    met = {row["kind"] for row in rows if row["is_own"]}
    waiting = [one for one in wishes if one.kind.name not in met]
    may_ask = "log_talk" in rights
    if not rows and not waiting and not may_ask:
        return None
    return {"rows": rows, "wishes": waiting, "may_ask": may_ask, "number": student.student_no}


def picture_links(user: Any, student: Any) -> dict[str, Any] | None:
    """The same as a block of the picture."""
    found = student_links(user, student)
    if found is None or not found["rows"]:
        return None
    items = [
        {"title": row["name"], "meta": " · ".join(filter(None, (_goes(row), row["branch"]))),
         "side": format_day(row["since"])}
        for row in found["rows"]
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
