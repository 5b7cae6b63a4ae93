"""Addresses of common problems; ``{problem}`` is one of Chem 2023 that wang answers for."""

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.domain.problems import open_problem
from casework.models import CauseCode, LedgerEntry
from tests.web.addresses import Address
from tests.world import World

POST_ONLY: set[str] = set()
LEADS = "lin zhou shen he jiang"  # who leads cases somewhere
ROWS = [
    Address("casework:problems", ok=f"{LEADS} wang", others=403,
            shows=dict.fromkeys(("lin", "jiang", "wang"), "{problem_title}"),
            hides=dict.fromkeys(("zhou", "shen", "he"), "{problem_title}")),
    Address("casework:new_problem", ok=LEADS, others=403, free="an empty form"),
    Address("casework:new_problem", bad=LEADS, others=403, post={},
            free="a form that is not filled in"),
    Address("casework:problem", "{problem}", ok="lin jiang wang", shows={"lin": "{no_gu}"},
            hides={"wang": "{no_gu}"}),
    Address("casework:problem", "{problem}", ok="lin jiang wang", hides={"wang": 'value="drop"'}),
    Address("casework:problem", "{problem}", bad="lin jiang wang", post={"act": "proof"}),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    cause = CauseCode.objects.all()[0]
    LedgerEntry.objects.filter(case=found["case"]).update(cause=cause)
    made = open_problem(
        actor=world.lin, cause=cause, unit=world.chem23,
        title="化工热力学不及格集中", fix="增设每周答疑与过关测验", owner=world.wang,
        due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    return {"problem": made.pk, "problem_title": made.title}
