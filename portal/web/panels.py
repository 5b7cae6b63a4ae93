"""What the roof itself puts into the navigation."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from cohorts.enums import UnitKind
from portal.core.registry import NavItem, register_nav
from portal.web.queries import dues  # noqa: F401 # lines of digests
from portal.web.queries.contracts import led_accounts
from portal.web.queries.frame import facts, holding
from portal.web.queries.offices import is_administrator
from portal.web.queries.talks import talked
from students.queries.figures import StudentFigure, register_figure


def _always(_user: Any) -> bool:
    return True


def _has_units(user: Any) -> bool:
    return bool(holding(user).choices)


def _has_contracts(user: Any) -> bool:
    """Leaders, and those whose own unit has cohorts below it."""
    if "contract_leader" in facts(user).role_codes:
        return True
    high = {UnitKind.UNIVERSITY, UnitKind.COLLEGE}
    return any(one.depth == 0 and one.kind in high for one in holding(user).choices)


def _dashboard_url(user: Any) -> str:
    return holding(user).choices[0].url


def _contract_url(user: Any) -> str:
    return reverse("web:contracts")


def _open_items(user: Any) -> int | None:
    """Open items of the account one leads."""
    if "contract_leader" not in facts(user).role_codes:
        return None
    rows = led_accounts(user)
    return rows[0]["total"] if rows else None


def _may_import(user: Any) -> bool:
    return bool({"import_roster", "import_results", "import_staff"} & holding(user).actions)


def _import_url(_user: Any) -> str | None:
    for name in ("imports:list", "imports:index", "imports:start"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


def _may_support(user: Any) -> bool:
    return "view_as" in holding(user).actions


def _is_office(user: Any) -> bool:
    return user.is_staff and is_administrator(facts(user).role_codes)


register_nav(
    NavItem("workbench", "", _("Workbench"), "web:workbench", "workbench", 10, _always),
    NavItem("dashboard", "", _("Dashboard"), "web:unit", "cohort", 20, _has_units,
            url=_dashboard_url),
    NavItem("contracts", "", _("Contract account"), "web:contracts", "account", 30,
            _has_contracts, _open_items, url=_contract_url),
    NavItem("organisation", "", _("Organisation"), "web:tree", "building", 40, _has_units),
    NavItem("imports", _("Office"), _("Imports"), "imports:list", "upload", 910, _may_import,
            url=_import_url),
    NavItem("view_as", _("Office"), _("Look as a colleague"), "web:view_as", "eye", 915,
            _may_support),
    NavItem("admin", _("Office"), _("Administration"), "admin:index", "settings", 920, _is_office),
)  # fmt: skip
register_figure(StudentFigure("talked", _("talked with this term"), talked, "see_talks"))
