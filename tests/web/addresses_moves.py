"""Addresses of moves of cases; ``{move}`` is a request of zhou to wang about gu's case."""

from typing import Any

from casework.domain.transitions import Receiver, send_case
from casework.enums import Move
from casework.models import Case
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {"casework:accept_moves"}
CARE = "lin zhou he jiang"
ROWS = [
    Address("casework:send", "{case}", ok=CARE),
    Address("casework:send", "{case}", bad=CARE, post={}),
    Address("casework:moves", ok=EVERYBODY, shows={"wang": "顾言川"},
            hides=dict.fromkeys(("lin", "shen", "lu", "psy", "nobody"), "顾言川")),
    Address("casework:moves", query="?tab=sent", ok=EVERYBODY, shows={"zhou": "顾言川"},
            hides=dict.fromkeys(("lin", "wang", "shen", "lu", "psy"), "顾言川")),
    Address("casework:accept_moves", away=EVERYBODY, post={}, free="nothing is selected"),
    Address("casework:move", "{move}", ok=f"{CARE} wang", hides={"wang": "/cases/{case}/"}),
    Address("casework:move", "{move}", ok=f"{CARE} wang", post={"act": "?"}),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    move = send_case(
        actor=world.zhou, case=Case.objects.get(pk=found["case"]), kind=Move.REQUEST,
        to=Receiver(person=world.wang), words="请每周辅导一次化工热力学",
    )  # fmt: skip
    return {"move": move.pk}
