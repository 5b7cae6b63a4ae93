"""What production settings leave behind when an image is built by one account and run by another."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage.handler import StorageHandler

from portal.settings import base


@pytest.fixture
def static_files(settings: Any, tmp_path: Path) -> Path:
    """Static files as the image's build collects them, with hashed names and their list."""
    settings.STATIC_ROOT = tmp_path / "static"
    storage = StorageHandler(base.STORAGES)["staticfiles"]
    storage.save("css/one.css", ContentFile(b"a { color: red }" * 99))
    list(storage.post_process({"css/one.css": (storage, "css/one.css")}))
    return tmp_path / "static"


def test_static_files_of_a_build_are_read_by_the_account_that_runs_it(static_files: Path) -> None:
    files = [one for one in static_files.rglob("*") if one.is_file()]
    assert {"staticfiles.json", "one.css"} <= {one.name for one in files}
    closed = [one.name for one in files if one.stat().st_mode & 0o444 != 0o444]
    assert closed == []


def test_uploads_stay_readable_by_the_portal_alone(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    storage = StorageHandler(base.STORAGES)["default"]
    storage.save("paper.pdf", ContentFile(b"x"))
    assert (tmp_path / "paper.pdf").stat().st_mode & 0o077 == 0
