"""Addresses of the ledger, saved filters and exports; ``{export}`` was asked for by jiang."""

from typing import Any

from cohorts.domain.exports import ask_export
from cohorts.export_kinds import export_kind
from portal.core.domain.saved_filters import save_filter
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

CARE = "lin zhou he jiang"
READS = f"{CARE} shen"
NO_CASES = " ".join(key for key in EVERYBODY.split() if key not in READS.split())
# Those who may take files out, and those who may consent to it.
TAKES, CONSENTS = "lin he jiang", "qian"
NO_TAKES = " ".join(key for key in EVERYBODY.split() if key not in TAKES.split())
EMPTY: dict[str, str] = {}
OWN = "one's own filters"
ASKS = "a number and no name; opens by a post, and the domain asks again for every line"
TICKED = {"selected": "{case}"}

ROWS = [
    Address("casework:ledgers", ok=READS, denied=NO_CASES,
            shows=dict.fromkeys(CARE.split(), "顾言川"), hides={"shen": "顾言川", "lin": "宋远"}),
    Address("casework:ledgers", query="?columns=problem,owner&entry_year=2023", ok=READS,
            denied=NO_CASES, shows=dict.fromkeys(CARE.split(), "顾言川"), hides={"shen": "顾言川"}),
    Address("casework:ledgers", query="?part=filter", ok=READS, denied=NO_CASES,
            shows={"lin": "陆怀远"}, hides={"lin": "机械2301", "zhou": "陆怀远"}),
    Address("casework:ledger", "ACADEMIC", ok=READS, denied=NO_CASES,
            shows=dict.fromkeys(CARE.split(), "顾言川"), hides={"shen": "顾言川"}),
    Address("casework:ledger", "PSYCH", "?part=saved", ok=READS, denied=NO_CASES),
    Address("casework:ledger", "NONE", denied=NO_CASES),
    *(Address("casework:ledger_bulk", act, ok=CARE, others=302, post=TICKED,
              hides={"shen": "顾言川"}) for act in ("assign", "transfer", "lower", "close")),
    Address("casework:ledger_bulk", "log", ok=CARE, others=302, post=TICKED,
            shows={"zhou": "顾言川"}, hides={"shen": "顾言川"}),
    Address("casework:ledger_bulk", "export", away=EVERYBODY, post=TICKED,
            free="goes on to the form of exports, which asks for the right"),
    Address("web:filters", ok=EVERYBODY, free=OWN, shows={"jiang": "本周"}, hides={"he": "本周"}),
    Address("web:filters", bad=EVERYBODY, post={"act": "save"}, free=OWN),
    Address("web:filters", away="jiang", post={"act": "rename", "pk": "{filter}", "name": "每周"}, free=OWN),
    Address("cohorts:exports", ok=EVERYBODY, free="what one asked for, and what one may approve",
            shows={"jiang": "研判", "qian": "研判"}, hides={"he": "研判", "lin": "研判"}),
    Address("cohorts:export_new", "ledger", ok=TAKES, denied=NO_TAKES, free=ASKS,
            hides=dict.fromkeys(TAKES.split(), "顾言川")),
    Address("cohorts:export_new", "ledger", bad=TAKES, denied=NO_TAKES, post=EMPTY, free=ASKS),
    Address("cohorts:export_new", "students", ok=TAKES, denied=NO_TAKES, free=ASKS),
    Address("cohorts:export_new", "none", free=ASKS),
    Address("cohorts:export", "{export}", ok=f"jiang {CONSENTS}",
            hides={"jiang": "顾言川", "qian": "顾言川"}),
    Address("cohorts:export_progress", "{export}", ok=f"jiang {CONSENTS}"),
    Address("cohorts:export_decide", "{export}", bad=CONSENTS, denied="jiang", post=EMPTY),
    Address("cohorts:export_withdraw", "{export}", away="jiang", denied=CONSENTS, post=EMPTY),
    Address("cohorts:export_file", "{export}", away="jiang", denied=CONSENTS),
]  # fmt: skip
POST_ONLY = {"casework:ledger_bulk", "cohorts:export_decide", "cohorts:export_withdraw"}


def known(world: World, _found: dict[str, Any]) -> dict[str, Any]:
    """An export that jiang asked for and a filter that jiang keeps."""
    kind = export_kind("ledger")
    assert kind is not None
    export = ask_export(
        actor=world.jiang, kind=kind, unit=world.chem, query="", reason="双院联席会研判"
    )
    kept = save_filter(actor=world.jiang, path="/ledgers/", query="more=week", name="本周")
    return {"export": export.pk, "filter": kept.pk}
