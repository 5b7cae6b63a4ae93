from .aid import AidGrant, AidKind, AidRecognition, AidTier
from .link import LinkRun, StudentLink
from .movement import Movement
from .particulars import FamilyContact, HealthNote
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student

__all__ = [
    "AidGrant",
    "AidKind",
    "AidRecognition",
    "AidTier",
    "Course",
    "CourseResult",
    "FamilyContact",
    "HealthNote",
    "LinkRun",
    "Movement",
    "Placement",
    "StatusPeriod",
    "Student",
    "StudentLink",
]
