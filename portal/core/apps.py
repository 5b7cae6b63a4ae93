from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = _("Accounts, audit and jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Loads the Celery application, so that tasks sent from anywhere find the broker.
        import portal.celery

        # Every app hands its routes, indicators, navigation and panels up through registries.
        autodiscover_modules("access", "panels", "domain.imports")
        import portal.core.domain.import_jobs  # noqa: F401
        from portal.core.accounts import client, sign_in

        client.check_proxies()
        sign_in.connect()
