"""Files of development, step by step: records, votes, papers, the cultivation book."""

import datetime as dt
import random
from typing import Any

from partybranch.catalogue import first_book
from partybranch.domain.dates import days_late, latest
from partybranch.domain.facts import Facts, StepFact
from partybranch.domain.months import DAY
from partybranch.enums import Duty, Entry, Look
from partybranch.models import (
    CultivationEntry,
    Development,
    Membership,
    Paper,
    PartyMember,
    PartyOrganization,
    PoliticalReview,
    PublicNotice,
    Sponsorship,
    StepRecord,
    Vote,
)
from students.enums import Tree
from students.models import Placement, Student

from .timeline import moment

# Days after the application on which each step falls, where nothing is late.
RHYTHM = {
    1: 0, 2: 18, 3: 45, 4: 60, 5: 62, 6: 415, 7: 432, 8: 445, 9: 447, 10: 455, 11: 463, 12: 472,
    13: 484, 14: 487, 15: 495, 16: 504, 17: 525, 18: 538, 19: 540, 20: 546, 21: 862, 22: 863,
}  # fmt: skip
# A late step by so many days beyond the rhythm, with its reason.
LATE = {
    2: (20, "寒假离校，返校后补谈"), 4: (24, "支部换届，材料报送迟延"), 8: (30, "材料补正后重新报送"),
    13: (28, "等待函调回复"), 20: (25, "与新生党日活动合并举行"),
}  # fmt: skip
_DETAIL: dict[int, dict[str, Any]] = {
    1: {"is_citizen": True}, 2: {"talker": "党支部书记", "talker_post": "secretary"},
    3: {"recommendation": "league", "league_expected": 32, "league_present": 29, "league_yes": 27},
    7: {"heard": 12}, 8: {"reply": "filed"},
    11: {"days": 3, "hours": 24}, 16: {"talker": "组织员", "talker_post": "organiser"},
    20: {"place": "党员之家"},
}  # fmt: skip
_LAST = {2: 12, 5: 200, 6: 8, 15: 6, 20: 260}
_REVIEW = "本人政治历史清楚，现实表现良好；直系亲属和主要社会关系无影响其入党的问题。审查合格。"
_BOOK = first_book()


class FileWriter:
    """Collects the rows of all files and writes each table once."""

    def __init__(self, today: dt.date, rng: random.Random) -> None:
        self.today, self.rng = today, rng
        self.files: list[Development] = []
        self.records: list[StepRecord] = []
        self.moments: list[dt.datetime] = []
        self.votes: list[Vote] = []
        self.papers: list[Paper] = []
        self.entries: list[CultivationEntry] = []
        self.notices: list[PublicNotice] = []
        self.sponsors: list[Sponsorship] = []
        self.reviews: list[PoliticalReview] = []
        self.members: list[tuple[PartyMember, PartyOrganization]] = []
        self.places: list[Placement] = []
        self.writers: tuple[int | None, int | None] = (None, None)
        self._cipher = PoliticalReview.sealed(_REVIEW)

    def open(
        self, student: Student, branch: PartyOrganization, full: list[PartyMember], reached: int,
        writers: tuple[int | None, int | None],
    ) -> None:  # fmt: skip
        """The file of one person who has come to step ``reached``; ``writers`` enter the steps of
        the branch and those of the committee."""
        number, self.writers = len(self.files), writers
        file = Development(student=student, branch=branch)
        self.files.append(file)
        days = self._days(number, reached)
        steps: dict[int, StepFact] = {}
        for step, (on, reason) in days.items():
            due = latest(_BOOK, Facts(steps=steps), step, on)
            late = days_late(due, on)
            steps[step] = StepFact(on, on)
            self._record(file, step, on, due, late, reason if late else "", number, len(full))
        self._book(file, steps)
        self._people(file, full, steps, number)
        if 17 in steps:
            member = PartyMember(student=student, joined_on=steps[15].on)
            self.members.append((member, branch))
        else:
            self.places.append(Placement(
                student=student, unit=branch, tree=Tree.BRANCH, since=steps[1].on))  # fmt: skip

    def _days(self, number: int, reached: int) -> dict[int, tuple[dt.date, str]]:
        """Each step with its day; every fifth file has a late step."""
        most = _LAST.get(reached, 20)
        # One in six waits longer than the rules like.
        behind = self.rng.randint(33, 48) if number % 6 == 5 else self.rng.randint(2, most)
        late = [step for step in LATE if step <= reached]
        slow = late[number % len(late)] if late and number % 5 == 0 else 0
        extra = LATE[slow][0] if slow else 0
        total = RHYTHM[reached] + (extra if slow else 0)
        found: dict[int, tuple[dt.date, str]] = {}
        for step in range(1, reached + 1):
            shift = RHYTHM[step] + (extra if slow and step >= slow else 0)
            on = self.today - (behind + total - shift) * DAY
            found[step] = (on, LATE[slow][1] if step == slow else "")
        return found

    def _record(
        self, file: Development, step: int, on: dt.date, due: dt.date | None, late: int,
        reason: str, number: int, voters: int,
    ) -> None:  # fmt: skip
        rule = _BOOK.rule(step, on)
        detail = dict(_DETAIL.get(step, {}))
        if step == 11:
            detail["certificate_no"] = f"PX{on.year}{number:04d}"
        if step == 14:
            detail["serial_no"] = f"ZY{on.year}{number:04d}"
        record = StepRecord(
            development=file, step=step, version_id=rule.version, on=on, due_on=due,
            days_late=late, late_reason=reason or ("支部工作安排顺延" if late else ""),
            branch=file.branch, detail=detail,
            body=file.branch.approving_committee if rule.is_committee else None,
            entered_by_id=self.writers[rule.is_committee],
        )  # fmt: skip
        self.records.append(record)
        self.moments.append(moment(min(on + DAY, self.today), 16, number % 60))
        if rule.body:
            expected = max(voters, 3) if rule.body == "meeting" else 5
            away = number % 2 if expected > 4 else 0
            self.votes.append(Vote(
                development=file, record=record, step=step, on=on, body=rule.body,
                expected=expected, present=expected - away, yes=expected - away,
            ))  # fmt: skip
        # In one file of seven a paper of the last step is still missing.
        handed = rule.papers[:-1] if number % 7 == 3 and step in (3, 10) else rule.papers
        self.papers += [Paper(record=record, name=name, handed_on=on) for name in handed]
        if step == 10:
            self.reviews.append(
                PoliticalReview(development=file, on=on, passed=True, cipher=self._cipher)
            )

    def _book(self, file: Development, steps: dict[int, StepFact]) -> None:
        """Assessments every half-year since step 3, thought reports every quarter."""
        if 3 not in steps:
            return
        began = steps[3].on
        end = steps[7].on if 7 in steps else self.today
        for kind, every, first in ((Look.ASSESSMENT, 178, 172), (Look.REPORT, 90, 85)):
            on = began + first * DAY
            while on <= end:
                self.entries.append(
                    CultivationEntry(development=file, kind=kind, on=on, branch=file.branch)
                )
                on += every * DAY
        if 7 in steps:
            start = steps[7].on - 12 * DAY
            self.notices.append(PublicNotice(
                development=file, step=7, starts_on=start, ends_on=start + 9 * DAY, days=5,
                is_provisional=True, result="无异议",
            ))  # fmt: skip

    def _people(
        self, file: Development, full: list[PartyMember], steps: dict[int, StepFact], number: int
    ) -> None:
        if len(full) < 2:
            return
        pair = [full[number % len(full)], full[(number + 1) % len(full)]]
        for step, duty in ((5, Duty.CONTACT), (9, Duty.INTRODUCER)):
            if step in steps:
                self.sponsors += [
                    Sponsorship(development=file, member=member, duty=duty, since=steps[step].on)
                    for member in pair
                ]

    def save(self) -> None:
        """Every table once; entry times lie beside the days of the steps."""
        Development.objects.bulk_create(self.files)
        times = {id(record): at for record, at in zip(self.records, self.moments, strict=True)}
        for record in self.records:
            record.entered_at = times[id(record)]
        with _OwnTimes(StepRecord):
            StepRecord.objects.bulk_create(self.records, batch_size=2_000)
        for model, rows in (
            (Vote, self.votes), (Paper, self.papers), (CultivationEntry, self.entries),
            (PublicNotice, self.notices), (Sponsorship, self.sponsors),
            (PoliticalReview, self.reviews), (Placement, self.places),
        ):  # fmt: skip
            model.objects.bulk_create(rows, batch_size=2_000)  # type: ignore[attr-defined]
        PartyMember.objects.bulk_create([member for member, _branch in self.members])
        Membership.objects.bulk_create(
            Membership(
                member=member, branch=branch, is_relation=True, since=member.joined_on,
                how=Entry.ADMITTED,
            )
            for member, branch in self.members
        )  # fmt: skip


class _OwnTimes:
    """Rows that bring their own entry time, which is otherwise the moment of writing."""

    def __init__(self, model: Any) -> None:
        self.field = model._meta.get_field("entered_at")

    def __enter__(self) -> None:
        self.field.auto_now_add = False

    def __exit__(self, *_error: object) -> None:
        self.field.auto_now_add = True
