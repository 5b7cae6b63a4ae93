"""Nothing that shows rows is left out: models, admin classes, tasks and exporters are listed."""

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from portal.celery import app as celery
from portal.core.access import RestrictedQuerySet, actions, routes
from portal.core.scope import request_scope
from tests.permissions.listed import ADMIN, EXPORTERS, KINDS_OF_UNIT, RESTRICTED, TASKS
from tests.permissions.matrix import OBJECTS, kept
from tests.permissions.positions import STATES, Positions, build

WHERE = "Say in tests/permissions/listed.py how it is kept"
APPS = ("portal.web", "portal.core", "cohorts", "students", "partybranch", "casework")


def not_alike(what: str, listed: Iterable[str], there: Iterable[str]) -> str:
    new, gone = set(there) - set(listed), set(listed) - set(there)
    lines = [f"{what} {name} is not listed. {WHERE}." for name in sorted(new)]
    return "\n".join(lines + [f"{what} {name} is listed, but gone." for name in sorted(gone)])


def restricted_models() -> dict[str, Any]:
    return {
        model._meta.label: model
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), RestrictedQuerySet) and not model._meta.parents
    }


def test_every_restricted_model_says_how_it_is_proved() -> None:
    there = restricted_models()
    assert not (said := not_alike("The restricted model", RESTRICTED, there)), said
    for label, (ways, proof) in RESTRICTED.items():
        now = " ".join(route.name for route in routes(there[label]))
        assert now == ways, f"{label} is reached by {now}; listed: {ways}. {WHERE}."
        word, _space, name = proof.partition(" ")
        if word == "matrix":
            assert OBJECTS[name][0] is there[label], label
        elif word == "follows":
            assert ways == name, label
        else:
            assert proof.startswith("tests/"), label


def test_kinds_of_unit_have_no_way_of_their_own() -> None:
    units = {model.__name__ for model in apps.get_models() if "Unit" in {
        above.__name__ for above in model._meta.parents}}  # fmt: skip
    assert units == {*KINDS_OF_UNIT.split(), "PartyOrganization"}
    unit = [route.name for route in routes(apps.get_model("cohorts.Unit"))]
    for name in KINDS_OF_UNIT.split():
        assert [route.name for route in routes(apps.get_model("cohorts", name))] == unit


def test_every_task_says_whose_rights_count() -> None:
    celery.loader.import_default_modules()
    ours = [name for name in celery.tasks if not name.startswith("celery.")]
    assert not (said := not_alike("The task", TASKS, ours)), said


def test_every_module_of_exporters_says_whence_its_rows_come() -> None:
    there = []
    for name in APPS:
        app = import_module(name)
        for found in pkgutil.iter_modules(app.__path__, f"{name}."):
            if found.name.startswith(f"{name}.exporters"):
                inner = import_module(found.name)
                parts = pkgutil.iter_modules(getattr(inner, "__path__", []), f"{found.name}.")
                there += [part.name for part in parts] or [found.name]
    assert not (said := not_alike("The exporter", EXPORTERS, there)), said


def test_every_admin_class_says_which_administrator_may_do_what() -> None:
    registered = {model._meta.label: one for model, one in admin.site._registry.items()}
    assert not (said := not_alike("The admin class", ADMIN, registered)), said
    for label, one in registered.items():
        said = "; ".join(f"{duty}: {verbs}" for duty, verbs in one.duties.items())
        assert said == ADMIN[label], f"{label}: {said}. {WHERE}, or mend its duties."


@pytest.fixture
def campus(db: None) -> Positions:
    return build()


def test_the_admin_opens_to_the_three_and_only_while_they_hold_the_post(
    campus: Positions,
) -> None:
    """Every role in every state of its post, against every admin class."""
    for (role, _kind, state), person in campus.people.items():
        if state not in STATES:
            continue
        person = type(person).objects.get(pk=person.pk)
        request = RequestFactory().get("/admin/")
        request.user = person
        is_held = state not in ("expired", "later", "frozen")
        for model, one in admin.site._registry.items():
            duties = dict(part.split(": ") for part in ADMIN[model._meta.label].split("; "))
            mine = duties.get(role, "").split() if is_held else []
            with request_scope(None):
                may = [verb for verb in ("view", "add", "change", "delete")
                       if getattr(one, f"has_{verb}_permission")(request)]  # fmt: skip
            # A class may take back, for single rows, what its duty lists (roots of the tree).
            assert set(may) <= set(mine), (role, state, model._meta.label)
            assert ("view" in may) == ("view" in mine), (role, state, model._meta.label)


def test_what_follows_its_student_or_case_is_seen_with_it(campus: Positions) -> None:
    """For one person of every role and state, row by row where the campus has rows."""
    followers = {
        label: model
        for label, model in restricted_models().items()
        if RESTRICTED[label][1].startswith("follows") and model._default_manager.exists()
    }
    assert {"students.Placement", "students.StudentLink", "students.FamilyContact",
            "students.AidGrant", "casework.CaseReview", "casework.AfterCheck"} <= set(followers)  # fmt: skip
    asked = {"see_card", "see_record", "see_case", "write_case", "log_talk", "appoint", "see_contact",
             "see_health", "see_aid_tier", "see_aid"}  # fmt: skip
    assert asked <= {one.code for one in actions()}
    roles = list(dict.fromkeys((role, kind) for _o, _a, role, kind in kept()))
    for number, (role, kind) in enumerate(pair for pair in roles if pair in set(campus.held)):
        person = campus.people[role, kind, STATES[number % len(STATES)]]
        with request_scope(None):
            for label, model in followers.items():
                parent = RESTRICTED[label][1].removeprefix("follows ")
                above = OBJECTS[parent][0]
                for action in asked:
                    mine = model.objects.restrict(person, action).values_list(parent, flat=True)
                    seen = above.objects.restrict(person, action).values_list("pk", flat=True)
                    theirs = model.objects.filter(**{f"{parent}__in": list(seen)})
                    assert sorted(mine) == sorted(theirs.values_list(parent, flat=True)), label
