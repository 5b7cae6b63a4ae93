"""Address of the early ranking; gu and song stand in this term's list."""

from typing import Any

from django.utils import timezone

from cohorts.models import Term
from students.models import EarlyModel, EarlyScore
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
    # Without results there is no list of last term: this term's is shown.
    Address("students:early", query="?last=1", ok=READERS, denied=OTHERS, shows=SEE_GU,
            hides=NOT_THEIRS),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """Scores of gu and song for this term."""
    term = term_on(timezone.localdate()) or Term.objects.earliest("starts_on")
    model = EarlyModel.objects.create(term=term, weights={"bias": 0, "facts": []})
    EarlyScore.objects.bulk_create(
        EarlyScore(student=one, term=term, model=model, score=0.6, numbers={}, reasons=[])
        for one in (world.gu, world.song)
    )
    return {}
