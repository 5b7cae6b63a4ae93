"""Units, appointments and tasks for other systems (docs/api.md)."""

from .tasks import Tasks
from .units import Appointments, PersonBrief, UnitBrief, Units, unit_brief

__all__ = ["Appointments", "PersonBrief", "Tasks", "UnitBrief", "Units", "unit_brief"]
