from .appointment import Appointment, Grant, Role
from .calendar import DayKind, SpecialDay, Term
from .contract import Contract, ContractPost
from .export import Export
from .handover import Handover, HandoverPart
from .link import DatedLink, LinkKind
from .measure import Parameter, Ratio, RatioRole
from .post import Letter, PostBlock, RequiredPost
from .rhythm import RoleRhythm
from .study import Major
from .task import OWN, Task, TaskNote
from .unit import (
    Academy,
    Building,
    Cohort,
    College,
    Floor,
    Group,
    Office,
    Room,
    SchoolClass,
    Studio,
    Unit,
    UnitTree,
    University,
)
from .unit_history import GroupMember, UnitPast, UnitSuccession

__all__ = [
    "OWN",
    "Academy",
    "Appointment",
    "Building",
    "Cohort",
    "College",
    "Contract",
    "ContractPost",
    "DatedLink",
    "DayKind",
    "Export",
    "Floor",
    "Grant",
    "Group",
    "GroupMember",
    "Handover",
    "HandoverPart",
    "Letter",
    "LinkKind",
    "Major",
    "Office",
    "Parameter",
    "PostBlock",
    "Ratio",
    "RatioRole",
    "RequiredPost",
    "Role",
    "RoleRhythm",
    "Room",
    "SchoolClass",
    "SpecialDay",
    "Studio",
    "Task",
    "TaskNote",
    "Term",
    "Unit",
    "UnitPast",
    "UnitSuccession",
    "UnitTree",
    "University",
]
