"""Rows of cases, ledger entries, seats, plans and their steps."""

import datetime as dt
import random
from collections.abc import Iterator

from casework.plan_catalogue import TEMPLATES

from . import texts
from .cases import File
from .key_rows import cause_of
from .staff import Staff
from .timeline import Timeline, moment


def case_rows(
    files: list[File], times: Timeline, rng: random.Random
) -> Iterator[tuple[object, ...]]:
    for file in files:
        last = file.last_contact
        category = file.entries[0][0]
        do, dont = texts.CASES[category][4:]
        advised = file.stage >= 2 and (category == "PSYCH" or file.pupil.id % 5 < 2)
        facts = [
            file.facts.get(name)
            for name in (
                "triaged_at",
                "opened_at",
                "planned_at",
                "help_at",
                "tracking_at",
                "assessed_at",
            )
        ]
        yield (
            file.id, file.pupil.id, file.number, file.episode, file.level.code, file.source,
            file.entries[0][2], file.raised_by.id if file.raised_by else None,
            file.owner.id if file.owner else None, file.lead_unit, file.reported_at, *facts,
            file.closed_at, file.outcome, last.at if last else None, file.contact_due_at(),
            _review_due(file, times, rng), rng.choice(do) if advised else "",
            rng.choice(dont) if advised else "", 1,
        )  # fmt: skip


def _review_due(file: File, times: Timeline, rng: random.Random) -> dt.date:
    """The next multiple of the level's wait; one in eight reviews is late."""
    every, first = file.level.review_every_days, file.reported_at.date()
    passed = max(0, (times.today - first).days) // every
    late = passed > 0 and rng.random() < 0.125
    return first + dt.timedelta(days=every * (passed + (0 if late else 1)))


def entry_rows(files: list[File], first_id: int) -> Iterator[tuple[object, ...]]:
    row = first_id
    for file in files:
        for category, level, reason, at in file.entries:
            yield (
                row, file.id, category, level, reason, file.source, at, file.closed_at,
                cause_of(category, row),
            )  # fmt: skip
            row += 1


def seat_rows(files: list[File], first_id: int) -> Iterator[tuple[object, ...]]:
    row = first_id
    for file in files:
        ended = file.closed_at.date() if file.closed_at else None
        for person, duty, level, since in file.seats:
            yield (row, file.id, person.id, duty, level, since, ended, None, "")
            row += 1


def plan_rows(
    files: list[File],
    staff: Staff,
    times: Timeline,
    first_plan: int,
    first_step: int,
    templates: dict[tuple[str, str], int],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """One plan for every case that came so far, with steps spread over eight weeks."""
    plans: list[tuple[object, ...]] = []
    steps: list[tuple[object, ...]] = []
    for file in files:
        if "planned_at" not in file.facts:
            continue
        _reasons, goal, leave, texts_of_steps, _do, _dont = texts.CASES[file.entries[0][0]]
        made_on = file.facts["planned_at"].date()
        plan = first_plan + len(plans)
        _goal, causes, family, resources, _exit, _own = TEMPLATES[file.entries[0][0]]
        responsible = file.owner or staff.counsellor(file.pupil)
        checks = [made_on + dt.timedelta(days=28 * n) for n in (1, 2, 3)]
        plans.append((
            plan, file.id, goal, leave, made_on, causes, family, resources,
            "{" + ",".join(day.isoformat() for day in checks) + "}", responsible.id,
            templates.get((file.entries[0][0], file.level.code)), 1, 1,
        ))  # fmt: skip
        # A step is given to somebody to whom the case is open: an adviser by a seat only.
        adviser = staff.adviser_of[file.pupil.home.id]
        is_seated = any(person is adviser for person, _duty, _level, _since in file.seats)
        people = [responsible, adviser if is_seated else responsible]
        for order, text in enumerate(texts_of_steps, 1):
            due_on = made_on + dt.timedelta(days=14 * order)
            wanted = 4 if "每周" in text else 3 if "每月" in text or "每两周" in text else 1
            is_begun = "help_at" in file.facts
            is_done = file.closed_at is not None or (
                is_begun and due_on < times.today and (file.id + order) % 6 != 0
            )
            done_on = min(due_on, file.closed_at.date() if file.closed_at else times.yesterday)
            done = wanted if is_done else wanted // 2 if is_begun else 0
            counting = "visit" if "走访" in text else "family" if "家长" in text else ""
            steps.append((
                first_step + len(steps), plan, order, text, people[order % 2].id, due_on, wanted,
                done, max(done_on, made_on) if is_done else None, counting,
                moment(times.today, 0), done, None, "",
            ))  # fmt: skip
    return plans, steps
