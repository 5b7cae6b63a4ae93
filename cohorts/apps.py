from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CohortsConfig(AppConfig):
    name = "cohorts"
    verbose_name = _("Organisation and posts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.core.admin_rights import register_duty_source, register_guard
        from portal.core.domain.mails import register_rhythms
        from portal.core.domain.view_as import register_support_right

        from . import (  # register routes
            export_access,  # noqa: F401
            post_access,  # noqa: F401
            reach,  # noqa: F401
            task_access,  # noqa: F401
        )
        from .access import reaches_a_post
        from .catalogue import write_catalogue
        from .domain import exports, handed_over, handed_over_tasks  # noqa: F401  (register work)
        from .measures import write_measures
        from .offices import write_offices
        from .queries.duties import duty_today, refuse_lockout
        from .queries.rhythms import own_rhythm
        from .rhythm_catalogue import write_rhythms

        register_duty_source(duty_today)
        register_guard(refuse_lockout)
        register_support_right(reaches_a_post)
        register_rhythms(own_rhythm)

        # Actions become permissions of Unit, and the role catalogue its first rows.
        post_migrate.connect(write_catalogue, sender=self)
        # Limits and ratios name the roles, so they follow them.
        post_migrate.connect(write_measures, sender=self)
        # Posts that units must have, and the loads of roles, rest on both.
        post_migrate.connect(write_offices, sender=self)
        post_migrate.connect(write_rhythms, sender=self)
