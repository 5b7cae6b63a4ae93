from .link import LinkRun, StudentLink
from .movement import Movement
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student

__all__ = [
    "Course",
    "CourseResult",
    "LinkRun",
    "Movement",
    "Placement",
    "StatusPeriod",
    "Student",
    "StudentLink",
]
