from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    name = "students"
    verbose_name = _("Students")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cohorts.queries.posts import register_headcount
        from portal.core.accounts.passwords import register_personal

        from . import (
            input_access,  # noqa: F401 # routes to questions to teachers
            reach,  # noqa: F401 # routes to students as SQL
            warning_access,  # noqa: F401 # routes to academic warnings
        )
        from .catalogue import write_catalogue
        from .domain import (
            handed_over,  # noqa: F401 # links are handed over with posts
            inputs,  # noqa: F401 # questions to teachers are promises of the one inbox
            unit_follow,  # noqa: F401 # students go along with their units
            warning_jobs,  # noqa: F401 # rules are evaluated in the background
            warning_steps,  # noqa: F401 # steps are promises of the one inbox
        )
        from .exporters import (
            student_list,  # noqa: F401 # the list as a file
            study_report,  # noqa: F401 # reports are written in the background
        )
        from .queries.heads import heads_below
        from .queries.own_words import own_words
        from .study_catalogue import write_study

        register_headcount(heads_below)
        register_personal(own_words)
        post_migrate.connect(write_catalogue, sender=self)
        post_migrate.connect(write_study, sender=self)
