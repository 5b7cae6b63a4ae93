from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PartybranchConfig(AppConfig):
    name = "partybranch"
    verbose_name = _("Party branches")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            league_access,  # noqa: F401 # routes to indicators of the League
            life_access,  # noqa: F401 # routes to events
            link_access,  # noqa: F401 # routes to links
            reach,  # noqa: F401 # routes to developments as SQL
        )
        from .catalogue import write_rules
        from .domain import (
            resolutions,  # noqa: F401 # tasks that come of meetings
            unit_follow,  # noqa: F401 # members and files go along with branches
        )
        from .exporters import lists  # noqa: F401 # roll and dues as files
        from .honour_catalogue import write_honours
        from .league_catalogue import write_league
        from .life_catalogue import write_life
        from .link_catalogue import write_links

        post_migrate.connect(write_rules, sender=self)
        post_migrate.connect(write_life, sender=self)
        post_migrate.connect(write_links, sender=self)
        post_migrate.connect(write_honours, sender=self)
        post_migrate.connect(write_league, sender=self)
