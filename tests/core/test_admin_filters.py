"""Hand-made filter values in the admin, and the audit administrator's search and export."""

import datetime as dt
from io import BytesIO

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from openpyxl import load_workbook

from portal.core import audit
from portal.core.models import AuditEntry, User
from tests.world import World

pytestmark = pytest.mark.django_db
AUDIT = "/admin/core/auditentry/"
SENSELESS = [
    "at__year=99999999999999999999", "at__year=0", "at__year=-5", "at__year=2026&at__month=13",
    "at__day=x", "at__year=1e9", "from=2026-02-31", "until=9999-12-31", "id__exact=x", "p=-1",
    "p=999999999999999999999", "o=99.-1.x", "kind__in=,,", "object_type__isnull=7", "q=%ED%A0%80",
]  # fmt: skip


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.usefixtures("_no_copied_contexts")
def test_senseless_filters_give_a_plain_list_or_a_word_never_a_fault(world: World) -> None:
    clients = {key: enter(world.people[key]) for key in ("sys", "sec", "aud")}
    opened = set()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("_changelist", "_export"):
            try:
                url = reverse(name + page)
            except NoReverseMatch:
                continue
            # What a filter does depends on the list, not on who of those admitted reads it.
            for key, client in clients.items():
                if client.get(url).status_code == 200:
                    opened.add(key)
                    # All of them where the fields stand, some in turn at every other list.
                    turn = len(url) % 3
                    for query in SENSELESS if url == AUDIT else SENSELESS[turn::3]:
                        answer = client.get(f"{url}?{query}")
                        assert answer.status_code in {200, 302, 400}, (key, url, query)
                    if url == f"{AUDIT}export/":
                        for query in SENSELESS[::3]:
                            answer = client.post(f"{url}?{query}", {"reason": "季度安全检查"})
                            assert answer.status_code in {200, 302, 400}, (key, url, query)
                    break
    assert opened == {"sys", "sec", "aud"}


def test_a_huge_year_leads_back_to_the_plain_list_with_a_word(world: World) -> None:
    answer = enter(world.aud).get(AUDIT, {"at__year": "9" * 20}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain
    assert 'class="warning"' in answer.content.decode()


def test_acts_are_found_by_person_record_act_and_days(world: World) -> None:
    audit.record(actor=world.zhou, action="read_student", obj=world.gu)
    audit.record(actor=world.shen, action="read_student", obj=world.luo)
    client = enter(world.aud)
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)

    def found(**query: object) -> int:
        answer = client.get(AUDIT, query)
        assert answer.status_code == 200, query
        return len(answer.context["cl"].result_list)

    assert found(q="周启文") == 1
    assert found(q="zhou", action="read_student", **{"from": today, "until": today}) == 1
    assert found(q=str(world.gu.pk), action="read_student") == 1
    assert found(q="白一") == 0
    assert found(action="read_student", until=yesterday) == 0
    assert found(action="read_student", **{"from": today}) == 2


def test_an_export_of_the_trail_is_in_the_trail_and_holds_no_details(world: World) -> None:
    audit.record(actor=world.zhou, action="read_student", obj=world.gu, word="不外传")
    client, address = enter(world.aud), AUDIT + "export/?action=read_student"
    assert "<form" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "季度安全检查"})
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert len(rows) == 3
    assert "不外传" not in str(rows)
    assert "审计管理员（aud）" in rows[-1][0]
    assert "季度安全检查" in rows[-1][0]
    assert sheet.oddHeader.right.text.startswith("审计管理员（aud）")
    entry = AuditEntry.objects.get(action="export_rows")
    assert (entry.actor, entry.detail["rows"]) == (world.aud, 1)
    assert entry.detail["reason"] == "季度安全检查"
