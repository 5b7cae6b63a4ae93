"""Whom a rule set would hit now, before it is switched on; nothing is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from cohorts.models import Term
from portal.core.domain.staging import rows_of
from students.domain.warning_runs import hits_sql
from students.domain.warning_sql import evaluate
from students.domain.warning_tables import Moment, drop_tables, prepare
from students.models import WarningSet
from students.warning_rules import Rules, read_rules

# A rule that hits more than this part of a cohort asks again.
MUCH = 1 / 3


@dataclass(frozen=True)
class Hit:
    """One student under a level, with the numbers behind it."""

    student_id: int
    rule: str
    level: str
    rank: int
    colour: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CohortShare:
    """How many students of one entry year and college a draft would hit."""

    college: str
    entry_year: int
    hit: int
    total: int

    @property
    def is_much(self) -> bool:
        return self.hit > MUCH * self.total


@dataclass
class Preview:
    hits: list[Hit] = field(default_factory=list)
    shares: list[CohortShare] = field(default_factory=list)
    without_plan: int = 0

    @property
    def is_much(self) -> bool:
        return any(share.is_much for share in self.shares)


_SHARES = """
    SELECT coalesce(u.name, ''), p.entry_year, count(*) FILTER (WHERE p.student_id = ANY(%s)),
           count(*)
      FROM warn_people p LEFT JOIN cohorts_major m ON m.id = p.major_id
      LEFT JOIN cohorts_unit u ON u.id = m.college_id
     GROUP BY 1, 2 HAVING count(*) FILTER (WHERE p.student_id = ANY(%s)) > 0 ORDER BY 2, 1
"""


@transaction.atomic
def preview_set(one: WarningSet, term: Term, rules: Rules | None = None) -> Preview:
    """What the set says after ``term``, for the whole of its reach. ``rules`` in place of the
    stored ones: a draft that is being written."""
    rules = rules or read_rules(one.body)
    moment = Moment(term)
    drop_tables()
    prepare(moment)
    evaluate(one, rules, moment)
    statement, values = hits_sql(one, rules)
    found = Preview(
        [
            Hit(student, rule, level, rank, colour, json.loads(facts))
            for student, rule, level, rank, colour, facts in rows_of(statement, values)
        ]
    )
    ids = [hit.student_id for hit in found.hits]
    found.shares = [CohortShare(*row) for row in rows_of(_SHARES, [ids, ids])]
    ((found.without_plan,),) = rows_of(
        "SELECT count(*) FROM warn_people WHERE programme_id IS NULL"
    )
    drop_tables()
    return found
