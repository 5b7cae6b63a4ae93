"""While a file is read and written the collector of cycles rests, and afterwards it works again."""

import gc
from typing import Any

import pytest

from portal.core.domain.imports import Context, import_kind, run_import
from portal.core.sheets import SheetError
from tests.world import World


@pytest.mark.parametrize("is_at_work", [True, False])
def test_the_collector_is_as_before_whatever_becomes_of_the_file(
    world: World, is_at_work: bool
) -> None:
    seen: list[bool] = []

    def progress(*_words: Any) -> None:
        seen.append(gc.isenabled())

    context = Context(world.sys, progress=progress)
    rows = "学号,姓名,性别,学院,年级,班级\n2230519001,丁一然,男,化学工程学院,2023,化工2301\n"
    if not is_at_work:
        gc.disable()
    try:
        result = run_import(import_kind("roster"), rows.encode(), context, is_dry=True)
        assert len(result.table) == 1
        # The first word is said before, the others while the file is read and compared.
        assert seen[0] is is_at_work
        assert seen[1:] == [False] * (len(seen) - 1)
        assert len(seen) > 1
        assert gc.isenabled() is is_at_work
        with pytest.raises(SheetError):
            run_import(import_kind("roster"), b"no table", context)
        assert gc.isenabled() is is_at_work
    finally:
        gc.enable()
