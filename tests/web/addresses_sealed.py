"""Addresses of the sealed area; part of the table of addresses."""

from typing import Any

from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {
    "casework:sealed_find", "casework:sealed_open", "casework:round_results",
    "casework:withdraw_slot", "casework:booking_came", "casework:booking_cancel",
    "casework:certificate", "casework:sealed_destroy", "casework:sealed_add",
    "casework:sealed_attention", "casework:sealed_advice", "casework:sealed_sheet",
    "casework:my_care_cancel",
}  # fmt: skip

EMPTY: dict[str, str] = {}
CARE = "lin zhou he jiang"
# The sealed area: the counselling centre, and of the others what is their own. psy is locked out of
# the case of gu, so gu's file does not exist for psy.
NO_CENTRE = " ".join(key for key in EVERYBODY.split() if key != "psy")
CENTRE = "opens by a post that clears for psychological files"
ROWS = [
    Address("casework:sealed", ok="psy", denied=NO_CENTRE, shows={"psy": "程亦安"},
            hides={"psy": "顾言川"}),
    Address("casework:sealed_find", ok="psy", denied=NO_CENTRE, post={"words": "{no_cheng}"},
            shows={"psy": "程亦安"}, free="a whole number; the domain asks and writes down"),
    Address("casework:sealed_find", ok="psy", denied=NO_CENTRE, post={"words": "{no_gu}"},
            hides={"psy": "顾言川"}, free="a whole number; the domain asks and writes down"),
    Address("casework:sealed_open", away="psy", post={"student": "{cheng}", "source": "self"}),
    Address("casework:sealed_open", post={"student": "{stray}", "source": "self"}),
    Address("casework:sealed_counts", ok="psy", denied=NO_CENTRE, free="numbers only"),
    Address("casework:rounds", ok="psy", denied=NO_CENTRE, free=CENTRE),
    Address("casework:rounds", bad="psy", denied=NO_CENTRE, post=EMPTY, free=CENTRE),
    Address("casework:round", "{round}", ok="psy"),
    Address("casework:round_results", "{round}", bad="psy", post=EMPTY),
    Address("casework:round_template", "{round}", ok="psy"),
    Address("casework:slots", ok="psy", denied=NO_CENTRE, free=CENTRE),
    Address("casework:slots", bad="psy", denied=NO_CENTRE, post=EMPTY, free=CENTRE),
    Address("casework:withdraw_slot", "{slot}", away="psy", post=EMPTY),
    Address("casework:booking_came", "{booking_cheng}", away="psy", post=EMPTY),
    Address("casework:booking_came", "{booking}", post=EMPTY),
    Address("casework:booking_cancel", "{booking_cheng}", away="psy", post=EMPTY),
    Address("casework:supervision", ok="psy", denied=NO_CENTRE, free=CENTRE),
    Address("casework:supervision", bad="psy", denied=NO_CENTRE, post=EMPTY, free=CENTRE),
    Address("casework:supervision_session", "{session}", ok="psy"),
    Address("casework:certificate", bad="psy", denied=NO_CENTRE, post=EMPTY, free=CENTRE),
    Address("casework:sealed_note", "{sealed_note}", ok="psy"),
    Address("casework:sealed_note", "{sealed_own}", ok="zhou"),
    Address("casework:sealed_note", "{sealed_note}", bad="psy", post=EMPTY),
    Address("casework:sealed_destroy", "{sealed_note}", away="psy", post={"reason": "asked"}),
    Address("casework:sealed_own", "{no_gu}", ok=CARE, denied="lu wang han gao"),
    Address("casework:sealed_own", "{no_gu}", bad=CARE, denied="lu wang han gao", post=EMPTY),
    Address("casework:sealed_file", "{no_cheng}", ok="psy"),
    Address("casework:sealed_file", "{no_gu}"),
    Address("casework:sealed_add", "{no_cheng}", bad="psy", post=EMPTY),
    Address("casework:sealed_attention", "{no_cheng}", bad="psy", post=EMPTY),
    Address("casework:sealed_advice", "{no_cheng}", bad="psy", post=EMPTY),
    Address("casework:sealed_sheet", "{no_cheng}", bad="psy", post=EMPTY),
    Address("casework:sealed_case", "{case}", denied=CARE),
    Address("casework:my_care", ok="gu_account", hides={"gu_account": "{cheng_hour}"}),
    Address("casework:my_care", bad="gu_account", post=EMPTY),
    Address("casework:my_care_cancel", "{booking}", away="gu_account", post=EMPTY),
    Address("casework:my_care_cancel", "{booking_cheng}", post=EMPTY),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """Planted before psy is locked out: see sealed_life."""
    return {}
