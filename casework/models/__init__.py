from .case import Case, LedgerEntry, Seat
from .catalogue import CaseCategory, CaseLevel
from .follow_up import FollowUp
from .plan import Plan, PlanStep

__all__ = [
    "Case",
    "CaseCategory",
    "CaseLevel",
    "FollowUp",
    "LedgerEntry",
    "Plan",
    "PlanStep",
    "Seat",
]
