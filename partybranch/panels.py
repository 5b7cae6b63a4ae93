"""What the party side hands to the frame and to the student's pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cohorts.access import granted_unit_ids
from partybranch.enums import BRANCHES
from partybranch.models import Development, PartyOrganization
from partybranch.queries import (
    links_own,
    reminders,  # noqa: F401 # lines of digests
)
from partybranch.queries.board import open_files
from partybranch.queries.league import sees_league
from partybranch.queries.own import called_panel, own_panel
from partybranch.queries.panels import picture_file, student_asked, student_file
from portal.core.access import reaches_any
from portal.core.registry import NavItem, Panel, register_nav, register_panel
from students.queries.picture_blocks import BLOCK


def _sees_branches(user: Any) -> bool:
    rows = PartyOrganization.objects.restrict(user, "see_unit")
    return bool(rows.filter(closed_on=None).exists())


def _sees(user: Any, action: str) -> bool:
    """Asked of those who hold the action somewhere; branches may stand below that or not."""
    if not granted_unit_ids(user, action):
        return False
    rows = PartyOrganization.objects.restrict(user, action)
    return bool(rows.filter(party_kind__in=BRANCHES, closed_on=None).exists())


register_nav(
    NavItem(
        "development", _("Party building"), _("Development of members"), "party:board", "flag", 400,
        lambda user: reaches_any(Development, user, "see_party_file"),
        lambda user: open_files(user).count(),
    ),
    NavItem(
        "branches", _("Party building"), _("Party branches"), "party:branches", "branch", 410,
        _sees_branches,
    ),
    NavItem(
        "branch_life", _("Party building"), _("Branch life"), "party:life_board", "calendar", 420,
        lambda user: _sees(user, "see_branch_life"),
    ),
    NavItem(
        "party_figures", _("Party building"), _("Figures of party building"), "party:figures",
        "analysis", 440, lambda user: _sees(user, "see_branch_life"),
    ),
    NavItem(
        "studies", _("Party building"), _("Studies at great dates"), "party:studies", "book", 450,
        lambda user: _sees(user, "see_branch_life"),
    ),
    NavItem(
        "awards", _("Party building"), _("Rounds of awards"), "party:awards", "certificate", 460,
        lambda user: _sees(user, "see_branch_life"),
    ),
    NavItem(
        "dues", _("Party building"), _("Party dues"), "party:dues_board", "money", 430,
        lambda user: _sees(user, "see_dues"),
    ),
    NavItem(
        "party_links", _("Party building"), _("Links of members"), "party:link_board", "users", 425,
        lambda user: _sees(user, "see_branch_life"),
    ),
    NavItem(
        "league", _("Party building"), _("Youth League"), "party:league", "award", 470,
        sees_league,
    ),
    NavItem(
        "my_links", _("Me"), _("My branch"), "party:my_links", "users", 905, links_own.has_branch
    ),
)  # fmt: skip
register_panel("my", Panel("development", 30, "party/_my_panel.html", own_panel))
register_panel("my", Panel("called_meetings", 33, "party/_my_called.html", called_panel))
register_panel(
    "my", Panel("party_links", 35, "party/_my_links.html", links_own.own_links, links_own.own_asked)
)
register_panel("picture", Panel("development", 140, BLOCK, picture_file, student_asked))
register_panel(
    "picture", Panel("party_links", 145, BLOCK, links_own.picture_links, links_own.picture_asked)
)
register_panel(
    "student",
    Panel("development", 60, "party/_student_panel.html", student_file, student_asked),
)
register_panel(
    "student",
    Panel(
        "party_links",
        62,
        "party/_student_links.html",
        links_own.student_links,
        links_own.student_asked,
    ),
)
