from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    name = "students"
    verbose_name = _("Students")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .domain import unit_follow  # noqa: F401 # students go along with their units
