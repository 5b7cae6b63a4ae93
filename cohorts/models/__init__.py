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
    Unit,
    UnitTree,
    University,
)

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
    "LinkKind",
    "Major",
    "Office",
    "Parameter",
    "Ratio",
    "RatioRole",
    "Role",
    "Room",
    "SchoolClass",
    "Term",
    "Unit",
    "UnitTree",
    "University",
]
