from .case import Case, LedgerEntry, Seat
from .catalogue import CaseCategory, CaseLevel, CauseCode, TalkType
from .counselling import Booking, Certificate, Slot, Supervision, SupervisionPresence, Way
from .crisis import CallLine, Crisis, CrisisHop
from .exception import GLASS_HOURS, BreakGlass, LockOut
from .follow_up import FollowUp
from .key import KeyRequest, KeyTurn
from .plan import Plan, PlanStep, PlanTemplate, PlanTemplateStep
from .problem import CommonProblem, ProblemCase
from .request import GoesTo, OfficeDuty, ReportCode, Request, RequestKind, RequestStep
from .review import AfterCheck, CaseReview, HelpFeedback
from .screening import Scale, ScaleLine, Screening, ScreeningRound
from .sealed import (
    FileSource,
    NoteKind,
    SealedFile,
    SealedNote,
    SealedNoteVersion,
    SealedText,
)
from .transition import Transition

__all__ = [
    "GLASS_HOURS",
    "AfterCheck",
    "Booking",
    "BreakGlass",
    "CallLine",
    "Case",
    "CaseCategory",
    "CaseLevel",
    "CaseReview",
    "CauseCode",
    "Certificate",
    "CommonProblem",
    "Crisis",
    "CrisisHop",
    "FileSource",
    "FollowUp",
    "GoesTo",
    "HelpFeedback",
    "KeyRequest",
    "KeyTurn",
    "LedgerEntry",
    "LockOut",
    "NoteKind",
    "OfficeDuty",
    "Plan",
    "PlanStep",
    "PlanTemplate",
    "PlanTemplateStep",
    "ProblemCase",
    "ReportCode",
    "Request",
    "RequestKind",
    "RequestStep",
    "Scale",
    "ScaleLine",
    "Screening",
    "ScreeningRound",
    "SealedFile",
    "SealedNote",
    "SealedNoteVersion",
    "SealedText",
    "Seat",
    "Slot",
    "Supervision",
    "SupervisionPresence",
    "TalkType",
    "Transition",
    "Way",
]
