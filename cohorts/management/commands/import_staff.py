"""manage.py import_staff FILE [--dry-run] [--actor USERNAME]"""

from portal.core.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Import staff accounts and posts from xlsx or csv: all of it or nothing."
    kind = "staff"
