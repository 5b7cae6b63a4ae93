"""The API held against its own description by a program of others, with a token of each role.

In the suite a few cases per address and role, in this process. The long run goes by the program's
own command against a live server:
``API_ARGS="--phases=coverage,fuzzing --max-examples=100" pytest tests/web/test_api_schemathesis.py``.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings

from portal.core.api.auth import PerCaller
from portal.wsgi import application
from tests.api_client import token_of
from tests.world import World, build_world

# The fifteen demo accounts, by the members of the cast who hold the same roles.
ROLES = {
    "leader": "lin", "counsellor": "zhou", "adviser": "lu", "tutor": "wang", "organiser": "gao",
    "partytutor": "fang", "clerk": "han", "psych": "psy", "office": "ma", "student": "gu_account",
    "secretary": "song_sec", "schoolleader": "qian", "sysadmin": "sys", "secadmin": "sec",
    "auditor": "aud",
}  # fmt: skip
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
    "ignored_auth"
)
LONG = os.environ.get("API_ARGS", "")
EACH = 1  # cases per address, role and kind of data (right, wrong)
AT_LEAST = 18  # addresses in the description


def build() -> World:
    world = build_world()
    world.add_case("gu", "RED")
    world.add_case("song")
    for key, role, unit in (("fang", "party_tutor", "chem23"), ("ma", "office_staff", "counselling"),
                            ("song_sec", "party_secretary", "mech")):  # fmt: skip
        world.add_person(key, key)
        world.add_post(key, role, unit)
    return world


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(PerCaller, "rate", "100000/min", raising=False)


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests share the connection of the test, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.skipif(bool(LONG), reason="the long run asks the same and more")
def test_every_role_gets_only_answers_that_the_schema_names() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, at import
        import schemathesis
        from schemathesis import GenerationMode
        from schemathesis.specs.openapi.checks import ignored_auth
    world, faults = build(), []
    of_role = {
        role: {"Authorization": f"Bearer {token_of(world.people[key])}"}
        for role, key in ROLES.items()
    }
    schema = schemathesis.openapi.from_wsgi("/api/schema/", application, headers=of_role["leader"])
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= AT_LEAST
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)
            for number, (role, headers) in enumerate(of_role.items()):
                # Whether the token matters at all is asked once for each address.
                left_out = [] if number == 0 else [ignored_auth]
                try:
                    _ask(cases, headers, left_out, number)
                except Exception as error:
                    faults.append(f"{role}, {operation.label}, {mode.value}: {error}"[:1500])
    assert not faults, "\n\n".join(faults)


def _ask(cases: Any, headers: dict[str, str], left_out: list[Any], number: int) -> None:
    """A generated request; each role gets another, the same in every run."""

    @seed(number)
    @hypothesis_settings(
        max_examples=EACH, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases)
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    ask()


@pytest.fixture
def campus(transactional_db: None) -> World:
    return build()


@pytest.mark.skipif(not LONG, reason="takes minutes: set API_ARGS")
def test_the_long_run_finds_no_fault_and_no_answer_that_the_schema_does_not_name(
    campus: World, live_server: Any, tmp_path: Path
) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    faults = []
    for role, key in ROLES.items():
        command = [
            str(program), "run", f"{live_server.url}/api/schema/",
            "-H", f"Authorization: Bearer {token_of(campus.people[key])}",
            "--checks", CHECKS, "--no-color",
            "--generation-deterministic", *LONG.split(),
        ]  # fmt: skip
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR)},
        )  # fmt: skip
        assert f"Tested: {AT_LEAST}" in done.stdout, done.stdout[-3000:] + done.stderr[-2000:]
        if done.returncode:
            faults.append(f"{role}\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
    assert not faults, "\n".join(faults)
