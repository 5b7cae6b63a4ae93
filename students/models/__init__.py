from .link import StudentLink
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student

__all__ = ["Course", "CourseResult", "Placement", "StatusPeriod", "Student", "StudentLink"]
