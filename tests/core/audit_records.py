"""Writes on family contacts, health and aid for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from students.domain import particulars, records
from students.models import FamilyContact
from tests.world import World


def _contact(w: World) -> FamilyContact:
    contact = FamilyContact(student=w.gu, name="家长", relation="father")
    contact.set_phone("13911112222")
    contact.save()
    return contact


_ROOM = "students.domain.records."
RECORDS: dict[str, Callable[[World], Callable[[], Any]]] = {
    _ROOM + "keep_record": lambda w: (lambda: records.keep_record(
        actor=w.he, student=w.gu, kind=records.KINDS["family"],
        values={"name": "家长", "relation": "mother", "phone": "13911113333"})),
    _ROOM + "confirm_contact": lambda w: (
        (lambda row: lambda: records.confirm_contact(actor=w.zhou, contact=row))(_contact(w))),
    _ROOM + "end_contact": lambda w: (
        (lambda row: lambda: records.end_contact(actor=w.he, contact=row, reason="号码停用"))(
            _contact(w))),
    "students.domain.particulars.open_record": lambda w: (
        (lambda row: lambda: particulars.open_record(
            actor=w.zhou, kind=records.KINDS["family"], row=row, reason="通知家长"))(_contact(w))),
}  # fmt: skip
