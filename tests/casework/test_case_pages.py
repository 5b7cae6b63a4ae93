"""The case list and the case page: what is shown to whom, and what is refused."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import Case, FollowUp, Plan, PlanStep
from casework.queries.figures import FIGURES, cases
from portal.core.models import AuditEntry
from tests.world import World

EN = {"Accept-Language": "en"}


def signed_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def page(world: World, key: str, url: str, status: int = 200) -> str:
    answer = signed_in(world, key).get(url, headers=EN)
    assert answer.status_code == status
    return answer.content.decode()


def address(case: Case, name: str = "case") -> str:
    return reverse(f"casework:{name}", args=[case.pk])


def close(case: Case) -> None:
    case.closed_at, case.outcome = timezone.now(), "solved"
    case.save()


def record(**changed: Any) -> dict[str, Any]:
    return {"channel": "phone", "content": "与家长通话，重修安排已说明。",
            "client_key": str(uuid.uuid4())} | changed  # fmt: skip


# ---- the list


def test_the_list_shows_the_cases_within_reach(world: World) -> None:
    for key in ("gu", "song", "cheng", "ye"):
        world.add_case(key)
    text = page(world, "zhou", "/cases/")
    assert "顾言川" in text
    assert "宋远" in text
    assert "程亦安" not in text
    assert "叶知秋" not in text


def without_choices(text: str) -> str:
    """The page without what can be chosen: types of talks are the same for every student."""
    return re.sub(r"<select.*?</select>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("key", ["lu", "wang", "han", "gao", "psy", "qian", "nobody", "gu_account"])
def test_who_sees_no_cases_is_refused_and_sees_no_category_anywhere(world: World, key: str) -> None:
    case = world.add_case("gu", level="RED", category="PSYCH")
    client = signed_in(world, key)
    assert client.get("/cases/").status_code == 403
    assert client.get(address(case)).status_code == 404
    for name in ("add_record", "assign", "raise"):
        assert client.post(address(case, name), record()).status_code == 404
    for url in ("/students/", f"/students/{world.gu.student_no}/", "/log/"):
        text = without_choices(client.get(url).content.decode())
        assert "心理" not in text
        assert "p-level-red" not in text


@pytest.mark.parametrize("code", sorted(FIGURES))
def test_every_figure_lists_as_many_rows_as_it_counts(world: World, code: str) -> None:
    world.add_case("gu", level="RED", at=timezone.now() - dt.timedelta(days=9))
    world.add_case("gu", category="ECONOMIC")
    world.add_case("song", level="BLUE", owner=world.zhou, at=timezone.now())
    text = page(world, "zhou", f"/cases/?figure={code}&unit={world.mingde23.pk}")
    assert text.count('class="p-c-name"') == cases(world.zhou, world.mingde23, code).count()


def test_tabs_count_categories_once_per_case_and_children_under_their_parent(world: World) -> None:
    world.add_case("gu", category="PSYCH")
    world.add_case("gu", category="EMPLOYMENT")
    world.add_case("gu", category="FAMILY")
    world.add_case("song", category="ACADEMIC")
    text = page(world, "zhou", "/cases/?category=SPECIAL")
    assert text.count('class="p-c-name"') == 1
    assert "特殊 <span>1</span>" in text
    assert "心理 <span>1</span>" in text
    assert "All <span>2</span>" in text


def test_closed_cases_have_their_own_tab(world: World) -> None:
    close(world.add_case("gu", owner=world.zhou))
    assert "顾言川" not in page(world, "zhou", "/cases/")
    assert "顾言川" in page(world, "zhou", "/cases/?category=closed")


def test_lateness_and_absence_are_said_in_words(world: World) -> None:
    world.add_case("gu", level="RED", at=timezone.now() - dt.timedelta(days=3))
    text = page(world, "zhou", "/cases/")
    assert "2 days overdue" in text or "3 days overdue" in text
    assert "no record" in text
    assert "not assigned" in text


@pytest.mark.parametrize(
    "query", ["level=RED&level=NOPE", "owner=abc", "stage=zz", "category=NOPE", "unit=0", "q=%00"]
)
def test_an_address_typed_wrongly_still_answers(world: World, query: str) -> None:
    world.add_case("gu")
    page(world, "zhou", f"/cases/?{query}")


def test_the_list_asks_the_same_number_of_queries_for_1_3_and_50(world: World) -> None:
    client, counts, made = signed_in(world, "zhou"), [], 0
    for size in (1, 3, 50):
        for at in range(made, size):
            world.add_student(f"s{at}", f"王小{chr(0x4E00 + at)}", f"22309{at:05d}", "c2301",
                              "mingde23", entry_year=2023)  # fmt: skip
            world.add_case(f"s{at}")
        made = size
        client.get("/cases/")  # the counts of the navigation are kept for a minute
        with CaptureQueriesContext(connection) as queries:
            text = client.get("/cases/").content.decode()
        assert text.count('class="p-c-name"') == size
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


# ---- the page


def test_the_page_shows_stages_records_level_and_why(world: World) -> None:
    case = world.add_case("gu", level="ORANGE", owner=world.zhou)
    case.advice_do, case.advice_dont = "先问近况；提前约时间", "当众提重修"
    case.save()
    plan = Plan.objects.create(case=case, goal="通过化工热力学", made_on=timezone.localdate())
    PlanStep.objects.create(plan=plan, text="宿舍走访", owner=world.lu, wanted=2, done=1,
                            due_on=timezone.localdate() - dt.timedelta(days=3))  # fmt: skip
    seat_person(actor=None, case=case, person=world.wang, duty="学业帮扶")
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="作业已补交三次"
    )
    text = page(world, "zhou", address(case))
    for words in ("顾言川", "p-level-orange", "学业困难", "通过化工热力学", "宿舍走访",
                  "3 days overdue", "作业已补交三次", "学业帮扶", "先问近况", "当众提重修",
                  "明德书院2023级", "Joined the task force: 王怀瑾"):  # fmt: skip
        assert words in text, words
    assert AuditEntry.objects.filter(action="read_case", actor=world.zhou).count() == 1


def test_a_case_of_others_is_not_found(world: World) -> None:
    case = world.add_case("luo")
    page(world, "zhou", address(case), 404)
    page(world, "zhou", "/cases/999999999999999999999/", 404)


def test_notes_kept_to_the_task_force_are_a_number_to_others(world: World) -> None:
    case = world.add_case("gu")
    log_follow_up(actor=world.lu, student=world.gu, channel=Channel.FACE,
                  content="只给专班看的一句话", confidentiality=Confidentiality.RESTRICTED)  # fmt: skip
    role_reader = world.add_person("reader", "刘院长")
    world.add_post("reader", "dean", "chem")
    text = page(world, role_reader.username, address(case))
    assert "只给专班看的一句话" not in text
    assert "1 note for the task force only" in text
    assert "只给专班看的一句话" in page(world, "zhou", address(case))


def test_a_tick_without_content_is_one_grey_line_and_no_contact(world: World) -> None:
    case = world.add_case("gu")
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content="见了")
    text = page(world, "zhou", address(case))
    assert "p-event-tick" in text
    assert "1 records · 0 real contacts" in text
    assert "Nobody has written anything yet" in text


def test_the_composer_saves_and_gives_the_fragment_back(world: World) -> None:
    case = world.add_case("gu")
    answer = signed_in(world, "zhou").post(
        address(case, "add_record"), record(), headers=EN | {"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "与家长通话" in text
    assert 'id="case-side"' in text
    assert "<html" not in text
    assert "toast" in answer["HX-Trigger"]
    assert FollowUp.objects.get().case == case


def test_the_composer_works_without_script(world: World) -> None:
    case, filled = world.add_case("gu"), record()
    client = signed_in(world, "zhou")
    for _time in range(2):
        assert client.post(address(case, "add_record"), filled)["Location"] == address(case)
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("is_htmx", [True, False])
def test_the_composer_tells_what_is_wrong_and_keeps_the_text(world: World, is_htmx: bool) -> None:
    case = world.add_case("gu")
    headers = EN | ({"HX-Request": "true"} if is_htmx else {})
    answer = signed_in(world, "zhou").post(
        address(case, "add_record"), record(next_pick="2020-01-01"), headers=headers
    )
    text = answer.content.decode()
    assert answer.status_code == (200 if is_htmx else 422)
    assert "lies in the past" in text
    assert "与家长通话" in text
    assert not FollowUp.objects.exists()


def test_a_closed_case_has_no_composer_and_takes_no_record(world: World) -> None:
    case = world.add_case("gu", owner=world.zhou)
    close(case)
    text = page(world, "zhou", address(case))
    assert "p-composer" not in text
    assert "This case is closed" in text
    signed_in(world, "zhou").post(address(case, "add_record"), record())
    assert not FollowUp.objects.exists()


def test_assigning_offers_those_who_may_write_and_names_one(world: World) -> None:
    case = world.add_case("gu")
    client = signed_in(world, "zhou")
    text = client.get(address(case, "assign"), headers=EN | {"HX-Request": "true"}).content.decode()
    assert "周启文" in text
    assert "林致远" in text
    assert "沈若兰" not in text
    assert "<html" not in text
    filled = {"owner": world.lin.pk, "version": case.version}
    assert client.post(address(case, "assign"), filled)["Location"] == address(case)
    case.refresh_from_db()
    assert case.owner == world.lin
    assert "Responsible: 林致远" in page(world, "zhou", address(case))


def test_a_person_from_elsewhere_cannot_be_named(world: World) -> None:
    case = world.add_case("gu")
    filled = {"owner": world.shen.pk, "version": case.version}
    answer = signed_in(world, "zhou").post(address(case, "assign"), filled, headers=EN)
    assert answer.status_code == 422
    assert "Choose a person from the list" in answer.content.decode()
    assert Case.objects.get().owner is None


def test_two_people_assigning_at_once_the_second_is_told(world: World) -> None:
    case = world.add_case("gu")
    filled = {"owner": world.zhou.pk, "version": case.version}
    assert signed_in(world, "zhou").post(address(case, "assign"), filled).status_code == 302
    answer = signed_in(world, "lin").post(
        address(case, "assign"), filled | {"owner": world.lin.pk}, headers=EN
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else changed this case" in text
    assert f'value="{world.lin.pk}" selected' in text
    assert Case.objects.get().owner == world.zhou


def test_a_level_is_raised_at_once_and_only_upwards(world: World) -> None:
    case = world.add_case("gu", level="YELLOW")
    client = signed_in(world, "zhou")
    url = address(case, "raise")
    assert client.post(url, {"level": "BLUE", "reason": "好转"}).status_code == 422
    empty = client.post(url, {"level": "RED", "reason": ""}, headers=EN)
    assert "Say in one sentence" in empty.content.decode()
    assert client.post(url, {"level": "RED", "reason": "连续三天未归"}).status_code == 302
    assert Case.objects.get().level_id == "RED"
    assert "黄色 → 红色" in page(world, "zhou", address(case))


def test_only_those_who_lead_cases_assign(world: World) -> None:
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    text = page(world, "nobody", address(case))
    assert "assign-dialog" not in text
    assert "raise-dialog" in text
    page(world, "nobody", address(case, "assign"), 403)


def test_the_writer_corrects_and_a_second_window_is_told(world: World) -> None:
    world.add_case("gu")
    talk = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="原来写的话"
    )
    url = reverse("casework:correct", args=[talk.pk])
    client = signed_in(world, "zhou")
    assert "原来写的话" in client.get(url).content.decode()
    answer = client.post(url, {"content": "改过的这句话", "version": 1})
    assert answer["Location"] == reverse("casework:record", args=[talk.pk])
    late = client.post(url, {"content": "另一个窗口的话", "version": 1}, headers=EN)
    assert late.status_code == 409
    assert "另一个窗口的话" in late.content.decode()
    talk.refresh_from_db()
    assert talk.content == "改过的这句话"


def test_nobody_corrects_the_words_of_others(world: World) -> None:
    world.add_case("gu")
    talk = log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content="班主任写的话"
    )
    for key in ("zhou", "shen"):
        page(world, key, reverse("casework:correct", args=[talk.pk]), 404)


def test_the_page_asks_the_same_number_of_queries_for_1_3_and_50_records(world: World) -> None:
    case = world.add_case("gu")
    client, counts, made = signed_in(world, "zhou"), [], 0
    for size in (1, 3, 50):
        for _at in range(made, size):
            log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE,
                          content="谈了近况与学习安排")  # fmt: skip
        made = size
        client.get(address(case))  # the counts of the navigation are kept for a minute
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(case)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
