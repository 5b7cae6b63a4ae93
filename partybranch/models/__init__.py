from .development import DecisionRecord, Development, Paper, Sponsorship, StepRecord
from .member import Membership, PartyMember
from .organization import AdmissionPlan, PartyOrganization
from .proof import CultivationEntry, FormerSpan, PoliticalReview, PublicNotice, Vote
from .rules import RuleVersion, Step

__all__ = [
    "AdmissionPlan",
    "CultivationEntry",
    "DecisionRecord",
    "Development",
    "FormerSpan",
    "Membership",
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
