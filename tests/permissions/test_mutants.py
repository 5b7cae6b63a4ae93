"""The script that takes rules away fits the code, and its table in the documentation is whole.

Running it is slow (``make mutants``); that it could run is looked at in every run of the suite.
"""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def script() -> Any:
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "tools" / "mutate_access.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate"] = module
    spec.loader.exec_module(module)
    return module


def test_every_rule_that_is_taken_away_stands_once_in_the_code() -> None:
    for rule in script().RULES:
        found = (ROOT / rule.path).read_text(encoding="utf-8").count(rule.old)
        assert found == 1, (
            f"tools/mutate_access.py, {rule.name!r}: its text stands {found} times in {rule.path}. "
            "The rule has been written otherwise: bring the mutant in line, and run it by its name."
        )


def test_the_documentation_names_a_test_for_every_rule() -> None:
    document = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| ([^|`]+?) \| `(tests/[^`]+)` \|$", document, re.MULTILINE))
    assert set(table) == {rule.name for rule in script().RULES}
    for name, test in table.items():
        path, _colons, function = test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {function}(" in text, f"{name}: {test} is not there any more; run the mutant"


def test_every_view_that_could_forget_to_ask_has_tests_that_must_notice() -> None:
    found = script().view_mutants()
    rooms = {one.path.split("/")[0] for one in found}
    assert rooms == {"casework", "cohorts", "partybranch", "portal", "students"}
    assert all((ROOT / test).exists() for one in found for test in one.tests.split())
