"""Rules as rows, as the administrator edits them: within the law, and the refusal names the article."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.domain.development import StepError, record_step
from partybranch.models import Development, EventKind, Step
from portal.core.models import AuditEntry
from tests.core.test_admin_pages import enter, errors_of
from tests.partybranch.party import DAY, add_party, apply, bring_to, typed
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def send(client: Client, number: int, version: str = "2026.05", **changes: Any) -> Any:
    row = Step.objects.get(number=number, version_id=version)
    form: dict[str, Any] = {
        "name": row.name, "short_name": row.short_name, "responsible": row.responsible,
        "papers": ",".join(row.papers), "wait_months": row.wait_months, "early_days": row.early_days,
        "deadline": "" if row.deadline is None else row.deadline, "deadline_unit": row.deadline_unit,
        "notice_days": row.notice_days, **({"is_local": "on"} if row.is_local else {}),
    }  # fmt: skip
    return client.post(reverse("admin:partybranch_step_change", args=[row.pk]), form | changes)


@pytest.mark.parametrize(
    ("version", "number", "changes", "article"),
    [
        ("2026.05", 7, {"wait_months": 11}, "2026.05 第13条"),
        ("2014", 6, {"wait_months": 11}, "2014 第10—12条"),
        ("2026.05", 7, {"notice_days": 4}, "第13条"),
        ("2026.05", 2, {"deadline": 2}, "第7条"),
        ("2026.05", 2, {"deadline": 31, "deadline_unit": "day"}, "第7条"),
        ("2026.05", 15, {"deadline": 2}, "第19—21条"),
        ("2026.05", 17, {"deadline": 7}, "第22—25条"),
        ("2026.05", 21, {"wait_months": 11}, "第30、31条"),
        ("2014", 24, {"deadline": ""}, "第34条"),
        # The vote at the end of the probation is not held ahead of it, whatever is set.
        ("2026.05", 23, {"early_days": 30}, "第31、32条"),
        ("2026.05", 21, {"early_days": 1}, "第30、31条"),
        ("2026.05", 7, {"early_days": 1}, "第13条"),
        # A number that nothing reads would promise what does not happen, or shut the step for ever.
        ("2026.05", 12, {"wait_months": 2}, "第18条"),
        ("2026.05", 9, {"deadline": 1}, "第14、15条"),
        ("2026.05", 15, {"notice_days": 5}, "第19—21条"),
        # The papers that the rule itself names stay; the school adds its own.
        ("2026.05", 25, {"papers": "入党志愿书,入党申请书"}, "第36条"),
        ("2014", 14, {"papers": ""}, "第19、20条"),
    ],
)
def test_beyond_the_law_the_form_refuses_and_names_the_article(
    world: World, version: str, number: int, changes: dict[str, Any], article: str
) -> None:
    before = Step.objects.get(number=number, version_id=version)
    assert article in errors_of(send(enter(world.sys), number, version, **changes))
    after = Step.objects.get(pk=before.pk)
    assert {name: getattr(after, name) for name in changes} == {
        name: getattr(before, name) for name in changes}  # fmt: skip


def test_within_the_law_the_school_decides_and_the_next_step_follows(campus: World) -> None:
    client = enter(campus.sys)
    made = bring_to(campus, "gu", 2, shift=975)
    assert send(client, 3, wait_months=6).status_code == 302
    assert AuditEntry.objects.filter(action="change_step").exists()
    with pytest.raises(StepError) as refused:
        record_step(
            actor=campus.gao, development=made, typed=typed(campus, 3, timezone.localdate())
        )
    assert [one.code for one in refused.value.faults] == ["early"]
    assert send(client, 3, wait_months=0).status_code == 302
    assert record_step(
        actor=campus.gao, development=made, typed=typed(campus, 3, timezone.localdate())
    ).record is not None  # fmt: skip
    # The committee of the school, the security office and the organiser edit no rule.
    for key in ("sec", "gao", "yan"):
        assert send(enter(campus.people[key]), 3, wait_months=6).status_code in (302, 403), key
        assert Step.objects.get(number=3, version_id="2026.05").wait_months == 0


def test_a_further_paper_is_missing_in_every_open_file_at_once(campus: World) -> None:
    made = apply(campus, "gu", timezone.localdate() - 3 * DAY)
    assert made.papers_missing == 1
    assert send(enter(campus.sys), 1, papers="入党申请书,学历证明").status_code == 302
    assert Development.objects.get(pk=made.pk).papers_missing == 2


def test_the_rhythm_of_the_rule_is_neither_slower_nor_put_off(world: World) -> None:
    row = EventKind.objects.get(code="theme_day")
    url = reverse("admin:partybranch_eventkind_change", args=[row.pk])
    form = {"name": row.name, "every_months": 1, "grace_months": 0, "applies_to": row.applies_to,
            "called": row.called, "is_active": "on", "order": row.order}  # fmt: skip
    client = enter(world.sys)
    for changes in ({"every_months": 3}, {"every_months": ""}, {"grace_months": 2}):
        assert "支部工作条例第五章" in errors_of(client.post(url, form | changes)), changes
    off = {name: value for name, value in form.items() if name != "is_active"}
    assert "支部工作条例第五章" in errors_of(client.post(url, off))
    assert client.post(url, form | {"name": "固定党日"}).status_code == 302
    # The yearly life meeting may be held for the year until the end of March (rulebook 1.6).
    yearly = EventKind.objects.get(code="life_meeting")
    yearly.full_clean()
    yearly.grace_months = 4
    with pytest.raises(Exception, match="支部工作条例第五章"):
        yearly.full_clean()


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [
        ("party.min_age", "17", "党章第一条"),
        ("party.contacts", "3", "细则第9条"),
        ("party.introducers", "1", "细则第14条"),
        ("party.training_hours", "20", "细则第17条"),
        ("party.assess_every", "12", "细则第11条"),
        ("party.probation", "11", "党章第七条"),
        ("party.extend", "5", "细则（2014）第32条"),
        ("party.postpone_full", "7", "细则（2014）第36条"),
        ("branch.committee_from", "6", "支部工作条例第六章"),
        ("branch.min_full", "2", "支部工作条例第4条"),
        ("branch.election_present", "79", "选举工作条例"),
        ("branch.election_extra", "19", "选举工作条例"),
        ("dues.student", "0.1", "中组发〔2008〕3号"),
        ("dues.exit_months", "7", "党章第九条"),
    ],
)
def test_each_number_stays_within_the_bounds_of_the_parameters(
    world: World, key: str, value: str, source: str
) -> None:
    row = Parameter.objects.get(key=key)
    url = reverse("admin:cohorts_parameter_change", args=[row.pk])
    assert source in errors_of(enter(world.sys).post(url, {"value": value, "note": ""}))
    row.refresh_from_db()
    assert str(row.value.normalize()) != value
