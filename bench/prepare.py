"""Runs inside the portal: fills one database and writes the facts that the pages need.

    python -m bench.prepare STUDENTS SEED FACTS.json

Accounts of the bench reach the same number of students in every school, so that medians can be
compared: `counsellor` 200, `leader` a cohort of 2,000, `school` everyone; `rows1`, `rows3` and
`rows50` reach that many students and their open cases.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

COUNSELLOR_REACH = 200
COHORT_SIZE = 2_000
ROWS = (1, 3, 50)


def main(students: int, seed: int, facts: Path) -> None:
    django.setup()
    from bench import cast

    call_command("migrate", verbosity=0)
    fill(students, seed)
    site = cast.build(COUNSELLOR_REACH, COHORT_SIZE, ROWS)
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        # What autovacuum does in the hours after such a load.
        cursor.execute("VACUUM (ANALYZE)" if site.pop("is_new") else "ANALYZE")
    site["rows"] = row_counts()
    facts.write_text(json.dumps(site, ensure_ascii=False, indent=1), encoding="utf-8")


def fill(students: int, seed: int) -> None:
    """As dense as a school of 50,000 students with 3,000 staff, 1.2 million results, 500,000
    follow-ups and 20,000 cases (design 10)."""
    from students.models import Student

    if not Student.objects.exists():
        call_command(
            "seed_school", students=students, seed=seed, staff=students * 3 // 50,
            results=24, follow_ups=11.3, cases=40, verbosity=0,
        )  # fmt: skip


def row_counts() -> dict[str, int]:
    """How much there is to search through; printed with the table."""
    from casework.models import Case, FollowUp
    from partybranch.enums import BRANCHES
    from partybranch.models import Development, PartyMember, PartyOrganization
    from portal.core.models import User
    from students.models import CourseResult, Placement, Student

    found: dict[str, Any] = {
        "students": Student.objects.count(),
        "staff": User.objects.filter(student=None).count(),
        "placements": Placement.objects.count(),
        "results": CourseResult.objects.count(),
        "follow-ups": FollowUp.objects.count(),
        "cases": Case.objects.count(),
        "branches": PartyOrganization.objects.filter(party_kind__in=BRANCHES).count(),
        "party members": PartyMember.objects.count(),
        "open developments": Development.objects.filter(ended_on=None).count(),
    }
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
