"""Pages of keys, reviews and closing, as people use them."""

import datetime as dt
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from casework.domain.finishing import finish_case
from casework.domain.follow_ups import log_follow_up
from casework.domain.keys import turn_key, withdraw_request
from casework.enums import Channel, KeyState, Outcome
from casework.models import Case, CaseCategory, CaseLevel, HelpFeedback, KeyRequest
from portal.core.models import User
from tests.world import World


def enter(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_the_list_of_waiting_keys_asks_as_many_statements_for_three_as_for_one(
    world: World,
) -> None:
    client, counts = enter(world.jiang), []
    for keys in (("gu",), ("cheng", "luo")):
        for key in keys:
            world.add_case(key)
        client.get("/keys/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text = client.get("/keys/").content.decode()
        counts.append(len(asked))
        assert all(world.students[key].name in text for key in keys)
    assert counts[0] == counts[1]


def test_a_key_is_turned_on_its_page_and_the_case_page_shows_both_sides(world: World) -> None:
    case = world.add_case("gu")
    request = KeyRequest.objects.get()
    page = enter(world.lin).get(f"/cases/{case.pk}/").content.decode()
    assert f"/keys/{request.pk}/" in page
    answer = enter(world.lin).post(
        f"/keys/{request.pk}/", {"side": "college", "verdict": "agreed", "note": ""}
    )
    assert answer.status_code == 302
    request.refresh_from_db()
    assert request.state == KeyState.GRANTED
    again = enter(world.jiang).post(
        f"/keys/{request.pk}/", {"side": "college", "verdict": "disagreed", "note": "情况待核实"}
    )
    assert again.status_code == 302  # nothing left to turn: told, and back to the request
    request.refresh_from_db()
    assert request.state == KeyState.GRANTED


def test_a_no_without_a_reason_comes_back_with_the_form(world: World) -> None:
    world.add_case("gu")
    request = KeyRequest.objects.get()
    answer = enter(world.lin).post(
        f"/keys/{request.pk}/", {"side": "college", "verdict": "disagreed", "note": ""}
    )
    assert answer.status_code == 422
    assert not request.turns.filter(side="college").exists()


def test_a_disagreement_shows_its_clock_to_the_leaders(world: World) -> None:
    world.add_case("gu")
    request = KeyRequest.objects.get()
    turn_key(actor=world.lin, request=request, side="college", verdict="disagreed",
             note="材料不足，建议再核实")  # fmt: skip
    with translation.override("en"):
        text = enter(world.jiang).get("/keys/").content.decode()
    assert 'id="clashes"' in text
    page = enter(world.he).get(f"/cases/{request.case_id}/").content.decode()
    assert "p-clash" in page


def test_the_closing_page_says_in_words_what_is_missing_and_keeps_what_was_typed(
    world: World,
) -> None:
    case = world.add_case("gu")
    answer = enter(world.lin).post(
        f"/cases/{case.pk}/close/",
        {"outcome": "solved", "reason": "目标已经达成", "evidence": "重修成绩单与记录",
         "version": case.version},
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "重修成绩单与记录" in text
    assert text.count("p-text-late") >= 3


def test_a_student_is_listed_reviewed_and_listed_again_from_the_pages(world: World) -> None:
    client = enter(world.zhou)
    client.post("/cases/enter/2230514127/", {
        "category": "ECONOMIC", "level": "YELLOW", "cause": "sudden", "source": "family",
        "reason": "家庭突发变故", "is_mine": "on"})  # fmt: skip
    case = Case.objects.get()
    assert case.owner == world.zhou
    form = client.get("/cases/enter/2230710008/").content.decode()
    assert re.search('name="is_mine"[^>]*checked', form), "proposed to the counsellor"
    form = enter(world.jiang).get("/cases/enter/2230710008/").content.decode()
    assert not re.search('name="is_mine"[^>]*checked', form)
    assert case.entries.get().cause_id == "sudden"
    client.post(f"/cases/{case.pk}/review/", {
        "held_on": timezone.localdate().isoformat(), "level": "BLUE", "findings": "补助到账，已稳定",
        "version": case.version})  # fmt: skip
    assert case.reviews.get().level_id == "BLUE"
    Case.objects.update(owner=world.zhou)
    finish_case(None, Case.objects.get(), Outcome.SOLVED)
    client.post(f"/cases/{case.pk}/reopen/", {
        "level": "YELLOW", "source": "family", "reason": "补助停发，再次困难", "is_mine": "on"})  # fmt: skip
    again = Case.objects.get(closed_at=None)
    assert (again.former_id, again.owner) == (case.pk, world.zhou)


def test_the_page_of_the_student_leads_those_who_write_cases_to_the_ledger(world: World) -> None:
    """lu, the class adviser, writes no cases; jiang's page of a listed student offers a further one."""
    address = f"/cases/enter/{world.gu.student_no}/"
    page = f"/students/{world.gu.student_no}/"
    for case in (None, "gu"):
        if case:
            world.add_case(case)
        for user, offers in ((world.zhou, True), (world.jiang, True), (world.lu, False)):
            assert (address in enter(user).get(page).content.decode()) is offers


def test_the_student_is_asked_in_words_that_name_no_label_and_answers_on_the_own_page(
    world: World,
) -> None:
    case = world.add_case("gu", "RED", "PSYCH", at=timezone.now() - dt.timedelta(days=9),
                          owner=world.zhou)  # fmt: skip
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE,
                  content="谈了近况与作息安排")  # fmt: skip
    client = enter(world.gu_account)
    assert "/my/word/" not in client.get("/my/").content.decode()
    finish_case(None, Case.objects.get(pk=case.pk), Outcome.SOLVED)
    text = client.get("/my/").content.decode()
    assert "/my/word/" in text
    labels = [*CaseCategory.objects.values_list("name", "short_name")]
    labels += [*CaseLevel.objects.values_list("name", "code")]
    for words in labels:
        assert not any(f">{word}<" in text for word in words), words
    assert not any(
        word in text for word in ("个案", "台账", "销号", "重点关注", "心理", case.number)
    )
    client.post("/my/word/", {"helped": "some", "words": "谢谢老师"})
    assert HelpFeedback.objects.get().words == "谢谢老师"
    assert "/my/word/" not in client.get("/my/").content.decode()
    assert "谢谢老师" in enter(world.zhou).get(f"/cases/{case.pk}/").content.decode()


def test_the_timeline_tells_what_became_of_the_keys_and_no_ground(world: World) -> None:
    case = world.add_case("gu")
    request = KeyRequest.objects.get()
    turn_key(actor=world.lin, request=request, side="college", verdict="disagreed",
             note="材料不足，建议再核实")  # fmt: skip
    page = enter(world.lin).get(f"/cases/{case.pk}/?kind=moves").content.decode()
    assert "Both sides asked to confirm: entry" in page
    assert "college disagrees: entry" in page
    assert "材料不足" not in page
    assert "college disagrees" not in enter(world.lin).get(
        f"/cases/{case.pk}/?kind=talks").content.decode()  # fmt: skip
    withdraw_request(actor=world.zhou, request=request, reason="材料补齐后再报")
    page = enter(world.jiang).get(f"/cases/{case.pk}/?kind=moves").content.decode()
    assert "Request to confirm taken back: entry" in page


def test_the_workbench_says_how_many_keys_wait(world: World) -> None:
    assert "bench-keys" not in enter(world.jiang).get("/").content.decode()
    world.add_case("gu")
    assert "bench-keys" in enter(world.jiang).get("/").content.decode()
    assert "bench-keys" not in enter(world.lu).get("/").content.decode()
