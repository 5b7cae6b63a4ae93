"""Run the supervisor on this folder: `python serve.py --var DIR`."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from portal.embedded.application import Application  # noqa: E402
from portal.embedded.cli import main  # noqa: E402

tiny = Application(
    root=HERE,
    settings="",
    wsgi="tinyweb:application",
    celery="tinycelery:app",
    logger="",  # ours is not on the path of the tiny project
    ready_seconds=float(os.environ.get("TINY_READY_SECONDS", "60")),
)
sys.exit(main(application=tiny))
