"""The tables that auditors read are the ones that the data makes."""

from pathlib import Path

import pytest

from portal.web.management.commands.permission_matrix import field_matrix, permission_matrix

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_the_printed_matrices_are_the_ones_in_the_documentation() -> None:
    document = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert permission_matrix() in document
    assert field_matrix() in document
