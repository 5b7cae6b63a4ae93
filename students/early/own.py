"""Fitting the school's own line: logistic regression over the facts of students before a term."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from portal.core.errors import DomainError

from .evaluate import measure
from .features import Floats
from .linear import Line, Term
from .words import Numbers

AT_LEAST = 20

# (numbers of one student before a term, whether a required course was failed in it)
Case = tuple[Numbers, bool]


def fit_line(signs: Mapping[str, int], cases: Sequence[Case]) -> Line:
    """The line over ``cases`` of those facts of ``signs`` that count the way their sign says.

    Facts that tell nearly the same can push each other over: one that comes out the wrong way round
    is left out and the rest fitted again, or a reason would contradict common sense.
    Raises DomainError with too few of either outcome.
    """
    labels = np.array([float(failed) for _numbers, failed in cases])
    yes = int(labels.sum())
    if min(yes, len(labels) - yes) < AT_LEAST:
        raise DomainError(
            _("Too few outcomes to learn from: %(yes)s failed a required course, %(no)s did not. "
              "Import the results of more terms first.")
            % {"yes": yes, "no": len(labels) - yes}
        )  # fmt: skip
    names = list(signs)
    while True:
        line = _fitted(names, cases, labels)
        wrong = {fact.name for fact in line.facts if fact.weight * signs[fact.name] < 0}
        if not wrong:
            return line
        names = [name for name in names if name not in wrong]


def _fitted(names: Sequence[str], cases: Sequence[Case], labels: Floats) -> Line:
    if not names:
        rate = float(labels.mean())
        return Line(math.log(rate / (1 - rate)), ())
    values = np.array([[float(numbers[name]) for name in names] for numbers, _failed in cases])
    means, spreads = values.mean(axis=0), values.std(axis=0)
    spreads[spreads == 0] = 1.0
    with threadpool_limits(1):
        found = LogisticRegression(C=1.0, max_iter=1000).fit((values - means) / spreads, labels)
    facts = zip(names, means, spreads, found.coef_[0], strict=True)
    return Line(
        float(found.intercept_[0]),
        tuple(Term(name, float(m), float(s), float(w)) for name, m, s, w in facts),
    )


def time_cut(signs: Mapping[str, int], past: Mapping[str, Sequence[Case]]) -> dict[str, Any]:
    """Figures of the newest term in ``past`` (in order of time) by a line of those before; empty
    when those before teach too little, or it had only one outcome."""
    terms = list(past)
    newest = past[terms[-1]]
    before = [case for term in terms[:-1] for case in past[term]]
    labels = np.array([float(failed) for _numbers, failed in newest])
    if len(set(labels.tolist())) < 2:
        return {}
    try:
        line = fit_line(signs, before)
    except DomainError:
        return {}
    found = measure(np.array([line.weigh(numbers)[0] for numbers, _f in newest]), labels)
    return {
        "term": terms[-1],
        "people": found.people,
        "rate": round(found.rate, 4),
        "auc": round(found.auc, 4),
        "precision": round(found.precision, 4),
        "brier": round(found.brier, 4),
        "deciles": [[d.people, round(d.predicted, 4), round(d.observed, 4)] for d in found.deciles],
        "capacity": [list(pair) for pair in found.capacity],
    }
