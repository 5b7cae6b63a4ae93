from .development import DecisionRecord, Development, Paper, Sponsorship, StepRecord
from .dues import DuesPayment, DuesRate
from .life import Attendance, BranchEvent, EventKind, Motion
from .member import Membership, PartyMember
from .organization import AdmissionPlan, PartyOrganization
from .proof import CultivationEntry, FormerSpan, PoliticalReview, PublicNotice, Vote
from .rules import RuleVersion, Step

__all__ = [
    "AdmissionPlan",
    "Attendance",
    "BranchEvent",
    "CultivationEntry",
    "DecisionRecord",
    "Development",
    "DuesPayment",
    "DuesRate",
    "EventKind",
    "FormerSpan",
    "Membership",
    "Motion",
    "Paper",
    "PartyMember",
    "PartyOrganization",
    "PoliticalReview",
    "PublicNotice",
    "RuleVersion",
    "Sponsorship",
    "Step",
    "StepRecord",
    "Vote",
]
