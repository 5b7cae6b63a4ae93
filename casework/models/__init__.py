from .case import Case, LedgerEntry, Seat
from .catalogue import CaseCategory, CaseLevel
from .exception import GLASS_HOURS, BreakGlass, LockOut
from .follow_up import FollowUp
from .plan import Plan, PlanStep

__all__ = [
    "GLASS_HOURS",
    "BreakGlass",
    "Case",
    "CaseCategory",
    "CaseLevel",
    "FollowUp",
    "LedgerEntry",
    "LockOut",
    "Plan",
    "PlanStep",
    "Seat",
]
