from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CohortsConfig(AppConfig):
    name = "cohorts"
    verbose_name = _("Organisation and posts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .catalogue import write_catalogue

        # Actions become permissions of Unit, and the role catalogue its first rows.
        post_migrate.connect(write_catalogue, sender=self)
