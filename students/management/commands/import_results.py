"""manage.py import_results FILE [--dry-run] [--actor USERNAME] [--create-courses]"""

from portal.core.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Import course results from xlsx or csv: all of it or nothing."
    kind = "results"
    create_option = "create-courses"
