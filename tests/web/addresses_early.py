"""Address of the early ranking; gu and song stand in this term's list and in the last one's."""

from typing import Any

from django.utils import timezone

from cohorts.models import Term
from students.models import Course, CourseResult, EarlyModel, EarlyScore
from students.queries.population import term_on
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY: set[str] = set()
READERS = "lin zhou shen lu wang han he jiang"
OTHERS = " ".join(key for key in EVERYBODY.split() if key not in READERS.split())
SEE_GU = dict.fromkeys(["lin", "zhou", "lu", "wang", "han", "he", "jiang"], "{no_gu}")
NOT_THEIRS = {"shen": "{no_gu}", "lin": "{no_song}", "lu": "{no_song}", "wang": "{no_song}"}
ROWS = [
    Address("students:early", ok=READERS, denied=OTHERS, shows=SEE_GU, hides=NOT_THEIRS),
    Address("students:early", query="?last=1", ok=READERS, denied=OTHERS, shows=SEE_GU,
            hides=NOT_THEIRS),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """Scores of gu and song for this term and the one before, in which both sat a course."""
    term = term_on(timezone.localdate()) or Term.objects.earliest("starts_on")
    before = Term.objects.filter(starts_on__lt=term.starts_on).latest("starts_on")
    course = Course.objects.create(code="EARLY1", name="物理化学", credits=3)
    CourseResult.objects.bulk_create(
        CourseResult(student=one, course=course, term=before, grade="55", score=55, passed=False,
                     credits=3, is_required=True)
        for one in (world.gu, world.song)
    )  # fmt: skip
    for shown in (term, before):
        model = EarlyModel.objects.create(term=shown, weights={"bias": 0, "facts": []})
        EarlyScore.objects.bulk_create(
            EarlyScore(student=one, term=shown, model=model, score=0.6, numbers={}, reasons=[])
            for one in (world.gu, world.song)
        )
    return {}
