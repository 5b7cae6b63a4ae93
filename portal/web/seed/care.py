"""Who is a focus student, what was talked about, and the rows of both."""

import datetime as dt
import random
from collections.abc import Iterator

from . import texts
from .cases import CaseWriter, Contact, File
from .load import line
from .pupils import Pupil
from .staff import Person, Staff
from .timeline import Timeline, moment

TALK_COLUMNS = (
    "id", "student_id", "case_id", "author_id", "author_role", "happened_at", "recorded_at",
    "channel", "talk_type", "place", "minutes", "content", "risk", "next_on", "needs_report",
    "confidentiality", "client_key", "version",
)  # fmt: skip
# What the day of one counsellor looks like: (days late, rank); None is new and unwritten.
_SHOWCASE: list[tuple[int | None, int]] = [
    (6, 2), (3, 3), (1, 3), (2, 4), (0, 2), (0, 3), (0, 1), (None, 3), (None, 4), (-2, 2), (-5, 3),
    (-9, 4),
]  # fmt: skip
_TALK_TYPES = {"face": "T11", "phone": "T11", "visit": "T10", "family": "T09", "online": "T11"}


def open_files(
    writer: CaseWriter, pupils: list[Pupil], rng: random.Random, open_share: float, per_100: float
) -> list[File]:
    """Open cases for ``open_share`` of the students and closed ones up to ``per_100`` in all."""
    count, staff_of = round(len(pupils) * open_share), writer.staff.counsellor
    taken: set[int] = set()
    for pupil, late, owner, rank in _showcase(writer, pupils):
        writer.open(pupil, late, owner, rank)
        taken.add(pupil.id)
    quiet = {staff_of(pupil).id for pupil in pupils if pupil.id in taken} if taken else set()
    rest = [p for p in pupils if p.id not in taken and staff_of(p).id not in quiet]
    # The weaker a student, the more likely a file.
    rest.sort(key=lambda pupil: pupil.ability + rng.gauss(0, 1))
    for pupil in rest[: max(0, count - len(taken))]:
        writer.open(pupil, _lateness(rng))
        taken.add(pupil.id)
    _close_some(writer, pupils, taken, rng, round(len(pupils) * per_100 / 100) - len(taken))
    return writer.files


def _lateness(rng: random.Random) -> int | None:
    drawn = rng.random()
    if drawn < 0.08:
        return None
    if drawn < 0.2:
        return rng.choice([1, 1, 2, 3, 4, 6, 9, 13])
    return 0 if drawn < 0.3 else -rng.randint(1, 14)


def _showcase(
    writer: CaseWriter, pupils: list[Pupil]
) -> Iterator[tuple[Pupil, int | None, Person, int]]:
    """One contracted cohort with a busy counsellor, so that the first screens have something."""
    campus, times, staff = writer.campus, writer.times, writer.staff
    cohort = campus.college_cohorts[campus.colleges[0], times.year - 2]
    here = [p for p in pupils if p.home.cohort == cohort and p.on_leave_since is None]
    if len(here) < 100:
        return
    counsellor = staff.counsellor(here[0])
    own = [p for p in here if staff.counsellor(p) is counsellor]
    for place, (late, rank) in enumerate(_SHOWCASE):
        yield own[(place * 7 + 3) % len(own)], late, counsellor, rank
    adviser_class = [p for p in own if p.home is own[0].home]
    adviser = staff.adviser_of[own[0].home.id]
    yield adviser_class[1], 4, adviser, 3
    yield adviser_class[5], -3, adviser, 4
    yield own[-1], 2, staff.leader_of[cohort], 1
    others = [p for p in here if staff.counsellor(p) is not counsellor]
    for pupil, (late, rank) in zip(others[::11], ((8, 3), (None, 2), (-4, 3)), strict=False):
        yield pupil, late, staff.counsellor(pupil), rank


def _close_some(
    writer: CaseWriter, pupils: list[Pupil], taken: set[int], rng: random.Random, count: int
) -> None:
    times, done = writer.times, 0
    free = [pupil for pupil in pupils if pupil.id not in taken]
    rng.shuffle(free)
    longest = (times.yesterday - times.entered_on(times.entry_years[0])).days
    for pupil in free:
        room = (times.yesterday - times.entered_on(pupil.home.year)).days - 3
        # The longer at school, the more likely an episode that is over.
        if done >= count or room < 12 or rng.random() > 1.6 * room / longest:
            continue
        done += 1
        days = rng.randint(10, min(150, room - 1))
        # One in twenty ended within the last month: the dashboard compares with the month before.
        back = rng.randint(0, min(28, room - days) if done % 20 == 0 else room - days)
        writer.close(pupil, times.yesterday - dt.timedelta(days=back), days)


def talk_lines(
    files: list[File], pupils: list[Pupil], staff: Staff, times: Timeline, rng: random.Random,
    per_student: float, first_id: int,
) -> Iterator[str]:  # fmt: skip
    """COPY lines of every talk: those on cases first, then the ordinary ones of each term."""
    row = first_id
    closed: dict[int, tuple[dt.datetime, dt.datetime | None]] = {}
    for file in files:
        closed[file.pupil.id] = (file.reported_at, file.closed_at)
        for contact in file.contacts:
            yield _case_talk(row, file, contact, rng)
            row += 1
    left = max(0.0, per_student * len(pupils) - (row - first_id))
    yield from _ordinary(pupils, staff, times, rng, left / max(1, len(pupils)), closed, row)


def _case_talk(row: int, file: File, contact: Contact, rng: random.Random) -> str:
    recorded = contact.at + dt.timedelta(minutes=rng.randint(5, 300))
    restricted = file.level.rank <= 2 and rng.random() < 0.12
    risk = "raised" if file.level.rank == 1 and rng.random() < 0.5 else "ordinary"
    return line((
        row, file.pupil.id, file.id, contact.author.id, contact.author.role, contact.at,
        recorded, contact.channel, _TALK_TYPES[contact.channel], rng.choice(texts.PLACES),
        rng.randint(10, 45), contact.text, risk, contact.next_on, False,
        "restricted" if restricted else "general", None, 1,
    ))  # fmt: skip


def _ordinary(
    pupils: list[Pupil], staff: Staff, times: Timeline, rng: random.Random, mean: float,
    cases: dict[int, tuple[dt.datetime, dt.datetime | None]], row: int,
) -> Iterator[str]:  # fmt: skip
    """Two of three students are talked with in a term, more often later in it."""
    attended = {year: times.attended_terms(year) for year in times.entry_years}
    average = sum(len(terms) for terms in attended.values()) / 4
    texts_of = {
        channel: [(line((text,))[:-1]) for text in found] for channel, found in texts.TALKS.items()
    }
    channels = [*["face"] * 11, *["phone"] * 3, *["visit"] * 4, "family", "online"]
    extra = max(0.0, mean / average / 0.68 - 1)
    now = min(times.today, times.terms[-1].ends_on)
    for pupil in pupils:
        people = (staff.counsellor(pupil), staff.adviser_of[pupil.home.id],
                  staff.tutor_of.get(pupil.id) or staff.adviser_of[pupil.home.id])  # fmt: skip
        share = 0.64 + (pupil.academy_cohort % 7) * 0.02
        for term in attended[pupil.home.year]:
            days = (min(now, term.ends_on + dt.timedelta(days=1)) - term.starts_on).days
            part = days / 126
            if days < 1 or rng.random() > share * (0.6 + 0.4 * part):
                continue
            count = 1 + int(extra * part * rng.random() * 2 + rng.random())
            for _n in range(count):
                day = term.starts_on + dt.timedelta(days=int(days * rng.random() ** 0.8))
                hour, minute = rng.randint(8, 20), rng.randint(0, 59)
                channel = channels[int(rng.random() * 20)]
                person = people[0 if (drawn := rng.random()) < 0.78 else 1 if drawn < 0.92 else 2]
                at = f"{day} {hour:02d}:{minute:02d}:00+08"
                span = cases.get(pupil.id)
                if span and _inside(span, moment(day, hour, minute)):
                    continue
                text = "已谈" if rng.random() < 0.03 else rng.choice(texts_of[channel])
                late = 0 if rng.random() < 0.9 else rng.randint(1, 5)
                noted = min(day + dt.timedelta(days=late), times.yesterday) if late else day
                yield (
                    f"{row}\t{pupil.id}\t\\N\t{person.id}\t{person.role}\t{at}\t"
                    f"{noted} 21:{minute:02d}:00+08\t{channel}\t"
                    f"{_TALK_TYPES[channel]}\t\t{10 + minute % 35}\t{text}\tordinary\t\\N\tf\t"
                    "general\t\\N\t1\n"
                )
                row += 1


def _inside(span: tuple[dt.datetime, dt.datetime | None], at: dt.datetime) -> bool:
    return at >= span[0] and (span[1] is None or at <= span[1])
