from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Casework")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            crisis_access,  # noqa: F401 # routes to crises
            exporters_ledger,  # noqa: F401 # the ledger as a file
            helper_access,  # noqa: F401 # who helps the student of a case
            key_access,  # noqa: F401 # routes to keys and reviews
            office_access,  # noqa: F401 # the aid centre; the counselling centre in a crisis
            plan_access,  # noqa: F401 # locked out of the promises as well
            problem_access,  # noqa: F401 # routes to common problems
            reach,  # noqa: F401 # routes to cases as SQL
            reach_work,  # noqa: F401 # routes to keys, moves and requests as SQL
            request_access,  # noqa: F401 # routes to requests
            sealed_access,  # noqa: F401 # routes to sealed records
            sealed_checks,  # noqa: F401 # nothing may open them by another way
            talk_access,  # noqa: F401 # routes to follow-ups
            talk_files,  # noqa: F401 # files of records
            transition_access,  # noqa: F401 # routes to moves
        )
        from .catalogue import write_catalogue
        from .crisis_catalogue import write_lines
        from .domain import (
            closing,  # noqa: F401 # what the last key of a closing does
            handed_over,  # noqa: F401  (registers its kinds of work)
            lowering,  # noqa: F401 # what the last key of an entry or a lowering does
            plan_tasks,  # noqa: F401 # steps are promises of the one inbox
            study_help,  # noqa: F401 # tasks about students of the analysis
            unit_follow,  # noqa: F401 # cases go along with their units
            warning_follow,  # noqa: F401 # confirmed warnings enter the ledger
        )
        from .plan_catalogue import write_templates
        from .request_catalogue import write_request_kinds
        from .screening_catalogue import write_scales

        post_migrate.connect(write_catalogue, sender=self)
        post_migrate.connect(write_lines, sender=self)
        post_migrate.connect(write_request_kinds, sender=self)
        post_migrate.connect(write_templates, sender=self)
        post_migrate.connect(write_scales, sender=self)
