"""The staff: accounts, posts, tutors and contracting groups."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.core.names import name_keys

from . import catalogue
from .campus import Campus, Home
from .names import NameMaker
from .numbers import phone
from .pupils import Pupil
from .timeline import Timeline

# A counsellor looks after at most about this many (rulebook 2.1: 1 to 200).
COUNSELLOR_LOAD = 200
USER_COLUMNS = (
    "id", "password", "last_login", "is_superuser", "username", "email", "is_staff", "is_active",
    "date_joined", "name", "pinyin", "initials", "title", "phone", "expires_on", "is_demo",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    id: int
    name: str
    title: str
    role: str
    joined: int


@dataclass(frozen=True, slots=True)
class Post:
    person: int
    role: str
    unit: int
    starts_on: dt.date
    ends_on: dt.date | None = None
    letter_no: str = ""


@dataclass
class Staff:
    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    teachers: dict[int, list[Person]] = field(default_factory=dict)
    leader_of: dict[int, Person] = field(default_factory=dict)
    counsellor_of: dict[int, Person] = field(default_factory=dict)
    whole_cohort: dict[int, Person] = field(default_factory=dict)
    adviser_of: dict[int, Person] = field(default_factory=dict)
    tutor_of: dict[int, Person] = field(default_factory=dict)
    psychologists: list[Person] = field(default_factory=list)
    vacant: set[int] = field(default_factory=set)

    def counsellor(self, pupil: Pupil) -> Person:
        """Who may be found for a student: of the academy cohort, else of the class."""
        return self.whole_cohort.get(pupil.academy_cohort) or self.counsellor_of[pupil.home.id]


class _Office:
    """Takes people on and gives them posts; numbers letters one after another."""

    def __init__(self, times: Timeline, rng: random.Random, first_id: int) -> None:
        self.staff = Staff()
        self.times, self.rng = times, rng
        self._names = NameMaker(rng)
        self._first_id = first_id
        self._letter = 0

    def hire(self, title: str, role: str) -> Person:
        people = self.staff.people
        joined = self.times.year - self.rng.randint(1, 18)
        name = self._names.staff(self.rng.random() < 0.55)
        people.append(Person(self._first_id + len(people), name, title, role, joined))
        return people[-1]

    def since(self, years: int = 6) -> dt.date:
        return dt.date(self.times.year - self.rng.randint(1, years), 9, 1)

    def letter(self, year: int) -> str:
        self._letter += 1
        return f"〔{year}〕{self._letter}号"

    def appoint(self, person: Person, role: str, unit: int, **dates: object) -> None:
        dates.setdefault("starts_on", self.since())
        self.staff.posts.append(Post(person.id, role, unit, **dates))  # type: ignore[arg-type]

    def term_of_office(self, years: int = 1) -> dict[str, object]:
        """A post for this academic year, with its letter."""
        times = self.times
        return {
            "starts_on": times.year_starts_on,
            "ends_on": dt.date(times.year + years, 8, 31),
            "letter_no": self.letter(times.year),
        }


def employ(
    campus: Campus, pupils: list[Pupil], times: Timeline, rng: random.Random, wanted: int,
    first_id: int,
) -> Staff:  # fmt: skip
    """About ``wanted`` people: fixed posts first, the rest are teachers."""
    office = _Office(times, rng, first_id)
    _school(campus, office, len(pupils))
    _academy_side(campus, office)
    leaders = _college_leaders(campus, office)
    _teachers(campus, office, max(len(campus.homes), wanted - len(office.staff.people)))
    _cohort_posts(campus, office, leaders)
    _advisers(campus, office)
    _tutors(campus, office, pupils)
    return office.staff


def _school(campus: Campus, office: _Office, students: int) -> None:
    for title in ("党委副书记", "副校长", "校长助理")[: 1 if students < 1000 else 3]:
        office.appoint(office.hire(title, "学校领导"), "school_leader", campus.university)
    for n, unit in enumerate(campus.offices):
        name = catalogue.OFFICES[n][1]
        for title in ("主任", "科员")[: 1 if students < 1000 else 2]:
            office.appoint(office.hire(f"{name}{title}", "部处工作人员"), "office_staff", unit)
    centre = campus.offices[catalogue.COUNSELLING]
    for _n in range(max(2, students // 4000)):
        person = office.hire("讲师", "心理教师")
        office.staff.psychologists.append(person)
        office.appoint(person, "psych_teacher", centre)


def _academy_side(campus: Campus, office: _Office) -> None:
    for academy in campus.academies:
        office.appoint(office.hire("书院院务主任", "院务主任"), "academy_director", academy)
        for year in office.times.entry_years:
            cohort = campus.academy_cohorts[academy, year]
            homes = [home for home in campus.homes if home.academy_cohort == cohort]
            _counsellors(office, cohort, year, homes)


def _counsellors(office: _Office, cohort: int, year: int, homes: list[Home]) -> None:
    """One for a small cohort; in a large one each has some classes."""
    since = {"starts_on": office.times.entered_on(year)}
    staff = office.staff
    total = sum(home.size for home in homes)
    if total <= COUNSELLOR_LOAD * 1.3:
        person = office.hire("讲师", "辅导员")
        office.appoint(person, "counsellor", cohort, **since)
        staff.whole_cohort[cohort] = person
        for home in homes:
            staff.counsellor_of[home.id] = person
        return
    person, load = None, 0
    for home in homes:
        if person is None or load + home.size > COUNSELLOR_LOAD:
            person, load = office.hire("讲师", "辅导员"), 0
        office.appoint(person, "counsellor", home.id, **since)
        staff.counsellor_of[home.id] = person
        load += home.size


def _college_leaders(campus: Campus, office: _Office) -> dict[int, list[Person]]:
    leaders: dict[int, list[Person]] = {}
    for college in campus.colleges:
        here = []
        for title, name, role in (
            ("党委书记", "党委书记", "party_secretary"), ("副院长", "包干领导", ""),
            ("院长", "院长", "dean"), ("党委副书记", "党委副书记", "deputy_secretary"),
        ):  # fmt: skip
            person = office.hire(title, name)
            here.append(person)
            if role:
                office.appoint(person, role, college)
        leaders[college] = here
        office.appoint(office.hire("教务秘书", "教务员"), "clerk", college)
    return leaders


def _teachers(campus: Campus, office: _Office, count: int) -> None:
    sizes: dict[int, int] = {}
    for home in campus.homes:
        sizes[home.college] = sizes.get(home.college, 0) + home.size
    total = sum(sizes.values())
    for college, size in sizes.items():
        office.staff.teachers[college] = [
            office.hire(office.rng.choice(("教授", "副教授", "副教授", "讲师")), "教师")
            for _n in range(max(2, round(count * size / total)))
        ]


def _cohort_posts(campus: Campus, office: _Office, leaders: dict[int, list[Person]]) -> None:
    """The contracting leader of each cohort, its organiser and its party-building tutors."""
    times, staff = office.times, office.staff
    for n, college in enumerate(campus.colleges):
        organisers = [office.hire("组织员", "组织员") for _n in range(1 if n % 3 else 2)]
        for place, year in enumerate(times.entry_years):
            cohort = campus.college_cohorts[college, year]
            leader = leaders[college][place]
            staff.leader_of[cohort] = leader
            office.appoint(leader, "contract_leader", cohort, **office.term_of_office())
            if year < times.year:
                before = leaders[college][(place + 1) % 4]
                office.appoint(
                    before, "contract_leader", cohort, starts_on=times.entered_on(times.year - 1),
                    ends_on=times.year_starts_on - dt.timedelta(days=1),
                    letter_no=office.letter(times.year - 1),
                )  # fmt: skip
            office.appoint(organisers[place % len(organisers)], "organiser", cohort)
            # One in three groups waits for its party-building tutor.
            if (n + place) % 3 == 0 and not (n == 0 and place == 1):
                staff.vacant.add(cohort)
            else:
                tutor = office.rng.choice(staff.teachers[college])
                office.appoint(tutor, "party_tutor", cohort, **office.term_of_office(2))
    for cohort, branches in campus.branches.items():
        college = next(h.college for h in campus.homes if h.cohort == cohort)
        teachers = staff.teachers[college]
        here = [campus.college_cohorts[college, year] for year in office.times.entry_years]
        for place, branch in enumerate(branches):
            secretary = office.rng.choice(teachers)
            office.appoint(secretary, "branch_secretary", branch)
            first = 2 * place % len(teachers)
            others = teachers[first:] + teachers[:first]
            _branch_posts(office, here, cohort, branch, secretary, others)
    if campus.community:
        _community(campus, office)


def _community(campus: Campus, office: _Office) -> None:
    """The committee of the student community: organisers of the first college, whose joint branches
    stand below it, and the Party secretaries of the colleges."""
    staff, times = office.staff, office.times
    cohorts = [campus.college_cohorts[campus.colleges[0], year] for year in times.entry_years]
    people = {one.id: one for one in staff.people}
    begun = dt.date(times.year - 1, 9, 1)
    own = {post.person for post in staff.posts if post.role == "organiser" and post.unit in cohorts}
    heads = [post.person for post in staff.posts if post.role == "party_secretary"][:4]
    for key in sorted(own):
        office.appoint(people[key], "organiser", campus.community, starts_on=begun)
    for key in heads:
        office.appoint(people[key], "committee_member", campus.community, starts_on=begun)


def _branch_posts(
    office: _Office, cohorts: list[int], cohort: int, branch: int, secretary: Person,
    teachers: list[Person],
) -> None:  # fmt: skip
    """The organisers of the college and the tutor of the cohort serve its branch; others fill the
    committee."""
    held = {
        (post.person, post.role): post
        for post in office.staff.posts
        if (post.role == "organiser" and post.unit in cohorts)
        or (post.role == "party_tutor" and post.unit == cohort)
    }
    people = {one.id: one for one in office.staff.people}
    for (person, role), post in held.items():
        office.appoint(people[person], role, branch, starts_on=post.starts_on, ends_on=post.ends_on)
        if role == "party_tutor":
            # A tutor whose relation stands in the joint branch keeps its book as a deputy.
            office.appoint(people[person], "branch_deputy", branch)
    others = [one for one in teachers if one.id != secretary.id]
    for role, person in zip(("branch_organisation", "branch_publicity"), others, strict=False):
        office.appoint(person, role, branch)


def _advisers(campus: Campus, office: _Office) -> None:
    order: dict[int, int] = {}
    for home in campus.homes:
        n = order[home.college] = order.get(home.college, -1) + 1
        teachers = office.staff.teachers[home.college]
        person = teachers[n % len(teachers)]
        office.staff.adviser_of[home.id] = person
        office.appoint(
            person, "class_adviser", home.id, starts_on=office.times.entered_on(home.year),
            ends_on=dt.date(home.year + 4, 8, 31), letter_no=office.letter(home.year),
        )  # fmt: skip


def _tutors(campus: Campus, office: _Office, pupils: list[Pupil]) -> None:
    order: dict[int, int] = {}
    for pupil in pupils:
        college = pupil.home.college
        teachers = office.staff.teachers[college]
        n = order[college] = order.get(college, -1) + 1
        # One in twenty has no tutor yet.
        if n % 20 != 19:
            office.staff.tutor_of[pupil.id] = teachers[(n // 2) % len(teachers)]


def user_rows(staff: Staff) -> Iterator[tuple[object, ...]]:
    for n, person in enumerate(staff.people, 1):
        pinyin, initials = name_keys(person.name)
        joined = dt.datetime(person.joined, 9, 1, tzinfo=dt.UTC)
        # A password that starts with "!" opens nothing: these accounts wait for an administrator.
        yield (
            person.id, f"!seeded{n}", None, False, f"{person.joined}{n:05d}", "", False, True,
            joined, person.name, pinyin, initials, person.title, phone(500_000 + n), None, False,
        )  # fmt: skip


def contract_rows(
    campus: Campus, staff: Staff, times: Timeline, ids: tuple[int, int, int]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Contracting groups of this year, the academy cohorts that join, and the posts wanted."""
    contract, partner, wanted = ids
    contracts, partners, posts = [], [], []
    matters = (
        "学业帮扶与学风建设",
        "就业推进与毕业教育",
        "专业认同与课程达标",
        "新生适应与习惯养成",
    )
    letters = {
        post.unit: post.letter_no
        for post in staff.posts
        if post.role == "contract_leader" and post.starts_on == times.year_starts_on
    }
    for (_college, year), cohort in campus.college_cohorts.items():
        homes = [home for home in campus.homes if home.cohort == cohort]
        signed_on = times.year_starts_on + dt.timedelta(days=4)
        contracts.append((
            contract, cohort, times.academic_year, matters[(year + cohort) % 4],
            times.year_starts_on, times.year_ends_on, min(signed_on, times.today), letters[cohort],
        ))  # fmt: skip
        joining = sorted({home.academy_cohort for home in homes})
        for unit in joining:
            partners.append((partner, contract, unit))
            partner += 1
        counsellors = len({staff.counsellor_of[home.id].id for home in homes})
        numbers = {
            "leader": 1, "counsellor": counsellors, "adviser": len(homes), "organiser": 1,
            "party_tutor": 2 if len(homes) > 20 or year == times.year - 2 else 1,
        }  # fmt: skip
        for member_type, count in numbers.items():
            posts.append((wanted, contract, member_type, count))
            wanted += 1
        contract += 1
    return contracts, partners, posts
