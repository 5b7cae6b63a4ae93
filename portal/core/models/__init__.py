from .account import AccountSession, PastPassword, RecoveryCode, SecondFactor
from .audit import AuditArchive, AuditEntry, AuditSeal
from .job import Job, JobState, Upload
from .notice import Notification
from .user import User

__all__ = [
    "AccountSession",
    "AuditArchive",
    "AuditEntry",
    "AuditSeal",
    "Job",
    "JobState",
    "Notification",
    "PastPassword",
    "RecoveryCode",
    "SecondFactor",
    "Upload",
    "User",
]
