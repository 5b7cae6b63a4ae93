"""Stands in for Django's: notes what it was asked to do."""

import os
import sys
from pathlib import Path

var = Path(os.environ["PORTAL_VAR"])
if sys.argv[1] == os.environ.get("TINY_FAILS"):
    sys.exit(f"{sys.argv[1]} cannot be done today")
with (var / "calls").open("a", encoding="utf-8") as calls:
    calls.write(sys.argv[1] + "\n")
if sys.argv[1] == "prepare_demo":
    (var / "demo-accounts.txt").write_text("leader  sesame\n", encoding="utf-8")
