"""Family contacts of all students; health notes, hardship and grants of a few: all invented.

A few percent of the students have each; whoever has an economic case is recognised.
"""

import datetime as dt
import random
from collections.abc import Iterator

from django.db.models import Model

from portal.core.crypto import encrypt
from portal.core.names import masked_phone
from students.enums import AidGroup, HealthKind, Relation
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote

from .cases import File
from .load import copy_rows, first_id
from .names import NameMaker
from .numbers import phone
from .pupils import Pupil
from .staff import Staff
from .timeline import Timeline, moment

FAMILY_COLUMNS = (
    "id", "student_id", "name", "relation", "phone_cipher", "phone_masked", "is_guardian", "note",
    "verified_by_id", "verified_at", "entered_by_id", "entered_at", "ended_at", "end_reason",
    "client_key", "version",
)  # fmt: skip
HEALTH_COLUMNS = (
    "id", "student_id", "kind", "text_cipher", "since", "until", "written_by_id", "written_at",
    "client_key", "version",
)  # fmt: skip
RECOGNITION_COLUMNS = (
    "id", "student_id", "academic_year", "tier_id", "group", "decided_on", "grounds_cipher",
    "recorded_by_id", "recorded_at", "version",
)  # fmt: skip
GRANT_COLUMNS = (
    "id", "student_id", "academic_year", "kind_id", "amount", "granted_on", "note",
    "recorded_by_id", "recorded_at", "client_key", "version",
)  # fmt: skip
_HEALTH_SHARE, _AID_SHARE = 0.02, 0.04
_NOTES = ["白天上班，晚七点后方便接听", "普通话不流利，可由姐姐转述", "在外地务工，急事发短信"]
_HEALTH = [
    (HealthKind.CHRONIC, "哮喘，随身带药；长跑与冬季户外活动先问本人"),
    (HealthKind.ALLERGY, "青霉素过敏，送医时务必告知医生"),
    (HealthKind.INJURY, "膝关节术后恢复期，本学期免修体育"),
    (HealthKind.DISABILITY, "右耳听力弱，座位靠前、靠左"),
    (HealthKind.OTHER, "一型糖尿病，集体活动注意按时用餐"),
]
_GROUNDS = [
    ("", "父亲长期患病，家庭年收入约三万元，兄妹二人同时上学"),
    (AidGroup.OUT_OF_POVERTY, "脱贫家庭，持有相关证明"),
    (AidGroup.ALLOWANCE, "城镇低保家庭，母亲无固定工作"),
    (AidGroup.OF_DISABLED, "父母一方残疾，家庭劳动力不足"),
    (AidGroup.SUDDEN, "家中房屋受灾，当年收入中断"),
]
# Tier, national grant of the year in yuan.
_TIERS = (("1", 4400), ("2", 3300), ("3", 2200))
_BESIDE = (("A07", 640), ("A08", 1500), ("A03", 2000))


def load_records(
    pupils: list[Pupil], files: list[File], staff: Staff, times: Timeline, rng: random.Random
) -> None:
    """Four tables by COPY."""
    open_files = [file for file in files if file.closed_at is None]
    poor = {f.pupil.id for f in open_files if any(e[0] == "ECONOMIC" for e in f.entries)}

    def some(share: float, always: set[int]) -> list[Pupil]:
        return [one for one in pupils if rng.random() < share or one.id in always]

    plans: list[tuple[type[Model], tuple[str, ...], Iterator[tuple[object, ...]]]] = [
        (FamilyContact, FAMILY_COLUMNS, _family(pupils, staff, times, rng)),
        (HealthNote, HEALTH_COLUMNS, _health(some(_HEALTH_SHARE, set()), staff, times, rng)),
    ]  # fmt: skip
    aided = [(one, *_recognised(one, times, rng)) for one in some(_AID_SHARE, poor)]
    plans += [
        (AidRecognition, RECOGNITION_COLUMNS, _recognitions(aided, staff)),
        (AidGrant, GRANT_COLUMNS, _grants(aided, staff, times, rng)),
    ]
    for model, columns, rows in plans:
        first = first_id(model)
        copy_rows(
            model._meta.db_table, columns,
            ((first + n, *row) for n, row in enumerate(rows)),
        )  # fmt: skip


def _family(
    pupils: list[Pupil], staff: Staff, times: Timeline, rng: random.Random
) -> Iterator[tuple[object, ...]]:
    """Father, mother or both; most numbers were rung once. Nobody's numbers (see ``numbers``)."""
    names = NameMaker(rng)
    for pupil in pupils:
        entered = _day(times, rng, times.entered_on(pupil.home.year), 60)
        pairs = [(Relation.FATHER, True), (Relation.MOTHER, False)]
        for place, (relation, is_male) in enumerate(pairs if rng.random() < 0.6 else pairs[:1]):
            name = names.parent(pupil.name, is_male)
            number = phone(700_000 + pupil.id * 2 + place)
            by = staff.counsellor(pupil).id if rng.random() < 0.7 else None
            yield (
                pupil.id, name, relation.value, encrypt(number), masked_phone(number), place == 0,
                rng.choice(_NOTES) if rng.random() < 0.3 else "", by,
                moment(entered, 16) if by else None, None, moment(entered, 9), None, "", None, 1,
            )  # fmt: skip


def _health(
    pupils: list[Pupil], staff: Staff, times: Timeline, rng: random.Random
) -> Iterator[tuple[object, ...]]:
    for pupil in pupils:
        kind, text = rng.choice(_HEALTH)
        since = _day(times, rng, times.entered_on(pupil.home.year), 300)
        until = times.year_ends_on if kind == HealthKind.INJURY else None
        yield (
            pupil.id, kind.value, encrypt(text), since, until, staff.counsellor(pupil).id,
            moment(since, 11), None, 1,
        )  # fmt: skip


_Recognised = tuple[Pupil, int, str, str, list[int]]


def _recognised(
    pupil: Pupil, times: Timeline, rng: random.Random
) -> tuple[int, str, str, list[int]]:
    """Place of the tier, group, grounds, and the academic years in which it was recognised."""
    group, grounds = rng.choice(_GROUNDS)
    years = [year for year in range(pupil.home.year, times.year + 1) if _decided(year, times)]
    return rng.choice((0, 1, 1, 2, 2)), str(group), grounds, years[-rng.randint(1, 3) :]


def _decided(year: int, times: Timeline) -> dt.date | None:
    """Tiers are recognised in October (rulebook 4); not yet where it lies ahead."""
    day = dt.date(year, 10, 20)
    return day if day <= times.today else None


def _recognitions(aided: list[_Recognised], staff: Staff) -> Iterator[tuple[object, ...]]:
    for pupil, tier, group, grounds, years in aided:
        for year in years:
            day = dt.date(year, 10, 20)
            yield (
                pupil.id, f"{year}-{year + 1}", _TIERS[tier][0], group, day, encrypt(grounds),
                staff.counsellor(pupil).id, moment(day, 17), 1,
            )  # fmt: skip


def _grants(
    aided: list[_Recognised], staff: Staff, times: Timeline, rng: random.Random
) -> Iterator[tuple[object, ...]]:
    for pupil, tier, _group, _grounds, years in aided:
        by = staff.counsellor(pupil).id
        for year in years:
            code, amount = rng.choice(_BESIDE)
            for kind, sum_, day in (
                ("A04", _TIERS[tier][1], dt.date(year, 11, 15)),
                (code, amount, dt.date(year + 1, 4, 10)),
            ):
                if day <= times.today:
                    yield (
                        pupil.id, f"{year}-{year + 1}", kind, sum_, day, "", by, moment(day, 10),
                        None, 1,
                    )  # fmt: skip


def _day(times: Timeline, rng: random.Random, since: dt.date, within: int) -> dt.date:
    """A day after ``since``, never one that lies ahead."""
    return min(since + dt.timedelta(days=rng.randint(3, within)), times.yesterday)
