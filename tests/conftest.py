"""Fixtures shared by all tests: the small campus with its named cast."""

import datetime as dt
import gc
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.http import HttpResponse
from django.template import Context
from django.test.signals import template_rendered
from django.utils import translation
from django.utils.translation import get_language
from hypothesis import settings as hypothesis_settings

from portal.core.access import key_of
from portal.core.ui.fast_nodes import Whole
from portal.embedded import schema_copies
from portal.embedded.pytest_boot import keep_schema
from portal.web import kept_frame
from tests import parallel
from tests.world import World, build_world

# The same cases in every run.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.load_profile("same")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> parallel.Sharing:
    return parallel.Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        parallel.put_in_order(items)


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the collector need not look through it
    again and again (a twelfth of all the time of a run)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and not hasattr(session.config, "workerinput"):
        parallel.refuse_skips(session)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """A worker of a parallel run copies the one migrated database instead of migrating."""
    if hasattr(request.config, "workerinput"):
        name = str(connections["default"].settings_dict["TEST"]["NAME"])
        return schema_copies.copy(name)
    return bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The migrated database is kept as a file for the next run of a few tests."""
    keep_schema()


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """A page asked for in English leaves its language behind; each test begins in the default."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def world(db: None) -> World:
    """A campus of two colleges and two academies; see tests/world.py for who is who."""
    return build_world()


@pytest.fixture(autouse=True, scope="session")
def _emptied_between_tests() -> None:
    """Tests with real commits empty all tables afterwards, the append-only ones too."""
    flush = DatabaseOperations.sql_flush

    def with_leave(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = flush(self, *args, **kwargs)
        leave = "SET LOCAL portal.audit_archive = 'on';"
        return [leave, *statements] if statements else []

    DatabaseOperations.sql_flush = with_leave  # type: ignore[method-assign]


@pytest.fixture
def _no_copied_contexts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients keep no copies of template contexts, and refusals are not written down: a tenth of
    the time of a thousand pages."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *_, **__: None)
    log = logging.getLogger("django.request")
    log.setLevel(logging.ERROR)
    yield
    log.setLevel(logging.NOTSET)


@pytest.fixture
def _lasting_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame of a person is made once in a test and not anew after each write: more than half
    of the time of a thousand pages. What stands in it is asked in tests/web/test_frame.py."""
    made: dict[tuple[Any, ...], kept_frame.Kept] = {}
    make = kept_frame._make

    def once(user: Any, day: dt.date, state: tuple[Any, ...]) -> kept_frame.Kept:
        key = (key_of(user), day, get_language())
        if key not in made:
            made[key] = make(user, day, state)
        return made[key]

    monkeypatch.setattr(kept_frame, "_make", once)


@pytest.fixture
def _plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not there is told so in one word: a fifth of the time of a thousand people
    who are shut out. The page itself is asked in tests/web/test_pages.py."""

    def missing(request: Any, exception: Exception) -> HttpResponse:
        return HttpResponse("404", status=404)

    monkeypatch.setattr("portal.urls.handler404", missing)


@pytest.fixture(autouse=True, scope="session")
def _folded_pages_tell_their_context() -> Iterator[None]:
    """``response.context`` of a page whose parents were put in place: Django's tests hear of
    templates by ``Template._render``, which a folded page has of its own."""
    render = Whole._render

    def telling(page: Whole, context: Context) -> Any:
        template_rendered.send(sender=page, template=page, context=context)
        return render(page, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Whole, "_render", telling)
        yield
