"""manage.py reset_account: for the operator of the server, when no administrator can help."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.domain.lockout import unlock_account
from portal.core.domain.passwords import give_one_time_password
from portal.core.domain.second_factor import reset_second_factor
from portal.core.errors import DomainError
from portal.core.models import User


class Command(BaseCommand):
    help = "Give a one-time password, take the second factor away, unlock. Audited as the system."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--password", action="store_true", help="print a one-time password")
        parser.add_argument("--second-factor", action="store_true", help="take it away")
        parser.add_argument("--unlock", action="store_true", help="forget failed log-ins")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']}.")
        if not (options["password"] or options["second_factor"] or options["unlock"]):
            raise CommandError("Say what to do: --password, --second-factor or --unlock.")
        for wanted, act in (("second_factor", reset_second_factor), ("unlock", unlock_account)):
            if options[wanted]:
                try:
                    act(actor=None, user=user)  # type: ignore[operator]
                except DomainError as error:
                    self.stdout.write(str(error))
        if options["password"]:
            self.stdout.write(give_one_time_password(actor=None, user=user))
