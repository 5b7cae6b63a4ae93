"""The table that auditors read is the one that the data makes."""

from pathlib import Path

import pytest

from portal.web.management.commands.permission_matrix import permission_matrix

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_the_printed_matrix_is_the_one_in_the_documentation() -> None:
    document = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert permission_matrix() in document
