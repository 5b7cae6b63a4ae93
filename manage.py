#!/usr/bin/env python
"""Django's command line. Settings default to the demo on the embedded stack."""

import os
import sys


def main() -> None:
    # Beside a running `make demo` a command works on its data without further words.
    from portal.embedded.attach import adopt_running_environment

    adopt_running_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
