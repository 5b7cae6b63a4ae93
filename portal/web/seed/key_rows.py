"""Rows of keys, reviews and checks after closing: requests in every state, by the dates of cases."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.catalogue import ASKS_COUNSELLING, CAUSES
from casework.models import CaseLevel

from .cases import File
from .staff import Person, Staff
from .timeline import Timeline, moment

Row = tuple[object, ...]
REQUEST_COLUMNS = (
    "id", "case_id", "entry_id", "kind", "to_level_id", "outcome", "reason", "evidence", "sides",
    "asked_by_id", "asked_at", "due_at", "disagreed_at", "settled_at", "is_granted", "withdrawn_at",
)  # fmt: skip
TURN_COLUMNS = ("id", "request_id", "side", "person_id", "verdict", "note", "at")
REVIEW_COLUMNS = (
    "id", "case_id", "held_on", "level_id", "findings", "has_signal", "is_goal_met", "by_id",
    "recorded_at", "next_on",
)  # fmt: skip
CHECK_COLUMNS = (
    "id", "case_id", "due_on", "owner_id", "done_at", "done_by_id", "is_reached", "is_fine", "note",
)  # fmt: skip
_WAIT, _CLASH = dt.timedelta(days=3), dt.timedelta(days=14)
_FINDINGS = [
    "到课率回升，作业能按时提交，情绪平稳；家长知情并配合。",
    "与任课教师核对，近两周缺课一次；已约定补习时间。",
    "宿舍关系缓和，能主动联系辅导员；继续保持每周联系。",
    "经济压力有所缓解，已落实勤工助学岗位。",
]
_CALM = "状态稳定，按计划完成阶段目标，可转入跟踪观察。"
_REFUSED = "近期仍有波动，建议再观察一段时间后由双院联席会研究。"


def cause_of(category: str, number: int) -> str:
    """A cause of the category, the same for the same entry in every run."""
    own = [code for code, of, _name in CAUSES if of == category]
    return own[number % len(own)] if own else "other"


@dataclass
class KeyWriter:
    """Numbers the rows; ``first`` are free numbers of request and turn, then of the entries."""

    staff: Staff
    times: Timeline
    first: tuple[int, int, int]
    levels: list[CaseLevel] = field(
        default_factory=lambda: list(CaseLevel.objects.order_by("rank"))
    )
    requests: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)

    def write(self, files: list[File]) -> None:
        entry = self.first[2]
        for file in files:
            for number, (_category, _level, reason, at) in enumerate(file.entries):
                self._entry(file, entry + number, reason, at)
            if file.closed_at is not None:
                self._closed(file)
            else:
                self._asked(file, entry)
            entry += len(file.entries)

    def _people(self, file: File) -> tuple[Person, Person]:
        """Who speaks for the college and who for the academy."""
        leader = self.staff.leader_of[file.pupil.home.cohort]
        return leader, self.staff.counsellor(file.pupil)

    def _put(
        self, file: File, kind: str, asker: Person | None, at: dt.datetime, reason: str,
        words: dict[str, tuple[str, dt.datetime]], *, entry: int | None = None,
        level: str | None = None, outcome: str = "", evidence: str = "", opinion: bool = False,
    ) -> None:  # fmt: skip
        """``words``: side -> (verdict, when). Settled when every side has agreed."""
        number = self.first[0] + len(self.requests)
        sides = ["college", "academy", *(["counselling"] if opinion else [])]
        noes = [when for verdict, when in words.values() if verdict == "disagreed"]
        done = len(words) == len(sides) and not noes
        settled = max(when for _verdict, when in words.values()) if done else None
        due = noes[0] + _CLASH if noes else at + _WAIT
        self.requests.append((
            number, file.id, entry, kind, level, outcome, reason, evidence,
            "{" + ",".join(sides) + "}", asker.id if asker else None, at, due,
            noes[0] if noes else None, settled, True if done else None, None,
        ))  # fmt: skip
        college, academy = self._people(file)
        people = {"college": college, "academy": academy,
                  "counselling": self.staff.psychologists[file.id % len(self.staff.psychologists)]}  # fmt: skip
        for side, (verdict, when) in words.items():
            self.turns.append((
                self.first[1] + len(self.turns), number, side, people[side].id, verdict,
                _REFUSED if verdict == "disagreed" else "", when,
            ))  # fmt: skip

    def _entry(self, file: File, entry: int, reason: str, at: dt.datetime) -> None:
        opened = file.facts.get("opened_at")
        words: dict[str, tuple[str, dt.datetime]] = {}
        if file.raised_by is not None:
            words["academy"] = ("agreed", at)
        if opened is not None:
            words = {"academy": ("agreed", at), "college": ("agreed", max(opened, at))}
        elif "triaged_at" in file.facts:
            verdict = "disagreed" if file.id % 3 == 0 else "agreed"
            words = {"college": (verdict, file.facts["triaged_at"])}
        self._put(file, "enter", file.raised_by, at, reason, words, entry=entry)

    def _closed(self, file: File) -> None:
        assert file.closed_at is not None
        asked = max(file.reported_at, file.closed_at - dt.timedelta(days=2))
        opinion = any(entry[0] in ASKS_COUNSELLING for entry in file.entries)
        words = {"college": ("agreed", asked), "academy": ("agreed", file.closed_at)}
        if opinion:
            words["counselling"] = ("agreed", asked)
        self._put(
            file, "close", self._people(file)[0], asked, "阶段目标达成，双方会商后销号。", words,
            outcome=file.outcome, evidence="评估记录与成绩单", opinion=opinion,
        )  # fmt: skip

    def _asked(self, file: File, entry: int) -> None:
        """Lowering for every fifth case in help, closing for those that were assessed."""
        asked = moment(self.times.yesterday - dt.timedelta(days=file.id % 4), 16, file.id % 60)
        if file.stage < 4 or asked <= file.facts.get("help_at", asked):
            return
        category, code = file.entries[0][:2]
        opinion = category in ASKS_COUNSELLING
        words = {"college": ("agreed", asked)}
        if file.stage == 6:
            if file.id % 3 == 0:
                return  # ready, and nobody has asked yet
            whole = any(one[0] in ASKS_COUNSELLING for one in file.entries)
            self._put(
                file, "close", self._people(file)[0], asked, "目标达成，建议销号。", words,
                outcome="solved", evidence="两次评估记录", opinion=whole,
            )  # fmt: skip
            return
        rank = next(level.rank for level in self.levels if level.code == code)
        if file.id % 5 or rank >= len(self.levels):
            return
        if file.id % 15 == 0:
            words["academy"] = ("disagreed", asked)
        self._put(
            file, "lower", self._people(file)[0], asked, "近期评估平稳，建议降级。", words,
            entry=entry, level=self.levels[rank].code, opinion=opinion,
        )  # fmt: skip


def review_rows(files: list[File], times: Timeline, staff: Staff, first: int) -> Iterator[Row]:
    """Up to three reviews by the rhythm of the level, and the calm ones that facts tell of."""
    row = first
    for file in files:
        every = file.level.review_every_days
        end = (file.closed_at or moment(times.yesterday, 12)).date()
        calm = sorted({
            file.facts[name].date() for name in ("tracking_at", "assessed_at") if name in file.facts
        })  # fmt: skip
        before = min([end, *calm])
        start = file.reported_at.date()
        held = [
            start + dt.timedelta(days=every * n)
            for n in range(1, 1 + (before - start).days // every)
        ]
        days = [(day, False) for day in held[-3:] if day not in calm] + [
            (day, True) for day in calm
        ]
        by = file.owner or staff.counsellor(file.pupil)
        for day, is_calm in days:
            yield (
                row, file.id, day, "BLUE" if is_calm else file.level.code,
                _CALM if is_calm else _FINDINGS[(file.id + row) % len(_FINDINGS)], False, is_calm,
                by.id, moment(day, 17), day + dt.timedelta(days=30 if is_calm else every),
            )  # fmt: skip
            row += 1


def check_rows(files: list[File], times: Timeline, first: int) -> Iterator[Row]:
    """A month after closing: done for the older ones, due for those of lately."""
    row = first
    for file in files:
        if file.closed_at is None:
            continue
        due = file.closed_at.date() + dt.timedelta(days=30)
        owner = file.owner.id if file.owner else None
        done = due < times.today and file.id % 11 != 0
        yield (
            row, file.id, due, owner, moment(min(due, times.yesterday), 15) if done else None,
            owner if done else None, True if done else None, file.id % 17 != 0 if done else None,
            "当面谈过，学习生活状态稳定。" if done else "",
        )  # fmt: skip
        row += 1
