"""“Look first at these”: the head of the early ranking within a person's reach."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cohorts.models import Parameter, Term
from students.early.words import Numbers, marked, short
from students.enums import ENROLLED_STATUSES, AttemptKind
from students.models import CourseResult, EarlyModel, EarlyScore
from students.queries.early_facts import SIGNS, terms_before
from students.queries.standing import Stand, stands

CAPACITY = "early.capacity"


@dataclass(frozen=True)
class Person:
    score: EarlyScore
    stand: Stand
    reasons: list[str]
    # Of a term that is over: whether a required course was failed in it.
    came: bool | None = None

    @property
    def percent(self) -> int:
        """Never quite none and never quite sure."""
        return min(99, max(1, round(self.score.score * 100)))


@dataclass(frozen=True)
class LookBack:
    """How often such a list was right: ``right`` of the ``listed`` failed a required course in
    ``term``; of all ``people`` ranked it was ``failed``."""

    term: Term
    listed: int
    right: int
    people: int
    failed: int


def capacity() -> int:
    """How many people a list holds at most (parameter row)."""
    value = Parameter.objects.filter(key=CAPACITY).values_list("value", flat=True).first()
    return int(value) if value else 20


def _ranked(user: Any, term: Term) -> QuerySet[EarlyScore]:
    found: QuerySet[EarlyScore] = EarlyScore.objects.restrict(user, "see_results")
    return found.filter(term=term).order_by("-score", "student_id")


def look_first(user: Any, term: Term, limit: int) -> list[Person]:
    """The first ``limit`` of ``term`` whose results ``user`` may see; gone students left out."""
    return _people(_ranked(user, term).filter(student__status__in=ENROLLED_STATUSES), limit)


def looked_first(user: Any, term: Term, limit: int) -> list[Person]:
    """The list of a term that is over, with what came: the people behind ``look_back``."""
    return _people(_decided(user, term), limit)


def _people(found: QuerySet[EarlyScore], limit: int) -> list[Person]:
    rows = list(found.select_related("student")[:limit])
    places = stands([row.student_id for row in rows]) if rows else {}
    return [
        Person(
            row, places.get(row.student_id, Stand()), reasons_of(row), getattr(row, "came", None)
        )
        for row in rows
    ]


def _decided(user: Any, term: Term) -> QuerySet[EarlyScore]:
    """Those of ``term`` who sat a required examination in it: the others prove nothing."""
    sat = CourseResult.objects.filter(
        student=OuterRef("student_id"), term=term, attempt=AttemptKind.FIRST, is_required=True
    )
    return (
        _ranked(user, term)
        .filter(Exists(sat.exclude(passed=None)))
        .annotate(came=Exists(sat.filter(passed=False)))
    )


def reasons_of(row: EarlyScore) -> list[str]:
    """The three facts in the active language."""
    usual = _("as usual in this year")
    return [
        marked(words(name, row.numbers), weight, usual)
        for name, weight in row.reasons
        if name in SIGNS  # weights of an older program may name a fact that is gone
    ]


def look_back(user: Any, term: Term, limit: int) -> LookBack | None:
    """The list of ``term``, which is over, against what came; None when nobody was ranked in it."""
    outcomes = list(_decided(user, term).values_list("came", flat=True))
    if not outcomes:
        return None
    head = outcomes[:limit]
    return LookBack(term, len(head), sum(head), len(outcomes), sum(outcomes))


def term_before(term: Term) -> Term | None:
    """The newest term with results before ``term``."""
    return Term.objects.filter(pk__in=terms_before(term)[-1:]).first()


def newest_model(term: Term) -> EarlyModel | None:
    return EarlyModel.objects.filter(term=term).order_by("-version").first()


def words(name: str, n: Numbers) -> str:
    """A fact of the own ranking with its numbers."""
    told = {key: short(abs(value)) for key, value in n.items()}
    if name == "gap":
        if n["gap"] < 0:
            return _("average %(average)s, %(gap)s below the major's year") % told
        return _("average %(average)s, %(gap)s above the major's year") % told
    if name == "earlier":
        if n["earlier"] < 0:
            return _("in earlier terms %(earlier)s below the major's year on average") % told
        return _("in earlier terms %(earlier)s above the major's year on average") % told
    some = {
        "failed": _("%(failed)s required courses failed last term"),
        "open": _("%(open)s required courses failed and not passed yet"),
        "missed": _("%(missed)s examinations missed last term"),
        "narrow": _("%(narrow)s courses passed by less than five points"),
    }
    none = {
        "failed": _("no required course failed last term"),
        "open": _("no failed course left open"),
        "missed": _("no examination missed last term"),
        "narrow": _("no course passed narrowly"),
    }
    return (some if n[name] else none)[name] % told
