"""Crises: anybody on staff raises the alarm, the clock runs, nobody is left alone (rulebook 3.7)."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from casework.crisis_enums import EndedAs, Hop, Part
from casework.domain.cases import seat_person
from casework.domain.crises import add_step, open_crisis
from casework.domain.crisis_end import hand_back, review_crisis, watch_crises
from casework.domain.lock_outs import lock_out
from casework.enums import Source
from casework.models import CallLine, Case, Crisis, CrisisHop
from casework.queries.call_list import call_list
from casework.queries.crises import company, steps_of
from cohorts.domain.appointments import end_appointment
from portal.core.domain.mails import claim_mail, give_back, promise_mails
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, MailKind, MailRhythm, Notification
from portal.core.tasks import send_mails
from tests.concurrently import at_once
from tests.world import World, build_world

ADVICE = "今晚由室友陪同，明早八点当面见一次，建议就诊。"
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
SATURDAY = dt.datetime(2026, 5, 16, 22, 30, tzinfo=SHANGHAI)


def raised(world: World, key: str = "lu", student: str = "gu", **more: Any) -> Crisis:
    return open_crisis(actor=world.people[key], student=world.students[student], **more)


def sees(world: World, key: str, crisis: Crisis, action: str = "see_crisis") -> bool:
    return bool(Crisis.objects.restrict(world.people[key], action).filter(pk=crisis.pk).exists())


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def handed(world: World, crisis: Crisis, **more: Any) -> Crisis:
    facts: dict[str, Any] = {
        "actor": world.zhou, "to": world.zhou, "ended_as": EndedAs.SAFE, "advice": ADVICE,
        "review_on": timezone.localdate() + dt.timedelta(days=1),
    }  # fmt: skip
    return hand_back(crisis=crisis, **(facts | more))


def test_an_alarm_of_saturday_night_asks_for_a_first_action_by_half_past_midnight(
    world: World,
) -> None:
    """Rulebook example 21: by the clock, not the next working day."""
    with time_machine.travel(SATURDAY, tick=False):
        case = world.add_case("gu", level="YELLOW")
        crisis = raised(world, is_with_student=False)
        assert crisis.first_due_at == SATURDAY + dt.timedelta(hours=2)
        assert timezone.localtime(crisis.first_due_at).strftime("%a %H:%M") == "Sun 00:30"
        case.refresh_from_db()
        assert (case.level_id, crisis.case) == ("RED", case)
        assert case.contact_due_at is not None
        assert case.contact_due_at <= crisis.first_due_at
    late = SATURDAY + dt.timedelta(hours=2, minutes=1)
    with time_machine.travel(late, tick=False):
        assert watch_crises()["told"] > 0
        assert Notification.objects.filter(user=world.zhou, key=f"crisis:{crisis.pk}:late").exists()
        assert watch_crises() == {"told": watch_crises()["told"]}
        late_bells = Notification.objects.filter(key=f"crisis:{crisis.pk}:late", user=world.zhou)
        assert late_bells.count() == 1


def test_who_sees_the_card_alone_raises_it_and_a_student_without_a_case_is_entered_for_triage(
    world: World,
) -> None:
    """han, the clerk, sees cards and no case: no missing right delays an alarm."""
    crisis = raised(world, "han")
    case = Case.objects.get(student=world.gu)
    assert (case.level_id, case.source, case.stage) == ("RED", Source.CRISIS, "reported")
    assert (case.raised_by, crisis.case) == (world.han, case)
    assert not Case.objects.restrict(world.han, "see_case").exists()
    assert sees(world, "han", crisis), "the finder follows what becomes of it"
    with pytest.raises(PermissionDenied):
        raised(world, "han", "song")
    with pytest.raises(PermissionDenied):
        raised(world, "gu_account")


def test_everybody_on_the_call_list_is_told_at_once_and_by_mail_without_a_name(
    world: World,
) -> None:
    for key in ("zhou", "jiang", "psy"):
        world.people[key].email = f"{key}@example.edu"
        world.people[key].save()
    crisis = raised(world)
    called = {"zhou": Part.COUNSELLOR, "he": Part.ACADEMY, "lin": Part.COLLEGE,
              "jiang": Part.COLLEGE, "psy": Part.CENTRE}  # fmt: skip
    told = dict(crisis.hops.filter(kind=Hop.TOLD).values_list("person__username", "part"))
    assert told == called
    bells = Notification.objects.filter(key=f"crisis:{crisis.pk}:alarm")
    assert set(bells.values_list("user__username", flat=True)) == set(called)
    assert not mail.outbox, "nothing leaves before the alarm is saved"
    assert send_mails()["sent"] == 3
    assert send_mails()["sent"] == 0, "once"
    assert {one.to[0] for one in mail.outbox} == {
        f"{key}@example.edu" for key in ("zhou", "jiang", "psy")
    }
    for one in mail.outbox:
        for word in ("顾", "gu", "RED", "红", "危机", "2230514127"):
            assert word not in one.subject + one.body
    assert all(world.gu.name not in text for text in bells.values_list("text", flat=True))


def test_a_crisis_in_quiet_hours_goes_before_every_other_mail_and_again_when_nobody_acts(
    world: World,
) -> None:
    world.zhou.email = "zhou@example.edu"
    world.zhou.save()
    MailRhythm.objects.create(user=world.zhou, quiet_from=22, quiet_until=7, at_once=False)
    with time_machine.travel(SATURDAY, tick=False):
        promise_mails(
            people=[world.zhou.pk], kind=MailKind.URGENT, key="glass:1",
            due_at=timezone.now() - dt.timedelta(hours=1),
            gone_at=timezone.now() + dt.timedelta(hours=1),
        )  # fmt: skip
        crisis = raised(world, is_with_student=False)
        first = claim_mail()
        assert first is not None
        assert (first.kind, first.key) == (MailKind.ALARM, f"alarm:crisis:{crisis.pk}:alarm")
        give_back(first)
        assert send_mails()["sent"] == 1
    with time_machine.travel(SATURDAY + dt.timedelta(hours=2, minutes=1), tick=False):
        watch_crises()
        watch_crises()
        assert send_mails()["sent"] == 1, "nobody has acted: once more"
        add_step(actor=world.zhou, crisis=crisis, kind=Hop.TAKEN)
        watch_crises()
        assert send_mails()["sent"] == 0


def test_a_double_tap_and_a_second_finder_make_one_crisis(world: World) -> None:
    key = uuid.uuid4()
    first = raised(world, client_key=key)
    assert raised(world, client_key=key) == first
    assert raised(world) == first
    assert crisis_kinds(first).count(Hop.OPENED) == 1
    second = raised(world, "zhou", words="室友来电", is_with_student=True)
    assert second == first
    assert crisis_kinds(first).count(Hop.OPENED) == 2
    assert Case.objects.count() == 1
    assert Notification.objects.filter(key=f"crisis:{first.pk}:alarm").count() == 5
    handed(world, first)
    assert raised(world, client_key=key) == first, "a page sent again hours later raises no new one"
    assert raised(world, "zhou") != first


def crisis_kinds(crisis: Crisis) -> list[str]:
    return [step.kind for step in steps_of(crisis)]


def test_the_nearest_unit_has_its_own_line_and_days_on_duty_count(world: World) -> None:
    today = timezone.localdate()
    CallLine.objects.create(
        unit_id=world.mingde.pk, part=Part.COUNSELLOR, person=world.shen, label="值班辅导员",
        phone="029-8266", starts_on=today, ends_on=today,
    )  # fmt: skip
    CallLine.objects.create(
        unit_id=world.mingde.pk, part=Part.SECURITY, label="东区门岗", phone="029-1"
    )
    CallLine.objects.create(
        unit_id=world.zhiyuan.pk, part=Part.SECURITY, label="西区门岗", phone="029-2"
    )
    names = {(one.part, one.name, one.phone) for one in call_list(world.gu)}
    assert (Part.COUNSELLOR, "沈若兰", "029-8266") in names
    assert ("周启文" in {name for _part, name, _phone in names}) is False
    assert {n for part, n, _p in names if part == Part.SECURITY} == {"东区门岗"}
    parts = [one.part for one in call_list(world.gu)]
    assert parts == sorted(parts, key=list(Part).index), "in the order of the chain"
    assert set(parts) == set(Part)
    assert {n for part, n, _p in {(o.part, o.name, o.phone) for o in call_list(world.cheng)}
            if part == Part.SECURITY} == {"西区门岗"}  # fmt: skip
    tomorrow = time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False)
    with tomorrow:
        assert "周启文" in {one.name for one in call_list(world.gu)}


def test_steps_carry_their_minute_and_tell_who_is_with_the_student(world: World) -> None:
    crisis = raised(world, is_with_student=True)
    assert company(steps_of(crisis))["name"] == "陆怀远"  # type: ignore[index]
    assert crisis.first_action_at == crisis.opened_at
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.ARRIVED)
    assert company(steps_of(crisis))["name"] == "陆怀远"  # type: ignore[index]
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.STAYS)
    assert company(steps_of(crisis))["name"] == "周启文"  # type: ignore[index]
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.STAYS, who="室友小张")
    assert company(steps_of(crisis))["name"] == "室友小张"  # type: ignore[index]
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.LEFT)
    assert company(steps_of(crisis)) is None
    earlier = crisis.opened_at - dt.timedelta(minutes=10)
    told = add_step(actor=world.lu, crisis=crisis, kind=Hop.FAMILY, who="母亲", at=earlier)
    assert (told.at, told.recorded_at > told.at) == (earlier, True)


def test_bad_steps_are_refused_in_words_and_taps_count_once(world: World) -> None:
    crisis = raised(world)
    key = uuid.uuid4()
    for _tap in range(3):
        add_step(actor=world.zhou, crisis=crisis, kind=Hop.TAKEN)
        add_step(actor=world.zhou, crisis=crisis, kind=Hop.NOTE, words="在操场找到", client_key=key)
    assert [crisis_kinds(crisis).count(kind) for kind in (Hop.TAKEN, Hop.NOTE)] == [1, 1]
    now = timezone.now()
    for bad in ({"kind": Hop.NOTE, "words": " "}, {"kind": Hop.HANDED}, {"kind": "x"},
                {"kind": Hop.SAFE, "at": now + dt.timedelta(hours=1)},
                {"kind": Hop.SAFE, "at": now - dt.timedelta(days=3)}):  # fmt: skip
        with pytest.raises(DomainError):
            add_step(actor=world.zhou, crisis=crisis, **bad)  # type: ignore[arg-type]
    for key_ in ("shen", "wang", "qian", "nobody", "sys"):
        with pytest.raises(PermissionDenied):
            add_step(actor=world.people[key_], crisis=crisis, kind=Hop.TAKEN)
    handed(world, crisis)
    with pytest.raises(DomainError):
        add_step(actor=world.zhou, crisis=crisis, kind=Hop.SAFE)


def test_steps_and_crises_are_never_changed_or_deleted(world: World) -> None:
    crisis = raised(world)
    step = crisis.hops.first()
    assert step is not None
    for act in (step.delete, crisis.delete, CrisisHop.objects.all().delete,
                lambda: CrisisHop.objects.update(words="改")):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert AuditEntry.objects.filter(action="open_crisis", object_id=str(crisis.pk)).count() == 1


def test_who_follows_a_crisis_while_it_runs_and_after(world: World) -> None:
    seat_person(actor=None, case=world.add_case("gu"), person=world.nobody, duty="帮扶")
    CallLine.objects.create(part=Part.SECURITY, person=world.shen, label="值班")
    crisis = raised(world)
    follow = {"lu", "zhou", "he", "lin", "jiang", "psy", "nobody", "shen"}
    everybody = set(world.people)
    assert {key for key in everybody if sees(world, key, crisis)} == follow
    closes = {key for key in everybody if sees(world, key, crisis, "close_crisis")}
    assert closes == follow - {"lu", "shen"}
    with pytest.raises(PermissionDenied):
        handed(world, crisis, actor=world.lu)
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.REACHED)
    handed(world, crisis)
    # shen was on the list by a number alone and did nothing; lu raised it.
    assert {key for key in everybody if sees(world, key, crisis)} == follow - {"shen"}
    end_appointment(actor=None, post=world.posts["zhou"],
                    ends_on=timezone.localdate() - dt.timedelta(days=1))  # fmt: skip
    assert sees(world, "zhou", crisis), "he acted in it"


def test_whoever_is_locked_out_of_the_case_may_raise_it_and_learns_no_more(world: World) -> None:
    case = world.add_case("gu")
    lock_out(actor=None, case=case, person=world.zhou, reason="与学生家庭有纠纷")
    crisis = raised(world, "zhou")
    assert not sees(world, "zhou", crisis)
    assert "zhou" not in set(
        crisis.hops.filter(kind=Hop.TOLD).values_list("person__username", flat=True)
    )
    answer = client_of(world, "zhou").post("/crises/new/", {"student": world.gu.student_no})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client_of(world, "zhou").get(f"/crises/{crisis.pk}/").status_code == 404


def test_handing_back_needs_a_receiver_advice_and_a_review_within_the_week(world: World) -> None:
    crisis = raised(world)
    today = timezone.localdate()
    bad: list[dict[str, Any]] = [
        {}, {"advice": "好"}, {"to": world.shen}, {"to": world.gu_account},
        {"review_on": today + dt.timedelta(days=8)}, {"review_on": today - dt.timedelta(days=1)},
    ]  # fmt: skip
    for number, one in enumerate(bad):
        if number == 1:
            add_step(actor=world.zhou, crisis=crisis, kind=Hop.REACHED)
        with pytest.raises(DomainError):
            handed(world, crisis, **one)
    done = handed(world, crisis, to=world.he)
    assert (done.state, done.handed_to) in {("handed", world.he), ("open", world.he)}
    assert Notification.objects.filter(user=world.he, key=f"crisis:{crisis.pk}:handed").exists()
    with pytest.raises(StaleError):
        handed(world, crisis)
    case = Case.objects.get()
    assert case.level_id == "RED", "the level stays until both sides lower it"
    day = time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False)
    with day:
        watch_crises()
        assert (
            Notification.objects.filter(user=world.he, key=f"crisis:{crisis.pk}:review").count()
            == 1
        )
        review_crisis(actor=world.he, crisis=crisis, lessons="到场及时；值班电话需更新。")
        with pytest.raises(StaleError):
            review_crisis(actor=world.he, crisis=crisis, lessons="再写一次评估文字")
    assert Crisis.objects.get(pk=crisis.pk).state == "reviewed"


def test_a_false_alarm_ends_without_a_step_but_not_without_words(world: World) -> None:
    crisis = raised(world)
    with pytest.raises(DomainError):
        handed(world, crisis, ended_as=EndedAs.ALARM, advice=" ")
    handed(world, crisis, ended_as=EndedAs.ALARM, advice="误报：学生在图书馆自习，已当面核实。")


@pytest.mark.django_db(transaction=True)
def test_two_alarms_at_the_same_instant_are_one() -> None:
    world = build_world()
    done = at_once(*(lambda key=key: raised(world, key) for key in ("lu", "zhou", "lin")))  # type: ignore[misc]
    assert not [one for one in done if isinstance(one, Exception)], done
    assert {one.pk for one in done} == {Crisis.objects.get().pk}
    assert Case.objects.count() == 1
