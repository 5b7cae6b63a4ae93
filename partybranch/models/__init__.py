from .development import DecisionRecord, Development, Paper, Sponsorship, StepRecord
from .dues import DuesPayment, DuesRate
from .election import Candidate, Election
from .honour import AwardRound, Honour, HonourKind, JudgeScore, Nomination
from .league import LeagueRate, LeagueTransfer
from .life import Attendance, BranchEvent, EventKind, Motion
from .link import LinkRound, LinkVisit, LinkWish, PartyLink
from .member import Membership, PartyMember
from .organization import AdmissionPlan, PartyOrganization
from .proof import CultivationEntry, FormerSpan, PoliticalReview, PublicNotice, Vote
from .reorganization import ProposedBranch, ProposedPlace, Reorganization
from .rules import RuleVersion, Step
from .staff import StaffStep

__all__ = [
    "AdmissionPlan",
    "Attendance",
    "AwardRound",
    "BranchEvent",
    "Candidate",
    "CultivationEntry",
    "DecisionRecord",
    "Development",
    "DuesPayment",
    "DuesRate",
    "Election",
    "EventKind",
    "FormerSpan",
    "Honour",
    "HonourKind",
    "JudgeScore",
    "LeagueRate",
    "LeagueTransfer",
    "LinkRound",
    "LinkVisit",
    "LinkWish",
    "Membership",
    "Motion",
    "Nomination",
    "Paper",
    "PartyLink",
    "PartyMember",
    "PartyOrganization",
    "PoliticalReview",
    "ProposedBranch",
    "ProposedPlace",
    "PublicNotice",
    "Reorganization",
    "RuleVersion",
    "Sponsorship",
    "StaffStep",
    "Step",
    "StepRecord",
    "Vote",
]
