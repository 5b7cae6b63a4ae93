"""Pages of applications about branches: a constant number of statements, refusals that keep what was
typed, and no way around the own post."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partybranch.domain.changes import draft_change, send_change
from partybranch.enums import ChangeState, Grouping
from partybranch.models import Reorganization
from portal.core.scope import request_scope
from tests.partybranch.four import KEYS, add_four, organ
from tests.world import World

pytestmark = pytest.mark.django_db
WHY = "班级党支部规模偏小，拟合并设置。"


@pytest.fixture
def campus(world: World, client: Client) -> World:
    client.force_login(world.gao)
    return add_four(world)


def draft(world: World, *keys: str, rule: str = Grouping.ONE) -> Reorganization:
    return draft_change(
        actor=world.gao, branches=[world.units[key] for key in keys], rule=rule,  # type: ignore[misc]
        title="合并请示",
    )  # fmt: skip


def statements(client: Client, url: str) -> int:
    client.get(url)
    with (
        CaptureQueriesContext(
            connection,
        ) as found,
        request_scope(None),
    ):
        assert client.get(url).status_code == 200
    return len(found)


def test_the_pages_ask_as_often_for_two_branches_as_for_four(campus: World, client: Client) -> None:
    two, four = draft(campus, "k1", "k2"), draft(campus, *KEYS, rule=Grouping.CLASS)
    assert statements(client, f"/branches/changes/{two.pk}/") == statements(
        client, f"/branches/changes/{four.pk}/"
    )
    before = statements(client, "/branches/changes/")
    for _more in range(3):
        draft(campus, *KEYS)
    assert statements(client, "/branches/changes/") == before
    first = "/branches/changes/new/?rule=one&count=2&kind=joint"
    asked = [
        first + "".join(f"&branches={campus.units[key].pk}" for key in keys)
        for keys in (KEYS[:2], KEYS)
    ]
    assert statements(client, asked[0]) == statements(client, asked[1])


def test_the_simulator_writes_nothing_and_offers_the_branches_of_the_own_post(
    campus: World, client: Client
) -> None:
    organ(campus, "other", "别处党委", "committee", campus.uni)
    organ(campus, "far", "别处党支部", "regular", campus.other, approving_committee=campus.other)
    page = client.get("/branches/changes/new/").content.decode()
    assert campus.k1.name in page
    assert "别处党支部" not in page
    asked = {
        "branches": [campus.k1.pk, campus.k2.pk],
        "rule": "class",
        "count": 2,
        "kind": "regular",
    }
    page = client.get("/branches/changes/new/", asked).content.decode()
    assert "化工2301党支部" in page
    assert "化工2302党支部" in page
    far = client.get("/branches/changes/new/", asked | {"branches": [campus.far.pk]})
    assert "师" not in far.content.decode().partition("p-change-group")[2]
    assert not Reorganization.objects.exists()


def test_a_refused_sending_keeps_what_was_typed(campus: World, client: Client) -> None:
    change = draft(campus, "k1", "k2", rule=Grouping.HAND)
    answer = client.post(f"/branches/changes/{change.pk}/send/", {
        "reason": WHY, "override_reason": "", "version": change.version})  # fmt: skip
    assert answer.status_code == 422
    text = answer.content.decode()
    assert WHY in text
    assert "没有人员变动" in text
    change.refresh_from_db()
    assert change.state == ChangeState.DRAFT


def test_the_approval_is_shown_before_it_is_done_and_refused_with_its_reasons(
    campus: World, client: Client
) -> None:
    change = send_change(actor=campus.gao, change=draft(campus, *KEYS), reason=WHY)
    url, today = f"/branches/changes/{change.pk}/approve/", timezone.localdate().isoformat()
    typed: dict[str, Any] = {"decided_on": today, "effective_on": today, "note": "",
                             "decision_no": "社区党〔2026〕18号", "version": change.version}  # fmt: skip
    shown = client.post(url, typed | {"step": "try"})
    assert shown.status_code == 200
    assert "操作预览" in shown.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.SENT
    stale = client.post(url, typed | {"step": "do", "version": change.version - 1})
    assert stale.status_code == 422
    assert client.post(url, typed | {"step": "do"}).status_code == 302
    change.refresh_from_db()
    assert change.state == ChangeState.APPLIED
    page = client.get(f"/branches/changes/{change.pk}/").content.decode()
    assert "社区党〔2026〕18号" in page
    # A second click finds it done, and says so.
    assert client.post(url, typed | {"step": "do"}).status_code == 422
