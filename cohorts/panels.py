"""What the organisation hands to the frame."""

from django.utils.translation import gettext_lazy as _

from cohorts.access import reached_unit_ids
from portal.core.registry import NavItem, register_nav

register_nav(
    NavItem(
        "posts", _("Office"), _("Posts"), "cohorts:posts", "user", 905,
        lambda user: bool(reached_unit_ids(user, ("see_unit", "appoint", "grant_roles"))),
    )
)  # fmt: skip
