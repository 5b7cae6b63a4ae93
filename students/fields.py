"""What of a student is shown to whom, field by field (rulebook 8.3): the one place that says so.

Pages, API and exports ask here. ``field_groups`` answers for many students with one statement,
``may_see_field`` for one field. A *masked* field is shown with its middle hidden; opening it is
``students.domain.particulars.unmask``, which asks the right again and leaves its own line in the
audit trail. Whoever gives out field values in bulk (API, export) gives the masked form of fields
that ``opens_singly``, however wide the right: the clear form leaves one by one, with a reason.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import CharField, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.core.access import is_same_reach, reached_keys
from portal.core.models import User
from portal.core.names import masked_email, masked_id_number, masked_phone
from students.access import own_student_id
from students.models import Student


@dataclass(frozen=True)
class FieldGroup:
    """``clear`` is the action that opens the group; ``masked`` the one that shows it hidden."""

    code: str
    label: "str | Promise"
    clear: str
    masked: str = ""


@dataclass(frozen=True)
class Field:
    """One particular that opens singly: how it looks masked and clear, whether a reason is typed."""

    code: str
    group: str
    label: "str | Promise"
    masked: Callable[[Student], str]
    value: Callable[[Student], str]
    needs_reason: bool = True


GROUPS: dict[str, FieldGroup] = {
    group.code: group
    for group in (
        FieldGroup("card", _("card"), "see_card"),
        FieldGroup("record", _("full record"), "see_record"),
        FieldGroup("contact", _("telephone and e-mail"), "see_phone", "see_masked"),
        FieldGroup("identity", _("ID number, ethnic group"), "see_identity", "see_masked"),
        FieldGroup("family", _("family contacts"), "see_contact", "see_masked"),
        FieldGroup("results", _("course results"), "see_results"),
        FieldGroup("health", _("health"), "see_health"),
        FieldGroup("aid_tier", _("hardship tier"), "see_aid_tier"),
        FieldGroup("aid", _("aid and hardship"), "see_aid"),
    )
}

# Fields of the record by group; what is not named here is shown to nobody.
GROUP_OF: dict[str, str] = {
    **dict.fromkeys(
        ("student_no", "name", "class", "college", "academy", "major", "entry_year", "status"),
        "card",
    ),
    **dict.fromkeys(("sex", "born_on", "political_status", "origin_region", "room"), "record"),
    **dict.fromkeys(("phone", "email"), "contact"),
    **dict.fromkeys(("id_number", "ethnic_group"), "identity"),
    "family_contacts": "family",
    "health_notes": "health",
    "aid_tier": "aid_tier",
    **dict.fromkeys(("aid_grounds", "aid_grants"), "aid"),
}

FIELDS: dict[str, Field] = {
    field.code: field
    for field in (
        # On click, as on a telephone list; every opening is logged all the same.
        Field("phone", "contact", _("Phone"), lambda s: masked_phone(s.phone), lambda s: s.phone,
              needs_reason=False),
        Field("email", "contact", _("E-mail"), lambda s: masked_email(s.email), lambda s: s.email,
              needs_reason=False),
        Field("id_number", "identity", _("ID number"),
              lambda s: masked_id_number(s.id_number()), lambda s: s.id_number()),
    )
}  # fmt: skip

# Records beside the student's own row whose values open singly as well: code, what it is called.
RECORD_LABELS: "dict[str, str | Promise]" = {
    "family": _("Family contact"),
    "health": _("Health note"),
    "aid": _("Recognised hardship"),
    "grant": _("Aid granted"),
}

Sight = Literal["clear", "masked", ""]


@dataclass(frozen=True)
class Groups:
    """Codes of the groups of one student that are open, and those that are shown masked."""

    clear: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()

    def sight(self, group: str) -> Sight:
        return "clear" if group in self.clear else "masked" if group in self.masked else ""


ALL = Groups(clear=frozenset(GROUPS))


def opens_singly(field: str) -> bool:
    """Whether the clear form leaves only one by one, each opening logged."""
    return field in FIELDS


def field_groups(user: User, student_ids: Sequence[int]) -> dict[int, Groups]:
    """What ``user`` may see of each student; a student out of reach gets nothing.

    One statement for any number of students. The own record is open to its student.
    """
    wanted = {a for group in GROUPS.values() for a in (group.clear, group.masked) if a}
    held: dict[int, set[str]] = {pk: set() for pk in student_ids}
    for pk, action in _held(user, list(held), sorted(wanted)):
        held[pk].add(action)
    own = own_student_id(user)
    return {pk: ALL if pk == own else groups_of(actions) for pk, actions in held.items()}


def _held(user: User, ids: list[int], actions: list[str]) -> Iterable[tuple[int, str]]:
    """(student, action) pairs. Actions held in the same places as seeing share their answer."""
    same = {a for a in actions if is_same_reach(Student, user, a, "see_card")} | {"see_card"}
    parts = [
        Student.objects.filter(pk__in=keys)
        .filter(pk__in=ids)
        .order_by()
        .annotate(right=Value(action, output_field=CharField()))
        .values_list("pk", "right")
        for action in ["see_card", *(a for a in actions if a not in same)]
        if (keys := reached_keys(Student, user, action)) is not None
    ]
    if not parts:
        return
    first, *rest = parts
    rows: Any = first.union(*rest, all=True) if rest else first
    for pk, action in rows:
        if action != "see_card":
            yield pk, action
            continue
        for one in same:
            yield pk, one


def groups_of(actions: Iterable[str]) -> Groups:
    """The groups that these actions on one student open."""
    held = set(actions)
    clear = {group.code for group in GROUPS.values() if group.clear in held}
    masked = {group.code for group in GROUPS.values() if group.masked in held} - clear
    return Groups(frozenset(clear), frozenset(masked))


def may_see_field(user: User, student_id: int, field: str) -> Sight:
    """``clear``, ``masked`` or nothing for one field; an unknown field is shown to nobody."""
    group = GROUP_OF.get(field, "")
    return field_groups(user, [student_id])[student_id].sight(group)
