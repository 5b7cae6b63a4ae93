"""A program for test_sealed_storage: rotate one row at a time until it is killed."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from django.core.management import call_command  # noqa: E402

call_command("rotate_sealed_keys", "--batch", "1", stdout=sys.stdout)
