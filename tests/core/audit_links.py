"""Writes of links of a branch for the table of tests/core/test_audit.py."""

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cohorts.models import LinkKind
from partybranch.domain import cultivation, link_rounds, links
from partybranch.models import LinkRound, LinkWish, PartyLink
from portal.core.filetypes import CleanFile
from tests.core.audit_life import LIFE, _branch, _members
from tests.core.audit_party import _file
from tests.world import World


def _kind(code: str) -> LinkKind:
    found: LinkKind = LinkKind.objects.get(code=code)
    return found


def _link(w: World) -> PartyLink:
    branch = _branch(w)
    return links.make_link(
        actor=w.lu, kind=_kind("member_student"), branch=branch, member=_members(branch)[0],
        student=w.gu,
    )  # fmt: skip


def _partner(w: World) -> PartyLink:
    return links.make_link(
        actor=w.lu, kind=_kind("outside_partner"), branch=_branch(w), label="社区"
    )


def _apply(w: World, branch: Any) -> LinkRound:
    pair = link_rounds.Pair("member_class", w.c2301.pk, _members(branch)[0].pk)
    return link_rounds.apply_round(
        actor=w.lu, key=uuid.uuid4(), branch=branch, pairs=[pair], starts_on=timezone.localdate()
    )


def _ask(w: World, branch: Any) -> LinkWish:
    return links.ask_for_link(
        actor=w.zhou, student=w.gu, kind=_kind("study_help"), branch=branch, goal="高等数学"
    )


def _of(make: Callable[[World], Any], act: Callable[[World, Any], Any]) -> Any:
    return lambda w: (lambda one: lambda: act(w, one))(make(w))


LINKS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "partybranch.domain.links.make_link": _of(_branch, lambda w, branch: links.make_link(
        actor=w.lu, kind=_kind("outside_partner"), branch=branch, label="社区")),
    "partybranch.domain.links.set_contact": _of(_partner, lambda w, one: links.set_contact(
        actor=w.lu, link=one, contact_name="何主任", contact_phone="029-8266000")),
    "partybranch.domain.links.end_party_link": _of(_link, lambda w, one: links.end_party_link(
        actor=w.lu, link=one, ends_on=timezone.localdate())),
    "partybranch.domain.links.end_links_of": _of(_link, lambda w, one: links.end_links_of(
        actor=w.lu, member=one.member, branch=None, on=timezone.localdate())),
    "partybranch.domain.links.record_visit": _of(_link, lambda w, one: links.record_visit(
        actor=w.lu, link=one, on=timezone.localdate(), note="谈心谈话")),
    "partybranch.domain.links.ask_for_link": _of(_branch, _ask),
    "partybranch.domain.links.withdraw_wish": _of(
        lambda w: _ask(w, _branch(w)), lambda w, one: links.withdraw_wish(actor=w.zhou, wish=one)),
    "partybranch.domain.link_rounds.apply_round": _of(_branch, _apply),
    "partybranch.domain.link_rounds.undo_round": _of(
        lambda w: _apply(w, _branch(w)),
        lambda w, one: link_rounds.undo_round(actor=w.lu, made=one)),
    "partybranch.domain.cultivation.keep_files": _of(_file, lambda w, one: cultivation.keep_files(
        actor=w.gao, development=one, files=[CleanFile("a.txt", "text/plain", b"x")])),
}  # fmt: skip

# All that a branch keeps about itself.
BRANCH = {**LIFE, **LINKS}
