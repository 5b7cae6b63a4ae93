"""Writing the early ranking: weights by term, and scores of everybody in one set.

A term is scored by weights fitted on terms before it and from facts known before it. The ranking
starts nothing and labels nobody: a person looks first (PIPL 24; docs/early.md).
"""

import json
import logging
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Term
from portal.core import audit
from portal.core.domain.staging import run_sql, stage
from portal.core.errors import DomainError
from portal.core.models import User
from students.early.linear import line_of
from students.early.words import Numbers
from students.models import EarlyModel, EarlyScore
from students.queries.early_facts import SIGNS, facts_before, failed_in, results_of, terms_before
from students.queries.population import term_on

SHOWN = 3
log = logging.getLogger(__name__)

_STAGED = [
    ("student_id", "bigint"), ("score", "double precision"), ("numbers", "text"),
    ("reasons", "text"),
]  # fmt: skip
_WRITE = """
    INSERT INTO students_earlyscore (student_id, term_id, model_id, score, numbers, reasons)
    SELECT student_id, %(term)s, %(model)s, score, numbers::jsonb, reasons::jsonb FROM import_early
        ON CONFLICT (term_id, student_id) DO UPDATE
       SET model_id = excluded.model_id, score = excluded.score, numbers = excluded.numbers,
           reasons = excluded.reasons
"""
_FORGET = """
    DELETE FROM students_earlyscore e
     WHERE e.term_id = %(term)s
       AND NOT EXISTS (SELECT 1 FROM import_early i WHERE i.student_id = e.student_id)
"""


@transaction.atomic
def fit_early(*, actor: User | None, term: Term) -> EarlyModel:
    """Fit weights for ``term`` on the school's own terms before it; a new version.

    Raises DomainError when fewer than two earlier terms have results, or too few were failed.
    """
    # The fitting program takes a second to load; the pages never need it.
    from students.early.own import fit_line, time_cut

    known = terms_before(term)
    if len(known) < 2:
        raise DomainError(
            _("%(term)s has fewer than two earlier terms with results. Import them first.")
            % {"term": term.code}
        )
    past = {known[n]: list(_cases(known[:n], known[n])) for n in range(1, len(known))}
    past = {code: cases for code, cases in past.items() if cases}
    line = fit_line(SIGNS, [case for cases in past.values() for case in cases])
    cut = time_cut(SIGNS, past) if len(past) > 1 else {}
    # Two fits at once wait for each other here, or the version would be taken twice.
    Term.objects.select_for_update().get(pk=term.pk)
    newest = EarlyModel.objects.filter(term=term).aggregate(n=Max("version"))["n"] or 0
    model = EarlyModel.objects.create(
        term=term,
        version=newest + 1,
        weights=line.as_json(),
        evaluation={"terms": list(past), "cut": cut, "results": results_of(known)},
    )
    audit.record(actor=actor, action="fit_early", obj=model, term=term.code, version=model.version)
    return model


def _cases(known: list[str], then: str) -> Iterator[tuple[Numbers, bool]]:
    outcomes = failed_in(then)
    for student_id, numbers in facts_before(known, enrolled_only=False):
        if student_id in outcomes:
            yield numbers, outcomes[student_id]


@transaction.atomic
def score_early(*, actor: User | None, model: EarlyModel) -> int:
    """Score everybody for the term of ``model`` from what was known before it; returns how many.

    Rows of that term are replaced; who has no results in the term before has none.
    """
    line = line_of(model.weights)
    columns: list[list[str]] = [[], [], [], []]
    for student_id, numbers in facts_before(terms_before(model.term), enrolled_only=True):
        score, parts = line.weigh(numbers)
        reasons = [[name, round(weight, 4)] for name, weight in parts[:SHOWN]]
        row = (str(student_id), f"{score:.6f}", json.dumps(numbers), json.dumps(reasons))
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    run_sql("DROP TABLE IF EXISTS import_early")
    stage("import_early", _STAGED, columns)
    asked = {"term": model.term_id, "model": model.pk}
    run_sql(_FORGET, asked)
    count = run_sql(_WRITE, asked)
    audit.record(actor=actor, action="score_early", obj=model, term=model.term_id, count=count)
    return count


def renew() -> dict[str, int]:
    """Scores of this term anew, and of the term before where there are none yet, so that its list
    can be held against what came. Returns people by term; a school without a past gets none."""
    term = term_on(timezone.localdate())
    written: dict[str, int] = {}
    if term is None:
        return written
    last = Term.objects.filter(pk__in=terms_before(term)[-1:]).first()
    if last is not None and not EarlyScore.objects.filter(term=last).exists():
        written |= _renew(last)
    return written | _renew(term)


def _holds(model: EarlyModel) -> bool:
    """Whether nothing was imported since, and the program still knows all facts of the weights."""
    names = {fact["name"] for fact in model.weights["facts"]}
    known = terms_before(model.term)
    return names <= set(SIGNS) and model.evaluation.get("results") == results_of(known)


def _renew(term: Term) -> dict[str, int]:
    model = EarlyModel.objects.filter(term=term).order_by("-version").first()
    try:
        if model is None or not _holds(model):
            model = fit_early(actor=None, term=term)
    except DomainError as fault:
        log.info("No early ranking for %s: %s", term.code, fault)
        return {}
    return {term.code: score_early(actor=None, model=model)}
