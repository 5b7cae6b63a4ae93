from .link import LinkRun, StudentLink
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student

__all__ = [
    "Course",
    "CourseResult",
    "LinkRun",
    "Placement",
    "StatusPeriod",
    "Student",
    "StudentLink",
]
