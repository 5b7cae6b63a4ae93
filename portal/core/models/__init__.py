from .account import AccountSession, PastPassword, RecoveryCode, SecondFactor
from .audit import AuditArchive, AuditEntry, AuditSeal
from .file import Attachment
from .job import Job, JobState, Upload
from .notice import Notification
from .saved import SavedFilter
from .token import ApiToken
from .user import User

__all__ = [
    "AccountSession",
    "ApiToken",
    "Attachment",
    "AuditArchive",
    "AuditEntry",
    "AuditSeal",
    "Job",
    "JobState",
    "Notification",
    "PastPassword",
    "RecoveryCode",
    "SavedFilter",
    "SecondFactor",
    "Upload",
    "User",
]
