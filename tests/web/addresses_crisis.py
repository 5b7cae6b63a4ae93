"""Addresses of crises, of the list of silence and of records in full; ``{crisis}`` is about gu,
raised by lu, who advises the class; ``{song_crisis}`` one about song that zhou handed back."""

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.crisis_enums import EndedAs
from casework.domain.crises import open_crisis
from casework.domain.crisis_end import hand_back
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {"casework:crisis_phone"}
CARE = "lin zhou he jiang"
LOGS = f"{CARE} lu wang gao"
NO_CASES = "lu wang gao han qian psy sys sec aud nobody gu_account"
NO_TALKS = "han qian psy sys sec aud nobody gu_account"
CARD = f"{CARE} lu wang han gao"
STAFF = EVERYBODY.removesuffix(" gu_account")
# The call list and the right over the student; lu raised it. psy is locked out of gu's case.
FOLLOWS = f"{CARE} lu"
CLOSES = CARE
GROUP = {"names": "{no_gu}", "channel": "visit", "content": "走访宿舍，提醒用电安全。"}
TOLD = {"act": "told", "part": "security", "who": "保卫处"}
ROWS = [
    Address("casework:crises", ok=STAFF, denied="gu_account",
            shows=dict.fromkeys(FOLLOWS.split(), "顾言川"),
            hides=dict.fromkeys(["shen", "wang", "han", "gao", "qian", "sys", "sec", "aud", "nobody"], "顾言川 宋远")),
    Address("casework:alarm", ok=STAFF, denied="gu_account", free="a form and public numbers"),
    Address("casework:alarm", query="?student={no_gu}", ok=f"{CARD} psy", denied="gu_account",
            shows={"han": "顾言川"}),
    Address("casework:alarm", post={"student": "{no_gu}"}, away=f"{CARD} psy", denied="gu_account"),
    Address("casework:alarm", post={"number": "{no_gu}", "name": "顾"}, bad=STAFF,
            denied="gu_account", free="names nobody"),
    Address("casework:alarm_pick", query="?q=gyc", ok=STAFF, denied="gu_account",
            shows=dict.fromkeys([*CARD.split(), "psy"], "顾言川"),
            hides=dict.fromkeys(["shen", "qian", "sys", "nobody"], "顾言川")),
    Address("casework:crisis", "{crisis}", ok=FOLLOWS, shows={"lu": "周启文"},
            hides={"lu": "/cases/{case}/"}),
    Address("casework:crisis", "{crisis}", away=FOLLOWS, post=TOLD),
    Address("casework:crisis", "{crisis}", bad=FOLLOWS, post={"act": "?"}),
    Address("casework:crisis_live", "{crisis}", ok=FOLLOWS),
    Address("casework:crisis_phone", "{crisis}", ok=FOLLOWS, post={}),
    Address("casework:crisis_hand_back", "{crisis}", ok=CLOSES, denied="lu"),
    Address("casework:crisis_hand_back", "{crisis}", bad=CLOSES, denied="lu", post={}),
    Address("casework:crisis", "{song_crisis}", ok="zhou he psy"),
    Address("casework:crisis_review", "{song_crisis}", ok="zhou he psy"),
    Address("casework:crisis_review", "{song_crisis}", bad="zhou he psy", post={}),
    Address("casework:silence", query="?days=1", ok=f"{CARE} shen", denied=NO_CASES,
            shows={"zhou": "宋远"}, hides={"lin": "宋远", "shen": "宋远"}),
    Address("casework:silence", query="?days=1&entry_year=2023", ok=f"{CARE} shen", denied=NO_CASES,
            shows={"zhou": "宋远"}, hides={"lin": "宋远", "shen": "宋远"}),
    Address("casework:silence", query="?part=filter", ok=f"{CARE} shen", denied=NO_CASES,
            hides={"lin": "机械2301"}),
    Address("casework:record", "{talk}", ok=CARE,
            shows=dict.fromkeys(CARE.split(), "{words}")),
    Address("casework:record", "{note}", ok=CARE, shows=dict.fromkeys(CARE.split(), "{note_words}")),
    Address("casework:record", "{own_talk}", ok=f"{CARE} wang", hides={"wang": "/cases/{case}/"}),
    Address("casework:log_batch", ok=f"{LOGS} shen", denied=NO_TALKS, free="an empty form"),
    Address("casework:log_batch", ok=LOGS, bad="shen", denied=NO_TALKS, post=GROUP,
            shows={"lu": "顾言川"}),
    Address("casework:log_shell", ok=EVERYBODY, is_public=True, free="a form without a person"),
    Address("casework:log_worker", ok=EVERYBODY, is_public=True, free="a script"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    crisis = open_crisis(actor=world.lu, student=world.gu)
    other = open_crisis(actor=world.zhou, student=world.song, is_with_student=True)
    hand_back(
        actor=world.zhou, crisis=other, to=world.he, ended_as=EndedAs.SAFE,
        advice="今晚由室友陪同，明早当面见一次。",
        review_on=timezone.localdate() + dt.timedelta(days=1),
    )  # fmt: skip
    talk = log_follow_up(
        actor=world.wang, student=world.gu, channel=Channel.FACE,
        content="核对了选课与补考安排，约定下周再看一次。",
    )  # fmt: skip
    return {"own_talk": talk.pk, "crisis": crisis.pk, "song_crisis": other.pk}
