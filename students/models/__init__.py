from .aid import AidGrant, AidKind, AidRecognition, AidTier
from .early import EarlyModel, EarlyScore
from .grading import GradePoint, GradeScale
from .link import LinkRun, StudentLink
from .movement import Movement
from .particulars import FamilyContact, HealthNote
from .placement import Placement, StatusPeriod
from .result import Course, CourseResult
from .student import Student
from .study import CourseGroup, PlanCourse, Programme
from .teacher_input import TeacherInput
from .warning import AcademicWarning, WarningSet, WarningStep

__all__ = [
    "AcademicWarning",
    "AidGrant",
    "AidKind",
    "AidRecognition",
    "AidTier",
    "Course",
    "CourseGroup",
    "CourseResult",
    "EarlyModel",
    "EarlyScore",
    "FamilyContact",
    "GradePoint",
    "GradeScale",
    "HealthNote",
    "LinkRun",
    "Movement",
    "Placement",
    "PlanCourse",
    "Programme",
    "StatusPeriod",
    "Student",
    "StudentLink",
    "TeacherInput",
    "WarningSet",
    "WarningStep",
]
