"""Addresses of warnings, rules and study pages.

``{warning}`` of gu is confirmed and told to him, ``{found}`` of gu waits for han; ``{draft}`` is a
set that han writes for Chem, and song of Mech would be under ``{rules}`` too.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from students.domain.warning_sets import new_draft
from students.models import AcademicWarning, Course, CourseResult, WarningSet
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

EMPTY: dict[str, str] = {}
POST_ONLY = {"students:warning_confirm", "students:warning_run", "students:warning_set_act"}
SEES_GU = "lin zhou he jiang lu wang han"  # who sees results of gu
SEES = f"{SEES_GU} shen"
TOLD, WAITS = "甲级学业警告", "乙级待核警告"
OWN = "one's own"
BY_POST = "rules name nobody; who edits them is asked by the domain"
ROWS = [
    Address("students:warnings", ok=SEES, others=403, shows=dict.fromkeys(SEES_GU.split(), TOLD),
            hides={"shen": TOLD, **dict.fromkeys(("lin", "zhou", "lu", "wang", "jiang"), WAITS)}),
    Address("students:warnings", query="?state=found&period=all", ok=SEES, others=403,
            shows={"han": WAITS}, hides=dict.fromkeys(("lin", "he", "lu", "shen"), WAITS)),
    Address("students:warning", "{warning}", ok=SEES_GU, hides={"lu": 'value="aside"'}),
    Address("students:warning", "{warning}", bad="han", post={"act": "aside"},
            denied=SEES_GU.removesuffix(" han")),
    Address("students:warning", "{found}", ok="han"),
    Address("students:warning_paper", "{warning} notice", ok=SEES_GU),
    Address("students:warning_paper", "{found} notice"),
    Address("students:my_notice", "{warning}", ok="gu_account"),
    Address("students:my_notice", "{found}"),
    Address("students:my_study", ok="gu_account", shows={"gu_account": TOLD},
            hides={"gu_account": WAITS}),
    Address("students:study", "{no_gu}", ok=SEES_GU, denied="gao", shows={"lu": TOLD},
            hides={"lu": WAITS, "lin": WAITS}),
    Address("students:warning_confirm", ok="han", post={"selected": "{found}"}),
    Address("students:warning_run", away="han", others=403, post=EMPTY, free=BY_POST),
    Address("students:warning_sets", ok=SEES, others=403, free=BY_POST),
    Address("students:warning_set", "{rules}", ok=SEES, others=403, free=BY_POST),
    Address("students:warning_set", "{rules}", "?preview=1", ok=SEES, others=403,
            shows={"han": "顾言川"}, hides={"han": "宋远", "lin": "顾言川", "lu": "顾言川"}),
    Address("students:warning_set_act", "{rules}", away=SEES, others=403, post=EMPTY, free=BY_POST),
    Address("students:warning_set_act", "{rules}", others=403, post={"act": "draft"}, free=BY_POST),
    Address("students:warning_set_edit", "{draft}", ok="han", others=403, free=BY_POST),
    Address("students:warning_set_edit", "{draft}", bad="han", others=403, post=EMPTY, free=BY_POST),
    Address("imports:start", "courses", ok="han", free=OWN),
    Address("imports:start", "programmes", ok="han", free=OWN),
]  # fmt: skip
assert set(SEES.split()) < set(EVERYBODY.split())


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    rules, now = WarningSet.objects.get(family="after-resit"), timezone.now()
    course = Course.objects.create(code="ADDR1", name="化工热力学", credits=20)
    for student in (world.gu, world.song):
        CourseResult.objects.create(
            student=student, course=course, term_id="2025-2026-1", grade="40", score=Decimal(40),
            passed=False, credits=20,
        )  # fmt: skip
    common = {"student": world.gu, "rules": rules, "rule": "warn", "period": "2025-2026-1",
              "found_at": now - dt.timedelta(days=2)}  # fmt: skip
    told = AcademicWarning.objects.create(
        **common, family="told", level=TOLD, colour="ORANGE", confirmed_at=now,
        confirmed_by=world.han, told_at=now,
    )  # fmt: skip
    waits = AcademicWarning.objects.create(**common, family="waits", level=WAITS, colour="RED")
    draft = new_draft(actor=world.han, base=rules, unit=world.chem, copy=True)
    return {"warning": told.pk, "found": waits.pk, "rules": rules.pk, "draft": draft.pk}
