"""manage.py import_units FILE [--dry-run] [--actor USERNAME]"""

from portal.core.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Import the organisation's units from xlsx or csv: all of it or nothing."
    kind = "units"
