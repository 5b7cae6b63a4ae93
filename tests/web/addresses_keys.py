"""Addresses of two keys, reviews and closing: those who lead cases of gu; the check is luo's."""

from typing import Any

from django.utils import timezone

from casework.domain.finishing import finish_case
from casework.domain.keys import turn_key
from casework.enums import KeySide, KeyVerdict, Outcome, Stage
from casework.models import Case, KeyRequest
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

CARE = "lin zhou he jiang"
NEAR, OF_LUO = "lu wang han gao", "lin jiang shen"
EMPTY: dict[str, str] = {}

ROWS = [
    Address("casework:keys", ok=EVERYBODY, shows={"lin": "顾言川", "jiang": "顾言川"},
            hides=dict.fromkeys(("shen", "lu", "psy", "qian"), "顾言川")),
    Address("casework:closable", ok=f"{CARE} shen", shows={"jiang": "叶知秋"},
            hides=dict.fromkeys(("lin", "zhou", "he", "shen"), "叶知秋")),
    Address("casework:keys_agree", ok=EVERYBODY, free="what waits for one's own key",
            shows={"lin": "顾言川", "jiang": "顾言川"},
            hides=dict.fromkeys(("shen", "lu", "wang", "psy", "qian"), "顾言川")),
    Address("casework:keys_agree", bad=EVERYBODY, post={"step": "do", "selected": "0"},
            free="what waits for one's own key"),
    Address("casework:key", "{key}", ok=CARE),
    Address("casework:key", "{key}", bad=CARE, post=EMPTY),
    Address("casework:key_withdraw", "{key}", away=CARE, post=EMPTY),
    Address("casework:key_remind", "{key}", away=CARE, post=EMPTY),
    Address("casework:case_keys", "{case}", ok=CARE),
    Address("casework:lower", "{case}", ok=CARE),
    Address("casework:lower", "{case}", bad=CARE, post=EMPTY),
    Address("casework:review", "{case}", ok=CARE),
    Address("casework:review", "{case}", bad=CARE, post=EMPTY),
    Address("casework:close", "{case}", ok=CARE),
    Address("casework:close", "{case}", bad=CARE, post=EMPTY),
    Address("casework:reopen", "{case}", ok=CARE),
    Address("casework:reopen", "{case}", bad=CARE, post=EMPTY),
    Address("casework:enter", "{no_gu}", ok=CARE, denied=NEAR),
    Address("casework:enter", "{no_gu}", bad=CARE, denied=NEAR, post=EMPTY),
    Address("casework:rechecks", ok=f"{CARE} shen", shows={"shen": "罗嘉禾"},
            hides={"zhou": "罗嘉禾", "he": "罗嘉禾"}),
    Address("casework:recheck", "{check}", ok=OF_LUO),
    Address("casework:recheck", "{check}", bad=OF_LUO, post=EMPTY),
    Address("casework:my_word", away="gu_account", post=EMPTY),
]  # fmt: skip
POST_ONLY = {"casework:key_withdraw", "casework:key_remind", "casework:my_word"}


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """The request about gu's entry, a case of luo that is over, with its check, and one of ye that
    was assessed and may be closed."""
    over = world.add_case("luo", owner=world.shen)
    finish_case(None, over, Outcome.SOLVED)
    request = KeyRequest.objects.get(case_id=found["case"])
    # A disagreement stands in the list of everybody who reaches the case.
    turn_key(
        actor=world.lin, request=request, side=KeySide.COLLEGE, verdict=KeyVerdict.DISAGREED,
        note="等级偏高，建议先观察",
    )  # fmt: skip
    ready = world.add_case("ye", owner=world.jiang)
    Case.objects.filter(pk=ready.pk).update(stage=Stage.ASSESSED, assessed_at=timezone.now())
    return {"key": request.pk, "check": over.after_check.pk}
