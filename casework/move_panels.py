"""What moves of cases hand to the frame and to the page of a case."""

from django.utils.translation import gettext_lazy as _

from casework.models import Transition
from casework.queries.blocks import CaseBlock, register_block
from casework.queries.transitions import BLOCK_SQL, moves_shown, waiting
from portal.core.registry import NavItem, register_nav

register_nav(
    NavItem(
        "moves", _("Students"), _("Transfers"), "casework:moves", "transfer", 112,
        lambda user: Transition.objects.restrict(user, "see_move").exists(),
        lambda user: waiting(user).count(),
    )
)  # fmt: skip
register_block(CaseBlock("moves", "side", 60, BLOCK_SQL, "casework/_block_moves.html", moves_shown))
