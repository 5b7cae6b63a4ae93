from .account import AccountSession, PastPassword, RecoveryCode, SecondFactor
from .audit import AuditArchive, AuditEntry, AuditSeal
from .file import Attachment
from .job import Job, JobState, Upload
from .mail import (
    RHYTHM,
    CalendarAddress,
    Every,
    MailClock,
    MailKind,
    MailRhythm,
    MailState,
    OutMail,
    Rhythm,
    Weekday,
)
from .notice import Notification
from .saved import SavedFilter
from .token import ApiToken
from .user import User

__all__ = [
    "RHYTHM",
    "AccountSession",
    "ApiToken",
    "Attachment",
    "AuditArchive",
    "AuditEntry",
    "AuditSeal",
    "CalendarAddress",
    "Every",
    "Job",
    "JobState",
    "MailClock",
    "MailKind",
    "MailRhythm",
    "MailState",
    "Notification",
    "OutMail",
    "PastPassword",
    "RecoveryCode",
    "Rhythm",
    "SavedFilter",
    "SecondFactor",
    "Upload",
    "User",
    "Weekday",
]
