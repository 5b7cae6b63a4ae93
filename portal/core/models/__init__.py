from .audit import AuditEntry
from .job import Job, JobState, Upload
from .notice import Notification
from .user import User

__all__ = ["AuditEntry", "Job", "JobState", "Notification", "Upload", "User"]
