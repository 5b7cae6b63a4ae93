"""Whatever happens in whatever order: the stage never contradicts the facts (design 6)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.domain.cases import assign_owner, open_case, raise_level
from casework.domain.closing import ask_closing, reopen_case
from casework.domain.follow_ups import log_follow_up
from casework.domain.keys import turn_key, withdraw_request
from casework.domain.lowering import ask_lowering
from casework.domain.reviews import record_review
from casework.enums import Channel, KeyKind, KeyState, Outcome, Source
from casework.models import Case, CaseCategory, CaseLevel, CaseReview, KeyRequest, Plan
from casework.queries.closing import calm_rank, is_calm, missing
from portal.core.errors import DomainError
from tests.world import World

OPEN = (KeyState.WAITING, KeyState.DISAGREED)
LATER_FIRST = [
    ("assessed_at", "assessed"), ("tracking_at", "tracking"), ("help_at", "in_help"),
    ("planned_at", "planned"), ("opened_at", "opened"), ("triaged_at", "triaged"),
]  # fmt: skip
EVENTS = (
    "enter", "college_yes", "college_no", "academy_yes", "academy_no", "take_back", "own", "plan",
    "contact", "calm", "calm", "worse", "signal", "raise", "lower", "close", "refer", "reopen",
)  # fmt: skip


def newest() -> Case:
    return Case.objects.select_related("level", "student").latest("episode")


class Life:
    """One student; each event is tried on the newest episode and may be refused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.day = timezone.localdate() - dt.timedelta(days=110)

    def run(self, event: str) -> None:
        case = newest()
        name, _, word = event.partition("_")
        acts: dict[str, Callable[[], Any]] = {
            "enter": self.enter, "college": lambda: self.turn(case, name, word),
            "academy": lambda: self.turn(case, name, word), "take": lambda: self.take_back(case),
            "own": lambda: assign_owner(actor=self.world.he, case=case, owner=self.world.zhou),
            "plan": lambda: self.plan(case), "contact": self.contact,
            "calm": lambda: self.review(case, None), "worse": lambda: self.review(case, "YELLOW"),
            "signal": lambda: self.review(case, None, has_signal=True),
            "raise": lambda: raise_level(actor=self.world.zhou, case=case, reason="连续缺课",
                                         level=CaseLevel.objects.get(pk="ORANGE")),
            "lower": lambda: ask_lowering(
                actor=self.world.lin, entry=case.entries.first(), reason="到课恢复正常",
                level=CaseLevel.objects.get(pk="BLUE")),
            "close": lambda: self.close(case, Outcome.SOLVED),
            "refer": lambda: self.close(case, Outcome.REFERRED),
            "reopen": lambda: reopen_case(
                actor=self.world.zhou, case=case, reason="再次出现缺课", source=Source.TUTOR,
                level=CaseLevel.objects.get(pk="YELLOW")),
        }  # fmt: skip
        acts[name]()

    def enter(self) -> None:
        open_case(actor=self.world.zhou, student=self.world.gu, reason="情绪低落",
                  category=CaseCategory.objects.get(pk="ECONOMIC"), source=Source.TUTOR,
                  level=CaseLevel.objects.get(pk="BLUE"))  # fmt: skip

    def turn(self, case: Case, side: str, word: str) -> None:
        request = KeyRequest.objects.filter(case=case, state__in=OPEN).order_by("pk").first()
        if request is None:
            return
        actor = self.world.jiang if side == "college" else self.world.he
        verdict = "agreed" if word == "yes" else "disagreed"
        turn_key(actor=actor, request=request, side=side, verdict=verdict, note="情况需要核实")

    def take_back(self, case: Case) -> None:
        request = KeyRequest.objects.filter(case=case, state__in=OPEN).order_by("-pk").first()
        if request is not None and request.asked_by is not None:
            withdraw_request(actor=request.asked_by, request=request, reason="需要再观察一段")

    def plan(self, case: Case) -> None:
        if case.is_open and not Plan.objects.filter(case=case).exists():
            Plan.objects.create(case=case, goal="重修两门", made_on=self.day)
            Case.objects.filter(pk=case.pk).update(planned_at=case.reported_at)

    def contact(self) -> None:
        log_follow_up(actor=self.world.zhou, student=self.world.gu, channel=Channel.FACE,
                      content="谈了作息与课程安排")  # fmt: skip

    def review(self, case: Case, found: str | None, **extra: Any) -> None:
        self.day = min(self.day + dt.timedelta(days=9), timezone.localdate())
        record_review(
            actor=self.world.zhou, case=case, findings="逐项核对了计划与到课", is_goal_met=True,
            held_on=max(self.day, timezone.localdate(case.reported_at)),
            level=CaseLevel.objects.get(pk=found) if found else None, **extra,
        )  # fmt: skip

    def close(self, case: Case, outcome: str) -> None:
        lacks = not case.is_open or missing(case, outcome)
        ask_closing(actor=self.world.lin, case=case, outcome=outcome, reason="目标达成可以销号",
                    evidence="评估记录与成绩单")  # fmt: skip
        assert not lacks, "a closing that lacks something was accepted"


def check(case: Case) -> None:
    """What must hold after every event."""
    found = next((stage for fact, stage in LATER_FIRST if getattr(case, fact)), "reported")
    if case.closed_at is not None:
        found = "referred" if case.outcome == Outcome.REFERRED else "closed"
    assert case.stage == found
    entries = case.entries.filter(left_at=None)
    requests = KeyRequest.objects.filter(case=case)
    if case.closed_at is not None:
        assert case.outcome
        assert not entries.exists()
        assert not requests.filter(state__in=OPEN).exists()
        if case.outcome != Outcome.UNFOUNDED:
            assert requests.filter(kind=KeyKind.CLOSE, state=KeyState.GRANTED).count() == 1
        return
    assert case.level.rank == min(entries.values_list("level__rank", flat=True))
    assert not requests.filter(kind=KeyKind.CLOSE, state=KeyState.GRANTED).exists()
    opened = requests.filter(kind=KeyKind.ENTER, state=KeyState.GRANTED).exists()
    assert (case.opened_at is not None) == opened
    if case.tracking_at is not None:
        last = CaseReview.objects.filter(case=case).latest("held_on")
        assert is_calm(last.level, last.has_signal, calm_rank())
    assert case.assessed_at is None or case.tracking_at is not None
    for request in requests.prefetch_related("turns"):
        people = [turn.person_id for turn in request.turns.all()]
        assert len(people) == len(set(people))
        if request.state == KeyState.GRANTED:
            assert {turn.side for turn in request.turns.all()} == set(request.sides)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(events=st.lists(st.sampled_from(EVENTS), min_size=6, max_size=16))
def test_the_stage_never_contradicts_the_facts_in_any_order_of_events(
    world: World, events: list[str]
) -> None:
    with transaction.atomic():
        world.add_case("gu", "YELLOW", at=timezone.now() - dt.timedelta(days=115))
        life = Life(world)
        for event in events:
            before = newest()
            try:
                with transaction.atomic():
                    life.run(event)
            except (DomainError, PermissionDenied):
                # A refused move leaves everything as it was.
                assert (newest().pk, newest().version) == (before.pk, before.version)
            for case in Case.objects.select_related("level"):
                check(case)
            assert Case.objects.filter(closed_at=None).count() <= 1
        transaction.set_rollback(True)
