"""What an administrator looks at first: grants in step with posts, background jobs, vacancies."""

import datetime as dt
from typing import Any

from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.domain.reconcile import drift
from portal.core.domain.pull import freshness
from portal.core.models import Job, JobState
from portal.web.queries.kept import SCHOOL_SECONDS, kept

# Which administration pages belong to which action (three administrators, rulebook 8.2).
_LINKS = (
    ("manage_unit", _("Units"), "admin:cohorts_unit_changelist", "building"),
    ("manage_contract", _("Contracting groups"), "admin:cohorts_contract_changelist", "account"),
    ("grant_roles", _("Appointments"), "admin:cohorts_appointment_changelist", "user-plus"),
    ("grant_roles", _("Roles"), "admin:cohorts_role_changelist", "shield"),
    ("grant_roles", _("Accounts"), "admin:core_user_changelist", "users"),
)
_ADMIN_ROLES = {"sysadmin", "secadmin", "auditor"}


def is_administrator(role_codes: tuple[str, ...]) -> bool:
    return bool(_ADMIN_ROLES & set(role_codes))


def office_links(actions: frozenset[str], role_codes: tuple[str, ...]) -> list[dict[str, str]]:
    """Administration pages by right; those that do not exist are left out."""
    wanted = [(label, name, icon) for action, label, name, icon in _LINKS if action in actions]
    if "auditor" in role_codes:
        wanted.append((_("Audit log"), "admin:core_auditentry_changelist", "history"))
    if "import_roster" in actions or "import_staff" in actions:
        wanted.append((_("Imports"), "imports:list", "upload"))
    found: dict[str, dict[str, str]] = {}
    for label, name, icon in wanted:
        try:
            found[name] = {"label": str(label), "url": reverse(name), "icon": icon}
        except NoReverseMatch:
            continue
    return list(found.values())


def state(role_codes: tuple[str, ...]) -> dict[str, Any]:
    """Drift for the security administrator, jobs of the last day for all three."""
    since = timezone.now() - dt.timedelta(days=1)
    jobs = dict(
        Job.objects.filter(created_at__gte=since)
        .values_list("state")
        .annotate(n=Count("pk"))
        .values_list("state", "n")
    )
    found: dict[str, Any] = {
        "jobs": [{"label": JobState(code).label, "value": n} for code, n in sorted(jobs.items())],
        "failed": jobs.get(JobState.FAILED, 0),
        "platform": freshness(),
    }
    if {"secadmin", "sysadmin"} & set(role_codes):
        extra, missing = kept("grant-drift", SCHOOL_SECONDS, drift)
        found |= {"drift": extra + missing, "drift_extra": extra, "drift_missing": missing}
    return found
