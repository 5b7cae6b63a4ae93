#!/usr/bin/env python
"""Django's command line. Settings default to the demo on the embedded stack."""

import os
import sys

# Commands that read and write files alone; they need no stack, running or not.
FILES_ONLY = {"rank_early"}


def main() -> None:
    # Beside a running `make demo` a command works on its data without further words.
    from portal.embedded.attach import adopt_running_environment, stand_in_environment

    if not adopt_running_environment() and FILES_ONLY & set(sys.argv[1:2]):
        stand_in_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
