"""Cases by dated facts: open ones with their team and plan, and closed episodes.

An open case is built backwards from the day its next contact is due, so that the list of today
holds late, due and calm ones, and the due time is what casework.domain.rhythm computes.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from casework.domain.rhythm import first_action_due, next_contact_due
from casework.enums import REAL_CONTACT_CHARS
from casework.models import CaseLevel

from . import texts
from .campus import Campus
from .pupils import Pupil
from .staff import Person, Staff
from .timeline import Timeline, moment

CASE_COLUMNS = (
    "id", "student_id", "number", "episode", "level_id", "source", "reason", "raised_by_id",
    "owner_id", "lead_unit_id", "reported_at", "triaged_at", "opened_at", "planned_at", "help_at",
    "tracking_at", "assessed_at", "closed_at", "outcome", "last_contact_at", "contact_due_at",
    "review_due_on", "advice_do", "advice_dont", "version",
)  # fmt: skip
# How far a case has come; each stage includes the facts of those before it.
STAGES = ["reported", "triaged", "opened", "planned", "in_help", "tracking", "assessed"]
_STAGE_WEIGHTS = list(accumulate([9, 7, 10, 12, 42, 15, 5]))
_LEVEL_WEIGHTS = list(accumulate([6, 18, 40, 36]))
_SOURCES = [
    "counsellor",
    "counsellor",
    "adviser",
    "rule",
    "rule",
    "tutor",
    "dorm",
    "student",
    "family",
]


@dataclass(frozen=True, slots=True)
class Contact:
    at: dt.datetime
    author: Person
    text: str
    channel: str
    next_on: dt.date | None = None

    @property
    def is_real(self) -> bool:
        return len(self.text.strip()) >= REAL_CONTACT_CHARS


@dataclass(slots=True)
class File:
    """A case with all its rows before they are numbered."""

    id: int
    pupil: Pupil
    level: CaseLevel
    reported_at: dt.datetime
    source: str
    raised_by: Person | None
    owner: Person | None
    lead_unit: int
    stage: int
    entries: list[tuple[str, str, str, dt.datetime]]
    contacts: list[Contact] = field(default_factory=list)
    closed_at: dt.datetime | None = None
    outcome: str = ""
    number: str = ""
    episode: int = 1
    seats: list[tuple[Person, str, str, dt.date]] = field(default_factory=list)
    facts: dict[str, dt.datetime] = field(default_factory=dict)

    @property
    def last_contact(self) -> Contact | None:
        return max((c for c in self.contacts if c.is_real), key=lambda c: c.at, default=None)

    def contact_due_at(self) -> dt.datetime:
        last = self.last_contact
        if last is None:
            return first_action_due(self.level, self.reported_at)
        return next_contact_due(self.level, last.at, last.next_on)


class CaseWriter:
    """Opens files; the arguments say how late the next contact shall be."""

    def __init__(
        self, campus: Campus, staff: Staff, times: Timeline, rng: random.Random, first_id: int
    ) -> None:
        self.campus, self.staff, self.times, self.rng = campus, staff, times, rng
        self.levels = list(CaseLevel.objects.order_by("rank"))
        self.files: list[File] = []
        self._first_id = first_id
        self._categories = [code for code, _weight in texts.CATEGORY_WEIGHTS]
        self._weights = list(accumulate(weight for _code, weight in texts.CATEGORY_WEIGHTS))
        self._numbers: dict[str, int] = {}

    def _draw_entries(
        self, at: dt.datetime, rank: int | None
    ) -> tuple[CaseLevel, list[tuple[str, str, str, dt.datetime]]]:
        rng = self.rng
        if rank is None:
            top = rng.choices(self.levels, cum_weights=_LEVEL_WEIGHTS)[0]
        else:
            top = self.levels[rank - 1]
        count = 1 + (rng.random() < 0.2) + (rng.random() < 0.05)
        found: list[tuple[str, str, str, dt.datetime]] = []
        while len(found) < count:
            category = rng.choices(self._categories, cum_weights=self._weights)[0]
            if all(entry[0] != category for entry in found):
                level = (
                    top
                    if not found
                    else rng.choice([lv for lv in self.levels if lv.rank >= top.rank])
                )
                found.append((category, level.code, rng.choice(texts.CASES[category][0]), at))
        return top, found

    def _add(
        self, pupil: Pupil, reported_at: dt.datetime, stage: int, owner: Person | None,
        rank: int | None = None,
    ) -> File:  # fmt: skip
        level, entries = self._draw_entries(reported_at, rank)
        by_academy = self.rng.random() < 0.7
        source = self.rng.choice(_SOURCES)
        raised_by = {
            "rule": None, "adviser": self.staff.adviser_of[pupil.home.id],
            "tutor": self.staff.tutor_of.get(pupil.id),
        }.get(source, self.staff.counsellor(pupil))  # fmt: skip
        file = File(
            self._first_id + len(self.files), pupil, level, reported_at, source, raised_by, owner,
            pupil.academy if by_academy else pupil.home.college, stage, entries,
        )  # fmt: skip
        self.files.append(file)
        return file

    def open(
        self, pupil: Pupil, late: int | None, owner: Person | None = None, rank: int | None = None
    ) -> File:
        """A case whose next contact was due ``late`` days ago (negative: in the future).

        ``late`` None: reported lately, and nobody has written anything yet.
        """
        rng, times = self.rng, self.times
        owner = owner or self._owner(pupil)
        if late is None:
            return self._open_new(pupil, owner, rank)
        file = self._add(pupil, moment(times.yesterday, 9), 0, owner, rank)
        file.stage = max(3, STAGES.index(rng.choices(STAGES, cum_weights=_STAGE_WEIGHTS)[0]))
        due = times.today - dt.timedelta(days=late)
        every = file.level.contact_every_days
        last_on = due - dt.timedelta(days=every)
        next_on = None
        if last_on > times.yesterday or rng.random() < 0.3:
            # An agreed day before the one that the level asks for.
            last_on = min(due - dt.timedelta(days=rng.randint(1, every)), times.yesterday)
            next_on = min(due, last_on + dt.timedelta(days=every))
        # Serious levels do not last for months.
        started = last_on - dt.timedelta(days=rng.randint(3, min(130, 6 + every * 14)))
        floor = times.entered_on(pupil.home.year) + dt.timedelta(days=2)
        started = min(max(started, floor), last_on - dt.timedelta(days=1))
        self._report_on(file, started)
        self._contacts(file, last_on, next_on)
        self._finish(file)
        return file

    def _open_new(self, pupil: Pupil, owner: Person, rank: int | None) -> File:
        rng = self.rng
        day = self.times.today - dt.timedelta(days=rng.choice([1, 1, 2, 3, 6]))
        at = moment(day, rng.randint(8, 18), rng.randint(0, 59))
        file = self._add(pupil, at, rng.choice([0, 0, 1, 2]), owner, rank)
        # Some of those nobody has looked at have no responsible person either.
        if file.stage == 0 and rank is None and rng.random() < 0.4:
            file.owner = None
        self._finish(file)
        return file

    def close(self, pupil: Pupil, closed_on: dt.date, days: int) -> File:
        """An episode that is over."""
        rng = self.rng
        file = self._add(pupil, moment(self.times.yesterday, 9), 6, self.staff.counsellor(pupil))
        days = min(days, 6 + file.level.contact_every_days * 14)
        self._report_on(file, closed_on - dt.timedelta(days=days))
        self._contacts(file, closed_on - dt.timedelta(days=rng.randint(0, 2)), None)
        file.closed_at = moment(closed_on, 17, rng.randint(0, 59))
        file.outcome = rng.choices(["solved", "referred"], cum_weights=[88, 100])[0]
        self._finish(file)
        return file

    def _report_on(self, file: File, day: dt.date) -> None:
        file.reported_at = moment(day, self.rng.randint(8, 12), self.rng.randint(0, 59))
        file.entries = [(*entry[:3], file.reported_at) for entry in file.entries]

    def _owner(self, pupil: Pupil) -> Person:
        drawn = self.rng.random()
        if drawn < 0.12:
            return self.staff.adviser_of[pupil.home.id]
        if drawn < 0.2:
            return self.staff.leader_of[pupil.home.cohort]
        return self.staff.counsellor(pupil)

    def _contacts(self, file: File, last_on: dt.date, next_on: dt.date | None) -> None:
        """Talks from the first day to ``last_on`` at about the rhythm of the level."""
        rng, staff, pupil = self.rng, self.staff, file.pupil
        every, days = file.level.contact_every_days, []
        day = last_on
        while day > file.reported_at.date():
            days.append(day)
            day -= dt.timedelta(days=max(1, round(every * rng.uniform(0.5, 1.15))))
        people = [file.owner or staff.counsellor(pupil), staff.adviser_of[pupil.home.id]]
        for day in reversed(days):
            is_last = day == last_on
            author = people[0] if is_last or rng.random() < 0.8 else people[1]
            channel = rng.choices(["face", "phone", "visit", "family", "online"],
                                  cum_weights=[45, 65, 80, 90, 100])[0]  # fmt: skip
            text = rng.choice(texts.CASE_TALKS[channel])
            if not is_last and rng.random() < 0.05:
                text = rng.choice(texts.TICKS)
            at = moment(day, rng.randint(13, 16), rng.randint(0, 59))
            file.contacts.append(Contact(at, author, text, channel, next_on if is_last else None))

    def _finish(self, file: File) -> None:
        self._give_number(file)
        self._date_facts(file)
        self._seat(file)

    def _give_number(self, file: File) -> None:
        head = file.reported_at.strftime("%Y-%m%d-")
        self._numbers[head] = self._numbers.get(head, 0) + 1
        file.number = f"{head}{self._numbers[head]:02d}"

    def _date_facts(self, file: File) -> None:
        """Spread the facts of the stages between the report and the last contact, in order."""
        end = file.closed_at or moment(self.times.yesterday, 19)
        last = file.last_contact
        span = (min(end, last.at) if last else end) - file.reported_at
        step: Callable[[float], dt.datetime] = lambda part: file.reported_at + span * part  # noqa: E731
        for n, (name, part) in enumerate(
            [("triaged_at", 0.05), ("opened_at", 0.1), ("planned_at", 0.2)], 1
        ):
            if file.stage >= n:
                file.facts[name] = step(part)
        if file.stage == 3 and last:
            # Help begins with the first real contact after the plan: there has been none yet.
            file.facts["planned_at"] = last.at + dt.timedelta(hours=2)
        if file.stage >= 4 and last:
            planned = file.facts["planned_at"]
            after = [c.at for c in file.contacts if c.is_real and c.at >= planned]
            file.facts["help_at"] = min(after)
            rest = last.at - file.facts["help_at"]
            for n, (name, part) in enumerate([("tracking_at", 0.6), ("assessed_at", 0.95)], 5):
                if file.stage >= n:
                    file.facts[name] = file.facts["help_at"] + rest * part

    def _seat(self, file: File) -> None:
        """Red and orange cases have a team; an adviser sees a case only through a seat."""
        if file.stage < 2 and file.level.rank > 1:
            return
        staff, home, since = self.staff, file.pupil.home, file.reported_at.date()
        adviser = staff.adviser_of[home.id]
        wanted: list[tuple[Person | None, str, str]] = []
        if file.level.rank <= 2:
            wanted = [
                (staff.leader_of[home.cohort], "组长", "write"),
                (staff.counsellor(file.pupil), "联系人", "write"),
                (adviser, "班主任", "write"),
                (staff.tutor_of.get(file.pupil.id), "学业指导", "read"),
            ]
            if any(entry[0] == "PSYCH" for entry in file.entries):
                wanted.append((self.rng.choice(staff.psychologists), "心理支持", "read"))
        elif file.owner is adviser or self.rng.random() < 0.5:
            wanted = [(adviser, "班主任", "write")]
        seen: set[int] = set()
        for person, duty, level in wanted:
            if person is not None and person.id not in seen:
                seen.add(person.id)
                file.seats.append((person, duty, level, since))
