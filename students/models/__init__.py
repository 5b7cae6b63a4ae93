from .early import EarlyModel, EarlyScore
from .link import LinkRun, StudentLink
from .movement import Movement
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student

__all__ = [
    "Course",
    "CourseResult",
    "EarlyModel",
    "EarlyScore",
    "LinkRun",
    "Movement",
    "Placement",
    "StatusPeriod",
    "Student",
    "StudentLink",
]
