"""Who stands behind each demo account: people of the seeded school, or new ones elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from casework.models import Case
from cohorts.access import in_force
from cohorts.domain.appointments import appoint
from cohorts.domain.contracts import put_contract
from cohorts.domain.tree import open_unit
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Cohort, Contract, LinkKind, Office, Role, Unit
from portal.core.models import User
from students.access import standing
from students.models import Placement, Student, StudentLink

from .timeline import Timeline


@dataclass
class Stage:
    """The contracted cohort on which the demo plays, with its college."""

    cohort: Cohort

    @property
    def college(self) -> Unit:
        parent = self.cohort.parent
        assert parent is not None
        return parent

    def students(self) -> QuerySet[Any]:
        return Placement.objects.filter(
            standing(timezone.localdate()), unit__above__ancestor_id=self.cohort.pk
        ).values("student_id")


def find_stage() -> Stage | None:
    """The second oldest cohort of the first college with contracts, else the largest cohort."""
    cohorts = Cohort.objects.filter(parent__kind=UnitKind.COLLEGE)
    led = cohorts.filter(contracts__isnull=False).order_by("parent__code", "entry_year").distinct()
    first = list(led[:2])
    if first:
        return Stage(first[-1])
    sizes = cohorts.annotate(n=Count("below__descendant__placements")).order_by("-n", "code")
    largest = sizes.first()
    return Stage(largest) if largest is not None else None


def _posts(role: str, **where: Any) -> QuerySet[Any]:
    """Posts of today that no demo account has taken yet."""
    rows: QuerySet[Any] = Appointment.objects.filter(
        in_force(timezone.localdate()), revoked_at=None, role__code=role, person__is_demo=False,
        **where,
    )  # fmt: skip
    return rows.select_related("person").order_by("pk")


def _holder(role: str, **where: Any) -> User | None:
    post = _posts(role, **where).first()
    return post.person if post else None


def _busiest(stage: Stage, role: str, beside: set[str]) -> User | None:
    """Who holds the post and is responsible for most open cases of the cohort."""
    owners = (
        Case.objects.filter(closed_at=None, student_id__in=stage.students())
        .exclude(owner=None)
        .values_list("owner_id")
        .annotate(n=Count("id"))
        .order_by("-n", "owner_id")
    )
    for owner, _n in owners:
        others = Appointment.objects.filter(person_id=owner, role__code__in=beside, revoked_at=None)
        found = _holder(role, person_id=owner)
        if found and not others.exists():
            return found
    return None


def _make(role: str, unit: Unit | None, name: str) -> User | None:
    """Somebody new with the post, where the school has nobody for it."""
    if unit is None:
        return None
    held = Role.objects.get(code=role)
    if unit.kind not in held.unit_kinds:
        return None
    taken = _posts(role, unit=unit).exists()
    if taken and held.is_single:
        return None
    person = User(username=f"new-{role}", name=name, title=held.name)
    person.set_unusable_password()
    person.save()
    appoint(actor=None, person=person, role=held, unit=Unit.objects.get(pk=unit.pk))
    return person


def _university() -> Unit | None:
    found: Unit | None = Unit.objects.filter(kind=UnitKind.UNIVERSITY).order_by("pk").first()
    return found


def _office(name: str) -> Unit | None:
    found: Unit | None = Unit.objects.filter(kind=UnitKind.OFFICE, name=name).first()
    top = _university()
    if found is None and top is not None:
        number = Office.objects.count() + 1
        found = open_unit(actor=None, unit=Office(name=name, code=f"DEMO-{number}", parent=top))
    return found


def _leader(stage: Stage) -> User | None:
    found = _holder("contract_leader", unit=stage.cohort)
    if found is None:
        found = _make("contract_leader", stage.cohort, "林知远")
        _open_contract(stage)
    return found


def _open_contract(stage: Stage) -> None:
    """An account to answer for, where the school has not set up any."""
    times = Timeline(timezone.localdate())
    if Contract.objects.filter(cohort=stage.cohort).exists():
        return
    contract = Contract(
        cohort_id=stage.cohort.pk, academic_year=times.academic_year,
        starts_on=times.year_starts_on, ends_on=times.year_ends_on,
    )  # fmt: skip
    wanted = {"leader": 1, "counsellor": 1, "adviser": stage.cohort.children.count(),
              "organiser": 1, "party_tutor": 1}  # fmt: skip
    put_contract(actor=None, contract=contract, partners=[], wanted=wanted)


def _counsellor(stage: Stage) -> User | None:
    found = _busiest(stage, "counsellor", set()) or _holder("counsellor")
    if found:
        return found
    academy = Cohort.objects.filter(
        parent__kind=UnitKind.ACADEMY, entry_year=stage.cohort.entry_year
    )
    return _make("counsellor", academy.first() or stage.cohort, "周启文")


def _adviser(stage: Stage) -> User | None:
    found = _busiest(stage, "class_adviser", {"party_tutor"})
    found = found or _holder("class_adviser", unit__parent=stage.cohort)
    return found or _make("class_adviser", stage.cohort.children.order_by("code").first(), "陆怀安")


def _tutor(stage: Stage) -> User | None:
    """A tutor without any post: the links alone carry the sight."""
    people = (
        User.objects.filter(is_demo=False, appointments=None)
        .annotate(n=Count("studentlinks", filter=Q(studentlinks__student_id__in=stage.students())))
        .filter(n__gt=0)
    )
    found: User | None = people.order_by("-n", "pk").first()
    if found is None:
        found = User(username="new-tutor", name="王怀瑾", title="副教授")
        found.set_unusable_password()
        found.save()
        kind, today = LinkKind.objects.get(code="tutor"), timezone.localdate()
        for pk in sorted({row["student_id"] for row in stage.students()})[:12]:
            StudentLink.objects.create(kind=kind, person=found, student_id=pk, starts_on=today)
    return found


def _on_cohort(role: str, name: str) -> Callable[[Stage], User | None]:
    return lambda stage: _holder(role, unit=stage.cohort) or _make(role, stage.cohort, name)


def _on_college(role: str, name: str) -> Callable[[Stage], User | None]:
    return lambda stage: _holder(role, unit=stage.college) or _make(role, stage.college, name)


def _in_office(role: str, office: str, name: str) -> Callable[[Stage], User | None]:
    def find(_stage: Stage) -> User | None:
        unit = _office(office)
        return _holder(role, unit=unit) or _make(role, unit, name)

    return find


def _at_top(role: str, name: str) -> Callable[[Stage], User | None]:
    def find(_stage: Stage) -> User | None:
        top = _university()
        return _holder(role, unit=top) or _make(role, top, name)

    return find


def _student(stage: Stage) -> User | None:
    """An account for a student of the cohort with results, a tutor and no case."""
    here = Student.objects.filter(pk__in=stage.students(), status="01", user=None)
    calm = here.filter(results__isnull=False).exclude(cases__isnull=False)
    # One who is on the way to membership has more to see.
    student = (
        calm.filter(links__isnull=False, developments__reached__in=(5, 6, 7, 8))
        .order_by("pk")
        .first()
        or calm.filter(links__isnull=False).order_by("pk").first()
        or calm.order_by("pk").first()
        or here.order_by("pk").first()
    )
    if student is None:
        return None
    user = User(username=student.student_no, name=student.name)
    user.set_unusable_password()
    user.save()
    Student.objects.filter(pk=student.pk).update(user=user)
    return user


# Account → what to say about it, and who is behind it (design 8).
CAST: dict[str, tuple[str, Callable[[Stage], User | None]]] = {
    "leader": ("学院包干领导", _leader),
    "counsellor": ("辅导员", _counsellor),
    "adviser": ("班主任", _adviser),
    "tutor": ("本科生导师", _tutor),
    "organiser": ("组织员", _on_cohort("organiser", "高敏行")),
    "partytutor": ("党建指导教师", _on_cohort("party_tutor", "何清源")),
    "clerk": ("教务员", _on_college("clerk", "韩知行")),
    "psych": ("心理教师", _in_office("psych_teacher", "心理健康教育中心", "苏念慈")),
    "aid": ("资助专员", _at_top("aid_officer", "顾惠民")),
    "office": ("部处工作人员", _in_office("office_staff", "党委学生工作部", "江映秋")),
    "student": ("学生", _student),
    "secretary": ("学院党委书记", _on_college("party_secretary", "沈若谷")),
    "schoolleader": ("学校领导", _at_top("school_leader", "钱伯钧")),
    "sysadmin": ("系统管理员", _at_top("sysadmin", "系统管理员")),
    "secadmin": ("安全管理员", _at_top("secadmin", "安全管理员")),
    "rights": ("权益维护专员", _at_top("rights_officer", "宁直")),
    "auditor": ("审计管理员", _at_top("auditor", "审计管理员")),
}
