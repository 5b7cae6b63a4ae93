from .case import Case, LedgerEntry, Seat
from .catalogue import CaseCategory, CaseLevel, CauseCode
from .exception import GLASS_HOURS, BreakGlass, LockOut
from .follow_up import FollowUp
from .key import KeyRequest, KeyTurn
from .plan import Plan, PlanStep
from .problem import CommonProblem, ProblemCase
from .review import AfterCheck, CaseReview, HelpFeedback

__all__ = [
    "GLASS_HOURS",
    "AfterCheck",
    "BreakGlass",
    "Case",
    "CaseCategory",
    "CaseLevel",
    "CaseReview",
    "CauseCode",
    "CommonProblem",
    "FollowUp",
    "HelpFeedback",
    "KeyRequest",
    "KeyTurn",
    "LedgerEntry",
    "LockOut",
    "Plan",
    "PlanStep",
    "ProblemCase",
    "Seat",
]
