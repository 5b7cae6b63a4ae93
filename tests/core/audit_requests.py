"""Writes around requests and their files for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import request_codes, request_moves, request_sender
from casework.models import Request
from portal.core.domain import files
from portal.core.filetypes import CleanFile
from tests.casework import request_cast as cast
from tests.world import World

Call = Callable[[World], Callable[[], Any]]
PDF = CleanFile("说明.pdf", "application/pdf", b"%PDF-1.4\n")


def _after(make: Callable[[World], Any], call: Callable[[World, Any], Any]) -> Call:
    def begin(w: World) -> Callable[[], Any]:
        made = make(cast.people_around(w))
        return lambda: call(w, made)

    return begin


def _closed(w: World) -> Request:
    request = request_sender.confirm_request(
        actor=w.gu_account, request=cast.answered(w), is_solved=True
    )
    Request.objects.filter(pk=request.pk).update(recheck_on=timezone.localdate())
    return request


_M, _S = "casework.domain.request_moves.", "casework.domain.request_sender."
REQUESTS: dict[str, Call] = {
    "casework.domain.requests.send_request": _after(lambda w: w, lambda w, _x: cast.sent(w)),
    _M + "route_request": _after(cast.sent, lambda w, r: request_moves.route_request(
        actor=w.desk, request=r, office=w.repairs)),
    _M + "take_request": _after(cast.routed, lambda w, r: request_moves.take_request(
        actor=w.repair, request=r)),
    _M + "transfer_request": _after(cast.routed, lambda w, r: request_moves.transfer_request(
        actor=w.repair, request=r, reason="不属于报修事项")),
    _M + "answer_request": _after(cast.taken, lambda w, r: request_moves.answer_request(
        actor=w.repair, request=r, answer=cast.ANSWER)),
    _M + "hint_counsellor": _after(cast.routed, lambda w, r: request_moves.hint_counsellor(
        actor=w.repair, request=r, people=[w.zhou.pk])),
    _S + "confirm_request": _after(cast.answered, lambda w, r: request_sender.confirm_request(
        actor=w.gu_account, request=r, is_solved=True)),
    _S + "reopen_request": _after(cast.answered, lambda w, r: request_sender.reopen_request(
        actor=w.gu_account, request=r, words="水龙头仍在滴水")),
    _S + "recheck_request": _after(_closed, lambda w, r: request_sender.recheck_request(
        actor=w.gu_account, request=r, is_still_fine=True)),
    _S + "withdraw_request": _after(cast.sent, lambda w, r: request_sender.withdraw_request(
        actor=w.gu_account, request=r)),
    "casework.domain.request_codes.make_code": _after(lambda w: w, lambda w, _x: (
        request_codes.make_code(actor=w.desk, unit=w.east12))),
    "casework.domain.request_codes.revoke_code": _after(
        lambda w: request_codes.make_code(actor=w.desk, unit=w.east12),
        lambda w, code: request_codes.revoke_code(actor=w.desk, code=code)),
    "portal.core.domain.files.attach_files": _after(cast.sent, lambda w, r: files.attach_files(
        actor=w.gu_account, record=r, files=[PDF])),
}  # fmt: skip
