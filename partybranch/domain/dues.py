"""Party dues: the monthly amount of a member, payments, taking a payment back (rulebook 1.6)."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.dues_table import first_of, staff_dues
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.months import add_months
from partybranch.domain.organs import powers
from partybranch.domain.rights import check_still
from partybranch.models import DuesPayment, DuesRate, PartyMember, PartyOrganization
from partybranch.queries.dues import amounts_in, payers_in
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

AHEAD = 12  # months that may be paid ahead


@transaction.atomic
def set_dues(
    *, actor: User | None, member: PartyMember, since: dt.date, income: Decimal
) -> DuesRate:
    """The monthly dues of a member of staff from the month of ``since`` on, by the table of the
    rule from the monthly income after tax. The income itself is not kept.

    Raises DomainError for a student, a member without a branch, or an income that is not positive.
    """
    place = member.branches.filter(until=None, is_relation=True).select_related("branch").first()
    if place is None:
        raise DomainError(_("The membership relation of this person is in no branch."))
    if member.person_id is None:
        raise DomainError(_("Students pay the amount of the rule; it is not set one by one."))
    amount = staff_dues(income)
    if amount <= 0:
        raise DomainError(_("The monthly income is more than nothing."))
    made, _is_new = DuesRate.objects.update_or_create(
        member=member, since=first_of(since), defaults={"amount": amount, "entered_by": actor}
    )
    check_still(actor, place.branch, "write_dues")
    audit.record(actor=actor, action="set_dues", obj=member, since=made.since, amount=str(amount))
    return made


@transaction.atomic
def enter_dues(
    *,
    actor: User | None,
    branch: PartyOrganization,
    month: dt.date,
    members: Sequence[PartyMember],
    paid_on: dt.date,
) -> int:
    """Enter that ``members`` paid the month of ``month``; returns how many were new. Whoever paid
    it before stays as entered.

    Raises DomainError for a branch that collects no dues (rulebook 1.5), a month too far ahead, a
    payment of tomorrow, members whose relation was elsewhere, or staff without an amount.
    """
    month, today = first_of(month), timezone.localdate()
    if not powers(branch.party_kind).can_collect_dues:
        raise DomainError(_("A temporary or functional branch collects no dues."))
    if month > add_months(first_of(today), AHEAD):
        raise DomainError(_("At most %(n)s months are paid ahead.") % {"n": AHEAD})
    if paid_on > today:
        raise DomainError(_("The day of payment does not lie ahead."))
    here = payers_in(branch, month)
    strangers = [one.name for one in members if one.pk not in here]
    if strangers:
        raise DomainError(
            _("The relation of %(names)s was not here in that month; the branch that held it "
              "collects.") % {"names": "、".join(strangers)}
        )  # fmt: skip
    amounts = amounts_in(members, month)
    missing = [one.name for one in members if one.pk not in amounts]
    if missing:
        raise DomainError(
            _("No monthly dues are set for %(names)s. Set them first.")
            % {"names": "、".join(missing)}
        )
    before = DuesPayment.objects.filter(month=month, withdrawn_at=None)
    paid = set(before.filter(member__in=members).values_list("member_id", flat=True))
    made = DuesPayment.objects.bulk_create(
        [
            DuesPayment(member=one, branch=branch, month=month, amount=amounts[one.pk],
                        paid_on=paid_on, entered_by=actor)
            for one in members
            if one.pk not in paid
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    check_still(actor, branch, "write_dues")
    audit.record_many(
        actor=actor, action="enter_dues", model=PartyMember,
        ids=[one.member_id for one in made], branch=branch.pk, month=month,
    )  # fmt: skip
    return len(made)


@transaction.atomic
def withdraw_dues(*, actor: User | None, payment: DuesPayment, reason: str) -> None:
    """Take back a payment that was entered by mistake; the row stays and counts no more.

    Raises DomainError without a reason or where it was taken back before.
    """
    kept: DuesPayment = (
        DuesPayment.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=payment.pk)
    )
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in one sentence why."))
    if kept.withdrawn_at is not None:
        raise DomainError(_("This payment was taken back before."))
    kept.withdrawn_at = timezone.now()
    kept.save(update_fields=["withdrawn_at"])
    check_still(actor, kept.branch, "write_dues")
    audit.record(
        actor=actor, action="withdraw_dues", obj=kept, branch=kept.branch_id, month=kept.month,
        reason=reason.strip(),
    )  # fmt: skip
