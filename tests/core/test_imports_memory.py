"""While a file is read and written the collector of cycles rests, and afterwards it works again."""

import gc
from typing import Any

import pytest

from portal.core.domain import imports
from portal.core.sheets import SheetError


@pytest.mark.parametrize("is_at_work", [True, False])
def test_the_collector_is_as_before_whatever_becomes_of_the_file(is_at_work: bool) -> None:
    seen: list[bool] = []

    class Kind:
        def read(self, _content: bytes, _on_rows: Any) -> Any:
            seen.append(gc.isenabled())
            raise SheetError("no table")

    class Context:
        def progress(self, *_words: Any) -> None:
            pass

    if not is_at_work:
        gc.disable()
    try:
        with pytest.raises(SheetError):
            imports.run_import(Kind(), b"", Context())  # type: ignore[arg-type]
        assert seen == [False]
        assert gc.isenabled() is is_at_work
    finally:
        gc.enable()
