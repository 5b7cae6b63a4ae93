"""manage.py import_roster FILE [--dry-run] [--actor USERNAME] [--since DAY] [--create-units]"""

from portal.core.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Import a roster of students from xlsx or csv: all of it or nothing."
    kind = "roster"
    create_option = "create-units"
