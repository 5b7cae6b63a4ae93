"""The API held against its own description by a program of others, with a token of each role.

``API_ARGS="--phases=coverage,fuzzing --max-examples=100" pytest tests/web/test_api_schemathesis.py`` for a long run.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from portal.core.api.auth import PerCaller
from tests.api_client import token_of
from tests.world import World, build_world

ROLES = ("zhou", "gao", "qian", "nobody")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
    "ignored_auth"
)


@pytest.fixture
def campus(transactional_db: None) -> World:
    world = build_world()
    world.add_case("gu", "RED")
    world.add_case("song")
    return world


def test_no_fault_and_no_answer_that_the_schema_does_not_name(
    campus: World, live_server: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    cache.clear()
    monkeypatch.setattr(PerCaller, "rate", "100000/min", raising=False)
    program = Path(sys.executable).with_name("schemathesis")
    faults = []
    # A few values an address in each run of the suite; the long run takes minutes.
    for key in ROLES:
        command = [
            str(program), "run", f"{live_server.url}/api/schema/",
            "-H", f"Authorization: Bearer {token_of(campus.people[key])}",
            "--checks", CHECKS, "--no-color",
            "--generation-deterministic",
            *os.environ.get("API_ARGS", "--phases=fuzzing --max-examples=3").split(),
        ]  # fmt: skip
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR)},
        )  # fmt: skip
        assert "Tested: 10" in done.stdout, done.stdout[-3000:] + done.stderr[-2000:]
        if done.returncode:
            faults.append(f"{key}\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
    assert not faults, "\n".join(faults)
