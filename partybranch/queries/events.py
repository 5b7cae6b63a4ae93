"""One event of a branch with who came and what was voted on."""

from collections.abc import Iterable

from partybranch.models import Attendance, BranchEvent, Motion
from portal.core.listing import digest


def attendance_of(event: BranchEvent) -> list[Attendance]:
    """Who should attend, by name; one statement."""
    rows = list(event.attendance.select_related("member__student", "member__person"))
    rows.sort(key=lambda one: one.member.name)
    return rows


def state_of(rows: Iterable[Attendance]) -> str:
    """Short name of how these lines stand: a form brings back the one that it was opened with."""
    return digest(sorted(
        (one.member_id, one.presence, one.reason, one.grade, one.certificate_no,
         str(one.certificate_on or "")) for one in rows
    ))  # fmt: skip


def motions_of(event: BranchEvent) -> list[Motion]:
    return list(event.motions.order_by("pk"))


def kind_names(event: BranchEvent) -> list[str]:
    return [kind.name for kind in event.kinds.all()]
