"""make real: the portal on real, published records, with its figures checked against them.

    python -m bench.real [--var var/real] [--no-serve]

The records are read from PORTAL_DATA (default: ../shared/data beside the project), written as
import files to VAR/files, imported by the portal's own commands, compared, and then served.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.records import ROOT, Records, college_grades, data_directory, oulad

SOURCES: list[tuple[str, Callable[[Path], bool], Callable[[Path], Records]]] = [
    ("oulad", oulad.is_there, oulad.read),
    ("college_grades", college_grades.is_there, college_grades.read),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "real")
    parser.add_argument("--no-serve", action="store_true", help="stop after the comparison")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    directory = data_directory()
    present = [name for name, is_there, _read in SOURCES if is_there(directory)]
    if not present:
        print(f"No published records in {directory}: nothing to import.")
        print("Set PORTAL_DATA to a directory with oulad/ and college_grades/ to run this.")
        return 0
    for name, _is_there, _read in SOURCES:
        if name not in present:
            print(f"{name} is not in {directory}: left out.")
    if options.inside:
        return _import_and_compare(options.var, directory)
    return _outside(options.var.resolve(), serve=not options.no_serve)


def _outside(var: Path, *, serve: bool) -> int:
    """Import on the servers of ``var``, then start the whole portal there."""
    embedded = [sys.executable, "-m", "portal.embedded", "--var", str(var)]
    inside = [sys.executable, "-m", "bench.real", "--inside", "--var", str(var)]
    done = subprocess.run([*embedded, "exec", "--", *inside], cwd=ROOT)
    if done.returncode or not serve:
        return done.returncode
    os.chdir(ROOT)
    os.execv(sys.executable, embedded)


def _import_and_compare(var: Path, directory: Path) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from bench.records.check import Line, compare, import_records, print_table
    from students.models import Student

    call_command("migrate", verbosity=0)
    lines: list[Line] = []
    for _name, is_there, read in SOURCES:
        if not is_there(directory):
            continue
        records = read(directory)
        first = records.roster[0][0]
        if Student.objects.filter(student_no=first).exists():
            print(f"{records.name}: imported earlier.")
        else:
            import_records(records, var / "files")
        lines += compare(records)
    return 0 if print_table(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
