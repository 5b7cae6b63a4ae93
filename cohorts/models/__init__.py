from .appointment import Appointment, Grant, Role
from .calendar import Term
from .contract import Contract, ContractPost
from .link import DatedLink, LinkKind
from .measure import Parameter, Ratio, RatioRole
from .study import Major
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
    "Academy",
    "Appointment",
    "Building",
    "Cohort",
    "College",
    "Contract",
    "ContractPost",
    "DatedLink",
    "Floor",
    "Grant",
    "Group",
    "GroupMember",
    "LinkKind",
    "Major",
    "Office",
    "Parameter",
    "Ratio",
    "RatioRole",
    "Role",
    "Room",
    "SchoolClass",
    "Studio",
    "Term",
    "Unit",
    "UnitPast",
    "UnitSuccession",
    "UnitTree",
    "University",
]
