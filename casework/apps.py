from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Casework")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import key_access, problem_access  # noqa: F401 # routes to keys and problems
        from .catalogue import write_catalogue
        from .domain import (
            handed_over,  # noqa: F401  (registers its kinds of work)
            unit_follow,  # noqa: F401 # cases go along with their units
        )

        post_migrate.connect(write_catalogue, sender=self)
