"""Static finder that serves exactly the browser libraries in use out of ``node_modules``.

Pointing Django at whole ``dist`` folders would publish a thousand files and break the
manifest storage on bundled files that name source maps which are not shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

# public path -> file below node_modules
ALLOWED = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
}


class AllowedStorage(FileSystemStorage):
    """Reads ``vendor/…`` names from their places below ``node_modules``."""

    prefix = None

    def path(self, name: str) -> str:
        """Absolute path of an allowed public name; KeyError for anything else."""
        return str(Path(self.location) / ALLOWED[name.replace("\\", "/")])


class NodeModulesFinder(BaseFinder):
    """Finds the allow-listed library files; add a line to ``ALLOWED`` to serve another."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        root = getattr(settings, "NODE_MODULES_DIR", Path(settings.BASE_DIR) / "node_modules")
        self.root = Path(root)
        self.storage = AllowedStorage(location=str(self.root))
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        """No system check: without node_modules the pages still work, unstyled."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Absolute path of an allowed file that is installed, else nothing."""
        target = ALLOWED.get(path.replace("\\", "/"))
        if target and (self.root / target).is_file():
            found = str(self.root / target)
            return [found] if find_all else found
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every allowed file that is installed, for collectstatic."""
        for public, target in ALLOWED.items():
            if (self.root / target).is_file():
                yield public, self.storage
