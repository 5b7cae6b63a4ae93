"""What each administrator does first, with how far it is."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cohorts.enums import UnitKind
from cohorts.models import Appointment, Contract, Major, Role, Term, Unit
from cohorts.queries.contract_groups import group_counts
from portal.core.adminsite.steps import Step, register_step


def _units() -> str:
    kinds = dict.fromkeys((UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS), 0)
    for kind in Unit.objects.filter(kind__in=kinds, closed_on=None).values_list("kind", flat=True):
        kinds[UnitKind(kind)] += 1
    return "、".join(f"{kind.label} {number}" for kind, number in kinds.items())


def _terms() -> str:
    newest = Term.objects.order_by("-starts_on").first()
    return str(newest) if newest else gettext("none yet")


def _majors() -> str:
    number = Major.objects.count()
    return ngettext("%(n)s major", "%(n)s majors", number) % {"n": number}


def _groups() -> str:
    today = timezone.localdate()
    current = list(Contract.objects.exclude(ends_on__lt=today))
    short = sum(any(c.gap for c in counts) for counts in group_counts(current).values())
    return gettext("%(n)s groups, %(short)s with gaps") % {"n": len(current), "short": short}


def _posts() -> str:
    today = timezone.localdate()
    held = Appointment.objects.in_force(today)
    ending = held.filter(ends_on__lte=today + dt.timedelta(days=30)).count()
    return gettext("%(n)s in force, %(ending)s end within 30 days") % {
        "n": held.count(), "ending": ending,
    }  # fmt: skip


def _roles() -> str:
    number = Role.objects.count()
    return ngettext("%(n)s role", "%(n)s roles", number) % {"n": number}


register_step(
    Step("sysadmin", 10, _("Draw the tree of the school"),
         _("University, then colleges and academies, then their cohorts; classes stand under a "
           "college's cohort, buildings and rooms under an academy."),
         "admin:cohorts_unit_changelist", state=_units),
    Step("sysadmin", 20, _("Enter the term"),
         _("Code and the Monday of week 1. Every week number comes from it."),
         "admin:cohorts_term_changelist", state=_terms),
    Step("sysadmin", 30, _("Enter the majors"),
         _("By hand, or by importing a sheet with the columns code, name, college."),
         "admin:cohorts_major_changelist", state=_majors),
    Step("sysadmin", 40, _("Import staff and students"),
         _("Upload the sheets of the personnel and academic offices. You see every difference "
           "before anything is saved."),
         "imports:list"),
    Step("sysadmin", 50, _("Set up the contracting groups"),
         _("For each cohort: the academy cohorts that belong to it and how many people are "
           "wanted. Gaps are shown in red."),
         "admin:cohorts_contract_changelist", state=_groups),
    Step("secadmin", 10, _("Open the accounts"),
         _("One account per person, named by staff number. Freeze it when the person leaves."),
         "admin:core_user_changelist"),
    Step("secadmin", 20, _("Read through the roles"),
         _("Seventeen roles are ready. Check what each may do before you appoint anyone."),
         "admin:cohorts_role_changelist", state=_roles),
    Step("secadmin", 30, _("Appoint people to posts"),
         _("Person, role, unit, first and last day, letter number. Rights open and close by "
           "these dates on their own."),
         "admin:cohorts_appointment_changelist", state=_posts),
    Step("auditor", 10, _("Read the audit trail"),
         _("Who did what, when, from which address. Nobody can change or delete a line."),
         "admin:core_auditentry_changelist"),
)  # fmt: skip
