"""Running the rule sets after a term: what is found anew, changes, comes back or clears itself."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Term
from portal.core import audit
from portal.core.domain.staging import rows_of, run_sql
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.warning_sql import evaluate
from students.domain.warning_steps import drop_open_steps
from students.domain.warning_tables import Moment, drop_tables, prepare
from students.models import AcademicWarning, WarningSet
from students.warning_rules import Rules, read_rules

# Two runs at once would each see the other's warnings as gone.
_RUN_LOCK = 814_017


@dataclass
class SetOutcome:
    """What a run did with one set; ``levels`` counts students by name of the level."""

    name: str
    new: int = 0
    changed: int = 0
    again: int = 0
    same: int = 0
    cleared: int = 0
    levels: dict[str, int] = field(default_factory=dict)


@dataclass
class RunOutcome:
    """``without_plan``: students whom rules on parts of a plan could not judge."""

    period: str
    students: int = 0
    without_plan: int = 0
    sets: list[SetOutcome] = field(default_factory=list)


def term_of(code: str) -> Term:
    """Raises DomainError for a term that is not in the calendar."""
    term: Term | None = Term.objects.filter(pk=code).first()
    if term is None:
        raise DomainError(_("This term does not exist. Ask the administrator to open it."))
    return term


def sets_on(term: Term, family: str = "") -> list[WarningSet]:
    """The versions that are on and valid for the term."""
    rows = WarningSet.objects.filter(on_at__isnull=False, off_at=None).exclude(
        valid_from__gt=term.starts_on
    )
    return list(rows.filter(family=family) if family else rows)


@transaction.atomic
def run_warnings(*, actor: User | None, term: Term, family: str = "") -> RunOutcome:
    """Evaluate every set that is on, for the whole school, and keep what follows.

    Nothing is told to anybody: what is found waits for a person. Running again changes only what
    the facts have changed. Raises DomainError for a term that has not begun.
    """
    if term.starts_on > timezone.localdate():
        raise DomainError(_("This term has not begun. Choose a term that is over."))
    run_sql("SELECT pg_advisory_xact_lock(%s)", [_RUN_LOCK])
    moment = Moment(term)
    drop_tables()
    prepare(moment)
    outcome = RunOutcome(moment.period)
    ((outcome.students, outcome.without_plan),) = rows_of(
        "SELECT count(*), count(*) FILTER (WHERE programme_id IS NULL) FROM warn_people"
    )
    for one in sets_on(term, family):
        rules = read_rules(one.body)
        if moment.half == 1 and all(rule.every == "year" for rule in rules.rules):
            continue
        evaluate(one, rules, moment)
        outcome.sets.append(_keep(actor, one, rules, moment))
    drop_tables()
    audit.record_many(
        actor=actor, action="run_warnings", model=AcademicWarning, ids=[], term=term.pk,
        found={one.name: [one.new, one.changed, one.again, one.cleared] for one in outcome.sets},
    )  # fmt: skip
    return outcome


# Of several rules that hold the most serious level counts, then the first rule.
HITS = """
    SELECT DISTINCT ON (f.student_id) f.student_id, v.rule, v.level, v.rank, v.colour, f.facts
      FROM warn_flag f JOIN warn_people p ON p.student_id = f.student_id AND p.h = f.h
      JOIN (VALUES {rules}) v(rule_no, rule, level, rank, colour) ON v.rule_no = f.rule_no
     WHERE f.set_id = {set_id} ORDER BY f.student_id, v.rank, f.rule_no
"""


def hits_sql(one: WarningSet, rules: Rules) -> tuple[str, list[Any]]:
    """Statement of the students under a level of the set, and its parameters."""
    places, values = [], []
    for place, rule in enumerate(rules.rules):
        level = rules.level(rule.level)
        if level is not None:
            places.append("(%s::int, %s::text, %s::text, %s::int, %s::text)")
            values += [place, rule.code, level.name, rules.rank(level.code), level.colour]
    return HITS.format(rules=", ".join(places), set_id=one.pk or 0), values


_CHANGED = "(w.rules_id, w.rule, w.level, w.rank, w.facts) IS DISTINCT FROM (%(set)s, h.rule, h.level, h.rank, h.facts)"
# Gone by a correction of the facts, not because a later half-year speaks.
_GONE = "(w.cleared_at IS NOT NULL AND w.clear_reason = 'fact')"
# A graver level and one that comes back are confirmed anew; what was set aside stays so unless
# it became graver.
_UPDATE = f"""
    UPDATE students_academicwarning w
       SET rules_id = %(set)s, rule = h.rule, level = h.level, rank = h.rank, colour = h.colour,
           facts = h.facts, version = w.version + 1,
           again = w.again + CASE WHEN {_GONE} THEN 1 ELSE 0 END,
           found_at = CASE WHEN {_GONE} THEN %(now)s ELSE w.found_at END,
           cleared_at = CASE WHEN {_GONE} THEN NULL ELSE w.cleared_at END,
           clear_reason = CASE WHEN {_GONE} THEN '' ELSE w.clear_reason END,
           confirmed_at = CASE WHEN {{anew}} THEN NULL ELSE w.confirmed_at END,
           confirmed_by_id = CASE WHEN {{anew}} THEN NULL ELSE w.confirmed_by_id END,
           told_at = CASE WHEN {{anew}} THEN NULL ELSE w.told_at END,
           dismissed_at = CASE WHEN h.rank < w.rank THEN NULL ELSE w.dismissed_at END,
           dismissed_by_id = CASE WHEN h.rank < w.rank THEN NULL ELSE w.dismissed_by_id END,
           dismiss_reason = CASE WHEN h.rank < w.rank THEN '' ELSE w.dismiss_reason END
      FROM warn_hit h
     WHERE w.student_id = h.student_id AND w.family = %(family)s AND w.period = %(period)s
       AND ({_CHANGED} OR {_GONE})
""".format(anew=f"(h.rank < w.rank OR {_GONE})")
_INSERT = """
    INSERT INTO students_academicwarning
           (student_id, rules_id, family, period, rule, level, rank, colour, facts, found_at,
            dismiss_reason, clear_reason, again, version)
    SELECT h.student_id, %(set)s, %(family)s, %(period)s, h.rule, h.level, h.rank, h.colour,
           h.facts, %(now)s, '', '', 0, 1
      FROM warn_hit h ORDER BY h.student_id
        ON CONFLICT (student_id, family, period) DO NOTHING
"""
# The fact is gone; or a later half-year speaks, and the earlier warning is only history.
_CLEAR = """
    UPDATE students_academicwarning w
       SET cleared_at = %(now)s, version = w.version + 1,
           clear_reason = CASE WHEN w.period = %(period)s THEN 'fact'
                               WHEN h.student_id IS NULL THEN 'gone' ELSE 'later' END
      FROM students_academicwarning o LEFT JOIN warn_hit h ON h.student_id = o.student_id
     WHERE o.id = w.id AND w.family = %(family)s
       AND w.cleared_at IS NULL AND w.dismissed_at IS NULL
       AND ((w.period = %(period)s AND h.student_id IS NULL)
            OR (w.period < %(period)s AND NOT w.rule = ANY(%(kept)s)))
    RETURNING w.id, w.confirmed_at IS NOT NULL
"""
# A run for a term that later runs have passed only corrects the history.
_PASSED = """
    UPDATE students_academicwarning w SET cleared_at = %(now)s, clear_reason = 'later'
     WHERE w.family = %(family)s AND w.period = %(period)s AND w.cleared_at IS NULL
       AND w.dismissed_at IS NULL AND w.confirmed_at IS NULL
       AND EXISTS (SELECT 1 FROM students_academicwarning n
                    WHERE n.family = w.family AND n.period > w.period)
"""


def _keep(actor: User | None, one: WarningSet, rules: Rules, moment: Moment) -> SetOutcome:
    statement, values = hits_sql(one, rules)
    run_sql("DROP TABLE IF EXISTS warn_hit")
    run_sql(f"CREATE TEMPORARY TABLE warn_hit ON COMMIT DROP AS {statement}", values)
    # A set whose rules look at whole years says nothing in between.
    kept = [r.code for r in rules.rules if r.every == "year"] if moment.half == 1 else []
    asked = {
        "set": one.pk, "family": one.family, "period": moment.period, "now": timezone.now(),
        "kept": kept,
    }  # fmt: skip
    outcome = SetOutcome(one.name)
    ((hit, was_gone),) = rows_of(
        """SELECT count(*), count(*) FILTER (WHERE w.cleared_at IS NOT NULL
                           AND w.clear_reason = 'fact') FROM warn_hit h
             LEFT JOIN students_academicwarning w ON w.student_id = h.student_id
                  AND w.family = %(family)s AND w.period = %(period)s""",
        asked,
    )
    outcome.again = was_gone
    outcome.changed = run_sql(_UPDATE, asked) - was_gone
    outcome.new = run_sql(_INSERT, asked)
    outcome.same = hit - outcome.new - outcome.changed - outcome.again
    cleared = rows_of(_CLEAR, asked)
    outcome.cleared = len(cleared)
    drop_open_steps(actor, [pk for pk, was_confirmed in cleared if was_confirmed])
    run_sql(_PASSED, asked)
    outcome.levels = dict(
        rows_of("SELECT level, count(*) FROM warn_hit GROUP BY level, rank ORDER BY rank")
    )
    run_sql("DROP TABLE warn_hit")
    return outcome
