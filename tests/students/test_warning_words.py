"""What people read about rules: names, never the short codes that rules are kept under."""

from typing import Any

import pytest
from django.utils.translation import override

from students.published_rules import PUBLISHED, XJTU
from students.warning_rules import read_rules
from students.warning_words import explain, rule_words


@pytest.mark.parametrize("body", [one[-1] for one in PUBLISHED], ids=[one[0] for one in PUBLISHED])
def test_a_rule_with_a_level_is_never_called_by_its_code(body: dict[str, Any]) -> None:
    rules = read_rules(body)
    with override("zh-hans"):
        words = "".join(rule_words(one, rules) for one in rules.rules)
    for one in rules.rules:
        if one.level:
            assert f"“{one.code}”" not in words


def test_earlier_warnings_are_named_by_their_level() -> None:
    rules = read_rules(XJTU)
    with override("zh-hans"):
        sentences = [rule_words(one, rules) for one in rules.rules]
        why = explain(rules, "warned", {"groups": [True], "values": {}})
    assert all("退学警告" in words for words in sentences)
    assert "“退学警告”" in why[0]
    assert "warned" not in why[0]
