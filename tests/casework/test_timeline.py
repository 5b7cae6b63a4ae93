"""The timeline of a case tells everything in one read (design 6), each kind by its own chip."""

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.crises import open_crisis
from casework.domain.follow_ups import log_follow_up
from casework.domain.plans import StepDraft, drop_step, make_plan
from casework.domain.reviews import record_review
from casework.domain.transitions import Receiver, decline_move, send_case
from casework.enums import Channel, Move
from casework.models import Case, CaseLevel, Crisis
from portal.core.models import User
from tests.world import World


def read(user: User, case: Case, kind: str = "") -> str:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(user)
    answer = client.get(f"/cases/{case.pk}/", {"part": "records", "kind": kind})
    assert answer.status_code == 200
    return answer.content.decode()


def lived(world: World) -> Case:
    """A case with one event of every kind."""
    case = world.add_case(
        "gu", "ORANGE", at=timezone.now() - dt.timedelta(days=9), owner=world.zhou
    )
    due = timezone.localdate() + dt.timedelta(days=20)
    steps = [
        StepDraft(text=text, owner=world.zhou, due_on=due) for text in ("每周面谈一次", "补办缓缴")
    ]
    plan = make_plan(actor=world.zhou, case=case, goal="第16周前重修两门", steps=steps)
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE,
                  content="谈了重修与作息安排")  # fmt: skip
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FAMILY,
                  content="与母亲通话，家长知情并配合")  # fmt: skip
    drop_step(actor=world.zhou, step=plan.steps.get(text="补办缓缴"), reason="学费已由助学金抵扣")
    plan.steps.filter(text="每周面谈一次").update(done=1, done_on=timezone.localdate())
    record_review(actor=world.zhou, case=case, held_on=timezone.localdate(), findings="到课稳定，情绪平稳",
                  level=CaseLevel.objects.get(pk="YELLOW"))  # fmt: skip
    move = send_case(actor=world.zhou, case=case, kind=Move.REQUEST, to=Receiver(person=world.wang),
                     words="请每周辅导一次化工热力学")  # fmt: skip
    decline_move(actor=world.wang, move=move, reason="本学期外出访学，不能承担")
    open_crisis(actor=world.zhou, student=world.gu, words="情绪激动，室友在旁")
    return Case.objects.get(pk=case.pk)


PLAN = ("<b>制定方案", "第16周前重修两门", "完成步骤：每周面谈一次", "撤销步骤：补办缓缴", "评估：黄色", "到课稳定，情绪平稳")  # fmt: skip
CHANGES = ("列入：", "：已发出", "：已退回", "发出危机警报")
TALKS = ("谈了重修与作息安排",)
FAMILY = ("与母亲通话，家长知情并配合",)


def test_one_read_tells_entries_talks_plan_reviews_transfers_and_crises(world: World) -> None:
    case = lived(world)
    text = read(world.zhou, case)
    for words in (*PLAN, *CHANGES, *TALKS, *FAMILY):
        assert words in text, words
    # What was sent with a transfer is read on its own page.
    assert "化工热力学" not in text
    assert f"/moves/{case.transitions.get().pk}/" in text


def test_each_chip_selects_its_kind(world: World) -> None:
    case = lived(world)
    shown = {"plan": PLAN, "moves": CHANGES, "talks": TALKS, "family": FAMILY}
    for kind, wanted in shown.items():
        text = read(world.zhou, case, kind)
        assert all(words in text for words in wanted), kind
        others = [words for other, some in shown.items() if other != kind for words in some]
        assert not [words for words in others if words in text], kind


def test_the_newest_stands_first_and_the_end_is_told(world: World) -> None:
    case = lived(world)
    Case.objects.filter(pk=case.pk).update(
        closed_at=timezone.now() + dt.timedelta(seconds=1), outcome="referred"
    )
    text = read(world.jiang, case, "moves")
    places = [text.index(words) for words in ("销号：", "发出危机警报", "列入：")]
    assert places == sorted(places)


def test_many_events_ask_no_further_statement(world: World) -> None:
    case = world.add_case("gu", "ORANGE", owner=world.zhou)
    client = Client()
    client.force_login(world.zhou)

    def asked() -> int:
        client.get(f"/cases/{case.pk}/")
        with CaptureQueriesContext(connection) as made:
            client.get(f"/cases/{case.pk}/")
        return len(made)

    few = asked()
    for day in range(3):
        record_review(actor=world.zhou, case=case, findings="到课稳定，情绪平稳",
                      held_on=timezone.localdate() - dt.timedelta(days=day), level=None)  # fmt: skip
    assert asked() == few


def test_who_sees_the_case_by_its_category_alone_is_not_told_of_crises(world: World) -> None:
    """The aid centre reads economic cases; following a crisis is another right."""
    case = world.add_case("gu", category="ECONOMIC", owner=world.zhou)
    world.add_person("zi", "资晓安")
    world.add_post("zi", "aid_officer", "uni")
    open_crisis(actor=world.zhou, student=world.gu, words="情绪激动，室友在旁")
    crisis = Crisis.objects.get(case=case)
    client = Client()
    client.force_login(world.people["zi"])
    assert client.get(f"/crises/{crisis.pk}/").status_code == 404
    page = client.get(f"/cases/{case.pk}/")
    assert page.status_code == 200
    for text in (page.content.decode(), read(world.people["zi"], case)):
        assert f"/crises/{crisis.pk}/" not in text
        assert "发出危机警报" not in text
    assert f"/crises/{crisis.pk}/" in read(world.zhou, case)
