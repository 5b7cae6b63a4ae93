"""Why some of many cases cannot go to a person: the rules of one by one, in as many statements for
two hundred as for one. Whoever writes locks the cases first and asks again."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import OWNER_MOVES
from casework.models import Case, LockOut, Transition
from portal.core.models import User


def not_led(user: User, cases: Sequence[Case]) -> set[int]:
    """Those that ``user`` neither leads nor, being responsible, writes on."""
    ids = [case.pk for case in cases]
    led = _within(ids, user, "manage_case")
    own = [case.pk for case in cases if case.owner_id == user.pk and case.pk not in led]
    return set(ids) - led - (_within(own, user, "write_case") if own else set())


def unsendable(user: User, cases: Sequence[Case], to: User) -> dict[int, str]:
    """Key → why it cannot be transferred to ``to``; four statements at most."""
    ids = [case.pk for case in cases]
    foreign = not_led(user, cases)
    shut = _shut(ids, to)
    waits = Transition.objects.filter(
        kind__in=OWNER_MOVES, case__in=ids, accepted_at=None, declined_at=None, revoked_at=None
    )
    under_way = set(waits.values_list("case_id", flat=True))
    found = {}
    for case in cases:
        if case.pk in foreign:
            found[case.pk] = _("Your post no longer allows this. Nothing was changed.")
        elif case.closed_at is not None:
            found[case.pk] = _("This case is closed. Report the student again to open a new one.")
        elif case.owner_id == to.pk:
            found[case.pk] = _("%(name)s is responsible already.") % {"name": to.name}
        elif case.pk in shut:
            words = _("%(name)s is locked out of this case. Choose somebody else.")
            found[case.pk] = words % {"name": to.name}
        elif case.pk in under_way:
            found[case.pk] = _("This case is on its way to somebody already. Take that back first.")
    return found


def unassignable(user: User, cases: Sequence[Case], owner: User) -> dict[int, str]:
    """Key → why ``owner`` cannot be named responsible for it by ``user``; two statements."""
    ids = [case.pk for case in cases]
    led, writes = _within(ids, user, "manage_case"), _within(ids, owner, "write_case")
    found = {}
    for case in cases:
        if case.closed_at is not None:
            found[case.pk] = _("This case is closed. Report the student again to open a new one.")
        elif case.pk not in led:
            found[case.pk] = _("Your post no longer allows this. Nothing was changed.")
        elif case.pk not in writes:
            words = _(
                "%(name)s may not write on this case. Choose somebody else, or give a seat first."
            )
            found[case.pk] = words % {"name": owner.name}
    return found


def _within(ids: Collection[int], user: User, action: str) -> set[int]:
    rows: Any = Case.objects.restrict(user, action).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _shut(ids: Collection[int], person: User) -> set[int]:
    still = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    rows = LockOut.objects.filter(still, case__in=ids, person=person)
    return set(rows.values_list("case_id", flat=True))
