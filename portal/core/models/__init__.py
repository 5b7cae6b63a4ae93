from .audit import AuditArchive, AuditEntry, AuditSeal
from .job import Job, JobState, Upload
from .notice import Notification
from .user import User

__all__ = [
    "AuditArchive",
    "AuditEntry",
    "AuditSeal",
    "Job",
    "JobState",
    "Notification",
    "Upload",
    "User",
]
