"""One event of a branch with who came and what was voted on."""

from partybranch.models import Attendance, BranchEvent, Motion


def attendance_of(event: BranchEvent) -> list[Attendance]:
    """Who should attend, by name; one statement."""
    rows = list(event.attendance.select_related("member__student", "member__person"))
    rows.sort(key=lambda one: one.member.name)
    return rows


def motions_of(event: BranchEvent) -> list[Motion]:
    return list(event.motions.order_by("pk"))


def kind_names(event: BranchEvent) -> list[str]:
    return [kind.name for kind in event.kinds.all()]
