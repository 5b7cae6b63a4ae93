"""The small campus every test can stand on, and the people in it.

University → college Chem → cohort 2023 (classes 2301, 2302), cohort 2024 (class 2401);
           → college Mech → cohort 2023 (class M2301);
           → academy Mingde → cohort 2023, building East 12 (rooms 411, 412);
           → academy Zhiyuan → cohort 2023; → office Counselling.

Everyone's password is ``PASSWORD``. Staff: lin contracts Chem 2023; zhou and shen are counsellors
of Mingde 2023 and Zhiyuan 2023; lu advises class 2301; wang tutors gu; han is the clerk of Chem;
gao its organiser; he directs Mingde; jiang is deputy secretary of Chem; qian leads the school;
psy works in Counselling; sys, sec and aud are the three administrators; nobody holds no post.
Students: gu (2301, Mingde, room 412, has an account), cheng (2302, Zhiyuan), luo (2301, Zhiyuan),
ye (2401), song (Mech M2301, Mingde).
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from casework.domain.cases import open_case
from casework.enums import Source
from casework.models import Case, CaseCategory, CaseLevel
from cohorts.domain.appointments import appoint
from cohorts.domain.reconcile import reconcile
from cohorts.domain.tree import rebuild_tree
from cohorts.enums import MemberType
from cohorts.models import (
    Academy,
    Appointment,
    Building,
    Cohort,
    College,
    Contract,
    ContractPost,
    LinkKind,
    Major,
    Office,
    Role,
    Room,
    SchoolClass,
    Term,
    Unit,
    University,
)
from portal.core.models import User
from portal.core.names import name_keys
from students.domain.placements import tree_of
from students.models import Placement, Student, StudentLink

PASSWORD = "Spring-tide-2026"
LONG_AGO = dt.date(2023, 9, 1)


# Who may report whom; everybody else's students are zhou's.
_REPORTERS = {"cheng": "shen", "luo": "shen", "ye": "jiang"}


@dataclass
class World:
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    students: dict[str, Student] = field(default_factory=dict)
    posts: dict[str, Appointment] = field(default_factory=dict)
    contract: Contract | None = None

    def __getattr__(self, name: str) -> Any:
        """``world.zhou``, ``world.gu``, ``world.chem23``: people, students, then units."""
        for shelf in ("people", "students", "units"):
            found = self.__dict__.get(shelf, {}).get(name)
            if found is not None:
                return found
        raise AttributeError(name)

    def add_person(self, key: str, name: str, **extra: Any) -> User:
        user = User.objects.create_user(username=key, password=PASSWORD, name=name, **extra)
        self.people[key] = user
        return user

    def add_people(self, names: dict[str, str]) -> None:
        """Many at once; ``add_person`` is the way that the portal goes."""
        hashed = make_password(PASSWORD)
        rows = [
            User(
                username=key,
                password=hashed,
                name=name,
                pinyin=keys[0],
                initials=keys[1],
                is_staff=key in _DUTIES,
            )
            for key, name in names.items()
            for keys in (name_keys(name),)
        ]
        self.people |= dict(zip(names, User.objects.bulk_create(rows), strict=True))

    def add_post(self, key: str, role: str, unit: str, **dates: Any) -> Appointment:
        dates.setdefault("starts_on", LONG_AGO)
        post = appoint(
            actor=None, person=self.people[key], role=Role.objects.get(code=role),
            unit=self.units[unit], **dates,
        )  # fmt: skip
        self.posts[key] = post
        return post

    def add_student(self, key: str, name: str, number: str, *places: str, **extra: Any) -> Student:
        student = Student.objects.create(name=name, student_no=number, **extra)
        Placement.objects.bulk_create(
            Placement(
                student=student, unit=self.units[place], tree=tree_of(self.units[place]),
                since=dt.date(2023, 9, 4),
            )
            for place in places
        )  # fmt: skip
        self.students[key] = student
        return student

    def add_case(
        self, key: str, level: str = "YELLOW", category: str = "ACADEMIC", **extra: Any
    ) -> Case:
        extra.setdefault("at", timezone.now() - dt.timedelta(days=3))
        return open_case(
            actor=self.people[_REPORTERS.get(key, "zhou")], student=self.students[key],
            category=CaseCategory.objects.get(pk=category),
            level=CaseLevel.objects.get(pk=level), reason="两门课程不及格",
            source=Source.COUNSELLOR, **extra,
        )  # fmt: skip


# key, model, name, short name, code, parent, further fields
_UNITS: list[tuple[str, type[Unit], str, str, str, str | None, dict[str, Any]]] = [
    ("uni", University, "示范大学", "示范大学", "U", None, {}),
    ("chem", College, "化学工程学院", "化工学院", "C1", "uni", {}),
    ("mech", College, "机械工程学院", "机械学院", "C2", "uni", {}),
    ("mingde", Academy, "明德书院", "明德", "A1", "uni", {}),
    ("zhiyuan", Academy, "致远书院", "致远", "A2", "uni", {}),
    ("counselling", Office, "心理健康教育中心", "心理中心", "D1", "uni", {}),
    ("chem23", Cohort, "化工学院2023级", "化工2023级", "C1-2023", "chem", {"entry_year": 2023}),
    ("chem24", Cohort, "化工学院2024级", "化工2024级", "C1-2024", "chem", {"entry_year": 2024}),
    ("mech23", Cohort, "机械学院2023级", "机械2023级", "C2-2023", "mech", {"entry_year": 2023}),
    ("mingde23", Cohort, "明德书院2023级", "明德2023级", "A1-2023", "mingde", {"entry_year": 2023}),
    ("zhiyuan23", Cohort, "致远书院2023级", "致远2023级", "A2-2023", "zhiyuan", {"entry_year": 2023}),
    ("c2301", SchoolClass, "化工2301", "", "化工2301", "chem23", {}),
    ("c2302", SchoolClass, "化工2302", "", "化工2302", "chem23", {}),
    ("c2401", SchoolClass, "化工2401", "", "化工2401", "chem24", {}),
    ("m2301", SchoolClass, "机械2301", "", "机械2301", "mech23", {}),
    ("east12", Building, "东12舍", "", "E12", "mingde", {}),
    ("room411", Room, "东12舍411", "", "E12-411", "east12", {}),
    ("room412", Room, "东12舍412", "", "E12-412", "east12", {}),
]  # fmt: skip

_PEOPLE = [
    ("lin", "林致远", "contract_leader", "chem23"),
    ("zhou", "周启文", "counsellor", "mingde23"),
    ("shen", "沈若兰", "counsellor", "zhiyuan23"),
    ("lu", "陆怀远", "class_adviser", "c2301"),
    ("wang", "王怀瑾", None, None),
    ("han", "韩知行", "clerk", "chem"),
    ("gao", "高敏", "organiser", "chem"),
    ("he", "何静", "academy_director", "mingde"),
    ("jiang", "江映雪", "deputy_secretary", "chem"),
    ("qian", "钱伯钧", "school_leader", "uni"),
    ("psy", "苏念", "psych_teacher", "counselling"),
    ("sys", "系统管理员", "sysadmin", "uni"),
    ("sec", "安全管理员", "secadmin", "uni"),
    ("aud", "审计管理员", "auditor", "uni"),
    ("nobody", "白一", None, None),
]


# The three administrators: key and admin group.
_DUTIES = {"sys": "admin:sysadmin", "sec": "admin:secadmin", "aud": "admin:auditor"}


def _appoint_everyone(world: World) -> None:
    """All posts in one go; ``add_post`` goes through the domain and takes longer. The admin groups
    are put in place beforehand, as ``reconcile`` would one by one with a third of all statements."""
    roles = {role.code: role for role in Role.objects.all()}
    world.add_people({key: name for key, name, _role, _unit in _PEOPLE})
    groups = {group.name: group for group in Group.objects.filter(name__in=_DUTIES.values())}
    User.groups.through.objects.bulk_create(
        User.groups.through(user=world.people[key], group=groups[name])
        for key, name in _DUTIES.items()
    )
    for key, _name, role, unit in _PEOPLE:
        if role and unit:
            world.posts[key] = Appointment(
                person=world.people[key], role=roles[role], unit=world.units[unit], starts_on=LONG_AGO,
                letter_no="〔2023〕17号" if key == "lin" else "",
            )  # fmt: skip
    Appointment.objects.bulk_create(world.posts.values())
    reconcile([post.person_id for post in world.posts.values()])


def build_world() -> World:
    world = World()
    for key, model, name, short, code, parent, extra in _UNITS:
        unit = model(
            name=name, short_name=short, code=code, opened_on=LONG_AGO,
            parent=world.units[parent] if parent else None, **extra,
        )  # fmt: skip
        unit.save()
        world.units[key] = unit
    rebuild_tree()
    major = Major.objects.create(code="081301", name="化学工程与工艺", college_id=world.chem.pk)
    Term.objects.bulk_create([
        Term(code="2025-2026-1", starts_on=dt.date(2025, 9, 1)),
        Term(code="2026-2027-1", starts_on=dt.date(2026, 8, 31)),
    ])  # fmt: skip
    _appoint_everyone(world)
    chem = {"entry_year": 2023, "major": major}
    own = world.add_person("gu_account", "顾言川")
    world.add_student("gu", "顾言川", "2230514127", "c2301", "mingde23", "room412",
                      user=own, phone="13800001234", **chem)  # fmt: skip
    world.add_student("cheng", "程亦安", "2230514160", "c2302", "zhiyuan23", **chem)
    world.add_student("luo", "罗嘉禾", "2230515042", "c2301", "zhiyuan23", **chem)
    world.add_student("ye", "叶知秋", "2240517019", "c2401", entry_year=2024, major=major)
    world.add_student("song", "宋远", "2230710008", "m2301", "mingde23", entry_year=2023)
    StudentLink.objects.create(
        kind=LinkKind.objects.get(code="tutor"), person=world.wang, student=world.gu,
        starts_on=LONG_AGO,
    )  # fmt: skip
    world.contract = Contract.objects.create(
        cohort_id=world.chem23.pk, academic_year="2026-2027", matters="学风与就业",
        starts_on=LONG_AGO, letter_no="〔2023〕17号",
    )  # fmt: skip
    world.contract.partners.set([world.mingde23.pk, world.zhiyuan23.pk])
    ContractPost.objects.bulk_create(
        ContractPost(contract=world.contract, member_type=kind, wanted=wanted)
        for kind, wanted in zip(MemberType.values, (1, 2, 2, 1, 1), strict=True)
    )
    return world
