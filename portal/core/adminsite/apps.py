from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalAdminConfig(AdminConfig):
    """Takes the place of django.contrib.admin in INSTALLED_APPS."""

    default_site = "portal.core.adminsite.site.PortalAdminSite"
    verbose_name = _("Administration")

    def ready(self) -> None:
        super().ready()
        from portal.core.admin_rights import write_groups

        post_migrate.connect(write_groups, sender=self)
