"""Course catalogue, programme plans and grade points. No student and no result is shown here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.adminsite.base import PortalAdmin
from portal.core.adminsite.steps import Step, register_step
from students.models import Course, CourseGroup, GradePoint, GradeScale, PlanCourse, Programme


class _Rows(admin.TabularInline):
    """Rows of a catalogue follow the right to what they belong to."""

    extra = 1
    above = ""

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return bool(request.user.has_perm(f"students.{verb}_{self.above}"))  # type: ignore[union-attr]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")


@admin.register(Course)
class CourseAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "The catalogue of courses. A change of credits counts for results entered from now on; "
        "earlier results keep the credits they were given."
    )
    list_display = ("name", "code", "credits", "college")
    list_filter = ("college",)
    list_select_related = ("college",)
    search_fields = ("name", "code")
    autocomplete_fields = ("college",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


class GroupRows(_Rows):
    model = CourseGroup
    above = "programme"
    fields = ("order", "name", "need", "credits", "due_term")


@admin.register(Programme)
class ProgrammeAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Plans of majors by entry year: groups of courses, credits and terms. Whole plans come in "
        "on the import page, where the difference is shown first."
    )
    list_display = ("major", "entry_year", "years", "credits")
    list_filter = ("entry_year",)
    list_select_related = ("major",)
    search_fields = ("major__name", "major__code")
    autocomplete_fields = ("major",)
    inlines = (GroupRows,)


@admin.register(PlanCourse)
class PlanCourseAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view change"}
    intro = _("Courses of the plans, with the credits and the term of study that count there.")
    list_display = ("course", "programme", "group", "credits", "term_no")
    list_filter = ("programme__entry_year",)
    list_select_related = ("course", "programme__major", "group")
    search_fields = ("course__name", "course__code", "programme__major__name")
    readonly_fields = ("programme", "course", "group")


class PointRows(_Rows):
    model = GradePoint
    above = "gradescale"
    fields = ("low", "grade", "point")


@admin.register(GradeScale)
class GradeScaleAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "How grades become points. The scale in use makes the averages and ranks of all pages; to "
        "change it, take the mark from the old one first."
    )
    list_display = ("name", "code", "formula", "sitting", "is_used")
    inlines = (PointRows,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


register_step(
    Step("sysadmin", 70, _("Choose the grade point formula"),
         _("Which scale turns grades into points, and whether the best or the last attempt counts."),
         "admin:students_gradescale_changelist"),
)  # fmt: skip
