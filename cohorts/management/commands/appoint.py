"""Appoint from the command line: how the first administrators of a school get their posts."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Role, Unit, University
from portal.core.errors import DomainError
from portal.core.models import User


class Command(BaseCommand):
    help = (
        "Appoint USERNAME to ROLE on the unit with code UNIT, as the system. "
        "With --open-university NAME the university is opened first under that code."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", help="sysadmin, secadmin, auditor, counsellor, …")
        parser.add_argument("unit", help="code of the unit")
        parser.add_argument("--from", dest="starts_on", type=dt.date.fromisoformat)
        parser.add_argument("--to", dest="ends_on", type=dt.date.fromisoformat)
        parser.add_argument("--letter", default="")
        parser.add_argument("--open-university", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["open_university"]
        if name and not Unit.objects.filter(code=options["unit"]).exists():
            open_unit(actor=None, unit=University(name=name, code=options["unit"]))
        found = {
            "person": User.objects.filter(username=options["username"]).first(),
            "role": Role.objects.filter(code=options["role"]).first(),
            "unit": Unit.objects.filter(code=options["unit"]).first(),
        }
        for what, value in found.items():
            if value is None:
                wanted = options["username" if what == "person" else what]
                raise CommandError(_("There is no “%(name)s”.") % {"name": wanted}, returncode=2)
        try:
            post = appoint(
                actor=None, starts_on=options["starts_on"], ends_on=options["ends_on"],
                letter_no=options["letter"], **found,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(post))
