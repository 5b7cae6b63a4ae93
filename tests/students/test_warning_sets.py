"""Writing rule sets: by forms alone, with versions, a preview, and a question when it hits many."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from portal.core.errors import DomainError, StaleError
from students.domain.warning_sets import new_draft, save_draft, switch_off, switch_on
from students.forms.warning_rules import body_of, shown
from students.models import Course, CourseResult, Student, WarningSet
from students.published_rules import PUBLISHED, RULE_167
from students.warning_rules import read_rules
from tests.world import World


@pytest.fixture
def clerk(world: World) -> Client:
    client = Client()
    client.force_login(world.han)
    return client


def draft_of(world: World, family: str = "after-resit") -> WarningSet:
    base = WarningSet.objects.get(family=family)
    return new_draft(actor=world.han, base=base, unit=world.chem, copy=True)


def fields_of(body: dict[str, Any]) -> dict[str, Any]:
    """What the browser would send for the editor of this set."""
    sent: dict[str, Any] = {}
    editor = shown(body)
    for n, level in enumerate(editor["levels"]):
        sent |= {f"level-{n}-{key}": level[key] for key in ("code", "name", "colour")}
    for n, rule in enumerate(editor["rules"]):
        for key in ("code", "level", "every", "first", "last", "years"):
            sent[f"rule-{n}-{key}"] = "" if rule.get(key) is None else rule[key]
        sent[f"rule-{n}-steps"] = list(rule["steps"])
        for k, one in enumerate(rule["conditions"]):
            for key in ("join", "what", "of", "window", "resits", "low", "above", "high", "below",
                        "lines", "skip", "rule", "how", "times", "span"):  # fmt: skip
                sent[f"rule-{n}-c-{k}-{key}"] = one.get(key, "")
            if one.get("share"):
                sent[f"rule-{n}-c-{k}-share"] = "1"
    return sent


@pytest.mark.parametrize(("family", "body"), [(one[0], one[4]) for one in PUBLISHED])
def test_every_published_set_can_be_entered_by_the_form(family: str, body: dict[str, Any]) -> None:
    sent = fields_of(body)
    flat = {key: value for key, value in sent.items() if not isinstance(value, list)}
    lists = {key: value for key, value in sent.items() if isinstance(value, list)}
    assert read_rules(body_of(flat, lists)) == read_rules(body), family


def test_a_clerk_writes_a_set_of_the_own_college_tries_it_and_switches_it_on(
    world: World, clerk: Client
) -> None:
    base = WarningSet.objects.get(family="after-resit")
    page = reverse("students:warning_set", args=[base.pk])
    assert "复制" in clerk.get(page).content.decode() or clerk.get(page).status_code == 200
    act = reverse("students:warning_set_act", args=[base.pk])
    assert clerk.post(act, {"act": "draft"}).status_code == 403
    assert clerk.post(act, {"act": "copy", "unit": world.mech.pk}).status_code == 403
    clerk.post(act, {"act": "copy", "unit": world.chem.pk})
    draft = WarningSet.objects.get(unit=world.chem)
    edit = reverse("students:warning_set_edit", args=[draft.pk])
    assert clerk.get(edit).status_code == 200
    sent = fields_of(RULE_167) | {"name": "化工学院学业警告", "edition": draft.edition}
    sent["rule-0-c-0-above"] = "9"
    assert clerk.post(edit, sent).status_code == 302
    draft.refresh_from_db()
    assert (draft.name, draft.edition) == ("化工学院学业警告", 2)
    assert draft.body["rules"][0]["groups"][0][0]["above"] == "9"
    stale = clerk.post(edit, sent)
    assert stale.status_code == 422
    sent |= {"edition": 2, "rule-0-c-0-high": "lt", "rule-0-c-0-below": "5"}
    wrong = clerk.post(edit, sent)
    assert wrong.status_code == 422
    assert 'value="5"' in wrong.content.decode()  # what was typed is still there
    on = reverse("students:warning_set_act", args=[draft.pk])
    clerk.post(on, {"act": "on", "edition": 2})
    draft.refresh_from_db()
    assert draft.is_on
    clerk.post(on, {"act": "off"})
    draft.refresh_from_db()
    assert not draft.is_on


def test_a_set_that_hits_many_asks_again(world: World) -> None:
    draft = draft_of(world)
    course = Course.objects.create(code="X1", name="X1", credits=20)
    for student in (world.gu, world.cheng):
        CourseResult.objects.create(student=student, course=course, term_id="2025-2026-1",
                                    grade="40", passed=False, credits=20)  # fmt: skip
    with pytest.raises(DomainError) as refused:
        switch_on(actor=world.han, draft=draft, edition=1)
    assert refused.value.code == "much"
    _kept, preview = switch_on(actor=world.han, draft=draft, edition=1, is_sure=True)
    assert preview is not None
    (share,) = preview.shares
    assert (share.entry_year, share.hit, share.total) == (2023, 2, 3)
    # song of another college is under the rule, but not under the set of Chem.
    CourseResult.objects.create(student=world.song, course=course, term_id="2025-2026-1",
                                grade="40", passed=False, credits=20)  # fmt: skip
    assert {hit.student_id for hit in preview.hits} == {world.gu.pk, world.cheng.pk}
    Student.objects.filter(pk=world.cheng.pk).update(status="03")


def test_a_version_that_was_on_stays_as_it_was_and_the_next_takes_its_place(world: World) -> None:
    first = draft_of(world)
    switch_on(actor=world.han, draft=first, edition=1)
    values = {"name": "新", "source": "", "entry_from": None, "entry_to": None, "valid_from": None}
    with pytest.raises(DomainError):
        save_draft(actor=world.han, draft=first, values=values, body=RULE_167, edition=1)
    second = new_draft(actor=world.han, base=first, unit=world.chem)
    assert new_draft(actor=world.han, base=first, unit=world.chem).pk == second.pk
    assert second.version == 2
    with pytest.raises(StaleError):
        switch_on(actor=world.han, draft=second, edition=7)
    switch_on(actor=world.han, draft=second, edition=1)
    first.refresh_from_db()
    assert (first.is_on, first.off_by) == (False, world.han)
    with pytest.raises(DomainError):
        switch_on(actor=world.han, draft=first, edition=1)
    for act in (lambda: switch_off(actor=world.lin, one=second),
                lambda: new_draft(actor=world.jiang, base=second, unit=None)):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
