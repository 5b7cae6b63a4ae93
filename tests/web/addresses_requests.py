"""Addresses of requests; ``{request}`` was brought by lu for gu and lies with the academy of mingde,
which he directs."""

from typing import Any

from django.utils import timezone

from casework.domain.requests import send_request
from casework.models import ReportCode, Request, RequestKind
from portal.core.filetypes import CleanFile
from portal.core.models import Attachment
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

ASKED = "水房漏水三天无人处理"
EMPTY: dict[str, str] = {}
POST_ONLY = {"casework:revoke_code"}
SEES = "lu gu_account he"
LOGS = "lin zhou he jiang lu wang gao"  # who may log a talk with gu
NO_STUDENTS = "qian psy sys sec aud nobody gu_account"
NO_TALKS = f"han {NO_STUDENTS}"
WORKS = f"{LOGS} shen han"
HIDDEN = dict.fromkeys(("zhou", "shen", "wang", "han"), "{asked_words}")
ROWS = [
    Address("casework:requests", ok=WORKS, denied=NO_STUDENTS,
            shows={"lu": "{asked_words}", "he": "{asked_words}"}, hides=HIDDEN),
    Address("casework:requests", query="?desk", ok=WORKS, denied=NO_STUDENTS, hides=HIDDEN),
    Address("casework:my_requests", ok=EVERYBODY, shows={"gu_account": "{asked_words}"},
            hides=dict.fromkeys(("he", "lu", "zhou", "nobody"), "{asked_words}")),
    Address("casework:my_request_new", ok="gu_account"),
    Address("casework:my_request_new", bad="gu_account", post=EMPTY),
    Address("casework:request_new", ok=f"{LOGS} shen", denied=NO_TALKS),
    Address("casework:request_new", query="?student={no_gu}", ok=LOGS, denied="han"),
    Address("casework:request_new", query="?student={no_gu}", bad=LOGS, denied="han", post=EMPTY),
    Address("casework:request", "{request}", ok=SEES),
    Address("casework:request_act", "{request} answer", ok="he", denied="lu gu_account"),
    Address("casework:request_act", "{request} transfer", bad="he", denied="lu gu_account",
            post=EMPTY),
    Address("casework:request_act", "{request} take", away="he", denied="lu gu_account",
            post=EMPTY),
    Address("casework:request_act", "{request} withdraw", away="gu_account", denied="lu he",
            post=EMPTY),
    Address("casework:request_board", ok=EVERYBODY, free="rates without names"),
    Address("casework:report", "{code}", ok=EVERYBODY, others=200, free="a form about a building"),
    Address("casework:codes", others=403, free="buildings, for the desk"),
    Address("casework:code_sheets", others=403, free="buildings, for the desk"),
    Address("casework:revoke_code", "{code_pk}", others=403, post=EMPTY,
            free="buildings, for the desk"),
    Address("web:file", "{file}", ok=SEES),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    asked = send_request(
        actor=world.lu, kind=RequestKind.objects.get(pk="repair"), text=ASKED, student=world.gu,
        files=[CleanFile("照片.pdf", "application/pdf", b"%PDF-1.4")],
    )  # fmt: skip
    Request.objects.filter(pk=asked.pk).update(office=world.mingde, routed_at=timezone.now())
    code = ReportCode.objects.create(unit=world.east12)
    return {
        "request": asked.pk, "asked_words": ASKED, "code": code.code, "code_pk": code.pk,
        "file": Attachment.objects.get(kind="request", object_id=asked.pk).key,
    }  # fmt: skip
